"""``mlpexp quantize`` from end to end: its table, its files, and what it refuses."""

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.numpy import load_file

from making.command_line import Answer
from making.configs import CNN, SELECTED, SINE
from making.trained_results import Make
from mlpexp.execution.members import members_of, samples_of
from mlpexp.quantization.lowering import steps_of
from mlpexp.quantization.networks import quantized
from mlpexp.quantization.scheme import Scheme
from mlpexp.results.networks import networks_of
from mlpexp.results.result import Result
from mlpexp.results.weights_again import dataset_of, experiment_of
from mlpexp.statistics.intervals import paired_difference

pytestmark = pytest.mark.usefixtures("lazy_disk")
NAMES = ["float32", "weights_per_tensor", "weights_per_channel", "int8_per_tensor", "int8_per_channel"]
PRELU = SELECTED.replace("activation: tanh", "activation: prelu").replace("seeds: 3", "seeds: 1")
HOUSES = """\
dataset: {name: csv, path: houses.csv, target: {column: price, transform: log}}
model: {name: mlp, hidden_sizes: [4], activation: tanh}
optimizer: {name: adam, learning_rate: 0.02}
training: {batch_size: 8, epochs: 20}
seeds: 2
"""
Call = Callable[..., Answer]


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def folder_of(run: Path) -> Path:
    return run.with_name(f"{run.name}-quantized")


@pytest.mark.parametrize("text", [SELECTED, SINE, CNN, PRELU], ids=["classes", "numbers", "pictures", "prelu"])
def test_scores_are_those_of_training_before_and_differences_are_paired(text: str, trained: Make, mlpexp: Call) -> None:
    run = trained(text).result
    answer = mlpexp("quantize", run.path, "--format", "csv")
    assert answer.code == 0, answer.err
    rows, trials = rows_of(answer.out), run.finished_trials()
    assert [row["name"] for row in rows] == NAMES
    score = run.summary.metric.score.name
    every = rows_of((folder_of(run.path) / "quantization_by_seed.csv").read_text())
    when = "best" if "validation" in run.summary.parts else "final"
    before = [float(row[score]) for row in every if row["name"] == "float32"]
    np.testing.assert_allclose(before, trials[f"{when}_test_{score}"], rtol=1e-6)
    for row in rows:
        of_row = [float(each[score]) for each in every if each["name"] == row["name"]]
        difference = paired_difference(np.array(of_row), np.array(before))
        assert float(row["score"]) == pytest.approx(np.mean(of_row))
        assert float(row["difference"]) == pytest.approx(difference.mean, abs=1e-12)
        if len(of_row) > 1:
            assert float(row["low"]) == pytest.approx(difference.low, abs=1e-12)
            assert float(row["high"]) == pytest.approx(difference.high, abs=1e-12)
        else:
            assert row["low"] == row["high"] == ""
    assert all(float(row["largest_difference"]) <= float(row["bound"]) + 1e-5 for row in rows)
    assert float(rows[-1]["bound"]) > 0
    assert (folder_of(run.path) / "quantization.csv").read_text() == answer.out


@pytest.mark.parametrize("text", [SELECTED, CNN, PRELU], ids=["vectors", "pictures", "prelu"])
def test_bytes_are_those_of_the_files_and_the_formula_is_what_lies_in_them(
    text: str, trained: Make, mlpexp: Call
) -> None:
    run = trained(text).result
    rows = rows_of(mlpexp("quantize", run.path, "--format", "csv").out)
    parameters = run.plan.arms[0].prepared.architecture.num_parameters
    first = run.summary.seeds[0]
    for row in rows:
        path = folder_of(run.path) / f"seed-{first}.{row['name']}.safetensors"
        assert path.stat().st_size == int(row["bytes"])
        tensors = load_file(path)
        assert sum(tensor.nbytes for tensor in tensors.values()) == int(row["formula_bytes"])
        terms = [term.split(" x ") for term in row["formula"].split(" + ")]
        factors = [(int(term[0]), term[1]) if len(term) == 2 else (1, term[0]) for term in terms]
        total = sum(factor * int(rest.split()[0].replace(",", "")) for factor, rest in factors)
        assert total == int(row["formula_bytes"])
        if row["name"] == "float32":
            assert sum(tensor.size for name, tensor in tensors.items() if "running" not in name) == parameters
        else:
            weights = [tensor for name, tensor in tensors.items() if name.endswith(".weight")]
            assert all(tensor.dtype == np.int8 for tensor in weights)
            assert sum(tensor.size for tensor in weights) == sum(
                segment.parameter.count for segment in run.plan.arms[0].prepared.architecture.weights
            )


def test_a_file_holds_all_that_a_reader_without_this_program_needs(trained: Make, mlpexp: Call) -> None:
    run = trained(SELECTED).result
    assert mlpexp("quantize", run.path).code == 0
    path = folder_of(run.path) / "seed-1.int8_per_channel.safetensors"
    with safe_open(path, "numpy") as file:
        told = file.metadata()
    assert told["result"] == run.summary.hash
    assert told["seed"] == "1"
    x = dataset_of(run.arm(0)).inputs[::5]
    networks = networks_of(run.arm(0), [1])
    logits = logits_by_hand(load_file(path), json.loads(told["steps"]), networks.inputs(x)[0].numpy())
    wanted = networks.network(networks.inputs(x))[0].detach().numpy()
    assert np.abs(logits - wanted).mean() < 0.05
    assert (logits.argmax(1) == wanted.argmax(1)).mean() > 0.9
    made = quantized(steps_of(networks.network), Scheme(True, True), [torch.from_numpy(training_inputs(run))])
    np.testing.assert_allclose(logits, made.value(networks.inputs(x)[0]).numpy(), rtol=1e-6, atol=1e-6)


def training_inputs(run: Result) -> np.ndarray:
    """Of seed 1, as its network sees them."""
    samples = samples_of(members_of(experiment_of(run.arm(0)), [1]), dataset_of(run.arm(0)))
    return samples.part(*samples.sizes.bounds["train"])[0][0].numpy()


def logits_by_hand(tensors: dict[str, np.ndarray], steps: list[dict], x: np.ndarray) -> np.ndarray:
    """The file as its page says, in int32, for dense layers and tables."""
    scale, zero = float(tensors["input.scale"][0]), int(tensors["input.zero"][0])
    q = np.clip(np.floor(x.astype(float) / scale + 0.5) + zero, -128, 127).astype(np.int8)
    for step in steps:
        name = step["name"]
        if step["kind"] == "table":
            q = tensors[f"{name}.table"][0][q.astype(int) + 128]
            scale, zero = float(tensors[f"{name}.output.scale"][0]), int(tensors[f"{name}.output.zero"][0])
            continue
        assert step["kind"] == "dense"
        weight, bias = tensors[f"{name}.weight"].astype(np.int32), tensors[f"{name}.bias"]
        sums = (q.astype(np.int32) - np.int32(zero)) @ weight.T + bias
        unit = scale * tensors[f"{name}.scale"].astype(float)
        if f"{name}.output.scale" not in tensors:
            return sums * unit
        scale, zero = float(tensors[f"{name}.output.scale"][0]), int(tensors[f"{name}.output.zero"][0])
        mantissas, exponents = np.frexp(unit / scale)
        multiplier, shift = np.rint(mantissas * 2**22).astype(np.int64), 22 - exponents.astype(np.int64)
        levels = (sums * multiplier + (1 << (shift - 1))) >> shift
        q = np.clip(levels + zero, -128, 127).astype(np.int8)
    raise AssertionError("a file ends in logits")


def test_every_format_says_the_same(trained: Make, mlpexp: Call, tmp_path: Path) -> None:
    run = trained(SELECTED).result
    texts = {
        name: mlpexp("quantize", run.path, "--format", name, "-o", tmp_path / name).out
        for name in ("table", "markdown", "latex", "csv", "json")
    }
    rows, told = rows_of(texts["csv"]), json.loads(texts["json"])
    assert told["seeds"] == [0, 1, 2]
    assert told["score"] == "accuracy"
    assert [row["name"] for row in told["rows"]] == NAMES
    assert [str(row["bytes"]) for row in told["rows"]] == [row["bytes"] for row in rows]
    for name in ("table", "markdown", "latex"):
        assert re.search(r"\ball[ |&]+channel\b", texts[name])
        assert f"{int(rows[-1]['bytes']):,}" in texts[name]


def test_what_is_chosen_and_what_it_means_is_said(trained: Make, mlpexp: Call, tmp_path: Path) -> None:
    run = trained(SELECTED.replace("seeds: 3\n", "sweep: {over: {hidden_size: [2, 6]}, seeds: 2}\n")).result
    answer = mlpexp("quantize", run.path, "--calibration-samples", 20)
    assert "is the best of 2 by validation accuracy" in answer.err
    assert "2 seeds, 30 test samples; intervals are of new seeds on these samples" in answer.err
    assert "over 20 training samples" in answer.err
    (beside,) = (path for path in run.path.parent.iterdir() if path != run.path)
    assert beside.name[len(run.path.name) :] in ("-quantized-arm-0", "-quantized-arm-1")
    one = mlpexp("quantize", run.path, "--arm", "0", "--seed", 1, "-o", tmp_path / "one")
    assert "1 seed, 30 test samples; of one seed there is no interval" in one.err
    names = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert names == sorted(
        ["quantization.csv", "quantization_by_seed.csv", *(f"seed-1.{name}.safetensors" for name in NAMES)]
    )


def test_a_result_stays_as_it_is_and_the_folder_beside_is_no_result(trained: Make, mlpexp: Call) -> None:
    run = trained(SELECTED).result.path
    before = {path: path.stat().st_mtime_ns for path in run.rglob("*")}
    assert mlpexp("quantize", run).code == 0
    assert {path: path.stat().st_mtime_ns for path in run.rglob("*")} == before
    listed = mlpexp("list", "--runs-dir", run.parent)
    assert "quantized" not in listed.out
    again = mlpexp("quantize", run)
    assert again.code == 2
    assert "exists, and nothing is written over" in again.err


def test_numbers_learned_as_logarithms_are_scored_in_their_own_unit(
    trained: Make, mlpexp: Call, tmp_path: Path
) -> None:
    lines = [f"{40 + 3 * i},{i % 5},{100 + 7 * i}" for i in range(40)]
    (tmp_path / "houses.csv").write_text("\n".join(["area,rooms,price", *lines]) + "\n", encoding="utf-8")
    run = trained(HOUSES).result
    rows = rows_of(mlpexp("quantize", run.path, "--format", "csv").out)
    trials = run.finished_trials()
    assert float(rows[0]["score"]) == pytest.approx(
        trials[f"final_test_{run.summary.metric.score.name}"].mean(), rel=1e-5
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--calibration-samples", 0), "--calibration-samples 0: expected 1 or more"),
        (("--format", "xml"), "--format: 'xml' is not known"),
        (("--seed", 7), "--seed 7: is none of this result"),
    ],
)
def test_what_cannot_be_done_is_refused(options: tuple[object, ...], message: str, trained: Make, mlpexp: Call) -> None:
    run = trained(SELECTED).result.path
    answer = mlpexp("quantize", run, *options)
    assert answer.code == 2
    assert message in answer.err
    assert not folder_of(run).exists()


def test_maps_and_results_without_test_part_are_refused(trained: Make, mlpexp: Call) -> None:
    no_test = trained(SELECTED.replace("test_fraction: 0.2, ", "test_fraction: 0, "), runs="whole").result.path
    answer = mlpexp("quantize", no_test)
    assert answer.code == 2
    assert "has no test part, so nothing is measured; set dataset.test_fraction" in answer.err
    text = "dataset: iris\nmodel: {name: som, grid: [3, 3]}\ntraining: {epochs: 2}\n"
    answer = mlpexp("quantize", trained(text, runs="maps").result.path)
    assert answer.code == 2
    assert "a map predicts nothing" in answer.err
    assert not folder_of(no_test).exists()


def test_data_that_are_not_there_are_missed_in_one_sentence(trained: Make, mlpexp: Call, tmp_path: Path) -> None:
    lines = [f"{40 + 3 * i},{i % 5},{100 + 7 * i}" for i in range(40)]
    table = tmp_path / "houses.csv"
    table.write_text("\n".join(["area,rooms,price", *lines]) + "\n", encoding="utf-8")
    run = trained(HOUSES).result.path
    table.unlink()
    answer = mlpexp("quantize", run)
    assert answer.code == 2
    assert "houses.csv" in answer.err
    assert answer.err.count("\n") == 1
    assert not folder_of(run).exists()


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA GPU")
def test_a_network_that_was_trained_on_a_card_is_quantized(trained: Make, mlpexp: Call) -> None:
    run = trained(f"{SELECTED}device: cuda\n").result
    rows = rows_of(mlpexp("quantize", run.path, "--format", "csv").out)
    np.testing.assert_allclose(float(rows[0]["score"]), run.finished_trials()["best_test_accuracy"].mean(), atol=0.04)


def test_what_is_bounded_is_said_of_classes_and_of_numbers(trained: Make, mlpexp: Call) -> None:
    of_numbers = mlpexp("quantize", trained(SINE).result.path, "--calibration-samples", "1", "--wide")
    assert of_numbers.code == 0, of_numbers.err
    assert "largest difference of an output" in of_numbers.out
    assert "outputs are in the unit that is learned" in of_numbers.err
    assert "over 1 training sample\n" in of_numbers.err
    assert "bound: proven for each of these samples" in of_numbers.err
    of_classes = mlpexp("quantize", trained(PRELU).result.path, "--wide")
    assert "largest difference of a logit" in of_classes.out
    assert "in the unit that is learned" not in of_classes.err


def test_why_a_small_file_of_int8_is_larger_is_said_with_all_sizes(trained: Make, mlpexp: Call) -> None:
    run = trained(SELECTED).result
    answer = mlpexp("quantize", run.path, "--format", "csv")
    rows = rows_of(answer.out)
    sizes = [(int(row["bytes"]) - int(row["formula_bytes"]), int(row["formula_bytes"])) for row in rows]
    for place, what in enumerate(("header", "numbers")):
        of_int8 = [size[place] for size in sizes[1:]]
        assert (
            f"{what}: {sizes[0][place]:,} bytes of float32, {min(of_int8):,} to {max(of_int8):,} of int8" in answer.err
        )
    larger = [row for row in rows[1:] if int(row["bytes"]) > int(rows[0]["bytes"])]
    assert larger
    tables = max(int(row["formula_bytes"]) for row in larger) >= sizes[0][1]
    why = "header and the tables of activations, 256 bytes each" if tables else "header alone"
    assert f"int8 files are larger than that of float32 here, for their {why}\n" in answer.err


def test_of_a_larger_network_no_file_of_int8_is_larger(trained: Make, mlpexp: Call) -> None:
    run = trained(SELECTED.replace("hidden_sizes: [8]", "hidden_sizes: [600]")).result
    answer = mlpexp("quantize", run.path)
    assert answer.code == 0, answer.err
    assert "files are larger" not in answer.err


def test_differences_below_each_other_have_one_form(trained: Make, mlpexp: Call) -> None:
    run = trained(SINE).result
    lines = mlpexp("quantize", run.path, "--format", "markdown").out.splitlines()
    heading, _, *rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines if line.startswith("|")]
    written = [cell for row in rows for cell in row[heading.index("difference") : heading.index("95 % interval") + 1]]
    ends = [end for cell in written for end in cell.split(" .. ") if end not in ("-", "all equal")]
    assert len(ends) >= 4
    assert len({(len(end.partition(".")[2]), "e" in end) for end in ends}) == 1
