"""Where a report is written, and what it may replace: nothing but an earlier report of the same results."""

import os
from collections.abc import Mapping
from pathlib import Path
from xml.sax.saxutils import escape

from mlpexp.asking import either
from mlpexp.config.words import did_you_mean
from mlpexp.errors import InputError
from mlpexp.report.document.document import Document
from mlpexp.report.markdown_text import markdown_text
from mlpexp.report.writers.html import html
from mlpexp.report.writers.latex import latex
from mlpexp.report.writers.markdown import markdown
from mlpexp.report.writers.marker import MADE_BY
from mlpexp.report.writers.page import words as in_html
from mlpexp.report.writers.shown_words import shown
from mlpexp.report.writers.typst import check_typst, pdf
from mlpexp.store.beside import make_folders, refuse_results
from mlpexp.store.files import write_bytes, write_errors
from mlpexp.store.folders import building_in

SUFFIXES = (".html", ".md", ".tex", ".pdf")
WITH_FIGURES = (".md", ".tex")  # whose figures are files beside it
LOOKED_AT = 20_000  # bytes at its begin, and at its end, in which a report says of what it is
NOT_IN_LATEX = '%#{}\\~^$&"'  # signs that LaTeX reads in no name of a file
FIGURES = "figures"  # the folder of the figures of `report.md` is `report-figures`


def check_output(file: Path) -> None:
    """Refuses a file that is no place for a report, before anything is read.

    Raises:
        InputError: Its ending is not known, it is a folder, it is in a result, or its folder cannot be written.
    """
    ending, given = file.suffix.lower(), either("--output", "report")
    if ending not in SUFFIXES:
        near = did_you_mean(file.suffix, SUFFIXES)
        raise InputError(f"{given}: {file}: {file.suffix or 'no ending'} is not known{near}")
    if ending == ".tex" and (odd := sorted(set(file.stem) & set(NOT_IN_LATEX))):
        raise InputError(
            f"{given}: {file}: LaTeX finds no figures beside a name with {' '.join(odd)}; name another file"
        )
    if ending == ".pdf":
        check_typst()
    if file.is_dir():
        raise InputError(f"{given}: {file} is a folder; name a file in it, such as {file / 'report.html'}")
    refuse_results(given, file)
    there = next(folder for folder in file.absolute().parents if folder.exists())
    if not there.is_dir():
        raise InputError(f"{given}: {file}: {there} is a file, not a folder; name another file")
    if not os.access(there, os.W_OK | os.X_OK):
        raise InputError(f"{given}: {file}: the folder {there} may not be written; name another file")


def check_free(file: Path, source: str) -> bool:
    """Refuses to write over what is not an earlier report of the same results; whether there is one.

    Args:
        file: Where the report goes.
        source: ``Document.source``.

    Raises:
        InputError: Something else is there.
    """
    if file.exists():
        if not file.is_file() or not _is_report(file, source):
            raise InputError(
                f"{either('--output', 'report')}: {file} exists, and is no report of {source}; name another file"
            )
        return True
    if file.suffix.lower() in WITH_FIGURES and (folder := _figures(file)).exists():
        beside = [file.with_suffix(suffix) for suffix in WITH_FIGURES]
        if not any(other.is_file() and _is_report(other, source) for other in beside):
            raise InputError(
                f"{either('--output', 'report')}: {folder} exists, where the figures go; name another file"
            )
    return False


def is_report(file: Path) -> bool:
    """Whether a file is a report of some results."""
    return file.is_file() and file.suffix.lower() in SUFFIXES and MADE_BY in _where_marked(file)


def _is_report(file: Path, source: str) -> bool:
    text = _where_marked(file)
    return any(mark in text for mark in _marks(source))


def _where_marked(file: Path) -> str:
    """The ends of a file, of a PDF all: its metadata stand somewhere before its table of places."""
    if file.suffix.lower() == ".pdf":
        return file.read_bytes().decode(errors="replace")
    with file.open("rb") as stream:
        first = stream.read(LOOKED_AT)
        stream.seek(max(stream.seek(0, os.SEEK_END) - LOOKED_AT, 0))
        return (first + stream.read()).decode(errors="replace")


def _marks(source: str) -> tuple[str, ...]:
    """What a report says of itself, as HTML, Markdown, LaTeX and PDF."""
    as_html, as_markdown = f'{MADE_BY} {in_html(source)}"', f"{MADE_BY} {markdown_text(source)} -->"
    return as_html, as_markdown, f"% {MADE_BY} {shown(source)}\n", f">{MADE_BY} {escape(shown(source))}<"


def write_report(document: Document, file: Path) -> None:
    """Writes a report; of Markdown and LaTeX the figures appear in a folder beside it, last and all together.

    So a full disk leaves all as it was, and a report that was cut short can be made again.

    Raises:
        RunError: A file cannot be written.
    """
    content, beside = _contents(document, file)
    make_folders(file.parent)
    if not beside:
        write_bytes(file, content)
        return
    with building_in(file.parent) as building:
        for name, figure in beside.items():
            with write_errors(building):
                (building / name).parent.mkdir(exist_ok=True)
            write_bytes(building / name, figure)
        write_bytes(file, content)
        with write_errors(file):
            for name in beside:
                (file.parent / name).parent.mkdir(exist_ok=True)
                os.replace(building / name, file.parent / name)


def _contents(document: Document, file: Path) -> tuple[bytes, Mapping[str, bytes]]:
    match file.suffix.lower():
        case ".html":
            return html(document).encode(), {}
        case ".pdf":
            return pdf(document), {}
        case ".tex":
            text, beside = latex(document, _figures(file).name)
        case _:
            text, beside = markdown(document, _figures(file).name)
    return text.encode(), beside


def _figures(file: Path) -> Path:
    return file.with_name(f"{file.stem}-{FIGURES}")
