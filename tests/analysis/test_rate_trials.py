"""What is trained to decide on a learning rate: how much, in what form, judged on what; and what it is warned of."""

from pathlib import Path

import numpy as np
import pytest

from making.configs import CONFIGS
from making.rates_cases import CASES, prepared_case, resolved, write_tables
from mlpexp.analysis.find_lr.cautions import cautions
from mlpexp.analysis.find_lr.noise import Noise
from mlpexp.analysis.find_lr.search import decide
from mlpexp.analysis.find_lr.trials import at_rate, effort_for, judged_by, shortened_schedule, trials_at
from mlpexp.analysis.input_scale import input_scale
from mlpexp.analysis.rehearsal.rehearse import num_held_out
from mlpexp.analysis.rehearsal.training_rows import class_shares
from mlpexp.config.optimization import (
    CosineSchedule,
    ExponentialSchedule,
    InversePowerSchedule,
    InverseTimeSchedule,
    StepSchedule,
)
from mlpexp.config.yaml_source import override_in
from mlpexp.data.catalogue import load
from mlpexp.planning.prepare import Prepared, prepare
from mlpexp.training.schedules import factor


def prepared(name: str, *changes: str) -> Prepared:
    return prepare(CONFIGS / name, [override_in(text, text) for text in [*changes, "device=cpu"]])


def test_all_seeds_and_epochs_where_that_is_cheap() -> None:
    experiment = prepared("iris/mlp.yaml", "seeds=10", "seed=7")
    for most in (10, 20):
        effort = effort_for(experiment, 60, most)
        assert (effort.seeds, effort.epochs) == (tuple(range(7, 7 + most)), 100)


def test_seeds_are_left_out_first_then_epochs() -> None:
    experiment = prepared("iris/mlp.yaml", "seeds=10")
    whole = effort_for(experiment, 1e9, 10).seconds
    found = [effort_for(experiment, whole * share, 20) for share in (1.01, 0.99, 0.9, 0.5, 0.1, 1e-9)]
    assert [len(effort.seeds) for effort in found] == sorted([len(effort.seeds) for effort in found], reverse=True)
    assert [effort.epochs for effort in found] == sorted([effort.epochs for effort in found], reverse=True)
    assert (len(found[0].seeds), len(found[1].seeds), len(found[-1].seeds)) == (10, 5, 3)
    assert [effort.epochs for effort in found if len(effort.seeds) > 3] == [100] * 3
    assert found[-1].epochs == 1


def test_two_seeds_stay_two() -> None:
    assert effort_for(prepared("iris/mlp.yaml", "seeds=2"), 1e-9, 20).seeds == (0, 1)


@pytest.mark.parametrize(
    "schedule",
    [
        StepSchedule(name="step", every=25, factor=0.5),
        ExponentialSchedule(name="exponential", decay=0.97),
        CosineSchedule(name="cosine", final_factor=0.1, warmup_epochs=10),
        InverseTimeSchedule(name="inverse_time", decay=0.3),
    ],
)
def test_a_shortened_schedule_has_the_same_form(schedule) -> None:
    """The factor after a share of the epochs is that after the same share of fewer."""
    short = shortened_schedule(schedule, 0.2)
    shares = np.array([0.05, 0.3, 0.55, 0.9])
    expected = factor(schedule, shares * 100, 100, 10**6, 100)
    assert factor(short, shares * 20, 20, 10**6, 100) == pytest.approx(expected, rel=1e-4)


def test_a_schedule_without_a_length_stays() -> None:
    schedule = InversePowerSchedule(name="inverse_power")
    assert shortened_schedule(schedule, 0.2) == schedule


PARTED = """
name: parted
dataset: {name: csv, path: TABLE, target: label, split: {kind: column, column: part}}
model: {name: mlp, hidden_sizes: [4], activation: tanh}
optimizer: {name: adam, learning_rate: 0.01}
training: {batch_size: 16, epochs: 10}
seeds: 3
"""


def parted(folder: Path, test_labels: str) -> Prepared:
    """A table whose column says what is test; the labels of its 300 test rows are given."""
    rng = np.random.default_rng(0)
    lines = ["x,y,label,part"]
    for row in range(360):
        is_test, label = row >= 60, "ab"[row % 3 == 0]
        x, y = rng.normal(size=2) + (1.0 if label == "a" else -1.0)
        label = test_labels[row % len(test_labels)] if is_test else label
        lines.append(f"{x:.4f},{y:.4f},{label},{'test' if is_test else 'train'}")
    (folder / "table.csv").write_text("\n".join(lines) + "\n")
    (folder / "config.yaml").write_text(PARTED.replace("TABLE", str(folder / "table.csv")))
    return prepare(folder / "config.yaml", [override_in("device=cpu", "device=cpu")])


def test_what_is_in_the_test_part_changes_nothing(tmp_path: Path) -> None:
    """Neither what rates are judged by, nor a bit of what each reaches, nor the decision; though labels are all others."""
    found = []
    for test_labels in ("ab", "a", "b"):
        experiment = parted(tmp_path, test_labels)
        dataset, seeds = load(experiment.experiment.dataset), experiment.experiment.all_seeds
        assert class_shares(experiment, dataset, seeds) == pytest.approx([2 / 3, 1 / 3])
        score, chance = judged_by(experiment, dataset, seeds)
        decision = decide(
            0.01, trials_at(experiment, dataset, effort_for(experiment, 60, 3), seeds, score), chance, Noise(60, 180)
        )
        rates = [(of.rate, of.scores_S.tolist(), of.losses_S.tolist()) for of in decision.tried]
        found.append((score, chance, rates, decision.suggested, decision.as_good, cautions(experiment, dataset)))
    assert found[0] == found[1] == found[2]
    assert found[0][:2] == ("accuracy", pytest.approx(2 / 3))


@pytest.mark.parametrize(("train_size", "test_size", "warned"), [(1, 1e5, False), (1e5, 1, True)])
def test_the_scale_is_looked_at_in_the_whole_training_part_and_no_other(
    train_size: float, test_size: float, warned: bool, tmp_path: Path
) -> None:
    """Of a sorted table, whose last rows are large."""
    import yaml

    rng = np.random.default_rng(0)
    sizes = np.repeat([1.0, train_size, test_size], [1500, 500, 500])
    inputs = sizes[:, None] * rng.normal(size=(2500, 2))
    parts = np.repeat(["train", "test"], [2000, 500])
    rows = [f"{x:.4f},{y:.4f},{'ab'[row % 2]},{parts[row]}" for row, (x, y) in enumerate(inputs)]
    (tmp_path / "table.csv").write_text("\n".join(["x,y,label,part", *rows]) + "\n")
    config = yaml.safe_load(PARTED.replace("TABLE", str(tmp_path / "table.csv")))
    config["dataset"]["standardize"] = False
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(config))
    experiment = prepare(tmp_path / "config.yaml")
    assert bool(cautions(experiment, load(experiment.experiment.dataset))) == warned


def test_rates_are_compared_on_the_same_seeds() -> None:
    experiment = prepared("iris/mlp.yaml", "seeds=3", "training.epochs=5")
    dataset = load(experiment.experiment.dataset)
    effort = effort_for(experiment, 60, 3)
    one, other = (trials_at(experiment, dataset, effort, range(3))([0.1, 100.0]) for _ in range(2))
    assert [tried.rate for tried in one] == [0.1, 100.0]
    assert np.array_equal(one[0].scores_S, other[0].scores_S)
    assert one[0].scores_S.shape == one[0].losses_S.shape == (3,)
    assert one[0].score > one[1].score
    assert num_held_out(experiment) == 26
    parts = [round(26 * score, 6) for score in one[0].scores_S]
    assert parts == [round(part) for part in parts]  # of 26 samples


def test_the_configured_rate_is_left_aside() -> None:
    experiment = prepared("iris/mlp.yaml")
    assert at_rate(experiment, 0.3).experiment.optimizer.learning_rate == 0.3
    assert at_rate(at_rate(experiment, 7.0), 0.3).experiment == at_rate(experiment, 0.3).experiment


@pytest.mark.parametrize(
    ("name", "changes", "expected"),
    [
        ("iris/mlp.yaml", (), ("accuracy", 1 / 3)),
        ("iris/mlp.yaml", ("training.class_weights=balanced",), ("balanced_accuracy", 1 / 3)),
        ("synthetic/sine.yaml", (), ("r2", 0.0)),
    ],
)
def test_what_rates_are_judged_by(name: str, changes: tuple[str, ...], expected: tuple[str, float]) -> None:
    experiment = prepared(name, *changes)
    assert judged_by(experiment, load(experiment.experiment.dataset), range(3)) == (
        expected[0],
        pytest.approx(expected[1]),
    )


def test_where_most_samples_are_of_one_class_a_constant_prediction_is_no_good_rate(tmp_path: Path) -> None:
    """Accuracy is that of the largest class at every rate; balanced accuracy is not."""
    write_tables(tmp_path)
    plain = {**CASES["rare, adam"], "training": {"batch_size": 16, "epochs": 40}}
    experiment = prepared_case(plain, tmp_path, 3, 0)
    dataset = load(experiment.experiment.dataset)
    score, chance = judged_by(experiment, dataset, range(3))
    assert (score, chance) == ("balanced_accuracy", 0.5)
    good, bad = trials_at(experiment, dataset, effort_for(experiment, 60, 3), range(3), score)([0.05, 1e-5])
    assert good.score > 0.6 > bad.score


def test_the_scale_of_inputs() -> None:
    rng = np.random.default_rng(0)
    inputs = rng.normal(size=(500, 3))
    assert not input_scale(inputs, is_image=False).is_unscaled
    wide = input_scale(inputs * [1, 1, 50], is_image=False)
    assert wide.ratio == pytest.approx(50, rel=0.1)
    assert wide.is_unscaled
    assert not input_scale(inputs * [1, 1, 0], is_image=False).is_unscaled  # one that does not vary
    far = input_scale(inputs + 1000, is_image=True)
    assert far.largest == pytest.approx(1000, rel=0.01)
    assert (far.ratio, far.is_unscaled) == (1.0, True)


@pytest.mark.parametrize(
    ("case", "warned"),
    [
        ("fruit unscaled, adam", ["inputs are not scaled", "dataset.standardize: true"]),
        ("diabetes targets unscaled, sgd", ["dataset.target.standardize: false"]),
        ("tiny targets, sgd", ["dataset.target.standardize: false"]),
        ("waves, sgd", []),
        ("digits, conv", []),
    ],
)
def test_what_is_warned_of(case: str, warned: list[str], tmp_path: Path) -> None:
    import yaml

    write_tables(tmp_path)
    path = tmp_path / "config.yaml"
    path.write_text(yaml.safe_dump(resolved(CASES[case], tmp_path)))
    experiment = prepare(path)
    said = " ".join(cautions(experiment, load(experiment.experiment.dataset)))
    assert bool(said) == bool(warned)
    assert [words for words in warned if words not in said] == []
