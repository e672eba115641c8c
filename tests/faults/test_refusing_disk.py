"""A disk that refuses the k-th operation, for every k: one sentence, and with a willing disk the same bytes as ever."""

from collections import Counter
from collections.abc import Callable
from errno import EACCES, EIO, ENOSPC
from pathlib import Path

import pytest

from making.processes import Process
from making.run_files import equal_files

Write = Callable[..., Path]
Start = Callable[..., Process]
CASES = 20  # of each kind; the operations are shared out among them

TEXT = """\
name: small
dataset: three_class_3d
model: {name: mlp, hidden_sizes: [4]}
optimizer: {name: sgd, learning_rate: 0.1, momentum: 0.9}
training: {batch_size: 30, epochs: 2}
diagnostics: cheap
"""
COMMANDS = {
    "train": ("train", "--seeds", "2"),
    "sweep": ("sweep", "--learning-rate", "0.01,0.1", "--batch-size", "20,30", "--seeds", "2", "--jobs", "1"),
}
REFUSALS = {"the disk is full": ENOSPC, "a bad sector": EIO, "the folder may not be written": EACCES}


def visible_files(result: Path) -> dict[str, bytes]:
    """What must be equal; a hidden file that the disk refuses to remove stays."""
    return {name: content for name, content in equal_files(result).items() if not Path(name).name.startswith(".")}


@pytest.mark.slow
@pytest.mark.parametrize("refusal", REFUSALS)
@pytest.mark.parametrize("command", COMMANDS)
def test_an_operation_is_refused(command: str, refusal: str, start: Start, config: Write, tmp_path: Path) -> None:
    path, counts = config(TEXT), Counter[str]()

    def refused(number: int, runs: Path) -> Process:
        arguments = (*COMMANDS[command], "-c", path, "--runs-dir", runs, "-q")
        return start(*arguments, save_every=3, fail_at=number, below=runs.name, error=REFUSALS[refusal])

    process = refused(0, tmp_path / "whole")
    whole = visible_files(tmp_path / process.wait().run)
    operations = int((process.folder / "operations").read_text())
    step = max(1, operations // CASES)
    for number in range(1 + step // 2, operations + 1, step):
        runs = tmp_path / f"refused-{number}"
        answer = refused(number, runs).wait()
        found = list(runs.glob("2*")) if runs.exists() else []
        counts[f"exit code {answer.code}"] += 1
        if answer.code:
            assert answer.code == 1, (number, answer)
            assert answer.err.startswith("error: "), (number, answer)
            assert "internal error" not in answer.err, (number, answer)
            assert len(answer.err.splitlines()) == 1, (number, answer)
        if not found:
            assert answer.code == 1, number
            assert start("list", "--runs-dir", runs).wait().code in (0, 2)
            counts["no folder"] += 1
            continue
        (run,) = found
        assert start("show", run).wait().code == 0, number
        if answer.code:
            assert " with: mlpexp " in answer.err, (number, answer)
            ended = start(command, "--resume", run, "-q").wait()
            if "is complete" in ended.err:  # what follows from the result is missing, at most
                ended = start("plot", run).wait()
            assert ended.code == 0, (number, answer, ended)
        assert visible_files(run) == whole, (number, answer)
        counts["equal"] += 1
    print(f"{command}, {refusal}: operations {operations}, refused {counts.total() // 2}: {dict(counts)}")
    assert counts["exit code 1"] >= CASES // 2
