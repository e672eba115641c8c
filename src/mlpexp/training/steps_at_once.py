"""All steps of a block at once, off the CPU: what the host does for each step costs more than the step there.

Axis letters: T steps of a block, M members, B batch, K outputs.
"""

from typing import Protocol

import torch
from torch import Tensor

from mlpexp.config.experiment import Experiment
from mlpexp.config.optimization import Training
from mlpexp.config.own_parts import parts_in
from mlpexp.training.cuda_graphs import RecordedSteps
from mlpexp.training.method import Steps
from mlpexp.training.step import Stepper
from mlpexp.training.step_block import StepBlock


class StepsAtOnce(Protocol):
    """Takes all steps of a block."""

    most_steps: int
    """The longest block."""
    note: str
    """What a user should know of how they are taken; mostly empty."""

    def __call__(self, block: StepBlock) -> Tensor | None:
        """Changes the network; returns the outputs before each step, ``(M, T * B, K)``, where they are wanted."""


class StepByStep:
    """Takes the steps of a block one after the other, each operation as it comes."""

    most_steps, note = 1024, ""

    def __init__(self, step: Steps, *, with_outputs: bool) -> None:
        self.step, self.with_outputs = step, with_outputs

    def __call__(self, block: StepBlock) -> Tensor | None:
        """As every ``StepsAtOnce``."""
        outputs = []
        for given in block:
            of_step = self.step(*given)
            if self.with_outputs:
                outputs.append(of_step)
        return torch.cat(outputs, 1) if outputs else None


def recordable(experiment: Experiment, note: str) -> bool:
    """Whether steps can be recorded, for all that is known: a function of one's own may look at values on the host.

    Args:
        experiment: Of a member.
        note: Why recording failed before; empty: it did not.
    """
    return not note and all(kind == "score" for kind, _ in parts_in(experiment))


def steps_at_once(step: Steps, device: torch.device, settings: Training, *, record: bool = True) -> StepsAtOnce | None:
    """How the blocks of a stack are taken; None: step by step, with all that belongs to a step.

    On the CPU, since nothing is gained; and for maps, whose steps look up their neighbourhood on the host.

    Args:
        step: Takes one.
        device: Where.
        settings: The ``training:`` section.
        record: Whether steps can be recorded, for all that is known.
    """
    if device.type == "cpu" or not isinstance(step, Stepper):
        return None
    steps = StepByStep(step, with_outputs=settings.train_metrics == "running")
    if device.type == "cuda" and settings.cuda_graph == "auto" and record:
        return RecordedSteps(steps, device)
    return steps
