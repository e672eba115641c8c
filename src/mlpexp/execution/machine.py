"""The machine: device, threads, stacks."""

import os
from collections.abc import Sequence

import torch

from mlpexp.architectures.architecture import Architecture
from mlpexp.architectures.arithmetic import cost
from mlpexp.config.experiment import Experiment
from mlpexp.errors import InputError

MACS_WORTH_DIVIDING = 40_000_000  # multiply-accumulates of a step's forward pass, measured: see benchmarks/LOG.md


def choose_device(experiment: Experiment) -> torch.device:
    """The device that a config asks for; ``auto`` takes CUDA where there is one, and the CPU for NumPy.

    Raises:
        InputError: It is not there.
    """
    name = experiment.device
    if name == "auto" and experiment.training.engine == "numpy":
        name = "cpu"
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    if name == "cuda" and not torch.cuda.is_available():
        raise InputError(
            "device: cuda is not available on this machine (no GPU, no driver, or torch without CUDA); use cpu"
        )
    if name == "mps" and not torch.backends.mps.is_available():
        raise InputError("device: mps is not available on this machine; use cpu")
    if name == "mps" and experiment.training.precision == "float64":
        raise InputError("training.precision: float64 does not exist on mps; use cpu")
    return torch.device(name)


def num_threads(experiment: Experiment, architecture: Architecture, num_train: int) -> int:
    """CPU threads for one stack that trains on ``num_train`` samples.

    Multilayer perceptrons get one: small ones gain nothing from a second, and with several the rounding of a sum would
    depend on what a member is stacked with. Convolutions get all cores if a step is long enough to be divided.
    """
    chosen, size = experiment.training.threads, experiment.training.batch_size
    batch_size = num_train if size == "full" else size
    if chosen != "auto":
        return chosen
    long_step = architecture.has_convolutions and cost(architecture).macs * batch_size >= MACS_WORTH_DIVIDING
    return available_cores() if long_step else 1


def available_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def stacks(architecture: Architecture, seeds: Sequence[int]) -> list[list[int]]:
    """Which seeds are trained together: all of them, but convolutional networks one by one.

    A stack of convolutions is a grouped convolution, which takes as long as its members one after the other
    (``benchmarks/grouped_convolutions.py``), and its results would differ in the last bits.
    """
    return [[seed] for seed in seeds] if architecture.has_convolutions else [list(seeds)]


def device_name(device: torch.device) -> str:
    """``cpu``, ``mps``, or ``cuda`` with the name of the card."""
    return device.type if device.type != "cuda" else f"cuda: {torch.cuda.get_device_name(device)}"
