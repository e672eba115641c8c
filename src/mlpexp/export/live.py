"""A trained network for a page: its description, with samples to check it on, and its weights over the epochs.

The page computes by itself what ``mlpexp export --to model.json`` describes. Everything here is plain data for JSON.
"""

import base64
from collections.abc import Sequence
from typing import Any

import numpy as np

from mlpexp.export.comparison import expected, in_single
from mlpexp.export.described_file import in_base64
from mlpexp.export.description import described
from mlpexp.export.export import seed_of
from mlpexp.export.held_samples import HeldSamples, held_samples
from mlpexp.export.live_widgets import widget_of
from mlpexp.export.lowering import portable, steps_of
from mlpexp.export.portable import PortableNetwork, Step
from mlpexp.results.arm_choice import chosen_arm, chosen_seeds
from mlpexp.results.networks import Networks, networks_of
from mlpexp.results.result import ArmResult, Result
from mlpexp.results.weights_again import Kept
from mlpexp.store.frames import Absent

MOST_BYTES = 1_500_000  # of weights as text; as many again of earlier epochs
MOST_SAMPLES = 16
MOST_PIXELS = 60_000  # of all samples
MOST_TILES = 24
LEAST = 1e-30  # differences of numbers that were learned by their logarithms are relative

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
    seeds, seed = chosen_seeds(arm), seed_of(arm, None)
    try:
        arm.kept_weights([seed], "best")
    except Absent:
        return "its weights were not kept; `keep: {weights: best}` in the config keeps them"
    networks = networks_of(arm, [seed], "best", data_dir)
    network = portable(networks)
    size = _size(network.steps)
    if size > MOST_BYTES:
        return f"its weights need {size / 1e6:.1f} MB, and a page holds at most {MOST_BYTES / 1e6:.1f} MB"
    samples = _samples(networks, network, data_dir)
    if not samples["samples"]:
        return f"what it says of {samples['samples_are']} is no finite number"
    return {
        **page_description(network),
        **samples,
        **_epochs(networks, network, size),
        "epoch": network.origin.epoch,
        "seed": seed,
        "num_seeds": len(seeds),
        "is_median": "validation" in result.summary.parts,
        "arm": arm.label,
        "num_arms": result.summary.num_arms,
        "probability": network.is_probability,
        "widget": widget_of(networks, network),
    }


def page_description(network: PortableNetwork) -> Told:
    """Input, and layers up to the outputs in their unit; of a layer only what is computed with."""
    told, width = described(network, _array), network.steps[-1].output_shape[0]
    layers = [{**_layer(layer), **_window(step)} for layer, step in zip(told["layers"], network.steps, strict=True)]
    inputs = {key: told["input"][key] for key in ("shape", "fill", "shift", "scale")}
    behind = [{"kind": network.activation, "output_shape": [width]}] if network.activation != "none" else []
    if network.classification:
        output: Told = {"units": [1.0] * width, "classes": told["output"]["classes"]}
    else:
        behind += _in_units(network, width)
        output = {"units": _units(network, width), "target": _targets(told["output"]["target"], width)}
    return {"input": inputs, "layers": [*layers, *behind], **output, "weights": _first_weights(network)}


def _layer(layer: Told) -> Told:
    return {key: value for key, value in layer.items() if key not in ("name", "arithmetic")}


def _window(step: Step) -> Told:
    return {"kernel_size": step.arrays["weight"].shape[-1]} if step.kind == "conv2d" else {}


def _in_units(network: PortableNetwork, width: int) -> list[Told]:
    """Steps from what was learned to numbers in the unit of the data."""
    shift, scale = network.scaling.target_shift, network.scaling.target_scale
    steps: list[Told] = []
    if shift is not None and scale is not None:
        steps.append({"kind": "normalize", "mean": [0.0] * width, "factor": list(scale), "shift": list(shift)})
    if network.preparation.target_log:
        steps.append({"kind": "exp"})
    return [{**step, "output_shape": [width]} for step in steps]


def _units(network: PortableNetwork, width: int) -> list[float]:
    """What the difference of an output is divided by, if it is not smaller than the output."""
    if network.preparation.target_log:
        return [LEAST] * width
    return list(network.scaling.target_scale or [1.0] * width)


def _targets(name: str, width: int) -> list[str]:
    names = name.split(", ") if width > 1 else [name]
    return names if len(names) == width else [f"value {place}" for place in range(1, width + 1)]


def _first_weights(network: PortableNetwork) -> Told:
    """How the weights of the first layer that has some are laid out as a picture: a tile for each unit or filter.

    Those of a table are one tile: inputs down, units across. A tile begins ``next`` numbers behind the one before, and
    its pixels are ``step`` numbers apart. Of several channels it is the first one.
    """
    place, step = next((place, step) for place, step in enumerate(network.steps) if "weight" in step.arrays)
    weight, shapes = step.arrays["weight"], [before.output_shape for before in network.steps[:place]]
    shape = next((shape for shape in reversed(shapes) if len(shape) > 1), network.preparation.input_shape)
    if step.kind == "conv2d":
        many, height, width, following, apart = len(weight), *weight.shape[2:], weight[0].size, 1
    elif len(shape) > 1:
        many, height, width, following, apart = weight.shape[1], *shape[1:], 1, weight.shape[1]
    else:
        many, height, width, following, apart = 1, *weight.shape, 0, 1
    tiles = min(many, MOST_TILES)
    return {
        "layer": place, "tiles": tiles, "across": min(tiles, 8), "size": {"height": height, "width": width},
        "next": following, "step": apart, "of": many, "is_table": len(shape) == 1,
    }  # fmt: skip


def _array(name: str, array: np.ndarray) -> Told:
    return {"float32": in_base64(array)}


def _size(steps: Sequence[Step]) -> int:
    """Bytes of all arrays as text."""
    return sum(-(-4 * array.size // 3) * 4 for step in steps for array in step.arrays.values())


def _samples(networks: Networks, network: PortableNetwork, data_dir: str | None) -> Told:
    """Raw inputs, and what the network says of them; not of those where that is no number."""
    held = held_samples(networks, data_dir)
    pixels = int(np.prod(networks.preparation.input_shape))
    raw = held.raw[: max(1, min(MOST_SAMPLES, MOST_PIXELS // pixels))]
    outputs = expected(in_single(networks), raw).outputs
    samples = [
        {"inputs": _inputs(row), "outputs": [float(f"{value:.7g}") for value in values], **_named(held, place, network)}
        for place, (row, values) in enumerate(zip(raw, outputs, strict=True))
        if np.isfinite(values).all()
    ]
    return {"samples": samples, "samples_are": held.words.replace("sample of", "samples of")}


def _named(held: HeldSamples, place: int, network: PortableNetwork) -> Told:
    """Which sample it is, and what is true of it."""
    if held.rows is None or held.targets is None:
        return {"words": f"sample {place + 1}"}
    return {"words": f"sample {held.rows[place]}", "true": f"(true: {_true(held.targets[place], network)})"}


def _true(target: np.ndarray, network: PortableNetwork) -> str:
    if network.classification:
        return str(network.preparation.class_names[int(target)])
    return ", ".join(f"{value:.5g}" for value in np.atleast_1d(target))


def _inputs(row: np.ndarray) -> Told | list[float | None]:
    """Of a picture its bytes; of a table its numbers, where missing None."""
    if row.dtype == np.uint8:
        return {"uint8": base64.b64encode(row.tobytes()).decode()}
    return [None if np.isnan(value) else float(value) for value in row.tolist()]


def _epochs(networks: Networks, network: PortableNetwork, size: int) -> Told:
    """The weights of some epochs, as many as there is room for, in order, those in use among them."""
    known = _kept_epochs(networks.arm, networks.seeds[0])
    room = max(2, MOST_BYTES // size) if 2 * size <= MOST_BYTES else 0
    count = min(len(known), room)
    chosen = sorted({known[round(place * (len(known) - 1) / max(1, count - 1))] for place in range(count)})
    epochs: list[Told] = []
    for epoch in chosen:
        kept = Kept(*networks.arm.kept_weights(list(networks.seeds), f"epoch-{epoch}"))
        stack = kept.network(networks.network.architecture)
        steps = steps_of(stack, single=networks.head.output.is_single)
        layers = [{name: _array(name, array) for name, array in step.arrays.items()} for step in steps]
        epochs.append({"words": f"epoch {kept.epochs[0]}", "layers": layers})
    if not epochs:
        return {"epochs": [], "num_epochs_kept": len(known)}
    used = network.origin.epoch
    entry = {"words": f"epoch {used}, whose weights are used", "layers": []}
    before, behind = sum(epoch < used for epoch in chosen), sum(epoch <= used for epoch in chosen)
    epochs[before:behind] = [entry]
    return {"epochs": epochs, "used": before, "num_epochs_kept": len(known), "num_epochs_shown": len(chosen)}


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
