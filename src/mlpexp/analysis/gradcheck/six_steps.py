"""The graph of ``f = 1 / (exp(-(w x + b)) + 1)`` in six elementary steps: forward values, reverse and forward mode."""

from dataclasses import dataclass

import numpy as np

from mlpexp.analysis.gradcheck.equations import Equation, Section, equation, partial


@dataclass(frozen=True)
class Node:
    """A step of the graph; it takes the value of the step before it."""

    plain: str
    """What it computes."""
    latex: str
    """The same in LaTeX."""
    value: float
    """``h_i``."""
    slope_plain: str
    """The derivative of this step with respect to the one before it (of the first: to w)."""
    slope_latex: str
    """The same in LaTeX."""
    slope: float
    """Its value."""


@dataclass(frozen=True)
class Graph:
    """Six nodes, each behind the other."""

    x: float
    """The input."""
    w: float
    """The weight."""
    b: float
    """The bias."""
    nodes: tuple[Node, ...]
    """``h_1`` to ``h_6``; the last is f."""

    @property
    def reverse(self) -> list[float]:
        """``df/dh_i`` for each node, computed from the last to the first."""
        derivatives = [1.0]
        for node in reversed(self.nodes[1:]):
            derivatives.insert(0, derivatives[0] * node.slope)
        return derivatives

    @property
    def forward(self) -> list[float]:
        """``dh_i/dw`` for each node, computed from the first to the last."""
        derivatives = [self.nodes[0].slope]
        for node in self.nodes[1:]:
            derivatives.append(node.slope * derivatives[-1])
        return derivatives


def graph_of(x: float, w: float, b: float) -> Graph:
    """The graph with numbers.

    References:
        Qiu (2020), "Neural networks and deep learning", section 4.5 (automatic differentiation).
    """
    h1 = w * x
    h2 = h1 + b
    h3 = -h2
    h4 = float(np.exp(h3))
    h5 = h4 + 1
    nodes = (
        Node("w x", "w x", h1, "x", "x", x),
        Node("h_1 + b", "h_1 + b", h2, "1", "1", 1.0),
        Node("-1 * h_2", r"-1 \cdot h_2", h3, "-1", "(-1)", -1.0),
        Node("exp(h_3)", r"\exp(h_3)", h4, "h_4", "h_4", h4),
        Node("h_4 + 1", "h_4 + 1", h5, "1", "1", 1.0),
        Node("1 / h_5", r"\frac{1}{h_5}", 1 / h5, "(-1 / h_5^2)", r"\left(-\frac{1}{h_5^2}\right)", -1 / h5**2),
    )
    return Graph(x, w, b, nodes)


def graph_sections(graph: Graph, of: str) -> list[Section]:
    """Forward values, then both modes of automatic differentiation; ``of`` says whose numbers these are."""
    formula = r"$f = 1 / (\exp(-(w x + b)) + 1)$"
    sentence = f"The sigmoid {formula}; {of}"
    return [
        Section("A graph of six steps", sentence, _values(graph)),
        Section("The graph in reverse mode", "From the last node to the first; $h_6$ is f.", _reverse(graph)),
        Section("The graph in forward mode", "From the first node to the last, here for w alone.", _forward(graph)),
    ]


def _values(graph: Graph) -> list[Equation]:
    given = [equation(name, name, value) for name, value in (("x", graph.x), ("w", graph.w), ("b", graph.b))]
    steps = [
        equation(f"h_{i} = {node.plain}", f"h_{i} = {node.latex}", node.value) for i, node in enumerate(graph.nodes, 1)
    ]
    return given + steps


def _reverse(graph: Graph) -> list[Equation]:
    reverse = graph.reverse
    equations = [equation("df/dh_6", partial("h_6", "f"), reverse[5])]
    for i in (5, 4, 3, 2, 1):
        node = graph.nodes[i]
        plain = f"df/dh_{i} = df/dh_{i + 1} * {node.slope_plain}"
        latex = f"{partial(f'h_{i}', 'f')} = {partial(f'h_{i + 1}', 'f')} \\cdot {node.slope_latex}"
        equations.append(equation(plain, latex, reverse[i - 1]))
    ends = (
        ("w", "h_1", "x", reverse[0] * graph.x),
        ("x", "h_1", "w", reverse[0] * graph.w),
        ("b", "h_2", "1", reverse[1]),
    )
    for name, node_name, slope, value in ends:
        latex = f"{partial(name, 'f')} = {partial(node_name, 'f')} \\cdot {slope}"
        equations.append(equation(f"df/d{name} = df/d{node_name} * {slope}", latex, value))
    return equations


def _forward(graph: Graph) -> list[Equation]:
    forward = graph.forward
    equations = [equation("dh_1/dw = x", rf"{partial('w', 'h_1')} = x", forward[0])]
    for i, node in enumerate(graph.nodes[1:], 2):
        plain = f"dh_{i}/dw = {node.slope_plain} * dh_{i - 1}/dw"
        latex = f"{partial('w', f'h_{i}')} = {node.slope_latex} \\cdot {partial('w', f'h_{i - 1}')}"
        equations.append(equation(plain, latex, forward[i - 1]))
    return equations
