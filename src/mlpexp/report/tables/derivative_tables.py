"""The tables and sentences of ``mlpexp gradcheck``."""

from collections.abc import Iterator
from math import prod

from mlpexp.analysis.gradcheck.checks import (
    BY_HAND,
    DIFFERENCES,
    FORWARD,
    NUMPY,
    REVERSE,
    STEPS,
    Report,
    TensorChecks,
    farthest,
)
from mlpexp.report.tables.text_table import TextTable, records_csv


def derivative_tables(report: Report, of: str) -> list[TextTable]:
    """Differences by tensor, values by tensor, costs by way, errors by step."""
    return [_by_tensor(report, of), _values(report), _by_way(report), _by_step(report)]


def _by_tensor(report: Report, of: str) -> TextTable:
    whole = [way for way in (BY_HAND, NUMPY) if way in report.tensors[0].checks]
    columns = ["tensor", "shape", *whole, FORWARD, "along", DIFFERENCES, "at", "step", "kinks"]
    rows = [_row(tensor, whole) for tensor in report.tensors]
    title = f"{of}; largest difference from reverse mode, divided by the tensor's largest derivative"
    numeric = frozenset({*whole, FORWARD, DIFFERENCES, "step", "kinks"})
    droppable = ("step", "along", "at", "shape", "kinks", NUMPY, FORWARD)
    return TextTable(columns, rows, numeric, title=title, droppable=droppable)


def _row(tensor: TensorChecks, whole: list[str]) -> list[str]:
    forward, differences, count = tensor.checks[FORWARD], tensor.checks[DIFFERENCES], prod(tensor.shape)
    smooth = differences.kinks < differences.compared
    return [
        tensor.tensor,
        "x".join(map(str, tensor.shape)),
        *(_small(tensor.checks[way].difference) for way in whole),
        _small(forward.difference),
        f"{forward.compared} random directions" if forward.directions else f"all {count}",
        _small(differences.difference) if smooth else "none",
        f"all {count}" if differences.compared == count else f"{differences.compared} of {count:,}",
        f"{differences.step:g}" if smooth and differences.step else "",
        str(differences.kinks),
    ]


def _values(report: Report) -> TextTable:
    """One derivative of each tensor by every way."""
    ways = [way for way in (REVERSE, BY_HAND, NUMPY, DIFFERENCES) if any(_value(of, way) for of in report.tensors)]
    rows = [[_entry(of), *(_value(of, way) for way in ways)] for of in report.tensors]
    title = "values: of each tensor the largest derivative that differences were taken of"
    return TextTable(["entry", *ways], rows, frozenset(ways), title=title, droppable=(NUMPY, BY_HAND))


def _entry(of: TensorChecks) -> str:
    """``dense1.weight[0,1]``."""
    return of.tensor if of.largest is None else f"{of.tensor}[{','.join(map(str, of.largest.entry))}]"


def _value(of: TensorChecks, way: str) -> str:
    """With the digits that show a difference of 1e-10; nothing where the way gives none."""
    return "" if of.largest is None or way not in of.largest.values else f"{of.largest.values[way]:.12g}"


def _by_way(report: Report) -> TextTable:
    """How much work each way is, and would be for the whole gradient."""
    count = next(cost.derivatives for cost in report.costs if cost.way == REVERSE)
    whole = {
        FORWARD: f"{count:,} forward",
        DIFFERENCES: f"{2 * count:,} forward or more",
    }
    rows = []
    for cost in report.costs:
        worst = max((of.checks[cost.way].difference for of in report.tensors if cost.way in of.checks), default=None)
        rows.append(
            [
                cost.way,
                f"{cost.derivatives:,}",
                f"{cost.forward:,}",
                f"{cost.backward:,}",
                _short(1e3 * cost.seconds),
                _short(1e6 * cost.seconds / cost.derivatives),
                whole.get(cost.way, "1 forward, 1 backward"),
                "" if worst is None else _small(worst),
            ]
        )
    columns = [
        "way",
        "derivatives",
        "forward passes",
        "backward passes",
        "ms",
        "us each",
        f"for all {count:,}",
        "largest difference",
    ]
    numeric = frozenset({*columns} - {"way", columns[6]})
    droppable = ("backward passes", "ms", "derivatives", "us each", columns[6], "forward passes")
    return TextTable(columns, rows, numeric, title="what each way cost", droppable=droppable)


def _by_step(report: Report) -> TextTable:
    columns = ["one step for all entries", "largest error, divided by the network's largest derivative"]
    rows = [[f"{step:g}", _small(error)] for step, error in zip(STEPS, report.errors_of_steps, strict=True)]
    return TextTable(columns, rows, frozenset(columns), title="central differences: too long a step, too short a step")


def derivative_sentences(report: Report, batch_size: int) -> Iterator[str]:
    """What was done, in words."""
    batch = f"{batch_size} sample{'' if batch_size == 1 else 's'}"
    yield f"float64, training mode, the first batch of {batch}, the weights before the first step"
    kinks = sum(tensor.checks[DIFFERENCES].kinks for tensor in report.tensors)
    if any(tensor.checks[DIFFERENCES].compared == 0 for tensor in report.tensors):
        yield (
            "table_sigmoid is a step function: its derivative, y (1 - y) by definition, is compared in the other ways"
        )
    yield from _of_differences(report)
    if kinks:
        yield (
            f"at {kinks} {'entry' if kinks == 1 else 'entries'} the objective has a kink (the slopes to both sides differ "
            "however short the step): no difference is a derivative there, and none is compared"
        )


def _of_differences(report: Report) -> Iterator[str]:
    """Which step was taken, why another one can err less, and how many passes all of them need."""
    cost = next(cost for cost in report.costs if cost.way == DIFFERENCES)
    points = cost.forward - 2 * len(STEPS) * cost.derivatives
    yield "step: of each entry the one that agrees best with the next shorter one; shown is the most frequent"
    yield "this choice does not know the derivative, so another step in the last table can err less"
    yield (
        f"{cost.forward:,} forward passes of differences: {cost.derivatives:,} derivatives, {len(STEPS)} steps, 2 sides, "
        f"and one for each of {points} tensors"
    )


def agreement_sentence(report: Report, tolerance: float) -> str:
    """That all ways agree, and how far the farthest is off."""
    tensor, check = farthest(report, lambda check: check.difference)
    all_of = "the only tensor agrees" if len(report.tensors) == 1 else f"all {len(report.tensors)} tensors agree"
    return f"{all_of} within {tolerance:g}; largest difference {check.difference:.1e} ({tensor}, {check.way})"


def derivative_csv(report: Report) -> str:
    """A row for each tensor and way, and one for each way in all."""
    records = [
        {
            "tensor": tensor.tensor,
            "shape": "x".join(map(str, tensor.shape)),
            "way": check.way,
            "compared": check.compared,
            "random_directions": str(check.directions).lower(),
            "largest_relative_difference": repr(check.difference),
            "entry": "" if tensor.largest is None else ",".join(map(str, tensor.largest.entry)),
            "value": _exact_value(tensor, check.way),
            "reverse_mode": _exact_value(tensor, REVERSE),
            "kinks": check.kinks,
            "step": check.step or "",
            "forward_passes": "",
            "backward_passes": "",
            "seconds": "",
        }
        for tensor in report.tensors
        for check in tensor.checks.values()
    ]
    blank = dict.fromkeys(records[0], "")
    records += [
        {
            **blank,
            "tensor": "all",
            "way": cost.way,
            "compared": cost.derivatives,
            "forward_passes": cost.forward,
            "backward_passes": cost.backward,
            "seconds": f"{cost.seconds:.6g}",
        }
        for cost in report.costs
    ]
    return records_csv(records)


def _exact_value(of: TensorChecks, way: str) -> str:
    return "" if of.largest is None or way not in of.largest.values else repr(of.largest.values[way])


def _short(number: float) -> str:
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"


def _small(difference: float) -> str:
    return "0" if difference == 0 else f"{difference:.1e}"
