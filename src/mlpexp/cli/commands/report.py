"""``mlpexp report``."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mlpexp.cli.options import DataDir, RunsDir, Table, option
from mlpexp.errors import InputError, RunError

if TYPE_CHECKING:
    from mlpexp.report.document.document import Document
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
    from mlpexp.report.sections.index import index, source_of_folder

    _write(file, source_of_folder(folder), lambda: index(folder, file.parent))


def _write_results(
    named: "Sequence[tuple[str, Result]]", output: Path | None, explain: bool, network: bool, data_dir: Path | None
) -> None:
    from mlpexp.cli.report_material import mistakes, why
    from mlpexp.report.sections.contents import document_of, source_of
    from mlpexp.report.sections.index import report_name
    from mlpexp.report.sections.material import Material

    names: dict[Path, str] = {}
    for name, result in named:
        path = result.path.resolve()
        if path in names:
            raise InputError(f"{name}: is the same result as {names[path]}; name each once")
        names[path] = name
    paths = list(names)
    file = output or paths[0].with_name(report_name(paths[0]) if len(paths) == 1 else "report.html")
    ask = partial(why, data_dir=data_dir) if explain else None
    live = partial(_live, data_dir=data_dir) if network and file.suffix.lower() == ".html" else None
    wrong = partial(mistakes, data_dir=data_dir)
    _write(file, source_of(paths), lambda: document_of([Material(result, ask, live, wrong) for _, result in named]))


def _write(file: Path, source: str, document: "Callable[[], Document]") -> None:
    """Makes a report where there is a place for it, and prints its name."""
    from mlpexp.cli.printing import print_path, print_sentences
    from mlpexp.report.writers.report_file import check_free, check_output, write_report

    check_output(file)
    is_again = check_free(file, source)
    write_report(document(), file)
    if is_again:
        print_sentences(["written over: the earlier report"], err=True)
    print_path(file)


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


def _live(result: "Result", data_dir: Path | None) -> "Mapping[str, Any] | str":
    """A trained network for the page, or in a sentence why it has none."""
    from mlpexp.cli.printing import print_sentences
    from mlpexp.cli.report_material import reason
    from mlpexp.cli.training import data_folder
    from mlpexp.export.live import live_network

    if result.summary.model.name == "som":
        return ""
    try:
        return _no_network(result) or live_network(result, data_folder(data_dir))
    except InputError as error:
        return reason(result, error)
    except RunError as error:
        print_sentences([f"no network in the page: {error}"], err=True)
        return reason(result, error)


def _no_network(result: "Result") -> str:
    """Why no arm of a result can be taken for the page; empty where one can."""
    from mlpexp.results.arm_choice import best_by_validation

    outcome, num_arms = result.summary.outcome, result.summary.num_arms
    if outcome is not None and outcome.diverged + outcome.failed == result.summary.num_trials:
        return "no training ended well"
    if num_arms == 1 or best_by_validation(result) is not None:
        return ""
    lacking = "score" if "validation" in result.summary.parts else "part"
    return f"none of the {num_arms:,} arms is chosen, for there is no validation {lacking}"
