"""What the program runs on is told without torch and the schema, and true."""

import os
import platform
import subprocess
import sys
from pathlib import Path

import torch

import mlpexp
from mlpexp.execution.build_facts import build_line, git_commit, processor, torch_version, without_home


def test_versions_are_those_of_the_libraries() -> None:
    assert torch_version() == torch.__version__
    assert f"Python {platform.python_version()}" in build_line()
    assert f"torch {torch.__version__})" in build_line()
    assert processor()


def test_the_commit_is_that_of_the_checkout() -> None:
    root = Path(mlpexp.__file__).parents[2]
    asked = subprocess.run(["git", "rev-parse", "HEAD"], cwd=root, capture_output=True, text=True, check=False)
    if (root / ".git").exists() and asked.returncode == 0:
        assert git_commit() == asked.stdout.strip()
        assert f"commit {asked.stdout[:8]}" in build_line()


def test_a_home_is_nobodys_business() -> None:
    home = os.environ["HOME"].rstrip("/")
    assert without_home(f"{home}/a/b") == "~/a/b"
    assert without_home(f"{home}x/a") == f"{home}x/a"


def test_neither_torch_nor_the_schema_is_loaded() -> None:
    code = "from mlpexp.execution.build_facts import build_line; build_line(); import sys; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"torch", "pydantic", "numpy", "typer"} & set(loaded)
