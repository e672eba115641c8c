"""Which arm of a result is used: the one that is named, else the only one, else the best on validation data."""

from collections.abc import Callable, Sequence

from mlpexp.asking import either, keyword
from mlpexp.config.experiment import Experiment
from mlpexp.config.scores import column_of
from mlpexp.config.som import Som
from mlpexp.errors import InputError
from mlpexp.results.arm_named import all_arms, arm_named
from mlpexp.results.result import ArmResult, Result
from mlpexp.statistics.best_arm import best_arm

Say = Callable[[str], None]


def chosen_arm(result: Result, text: str | None = None, say: Say = lambda sentence: None) -> int:
    """The number of an arm. None is chosen by its test scores unless it is named.

    Args:
        result: That has ended.
        text: Its number, label, settings (``learning_rate=0.1``), or a value that no other arm has; None: not said.
        say: Is told which one is chosen, where there are several.

    Raises:
        InputError: It has not ended, the text names no arm or several, or nothing says which one is best.
    """
    if text is not None:
        return arm_named(result, text, "arm")
    if result.summary.num_arms == 1:
        return 0
    best = best_by_validation(result)
    if best is None:
        lacking = "validation part" if "validation" not in result.summary.parts else "validation score"
        number = result.summary.num_arms
        raise InputError(f"{keyword('arm')}: this sweep has {number} arms and no {lacking}; choose: {all_arms(result)}")
    score = result.summary.metric.score.label
    arm = f"arm {best} ({result.planned_arms[best].label})"
    say(f"{arm} is the best of {result.summary.num_arms} by validation {score}; {keyword('arm')} names another")
    return best


def refuse_map(arm: ArmResult, experiment: Experiment) -> None:
    """Refuses an arm whose model is a map.

    Raises:
        InputError: It is.
    """
    if isinstance(experiment.model, Som):
        what = f"a map predicts nothing; {either('`mlpexp show`', '.conclusions')} says what it found"
        raise InputError(f"{arm.result.path}: model.name: som: {what}")


def best_by_validation(result: Result) -> int | None:
    """The best arm by what arms are compared by, but on the validation part, at the selected epoch; None: nothing says which.

    Raises:
        InputError: It has not ended.
        RunError: A file is damaged.
    """
    summary = result.summary
    if "validation" not in summary.parts:
        return None
    column = f"best_validation_{summary.metric.score.name}"
    known = column_of(column)
    trials = result.finished_trials()
    if known is None or column not in trials.columns:
        return None
    values = trials.pivot(index="arm", columns="seed", values=column).sort_index().to_numpy(float)
    return best_arm(values, known.score.higher_is_better)


def chosen_seeds(arm: ArmResult, seed: int | None = None, say: Say = lambda sentence: None) -> list[int]:
    """The seeds whose networks are used: the one that is named, else all that ended well.

    Args:
        arm: Of a result that has ended.
        seed: None: not said.
        say: Is told of those that are left out, and of one that is named though it did not end well.

    Raises:
        InputError: None ended well.
    """
    trials = arm.result.finished_trials()
    of_arm = trials[trials["arm"] == arm.number]
    statuses = dict(zip(of_arm["seed"].tolist(), of_arm["status"].tolist(), strict=True))
    bad = [number for number, status in statuses.items() if status in ("failed", "diverged")]
    if seed is not None:
        if seed in bad:
            say(f"seed {seed} did not end well; its network is that of the last epoch that could be kept")
        return [seed]
    if len(bad) == len(statuses):
        raise InputError(
            f"{keyword('arm', arm.number)}: none of its trials ended well; "
            f"{either('`mlpexp show`', '.trials')} says how they did"
        )
    if bad:
        left_out = f"left out: seed{'s' * (len(bad) > 1)} {', '.join(map(str, bad))}, which did not end well"
        say(f"{left_out}; {keyword('seed')} takes one alone")
    return [number for number in statuses if number not in bad]


def usable_seeds(arm: ArmResult, seeds: Sequence[int] | None) -> list[int]:
    """The seeds that have networks: those that are named, else all.

    Raises:
        InputError: The result has not ended, or a seed is none of it or failed.
    """
    trials = arm.result.finished_trials()
    of_arm = trials[trials["arm"] == arm.number]
    statuses = dict(zip(of_arm["seed"].tolist(), of_arm["status"].tolist(), strict=True))
    usable = [seed for seed, status in statuses.items() if status != "failed"]
    if not usable:
        raise InputError(f"{keyword('arm', arm.number)}: all its trials failed; trials.csv says why")
    wrong = next((seed for seed in seeds or () if seed not in usable), None)
    if wrong is not None:
        what = "failed; trials.csv says why" if wrong in statuses else "is none of this result"
        raise InputError(f"{keyword('seed', wrong)}: {what}; choose one of {', '.join(map(str, usable[:20]))}")
    return usable if seeds is None else list(seeds)
