"""``--init-from`` and ``--freeze``: a training that begins with the weights of a result, on the command line."""

import csv
import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
import yaml
from safetensors.numpy import load_file

from making.command_line import Command
from making.configs import CNN, IRIS
from making.pace import abandon, every_step
from making.run_files import results_of, unsealed
from making.trained_results import new
from mlpexp.config.datasets import Iris
from mlpexp.data.catalogue import shared_dataset
from mlpexp.data.parts import parts_of
from mlpexp.execution.local import in_this_process

Write = Callable[..., Path]
pytestmark = pytest.mark.usefixtures("undrawn")

PARENT = IRIS.replace("tiny", "parent") + "seeds: 3\n"
CHILD = PARENT.replace("parent", "child").replace("[4]", "[4, 3]")
MOONS = """\
name: moons
dataset: {name: synthetic, kind: moons, samples: 60}
model: {name: mlp, hidden_sizes: [8], batch_norm: true}
optimizer: {name: adam, learning_rate: 0.05}
training: {batch_size: 16, epochs: 4}
seeds: 2
"""
BLOBS = MOONS.replace("moons, s", "blobs, classes: 3, s").replace("name: moons", "name: blobs")


def fates(run: Path) -> dict[str, tuple[str, str, str]]:
    rows = csv.DictReader((run / "start.csv").read_text().splitlines())
    return {row["layer"]: (row["begins"], row["frozen"], row["why"]) for row in rows}


def weights(run: Path, kind: str = "best") -> dict:
    return load_file(run / "weights" / f"program-0.{kind}.safetensors")


def first_epoch(run: Path) -> pd.DataFrame:
    table = pd.read_csv(run / "metrics.csv")
    return table[table["epoch"] == 0].set_index("seed")[["train_loss", "test_loss", "test_accuracy"]]


def test_each_seed_begins_where_the_same_seed_has_ended(mlpexp: Command, config: Write) -> None:
    parent = mlpexp("train", config(PARENT), "-q").run
    child = mlpexp("train", config(PARENT), "--init-from", parent, "--name", "child", "-q").run
    ended = pd.read_csv(parent / "metrics.csv")
    ended = ended[ended["epoch"] == 4].set_index("seed")[["train_loss", "test_loss", "test_accuracy"]]
    pd.testing.assert_frame_equal(first_epoch(child), ended)
    assert fates(child) == {"dense1": ("taken", "no", ""), "output": ("taken", "no", "")}


def test_layers_of_other_shapes_are_drawn_as_ever_and_frozen_ones_stay(mlpexp: Command, config: Write) -> None:
    parent = mlpexp("train", config(MOONS), "-q").run
    path = config(BLOBS + "keep: {history: 2}\n")
    answer = mlpexp("train", path, "--init-from", parent, "--freeze", "dense1_norm,dense1")
    (child,) = (run for run in Path("runs").glob("*blobs*"))
    said = " ".join(answer.err.split())
    assert "output is drawn anew: weight (8, 2) there, (8, 3) here" in said
    assert "dense1 and dense1_norm are frozen; 27 of 67 parameters train" in said
    assert f"inputs are scaled by the data of this training, not as in {parent.name}" in said
    assert fates(child)["output"] == ("drawn anew", "no", "weight (8, 2) there, (8, 3) here")
    assert fates(child)["dense1_norm"] == ("taken", "yes", "")
    drawn = mlpexp("train", path, "--name", "drawn", "-q").run
    before, there, scratch, after = (
        weights(child, "epoch-0"),
        weights(parent),
        weights(drawn, "epoch-0"),
        weights(child),
    )
    for name in ("dense1.weight", "dense1.bias", "dense1_norm.scale", "dense1_norm.shift", "batch_norm.running"):
        assert before[name].tobytes() == there[name].tobytes() == after[name].tobytes()
    assert before["output.weight"].tobytes() == scratch["output.weight"].tobytes() != after["output.weight"].tobytes()


def test_a_result_repeats_itself_when_the_other_is_gone(mlpexp: Command, config: Write) -> None:
    parent = mlpexp("train", config(PARENT), "-q").run
    child = mlpexp("train", config(CHILD), "--init-from", parent, "--freeze", "dense1", "-q").run
    shutil.rmtree(parent)
    again = mlpexp("train", child, "-q").run
    assert results_of(again) == results_of(child)
    resolved = yaml.safe_load((child / "config.yaml").read_text())["start"]
    file = child / "start" / parent.name / "arm-0.safetensors"
    assert resolved["result"] == f"start/{parent.name}"
    assert resolved["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    longer = mlpexp("train", "--continue", child, "--epochs", 6, "-q").run
    whole = mlpexp("train", child, "--epochs", 6, "-q").run
    assert (longer / "metrics.csv").read_bytes() == (whole / "metrics.csv").read_bytes()
    file.write_bytes(file.read_bytes()[:-1] + b"\x00")
    assert "the weights are damaged" in mlpexp("train", child, "-q").err


@pytest.mark.parametrize("text", [CHILD, CNN], ids=["mlp", "cnn"])
def test_a_broken_transfer_is_finished_with_the_bytes_of_an_unbroken_one(
    mlpexp: Command, config: Write, tmp_path: Path, text: str
) -> None:
    parent = mlpexp("train", config(text.replace("child", "parent")), "-q").run.rename("parent")
    layer = "conv1" if text == CNN else "dense1"
    begun = f"start: {{result: {parent.resolve()}, freeze: [{layer}]}}\n"
    whole = new(tmp_path, text + begun, runs="whole").finish()
    broken = new(tmp_path, text + begun, runs="broken")
    assert abandon(broken, 5, every_step(1))
    shutil.rmtree(parent)
    (run,) = Path("broken").glob("2*")
    mlpexp("train", "--resume", run, "-q")
    assert results_of(run) == results_of(whole.path)


def test_workers_that_cannot_reach_the_folder_are_sent_the_weights(
    mlpexp: Command, config: Write, tmp_path: Path
) -> None:
    parent = mlpexp("train", config(PARENT), "-q").run
    sweep = f"sweep: {{over: {{start.result: [null, {parent.resolve()}]}}, seeds: 2}}\n"
    here = new(tmp_path, CHILD + sweep, runs="here").finish()
    there = new(tmp_path, CHILD + sweep, runs="there").finish(in_this_process, reachable=False)
    assert here.bytes() == there.bytes()


def test_weights_that_were_not_kept_are_trained_again_from_the_start(mlpexp: Command, config: Write) -> None:
    parent = mlpexp("train", config(PARENT), "-q").run
    rows = config(
        "sepal length (cm),sepal width (cm),petal length (cm),petal width (cm)\n5.1,3.5,1.4,0.2\n", "rows.csv"
    )
    said = []
    for keep in ("best", "none"):
        more = f"start: {{result: {parent}, freeze: [dense1]}}\nkeep: {{weights: {keep}}}\n"
        child = mlpexp("train", config(CHILD + more), "-q").run
        said.append({**json.loads(mlpexp("predict", child, rows, "--format", "json").out), "result": ""})
    assert said[0] == said[1]


def test_a_sweep_compares_transfer_with_drawn_weights(mlpexp: Command, config: Write) -> None:
    parent = mlpexp("train", config(PARENT), "-q").run
    over = f"start=null,{{result: {parent}}},{{result: {parent}, freeze: [dense1]}}"
    sweep = mlpexp("sweep", config(CHILD), "--over", over, "-q").run
    options = ([], ["--init-from", parent], ["--init-from", parent, "--freeze", "dense1"])
    metrics = pd.read_csv(sweep / "metrics.csv")
    for arm, more in enumerate(options):
        run = mlpexp("train", config(CHILD), *more, "-q").run
        of_arm = metrics[metrics["arm"] == arm].drop(columns="arm").reset_index(drop=True)
        pd.testing.assert_frame_equal(of_arm, pd.read_csv(run / "metrics.csv"), check_exact=True)
    frozen = mlpexp("sweep", config(CHILD), "--init-from", parent, "--over", "start.freeze=[[], [dense1]]", "-q").run
    shutil.rmtree(parent)
    labels = pd.read_csv(frozen / "arms.csv")["label"].tolist()
    assert labels == ["freeze=[]", "freeze=[dense1]"]
    again = mlpexp("sweep", sweep, "-q").run
    assert (again / "metrics.csv").read_bytes() == (sweep / "metrics.csv").read_bytes()
    assert "confounded" not in mlpexp("show", sweep).out


def test_the_arm_and_the_seed_can_be_named(mlpexp: Command, config: Write) -> None:
    sweep = mlpexp("sweep", config(PARENT), "--over", "learning_rate=0.1,0.01", "-q").run
    answer = mlpexp("train", config(CHILD), "--init-from", sweep)
    assert answer.code == 2
    assert "--from-arm: this sweep has 2 arms and no validation part" in answer.err
    child = mlpexp(
        "train", config(PARENT), "--init-from", sweep, "--from-arm", "learning_rate=0.01", "--from-seed", 1
    )  # fmt: skip
    said = " ".join(child.err.split())
    assert "arm 1 (learning_rate=0.01), all seeds from seed 1" in said
    assert f"warning: start: {sweep.name} knows" in said
    run = max(set(Path("runs").glob("2*")) - {sweep})
    assert (run / "start" / sweep.name / "arm-1-seed-1.safetensors").is_file()


def test_in_axes_and_configs_a_result_may_be_named(mlpexp: Command, config: Write) -> None:
    big = mlpexp("train", config(PARENT), "--name", "big", "-q").run
    over = mlpexp("sweep", config(PARENT), "--over", "start=null,{result: big}", "--name", "over")
    assert f"start.result: big is {big.resolve()}" in " ".join(over.err.split())
    assert over.code == 0
    path = config(PARENT + "start: {result: big}\n", "named.yaml")
    assert mlpexp("check", path).code == 0
    run = mlpexp("train", path, "--name", "named", "-q").run
    assert (run / "start" / big.name / "arm-0.safetensors").is_file()
    assert mlpexp("train", config(PARENT), "--set", "start.result=big", "--name", "set", "-q").code == 0
    answer = mlpexp("train", config(PARENT), "--set", "start.result=bigger")
    assert answer.code == 2
    assert "there is no such result; it is a folder, or a name that `mlpexp list` shows" in answer.err


SECTION = Iris(name="iris", test_fraction=0.3)
LEAKS = {
    "another seed": (["--from-seed", "1"], 0, 1),
    "init_seed": (["--set", "init_seed=1"], 0, 1),
    "split_seed": (["--set", "split_seed=7"], 7, 0),
}


@pytest.mark.parametrize(("options", "ours", "theirs"), LEAKS.values(), ids=LEAKS)
def test_test_samples_that_the_other_result_has_learned_from_are_counted(
    mlpexp: Command, config: Write, options: list[str], ours: int, theirs: int
) -> None:
    parent = mlpexp("train", config(PARENT), "-q").run
    said = " ".join(mlpexp("train", config(PARENT), "--init-from", parent, *options).err.split())
    dataset = shared_dataset(SECTION, None)
    judged, learned = parts_of(dataset, SECTION, ours).test, parts_of(dataset, SECTION, theirs).train
    known = len(set(judged) & set(learned))
    assert known > 0
    assert f"warning: start: {parent.name} knows {known} of {len(judged)} test samples of seed 0" in said


def test_known_test_samples_are_said_beside_the_scores_for_good(mlpexp: Command, config: Write) -> None:
    parent = mlpexp("train", config(PARENT), "-q").run
    known = mlpexp("train", config(PARENT), "--init-from", parent, "--set", "split_seed=7", "-q").run
    alike = mlpexp("train", config(PARENT), "--init-from", parent, "--name", "alike", "-q").run
    sweep = mlpexp("sweep", config(PARENT), "--over", f"start.result=null,{parent}", "--set", "split_seed=7", "-q").run
    for result, said in ((known, "no interval"), (sweep, "no verdict")):
        shown = " ".join(mlpexp("show", result).out.split())
        assert f"{parent.name} knows" in shown
        assert "some of 2 other seeds, so scores promise too much" in shown
        assert f"for new samples of the same source: {said}; first weights have learned from test samples" in shown
    scratch = mlpexp("train", config(PARENT), "--set", "split_seed=7", "--name", "scratch", "-q").run
    assert f"{parent.name} knows" in mlpexp("compare", scratch, known).out
    shown = mlpexp("show", alike).out
    assert "knows" not in shown
    assert "for new samples of the same source: test" in shown


@pytest.mark.parametrize("key", ["dataset.test_fraction=0.5", "dataset={name: iris, split: {kind: k_fold, folds: 3}}"])
def test_another_split_of_the_same_data_is_warned_of(mlpexp: Command, config: Write, key: str) -> None:
    parent = mlpexp("train", config(PARENT), "-q").run
    said = " ".join(mlpexp("train", config(PARENT), "--init-from", parent, "--set", key).err.split())
    assert f"warning: start: {parent.name} knows" in said


def test_nothing_is_warned_of_where_both_are_split_alike(mlpexp: Command, config: Write) -> None:
    parent = mlpexp("train", config(PARENT + "split_seed: 3\n"), "-q").run
    path = config(PARENT + "split_seed: 3\n")
    for options in (["--name", "alike"], ["--from-seed", "1"], ["--set", "dataset.train_samples=30"]):
        assert "warning" not in mlpexp("train", path, "--init-from", parent, *options).err


def test_columns_and_classes_of_other_names_are_said(mlpexp: Command, config: Write) -> None:
    rows = [f"{n % 7},{n % 5},{'yes' if n % 7 > 3 else 'no'}" for n in range(40)]
    first, second = (
        config("\n".join([head, *rows]).replace("yes", word), name)
        for head, word, name in (("a,b,c", "yes", "one.csv"), ("b,a,c", "always", "two.csv"))
    )
    text = "name: t\ndataset: {name: csv, path: FILE, target: c}\n" + MOONS[MOONS.index("model") :]
    parent = mlpexp("train", config(text.replace("FILE", first.name)), "-q").run
    said = " ".join(mlpexp("train", config(text.replace("FILE", second.name)), "--init-from", parent).err.split())
    assert f"warning: start: input 0 is 'b' here and 'a' in {parent.name}; dense1 is taken all the same" in said
    assert f"warning: start: class 0 is 'always' here and 'no' in {parent.name}; output is taken all the same" in said


def test_a_record_with_other_seeds_than_weights_is_damaged(mlpexp: Command, config: Write) -> None:
    parent = mlpexp("train", config(PARENT), "-q").run
    child = mlpexp("train", config(CHILD), "--init-from", parent, "-q").run
    file = unsealed(child) / "start" / parent.name / "arm-0.json"
    record = json.loads(file.read_text())
    file.write_text(json.dumps({**record, "seeds": [7, *record["seeds"]], "epochs": [1, *record["epochs"]]}))
    assert "damaged: seeds: there are 4, not as in arm-0.safetensors" in mlpexp("train", child, "-q").err


def test_layers_in_brackets_and_quotes_are_understood(mlpexp: Command, config: Write) -> None:
    run = mlpexp("train", config(PARENT), "--freeze", "['dense1']", "-q").run
    assert fates(run)["dense1"] == ("drawn", "yes", "")


def test_params_say_how_many_train(mlpexp: Command, config: Write) -> None:
    answer = mlpexp("params", "--config", config(PARENT), "--set", "start.freeze=[dense1]")
    assert "dense1 is frozen; 15 of 35 parameters train" in answer.err


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--freeze", "dens1"], "start.freeze: 'dens1' is no layer with parameters; did you mean dense1?"),
        (["--freeze", "dense1,output"], "start.freeze: all 2 layers are frozen, and nothing is left to train"),
        (["--from-seed", "7"], "start.seed: 7: RUN has no weights of this seed; choose from 0, 1, 2"),
        (["--seeds", "5"], "start.seed: RUN has no weights of seed 3, only of 0 to 2; train these seeds"),
        (
            ["--hidden-size", "9"],
            "no layer of RUN has the name and shape of one here (dense1: weight (4, 4) there, (4, 9)",
        ),
        (["--set", "start.arm=1"], "--set start.arm=1: start.arm is there twice, with --init-from"),
        (["--set", "start.sha256=abc"], "start.sha256: the weights of"),
        (["--engine", "numpy", "--freeze", "dense1"], "start.freeze: the numpy engine trains all layers"),
        (["--set", "model={name: som, grid: [3, 3]}"], "means nothing for a self-organizing map"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(
    mlpexp: Command, config: Write, options: list[str], sentence: str
) -> None:
    parent = mlpexp("train", config(PARENT), "-q").run
    answer = mlpexp("train", config(PARENT), "--init-from", parent, *options)
    assert answer.code == 2
    assert sentence.replace("RUN", parent.name) in answer.err
    assert [path.name for path in Path("runs").glob("2*")] == [parent.name]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--from-seed", "1"], "--from-seed: of which result? name it with --init-from"),
        (["--set", "start.arm=1"], "start.arm: of which result? name it with start.result"),
        (
            ["--set", "start.result=nowhere"],
            "there is no such result; it is a folder, or a name that `mlpexp list` shows",
        ),
        (["--init-from", "nowhere"], "nowhere: there is no such result folder"),
    ],
)
def test_a_result_must_be_there(mlpexp: Command, config: Write, options: list[str], sentence: str) -> None:
    answer = mlpexp("train", config(PARENT), *options)
    assert answer.code == 2
    assert sentence in answer.err


def test_a_result_without_weights_is_refused(mlpexp: Command, config: Write) -> None:
    parent = mlpexp("train", config(PARENT + "keep: {weights: none}\n"), "-q").run
    answer = mlpexp("train", config(CHILD), "--init-from", parent)
    assert answer.code == 2
    assert "its weights were not kept; keep.weights: best keeps them" in answer.err
