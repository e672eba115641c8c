"""The keys of a config as a table, as sentences about one, and as JSON."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mlpexp.config.key_facts import NEEDED, KeyFacts
from mlpexp.config.words import BY_KEY
from mlpexp.planning.value_origins import Origin
from mlpexp.planning.values import value_text
from mlpexp.report.tables.text_table import TextTable

Origins = Mapping[str, Origin]


def keys_table(facts: Sequence[KeyFacts], origins: Origins) -> TextTable:
    """A row for each key; with a config its values and where they come from, else types, defaults and ranges."""
    columns: tuple[str, ...] = ("key", "of", "value", "from") if origins else ("key", "of", "type", "default", "range")
    rows = [(*(_cell(each, column, origins) for column in columns), each.meaning) for each in facts]
    columns = (*columns, "meaning")
    table = TextTable(columns, rows, prose=frozenset({"of", "range", "meaning"}), droppable=("range", "type"))
    return table if any(each.of for each in facts) else table.without(["of"])


def _cell(facts: KeyFacts, column: str, origins: Origins) -> str:
    origin = origins.get(facts.path, Origin("", ""))
    return {
        "key": facts.path, "of": ", ".join(facts.of), "type": facts.type, "default": default_text(facts),
        "range": "; ".join(filter(None, (facts.bounds, ", ".join(facts.choices)))),
        "value": origin.value, "from": origin.where,
    }[column]  # fmt: skip


def default_text(facts: KeyFacts) -> str:
    """``needed``, ``none``, or the value in one line."""
    if facts.default is None or facts.default == NEEDED:
        return facts.default or "none"
    return value_text(facts.default)


def key_sentences(forms: Sequence[KeyFacts], origins: Origins) -> Iterator[str]:
    """All that is known of a key.

    Args:
        forms: As each kind of section has it.
        origins: Its value in a config; empty without one.
    """
    path = forms[0].path
    for facts in forms:
        of = f" of {', '.join(facts.of)}" if len(forms) > 1 else ""
        yield f"{path}{of}: {facts.meaning}"
        yield f"  type: {facts.type}"
        if facts.bounds:
            yield f"  range: {facts.bounds}"
        if facts.choices:
            yield f"  choices: {', '.join(facts.choices)}"
        yield f"  default: {default_text(facts)}"
        if facts.of and len(forms) == 1:
            yield f"  only with: {', '.join(facts.of)}"
    if path in BY_KEY:
        word = BY_KEY[path]
        yield f"  option: {word.option} {word.example}"
        yield f"  short word: --set {word.name}={word.example}" + (
            f", --over {word.name}={word.examples}" if word.examples else ""
        )
    for origin in origins.values():
        yield f"  here: {origin.value + ', ' if origin.value else ''}{origin.where}"


def key_records(facts: Sequence[KeyFacts], origins: Origins) -> list[dict[str, Any]]:
    """Plain data of each key."""
    return [
        {
            "key": each.path, "of": list(each.of), "meaning": each.meaning, "type": each.type,
            "needed": each.default == NEEDED, "default": None if each.default == NEEDED else each.default,
            "range": each.bounds, "choices": list(each.choices), "short_word": each.short, "option": each.option,
            **({"value": origins[each.path].value, "from": origins[each.path].where} if each.path in origins else {}),
        }
        for each in facts
    ]  # fmt: skip
