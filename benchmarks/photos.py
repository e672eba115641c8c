"""Photos of digits: what a network trained on MNIST says of its test digits, once they lie on paper.

Each of 500 test digits is pasted onto generated grey paper: lit unevenly, with grain, shifted, scaled 0.7 to 2, inked 0.6 to 1,
once dark on light and once light on dark, as PNG and JPEG in turns. Claim: of each kind at least 95 % of the accuracy on the
digits as they are in MNIST.

    MLPEXP_DATA_DIR=... python benchmarks/photos.py RESULT [--digits N] [--sheet FILE]
"""

import argparse
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image

from mlpexp.data.image_files import read_files
from mlpexp.data.image_sources import MNIST
from mlpexp.data.pictures.unseen import UnseenPicture
from mlpexp.results.networks import Networks, networks_of
from mlpexp.results.predictions import Predictions, pictures_for, predictions_of_pictures
from mlpexp.results.result import Result

SCALES, INKS = (0.7, 2.0), (0.6, 1.0)
PAPERS = {"dark on light": (150, 235), "light on dark": (25, 100)}  # greys of the paper
PENS = {"dark on light": 0.1, "light on dark": 250.0}  # share of the paper's light that ink leaves; or its grey
UNEVENNESS, GRAIN = 0.3, 3.0  # share of the light from edge to edge; steps of 255


@dataclass(frozen=True)
class Photo:
    """A digit on paper."""

    grey: np.ndarray
    """``(H, W)`` uint8."""
    kind: str
    """``dark on light`` or ``light on dark``."""
    scale: float
    """Of the digit, against MNIST."""
    ink: float
    """How full the strokes are."""


def photo_of(digit: np.ndarray, kind: str, generator: np.random.Generator) -> Photo:
    """A digit ``(28, 28)`` uint8 on paper."""
    scale, ink = generator.uniform(*SCALES), generator.uniform(*INKS)
    side = round(28 * scale)
    height, width = generator.integers(side + 4, 4 * side + 4, 2)
    y, x = np.linspace(-0.5, 0.5, height)[:, None], np.linspace(-0.5, 0.5, width)
    slopes = generator.uniform(-UNEVENNESS, UNEVENNESS, 3)
    light = 1 + slopes[0] * y + slopes[1] * x + 2 * slopes[2] * (x**2 + y**2)
    paper = generator.uniform(*PAPERS[kind]) * light
    small = Image.fromarray(digit).resize((side, side), Image.Resampling.BICUBIC)
    top, left = generator.integers(0, height - side + 1), generator.integers(0, width - side + 1)
    share = np.zeros((height, width))
    share[top : top + side, left : left + side] = ink * np.asarray(small) / 255
    inked = PENS[kind] * paper if kind == "dark on light" else np.full_like(paper, PENS[kind])
    grey = paper * (1 - share) + inked * share + generator.normal(0, GRAIN, share.shape)
    return Photo(np.clip(np.rint(grey), 0, 255).astype(np.uint8), kind, scale, ink)


def digits_to_test(data_dir: Path, number: int) -> tuple[np.ndarray, np.ndarray]:
    """Digits ``(N, 28, 28)`` uint8 and their classes, the first of MNIST's test part."""
    _, test = read_files(MNIST, data_dir)
    return test.images[:number, 0], test.labels[:number]


@dataclass(frozen=True)
class Judged:
    """What networks said of digits as they are, and on paper."""

    photos: Sequence[Photo]
    """All of both kinds."""
    pictures: Sequence[UnseenPicture]
    """What was seen of each."""
    is_right: np.ndarray
    """Of each photo, whether its digit was recognized."""
    clean: float
    """Accuracy on the digits as they are."""

    def share(self, chosen: Sequence[bool]) -> float:
        """Accuracy on some photos, as a share of that on the digits as they are."""
        return float(self.is_right[np.array(chosen)].mean()) / self.clean


def judged(networks: Networks, digits: np.ndarray, labels: np.ndarray, folder: Path) -> Judged:
    """Pastes each digit once in each way, into files of a folder, and asks networks."""
    said = networks.probabilities(np.array(digits[:, None])).mean(0).argmax(1)
    photos, paths = [], []
    for number, digit in enumerate(digits):
        for place, kind in enumerate(PAPERS):
            photos.append(photo_of(digit, kind, np.random.default_rng((number, place))))
            paths.append(folder / f"{number}-{place}.{'jpg' if (number + place) % 2 else 'png'}")
            Image.fromarray(photos[-1].grey).save(paths[-1], quality=90)
    pictures = pictures_for(networks, paths)
    predicted = [_class_of(each) for each in predictions_of_pictures(networks, pictures)]
    is_right = np.array(predicted) == np.repeat(labels, len(PAPERS))
    return Judged(photos, pictures, is_right, float((said == labels).mean()))


def _class_of(predictions: Predictions) -> int:
    """The class that is predicted of a picture; -1: none."""
    return int(np.nan_to_num(predictions.predicted, nan=-1.0)[0])


def conditions(result: Judged) -> Iterator[tuple[str, list[bool]]]:
    """Names of kinds of photos, and which they are."""
    photos = result.photos
    for kind in PAPERS:
        yield kind, [photo.kind == kind for photo in photos]
    for low, high in ((0.7, 1.0), (1.0, 1.5), (1.5, 2.0)):
        yield f"scaled {low} to {high}", [low <= photo.scale < high for photo in photos]
    for low, high in ((0.6, 0.8), (0.8, 1.0)):
        yield f"inked {low} to {high}", [low <= photo.ink < high for photo in photos]
    yield "all", [True] * len(photos)


def sheet(result: Judged, number: int = 20) -> Image.Image:
    """Some photos, and below each what the network saw."""
    cell, columns = 100, 10
    canvas = Image.new("L", (columns * cell, 2 * cell * (number // columns)), 128)
    for place in range(number):
        pixels = result.pictures[place].pixels
        images = [result.photos[place].grey] + ([pixels[0]] if pixels is not None else [])
        for row, grey in enumerate(images):
            image = Image.fromarray(grey)
            factor = (cell - 4) / max(image.size)
            size = max(1, round(image.width * factor)), max(1, round(image.height * factor))
            image = image.resize(size, Image.Resampling.NEAREST)
            canvas.paste(image, (place % columns * cell, (2 * (place // columns) + row) * cell))
    return canvas


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("result", type=Path)
    parser.add_argument("--digits", type=int, default=500)
    parser.add_argument("--sheet", type=Path)
    options = parser.parse_args()
    data_dir = os.environ["MLPEXP_DATA_DIR"]
    networks = networks_of(Result.open(options.result).arm(0), data_dir=data_dir)
    digits, labels = digits_to_test(Path(data_dir), options.digits)
    with TemporaryDirectory() as folder:
        result = judged(networks, digits, labels, Path(folder))
    print(f"{len(digits)} digits as they are: {result.clean:.1%}")
    for name, chosen in conditions(result):
        accuracy = result.is_right[np.array(chosen)].mean()
        print(f"{name}: {sum(chosen)} photos, {accuracy:.1%}, {result.share(chosen):.1%} of it")
    refused = [note for picture in result.pictures if picture.pixels is None for note in picture.notes]
    print(f"not read: {len(refused)}")
    for note in refused:
        print(" ", note.rpartition("/")[2])
    if options.sheet:
        sheet(result).save(options.sheet)


if __name__ == "__main__":
    main()
