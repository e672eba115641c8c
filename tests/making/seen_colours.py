"""Colours as they are seen: printed in grey, and by people who see two kinds of light instead of three.

References:
    Machado, Oliveira and Fernandes (2009), "A physiologically-based model for simulation of color vision deficiency",
    IEEE Transactions on Visualization and Computer Graphics 15(6), table 1, severity 1. CIE 15:2004, L*a*b*, white D65.
"""

import numpy as np
from matplotlib.colors import to_rgb

EYES: dict[str, np.ndarray] = {
    "all three": np.eye(3),
    "no red": np.array([[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]),
    "no green": np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]),
    "no blue": np.array([[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]),
    "a grey printer": np.tile([0.2126, 0.7152, 0.0722], (3, 1)),
}  # fmt: skip
XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
WHITE = XYZ.sum(axis=1)


def seen(colour: object, eyes: str) -> np.ndarray:
    """A colour as L*, a*, b*."""
    rgb = np.asarray(to_rgb(colour))  # type: ignore[arg-type]
    light = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    x, y, z = XYZ @ np.clip(EYES[eyes] @ light, 0, 1) / WHITE
    fx, fy, fz = (float(np.cbrt(t)) if t > (6 / 29) ** 3 else t / (3 * (6 / 29) ** 2) + 4 / 29 for t in (x, y, z))
    return np.array([116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)])


def distance(one: object, other: object) -> float:
    """How much two colours differ for whoever sees them as most alike; about 2 can just be seen side by side."""
    return min(float(np.linalg.norm(seen(one, eyes) - seen(other, eyes))) for eyes in EYES)
