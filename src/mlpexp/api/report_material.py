"""What a report needs beside the files of a result: networks measured once more, and the samples that they get wrong."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mlpexp.errors import InputError, RunError
from mlpexp.execution.environment import without_places

if TYPE_CHECKING:
    from mlpexp.analysis.explain.verdicts import Verdict
    from mlpexp.results.arm_choice import Say
    from mlpexp.results.mistaken_samples import MistakenSamples
    from mlpexp.results.result import ArmResult, Result

MOST_WORK = 5e9  # multiplications of one pass over the samples by which the curvature is found in two times twenty


def why(arm: "ArmResult", data_dir: str | None, say: "Say", most_work: float = MOST_WORK) -> "Sequence[Verdict] | str":
    """What ``mlpexp explain`` says of an arm, or in a sentence why it says nothing; of a map it is empty."""
    from mlpexp.analysis.explain.examine import examine, work_of
    from mlpexp.analysis.explain.verdicts import judge
    from mlpexp.store.frames import Absent

    if arm.result.summary.model.name == "som":
        return ""
    try:
        arm.result.finished_trials()
        seeds = _trained_seeds(arm)
        arm.kept_weights(seeds, "last")
        if work_of(arm, len(seeds)) > most_work:
            return f"explaining takes minutes here; {_explained_by(arm)} does it"
        return judge(examine(arm, None, data_dir, say, rehearsed=False))
    except Absent:
        return f"the weights were not kept; {_explained_by(arm)} trains again"
    except (InputError, RunError) as error:
        return f"nothing is explained here: {reason(arm.result, error)}"


def mistakes(arm: "ArmResult", data_dir: str | None, say: "Say") -> "MistakenSamples | str":
    """The samples that most seeds of an arm get wrong, or in a sentence why they are not shown; of a map it is empty."""
    from mlpexp.config.datasets import draws_new_data
    from mlpexp.results.arm_choice import chosen_seeds
    from mlpexp.results.mistaken_samples import mistaken_samples
    from mlpexp.results.weights_again import experiment_of
    from mlpexp.store.frames import Absent

    if arm.result.summary.model.name == "som":
        return ""
    try:
        seeds = chosen_seeds(arm)
        if draws_new_data(experiment_of(arm).dataset):  # of each seed: those of two have no sample in common
            seeds = seeds[:1]
        if not _has_predictions(arm):
            arm.kept_weights(seeds, "best")
        return mistaken_samples(arm, seeds, data_dir, say)
    except Absent:
        return "neither predictions nor weights were kept"
    except (InputError, RunError) as error:
        return reason(arm.result, error)


def live(result: "Result", data_dir: str | None, say: "Say") -> "Mapping[str, Any] | str":
    """A trained network for the page, or in a sentence why it has none."""
    from mlpexp.export.live import live_network

    if result.summary.model.name == "som":
        return ""
    try:
        return _no_network(result) or live_network(result, data_dir)
    except InputError as error:
        return reason(result, error)
    except RunError as error:
        say(f"no network in the page: {error}")
        return reason(result, error)


def reason(result: "Result", error: Exception) -> str:
    """An error for a page, which is read elsewhere: the result has its name alone, and is not named first."""
    path = result.path
    text = str(error).removeprefix(f"{path}: ")
    return without_places(text.replace(str(path), path.resolve().name))


def _explained_by(arm: "ArmResult") -> str:
    """The command."""
    named = f" --arm {arm.number}" if arm.result.summary.axes else ""
    return f"`mlpexp explain {arm.result.path.resolve().name}{named}`"


def _trained_seeds(arm: "ArmResult") -> list[int]:
    seeds: list[int] = arm.trials.loc[arm.trials["status"] != "failed", "seed"].tolist()
    return seeds


def _has_predictions(arm: "ArmResult") -> bool:
    from mlpexp.store.frames import Absent

    try:
        arm.evaluation("predictions")
    except Absent:
        return False
    return True


def _no_network(result: "Result") -> str:
    """Why no arm of a result can be taken for the page; empty where one can."""
    from mlpexp.results.arm_choice import best_by_validation

    outcome, num_arms = result.summary.outcome, result.summary.num_arms
    if outcome is not None and outcome.diverged + outcome.failed == result.summary.num_trials:
        return "no training ended well"
    if num_arms == 1 or best_by_validation(result) is not None:
        return ""
    lacking = "score" if "validation" in result.summary.parts else "part"
    return f"none of the {num_arms:,} arms is chosen, for there is no validation {lacking}"
