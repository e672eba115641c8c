"""Every config in ``configs/`` is valid, and says what it asks, what to expect and how long it takes."""

from pathlib import Path

import pytest

from making.picture_folders import for_example
from mlpexp.planning.plan import make_plan
from mlpexp.planning.prepare import prepare

FOLDER = Path(__file__).parents[2] / "configs"
PATHS = sorted(FOLDER.rglob("*.yaml"))
IDS = [str(path.relative_to(FOLDER)) for path in PATHS]


@pytest.fixture(autouse=True)
def pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a user brings is where the user stands."""
    monkeypatch.chdir(tmp_path)
    for_example(tmp_path)


def header(path: Path) -> list[str]:
    lines = path.read_text().splitlines()[1:]  # the first is for editors
    return lines[: next(i for i, line in enumerate(lines) if not line.startswith("#"))]


def test_there_are_configs() -> None:
    assert len(PATHS) >= 17
    assert not list(FOLDER.rglob("*.yml"))


def test_names_are_unique() -> None:
    names = [prepare(path).experiment.name for path in PATHS]
    assert None not in names
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("path", PATHS, ids=IDS)
def test_is_valid(path: Path) -> None:
    assert prepare(path).architecture.num_parameters > 0


@pytest.mark.parametrize("path", PATHS, ids=IDS)
def test_a_sweep_section_can_be_planned(path: Path) -> None:
    if "\nsweep:" in path.read_text():
        assert len(make_plan(path).arms) > 1


@pytest.mark.parametrize("path", PATHS, ids=IDS)
def test_the_header_asks_and_answers(path: Path) -> None:
    lines = header(path)
    assert lines[0].startswith("# Question: ")
    starts = [next((i for i, line in enumerate(lines) if line.startswith(f"# {word}: ")), -1) for word in
              ("Question", "Expected", "Time")]  # fmt: skip
    assert starts == sorted(starts)
    assert -1 not in starts


@pytest.mark.parametrize("path", PATHS, ids=IDS)
def test_the_header_is_complete(path: Path) -> None:
    assert "TODO" not in path.read_text()
