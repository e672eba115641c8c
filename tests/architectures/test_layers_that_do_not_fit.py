"""A layer that does not fit is named, with its position."""

from typing import Any

import pytest
from pydantic import TypeAdapter

from mlpexp.architectures.architecture import Architecture
from mlpexp.architectures.build import build_architecture
from mlpexp.config.networks import ModelConfig
from mlpexp.errors import ArchitectureError

MODEL: TypeAdapter[Any] = TypeAdapter(ModelConfig)
CONV: dict[str, Any] = {"layer": "conv", "channels": 2, "kernel_size": 3}
POOL: dict[str, Any] = {"layer": "max_pool"}
DENSE: dict[str, Any] = {"layer": "dense", "units": 2}


def built(model: dict[str, Any], shape: tuple[int, ...]) -> Architecture:
    return build_architecture(MODEL.validate_python(model), shape, 3)


@pytest.mark.parametrize(
    ("layers", "shape", "position", "message"),
    [
        ([CONV, CONV], (1, 4, 4), 2, "layer conv2: a filter of 3x3 does not fit into its input of 2x2"),
        ([{**CONV, "kernel_size": 9}], (1, 8, 20), 0, "layer conv1: a filter of 9x9 does not fit into its input of 8x20"),
        ([CONV, POOL, POOL], (1, 5, 5), 3, "layer pool2: a pooling window of 2x2 does not fit into its input of 1x1"),
        ([POOL, DENSE, CONV], (1, 8, 8), 4, "layer conv1: a convolution cannot follow a dense layer"),
        ([CONV, DENSE, CONV], (1, 8, 8), 5, "layer conv2: a convolution cannot follow a dense layer"),
        ([DENSE, POOL], (1, 8, 8), 3, "layer pool1: a pooling cannot follow a dense layer"),
        (
            [CONV, {**CONV, "kernel_size": 4, "padding": "same"}], (1, 8, 8), 2,
            "layer conv2: `same` padding needs an odd kernel_size, not 4; give it a number, as in `c2@4 pad1`",
        ),
        ([CONV], (7,), 0, "layer conv1: a filter needs images, but its input has 7 features"),
        ([POOL], (7,), 0, "layer pool1: a pooling window needs images, but its input has 7 features"),
    ],
)  # fmt: skip
def test_the_message_names_the_layer(
    layers: list[dict[str, Any]], shape: tuple[int, ...], position: int, message: str
) -> None:
    with pytest.raises(ArchitectureError) as caught:
        built({"name": "cnn", "layers": layers}, shape)
    assert str(caught.value) == message
    assert caught.value.layer == position


def test_an_image_too_small_for_a_named_network() -> None:
    with pytest.raises(
        ArchitectureError, match=r"^layer pool4: a pooling window of 2x2 does not fit into its input of 1x1$"
    ):
        built({"name": "cnn4"}, (1, 8, 8))


def test_the_smallest_input_that_fits() -> None:
    assert built({"name": "cnn", "layers": [CONV, POOL, DENSE]}, (1, 4, 4)).layers[-1].input_shape == (2,)
    assert [layer.input_shape for layer in built({"name": "cnn4"}, (1, 16, 16)).layers][-2:] == [(10, 1, 1), (10,)]
