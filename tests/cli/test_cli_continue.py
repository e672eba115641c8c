"""``train --continue``: a longer run from the end of a finished one is the run that was as long from its start."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch

from making.command_line import Command
from making.configs import CNN, IRIS, SELECTED

Write = Callable[..., Path]
pytestmark = pytest.mark.usefixtures("undrawn")

PLAIN = IRIS.replace("epochs: 4", "epochs: 6") + "seeds: 3\n"
STATE = "keep: {state: yes}\n"
GOING_ON = {
    "plain descent needs no state": PLAIN,
    "a validation part, best and last apart": PLAIN.replace("0.3}", "0.2, validation_fraction: 0.2}"),
    "adam": SELECTED + STATE,
    "momentum, averaging, dropout, batch norm": PLAIN.replace("0.1}", "0.1, momentum: 0.9}")
    .replace("[4]", "[4], dropout: 0.3, batch_norm: true")
    .replace("epochs: 6", "epochs: 6, weight_averaging: 0.9, train_metrics: running")
    + STATE,
    "convolutions, a stack for each seed": CNN.replace("epochs: 3", "epochs: 6") + STATE,
    "a part of the seeds has stopped": SELECTED.replace("epochs: 6", "epochs: 6, early_stopping: {patience: 2}")
    .replace("adam, learning_rate: 0.02", "adam, learning_rate: 0.1")
    .replace("seeds: 3", "seeds: 6")
    + STATE,
    "all converge later": SELECTED.replace("epochs: 6", "epochs: 6, convergence: {tolerance: 0.1, patience: 7}")
    + STATE,
    "the rates of steps": PLAIN + "schedule: {name: step, every: 4, factor: 0.5, warmup_epochs: 2}\n",
    "the rates of a power": PLAIN + "schedule: {name: exponential, decay: 0.9}\n",
    "weights of epochs, and diagnostics": PLAIN + "keep: {history: 2}\ndiagnostics: full\n",
    "every third epoch": PLAIN.replace("epochs: 6", "epochs: 6, evaluate_every: 3"),
    "some seeds diverge between evaluations": """\
name: some-diverge
dataset: {name: synthetic, kind: function, function: square, samples: 200, noise: 0.1}
model: {name: mlp, hidden_sizes: [32, 32], activation: relu}
loss: mean_squared_error
optimizer: {name: sgd, learning_rate: 0.42}
training: {batch_size: full, epochs: 6, evaluate_every: 3}
seeds: 10
""",
    "by hand, in NumPy": PLAIN.replace("epochs: 6", "epochs: 6, engine: numpy"),
}
ANEW = {
    "the rates of schedule: cosine depend on the number of epochs": PLAIN + "schedule: {name: cosine}\n",
    "what the optimizer remembers was not kept; keep.state: yes keeps it": SELECTED,
    "with training.evaluate_every: 4 it has no row of epoch 6": PLAIN.replace(
        "epochs: 6", "epochs: 6, evaluate_every: 4"
    ),
    "its weights were not kept; keep.weights: best keeps them": PLAIN + "keep: {weights: none}\n",
    "keep.history asks for weights of epoch 5, which were not kept": PLAIN + "keep: {history: 3}\n",
    "the radius of a map shrinks over all its epochs": "dataset: iris\nmodel: {name: som, grid: [3, 3]}\n"
    "training: {epochs: 6}\n",
}


def files_of(run: Path) -> dict[str, bytes]:
    """All that must be equal in equal results."""
    apart = (".lock", "environment.json", "manifest_local.json", "stacks.json", "timing.csv")
    files = [path for path in run.rglob("*") if path.is_file() and path.name not in apart]
    return {str(path.relative_to(run)): path.read_bytes() for path in files}


@dataclass(frozen=True)
class Lengthened:
    """A short run, one that goes on from it, and one as long from its start."""

    short: Path
    longer: Path
    whole: Path
    said: str


def lengthened(mlpexp: Command, config: Path, epochs: int = 10) -> Lengthened:
    short = mlpexp("train", config, "-q").run
    before = {path: path.read_bytes() for path in short.rglob("*") if path.is_file()}
    name = json.loads((short / "summary.json").read_text())["name"]
    whole = mlpexp("train", config, "--epochs", epochs, "--name", f"{name}-{epochs}-epochs", "-q").run
    answer = mlpexp("train", "--continue", short, "--epochs", epochs)
    assert answer.code == 0, answer.err
    assert {path: path.read_bytes() for path in short.rglob("*") if path.is_file()} == before
    (longer,) = (path for path in Path("runs").iterdir() if path.name not in (short.name, whole.name, ".gitignore"))
    return Lengthened(short, longer, whole, " ".join(answer.err.split()))


def steps_of(run: Path) -> int:
    return sum(stack["steps"] for stack in json.loads((run / "stacks.json").read_text())["stacks"])


@pytest.mark.parametrize("text", GOING_ON.values(), ids=GOING_ON)
def test_a_run_that_goes_on_has_the_bytes_of_one_as_long_from_its_start(
    mlpexp: Command, config: Write, text: str
) -> None:
    runs = lengthened(mlpexp, config(text))
    assert files_of(runs.longer) == files_of(runs.whole)
    assert "epochs 1 to 6 are those of" in runs.said
    assert steps_of(runs.longer) == steps_of(runs.whole)
    noted = json.loads((runs.longer / "environment.json").read_text())["continues"]
    assert (noted["result"], noted["epochs"], noted["trained_again"]) == (runs.short.name, 6, "")


@pytest.mark.parametrize(("reason", "text"), ANEW.items(), ids=ANEW)
def test_where_it_cannot_go_on_all_epochs_are_trained_and_that_is_said(
    mlpexp: Command, config: Write, reason: str, text: str
) -> None:
    runs = lengthened(mlpexp, config(text))
    assert f"all 10 epochs are trained, from the first one: {reason}" in runs.said
    assert ("--epochs 10 --set keep.state=yes" in runs.said) == ("keep.state" in reason)
    assert files_of(runs.longer) == files_of(runs.whole)
    assert json.loads((runs.longer / "environment.json").read_text())["continues"]["trained_again"] == reason


def test_damaged_weights_are_not_gone_on_from(mlpexp: Command, config: Write) -> None:
    short = mlpexp("train", config(PLAIN), "-q").run
    path = short / "weights" / "program-0.best.safetensors"
    path.write_bytes(path.read_bytes()[:-1] + b"\x00")
    answer = mlpexp("train", "--continue", short, "--epochs", 10)
    assert answer.code == 1
    assert "the weights are damaged" in answer.err
    assert [path.name for path in Path("runs").iterdir()] == [short.name]


def test_a_child_can_go_on_too(mlpexp: Command, config: Write) -> None:
    path = config(SELECTED + STATE)
    first = mlpexp("train", path, "-q").run
    second = mlpexp("train", "--continue", first, "--epochs", 8, "-q").run
    third = mlpexp("train", "--continue", second, "--epochs", 10, "--name", "third", "-q").run
    whole = mlpexp("train", path, "--epochs", 10, "--name", "third", "-q").run
    assert files_of(third) == files_of(whole)


def test_a_child_has_a_name_of_its_own_by_default(mlpexp: Command, config: Write) -> None:
    mlpexp("train", config(PLAIN), "--name", "houses", "-q")
    first = mlpexp("train", "--continue", "houses", "--epochs", 8)
    assert "the new run is called houses-8-epochs; --name gives it another name" in first.err
    again = mlpexp("train", "--continue", "houses-8-epochs", "--epochs", 12, "-q").run
    assert "-houses-12-epochs-" in again.name
    assert mlpexp("show", "houses").code == mlpexp("show", "houses-8-epochs").code == 0
    long = mlpexp("train", config(PLAIN), "--name", "h" * 64, "-q").run
    child = mlpexp("train", "--continue", long, "--epochs", 7, "-q").run
    assert json.loads((child / "summary.json").read_text())["name"] == "h" * 55 + "-7-epochs"


def test_what_trains_all_epochs_again_says_so_before_and_what_it_takes(mlpexp: Command, config: Write) -> None:
    short = mlpexp("train", config(SELECTED), "-q").run
    said = mlpexp("train", "--continue", short, "--epochs", 12).err.splitlines()
    seconds = json.loads((short / "stacks.json").read_text())["stacks"][0]["train_seconds"]
    expected = f"that takes about {2 * seconds:.2g} s: 6 epochs took {seconds:.2g} s in {short}"
    assert said.index(expected) == 2  # below the name and the reason, above what is said at the end
    instead = said[3].partition("to go on from its end later: mlpexp ")[2].split()
    kept = mlpexp(*instead, "-q").run
    assert "epochs 1 to 12 are those of" in mlpexp("train", "--continue", kept, "--epochs", 14).err


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--continue", "RUN"], "--continue: for how many epochs in all? name them with --epochs"),
        (["--continue", "RUN", "--epochs", "6"], "RUN has 6 epochs; --epochs is their number in all, such as 12"),
        (["--continue", "RUN", "--epochs", "9", "--learning-rate", "1"], "cannot be combined with --learning-rate"),
        (["--continue", "RUN", "--epochs", "9", "--device", "cpu"], "cannot be combined with --device"),
        (["--continue", "RUN", "--resume", "RUN"], "cannot be combined with --continue"),
        (["--continue", "RUN", "--epochs", "many"], "training.epochs"),
        (["--continue", "nothing", "--epochs", "9"], "nothing: there is no such result folder"),
    ],
)
def test_what_it_cannot_do_is_refused(mlpexp: Command, config: Write, options: list[str], sentence: str) -> None:
    run = str(mlpexp("train", config(PLAIN), "-q").run)
    answer = mlpexp("train", *[run if option == "RUN" else option for option in options])
    assert answer.code == 2
    assert sentence.replace("RUN", run) in answer.err
    assert len(list(Path("runs").iterdir())) == 1


def test_sweeps_and_runs_that_cannot_move_are_refused(mlpexp: Command, config: Write) -> None:
    sweep = mlpexp("sweep", config(IRIS), "--learning-rate", "0.1,0.2", "--seeds", 2, "-q").run
    answer = mlpexp("train", "--continue", sweep, "--epochs", 9)
    assert (answer.code, "is a sweep, and only runs are gone on with" in answer.err) == (2, True)
    still = mlpexp(
        "train", config(SELECTED.replace("epochs: 6", "epochs: 40, early_stopping: {patience: 1}")), "-q"
    ).run
    answer = mlpexp("train", "--continue", still, "--epochs", 90)
    assert (answer.code, "no trial reached epoch 40 (stopped early)" in answer.err) == (2, True)


def test_of_a_run_that_diverged_the_learning_rate_is_named(mlpexp: Command, config: Write) -> None:
    text = SELECTED.replace("adam, learning_rate: 0.02", "sgd, learning_rate: 3.0e+19").replace("tanh", "relu")
    run = mlpexp("train", config(text), "-q").run
    answer = mlpexp("train", "--continue", run, "--epochs", 9)
    assert (
        answer.code,
        "(diverged), so more epochs would change nothing; a smaller optimizer.learning_rate" in answer.err,
    ) == (2, True)


def test_other_data_are_refused(mlpexp: Command, config: Write, tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    table.write_text("x,y\n" + "".join(f"{i},{'ab'[i % 2]}\n" for i in range(40)))
    run = mlpexp("train", "--data", table, "--target", "y", "--epochs", 3, "-q").run
    table.write_text(table.read_text().replace("7,b", "7,a", 1))
    answer = mlpexp("train", "--continue", run, "--epochs", 5)
    assert (answer.code, "the data have changed since the run began" in answer.err) == (2, True)


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA GPU")
@pytest.mark.parametrize("text", [SELECTED + STATE, CNN.replace("epochs: 3", "epochs: 6") + STATE], ids=["mlp", "cnn"])
def test_on_cuda_it_has_the_bytes_of_one_as_long_from_its_start(mlpexp: Command, config: Write, text: str) -> None:
    runs = lengthened(mlpexp, config(text + "device: cuda\n"))
    assert (runs.longer / "metrics.csv").read_bytes() == (runs.whole / "metrics.csv").read_bytes()
