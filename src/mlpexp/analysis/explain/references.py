"""What simple models of scikit-learn reach on the same samples: the ceiling that noise leaves to any network.

Axis letters: N samples, F features, S splits, K classes.
"""

import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from mlpexp.config.facts import Task

MOST_SAMPLES = 5000  # that a reference should be given to learn from
NUMBERS_OF_NEIGHBOURS = (1, 3, 5, 9, 15, 25, 45, 75)
MOST_WORK_TO_BOOST = 20_000_000  # samples x features x classes: above that, minutes
CONFIDENT = 0.4  # of the held-out samples: those whose class a reference is most sure of
RARE = 0.3  # of the samples that each class would have if all had as many
FEWEST_OF_CLASS = 60  # predictions, over all splits
CONSTANT, NEIGHBOURS, LINEAR, BOOSTED = "a constant", "nearest neighbours", "a linear model", "boosted trees"
BY_HEART = "learning by heart"


@dataclass(frozen=True, eq=False)
class HeldOutSplit:
    """Samples to learn from, and others to be judged by."""

    inputs_NF: np.ndarray
    """To learn from."""
    targets_N: np.ndarray
    """Class numbers ``(N,)``, or numbers to predict ``(N, T)``."""
    held_inputs_NF: np.ndarray
    """To be judged by."""
    held_targets_N: np.ndarray
    """The same."""
    own_unit: Callable[[np.ndarray], np.ndarray] | None = None
    """From what is learned of numbers to the unit that R² is measured in; None: the same."""


@dataclass(frozen=True)
class Errors:
    """Of a reference on held-out samples; NaN for regression."""

    share: float
    """Of the samples that it gets wrong."""
    confident: float
    """The same among those it is most sure of."""

    @property
    def evenness(self) -> float:
        """How even errors are: near 0 where classes overlap, since errors lie at the boundary; near 1 for wrong labels."""
        return self.confident / self.share if self.share > 0 else 0.0


@dataclass(frozen=True, eq=False)
class References:
    """Scores on held-out samples, accuracy or R²."""

    scores_S: dict[str, np.ndarray]
    """By name of the model, of each split."""
    num_held: int
    """Held-out samples of a split."""
    errors: Errors
    """Of the best one, over all classes."""
    errors_by_class: dict[int, Errors]
    """The same among the samples that it takes for each class; of classes with enough of them."""
    balanced: float
    """The best balanced accuracy, with a rare class that of models that weight classes; NaN for regression."""

    @property
    def means(self) -> dict[str, float]:
        """The mean score of each."""
        return {name: float(scores.mean()) for name, scores in self.scores_S.items()}

    @property
    def best_name(self) -> str:
        """The model with the highest mean score."""
        return max(self.means, key=lambda name: self.means[name])

    @property
    def best(self) -> float:
        """Its score."""
        return self.means[self.best_name]

    @property
    def constant(self) -> float:
        """The score of the majority class, or of the mean."""
        return self.means[CONSTANT]

    @property
    def curved(self) -> float:
        """The best score of a model whose boundaries may be curved."""
        return max(
            (self.means[name] for name in (NEIGHBOURS, BOOSTED, BY_HEART) if name in self.means), default=float("nan")
        )


def references_on(splits: Sequence[HeldOutSplit], task: Task) -> References:
    """Trains each reference on each split, and judges it on the held-out samples.

    Args:
        splits: At least one, of equal sizes.
        task: Classification or regression.

    References:
        Fix and Hodges (1951), "Discriminatory analysis"; Friedman (2001), "Greedy function approximation: a gradient
        boosting machine".
    """
    scores: dict[str, list[float]] = {}
    answers: dict[str, list[_Answers]] = {}
    balanced: dict[str, list[float]] = {}
    for split in map(_standardized, splits):
        for name, model in _fitted(split, task):
            predicted = model.predict(split.held_inputs_NF)
            scores.setdefault(name, []).append(_score(*_in_own_unit(predicted, split), task))
            if task == "classification":
                right = predicted == split.held_targets_N
                sureness = model.predict_proba(split.held_inputs_NF).max(1)
                answers.setdefault(name, []).append(_Answers(predicted, sureness, ~right))
                balanced.setdefault(name, []).append(_balanced(right, split.held_targets_N))
        for name, model in _weighted(split) if task == "classification" else ():
            right = model.predict(split.held_inputs_NF) == split.held_targets_N
            balanced.setdefault(name, []).append(_balanced(right, split.held_targets_N))
    by_name = {name: np.array(values) for name, values in scores.items()}
    best = max(by_name, key=lambda name: by_name[name].mean())
    top = max((float(np.mean(values)) for values in balanced.values()), default=float("nan"))
    of_best = answers.get(best, [])
    classes = {int(label) for each in of_best for label in each.predicted_N}
    by_class = {label: [each.of_class(label) for each in of_best] for label in sorted(classes)}
    enough = {
        label: each for label, each in by_class.items() if sum(len(one.wrong_N) for one in each) >= FEWEST_OF_CLASS
    }
    errors_by_class = {label: _errors(each) for label, each in enough.items()}
    return References(by_name, len(splits[0].held_targets_N), _errors(of_best), errors_by_class, top)


def without_split(inputs_NF: np.ndarray, targets_N: np.ndarray, task: Task, *, few: bool) -> References:
    """Where no samples can be held out: a constant, and of few samples what can be learned by heart.

    Args:
        inputs_NF: To learn from.
        targets_N: Class numbers ``(N,)``, or numbers to predict ``(N, T)``.
        task: Classification or regression.
        few: Whether a network should be able to learn them by heart: one answer for equal inputs.
    """
    answers = {CONSTANT: np.zeros(len(inputs_NF), dtype=int)}  # which samples get the same one
    if few:
        answers[BY_HEART] = np.unique(inputs_NF, axis=0, return_inverse=True)[1]
    scores = {
        name: np.array([_score(_best_answers(targets_N, groups_N, task), targets_N, task)])
        for name, groups_N in answers.items()
    }
    nothing = Errors(float("nan"), float("nan"))
    return References(scores, len(targets_N), nothing, {}, float("nan"))


def _best_answers(targets_N: np.ndarray, groups_N: np.ndarray, task: Task) -> np.ndarray:
    """Of each group of samples the most frequent class, or the mean."""
    answers = np.empty_like(targets_N)
    for group in np.unique(groups_N):
        of_group = targets_N[groups_N == group]
        answers[groups_N == group] = np.bincount(of_group).argmax() if task == "classification" else of_group.mean(0)
    return answers


@dataclass(frozen=True, eq=False)
class _Answers:
    """Of a classifier on the held-out samples of a split."""

    predicted_N: np.ndarray
    sureness_N: np.ndarray
    wrong_N: np.ndarray

    def of_class(self, label: int) -> "_Answers":
        """Those that name a class."""
        chosen = self.predicted_N == label
        return _Answers(self.predicted_N[chosen], self.sureness_N[chosen], self.wrong_N[chosen])

    @property
    def most_sure(self) -> np.ndarray:
        """Whether the most confident ones are wrong."""
        return self.wrong_N[np.argsort(-self.sureness_N, kind="stable")[: max(1, round(CONFIDENT * len(self.wrong_N)))]]


def _standardized(split: HeldOutSplit) -> HeldOutSplit:
    mean, std = split.inputs_NF.mean(0), split.inputs_NF.std(0)
    inputs, held = ((each - mean) / np.where(std > 0, std, 1.0) for each in (split.inputs_NF, split.held_inputs_NF))
    return replace(split, inputs_NF=inputs, held_inputs_NF=held)


def _in_own_unit(predicted: np.ndarray, split: HeldOutSplit) -> tuple[np.ndarray, np.ndarray]:
    """Predictions and targets as the score is measured."""
    if split.own_unit is None:
        return predicted, split.held_targets_N
    return split.own_unit(predicted.reshape(split.held_targets_N.shape)), split.own_unit(split.held_targets_N)


def _fitted(split: HeldOutSplit, task: Task) -> Iterator[tuple[str, Any]]:
    """The models, each fitted on the samples to learn from."""
    inputs, targets = split.inputs_NF, split.targets_N
    for name, model in (_classifiers if task == "classification" else _regressors)(inputs, targets):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a linear model that is not quite converged
            yield name, model.fit(inputs, targets)


def _classifiers(inputs: np.ndarray, targets: np.ndarray) -> Iterator[tuple[str, Any]]:
    from sklearn.dummy import DummyClassifier
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.neighbors import KNeighborsClassifier

    num_classes = len(np.unique(targets))
    yield CONSTANT, DummyClassifier()
    if num_classes > 1:
        votes = np.eye(targets.max() + 1)[targets]
        yield NEIGHBOURS, KNeighborsClassifier(_best_count(inputs, votes, lambda voted: _accuracy(voted, targets)))
        yield LINEAR, LogisticRegression(max_iter=500)
        if inputs.size * num_classes <= MOST_WORK_TO_BOOST:
            yield BOOSTED, HistGradientBoostingClassifier(**_boosting(len(inputs)))


def _weighted(split: HeldOutSplit) -> Iterator[tuple[str, Any]]:
    """With a rare class: models for which all classes count the same."""
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.linear_model import LogisticRegression

    counts = np.bincount(split.targets_N)
    counts = counts[counts > 0]
    if counts.min() >= RARE * counts.mean():
        return
    models = [LogisticRegression(max_iter=500, class_weight="balanced")]
    if split.inputs_NF.size * len(counts) <= MOST_WORK_TO_BOOST:
        models.append(HistGradientBoostingClassifier(class_weight="balanced", **_boosting(len(split.inputs_NF))))
    for model in models:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield f"weighted {type(model).__name__}", model.fit(split.inputs_NF, split.targets_N)


def _regressors(inputs: np.ndarray, targets: np.ndarray) -> Iterator[tuple[str, Any]]:
    from sklearn.dummy import DummyRegressor
    from sklearn.ensemble import HistGradientBoostingRegressor
    from sklearn.linear_model import RidgeCV
    from sklearn.multioutput import MultiOutputRegressor
    from sklearn.neighbors import KNeighborsRegressor

    yield CONSTANT, DummyRegressor()
    yield (
        NEIGHBOURS,
        KNeighborsRegressor(_best_count(inputs, targets, lambda mean: -float(np.square(mean - targets).mean()))),
    )
    yield LINEAR, RidgeCV(np.logspace(-3, 3, 13))
    if inputs.size <= MOST_WORK_TO_BOOST:
        yield BOOSTED, MultiOutputRegressor(HistGradientBoostingRegressor(**_boosting(len(inputs))))


def _boosting(num_samples: int) -> dict[str, Any]:
    leaf = max(2, min(20, num_samples // 20))
    return {"max_iter": 50, "max_leaf_nodes": 15, "min_samples_leaf": leaf, "early_stopping": False, "random_state": 0}


def _best_count(inputs: np.ndarray, values: np.ndarray, score: Callable[[np.ndarray], float]) -> int:
    """The number of neighbours whose mean predicts each sample best from the others."""
    from sklearn.neighbors import NearestNeighbors

    most = min(NUMBERS_OF_NEIGHBOURS[-1], len(inputs) - 1)
    near = NearestNeighbors(n_neighbors=most).fit(inputs).kneighbors(return_distance=False)  # others only
    counts = [count for count in NUMBERS_OF_NEIGHBOURS if count <= most]
    return max(counts, key=lambda count: score(values[near[:, :count]].mean(1)))


def _accuracy(votes: np.ndarray, targets: np.ndarray) -> float:
    return float((votes.argmax(1) == targets).mean())


def _score(predicted: np.ndarray, targets: np.ndarray, task: Task) -> float:
    """Accuracy, or R² with the mean of the variances of several targets."""
    if task == "classification":
        return float((predicted == targets).mean())
    variance = targets.var(axis=0).mean()
    return float(1 - np.square(predicted.reshape(targets.shape) - targets).mean() / variance) if variance > 0 else 0.0


def _balanced(right: np.ndarray, targets: np.ndarray) -> float:
    return float(np.mean([right[targets == label].mean() for label in np.unique(targets)]))


def _errors(answers: Sequence[_Answers]) -> Errors:
    """Pooled over the splits."""
    if not answers:
        return Errors(float("nan"), float("nan"))
    wrong, confident = (np.concatenate(each) for each in zip(*((a.wrong_N, a.most_sure) for a in answers), strict=True))
    return Errors(float(wrong.mean()), float(confident.mean()))
