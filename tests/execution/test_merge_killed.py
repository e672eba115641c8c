"""Killed between any two operations on files while parts become tables, a result loses nothing: it goes on and ends as ever."""

import subprocess
import sys
from pathlib import Path

import pytest

from making.processes import with_tests

SCRIPT = """
from dataclasses import replace
import os, shutil, sys
from pathlib import Path
import numpy as np
from making.dying import DIED, die_at
from mlpexp.execution.run import reopened
from mlpexp.results.result import Result
from making.configs import TINY
from making.trained_results import Trained, new

TEXT = TINY.replace("epochs: 3", "epochs: 1") + (
    "diagnostics: cheap\\nkeep: {weights: all, history: 2}\\n"
    "sweep: {over: {name: [one, other], batch_size: [10, 15]}, seeds: 2}\\n"
)
root = Path(sys.argv[1])
whole = new(root, TEXT, runs="whole").finish()
trained = new(root, TEXT, runs="trained")
updates = trained.updates()
next(update for update in updates if update.done == 4)  # all there is to train, and nothing is merged
updates.close()
assert not trained.folder.metrics.exists() and trained.folder.parts.is_dir()

def readable(path):
    result = Result.open(path)
    assert result.summary.num_trials == 8
    assert (result.summary.outcome is not None) == result.summary.complete
    metrics = result.metrics  # of the parts, or of the table
    assert len(metrics) in (8, 16) and np.isfinite(metrics["train_loss"]).all()

for number in range(1, 1000):
    path = shutil.copytree(trained.path, root / "killed" / str(number))
    pid = os.fork()
    if pid == 0:
        die_at(number, str(path))
        Trained(reopened(path)).finish()
        os._exit(0)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    assert code in (0, DIED), code
    readable(path)
    if not Result.open(path).summary.complete:
        assert code == DIED
        Trained(reopened(path)).finish()
    ended = Trained(replace(trained.job, folder=Result.open(path).folder))
    left = {name for name in ended.bytes() if not name.startswith(("parts/", ".progress"))}
    assert left == set(whole.bytes()), (number, left ^ set(whole.bytes()))
    assert all(ended.bytes()[name] == content for name, content in whole.bytes().items()), number
    shutil.rmtree(path)
    if code == 0:
        print(number - 1)
        break
"""


@pytest.mark.slow
@pytest.mark.parametrize("every", [11, 1])
def test_the_merge_killed_anywhere_loses_nothing(every: int, tmp_path: Path) -> None:
    script = SCRIPT.replace("range(1, 1000)", f"range(1, 1000, {every})")
    done = subprocess.run(
        [sys.executable, "-c", script, tmp_path],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
        env=with_tests(),
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.split()[-1]) >= 60
