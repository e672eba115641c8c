"""Several results on one page: a row for each with a link to its part, and what can be said of their differences."""

from collections.abc import Sequence
from dataclasses import dataclass
from shlex import quote

from mlpexp.errors import InputError, MlpexpError
from mlpexp.planning.factors import differences
from mlpexp.report.document.blocks import Block, CodeBlock, Paragraph, TableBlock
from mlpexp.report.document.document import Section
from mlpexp.report.sections.sentences import bullets, sentence
from mlpexp.report.tables.comparison_table import keys_table
from mlpexp.report.tables.listing import page_table
from mlpexp.report.tables.paired_results import PairedResults
from mlpexp.results.candidates import NotPaired, candidates_in, common_metric
from mlpexp.results.listed import Listed
from mlpexp.results.result import Result
from mlpexp.store.listing import Entry

MOST_CANDIDATES = 30  # that are compared on a page


def side_by_side(results: Sequence[Result], titles: Sequence[str], parts: Sequence[str]) -> Section:
    """What the results are, and whether they differ.

    Args:
        results: At least two.
        titles: Of their parts.
        parts: The names of these sections, for links.
    """
    listed = [
        Listed(Entry(result.folder, result.summary, 0.0), title, 0.0)
        for result, title in zip(results, titles, strict=True)
    ]
    blocks: list[Block] = [TableBlock("results", page_table(listed, ()), [f"#{part}" for part in parts])]
    command: _Command | None = _Command("What compares them with other options:")
    try:
        blocks += _compared(results)
    except MlpexpError as error:
        why = str(error).removeprefix("cannot be compared: ").removeprefix("compare: ")
        for result in results:
            why = why.replace(str(result.path), result.path.resolve().name)
        blocks.append(bullets([sentence(f"nothing is tested between these results: {why}")]))
        command = _instead(error)
    if command is not None:
        names = " ".join(quote(result.path.resolve().name) for result in results)
        blocks += [Paragraph((command.does,)), CodeBlock(f"mlpexp compare {names}{command.options}", "sh")]
    return Section("side-by-side", "Side by side", blocks)


@dataclass(frozen=True)
class _Command:
    """What compares the results outside of the page."""

    does: str
    """A sentence that ends in a colon."""
    options: str = ""
    """Behind the results."""


def _instead(error: MlpexpError) -> _Command | None:
    """The command that does what the page does not; None: it would refuse for the same reason."""
    match error:
        case NotPaired():
            return _Command("What writes the mean of each:", " -o comparison")
        case _TooMany():
            return _Command("What compares them:")
    return None


class _TooMany(InputError):
    """There are more arms than a page compares."""


def _compared(results: Sequence[Result]) -> list[Block]:
    """In what they differ, and their differences paired by seed, as ``mlpexp compare`` has them.

    Raises:
        InputError: Their numbers do not pair, or they are too many.
        RunError: A file is damaged.
    """
    count = sum(result.summary.num_arms for result in results)
    if count > MOST_CANDIDATES:
        raise _TooMany(f"they have {count:,} arms, and a page compares at most {MOST_CANDIDATES}")
    candidates = candidates_in(results)
    factors = differences([candidate.config for candidate in candidates])
    paired = PairedResults(results, candidates, factors, common_metric(candidates, None))
    table = paired.table(whole=False, sentences=True).without({"std", "updates"})
    keys: list[Block] = [TableBlock("keys", keys_table(candidates, factors))] if factors else []
    said = bullets([sentence(text) for text in (*paired.warnings, *paired.said)])
    return [*keys, TableBlock("compared", table), said]
