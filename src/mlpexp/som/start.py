"""The code book before the first step: random, drawn from the samples, or spread over the plane of their largest variance.

It depends on the training samples of a member and, but for the plane, on its seed of initial weights.

Axis letters: S pairs of seeds, N training samples, F features, U units.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import Tensor

from mlpexp.architectures.grid import positions
from mlpexp.architectures.layers import SelfOrganizingMap
from mlpexp.config.experiment import Experiment
from mlpexp.config.som import Som
from mlpexp.nn.network import StackedNetwork
from mlpexp.randomness import stream
from mlpexp.som.steps import WEIGHT
from mlpexp.training.samples import Samples

CHUNK_SAMPLES = 4096


def set_initial_weights(
    members: Sequence[Experiment], network: StackedNetwork, samples: Samples, pair_of_member: Tensor
) -> None:
    """Writes the initial code book of every member into the network."""
    grid = network.architecture.layers[-1].spec
    assert isinstance(grid, SelfOrganizingMap)
    code_books: dict[tuple[str, int, int], np.ndarray] = {}
    weight_MFU = network.parameters[WEIGHT]
    for i, (member, pair) in enumerate(zip(members, pair_of_member.tolist(), strict=True)):
        assert isinstance(member.model, Som)
        key = member.model.init, member.seeds_by_purpose.init, pair
        if key not in code_books:
            code_books[key] = _drawn(*key, grid, samples)
        weight_MFU[i] = torch.from_numpy(code_books[key]).to(weight_MFU)


def _drawn(init: str, seed: int, pair: int, grid: SelfOrganizingMap, samples: Samples) -> np.ndarray:
    """The code book ``(F, U)``, float64."""
    generator = stream(seed, "init", 0)
    if init == "samples":
        count = samples.sizes.train
        places = generator.choice(count, grid.num_units, replace=grid.num_units > count)
        return _samples_at(places, pair, samples).T
    if init == "pca":
        return plane(*_moments(pair, samples), grid)
    chunks = list(_chunks(pair, samples))
    low, high = np.min([x.min(0) for x in chunks], 0), np.max([x.max(0) for x in chunks], 0)
    return np.asarray(generator.uniform(low[:, None], high[:, None], (len(low), grid.num_units)))


def plane(mean_F: np.ndarray, covariance_FF: np.ndarray, grid: SelfOrganizingMap) -> np.ndarray:
    """The grid laid onto the first two principal components, one standard deviation to either side: ``(F, U)``.

    The longer side of the grid lies along the first component; of two equal sides the columns. Signs are chosen so that
    the largest entry of each component is positive.

    References:
        Kohonen (2001), "Self-organizing maps", section 3.4 (linear initialization).
    """
    variances, components = np.linalg.eigh(covariance_FF)
    spread = components[:, ::-1][:, :2] * np.sqrt(np.maximum(variances[::-1][:2], 0))
    largest = np.abs(spread).argmax(0)
    spread = spread * np.where(spread[largest, np.arange(spread.shape[1])] < 0, -1.0, 1.0)
    places = positions(grid)
    middle, half = (places.max(0) + places.min(0)) / 2, (places.max(0) - places.min(0)) / 2
    scaled_U2 = (places - middle) / np.where(half > 0, half, 1.0)
    along = scaled_U2 if grid.columns >= grid.rows else scaled_U2[:, ::-1]
    return np.asarray(mean_F[:, None] + spread @ along[:, : spread.shape[1]].T)


def _chunks(pair: int, samples: Samples) -> Iterator[np.ndarray]:
    """The training samples of a pair, flat, float64, some at a time."""
    for start in range(0, samples.sizes.train, CHUNK_SAMPLES):
        inputs, _ = samples.part(start, min(start + CHUNK_SAMPLES, samples.sizes.train))
        yield inputs[pair].flatten(1).double().cpu().numpy()


def _moments(pair: int, samples: Samples) -> tuple[np.ndarray, np.ndarray]:
    """Mean ``(F,)`` and covariance ``(F, F)`` of the training samples."""
    count = samples.sizes.train
    mean = np.sum([x.sum(0) for x in _chunks(pair, samples)], 0) / count
    covariance = np.sum([(x - mean).T @ (x - mean) for x in _chunks(pair, samples)], 0) / count
    return mean, covariance


def _samples_at(places: np.ndarray, pair: int, samples: Samples) -> np.ndarray:
    """Training samples by their position, ``(U, F)``."""
    rows: dict[int, np.ndarray] = {}
    for number, chunk in enumerate(_chunks(pair, samples)):
        first = number * CHUNK_SAMPLES
        rows |= {int(p): chunk[p - first] for p in places if first <= p < first + len(chunk)}
    return np.stack([rows[int(place)] for place in places])
