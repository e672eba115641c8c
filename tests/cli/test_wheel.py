"""The program as it is installed: built as a wheel, and run outside the checkout."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the wheel holds."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder / "dist")]
    built = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    (wheel,) = (folder / "dist").glob("*.whl")
    with zipfile.ZipFile(wheel) as content:
        content.extractall(folder / "site")
    return folder / "site"


def run(installed: Path, here: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    command = [sys.executable, "-P", "-m", "mlpexp", *arguments]
    return subprocess.run(command, cwd=here, env=environment, capture_output=True, text=True)


def test_the_wheel_holds_the_program_and_its_examples_and_nothing_else(installed: Path) -> None:
    examples = {path.relative_to(CHECKOUT / "configs") for path in (CHECKOUT / "configs").rglob("*.yaml")}
    assert {path.relative_to(installed / "mlpexp" / "configs") for path in installed.rglob("*.yaml")} == examples
    modules = {path.relative_to(CHECKOUT / "src") for path in (CHECKOUT / "src").rglob("*.py")}
    assert {path.relative_to(installed) for path in installed.rglob("*.py")} == modules
    assert not [path for path in installed.rglob("*") if path.suffix in (".pyc", ".csv", ".png")]
    page = Path("mlpexp/report/writers")
    scripts = {path.relative_to(CHECKOUT / "src") for path in (CHECKOUT / "src").rglob("*.js")}
    assert scripts >= {
        page / "scripts" / name for name in ("search.js", "tables.js", "figures.js", "network.js", "live.js")
    }
    assert {path.relative_to(installed) for path in installed.rglob("*.js")} == scripts
    assert (installed / page / "page.css").is_file()
    assert (installed / "mlpexp" / "py.typed").is_file()
    assert (installed / "mlpexp" / "configs" / "schema.json").is_file()


@pytest.mark.slow
def test_an_example_is_trained_by_its_name(installed: Path, tmp_path: Path) -> None:
    listed = run(installed, tmp_path, "examples", "iris")
    assert listed.returncode == 0, listed.stderr
    assert "iris/mlp" in listed.stdout
    trained = run(installed, tmp_path, "train", "iris/mlp", "--epochs", "2", "--seeds", "2")
    assert trained.returncode == 0, trained.stderr
    assert f"config: {installed / 'mlpexp' / 'configs' / 'iris' / 'mlp.yaml'}" in trained.stderr
    (result,) = (tmp_path / "runs").iterdir()
    assert (result / "metrics.csv").is_file()
    reported = run(installed, tmp_path, "report", "last")
    assert reported.returncode == 0, reported.stderr
    page = Path(reported.stdout.strip()).read_text(encoding="utf-8")
    for source in ("page.css", "scripts/tables.js", "scripts/network.js"):
        lines = (installed / "mlpexp" / "report" / "writers" / source).read_text(encoding="utf-8").strip().splitlines()
        assert lines[-1] in page
