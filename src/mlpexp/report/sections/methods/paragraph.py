"""The paragraph: all facts in the order of a methods section."""

from collections.abc import Iterator, Sequence

from mlpexp.report.sections.methods import (
    beginning,
    data,
    length,
    maps,
    network,
    optimization,
    parts,
    preparation,
    seeds,
)
from mlpexp.report.sections.methods.comparing import compared
from mlpexp.report.sections.methods.computing import computed
from mlpexp.report.sections.methods.judging import judged
from mlpexp.report.sections.methods.length import ended
from mlpexp.report.sections.methods.merging import merged
from mlpexp.report.sections.methods.setup import Fact, Said, Setups
from mlpexp.report.sections.methods.sweeping import factors

OF_NETWORKS: Sequence[Fact] = (*network.FACTS, *beginning.FACTS)
OF_DATA: Sequence[Fact] = (*data.FACTS, *parts.FACTS, *preparation.FACTS)
OF_TRAINING: Sequence[Fact] = (*optimization.FACTS, *length.FACTS)


def sentences(setups: Setups) -> Iterator[Said]:
    """What was trained, on what, how, how often, how it was judged, and with what it was computed."""
    if any(setup.is_map for setup in setups.all):
        yield from _of_all(setups, [_only_maps(fact) for fact in maps.FACTS])
    yield from _of_all(setups, [*OF_NETWORKS, *OF_DATA, *OF_TRAINING])
    yield from filter(None, [ended(setups)])
    yield from factors(setups)
    yield from _of_all(setups, seeds.FACTS)
    yield from judged(setups)
    yield from compared(setups)
    yield from computed(setups)


def _of_all(setups: Setups, facts: Sequence[Fact]) -> Iterator[Said]:
    for fact in facts:
        yield from merged([fact(setup) for setup in setups.all], setups.all)


def _only_maps(fact: Fact) -> Fact:
    return lambda setup: fact(setup) if setup.is_map else None
