"""``mlpexp loss``."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mlpexp.cli.options import check_format, option
from mlpexp.cli.printing import print_sentences
from mlpexp.errors import InputError
from mlpexp.report.words import counted

if TYPE_CHECKING:
    from mlpexp.cli.given_logits import GivenLogits
    from mlpexp.config.networks import OutputActivation
    from mlpexp.config.outputs import KnownLoss, Output


def loss(
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="FILE",
            help="A table with a column for each logit, and a column label, or target for numbers.",
            show_default=False,
        ),
    ] = None,
    logits: Annotated[
        str | None,
        option("--logits", help="Rows of logits: '2 1 0.1; 0 3 1', or [[2, 1, 0.1], [0, 3, 1]].", metavar="NUMBERS"),
    ] = None,
    labels: Annotated[
        str | None, option("--labels", help="The class of each row, from 0: 0,2.", metavar="CLASSES")
    ] = None,
    targets: Annotated[
        str | None, option("--targets", help="Numbers to be predicted, in place of labels.", metavar="NUMBERS")
    ] = None,
    loss_: Annotated[
        str | None, option("--loss", help="As in a config [default: cross_entropy; of numbers mean_squared_error].")
    ] = None,
    output_activation: Annotated[
        str | None, option("--output-activation", help="none, sigmoid, tanh or softmax [default: that of the loss].")
    ] = None,
    format_: Annotated[str, typer.Option("--format", help="table, markdown, latex or csv.")] = "table",
) -> None:
    """Compute the loss of logits step by step: outputs, the loss of each row, sum and mean, and the gradient."""
    check_format(format_)
    given = _given(file, logits, labels, targets)
    output = _output(given, _known_loss(loss_, given), _activation(output_activation))
    print_sentences(given.notes, err=True)
    from mlpexp.analysis.loss_sheet import loss_sheet
    from mlpexp.report.tables.loss_sheet import as_csv, rendered, sum_sentence

    assert given.truth is not None
    sheet = loss_sheet(output, given.logits, given.truth)
    typer.echo(as_csv(sheet) if format_ == "csv" else rendered(sheet, format_), nl=False)
    if format_ == "csv":
        print_sentences([sum_sentence(sheet)], err=True)


def _given(file: Path | None, logits: str | None, labels: str | None, targets: str | None) -> "GivenLogits":
    """Logits, and what is true of each row."""
    from mlpexp.cli.given_logits import LABEL, TARGET, GivenLogits, read_logits, typed_rows

    if file is not None and logits is not None:
        raise InputError(f"--logits: {file} has logits, too; give one of them")
    if file is None and logits is None:
        raise InputError("loss: of which logits? give a file, or --logits '2 1 0.1; 0 3 1' --labels 0,1")
    given = GivenLogits(typed_rows("--logits", logits or "")) if file is None else read_logits(file)
    if labels is not None and targets is not None:
        raise InputError("--labels: --targets is given, too; leave one of them out")
    if given.truth is None:
        return _with_truth(given, labels, targets)
    if labels is not None or targets is not None:
        said = "--labels" if targets is None else "--targets"
        raise InputError(f"{said}: {file} has a column {LABEL if given.labels is not None else TARGET}; leave it out")
    return given


def _with_truth(given: "GivenLogits", labels: str | None, targets: str | None) -> "GivenLogits":
    """What is typed of each row beside its logits."""
    from mlpexp.cli.given_logits import LABEL, TARGET, typed_labels, typed_rows

    rows = len(given.logits)
    if labels is not None:
        given = replace(given, labels=typed_labels(labels))
    elif targets is not None:
        numbers = typed_rows("--targets", targets)
        is_line = len(numbers) == 1 and given.logits.shape[1] == 1  # one number for each row, typed in one line
        given = replace(given, targets=numbers.T if is_line else numbers)
    elif given.path is None:
        raise InputError("--logits: what is true of them? give --labels 0,1, or --targets for numbers")
    else:
        what = f"no column {LABEL}, and none called {TARGET}; add one, or give --labels or --targets"
        raise InputError(f"{given.path}: {what}")
    if given.truth is not None and len(given.truth) != rows:
        said = "--targets" if labels is None else "--labels"
        raise InputError(f"{said}: {len(given.truth)} for {counted(rows, 'row')} of logits; expected one for each row")
    return given


def _known_loss(name: str | None, given: "GivenLogits") -> "KnownLoss":
    from mlpexp.config.outputs import KNOWN_LOSSES
    from mlpexp.config.words import did_you_mean

    chosen = name or ("cross_entropy" if given.targets is None else "mean_squared_error")
    if chosen not in KNOWN_LOSSES:
        raise InputError(f"--loss: {chosen!r} is not a loss{did_you_mean(chosen, KNOWN_LOSSES)}")
    known = KNOWN_LOSSES[chosen]
    if given.targets is not None and not known.for_numbers:
        raise InputError(f"--loss: {chosen} is for class labels, but targets are numbers; use mean_squared_error")
    return known


def _activation(name: str | None) -> "OutputActivation | None":
    from mlpexp.config.outputs import ANY
    from mlpexp.config.words import did_you_mean

    known = next((activation for activation in ANY if activation == name), None)
    if name is not None and known is None:
        raise InputError(f"--output-activation: {name!r} is not known{did_you_mean(name, ANY)}")
    return known


def _output(given: "GivenLogits", known: "KnownLoss", activation: "OutputActivation | None") -> "Output":
    """The outputs that the logits are for.

    Raises:
        InputError: Loss, output activation, logits and what is true do not fit.
    """
    from mlpexp.config.output_rules import apart
    from mlpexp.config.outputs import ONE_UNIT, output_for

    if activation is not None and activation not in known.activations:
        raise InputError(f"--output-activation: {apart(activation, known.name, known.activations[0])}")
    applied, units = activation or known.activations[0], given.logits.shape[1]
    if given.targets is not None:
        _check_targets(applied, units, given.targets.shape[1])
        return output_for(known.name, applied, num_classes=0, num_targets=units)
    place = given.place("--logits")
    if units == 2 and applied in ONE_UNIT:
        what = f"a row has 2 logits, but two classes have one {applied} unit; give each row one logit"
        raise InputError(f"{place}: {what}")
    if units == 1 and applied not in ONE_UNIT:
        what = f"a row has one logit, but {applied} outputs need one for each class; one goes with"
        raise InputError(f"{place}: {what} --loss binary_cross_entropy")
    assert given.labels is not None
    num_classes = max(units, 2)
    _check_labels(given, num_classes)
    return output_for(known.name, applied, num_classes=num_classes)


def _check_targets(applied: str, units: int, targets: int) -> None:
    if applied == "softmax":
        raise InputError("--output-activation: softmax is for class labels, but targets are numbers; use none")
    if targets != units:
        raise InputError(f"--targets: {targets} in a row, but {counted(units, 'logit')}; expected one for each")


def _check_labels(given: "GivenLogits", num_classes: int) -> None:
    assert given.labels is not None
    for row, label in enumerate(given.labels, 1):
        if label >= num_classes:
            what = f"row {row}: there is no class {label}; classes are 0 to {num_classes - 1}"
            raise InputError(f"{given.place('--labels')}: {what}")
