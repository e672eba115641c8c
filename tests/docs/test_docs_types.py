"""What pages and notebooks show of Python passes a type checker, which finds the types of the package."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from docs.test_notebooks import NOTEBOOKS, code_of
from making.configs import ROOT
from making.markdown_pages import DOCS, blocks_of

WRONG = ["import mlpexp", 'mlpexp.train("iris/mlp", epohcs=3)', "mlpexp.load(3).metrics.shape"]


def examples() -> dict[str, list[str]]:
    """The code of each page and notebook, by the name of a module for it."""
    pages = {"python_page": [block.text for block in blocks_of(DOCS / "python.md") if block.language == "python"]}
    return pages | {path.stem: code_of(path) for path in NOTEBOOKS}


@pytest.mark.slow
def test_examples_have_the_right_types_and_a_wrong_word_is_found(tmp_path: Path) -> None:
    """In one call: reading the package takes a type checker most of its time."""
    for name, texts in {**examples(), "wrong": WRONG}.items():
        (tmp_path / f"{name}.py").write_text("\n".join(texts))
    flags = ["--config-file=", "--ignore-missing-imports", "--follow-imports=silent", "--cache-dir", "cache"]
    result = subprocess.run(
        [sys.executable, "-m", "mypy", *flags, *sorted(path.name for path in tmp_path.glob("*.py"))], check=False,
        capture_output=True, text=True, cwd=tmp_path, timeout=1200, env={**os.environ, "MYPYPATH": str(ROOT / "src")},
    )  # fmt: skip
    *errors, summary = result.stdout.splitlines()
    assert "(checked 4 source files)" in summary
    assert [line for line in errors if not line.startswith("wrong.py:")] == []
    assert 'Unexpected keyword argument "epohcs"' in result.stdout
    assert 'incompatible type "int"' in result.stdout
