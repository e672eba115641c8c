"""One trained network in plain numbers: what every format is written from. NumPy only."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from mlpexp.config.networks import OutputActivation
from mlpexp.store.networks import Preparation, Scaling

Shape = tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Step:
    """A step of the forward pass."""

    name: str
    """Of its layer: ``dense1``."""
    kind: str
    """What it does: the name of a function in ``numpy_layers``."""
    arrays: Mapping[str, np.ndarray]
    """What was learned, by the names of arguments; float32, of int8 networks int8, int32 and float64 as well."""
    numbers: Mapping[str, float]
    """The other arguments by name."""
    output_shape: Shape
    """Of one sample behind it."""


@dataclass(frozen=True)
class Origin:
    """Where a network is from."""

    mlpexp: str
    """Version of the program."""
    result: str
    """Name of the folder."""
    hash: str
    """Of what decides its numbers, as in ``summary.json``."""
    title: str
    """Of the result, in words."""
    arm: int
    """Its number."""
    label: str
    """The settings of the arm."""
    seed: int
    """Of the trial."""
    epoch: int
    """Whose weights these are."""
    precision: str
    """In which it was trained."""


@dataclass(frozen=True, eq=False)
class PortableNetwork:
    """Raw inputs are prepared, steps give logits, an output activation gives outputs."""

    origin: Origin
    """Where it is from."""
    preparation: Preparation
    """Names of columns and classes, and what raw inputs are."""
    scaling: Scaling
    """What was fitted on the training part of the seed."""
    steps: tuple[Step, ...]
    """From inputs as they were learned from to logits, a value for each class or number."""
    activation: OutputActivation
    """What makes outputs of logits."""
    is_probability: bool
    """Whether outputs are probabilities of classes."""
    int8: str = ""
    """What of it is int8, in words; empty: nothing is."""

    @property
    def classification(self) -> bool:
        """Whether classes are predicted."""
        return self.preparation.task == "classification"

    @property
    def is_image(self) -> bool:
        """Whether samples are pictures."""
        return self.preparation.is_image

    @property
    def input_name(self) -> str:
        """What raw inputs are called: ``pixels`` uint8 ``(N, C, H, W)``, or ``inputs`` float64 ``(N, F)``."""
        return "pixels" if self.is_image else "inputs"

    @property
    def output_name(self) -> str:
        """What outputs are called."""
        if not self.classification:
            return "value"
        return "probability" if self.is_probability else "output"

    @property
    def num_parameters(self) -> int:
        """Numbers that were learned, without those of the preparation."""
        return sum(array.size for step in self.steps for array in step.arrays.values())

    @property
    def has_jumps(self) -> bool:
        """Whether a step jumps, so that the last digit of what comes before may decide a large one behind."""
        return any(step.kind == "table_sigmoid" for step in self.steps)


@dataclass(frozen=True, eq=False)
class Answer:
    """What a network says of N samples."""

    outputs: np.ndarray
    """``(N, K)`` of each class, or ``(N, T)`` in the unit of the data."""
    classes: np.ndarray | None
    """``(N,)`` numbers of classes; None: numbers are predicted."""
