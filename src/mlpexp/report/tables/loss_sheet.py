"""Losses of given logits with the arithmetic: what ``mlpexp loss`` shows."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from mlpexp.analysis.gradcheck.equations import Equation, Section, equation
from mlpexp.analysis.gradcheck.output_layer import SQUASHES, OutputLayer, factor_texts
from mlpexp.report.tables.chain_rule import document, latex_value, plain_value, table_below
from mlpexp.report.tables.text_table import TextTable, records_csv
from mlpexp.report.words import counted

if TYPE_CHECKING:
    from mlpexp.analysis.loss_sheet import LossSheet
    from mlpexp.numpy_twin.activations import Array

MOST_ROWS = 10  # whose arithmetic is shown
SHIFTED = "The largest z is subtracted before exp, so that no power is too large; a stays the same."
DIGITS = 2  # of probabilities as they are printed in books


def rendered(sheet: "LossSheet", format_: str) -> str:
    """The arithmetic of the first rows, that of the sum, and a table of all rows."""
    title = f"{counted(len(sheet.losses), 'row')}; {sheet.output.in_words}"
    sections = [_row(sheet, row) for row in range(min(len(sheet.losses), MOST_ROWS))]
    sections += [_all_rows(sheet)] if len(sheet.losses) > 1 else []
    rounded = _from_rounded(sheet)
    sections += [rounded] if rounded else []
    below = table_below("Row by row", _about_rows(sheet), _table(sheet), format_)
    return document(title, sections, below, format_)


def as_csv(sheet: "LossSheet") -> str:
    """A record for each row, with all digits."""
    of_classes = sheet.output.num_classes > 0
    records = [
        {
            "row": row + 1,
            **({"label": sheet.targets[row]} if of_classes else _numbered("target", sheet.targets[row])),
            **_numbered("logit", sheet.logits[row]),
            **_numbered("output", sheet.outputs[row]),
            "loss": float(sheet.losses[row]),
            **_numbered("gradient", sheet.gradients[row]),
        }
        for row in range(len(sheet.losses))
    ]
    return records_csv(records)


def sum_sentence(sheet: "LossSheet") -> str:
    """Sum and mean, in words."""
    total, count = float(sheet.losses.sum()), len(sheet.losses)
    return f"sum of the losses {_plain(total)}, mean {_plain(total / count)}"


def _numbered(name: str, values_U: "Array") -> dict[str, Any]:
    return {f"{name}_{unit}": float(value) + 0.0 for unit, value in enumerate(values_U)}


def _row(sheet: "LossSheet", row: int) -> Section:
    z_U, t_U, a_U = sheet.logits[row], sheet.codes[row], sheet.outputs[row]
    equations = [equation("z", "z", z_U), equation("t", "t", t_U), *_outputs(sheet.output.activation, z_U, a_U)]
    layer = OutputLayer(sheet.output.activation, sheet.output.loss.name, sheet.output.num_units)
    if layer.square_factor is not None:
        equations += _squares(sheet, row, layer)
    else:
        equations.append(_cross_entropy(sheet, row, layer))
        equations.append(equation("dL/dz = a - t", r"\frac{\partial L}{\partial z} = a - t", sheet.gradients[row]))
    about = [_about_target(sheet, row), *[SHIFTED] * (row == 0 and sheet.output.activation == "softmax")]
    return Section(f"Row {row + 1}", "\n".join(about), equations)


def _about_target(sheet: "LossSheet", row: int) -> str:
    if sheet.output.num_classes == 0:
        return "Logits z, target t." if sheet.output.num_units == 1 else "Logits z, targets t."
    label, (other, own) = sheet.targets[row], sheet.output.codes
    if sheet.output.is_single:
        return f"One logit z; class {label} has the target t = {own if label else other:g}."
    return f"Logits z; the targets t are {own:g} for class {label}, else {other:g}."


def _outputs(activation: str, z_U: "Array", a_U: "Array") -> list[Equation]:
    """What the output activation makes of logits."""
    if activation != "softmax":
        squash = SQUASHES[activation]
        return [equation(f"a = {squash.plain.format(z='z')}", f"a = {squash.latex.format(z='z')}", a_U)]
    powers_U = np.exp(z_U - z_U.max())
    plain, latex = (f"exp(z - {_signed(z_U.max(), text)})" for text in (_plain, _latex))
    latex = latex.replace("exp", r"\exp", 1)
    return [
        equation(plain, latex, powers_U),
        equation(f"s = sum {plain}", rf"s = \sum {latex}", powers_U.sum()),
        equation(f"a = {plain} / s", rf"a = {latex} / s", a_U),
    ]


def _cross_entropy(sheet: "LossSheet", row: int, layer: OutputLayer) -> Equation:
    """``L = -ln 0.6590``, by the probabilities of what is true, as long as none is 0."""
    formula = layer.formula
    plain, latex = [f"L = {formula.plain.format(a='a')}"], [f"L = {formula.latex.format(a='a')}"]
    a_U, t_U = sheet.outputs[row], sheet.codes[row]
    true_U = a_U[t_U > 0] if sheet.output.loss.name == "cross_entropy" else np.where(t_U > 0, a_U, 1 - a_U)
    if true_U.all():
        plain.append(_minus_logarithms(list(map(_plain, true_U)), "ln"))
        latex.append(_minus_logarithms(list(map(_latex, true_U)), r"\ln"))
    return Equation(tuple(plain), tuple(latex), sheet.losses[row])


def _squares(sheet: "LossSheet", row: int, layer: OutputLayer) -> list[Equation]:
    formula, factor = layer.formula, layer.square_factor
    assert factor is not None
    a_U = sheet.outputs[row]
    error_U = a_U - sheet.codes[row]
    slope_U = float(2 * factor) * error_U
    sums = []
    for times, text in zip(factor_texts(factor), (_plain, _latex), strict=True):
        terms = " + ".join(map(text, np.square(error_U)))
        sums.append(f"{times}({terms})" if len(error_U) > 1 else f"{times}({text(error_U[0])})^2")
    equations = [
        equation("a - t", "a - t", error_U),
        Equation(
            (f"L = {formula.plain.format(a='a')}", sums[0]),
            (f"L = {formula.latex.format(a='a')}", sums[1]),
            sheet.losses[row],
        ),
    ]
    da, latex_da = "dL/da", r"\frac{\partial L}{\partial a}"
    plain, latex = formula.gradient_plain.format(a="a"), formula.gradient_latex.format(a="a")
    equations.append(equation(f"{da} = {plain}", f"{latex_da} = {latex}", slope_U))
    return [*equations, *_back(sheet, row, (da, latex_da), a_U * slope_U)]


def _back(sheet: "LossSheet", row: int, da: tuple[str, str], products_U: "Array") -> list[Equation]:
    """The derivative by the logits from that by the outputs."""
    (plain, latex), activation, value = da, sheet.output.activation, sheet.gradients[row]
    dz, latex_dz = "dL/dz", r"\frac{\partial L}{\partial z}"
    if activation == "softmax":
        total = equation(f"m = sum a * {plain}", rf"m = \sum a \odot {latex}", products_U.sum())
        return [
            total,
            equation(f"{dz} = a * ({plain} - m)", rf"{latex_dz} = a \odot \left({latex} - m\right)", value),
        ]
    if activation == "none":
        return [equation(f"{dz} = {plain}", f"{latex_dz} = {latex}", value)]
    squash = SQUASHES[activation]
    slope, latex_slope = squash.slope_plain.format(a="a"), squash.slope_latex.format(a="a")
    return [equation(f"{dz} = {plain} * ({slope})", rf"{latex_dz} = {latex} \odot ({latex_slope})", value)]


def _all_rows(sheet: "LossSheet") -> Section:
    """Sum and mean."""
    count, total = len(sheet.losses), sheet.losses.sum()
    plain, latex = ["sum L"], [r"\sum L"]
    if count <= MOST_ROWS:
        plain.append(" + ".join(map(_plain, sheet.losses)))
        latex.append(" + ".join(map(_latex, sheet.losses)))
    mean = equation(f"mean = {_plain(total)} / {count}", rf"\bar L = {_latex(total)} / {count}", total / count)
    sentence = f"Networks are trained on the mean; its gradient is that of each row divided by {count}."
    return Section("All rows", sentence, [Equation(tuple(plain), tuple(latex), np.asarray(total)), mean])


def _from_rounded(sheet: "LossSheet") -> Section | None:
    """The sum that a reader gets from probabilities as books print them; None: there is no such thing."""
    if sheet.output.loss.name != "cross_entropy" or len(sheet.losses) > MOST_ROWS:
        return None
    rounded_N = np.round(sheet.of_target, DIGITS)
    if not rounded_N.all() or (rounded_N == sheet.of_target).all():
        return None
    texts = [f"{value:.{DIGITS}f}" for value in rounded_N]
    what = "sum" if len(texts) > 1 else "loss"
    return Section(
        "From rounded probabilities",
        f"Probabilities of {DIGITS} decimals, as books print them, give this {what}; it differs only by their rounding.",
        [equation(_minus_logarithms(texts, "ln"), _minus_logarithms(texts, r"\ln"), -np.log(rounded_N).sum())],
    )


def _minus_logarithms(texts: Sequence[str], logarithm: str) -> str:
    """``-ln 0.42``, ``-(ln 0.42 + ln 0.44)``."""
    terms = " + ".join(f"{logarithm} {text}" for text in texts)
    return f"-({terms})" if len(texts) > 1 else f"-{terms}"


def _about_rows(sheet: "LossSheet") -> str:
    hidden = len(sheet.losses) - MOST_ROWS
    more = "; the arithmetic above is that of the first rows" if hidden > 0 else ""
    if sheet.output.num_classes == 0:
        return f"Outputs a, and what they should be{more}."
    right = int((sheet.predicted == sheet.targets).sum())
    return f"The predicted class is the true one in {right} of {counted(len(sheet.losses), 'row')}{more}."


def _table(sheet: "LossSheet") -> TextTable:
    if sheet.output.num_classes > 0:
        columns = ["row", "label", "predicted", "output of the label", "loss"]
        texts = [map(str, sheet.targets), map(str, sheet.predicted), map(_plain, sheet.of_target)]
    else:
        columns = ["row", "target", "output", "loss"]
        texts = [map(_vector, sheet.targets), map(_vector, sheet.outputs)]
    numbers = map(str, range(1, len(sheet.losses) + 1))
    rows = list(zip(numbers, *texts, map(_plain, sheet.losses), strict=True))
    return TextTable(columns, rows, frozenset(columns[1:]))


def _vector(values_U: "Array") -> str:
    return plain_value(values_U)[0]


def _plain(value: float) -> str:
    """A number as the equations show it."""
    return plain_value(np.asarray(value))[0]


def _latex(value: float) -> str:
    return latex_value(np.asarray(value))


def _signed(value: float, text: Any) -> str:
    """A number behind a minus."""
    return f"({text(value)})" if value < 0 else str(text(value))
