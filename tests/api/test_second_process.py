"""Figures drawn by a second process are those that this one would draw, and nothing is lost with it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mlpexp import Result, train

DRAW = """
import logging, os, signal, sys
from pathlib import Path
from mlpexp.api.second_process import SecondProcess
from mlpexp.errors import RunError
from mlpexp.results.result import Result

logging.basicConfig(format="%(message)s", stream=sys.stdout)
os.sched_getaffinity = lambda _: {0, 1}  # also where there is one core
with SecondProcess(needed=True) as second:
    if "killed" in sys.argv:
        os.kill(second.process.pid, signal.SIGKILL)
    try:
        for path in second.draw(Result.open(Path(sys.argv[1])), ["png"])():
            print("drew", path.name)
    except RunError as error:
        print("error", error)
print("here" if "matplotlib" in sys.modules else "there", "torch" in sys.modules)
"""

SHARES = """
import os, signal, sys
from pathlib import Path
from matplotlib.figure import Figure
from pandas import DataFrame
from mlpexp.report.drawing.save_in_two import save_in_two
from mlpexp.report.drawing.style import Drawing

first = os.getpid()

def draw():
    if os.getpid() != first and "killed" in sys.argv:
        os.kill(os.getpid(), signal.SIGKILL)
    return Drawing(Figure(), DataFrame({"process": [os.getpid() == first]}))

folder = Path(sys.argv[1])
for path in save_in_two(folder, folder, {f"figure_{number}": draw for number in range(12)}, ["png"]):
    print(path.name, path.with_suffix(".csv").read_text().split()[1])
"""


def drawn(result: Result, *words: str, cwd: Path | None = None) -> list[str]:
    command = [sys.executable, "-P", "-c", DRAW, str(result.path), *words]
    return subprocess.run(command, capture_output=True, text=True, check=True, cwd=cwd).stdout.splitlines()


def pictures(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((folder / "plots").iterdir())}


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Result:
    return train("iris/mlp", epochs=3, seeds=2, runs_dir=tmp_path_factory.mktemp("runs"), quiet=True)


@pytest.mark.slow
@pytest.mark.parametrize(("word", "where"), [("", "there"), ("killed", "here")])
def test_the_same_figures_here_and_there(result: Result, word: str, where: str) -> None:
    before = pictures(result.path)
    for path in (result.path / "plots").iterdir():
        path.unlink()
    lines = drawn(result, word)
    assert lines[-1] == f"{where} False"
    assert {f"drew {name}" for name in before if name.endswith("png")} == set(lines[:-1])
    assert pictures(result.path) == before


@pytest.mark.slow
@pytest.mark.parametrize("word", ["", "killed"])
def test_two_processes_share_the_figures_and_one_draws_those_of_a_dead_one(tmp_path: Path, word: str) -> None:
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, "-c", SHARES, str(tmp_path), word]
    ended = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    names, of_first = zip(*(line.split() for line in ended.stdout.splitlines()), strict=True)
    assert names == tuple(f"figure_{number}.png" for number in range(12))
    if word:
        assert set(of_first) == {"True"}


@pytest.mark.slow
def test_files_of_the_folder_are_not_taken_for_libraries(result: Result, tmp_path: Path) -> None:
    (tmp_path / "random.py").write_text("raise SystemExit(3)")
    assert drawn(result, cwd=tmp_path)[-1] == "there False"


@pytest.mark.slow
def test_its_warnings_and_errors_are_told(tmp_path: Path) -> None:
    result = train("iris/mlp", epochs=1, seeds=1, runs_dir=tmp_path, plots=(), quiet=True)
    predictions = result.path / "evaluation" / "predictions.csv"
    predictions.write_text(predictions.read_text().replace("probability", "chance"))
    *lines, last = drawn(result)
    assert any(f"{result.path}: figure " in line and " left out: " in line for line in lines)
    assert "drew loss.png" in lines
    assert last == "there False"
    for path in (result.path / "plots").iterdir():
        path.unlink()
    (result.path / "plots").rmdir()
    (result.path / "plots").write_text("in the way")
    *_, error, last = drawn(result)
    assert error.startswith("error ")
    assert last == "there False"


@pytest.mark.slow
def test_the_command_draws_the_same_with_one_core(tmp_path: Path) -> None:
    found = []
    for cores in ({0}, None):
        runs = tmp_path / str(cores)
        command = [sys.executable, "-m", "mlpexp", "train", "iris/mlp", "--epochs", "2", "--seeds", "2", "--quiet"]
        one = None if cores is None else (lambda: os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}))
        ended = subprocess.run([*command, "--runs-dir", str(runs)], capture_output=True, text=True, preexec_fn=one)
        assert (ended.returncode, ended.stderr) == (0, "")
        (folder,) = (path for path in runs.iterdir() if path.is_dir())
        assert ended.stdout.strip() == str(folder)
        found.append(pictures(folder))
    assert found[0] == found[1]
