"""The tables of ``blind_runs`` and ``blind_rates``: clean, damaged, and noisy ones whose truth is known.

A noisy table is a ``Truth``: inputs are drawn, and then labels with known probabilities or numbers with a known mean.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

Draw = Callable[[np.random.Generator, int], np.ndarray]
Function = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Truth:
    """How a noisy table is made."""

    rows: int
    inputs: Draw
    """``(N, D)``."""
    expected: Function
    """Of the inputs: the probability of each class, ``(N, K)``, or the mean of the number, ``(N,)``."""
    spread: Function | None = None
    """Standard deviation of the number, ``(N,)``; None: there are classes."""

    def draw(self, rng: np.random.Generator, rows: int) -> tuple[np.ndarray, np.ndarray]:
        """Inputs ``(N, D)`` and labels or numbers ``(N,)``."""
        x = self.inputs(rng, rows)
        expected = self.expected(x)
        if self.spread is not None:
            return x, expected + self.spread(x) * rng.normal(size=rows)
        return x, (rng.random((rows, 1)) > expected.cumsum(1)[:, :-1]).sum(1)

    def ceiling(self, rng: np.random.Generator, rows: int = 400_000) -> float:
        """The best possible accuracy or R² on new rows."""
        x = self.inputs(rng, rows)
        expected = self.expected(x)
        if self.spread is None:
            return float(expected.max(1).mean())
        return float(expected.var() / (expected.var() + (self.spread(x) ** 2).mean()))


def normal_inputs(features: int) -> Draw:
    return lambda rng, n: rng.normal(size=(n, features))


def even_inputs(features: int) -> Draw:
    return lambda rng, n: rng.uniform(-2, 2, (n, features))


def mixture(centers: np.ndarray, std: float, shares: tuple[float, ...] = ()) -> tuple[Draw, Function]:
    """Gaussian classes around centers ``(K, D)``: their inputs and posteriors."""
    prior = np.array(shares or [1 / len(centers)] * len(centers))

    def inputs(rng: np.random.Generator, n: int) -> np.ndarray:
        return centers[rng.choice(len(centers), n, p=prior)] + std * rng.normal(size=(n, centers.shape[1]))

    def posterior(x: np.ndarray) -> np.ndarray:
        log = np.log(prior) - ((x[:, None] - centers) ** 2).sum(2) / (2 * std**2)
        weights = np.exp(log - log.max(1, keepdims=True))
        return weights / weights.sum(1, keepdims=True)

    return inputs, posterior


def two_classes(logit: Function) -> Function:
    def posterior(x: np.ndarray) -> np.ndarray:
        p = 1 / (1 + np.exp(-logit(x)))
        return np.stack([1 - p, p], 1)

    return posterior


def grades(x: np.ndarray) -> np.ndarray:
    """Four ordered classes: where ``w x`` plus logistic noise lies between three cuts."""
    score = x @ np.array([1.5, -1.0, 0.8, 0.5])
    above = 1 / (1 + np.exp(-(score[:, None] - np.array([-1.8, 0.0, 1.8])) / 0.45))
    return -np.diff(np.concatenate([np.ones((len(x), 1)), above, np.zeros((len(x), 1))], 1), axis=1)


def constant(value: float) -> Function:
    return lambda x: np.full(len(x), value)


def directions(features: int, slope: float) -> np.ndarray:
    """Weights that fall from feature to feature, of a given norm."""
    weights = 0.8 ** np.arange(features) * np.where(np.arange(features) % 2, -1, 1)
    return slope * weights / np.linalg.norm(weights)


TRIANGLE = np.array([[0.0, 1.0], [-0.87, -0.5], [0.87, -0.5]])
NOISY: dict[str, Truth] = {
    "pair": Truth(800, *mixture(np.array([[0.0, 0.0], [1.2, 0.6]]), 1.0)),
    "pair_wide": Truth(2400, *mixture(np.stack([np.zeros(16), np.full(16, 0.45)]), 1.0)),
    "triangle": Truth(900, *mixture(1.5 * TRIANGLE, 1.1)),
    "quarters": Truth(1200, *mixture(np.array([[1, 1], [1, -1], [-1, 1], [-1, -1]]) * 1.0, 0.9)),
    "shares": Truth(1200, *mixture(np.array([[0.0, 0, 0], [1, 0.7, 0.7]]), 1.0, (0.7, 0.3))),
    "survey": Truth(1500, normal_inputs(6), two_classes(lambda x: x @ directions(6, 1.6))),
    "weak_survey": Truth(2000, normal_inputs(4), two_classes(lambda x: x @ directions(4, 0.8))),
    "wave": Truth(1500, even_inputs(2), two_classes(lambda x: 2.5 * np.sin(1.6 * x[:, 0]) + x[:, 1])),
    "corners": Truth(1500, even_inputs(2), two_classes(lambda x: 1.6 * x[:, 0] * x[:, 1])),
    "shell": Truth(1500, normal_inputs(3), two_classes(lambda x: 1.5 * ((x**2).sum(1) - 2.5))),
    "yes_no": Truth(1800, lambda rng, n: (rng.random((n, 10)) < 0.5) * 1.0,
        two_classes(lambda x: (2 * x - 1) @ directions(10, 1.8))),
    "grades": Truth(1500, normal_inputs(4), grades),
    "slope": Truth(1400, normal_inputs(3), lambda x: x @ directions(3, 1.0), constant(1.0)),
    "weak_slope": Truth(1000, normal_inputs(2), lambda x: x @ directions(2, 0.7), constant(1.0)),
    "many_slopes": Truth(2500, normal_inputs(12), lambda x: x @ directions(12, 0.85), constant(1.0)),
    "widening": Truth(2000, even_inputs(2), lambda x: x[:, 0] + 0.5 * x[:, 1], lambda x: 0.4 + 0.8 * np.abs(x[:, 0])),
    "product": Truth(1500, even_inputs(2), lambda x: x[:, 0] * x[:, 1], constant(1.2)),
    "counts": Truth(2400, normal_inputs(3), lambda x: np.exp(0.9 + x @ directions(3, 0.5)),
        lambda x: np.sqrt(np.exp(0.9 + x @ directions(3, 0.5)))),
    "saddle": Truth(1500, even_inputs(3), lambda x: x[:, 0] ** 2 - x[:, 1], constant(1.7)),
}  # fmt: skip


def disc(rng: np.random.Generator, rows: int, radii: tuple[float, ...], noise: float = 0.06) -> tuple:
    """Rings around the origin, and the number of the ring."""
    y = np.arange(rows) % len(radii)
    angle, radius = rng.uniform(0, 2 * np.pi, rows), np.array(radii)[y] + noise * rng.normal(size=rows)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], 1), y


def gap(rng: np.random.Generator, rows: int, features: int) -> tuple:
    """Two classes with a gap between them, on both sides of a plane."""
    x = rng.normal(size=(6 * rows, features))
    side = x @ directions(features, 1.0)
    kept = np.flatnonzero(np.abs(side) > 0.35)[:rows]
    return x[kept], (side[kept] > 0).astype(int)


def prices(rng: np.random.Generator, rows: int) -> tuple:
    """Square metres, rooms, age and distance of houses, and what they cost."""
    x = np.stack([rng.uniform(30, 200, rows), rng.integers(1, 8, rows), rng.uniform(0, 90, rows),
        rng.gamma(2, 4, rows)], 1)  # fmt: skip
    y = (
        2400 * x[:, 0]
        + 9000 * x[:, 1]
        - 900 * x[:, 2]
        + 130_000 * np.exp(-x[:, 3] / 6)
        + 12_000 * rng.normal(size=rows)
    )
    return x, y + 60_000


def beside(rng: np.random.Generator, rows: int, share: float, features: int, distance: float) -> tuple:
    """Two classes at a distance, and the share of the second."""
    y = (np.arange(rows) < share * rows).astype(int)
    x = rng.normal(size=(rows, features))
    x[:, 0] += distance * y
    return x, y


def rare(rng: np.random.Generator, rows: int, share: float, features: int) -> tuple:
    """A rare class in a corner, where more than twice as many samples of the usual class lie, about an eighth of them."""
    x = rng.normal(size=(rows, features))
    corner = x @ directions(features, 1.0) > 1.1
    y = np.zeros(rows, int)
    y[rng.choice(np.flatnonzero(corner), int(share * rows), replace=False)] = 1
    return x, y


def another(rng: np.random.Generator, y: np.ndarray, share: float) -> np.ndarray:
    """Labels of which a share is changed to another class."""
    classes = int(y.max()) + 1
    return np.where(rng.random(len(y)) < share, (y + rng.integers(1, classes, len(y))) % classes, y)


def with_absurd_cells(
    rng: np.random.Generator, x: np.ndarray, columns: list[int], cells: int, size: float
) -> np.ndarray:
    """A few cells of some columns are far too large."""
    x = x.copy()
    for column in columns:
        x[rng.choice(len(x), cells, replace=False), column] = size * (1 + rng.random(cells))
    return x


def write(path: Path, x: np.ndarray, y: np.ndarray, word: str = "") -> None:
    """A table with columns ``x0``, ``x1``, ... and ``label``; a word before the label makes it a class."""
    header = ",".join([*(f"x{i}" for i in range(x.shape[1])), "label"])
    rows = [",".join([*(f"{v:.7g}" for v in row), f"{word}{label:.7g}"]) for row, label in zip(x, y, strict=True)]
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")


def tables(folder: Path, seed: int) -> None:
    """The CSV files that configs name by ``csv``."""
    from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, load_wine, make_friedman1

    rng = np.random.default_rng(seed)

    def classes(name: str, table: tuple) -> None:
        write(folder / f"{name}.csv", *table, word="kind ")

    def numbers(name: str, table: tuple) -> None:
        write(folder / f"{name}.csv", *table)

    for name, truth in NOISY.items():
        (numbers if truth.spread is not None else classes)(name, truth.draw(rng, truth.rows))
    wine, cancer, digits = (load(return_X_y=True) for load in (load_wine, load_breast_cancer, load_digits))
    diabetes = load_diabetes(return_X_y=True, scaled=False)
    classes("wine", wine)
    classes("cancer", cancer)
    numbers("diabetes", diabetes)
    numbers("friedman", make_friedman1(800, n_features=6, noise=0.3, random_state=seed))
    rings, planes, houses = disc(rng, 600, (0.5, 1.2, 2.0)), gap(rng, 500, 8), prices(rng, 700)
    classes("rings", rings)
    classes("planes", planes)
    numbers("houses", houses)
    plane = rng.uniform(0, 1, (500, 2))
    classes("threshold", (plane, (plane.sum(1) > 1.3).astype(int)))
    x = rng.normal(size=(400, 3))
    numbers("tilted", (x, x @ np.array([2.0, -1.0, 0.5]) + 0.1 * rng.normal(size=400)))
    classes("seventy_thirty", beside(rng, 600, 0.3, 4, 3.2))
    # Scales.
    classes("planes_mixed", (planes[0] * np.array([1, 1000, 1, 0.01, 300, 1, 50, 1]), planes[1]))
    classes("rings_far", (rings[0] * 20 + np.array([3000, 800]), rings[1]))
    numbers("houses_learned", (houses[0], (houses[1] - houses[1].mean()) / houses[1].std()))
    numbers("tilted_large", (x, 4e5 + 3e4 * x @ np.array([2.0, -1.0, 0.5])))
    numbers("bend_tiny", (x, 1e-4 * (np.sin(2 * x[:, 0]) + x[:, 1])))
    # Damaged tables.
    classes("rings_absurd", (with_absurd_cells(rng, rings[0], [0, 1], 8, 2e4), rings[1]))
    classes("cancer_absurd", (with_absurd_cells(rng, cancer[0], list(range(30)), 6, 1e7), cancer[1]))
    bend = rng.uniform(-2, 2, (500, 2))
    bend_y = np.sin(2 * bend[:, 0]) + bend[:, 1] ** 2 + 0.05 * rng.normal(size=500)
    numbers("bend", (bend, bend_y))
    numbers("bend_absurd", (with_absurd_cells(rng, bend, [0, 1], 6, 5e4), bend_y))
    classes("wine_wrong", (wine[0], another(rng, wine[1], 0.25)))
    classes("digits_wrong", (digits[0][:1000], another(rng, digits[1][:1000], 0.3)))
    classes("planes_wrong", (planes[0], another(rng, planes[1], 0.3)))
    classes("rings_wrong", (rings[0], another(rng, rings[1], 0.2)))
    # Rare classes.
    classes("rare_corner", rare(rng, 1500, 0.04, 4))
    classes("rare_small", rare(rng, 1200, 0.03, 2))
    classes("rare_many", rare(rng, 1600, 0.035, 6))
    # More features than samples tell apart.
    x = rng.normal(size=(90, 20))
    numbers("few_rows", (x, x[:, 0] + x[:, 1] + 0.5 * rng.normal(size=90)))
