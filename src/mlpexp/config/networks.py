"""The ``model:`` section: architecture, activations, initialization, regularization inside the network."""

from typing import Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    Discriminator,
    Field,
    PlainSerializer,
    SerializerFunctionWrapHandler,
    Tag,
    WrapValidator,
    field_serializer,
    model_validator,
)

from mlpexp.config.activations import KNOWN, ActivationConfig, PlainActivation, named
from mlpexp.config.layer_words import layers_in
from mlpexp.config.layers import LayerConfig
from mlpexp.config.own_parts import section_or_own
from mlpexp.config.som import Som
from mlpexp.config.strict import Fraction, ListOf, PositiveFloat, PositiveInt, Strict, not_together


def _one_or_list(value: object) -> str:
    return "list" if isinstance(value, (list, tuple)) else "one"


Activations = Annotated[
    Annotated[ActivationConfig, Tag("one")] | Annotated[ListOf[ActivationConfig], Tag("list")],
    Discriminator(_one_or_list),
]


class PlainInit(Strict):
    """An initializer without parameters."""

    name: Annotated[Literal["zeros", "lecun_normal", "torch_default"], PlainSerializer(str, return_type=str)]


class ConstantInit(Strict):
    """All weights equal."""

    name: Literal["constant"]
    value: float = Field(0.0, description="The value of every weight.")


class NormalInit(Strict):
    """Gaussian weights of a given spread."""

    name: Literal["normal"]
    mean: float = Field(0.0, description="Mean of the weights.")
    std: PositiveFloat = Field(0.01, description="Standard deviation of the weights.")


class UniformInit(Strict):
    """Uniform weights in a given interval."""

    name: Literal["uniform"]
    low: float = Field(-0.05, description="Lower bound.")
    high: float = Field(0.05, description="Upper bound.")

    @model_validator(mode="after")
    def _ordered(self) -> "UniformInit":
        if self.low >= self.high:
            raise not_together("low", f"must be below high, but {self.low:g} >= {self.high:g}")
        return self


Gain = PositiveFloat | Literal["activation"]


class XavierInit(Strict):
    """Variance ``gain^2 * 2 / (n_in + n_out)`` (Glorot and Bengio 2010)."""

    name: Literal["xavier_normal", "xavier_uniform", "orthogonal"]
    gain: Gain = Field(1.0, description="Factor on the weights; `activation`: the gain recommended for the activation.")


class HeInit(Strict):
    """Variance ``gain^2 / n_in`` with gain^2 = 2 for ReLU (He et al. 2015)."""

    name: Literal["he_normal", "he_uniform"]


InitConfig = Annotated[
    Annotated[PlainInit | ConstantInit | NormalInit | UniformInit | XavierInit | HeInit, Field(discriminator="name")],
    WrapValidator(section_or_own(PlainInit)),
    BeforeValidator(named),
]


def _constant(value: object) -> object:
    """``0.1`` is short for ``{name: constant, value: 0.1}``."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return {"name": "constant", "value": value} if is_number else value


BiasInitConfig = Annotated[InitConfig, BeforeValidator(_constant)]

SUITABLE: dict[str, type[HeInit | PlainInit | XavierInit]] = {
    "he_normal": HeInit,
    "lecun_normal": PlainInit,
    "xavier_uniform": XavierInit,
}


def default_init(activation: str) -> InitConfig:
    """The initializer that the literature pairs with an activation."""
    name = KNOWN[activation].init
    return SUITABLE[name].model_validate({"name": name})


OutputActivation = Literal["none", "sigmoid", "tanh", "softmax"]


class _Network(Strict):
    """Options that all networks share."""

    init: InitConfig | None = Field(None, description="Weight initialization; default: what suits the activation.")
    bias: bool = Field(True, description="Whether layers have biases.")
    bias_init: BiasInitConfig | None = Field(
        None,
        description="How biases begin: a number, or an initializer; default: at 0, but with torch_default as torch's.",
    )
    output_activation: OutputActivation | None = Field(
        None, description="What the output layer applies; default: what goes with the loss."
    )

    @model_validator(mode="after")
    def _biases_can_be_drawn(self) -> "_Network":
        if self.bias_init is not None and not self.bias:
            raise not_together("bias_init", "there are no biases to begin; leave out bias: false")
        if self.bias_init is not None and self.bias_init.name == "orthogonal":
            raise not_together("bias_init", "orthogonal is for matrices, and biases are none; use xavier_uniform")
        return self

    @field_serializer("bias_init", mode="wrap")
    def _number(self, init: InitConfig | None, handler: SerializerFunctionWrapHandler) -> Any:
        return init.value if isinstance(init, ConstantInit) else handler(init)


class Mlp(_Network):
    """Multilayer perceptron; an empty list of hidden sizes gives a linear model."""

    name: Literal["mlp"]
    hidden_sizes: ListOf[PositiveInt] = Field((16,), description="Units of each hidden layer.", max_length=100)
    activation: Activations = Field(
        PlainActivation(name="relu"), description="Activation of the hidden layers, or a list with one per layer."
    )
    dropout: Fraction = Field(0.0, description="Probability that a hidden unit is dropped in a training step.")
    batch_norm: bool = Field(False, description="Batch normalization before each hidden activation.")

    @model_validator(mode="after")
    def _one_activation_per_layer(self) -> "Mlp":
        if isinstance(self.activation, tuple) and len(self.activation) != len(self.hidden_sizes):
            raise not_together(
                "activation",
                f"{len(self.activation)} activations for {len(self.hidden_sizes)} hidden layers; "
                "give one for all or one for each",
            )
        return self


class Lenet5(_Network):
    """LeNet-5 (after LeCun et al. 1998) for 1x32x32 or 1x28x28 images: 61,706 parameters."""

    name: Literal["lenet5"]
    activation: ActivationConfig = Field(
        PlainActivation(name="sigmoid"), description="Activation of all hidden layers."
    )
    pooling: Literal["average", "max"] = Field("average", description="Kind of the two 2x2 poolings.")


class Cnn4(_Network):
    """Four convolutions, each 'same' padded and followed by 2x2 max pooling: 76,600 parameters without biases at 3x400x400."""

    name: Literal["cnn4"]
    activation: ActivationConfig = Field(PlainActivation(name="relu"), description="Activation after each convolution.")


class MnistCnn(_Network):
    """Two convolutions and a dense layer of 1,024 units: 619,754 parameters on MNIST."""

    name: Literal["mnist_cnn"]
    activation: ActivationConfig = Field(PlainActivation(name="relu"), description="Activation of all hidden layers.")
    dropout: Fraction = Field(
        0.6, description="Probability that a unit of the dense layer is dropped in a training step."
    )


class Cnn(_Network):
    """A network from a list of layers; the output layer is added."""

    name: Literal["cnn"]
    layers: ListOf[LayerConfig] = Field(
        description="The hidden layers, first to last: a list, or in a line such as `c8@5 p d32`.",
        min_length=1,
        max_length=100,
    )
    activation: ActivationConfig = Field(
        PlainActivation(name="relu"), description="Activation where a layer names none."
    )

    @model_validator(mode="before")
    @classmethod
    def _from_a_line(cls, data: Any) -> Any:
        """``c8@5 p`` as the list of layers that it is short for."""
        if not isinstance(data, dict) or not isinstance(data.get("layers"), str):
            return data
        try:
            return {**data, "layers": layers_in(data["layers"])}
        except ValueError as error:
            raise not_together("layers", str(error)) from None


NetworkConfig = Mlp | Lenet5 | Cnn4 | MnistCnn | Cnn
ModelConfig = Annotated[NetworkConfig | Som, Field(discriminator="name")]
