"""Parameter and cost tables of networks, alone and side by side."""

from collections.abc import Sequence
from typing import Any

from mlpexp.architectures.arithmetic import NetworkCost
from mlpexp.report.tables.text_table import TextTable, records_csv, records_json

COLUMNS = ("layer", "kind", "output size", "output", "formula", "parameters", "MACs", "activations")
NUMERIC = frozenset(("parameters", "MACs", "activations"))
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
                bytes_text(row.activation_bytes),
            )
        )
    footer = ("total", "", "", "", "", f"{cost.parameters:,}", f"{cost.macs:,}", bytes_text(cost.activation_bytes))
    memory = f"{bytes_text(cost.float32_bytes)} as float32, {bytes_text(cost.int8_bytes)} as int8"
    title = f"{cost.network}, input {cost.input}: {cost.parameters:,} parameters ({memory})"
    return TextTable(COLUMNS, rows, NUMERIC, footer, title, droppable=DROPPABLE)


def comparison_table(costs: Sequence[NetworkCost]) -> TextTable:
    """Networks side by side: parameters layer by layer, then the totals."""
    layers = sorted(dict.fromkeys(row.layer for cost in costs for row in cost.rows if row.formula), key=_depth)
    by_name = [{row.layer: row.parameters for row in cost.rows} for cost in costs]
    rows = [(layer, *(f"{own[layer]:,}" if own.get(layer) else "" for own in by_name)) for layer in layers]
    totals = [
        ("parameters", *(f"{cost.parameters:,}" for cost in costs)),
        ("float32", *(bytes_text(cost.float32_bytes) for cost in costs)),
        ("int8", *(bytes_text(cost.int8_bytes) for cost in costs)),
        ("activations", *(bytes_text(cost.activation_bytes) for cost in costs)),
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


def bytes_text(count: int) -> str:
    """``241.0 KiB``: bytes in the largest binary unit that leaves at least 1."""
    size, unit = float(count), "B"
    for larger in ("KiB", "MiB", "GiB"):
        if size < 1024:
            break
        size, unit = size / 1024, larger
    return f"{count} B" if unit == "B" else f"{size:,.1f} {unit}"
