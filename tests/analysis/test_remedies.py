"""What is advised for each verdict: changes that the config rules allow, that change something, and that suit its cause."""

from pathlib import Path
from typing import Any

import pytest

from making.configs import CNN, SELECTED, SINE
from making.sentences import too_long
from mlpexp.analysis.explain.remedies import REMEDIES
from mlpexp.analysis.explain.remedy import Setting
from mlpexp.analysis.explain.suggestions import changed_by, suggestions
from mlpexp.analysis.explain.verdicts import RULES, Numbers, Verdict
from mlpexp.config.dump import identity
from mlpexp.config.yaml_source import override_in
from mlpexp.planning.prepare import Preparation, Prepared, prepare

MLP = """\
dataset: {name: iris}
model: {name: mlp, hidden_sizes: [8, 8], activation: tanh}
optimizer: {name: sgd, learning_rate: 0.1}
training: {epochs: 20}
"""
LENET = """\
dataset: {name: digits}
model: {name: cnn4}
optimizer: {name: adam}
"""
CONFIGS = {"mlp": MLP, "selected": SELECTED, "regression": SINE, "cnn": CNN}
LINEAR, ALL_ZERO = "model.hidden_sizes=[]", "model.init=zeros"

# A config in that trouble, numbers of the verdict, and the changes that come first.
FIRST: dict[str, tuple[list[str], Numbers, list[dict[str, Any]]]] = {
    "symmetric_units": ([ALL_ZERO], {}, [{"model.init": "xavier_uniform"}]),
    "linear_network": (
        [LINEAR], {}, [{"model.hidden_sizes": [16], "model.activation": "relu", "model.init": "he_normal"}],
    ),
    "unscaled_inputs": (["dataset.standardize=false"], {}, [{"dataset.standardize": True}, {"dataset.scale": "minmax"}]),
    "exploding_gradient": (["model.init={name: normal, std: 5.0}"], {}, [{"model.init": "xavier_uniform"}]),
    "saturation": (["model.init={name: normal, std: 5.0}"], {}, [{"model.init": "xavier_uniform"}]),
    "vanishing_gradient": (
        ["model.activation=sigmoid"], {}, [{"model.activation": "relu", "model.init": "he_normal"}, {"model.batch_norm": True}],
    ),
    "learning_rate_too_large": (
        ["optimizer.learning_rate=20"], {"limit": 0.1, "start": 5.0},
        [{"optimizer.learning_rate": 0.2}, {"training.gradient_clip": 1}],
    ),
    "dead_relu": (
        ["model.activation=relu", "model.bias_init=-5"], {"before": 1.0},
        [{"model.bias_init": 0}, {"model.activation": "leaky_relu"}],
    ),
    "learning_rate_too_small": (
        ["optimizer.learning_rate=1e-5"], {"product": 1e-4}, [{"optimizer.learning_rate": 0.01}, {"optimizer.momentum": 0.9}],
    ),
    "label_noise": (
        [], {},
        [{"dataset.validation_fraction": 0.2, "training.early_stopping": {"patience": 10}}, {"optimizer.l2_penalty": 0.01}],
    ),
    "overfitting": (
        ["dataset.validation_fraction=0.2"], {},
        [{"training.early_stopping": {"patience": 10}}, {"optimizer.l2_penalty": 0.01}],
    ),
    "too_few_epochs": ([], {}, [{"training.epochs": 80}, {"optimizer.learning_rate": 0.3}]),
    "underfitting": (["optimizer.l2_penalty=5"], {}, [{"optimizer.l2_penalty": 0.05}, {"model.hidden_sizes": [32, 32]}]),
    "edge_of_stability": ([], {}, [{"optimizer.learning_rate": 0.03}]),
    "stopped_early": (
        ["dataset.validation_fraction=0.2", "training.early_stopping={patience: 1}"], {},
        [{"training.early_stopping": {"patience": 10, "min_delta": 0.0}}, {"training.early_stopping": None}],
    ),
    "clipping_too_tight": (
        ["training.gradient_clip=1e-4"], {}, [{"training.gradient_clip": None}, {"training.gradient_clip": 1}],
    ),
    "too_much_decay": (["optimizer.weight_decay=20"], {}, [{"optimizer.weight_decay": 0.2}, {"optimizer.weight_decay": 0}]),
    "too_much_dropout": (["model.dropout=0.9"], {}, [{"model.dropout": 0.2}, {"model.dropout": 0}]),
    "no_bias": (["model.bias=false"], {}, [{"model.bias": True}]),
    "imbalance": ([], {}, [{"training.class_weights": "balanced"}]),
    "small_batches": (["training.batch_size=3", "model.batch_norm=true"], {}, [{"training.batch_size": 32}]),
    "schedule_too_fast": (
        ["schedule={name: exponential, decay: 0.5}"], {},
        [{"schedule": {"name": "constant"}}, {"schedule": {"name": "cosine"}}],
    ),
}  # fmt: skip


def prepared_of(text: str, folder: Path, *changes: str) -> Prepared:
    path = folder / "config.yaml"
    path.write_text(text)
    return prepare(path, [override_in(change, change) for change in changes])


def verdict_of(kind: str, numbers: Numbers | None = None) -> Verdict:
    return Verdict(kind, (0,), 1, numbers or {})


def test_every_verdict_has_a_row() -> None:
    assert {*RULES, "converged"} <= set(REMEDIES)
    assert [kind for kind, rows in REMEDIES.items() if not rows] == ["converged"]


@pytest.mark.parametrize("kind", FIRST)
def test_what_comes_first(kind: str, tmp_path: Path) -> None:
    changes, numbers, expected = FIRST[kind]
    found = suggestions(verdict_of(kind, numbers), prepared_of(MLP, tmp_path, *changes))
    assert [dict(each.remedy.changes) for each in found][: len(expected)] == expected


def test_where_the_first_steps_made_it_worse_a_smaller_rate_comes_first(tmp_path: Path) -> None:
    own = prepared_of(MLP, tmp_path, "optimizer={name: adam, learning_rate: 3}")
    at_once, later = (suggestions(verdict_of("overfitting", {"epoch": epoch}), own) for epoch in (0.0, 7.0))
    assert [each.remedy.changes for each in at_once[:2]] == [{"optimizer.learning_rate": rate} for rate in (0.3, 0.03)]
    assert all("optimizer.learning_rate" not in each.remedy.changes for each in later)


@pytest.mark.parametrize("config", CONFIGS)
@pytest.mark.parametrize("kind", REMEDIES)
def test_each_changes_what_is_computed_by_the_rules_of_the_config(kind: str, config: str, tmp_path: Path) -> None:
    own = prepared_of(CONFIGS[config], tmp_path)
    found = suggestions(verdict_of(kind), own)
    computed = [identity(each.prepared.experiment) for each in found if each.prepared]
    assert len({identity(own.experiment), *computed}) == 1 + len(computed)
    for each in found:
        assert (each.prepared is None) == (not each.remedy.changes)
        assert too_long(each.remedy.phrase) == []
        assert each.remedy.phrase.count("`") >= 2 * len(each.remedy.changes)


@pytest.mark.parametrize("kind", FIRST)
def test_no_row_is_refused_where_it_is_for(kind: str, tmp_path: Path) -> None:
    """A mistyped key would be left out without a word."""
    changes, numbers, _ = FIRST[kind]
    own = prepared_of(MLP, tmp_path, *changes)
    for row in REMEDIES[kind]:
        remedy = row(Setting(numbers, own))
        if remedy and remedy.changes:
            assert changed_by(remedy.changes, own, Preparation()).facts.task == own.facts.task


def test_numbers_of_a_table(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text("a,b,y\n" + "".join(f"{i},{i * i % 7},{1e5 * i}\n" for i in range(40)))
    text = "dataset: {name: csv, path: table.csv, target: {column: y, standardize: false}}\nmodel: {name: mlp}\n"
    own = prepared_of(text + "optimizer: {name: adam}\ntraining: {batch_size: 8}\n", tmp_path)
    found = suggestions(verdict_of("unscaled_target"), own)
    assert found[0].remedy.changes == {"dataset.target.standardize": True}
    without = suggestions(verdict_of("outliers", {"column": "a"}), own)
    assert without[0].remedy.phrase == "without this column: `dataset.exclude: [a]`"
    assert without[-1].prepared is None


def test_extreme_cells_of_a_table_as_missing(tmp_path: Path) -> None:
    rows = [f"{i},{i * i % 7},{'yes' if i % 2 else 'no'},{'test' if i > 50 else 'train'}" for i in range(60)]
    rows[3], rows[8], rows[55] = "1e6,1,yes,train", "8,-2e7,no,train", "5e9,1,yes,test"
    (tmp_path / "table.csv").write_text("\n".join(["a,b,y,part", *rows]) + "\n")
    text = "dataset: {name: csv, path: table.csv, target: y, split: {kind: column, column: part}}\nmodel: {name: mlp}\n"
    own = prepared_of(text + "optimizer: {name: adam}\ntraining: {batch_size: 8}\n", tmp_path)
    first = suggestions(verdict_of("outliers", {"column": "a"}), own)[0]
    assert first.remedy.changes == {
        "dataset.missing_values": [1e6, -2e7],  # what is extreme in the test part alone is not looked at
        "dataset.missing": {"a": "median", "b": "median"},
    }


def test_what_a_network_does_not_have_is_not_changed(tmp_path: Path) -> None:
    own = prepared_of(LENET, tmp_path, "dataset={name: cifar10}")
    for kind in REMEDIES:
        for each in suggestions(verdict_of(kind), own):
            assert not any(key.startswith(("model.hidden", "model.layers")) for key in each.remedy.changes)


def test_layers_of_dropout_and_channels(tmp_path: Path) -> None:
    own = prepared_of(CNN, tmp_path)
    (less,) = suggestions(verdict_of("too_much_dropout"), own)
    assert less.remedy.changes == {"model.layers.2.rate": 0}
    wider = suggestions(verdict_of("underfitting"), own)
    layers = [each.remedy.changes["model.layers"] for each in wider if "model.layers" in each.remedy.changes]
    assert layers[0][0]["channels"] == 16
