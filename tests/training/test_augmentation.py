"""Random motions of training images: known motions move pixels to known places; evaluation sees none."""

from math import pi

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from mlpexp.config.facts import DatasetFacts
from mlpexp.config.image_sets import Augmentation
from mlpexp.data.dataset import Dataset
from mlpexp.data.split import Split
from mlpexp.data.standardize import neutral
from mlpexp.training.augmentation import draw_motions, move
from mlpexp.training.samples import Samples

IMAGES = torch.rand(3, 2, 9, 9, dtype=torch.float64, generator=torch.Generator().manual_seed(0))


def moved(images, angle=0.0, x=0, y=0):
    return move(images, torch.tensor([[angle, x, y]] * len(images), dtype=torch.float64))


@pytest.mark.parametrize("shape", [(9, 9), (8, 12), (5, 4)])
def test_no_motion_is_the_identity(shape):
    images = torch.rand(2, 1, *shape, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(moved(images), images, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("shape", [(9, 9), (8, 12)])
@given(x=st.integers(-4, 4), y=st.integers(-4, 4))
def test_a_shift_moves_whole_pixels_and_brings_in_zeros(shape, x, y):
    images = torch.rand(2, 1, *shape, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    expected = images.roll((y, x), (2, 3))
    rows, columns = torch.arange(shape[0]) - y, torch.arange(shape[1]) - x
    inside = ((rows >= 0) & (rows < shape[0]))[:, None] & ((columns >= 0) & (columns < shape[1]))
    torch.testing.assert_close(moved(images, 0.0, x, y), expected * inside, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("quarters", [1, 2, 3, 4])
def test_quarter_turns(quarters):
    turned = moved(IMAGES, quarters * pi / 2)
    either = [IMAGES.rot90(k, (2, 3)) for k in (quarters, -quarters)]
    assert any(torch.allclose(turned, expected, rtol=1e-9, atol=1e-9) for expected in either)


def test_turning_there_and_back_keeps_a_smooth_image():
    axis = torch.linspace(-1, 1, 28, dtype=torch.float64)
    smooth = torch.exp(-6 * ((axis[:, None] - 0.2) ** 2 + axis**2))[None, None]
    back = moved(moved(smooth, 0.6), -0.6)
    assert (back - smooth).abs().max() < 0.03
    assert (moved(smooth, 0.6) - smooth).abs().max() > 0.1


def test_rotation_does_not_stretch_images_that_are_not_square():
    """A dot d pixels right of the centre comes to lie d pixels above or below it."""
    image = torch.zeros(1, 1, 11, 21, dtype=torch.float64)
    image[0, 0, 5, 10 + 4] = 1
    turned = moved(image, pi / 2)[0, 0]
    place = [int(index) for index in (turned > 0.99).nonzero()[0]]
    assert place in ([1, 10], [9, 10])


def test_each_image_has_its_own_motion():
    motions = torch.tensor([[0.0, 1, 0], [0.0, 0, 0], [pi, 0, 0]], dtype=torch.float64)
    together = move(IMAGES, motions)
    for i in range(3):
        torch.testing.assert_close(together[i : i + 1], move(IMAGES[i : i + 1], motions[i : i + 1]))


def test_motions_cover_their_range_and_no_more():
    motions = draw_motions(Augmentation(max_shift=2, max_rotation=10.0), 0, 1, 5000)
    assert set(np.unique(motions[:, 1:])) == {-2, -1, 0, 1, 2}
    assert 9.9 < np.abs(motions[:, 0]).max() * 180 / pi <= 10
    assert np.abs(motions[:, 0]).mean() * 180 / pi == pytest.approx(5, abs=0.2)
    assert np.abs(np.corrcoef(motions.T) - np.eye(3)).max() < 0.07


def test_motions_are_a_pure_function_of_seed_and_epoch():
    config = Augmentation(max_shift=2, max_rotation=10.0)
    assert np.array_equal(draw_motions(config, 3, 4, 50), draw_motions(config, 3, 4, 50))
    assert not np.array_equal(draw_motions(config, 3, 4, 50), draw_motions(config, 3, 5, 50))
    assert not np.array_equal(draw_motions(config, 3, 4, 50), draw_motions(config, 4, 4, 50))


def samples(augmentation, seeds=(0,)):
    """40 random images, of which 30 are to train on."""
    pixels = np.random.default_rng(0).integers(0, 256, (40, 1, 8, 8), dtype=np.uint8)
    facts = DatasetFacts("classification", (1, 8, 8), 2, 40)
    dataset = Dataset("random", pixels, np.arange(40) % 2, facts)
    parts = Split(np.arange(30), np.arange(30, 30), np.arange(30, 40))
    return Samples(
        [dataset] * len(seeds), [((0, None), seed) for seed in seeds], [parts] * len(seeds), [neutral(pixels)] * len(seeds),
        dtype=torch.float32, device=torch.device("cpu"), augmentation=augmentation,
    )  # fmt: skip


def test_training_images_are_moved_evaluated_ones_are_not():
    plain, moving = samples(None), samples(Augmentation(max_shift=2, max_rotation=20.0))
    assert torch.equal(plain.part(0, 40)[0], moving.part(0, 40)[0])
    still, one, two = (
        torch.cat([block.inputs.flatten(0, 2) for block in chosen.blocks(epoch, 7)])
        for chosen, epoch in ((plain, 1), (moving, 1), (moving, 2))
    )
    assert not torch.equal(still, one)
    assert not torch.equal(one, two)
    expected = move(still, torch.from_numpy(draw_motions(moving.augmentation, 0, 1, 30)))
    torch.testing.assert_close(one, expected)


def test_a_resumed_epoch_and_a_neighbour_see_the_same_motions():
    augmentation = Augmentation(max_shift=2, max_rotation=20.0)
    whole = [x[0] for block in samples(augmentation).blocks(1, 7) for x in block.inputs]
    rest = [x[1] for block in samples(augmentation, (5, 0)).blocks(1, 7, first_step=2) for x in block.inputs]
    assert all(torch.equal(one, other) for one, other in zip(rest, whole[2:], strict=True))


def test_an_augmentation_that_moves_nothing_changes_nothing():
    plain, unmoved = samples(None), samples(Augmentation())
    for one, other in zip(plain.blocks(1, 7), unmoved.blocks(1, 7), strict=True):
        torch.testing.assert_close(one.inputs, other.inputs, rtol=0, atol=1e-5)
