"""Photos of digits that are drawn with a pen, on paper that is lit unevenly."""

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

# Corners of strokes in a square of side 1, x before y; one list for each time that the pen is put down.
STROKES: dict[str, list[list[tuple[float, float]]]] = {
    "1": [[(0.35, 0.2), (0.55, 0.02), (0.5, 0.98)]],
    "4": [[(0.35, 0.05), (0.2, 0.6), (0.8, 0.58)], [(0.65, 0.1), (0.6, 0.98)]],
    "5": [[(0.8, 0.02), (0.4, 0.02)], [(0.3, 0.1), (0.28, 0.45), (0.75, 0.6), (0.7, 0.9), (0.25, 0.95)]],
    "7": [[(0.2, 0.05), (0.8, 0.05), (0.45, 0.98)]],
    "speck": [[(0.5, 0.5), (0.53, 0.52)]],
    "blot": [[(0.3, 0.5), (0.7, 0.5)]],
}  # fmt: skip


def paper(height: int, width: int, grain: float = 4.0, seed: int = 0) -> np.ndarray:
    """An empty page, lit from one side, ``(H, W)`` uint8."""
    y, x = np.linspace(-0.5, 0.5, height)[:, None], np.linspace(-0.5, 0.5, width)
    light = 185 + 50 * x - 60 * (x**2 + y**2)
    return as_grey(light + np.random.default_rng(seed).normal(0, grain, (height, width)))


def written(
    page: np.ndarray, figure: str, top: int, left: int, side: int, pen: int = 10, depth: float = 0.75
) -> np.ndarray:
    """A page with a figure in a square of some side; ``pen`` is its width in pixels, ``depth`` how dark it is."""
    image = Image.new("L", (page.shape[1], page.shape[0]), 0)
    for corners in STROKES[figure]:
        ImageDraw.Draw(image).line([(left + side * x, top + side * y) for x, y in corners], 255, pen, joint="curve")
    share = np.asarray(image.filter(ImageFilter.GaussianBlur(1))) / 255
    return as_grey(page * (1 - depth * share))


def as_grey(values: np.ndarray) -> np.ndarray:
    """Values as whole numbers 0..255."""
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)
