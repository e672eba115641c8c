"""What ``device: auto`` means: the CPU, or an NVIDIA card where the work is long enough for one; imports no torch."""

from collections.abc import Sequence
from dataclasses import dataclass

from mlpexp.config.experiment import Experiment
from mlpexp.planning.estimate import stack_cost
from mlpexp.planning.plan import Plan
from mlpexp.planning.prepare import Prepared

START_SECONDS = 3.0
"""To load the libraries of CUDA, to begin on a card, and to record graphs: shorter work is never worth it."""
WORTH_FACTOR = 2.0
"""So many times faster than the CPU a card must be by the estimate, which is rough: the CPU's numbers are those that are
promised bit for bit."""


@dataclass(frozen=True)
class AutoDevice:
    """What ``device: auto`` means for one plan: all its arms are compared on one device."""

    name: str
    """``cpu`` or ``cuda``."""
    sentence: str = ""
    """Why; empty where there is no card to choose."""


ON_CPU = AutoDevice("cpu")


@dataclass(frozen=True)
class Work:
    """Members of one program that are trained."""

    prepared: Prepared
    """Any of them."""
    steps: int
    """Updates of each."""
    num_members: int
    """How many there are."""
    num_seeds: int
    """Distinct seeds among them."""

    def seconds(self, device: str) -> float:
        """Estimated, on one core of the CPU or on one card."""
        return stack_cost(self.prepared, self.steps, self.num_members, self.num_seeds, device).seconds


def device_of(experiment: Experiment, auto: AutoDevice) -> str:
    """Where an experiment is trained: as it says, and with ``auto`` as it is meant; by NumPy always on the CPU."""
    if experiment.device != "auto":
        return experiment.device
    return "cpu" if experiment.training.engine == "numpy" else auto.name


def may_choose(experiment: Experiment) -> bool:
    """Whether ``auto`` may mean a card."""
    return experiment.device == "auto" and experiment.training.engine == "torch"


def one_device(plan: Plan) -> AutoDevice | None:
    """The CPU, where some arms with ``auto`` can be trained there alone: all of them are compared on one device."""
    arms = [arm.experiment for arm in plan.arms if arm.experiment.device == "auto"]
    if all(map(may_choose, arms)) or not any(map(may_choose, arms)):
        return None
    return AutoDevice("cpu", "device: auto takes the CPU for all arms: training.engine: numpy computes there alone")


def by_estimate(work: Sequence[Work], workers: int) -> AutoDevice:
    """The device that is faster by the estimates of ``planning/estimate.py``, if there is a card.

    A step of a small stack is a row of small operations, which a card does no faster than a CPU; only members x parameters x
    batch beyond some size make it worth its start. Both sides of that are in ``SPEEDS``.

    Args:
        work: What ``auto`` is to train.
        workers: Processes that share it on the CPU; a card has one.
    """
    on_cpu = sum(each.seconds("cpu") for each in work) / workers
    on_cuda = sum(each.seconds("cuda") for each in work)
    if on_cpu < WORTH_FACTOR * (START_SECONDS + on_cuda):
        return AutoDevice("cpu", "device: auto takes the CPU: the work is too small for a GPU; device: cuda insists")
    return AutoDevice(
        "cuda", "device: auto takes the GPU: by estimate it is at least twice as fast; device: cpu stays on the CPU"
    )
