"""A trained network with int8 numbers as plain steps, and how it differs from the trained one.

Axis letters: N samples, F features, U units.
"""

from dataclasses import dataclass
from typing import assert_never

import numpy as np
import torch
from torch import Tensor

from mlpexp.asking import keyword
from mlpexp.errors import InputError, RunError
from mlpexp.export.held_samples import training_samples
from mlpexp.export.lowering import activation_step
from mlpexp.export.portable import Step
from mlpexp.nn.network import StackedNetwork
from mlpexp.quantization.bound import bound_of
from mlpexp.quantization.integers import IntegerProduct, MeanPool, Table
from mlpexp.quantization.lowering import Function, Largest, Pool, Vector, steps_of, value
from mlpexp.quantization.lowering import Step as TrainedStep
from mlpexp.quantization.measured import CALIBRATION_SAMPLES
from mlpexp.quantization.networks import QuantizedNetwork, QuantizedStep, ScaledProduct, quantized
from mlpexp.quantization.scheme import Scheme
from mlpexp.results.networks import Networks

ROUNDING = 1e-5  # of the arithmetic of the bound itself
WEIGHTS, WHOLE = Scheme(activations=False, per_channel=True), Scheme(activations=True, per_channel=True)


@dataclass(frozen=True, eq=False)
class Int8:
    """A network with int8 numbers, and the trained one."""

    network: QuantizedNetwork
    """Of int8 numbers."""
    trained: tuple[TrainedStep, ...]
    """The steps of the other."""
    num_calibrated: int
    """Training samples that decided the levels; 0: there are none."""

    @property
    def words(self) -> str:
        """What is int8."""
        return self.network.scheme.label.removeprefix("int8 ")

    @torch.no_grad()
    def logits(self, inputs: Tensor) -> Tensor:
        """``(N, U)`` float64 of inputs ``(N, *shape)``."""
        return self.network.value(inputs.double()).double()

    @torch.no_grad()
    def moved(self, inputs: Tensor) -> "Moved":
        """How far the logits of some samples are from those of the trained network.

        Raises:
            RunError: Farther than is possible.
        """
        x = inputs.double()
        before, after = value(self.trained, x), self.logits(inputs)
        difference, bound = (after - before).abs(), bound_of(self.network, self.trained, x)
        if not bool((difference <= bound * (1 + ROUNDING) + ROUNDING).all()):
            raise RunError(
                "the int8 network is farther from the trained one than its bound allows; nothing was written"
            )
        single = before.shape[1] == 1
        classes = (logits > 0 if single else logits.argmax(1, keepdim=True) for logits in (before, after))
        others = int(torch.ne(*classes).sum())
        return Moved(float(difference.max()), float(bound.max()), others, len(x))


@dataclass(frozen=True)
class Moved:
    """What int8 numbers changed."""

    largest: float
    """Difference of a logit."""
    bound: float
    """The largest bound of one."""
    num_others: int
    """Samples of which another output is the largest."""
    num_samples: int
    """All."""


def int8_of(networks: Networks, scheme: Scheme, data_dir: str | None = None) -> Int8:
    """The network of one seed by a scheme.

    Args:
        networks: Of that seed.
        scheme: What becomes int8.
        data_dir: Where image data sets lie.

    Raises:
        InputError: Activations become int8, and the data are not there.
    """
    steps = tuple(steps_of(networks.network))
    if not scheme.activations:
        return Int8(quantized(steps, scheme, []), steps, 0)
    try:
        raw = training_samples(networks, CALIBRATION_SAMPLES, data_dir)
    except (InputError, RunError) as error:
        raise InputError(
            f"{keyword('int8')}: training samples decide its levels: {error}; {keyword('int8-weights')} needs none"
        ) from None
    with torch.no_grad():
        made = quantized(steps, scheme, [cpu_inputs(networks.inputs(raw)[0])])
    return Int8(made, steps, len(raw))


def cpu_inputs(inputs: Tensor) -> Tensor:
    """On the CPU, in float32 or float64."""
    return inputs.cpu() if inputs.dtype == torch.float64 else inputs.cpu().float()


def int8_steps(int8: Int8, network: StackedNetwork) -> tuple[Step, ...]:
    """The steps from inputs to logits.

    Args:
        int8: Of which.
        network: The trained one, for the shapes.
    """
    shapes = {layer.name: layer.output_shape for layer in network.architecture.layers}
    levels = int8.network.inputs
    first = []
    if levels is not None:
        numbers = {"scale": levels.scale, "zero": levels.zero}
        first = [Step("quantize", "quantize", {}, numbers, network.architecture.input_shape)]
    return (*first, *(_step(step, shapes[step.name]) for step in int8.network.steps))


def _step(step: QuantizedStep, shape: tuple[int, ...]) -> Step:
    name = step.name
    match step:
        case ScaledProduct():
            arrays = {
                "weight": _weight(step),
                "scale": np.broadcast_to(step.scale, step.bias.shape).copy(),
                "bias": step.bias,
            }
            return Step(name, "scaled_conv2d" if _is_conv(step) else "scaled_dense", arrays, _window(step), shape)
        case IntegerProduct():
            return _whole(step, shape)
        case Table():
            return Step(name, "table", {"levels": step.table}, {}, shape)
        case Function():
            return activation_step(name, step.config, {} if step.slopes is None else {"slope": step.slopes}, shape)
        case MeanPool():
            return Step(name, "whole_mean_pool", {}, {"kernel_size": step.size, "stride": step.stride}, shape)
        case Pool():
            kind = "max_pool" if step.largest else "average_pool"
            return Step(name, kind, {}, {"kernel_size": step.size, "stride": step.stride}, shape)
        case Largest():
            return Step(name, "maxout", {}, {"pieces": step.pieces}, shape)
        case Vector():
            return Step(name, "flatten", {}, {}, shape)
        case _:
            assert_never(step)


def _whole(step: IntegerProduct, shape: tuple[int, ...]) -> Step:
    """A layer of levels. Its factors have 22 bits and are float32."""
    arrays = {"weight": _weight(step), "bias": step.bias}
    if step.outputs is None:
        scale = np.broadcast_to(step.sum_scale, step.bias.shape).copy()
        return Step(step.name, "whole_logits", {**arrays, "scale": scale}, {"input_zero": step.inputs.zero}, shape)
    multipliers = step.multipliers
    factor = np.broadcast_to(np.ldexp(multipliers.integers, -multipliers.shifts), step.bias.shape).astype(np.float32)
    numbers = {"input_zero": step.inputs.zero, "output_zero": step.outputs.zero, **_window(step)}
    kind = "whole_conv2d" if _is_conv(step) else "whole_dense"
    return Step(step.name, kind, {**arrays, "factor": factor}, numbers, shape)


def _is_conv(step: ScaledProduct | IntegerProduct) -> bool:
    return step.weight.ndim == 4


def _weight(step: ScaledProduct | IntegerProduct) -> np.ndarray:
    """As the steps of an export have it: of a dense layer ``(F, U)``."""
    return np.ascontiguousarray(step.weight if _is_conv(step) else step.weight.T)


def _window(step: ScaledProduct | IntegerProduct) -> dict[str, float]:
    return {"stride": step.stride, "padding": step.padding} if _is_conv(step) else {}
