"""The files of USPS: lines of text, ``label 1:value 2:value ...``, compressed with bzip2."""

import bz2

import numpy as np


def parse_usps(content: bytes, shape: tuple[int, int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Pictures ``(N, C, H, W)`` uint8 and labels ``(N,)`` int64, as they stand.

    Values from -1 to 1 become greys from 0 to 255, computed in float32 and cut off as torchvision does it: of the original
    it differs by less than one of 255 steps.

    Raises:
        ValueError: It is anything else.
    """
    try:
        lines = bz2.decompress(content).decode("ascii").splitlines()
    except (OSError, ValueError, EOFError):
        raise ValueError("it is not text compressed with bzip2") from None
    places = [str(place) for place in range(1, 1 + int(np.prod(shape)))]
    values, labels = np.empty((len(lines), len(places)), dtype=np.float32), np.empty(len(lines), dtype=np.int64)
    for number, line in enumerate(lines):
        label, *cells = line.split() or [""]
        named = [cell.partition(":") for cell in cells]
        if [place for place, _, _ in named] != places:
            raise ValueError(f"line {number + 1} has not the {len(places)} values of a picture")
        try:
            labels[number], values[number] = int(label), [float(value) for _, _, value in named]
        except ValueError:
            raise ValueError(f"line {number + 1} has a value that is no number") from None
    if not (np.abs(values) <= 1).all():
        raise ValueError("it has values outside -1..1")
    return ((values + 1) / 2 * 255).astype(np.uint8).reshape(-1, *shape), labels
