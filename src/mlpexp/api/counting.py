"""``mlpexp.params``: what a network costs, layer by layer, as ``mlpexp params`` counts it."""

from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlpexp.api.answer import Answer
from mlpexp.api.given import Config, asked
from mlpexp.api.plain import plain
from mlpexp.asking import either, in_python, setting
from mlpexp.config.words import closest
from mlpexp.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

    from mlpexp.architectures.architecture import Architecture
    from mlpexp.architectures.arithmetic import NetworkCost
    from mlpexp.architectures.layers import Shape

NAMED = ("lenet5", "cnn4", "mnist_cnn")


class Cost(Answer):
    """What a network costs for one sample.

    Args:
        cost: Layer by layer.
    """

    def __init__(self, cost: "NetworkCost") -> None:
        from mlpexp.report.tables.costs import MEANING, cost_table

        super().__init__([cost_table(cost)], [MEANING])
        self._cost = cost

    @property
    def total(self) -> int:
        """Number of parameters."""
        return self._cost.parameters

    @property
    def macs(self) -> int:
        """Multiply-accumulate operations of one forward pass."""
        return self._cost.macs

    @property
    def table(self) -> "pd.DataFrame":
        """A row for each layer: kind, output, formula, parameters, operations, bytes of its output."""
        import pandas as pd

        from mlpexp.report.tables.costs import as_records

        return pd.DataFrame(as_records([self._cost]))


@in_python()
def params(
    network: Config | Sequence[int] | Any = None,
    *,
    set: Mapping[str, Any] | None = None,
    data: Any = None,
    target: str | None = None,
    input: Sequence[int] | None = None,
    bias: bool | None = None,
    runs_dir: str | PathLike[str] = "runs",
) -> Cost:
    """Counts the parameters and operations of a network.

    Args:
        network: ``"lenet5"``, ``"cnn4"``, ``"mnist_cnn"``, the layer sizes of a multilayer perceptron such as
            ``[784, 16, 10]``, or a config as in ``mlpexp.train``; None: the usual network for ``data``.
        set: Changes of the config.
        data: As in ``mlpexp.train``.
        target: Likewise.
        input: Channels, height and width of the images; None: as the network or the data have them.
        bias: Whether layers have biases; None: as the config says.
        runs_dir: Where results are looked for by name.

    Raises:
        InputError: There is no such network, or the input does not fit.
    """
    from mlpexp.architectures.arithmetic import cost

    shape = None if input is None else _sizes(input, "input")
    if data is not None and (isinstance(network, (list, tuple)) or (isinstance(network, str) and network in NAMED)):
        raise InputError(f"params(data=...): says the inputs of a config, but {network!r} has its own")
    if isinstance(network, str) and network in NAMED:
        return Cost(cost(*named(network, shape, bias)))
    if isinstance(network, (list, tuple)):
        sizes = _sizes(network, "network")
        if shape is not None:
            raise InputError("params(input=...): is an image size; the inputs of an mlp are its first layer size")
        if len(sizes) < 2:
            raise InputError(
                "params: layer sizes are those of inputs, hidden layers and outputs, such as [784, 16, 10]"
            )
        return Cost(cost(*perceptron(sizes, bias)))
    from mlpexp.planning.prepare import network_of

    if isinstance(network, str) and network.partition(" ")[0] == "cnn" and not Path(network).exists():
        raise own_layers(network.partition(" ")[2])
    if (
        isinstance(network, str)
        and (near := closest(network, NAMED))
        and not Path(network).exists()
        and "/" not in network
    ):
        raise InputError(f"params: {network!r} is not a network; did you mean {near}?")
    more = {"model.bias": bias}
    with asked("params", network, set=set, more=more, data=data, target=target, runs_dir=Path(runs_dir)) as given:
        architecture, _ = network_of(given.source, shape)
    return Cost(cost(architecture, Path(given.written or given.path).stem))


def named(name: str, shape: "Shape | None", bias: bool | None) -> "tuple[Architecture, str]":
    """A network by its name alone, and what it is called."""
    from mlpexp.architectures.build import named_architecture

    return named_architecture(name, shape, with_bias=bias is not False), name + _without(bias)


def own_layers(layers: str) -> InputError:
    """Says how a network of layers of one's own is counted: as that of a config, which names its data, too.

    Args:
        layers: As they were given, such as ``c8@3 p d32``; perhaps empty.
    """
    change = setting("model.layers", layers or "c8@3 p d32")
    config = either(f"`mlpexp params digits/cnn {change}`", f'mlpexp.params("digits/cnn", {change})')
    return InputError(f"params: cnn has the layers of a config; count them with {config}")


def _without(bias: bool | None) -> str:
    return " without biases" if bias is False else ""


def perceptron(sizes: "Shape", bias: bool | None) -> "tuple[Architecture, str]":
    """A multilayer perceptron of its layer sizes, and what it is called: ``mlp 784-16-10``."""
    from mlpexp.architectures.build import build_architecture
    from mlpexp.config.networks import Mlp

    model = Mlp(name="mlp", hidden_sizes=sizes[1:-1], bias=bias is not False)
    title = "mlp " + "-".join(map(str, sizes)) + _without(bias)
    return build_architecture(model, (sizes[0],), sizes[-1]), title


def _sizes(values: Sequence[int], word: str) -> "Shape":
    sizes = plain(values, f"params({word}=...)")
    if not isinstance(sizes, list) or not all(type(size) is int and size > 0 for size in sizes):
        raise InputError(f"params({word}={values!r}): expected whole numbers above 0")
    return tuple(sizes)
