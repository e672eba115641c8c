"""A trained network as a plain module: raw inputs in, what ``predictions.csv`` says out."""

import io
import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from making.trained_results import Make, Trained
from mlpexp.api.result import Result
from mlpexp.errors import InputError

IRIS = """\
dataset: {name: iris, test_fraction: 0.2, validation_fraction: 0.2}
model: {name: mlp, hidden_sizes: [6], activation: tanh, dropout: 0.1, batch_norm: true}
optimizer: {name: adam, learning_rate: 0.1}
training: {batch_size: 16, epochs: 6}
seeds: 3
"""
DIGITS = """\
dataset: {name: digits, test_fraction: 0.2}
model: {name: cnn, layers: [{layer: conv, channels: 2, kernel_size: 3}, {layer: max_pool}]}
optimizer: {name: adam, learning_rate: 0.01}
training: {batch_size: 64, epochs: 1}
"""
SINE = """\
dataset: {name: synthetic, kind: function, function: sine, samples: 60}
model: {name: mlp, hidden_sizes: [8], activation: tanh}
optimizer: {name: adam, learning_rate: 0.02}
training: {batch_size: 8, epochs: 5}
seeds: 2
"""
SWEEP = """\
dataset: {name: iris, validation_fraction: 0.2}
model: {name: mlp, hidden_sizes: [4], activation: relu}
optimizer: {name: sgd, learning_rate: 0.1}
training: {batch_size: 16, epochs: 3}
sweep: {over: {learning_rate: [0.1, 0.01], activation: [relu, tanh]}, seeds: 2}
"""
FLATS = """\
dataset: {name: csv, path: flats.csv, target: {column: rent, transform: log}, missing: most_frequent, test_fraction: 0.25}
model: {name: mlp, hidden_sizes: [5], activation: tanh}
optimizer: {name: adam, learning_rate: 0.02}
training: {batch_size: 8, epochs: 2}
"""
MAP = """\
dataset: {name: iris}
model: {name: som, grid: [3, 3]}
training: {epochs: 1}
"""


def flats(folder: Path, rows: int = 40) -> pd.DataFrame:
    """Flats with a category, and a gap in it."""
    draw = np.random.default_rng(3)
    districts = np.array(["Mitte", "Nord", "Süd"])[np.arange(rows) % 3].astype(object)
    districts[7] = ""
    table = pd.DataFrame(
        {
            "area": draw.uniform(20, 140, rows).round(1),
            "district": districts,
            "rent": 300 + 40 * np.arange(rows),
        }
    )
    table.to_csv(folder / "flats.csv", index=False)
    return table


def check(run: Trained, tolerance: float = 1e-6) -> None:
    """Sees that every module gives what the table says, from the data as they are."""
    result = Result(run.path)
    for (arm, seed), rows in result.predictions.groupby(["arm", "seed"]):
        module = result.module(arm={"arm": arm}, seed=int(seed))
        raw = torch.from_numpy(run.dataset.inputs[rows["index"].to_numpy()])
        with torch.no_grad():
            given = module(raw).double().numpy()
        if module.classes:
            assert (given.argmax(1) == rows["predicted"]).all()
            assert given.max(1) == pytest.approx(rows["probability"].to_numpy(), abs=tolerance)
        else:
            assert given[:, 0] == pytest.approx(rows["predicted"].to_numpy(), rel=tolerance, abs=tolerance)


@pytest.mark.parametrize("text", [IRIS, DIGITS, SINE, SWEEP], ids=["iris", "pictures", "numbers", "sweep"])
def test_it_gives_what_the_predictions_say(text: str, trained: Make) -> None:
    check(trained(text))


def test_categories_and_gaps_of_a_table_enter_as_its_columns_say(trained: Make, tmp_path: Path) -> None:
    table = flats(tmp_path)
    run = trained(FLATS.replace("flats.csv", str(tmp_path / "flats.csv")))
    check(run)
    module = Result(run.path).module()
    assert module.columns == ("area", "district=Mitte", "district=Nord", "district=Süd")
    flat = torch.tensor([[50.0, 0.0, 1.0, 0.0]], dtype=torch.float64)
    frame = pd.DataFrame({"area": [50.0], "district": ["Nord"]})
    said = Result(run.path, quiet=True).predict(frame)
    assert module(flat).item() == pytest.approx(said["predicted"][0], rel=1e-6)
    assert module.target == "rent"
    assert len(table) == 40


def test_it_is_a_module_like_any_other(trained: Make) -> None:
    run = trained(IRIS)
    module, raw = Result(run.path).module(seed=1), torch.from_numpy(run.dataset.inputs[:5])
    assert not module.training
    assert {parameter.device.type for parameter in module.parameters()} == {"cpu"}
    wanted = module(raw)
    stream = io.BytesIO()
    torch.save(module, stream)
    stream.seek(0)
    for other in (pickle.loads(pickle.dumps(module)), torch.load(stream, weights_only=False)):
        assert torch.equal(other(raw), wanted)
        assert other.classes == ("setosa", "versicolor", "virginica")
        assert other.columns[0] == "sepal length (cm)"
    fresh = Result(run.path).module(seed=2)
    assert not torch.equal(fresh(raw), wanted)
    fresh.load_state_dict(module.state_dict())
    assert torch.equal(fresh(raw), wanted)
    assert torch.equal(module(raw.float()), module(raw.float().double()))


def test_the_arm_is_the_best_on_validation_data_and_the_seed_the_median(
    trained: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    result = Result(trained(SWEEP).path)
    module, trials = result.module(), result.trials
    means = trials.groupby("label")["best_validation_accuracy"].mean()
    assert means[module.arm] == means.max()
    scores = trials[trials["label"] == module.arm].set_index("seed")["best_validation_accuracy"]
    assert scores[module.seed] == scores.min()
    said = capsys.readouterr().err
    assert "is the best of 4 by validation accuracy" in said
    assert "has the median validation accuracy of 2 seeds; seed= names another" in said
    Result(result.path, quiet=True).module()
    assert capsys.readouterr().err == ""


def test_an_arm_is_named_by_label_or_values_and_by_number_only_where_that_is_said(trained: Make) -> None:
    result = Result(trained(SWEEP).path)
    label = result.arm_labels[3]
    named = (
        label,
        {"arm": 3},
        {"learning_rate": 0.01, "activation": "tanh"},
        result.arms.iloc[3],
        result.trials.iloc[-1],
    )
    assert {result.module(arm=each, seed=0).arm for each in named} == {label}
    for wrong, said in (
        (3, "name an arm as"),
        ({"arm": 4}, "expected a number from 0 to 3"),
        ({"learning_rate": 0.5}, "is none of the 4 arms"),
        ({"activation": "tanh"}, "is 2 of the 4 arms"),
        ({}, "names no arm"),
    ):
        with pytest.raises(InputError, match=said):
            result.module(arm=wrong)
    with pytest.raises(InputError, match=r"^seed=9: is none of this result"):
        result.module(arm=label, seed=9)


def test_a_map_has_no_module(trained: Make) -> None:
    with pytest.raises(InputError, match="a map predicts nothing"):
        Result(trained(MAP).path).module()


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA GPU")
def test_what_a_card_has_trained_computes_on_the_cpu(trained: Make) -> None:
    check(trained(f"{IRIS}device: cuda\n"), 1e-5)
