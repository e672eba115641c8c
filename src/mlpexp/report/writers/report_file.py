"""Where a report is written, and what it may replace: nothing but an earlier report of the same results."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from mlpexp.config.words import did_you_mean
from mlpexp.errors import InputError
from mlpexp.report.document.document import Document
from mlpexp.report.writers.html import html
from mlpexp.report.writers.latex import latex
from mlpexp.report.writers.markdown import markdown
from mlpexp.report.writers.markdown import markdown_text as in_markdown
from mlpexp.report.writers.marker import MADE_BY
from mlpexp.report.writers.page import words as in_html
from mlpexp.report.writers.shown_words import shown
from mlpexp.report.writers.typst import check_typst, pdf
from mlpexp.store.beside import refuse_results
from mlpexp.store.files import write_bytes

SUFFIXES = (".html", ".md", ".tex", ".pdf")
WITH_FIGURES = (".md", ".tex")  # whose figures are files beside it
LOOKED_AT = 20_000  # letters at its begin, and at its end, in which a report says of what it is
NOT_IN_LATEX = '%#{}\\~^$&"'  # signs that LaTeX reads in no name of a file
FIGURES = "figures"  # the folder of the figures of `report.md` is `report-figures`


def check_output(file: Path) -> None:
    """Refuses a file that is no place for a report, before anything is read.

    Raises:
        InputError: Its ending is not known, it is a folder, or it is in a result.
    """
    if file.suffix not in SUFFIXES:
        near = did_you_mean(file.suffix, SUFFIXES)
        raise InputError(f"--output: {file}: {file.suffix or 'no ending'} is not known{near}")
    if file.suffix == ".tex" and (odd := sorted(set(file.stem) & set(NOT_IN_LATEX))):
        raise InputError(
            f"--output: {file}: LaTeX finds no figures beside a name with {' '.join(odd)}; name another file"
        )
    if file.suffix == ".pdf":
        check_typst()
    if file.is_dir():
        raise InputError(f"--output: {file} is a folder; name a file in it, such as {file / 'report.html'}")
    refuse_results("--output", file)


def check_free(file: Path, sources: Sequence[str]) -> None:
    """Refuses to write over what is not an earlier report of the same results.

    Args:
        file: Where the report goes.
        sources: The names of the results.

    Raises:
        InputError: Something else is there.
    """
    source = " ".join(sources)
    if file.exists():
        if not _is_report(file, source):
            raise InputError(f"--output: {file} exists, and is no report of {source}; name another file")
    elif file.suffix in WITH_FIGURES and (folder := _figures(file)).exists():
        beside = [file.with_suffix(suffix) for suffix in WITH_FIGURES]
        if not any(other.is_file() and _is_report(other, source) for other in beside):
            raise InputError(f"--output: {folder} exists, where the figures go; name another file")


def _is_report(file: Path, source: str) -> bool:
    text = _ends(file)
    return any(mark in text for mark in _marks(source))


def _ends(file: Path) -> str:
    text = file.read_text(encoding="utf-8", errors="replace")
    return text[:LOOKED_AT] + text[-LOOKED_AT:]


def _marks(source: str) -> tuple[str, ...]:
    """What a report says of itself, as HTML, Markdown, LaTeX and PDF."""
    as_html, as_markdown = f'{MADE_BY} {in_html(source)}"', f"{MADE_BY} {in_markdown(source)} -->"
    return as_html, as_markdown, f"% {MADE_BY} {shown(source)}\n", f">{MADE_BY} {escape(shown(source))}<"


def write_report(document: Document, file: Path) -> None:
    """Writes a report; of Markdown and LaTeX the figures first, which are in a folder beside it.

    Raises:
        RunError: A file cannot be written.
    """
    content, beside = _contents(document, file)
    for name, figure in beside.items():
        write_bytes(file.parent / name, figure)
    write_bytes(file, content)


def _contents(document: Document, file: Path) -> tuple[bytes, Mapping[str, bytes]]:
    match file.suffix:
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
