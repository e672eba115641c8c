"""Random shifts and rotations of training images, a pure function of (seed, epoch)."""

from math import pi

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from mlpexp.config.image_sets import Augmentation
from mlpexp.randomness import stream


def draw_motions(config: Augmentation, seed: int, epoch: int, num_samples: int) -> np.ndarray:
    """``(N, 3)``: rotation in radians and shift in whole pixels along x and y of each sample of an epoch."""
    generator = stream(seed, "noise", epoch)
    angle = generator.uniform(-1, 1, (num_samples, 1)) * (config.max_rotation * pi / 180)
    shift = generator.integers(-config.max_shift, config.max_shift, (num_samples, 2), endpoint=True)
    return np.concatenate([angle, shift], axis=1)


def move(images: Tensor, motions: Tensor) -> Tensor:
    """Rotates and shifts images ``(N, C, H, W)`` by motions ``(N, 3)``, bilinear, with zeros from outside."""
    height, width = images.shape[2:]
    angle, shift_x, shift_y = motions.to(images.dtype).unbind(1)
    cos, sin = angle.cos(), angle.sin()
    # grid_sample asks, for each output pixel, where in the input to look; coordinates run from -1 to 1.
    along_x = torch.stack([cos, sin * height / width, -2 * shift_x / width], 1)
    along_y = torch.stack([-sin * width / height, cos, -2 * shift_y / height], 1)
    grid = F.affine_grid(torch.stack([along_x, along_y], 1), list(images.shape), align_corners=False)
    return F.grid_sample(images, grid, mode="bilinear", padding_mode="zeros", align_corners=False)
