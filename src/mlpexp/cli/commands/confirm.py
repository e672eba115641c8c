"""``mlpexp sweep --confirm``: the plan that asks a result's question again, with fresh seeds."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mlpexp.cli.printing import say
from mlpexp.errors import InputError, Place

if TYPE_CHECKING:
    from mlpexp.planning.plan import Plan
    from mlpexp.results.confirmation import Question

MOST_SEEDS = 100_000


def refuse_beside_confirm(given: Sequence[str], others: Mapping[str, object]) -> None:
    """Refuses options that would change the question.

    Args:
        given: Options that were given.
        others: Values of more options, by their names without dashes; what is empty was not given.

    Raises:
        InputError: Names them.
    """
    clash = [*given, *(f"--{name}" for name, value in others.items() if value not in (None, False, [], ()))]
    if clash:
        raise InputError(
            f"--confirm: asks the question of a result again; it cannot be combined with {', '.join(clash)}"
        )


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
        tables: Where the result's own tables are now.
        keys: Keys of the config that do not change the question, such as its name; None: as they are.
        quiet: Whether nothing is said.

    Raises:
        InputError: There is nothing to confirm, or no such arm.
    """
    from mlpexp.config.yaml_source import set_value
    from mlpexp.planning.again import source_again
    from mlpexp.planning.confirm import confirming_plan, fresh_seeds, repetition
    from mlpexp.results.confirmation import question_of
    from mlpexp.results.result import Result
    from mlpexp.store.listing import find_result

    result = Result.open(find_result(text, runs_dir), tables)
    question = question_of(result, named, baseline, (result.path.resolve().parent, runs_dir.resolve()))
    first = result.plan
    step = repetition([first.arms[number] for number in question.arms])
    used = [look.seeds for look in question.confirms.looks]
    fresh = fresh_seeds(used, _count(seeds, question, step), step)
    source, _ = source_again(result.folder, tables)
    for key, value in keys.items():
        if value is not None:
            set_value(source, [key], value, Place(f"--{key} {value}"))
    plan = confirming_plan(result.folder, source, first, question.arms, fresh, question.confirms)
    tell = say(quiet=quiet)
    reference, *others = (first.arms[number].label for number in question.arms)
    arms = others[0] if len(others) == 1 else f"{len(others)} arms"
    tell(f"look {len(used) + 1} of this question: {arms}, compared with {reference}")
    tell(f"{len(fresh):,} fresh seeds, {fresh.start} to {fresh[-1]}; {_enough(question)}")
    return plan


def _count(text: str | None, question: "Question", step: int) -> int:
    """How many seeds: those asked for, else the high end of what is needed, in whole repetitions."""
    if text is not None:
        if not (text.isascii() and text.isdigit() and 2 <= int(text) <= MOST_SEEDS):
            raise InputError(f"--seeds {text}: takes a number from 2 to {MOST_SEEDS:,}")
        return int(text)
    high = question.new_seeds.high
    if high is None or -(-high // step) * step > MOST_SEEDS:
        raise InputError("--confirm: no number of seeds is sure enough to decide this; say how many with --seeds N")
    return -(-high // step) * step


def _enough(question: "Question") -> str:
    low = question.new_seeds.low
    return "no number is sure to decide" if low is None else f"{question.new_seeds.in_words} decide four times in five"
