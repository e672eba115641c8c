"""What of a picture is ink: the light on the paper is taken away, whether the ink is dark or light.

Axis letters: H height, W width, T terms of a polynomial.
"""

from dataclasses import dataclass

import numpy as np

MOST_SIDE_POINTS = 60  # of each axis, at which the light is looked at
DEGREE = 2  # of the surface that the light on the paper is taken for
ROUNDS = 12  # of weighted least squares
NORMAL = 1.4826  # standard deviation over median absolute deviation, of a normal distribution
CLEAR = 6.0  # standard deviations of the paper that ink must stand out by
LEAST_CONTRAST = 16.0  # of 255 steps, likewise
FULL = 90  # percentile of the clear ink that counts as full
EDGE = 0.5  # share of full ink at which a stroke ends


@dataclass(frozen=True)
class Ink:
    """How much ink is where."""

    amount: np.ndarray
    """``(H, W)`` float64: 0 is paper, 1 is full ink."""
    is_dark: bool
    """Whether the ink is darker than what it is on."""
    contrast: float
    """Of full ink against the paper, in steps of 255."""
    ground: np.ndarray
    """``(H, W)`` bool: where ink was looked for."""

    @property
    def is_stroke(self) -> np.ndarray:
        """``(H, W)`` bool: at least half full."""
        return self.amount >= EDGE


def ink_of(grey: np.ndarray, ground: np.ndarray | None = None) -> Ink | None:
    """The ink in a picture; None: there is none.

    The light is a polynomial of degree 2 in both axes, fitted so that strokes, which are few, hardly count: by least
    absolute deviations. Ink is what departs from it on one side, by more than the paper's own grain.

    Args:
        grey: ``(H, W)``, values 0..255.
        ground: ``(H, W)`` bool: the sheet that it is on; None: the whole picture.

    References:
        Holland and Welsch (1977), "Robust regression using iteratively reweighted least-squares",
        Communications in Statistics A6(9), section 2.
    """
    ground = np.ones(grey.shape, dtype=bool) if ground is None else ground
    light = light_on(grey, ground)
    difference = np.where(ground, grey - light, 0.0)
    on_ground = difference[ground]
    grain = NORMAL * float(np.median(np.abs(on_ground - np.median(on_ground))))
    least = max(LEAST_CONTRAST, CLEAR * grain)
    is_dark = _weight(-difference, least) >= _weight(difference, least)
    depth = -difference if is_dark else difference
    clear = depth[depth > least]
    if not clear.size:
        return None
    full = float(np.percentile(clear, FULL))
    amount = np.clip(np.where(depth > min(least, full / 4), depth, 0.0) / full, 0.0, 1.0)
    return Ink(amount, bool(is_dark), full, ground)


def light_on(grey: np.ndarray, ground: np.ndarray) -> np.ndarray:
    """What the picture would be without ink, ``(H, W)`` float64, as it is lit on a ground ``(H, W)`` bool."""
    height, width = grey.shape
    rows = np.unique(np.linspace(0, height - 1, min(height, MOST_SIDE_POINTS)).round().astype(int))
    columns = np.unique(np.linspace(0, width - 1, min(width, MOST_SIDE_POINTS)).round().astype(int))
    is_looked_at = ground[np.ix_(rows, columns)].ravel()
    some = grey[np.ix_(rows, columns)].astype(np.float64).ravel()[is_looked_at]
    terms = _terms(rows / max(1, height - 1), columns / max(1, width - 1))[is_looked_at]
    weights = np.ones(len(some))
    fitted = np.full(len(some), np.median(some))
    for _ in range(ROUNDS):
        weights = 1 / np.maximum(np.abs(some - fitted), 1.0)
        coefficients = np.linalg.lstsq(terms * np.sqrt(weights)[:, None], some * np.sqrt(weights), rcond=None)[0]
        fitted = terms @ coefficients
    every = _terms(np.arange(height) / max(1, height - 1), np.arange(width) / max(1, width - 1)) @ coefficients
    return every.reshape(height, width)


def _terms(y: np.ndarray, x: np.ndarray) -> np.ndarray:
    """The terms of the polynomial at all points of a grid, ``(H * W, T)``."""
    powers = [(i, j) for i in range(DEGREE + 1) for j in range(DEGREE + 1 - i)]
    return np.stack([np.outer(y**i, x**j).ravel() for i, j in powers], axis=1)


def _weight(depth: np.ndarray, least: float) -> float:
    """How much stands out on one side."""
    return float(depth[depth > least].sum())
