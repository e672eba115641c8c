"""Products of the matrices of all members, each rounded the same in a stack of any size.

MKL computes what lies before the first 16-byte boundary of a result by other code than the rest, and where the result of a
member begins depends on the members before it; a product with a single row or column goes through yet other code if there is
one member. Zeros are therefore added where a product would be rounded by its place. What to add was found by comparing
200,000 products of random sizes with those of one member; ``tests/nn/test_products.py`` repeats a sample of that.

A product with few columns, such as that of an output layer, is computed the other way round, ``(b' a')'``: MKL works along
the rows of a result, and rows of three values leave it nothing to vectorize (2 to 4 times as fast).

Axis letters: M members, R rows, I inner, C columns.
"""

from functools import cache

import torch
import torch.nn.functional as F
from torch import Tensor

SIDE = 4
SMALL = 400  # multiply-accumulates; below, torch uses a plain loop of its own
NARROW = 8  # columns
WORTH_TURNING = 1000  # multiply-accumulates


def product(a_MRI: Tensor, b_MIC: Tensor, bias_MC: Tensor | None = None) -> Tensor:
    """``a b``, or ``a b + bias``: ``(M, R, C)``, contiguous."""
    rows, columns = a_MRI.shape[1], b_MIC.shape[2]
    if a_MRI.is_cpu and turned(rows, a_MRI.shape[2], columns):
        return _turned_product(a_MRI, b_MIC, bias_MC)
    more_rows, more_columns = missing(rows, a_MRI.shape[2], columns) if a_MRI.is_cpu else (0, 0)
    if more_rows:
        a_MRI = F.pad(a_MRI, (0, 0, 0, more_rows))
    if more_columns:
        b_MIC = F.pad(b_MIC, (0, more_columns))
        bias_MC = None if bias_MC is None else F.pad(bias_MC, (0, more_columns))
    y = torch.bmm(a_MRI, b_MIC) if bias_MC is None else torch.baddbmm(bias_MC.unsqueeze(1), a_MRI, b_MIC)
    return y[:, :rows, :columns].contiguous() if more_rows or more_columns else y


def _turned_product(a_MRI: Tensor, b_MIC: Tensor, bias_MC: Tensor | None) -> Tensor:
    rows, columns = a_MRI.shape[1], b_MIC.shape[2]
    if rows % SIDE:
        a_MRI = F.pad(a_MRI, (0, 0, 0, -rows % SIDE))
    b_MIC = F.pad(b_MIC, (0, -columns % SIDE))
    if bias_MC is None:
        y_MCR = torch.bmm(b_MIC.mT, a_MRI.mT)
    else:
        y_MCR = torch.baddbmm(F.pad(bias_MC, (0, -columns % SIDE)).unsqueeze(2), b_MIC.mT, a_MRI.mT)
    return y_MCR[:, :columns, :rows].mT.contiguous()


@cache
def turned(rows: int, inner: int, columns: int) -> bool:
    """Whether to compute a product the other way round; not with columns that fill vectors, as zeros align them."""
    narrow = columns < NARROW and columns % SIDE != 0 and rows > columns
    return narrow and rows * inner * columns >= WORTH_TURNING


@cache
def missing(rows: int, inner: int, columns: int) -> tuple[int, int]:
    """How many rows and columns of zeros to add."""
    if rows * inner * columns < SMALL:
        return 0, 0
    return -rows % SIDE, SIDE - 1 if columns == 1 else 0
