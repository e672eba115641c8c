"""The network of a page computes what the engine does, and its frame of ink is that of the program."""

import numpy as np
import pytest

from making.page_networks import by_node, outputs_by_node
from making.portable_networks import answer_of, portable_of, raw_inputs, stack_of
from mlpexp.config.activations import KNOWN
from mlpexp.data.ink.framing import FRAMES, framed
from mlpexp.export.live import page_description

MANY = [
    {"layer": "conv", "channels": 4, "kernel_size": 3, "stride": 1, "padding": 1, "batch_norm": True},
    {"layer": "max_pool", "kernel_size": 2},
    {"layer": "conv", "channels": 6, "kernel_size": 2, "activation": {"name": "maxout", "pieces": 2}},
    {"layer": "average_pool", "kernel_size": 2, "stride": 1},
    {"layer": "dense", "units": 7, "activation": "prelu", "batch_norm": True},
]
MLP = {"name": "mlp", "hidden_sizes": [6, 5], "activation": "tanh", "batch_norm": True}
LENET = {"name": "cnn", "layers": [
    {"layer": "conv", "channels": 6, "kernel_size": 5, "padding": 2}, {"layer": "max_pool", "kernel_size": 2},
    {"layer": "dense", "units": 12},
]}  # fmt: skip
CNN4 = [
    {"layer": "conv", "channels": 3, "kernel_size": 3, "padding": 1},
    {"layer": "conv", "channels": 4, "kernel_size": 3, "stride": 2},
    {"layer": "max_pool", "kernel_size": 2},
    {"layer": "dropout", "rate": 0.5},
    {"layer": "dense", "units": 6},
]
HEADS = {
    "classes": (3, {}), "one unit": (1, {"activation": "sigmoid"}), "outputs that are none": (4, {"activation": "none"}),
    "numbers": (1, {"activation": "none", "numbers": True}),
    "logarithms": (1, {"activation": "none", "numbers": True, "log": True, "fills": True}),
}  # fmt: skip
NUM_SAMPLES = 40


def check(model: dict, units: int = 3, **options: object) -> None:
    stack = stack_of(model, units)
    network = portable_of(stack, **options)
    raw = raw_inputs(network, NUM_SAMPLES, seed=3)
    wanted = answer_of(stack, network, raw).outputs
    given = outputs_by_node(page_description(network), raw)
    apart = (np.abs(given - wanted) / np.maximum(1, np.abs(wanted))).max(1) > 1e-5
    assert apart.mean() <= (0.05 if network.has_jumps else 0)


@pytest.mark.parametrize("head", HEADS)
def test_a_page_computes_each_head(head: str) -> None:
    units, options = HEADS[head]
    check(MLP, units, **options)


@pytest.mark.parametrize("layers", [MANY, LENET["layers"], CNN4], ids=["many", "lenet", "cnn4"])
def test_a_page_computes_pictures(layers: list) -> None:
    check({"name": "cnn", "layers": layers})


@pytest.mark.parametrize("name", KNOWN)
def test_a_page_computes_each_activation(name: str) -> None:
    activation = {"name": "maxout", "pieces": 2} if name == "maxout" else name
    check({"name": "mlp", "hidden_sizes": [8], "activation": activation})


def test_where_nothing_can_be_filled_in_a_missing_value_gives_no_number() -> None:
    network = portable_of(stack_of(MLP, 3))
    raw = raw_inputs(network, 2, seed=3)
    raw[0, 2] = np.nan
    given = outputs_by_node(page_description(network), raw)
    assert np.isnan(given[0]).all()
    assert np.isfinite(given[1]).all()


@pytest.mark.parametrize(
    "model", [MLP, {"name": "cnn", "layers": MANY}, {"name": "cnn", "layers": [{"layer": "dense", "units": 30}]}]
)
def test_tiles_of_the_first_weights_lie_within_them(model: dict) -> None:
    network = portable_of(stack_of(model, 3))
    told = page_description(network)["weights"]
    weight = network.steps[told["layer"]].arrays["weight"]
    pixels = told["size"]["height"] * told["size"]["width"]
    places = [tile * told["next"] + pixel * told["step"] for tile in range(told["tiles"]) for pixel in range(pixels)]
    assert len(set(places)) == len(places)
    assert max(places) < weight.size
    tile = weight.ravel()[places].reshape(told["tiles"], -1)[-1]
    last = {"dense": lambda: weight[:pixels, told["tiles"] - 1], "conv2d": lambda: weight[-1, 0]}
    wanted = weight if told["is_table"] else last[network.steps[told["layer"]].kind]()
    assert np.array_equal(tile, wanted.ravel())


@pytest.mark.parametrize("name", [name for name, frame in FRAMES.items() if frame.is_whole])
def test_ink_is_framed_as_the_program_does(name: str) -> None:
    frame = FRAMES[name]
    paper = np.zeros((120, 120), np.float32)
    paper[20:100, 40:47] = 1
    paper[20:29, 40:90] = 0.8
    paper[60:66, 30:70] = 0.5
    wanted = framed(paper[20:100, 30:90], frame)
    told = {key: getattr(frame, key) for key in ("side", "box", "centre", "steps", "stretched")}
    given = by_node(
        ["framing.js"],
        "Array.from(framed(JSON.parse(text).ink, 120, JSON.parse(text).frame))",
        {"ink": (255 * paper).ravel().tolist(), "frame": told},
    )
    difference = np.abs(np.array(given) - wanted.ravel().astype(int))
    assert difference.max() <= 255 / frame.steps + 1
    assert (difference > 0).mean() < 0.05


def test_nothing_drawn_is_no_picture() -> None:
    assert by_node(["framing.js"], "framed(new Float32Array(100), 10, {})", None) is None
