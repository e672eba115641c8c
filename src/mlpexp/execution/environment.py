"""A record of what a run was computed with; imports no torch."""

import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from mlpexp.config.experiment import Experiment
from mlpexp.execution.build_facts import git_commit, processor, torch_version, without_home
from mlpexp.version import __version__

ENGINES = {"torch": "stacked, eager", "numpy": "NumPy by hand, one member after the other"}


def engine_name(experiment: Experiment) -> str:
    """What computes the steps."""
    return ENGINES[experiment.training.engine]


def environment(
    device: str, choice: str, threads: int, engine: str, command: Sequence[str], data_fingerprint: str
) -> dict[str, Any]:
    """What a run was computed with: an allow-list of versions and hardware, nothing of the user's environment.

    Args:
        device: As the config names it.
        choice: What ``auto`` takes, and why; empty where there is no choice.
        threads: Of the CPU.
        engine: What computes the steps.
        command: The command line.
        data_fingerprint: Of the data.
    """
    packages = ("torch", "torchvision", "numpy", "pandas", "scikit-learn", "scipy", "safetensors", "pydantic")
    return {
        "mlpexp": __version__,
        "git_commit": git_commit(),
        "python": platform.python_version(),
        "packages": {package: version(package) for package in packages} | {"torch": torch_version()},
        "system": f"{platform.system()} {platform.machine()}",
        "processor": processor(),
        "device": device,
        "device_choice": choice,
        "threads": threads,
        "engine": engine,
        "data_fingerprint": data_fingerprint,
        "command": [Path(command[0]).name, *map(without_home, command[1:])] if command else [],
        "started": _now(),
        "resumed": [],
    }


def resumption(device: str, threads: int) -> dict[str, Any]:
    """What may be another one when a run goes on: an entry of ``resumed`` in ``environment.json``."""
    return {"date": _now(), "device": device, "threads": threads, "torch": torch_version()}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def without_places(text: str) -> str:
    """A sentence for a file: paths below the current folder begin there, and others with ``~`` where they can."""
    return without_home(text.replace(f"{Path.cwd()}{os.sep}", ""))
