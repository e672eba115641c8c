"""The gradients before the first step of the arms of a sweep, side by side in one scale."""

from collections.abc import Mapping

import pandas as pd

from mlpexp.report.drawing.layer_bars import bars_range, draw_layer_bars
from mlpexp.report.drawing.style import Drawing, in_style
from mlpexp.report.figures.arm.first_gradient import BEFORE, LABEL, first_gradients, over_seeds_words
from mlpexp.report.figures.sweep.panels import labelled, name_panel, page_of, shown_arms
from mlpexp.report.numbers.run_caption import RunCaption
from mlpexp.report.words import counted, note


@in_style()
def draw_first_gradients(diagnostics: pd.DataFrame, arms: Mapping[int, str], caption: RunCaption) -> Drawing | None:
    """A panel of bars by layer for each arm that begins with other gradients than those before it. None without values.

    Args:
        diagnostics: As in ``diagnostics.csv``, with the column ``arm``.
        arms: Labels by number, in the order in which they are shown.
        caption: Title.
    """
    tables = {arm: first_gradients(diagnostics[diagnostics["arm"] == arm]) for arm in arms}
    firsts = _distinct({arm: table for arm, table in tables.items() if len(table)})
    shown = shown_arms(diagnostics, {arm: arms[arm] for arm in firsts})
    if shown is None:
        return None
    tables = {arm: tables[arm] for arm in shown.labels}
    together = pd.concat(tables.values())
    limits = bars_range(together[["low", "high"]].to_numpy(dtype=float))
    page = page_of(shown.labels, aspect=0.75, scores=True, below=0.42)
    figure, panels = page.figure(caption, note(over_seeds_words(together), BEFORE, shown.note))
    for axes, (arm, table) in zip(panels, tables.items(), strict=True):
        draw_layer_bars(axes, table, limits, LABEL)
        alike = firsts[arm]
        name_panel(
            axes, page.names[arm], f"{counted(alike, 'other arm')} begin{'s' * (alike == 1)} alike" if alike else ""
        )
    for position, axes in enumerate(panels):
        first, bottom = position % page.columns == 0, position + page.columns >= len(panels)
        axes.set(xlabel="layer, first to last" if bottom else "", ylabel=LABEL if first else "")
        axes.tick_params(labelleft=first)
    numbers = [labelled(table, arm, shown.labels[arm]) for arm, table in tables.items()]
    return Drawing(figure, pd.concat(numbers, ignore_index=True))


def _distinct(tables: Mapping[int, pd.DataFrame]) -> dict[int, int]:
    """The arms whose numbers no arm before them has, each with how many arms after it have the same."""
    alike: dict[int, int] = {}
    for arm, table in tables.items():
        first = next((earlier for earlier in alike if tables[earlier].equals(table)), None)
        if first is None:
            alike[arm] = 0
        else:
            alike[first] += 1
    return alike
