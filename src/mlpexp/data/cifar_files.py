"""The files of CIFAR-10: what their bytes hold, in Python's form or the binary one."""

import io
import pickle
from typing import Any

import numpy as np

PLAIN = {
    ("numpy", "dtype"): ("numpy", "dtype"),
    ("numpy", "ndarray"): ("numpy", "ndarray"),
    ("numpy.core.multiarray", "_reconstruct"): ("numpy._core.multiarray", "_reconstruct"),
    ("numpy._core.multiarray", "_reconstruct"): ("numpy._core.multiarray", "_reconstruct"),
    ("_codecs", "encode"): ("_codecs", "encode"),
}  # fmt: skip
"""What a file may name (NumPy arrays of bytes and what is inside them), and where it lies today."""


class PlainUnpickler(pickle.Unpickler):
    """Reads NumPy arrays and Python's own plain types; a pickle could otherwise run any program."""

    def find_class(self, module: str, name: str) -> Any:
        """Only what ``PLAIN`` lists.

        Raises:
            ValueError: Anything else is named.
        """
        if (module, name) not in PLAIN:
            raise ValueError(f"it names {module}.{name}, which no file of pictures needs")
        return super().find_class(*PLAIN[module, name])


def parse_pickled(content: bytes, shape: tuple[int, int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Pictures ``(N, C, H, W)`` uint8 and labels ``(N,)`` int64 of a batch file in Python's form.

    Args:
        content: Of the file, which has been checked against its MD5 sum.
        shape: Of a picture.

    Raises:
        ValueError: It is anything else.
    """
    try:
        batch = PlainUnpickler(io.BytesIO(content), encoding="latin1").load()
        pixels, labels = batch["data"], batch["labels"]
    except ValueError:
        raise
    except Exception:  # what is no pickle can raise anything
        raise ValueError("it is not a batch file of CIFAR-10") from None
    if not (isinstance(pixels, np.ndarray) and pixels.dtype == np.uint8 and pixels.shape[1:] == (np.prod(shape),)):
        raise ValueError("its data are not rows of bytes, one for each picture")
    if not isinstance(labels, list) or {type(label) for label in labels} - {int} or len(labels) != len(pixels):
        raise ValueError("its labels are not whole numbers, one for each picture")
    return pixels.reshape(-1, *shape), np.array(labels, dtype=np.int64)


def parse_binary(content: bytes, shape: tuple[int, int, int]) -> tuple[np.ndarray, np.ndarray]:
    """The same of a file in the binary form: a byte for the label, then all bytes of the picture, and so on.

    Raises:
        ValueError: The content ends in the middle of a picture.
    """
    record = 1 + int(np.prod(shape))
    if len(content) % record:
        raise ValueError(f"{len(content)} bytes are no whole number of pictures of {record} bytes with label")
    records = np.frombuffer(content, dtype=np.uint8).reshape(-1, record)
    return records[:, 1:].reshape(-1, *shape), records[:, 0].astype(np.int64)
