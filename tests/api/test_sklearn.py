"""The estimators for scikit-learn: their contract with it, and that they are the networks of ``mlpexp.train``."""

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.datasets import load_iris, make_regression
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

import mlpexp
from mlpexp.sklearn import MLPClassifier, MLPRegressor

EXCEPTIONS: dict[str, str] = {}
"""Checks of scikit-learn that fail, each with the reason in words: there are none."""


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def iris() -> tuple[np.ndarray, np.ndarray]:
    X, y = load_iris(return_X_y=True)
    return X, np.array(["setosa", "versicolor", "virginica"])[y]


@pytest.mark.slow
@parametrize_with_checks(
    [MLPClassifier(epochs=30, batch_size=8), MLPRegressor(epochs=30, batch_size=8)],
    expected_failed_checks=lambda estimator: EXCEPTIONS,
)
def test_checks_of_scikit_learn(estimator: Any, check: Any) -> None:
    check(estimator)


def test_a_classifier_says_classes_and_probabilities(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    X, y = iris()
    model = MLPClassifier(epochs=30, random_state=0).fit(X, y)
    chances = model.predict_proba(X)
    assert model.score(X, y) > 0.9
    np.testing.assert_allclose(chances.sum(axis=1), 1, atol=1e-6)
    assert (model.classes_[chances.argmax(axis=1)] == model.predict(X)).all()
    again = MLPClassifier(epochs=30, random_state=0).fit(X, y).predict_proba(X)
    assert (again == chances).all()
    assert list(tmp_path.iterdir()) == []
    assert capfd.readouterr() == ("", "")


def test_seeds_are_an_ensemble_whose_outputs_are_averaged() -> None:
    X, y = iris()
    model = MLPClassifier(epochs=3, seeds=3, random_state=1).fit(X, y)
    assert len(model.modules_) == 3
    alone = []
    for module in model.modules_:
        one = pickle.loads(pickle.dumps(model))
        one.modules_ = [module]
        alone.append(one.predict_proba(X))
    assert not np.allclose(alone[0], alone[1])
    np.testing.assert_allclose(model.predict_proba(X), np.mean(alone, axis=0), atol=1e-12)


def test_eleven_classes_are_in_their_order() -> None:
    y = np.repeat(np.arange(11), 12)
    X = np.stack([y, y % 4], axis=1).astype(float)
    model = MLPClassifier((32,), epochs=150, random_state=0).fit(X, y)
    assert (model.classes_ == np.arange(11)).all()
    assert model.score(X, y) > 0.9


def test_a_regressor_predicts_in_the_unit_of_the_data() -> None:
    X, y = make_regression(200, 4, noise=1, random_state=0)
    model = MLPRegressor(epochs=100, seeds=2, random_state=0).fit(X, 1e6 + 100 * y)
    assert model.score(X, 1e6 + 100 * y) > 0.95


def test_a_folder_is_written_where_it_is_asked_for(tmp_path: Path) -> None:
    X, y = iris()
    model = MLPClassifier(epochs=3, random_state=0, runs_dir=tmp_path / "runs").fit(X, y)
    assert isinstance(model.result_, mlpexp.Result)
    assert [path.name for path in (tmp_path / "runs").iterdir()] == [model.result_.path.name]
    assert model.result_.config["dataset"]["test_fraction"] == 0


def test_a_whole_config_and_further_keys() -> None:
    X, y = iris()
    model = MLPClassifier(config="iris/mlp", epochs=2, set={"hidden_sizes": [5, 4]}, random_state=0).fit(X, y)
    assert [tuple(weight.shape) for weight in model.module_.parameters() if weight.ndim == 2] == [
        (5, 4),
        (4, 5),
        (3, 4),
    ]
    with pytest.raises(
        mlpexp.InputError, match=r"train\(learning_rate=-1\): optimizer.learning_rate: should be above 0"
    ):
        MLPClassifier(learning_rate=-1).fit(X, y)


def test_early_stopping_holds_rows_out(tmp_path: Path) -> None:
    X, y = iris()
    model = MLPClassifier(epochs=50, early_stopping=True, random_state=0, runs_dir=tmp_path).fit(X, y)
    assert "validation_loss" in model.result_.metrics
    assert model.result_.config["dataset"]["validation_fraction"] == 0.1


def test_one_class_is_refused_in_a_sentence() -> None:
    with pytest.raises(ValueError, match="y holds only one class, a; a classifier needs two classes or more"):
        MLPClassifier().fit(np.eye(3), ["a", "a", "a"])


def test_networks_that_diverge_are_a_warning(capfd: pytest.CaptureFixture[str]) -> None:
    X, y = make_regression(60, 2, random_state=0)
    with pytest.warns(ConvergenceWarning, match="1 of 1 networks diverged; a smaller learning_rate may help"):
        MLPRegressor(optimizer="sgd", learning_rate=1e6, epochs=20, random_state=0).fit(X, y)
    assert capfd.readouterr() == ("", "")


def test_a_config_of_folds_is_trained_on_all_rows() -> None:
    X, y = iris()
    config = {
        "dataset": {"name": "iris", "split": "k_fold"},
        "model": {"name": "mlp", "hidden_sizes": [4]},
        "optimizer": {"name": "adam", "learning_rate": 0.01},
        "training": {"epochs": 1, "batch_size": "full"},
    }
    assert MLPClassifier(config=config).fit(X, y).predict(X).shape == (150,)


@pytest.mark.slow
def test_pipelines_searches_and_cross_validation() -> None:
    X, y = load_iris(return_X_y=True, as_frame=True)
    assert isinstance(X, pd.DataFrame)
    pipeline = make_pipeline(StandardScaler(), MLPClassifier(epochs=10, random_state=0))
    search = GridSearchCV(pipeline, {"mlpclassifier__learning_rate": [1e-6, 0.03]}, cv=3).fit(X, y)
    assert search.best_params_ == {"mlpclassifier__learning_rate": 0.03}
    model = clone(MLPClassifier(epochs=20, random_state=0))
    assert cross_val_score(model, X, y, cv=3).mean() > 0.8
    model.fit(X, y)
    assert list(model.feature_names_in_) == list(X.columns)
    copy = pickle.loads(pickle.dumps(model))
    assert (copy.predict_proba(X) == model.predict_proba(X)).all()
