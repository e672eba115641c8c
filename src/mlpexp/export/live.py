"""A trained network for a page: its description, with samples to check it on, and its weights over the epochs.

The page computes by itself what ``mlpexp export --to model.json`` describes. Everything here is plain data for JSON.
"""

import base64
from collections.abc import Sequence
from typing import Any

import numpy as np

from mlpexp.config.column_forms import CategoryColumn, ColumnForm, DateColumn, NumberColumn, inputs_of
from mlpexp.data.ink.framing import FRAMES
from mlpexp.export.comparison import expected, in_single
from mlpexp.export.described_file import in_base64
from mlpexp.export.description import described
from mlpexp.export.export import seed_of
from mlpexp.export.held_samples import held_samples
from mlpexp.export.lowering import portable, steps_of
from mlpexp.export.portable import PortableNetwork, Step
from mlpexp.results.arm_choice import chosen_arm
from mlpexp.results.networks import Networks, networks_of
from mlpexp.results.result import ArmResult, Result
from mlpexp.results.weights_again import Kept
from mlpexp.store.frames import Absent

MOST_BYTES = 1_500_000  # of weights as text; as many again of earlier epochs
MOST_SAMPLES = 16
MOST_PIXELS = 60_000  # of all samples
MOST_FIELDS = 40
MOST_POINTS = 200
WORK = 40_000_000  # multiplications for the plane, which is drawn anew with each epoch
CELLS = (30, 90)  # of the plane along an axis

Told = dict[str, Any]


def live_network(result: Result, data_dir: str | None = None) -> Told | str:
    """What a page needs to compute with a network of a result, or in a sentence why it has none.

    Args:
        result: That has ended, of networks.
        data_dir: Where image data sets lie.

    Raises:
        InputError: Nothing says which arm, or no seed ended well.
        RunError: A file is damaged.
    """
    arm = result.arm(chosen_arm(result))
    seed = seed_of(arm, None)
    try:
        arm.kept_weights([seed], "best")
    except Absent:
        return "its weights were not kept; `keep: {weights: best}` in the config keeps them"
    networks = networks_of(arm, [seed], "best", data_dir)
    network = portable(networks)
    size = _size(network.steps)
    if size > MOST_BYTES:
        return f"its weights need {size / 1e6:.1f} MB, and a page holds at most {MOST_BYTES / 1e6:.1f} MB"
    return {
        **page_description(network),
        "epoch": network.origin.epoch,
        "seed": seed,
        "arm": arm.label if result.summary.axes else "",
        "probability": network.is_probability,
        **_samples(networks, data_dir),
        **_epochs(networks, network, size),
        "widget": _widget(networks, network),
    }


def page_description(network: PortableNetwork) -> Told:
    """Input, layers and output; of a layer only what is computed with."""
    told = described(network, _array)
    layers = [
        {key: value for key, value in layer.items() if key not in ("name", "arithmetic")} for layer in told["layers"]
    ]
    inputs = {key: told["input"][key] for key in ("shape", "fill", "shift", "scale")}
    output = {key: value for key, value in told["output"].items() if key != "name"}
    if "target" in output:
        several = len(output["shift"] or [0]) > 1
        names = output["target"].split(", ") if several else [output["target"]]
        width = network.steps[-1].output_shape[0]
        output["target"] = names if len(names) == width else [f"value {place}" for place in range(1, width + 1)]
    return {"input": inputs, "layers": layers, "output": output}


def _array(name: str, array: np.ndarray) -> Told:
    return {"shape": list(array.shape), "float32": in_base64(array)}


def _size(steps: Sequence[Step]) -> int:
    """Bytes of all arrays as text."""
    return sum(-(-4 * array.size // 3) * 4 for step in steps for array in step.arrays.values())


def _samples(networks: Networks, data_dir: str | None) -> Told:
    """Raw inputs, and what the network says of them; not of those where that is no number."""
    held = held_samples(networks, data_dir)
    pixels = int(np.prod(networks.preparation.input_shape))
    raw = held.raw[: max(1, min(MOST_SAMPLES, MOST_PIXELS // pixels))]
    outputs = expected(in_single(networks), raw).outputs
    samples = [
        {"inputs": _inputs(row), "outputs": [float(f"{value:.7g}") for value in values]}
        for row, values in zip(raw, outputs, strict=True)
        if np.isfinite(values).all()
    ]
    return {"samples": samples, "samples_are": held.words.replace("sample of", "samples of")}


def _inputs(row: np.ndarray) -> str | list[float | None]:
    """Of a picture its bytes; of a table its numbers, where missing None."""
    if row.dtype == np.uint8:
        return base64.b64encode(row.tobytes()).decode()
    return [None if np.isnan(value) else float(value) for value in row.tolist()]


def _epochs(networks: Networks, network: PortableNetwork, size: int) -> Told:
    """The weights of some epochs, as many as there is room for, the first and the last among them."""
    known = _kept_epochs(networks.arm, networks.seeds[0])
    room = max(2, MOST_BYTES // size) if 2 * size <= MOST_BYTES else 0
    count = min(len(known), room)
    chosen = sorted({known[round(place * (len(known) - 1) / max(1, count - 1))] for place in range(count)})
    epochs = []
    for epoch in chosen:
        kept = Kept(*networks.arm.kept_weights(list(networks.seeds), f"epoch-{epoch}"))
        stack = kept.network(networks.network.architecture)
        steps = steps_of(stack, single=networks.head.output.is_single)
        layers = [{name: _array(name, array) for name, array in step.arrays.items()} for step in steps]
        epochs.append({"epoch": kept.epochs[0], "layers": layers})
    return {"epochs": epochs, "num_epochs_kept": len(known)}


def _kept_epochs(arm: ArmResult, seed: int) -> list[int]:
    """Whose weights ``keep: {history: ...}`` has kept of a seed, in order."""
    names = {path.name.split(".")[1] for path in arm.result.folder.weights.glob("program-*.epoch-*.json")}
    epochs = sorted(int(name.removeprefix("epoch-")) for name in names)
    found = []
    for epoch in epochs:
        try:
            arm.kept_weights([seed], f"epoch-{epoch}")
        except Absent:
            continue
        found.append(epoch)
    return found


def _widget(networks: Networks, network: PortableNetwork) -> Told:
    """What a reader changes: a drawing, a picture, or a row of the table; of two numbers also a point of their plane."""
    preparation = network.preparation
    frame = FRAMES.get(networks.experiment.dataset.name)
    if network.is_image:
        if frame is None or preparation.input_shape != (1, frame.side, frame.side):
            return {"kind": "picture"}
        names = ("side", "box", "centre", "steps", "stretched")
        return {"kind": "ink", "frame": {name: getattr(frame, name) for name in names}}
    assert preparation.table is not None
    columns = preparation.table.columns
    fields = _fields(columns) if len(columns) <= MOST_FIELDS else []
    return {"kind": "row", "fields": fields, "plane": _plane(networks, network, columns)}


def _fields(columns: Sequence[ColumnForm]) -> list[Told]:
    """What is filled in for each column, and in which inputs it is."""
    fields, at = [], 0
    for column in columns:
        width = len(inputs_of(column))
        indicator = at + width - 1 if column.has_indicator else None
        told: Told = {"at": at, "indicator": indicator, "levels": [], "missing": False}
        match column:
            case CategoryColumn():
                missing = column.fill is not None
                levels = [*column.levels, *filter(None, [column.level_of_missing]), *["(missing)"] * missing]
                fields.append({**told, "label": column.name, "kind": "choice", "levels": levels, "missing": missing})
            case DateColumn(parts=()):
                fields.append({**told, "label": column.name, "kind": "day"})
            case _:
                names = column.inputs
                fields += [{**told, "label": name, "kind": "number", "at": at + i} for i, name in enumerate(names)]
        at += width
    return fields


def _plane(networks: Networks, network: PortableNetwork, columns: Sequence[ColumnForm]) -> Told | None:
    """The ranges of two inputs, and samples with their classes, where they are at hand; None unless there are two."""
    numbers = [column for column in columns if isinstance(column, NumberColumn) and not column.has_indicator]
    if not network.classification or (len(numbers), len(columns)) != (2, 2):
        return None
    points: list[list[float]] = []
    names = list(network.preparation.feature_names)
    try:
        rows = networks.arm.evaluation("predictions")
    except (Absent, OSError, ValueError):
        rows = None
    ranges = [(column.lowest, column.highest) for column in numbers]
    if rows is not None and {*names, "seed", "target"} <= set(rows.columns):
        rows = rows[rows["seed"] == networks.seeds[0]]
        ranges = [(float(rows[name].min()), float(rows[name].max())) for name in names]
        rows = rows.head(MOST_POINTS)
        points = [[float(f"{x:.5g}"), float(f"{y:.5g}"), int(k)] for x, y, k in rows[[*names, "target"]].to_numpy()]
    side = int(np.clip((WORK / max(1, network.num_parameters)) ** 0.5, *CELLS))
    return {"ranges": [_with_room(*each) for each in ranges], "points": points, "cells": side}


def _with_room(low: float, high: float) -> list[float]:
    room = 0.08 * (high - low) or 1.0
    return [float(f"{low - room:.5g}"), float(f"{high + room:.5g}")]
