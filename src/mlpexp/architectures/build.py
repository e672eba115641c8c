"""From the ``model:`` section to an architecture: the named networks and the ones made of a list of layers."""

from dataclasses import replace
from typing import NoReturn, assert_never

from mlpexp.architectures.architecture import Architecture, chain
from mlpexp.architectures.layers import (
    LISTED,
    Activation,
    BatchNorm,
    Conv2d,
    Dense,
    Dropout,
    Flatten,
    LayerSpec,
    Pool2d,
    SelfOrganizingMap,
    Shape,
)
from mlpexp.config.activations import ActivationConfig, Maxout, PlainActivation, gain
from mlpexp.config.experiment import Experiment
from mlpexp.config.facts import DatasetFacts
from mlpexp.config.layers import ConvLayer, DenseLayer, PoolLayer
from mlpexp.config.networks import (
    Cnn,
    Cnn4,
    InitConfig,
    Lenet5,
    Mlp,
    MnistCnn,
    ModelConfig,
    NetworkConfig,
    default_init,
)
from mlpexp.config.outputs import output_of
from mlpexp.config.own_parts import short_name
from mlpexp.config.som import Som
from mlpexp.errors import ArchitectureError

NATURAL_INPUT: dict[str, Shape] = {"lenet5": (1, 32, 32), "cnn4": (3, 400, 400), "mnist_cnn": (1, 28, 28)}
NUM_CLASSES = 10  # of the named networks, where nothing else is asked


def build_architecture(model: ModelConfig, input_shape: Shape, num_outputs: int) -> Architecture:
    """The architecture that a ``model:`` section describes, for samples of a given shape.

    Raises:
        ArchitectureError: The layers do not fit the samples.
    """
    if isinstance(model, Som):
        return _som(model, input_shape)
    layers = _Layers(model)
    match model:
        case Mlp():
            _mlp(layers, model, input_shape)
        case Lenet5():
            _lenet5(layers, model, input_shape)
        case Cnn4():
            _cnn4(layers, model)
        case MnistCnn():
            _mnist_cnn(layers, model)
        case Cnn():
            _cnn(layers, model)
        case _:
            assert_never(model)
    layers.output(num_outputs)
    return chain(model.name, input_shape, layers.chain, model.output_activation)


def named_architecture(name: str, input_shape: Shape | None = None, *, with_bias: bool = True) -> Architecture:
    """A network by its name alone, with as many outputs as there are digits.

    Args:
        name: One of ``NATURAL_INPUT``.
        input_shape: Of samples; None: that of its literature.
        with_bias: Whether its layers have biases.

    Raises:
        ArchitectureError: The samples do not fit.
    """
    kinds: dict[str, type[Lenet5 | Cnn4 | MnistCnn]] = {"lenet5": Lenet5, "cnn4": Cnn4, "mnist_cnn": MnistCnn}
    model = kinds[name].model_validate({"name": name, "bias": with_bias})
    return build_architecture(model, input_shape or NATURAL_INPUT[name], NUM_CLASSES)


def architecture_of(experiment: Experiment, facts: DatasetFacts) -> Architecture:
    """The architecture of a resolved experiment: loss and output activation decide how many output units there are.

    Where the loss has an output activation of its own, the network ends in logits, as for such losses of PyTorch.

    Raises:
        ArchitectureError: The layers do not fit the samples.
    """
    output = output_of(experiment, facts)
    network = build_architecture(experiment.model, facts.input_shape, output.num_units)
    network = replace(network, output_activation=None) if output.loss.takes_logits else network
    return network.with_frozen(experiment.start.freeze if experiment.start else ())


class _Layers:
    """Collects layers, naming them by kind and number: ``conv1``, ``conv1_relu``, ``pool1``, ``dense1``, ..."""

    def __init__(self, model: NetworkConfig) -> None:
        self.model = model
        self.chain: list[tuple[str, LayerSpec]] = []
        self.numbers: dict[str, int] = {}
        self.flat = False

    def next_name(self, kind: str) -> str:
        return f"{kind}{self.numbers.get(kind, 0) + 1}"

    def add(self, kind: str, spec: LayerSpec) -> str:
        name = self.next_name(kind)
        self.numbers[kind] = self.numbers.get(kind, 0) + 1
        self.chain.append((name, spec))
        return name

    def refuse(self, kind: str, message: str) -> NoReturn:
        raise ArchitectureError(f"layer {self.next_name(kind)}: {message}", layer=len(self.chain))

    def conv(
        self,
        channels: int,
        kernel_size: int,
        activation: ActivationConfig,
        *,
        stride: int = 1,
        padding: int | str = 0,
        batch_norm: bool = False,
    ) -> None:
        if self.flat:
            self.refuse("conv", "a convolution cannot follow a dense layer")
        if padding == "same" and kernel_size % 2 == 0:
            written = f"c{channels}@{kernel_size} pad{(kernel_size - 1) // 2}"
            message = f"`same` padding needs an odd kernel_size, not {kernel_size}; give it a number, as in `{written}`"
            self.refuse("conv", message)
        zeros = (kernel_size - 1) // 2 if padding == "same" else int(padding)
        wide = channels * _pieces(activation)
        spec = Conv2d(wide, kernel_size, stride, zeros, *self.affine(activation))
        self.activated(self.add("conv", spec), activation, batch_norm=batch_norm)

    def dense(self, units: int, activation: ActivationConfig, *, batch_norm: bool = False) -> None:
        self.flatten()
        spec = Dense(units * _pieces(activation), *self.affine(activation))
        self.activated(self.add("dense", spec), activation, batch_norm=batch_norm)

    def activated(self, name: str, activation: ActivationConfig, *, batch_norm: bool) -> None:
        if batch_norm:
            self.chain.append((f"{name}_norm", BatchNorm()))
        self.chain.append((f"{name}_{short_name(activation.name)}", Activation(activation)))

    def pool(self, kind: str, kernel_size: int = 2, stride: int | None = None) -> None:
        if self.flat:
            self.refuse("pool", "a pooling cannot follow a dense layer")
        self.add("pool", Pool2d(kind == "max", kernel_size, stride or kernel_size))

    def dropout(self, rate: float) -> None:
        self.add("dropout", Dropout(rate))

    def flatten(self) -> None:
        if not self.flat:
            self.flat = True
            self.chain.append(("flatten", Flatten()))

    def output(self, num_outputs: int) -> None:
        self.flatten()
        self.chain.append(("output", Dense(num_outputs, *self.affine(PlainActivation(name="identity")))))

    def affine(self, activation: ActivationConfig) -> tuple[bool, InitConfig, InitConfig | None, float]:
        """What convolutions and dense layers need besides their sizes: bias, initializers, and gain of an activation."""
        init = self.model.init or default_init(activation.name)
        return self.model.bias, init, self.model.bias_init, gain(activation)


def _som(model: Som, input_shape: Shape) -> Architecture:
    rows, columns = model.grid
    flat: list[tuple[str, LayerSpec]] = [] if len(input_shape) == 1 else [("flatten", Flatten())]
    return chain(model.name, input_shape, [*flat, ("map", SelfOrganizingMap(rows, columns, model.topology))])


def _pieces(activation: ActivationConfig) -> int:
    return activation.pieces if isinstance(activation, Maxout) else 1


def _mlp(layers: _Layers, model: Mlp, input_shape: Shape) -> None:
    layers.flat = len(input_shape) == 1
    given = model.activation
    activations = given if isinstance(given, tuple) else [given] * len(model.hidden_sizes)
    for units, activation in zip(model.hidden_sizes, activations, strict=True):
        layers.dense(units, activation, batch_norm=model.batch_norm)
        if model.dropout > 0:
            layers.dropout(model.dropout)


def _lenet5(layers: _Layers, model: Lenet5, input_shape: Shape) -> None:
    """After LeCun, Bottou, Bengio and Haffner (1998), section II.B, with complete connections in the second convolution."""
    padding = 2 if input_shape[-1] == 28 else 0  # so that 28x28 images give the sizes of 32x32 ones
    layers.conv(6, 5, model.activation, padding=padding)
    layers.pool(model.pooling)
    layers.conv(16, 5, model.activation)
    layers.pool(model.pooling)
    layers.dense(120, model.activation)
    layers.dense(84, model.activation)


def _cnn4(layers: _Layers, model: Cnn4) -> None:
    for channels, kernel_size in ((20, 5), (30, 3), (20, 3), (10, 3)):
        layers.conv(channels, kernel_size, model.activation, padding="same")
        layers.pool("max")


def _mnist_cnn(layers: _Layers, model: MnistCnn) -> None:
    layers.conv(32, 2, model.activation)
    layers.pool("max")
    layers.conv(64, 3, model.activation, stride=2)
    layers.pool("max")
    layers.dense(1024, model.activation)
    if model.dropout > 0:
        layers.dropout(model.dropout)


def _cnn(layers: _Layers, model: Cnn) -> None:
    for layer in model.layers:
        match layer:
            case ConvLayer():
                layers.conv(
                    layer.channels,
                    layer.kernel_size,
                    layer.activation or model.activation,
                    stride=layer.stride,
                    padding=layer.padding,
                    batch_norm=layer.batch_norm,
                )
            case PoolLayer():
                layers.pool(layer.layer.removesuffix("_pool"), layer.kernel_size, layer.stride)
            case DenseLayer():
                layers.dense(layer.units, layer.activation or model.activation, batch_norm=layer.batch_norm)
            case _:
                layers.add(layer.layer, LISTED[type(layer)](layer))
