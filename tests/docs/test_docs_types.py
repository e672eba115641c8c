"""What pages and notebooks show of Python passes a type checker, which finds the types of the package."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from docs.test_notebooks import NOTEBOOKS, code_of
from making.configs import ROOT
from making.markdown_pages import DOCS, blocks_of


def checked(texts: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    (folder / "example.py").write_text("\n".join(texts))
    flags = [
        "--config-file=",
        "--ignore-missing-imports",
        "--follow-imports=silent",
        "--cache-dir",
        str(folder / "cache"),
    ]
    return subprocess.run(
        [sys.executable, "-m", "mypy", *flags, "example.py"], check=False, capture_output=True, text=True, cwd=folder,
        timeout=600, env={**os.environ, "MYPYPATH": str(ROOT / "src")},
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", ["python.md", *(path.name for path in NOTEBOOKS)])
def test_examples_have_the_right_types(name: str, tmp_path: Path) -> None:
    if name.endswith(".md"):
        texts = [block.text for block in blocks_of(DOCS / name) if block.language == "python"]
    else:
        texts = code_of(ROOT / "docs" / "notebooks" / name)
    result = checked(texts, tmp_path)
    assert (result.returncode, result.stderr) == (0, ""), result.stdout


@pytest.mark.slow
def test_a_wrong_word_is_found(tmp_path: Path) -> None:
    result = checked(["import mlpexp", 'mlpexp.train("iris/mlp", epohcs=3)', "mlpexp.load(3).metrics.shape"], tmp_path)
    assert 'Unexpected keyword argument "epohcs"' in result.stdout
    assert 'incompatible type "int"' in result.stdout
