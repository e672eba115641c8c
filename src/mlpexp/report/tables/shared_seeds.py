"""What must be said of the seeds that several results share: which are left out, and which values are the same."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from mlpexp.config.scores import Column
from mlpexp.report.words import counted
from mlpexp.store.as_written import MANIFEST, first_changed, manifest_in

if TYPE_CHECKING:
    from mlpexp.results.candidates import Candidate
    from mlpexp.results.result import Result

MOST_NAMED = 3  # results in a sentence


def identical(results: "Sequence[Result]") -> list[str]:
    """Which whole results are equal, by their manifests, and by their files, which are as these say."""
    known = [(result.path, manifest_in(result.path / MANIFEST)) for result in results]
    said, left = [], [each for each in known if each[1] is not None]
    while left:
        files = left[0][1] or {}
        same = [path for path, other in left if other == files]
        changed = {path: first_changed(path) for path in same} if len(same) > 1 else {}
        said += [f"{path / name}: is not as it was written" for path, name in changed.items() if name]
        names = [path.resolve().name for path, name in changed.items() if not name]
        if len(names) > 1:
            said.append(f"identical results: {_listed(names)}: all {len(files)} files in {MANIFEST} are equal")
        left = [each for each in left if each[1] != files]
    return said


def of_common_seeds(
    candidates: "Sequence[Candidate]",
    seeds: Sequence[int],
    values: np.ndarray,
    factors: Mapping[str, Sequence[str]],
    metric: Column,
) -> list[str]:
    """Which seeds are left out, which results have the same values, and whether these are one training that counts twice.

    Args:
        candidates: What is compared.
        seeds: The common ones.
        values: The metric ``(candidates, seeds)``; NaN where there is none.
        factors: In which the configs differ, each with its value in every candidate.
        metric: What the values are.
    """
    return [*_left_out(candidates, seeds), *_equal_values(candidates, values, factors, metric)]


def _left_out(candidates: "Sequence[Candidate]", seeds: Sequence[int]) -> list[str]:
    """That some have more seeds than all have, if any has: their means are other ones than those of the results alone."""
    more = [candidate.label for candidate in candidates if len(candidate.scores) > len(seeds)]
    if not more:
        return []
    has = "has" if len(more) == 1 else "have"
    return [f"all numbers here are of the {len(seeds)} common seeds; {_listed(more)} {has} more, which are left out"]


def _equal_values(
    candidates: "Sequence[Candidate]", values: np.ndarray, factors: Mapping[str, Sequence[str]], metric: Column
) -> list[str]:
    same: dict[bytes, list[int]] = {}
    for place, of_one in enumerate(np.asarray(values, dtype=np.float64)):
        if np.isfinite(of_one).any():
            same.setdefault(of_one.tobytes(), []).append(place)
    said = []
    for places in (places for places in same.values() if len(places) > 1):
        names, count = _listed([candidates[place].label for place in places]), values.shape[1]
        equal = f"equal {metric.label} for all {counted(count, 'common seed')}"
        is_one = len({tuple(texts[place] for texts in factors.values()) for place in places}) == 1
        if not is_one:
            said.append(f"{names} have {equal}")
            continue
        of_places = [candidates[place] for place in places]
        word = "identical trials: " if _all_scores_are_equal(of_places) else ""
        said.append(f"{word}{names} are one training, counted as {len(places)}: equal configs, {equal}")
    return said


def _all_scores_are_equal(candidates: "Sequence[Candidate]") -> bool:
    """Whether every score of every common seed is the same to the last bit."""
    seeds = set.intersection(*(set(candidate.scores) for candidate in candidates))
    each = {repr([sorted(candidate.scores[seed].items()) for seed in sorted(seeds)]) for candidate in candidates}
    return len(each) == 1


def _listed(names: Sequence[str]) -> str:
    if len(names) > MOST_NAMED:
        return f"{', '.join(names[:MOST_NAMED])} and {len(names) - MOST_NAMED} more"
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
