"""``mlpexp explain``: verdicts as text, Markdown or JSON."""

import json
import re
from math import isfinite
from pathlib import Path
from shlex import quote

from mlpexp.analysis.explain.explanations import explained
from mlpexp.analysis.explain.verdicts import CONSEQUENCES, Verdict
from mlpexp.config.words import BY_KEY
from mlpexp.report.words import filled

CHANGE = re.compile(r"`([a-z_.]+): ([^`]+)`")  # of a remedy that is one key
LIKELY = "likely its consequences, to be checked again when it is repaired"


def as_text(name: str, verdicts: list[Verdict], run: Path | None, width: int) -> str:
    """Numbered causes, what the first brings about, and a command to try.

    Args:
        name: Of the result and its arm.
        verdicts: The first is the most important.
        run: The folder of a run, which can be trained again by a command; None for a sweep.
        width: Characters in a line.
    """
    causes, consequences = _parted(verdicts)
    lines = [filled(f"{name}: {explained(verdicts[0]).title}", width), ""]
    for place, verdict in enumerate(causes, 1):
        words = explained(verdict)
        lines.append(f"{place}. {words.title} ({_seeds(verdict)})")
        parts = [("measured: ", words.finding), ("meaning:  ", words.meaning)]
        parts += [("try:      ", remedy) for remedy in words.remedies]
        lines += [filled(text, width, f"   {label}", " " * (3 + len(label))) for label, text in parts]
        lines.append("")
    if consequences:
        lines += [filled(f"{LIKELY}: {_titles(consequences)}", width), ""]
    command = _to_try(verdicts[0], run) if run else None
    if command:
        lines += [f"to try: {command}", ""]
    return "\n".join(lines)


def _to_try(verdict: Verdict, run: Path) -> str | None:
    """The command that trains a run again with the first remedy that is one key; None if there is no such remedy."""
    changes = [CHANGE.search(remedy) for remedy in explained(verdict).remedies]
    for key, value in (change.groups() for change in changes if change):
        word = BY_KEY.get(key)
        option = f"{word.option} {quote(value.strip('[]'))}" if word else f"--set {quote(f'{key}={value}')}"
        return f"mlpexp train {quote(str(run))} {option}"
    return None


def as_markdown(name: str, verdicts: list[Verdict]) -> str:
    """A heading for each cause."""
    causes, consequences = _parted(verdicts)
    lines = [f"# {name}: {explained(verdicts[0]).title}", ""]
    for place, verdict in enumerate(causes, 1):
        words = explained(verdict)
        lines += [f"## {place}. {words.title} ({_seeds(verdict)})", "", f"**Measured**: {words.finding}", ""]
        lines += [f"**Meaning**: {words.meaning}", ""]
        lines += ["**Try**:", "", *(f"- {remedy}" for remedy in words.remedies), ""] if words.remedies else []
    if consequences:
        lines += [f"{LIKELY}: {_titles(consequences)}.", ""]
    return "\n".join(lines)


def as_json(verdicts: list[Verdict]) -> str:
    """Every verdict with its numbers."""
    records = [
        {
            "verdict": verdict.kind,
            "seeds": list(verdict.seeds),
            "of": verdict.num_seeds,
            "numbers": _defined(verdict),
            **vars(explained(verdict)),
        }
        for verdict in verdicts
    ]
    return json.dumps(records, indent=2, ensure_ascii=False)


def _defined(verdict: Verdict) -> dict[str, float | str | None]:
    """The numbers; null, since JSON knows no other word, where one is infinite or not defined."""
    return {
        name: value if isinstance(value, str) or isfinite(value) else None for name, value in verdict.numbers.items()
    }


def _parted(verdicts: list[Verdict]) -> tuple[list[Verdict], list[Verdict]]:
    """Causes, and what the first of them usually brings about."""
    first, *others = verdicts
    follow = CONSEQUENCES.get(first.kind, frozenset())
    causes = [verdict for verdict in others if verdict.kind not in follow]
    return [first, *causes], [verdict for verdict in others if verdict.kind in follow]


def _titles(verdicts: list[Verdict]) -> str:
    return ", ".join(explained(verdict).title for verdict in verdicts)


def _seeds(verdict: Verdict) -> str:
    if verdict.num_seeds == 1:
        return "one seed"
    return f"{len(verdict.seeds)} of {verdict.num_seeds} seeds"
