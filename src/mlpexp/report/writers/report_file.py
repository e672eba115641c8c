"""Where a report is written, and what it may replace: nothing but an earlier report of the same results."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from mlpexp.config.words import did_you_mean
from mlpexp.errors import InputError
from mlpexp.report.document.document import Document
from mlpexp.report.writers.html import html
from mlpexp.report.writers.html import words as in_html
from mlpexp.report.writers.markdown import markdown
from mlpexp.report.writers.markdown import words as in_markdown
from mlpexp.report.writers.marker import MADE_BY
from mlpexp.store.beside import refuse_results
from mlpexp.store.files import write_bytes, write_text

SUFFIXES = (".html", ".md")
LOOKED_AT = 20_000  # letters, in which a report says of what it is
FIGURES = "figures"  # the folder of the figures of `report.md` is `report-figures`


def check_output(file: Path) -> None:
    """Refuses a file that is no place for a report, before anything is read.

    Raises:
        InputError: Its ending is not known, it is a folder, or it is in a result.
    """
    if file.suffix not in SUFFIXES:
        near = did_you_mean(file.suffix, SUFFIXES)
        raise InputError(f"--output: {file}: {file.suffix or 'no ending'} is not known{near}")
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
        begun = file.read_text(encoding="utf-8", errors="replace")[:LOOKED_AT]
        if not any(
            f"{MADE_BY} {words(source)}{end}" in begun for words, end in ((in_html, '"'), (in_markdown, " -->"))
        ):
            raise InputError(f"--output: {file} exists, and is no report of {source}; name another file")
    elif file.suffix == ".md" and _figures(file).exists():
        raise InputError(f"--output: {_figures(file)} exists, where the figures go; name another file")


def write_report(document: Document, file: Path) -> None:
    """Writes a report; of Markdown the figures first, which are in a folder beside it.

    Raises:
        RunError: A file cannot be written.
    """
    text, beside = _contents(document, file)
    for name, content in beside.items():
        write_bytes(file.parent / name, content)
    write_text(file, text)


def _contents(document: Document, file: Path) -> tuple[str, Mapping[str, bytes]]:
    if file.suffix == ".html":
        return html(document), {}
    return markdown(document, _figures(file).name)


def _figures(file: Path) -> Path:
    return file.with_name(f"{file.stem}-{FIGURES}")
