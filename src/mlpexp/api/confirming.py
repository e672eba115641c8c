"""The plan that asks the question of a sweep again, with fresh seeds, as ``mlpexp sweep --confirm`` does."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mlpexp.api.planned import Tell
from mlpexp.asking import keyword
from mlpexp.errors import InputError, Place

if TYPE_CHECKING:
    from mlpexp.planning.plan import Plan
    from mlpexp.results.confirmation import Question
    from mlpexp.results.result import Result

MOST_SEEDS = 100_000


def confirming(
    result: "Result",
    named: Sequence[int],
    baseline: int | None,
    seeds: object,
    runs_dir: Path,
    data_dir: str | None,
    keys: Mapping[str, str | None],
    tell: Tell,
) -> "Plan":
    """The plan of a confirmation.

    Args:
        result: The sweep whose question is asked again.
        named: Numbers of the arms to ask about; empty: the best.
        baseline: That of the arm to compare with; None: the sweep's, else the best.
        seeds: How many fresh seeds, as it was given; None: as many as are surely enough.
        runs_dir: The folder of all results.
        data_dir: Where image data sets lie.
        keys: Keys of the config that do not change the question, such as its name; None: as they are.
        tell: Is told what is asked, and with which seeds.

    Raises:
        InputError: There is nothing to confirm, no such arm, or the data are others.
    """
    from mlpexp.execution.run import check_confirmed
    from mlpexp.results.confirmation import question_of

    question = question_of(result, named, baseline, (result.path.resolve().parent, runs_dir.resolve()))
    plan = _plan_of(result, question, seeds, keys)
    check_confirmed(plan, data_dir, tell)
    for sentence in _announced(result, question, plan):
        tell(sentence)
    return plan


def _plan_of(result: "Result", question: "Question", seeds: object, keys: Mapping[str, str | None]) -> "Plan":
    from mlpexp.config.yaml_source import set_value
    from mlpexp.planning.again import source_again
    from mlpexp.planning.confirm import confirming_plan, fresh_seeds, repetition

    first = result.plan
    step = repetition([first.arms[number] for number in question.arms])
    fresh = fresh_seeds(question.used, _count(seeds, question, step), step)
    source, _ = source_again(result.folder, result.tables)
    for key, value in keys.items():
        if value is not None:
            set_value(source, [key], value, Place(keyword(key, value)))
    return confirming_plan(result.folder, source, first, question.arms, fresh, question.confirms)


def _announced(result: "Result", question: "Question", plan: "Plan") -> list[str]:
    """What is asked, with which seeds, and what will not be known."""
    reference, *others = (result.plan.arms[number].label for number in question.arms)
    arms = others[0] if len(others) == 1 else f"{len(others)} arms"
    lines = [
        f"look {len(question.confirms.looks) + 1} of this question: {arms}, compared with {reference}",
        f"{len(plan.seeds):,} fresh seeds, {plan.seeds[0]} to {plan.seeds[-1]}; {_enough(question)}",
    ]
    if _needs_predictions(result) and _keeps_none(plan):
        lines.append(
            f"too many predictions to keep, so there is no verdict for new samples; {keyword('seeds')} takes fewer"
        )
    return lines


def _needs_predictions(result: "Result") -> bool:
    """Whether a verdict for new samples rests on them: the test part is the same for every seed."""
    from mlpexp.results.new_samples import designs_of_arms
    from mlpexp.statistics.new_samples import FixedTest

    designs = designs_of_arms(result, result.summary, result.summary.metric.part)
    return any(isinstance(design, FixedTest) for design in designs)


def _keeps_none(plan: "Plan") -> bool:
    from mlpexp.planning.recording import lacks_predictions, recording

    return lacks_predictions(plan, recording(plan, len(plan.arms) * len(plan.seeds)))


def _count(asked: object, question: "Question", step: int) -> int:
    """How many seeds: those asked for, else the high end of what is needed, in whole repetitions.

    Raises:
        InputError: That would be more than anyone expects who names no number.
    """
    from mlpexp.planning.confirm import is_affordable
    from mlpexp.results.confirmation import confirming as option

    if asked is not None:
        text = str(asked)
        if not (text.isascii() and text.isdigit() and 2 <= int(text) <= MOST_SEEDS):
            raise InputError(f"{keyword('seeds', text)}: takes a number from 2 to {MOST_SEEDS:,}")
        return int(text)
    high, say_how_many = question.new_seeds.high, f"say how many with {keyword('seeds', 'N')}"
    if high is None or -(-high // step) * step > MOST_SEEDS:
        raise InputError(f"{option()}: no number of seeds is sure enough to decide this; {say_how_many}")
    if not is_affordable(question.new_seeds):
        raise InputError(f"{option()}: to be sure to decide this takes about {high:,} fresh seeds; {say_how_many}")
    return -(-high // step) * step


def _enough(question: "Question") -> str:
    low = question.new_seeds.low
    return "no number is sure to decide" if low is None else f"{question.new_seeds.in_words} decide four times in five"
