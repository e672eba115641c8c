"""What a result says, in a sentence for a notebook and in sentences as the terminal has them."""

from typing import TYPE_CHECKING

from mlpexp.errors import MlpexpError
from mlpexp.planning.sweep_options import SEED_AXES
from mlpexp.report.tables.arm_results import notes, unfinished
from mlpexp.report.tables.reached import with_interval
from mlpexp.report.words import counted

if TYPE_CHECKING:
    from mlpexp.results.result import Result
    from mlpexp.store.summary import Summary


def finding(summary: "Summary") -> str:
    """What came out in a few words, from the summary alone; empty before the end."""
    if summary.outcome is None:
        return ""
    best = summary.outcome.best
    mean = None if best is None else summary.outcome.arms[best].means.get(summary.metric.column)
    label = summary.metric.label
    if best is None or mean is None or mean.mean is None:
        return f"{label} has no value"
    if any(axis.key in SEED_AXES for axis in summary.axes):  # which of them is the best is chance
        return f"{label} of trainings that differ by chance; .conclusions says by what"
    reached = f"{label} {with_interval(mean, summary, of_samples=not summary.axes)}"
    if not summary.axes:
        return reached
    from mlpexp.report.tables.comparison_table import shown_label

    return f"best: {shown_label(summary.outcome.arms[best].label)}: {reached}"


def in_one_line(result: "Result") -> str:
    """Name, status, size, and what came out; of the summary alone, so that it is there at once."""
    try:
        summary = result.summary
    except MlpexpError as error:  # its folder was moved or damaged
        return f"<mlpexp result: {error}>"
    seeds = counted(len(summary.seeds), "seed")
    size = f"{summary.num_arms:,} arms x {seeds}" if summary.axes else seeds
    said = finding(summary) or summary.reason or "not ended yet; .resume() goes on with it"
    return f"<mlpexp {summary.word} {summary.name}: {result.folder.status(summary)}, {size}; {said}>"


def verdict(result: "Result") -> str:
    """The answer as a report has it: what was reached, and whether it is decided which arm is the best."""
    from mlpexp.report.document.blocks import Paragraph
    from mlpexp.report.sections.answer import answer
    from mlpexp.report.sections.material import Material

    said = answer(Material(result)).blocks[0]
    if not isinstance(said, Paragraph):  # nothing was reached: the first sentence says why
        return next(iter(sentences(result)), "")
    return "".join(piece if isinstance(piece, str) else str(getattr(piece, "text", "")) for piece in said.words)


def sentences(result: "Result") -> list[str]:
    """What the terminal says below the table; of a result that has not ended how to go on.

    Raises:
        RunError: A file is damaged.
    """
    if result.summary.outcome is None or not result.summary.complete:
        return [unfinished(result)]
    if not result.summary.axes:
        return notes(result, result.path)
    from mlpexp.report.tables.conclusions import conclusions
    from mlpexp.report.tables.confirmation import confirmation_sentences
    from mlpexp.results.comparison import read_comparison

    comparison = read_comparison(result)
    confirms = comparison.summary.confirms
    said = conclusions(comparison, result.path)
    confirmed = confirmation_sentences(comparison, confirms) if confirms else []
    return [*confirmed, *said.warnings, *said.footnotes, *said.details]
