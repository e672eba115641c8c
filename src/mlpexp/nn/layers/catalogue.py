"""Every kind of layer in one table: how the layers of a specification are computed.

An operation's ``forward`` consists of differentiable torch functions, so that autograd can be used on it as well (and
vouches for ``backward`` in the tests). Training uses ``backward``: the bookkeeping of autograd costs several times as much
as the arithmetic of a small network (``benchmarks/LOG.md``).
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from mlpexp.architectures.architecture import Layer
from mlpexp.architectures.layers import (
    Activation,
    BatchNorm,
    Conv2d,
    Dense,
    Dropout,
    Flatten,
    LayerSpec,
    Pool2d,
    SelfOrganizingMap,
)
from mlpexp.config.activations import KNOWN
from mlpexp.nn.layers import activation, batch_norm, conv2d, dense, dropout, flatten, pool2d, squared_distances
from mlpexp.nn.layers.kind import LayerKind

LAYERS: Mapping[type[LayerSpec], LayerKind] = {
    Dense: LayerKind(dense.operation, dense.module),
    Conv2d: LayerKind(conv2d.operation, conv2d.module),
    Pool2d: LayerKind(pool2d.operation, pool2d.module),
    Flatten: LayerKind(flatten.operation, flatten.module),
    Activation: LayerKind(activation.operation, activation.module),
    Dropout: LayerKind(dropout.operation, dropout.module),
    BatchNorm: LayerKind(batch_norm.operation, batch_norm.module),
    SelfOrganizingMap: LayerKind(squared_distances.operation, squared_distances.module),
}


def execution_order(layers: Sequence[Layer]) -> list[int]:
    """The order in which to run layers: a max pooling before a monotone activation that precedes it.

    The largest of ``f(x)`` is ``f`` of the largest ``x``, and gradients agree too, but ``f`` and its derivative are then
    computed for a quarter of the values: a third of the time of a small convolutional network.
    """
    order = list(range(len(layers)))
    for i, (layer, following) in enumerate(pairwise(layers)):
        pools = isinstance(following.spec, Pool2d) and following.spec.largest
        if pools and isinstance(layer.spec, Activation) and KNOWN[layer.spec.function.name].pools_first:
            order[i], order[i + 1] = i + 1, i
    return order
