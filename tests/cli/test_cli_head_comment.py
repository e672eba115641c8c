"""The comment at the head of a config stays at the head of the result's config, and changes nothing else."""

from collections.abc import Callable

import pytest

from making.command_line import Answer
from making.trained_results import Make
from mlpexp.results.result import Result

pytestmark = pytest.mark.usefixtures("lazy_disk", "undrawn")
COMMENT = '# Question: Does <b>it</b> learn? 能吗？ %YAML "x"\n#   a second line\n#\n# Expected: above 0.9\n'
RUN = """\
dataset: {name: iris, test_fraction: 0.3}
# no comment at the head
model: {name: mlp, hidden_sizes: [3], activation: tanh}
optimizer: {name: adam, learning_rate: 0.05}
training: {batch_size: 16, epochs: 2}
seeds: 2
"""
SWEEP = RUN.replace("seeds: 2\n", "sweep: {over: {learning_rate: [0.001, 0.05]}, seeds: 2}\n")
Call = Callable[..., Answer]


@pytest.mark.parametrize("text", [RUN, SWEEP], ids=["run", "sweep"])
def test_it_is_kept_and_nothing_else_changes(text: str, trained: Make) -> None:
    plain, told = trained(text, "plain"), trained(COMMENT + text, "told")
    assert told.plan.hash == plain.plan.hash
    mine, theirs = told.bytes(), plain.bytes()
    assert mine.pop("config.yaml") == COMMENT.encode() + theirs.pop("config.yaml")
    assert mine.pop("manifest.json") != theirs.pop("manifest.json")  # which has the sum of that file
    assert mine == theirs
    assert b"no comment" not in theirs.get("config.yaml", b"")
    again = Result.open(told.path).plan
    assert (again.as_yaml(), again.hash) == (told.plan.as_yaml(), told.plan.hash)


def test_a_result_with_it_is_gone_on_with_trained_again_and_reported(make: Make, mlpexp: Call) -> None:
    run = make("\ufeff" + COMMENT + RUN)
    updates = run.updates()
    next(updates)
    updates.close()
    assert mlpexp("train", "--resume", run.path).code == 0
    again = mlpexp("train", "--config", run.path / "config.yaml", "--quiet").run
    assert (again / "config.yaml").read_bytes() == run.folder.config.read_bytes()
    text = run.folder.config.read_text(encoding="utf-8")
    assert text.startswith(COMMENT + "dataset:")
    answer = mlpexp("report", run.path, "-o", "report.md", "--no-explain")
    assert answer.code == 0, answer.err
    words = run.path.parents[1].joinpath("report.md").read_text(encoding="utf-8")
    assert "it</b> learn? 能吗？" in words
    assert "Expected: above 0.9" in words
