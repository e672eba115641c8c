"""Why something learned or did not, as text, Markdown or JSON: verdicts, what they rest on, what to try."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from shlex import quote

from mlpexp.analysis.explain.explanations import explained
from mlpexp.analysis.explain.verdicts import CONSEQUENCES, Verdict
from mlpexp.config.words import BY_KEY
from mlpexp.report.markdown_text import sparing_markdown
from mlpexp.report.tables.text_table import records_json
from mlpexp.report.words import in_lines

OF_WHICH = (
    "Scores and losses above are of the last epoch: medians over the seeds that show it. "
    "Means over all seeds, at the epoch whose weights are kept, can differ."
)
LIKELY = "likely its consequences, to be checked again when it is repaired"


def as_text(name: str, verdicts: Sequence[Verdict], run: Path | None, width: int) -> str:
    """For the terminal.

    Args:
        name: Of what is explained.
        verdicts: The first of them is the most important.
        run: The folder, if it is that of a run, whose config can be changed and trained again.
        width: Characters in a line.
    """
    causes, consequences = _parted(verdicts)
    lines = [in_lines(f"{name}: {explained(verdicts[0]).title}", width), ""]
    for number, verdict in enumerate(causes, 1):
        cause = explained(verdict)
        lines.append(f"{number}. {cause.title} ({_seeds(verdict)})")
        remedies = [("try:      ", remedy) for remedy in cause.remedies]
        parts = [("measured: ", cause.finding), ("meaning:  ", cause.meaning), *remedies]
        lines += [in_lines(text, width, f"   {label}", " " * (3 + len(label))) for label, text in parts]
        lines.append("")
    if consequences:
        lines += [in_lines(f"{LIKELY}: {_titles(consequences)}", width), ""]
    lines += [line for text in of_which(verdicts) for line in (in_lines(text, width), "")]
    command = _to_try(verdicts[0], run) if run else None
    if command:
        lines += [f"to try: {command}", ""]
    return "\n".join(lines)


def as_markdown(name: str, verdicts: Sequence[Verdict]) -> str:
    """With headings."""
    causes, consequences = _parted(verdicts)
    lines = [f"# {sparing_markdown(name)}: {explained(verdicts[0]).title}", ""]
    for number, verdict in enumerate(causes, 1):
        cause = explained(verdict)
        lines += [f"## {number}. {cause.title} ({_seeds(verdict)})", "", f"**Measured**: {cause.finding}", ""]
        lines += [f"**Meaning**: {cause.meaning}", ""]
        lines += ["**Try**:", "", *(f"- {remedy}" for remedy in cause.remedies), ""] if cause.remedies else []
    if consequences:
        lines += [f"{LIKELY}: {_titles(consequences)}.", ""]
    lines += [line for text in of_which(verdicts) for line in (text, "")]
    return "\n".join(lines)


def as_json(verdicts: Sequence[Verdict]) -> str:
    """All verdicts, causes and consequences alike, with their numbers."""
    return records_json(
        [
            {
                "verdict": verdict.kind,
                "seeds": list(verdict.seeds),
                "of": verdict.num_seeds,
                "numbers": _defined(verdict),
                **vars(explained(verdict)),
            }
            for verdict in verdicts
        ]
    )


def of_which(verdicts: Sequence[Verdict]) -> list[str]:
    """Of which epoch and seeds the scores are that the causes name; nothing where they name none."""
    causes = _parted(verdicts)[0] if verdicts else []
    return [OF_WHICH] if any("train_score" in verdict.numbers for verdict in causes) else []


@dataclass(frozen=True)
class Told:
    """A cause in words, for a document."""

    title: str
    """A few words, and how many seeds show it."""
    finding: str
    """What was measured."""
    meaning: str
    """Why it matters."""
    remedies: Sequence[str]
    """What to try; code in backquotes."""


def told(verdicts: Sequence[Verdict]) -> list[Told]:
    """The causes, the most important one first."""
    causes = [(verdict, explained(verdict)) for verdict in _parted(verdicts)[0]] if verdicts else []
    return [Told(f"{e.title} ({_seeds(verdict)})", e.finding, e.meaning, e.remedies) for verdict, e in causes]


def _to_try(verdict: Verdict, run: Path) -> str | None:
    """The command that trains a run again with the first remedy that is one key; None if there is no such remedy."""
    change = explained(verdict).change
    if change is None:
        return None
    key, value = change
    word = BY_KEY.get(key)
    option = f"{word.option} {quote(value.strip('[]'))}" if word else f"--set {quote(f'{key}={value}')}"
    return f"mlpexp train {quote(str(run))} {option}"


def _defined(verdict: Verdict) -> dict[str, float | str | None]:
    """The numbers; null, since JSON knows no other word, where one is infinite or not defined."""
    return {name: n if isinstance(n, str) or isfinite(n) else None for name, n in verdict.numbers.items()}


def _parted(verdicts: Sequence[Verdict]) -> tuple[list[Verdict], list[Verdict]]:
    """Causes, and what the first of them usually brings about."""
    first, *others = verdicts
    follow = CONSEQUENCES.get(first.kind, frozenset())
    return [first, *(v for v in others if v.kind not in follow)], [v for v in others if v.kind in follow]


def _titles(verdicts: Sequence[Verdict]) -> str:
    return ", ".join(explained(verdict).title for verdict in verdicts)


def _seeds(verdict: Verdict) -> str:
    if verdict.num_seeds == 1:
        return "one seed"
    return f"{len(verdict.seeds)} of {verdict.num_seeds} seeds"
