"""One reader for runs and sweeps: what it shows is what is in the files, in training and at the end."""

import csv
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from making.configs import TINY
from making.run_files import unsealed
from making.trained_results import Make, Trained, new
from mlpexp.errors import InputError, RunError
from mlpexp.results.result import Result
from mlpexp.store.frames import Absent

RUN = TINY + "seeds: 2\ndiagnostics: cheap\n"
SWEEP = TINY + (
    "diagnostics: cheap\nsweep: {over: {learning_rate: [0.1, 1.0e+9], batch_size: [10, 15]}, seeds: 2}\n"
)  # fmt: skip


def from_file(path: Path) -> pd.DataFrame:
    """By Python's own reader and ``float``: nothing is lost on the way."""
    with path.open(newline="") as stream:
        rows = list(csv.DictReader(stream))

    def cells(column: str) -> list[object]:
        texts = [row[column] for row in rows]
        try:
            numbers = [float(text) for text in texts]
        except ValueError:
            return list(texts)
        whole = all(text.lstrip("-").isdigit() for text in texts)
        return [int(number) for number in numbers] if whole else list(numbers)

    return pd.DataFrame({column: cells(column) for column in rows[0]})


@pytest.mark.parametrize("table", ["metrics", "diagnostics"])
def test_frames_are_the_files_to_the_last_bit(table: str, trained: Make) -> None:
    sweep = trained(SWEEP)
    frame = getattr(sweep.result, table)
    assert_frame_equal(frame, from_file(sweep.path / f"{table}.csv"), check_exact=True)
    assert frame["arm"].unique().tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize("table", ["metrics", "diagnostics", "trials"])
def test_a_run_is_read_as_a_sweep_with_one_arm(table: str, trained: Make) -> None:
    run = trained(RUN)
    frame, file = getattr(run.result, table), from_file(run.path / f"{table}.csv")
    assert "arm" not in file.columns
    assert frame["arm"].tolist() == [0] * len(file)
    if table != "trials":  # whose reasons are empty
        assert_frame_equal(frame.drop(columns="arm"), file, check_exact=True)
    own = getattr(run.result.arm(0), table)
    assert_frame_equal(own, frame.drop(columns="arm"))


def test_values_of_axes_stay_as_they_were_written(trained: Make) -> None:
    sweep = trained(SWEEP)
    for frame in (sweep.result.trials, sweep.result.arms):
        assert set(frame["optimizer.learning_rate"]) == {"0.1", "1000000000"}
        assert set(frame["training.batch_size"]) == {"10", "15"}
    assert sweep.result.arms["label"].tolist() == [arm.label for arm in sweep.plan.arms]


def test_an_arm_has_its_own_rows(trained: Make) -> None:
    sweep = trained(SWEEP)
    for number, planned in enumerate(sweep.plan.arms):
        arm = sweep.result.arm(number)
        assert arm.label == planned.label
        assert arm.trials["seed"].tolist() == [0, 1]
        assert len(arm.evaluation("predictions")) == len(sweep.result.evaluation("predictions")) / 4
        own = sweep.result.metrics.query("arm == @number").drop(columns="arm").reset_index(drop=True)
        assert_frame_equal(arm.metrics, own)
    for number in (-1, 4):
        with pytest.raises(InputError, match=rf"--arm {number}: expected a number from 0 to 3"):
            sweep.result.arm(number)


def test_pieces_are_the_whole_in_its_order(trained: Make) -> None:
    sweep, columns = trained(SWEEP), ["arm", "seed", "epoch", "train_loss"]
    whole = sweep.result.metrics[columns]
    for rows in (1, 3, len(whole), 10**6):
        result = sweep.result
        result.piece_rows = rows
        pieces = list(result.metric_pieces(columns))
        assert_frame_equal(pd.concat(pieces, ignore_index=True), whole, check_exact=True)
        assert len(pieces) == -(-len(whole) // rows)
    unsealed(sweep.path)
    with (sweep.folder.metrics).open("a") as stream:
        stream.write("3,1,4,12,1")  # what a crash cut short
    assert_frame_equal(pd.concat(sweep.result.metric_pieces(columns), ignore_index=True), whole, check_exact=True)
    assert sweep.result.metric_columns == list(sweep.result.metrics.columns)


def test_pieces_of_a_run_have_an_arm(trained: Make) -> None:
    run = trained(RUN)
    (piece,) = run.result.metric_pieces(["arm", "seed", "test_loss", "train_loss"])
    assert piece["arm"].tolist() == [0] * 8
    assert "test_loss" not in piece  # there are no test data


def test_a_result_in_training_is_read_from_what_its_stacks_have_written(tmp_path: Path) -> None:
    sweep = new(tmp_path, SWEEP, runs="broken")
    with pytest.raises(Absent):
        _ = sweep.result.metrics
    updates = sweep.updates()
    seen = [len(sweep.result.metrics) for update in updates if update.record]
    assert seen == sorted(seen)
    assert seen[0] < seen[-1]
    whole = sweep.result.metrics
    assert len(whole) == len(whole.drop_duplicates(["arm", "seed", "epoch"]))


def test_a_result_of_which_a_part_is_done_shows_that_part(tmp_path: Path) -> None:
    sweep = new(tmp_path, SWEEP, runs="broken")
    updates = sweep.updates()
    next(update for update in updates if update.done == 4)
    updates.close()
    whole = new(tmp_path, SWEEP, runs="whole").finish().result.metrics
    shown = sweep.result.metrics
    arms = shown["arm"].unique().tolist()
    assert 0 < len(arms) < 4
    ordered = shown.sort_values(["arm", "seed", "epoch"], ignore_index=True)
    assert_frame_equal(ordered, whole[whole["arm"].isin(arms)].reset_index(drop=True), check_exact=True)


@pytest.mark.parametrize(("text", "word"), [(RUN, "run"), (SWEEP, "sweep")])
def test_an_unfinished_one_says_how_to_go_on(text: str, word: str, tmp_path: Path) -> None:
    begun = new(tmp_path, text)
    command = "train" if word == "run" else "sweep"
    with pytest.raises(
        InputError, match=rf"this {word} has not ended; go on with: mlpexp {command} --resume {begun.path}$"
    ):
        begun.result.finished_trials()


def test_a_changed_config_is_noticed_where_it_plans_other_arms(trained: Make) -> None:
    sweep = trained(SWEEP)
    unsealed(sweep.path)
    text = sweep.folder.config.read_text()
    assert text.count("15]") == 1
    sweep.folder.config.write_text(text.replace("15]", "15, 20]"))
    with pytest.raises(RunError, match=r"config\.yaml: changed since the sweep was made: it plans 6 arms"):
        _ = sweep.result.plan


def test_what_is_not_there_is_absent(trained: Make) -> None:
    run = trained(TINY)
    result = run.result
    for ask in (lambda: result.diagnostics, lambda: result.arm(0).diagnostics, lambda: result.evaluation("boundary")):
        with pytest.raises(Absent):
            ask()


def test_costs_are_of_arms_and_add_up_to_the_stacks(trained: Make) -> None:
    sweep = trained(SWEEP)
    table, stacks = sweep.result.costs, sweep.result.stacks
    assert table["arm"].tolist() == [0, 1, 2, 3]
    assert (table["train_seconds"] * 2).sum() == pytest.approx(stacks.train_seconds)
    assert (table["microseconds_per_step"] > 0).all()


def test_a_folder_can_be_moved(trained: Make, tmp_path: Path) -> None:
    """Files are the truth: nothing in them says where they lie."""
    sweep = trained(SWEEP)
    moved = Result.open(shutil.copytree(sweep.path, tmp_path / "elsewhere" / "renamed"))
    shutil.rmtree(sweep.path)
    assert moved.summary.num_arms == 4
    assert moved.trials["status"].tolist() == ["finished"] * 4 + ["diverged"] * 4
    weights, _ = moved.arm(1).kept_weights([1], "best")
    assert all(np.isfinite(array).all() for array in weights.values())


def test_diverged_trials_of_an_arm_are_no_numbers(trained: Make) -> None:
    sweep: Trained = trained(SWEEP)
    rows = sweep.result.trials.query("status == 'diverged'")
    assert rows["arm"].unique().tolist() == [2, 3]
    assert rows.filter(regex="^(final|best)_(train|test)").isna().all(axis=None)
