"""Which sweeps of a folder have a value that is called by a name, or that was scaled."""

from pathlib import Path

import pytest

from making.results_builder import HIDDEN, IRIS, LR, build_sweep
from mlpexp.results.listed import Condition, chosen, listed_in


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sweep whose values have names, and one whose sizes were scaled."""
    folder = tmp_path_factory.mktemp("results")
    arms = "{over: {learning_rate: {slow: 0.01, fast: 0.1}}, seeds: 2}"
    build_sweep(folder, {LR: ["0.5", "0.6"]}, f"sweep={arms}", "name=named", seeds=2, epochs=4)
    config = IRIS.replace("[16]", "[64]").replace("iris-mlp", "scaled")
    build_sweep(folder, {HIDDEN: ["[64]", "[32, 32]"]}, config=config, seeds=2, epochs=4, section="match: parameters")
    build_sweep(
        folder, {HIDDEN: ["8", "16"]}, "name=matched", config=config, seeds=2, epochs=4, section="match: parameters"
    )
    return folder


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("learning_rate=slow", ["named"]),
        ("learning_rate=0.01", ["named"]),
        ("hidden_sizes=[32, 32]", ["scaled"]),
        ("hidden_sizes=[18, 19]", ["scaled"]),
        ("hidden_size=8", ["matched"]),
    ],
)
def test_values_are_found_by_name_meaning_and_as_written(written: str, found: list[str], folder: Path) -> None:
    results = chosen(listed_in(folder, now=0.0), Condition(written))
    assert [result.summary.name for result in results if result.summary] == found
