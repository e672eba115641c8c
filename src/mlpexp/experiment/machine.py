"""The machine: device, threads, stacks, and a record of what a run was computed with."""

import os
import platform
import re
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

from mlpexp import __version__
from mlpexp.architectures.architecture import Architecture
from mlpexp.architectures.arithmetic import cost
from mlpexp.config.experiment import Experiment
from mlpexp.errors import InputError

MACS_WORTH_DIVIDING = 40_000_000  # multiply-accumulates of a step's forward pass, measured: see benchmarks/LOG.md


def choose_device(experiment: Experiment) -> torch.device:
    """The device that a config asks for; ``auto`` takes CUDA where there is one.

    Raises:
        InputError: It is not there.
    """
    name = experiment.device
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


def environment(device: torch.device, threads: int, command: Sequence[str], data_fingerprint: str) -> dict[str, Any]:
    """What a run was computed with: an allow-list of versions and hardware, nothing of the user's environment."""
    packages = ("torch", "torchvision", "numpy", "pandas", "scikit-learn", "scipy", "safetensors", "pydantic")
    return {
        "mlpexp": __version__,
        "git_commit": _git_commit(),
        "python": platform.python_version(),
        "packages": {package: version(package) for package in packages},
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "device": device.type if device.type != "cuda" else f"cuda: {torch.cuda.get_device_name(device)}",
        "threads": threads,
        "engine": "stacked, eager",
        "data_fingerprint": data_fingerprint,
        "command": [Path(command[0]).name, *map(_without_home, command[1:])] if command else [],
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _without_home(argument: str) -> str:
    """An argument with ``~`` for the user's home folder, whose name is nobody's business."""
    home = os.environ.get("HOME", "").rstrip("/")
    return re.sub(rf"{re.escape(home)}(?=/|$)", "~", argument) if home else argument


def _git_commit() -> str | None:
    """The commit of mlpexp's own source, if it runs from a checkout."""
    source = Path(__file__).resolve().parent
    if not any((parent / ".git").exists() for parent in source.parents[2:3]):
        return None
    try:
        answer = subprocess.run(
            ["git", "rev-parse", "HEAD"], cwd=source, capture_output=True, text=True, timeout=5, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return answer.stdout.strip() or None


def _processor() -> str:
    if sys.platform == "linux":
        try:
            lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        except OSError:
            lines = []
        for line in lines:
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or "unknown"
