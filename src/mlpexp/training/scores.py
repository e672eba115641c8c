"""How the scores of ``config/scores.py`` are computed: what is collected of each batch, and what is made of the sums.

Loss and accuracy are collected for every training (``training/evaluation.py``); what stands here is asked for by
``scores:`` of a config. All is computed for all members at once, and no member's numbers depend on the others.

Axis letters: M members, B samples of a batch, K classes, T target values, N samples of a part.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from mlpexp.config.own_parts import short_name
from mlpexp.config.scores import SCORES
from mlpexp.training.head import Head
from mlpexp.training.own_scores import own_score
from mlpexp.training.target_units import TargetUnits

PartScores = dict[str, np.ndarray]  # by name of the score, each (M,) float64


@dataclass(frozen=True)
class Collection:
    """What is collected of a part, batch by batch."""

    of_batch: Callable[[Head, Tensor, Tensor], Tensor]
    """Of logits ``(M, B, U)`` and targets ``(M, B)``, or of outputs and targets ``(M, B, T)``: a tensor ``(M, ...)``."""
    joined: Callable[[Sequence[Tensor]], Tensor]
    """Of the tensors of several batches."""


def confusion(head: Head, logits_MBU: Tensor, targets_MB: Tensor) -> Tensor:
    """How many samples of each class (rows) are taken for each class (columns), ``(M, K, K)``."""
    members, classes = len(logits_MBU), head.classes
    cells_MB = targets_MB * classes + head.predicted(logits_MBU)
    counts = torch.zeros(members, classes * classes, dtype=_wide(logits_MBU), device=logits_MBU.device)
    ones = counts.new_ones(1, 1).expand_as(cells_MB)
    return counts.scatter_add_(1, cells_MB, ones).unflatten(1, (classes, classes))


def log_odds(head: Head, logits_MBU: Tensor, targets_MB: Tensor) -> Tensor:
    """Log-odds of each class, or what orders samples as they do, and the class of the sample last, ``(M, B, K + 1)``."""
    evidence_MBK = head.evidence(logits_MBU.to(_wide(logits_MBU)))
    return torch.cat([evidence_MBK, targets_MB.unsqueeze(2).to(evidence_MBK.dtype)], 2)


def residuals(head: Head, outputs_MBT: Tensor, targets_MBT: Tensor) -> Tensor:
    """Sums of ``|output - target|`` and of ``(output - target)^2`` over samples and values, and their number, ``(M, 3)``."""
    errors = outputs_MBT.to(_wide(outputs_MBT)) - targets_MBT
    count = errors.new_full((len(errors),), errors[0].numel())
    return torch.stack([errors.abs().sum((1, 2)), errors.square().sum((1, 2)), count], 1)


def sum_of(batches: Sequence[Tensor]) -> Tensor:
    """The sum over batches."""
    return torch.stack(tuple(batches)).sum(0)


def side_by_side(batches: Sequence[Tensor]) -> Tensor:
    """The samples of all batches, ``(M, N, ...)``."""
    return torch.cat(tuple(batches), 1)


COLLECTIONS: Mapping[str, Collection] = {
    "confusion": Collection(confusion, sum_of),
    "log_odds": Collection(log_odds, side_by_side),
    "residuals": Collection(residuals, sum_of),
}


def balanced_accuracy(confusion_MKK: Tensor) -> Tensor:
    """Mean recall of the classes that have samples, ``(M,)``.

    References:
        Brodersen et al. (2010), "The balanced accuracy and its posterior distribution".
    """
    of_class = confusion_MKK.sum(2)
    found = confusion_MKK.diagonal(dim1=1, dim2=2)
    return _mean_over(found / of_class, of_class > 0)


def f1_macro(confusion_MKK: Tensor) -> Tensor:
    """Mean of ``2 TP / (2 TP + FP + FN)`` over the classes that have samples or are predicted, ``(M,)``.

    References:
        Sokolova and Lapalme (2009), "A systematic analysis of performance measures for classification tasks", table 3;
        as the mean of the classes' F1, not the F1 of mean precision and mean recall.
    """
    found = confusion_MKK.diagonal(dim1=1, dim2=2)
    either = confusion_MKK.sum(2) + confusion_MKK.sum(1)  # 2 TP + FP + FN
    return _mean_over(2 * found / either, either > 0)


def matthews(confusion_MKK: Tensor) -> Tensor:
    """Correlation of predicted and true classes, ``(M,)``; 0 where one of them is constant.

    References:
        Gorodkin (2004), "Comparing two K-category assignments by a K-category correlation coefficient", equation 8.
    """
    true, guessed = confusion_MKK.sum(2), confusion_MKK.sum(1)
    samples, right = true.sum(1), confusion_MKK.diagonal(dim1=1, dim2=2).sum(1)
    covariance = right * samples - (true * guessed).sum(1)
    spread = (samples.square() - true.square().sum(1)) * (samples.square() - guessed.square().sum(1))
    return torch.where(spread > 0, covariance / spread.sqrt(), torch.zeros_like(spread))


def roc_auc(log_odds_MNK: Tensor) -> Tensor:
    """Mean over the classes of the area under the curve of one class against the rest, ``(M,)``.

    The area is the chance that a sample of the class has larger log-odds than one of another, equal ones counting half.
    Classes with no sample, or with all samples, are left out; NaN if none remains.

    References:
        Hanley and McNeil (1982), "The meaning and use of the area under a receiver operating characteristic (ROC) curve".
    """
    odds_MKN, classes_MN = log_odds_MNK[:, :, :-1].mT.contiguous(), log_odds_MNK[:, :, -1]
    _, classes, samples = odds_MKN.shape
    of_class_MKN = classes_MN.unsqueeze(1) == torch.arange(classes, device=odds_MKN.device).unsqueeze(1)
    ordered_MKN, order_MKN = odds_MKN.sort(2)
    ranks_MKN = _ranks(ordered_MKN)
    positive = of_class_MKN.sum(2).to(odds_MKN.dtype)
    negative = samples - positive
    above = (ranks_MKN * of_class_MKN.gather(2, order_MKN)).sum(2) - positive * (positive + 1) / 2
    return _mean_over(above / (positive * negative), (positive > 0) & (negative > 0))


def _ranks(ordered_MKN: Tensor) -> Tensor:
    """The place of each of some ascending values, from 1 on; equal ones share the mean of their places."""
    samples = ordered_MKN.shape[2]
    places = torch.arange(1, samples + 1, device=ordered_MKN.device).expand_as(ordered_MKN)
    differs = ordered_MKN[:, :, 1:] != ordered_MKN[:, :, :-1]
    if not bool(differs.all()):
        edge = differs.new_ones((*differs.shape[:2], 1))
        first = torch.where(torch.cat([edge, differs], 2), places, 1).cummax(2).values
        last = torch.where(torch.cat([differs, edge], 2), places, samples).flip(2).cummin(2).values.flip(2)
        return (first + last).to(ordered_MKN.dtype) / 2
    return places.to(ordered_MKN.dtype)


def mean_absolute_error(sums_M3: Tensor) -> Tensor:
    """``mean |output - target|`` over samples and values, ``(M,)``."""
    return sums_M3[:, 0] / sums_M3[:, 2]


def root_mean_squared_error(sums_M3: Tensor) -> Tensor:
    """``sqrt(mean (output - target)^2)`` over samples and values, ``(M,)``."""
    return (sums_M3[:, 1] / sums_M3[:, 2]).sqrt()


MEASURES: Mapping[str, Callable[[Tensor], Tensor]] = {
    "balanced_accuracy": balanced_accuracy,
    "f1_macro": f1_macro,
    "matthews": matthews,
    "roc_auc": roc_auc,
    "mean_absolute_error": mean_absolute_error,
    "root_mean_squared_error": root_mean_squared_error,
}


class Collected:
    """What has been collected of a part so far, for the scores that ask for it.

    Args:
        names: Of the scores; those that need nothing more than every training has are passed over.
        head: What is made of logits.
        log: Whether logarithms are learned, so that the loss says nothing of R².
    """

    def __init__(self, names: Iterable[str], head: Head, *, log: bool = False) -> None:
        names, self.head = list(names), head
        self.names = [name for name in names if name in MEASURES]
        self.explains = log and "r2" in names
        kinds = [SCORES[name].gathered for name in self.names] + ["residuals"] * self.explains
        own = [reference for reference in head.own_scores if short_name(reference) in names]
        self.collections: dict[str, Collection] = {kind: COLLECTIONS[kind] for kind in kinds}
        self.collections |= {reference: Collection(own_score(reference), sum_of) for reference in own}
        self.own = {short_name(reference): reference for reference in own}
        self.batches: dict[str, list[Tensor]] = {kind: [] for kind in self.collections}

    def __bool__(self) -> bool:
        return bool(self.batches)

    def add(self, logits: Tensor, targets: Tensor, units: TargetUnits | None = None) -> None:
        """Adds logits ``(M, B, U)`` and targets of a batch; of many batches what is summed is summed on the way.

        Args:
            logits: Of the networks.
            targets: What they learn.
            units: Of each member; None: both are in their own unit.
        """
        values = logits if self.head.classes else self.head.outputs(logits)
        if units is not None:
            values, targets = units.own(values), units.own(targets)
        for kind, batches in self.batches.items():
            collection = self.collections[kind]
            batches.append(collection.of_batch(self.head, values, targets))
            if collection.joined is sum_of:
                batches[:] = [sum_of(batches)]

    def tensors(self) -> dict[str, Tensor]:
        """By kind, ``(M, ...)``, of all batches; kinds of which there is none are left out."""
        return {kind: self.collections[kind].joined(batches) for kind, batches in self.batches.items() if batches}

    def replace(self, tensors: Mapping[str, Tensor]) -> None:
        """Takes ``tensors()`` for what has been collected."""
        self.batches = {kind: [tensors[kind]] if kind in tensors else [] for kind in self.batches}

    def scores(self, variance: np.ndarray | None = None) -> PartScores:
        """The scores of what has been collected, each ``(M,)``; R² by the variance of the targets in their own unit."""
        tensors = self.tensors()
        values = {name: MEASURES[name](tensors[SCORES[name].gathered]) for name in self.names}
        values |= {name: tensors[reference][:, 0] / tensors[reference][:, 1] for name, reference in self.own.items()}
        scores = {name: value.double().cpu().numpy() for name, value in values.items()}
        if self.explains and variance is not None:
            scores["r2"] = explained(
                root_mean_squared_error(tensors["residuals"]).double().cpu().numpy() ** 2, variance
            )
        return scores


def explained(squared_error: np.ndarray, variance: np.ndarray) -> np.ndarray:
    """R², ``1 - mean squared error / variance of the targets``, ``(M,)``; NaN where there is nothing to explain."""
    return 1 - squared_error / np.where(variance > 0, variance, np.nan)


def _mean_over(values_MK: Tensor, counted_MK: Tensor) -> Tensor:
    """Mean of the classes that count; NaN where none does."""
    sums = torch.where(counted_MK, values_MK, torch.zeros_like(values_MK)).sum(1)
    return sums / counted_MK.sum(1)


def _wide(tensor: Tensor) -> torch.dtype:
    return torch.float64 if tensor.device.type != "mps" else torch.float32
