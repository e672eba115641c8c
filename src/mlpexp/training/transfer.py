"""From the host to the device without waiting for it."""

import numpy as np
import torch
from torch import Tensor


def on_device(array: np.ndarray, device: torch.device, dtype: torch.dtype | None = None) -> Tensor:
    """An array as a tensor on a device; a changed type is that of the host's arithmetic.

    To CUDA it is copied from pinned memory, since the host waits for the end of any other copy, and so for every step
    that has been launched before. On the CPU nothing is copied.
    """
    tensor = torch.from_numpy(array)
    if device.type != "cuda":
        return tensor.to(device, dtype)
    return tensor.to(dtype or tensor.dtype).pin_memory().to(device, non_blocking=True)
