"""``mlpexp.find_lr``: a learning rate for an experiment, as ``mlpexp find-lr`` finds it."""

from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

from mlpexp.api.answer import Answer
from mlpexp.api.given import Config, asked
from mlpexp.api.rate_search import check_range, found_rate
from mlpexp.api.telling import teller
from mlpexp.api.words import WordsButRate, spelled_out
from mlpexp.asking import in_python

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from mlpexp.api.rate_search import FoundRate


class Rate(Answer):
    """A learning rate, and what it rests on.

    Args:
        found: By the range test and the trials.
    """

    def __init__(self, found: "FoundRate") -> None:
        tables = found.tables()
        super().__init__([table for table, _ in tables], [sentence for _, said in tables for sentence in said])
        self._found = found

    @property
    def rate(self) -> float | None:
        """The rate to use; None: none learns, or none can be told from another."""
        return self._found.suggested

    @property
    def curve(self) -> "pd.DataFrame":
        """Of the range test: a row for each rate and seed; a copy."""
        return self._found.numbers.copy()

    @property
    def record(self) -> dict[str, Any]:
        """Everything that is said, as ``mlpexp find-lr --format json`` says it."""
        return self._found.record()

    @property
    def figures(self) -> list[str]:
        """The names of the figures."""
        return list(self._found.drawings())

    def figure(self, name: str = "find-lr") -> "Figure":
        """The range test, or with ``"find-lr-rates"`` the rates that were tried.

        Raises:
            InputError: There is no such figure.
        """
        from mlpexp.api.pictures import laid_out
        from mlpexp.config.words import did_you_mean
        from mlpexp.errors import InputError
        from mlpexp.report.drawing.look import drawn_for

        with drawn_for(None):
            drawings = self._found.drawings()
            if name not in drawings:
                raise InputError(f"figure({name!r}): is not known{did_you_mean(name, list(drawings))}")
            return laid_out(drawings[name])


@spelled_out
@in_python()
def find_lr(
    config: Config | Any = None,
    *,
    set: Mapping[str, Any] | None = None,
    data: Any = None,
    target: str | None = None,
    low: float = 1e-5,
    high: float = 10.0,
    steps: int = 100,
    seconds: float = 60.0,
    quick: bool = False,
    runs_dir: str | PathLike[str] = "runs",
    data_dir: str | PathLike[str] | None = None,
    quiet: bool = False,
    **words: Unpack[WordsButRate],
) -> Rate:
    """Finds a learning rate: a range test proposes one, and short trainings around it decide.

    Args:
        config: As in ``mlpexp.train``.
        set: Changes of it by key.
        data: As in ``mlpexp.train``.
        target: Likewise.
        low: First rate of the range test.
        high: Last rate.
        steps: From one to the other.
        seconds: About how long trying rates may take on one core.
        quick: Whether none is tried: the range test alone.
        runs_dir: Where results are looked for by name.
        data_dir: Where image data sets lie.
        quiet: Whether nothing is said.
        words: As in ``mlpexp.train``, such as ``batch_size=8``; without ``seeds`` as many as are usual here.

    Raises:
        InputError: Something that was given cannot be used.
    """
    check_range(low, high, steps, seconds)
    tell, runs, asks_seeds = teller(quiet=quiet), Path(runs_dir), words.get("seeds") is not None
    with asked("find_lr", config, set=set, more=words, data=data, target=target, runs_dir=runs, tell=tell) as given:
        found = found_rate(
            given.source, given.path, asks_seeds=asks_seeds, low=low, high=high, steps=steps, seconds=seconds,
            quick=quick, data_dir=None if data_dir is None else Path(data_dir), say=given.tell,
        )  # fmt: skip
    return Rate(found)
