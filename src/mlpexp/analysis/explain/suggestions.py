"""The remedies of a verdict for an experiment: those that change something and that the rules of the config allow."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from mlpexp.analysis.explain.remedies import REMEDIES
from mlpexp.analysis.explain.remedy import Remedy, Setting
from mlpexp.analysis.explain.verdicts import Verdict
from mlpexp.config.dump import as_data, identity
from mlpexp.config.load import expand_names
from mlpexp.config.yaml_source import Source, set_value
from mlpexp.errors import InputError, Place
from mlpexp.planning.arms import copied
from mlpexp.planning.prepare import Preparation, Prepared


@dataclass(frozen=True)
class Suggestion:
    """A remedy for an experiment."""

    remedy: Remedy
    """What to try."""
    prepared: Prepared | None
    """The experiment with its changes, checked; None: it changes no key."""

    @cached_property
    def identity(self) -> str:
        """Equal for two that compute the same; empty if it changes no key."""
        return identity(self.prepared.experiment) if self.prepared else ""


def suggestions(verdict: Verdict, prepared: Prepared, preparation: Preparation | None = None) -> list[Suggestion]:
    """The remedies of a verdict that change something and that the rules of the config allow, the most promising first.

    Args:
        verdict: What was found.
        prepared: The experiment.
        preparation: What has checked similar configs.
    """
    preparation = preparation or Preparation()
    setting = Setting(verdict.numbers, prepared, verdict.seeds)
    seen, found = {identity(prepared.experiment)}, []
    for row in REMEDIES[verdict.kind]:
        remedy = row(setting)
        if remedy is None:
            continue
        try:
            each = _suggestion(remedy, prepared, preparation)
        except InputError:
            continue
        if each.identity not in seen:
            found.append(each)
        if each.prepared:
            seen.add(each.identity)
    return found


def _suggestion(remedy: Remedy, prepared: Prepared, preparation: Preparation) -> Suggestion:
    """A remedy for an experiment, without the changes to what it has already.

    Raises:
        InputError: The rules of the config refuse it.
    """
    if not remedy.changes:
        return Suggestion(remedy, None)
    each = Suggestion(remedy, changed_by(remedy.changes, prepared, preparation))
    for key in remedy.changes if len(remedy.changes) > 1 else ():
        fewer = {other: value for other, value in each.remedy.changes.items() if other != key}
        with suppress(InputError):
            same = Suggestion(replace(remedy, changes=fewer), changed_by(fewer, prepared, preparation))
            each = same if same.identity == each.identity else each
    return each


def changed_by(changes: Mapping[str, Any], prepared: Prepared, preparation: Preparation) -> Prepared:
    """The experiment with other values.

    Raises:
        InputError: The rules of the config refuse it.
    """
    source = Source(copied(as_data(prepared.experiment)))
    for key, value in changes.items():
        set_value(source, key.split("."), copied(value), Place("explain"))
    expand_names(source)
    return preparation.prepared(source)
