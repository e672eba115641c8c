"""What a comparison of derivatives found; imports no torch."""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf, isfinite, isnan

BY_HAND, NUMPY, REVERSE = "by hand", "NumPy", "reverse mode"
FORWARD, DIFFERENCES = "forward mode", "central differences"
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
class EntryValues:
    """One derivative by every way that gives it: of those that differences were taken of, the largest without a kink."""

    entry: tuple[int, ...]
    """Its place in the tensor, from 0."""
    values: dict[str, float]
    """By way, reverse mode first."""


@dataclass(frozen=True)
class TensorChecks:
    """All ways for one parameter tensor."""

    tensor: str
    """Its name: ``dense1.weight``."""
    shape: tuple[int, ...]
    """Of one member."""
    checks: dict[str, Check]
    """By way."""
    largest: EntryValues | None
    """Values; None: no entry was tried, or every one that was has a kink."""


@dataclass(frozen=True)
class WayCost:
    """What a way cost in all."""

    way: str
    """Its name."""
    derivatives: int
    """How many were obtained."""
    forward: int
    """Forward passes."""
    backward: int
    """Backward passes."""
    seconds: float
    """In all."""


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
    tried: list[int]
    """Of which of all parameters differences were taken, those with a kink left out."""


def disagreement(report: Report, tolerance: float) -> str:
    """Which tensor and way are farthest off reverse mode, rounding aside; empty if all ways agree with it."""
    tensor, check = farthest(report, lambda check: inf if isnan(check.excess) else check.excess)
    if not isfinite(check.excess):
        return f"{tensor}: {check.way} or reverse mode gives no finite number at these weights"
    if check.excess <= tolerance:
        return ""
    return (
        f"{tensor}: {check.way} and reverse mode differ by {check.difference:.1e} of the largest derivative, "
        f"more than the tolerance of {tolerance:g}"
    )


def farthest(report: Report, measure: Callable[[Check], float]) -> tuple[str, Check]:
    """The tensor and the check with the largest measure."""
    every = [(checks.tensor, check) for checks in report.tensors for check in checks.checks.values()]
    return max(every, key=lambda pair: measure(pair[1]))
