"""Estimators for scikit-learn: networks that fit into its pipelines, searches and cross-validation.

``fit`` is ``mlpexp.train`` on all rows; nothing is printed, and no folder stays unless ``runs_dir`` is given.
"""

import warnings
from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_random_state
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, column_or_1d, validate_data

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from mlpexp.export.plain_module import TrainedModule

NEVER = 1_000_000  # epochs from one evaluation to the next: the last epoch has one
BATCH_SIZE = 32


PARAMETERS = """    Args:
        hidden_sizes: Units of each hidden layer.
        activation: Of the hidden layers.
        learning_rate: Step size.
        batch_size: Samples of a step, at most all of them; or ``"full"``.
        epochs: Passes over the rows.
        optimizer: Name of it, or a dictionary with its keys.
        l2_penalty: Factor of half the squared norm of the weights, added to the loss.
        loss: What is minimized.
        init: How weights begin.
        schedule: Of the learning rate: a name, or a dictionary with its keys.
        early_stopping: Whether a part of the rows is held out, and training stops when its loss gets no better.
        validation_fraction: Share of that part.
        seeds: Number of networks; they are an ensemble, whose outputs are averaged.
        random_state: An integer for equal networks each time; None: others each time.
        config: A whole config, as ``mlpexp.train`` takes it; what is None above stays as it says. None: a network with one
            hidden layer of 16 units, ReLU, Adam with a learning rate of 0.01, batches of 32 and 100 epochs.
        set: Further keys of the config, such as ``{"model.dropout": 0.2}``.
        runs_dir: Where a folder of the result is written; None: none is.
"""


class _Network(BaseEstimator):  # type: ignore[misc]
    """What both estimators share: parameters, training, and outputs as means over seeds."""

    def __init_subclass__(cls) -> None:
        """Lists the parameters in the documentation of an estimator."""
        cls.__doc__ = f"{cls.__doc__}\n{PARAMETERS}"

    def __init__(
        self,
        hidden_sizes: Sequence[int] | None = None,
        activation: Any = None,
        learning_rate: float | None = None,
        batch_size: int | str | None = None,
        epochs: int | None = None,
        optimizer: Any = None,
        l2_penalty: float | None = None,
        loss: Any = None,
        init: Any = None,
        schedule: Any = None,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        seeds: int = 1,
        random_state: Any = None,
        config: Any = None,
        set: Mapping[str, Any] | None = None,
        runs_dir: str | PathLike[str] | None = None,
    ) -> None:
        self.hidden_sizes = hidden_sizes
        self.activation = activation
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.epochs = epochs
        self.optimizer = optimizer
        self.l2_penalty = l2_penalty
        self.loss = loss
        self.init = init
        self.schedule = schedule
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.seeds = seeds
        self.random_state = random_state
        self.config = config
        self.set = set
        self.runs_dir = runs_dir

    def _train(self, inputs: np.ndarray, targets: np.ndarray, task: str) -> None:
        """Trains on all rows.

        Args:
            inputs: ``(N, F)`` float64.
            targets: ``(N,)``.
            task: ``classification`` or ``regression``.
        """
        from mlpexp.api.result import Result
        from mlpexp.api.training import train

        with _folder(self.runs_dir) as folder:
            result = train(
                self.config,
                data=(inputs, targets),
                set=self._changes(task),
                seeds=self.seeds,
                seed=int(check_random_state(self.random_state).randint(2**31 - 1)),
                epochs=self.epochs,
                learning_rate=self.learning_rate,
                batch_size=self._batch_size(len(inputs)),
                hidden_sizes=self.hidden_sizes,
                activation=self.activation,
                init=self.init,
                optimizer=self.optimizer,
                loss=self.loss,
                runs_dir=folder,
                plots=(),
                quiet=True,
            )
            self._warn(result.trials)
            silent = Result(result.path, quiet=True)
            self.modules_ = [silent.module(seed=seed) for seed in silent.seeds]
        if self.runs_dir is not None:
            self.result_ = result

    def _warn(self, trials: "pd.DataFrame") -> None:
        """Warns of networks that did not end well."""
        num_bad = int((trials["status"] != "finished").sum())
        if num_bad:
            what = f"{num_bad} of {len(trials)} networks diverged; a smaller learning_rate may help"
            warnings.warn(what, ConvergenceWarning, stacklevel=4)

    def _batch_size(self, num_rows: int) -> int | str | None:
        """At most the number of rows; None: as the config says."""
        if isinstance(self.batch_size, str) or (self.batch_size is None and self.config is not None):
            return self.batch_size
        num_training = int(num_rows * (1 - self.validation_fraction)) if self.early_stopping else num_rows
        return min(int(self.batch_size or BATCH_SIZE), max(1, num_training))

    def _changes(self, task: str) -> dict[str, Any]:
        """Keys of the config that no word of ``train`` stands for."""
        changes: dict[str, Any] = {
            "dataset.task": task,
            "dataset.split": "random",
            "dataset.test_fraction": 0.0,
        }
        if self.early_stopping:
            changes |= {"dataset.validation_fraction": self.validation_fraction, "training.early_stopping": {}}
        else:
            changes |= {"dataset.validation_fraction": 0.0, "training.evaluate_every": NEVER}
        more = {"optimizer.l2_penalty": self.l2_penalty, "schedule": self.schedule}
        return {**changes, **{key: value for key, value in more.items() if value is not None}, **(self.set or {})}

    def _outputs(self, X: Any) -> np.ndarray:
        """The mean of the outputs over seeds, ``(N, K)`` of classes or ``(N, 1)``."""
        from mlpexp.export.plain_module import mean_outputs

        check_is_fitted(self)
        return mean_outputs(self.modules_, validate_data(self, X, dtype=np.float64, reset=False))

    @property
    def module_(self) -> "TrainedModule":
        """The network of the first seed, a ``torch.nn.Module`` that takes raw inputs."""
        check_is_fitted(self)
        return self.modules_[0]


@contextmanager
def _folder(runs_dir: str | PathLike[str] | None) -> "Iterator[Path]":
    """Where the result is written: as it was asked for, else into a folder that goes."""
    if runs_dir is not None:
        yield Path(runs_dir)
        return
    with TemporaryDirectory(prefix="mlpexp-") as folder:
        yield Path(folder)


class MLPClassifier(ClassifierMixin, _Network):  # type: ignore[misc]
    """A network, or an ensemble of some, that says to which class a row belongs.

    After ``fit`` there are ``classes_``, ``n_features_in_``, ``modules_`` (one for each seed), ``module_`` (the first), and
    with ``runs_dir`` also ``result_``.
    """

    def fit(self, X: Any, y: Any) -> Self:
        """Trains the networks.

        Args:
            X: ``(N, F)``, finite numbers.
            y: ``(N,)``, a label for each row.

        Raises:
            ValueError: They cannot be used.
            InputError: A parameter cannot be used.
            RunError: No network could be trained.
        """
        X, y = validate_data(self, X, y, dtype=np.float64)
        check_classification_targets(y)
        self.classes_, labels = np.unique(column_or_1d(y, warn=True), return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError(f"y holds only one class, {self.classes_[0]}; a classifier needs two classes or more")
        self._train(X, labels, "classification")
        return self

    def predict_proba(self, X: Any) -> np.ndarray:
        """The probability of each class, ``(N, K)`` in the order of ``classes_``."""
        outputs = self._outputs(X)
        order = np.argsort([int(name) for name in self.module_.classes])
        return outputs[:, order]

    def predict(self, X: Any) -> np.ndarray:
        """The class of each row, ``(N,)``."""
        places = self.predict_proba(X).argmax(axis=1)
        return self.classes_[places]


class MLPRegressor(RegressorMixin, _Network):  # type: ignore[misc]
    """A network, or an ensemble of some, that predicts a number for each row.

    Numbers are standardized to be learned; predictions are in their own unit.

    After ``fit`` there are ``n_features_in_``, ``modules_`` (one for each seed), ``module_`` (the first), and with
    ``runs_dir`` also ``result_``.
    """

    def fit(self, X: Any, y: Any) -> Self:
        """Trains the networks.

        Args:
            X: ``(N, F)``, finite numbers.
            y: ``(N,)``, a number for each row.

        Raises:
            ValueError: They cannot be used.
            InputError: A parameter cannot be used.
            RunError: No network could be trained.
        """
        X, y = validate_data(self, X, y, dtype=np.float64, y_numeric=True)
        self._train(X, column_or_1d(y, warn=True).astype(np.float64), "regression")
        return self

    def predict(self, X: Any) -> np.ndarray:
        """The number of each row, ``(N,)``."""
        return self._outputs(X)[:, 0]
