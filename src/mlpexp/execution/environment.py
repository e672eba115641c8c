"""A record of what a run was computed with; imports no torch."""

import os
import platform
import re
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from mlpexp.config.experiment import Experiment
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
        "git_commit": _git_commit(),
        "python": platform.python_version(),
        "packages": {package: version(package) for package in packages} | {"torch": torch_version()},
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "device": device,
        "device_choice": choice,
        "threads": threads,
        "engine": engine,
        "data_fingerprint": data_fingerprint,
        "command": [Path(command[0]).name, *map(_without_home, command[1:])] if command else [],
        "started": _now(),
        "resumed": [],
    }


def resumption(device: str, threads: int) -> dict[str, Any]:
    """What may be another one when a run goes on: an entry of ``resumed`` in ``environment.json``."""
    return {"date": _now(), "device": device, "threads": threads, "torch": torch_version()}


def torch_version() -> str:
    """With its build tag, such as ``2.15.0+cu132``, which only torch itself knows; read without importing it."""
    spec = find_spec("torch")
    if spec is None or not spec.submodule_search_locations:
        return version("torch")
    try:
        text = (Path(spec.submodule_search_locations[0]) / "version.py").read_text(encoding="utf-8")
    except OSError:
        return version("torch")
    assignment = re.search(r"""^__version__ = ['"](.+)['"]""", text, re.MULTILINE)
    return assignment[1] if assignment else version("torch")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _without_home(argument: str) -> str:
    """An argument with ``~`` for the user's home folder, whose name is nobody's business."""
    home = os.environ.get("HOME", "").rstrip("/")
    return re.sub(rf"{re.escape(home)}(?=/|$)", "~", argument) if home else argument


def without_places(text: str) -> str:
    """A sentence for a file: paths below the current folder begin there, and others with ``~`` where they can."""
    return _without_home(text.replace(f"{Path.cwd()}{os.sep}", ""))


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
