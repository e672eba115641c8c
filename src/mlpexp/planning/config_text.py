"""A first config as YAML with comments: what each key means, why it has its value, and what else it may be."""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mlpexp.config.dump import in_a_line
from mlpexp.config.key_facts import KeyFacts, key_facts
from mlpexp.planning.first_config import Draft
from mlpexp.planning.values import layers_in_a_line

WIDTH = 100  # columns of a comment
MOST_CHOICES = 16
MEANINGS = {
    "dataset.name": "Which data.", "model.name": "Which network.", "optimizer.name": "Which optimizer.",
    "sweep": "What `mlpexp sweep` compares: each value is trained with the same seeds.",
    "sweep.over": "The axes: a key and its values; `log(1e-4, 1, 9)` is a range.",
}  # fmt: skip


def config_text(draft: Draft, file_name: str, understood: Sequence[str]) -> str:
    """The text of a config.

    Args:
        draft: The sections.
        file_name: What it will be called, for the commands at its head.
        understood: What was read of the user's own data, in sentences.
    """
    command = "sweep" if "sweep" in draft.data else "train"
    rest = dict(draft.data)
    lines = [
        f"name: {_written(rest.pop('name'))}  # of folders and titles",
        "",
        f"# Check it:  mlpexp check {file_name}",
        f"# Train it:  mlpexp {command} {file_name}",
        f"# All keys:  mlpexp keys --config {file_name}",
    ]
    if understood:
        lines += [
            "#",
            "# What was read of the data:",
            *(line for each in understood for line in _comment(f"- {each}", "")),
        ]
    for key, value in rest.items():
        lines += ["", *_key(key, key, value, draft, "")]
    return "\n".join(lines) + "\n"


def _key(path: str, key: str, value: Any, draft: Draft, indent: str) -> Iterator[str]:
    """A key with the comment above it; a section with its keys below it."""
    for sentence in _said(path, value, draft):
        yield from _comment(sentence, indent)
    if isinstance(value, Mapping) and path != "sweep.over":
        yield f"{indent}{_written(key)}:"
        for inner, item in value.items():
            yield from _key(f"{path}.{inner}", inner, item, draft, indent + "  ")
    else:
        yield f"{indent}{_written(key)}: {_written(value)}"


def _said(path: str, value: Any, draft: Draft) -> Iterator[str]:
    """What a key means, why it is so, and what else it may be."""
    facts = _facts(path, draft.data)
    meaning = MEANINGS.get(path) or (facts.meaning if facts else "")
    yield " ".join(filter(None, (meaning, draft.reasons.get(path, ""))))
    if facts is None or isinstance(value, Mapping):
        return
    others = [choice for choice in facts.choices if choice != value]
    kinds = [kind for kind in facts.type.split(" or ") if kind not in ("choice", "section", "list of sections")]
    words = _other_words(others, facts) if others else ""
    if facts.bounds or (kinds and words):
        bounds = f": {facts.bounds}" if facts.bounds else ""
        yield f"A {kinds[0] if kinds else 'list'}{bounds}{f'; or {words}' if words else ''}."
    elif words:
        yield f"Or: {words}."


def _other_words(choices: Sequence[str], facts: KeyFacts) -> str:
    """What else a key may be, with commas; of many the first."""
    more = f", ...; `mlpexp keys {facts.path}` has all" if len(choices) > MOST_CHOICES else ""
    return ", ".join(choices[:MOST_CHOICES]) + more


def _facts(path: str, data: Mapping[str, Any]) -> KeyFacts | None:
    """What is known of a key in the section that the config has."""
    section, _, leaf = path.rpartition(".")
    path = section if leaf == "name" and section else path
    name = data[section].get("name", "") if section in data else ""
    forms = [facts for facts in key_facts() if facts.path == path]
    return next((facts for facts in forms if not facts.of or name in facts.of), forms[0] if forms else None)


def _comment(sentence: str, indent: str) -> list[str]:
    first, later = f"{indent}# ", f"{indent}#   " if sentence.startswith("- ") else f"{indent}# "
    lines = textwrap.wrap(
        sentence, WIDTH, initial_indent=first, subsequent_indent=later, break_long_words=False, break_on_hyphens=False
    )
    return [line.rstrip() for line in lines]


def _written(value: Any) -> str:
    """A value in one line; layers as in a config that is written by hand."""
    return in_a_line(layers_in_a_line(value))
