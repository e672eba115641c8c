"""Scores of one's own: a value for each sample of outputs and targets, whose mean over a part is the score.

Axis letters: M members, B samples of a batch, K classes, U output units.
"""

from collections.abc import Callable

import torch
from torch import Tensor

from mlpexp.config.own_parts import part_of
from mlpexp.training.head import Head


def own_score(reference: str) -> Callable[[Head, Tensor, Tensor], Tensor]:
    """What is collected of each batch for a score that a config names: sums of its values, and their number, ``(M, 2)``.

    Raises:
        InputError: The function is not known in this process.
    """
    function = part_of(reference, "score").function

    def sums(head: Head, outputs_MBU: Tensor, targets: Tensor) -> Tensor:
        values_MB = function(of_each_class(head, outputs_MBU), targets)
        wide = torch.float64 if values_MB.device.type != "mps" else torch.float32
        return torch.stack(
            [values_MB.to(wide).sum(1), values_MB.new_full((len(values_MB),), values_MB.shape[1], dtype=wide)], 1
        )

    return sums


def of_each_class(head: Head, outputs_MBU: Tensor) -> Tensor:
    """Outputs as a score of one's own gets them: logits of each class ``(M, B, K)``, or numbers as they are.

    One unit for two classes has two logits, of which the first is 0: their softmax is that of the unit's sigmoid.
    """
    single = head.output.is_single
    return torch.cat([torch.zeros_like(outputs_MBU), outputs_MBU], 2) if single else outputs_MBU
