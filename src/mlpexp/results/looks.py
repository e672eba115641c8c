"""Who has looked at a question before: the results that have trained its arms, and with which seeds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from mlpexp.errors import InputError, RunError
from mlpexp.results.result import Result
from mlpexp.store.listing import list_results
from mlpexp.store.plan_files import PlannedArm
from mlpexp.store.summary import Look, Summary

FEWEST_ARMS = 2  # of a question that a result has compared


@dataclass(frozen=True)
class Looks:
    """What is known of a question, from what a result remembers and from what lies in the folders."""

    looks: tuple[Look, ...]
    """The sweep that began, then by name all confirmations of it and all results with two or more of the arms."""
    confirmed: int
    """Which of them is the result that is confirmed."""
    used: tuple[tuple[int, int], ...]
    """First and last seeds of every look, and of every result with one of the arms."""


def looks_at(result: Result, arms: Sequence[int], folders: Iterable[Path]) -> Looks:
    """All looks at some arms of a result, ended or not; one that was copied or renamed counts once.

    Args:
        result: The look to confirm.
        arms: The arms that are asked about.
        folders: Where other looks may lie.

    Raises:
        RunError: A file of the result is damaged; of other results, those are passed over.
    """
    summary = result.summary
    this = _look(result.path, summary)
    recorded = (*(summary.confirms.looks if summary.confirms else ()), this)
    asked = {_key(result.planned_arms[number]) for number in arms}
    later, used = list(recorded[1:]), []
    for other in _others(result, folders):
        look = _look(other.path, other.summary)
        confirms = other.summary.confirms
        common = len(asked & _arms_of(other))
        used += [look.seeds] if common else []
        if confirms and _same(confirms.looks[0], recorded[0]):
            later += [*confirms.looks[1:], look]
        elif common >= FEWEST_ARMS:
            later.append(look)
    distinct = {(look.hash, look.seeds): look for look in (*sorted(later, key=_name), *recorded)}
    first = distinct.pop((recorded[0].hash, recorded[0].seeds))
    looks = (first, *sorted(distinct.values(), key=_name))
    confirmed = next(number for number, look in enumerate(looks) if _same(look, this))
    return Looks(looks, confirmed, tuple(dict.fromkeys([*(look.seeds for look in looks), *used])))


def _others(result: Result, folders: Iterable[Path]) -> Iterable[Result]:
    """The other results of the folders whose summary can be read."""
    here = result.path.resolve()
    for folder in dict.fromkeys(folders):
        for entry in list_results(folder) if folder.is_dir() else ():
            if entry.summary and entry.folder.path.resolve() != here:
                yield Result(entry.folder)


def _arms_of(result: Result) -> set[tuple[str, str]]:
    try:
        return {_key(arm) for arm in result.planned_arms if arm.identity}
    except (InputError, RunError):
        return set()


def _key(arm: PlannedArm) -> tuple[str, str]:
    """What is computed, of which data."""
    return arm.identity, arm.data


def _look(path: Path, summary: Summary) -> Look:
    seeds = (summary.seeds[0], summary.seeds[-1])
    return Look(name=path.resolve().name, hash=summary.hash, seeds=seeds, num_arms=summary.num_arms)


def _same(look: Look, other: Look) -> bool:
    """Whether both have the same numbers, whatever their folders are called."""
    return (look.hash, look.seeds) == (other.hash, other.seeds)


def _name(look: Look) -> str:
    return look.name
