"""``mlpexp report``."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mlpexp.cli.options import DataDir, RunsDir, Table, option
from mlpexp.errors import InputError

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
            help="The file: .html, .md, .tex or .pdf [default: RESULT-report.html beside the result; of several "
            "report.html; in a folder of results index.html].",
        ),
    ] = None,
    explain: Annotated[
        bool | None,
        typer.Option(
            "--explain/--no-explain",
            help="Say why networks learned or did not, where their weights were kept [default: yes].",
            show_default=False,
        ),
    ] = None,
    network: Annotated[
        bool | None,
        typer.Option(
            "--network/--no-network",
            help="Put a trained network into an HTML page, which computes with it [default: yes].",
            show_default=False,
        ),
    ] = None,
    table: Table = None,
    runs_dir: RunsDir = Path("runs"),
    data_dir: DataDir = None,
) -> None:
    """Write a report to hand in: question, answer, tables, figures, formulas, data and versions in one file."""
    from mlpexp.report.writers.report_file import check_output

    file = output.expanduser() if output else None
    if file is not None:
        check_output(file)
        if network and file.suffix.lower() != ".html":
            raise InputError(f"--network: only an HTML page computes; {file} has no network")
    names = _without_reports(results)
    if (folder := _folder_of_results(names, runs_dir)) is not None:
        given = {
            "--explain" if explain else "--no-explain": explain, "--network" if network else "--no-network": network,
            "--table": table or None, "--data-dir": data_dir,
        }  # fmt: skip
        if without := [option for option, value in given.items() if value is not None]:
            raise InputError(f"{without[0]}: is for the report of a result; {folder} is a folder of results")
        _write_index(folder, file or folder / "index.html")
    else:
        options = (explain is not False, network is not False, data_dir)
        _write_results([(name, _opened(name, runs_dir, table or ())) for name in names], file, *options)


def _write_index(folder: Path, file: Path) -> None:
    from mlpexp.api.reporting import write
    from mlpexp.cli.printing import print_path, say
    from mlpexp.report.sections.index import index, source_of_folder

    write(file, source_of_folder(folder), lambda: index(folder, file.parent), say(quiet=False))
    print_path(file)


def _write_results(
    named: "Sequence[tuple[str, Result]]", output: Path | None, explain: bool, network: bool, data_dir: Path | None
) -> None:
    from mlpexp.api.reporting import report as written
    from mlpexp.cli.printing import print_path, say
    from mlpexp.cli.training import data_folder

    names: dict[Path, str] = {}
    for name, result in named:
        path = result.path.resolve()
        if path in names:
            raise InputError(f"{name}: is the same result as {names[path]}; name each once")
        names[path] = name
    results, how = [result for _, result in named], {"explain": explain, "network": network}
    print_path(written(results, output, **how, data_dir=data_folder(data_dir), say=say(quiet=False)))


def _without_reports(names: Sequence[str]) -> list[str]:
    """What is named, without files that are reports: ``runs/*`` has them beside the results."""
    from mlpexp.cli.printing import print_sentences
    from mlpexp.report.writers.report_file import is_report

    reports = [name for name in names if is_report(Path(name))]
    if len(reports) == len(names):
        raise InputError(f"{names[0]}: is a report; name the result")
    if reports:
        print_sentences([f"passed over, for they are reports: {', '.join(reports)}"], err=True)
    return [name for name in names if name not in reports]


def _folder_of_results(names: Sequence[str], runs_dir: Path) -> Path | None:
    """The only folder that is named, if it holds results."""
    from mlpexp.store.listing import find_result, holds_results, is_named

    folders = [name for name in names if name and holds_results(Path(name))]
    if not folders:
        return None
    name = folders[0]
    if is_named(name, runs_dir):
        result = find_result(name, runs_dir)
        raise InputError(f"{name}: is a folder of results and the name of one; write ./{name} or {result}")
    if len(names) > 1:
        raise InputError(f"{name}: is a folder of results, which has a page of its own; name it alone")
    return Path(name)


def _opened(name: str, runs_dir: Path, tables: Sequence[Path]) -> "Result":
    """The result of that name."""
    from mlpexp.results.result import Result
    from mlpexp.store.inside import is_result
    from mlpexp.store.listing import find_result, holds_results

    path = find_result(name, runs_dir)
    if path.is_dir() and not is_result(path):
        inner = next((folder for folder in sorted(path.iterdir()) if holds_results(folder)), None)
        near = f"; did you mean {inner}?" if inner else f"; name a result, or a folder of results such as {runs_dir}"
        raise InputError(f"{name}: is a folder without results{near}")
    return Result.open(path, tables)
