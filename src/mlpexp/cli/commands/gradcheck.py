"""``mlpexp gradcheck``."""

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mlpexp.cli.experiment_options import experiment_options
from mlpexp.cli.given import Given
from mlpexp.cli.options import (
    DataDir,
    FigureStyle,
    FigureWidth,
    FontSize,
    PlotFormat,
    Wide,
    check_drawn,
    check_format,
    check_output,
)
from mlpexp.errors import DerivativeError, InputError

if TYPE_CHECKING:
    from mlpexp.analysis.gradcheck.checks import Report
    from mlpexp.analysis.gradcheck.equations import Explanation
    from mlpexp.analysis.gradcheck.objective import Objective
    from mlpexp.data.dataset import Dataset
    from mlpexp.planning.prepare import Prepared

FIXED = ("training.precision=float64", "training.engine=torch", "device=cpu", "diagnostics=off")


@experiment_options(several=False, without=("seeds",))
def gradcheck(
    given: Given,
    samples: Annotated[
        int, typer.Option("--samples", help="Entries and directions to try of tensors with more entries.")
    ] = 10,
    tolerance: Annotated[float, typer.Option("--tolerance", help="Largest relative difference.")] = 1e-5,
    symbolic: Annotated[
        str | None,
        typer.Option(
            "--symbolic", metavar="all|NAME", help="For tiny networks: the derivative as a formula.", show_default=False
        ),
    ] = None,
    explain: Annotated[
        bool,
        typer.Option(
            "--explain", help="The chain rule with the numbers of a small network; without a config, one 2-2-1."
        ),
    ] = False,
    sample: Annotated[
        int | None,
        typer.Option("--sample", help="With --explain and a config: the sample, from 0.", show_default=False),
    ] = None,
    format_: Annotated[str, typer.Option("--format", help="table, markdown, latex or csv.")] = "table",
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="A folder for gradcheck.png and gradcheck.csv: errors by step.", show_default=False
        ),
    ] = None,
    plot_format: PlotFormat = None,
    style: FigureStyle = None,
    width: FigureWidth = None,
    font_size: FontSize = None,
    wide: Wide = False,
    data_dir: DataDir = None,
) -> None:
    """Differentiate the objective of the first batch by hand, in reverse and forward mode and numerically, and compare."""
    from mlpexp.report.drawing.formats import check_formats
    from mlpexp.report.drawing.look import drawn_for, look_of

    check_format(format_)
    formats, look = check_formats(plot_format), look_of(style, width, font_size)
    check_drawn(output, plot_format=plot_format, style=style, width=width, font_size=font_size)
    if output is not None and (explain or symbolic is not None):
        raise InputError("--output: is for the figure of the comparison, not for --explain or --symbolic")
    check_output(output)
    if (explain or symbolic is not None) and format_ == "csv":
        raise InputError("--format: csv is for tables, not for formulas; use table, markdown or latex")
    if samples < 1:
        raise InputError(f"--samples: {samples} is not a positive number")
    if not tolerance > 0:
        raise InputError(f"--tolerance: {tolerance:g} is not a positive number")
    if sample is not None and not explain:
        raise InputError("--sample: goes with --explain")
    if explain:
        _explain(given, sample, symbolic, format_, data_dir)
        return
    prepared = _prepared(given)
    if symbolic is not None:
        _symbolic(prepared, symbolic, tolerance, format_, data_dir, wide=wide)
    else:
        objective, report = _compare(prepared, samples, tolerance, format_, data_dir, wide=wide)
        if output is not None:
            with drawn_for(look):
                _draw(prepared, objective, report, output, formats)


def _seed(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) < 2**63):
        raise InputError(f"--seed: {text} is not a whole number between 0 and 2^63 - 1")
    return int(text)


def _prepared(given: Given) -> "Prepared":
    from mlpexp.cli.printing import print_sentences
    from mlpexp.config.load import changed_source
    from mlpexp.config.yaml_source import override_in
    from mlpexp.execution.auto_device import free_on
    from mlpexp.planning.memory import needs_of, refuse_needs
    from mlpexp.planning.prepare import prepared_from

    source, path = given.source("gradcheck")
    fixed = [override_in(text, f"gradcheck {text}") for text in FIXED]
    prepared = prepared_from(changed_source(source, path, fixed))
    needs = replace(needs_of(prepared, keeps=False), batch_size=1)  # a few samples, one after the other
    refuse_needs(needs, prepared, source, lambda _: free_on("cpu"))
    print_sentences(given.understood(source, path), err=True)
    if prepared.experiment.model.name == "som":
        raise InputError(f"{path}: a self-organizing map does not follow a derivative; gradcheck is for networks")
    return prepared


def _dataset(prepared: "Prepared", data_dir: Path | None) -> "Dataset":
    from mlpexp.data.catalogue import load

    return load(prepared.experiment.dataset, data_dir, lambda sentence: print(sentence, file=sys.stderr))


def _objective(prepared: "Prepared", data_dir: Path | None) -> "Objective":
    import torch

    from mlpexp.analysis.gradcheck.objective import first_objective
    from mlpexp.numpy_twin.method import limit_threads
    from mlpexp.planning.stacks import threads_for

    dataset = _dataset(prepared, data_dir)
    torch.set_num_threads(threads_for(prepared, alone=True))
    limit_threads()
    return first_objective(prepared, dataset)


def _compare(
    prepared: "Prepared", samples: int, tolerance: float, format_: str, data_dir: Path | None, *, wide: bool
) -> "tuple[Objective, Report]":
    objective = _objective(prepared, data_dir)
    from mlpexp.analysis.gradcheck.checks import disagreement
    from mlpexp.analysis.gradcheck.derivatives import compare_ways
    from mlpexp.cli.printing import print_as, print_sentences
    from mlpexp.config.outputs import output_of
    from mlpexp.report.tables.derivative_tables import (
        agreement_sentence,
        derivative_csv,
        derivative_sentences,
        derivative_tables,
    )

    experiment = prepared.experiment
    output = output_of(experiment, prepared.facts)
    report = compare_ways(objective, output, samples, experiment.seed)
    differ = disagreement(report, tolerance)
    if format_ == "table" or not differ:  # else it is said once, as the error
        print_sentences([differ or agreement_sentence(report, tolerance)], err=format_ != "table")
    if format_ == "csv":
        typer.echo(derivative_csv(report), nl=False)
    else:
        of = f"{experiment.dataset.name}, {prepared.architecture.name}: {experiment.loss}"
        for table in derivative_tables(report, of):
            print_as(table, format_, wide=wide)
            if format_ != "table":
                typer.echo("")
    print_sentences(derivative_sentences(report, objective.inputs.shape[1]), err=format_ != "table")
    if differ:
        raise DerivativeError(differ)
    return objective, report


def _draw(prepared: "Prepared", objective: "Objective", report: "Report", output: Path, formats: Sequence[str]) -> None:
    from mlpexp.analysis.gradcheck.error_by_step import error_by_step
    from mlpexp.cli.printing import print_sentences
    from mlpexp.config.dump import as_data
    from mlpexp.report.drawing.save_figures import write_drawing
    from mlpexp.report.figures.error_by_step import draw_error_by_step
    from mlpexp.report.numbers.run_caption import run_title

    if not report.tried:
        print_sentences(["no figure: there is no derivative that differences could be taken of"], err=True)
        return
    numbers = error_by_step(objective, report.tried)
    drawing = draw_error_by_step(numbers, len(report.tried), run_title(as_data(prepared.experiment)))
    if drawing is None:
        print_sentences(["no figure: all differences are 0, which has no place on a logarithmic axis"], err=True)
        return
    for path in write_drawing(drawing, "gradcheck", output, formats):
        typer.echo(f"written: {path}", err=True)


def _symbolic(
    prepared: "Prepared", name: str, tolerance: float, format_: str, data_dir: Path | None, *, wide: bool
) -> None:
    from mlpexp.analysis.gradcheck.by_formula import check_difference, check_size, derivation
    from mlpexp.cli.printing import print_as, print_sentences
    from mlpexp.config.outputs import output_of
    from mlpexp.report.tables.formulas import formula_lines, formula_table, sample_sentence, size_sentence

    check_size(prepared)
    output = output_of(prepared.experiment, prepared.facts)
    derived = derivation(_objective(prepared, data_dir), output, name)
    print_sentences([sample_sentence(derived)])
    typer.echo(size_sentence(derived))
    typer.echo("")
    for line in formula_lines(derived, format_):
        typer.echo(line)
    typer.echo("")
    print_as(formula_table(derived), format_, wide=wide)
    check_difference(derived, tolerance)


def _explain(given: Given, sample: int | None, symbolic: str | None, format_: str, data_dir: Path | None) -> None:
    from mlpexp.report.tables.chain_rule import rendered

    if symbolic is not None:
        raise InputError("--explain: shows numbers, --symbolic formulas; use one of them")
    is_own = given.config is not None or given.data is not None
    explanation = _own(given, sample or 0, data_dir) if is_own else _example(given, sample)
    typer.echo(rendered(explanation, format_), nl=False)


def _example(given: Given, sample: int | None) -> "Explanation":
    others = given.without("seed").options + ([] if sample is None else ["--sample"])
    if others:
        raise InputError(
            f"--explain: shows a network of its own, without {', '.join(others)}; name a config with --config"
        )
    seed = _seed(given.words.get("seed", "0"))
    from mlpexp.analysis.gradcheck.worked_example import worked_example

    return worked_example(seed)


def _own(given: Given, sample: int, data_dir: Path | None) -> "Explanation":
    if sample < 0:
        raise InputError(f"--sample: {sample} is below 0, the first sample")
    prepared = _prepared(given)
    from mlpexp.analysis.gradcheck.worked_example import check_readable, own_example

    check_readable(prepared)
    return own_example(prepared, _dataset(prepared, data_dir), sample)
