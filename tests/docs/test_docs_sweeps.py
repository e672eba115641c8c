"""The tables of ``docs/sweeps.md`` name what there is; the examples of sweeps say what the program says."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from making.command_line import Answer
from making.markdown_pages import DOCS, code, tables_of, tables_under
from mlpexp.planning.values import RANGES
from mlpexp.results.comparison import read_comparison
from mlpexp.results.result import Result
from mlpexp.statistics.sign_flip import smallest_p

PAGE, STATISTICS = DOCS / "sweeps.md", DOCS / "statistics.md"


def first_column(title: str) -> set[str]:
    """What the first column of the first table of a section has as code."""
    table = tables_under(PAGE, title)[0]
    return {name for row in table.rows for name in code(row[table.columns[0]])}


def test_every_range_is_described() -> None:
    written = {re.match(r"[a-z_]*", name)[0] for name in first_column("Values and ranges")}
    assert written - {""} == RANGES.keys()


def test_the_smallest_p() -> None:
    for row in tables_under(STATISTICS, "The sign-flip test")[0].rows:
        assert float(row["smallest p"]) == pytest.approx(smallest_p(int(row["seeds"].split()[0])), rel=5e-3)


def blocks_with(page: Path, start: str) -> str:
    text = page.read_text(encoding="utf-8")
    return next(block for block in re.findall("```text\n(.*?)```", text, re.DOTALL) if start in block)


def without_times(text: str) -> str:
    """What is printed, but for when a result was begun; a command that has a line of its own stands behind its sentence."""
    return re.sub(r"\b\d{8}-\d{6}-", "", text).replace(":\n`", ": `")


RATES = ("sweep", "-c", "configs/iris/mlp.yaml", "--learning-rate", "0.001,0.01,0.1,1,10", "-q")


@pytest.mark.slow
@pytest.mark.parametrize(("page", "options"), [(PAGE, ()), (STATISTICS, ("--baseline", "learning_rate=0.1"))])
def test_the_example_of_learning_rates(
    page: Path, options: tuple[str, ...], workplace: Callable[[Path], Path], mlpexp: Callable[..., Answer]
) -> None:
    workplace(page)
    folder = Path(mlpexp(*RATES, *options).out.strip())
    block = blocks_with(page, "learning_rate=0.001 ")
    comparison = read_comparison(Result.open(folder))
    for label, arm, of_new in zip(comparison.labels, comparison.shown.arms, comparison.new_samples.shown, strict=True):
        row = next(line for line in block.splitlines() if line.startswith(f"  {label} "))
        own = arm.own
        assert row.split()[1:6] == [str(own.n), *f"{own.mean:.4f} {own.low:.4f} .. {own.high:.4f}".split()]
        verdicts = [text.strip() for text in row.split("   ") if text.strip()]
        if page == STATISTICS and arm.verdict != "reference":
            assert verdicts[-2:] == [arm.short, of_new.verdict]
        else:
            assert verdicts[-1] == arm.short
        if page == STATISTICS and arm.difference:
            assert f" {arm.difference.mean:+.4f} " in row
    shown = without_times(mlpexp("show", str(folder), *(("--details",) if page == STATISTICS else ())).out).splitlines()
    below = shown[next(i for i, line in enumerate(shown) if line.startswith("compared with")) :]
    if page != STATISTICS:
        assert below.pop().startswith("more: --details")
    assert without_times(block).rstrip().splitlines()[-len(below) :] == below
    if page == STATISTICS:
        power = blocks_with(page, "80 % power")
        for line in mlpexp("compare", str(folder), "--power", "0.02").out.splitlines()[-5:]:
            assert line.strip() in power, line


@pytest.mark.slow
def test_the_example_of_the_noise_floor(workplace: Callable[[Path], Path], mlpexp: Callable[..., Answer]) -> None:
    workplace(STATISTICS)
    printed = mlpexp("sweep", "-c", "configs/iris/mlp.yaml", "--noise-floor", "5").out
    shown = blocks_with(STATISTICS, "what the spread")
    rows = [line.rstrip() for line in printed.splitlines() if line.rstrip().endswith(" %")]
    assert len(rows) == 5
    assert all(row in shown for row in rows)


def test_tables_are_found() -> None:
    assert len(tables_of(PAGE)) > 5
