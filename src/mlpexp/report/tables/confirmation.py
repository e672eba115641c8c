"""A confirmation beside the look that it confirms: a table, and sentences of at most 20 words."""

from collections.abc import Sequence

from mlpexp.report.tables.text_table import TextTable
from mlpexp.report.words import cell_interval, cell_number
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
                first.verdict,
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
    lines = [_sentence(comparison.labels[number], arm, first) for number, arm, first in asked[:MOST_SENTENCES]]
    look = confirms.looks[confirms.confirmed]
    chose = " and chose its best" if confirms.chosen_after else ""
    lines.append(
        f"look {confirms.confirmed + 1} ({_seeds(look.seeds)}, {look.num_arms:,} arms) asked this first{chose}: {look.name}"
    )
    seeds = comparison.summary.seeds
    lines.append(f"this is look {len(confirms.looks) + 1}; no look before it has used seeds {seeds[0]} to {seeds[-1]}")
    confirmations = len(confirms.looks)
    if confirmations > 1:
        lines.append(
            f"of {confirmations} confirmations, each wrong in 5 % at most, one or more is in up to {5 * confirmations} %"
        )
    return lines


def _asked(comparison: ArmsComparison, confirms: Confirms) -> list[tuple[int, ArmComparison, ConfirmedArm]]:
    """Number, comparison and first word of each arm but the reference."""
    rows = zip(comparison.shown.arms, confirms.arms, strict=True)
    return [(number, arm, first) for number, (arm, first) in enumerate(rows) if number != comparison.shown.reference]


def _sentence(label: str, arm: ArmComparison, first: ConfirmedArm) -> str:
    before = next((verdict for verdict in DECIDED if first.verdict.startswith(verdict)), "")
    fresh = f"with {_count(arm.difference.n if arm.difference else 0)} fresh seeds"
    if arm.verdict not in DECIDED:
        word = "not confirmed" if before else "still undecided"
        return f"{word}: {label} is undecided {fresh}" + (f", and was {first.verdict}" if before else "")
    if arm.verdict == before:
        return f"confirmed: {label} is {_said(arm)} {fresh}"
    word = "contradicted" if {before, arm.verdict} == {"better", "worse"} else "not confirmed" if before else "decided"
    return f"{word}: {label} is {_said(arm)} {fresh}, and was {first.verdict}"


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
