"""``mlpexp gradcheck --explain``: the chain rule with numbers, as plain text, Markdown or LaTeX."""

from typing import TYPE_CHECKING

from mlpexp.errors import DerivativeError
from mlpexp.report.tables.equations import latex_equation, latex_lines, plain_equation

if TYPE_CHECKING:
    from mlpexp.analysis.gradcheck.chain_rule import Example, Section
    from mlpexp.nn.network import StackedNetwork

TITLE = "Backpropagation through a network 2-2-1: exclusive or of (1, 1), which is 0"
EXACT = 1e-14


def rendered(seed: int, format_: str) -> str:
    """The whole explanation, for the initial weights of a seed.

    Raises:
        DerivativeError: Reverse mode computes something else.
    """
    import torch

    from mlpexp.analysis.gradcheck.chain_rule import example, explanation
    from mlpexp.architectures.build import build_architecture
    from mlpexp.config.networks import Mlp
    from mlpexp.nn.network import StackedNetwork
    from mlpexp.numpy_twin.backprop import layers_of

    model = Mlp.model_validate({"name": "mlp", "hidden_sizes": [2], "activation": "sigmoid"})
    architecture = build_architecture(model, (2,), 1)
    network = StackedNetwork.initialized(architecture, [seed], dtype=torch.float64)
    step = example(layers_of(architecture, network.flat[0].numpy()))
    _check(step, network)
    closing = "Automatic differentiation (reverse mode) of the same network gives the same derivatives."
    sections = explanation(step)
    match format_:
        case "table":
            body = [_plain(section) for section in sections]
            return "\n".join([TITLE, "(' is the transpose, * multiplies value by value)", "", *body, closing, ""])
        case "markdown":
            return "\n".join([f"## {TITLE}", "", *map(_markdown, sections), closing, ""])
        case "latex":
            head = "% needs \\usepackage{amsmath}"
            return "\n".join([head, rf"\section*{{{TITLE}}}", *map(_latex, sections), closing, ""])
        case _:
            raise AssertionError(format_)


def _check(step: "Example", network: "StackedNetwork") -> None:
    import torch

    from mlpexp.analysis.gradcheck.chain_rule import INPUT, TARGET
    from mlpexp.analysis.gradcheck.derivatives import reverse_mode
    from mlpexp.analysis.gradcheck.objective import Objective
    from mlpexp.numpy_twin.backprop import flattened
    from mlpexp.training.losses import LOSSES

    inputs, targets = (torch.from_numpy(array)[None] for array in (INPUT, TARGET))
    objective = Objective(network, inputs, targets, {}, LOSSES["mean_squared_error"], 0.0)
    gap = abs(reverse_mode(objective) - flattened(step.gradients)).max()
    if not gap <= EXACT:
        raise DerivativeError(f"backpropagation by hand and reverse mode differ by {gap:.1e}")


def _plain(section: "Section") -> str:
    lines = [
        "  " + line
        for equation in section.equations
        for line in plain_equation(equation.plain, equation.value).splitlines()
    ]
    return "\n".join([section.title, section.sentence.replace("$", ""), "", *lines, ""])


def _markdown(section: "Section") -> str:
    lines = latex_lines([latex_equation(one.latex, one.value) for one in section.equations])
    block = lines.replace("align*", "aligned")
    return "\n".join([f"### {section.title}", "", section.sentence, "", "$$", block, "$$", ""])


def _latex(section: "Section") -> str:
    lines = latex_lines([latex_equation(one.latex, one.value) for one in section.equations])
    return "\n".join([rf"\subsection*{{{section.title}}}", section.sentence, lines, ""])
