"""Samples on the device: every seed sees its own split, standardization and order, however they are stored."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from making.stacks import experiment
from mlpexp.data.catalogue import load
from mlpexp.data.split import batch_order, split
from mlpexp.data.standardize import fit
from mlpexp.execution.members import members_of, samples_of
from mlpexp.training.samples import PREPARED_BYTES

IRIS = experiment(dataset={"validation_fraction": 0.2})
DIGITS = experiment(dataset={"name": "digits", "test_fraction": 0.9})


def samples(config=IRIS, seeds=(0, 1)):
    return samples_of(members_of(config, list(seeds)), load(config.dataset))


@pytest.mark.parametrize("config", [IRIS, DIGITS], ids=["features", "images"])
def test_parts_are_the_split_standardized_by_the_training_part(config):
    dataset = load(config.dataset)
    chosen = samples(config)
    for i, seed in enumerate((0, 1)):
        parts = split(dataset, config.dataset.validation_fraction, config.dataset.test_fraction, seed)
        standardizer = fit(dataset.inputs[parts.train])
        for part, (start, stop) in chosen.sizes.bounds.items():
            inputs, targets = chosen.part(start, stop)
            rows = getattr(parts, part)
            np.testing.assert_allclose(
                inputs[i].numpy(), standardizer.apply(dataset.inputs[rows]), rtol=1e-4, atol=1e-6
            )
            assert np.array_equal(targets[i].numpy(), dataset.targets[rows])


@pytest.mark.parametrize("batch_size", [1, 16, 60, 75, 64])
def test_an_epoch_visits_every_sample_once_in_the_order_of_its_seed(batch_size):
    chosen = samples()
    assert chosen.sizes.train == 75
    sizes = []
    seen_x, seen_y = [[], []], [[], []]
    for block in chosen.blocks(3, batch_size):
        for x, y in zip(block.inputs, block.targets, strict=True):
            sizes.append(x.shape[1])
            for i in range(2):
                seen_x[i].append(x[i])
                seen_y[i].append(y[i])
    assert sizes == [batch_size] * (75 // batch_size) + ([75 % batch_size] if 75 % batch_size else [])
    assert len(sizes) == chosen.num_steps(batch_size)
    inputs, targets = chosen.part(0, 75)
    for i, seed in enumerate((0, 1)):
        order = torch.from_numpy(batch_order(seed, 3, 75))
        assert torch.equal(torch.cat(seen_x[i]), inputs[i, order])
        assert torch.equal(torch.cat(seen_y[i]), targets[i, order])


@given(st.integers(1, 80), st.integers(0, 20), st.sampled_from([1, 300, 2_000, 10_000]))
def test_an_epoch_can_be_entered_at_any_step(batch_size, first_step, block_bytes):
    chosen = samples()
    first_step = min(first_step, chosen.num_steps(batch_size))
    whole = [x for block in chosen.blocks(1, batch_size) for x in block.inputs]
    chosen.block_bytes = block_bytes
    rest = [x for block in chosen.blocks(1, batch_size, first_step) for x in block.inputs]
    assert len(rest) == len(whole) - first_step
    assert all(torch.equal(one, other) for one, other in zip(rest, whole[first_step:], strict=True))


def table_of_50_features(folder, transform):
    path = folder / "table.csv"
    values = np.random.default_rng(0).normal(3, 2, (2000, 51))
    values[:, 50] = np.exp(values[:, 50])
    np.savetxt(path, values, delimiter=",", header=",".join(f"x{i}" for i in range(51)), comments="")
    target = {"column": "x50", "transform": transform}
    return experiment(dataset={"name": "csv", "path": str(path), "target": target, "task": "regression"})


@pytest.mark.parametrize(("kind", "seeds"), [("none", 170), ("log", 170), ("images", 150)])
def test_standardizing_batch_by_batch_gives_the_same_bits(kind, seeds, tmp_path):
    """As a large data set is standardized, or a small one for many seeds."""
    config = DIGITS if kind == "images" else table_of_50_features(tmp_path, kind)
    once, each_time = samples(config), samples(config, range(seeds))
    assert once.inputs.numel() * 4 < PREPARED_BYTES < seeds / 2 * once.inputs.numel() * 4
    for one, other in zip(once.blocks(2, 16), each_time.blocks(2, 16), strict=True):
        assert torch.equal(one.inputs, other.inputs[:, :2])
        assert torch.equal(one.targets, other.targets[:, :2])
    for one, other in zip(once.part(3, 60), each_time.part(3, 60), strict=True):
        assert torch.equal(one, other[:2])


def test_a_seed_sees_the_same_whatever_other_seeds_there_are():
    together, alone = samples(seeds=(5, 9, 2)), samples(seeds=(9,))
    assert torch.equal(together.part(0, 150)[0][1], alone.part(0, 150)[0][0])
    for one, other in zip(together.blocks(1, 16), alone.blocks(1, 16), strict=True):
        assert torch.equal(one.inputs[:, 1], other.inputs[:, 0])


def test_bytes_of_images_stay_as_they_are_when_standardized():
    """Standardizing works in place on a copy, never on the data set."""
    dataset = load(DIGITS.dataset)
    before = dataset.inputs.copy()
    chosen = samples_of([DIGITS], dataset)
    list(chosen.blocks(1, 50))
    chosen.part(0, 100)
    assert np.array_equal(dataset.inputs, before)


def test_standardizing_leaves_what_it_is_given_alone():
    chosen = samples()
    raw = torch.ones(1, 4, dtype=chosen.shift.dtype).expand(2, 1, 4)
    expected = ((1 - chosen.shift) / chosen.scale).to(chosen.dtype)
    assert torch.equal(chosen.standardized(raw), expected)
    assert (raw == 1).all()


@pytest.mark.parametrize(
    ("precision", "dtype"),
    [("float32", torch.float32), ("float64", torch.float64), ("bfloat16", torch.bfloat16)],
)
def test_inputs_have_the_type_of_the_arithmetic(precision, dtype):
    config = experiment(dataset={"name": "digits", "test_fraction": 0.9}, training={"precision": precision})
    chosen = samples(config)
    assert chosen.part(0, 5)[0].dtype == dtype
    assert next(chosen.blocks(1, 16)).inputs.dtype == dtype
    assert chosen.part(0, 5)[1].dtype == torch.int64


def test_targets_of_regression_have_the_digits_of_the_weights():
    config = experiment(
        dataset={"name": "synthetic", "kind": "function", "function": "sine"}, training={"precision": "float64"}
    )
    chosen = samples(config)
    targets = load(config.dataset).targets[chosen.rows[0][:10]]
    assert np.array_equal(chosen.part(0, 10)[1][0].numpy(), targets)
