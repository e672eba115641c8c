"""Reports of results, written as files."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from mlpexp.asking import in_commands

if TYPE_CHECKING:
    from mlpexp.report.document.document import Document
    from mlpexp.results.arm_choice import Say
    from mlpexp.results.result import Result


def report(
    results: "Sequence[Result]",
    output: Path | None = None,
    *,
    explain: bool = True,
    network: bool = True,
    data_dir: str | None = None,
    say: "Say",
) -> Path:
    """Writes a report to hand in.

    Args:
        results: Different ones.
        output: The file; its end decides the format. None: beside the result.
        explain: Whether it says why networks learned or did not, where their weights were kept.
        network: Whether an HTML page has a trained network that computes.
        data_dir: Where image data sets lie.
        say: Is told what takes time, and that an earlier report is written over.

    Returns:
        The file.

    Raises:
        InputError: The file is something else than an earlier report, or its end is no format.
        RunError: A file is damaged, or cannot be written.
    """
    from mlpexp.api.report_material import live, mistakes, why
    from mlpexp.report.sections.contents import document_of, source_of
    from mlpexp.report.sections.index import report_name
    from mlpexp.report.sections.material import Material

    paths = [result.path.resolve() for result in results]
    file = output or paths[0].with_name(report_name(paths[0]) if len(paths) == 1 else "report.html")
    ask = partial(why, data_dir=data_dir, say=say) if explain else None
    computing = partial(live, data_dir=data_dir, say=say) if network and file.suffix.lower() == ".html" else None
    wrong = partial(mistakes, data_dir=data_dir, say=say)

    def document() -> "Document":
        with in_commands():
            return document_of(materials)

    materials = [Material(result, ask, computing, wrong) for result in results]
    write(file, source_of(paths), document, say)
    return file


def write(file: Path, source: str, document: "Callable[[], Document]", say: "Say") -> None:
    """Makes a report where there is a place for it.

    Args:
        file: Its name.
        source: Of what it is: by that an earlier one is known again.
        document: Makes it.
        say: Is told that an earlier one is written over.

    Raises:
        InputError: The file is something else than an earlier report, or its end is no format.
        RunError: It cannot be written.
    """
    from mlpexp.report.writers.report_file import check_free, check_output, write_report

    check_output(file)
    is_again = check_free(file, source)
    write_report(document(), file)
    if is_again:
        say("written over: the earlier report")
