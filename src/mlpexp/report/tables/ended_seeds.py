"""How seeds ended that did not train to the last epoch: diverged, failed or stopped, in sentences."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

from mlpexp.asking import either
from mlpexp.report.words import listed
from mlpexp.store.summary import Summary

if TYPE_CHECKING:
    from mlpexp.results.result import Result

MOST_NAMED = 10  # seeds, or epochs, in a sentence
AT_ONCE = "the loss is not finite before the first step: look at the size of inputs, targets and initial weights"
Trials = Sequence[Mapping[Any, Any]]


def ended_seeds(result: "Result", path: Path, *, may_stop: bool) -> list[str]:
    """Which seeds diverged, failed, stopped early or converged; each kind once, however many seeds it has.

    Args:
        result: With one arm.
        path: As which sentences name it.
        may_stop: Whether its trainings could stop early or converge.
    """
    outcome = result.summary.outcome
    if outcome is None or not (outcome.diverged or outcome.failed or may_stop):
        return []
    trials = result.finished_trials().to_dict("records")
    return [*_diverged(result.summary, trials, path), *_failed(trials), *_stopped(trials)]


def explained_by(summary: Summary, path: Path) -> list[str]:
    """What explains the first arm with a seed that diverged; nothing of a map, which has no gradients to explain.

    Args:
        summary: Of the result.
        path: As which the command names it.
    """
    arms = summary.outcome.arms if summary.outcome else ()
    number = next((number for number, arm in enumerate(arms) if arm.diverged), None)
    if number is None or summary.model.name == "som":
        return []
    command, call = f"mlpexp explain {quote(str(path))}", ".explain()"
    if summary.axes:
        command, call = f"{command} --arm {number}", f".explain({number})"
    in_arm = f" in arm {number}" if summary.axes else ""
    return [f"what went wrong{in_arm}: `{either(command, call)}`"]


def _diverged(summary: Summary, trials: Trials, path: Path) -> list[str]:
    """When, what became of them, what may help, and what says more."""
    lost = [trial for trial in trials if trial["status"] == "diverged"]
    if not lost:
        return []
    epochs = [trial["ended_epoch"] for trial in lost]
    first, last = min(epochs), max(epochs)
    when = f"at epoch {first}" if first == last else f"between epochs {first} and {last}"
    whose = "its" if len(lost) == 1 else "their"
    remedy = "a learning rate up to 1" if summary.model.name == "som" else "a smaller learning rate or gradient_clip"
    helps = AT_ONCE if last == 0 else f"{remedy} may help"
    rest = "" if len(lost) == len(trials) else "diverged seeds are not in the means; "
    return [
        f"{_which(lost, trials)} diverged {when} (loss not finite); {whose} last finite weights are kept",
        rest + helps,
        *(explained_by(summary, path) if last else []),
    ]


def _failed(trials: Trials) -> list[str]:
    """Why, each reason once."""
    lost = [trial for trial in trials if trial["status"] == "failed"]
    reasons = dict.fromkeys(trial["reason"] for trial in lost)
    return [
        f"{_which([trial for trial in lost if trial['reason'] == reason], trials)} failed: {reason}"
        for reason in reasons
    ]


def _stopped(trials: Trials) -> list[str]:
    lines = []
    for status in ("stopped early", "converged"):
        ended = [trial["ended_epoch"] for trial in trials if trial["status"] == status]
        if ended:
            epochs = ", ".join(map(str, ended[:MOST_NAMED])) + (" ..." if len(ended) > MOST_NAMED else "")
            lines.append(f"{status}: {len(ended)} of {len(trials)} seeds, at epoch {epochs}")
    return lines


def _which(some: Trials, trials: Trials) -> str:
    """``seed 3``, ``seeds 3 and 5``, ``all 10 seeds``; of very many how many they are."""
    if len(some) == 1:
        return f"seed {some[0]['seed']}"
    if len(some) == len(trials):
        return f"all {len(some):,} seeds"
    if len(some) > MOST_NAMED:
        return f"{len(some):,} of {len(trials):,} seeds"
    return f"seeds {listed([str(trial['seed']) for trial in some])}"
