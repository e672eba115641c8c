"""Formulas of a table of costs, computed."""

import math
import re

from mlpexp.architectures.arithmetic import NetworkCost


def check_formulas(table: NetworkCost) -> None:
    """Each formula's left side, computed, is its right side, and that is the row's figure."""
    for row in table.rows:
        assert bool(row.formula) == bool(row.parameters)
        if row.formula:
            left, right = row.formula.split(" = ")
            assert re.fullmatch(r"[0-9()+* ]+( slopes)?", left)
            assert eval(left.removesuffix(" slopes")) == int(right.replace(",", "")) == row.parameters
        sizes = [part.split(" = ") for part in row.size_formula.split(", ") if part]
        for left, right in sizes:
            assert re.fullmatch(r"floor\([0-9()+*/ -]+\) \+ 1", left)
            assert eval(left, {"floor": math.floor}) == int(right)
        if sizes:
            height, width, _ = row.output.split("x")
            assert [right for _, right in sizes] in ([height, width], [height] if height == width else [])
