"""Commands and trainings within this process: what scripts share that train hundreds of small runs."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, Literal

import numpy as np
import pandas as pd
import torch
import yaml
from typer.testing import CliRunner

from mlpexp.cli.main import app
from mlpexp.config.yaml_source import override_in
from mlpexp.execution.local import in_this_process
from mlpexp.execution.run import new_job, train
from mlpexp.planning.plan import make_plan
from mlpexp.planning.stacks import stacking
from mlpexp.results.result import Result

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))  # for ``making``: what the tests train

torch.set_num_threads(1)
MEMORY = 4 * 10**9  # bytes for a stack


@dataclass(frozen=True)
class Answer:
    """What a command said."""

    out: str
    """Its standard output."""
    error: str
    """Why it failed; empty: it did not."""
    seconds: float
    """What it took."""


def ask(*words: object) -> Answer:
    """Runs a command of ``mlpexp``."""
    started = perf_counter()
    result = CliRunner().invoke(app, [str(word) for word in words])
    seconds = perf_counter() - started
    return Answer(result.stdout, repr(result.exception) if result.exit_code else "", seconds)


def trained(
    config: Mapping[str, Any],
    folder: Path,
    changes: Mapping[str, Any] | None = None,
    planned_by: Literal["train", "sweep"] = "train",
) -> tuple[Result, float]:
    """Trains a config.

    Args:
        config: As it is written in a file.
        folder: Where the config and the result are written.
        changes: Keys with dots and their values, as ``--set`` takes them.
        planned_by: The command.

    Returns:
        The result, and the seconds that it took.

    Raises:
        InputError: The changes do not suit the config.
        RunError: Nothing could be trained.
    """
    started = perf_counter()
    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump(dict(config)), encoding="utf-8")
    overrides = [override_in(f"{key}={json.dumps(value)}", "--set") for key, value in (changes or {}).items()]
    plan = make_plan(path, overrides, planned_by)
    job = new_job(plan, stacking(plan, 1, MEMORY), folder / "runs", ["mlpexp"])
    for _ in train(job, in_this_process):
        pass
    return Result.open(job.folder.path), perf_counter() - started


def fresh_scores(config: Mapping[str, Any], seeds: range, changes: Mapping[str, Any] | None = None) -> pd.DataFrame:
    """Trains a config with other seeds, in a folder that is removed.

    Returns:
        A row per seed, with the scores on the test part as columns, such as ``test_accuracy``.
    """
    with TemporaryDirectory() as name:
        result, _ = trained({**config, "seed": seeds[0], "seeds": len(seeds)}, Path(name), changes)
        return scores_of(result)


def scores_of(result: Result) -> pd.DataFrame:
    """The scores of each trial on the test part at the epoch that was selected; a diverged one is at the bottom.

    Returns:
        Columns ``arm``, ``seed`` and the scores; an accuracy at the bottom is 0, R² is never below -1.
    """
    trials = result.finished_trials()
    kind = "best" if result.config["training"].get("early_stopping") else "final"
    scores = trials.filter(regex=f"^{kind}_test_").rename(columns=lambda name: name.removeprefix(f"{kind}_"))
    for name in scores:
        bottom = -1.0 if name == "test_r2" else 0.0
        scores[name] = scores[name].mask(trials["status"] == "diverged").fillna(bottom).clip(lower=bottom)
    return pd.concat([trials[["arm", "seed"]], scores.drop(columns="test_loss")], axis=1).sort_values(["arm", "seed"])


def quality(scores: pd.DataFrame) -> np.ndarray:
    """Accuracy or R² on the test part, ``(trials,)``."""
    return scores["test_accuracy" if "test_accuracy" in scores else "test_r2"].to_numpy(float)


def printed(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Prints a table in Markdown."""
    print(f"\n## {title}\n")
    for row in (columns, ["---"] * len(columns), *rows):
        print("| " + " | ".join(str(cell) for cell in row) + " |")
