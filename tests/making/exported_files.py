"""A network of a prepared run in every format."""

import shutil
from pathlib import Path

import pytest

from making.shell_lines import FINISHED
from mlpexp.export.export import FORMATS, export
from mlpexp.results.networks import networks_of
from mlpexp.results.result import Result


def export_all(runs: Path, folder: Path) -> None:
    """Files ``model.onnx``, ``model.py``, ... in a folder, beside ``runs`` with the result alone."""
    pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")
    path = folder / "runs" / FINISHED
    shutil.copytree(runs / FINISHED, path)
    networks = networks_of(Result.open(path).arm(0), [0])
    for end in FORMATS:
        export(networks, folder / f"model{end}")
