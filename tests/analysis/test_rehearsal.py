"""Rehearsals: their samples are of the training part alone, and their scores those of a plain training on the same rows."""

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from making.configs import CONFIGS
from making.trained_results import new
from mlpexp.analysis.rehearsal.rehearse import TookTooLong, held_out_parts, rehearse, samples_of_trials
from mlpexp.config.yaml_source import override_in
from mlpexp.data.catalogue import load
from mlpexp.data.dataset import Dataset
from mlpexp.data.parts import parts_of
from mlpexp.data.split import Split
from mlpexp.errors import DataError
from mlpexp.planning.prepare import Prepared, prepare

IRIS = """
name: rehearsed
dataset: {name: csv, path: TABLE, target: label, KEYS}
model: {name: mlp, hidden_sizes: [6], activation: tanh}
optimizer: {name: sgd, learning_rate: 0.1}
training: {batch_size: 16, epochs: 8}
seeds: 2
"""
SPLITS = {
    "random": "test_fraction: 0.2", "validated": "test_fraction: 0.2, validation_fraction: 0.2",
    "folds": "split: {kind: k_fold, folds: 4}", "groups": "test_fraction: 0.2, split: {kind: group, column: who}",
    "times": "test_fraction: 0.2, split: {kind: time, column: when}",
}  # fmt: skip


def table(folder: Path, rows: int = 120, parts: dict[int, str] | None = None) -> Path:
    """Three classes, 12 persons, increasing times; with the parts of rows, if they are given."""
    rng = np.random.default_rng(0)
    classes = np.arange(rows) % 3
    values = rng.normal(size=(rows, 2)) + 1.5 * np.stack([classes, -classes], 1)
    lines = ["a,b,who,when,label" + (",part" if parts else "")]
    for row, ((a, b), label) in enumerate(zip(values, classes, strict=True)):
        day = f"{2000 + row // 12:04d}-{row % 12 + 1:02d}-01"
        end = f",{parts.get(row, '')}" if parts else ""
        lines.append(f"{a:.6f},{b:.6f},person {row // 3 % 12},{day},class {label}{end}")
    path = folder / "table.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def prepared(folder: Path, keys: str = SPLITS["random"], *changes: str, path: Path | None = None) -> Prepared:
    config = folder / "config.yaml"
    config.write_text(IRIS.replace("TABLE", str(path or table(folder))).replace("KEYS", "features: [a, b], " + keys))
    return prepare(config, [override_in(change, f"--set {change}") for change in changes])


def drawn(base: Prepared, dataset: Dataset, trial: int) -> Split:
    return held_out_parts(base, base.experiment.all_seeds)(dataset, base.experiment.dataset, trial)


@pytest.mark.parametrize("keys", SPLITS.values(), ids=SPLITS)
def test_samples_come_from_the_training_part_of_the_run_alone(tmp_path: Path, keys: str) -> None:
    base = prepared(tmp_path, keys)
    dataset = load(base.experiment.dataset)
    for trial in range(5):
        run = parts_of(dataset, base.experiment.dataset, base.experiment.all_seeds[trial % 2])
        parts = drawn(base, dataset, trial)
        assert sorted([*parts.train, *parts.test]) == sorted(run.train)
        assert np.array_equal(parts.validation, run.validation)
        assert 0.15 * len(run.train) <= len(parts.test) <= 0.35 * len(run.train)
        assert set(dataset.targets[parts.train]) == {0, 1, 2}


def test_more_trials_than_seeds_hold_out_other_samples(tmp_path: Path) -> None:
    base = prepared(tmp_path)
    dataset = load(base.experiment.dataset)
    held = [tuple(drawn(base, dataset, trial).test) for trial in range(6)]
    assert len(set(held)) == 6
    assert held == [tuple(drawn(base, dataset, trial).test) for trial in range(6)]


def test_groups_stay_together_and_the_latest_are_held_out(tmp_path: Path) -> None:
    base = prepared(tmp_path, SPLITS["groups"])
    dataset = load(base.experiment.dataset)
    labels, parts = dataset.split_labels, drawn(base, dataset, 0)
    assert labels is not None
    assert not set(labels[parts.train]) & set(labels[parts.test])
    base = prepared(tmp_path, SPLITS["times"])
    dataset = load(base.experiment.dataset)
    labels, parts = dataset.split_labels, drawn(base, dataset, 0)
    assert labels is not None
    assert labels[parts.train].max() < labels[parts.test].min()


def in_a_column(folder: Path, base: Prepared, trial: int) -> Prepared:
    """An experiment of one seed whose table says the parts that a trial has."""
    parts = drawn(base, load(base.experiment.dataset), trial)
    names = {"train": parts.train, "validation": parts.validation, "test": parts.test}
    by_row = {int(row): name for name, rows in names.items() for row in rows}
    rows = {row: by_row.get(row, "train") for row in range(120)}
    kept = [row for row in range(120) if row in by_row]
    path = table(folder, parts=rows)
    lines = path.read_text().splitlines()
    path.write_text("\n".join([lines[0], *(lines[1 + row] for row in kept)]) + "\n")
    return prepared(folder, "split: {kind: column, column: part}", path=path)


@pytest.mark.parametrize("trial", [0, 3])
@pytest.mark.parametrize("keys", [SPLITS["random"], SPLITS["validated"], SPLITS["groups"]])
def test_scores_are_those_of_a_plain_training_on_the_same_rows(tmp_path: Path, trial: int, keys: str) -> None:
    base = prepared(tmp_path, keys)
    found = rehearse(base, [base], load(base.experiment.dataset), range(70, 75))[0]
    (tmp_path / "plain").mkdir()
    plain = in_a_column(tmp_path / "plain", base, trial)
    text = (tmp_path / "plain" / "config.yaml").read_text().replace("seeds: 2", f"seed: {70 + trial}")
    (tmp_path / "results").mkdir()
    row = new(tmp_path / "results", text).finish().trials[0]
    when = "best" if plain.sizes.validation else "final"
    assert found.scores_S[trial] == pytest.approx(row[f"{when}_test_accuracy"], abs=1e-12)
    assert found.losses_S[trial] == pytest.approx(row[f"{when}_test_loss"], rel=1e-5)


def test_a_variant_is_what_it_is_alone(tmp_path: Path) -> None:
    variants = [prepared(tmp_path, SPLITS["random"], f"optimizer.learning_rate={rate}") for rate in (0.01, 0.1, 1)]
    dataset = load(variants[0].experiment.dataset)
    together = rehearse(variants[0], variants, dataset, range(3))
    for variant, found in zip(variants, together, strict=True):
        (alone,) = rehearse(variants[0], [variant], dataset, range(3))
        assert np.array_equal(alone.losses_S, found.losses_S)


def test_a_variant_may_use_other_columns(tmp_path: Path) -> None:
    base, fewer = prepared(tmp_path), prepared(tmp_path, SPLITS["random"], "dataset.features=[a]")
    dataset = load(base.experiment.dataset)
    (both,) = rehearse(base, [base], dataset, range(3))
    (one,) = rehearse(base, [fewer], load(fewer.experiment.dataset), range(3))
    (alone,) = rehearse(fewer, [fewer], load(fewer.experiment.dataset), range(3))
    assert np.array_equal(one.losses_S, alone.losses_S)
    assert one.scores_S.mean() < both.scores_S.mean()


def test_what_diverges_counts_as_the_worst(tmp_path: Path) -> None:
    change = ("optimizer.learning_rate=1e20", "model.activation=relu", "training.epochs=30")
    (found,) = rehearse(
        base := prepared(tmp_path), [prepared(tmp_path, SPLITS["random"], *change)], load(base.experiment.dataset), [0]
    )
    assert found.diverged_S.tolist() == [True]
    assert found.losses_S.tolist() == [np.inf]
    assert found.scores_S.tolist() == [0.0]


def test_early_stopping_selects_on_samples_of_its_own(tmp_path: Path) -> None:
    changes = ("dataset.validation_fraction=0.2", "training.early_stopping={patience: 2}", "training.epochs=60")
    base = prepared(tmp_path)
    stopping = prepared(tmp_path, SPLITS["random"], *changes, "optimizer.learning_rate=1")
    dataset = load(base.experiment.dataset)
    (found,) = rehearse(base, [stopping], dataset, [0, 1, 2])
    for curve, place, loss in zip(found.curves, found.kept_S, found.losses_S, strict=True):
        assert place == curve["validation_loss"].argmin()
        assert loss == curve["test_loss"][place]
    held = drawn(base, dataset, 0).test
    parts = held_out_parts(base, [0])(dataset, stopping.experiment.dataset, 0)
    assert np.array_equal(parts.test, held)
    assert len(parts.validation) > 0 and not set(parts.validation) & set(held)


def test_time_is_limited(tmp_path: Path) -> None:
    base = prepared(tmp_path)
    with pytest.raises(TookTooLong):
        rehearse(base, [base], load(base.experiment.dataset), [0], most_seconds=0.0)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000))
def test_inputs_are_standardized_by_what_is_trained_on(trial: int) -> None:
    base = prepare(CONFIGS / "iris/mlp.yaml")
    dataset = load(base.experiment.dataset)
    (samples,) = samples_of_trials(base, dataset, [trial], 1)
    begin, end = samples.sizes.bounds["train"]
    inputs = samples.part(begin, end)[0][0].double()
    assert inputs.mean(0).abs().max() < 1e-5
    assert torch.allclose(inputs.std(0, unbiased=False), torch.ones(4, dtype=torch.float64), atol=1e-5)


def test_too_few_samples_are_said(tmp_path: Path) -> None:
    words = ("dataset.samples=4", "dataset.test_fraction=0.5", "training.batch_size=full")
    base = prepare(CONFIGS / "synthetic/xor.yaml", [override_in(word, "--set") for word in words])
    with pytest.raises(DataError, match="too few"):
        rehearse(base, [base], load(base.experiment.dataset), [0])


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_on_a_card_scores_are_those_of_the_cpu(tmp_path: Path) -> None:
    base = prepared(tmp_path)
    on_card = prepared(tmp_path, SPLITS["random"], "device=cuda")
    (here,), (there,) = (rehearse(each, [each], load(base.experiment.dataset), range(3)) for each in (base, on_card))
    assert there.losses_S == pytest.approx(here.losses_S, rel=1e-4)
