"""The device."""

import torch

from mlpexp.config.experiment import Experiment
from mlpexp.errors import InputError


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


def device_name(device: torch.device) -> str:
    """``cpu``, ``mps``, or ``cuda`` with the name of the card."""
    return device.type if device.type != "cuda" else f"cuda: {torch.cuda.get_device_name(device)}"
