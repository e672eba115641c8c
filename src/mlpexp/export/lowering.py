"""From a trained network of the house to plain steps: the one place where layers are told apart.

Axis letters: M seeds.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import cast

import numpy as np

from mlpexp.architectures.architecture import Layer
from mlpexp.architectures.layers import Activation, BatchNorm, Conv2d, Dense, Dropout, Flatten, LayerSpec, Pool2d
from mlpexp.config.activations import ActivationConfig
from mlpexp.export.portable import Origin, PortableNetwork, Shape, Step
from mlpexp.nn.layers.batch_norm import EPSILON
from mlpexp.nn.network import StackedNetwork
from mlpexp.results.networks import Networks
from mlpexp.version import __version__

Arrays = dict[str, np.ndarray]
Numbers = dict[str, float]


def portable(networks: Networks, steps: Sequence[Step] = (), int8: str = "") -> PortableNetwork:
    """The network of one seed.

    Args:
        networks: Of that seed alone.
        steps: To its logits; empty: as trained.
        int8: What of them is int8, in words.
    """
    assert len(networks.seeds) == 1, "one network"
    arm, output = networks.arm, networks.head.output
    steps = with_both(steps or steps_of(networks.network), single=output.is_single)
    summary = arm.result.summary
    origin = Origin(
        mlpexp=__version__,
        result=arm.result.path.name,
        hash=summary.hash,
        title=summary.title,
        arm=arm.number,
        label=arm.label,
        seed=networks.seeds[0],
        epoch=networks.epochs[0],
        precision=networks.experiment.training.precision,
    )
    scaling = networks.preparation.scaling_of(networks.seeds[0])
    return PortableNetwork(origin, networks.preparation, scaling, steps, output.activation, output.is_probability, int8)


def steps_of(network: StackedNetwork, member: int = 0, *, single: bool = False) -> tuple[Step, ...]:
    """The steps of a member, from inputs to logits.

    Args:
        network: Of which.
        member: Of the stack.
        single: Whether its one output unit stands for two classes.
    """
    solo = network.select([member])
    steps = [step for layer in network.architecture.layers for step in _steps(solo, layer)]
    return with_both(steps, single=single)


def with_both(steps: Sequence[Step], *, single: bool) -> tuple[Step, ...]:
    """Steps, with one that makes two classes of one output unit if it stands for both."""
    return (*steps, Step("both_classes", "both_classes", {}, {}, (2,))) if single else tuple(steps)


def activation_step(name: str, function: ActivationConfig, arrays: Arrays, shape: Shape) -> Step:
    """An activation by its name; keys of its config that are no initial values are numbers."""
    numbers = function.model_dump(exclude={"name", "initial_slope"})
    return Step(name, function.name, {key: array.astype(np.float32) for key, array in arrays.items()}, numbers, shape)


def _steps(network: StackedNetwork, layer: Layer) -> list[Step]:
    """One step for a layer of a stack of one; none for those that only training has."""
    if isinstance(layer.spec, Dropout):
        return []
    tensors = {p.name: network.parameters[f"{layer.name}.{p.name}"][0] for p in layer.parameters}
    if layer.name in network.running:
        tensors["running"] = network.running[layer.name][0]
    arrays = {name: tensor.cpu().double().numpy() for name, tensor in tensors.items()}
    kind, learned, numbers = LOWERED[type(layer.spec)](layer, arrays)
    single = {name: np.ascontiguousarray(array, dtype=np.float32) for name, array in learned.items()}
    return [Step(layer.name, kind, single, numbers, layer.output_shape)]


def _dense(layer: Layer, arrays: Arrays) -> tuple[str, Arrays, Numbers]:
    return "dense", _with_bias(arrays, layer.output_shape[0]), {}


def _conv2d(layer: Layer, arrays: Arrays) -> tuple[str, Arrays, Numbers]:
    spec = cast(Conv2d, layer.spec)
    return "conv2d", _with_bias(arrays, spec.channels), {"stride": spec.stride, "padding": spec.padding}


def _pool2d(layer: Layer, arrays: Arrays) -> tuple[str, Arrays, Numbers]:
    spec = cast(Pool2d, layer.spec)
    kind = "max_pool" if spec.largest else "average_pool"
    return kind, {}, {"kernel_size": spec.kernel_size, "stride": spec.stride}


def _batch_norm(layer: Layer, arrays: Arrays) -> tuple[str, Arrays, Numbers]:
    mean, variance = arrays["running"]
    factor = arrays["scale"] / np.sqrt(variance + EPSILON)
    return "normalize", {"mean": mean, "factor": factor, "shift": arrays["shift"]}, {}


def _activation(layer: Layer, arrays: Arrays) -> tuple[str, Arrays, Numbers]:
    step = activation_step(layer.name, cast(Activation, layer.spec).function, arrays, layer.output_shape)
    return step.kind, arrays, dict(step.numbers)


def _with_bias(arrays: Arrays, units: int) -> Arrays:
    return {"weight": arrays["weight"], "bias": arrays.get("bias", np.zeros(units))}


LOWERED: Mapping[type[LayerSpec], Callable[[Layer, Arrays], tuple[str, Arrays, Numbers]]] = {
    Dense: _dense,
    Conv2d: _conv2d,
    Pool2d: _pool2d,
    Flatten: lambda layer, arrays: ("flatten", {}, {}),
    Activation: _activation,
    BatchNorm: _batch_norm,
}
