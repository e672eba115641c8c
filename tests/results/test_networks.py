"""The networks of an arm on raw inputs: what training itself said of them, with the data or without."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from making.configs import TINY
from making.run_files import unsealed
from making.trained_results import Make, Trained
from mlpexp.data.catalogue import dataset_of_seed
from mlpexp.errors import InputError, RunError
from mlpexp.results.networks import Networks, networks_of
from mlpexp.results.result import Result

CNN = """\
dataset: {name: digits, test_fraction: 0.8}
model: {name: cnn, layers: [{layer: conv, channels: 2, kernel_size: 3}, {layer: max_pool}]}
optimizer: {name: adam, learning_rate: 0.01}
training: {batch_size: 64, epochs: 1}
"""
SELECTED = """\
dataset: {name: iris, test_fraction: 0.2, validation_fraction: 0.2}
model: {name: mlp, hidden_sizes: [6], activation: tanh, dropout: 0.1, batch_norm: true}
optimizer: {name: adam, learning_rate: 0.1}
training: {batch_size: 16, epochs: 6}
seeds: 3
"""
NEW_DATA = """\
dataset: {name: synthetic, kind: function, function: sine, samples: 60, data_seed: seed}
model: {name: mlp, hidden_sizes: [4], activation: tanh}
optimizer: {name: adam, learning_rate: 0.02}
training: {batch_size: 8, epochs: 3}
seeds: 2
"""
SWEEP = """\
dataset: {name: iris, validation_fraction: 0.2}
model: {name: mlp, hidden_sizes: [4], activation: relu}
optimizer: {name: sgd, learning_rate: 0.1}
training: {batch_size: 16, epochs: 2, precision: float64}
sweep: {over: {dataset.scale: [standard, minmax, none], learning_rate: [0.1, 0.2]}, seeds: 2}
"""
FLATS = """\
dataset: {name: csv, path: flats.csv, target: {column: rent, transform: log}, missing: most_frequent, TEST
  dates: {built: parts}, missing_indicator: [rooms]}
model: {name: mlp, hidden_sizes: [5], activation: tanh}
optimizer: {name: adam, learning_rate: 0.02}
training: {batch_size: 8, epochs: 2}
seeds: 2
""".replace("TEST\n ", "test_fraction: 0.25,")


def flats(folder: Path, rows: int = 40) -> Path:
    """A table of a German office: decimal commas, blanks between thousands, units, dates, gaps."""
    draw = np.random.default_rng(3)
    lines = ["area;rooms;district;built;rent"]
    for i in range(rows):
        area = f"{draw.uniform(20, 140):.1f}".replace(".", ",") + " m²"
        rooms = "" if i % 9 == 4 else str(1 + i % 4)
        district = "?" if i % 11 == 7 else ["Mitte", "Nord", "Süd"][i % 3]
        lines.append(f"{area};{rooms};{district};{1 + i % 28:02}.{1 + i % 12:02}.{1950 + i};{300 + 40 * i} €")
    path = folder / "flats.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def check(networks: Networks, run: Trained, tolerance: float = 0.0) -> None:
    """Sees that networks say of the samples, part by part, what training has written of them."""
    config = networks.experiment.dataset
    table = run.result.arm(networks.arm.number).evaluation("predictions")
    drawn = config.name == "synthetic" and config.data_seed == "seed"
    assert set(table["seed"]) == set(networks.seeds)
    for (seed, _), said in table.groupby(["seed", "part"]):
        place, rows = networks.seeds.index(seed), said["index"].to_numpy()
        inputs = dataset_of_seed(config, run.dataset, seed if drawn else None).inputs[rows]
        predicted = networks.predictions(inputs)[place]
        if networks.classification:
            probable = networks.probabilities(inputs)[place].max(1)
            assert np.array_equal(predicted, said["predicted"])
            np.testing.assert_allclose(probable, said["probability"], rtol=0, atol=tolerance)
        else:
            np.testing.assert_allclose(predicted[:, 0], said["predicted"], rtol=tolerance)


CASES = {
    "MLP": (SELECTED, 0.0), "plain": (TINY, 0.0), "CNN": (CNN, 0.0), "new data for each seed": (NEW_DATA, 0.0),
    "sweep": (SWEEP, 0.0), "table": (FLATS, 0.0),
    "NumPy": (TINY.replace("epochs: 3", "epochs: 1, engine: numpy"), 1e-6),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_networks_say_of_raw_samples_what_training_said(case: str, trained: Make, tmp_path: Path) -> None:
    flats(tmp_path)
    text, tolerance = CASES[case]
    run = trained(text)
    for number in range(run.summary.num_arms):
        check(networks_of(run.result.arm(number)), run, tolerance)


@pytest.mark.parametrize("case", CASES)
def test_the_record_says_what_the_data_say(case: str, trained: Make, tmp_path: Path) -> None:
    flats(tmp_path)
    run = trained(CASES[case][0])
    for number in range(run.summary.num_arms):
        kept = networks_of(run.result.arm(number))
        again = run.folder.networks.rename(run.path / "elsewhere")
        made = networks_of(run.result.arm(number))
        again.rename(run.folder.networks)
        assert kept.preparation == made.preparation
        assert kept.experiment.model_copy(update={"dataset": None}) == made.experiment.model_copy(
            update={"dataset": None}
        )


def test_a_result_predicts_without_its_table(trained: Make, tmp_path: Path) -> None:
    table = flats(tmp_path)
    run = trained(FLATS)
    inputs = run.dataset.inputs
    before = networks_of(run.result.arm(0)).predictions(inputs)
    table.unlink()
    moved = shutil.move(run.path, tmp_path / "taken away")
    arm = Result.open(Path(moved)).arm(0)
    assert np.array_equal(networks_of(arm).predictions(inputs), before)
    (Path(moved) / "networks.json").unlink()
    with pytest.raises(InputError, match=r"flats.csv are not there .*--table FILE names it"):
        networks_of(Result.open(Path(moved)).arm(0))


def test_weights_that_are_not_kept_are_made_again_and_so_is_what_is_done_to_samples(trained: Make) -> None:
    kept, bare = trained(TINY, "kept"), trained(f"{TINY}keep: {{weights: none}}\n", "bare")
    assert kept.folder.networks.is_file()
    assert not bare.folder.networks.exists()
    said: list[str] = []
    inputs = kept.dataset.inputs
    again = networks_of(bare.result.arm(0), say=said.append)
    assert np.array_equal(again.outputs(inputs), networks_of(kept.result.arm(0)).outputs(inputs))
    assert len(said) == 1
    assert "trained again" in said[0]


def test_some_seeds_of_an_arm_are_those_of_all(trained: Make) -> None:
    run = trained(SELECTED)
    inputs = run.dataset.inputs
    whole, some = networks_of(run.result.arm(0)), networks_of(run.result.arm(0), [2, 0])
    assert some.seeds == (2, 0)
    assert np.array_equal(some.probabilities(inputs), whole.probabilities(inputs)[[2, 0]])
    assert np.allclose(whole.probabilities(inputs).sum(2), 1)
    with pytest.raises(InputError, match="--seed 7: is none of this result; choose one of 0, 1, 2"):
        networks_of(run.result.arm(0), [7])


def test_samples_are_scaled_by_the_training_part_of_each_seed(trained: Make) -> None:
    run = trained(SELECTED)
    networks, inputs = networks_of(run.result.arm(0)), run.dataset.inputs
    seen = networks.inputs(inputs).numpy()
    table = run.result.arm(0).evaluation("predictions")
    for place, seed in enumerate(networks.seeds):
        rows = table[(table["seed"] == seed) & (table["part"] == "train")]["index"].to_numpy()
        expected = (inputs - inputs[rows].mean(0)) / inputs[rows].std(0)
        np.testing.assert_allclose(seen[place], expected, atol=1e-6)


def test_no_sample_at_all_gives_empty_answers(trained: Make) -> None:
    networks = networks_of(trained(TINY).result.arm(0))
    assert networks.predictions(np.zeros((0, 3))).shape == (1, 0)
    assert networks.probabilities(np.zeros((0, 3))).shape == (1, 0, 3)


def test_a_map_is_refused_and_a_damaged_record_named(trained: Make) -> None:
    text = "dataset: {name: iris}\nmodel: {name: som, grid: [2, 2], init: random}\ntraining: {epochs: 1}\n"
    run = trained(text, "map")
    with pytest.raises(InputError, match=r"model.name: som: a map predicts nothing"):
        networks_of(run.result.arm(0))
    run = trained(TINY)
    unsealed(run.path)
    text = run.folder.networks.read_text()
    run.folder.networks.write_text(text.replace('"num_outputs": 3', '"num_outputs": "three"'))
    with pytest.raises(RunError, match=r"networks.json: damaged: preparations.0.num_outputs"):
        networks_of(run.result.arm(0))


@pytest.mark.parametrize("damage", ["a number", "a place", "of another result"])
def test_a_record_that_was_changed_or_is_of_another_result_is_refused(damage: str, trained: Make) -> None:
    run = trained(TINY)
    unsealed(run.path)
    record = json.loads(run.folder.networks.read_text())
    if damage == "a number":
        record["preparations"][0]["scalings"][0]["shift"][0] += 1e-9
    elif damage == "a place":
        record["arms"][0]["preparation"] = 7
    else:
        other = trained(TINY.replace("epochs: 3", "epochs: 2"), "other")
        assert other.plan.arms[0].prepared.experiment.model == run.plan.arms[0].prepared.experiment.model
        record = json.loads(other.folder.networks.read_text())
    run.folder.networks.write_text(json.dumps(record))
    with pytest.raises(RunError, match=r"networks.json: damaged, or of another result; put the right one in its place"):
        networks_of(run.result.arm(0))


def test_a_record_without_a_digest_is_read_as_before(trained: Make) -> None:
    run = trained(TINY)
    before = networks_of(run.result.arm(0)).outputs(run.dataset.inputs)
    unsealed(run.path)
    record = json.loads(run.folder.networks.read_text())
    del record["digest"]
    run.folder.networks.write_text(json.dumps(record))
    assert np.array_equal(networks_of(run.result.arm(0)).outputs(run.dataset.inputs), before)


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA GPU")
def test_networks_on_a_card_say_what_training_said(trained: Make) -> None:
    for name, text, tolerance in (("MLP", SELECTED, 1e-6), ("CNN", CNN, 1e-5)):
        run = trained(f"{text}device: cuda\n", name)
        networks = networks_of(run.result.arm(0))
        assert networks.device == torch.device("cuda", 0)
        check(networks, run, tolerance)
