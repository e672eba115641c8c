"""Networks at random weights as they are exported, without a result."""

from typing import Any

import numpy as np
import torch

from mlpexp.architectures.build import build_architecture
from mlpexp.config.networks import Cnn, Mlp
from mlpexp.export.lowering import steps_of
from mlpexp.export.portable import Answer, Origin, PortableNetwork
from mlpexp.nn.network import OUTPUT_MODULES, StackedNetwork
from mlpexp.store.networks import Preparation, Scaling

FEATURES, SIDE = 5, 9


def stack_of(model: dict[str, Any], num_outputs: int, seed: int = 0) -> StackedNetwork:
    """A network of five features, or of pictures of 2x9x9, with random parameters and random memory."""
    kind, shape = (Mlp, (FEATURES,)) if model["name"] == "mlp" else (Cnn, (2, SIDE, SIDE))
    network = StackedNetwork.initialized(build_architecture(kind.model_validate(model), shape, num_outputs), [seed])
    generator = torch.Generator().manual_seed(seed)
    network.flat.add_(0.1 * torch.randn(network.flat.shape, generator=generator))
    for running in network.running.values():
        running[:, 0].normal_(generator=generator)
        running[:, 1].uniform_(0.1, 4, generator=generator)
    return network


def portable_of(
    network: StackedNetwork,
    activation: str = "softmax",
    *,
    numbers: bool = False,
    fills: bool = False,
    log: bool = False,
) -> PortableNetwork:
    """With invented names, scales and fillings; one output for two classes becomes two."""
    shape, units = network.architecture.input_shape, network.architecture.output_shape[0]
    single = units == 1 and not numbers
    draw = np.random.default_rng(1)
    fitted = shape[0]
    scaling = Scaling(
        shift=tuple(draw.normal(100, 30, fitted)),
        scale=tuple(draw.uniform(50, 90, fitted)),
        fill=tuple(draw.normal(100, 30, fitted)) if fills and len(shape) == 1 else None,  # pictures miss none
        target_shift=(5.0,) * units if numbers else None,
        target_scale=(2.0,) * units if numbers else None,
    )
    preparation = Preparation(
        task="regression" if numbers else "classification",
        input_shape=shape,
        num_outputs=2 if single else units,
        feature_names=tuple(f"x{i}" for i in range(fitted)) if len(shape) == 1 else (),
        target_name="y",
        class_names=() if numbers else tuple(f"class {i}" for i in range(2 if single else units)),
        target_log=log,
        table=None,
        scalings=(scaling,),
        of_seeds=((0, 0),),
    )
    origin = Origin("0.0.0", "result", "0123", "title", 0, "label", 0, 1, "float32")
    return PortableNetwork(origin, preparation, scaling, steps_of(network, single=single), activation, not numbers)


def raw_inputs(network: PortableNetwork, count: int, seed: int = 0) -> np.ndarray:
    """Numbers around the shift, some missing where they are filled in; or pixels."""
    draw = np.random.default_rng(seed)
    if network.is_image:
        return draw.integers(0, 256, (count, *network.preparation.input_shape), dtype=np.uint8)
    raw = draw.normal(100, 80, (count, *network.preparation.input_shape))
    if network.scaling.fill is not None:
        raw[draw.random(raw.shape) < 0.2] = np.nan
    return raw


@torch.no_grad()
def answer_of(stack: StackedNetwork, network: PortableNetwork, raw: np.ndarray) -> Answer:
    """What the engine itself, and arithmetic in float64 around it, say."""
    scaling = network.scaling
    shape = (-1, 1, 1) if network.is_image else (-1,)
    x = raw.astype(float)
    if scaling.fill is not None:
        x = np.where(np.isnan(x), scaling.fill, x)
    x = (x - np.reshape(scaling.shift, shape)) / np.reshape(scaling.scale, shape)
    logits = stack(torch.from_numpy(x).float()[None])[0]
    if network.classification and logits.shape[1] == 1:
        logits = torch.cat([-logits, logits], 1)
    outputs = OUTPUT_MODULES[network.activation]()(logits).double().numpy()
    if network.classification:
        return Answer(outputs, logits.argmax(1).numpy())
    values = outputs * np.array(scaling.target_scale) + np.array(scaling.target_shift)
    return Answer(np.exp(values) if network.preparation.target_log else values, None)
