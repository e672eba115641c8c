"""What may be wrong with pictures that have been read, or could be simpler, in words."""

import hashlib
from collections.abc import Iterator

import numpy as np

from mlpexp.data.pictures.arrays import darkness_of
from mlpexp.data.pictures.content import Content


def dark(inputs: np.ndarray) -> Iterator[str]:
    """That no pixel is bright."""
    if words := darkness_of(inputs):
        yield words


def only_grey(inputs: np.ndarray) -> Iterator[str]:
    """That three channels hold one, three times."""
    if inputs.shape[1] == 3 and all(bool((pixels[0] == pixels).all()) for pixels in inputs):
        yield "no pixel has a colour; color: grey would do with one channel"


def twins(content: Content) -> Iterator[str]:
    """Pictures that are there more than once, pixel by pixel, in words."""
    first: dict[bytes, int] = {}
    pairs = []
    for place, pixels in enumerate(content.inputs):
        key = hashlib.blake2b(np.ascontiguousarray(pixels).data, digest_size=16).digest()
        if (earlier := first.setdefault(key, place)) != place:
            pairs.append((earlier, place))
    across = [pair for pair in pairs if content.parts[pair[0]] != content.parts[pair[1]]]
    other = [pair for pair in pairs if content.targets[pair[0]] != content.targets[pair[1]]]
    within = [pair for pair in pairs if not content.parts[pair[0]] and not content.parts[pair[1]]]
    kinds = {
        "is in two parts": across,
        "is there twice, so that it may be learned from and tested on": within,
        "is in two classes": other,
    }
    for words, alike in kinds.items():
        if alike:
            one, two = map(content.called, alike[0])
            yield f"the same picture {words}: {one} and {two}" + (
                f"; {len(alike):,} such pairs" if len(alike) > 1 else ""
            )
