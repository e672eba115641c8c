"""What networks do on new samples, in tables, sentences, and records."""

from collections.abc import Iterator
from math import floor, isfinite, log10, nan
from typing import TYPE_CHECKING, Any

from mlpexp.config.scores import PART_LABELS
from mlpexp.planning.sample_designs import design_in_words
from mlpexp.report.tables.text_table import TextTable, records_csv
from mlpexp.report.words import NONE, cell_interval, cell_number, counted, listed, of_a_sample, same_ends, span
from mlpexp.statistics.intervals import MeanInterval
from mlpexp.statistics.new_samples import Design, FixedTest

if TYPE_CHECKING:
    from mlpexp.results.column_shifts import ColumnShift
    from mlpexp.results.on_new_data import Ends, OnNewData, ScoreOnNew

MOST_COLUMNS = 12  # of the table of shifts on the terminal; the file has all
MOST_REASONS = 5  # why samples are left out
MOST_CATEGORIES = 5  # whose levels are named
MOST_LEVELS = 3  # of a category
SMALL, LARGE = 10, 1e9  # between them numbers have five digits, as prices do
HALF = 0.5  # of the samples: more that were learned from, and the scores are no test


def scores_table(found: "OnNewData") -> TextTable:
    """A row per score of the new samples."""
    rows = [
        (
            _label(found, score),
            f"{score.mean.n}",
            _number(score.mean.mean, score),
            _number(score.mean.std, score),
            _interval(score.mean, score),
            _ends(score.new_samples, score.mean.n, score),
        )
        for score in found.scores
    ]
    columns = (
        "metric",
        "n",
        "mean" if len(found.networks.seeds) > 1 else "value",
        "std",
        "95 % interval",
        "new samples",
    )
    samples = counted(len(found.data.rows), "sample")
    return TextTable(
        columns,
        rows,
        frozenset(columns) - {"metric"},
        title=f"{found.data.name}: {samples}",
        prose=frozenset({"metric"}),
        droppable=("std",),
    )


def differences_table(found: "OnNewData") -> TextTable | None:
    """A row per score: that of the result's own part, and how much the new samples differ; None without such a part."""
    if found.part is None:
        return None
    rows = [
        (
            _label(found, score),
            f"{score.difference.n}",
            _number(score.own_mean.mean, score),
            _number(score.difference.mean, score, sign=True),
            _interval(score.difference, score, sign=True),
            _ends(score.difference_new_samples, score.difference.n, score, sign=True),
        )
        for score in found.scores
    ]
    label = PART_LABELS[found.part]
    columns = ("metric", "n", f"{label} part", "difference", "95 % interval", "new samples")
    return TextTable(
        columns,
        rows,
        frozenset(columns) - {"metric"},
        title=f"{found.data.name} minus the {label} part, paired by seed",
        prose=frozenset({"metric"}),
    )


def shift_table(found: "OnNewData", *, most: int | None = MOST_COLUMNS) -> TextTable:
    """A row per column, the farthest first; columns of the table that say nothing are left out."""
    rows = [_shift_cells(shift) for shift in found.shifts[:most]]
    headings = (
        "column", "distance", "by chance", "difference", "mean", "learned mean", "outside", "unknown", "missing",
        "learned missing",
    )  # fmt: skip
    table = TextTable(headings, rows, frozenset(headings) - {"column"}, prose=frozenset({"column"}))
    nothing = {name: (NONE,) if name == "distance" else (NONE, "0") for name in headings[1:]}
    empty = {name for place, name in enumerate(headings) if place and all(row[place] in nothing[name] for row in rows)}
    shown = table.without(empty)
    return TextTable(
        shown.columns,
        shown.rows,
        shown.numeric & set(shown.columns),
        title="how far columns have shifted, the farthest first",
        prose=shown.prose,
        droppable=("learned missing", "missing", "learned mean", "mean"),
    )


def sentences(found: "OnNewData") -> list[str]:
    """What must be said beside the tables; what spoils the scores comes first."""
    return [*_of_twins(found), *_of_samples(found), *_of_intervals(found), *_of_shift(found)]


def _of_twins(found: "OnNewData") -> Iterator[str]:
    """Whether samples were learned from."""
    name, number = found.data.name, len(found.data.rows)
    if found.twins is None:
        yield "not known: whether some of these samples were learned from"
        yield found.not_at_hand
        return
    most, least = max(found.twins.of_seeds), min(found.twins.of_seeds)
    if most:
        verb = "were" if most > 1 else "was"
        yield f"{name}: {span(least, most, '{:,}')} of {number:,} samples {verb} learned from: same inputs, same target"
        yield "the scores are no test" if most > HALF * number else "on these the scores are no test"
    if found.twins.anywhere > most:
        known = found.twins.anywhere
        yield f"{name}: {known:,} of {number:,} samples are in the data that were trained on, in one part or another"


def _of_samples(found: "OnNewData") -> Iterator[str]:
    data = found.data
    yield from (f"{data.name}: {what}" for what in data.said)
    if data.left_out:
        number = sum(count for _, count in data.left_out)
        remain = f"{len(data.rows):,} remain{'s' * (len(data.rows) == 1)}"
        yield f"{data.name}: {counted(number, 'sample')} left out, {remain}"
        yield from (f"left out: {reason} ({count:,})" for reason, count in data.left_out[:MOST_REASONS])
        if (more := len(data.left_out) - MOST_REASONS) > 0:
            yield f"evaluation.json has {counted(more, 'more reason')}"


def _of_intervals(found: "OnNewData") -> Iterator[str]:
    """Of what each number speaks."""
    seeds, number = len(found.networks.seeds), len(found.data.rows)
    if seeds > 1:
        these = f"these {number:,} samples" if number > 1 else "this one sample"
        yield f"95 % intervals: Student's t over {seeds} seeds; they speak of new seeds on {these}"
    else:
        yield "one seed: no interval for new seeds; the interval for new samples is of this one network"
    design = _design_in_words(found, FixedTest(number))
    yield f"new samples: intervals for new samples of the source of {found.data.name} ({design})"
    if undefined := [_label(found, score) for score in found.scores if not score.mean.n]:
        yield f"no value: {listed(undefined)}; what is true must differ between these samples"
    without = [_label(found, score) for score in found.scores if score.mean.n and not isfinite(score.new_samples[0])]
    if without:
        yield f"no interval for new samples: predictions do not give {listed(without)} by sample"
    if found.part is None:
        yield "no test part: the scores are compared with nothing"
        return
    label, own = PART_LABELS[found.part], _design_in_words(found, found.own_design)
    if any(score.score.name == "r2" for score in found.scores):
        yield "R² compares errors with the spread of what is true: with less spread it falls, though errors stay"
    yield f"of differences: new samples of both sources; of the {label} part: {own}"
    if unknown := [_label(found, score) for score in found.scores if not score.own_mean.n]:
        yield f"not measured on the {label} part: {listed(unknown)}; `scores:` of a config asks for more"


def _design_in_words(found: "OnNewData", design: Design) -> str:
    """Of one network there is no error of seeds."""
    if len(found.networks.seeds) == 1 and isinstance(design, FixedTest):
        return f"error of {counted(design.num_test, 'test sample')}"
    return design_in_words(design)


def _of_shift(found: "OnNewData") -> Iterator[str]:
    if not found.num_learned:
        yield "shift: the training part is not at hand; shown is what the result knows of its columns"
        return
    number = counted(found.num_learned, "sample")
    yield f"shift: against the training part of seed {found.networks.seeds[0]}, {number}"
    kinds = {shift.kind for shift in found.shifts}
    if "number" in kinds:
        yield "distance of numbers: Kolmogorov-Smirnov, 0 to 1; difference: of the means, in standard deviations"
    if "category" in kinds:
        yield "distance of categories: total variation, the share of samples that would have to change"
        yield from _of_levels(found)
    yield "by chance: samples of one source exceed this distance in one column of 20"
    if len(found.shifts) > MOST_COLUMNS:
        yield f"{len(found.shifts) - MOST_COLUMNS:,} more columns are in shift.csv"


def _of_levels(found: "OnNewData") -> Iterator[str]:
    """Which levels changed most, of categories that are farther from training than by chance."""
    far = [shift for shift in found.shifts if shift.levels and shift.distance > shift.by_chance]
    for shift in far[:MOST_CATEGORIES]:
        changes = (
            f"{level.level} {_share(level.learned_share)} to {_share(level.share)}"
            for level in shift.levels[:MOST_LEVELS]
        )
        yield f"{_column(shift)}, from training to here: {', '.join(changes)}"


def record(found: "OnNewData") -> dict[str, Any]:
    """All of it as plain data: what ``evaluation.json`` holds."""
    networks, data = found.networks, found.data
    return {
        "result": networks.arm.result.path.resolve().name,
        "hash": networks.arm.result.summary.hash,
        "arm": networks.arm.number,
        "label": networks.arm.label,
        "seeds": list(networks.seeds),
        "on": data.name,
        "samples": len(data.rows),
        "left_out": [{"reason": reason, "samples": count} for reason, count in data.left_out],
        "learned_from": None
        if found.twins is None
        else {"of_seeds": list(found.twins.of_seeds), "anywhere": found.twins.anywhere},
        "compared_with": found.part,
        "scores": {score.score.name: _score_record(score) for score in found.scores},
        "shift_against": found.num_learned,
        "shift": [_shift_record(shift) for shift in found.shifts],
        "said": sentences(found),
    }


def scores_csv(found: "OnNewData") -> str:
    """A row per score and seed."""
    return records_csv([
        {
            "metric": score.score.name,
            "seed": seed,
            "value": _exact(float(score.values[place])),
            "own": _exact(float(score.own[place])),
            "difference": _exact(float(score.differences[place])),
        }
        for score in found.scores
        for place, seed in enumerate(found.networks.seeds)
    ])  # fmt: skip


def shift_csv(found: "OnNewData") -> str:
    """A row per column."""
    records = [_shift_record(shift) for shift in found.shifts]
    for row in records:
        (most, *_) = row.pop("levels") or [{"level": "", "share": nan, "learned_share": nan}]
        row |= {"most_changed": most["level"], "share": most["share"], "learned_share": most["learned_share"]}
    return records_csv([
        {key: _exact(value) if isinstance(value, float) else value for key, value in row.items()} for row in records
    ])  # fmt: skip


def _label(found: "OnNewData", score: "ScoreOnNew") -> str:
    return found.networks.arm.result.summary.dataset.labelled(score.score, score.score.label)


def _number(value: float, score: "ScoreOnNew", *, sign: bool = False) -> str:
    """With as many decimals as the mean needs for five digits, and no more than four: 16,055, 149.53."""
    size = abs(score.mean.mean)
    if not isfinite(value) or not SMALL <= size < LARGE:
        return cell_number(value, sign=sign)
    decimals = max(0, 4 - floor(log10(size)))
    return f"{round(value, decimals) + 0.0:{'+' if sign else ''},.{decimals}f}"


def _interval(mean: MeanInterval, score: "ScoreOnNew", *, sign: bool = False) -> str:
    return _ends((mean.low, mean.high), mean.n, score, sign=sign) if mean.n > 1 else NONE


def _ends(ends: "Ends", n: int, score: "ScoreOnNew", *, sign: bool = False) -> str:
    if not n or not isfinite(ends[0]) or same_ends(*ends):
        return cell_interval(*ends, sign=sign) if n else NONE
    return " .. ".join(_number(end, score, sign=sign) for end in ends)


def _shift_cells(shift: "ColumnShift") -> tuple[str, ...]:
    shares = (shift.outside, shift.unknown, shift.missing, shift.learned_missing)
    return (
        _column(shift),
        _short(shift.distance),
        _short(shift.by_chance),
        _short(shift.difference, sign=True),
        _mean(shift.mean),
        _mean(shift.learned_mean),
        *map(_share, shares),
    )


def _column(shift: "ColumnShift") -> str:
    return f"{shift.column} (target)" if shift.is_target else shift.column


def _short(value: float, *, sign: bool = False) -> str:
    return f"{value:{'+' if sign else ''}.2g}" if isfinite(value) else NONE


def _mean(value: float) -> str:
    return of_a_sample(value) if isfinite(value) else NONE


def _share(value: float) -> str:
    return NONE if not isfinite(value) else "0" if value == 0 else f"{100 * value:.1f} %"


def _exact(value: float) -> str:
    return repr(value) if isfinite(value) else ""


def _score_record(score: "ScoreOnNew") -> dict[str, Any]:
    difference, own = score.difference, score.own_mean
    return {
        "n": score.mean.n, "mean": score.mean.mean, "std": score.mean.std, "low": score.mean.low, "high": score.mean.high,
        "new_samples": list(score.new_samples),
        "own": {"n": own.n, "mean": own.mean, "low": own.low, "high": own.high},
        "difference": {
            "n": difference.n, "mean": difference.mean, "low": difference.low, "high": difference.high,
            "new_samples": list(score.difference_new_samples),
        },
    }  # fmt: skip


def _shift_record(shift: "ColumnShift") -> dict[str, Any]:
    return {
        "column": shift.column,
        "kind": shift.kind,
        "is_target": shift.is_target,
        "distance": shift.distance,
        "by_chance": shift.by_chance,
        "difference": shift.difference,
        "mean": shift.mean,
        "learned_mean": shift.learned_mean,
        "outside": shift.outside,
        "unknown": shift.unknown,
        "missing": shift.missing,
        "learned_missing": shift.learned_missing,
        "levels": [
            {"level": level.level, "share": level.share, "learned_share": level.learned_share} for level in shift.levels
        ],
    }
