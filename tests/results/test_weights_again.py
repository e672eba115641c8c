"""Weights of an arm: those that were kept, else the same bits by training again; and the tables made from them."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from pandas.testing import assert_frame_equal

from making.configs import TINY
from making.run_files import unsealed
from making.trained_results import Make, Trained
from mlpexp.errors import InputError, RunError
from mlpexp.results.evaluate import evaluate
from mlpexp.results.weights_again import experiment_here, weights_of

KINDS = ("best", "last")
SELECTED = """\
dataset: {name: iris, test_fraction: 0.2, validation_fraction: 0.2}
model: {name: mlp, hidden_sizes: [6], activation: tanh, dropout: 0.1, batch_norm: true}
optimizer: {name: adam, learning_rate: 0.1}
training: {batch_size: 16, epochs: 6}
"""
CNN = """\
dataset: {name: digits, test_fraction: 0.8}
model: {name: cnn, layers: [{layer: conv, channels: 2, kernel_size: 3}, {layer: max_pool}]}
optimizer: {name: adam, learning_rate: 0.01}
training: {batch_size: 64, epochs: 1}
"""
MAP = """\
dataset: {name: iris, test_fraction: 0.7}
model: {name: som, grid: [3, 4], init: random}
training: {epochs: 2}
"""
MANY_SAMPLES = """\
dataset: {name: synthetic, kind: moons, samples: 175000}
model: {name: mlp, hidden_sizes: [2]}
optimizer: {name: sgd, learning_rate: 0.2}
training: {batch_size: full, epochs: 1}
"""
NEW_DATA = """\
dataset: {name: synthetic, kind: function, function: sine, samples: 60, data_seed: seed}
model: {name: mlp, hidden_sizes: [4], activation: tanh}
optimizer: {name: adam, learning_rate: 0.02}
training: {batch_size: 8, epochs: 3}
"""
CASES = {
    "MLP": SELECTED + "sweep: {over: {learning_rate: [0.01, 0.1], batch_size: [16, 32]}, seeds: 3}\n",
    "MLP without validation data": TINY + "sweep: {over: {learning_rate: [0.01, 1.0e+9]}, seeds: 2}\n",
    "CNN": CNN + "sweep: {over: {learning_rate: [0.01, 0.02]}, seeds: 2}\n",
    "new data for each seed": NEW_DATA + "sweep: {over: {learning_rate: [0.01, 0.1]}, seeds: 3}\n",
    "map": MAP + "sweep: {over: {learning_rate: [0.3, 0.5]}, seeds: 2}\n",
    "NumPy": TINY.replace("epochs: 3", "epochs: 1, engine: numpy")
    + "sweep: {over: {learning_rate: [0.01, 0.1]}, seeds: 2}\n",
}


def keeping(text: str, weights: str) -> str:
    return f"{text}keep: {{weights: {weights}}}\n"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("case", CASES)
def test_weights_made_again_are_the_kept_ones_bit_for_bit(case: str, kind: str, trained: Make) -> None:
    kept, bare = trained(keeping(CASES[case], "all"), "kept"), trained(keeping(CASES[case], "none"), "bare")
    assert not list(bare.path.glob("weights/*"))
    for number in range(kept.summary.num_arms):
        for seeds in (list(kept.summary.seeds), [kept.summary.seeds[-1]]):
            said: list[str] = []
            ours = weights_of(kept.result.arm(number), seeds, kind, say=said.append)
            assert said == []
            theirs = weights_of(bare.result.arm(number), seeds, kind, say=said.append)
            assert ours.epochs == theirs.epochs
            assert {name: array.tobytes() for name, array in ours.tensors.items()} == {
                name: array.tobytes() for name, array in theirs.tensors.items()
            }
            (sentence,) = said
            assert sentence.startswith(f"weights of arm {number} ({kept.plan.arms[number].label}) were not kept; ")
            count = "its trial is" if len(seeds) == 1 else f"its {len(seeds)} trials are"
            assert sentence.endswith(f"{count} trained again")


def test_where_only_the_best_are_kept_the_last_are_made_again_if_they_are_others(trained: Make) -> None:
    whole, run = (trained(keeping(SELECTED + "seeds: 3\n", weights), weights) for weights in ("all", "best"))
    different = [int(t["seed"]) for t in run.trials if t["best_epoch"] != t["last_epoch"]]
    assert different
    said: list[str] = []
    weights_of(run.result.arm(0), [0, 1, 2], "best", say=said.append)
    assert said == []
    last = weights_of(run.result.arm(0), different, "last", say=said.append)
    assert len(said) == 1
    kept = weights_of(whole.result.arm(0), different, "last")
    assert all(last.tensors[name].tobytes() == kept.tensors[name].tobytes() for name in kept.tensors)


def test_damaged_weights_are_refused_and_not_made_again_in_silence(trained: Make) -> None:
    run = trained(keeping(SELECTED + "seeds: 2\n", "best"))
    (path,) = run.folder.weights.glob("*.safetensors")
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(RunError, match=r"program-0\.best\.safetensors: the weights are damaged"):
        weights_of(run.result.arm(0), [0], "best")


def test_changed_data_are_refused(trained: Make, tmp_path: Path) -> None:
    data = tmp_path / "d.csv"
    data.write_text("a,b,y\n" + "".join(f"{i},{i * i % 7},{i % 2}\n" for i in range(20)))
    run = trained(
        "dataset: {name: csv, path: d.csv, target: y, test_fraction: 0.25}\nmodel: {name: mlp, hidden_sizes: [4]}\n"
        "optimizer: {name: sgd, learning_rate: 0.1}\ntraining: {batch_size: 4, epochs: 2}\nkeep: {weights: none}\n"
    )
    weights_of(run.result.arm(0), [0], "best")
    data.write_text(data.read_text().replace("3,2,1\n", "3,2.001,1\n"))
    with pytest.raises(
        RunError,
        match=r"the data have changed since the run began \(.*d\.csv: fingerprint [0-9a-f]{16}, when it began [0-9a-f]{16}\)",
    ):
        weights_of(run.result.arm(0), [0], "best")


def tables(run: Trained) -> set[str]:
    return {path.stem for path in run.folder.evaluation.glob("*.csv")}


@pytest.mark.parametrize("weights", ["all", "none"])
@pytest.mark.parametrize("case", CASES)
def test_tables_of_an_arm_made_later_are_those_written_while_it_trained(case: str, weights: str, trained: Make) -> None:
    sweep = trained(keeping(CASES[case], weights))
    result = sweep.result
    names = tables(sweep)
    assert names
    assert evaluate(result.arm(0)) == []  # nothing is missing
    before = {(n, name): result.arm(n).evaluation(name) for n in range(2) for name in names}
    shutil.rmtree(sweep.folder.evaluation)
    for number in range(2):
        said: list[str] = []
        assert set(evaluate(sweep.result.arm(number), say=said.append)) == names
        assert len(said) == (weights == "none")
        for name in names:
            after = sweep.result.arm(number).evaluation(name)
            assert_frame_equal(after.drop(columns="arm", errors="ignore"), before[number, name], check_exact=True)
        assert evaluate(sweep.result.arm(number)) == []
    assert {path.name for path in sweep.folder.evaluation.iterdir()} == {"arm-0", "arm-1"}


def test_tables_that_would_be_large_are_left_out_and_made_for_an_arm(trained: Make) -> None:
    """210,000 predictions of test samples; those of the second arm are 105,000, the same as if it was trained alone.

    What two hidden units make of the samples is left out, too.
    """
    text = MANY_SAMPLES + "seeds: 2\nkeep: {weights: all}\n"
    run, sweep = trained(text), trained(text + "sweep: {over: {learning_rate: [0.1, 0.2]}}\n")
    assert tables(run) - tables(sweep) == {"predictions", "hidden_space"}
    assert "predictions" in evaluate(sweep.result.arm(1))
    ours, theirs = sweep.result.arm(1).evaluation("predictions"), run.result.arm(0).evaluation("predictions")
    assert_frame_equal(ours.drop(columns="arm", errors="ignore"), theirs, check_exact=True)


def test_an_arm_of_an_unfinished_result_is_not_evaluated(tmp_path: Path) -> None:
    from making.trained_results import new

    begun = new(tmp_path, TINY)
    with pytest.raises(InputError, match="this run has not ended"):
        evaluate(begun.result.arm(0))


def test_the_network_of_kept_weights_predicts_what_was_written(trained: Make) -> None:
    import torch

    run = trained(SELECTED + "seeds: 2\n")
    kept = weights_of(run.result.arm(0), [0, 1], "best")
    network = kept.network(run.prepared.architecture)
    shift, scale = kept.tensors["input.shift"], kept.tensors["input.scale"]
    inputs = (run.dataset.inputs[None] - shift[:, None]) / scale[:, None]
    with torch.no_grad():
        outputs = network(torch.from_numpy(inputs.astype(np.float32))).argmax(2).numpy()
    rows = run.result.arm(0).evaluation("predictions")
    predicted = outputs[rows["seed"].to_numpy(), rows["index"].to_numpy()]
    assert predicted.tolist() == rows["predicted"].tolist()


@pytest.mark.parametrize(("device", "reason"), [("mps", "it has no GPU of Apple"), ("cuda", "no card")])
def test_what_was_trained_on_a_device_that_is_not_here_is_measured_on_the_cpu(
    device: str, reason: str, make: Make
) -> None:
    if device == "mps" and torch.backends.mps.is_available():
        pytest.skip("it is here")
    run = make(TINY).finish()
    config = run.folder.config
    unsealed(run.path)
    config.write_text(config.read_text().replace("device: auto", f"device: {device}"))
    said: list[str] = []
    experiment = experiment_here(run.result.arm(0), said.append)
    assert experiment.device == "cpu"
    assert len(said) == 1
    assert said[0].startswith(f"computed on the CPU, not on {device}: {reason}")
