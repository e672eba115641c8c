"""Names of one figure or table differ, however long and alike they are; and they are the user's own where there are some."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from making.results_builder import DIGITS, HIDDEN, IRIS, BuiltResult, build_sweep
from mlpexp.errors import InputError
from mlpexp.report.figures.sweep.effects import draw_effect
from mlpexp.report.figures.sweep.forest import draw_arms
from mlpexp.report.figures.sweep.sweep_curves import draw_panels, draw_sweep_curves
from mlpexp.report.figures.sweep.trade_offs import draw_parameters
from mlpexp.report.numbers.notes import LONGEST_NAME, arm_names
from mlpexp.report.numbers.sweep_caption import SweepAxis
from mlpexp.report.tables.conclusions import conclusions
from mlpexp.report.words import distinct_names
from mlpexp.results.arm_named import arm_named
from mlpexp.results.comparison import read_comparison

WORDS = st.sampled_from(["c8@3", "p", "two 3x3", "[16, ", "16]", "{name: elu, ", "alpha: 1}", "$x_1$", "a", "b"])
PARTS = st.lists(WORDS, max_size=12)
NAMES = st.lists(PARTS.map(" ".join).filter(bool), min_size=2, max_size=8, unique=True)


def axis_of(values: list[str], numbers: list[float] | None = None) -> SweepAxis:
    of = None if numbers is None else tuple(numbers)
    return SweepAxis("model.layers", "layers", tuple(values), of, log=False, base=None, file_name="layers")


@given(NAMES, st.integers(8, 60))
def test_names_that_are_cut_differ(names: list[str], length: int) -> None:
    short = distinct_names(names, length)
    assert len(set(short)) == len(names)
    assert max(map(len, short)) <= length


@given(NAMES, st.sampled_from([7, 12, 16, 18]))
def test_values_at_an_axis_differ(names: list[str], most: int) -> None:
    axis = axis_of(names)
    assert len({axis.short(name, most) for name in names}) == len(names)


@given(st.lists(st.floats(1e-9, 1e9).map(lambda number: float(f"{number:.10g}")), min_size=2, max_size=8, unique=True))
def test_numbers_at_an_axis_differ(numbers: list[float]) -> None:
    texts = [f"{number:.10g}" for number in numbers]
    axis = axis_of(texts, numbers)
    assert len({axis.short(text) for text in texts}) == len(texts)


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> BuiltResult:
    """Arms whose long labels differ in one place in the middle."""
    labels = [f"a convolution of 3x3 behind {i} others, which is all of it" for i in range(1, 5)]
    arms = ", ".join(f"{{label: '{label}', model.layers: {'c4@3 ' * i}p}}" for i, label in enumerate(labels, 1))
    return build_sweep(
        tmp_path_factory.mktemp("named"), {}, config=DIGITS, section=f"arms: [{arms}]", seeds=3, epochs=3
    )


def words(figure: Figure) -> Iterator[list[str]]:
    """The labels of each axis and each legend, and the names of the panels."""
    figure.draw_without_rendering()
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            yield [text.get_text() for text in axis.get_majorticklabels() if text.get_text()]
    for legend in filter(None, [*figure.legends, *(axes.get_legend() for axes in figure.axes)]):
        yield [text.get_text() for text in legend.get_texts()]
    yield [axes.get_title(loc="left") for axes in figure.axes if axes.get_title(loc="left")]


def test_figures_have_the_users_names_and_no_two_alike(named: BuiltResult) -> None:
    data = named.arms
    assert len(set(arm_names(data).values())) == 4
    assert all(len(name) <= LONGEST_NAME for name in arm_names(data).values())
    axis = data.caption.axes[0]
    drawn = [
        draw_arms(data),
        draw_parameters(data),
        draw_effect(data, axis),
        draw_sweep_curves(data, axis),
        draw_panels(data),
    ]
    for figure, _ in filter(None, drawn):
        for labels in words(figure):
            assert len(set(labels)) == len(labels)


def test_tables_say_once_what_names_stand_for(named: BuiltResult) -> None:
    comparison = read_comparison(named.result)
    assert comparison.labels == list(named.arms.arms["model.layers"])
    said = conclusions(comparison, named.result.path).footnotes
    for number, label in enumerate(comparison.labels, 1):
        assert said.count(f"{label}: {'c4@3 ' * number}p") == 1
        assert arm_named(named.result, label) == number - 1


def test_an_arm_is_named_by_what_is_shown(tmp_path: Path) -> None:
    axes = {HIDDEN: ["[64]", "[32, 32]"], "model.batch_norm": ["true", "false"]}
    built = build_sweep(tmp_path / "s", axes, config=IRIS.replace("[16]", "[64]"), section="match: parameters", seeds=2)
    result = built.result
    for number, label in enumerate(built.arms.arms["label"]):
        assert arm_named(result, label) == arm_named(result, label.replace(", b", ",b")) == number
    with pytest.raises(InputError, match=r"hidden sizes were scaled, and are named as they were trained; choose: 0 \("):
        arm_named(result, "hidden_sizes=[32, 32],batch_norm=true", "--arm")
