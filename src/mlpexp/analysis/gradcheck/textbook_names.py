"""The same derivatives in the notation of three textbook formulas, each computed by that formula."""

import numpy as np

from mlpexp.analysis.gradcheck.chain_rule import Step, has_one_hidden_sigmoid_layer
from mlpexp.analysis.gradcheck.equations import Equation, Section, equation, partial
from mlpexp.analysis.gradcheck.output_layer import factor_texts


def textbook_sections(step: Step) -> list[Section]:
    """Those that fit the network."""
    sections = []
    squares = step.output.square_factor is not None
    if step.output.activation == "softmax":
        sections.append(_softmax_identity(step) if squares else _softmax_cross_entropy(step))
    if step.output.activation == "sigmoid" and squares:
        sections.append(_matrix_formula(step))
    if has_one_hidden_sigmoid_layer(step):
        sections.append(_error_terms(step))
    return sections


def _alone(step: Step) -> str:
    """What the formulas leave out."""
    if step.is_loss_alone:
        return ""
    return " These are derivatives of $L$ alone, without class weight and penalty."


def _softmax_cross_entropy(step: Step) -> Section:
    """``A_2 - y'``."""
    number, outputs = step.depth, step.outputs
    name = f"A_{number}"
    return Section(
        "Softmax and cross-entropy with the textbook's names",
        f"The one-hot target is $y'$ and the output ${name}$: what goes back is their difference.{_alone(step)}",
        [
            equation(name, name, outputs),
            equation("y'", "y'", step.targets),
            equation(
                f"d{step.loss_name}/dz_{number} = {name} - y'",
                f"{partial(f'z_{number}', step.loss_name)} = {name} - y'",
                outputs - step.targets,
            ),
        ],
    )


def _softmax_identity(step: Step) -> Section:
    """``dE/dnet_j = y_j (y_j - z_j) - sum_m y_j y_m (y_m - z_m)``, times what stands before the squares, doubled."""
    factor = step.output.square_factor
    assert factor is not None
    y_K, z_K = step.outputs[0], step.targets[0]
    first_K, total = y_K * (y_K - z_K), float((y_K * (y_K - z_K)).sum())
    second_K = y_K * total
    times, latex_times = factor_texts(2 * factor)
    opening, closing = ("(", ")") if times else ("", "")
    formula = f"{times}{opening}y_j (y_j - z_j) - sum_m y_j y_m (y_m - z_m){closing}"
    latex = rf"{latex_times}{opening}y_j (y_j - z_j) - \sum_m y_j y_m (y_m - z_m){closing}"
    number = step.depth
    return Section(
        "Softmax and squared error with the textbook's names",
        f"Here $net$ is $z_{number}$, $y$ the output $a_{number}$, and $z$ the target $t$.{_alone(step)}",
        [
            equation("y", "y", y_K),
            equation("z", "z", z_K),
            equation("y_j (y_j - z_j)", "y_j (y_j - z_j)", first_K),
            equation("sum_m y_m (y_m - z_m)", r"\sum_m y_m (y_m - z_m)", total),
            equation("sum_m y_j y_m (y_m - z_m)", r"\sum_m y_j y_m (y_m - z_m)", second_K),
            equation(
                f"d{step.loss_name}/dnet_j = {formula}",
                f"{partial('net_j', step.loss_name)} = {latex}",
                float(2 * factor) * (first_K - second_K),
            ),
        ],
    )


def _matrix_formula(step: Step) -> Section:
    """``dJ/dW = 2 x ((y - z) * y * (1 - y))'`` for ``J = |sigmoid(W'x + b) - z|^2``, of the last layer."""
    factor = step.output.square_factor
    assert factor is not None
    number, y_K, z_K = step.depth, step.outputs[0], step.targets[0]
    x_U, layer = step.trace.inputs[-1][0], step.layers[-1]
    (once, latex_once), (twice, latex_twice) = factor_texts(factor), factor_texts(2 * factor)
    inner_K = (y_K - z_K) * y_K * (1 - y_K)
    b, times = "" if layer.bias is None else " + b", float(2 * factor)
    equations = [
        equation("x", "x", x_U[:, None]),
        equation(f"y = sigmoid(W'x{b})", rf"y = \sigma(W^\top x{b})", y_K[:, None]),
        equation("z", "z", z_K[:, None]),
        equation(
            f"J = {once}|sigmoid(W'x{b}) - z|^2", rf"J = {latex_once}|\sigma(W^\top x{b}) - z|^2",
            float(factor) * float(np.square(y_K - z_K).sum()),
        ),
        equation("(y - z) * y * (1 - y)", r"(y - z) \odot y \odot (1 - y)", inner_K[:, None]),
        equation(
            f"dJ/dW = {twice}x ((y - z) * y * (1 - y))'",
            rf"{partial('W', 'J')} = {latex_twice}x ((y - z) \odot y \odot (1 - y))^\top",
            times * np.outer(x_U, inner_K),
        ),
    ]  # fmt: skip
    if layer.bias is not None:
        latex = rf"{partial('b', 'J')} = {latex_twice}(y - z) \odot y \odot (1 - y)"
        equations.append(equation(f"dJ/db = {twice}(y - z) * y * (1 - y)", latex, times * inner_K[:, None]))
    return Section(
        rf"The last layer as $J = {once}|\sigma(W'x{b}) - z|^2$",
        f"As columns: $x$ is what the last layer gets, $a_{number - 1}$; $z$ is the target $t$.{_alone(step)}",
        equations,
    )


def _error_terms(step: Step) -> Section:
    """``dv_ih = eta e_h x_i`` with ``e_h = b_h (1 - b_h) sum_j w_hj g_j``."""
    rate = step.update.optimizer.learning_rate
    x_F, b_H, w_HJ = step.trace.inputs[0][0], step.trace.a[0][0], step.layers[1].weight
    g_J = -step.gradients[1].delta[0] / step.output.weight
    sums_H = w_HJ @ g_J
    e_H = b_H * (1 - b_H) * sums_H
    names, latex_names = _output_error(step)
    loss = step.loss_name
    latex_beta = partial(r"\beta_j", loss)
    chain = rf"e_h = -{partial('b_h', loss)} \frac{{\partial b_h}}{{\partial \alpha_h}}"
    equations = [
        equation("alpha_h = sum_i v_ih x_i", r"\alpha_h = \sum_i v_{ih} x_i", x_F @ step.layers[0].weight),
        equation("b_h = sigmoid(alpha_h - gamma_h)", r"b_h = \sigma(\alpha_h - \gamma_h)", b_H),
        equation(f"g_j = -d{loss}/dbeta_j{names}", rf"g_j = -{latex_beta}{latex_names}", g_J),
        equation("sum_j w_hj g_j", r"\sum_j w_{hj} g_j", sums_H),
        equation(
            f"e_h = -(d{loss}/db_h) (db_h/dalpha_h) = b_h (1 - b_h) sum_j w_hj g_j",
            rf"{chain} = b_h (1 - b_h) \sum_j w_{{hj}} g_j", e_H,
        ),
        equation("dw_hj = eta g_j b_h", r"\Delta w_{hj} = \eta g_j b_h", rate * np.outer(b_H, g_J)),
        equation("dv_ih = eta e_h x_i", r"\Delta v_{ih} = \eta e_h x_i", rate * np.outer(x_F, e_H)),
    ]  # fmt: skip
    equations += _thresholds(step, g_J, e_H, rate)
    return Section(
        "The same with the textbook's names",
        f"Weights $v = W_1$ and $w = W_2$, thresholds $\\gamma = -b_1$ and $\\theta = -b_2$; "
        f"plain gradient descent with $\\eta = {rate:g}$.{_alone(step)}",
        equations,
    )


def _thresholds(step: Step, g_J: np.ndarray, e_H: np.ndarray, rate: float) -> list[Equation]:
    if step.layers[0].bias is None:
        return []
    return [
        equation("dtheta_j = -eta g_j", r"\Delta \theta_j = -\eta g_j", -rate * g_J),
        equation("dgamma_h = -eta e_h", r"\Delta \gamma_h = -\eta e_h", -rate * e_H),
    ]


def _output_error(step: Step) -> tuple[str, str]:
    """``y_j (1 - y_j) (t_j - y_j)`` where the outputs are sigmoid units with half the squared error, and so on."""
    factor = step.output.square_factor
    if step.output.activation == "softmax" and factor is not None:
        return "", ""
    if factor is None:
        return " = t_j - y_j", " = t_j - y_j"
    times, latex_times = factor_texts(2 * factor)
    slopes = {
        "none": ("", ""),
        "sigmoid": ("y_j (1 - y_j) ", "y_j (1 - y_j) "),
        "tanh": ("(1 - y_j^2) ", "(1 - y_j^2) "),
    }
    plain, latex = slopes[step.output.activation]
    return f" = {times}{plain}(t_j - y_j)", f" = {latex_times}{latex}(t_j - y_j)"
