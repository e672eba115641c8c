"""The document of a folder of results: a row for each, with a link to its report."""

import os
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from mlpexp.report.document.blocks import Paragraph, Prose, TableBlock
from mlpexp.report.document.document import Document, Section
from mlpexp.report.sections.sentences import words_of
from mlpexp.report.tables.listing import page_table
from mlpexp.report.words import counted
from mlpexp.results.listed import Listed, listed_in, varied_keys

MOST_KEYS = 12  # of the configs, that are columns
UNREADABLE = "damaged"


def index(runs_dir: Path, reports: Path) -> Document:
    """All results of a folder, newest first.

    Args:
        runs_dir: The folder.
        reports: The folder of the page, in which links begin.

    Raises:
        InputError: There is no such folder.
    """
    listed = listed_in(runs_dir, now=0.0)[::-1]
    keys = varied_keys(listed)
    links = [_link(result, reports) for result in listed]
    lead = [Paragraph(said) for said in _said(listed, links, len(keys))]
    blocks = [TableBlock("results", page_table(listed, keys[:MOST_KEYS]), links, searched=True)]
    name = runs_dir.resolve().name
    return Document(f"Results in {name}", lead, [Section("all", "All results", blocks)], source_of_folder(runs_dir))


def source_of_folder(runs_dir: Path) -> str:
    """Of what a page of a folder says it was made."""
    return f"folder {runs_dir.resolve().name}"


def report_name(result: Path) -> str:
    """What the report of a result is called: it lies beside the result, which holds only what training made."""
    return f"{result.resolve().name}-report.html"


def _said(listed: Sequence[Listed], links: Sequence[str], num_keys: int) -> list[Prose]:
    """What the rows are, where names lead, and what is not shown."""
    num_reports, num_damaged = sum(map(bool, links)), sum(result.status == UNREADABLE for result in listed)
    said = [f"{counted(len(listed), 'result')}, the newest first."]
    said += [f"{num_damaged:,} cannot be read."] if num_damaged else []
    if num_reports:
        are = "result has a report beside it" if num_reports == 1 else "results have a report beside them"
        said.append(f"{num_reports:,} {are}, to which the name leads.")
    if num_reports < len(listed):
        said.append("`mlpexp report RESULT` makes the report of a result; then make this page again.")
    if num_keys > MOST_KEYS:
        said.append(
            f"Of {num_keys:,} keys that differ, {MOST_KEYS} are columns; `mlpexp list --format csv` has them all."
        )
    return [words_of(" ".join(said))]


def _link(result: Listed, reports: Path) -> str:
    """To the report of a result, if there is one beside it; else empty."""
    path = result.entry.folder.path
    report = path.with_name(report_name(path)).resolve()
    if not report.is_file():
        return ""
    try:
        return "/".join(map(quote, Path(os.path.relpath(report, reports.resolve())).parts))
    except ValueError:  # on another drive
        return ""
