"""Randomness as a pure function of (seed, purpose, indices).

Nothing in mlpexp draws from a global generator. Whoever needs random numbers names the experiment's seed, a purpose and,
where there is one, the epoch; the same names always give the same numbers, on every device and in every arm of a sweep.
Hence common random numbers across arms, resuming without generator state, and evaluation that cannot disturb training.
"""

import hashlib
from collections.abc import Iterable, Iterator
from typing import Literal

import numpy as np

Purpose = Literal["data", "split", "init", "order", "dropout", "noise", "sweep", "gradcheck"]


def stream(seed: int, purpose: Purpose, *indices: int) -> np.random.Generator:
    """A fresh generator for one purpose.

    Args:
        seed: The seed of the experiment (of one member of a stack).
        purpose: What the numbers are for; streams of different purposes are independent.
        indices: Where there are several streams for a purpose: the epoch, the layer, ...

    Returns:
        A counter-based generator (Philox4x64-10) keyed by the BLAKE2b hash of the arguments.

    References:
        Salmon, Moraes, Dror and Shaw (2011), "Parallel random numbers: as easy as 1, 2, 3", section 3.3.
    """
    return np.random.Generator(np.random.Philox(key=_key(seed, purpose, indices)))


def streams(seeds: Iterable[int], purpose: Purpose, *indices: int) -> Iterator[np.random.Generator]:
    """``stream(seed, purpose, *indices)`` of each seed, one after the other, in a third of the time.

    It is one object that begins anew for each seed: take the numbers of a seed before asking for the next.
    """
    bits = np.random.Philox(key=0)
    generator, start = np.random.Generator(bits), bits.state
    for seed in seeds:
        start["state"]["key"] = _key(seed, purpose, indices)
        bits.state = start
        yield generator


def _key(seed: int, purpose: Purpose, indices: tuple[int, ...]) -> np.ndarray:
    name = "/".join([str(seed), purpose, *map(str, indices)])
    return np.frombuffer(hashlib.blake2b(name.encode(), digest_size=16).digest(), dtype=np.uint64)
