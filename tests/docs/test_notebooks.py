"""The notebooks run from top to bottom, with one import of ours, and are committed without outputs."""

from pathlib import Path

import pytest

from making.configs import ROOT

nbformat = pytest.importorskip("nbformat", reason="needs nbformat")
nbclient = pytest.importorskip("nbclient", reason="needs nbclient")

NOTEBOOKS = sorted((ROOT / "docs" / "notebooks").glob("*.ipynb"))


def code_of(path: Path) -> list[str]:
    book = nbformat.read(path, as_version=4)
    return [cell.source for cell in book.cells if cell.cell_type == "code"]


def test_notebooks_are_found() -> None:
    assert {path.stem for path in NOTEBOOKS} >= {"assignment", "own_data"}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])
def test_a_notebook_is_kept_without_outputs(path: Path) -> None:
    book = nbformat.read(path, as_version=4)
    nbformat.validate(book)
    assert all(not cell.outputs and cell.execution_count is None for cell in book.cells if cell.cell_type == "code")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])
def test_a_notebook_needs_one_import_of_ours(path: Path) -> None:
    lines = [line.strip() for text in code_of(path) for line in text.splitlines()]
    ours = {line for line in lines if line.startswith(("import mlpexp", "from mlpexp"))}
    assert ours <= {"import mlpexp", "from mlpexp.sklearn import MLPClassifier"}


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])
def test_a_notebook_runs(path: Path, tmp_path: Path) -> None:
    book = nbformat.read(path, as_version=4)
    nbclient.NotebookClient(
        book, timeout=600, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}
    ).execute()
    for cell in book.cells:
        for output in cell.get("outputs", []):
            assert output.output_type != "error"
            assert "Traceback" not in str(output.get("text", "")) and "Warning" not in str(output.get("text", ""))
    pages = [
        str(output.data["text/html"])
        for cell in book.cells
        for output in cell.get("outputs", [])
        if "data" in output and "text/html" in output.data
    ]
    assert any("mlpexp" in page for page in pages)
