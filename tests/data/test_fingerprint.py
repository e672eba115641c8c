"""Fingerprints tell data apart and nothing else."""

from dataclasses import replace

import numpy as np

from mlpexp.config.datasets import Iris, Synthetic
from mlpexp.data.catalogue import load
from mlpexp.data.dataset import fingerprint


def moons(data_seed: int = 0) -> Synthetic:
    return Synthetic(name="synthetic", kind="moons", data_seed=data_seed)


def test_equal_data_have_equal_fingerprints() -> None:
    assert fingerprint(load(moons())) == fingerprint(load(moons())) != fingerprint(load(moons(data_seed=1)))


def test_one_bit_one_type_one_shape_changes_it_a_name_does_not() -> None:
    iris = load(Iris(name="iris"))
    original = fingerprint(iris)
    assert len(original) == 16 and int(original, 16) >= 0
    nudged = iris.inputs.copy()
    nudged[17, 2] = np.nextafter(nudged[17, 2], 9)
    targets = iris.targets.copy()
    targets[0] = 2
    changed = [
        replace(iris, inputs=nudged),
        replace(iris, inputs=iris.inputs.astype(np.float32)),
        replace(iris, inputs=iris.inputs.reshape(75, 8)),
        replace(iris, targets=targets),
    ]
    assert len({original, *map(fingerprint, changed)}) == 5
    assert fingerprint(replace(iris, name="flowers")) == original


def test_byte_order_and_memory_layout_do_not_count() -> None:
    iris = load(Iris(name="iris"))
    swapped = np.asfortranarray(iris.inputs.astype(iris.inputs.dtype.newbyteorder(">")))
    assert fingerprint(replace(iris, inputs=swapped)) == fingerprint(iris)


def test_iris_is_the_iris_of_this_release() -> None:
    assert fingerprint(load(Iris(name="iris"))) == "65979432c20753fa"
