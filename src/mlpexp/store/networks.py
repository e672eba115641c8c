"""``networks.json``: what a result needs besides its weights to predict, without the data that it was trained on.

That is each arm's network, what turns raw inputs into those of it, and what it gives into the unit of the data.
"""

import hashlib
from collections.abc import Sequence
from typing import Any, Literal

from mlpexp.config.column_forms import TableForm
from mlpexp.config.facts import Task
from mlpexp.config.strict import Strict
from mlpexp.store.plan_files import PlannedArm


class Scaling(Strict):
    """What was fitted on a training part: inputs are filled in, then ``(x - shift) / scale``."""

    shift: tuple[float, ...]
    """One for each feature; of pictures one for each channel."""
    scale: tuple[float, ...]
    """Likewise."""
    fill: tuple[float, ...] | None = None
    """What stands for a missing value, of each feature; those without a rule have 0. None: nothing is filled in."""
    target_shift: tuple[float, ...] | None = None
    """Networks learn ``(f(y) - shift) / scale``; None: y as it is, or classes."""
    target_scale: tuple[float, ...] | None = None


class Preparation(Strict):
    """What is done to the samples of one ``dataset:`` section."""

    task: Task
    input_shape: tuple[int, ...]
    """Of a sample: ``(F,)``, or ``(C, H, W)`` pixels 0..255."""
    num_outputs: int
    """Classes, or values that are predicted."""
    feature_names: tuple[str, ...]
    """One for each feature; empty for pictures."""
    target_name: str
    class_names: tuple[str, ...]
    """One for each class; empty where numbers are predicted."""
    target_log: bool = False
    """Whether f is the logarithm."""
    table: TableForm | None
    """How tables are written; None: the samples are pictures."""
    scalings: tuple[Scaling, ...]
    """Each different one once."""
    of_seeds: tuple[tuple[int, int], ...]
    """Of each seed of the experiment, which scaling is its."""

    @property
    def is_image(self) -> bool:
        """Whether samples are pictures."""
        return len(self.input_shape) == 3

    def has(self, seeds: Sequence[int]) -> bool:
        """Whether the scaling of each of some seeds is known."""
        return set(seeds) <= {seed for seed, _ in self.of_seeds}

    def scaling_of(self, seed: int) -> Scaling:
        """That of a seed."""
        return self.scalings[dict(self.of_seeds)[seed]]


class ArmNetworks(Strict):
    """What the networks of an arm are."""

    config: int
    """Which of the configs is theirs."""
    preparation: int
    """Which of the preparations."""


class NetworksRecord(Strict):
    """All of ``networks.json``."""

    format: Literal[1] = 1
    configs: tuple[dict[str, Any], ...]
    """What a trained network is, as in ``config.yaml``: data, model, loss, precision, device; each different one once."""
    preparations: tuple[Preparation, ...]
    """Each different one once."""
    arms: tuple[ArmNetworks, ...]
    """By number."""
    digest: str = ""
    """Of all this and of what was trained: tells a record that was changed, or is of another result; empty: not known."""

    def sealed(self, arms: Sequence[PlannedArm]) -> "NetworksRecord":
        """With its digest.

        Args:
            arms: What was trained, as the plan of the result says.
        """
        text = self.model_copy(update={"digest": ""}).model_dump_json() + "".join(arm.model_dump_json() for arm in arms)
        return self.model_copy(update={"digest": hashlib.blake2b(text.encode(), digest_size=16).hexdigest()})

    def config_of(self, arm: int) -> dict[str, Any]:
        """That of an arm."""
        return self.configs[self.arms[arm].config]

    def preparation_of(self, arm: int) -> Preparation:
        """That of an arm."""
        return self.preparations[self.arms[arm].preparation]
