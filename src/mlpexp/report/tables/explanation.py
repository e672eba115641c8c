"""Why something learned or did not, as text, Markdown or JSON: verdicts, what they rest on, what to try."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from shlex import quote
from typing import Any

from mlpexp.analysis.explain.advice import Advice, Outcome, causes_of
from mlpexp.analysis.explain.explanations import explained
from mlpexp.analysis.explain.verdicts import Verdict
from mlpexp.asking import either
from mlpexp.config.scores import SCORES
from mlpexp.config.words import BY_KEY
from mlpexp.planning.values import value_text
from mlpexp.report.markdown_text import sparing_markdown
from mlpexp.report.tables.text_table import records_json
from mlpexp.report.words import duration, in_lines

OF_WHICH = (
    "Training scores and losses are of the last epoch: medians over the seeds that show it. "
    "Means over all seeds, at the epoch whose weights are kept, can differ. Held-out scores are means of trials."
)
LIKELY = "likely its consequences, to be checked again when it is repaired"
NONE_HELPS = "Of what was tried, nothing helps on held-out samples."
SUGGESTIONS = "None of these remedies was tried: they are suggestions."
NEARLY_ALL = 0.95  # from here on two decimals would hide what is missing of 1
EFFECTS = {"better": "", "same": ": no clear difference", "worse": ": not advised"}

AdviceOfEach = Sequence[Sequence[Advice]]
"""The remedies of each of some verdicts."""


def as_text(name: str, verdicts: Sequence[Verdict], advice: AdviceOfEach, run: Path | None, width: int) -> str:
    """For the terminal.

    Args:
        name: Of what is explained.
        verdicts: The first of them is the most important.
        advice: The remedies of each verdict.
        run: The folder, if it is that of a run, whose config can be changed and trained again.
        width: Characters in a line.
    """
    causes, consequences = causes_of(verdicts)
    lines = [in_lines(f"{name}: {explained(verdicts[0]).title}", width), ""]
    for number, (verdict, remedies) in enumerate(_with_advice(causes, verdicts, advice), 1):
        cause = explained(verdict)
        lines.append(f"{number}. {cause.title} ({_seeds(verdict)})")
        tries = [("tried:    " if each.advised is False else "try:      ", in_words(each)) for each in remedies]
        parts = [("measured: ", cause.finding), ("meaning:  ", cause.meaning), *tries]
        lines += [in_lines(text, width, f"   {label}", " " * (3 + len(label))) for label, text in parts]
        lines.append("")
    if consequences:
        lines += [in_lines(f"{LIKELY}: {_titles(consequences)}", width), ""]
    lines += [line for text in notes(verdicts, advice) for line in (in_lines(text, width), "")]
    changes = _best_changes(causes, verdicts, advice)
    if run and changes:
        lines += [f"to try: {_command(run, changes)}", ""]
    return "\n".join(lines)


def as_markdown(name: str, verdicts: Sequence[Verdict], advice: AdviceOfEach) -> str:
    """With headings."""
    causes, consequences = causes_of(verdicts)
    lines = [f"# {sparing_markdown(name)}: {explained(verdicts[0]).title}", ""]
    for number, (verdict, remedies) in enumerate(_with_advice(causes, verdicts, advice), 1):
        cause = explained(verdict)
        lines += [f"## {number}. {cause.title} ({_seeds(verdict)})", "", f"**Measured**: {cause.finding}", ""]
        lines += [f"**Meaning**: {cause.meaning}", ""]
        lines += ["**Try**:", "", *(f"- {in_words(each)}" for each in remedies), ""] if remedies else []
    if consequences:
        lines += [f"{LIKELY}: {_titles(consequences)}.", ""]
    lines += [line for text in notes(verdicts, advice) for line in (text, "")]
    return "\n".join(lines)


def as_json(verdicts: Sequence[Verdict], advice: AdviceOfEach) -> str:
    """All verdicts, causes and consequences alike, with their numbers and remedies."""
    return records_json(
        [
            {
                "verdict": verdict.kind,
                "seeds": list(verdict.seeds),
                "of": verdict.num_seeds,
                "numbers": _defined(verdict),
                **vars(explained(verdict)),
                "remedies": [_as_record(each) for each in remedies],
            }
            for verdict, remedies in zip(verdicts, advice, strict=True)
        ]
    )


def in_words(each: Advice) -> str:
    """A remedy, and in parentheses what came of it, or why it was not tried."""
    said = ""
    if each.outcome:
        said = _tried(each.outcome)
    elif each.why_not:
        said = f"not tried: {each.why_not if each.seconds is None else f'about {duration(each.seconds)}'}"
    return f"{each.remedy.phrase} ({said})" if said else each.remedy.phrase


def notes(verdicts: Sequence[Verdict], advice: AdviceOfEach) -> list[str]:
    """Of which epoch and seeds the scores are that the causes name; and that nothing helps, or was tried."""
    changes = [each for of_one in advice for each in of_one if each.remedy.changes]
    outcomes = [each.outcome for each in changes if each.outcome]
    if changes and not outcomes:
        return [*of_which(verdicts), SUGGESTIONS]
    helps = any(outcome.effect == "better" for outcome in outcomes)
    return of_which(verdicts) + ([NONE_HELPS] if outcomes and not helps else [])


def of_which(verdicts: Sequence[Verdict]) -> list[str]:
    """Of which epoch and seeds the scores are that the causes name; nothing where they name none."""
    causes = causes_of(verdicts)[0] if verdicts else []
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


def told(verdicts: Sequence[Verdict], advice: AdviceOfEach) -> list[Told]:
    """The causes, the most important one first."""
    causes = _with_advice(causes_of(verdicts)[0], verdicts, advice) if verdicts else []
    return [
        Told(f"{e.title} ({_seeds(verdict)})", e.finding, e.meaning, [in_words(each) for each in remedies])
        for verdict, remedies in causes
        for e in [explained(verdict)]
    ]


def _with_advice(
    causes: Sequence[Verdict], verdicts: Sequence[Verdict], advice: AdviceOfEach
) -> list[tuple[Verdict, Sequence[Advice]]]:
    return [(v, remedies) for v, remedies in zip(verdicts, advice, strict=True) if v in causes]


def _tried(outcome: Outcome) -> str:
    """``tried with 5 seeds on 26 held-out samples: accuracy 0.58 -> 0.98``."""
    what = f"tried with {outcome.num_seeds} seeds on {outcome.held_out} held-out samples"
    digits = 3 if max(outcome.before, outcome.after) >= NEARLY_ALL else 2
    lost, num_seeds = (outcome.diverged_before, outcome.diverged), outcome.num_seeds
    before, after = (
        "diverged" if count == num_seeds else f"{score:.{digits}f}"  # what diverged has a score in name only
        for count, score in zip(lost, (outcome.before, outcome.after), strict=True)
    )
    found = f"{SCORES[outcome.score].label} {before} -> {after}"
    if outcome.by_loss and outcome.loss_before is not None and outcome.loss_after is not None:
        found += f", loss {outcome.loss_before:.3g} -> {outcome.loss_after:.3g}"
    if 0 < outcome.diverged < num_seeds:
        found += f", {outcome.diverged} of {num_seeds} seeds diverged"
    return f"{what}: {found}{EFFECTS[outcome.effect]}"


def _as_record(each: Advice) -> dict[str, Any]:
    outcome = each.outcome
    tried = outcome and {
        "seeds": outcome.num_seeds,
        "held_out": outcome.held_out,
        "score": outcome.score,
        "before": outcome.before,
        "after": outcome.after,
        "loss_before": outcome.loss_before,
        "loss_after": outcome.loss_after,
        "diverged": outcome.diverged,
        "diverged_before": outcome.diverged_before,
    }
    changes = dict(each.remedy.changes)
    why_not = each.why_not or None
    return {"text": each.remedy.text, "changes": changes, "tried": tried, "not_tried": why_not, "advised": each.advised}


def _best_changes(
    causes: Sequence[Verdict], verdicts: Sequence[Verdict], advice: AdviceOfEach
) -> Mapping[str, Any] | None:
    """Of the first cause that a remedy helps; where none was tried, the first remedy of the first cause."""
    of_causes = [each for _, remedies in _with_advice(causes, verdicts, advice) for each in remedies]
    helping = [each.remedy.changes for each in of_causes if each.advised]
    if helping or any(each.outcome for each in of_causes):
        return next(iter(helping), None)
    return next((each.remedy.changes for each in advice[0] if each.remedy.changes), None)


def _command(run: Path, changes: Mapping[str, Any]) -> str:
    """What trains a run again with changes: a command, or a call of Python."""
    command = " ".join(["mlpexp train", quote(str(run)), *(_option(key, value) for key, value in changes.items())])
    return either(command, f"mlpexp.train({str(run)!r}, set={dict(changes)!r})")


def _option(key: str, value: Any) -> str:
    """``--epochs 400`` where a short word stands for the key, else ``--set``."""
    word = BY_KEY.get(key)
    plain = value[0] if key == "model.hidden_sizes" and len(value) == 1 else value
    if word and not isinstance(plain, list | dict):
        return f"{word.option} {quote(value_text(plain))}"
    return f"--set {quote(f'{key}={value_text(value)}')}"


def _defined(verdict: Verdict) -> dict[str, float | str | None]:
    """The numbers; null, since JSON knows no other word, where one is infinite or not defined."""
    return {name: n if isinstance(n, str) or isfinite(n) else None for name, n in verdict.numbers.items()}


def _titles(verdicts: Sequence[Verdict]) -> str:
    return ", ".join(explained(verdict).title for verdict in verdicts)


def _seeds(verdict: Verdict) -> str:
    if verdict.num_seeds == 1:
        return "one seed"
    return f"{len(verdict.seeds)} of {verdict.num_seeds} seeds"
