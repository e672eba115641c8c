"""Parts of one's own: they compute as the built-in ones do, are tried first, and are asked for where they lack."""

import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from making.fresh_process import answers_of
from making.own_functions import focal, mish, own_cross_entropy, own_lecun, own_relu, own_squares
from mlpexp.api.result import Result
from mlpexp.api.sweeping import sweep
from mlpexp.api.training import train
from mlpexp.errors import InputError

STEPS_100 = {"epochs": 15}  # iris has 7 batches of 16 in 105 training samples


def trained(folder: Path, config: str = "iris/mlp", **words: Any) -> Result:
    words = {"seeds": 2, "epochs": 3, "device": "cpu", **words}
    return train(config, runs_dir=folder, quiet=True, plots=(), **words)


def weights(result: Result, seed: int = 1) -> np.ndarray:
    return np.concatenate([p.detach().numpy().ravel() for p in result.module(seed=seed).parameters()])


@pytest.mark.parametrize(
    ("word", "function", "built_in"),
    [
        ("activation", own_relu, "relu"),
        ("activation", torch.relu, "relu"),
        ("activation", F.gelu, "gelu"),
        ("loss", own_cross_entropy, "cross_entropy"),
        ("init", own_lecun, "lecun_normal"),
    ],
)
@pytest.mark.parametrize("device", ["cpu", pytest.param("cuda", marks=pytest.mark.cuda)])
def test_after_100_steps_the_weights_are_those_of_the_built_in_part(
    tmp_path: Path, word: str, function: Callable[..., Any], built_in: str, device: str
) -> None:
    if device == "cuda" and not torch.cuda.is_available():
        pytest.skip("no CUDA device")
    init = {} if word == "init" else {"init": "he_normal"}
    own, theirs = (
        trained(tmp_path, batch_size=16, device=device, **STEPS_100, **init, **{word: part})
        for part in (function, built_in)
    )
    assert np.abs(weights(own) - weights(theirs)).max() < 1e-6
    assert own.metrics["step"].max() >= 100


def test_channels_of_images_get_an_own_activation_too(tmp_path: Path) -> None:
    own, theirs = (
        trained(tmp_path, "digits/cnn", epochs=1, seeds=1, activation=part, init="he_normal")
        for part in (own_relu, "relu")
    )
    assert np.abs(weights(own, 0) - weights(theirs, 0)).max() < 1e-6


def test_a_loss_of_numbers_leaves_r2_what_it_is(tmp_path: Path) -> None:
    own, theirs = (trained(tmp_path, "synthetic/sine", loss=loss) for loss in (own_squares, "mean_squared_error"))
    columns = ["train_loss", "train_r2", "test_r2"]
    assert np.allclose(own.metrics[columns], theirs.metrics[columns], rtol=1e-6)


def test_how_many_are_trained_together_changes_no_bit(tmp_path: Path) -> None:
    many, one = (trained(tmp_path, activation=mish, seeds=seeds) for seeds in (5, 1))
    assert np.array_equal(weights(many, 0), weights(one, 0))


def test_class_weights_count_in_an_own_loss(tmp_path: Path) -> None:
    balanced = {"training.class_weights": {"setosa": 3.0}}
    own, theirs = (trained(tmp_path, loss=loss, set=balanced) for loss in (own_cross_entropy, "cross_entropy"))
    assert np.abs(weights(own) - weights(theirs)).max() < 1e-6


def test_the_focal_loss_with_gamma_0_is_cross_entropy(tmp_path: Path) -> None:
    own, theirs = (trained(tmp_path, loss=loss) for loss in (partial(focal, gamma=0.0), "cross_entropy"))
    assert np.abs(weights(own) - weights(theirs)).max() < 1e-6


@pytest.mark.slow
def test_a_sweep_over_own_and_built_in_ones(tmp_path: Path) -> None:
    result = sweep(
        "iris/mlp",
        over={"activation": ["relu", own_relu, mish]},
        epochs=3,
        seeds=3,
        jobs=2,
        runs_dir=tmp_path,
        quiet=True,
    )
    assert result.arm_labels == ["activation=relu", "activation=own_relu", "activation=mish"]
    assert repr(result.module(arm={"activation": mish}, seed=0)[2]) == "OwnActivation(mish)"
    finals = result.trials.pivot_table(index="seed", columns="arm", values="final_test_loss")
    assert np.allclose(finals[0], finals[1], atol=1e-6)
    assert not np.allclose(finals[0], finals[2], atol=1e-3)
    for file in result.path.rglob("*"):
        assert file.is_dir() or b"softplus" not in file.read_bytes(), file


def scaled(factor: float) -> Callable[[Tensor], Tensor]:
    def times(x: Tensor) -> Tensor:
        return factor * torch.tanh(x)

    return times


def test_two_parts_of_one_name_have_different_labels(tmp_path: Path) -> None:
    arms = [scaled(1.0), scaled(2.0)]
    result = sweep(
        "iris/mlp", over={"activation": arms}, epochs=1, seeds=2, jobs=1, runs_dir=tmp_path, quiet=True, plots=()
    )
    assert len(set(result.arm_labels)) == 2


def detached(x: Tensor) -> Tensor:
    return torch.relu(x.detach())


def in_place(x: Tensor) -> Tensor:
    return x.mul_(2)


def softmax(x: Tensor) -> Tensor:
    return torch.softmax(x, -1)


def single(x: Tensor) -> Tensor:
    return x.float()


def first(x: Tensor) -> Tensor:
    return x[0]


def half_detached(x: Tensor) -> Tensor:
    return x * x.detach()


def wrong_near_2(x: Tensor) -> Tensor:
    return torch.where((x - 2).abs() < 0.1, (2 * x).detach() - x, x)


def batch_mean(outputs: Tensor, targets: Tensor) -> Tensor:
    return own_cross_entropy(outputs, targets).mean(-1, keepdim=True).expand(targets.shape)


def flat(fan_in: int, fan_out: int, shape: tuple[int, ...], generator: np.random.Generator) -> np.ndarray:
    return generator.normal(size=fan_in)


@pytest.mark.parametrize(
    ("word", "function", "message"),
    [
        ("activation", detached, "has no gradient"),
        ("activation", in_place, "changes the tensor"),
        ("activation", softmax, "must compute each value by itself"),
        ("activation", torch.log, "infinite or no numbers at x = -"),
        ("activation", single, "gives torch.float32 for torch.float64"),
        ("activation", first, "gives the shape"),
        ("activation", half_detached, "gradient by autograd"),
        ("activation", wrong_near_2, "gradient by autograd"),
        ("activation", torch.nn.ReLU(), "ReLU is no function"),
        ("activation", lambda x: x, "write it with def"),
        ("loss", F.cross_entropy, "own loss cross_entropy: fails"),
        ("loss", batch_mean, "must compute each sample by itself"),
        ("init", flat, "gives the shape"),
        ("learning_rate", mish, "a function is no value here"),
        ("activation", "own:mish@0123456789ab", "own activation mish"),
    ],
)
def test_what_cannot_be_a_part_is_one_sentence_and_writes_nothing(
    tmp_path: Path, word: str, function: Any, message: str
) -> None:
    with pytest.raises(InputError, match=message) as caught:
        trained(tmp_path, **{word: function})
    assert "\n" not in str(caught.value)
    assert not list(tmp_path.iterdir())


def test_an_export_says_that_no_file_holds_a_function(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"own activation mish .* use Result.module"):
        trained(tmp_path, activation=mish).export(tmp_path / "mish.safetensors")


@pytest.mark.slow
def test_a_process_without_the_function_reads_the_result_and_names_what_it_lacks(tmp_path: Path) -> None:
    path = str(trained(tmp_path, activation=mish).path)
    report = ["report", path, "--output", str(tmp_path / "report.html")]
    calls = [["show", path], ["list", "--runs-dir", str(tmp_path)], ["plot", path], report, ["explain", path]]
    codes, done = answers_of(calls)
    assert codes == [*"0000", "2"]
    assert "own activation mish (" in done.stderr
    assert "parts=[mish]" in done.stderr


MISH = """
import torch
import torch.nn.functional as F

def mish(x):
    return {factor}x * torch.tanh(F.softplus(x))
"""
STOPPED = """
import os, signal, threading, time
from pathlib import Path
import mlpexp
from parts import mish

def stop():
    while not any(path.stat().st_size for path in Path("runs").rglob("metrics.csv")):
        time.sleep(0.01)
    os.kill(os.getpid(), signal.SIGINT)

threading.Thread(target=stop, daemon=True).start()
try:
    mlpexp.train("iris/mlp", activation=mish, seeds=2, epochs=4000, plots=(), quiet=True)
except mlpexp.Interrupted as error:
    print(error)
"""
WHOLE = """
import mlpexp
from parts import mish

whole = mlpexp.train("iris/mlp", activation=mish, seeds=2, epochs=4000, plots=(), quiet=True, runs_dir="whole")
result = mlpexp.load("last", parts=[mish], quiet=True).resume(plots=())
print(result.status, result.metrics.equals(whole.metrics))
"""
RESUMED = """
import mlpexp
{}
try:
    mlpexp.load("last", quiet=True).resume(plots=())
except mlpexp.InputError as error:
    print(error)
"""


@pytest.mark.slow
def test_a_training_goes_on_with_the_function_that_it_began_with_alone(tmp_path: Path) -> None:
    def python(code: str, factor: str = "") -> str:
        (tmp_path / "parts.py").write_text(MISH.format(factor=factor))
        result = subprocess.run(
            [sys.executable, "-c", code], check=False, capture_output=True, text=True, cwd=tmp_path, timeout=600
        )
        assert (result.returncode, result.stderr) == (0, "")
        return result.stdout

    assert "everything is saved; go on with: mlpexp.load(" in python(STOPPED)
    assert "mlpexp.load(path, parts=[mish])" in python(RESUMED.format(""))
    another = "from parts import mish; mlpexp.load('last', parts=[mish])"
    assert "is another function than the mish given here" in python(RESUMED.format(another), "2 * ")
    assert python(WHOLE) == "finished True\n"
