"""What a comparison of derivatives found; imports no torch."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, isnan

BY_HAND, NUMPY, REVERSE, FORWARD, DIFFERENCES = (
    "by hand",
    "NumPy",
    "reverse mode",
    "forward mode",
    "central differences",
)
STEPS = (1e-3, 1e-4, 1e-5, 1e-6, 1e-7)  # of central differences, times the larger of 1 and the size of the parameter


@dataclass(frozen=True)
class Check:
    """One way for one parameter tensor, against reverse mode."""

    way: str
    """Name of the way."""
    compared: int
    """How many derivatives: entries of the tensor, or directions in the space of its entries."""
    directions: bool
    """Whether they are random directions, each of which moves all entries, rather than entries."""
    difference: float
    """The largest difference, divided by the largest derivative of the tensor."""
    excess: float
    """The same less what rounding explains; only central differences have such an allowance."""
    kinks: int = 0
    """At how many entries the objective has a kink; they are left out."""
    step: float | None = None
    """The step that central differences took most often."""


@dataclass(frozen=True)
class TensorChecks:
    """All ways for one parameter tensor: ``dense1.weight``, its shape, and a check by way."""

    tensor: str
    shape: tuple[int, ...]
    checks: dict[str, Check]


@dataclass(frozen=True)
class WayCost:
    """What a way cost in all: derivatives obtained, forward passes, backward passes, seconds."""

    way: str
    derivatives: int
    forward: int
    backward: int
    seconds: float


@dataclass(frozen=True)
class Report:
    """Everything that was compared."""

    tensors: list[TensorChecks]
    """In the order of the network."""
    costs: list[WayCost]
    """By way."""
    errors_of_steps: list[float]
    """For each step of central differences the largest difference of all entries without kink, relative to the largest
    derivative of the network.
    """


def worst(tensors: Sequence[TensorChecks]) -> tuple[str, Check]:
    """The tensor and check with the largest excess; one that is no number is the largest of all."""
    every = [(one.tensor, check) for one in tensors for check in one.checks.values()]
    return max(every, key=lambda pair: inf if isnan(pair[1].excess) else pair[1].excess)
