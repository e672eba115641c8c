"""The first step of each optimizer, which remembers nothing yet, as a function of the gradient alone."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import inf, sqrt
from typing import Any

import numpy as np

from mlpexp.config.optimization import OptimizerConfig, Sgd
from mlpexp.config.own_parts import short_name
from mlpexp.config.own_steps import OwnOptimizer
from mlpexp.errors import InputError
from mlpexp.numpy_twin.activations import Array

Numbers = Callable[[Any], dict[str, float]]


@dataclass(frozen=True)
class FirstStep:
    """How far a parameter moves against its gradient, for a learning rate of 1."""

    size: Callable[[Any, Array], Array]
    """Of the optimizer's config and the gradient."""
    plain: Callable[[Any, str], str]
    """The same as text, of the config and the gradient's name."""
    latex: Callable[[Any, str], str]
    """The same in LaTeX."""


PLAIN = FirstStep(lambda o, g: g, lambda o, g: g, lambda o, g: g)
NESTEROV = FirstStep(
    lambda o, g: (1 + o.momentum) * g,
    lambda o, g: f"(1 + {o.momentum:g}) {g}",
    lambda o, g: f"(1 + {o.momentum:g}) {g}",
)
SCALED = FirstStep(
    lambda o, g: g / (np.abs(g) + o.epsilon),
    lambda o, g: f"{g} / (|{g}| + {o.epsilon:g})",
    lambda o, g: rf"\frac{{{g}}}{{|{g}| + {o.epsilon:g}}}",
)
FIRST_STEPS: Mapping[str, FirstStep] = {
    "sgd": PLAIN,
    "nesterov": NESTEROV,
    "adagrad": SCALED,
    "rmsprop": FirstStep(
        lambda o, g: g / (sqrt(1 - o.alpha) * np.abs(g) + o.epsilon),
        lambda o, g: f"{g} / (sqrt(1 - {o.alpha:g}) |{g}| + {o.epsilon:g})",
        lambda o, g: rf"\frac{{{g}}}{{\sqrt{{1 - {o.alpha:g}}} |{g}| + {o.epsilon:g}}}",
    ),
    "adam": SCALED,  # both means are corrected for starting at 0
    "adamw": SCALED,
}


@dataclass(frozen=True)
class Update:
    """The optimizer of a config, before its first step."""

    optimizer: OptimizerConfig | OwnOptimizer
    """With its learning rate."""
    clip: float | None = None
    """Largest norm of the gradient."""

    @property
    def first(self) -> FirstStep:
        """What the first step is.

        Raises:
            InputError: The optimizer is one of one's own.
        """
        if isinstance(self.optimizer, OwnOptimizer):
            name = short_name(self.optimizer.name)
            raise InputError(f"own optimizer {name} is a function of Python, whose step has no formula here")
        nesterov = isinstance(self.optimizer, Sgd) and self.optimizer.nesterov
        return FIRST_STEPS["nesterov" if nesterov else self.optimizer.name]

    def shortening(self, norm: float) -> float:
        """The factor that a gradient of this norm gets: 1 unless it is too long."""
        return min(1.0, (inf if self.clip is None else self.clip) / (norm + 1e-6))

    def moved(self, parameter: Array, gradient: Array, *, decays: bool) -> Array:
        """The parameter after the step; of those that decay, first a share is taken away."""
        rate = self.optimizer.learning_rate
        kept = 1 - rate * self.optimizer.weight_decay if decays else 1.0
        return np.asarray(kept * parameter - rate * self.first.size(self.optimizer, gradient))
