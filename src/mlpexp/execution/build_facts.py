"""What this program runs on, told in a moment: without torch, the schema of configs, or the network."""

import os
import platform
import re
import subprocess
import sys
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from mlpexp.version import __version__


def build_line() -> str:
    """``mlpexp 0.1.0 (commit 1f2e3d4c, Python 3.11.13, torch 2.15.0+cu132)``; the commit is that of a checkout."""
    commit = git_commit()
    facts = [f"commit {commit[:8]}"] if commit else []
    return f"mlpexp {__version__} ({', '.join([*facts, f'Python {platform.python_version()}', f'torch {torch_version()}'])})"


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


def git_commit() -> str | None:
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


def processor() -> str:
    """Its name, as the system says it."""
    if sys.platform == "linux":
        try:
            lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        except OSError:
            lines = []
        for line in lines:
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or "unknown"


def without_home(argument: str) -> str:
    """An argument with ``~`` for the user's home folder, whose name is nobody's business."""
    home = os.environ.get("HOME", "").rstrip("/")
    return re.sub(rf"{re.escape(home)}(?=/|$)", "~", argument) if home else argument
