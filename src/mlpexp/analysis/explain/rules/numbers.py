"""The numbers that verdicts rest on, and those that most of them name."""

from collections.abc import Callable

from mlpexp.analysis.explain.examination import Examination

Numbers = dict[str, float | str]
Rule = Callable[[Examination], Numbers | None]


def scored(trial: Examination, **numbers: float | str) -> Numbers:
    """Numbers of a rule, with the scores of the run and of the best reference."""
    own = {} if trial.own is None else {"held_score": trial.own.score}
    return {
        **numbers,
        **own,
        "train_score": trial.train_score,
        "score": trial.score_name,
        "reference": trial.references.best_name,
        "best": trial.references.best,
        "held": float(trial.references.num_held),
    }
