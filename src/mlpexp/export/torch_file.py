"""A network as a plain ``torch.nn.Module``, and ``model.pt2``: its program, which needs torch alone to run.

Axis letters: N samples, F features, C channels, H height, W width, K classes, T target values.
"""

import io
import json
import warnings
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import cast

import numpy as np
import torch
from torch import Tensor, nn

from mlpexp.config.activations import Elu, LeakyRelu
from mlpexp.config.own_parts import is_own
from mlpexp.export.description import about
from mlpexp.export.portable import Answer, PortableNetwork, Step
from mlpexp.nn.activations import PLAIN, elementwise
from mlpexp.nn.layers.activation import MaxoutModule
from mlpexp.nn.network import OUTPUT_MODULES
from mlpexp.nn.own_activations import OwnActivation

EXTRA = "mlpexp.json"  # the file inside that says what it is


class Preparing(nn.Module):
    """Raw inputs as the network learned from them: features in double precision, rounded once; pixels in single."""

    fill: Tensor | None
    shift: Tensor
    scale: Tensor

    def __init__(self, network: PortableNetwork) -> None:
        super().__init__()
        scaling, image = network.scaling, network.is_image
        dtype, shape = (torch.float32, (-1, 1, 1)) if image else (torch.float64, (-1,))
        fill = scaling.fill
        self.register_buffer("fill", None if fill is None else torch.tensor(fill, dtype=dtype))
        self.register_buffer("shift", torch.tensor(scaling.shift, dtype=torch.float64).to(dtype).reshape(shape))
        self.register_buffer("scale", torch.tensor(scaling.scale, dtype=torch.float64).to(dtype).reshape(shape))

    def forward(self, raw: Tensor) -> Tensor:
        """``(N, F)`` float64, NaN where a value is missing, or ``(N, C, H, W)`` uint8; the same as float32."""
        x = raw.to(self.shift.dtype)
        if self.fill is not None:
            x = torch.where(x.isnan(), self.fill, x)
        return ((x - self.shift) / self.scale).float()


class OwnUnit(nn.Module):
    """Outputs ``(N, T)`` in the unit of the data, in double precision."""

    shift: Tensor
    scale: Tensor

    def __init__(self, network: PortableNetwork) -> None:
        super().__init__()
        shift, scale = network.scaling.target_shift or (0.0,), network.scaling.target_scale or (1.0,)
        self.register_buffer("shift", torch.tensor(shift, dtype=torch.float64))
        self.register_buffer("scale", torch.tensor(scale, dtype=torch.float64))
        self.log = network.preparation.target_log

    def forward(self, outputs: Tensor) -> Tensor:
        """The values."""
        values = outputs.double() * self.scale + self.shift
        return values.exp() if self.log else values


class NetworkModule(nn.Module):
    """From raw inputs to outputs; the layers between are a plain ``nn.Sequential``."""

    def __init__(self, network: PortableNetwork) -> None:
        super().__init__()
        self.preparing = Preparing(network)
        self.layers = nn.Sequential(OrderedDict((step.name, step_module(step)) for step in network.steps))
        self.activation = OUTPUT_MODULES[network.activation]()
        self.own_unit = None if network.classification else OwnUnit(network)

    def forward(self, raw: Tensor) -> tuple[Tensor, Tensor] | Tensor:
        """Classes ``(N,)`` int64 and an output for each class ``(N, K)``; or values ``(N, T)`` float64."""
        logits = self.layers(self.preparing(raw))
        outputs = self.activation(logits)
        return (logits.argmax(1), outputs) if self.own_unit is None else self.own_unit(outputs)


class Normalize(nn.Module):
    """``(x - mean) factor + shift`` for each feature or channel."""

    def __init__(self, step: Step) -> None:
        super().__init__()
        shape = (-1, *[1] * (len(step.output_shape) - 1))
        for name, array in step.arrays.items():
            self.register_buffer(name, torch.from_numpy(array.copy()).reshape(shape))

    def forward(self, x: Tensor) -> Tensor:
        """``(N, F, ...)``."""
        return (x - cast(Tensor, self.mean)) * cast(Tensor, self.factor) + cast(Tensor, self.shift)


class RoundedSigmoid(nn.Module):
    """The sigmoid of x rounded to a sixteenth, and cut off at -8 and 8: what a table of 257 values gives."""

    def forward(self, x: Tensor) -> Tensor:
        """Applies the function to each value."""
        return torch.sigmoid((16 * x).round().clamp(-128, 128) / 16)


class BothClasses(nn.Module):
    """``-x`` and ``x``: what speaks for the first class, and for the second."""

    def forward(self, x: Tensor) -> Tensor:
        """``(N, 1)`` to ``(N, 2)``."""
        return torch.cat([-x, x], 1)


def module_of(network: PortableNetwork) -> NetworkModule:
    """The network as a module in evaluation mode, on the CPU."""
    return NetworkModule(network).eval()


def written(network: PortableNetwork) -> bytes:
    """The content of ``model.pt2``."""
    example = torch.zeros(2, *network.preparation.input_shape, dtype=_raw_type(network))
    stream = io.BytesIO()
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what torch itself will change
        program = torch.export.export(
            module_of(network), (example,), dynamic_shapes=({0: torch.export.Dim("N")},), strict=False
        )
        torch.export.save(program, stream, extra_files={EXTRA: json.dumps(about(network), ensure_ascii=False)})
    return stream.getvalue()


def read(content: bytes) -> Callable[[np.ndarray], Answer]:
    """What computes by the program in ``model.pt2``."""
    module = torch.export.load(io.BytesIO(content)).module()

    @torch.no_grad()
    def run(raw: np.ndarray) -> Answer:
        given = module(torch.from_numpy(raw))
        classes, outputs = given if isinstance(given, tuple) else (None, given)
        return Answer(outputs.numpy(), None if classes is None else classes.numpy())

    return run


def _raw_type(network: PortableNetwork) -> torch.dtype:
    return torch.uint8 if network.is_image else torch.float64


def _dense(step: Step) -> nn.Module:
    inputs, units = step.arrays["weight"].shape
    return _filled(nn.Linear(inputs, units), step.arrays["weight"].T, step.arrays["bias"])


def _conv2d(step: Step) -> nn.Module:
    channels, inputs, size, _ = step.arrays["weight"].shape
    stride, padding = (int(step.numbers[name]) for name in ("stride", "padding"))
    return _filled(nn.Conv2d(inputs, channels, size, stride, padding), step.arrays["weight"], step.arrays["bias"])


def _prelu(step: Step) -> nn.Module:
    return _filled(nn.PReLU(len(step.arrays["slope"])), step.arrays["slope"])


def _filled(module: nn.Module, *arrays: np.ndarray) -> nn.Module:
    """The module with these parameters, in their order."""
    with torch.no_grad():
        for parameter, array in zip(module.parameters(), arrays, strict=True):
            parameter.copy_(torch.from_numpy(array.copy()))
    return module


def _window(kind: type[nn.Module]) -> Callable[[Step], nn.Module]:
    return lambda step: kind(int(step.numbers["kernel_size"]), int(step.numbers["stride"]))


def _plain(kind: Callable[[], nn.Module]) -> Callable[[Step], nn.Module]:
    return lambda step: kind()


def step_module(step: Step) -> nn.Module:
    """The module of a step; an activation of one's own is taken as it is."""
    return OwnActivation(step.kind) if is_own(step.kind) else MODULES[step.kind](step)


# By the kind of a step.
MODULES: Mapping[str, Callable[[Step], nn.Module]] = {
    **{kind: _plain(function.module) for kind, function in PLAIN.items()},
    "table_sigmoid": _plain(RoundedSigmoid),
    "leaky_relu": lambda step: elementwise(LeakyRelu(name="leaky_relu", **step.numbers)).module(),
    "elu": lambda step: elementwise(Elu(name="elu", **step.numbers)).module(),
    "prelu": _prelu,
    "maxout": lambda step: MaxoutModule(int(step.numbers["pieces"])),
    "dense": _dense,
    "conv2d": _conv2d,
    "max_pool": _window(nn.MaxPool2d),
    "average_pool": _window(nn.AvgPool2d),
    "normalize": Normalize,
    "flatten": _plain(nn.Flatten),
    "both_classes": _plain(BothClasses),
}
