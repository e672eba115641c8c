"""``mlpexp doctor``: what is said is true, each problem has its remedy, and nothing is written."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from making.command_line import Command
from mlpexp.doctor.computing import card
from mlpexp.doctor.libraries import listed, packages
from mlpexp.doctor.machine import core_limit, cores
from mlpexp.doctor.places import data_sets, disk, folders
from mlpexp.execution.build_facts import build_line

TITLES = ("program", "system", "cores", "memory", "packages", "results", "data", "free disk", "data sets", "fonts", "torch",
          "card", "a step")  # fmt: skip


def test_all_is_well_here(mlpexp: Command) -> None:
    answer = mlpexp("doctor", "--format", "json")
    record = json.loads(answer.out)
    said = {each["what"]: each["said"] for each in record["findings"]}
    assert (answer.code, record["ok"]) == (0, True)
    assert set(TITLES) <= set(said)
    assert said["program"] == build_line()
    assert said["torch"].startswith(f"{torch.__version__}, ")
    assert said["a step"].split()[1] == "ms"
    assert os.environ["HOME"].rstrip("/") + "/" not in answer.out
    assert list(Path().iterdir()) == []


def test_a_folder_that_cannot_be_made_is_broken(mlpexp: Command) -> None:
    Path("runs").write_text("a file")
    answer = mlpexp("doctor")
    assert answer.code == 1
    assert "runs is a file; name a folder with --runs-dir" in answer.out
    assert answer.out.endswith("something is broken\n")


def test_a_torch_that_cannot_be_loaded_is_broken(tmp_path: Path) -> None:
    (tmp_path / "torch").mkdir()
    (tmp_path / "torch" / "__init__.py").write_text(
        "raise ImportError('libcudart.so.12: cannot open shared object file')"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])}
    command = [sys.executable, "-m", "mlpexp", "doctor"]
    answer = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=tmp_path, check=False)
    assert answer.returncode == 1, answer.stderr
    assert "broken: torch cannot be used: ImportError: libcudart.so.12: cannot open" in answer.stdout
    assert "free disk" in answer.stdout  # what can be told is told


def test_another_format(mlpexp: Command) -> None:
    assert mlpexp("doctor", "--format", "yaml").err == "error: --format: 'yaml' is not known; choose from text, json\n"


@pytest.mark.parametrize(
    ("written", "limit"),
    [("150000 100000", 1.5), ("max 100000", None), ("-1", None), ("", None), ("400000 100000", 4.0)],
)
def test_the_limit_of_a_container(written: str, limit: float | None, tmp_path: Path) -> None:
    file = tmp_path / "cpu.max"
    file.write_text(written)
    assert core_limit((tmp_path / "absent", file)) == limit


def test_too_many_threads_have_a_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "4096")
    assert "unset it" in cores().remedy
    for wrong in ("0", "abc", "99999999999", ""):
        monkeypatch.setenv("OMP_NUM_THREADS", wrong)
        assert "is ignored" in cores().remedy
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    assert "OMP_NUM_THREADS=1" in cores().said


def test_data_sets_are_looked_for_where_they_are_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MLPEXP_DATA_DIR", str(tmp_path / "data"))
    there, absent = data_sets()
    assert there.said.endswith("data: none")
    assert {"mnist", "emnist balanced"} <= set(absent.said.partition(";")[0].split(", "))
    results, data, free = folders(tmp_path / "a" / "runs")
    assert (results.said, data.said) == (f"{tmp_path}/a/runs can be made", f"{tmp_path}/data can be made")
    assert (free, results.remedy) == (disk(tmp_path), "")


def test_nothing_is_promised_of_a_folder_that_is_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("MLPEXP_DATA_DIR", str(tmp_path / "file"))
    _, absent = data_sets()
    assert absent.said.endswith("; none can be downloaded to there")


@pytest.mark.mnist
def test_mnist_is_found() -> None:
    assert "mnist" in next(data_sets()).said.partition(": ")[2].split(", ")


def test_packages_are_those_of_the_metadata() -> None:
    names = listed()
    assert not names or {"torch", "numpy", "pydantic"} <= set(names[""])
    assert not packages().is_broken


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA GPU")
def test_the_card_is_named() -> None:
    found = card()
    assert torch.cuda.get_device_name(0) in found.said
    assert not found.remedy


@pytest.mark.skipif(torch.cuda.is_available() or torch.backends.mps.is_available(), reason="there is a card")
def test_that_there_is_no_card_is_said_in_words() -> None:
    assert card().said.startswith("no CUDA device: ")
