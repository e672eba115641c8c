"""Rows of a table that are pictures: every column is a pixel.

Axis letters: N rows, F columns, C channels, H height, W width.
"""

from collections.abc import Sequence
from math import prod

import numpy as np

from mlpexp.data.pictures.arrays import CHANNELS, as_bytes, brightness_of, darkness_of, extent
from mlpexp.data.tables.inputs import Inputs, OneHot
from mlpexp.errors import DataError

KEY = "dataset.shape"


def as_pictures(inputs_NF: np.ndarray, pieces: Sequence[Inputs], shape: tuple[int, int, int]) -> tuple[np.ndarray, str]:
    """Pictures ``(N, C, H, W)`` uint8 from the columns in the order of the table, and what was done, in words.

    Raises:
        DataError: The columns are not as many as pixels, or a column is none.
    """
    sizes = "x".join(map(str, shape))
    for piece in pieces:
        if isinstance(piece.values[0], OneHot):
            raise DataError(f"column {piece.column} has categories, and pixels are numbers; leave it out", key=KEY)
        if piece.fill is not None or piece.has_indicator or len(piece.names) > 1:
            raise DataError(f"column {piece.column} has missing values or is no number; pixels have one each", key=KEY)
    if shape[0] not in CHANNELS:
        raise DataError(f"{sizes} has {shape[0]} channels; pictures have 1 (grey) or 3 (colours)", key=KEY)
    if inputs_NF.shape[1] != prod(shape):
        message = (
            f"{sizes} are {prod(shape):,} pixels, but the table has {inputs_NF.shape[1]:,} columns to predict from"
        )
        raise DataError(message, key=KEY)
    lowest, highest, whole = extent(inputs_NF)
    try:
        brightness = brightness_of(lowest, highest, whole=whole)
    except ValueError as error:
        raise DataError(str(error), key=KEY) from None
    channels, height, width = shape
    pictures = as_bytes(inputs_NF, brightness).reshape(-1, channels, height, width)
    notes = "".join(f"; {note}" for note in (brightness.note, darkness_of(pictures)) if note)
    return pictures, f"each row is a picture of {sizes} (channels x height x width){notes}"
