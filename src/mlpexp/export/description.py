"""What is told of a network beside its weights: where it is from, what it takes and gives, layer by layer.

``about`` is short, and in every format. ``described`` is all of it, so that a program can compute with nothing else.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from itertools import product
from typing import Any

import numpy as np

from mlpexp.config.activations import KNOWN
from mlpexp.config.column_forms import CategoryColumn, ColumnForm, DateColumn
from mlpexp.data.tables.dates import FORMATS, TIMES
from mlpexp.data.tables.inputs import is_code
from mlpexp.data.tables.kinds import MISSING_NUMBER
from mlpexp.data.tables.number_forms import MISSING, is_plain_number
from mlpexp.export.portable import PortableNetwork, Step

FORMAT, VERSION = "mlpexp-network", 1
# What a step does to its input x; of activations the formula is in their own table.
ARITHMETIC: Mapping[str, str] = {
    "dense": "y = x W + b, W of shape (inputs, units)",
    "conv2d": "y[o, i, j] = b[o] + sum of W[o, c, k, l] x[c, stride i + k - padding, stride j + l - padding], x is 0 outside",
    "max_pool": "the largest of each kernel_size x kernel_size window, every stride; windows that do not fit are left out",
    "average_pool": "the mean of each kernel_size x kernel_size window, every stride; windows that do not fit are left out",
    "normalize": "(x - mean) factor + shift, for each feature or channel",
    "flatten": "all values in one row, channels first",
    "prelu": "x if x > 0 else slope x, a slope for each feature or channel",
    "maxout": "the largest of each group of `pieces` neighbouring features or channels",
    "quantize": "q = floor(x / scale + 1/2) + zero, cut off at -128 and 127: int8 that stands for scale (q - zero)",
    "whole_dense": "q = floor(factor (b + sum of W (x - input_zero)) + 1/2) + output_zero, cut off at -128 and 127",
    "whole_conv2d": "as whole_dense, with W laid on the image as in conv2d; x is input_zero outside",
    "whole_logits": "y = scale (b + sum of W (x - input_zero)), as float32",
    "table": "the entry x + 128 of `levels`, of its one row, or of the row of each feature or channel",
    "whole_mean_pool": "floor(m + 1/2) of the mean m of each kernel_size x kernel_size window, every stride",
    "scaled_dense": "y = scale (x W) + b, W of shape (inputs, units) in int8, a scale for each unit",
    "scaled_conv2d": "y[o] = scale[o] times the sum that conv2d has for o, with int8 W, + b[o]",
    "both_classes": "-x and x: what speaks for the first class, and for the second",
}


def about(network: PortableNetwork) -> dict[str, Any]:
    """In few words and lists: origin, task, inputs, outputs."""
    preparation = network.preparation
    raw = "raw pixels 0..255, uint8" if network.is_image else "raw numbers, float64" + _nan(network)
    told: dict[str, Any] = {
        **asdict(network.origin),
        "task": preparation.task,
        "input": f"{network.input_name}: {raw}, shape (N, {', '.join(map(str, preparation.input_shape))})",
        "output": f"{network.output_name}: shape (N, {network.steps[-1].output_shape[0]})",
        "target": preparation.target_name,
    }
    if network.int8:
        told["int8"] = network.int8
    if not network.is_image:
        told["feature_names"] = list(preparation.feature_names)
    if network.classification:
        told["class_names"] = list(preparation.class_names)
    return told


def _nan(network: PortableNetwork) -> str:
    return ", NaN where a value is missing" if network.scaling.fill is not None else ""


def described(network: PortableNetwork, placed: Callable[[str, np.ndarray], Any]) -> dict[str, Any]:
    """All that is needed to compute.

    Args:
        network: Of which.
        placed: What stands for an array, given its name: ``dense1.weight``.
    """
    preparation, scaling = network.preparation, network.scaling
    inputs: dict[str, Any] = {
        "name": network.input_name,
        "shape": list(preparation.input_shape),
        "fill": None if scaling.fill is None else list(scaling.fill),
        "shift": list(scaling.shift),
        "scale": list(scaling.scale),
    }
    if preparation.table is not None:
        inputs["features"] = list(preparation.feature_names)
        inputs["columns"] = columns_of(network)
        inputs["missing"] = missing_words(network)
    return {
        "format": FORMAT,
        "version": VERSION,
        "about": about(network),
        "input": inputs,
        "layers": [_layer(step, placed) for step in network.steps],
        "output": _output(network),
    }


def _layer(step: Step, placed: Callable[[str, np.ndarray], Any]) -> dict[str, Any]:
    return {
        "name": step.name,
        "kind": step.kind,
        "arithmetic": ARITHMETIC[step.kind] if step.kind in ARITHMETIC else KNOWN[step.kind].formula,
        "output_shape": list(step.output_shape),
        **step.numbers,
        **{name: placed(f"{step.name}.{name}", array) for name, array in step.arrays.items()},
    }


def _output(network: PortableNetwork) -> dict[str, Any]:
    told: dict[str, Any] = {"name": network.output_name, "activation": network.activation}
    if network.classification:
        return {**told, "classes": list(network.preparation.class_names)}
    shift, scale = network.scaling.target_shift, network.scaling.target_scale
    return {
        **told,
        "target": network.preparation.target_name,
        "shift": None if shift is None else list(shift),
        "scale": None if scale is None else list(scale),
        "log": network.preparation.target_log,
    }


def columns_of(network: PortableNetwork) -> list[dict[str, Any]]:
    """How the cells of each column become inputs, in the order of the inputs."""
    table = network.preparation.table
    return [_column(column) for column in table.columns] if table else []


def missing_words(network: PortableNetwork) -> dict[str, list[str]]:
    """Cells that stand for a missing value: in any column, and in those of numbers and dates; in lower case."""
    table = network.preparation.table
    own = table.missing_values if table else ()
    return {"any": sorted({*MISSING, *(word.lower() for word in own)}), "numbers": sorted(MISSING_NUMBER)}


def _column(column: ColumnForm) -> dict[str, Any]:
    told = {
        "name": column.name,
        "kind": column.kind,
        "filled": column.fill is not None,
        "indicator": column.has_indicator,
    }
    match column:
        case CategoryColumn():
            numeric = all(map(is_plain_number, column.levels)) and not any(map(is_code, column.levels))
            return {
                **told,
                "levels": list(column.levels),
                "level_of_missing": column.level_of_missing,
                "numeric": numeric,
            }
        case DateColumn():
            seen = {"lowest": list(column.lowest), "highest": list(column.highest)}
            return {**told, "parts": list(column.parts), "form": form_of_dates(column.written), **seen}
        case _:
            marks = {"decimal": column.decimal, "thousands": column.thousands}
            before, after = column.around
            seen = {"lowest": [column.lowest], "highest": [column.highest]}
            return {**told, **marks, "before": before or column.before, "after": after or column.after, **seen}


def form_of_dates(written: tuple[str, ...]) -> str:
    """How ``strptime`` reads dates such as these; empty: as ISO 8601 has them."""
    times = ["", *(f"{blank}{time}" for blank, time in product((" ", "T"), TIMES))]
    return next((day + time for day, time in product(FORMATS, times) if _reads(day + time, written)), "")


def _reads(form: str, cells: tuple[str, ...]) -> bool:
    try:
        return bool([datetime.strptime(cell, form) for cell in cells])
    except ValueError:
        return False
