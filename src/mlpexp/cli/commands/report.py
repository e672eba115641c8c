"""``mlpexp report``."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mlpexp.cli.options import DataDir, RunsDir, Table, option
from mlpexp.errors import InputError, RunError

if TYPE_CHECKING:
    from mlpexp.results.result import Result


def report(
    results: Annotated[
        list[str],
        typer.Argument(
            metavar="RESULTS...",
            help="Runs and sweeps: folders, `last`, hashes, names or unique parts of them; or a folder of results.",
            show_default=False,
        ),
    ],
    output: Annotated[
        Path | None,
        option(
            "--output",
            "-o",
            metavar="FILE",
            help="The file: .html, .md, .tex or .pdf [default: RESULT-report.html beside the result].",
        ),
    ] = None,
    explain: Annotated[
        bool,
        typer.Option(
            "--explain/--no-explain", help="Say why networks learned or did not, where their weights were kept."
        ),
    ] = True,
    network: Annotated[
        bool,
        typer.Option("--network/--no-network", help="Put a trained network into the page, which computes with it."),
    ] = True,
    table: Table = None,
    runs_dir: RunsDir = Path("runs"),
    data_dir: DataDir = None,
) -> None:
    """Write a report to hand in: question, answer, tables, figures, formulas, data and versions in one file."""
    from mlpexp.cli.report_material import mistakes, why
    from mlpexp.report.sections.contents import document_of
    from mlpexp.report.sections.index import index, report_name
    from mlpexp.report.sections.material import Material
    from mlpexp.report.writers.report_file import check_free, check_output, write_report
    from mlpexp.results.result import Result
    from mlpexp.store.listing import find_result

    if output is not None:
        check_output(output)
    if (folder := _folder_of_results(results)) is not None:
        file = output or folder / "index.html"
        check_output(file)
        check_free(file, ["folder", folder.resolve().name])
        write_report(index(folder, file.parent), file)
    else:
        opened = [Result.open(find_result(text, runs_dir), table or ()) for text in results]
        paths = [result.path.resolve() for result in opened]
        file = output or paths[0].with_name(report_name(paths[0]) if len(paths) == 1 else "report.html")
        check_output(file)
        check_free(file, [path.name for path in paths])
        ask = partial(why, data_dir=data_dir) if explain else None
        live = partial(_live, data_dir=data_dir) if network and file.suffix == ".html" else None
        wrong = partial(mistakes, data_dir=data_dir)
        write_report(document_of([Material(result, ask, live, wrong) for result in opened]), file)
    typer.echo(file)


def _folder_of_results(results: Sequence[str]) -> Path | None:
    """The folder that is named, if it is not a result itself."""
    from mlpexp.store.result_folder import is_result

    path = Path(results[0])
    return path if len(results) == 1 and path.is_dir() and not is_result(path) else None


def _live(result: "Result", data_dir: Path | None) -> "Mapping[str, Any] | str":
    """A trained network for the page, or in a sentence why it has none."""
    from mlpexp.cli.training import data_folder
    from mlpexp.execution.environment import without_places
    from mlpexp.export.live import live_network

    if result.summary.model.name == "som":
        return ""
    try:
        return live_network(result, data_folder(data_dir))
    except (InputError, RunError) as error:
        return without_places(str(error))
