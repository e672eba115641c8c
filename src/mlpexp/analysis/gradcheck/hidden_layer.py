"""Hidden activations and their derivatives as formulas, as the table of activations writes them."""

import re
from collections.abc import Mapping

import numpy as np

from mlpexp.config.activations import KNOWN, Maxout, Prelu
from mlpexp.numpy_twin.activations import Array, selu_constants
from mlpexp.numpy_twin.backprop import NumpyLayer, through_activation

LATEX: Mapping[str, tuple[str, str]] = {
    "identity": ("{z}", "1"),
    "sigmoid": (r"\sigma({z})", r"{a} \odot (1 - {a})"),
    "tanh": (r"\tanh({z})", "1 - {a}^2"),
}


def activation_texts(layer: NumpyLayer, number: int) -> tuple[str, str]:
    """``f(z_l)`` as plain text and in LaTeX."""
    name, z = layer.activation.name, f"z_{number}"
    if name in LATEX:
        return (z if name == "identity" else f"{name}({z})"), LATEX[name][0].format(z=z)
    if isinstance(layer.activation, Maxout):
        pieces = f"the largest of each {layer.activation.pieces} of {z}"
        return pieces, _text(pieces)
    return f"{name}({z})", rf"\mathrm{{{_escaped(name)}}}({z})"


def slope_texts(layer: NumpyLayer, number: int) -> tuple[str, str]:
    """``f'(z_l)`` as plain text and in LaTeX."""
    activation, z, a = layer.activation, f"z_{number}", f"a_{number}"
    if isinstance(activation, Maxout):
        plain = "1 for the largest of its unit, else 0"
        return plain, _text(plain)
    values = {"x": z, "y": a, "slope": f"s_{number}" if isinstance(activation, Prelu) else "slope"}
    if activation.name == "selu":
        values |= dict(zip(("alpha", "scale"), map("{:.4f}".format, selu_constants()), strict=True))
    values |= {key: f"{getattr(activation, key):g}" for key in KNOWN[activation.name].keys}
    names = "|".join(map(re.escape, sorted(values, key=len, reverse=True)))
    formula = KNOWN[activation.name].derivative.replace("**", "^")
    plain = re.sub(rf"\b({names})\b", lambda match: values[match[0]], formula)
    latex = LATEX[activation.name][1].format(z=z, a=a) if activation.name in LATEX else _text(plain)
    return plain, latex


def slopes(layer: NumpyLayer, z_1U: Array, a: Array) -> Array:
    """``f'(z_l)``, ``(1, U)``."""
    return through_activation(layer, np.ones_like(a), z_1U, a)[0]


def _text(plain: str) -> str:
    return rf"\text{{{_escaped(plain)}}}"


def _escaped(text: str) -> str:
    return (
        re.sub(r"([_{}#%&$])", r"\\\1", text)
        .replace("^", r"\textasciicircum{}")
        .replace("<", "$<$")
        .replace(">", "$>$")
    )
