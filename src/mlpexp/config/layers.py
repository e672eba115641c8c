"""The layers of a ``cnn``, as sections of a config."""

from collections.abc import Sequence
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, ValidationError

from mlpexp.config.activations import ActivationConfig
from mlpexp.config.layer_words import words_of
from mlpexp.config.strict import Fraction, ListOf, PositiveInt, Strict


class ConvLayer(Strict):
    """Convolution, then (optionally) batch normalization, then the activation."""

    layer: Literal["conv"]
    channels: PositiveInt = Field(description="Number of filters.")
    kernel_size: PositiveInt = Field(description="Side of the square filter.")
    stride: PositiveInt = Field(1, description="Step of the filter.")
    padding: Annotated[int, Field(ge=0)] | Literal["same"] = Field(0, description="Zeros on each side, or `same`.")
    batch_norm: bool = Field(False, description="Batch normalization before the activation.")
    activation: ActivationConfig | None = Field(None, description="Default: the model's activation.")


class PoolLayer(Strict):
    """Pooling over square windows."""

    layer: Literal["max_pool", "average_pool"]
    kernel_size: PositiveInt = Field(2, description="Side of the square window.")
    stride: PositiveInt | None = Field(None, description="Step of the window; default: its side.")


class DenseLayer(Strict):
    """Dense layer, then (optionally) batch normalization, then the activation; images are flattened before."""

    layer: Literal["dense"]
    units: PositiveInt = Field(description="Number of units.")
    batch_norm: bool = Field(False, description="Batch normalization before the activation.")
    activation: ActivationConfig | None = Field(None, description="Default: the model's activation.")


class DropoutLayer(Strict):
    """Dropout (Srivastava et al. 2014)."""

    layer: Literal["dropout"]
    rate: Fraction = Field(0.5, description="Probability that a unit is dropped in a training step.")


LayerConfig = Annotated[ConvLayer | PoolLayer | DenseLayer | DropoutLayer, Field(discriminator="layer")]


def line_of(layers: Sequence[Any]) -> str | None:
    """``c8@5 p d32`` of a list of layers, as a config has them; None where they are not as they should be.

    Args:
        layers: Sections, with or without the keys that have defaults.
    """
    try:
        whole = _adapter().validate_python(list(layers))
    except ValidationError:
        return None
    return words_of(_adapter().dump_python(whole, mode="json"))


@cache
def _adapter() -> TypeAdapter[Any]:
    return TypeAdapter(ListOf[LayerConfig])
