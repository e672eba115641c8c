"""What a figure may never do, whichever kind it is: every figure of results of all kinds is held to it."""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text

from making.figure_words import leaves_the_page
from making.results_builder import (
    ACTIVATION,
    ACTIVATIONS,
    BATCH,
    DIGITS,
    FOUR,
    HIDDEN,
    LR,
    MOONS,
    ONE_AT_A_TIME,
    SINE,
    BuiltResult,
    build_run,
    build_sweep,
)
from making.seen_colours import distance
from mlpexp.report.drawing.look import STYLES, Look, drawn_for
from mlpexp.report.drawing.save_figures import Lacks, drawn, rendered
from mlpexp.report.drawing.style import Drawing
from mlpexp.report.figures.catalogue import figures_of
from mlpexp.store.frames import Absent

APART = 12.0  # of L*a*b*: colours that are told apart also when they are not side by side

pytestmark = pytest.mark.slow
RATES, SIZES = ["0.001", "0.003", "0.01", "0.03", "0.1", "0.3", "1", "3", "10"], ["4", "8", "16"]
LONG = "model={name: mlp, hidden_sizes: [16, 16, 16, 16, 16, 16, 16, 16, 16, 16]}"


def lost_at_ten(settings: dict[str, str], seed: int) -> str:
    """Large rates diverge: the largest always, the next in a seed."""
    rate = float(settings.get(LR, 0))
    return "diverged" if rate >= 10 or (rate >= 3 and seed == 1) else ""


RESULTS: dict[str, Callable[[Path], BuiltResult]] = {
    "a run": lambda to: build_run(to, "diagnostics=cheap"),
    "one seed": lambda to: build_run(to, seeds=1),
    "one epoch": lambda to: build_run(to, epochs=1),
    "a deep network": lambda to: build_run(to, LONG, "diagnostics=cheap"),
    "a run that diverged": lambda to: build_run(to, lost=lambda settings, seed: "diverged"),
    "a run of which a seed diverged": lambda to: build_run(to, lost=lambda settings, seed: "diverged" * (seed == 1)),
    "numbers": lambda to: build_run(to, config=SINE),
    "the plane": lambda to: build_run(to, config=MOONS),
    "pictures": lambda to: build_run(to, config=DIGITS),
    "rates": lambda to: build_sweep(to, {LR: RATES}, seeds=3, lost=lost_at_ten),
    "words": lambda to: build_sweep(to, {ACTIVATION: list(ACTIVATIONS)}, seeds=3),
    "two axes": lambda to: build_sweep(to, {LR: RATES, HIDDEN: SIZES}, seeds=3, lost=lost_at_ten),
    "three axes": lambda to: build_sweep(to, {LR: ["0.1", "3", "10"], BATCH: ["4", "16"], ACTIVATION: ["relu", "tanh"]},
                                         seeds=2, lost=lost_at_ten),
    "one at a time": lambda to: build_sweep(to, FOUR, section=ONE_AT_A_TIME, seeds=3, lost=lost_at_ten),
    "sampled": lambda to: build_sweep(to, {LR: "log_uniform(1e-3, 1)", ACTIVATION: ["relu", "tanh"], BATCH: "integers(1, 32)"},
                                      section="method: sobol, trials: 24", seeds=3),
    "planes": lambda to: build_sweep(to, {HIDDEN: SIZES}, config=MOONS, seeds=2),
    "curves": lambda to: build_sweep(to, {HIDDEN: SIZES}, config=SINE, seeds=2),
    "profiles": lambda to: build_sweep(to, {LR: ["0.1", "1"]}, LONG, "diagnostics=cheap", seeds=2),
}  # fmt: skip


@pytest.fixture(scope="module", params=list(RESULTS))
def figures(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Drawing]:
    """The figures of a result of some kind, laid out."""
    result, left_out, lost = (
        RESULTS[request.param](tmp_path_factory.mktemp("result")).result,
        dict[str, str](),
        set[str](),
    )
    drawings = {each.name: each.drawing for each in drawn(result.path, figures_of(result), lost, left_out)}
    assert drawings and not left_out and not lost
    return drawings


def legend_marks(figure: Figure) -> Iterator[list[tuple[str, Line2D | PathCollection]]]:
    """Names and marks of each legend."""
    legends = [*figure.legends, *(legend for axes in figure.axes if (legend := axes.get_legend()))]
    for legend in legends:
        entries = zip((text.get_text() for text in legend.get_texts()), legend.legend_handles, strict=True)
        yield [(name, mark) for name, mark in entries if isinstance(mark, Line2D | PathCollection) and ":" not in name]


def look_of(mark: Line2D | PathCollection) -> tuple[object, ...]:
    """What tells a mark apart without its colour."""
    if isinstance(mark, Line2D):
        filled = mark.get_markerfacecolor() not in ("white", "none")
        return mark.get_linestyle(), str(getattr(mark, "_dash_pattern", "")), mark.get_marker(), filled
    path = mark.get_paths()[0]
    return len(path.vertices), bool(mark.get_facecolor().size)


def colour_of(mark: Line2D | PathCollection) -> object:
    return mark.get_color() if isinstance(mark, Line2D) else tuple(np.ravel(mark.get_edgecolor())[:3])


def thick_lines(axes: Axes) -> list[Line2D]:
    """Those of means and medians."""
    joined = [line for line in axes.get_lines() if line.get_linestyle() != "None" and len(line.get_xdata()) > 2]
    return [line for line in joined if line.get_linewidth() > 1.2]


def named_in(figure: Figure) -> set[str]:
    """The names in its legends."""
    return {label for entries in legend_marks(figure) for label, _ in entries}


def value_names(axes: Axes) -> Iterator[list[str]]:
    """The words at the ticks of each axis that has words."""
    for axis in (axes.xaxis, axes.yaxis):
        names = [label.get_text() for label in axis.get_ticklabels() if label.get_text()]
        if any(re.search("[A-Za-z]", name) for name in names):
            yield names


def test_words_stay_on_the_page(figures: dict[str, Drawing]) -> None:
    assert [name for name, drawing in figures.items() if leaves_the_page(drawing.figure)] == []


def test_no_two_things_have_one_name(figures: dict[str, Drawing]) -> None:
    for name, drawing in figures.items():
        for entries in legend_marks(drawing.figure):
            labels = [label for label, _ in entries]
            assert len(set(labels)) == len(labels), name
        for axes in drawing.figure.axes:
            for names in value_names(axes):
                assert len(set(names)) == len(names), name


def test_what_a_legend_names_is_told_apart_in_grey_and_by_the_colour_blind(figures: dict[str, Drawing]) -> None:
    for name, drawing in figures.items():
        for entries in legend_marks(drawing.figure):
            for (one, first), (other, second) in combinations(entries, 2):
                alike = look_of(first) == look_of(second) and distance(colour_of(first), colour_of(second)) < APART
                assert not alike, f"{name}: {one} and {other}"


def test_every_thick_line_of_several_is_named(figures: dict[str, Drawing]) -> None:
    for name, drawing in figures.items():
        named = named_in(drawing.figure)
        for axes in drawing.figure.axes:
            lines = [line for line in thick_lines(axes) if line.get_color() not in ("white", "black")]
            if len(lines) > 1:
                unnamed = [line for line in lines if str(line.get_label()) not in named]
                assert not unnamed, f"{name}: {[line.get_label() for line in unnamed]}"


def test_every_mean_that_is_drawn_is_in_the_numbers(figures: dict[str, Drawing]) -> None:
    """As it is there, or in per cent; but for what is far outside the axes."""
    for name, drawing in figures.items():
        assert len(drawing.numbers), name
        if "mean" not in drawing.numbers:
            continue
        means = drawing.numbers["mean"].dropna().to_numpy(dtype=float)
        for axes in drawing.figure.axes:
            low, high = sorted(axes.get_ylim())
            for line in (line for line in thick_lines(axes) if line.get_label() in named_in(drawing.figure)):
                drawn_values = np.asarray(line.get_ydata(), dtype=float)
                inside = drawn_values[(drawn_values > low) & (drawn_values < high)]
                there = np.isclose(inside[:, None], np.concatenate([means, 100 * means])[None], rtol=1e-6).any(axis=1)
                assert there.all(), f"{name}: {line.get_label()}: {inside[~there]}"


def test_a_mean_has_its_number_of_seeds_beside_it(figures: dict[str, Drawing]) -> None:
    for name, drawing in figures.items():
        words = "\n".join(text.get_text() for text in drawing.figure.texts)
        if re.search(r"all \d+ seeds diverged", words) and "mean" in drawing.numbers:
            assert drawing.numbers["mean"].isna().all(), name
        if {"mean", "n"} <= set(drawing.numbers):
            assert re.search(r"n = \d|one seed|all \d+ seeds diverged|no trial ended", words), f"{name}: {words}"


def test_nothing_is_a_mean_over_settings_that_differ(figures: dict[str, Drawing]) -> None:
    for name, drawing in figures.items():
        words = " ".join(text.get_text() for text in drawing.figure.texts)
        assert not re.search("mean over (?!n = |seeds)", words), f"{name}: {words}"


def test_seeds_that_diverged_are_in_no_mean_and_are_counted(figures: dict[str, Drawing]) -> None:
    for name, drawing in figures.items():
        table = drawing.numbers
        if not {"mean", "diverged", "trials", "n"} <= set(table):
            continue
        assert (table["n"] + table["diverged"] + table.get("failed", 0) == table["trials"]).all(), name
        if table["diverged"].any():
            assert "diverged" in " ".join(text.get_text() for text in drawing.figure.findobj(Text)), name


@pytest.mark.parametrize("look", [Look(85 / 25.4, 9.0), Look(85 / 25.4, 7.0), STYLES["slides"]])
@pytest.mark.parametrize("kind", ["a run", "two axes", "one at a time", "planes"])
def test_every_width_and_size_of_letters_keeps_words_on_the_page(kind: str, look: Look, tmp_path: Path) -> None:
    result, outside = RESULTS[kind](tmp_path).result, list[str]()
    with drawn_for(look):
        for name, draw in figures_of(result).items():
            with suppress(Absent):
                if (drawing := draw()) is not None:
                    rendered(drawing, ["svg"], name, Lacks())
                    if leaves_the_page(drawing.figure):
                        outside.append(name)
    assert outside == []
