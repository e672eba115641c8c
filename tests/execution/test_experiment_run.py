"""The way of one experiment: a complete folder, equal runs equal to the byte, a solo run equal to its place in a stack."""

import json
import re
import subprocess
from pathlib import Path

import numpy as np
import pytest
import torch

import mlpexp
from making.configs import TINY
from making.stopping import FULL, before_replacing
from making.trained_results import GB, Make, new
from mlpexp.config.dump import config_hash
from mlpexp.errors import DataError, InputError, RunError
from mlpexp.execution.environment import environment
from mlpexp.execution.run import new_job
from mlpexp.planning.stacks import available_cores, stacking, threads_for

STACK = """\
dataset: {name: synthetic, kind: moons, samples: 90, validation_fraction: 0.2}
model: {name: mlp, hidden_sizes: [6, 5], activation: tanh, dropout: 0.2}
optimizer: {name: adam, learning_rate: 0.02}
training: {batch_size: 16, epochs: 5}
seed: 4
seeds: 3
"""


def test_a_run_leaves_exactly_the_promised_files(trained: Make) -> None:
    path = trained(TINY).folder.path
    files = sorted(str(file.relative_to(path)) for file in path.rglob("*") if file.is_file())
    assert files == [
        ".lock", "arms.csv", "config.yaml", "environment.json", "evaluation/histograms.csv",
        "evaluation/predictions.csv", "manifest.json", "manifest_local.json", "metrics.csv", "networks.json", "plan.json",
        "stacks.json", "summary.json", "timing.csv", "trials.csv", "weights/program-0.best.json",
        "weights/program-0.best.safetensors",
    ]  # fmt: skip


def test_metrics_have_a_row_per_seed_and_epoch_with_the_counts_of_that_epoch(trained: Make) -> None:
    run = trained(STACK)
    rows = run.metrics
    assert [(row["seed"], row["epoch"]) for row in rows] == [(s, e) for s in (4, 5, 6) for e in range(6)]
    sizes = run.prepared.sizes
    steps = -(-sizes.train // 16)
    assert all(row["step"] == row["epoch"] * steps for row in rows)
    assert all(row["samples"] == row["epoch"] * sizes.train for row in rows)
    assert list(rows[0])[5:] == [
        "train_loss", "train_accuracy", "validation_loss", "validation_accuracy", "test_loss", "test_accuracy",
    ]  # fmt: skip


def test_times_are_in_a_file_of_their_own(trained: Make) -> None:
    run = trained(TINY)
    assert not any("seconds" in column for column in run.metrics[0])
    timing = run.table(run.folder.path / "timing.csv")
    assert [row["epoch"] for row in timing] == [0, 1, 2, 3]
    assert all(row["train_seconds"] >= 0 and row["evaluation_seconds"] > 0 for row in timing)


def test_two_equal_runs_are_equal_to_the_byte(trained: Make) -> None:
    first, second = trained(STACK), trained(STACK)
    assert first.folder.path != second.folder.path
    assert first.bytes() == second.bytes()


def test_another_seed_gives_other_numbers(trained: Make) -> None:
    assert trained(TINY).bytes()["metrics.csv"] != trained(TINY + "seed: 1\n").bytes()["metrics.csv"]


def test_the_saved_config_gives_the_same_hash_and_the_same_bytes(trained: Make) -> None:
    first = trained(STACK)
    second = trained(first.folder.config.read_text())
    assert first.folder.path.name[16:] == second.folder.path.name[16:].removesuffix("-2")
    assert first.bytes() == second.bytes()
    assert first.folder.config.read_bytes() == second.folder.config.read_bytes()


def test_a_seed_has_the_same_weights_and_metrics_alone_as_in_a_stack(trained: Make) -> None:
    stacked = trained(STACK)
    for place, seed in enumerate((4, 5, 6)):
        alone = trained(STACK.replace("seed: 4\nseeds: 3\n", f"seed: {seed}\n"))
        assert alone.metrics == [row for row in stacked.metrics if row["seed"] == seed]
        for name in ("last", "best"):
            ours, theirs = stacked.weights(name), alone.weights(name)
            assert set(ours) == set(theirs)
            for key in ours:
                assert ours[key][place].tobytes() == theirs[key][0].tobytes(), key


def test_with_an_init_seed_only_split_and_order_differ_from_repetition_to_repetition(trained: Make) -> None:
    run = trained(TINY.replace("epochs: 3", "epochs: 1") + "seeds: 3\ninit_seed: 7\norder_seed: 1\nsplit_seed: 2\n")
    rows = [{**row, "seed": None} for row in run.metrics if row["epoch"] == 1]
    assert len(rows) == 3
    assert rows[0] == rows[1] == rows[2]
    assert {row["seed"] for row in run.evaluation("predictions")} == {0, 1, 2}
    assert len(run.weights("best")["input.shift"]) == 3
    free = trained(TINY.replace("epochs: 3", "epochs: 1") + "seeds: 3\ninit_seed: 7\n", "free")
    assert len({row["train_loss"] for row in free.metrics if row["epoch"] == 1}) == 3
    seven = trained(TINY.replace("epochs: 3", "epochs: 1") + "seed: 7\n", "seven")
    initial = [
        [row["count"] for row in each.evaluation("histograms") if row["kind"] == "weights initial"]
        for each in (run, free, seven)
    ]
    assert initial[0] == initial[1] == initial[2]


CNN = "{name: cnn, layers: [{layer: conv, channels: 128, kernel_size: 3}]}"


def digits(model: str, batch_size: int | str = 10) -> str:
    text = TINY.replace("three_class_3d", "digits").replace("batch_size: 10", f"batch_size: {batch_size}")
    return text.replace("{name: mlp, hidden_sizes: [4]}", model) + "seed: 3\nseeds: 3\n"


def test_convolutions_are_trained_one_seed_after_the_other_and_multilayer_perceptrons_together(make: Make) -> None:
    def seeds(model: str) -> list[list[int]]:
        return [[trial.seed for trial in stack.trials] for stack in make(digits(model)).job.stacking.stacks]

    assert seeds("{name: mlp}") == [[3, 4, 5]]
    assert seeds(CNN) == [[3], [4], [5]]


def test_threads_are_as_the_config_says_and_one_for_a_multilayer_perceptron(make: Make) -> None:
    assert threads_for(make(TINY).prepared, alone=True) == 1
    prepared = make(TINY.replace("epochs: 3", "epochs: 3, threads: 3")).prepared
    assert threads_for(prepared, alone=True) == threads_for(prepared, alone=False) == 3


def test_long_steps_of_convolutions_take_all_cores_only_where_they_are_alone(make: Make) -> None:
    """With several arms or workers, one thread keeps the numbers the same on any machine."""
    long, short = make(digits(CNN, "full")), make(digits(CNN, 1))
    assert {stack.threads for stack in long.job.stacking.stacks} == {available_cores()}
    assert {stack.threads for stack in short.job.stacking.stacks} == {1}
    assert {stack.threads for stack in stacking(long.plan, 2, GB).stacks} == {1}
    sweep = make(digits(CNN, "full") + "sweep: {over: {learning_rate: [0.1, 1]}, seeds: 1}\n")
    assert {stack.threads for stack in sweep.job.stacking.stacks} == {1}


def test_threads_are_recorded_with_what_was_trained_with_them(trained: Make) -> None:
    run = trained(TINY.replace("epochs: 3", "epochs: 1, threads: 2"))
    assert [stack.threads for stack in run.result.stacks.stacks] == [2]
    assert run.environment["threads"] == 2


def test_the_environment_is_an_allow_list(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLPEXP_TEST_TOKEN", "do-not-tell")
    run = make(TINY)
    content = run.folder.environment.read_text()
    assert set(json.loads(content)) == {
        "mlpexp", "git_commit", "python", "packages", "system", "processor", "device", "device_choice", "threads",
        "engine", "data_fingerprint", "command", "started", "resumed",
    }  # fmt: skip
    assert "do-not-tell" not in content
    assert json.loads(content)["command"] == ["mlpexp", "train"]
    run.finish()
    assert run.environment["cpu_capability"] == torch.backends.cpu.get_cpu_capability()
    assert run.environment["device"] == "cpu"


def test_no_home_folder_is_in_the_environment_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "somebody"))
    command = [
        str(tmp_path / "somebody" / "bin" / "mlpexp"), "train", "--config", str(tmp_path / "somebody" / "secret.yaml"),
        f"--runs-dir={tmp_path}/somebody/runs",
    ]  # fmt: skip
    content = environment("cpu", "", 1, "stacked, eager", command, "0" * 16)
    assert "somebody" not in json.dumps(content)
    assert content["command"] == ["mlpexp", "train", "--config", "~/secret.yaml", "--runs-dir=~/runs"]


def test_versions_and_commit_are_those_in_use(make: Make) -> None:
    content = json.loads(make(TINY).folder.environment.read_text())
    assert content["packages"]["torch"] == torch.__version__  # with its build tag
    assert content["packages"]["numpy"] == np.__version__
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", content["started"])
    source = Path(mlpexp.__file__).parent
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=source, capture_output=True, text=True, check=False)
    in_checkout = head.returncode == 0 and (source.parents[1] / ".git").exists()
    assert content["git_commit"] == (head.stdout.strip() if in_checkout else None)


CSV = """\
dataset: {name: csv, path: d.csv, target: y, test_fraction: 0.25}
model: {name: mlp, hidden_sizes: [4]}
optimizer: {name: sgd, learning_rate: 0.1}
training: {batch_size: 4, epochs: 2}
"""
TABLE = "a,b,y\n" + "".join(f"{i},{i * i % 7},{i % 2}\n" for i in range(20))


def test_without_its_data_a_run_writes_nothing(make: Make, tmp_path: Path) -> None:
    table = tmp_path / "d.csv"
    table.write_text(TABLE)
    plan = make(CSV).plan
    table.unlink()
    with pytest.raises(DataError):
        new_job(plan, stacking(plan, 1, GB), tmp_path / "elsewhere", [])
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("device", ["cuda", "mps"])
def test_without_its_device_a_run_writes_nothing(device: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    for text in (TINY + f"device: {device}\n", TINY + f"sweep: {{over: {{device: [cpu, {device}]}}, seeds: 1}}\n"):
        with pytest.raises(InputError, match=f"device: {device} is not available"):
            new(tmp_path, text)
    assert not (tmp_path / "runs").exists()


def test_updates_rise_to_one_and_carry_the_records(make: Make) -> None:
    updates = list(make(TINY).updates())
    fractions = [update.fraction for update in updates]
    assert fractions == sorted(fractions)
    assert fractions[0] == 0
    assert fractions[-1] == 1
    assert [(update.done, update.total) for update in (updates[0], updates[-1])] == [(0, 1), (1, 1)]
    assert [update.record.epoch for update in updates if update.record] == [0, 1, 2, 3]


def test_the_folder_name_holds_name_and_hash(make: Make) -> None:
    run = make("name: my-run\n" + TINY)
    assert run.folder.path.name.endswith(f"-my-run-{config_hash(run.prepared.experiment)}")
    assert make(TINY).folder.path.name.endswith(f"-three_class_3d-mlp-{config_hash(run.prepared.experiment)}")


def test_a_changed_data_file_is_refused_on_resume_and_an_unchanged_one_is_not(make: Make, tmp_path: Path) -> None:
    data = tmp_path / "d.csv"
    data.write_text(TABLE)
    run = make(CSV)
    run.resumed()
    before = run.folder.summary.read_bytes()
    data.write_text(data.read_text().replace("3,2,1\n", "3,2.001,1\n"))
    with pytest.raises(RunError, match="the data have changed since the run began"):
        run.resumed()
    assert run.folder.summary.read_bytes() == before


def test_a_changed_config_is_refused_on_resume(make: Make) -> None:
    run = make(TINY)
    run.folder.config.write_text(run.folder.config.read_text().replace("epochs: 3", "epochs: 9"))
    with pytest.raises(RunError, match=r"config\.yaml: changed since the run began"):
        run.resumed()
    assert run.summary.status == "running"
    assert not run.folder.metrics.exists()


def test_a_second_trainer_of_the_same_run_is_refused(make: Make) -> None:
    run = make(TINY)
    updates = run.updates()
    next(updates)
    with pytest.raises(RunError, match="another process is training this run"):
        run.finish()
    for _ in updates:
        pass
    assert run.summary.status == "finished"


def test_a_failure_is_recorded_with_its_reason(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    run = make(TINY)
    with monkeypatch.context() as patch, pytest.raises(RunError):
        before_replacing(patch, "done.json", FULL)
        run.finish()
    assert run.summary.status == "failed"
    assert "the disk is full" in run.summary.reason
    run.resumed().finish()
    assert (run.summary.status, run.summary.reason) == ("finished", None)
