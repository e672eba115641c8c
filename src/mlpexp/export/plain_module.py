"""A trained network as a plain ``torch.nn.Sequential`` for whoever computes with it in Python: raw inputs to predictions.

Axis letters: N samples, F inputs, C channels, H height, W width, K classes, T target values.
"""

from collections import OrderedDict
from collections.abc import Sequence

import numpy as np
import torch
from torch import nn

from mlpexp.export.portable import PortableNetwork
from mlpexp.export.torch_file import OwnUnit, Preparing, step_module
from mlpexp.nn.network import OUTPUT_MODULES


class TrainedModule(nn.Sequential):
    """The first layer prepares raw inputs, the last one gives what the result's predictions say.

    Inputs of a table are ``(N, F)``, in its own unit and in the order of ``columns``, NaN where a value is missing; a
    category is 1.0 in the column of its value and 0.0 in the others. Double precision keeps all their digits. Pictures are
    ``(N, C, H, W)``, pixels 0..255 of any type.

    Outputs of classes are ``(N, K)`` in the order of ``classes``: probabilities, or what the output layer gives where its
    outputs are none. Outputs of a regression are ``(N, T)`` float64 in the unit of the data.
    """

    classes: tuple[str, ...]
    """The class of each output; empty where numbers are predicted."""
    columns: tuple[str, ...]
    """What each input is; empty for pictures."""
    target: str
    """What is predicted."""
    arm: str
    """The settings of the arm."""
    seed: int
    """Of the trial."""
    epoch: int
    """Whose weights these are."""


def plain_module(network: PortableNetwork) -> TrainedModule:
    """The network as a module in evaluation mode, on the CPU, in single precision."""
    modules: OrderedDict[str, nn.Module] = OrderedDict(preparing=Preparing(network))
    modules |= {step.name: step_module(step) for step in network.steps}
    if network.activation != "none":
        modules["output_activation"] = OUTPUT_MODULES[network.activation]()
    if not network.classification:
        modules["own_unit"] = OwnUnit(network)
    module = TrainedModule(modules)
    preparation, origin = network.preparation, network.origin
    module.classes, module.columns = preparation.class_names, preparation.feature_names
    module.target = preparation.target_name
    module.arm, module.seed, module.epoch = origin.label, origin.seed, origin.epoch
    return module.eval()


def mean_outputs(modules: Sequence[TrainedModule], inputs: np.ndarray) -> np.ndarray:
    """The mean of what networks give.

    Args:
        modules: Of one experiment.
        inputs: ``(N, F)`` float64.

    Returns:
        ``(N, K)`` or ``(N, T)`` float64.
    """
    samples = torch.from_numpy(np.require(inputs, requirements=["C", "W"]))
    with torch.no_grad():
        outputs = [module(samples).double().numpy() for module in modules]
    return np.mean(outputs, axis=0)
