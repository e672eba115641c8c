"""``mlpexp gradcheck --symbolic``: derivatives as formulas, and their values."""

from dataclasses import replace
from typing import TYPE_CHECKING

import typer

from mlpexp.errors import DerivativeError, InputError

if TYPE_CHECKING:
    import numpy as np

    from mlpexp.analysis.gradcheck.objective import Objective
    from mlpexp.analysis.gradcheck.symbolic import Formula
    from mlpexp.planning.prepare import Prepared

MOST_PARAMETERS = 40


def check_size(prepared: "Prepared") -> None:
    """Refuses what would take formulas of many pages.

    Raises:
        InputError: The network is too large, or not a plain multilayer perceptron.
    """
    from mlpexp.config.networks import Mlp

    model, count = prepared.experiment.model, prepared.architecture.num_parameters
    if not isinstance(model, Mlp):
        raise InputError(f"--symbolic: is for mlp, not for {model.name}")
    if model.dropout > 0 or model.batch_norm:
        raise InputError("--symbolic: is for networks without dropout and batch normalization")
    if count > MOST_PARAMETERS:
        raise InputError(
            f"--symbolic: {count:,} parameters make formulas that nobody reads; at most {MOST_PARAMETERS}, "
            "for example with --set model.hidden_sizes=[2]"
        )


def print_formulas(
    objective: "Objective", loss: str, wanted: str, tolerance: float, format_: str, *, wide: bool
) -> None:
    """Prints dE/dw of the first sample for one parameter or all, and compares the values with reverse mode.

    Raises:
        InputError: There is no such parameter.
        DerivativeError: A value differs by more than the tolerance.
    """
    import numpy as np
    import sympy as sp

    from mlpexp.analysis.gradcheck.derivatives import reverse_mode
    from mlpexp.analysis.gradcheck.symbolic import evaluated, formula
    from mlpexp.config.words import did_you_mean
    from mlpexp.numpy_twin.backprop import layers_of

    one = replace(objective, inputs=objective.inputs[:, :1], targets=objective.targets[:, :1])
    layers = layers_of(one.network.architecture, one.point.numpy())
    target = one.targets[0, 0].numpy()
    if loss != "mean_squared_error":
        target = np.eye(layers[-1].weight.shape[1])[target]
    made = formula(layers, one.inputs[0, 0].numpy().ravel(), target, loss, one.penalty)
    names = [str(symbol) for symbol in made.parameters]
    if wanted not in ("all", *names):
        shown = f"; the parameters are {names[0]} .. {names[-1]}" if len(names) > 20 else ""
        raise InputError(f"--symbolic: {wanted!r} is not a parameter{did_you_mean(wanted, names) or shown}")
    places = [i for i, name in enumerate(names) if wanted in ("all", name)]
    derivatives = [sp.diff(made.loss, made.parameters[i]) for i in places]
    try:
        values, reverse = evaluated(derivatives, made.values), reverse_mode(one)
    except OverflowError:
        raise DerivativeError("--symbolic: an exponential in the formulas overflows at these weights") from None
    _print(made, names, places, derivatives, values, reverse, format_, one, wide=wide)
    gap = np.abs(values - reverse[places]).max() / (np.abs(reverse).max() or 1.0)
    if not gap <= tolerance:
        raise DerivativeError(
            f"--symbolic: formula and reverse mode differ by {gap:.1e}, more than the tolerance of {tolerance:g}"
        )


def _print(
    made: "Formula",
    names: list[str],
    places: list[int],
    derivatives: list[object],
    values: "np.ndarray",
    reverse: "np.ndarray",
    format_: str,
    objective: "Objective",
    *,
    wide: bool,
) -> None:
    import sympy as sp

    from mlpexp.analysis.gradcheck.symbolic import num_operations
    from mlpexp.cli.sentences import print_sentences
    from mlpexp.cli.tables import print_as
    from mlpexp.report.tables.text_table import TextTable

    paths = list(_paths(objective))
    others = [f"{symbol} = {value:.6g}" for symbol, value in made.values.items() if symbol not in made.parameters]
    count = num_operations(made.loss)
    print_sentences([f"the first sample: {', '.join(others)}"])
    typer.echo(f"E takes {count:,} operations as it stands; SymPy {sp.__version__}")
    typer.echo("")
    for i, derivative in zip(places, derivatives, strict=True):
        symbol = made.parameters[i]
        if format_ == "table":
            typer.echo(f"dE/d{symbol} = {sp.sstr(derivative)}")
        else:
            text = rf"\frac{{\partial E}}{{\partial {sp.latex(symbol)}}} = {sp.latex(derivative)}"
            around = ("$$", "$$") if format_ == "markdown" else (r"\begin{equation*}", r"\end{equation*}")
            typer.echo("\n".join([around[0], text, around[1]]))
    typer.echo("")
    rows = [
        [
            names[i],
            paths[i],
            f"{made.values[made.parameters[i]]:.6f}",
            f"{num_operations(derivative):,}",
            f"{value:.10g}",
            f"{reverse[i]:.10g}",
            f"{abs(value - reverse[i]):.1e}",
        ]
        for i, derivative, value in zip(places, derivatives, values, strict=True)
    ]
    columns = ["symbol", "parameter", "value", "operations", "derivative by formula", "reverse mode", "difference"]
    droppable = ("operations", "difference", "value", "parameter")
    print_as(TextTable(columns, rows, frozenset(columns[2:]), droppable=droppable), format_, wide=wide)


def _paths(objective: "Objective") -> "list[str]":
    """``dense1.weight[0,1]`` and so on."""
    import numpy as np

    return [
        f"{layer.name}.{parameter.name}[{','.join(map(str, index))}]"
        for layer in objective.network.architecture.layers
        for parameter in layer.parameters
        for index in np.ndindex(parameter.shape)
    ]
