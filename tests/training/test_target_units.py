"""What is learned of the numbers of a table, against scikit-learn and a plain loop, and what is said in their own unit."""

from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.compose import TransformedTargetRegressor
from sklearn.linear_model import LinearRegression
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error
from sklearn.preprocessing import StandardScaler

from making.stacks import experiment, finished, rows_of, trainer
from mlpexp.config.experiment import Experiment
from mlpexp.data.catalogue import load
from mlpexp.nn.network import StackedNetwork

SCORES = {
    "r2": r2_score,
    "mean_absolute_error": mean_absolute_error,
    "root_mean_squared_error": root_mean_squared_error,
}
WAYS = [(True, "none"), (True, "log"), (False, "log"), (False, "none")]


def table(folder: Path, offset: float = 2000.0, rows: int = 60) -> Path:
    """Numbers of which a smooth function of one column is the most."""
    random = np.random.default_rng(0)
    x = random.uniform(-1, 1, rows)
    y = offset + 500 * np.sin(2 * x) + random.normal(0, 20, rows)
    path = folder / "prices.csv"
    path.write_text("x,price\n" + "".join(f"{a!r},{b!r}\n" for a, b in zip(x.tolist(), y.tolist(), strict=True)))
    return path


def priced(path: Path, standardize: bool, transform: str, seed: int = 0, **sections) -> Experiment:
    target = {"column": "price", "standardize": standardize, "transform": transform}
    training = {"precision": "float64", **sections.pop("training", {})}
    data = {"name": "csv", "path": str(path), "target": target}
    return experiment(
        dataset=data, training=training, scores=list(SCORES)[1:], **sections
    ).model_copy(update={"seed": seed})  # fmt: skip


@pytest.mark.parametrize(("standardize", "transform"), WAYS)
@pytest.mark.parametrize("metrics", ["exact", "running"])
def test_scores_are_those_of_predictions_in_the_unit_of_the_table(tmp_path, standardize, transform, metrics) -> None:
    path = table(tmp_path, 5.0 if not standardize and transform == "none" else 2000.0)
    training = {"batch_size": "full", "train_metrics": metrics, "epochs": 3}
    rate = {"learning_rate": 1e-7 if not standardize and transform == "none" else 0.05}
    members = [priced(path, standardize, transform, seed, training=training, optimizer=rate) for seed in (0, 1)]
    dataset = load(members[0].dataset)
    chosen, records = finished(members)
    for row, place in zip(records[-1].rows, chosen.pair_of_member, strict=True):
        test = chosen.samples.rows[place, chosen.samples.sizes.train :]
        train = chosen.samples.rows[place, : chosen.samples.sizes.train]
        inputs = chosen.samples.part(chosen.samples.sizes.train, 60)[0][place]
        network = StackedNetwork(
            chosen.architecture, chosen.state.last[row.member][None], chosen.state.last_buffers[:1]
        )
        learned = network(inputs[None])[0].detach().numpy()
        own = np.log(dataset.targets) if transform == "log" else dataset.targets
        scaler = StandardScaler(with_mean=standardize, with_std=standardize).fit(own[train])
        predicted = scaler.inverse_transform(learned)
        predicted = np.exp(predicted) if transform == "log" else predicted
        for name, witness in SCORES.items():
            assert row.scores[f"test_{name}"] == pytest.approx(witness(dataset.targets[test], predicted), rel=1e-9)
        loss = np.mean((learned - scaler.transform(own[test])) ** 2)
        assert row.scores["test_loss"] == pytest.approx(loss, rel=1e-9)


def test_the_scores_of_running_batches_are_in_the_unit_of_the_table(tmp_path) -> None:
    """With one batch an epoch they are those before its step, which the epoch before has recorded exactly."""
    exact, running = (
        finished([priced(table(tmp_path), True, "log", training={"batch_size": "full", "train_metrics": mode})])[1]
        for mode in ("exact", "running")
    )
    for before, after in zip(exact[:-1], running[1:], strict=True):
        for name in ("loss", *SCORES):
            assert after.rows[0].scores[f"train_{name}"] == pytest.approx(
                before.rows[0].scores[f"train_{name}"], rel=1e-9
            )


@pytest.mark.parametrize("transform", ["none", "log"])
def test_a_linear_network_ends_where_scikit_learn_does(tmp_path, transform) -> None:
    sections = {
        "model": {"hidden_sizes": []},
        "training": {"epochs": 400, "batch_size": "full"},
        "optimizer": {"learning_rate": 0.3},
    }
    config = priced(table(tmp_path), True, transform, **sections)
    chosen, records = finished([config])
    data, rows, split = load(config.dataset), chosen.samples.rows[0], chosen.samples.sizes.train
    functions = {"func": np.log, "inverse_func": np.exp} if transform == "log" else {}
    witness = TransformedTargetRegressor(LinearRegression(), **functions).fit(
        data.inputs[rows[:split]], data.targets[rows[:split]]
    )
    wanted = r2_score(data.targets[rows[split:]], witness.predict(data.inputs[rows[split:]]))
    assert records[-1].rows[0].scores["test_r2"] == pytest.approx(wanted, rel=1e-9)


def test_neighbours_with_other_splits_do_not_matter(tmp_path) -> None:
    members = [priced(table(tmp_path), True, "log", seed) for seed in range(3)]
    _, together = finished(members)
    for place, member in enumerate(members):
        assert rows_of(together, place) == rows_of(finished([member])[1], 0)


@pytest.mark.parametrize("transform", ["none", "log"])
def test_continuing_from_every_step_gives_the_same_end(tmp_path, transform) -> None:
    """Also after members have left: errors and R² stay those of each one's own mean and deviation."""
    training = {"train_metrics": "running", "epochs": 4, "early_stopping": {"patience": 1}}
    rate = {"name": "adam", "learning_rate": 0.3}
    members = [priced(table(tmp_path), True, transform, seed, training=training, optimizer=rate) for seed in range(4)]
    members = [
        m.model_copy(update={"dataset": m.dataset.model_copy(update={"validation_fraction": 0.2})}) for m in members
    ]
    first, states, so_far = trainer(members), [], []
    seen = []
    for record in first.run():
        seen += [record] if record else []
        states.append(first.state.saved())
        so_far.append(len(seen))
    assert {status for record in seen for status in record.statuses} >= {"stopped early", "running"}
    for (arrays, plain), count in zip(states, so_far, strict=True):
        resumed = trainer(members)
        resumed.restore(arrays, plain)
        rest = [record for record in resumed.run() if record]
        for place in range(4):
            assert rows_of(seen[:count] + rest, place) == rows_of(seen, place)


def test_the_mean_is_taken_away_before_rounding(tmp_path) -> None:
    """Near 1e9 the numbers of float32 are 64 apart."""
    config = priced(table(tmp_path, 1e9), True, "none", training={"precision": "float32"})
    chosen, data = trainer([config]), load(config.dataset)
    rows, targets = chosen.samples.rows[0], chosen.samples.part(0, 42)[1][0].numpy()
    assert targets.dtype == np.float32
    witness = StandardScaler().fit_transform(data.targets[rows[:42]])
    np.testing.assert_allclose(targets, witness, atol=1e-6)


def test_units_give_the_numbers_of_the_table_back(tmp_path) -> None:
    config = priced(table(tmp_path), True, "log", training={"epochs": 1})
    chosen, _ = finished([config])
    targets, units = load(config.dataset).targets[chosen.samples.rows[0]], chosen.samples.units
    assert units is not None
    np.testing.assert_allclose(units.own(chosen.samples.part(0, 60)[1])[0].numpy(), targets, rtol=1e-12)


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA GPU")
@pytest.mark.parametrize(("standardize", "transform"), WAYS[:3])
def test_cuda_learns_nearly_the_same(tmp_path, standardize, transform) -> None:
    rows = []
    for device in ("cpu", "cuda"):
        _, records = finished([priced(table(tmp_path), standardize, transform, device=device)])
        rows.append(records[-1].rows[0].scores)
    assert rows[1] == pytest.approx(rows[0], rel=1e-2)
