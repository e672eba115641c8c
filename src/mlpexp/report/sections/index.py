"""The document of a folder of results: a row for each, with a link to its report."""

from pathlib import Path
from urllib.parse import quote

from mlpexp.report.document.blocks import Paragraph, TableBlock
from mlpexp.report.document.document import Document, Section
from mlpexp.report.tables.listing import listing_table
from mlpexp.results.listed import Listed, listed_in

CHANGING = ("age",)  # columns that differ from day to day


def index(runs_dir: Path, reports: Path) -> Document:
    """All results of a folder, oldest first.

    Args:
        runs_dir: The folder.
        reports: The folder of the page, in which links begin.

    Raises:
        InputError: There is no such folder.
    """
    listed = listed_in(runs_dir, now=0.0)
    table = listing_table(listed).without(CHANGING) if listed else None
    links = [_link(result, reports) for result in listed]
    said = f"{len(listed):,} results. A name leads to the report of the result, where there is one beside it."
    blocks = (
        [TableBlock("results", table, links, searched=True)]
        if table
        else [Paragraph(("There are no results in this folder.",))]
    )
    name = runs_dir.resolve().name
    lead = (Paragraph((said,)),)
    return Document(f"Results in {name}", lead, [Section("all", "All results", blocks)], f"folder {name}")


def report_name(result: Path) -> str:
    """What the report of a result is called: it lies beside the result, which holds only what training made."""
    return f"{result.resolve().name}-report.html"


def _link(result: Listed, reports: Path) -> str:
    """To the report of a result, if there is one beside it; else empty."""
    path = result.entry.folder.path
    report = path.with_name(report_name(path)).resolve()
    parts = report.parts if report.is_file() else ()
    base = reports.resolve()
    if not parts or not report.is_relative_to(base):
        return ""
    return "/".join(map(quote, report.relative_to(base).parts))
