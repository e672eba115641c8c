"""``mlpexp sweep --confirm``: the plan that asks a result's question again, with fresh seeds."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mlpexp.cli.printing import say
from mlpexp.errors import InputError, Place

if TYPE_CHECKING:
    from mlpexp.planning.plan import Plan
    from mlpexp.results.confirmation import Question
    from mlpexp.results.result import Result

MOST_SEEDS = 100_000

ASKS_AGAIN = "--confirm: asks the question of a result again"


def refuse_arms(arms: Sequence[str] | None) -> None:
    """Refuses to name arms of a result where none is confirmed.

    Raises:
        InputError: They are named.
    """
    if arms:
        raise InputError(f"--arm {arms[0]}: names an arm of a result, beside --confirm; --over KEY=VALUES varies a key")


def confirming(
    text: str,
    named: Sequence[str],
    baseline: str | None,
    seeds: str | None,
    runs_dir: Path,
    data_dir: Path | None,
    tables: Sequence[Path],
    keys: Mapping[str, str | None],
    *,
    quiet: bool,
) -> "Plan":
    """The plan of a confirmation, and what is said of it before it is trained.

    Args:
        text: Names the result.
        named: Arms to ask about.
        baseline: The arm to compare with.
        seeds: How many fresh seeds.
        runs_dir: The folder of all results.
        data_dir: Where image data sets lie.
        tables: Where the result's own tables are now.
        keys: Keys of the config that do not change the question, such as its name; None: as they are.
        quiet: Whether nothing is said.

    Raises:
        InputError: There is nothing to confirm, no such arm, or the data are others.
    """
    from mlpexp.cli.training import data_folder
    from mlpexp.execution.run import check_confirmed
    from mlpexp.results.confirmation import question_of
    from mlpexp.results.result import Result
    from mlpexp.store.listing import find_result

    result = Result.open(find_result(text, runs_dir), tables)
    question = question_of(result, named, baseline, (result.path.resolve().parent, runs_dir.resolve()))
    plan = _plan_of(result, question, seeds, keys)
    tell = say(quiet=quiet)
    check_confirmed(plan, data_folder(data_dir), tell)
    for sentence in _announced(result, question, plan):
        tell(sentence)
    return plan


def _plan_of(result: "Result", question: "Question", seeds: str | None, keys: Mapping[str, str | None]) -> "Plan":
    from mlpexp.config.yaml_source import set_value
    from mlpexp.planning.again import source_again
    from mlpexp.planning.confirm import confirming_plan, fresh_seeds, repetition

    first = result.plan
    step = repetition([first.arms[number] for number in question.arms])
    fresh = fresh_seeds(question.used, _count(seeds, question, step), step)
    source, _ = source_again(result.folder, result.tables)
    for key, value in keys.items():
        if value is not None:
            set_value(source, [key], value, Place(f"--{key} {value}"))
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
        lines.append("too many predictions to keep, so there is no verdict for new samples; --seeds takes fewer")
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


def _count(text: str | None, question: "Question", step: int) -> int:
    """How many seeds: those asked for, else the high end of what is needed, in whole repetitions.

    Raises:
        InputError: That would be more than anyone expects of a command that names no number.
    """
    from mlpexp.planning.confirm import is_affordable

    if text is not None:
        if not (text.isascii() and text.isdigit() and 2 <= int(text) <= MOST_SEEDS):
            raise InputError(f"--seeds {text}: takes a number from 2 to {MOST_SEEDS:,}")
        return int(text)
    high = question.new_seeds.high
    if high is None or -(-high // step) * step > MOST_SEEDS:
        raise InputError("--confirm: no number of seeds is sure enough to decide this; say how many with --seeds N")
    if not is_affordable(question.new_seeds):
        raise InputError(
            f"--confirm: to be sure to decide this takes about {high:,} fresh seeds; say how many with --seeds N"
        )
    return -(-high // step) * step


def _enough(question: "Question") -> str:
    low = question.new_seeds.low
    return "no number is sure to decide" if low is None else f"{question.new_seeds.in_words} decide four times in five"
