"""A confirmation beside the look that it confirms: a table, and sentences of at most 20 words."""

from collections.abc import Sequence

from mlpexp.report.tables.text_table import TextTable
from mlpexp.report.words import cell_interval, cell_number, counted
from mlpexp.results.comparison import ArmsComparison
from mlpexp.statistics.arm_comparison import ArmComparison
from mlpexp.store.summary import ConfirmedArm, Confirms

DECIDED = ("better", "worse", "no difference")
MOST_SENTENCES = 6
DROPPABLE = ("interval then", "interval now", "n then", "n now")


def looks_table(comparison: ArmsComparison, confirms: Confirms) -> TextTable:
    """A row per arm that is asked about: the difference to the reference then and now, and what was said of it."""
    rows = []
    for number, arm, first in _asked(comparison, confirms):
        pair = arm.difference
        rows.append(
            [
                comparison.labels[number],
                str(first.n),
                _number(first.difference),
                "-" if first.low is None or first.high is None else cell_interval(first.low, first.high, sign=True),
                first.said,
                str(pair.n) if pair else "0",
                _number(pair.mean if pair else None),
                cell_interval(pair.low, pair.high, sign=True) if pair else "-",
                arm.short,
            ]
        )
    columns = [
        "arm",
        *(f"{what} {when}" for when in ("then", "now") for what in ("n", "difference", "interval", "verdict")),
    ]
    title = f"look {confirms.confirmed + 1} and this one, with fresh seeds: differences to {_reference(comparison)}"
    prose = frozenset({"verdict then", "verdict now"})
    return TextTable(columns, rows, frozenset(columns) - prose - {"arm"}, title=title, prose=prose, droppable=DROPPABLE)


def confirmation_sentences(comparison: ArmsComparison, confirms: Confirms) -> list[str]:
    """What the fresh seeds say of what was said before, and how many looks there have been."""
    asked = _asked(comparison, confirms)
    lines = [_sentence(comparison, number, first) for number, _, first in asked[:MOST_SENTENCES]]
    look = confirms.looks[confirms.confirmed]
    chose = " and chose its best" if confirms.chosen_after else ""
    lines.append(
        f"look {confirms.confirmed + 1} ({_seeds(look.seeds)}, {look.num_arms:,} arms) asked this before{chose}: {look.name}"
    )
    seeds = comparison.summary.seeds
    number = len(confirms.looks) + 1
    lines.append(f"this is look {number}; no look known before it has used seeds {seeds[0]} to {seeds[-1]}")
    if number > 2:
        later = number - 1
        lines.append(
            f"each of the {later} looks after the first is wrong in 5 % at most; one or more of them, in up to {5 * later} %"
        )
    return lines


def _asked(comparison: ArmsComparison, confirms: Confirms) -> list[tuple[int, ArmComparison, ConfirmedArm]]:
    """Number, comparison and first word of each arm but the reference."""
    rows = zip(comparison.shown.arms, confirms.arms, strict=True)
    return [(number, arm, first) for number, (arm, first) in enumerate(rows) if number != comparison.shown.reference]


def _sentence(comparison: ArmsComparison, number: int, first: ConfirmedArm) -> str:
    """What is said now, for new seeds and for new samples, and what was said then if that was something else."""
    label, arm = comparison.labels[number], comparison.shown.arms[number]
    was = "" if first.verdict in (arm.verdict, "undecided") else f", and was {first.said}"
    pairs = arm.difference.n if arm.difference else 0
    if pairs == 0:
        return f"no answer: {label} has {_without_pairs(comparison, arm)}{was}"
    fresh = f"with {counted(pairs, 'fresh seed')}"
    new = comparison.new_samples
    reading = "" if new.reason else f"; for new samples: {new.shown[number].verdict}"
    before = first.verdict in DECIDED
    if arm.verdict not in DECIDED:
        word = "not confirmed" if before else "still undecided"
        return f"{word}: {label} is undecided {fresh}{was}{reading}"
    if arm.verdict == first.verdict:
        return f"confirmed: {label} is {_said(arm)} {fresh}{reading}"
    word = (
        "contradicted"
        if {first.verdict, arm.verdict} == {"better", "worse"}
        else "not confirmed"
        if before
        else "decided"
    )
    return f"{word}: {label} is {_said(arm)} {fresh}, and was {first.said}{reading}"


def _without_pairs(comparison: ArmsComparison, arm: ArmComparison) -> str:
    seeds = counted(len(comparison.summary.seeds), "fresh seed")
    return f"no result in any of {seeds}" if arm.own.n == 0 else f"no seed of {seeds} in common with the reference"


def _said(arm: ArmComparison) -> str:
    return "no different (within the margin)" if arm.verdict == "no difference" else arm.short


def _reference(comparison: ArmsComparison) -> str:
    reference = comparison.shown.reference
    return "nothing" if reference is None else comparison.labels[reference]


def _number(value: float | None) -> str:
    return "-" if value is None else cell_number(value, sign=True)


def _seeds(ends: Sequence[int]) -> str:
    return f"{_count(ends[1] - ends[0] + 1)} seeds"


def _count(number: int) -> str:
    return f"{number:,}"
