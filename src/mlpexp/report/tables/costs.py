"""Parameter and cost tables of networks, alone and side by side."""

from collections.abc import Sequence
from typing import Any

from mlpexp.architectures.arithmetic import NetworkCost
from mlpexp.report.tables.text_table import TextTable, records_csv, records_json
from mlpexp.report.words import binary_bytes

COST_COLUMNS = ("layer", "kind", "output size", "output", "formula", "parameters", "MACs", "activations")
NUMERIC = frozenset(("parameters", "MACs", "activations"))
MEANING = "MACs: multiplications, each with an addition, for one sample; activations: memory of each output as float32"
DROPPABLE = ("output size", "activations", "kind", "MACs", "output", "formula")


def cost_table(cost: NetworkCost) -> TextTable:
    """A row per layer, with the formulas and their numbers."""
    rows = []
    for row in cost.rows:
        formula = row.formula.rpartition(" = ")[0]
        rows.append(
            (
                row.layer,
                row.kind,
                row.size_formula,
                row.output,
                formula,
                f"{row.parameters:,}" if row.formula else "",
                f"{row.macs:,}" if row.macs else "",
                binary_bytes(row.activation_bytes),
            )
        )
    footer = ("total", "", "", "", "", f"{cost.parameters:,}", f"{cost.macs:,}", binary_bytes(cost.activation_bytes))
    memory = f"{binary_bytes(cost.float32_bytes)} as float32, {binary_bytes(cost.int8_bytes)} as int8"
    title = f"{cost.network}, input {cost.input}: {cost.parameters:,} parameters ({memory})"
    table = TextTable(COST_COLUMNS, rows, NUMERIC, footer, title, droppable=DROPPABLE)
    return table if any(row.size_formula for row in cost.rows) else table.without(["output size"])


def side_by_side(costs: Sequence[NetworkCost]) -> TextTable:
    """Networks side by side: parameters layer by layer, then the totals."""
    layers = sorted(dict.fromkeys(row.layer for cost in costs for row in cost.rows if row.formula), key=_depth)
    by_name = [{row.layer: row.parameters for row in cost.rows} for cost in costs]
    rows = [(layer, *(f"{counts[layer]:,}" if counts.get(layer) else "" for counts in by_name)) for layer in layers]
    totals = [
        ("parameters", *(f"{cost.parameters:,}" for cost in costs)),
        ("float32", *(binary_bytes(cost.float32_bytes) for cost in costs)),
        ("int8", *(binary_bytes(cost.int8_bytes) for cost in costs)),
        ("activations", *(binary_bytes(cost.activation_bytes) for cost in costs)),
    ]
    names = [cost.network for cost in costs]
    footer = ("MACs", *(f"{cost.macs:,}" for cost in costs))
    return TextTable(
        ("parameters of", *names), [*rows, *totals], frozenset(names), footer, "side by side", named_columns=True
    )


def _depth(layer: str) -> int:
    """Sorts convolutions before dense layers before the output; the order within each kind is kept."""
    return 0 if layer.startswith("conv") else 2 if layer == "output" else 1


def as_records(costs: Sequence[NetworkCost]) -> list[dict[str, Any]]:
    """One record per layer and network, numbers as numbers."""
    return [{"network": cost.network, "input": cost.input, **vars(row)} for cost in costs for row in cost.rows]


def as_json(costs: Sequence[NetworkCost]) -> str:
    """Networks with layers and totals."""
    totals = ("parameters", "macs", "activation_bytes", "float32_bytes", "int8_bytes")
    return records_json(
        [
            {
                "network": cost.network,
                "input": cost.input,
                "layers": [vars(row) for row in cost.rows],
                **{name: getattr(cost, name) for name in totals},
            }
            for cost in costs
        ]
    )


def as_csv(costs: Sequence[NetworkCost]) -> str:
    """One line per layer and network."""
    return records_csv(as_records(costs))
