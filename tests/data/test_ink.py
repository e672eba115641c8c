"""From a photo of a figure to the picture that networks expect: ink, figure, strokes and frame."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy import ndimage

from making.photos import paper, written
from mlpexp.data.ink.framing import FRAMES, framed
from mlpexp.data.ink.photo import framed_figure
from mlpexp.data.ink.strokes import stroke_width, thickened

MNIST = FRAMES["mnist"]
PAGE = paper(240, 300)


def box(picture: np.ndarray) -> tuple[int, int, int, int]:
    """Top, left, height and width of what is not black."""
    rows, columns = np.flatnonzero(picture.any(1)), np.flatnonzero(picture.any(0))
    return rows[0], columns[0], rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1


@pytest.mark.parametrize("figure", ["1", "4", "5", "7"])
def test_dark_on_light_and_light_on_dark_are_seen_alike(figure: str) -> None:
    page = written(PAGE, figure, 40, 90, 120, pen=14)
    dark, light = framed_figure(page, MNIST), framed_figure(255 - page, MNIST)
    assert np.array_equal(dark.picture, light.picture)
    assert dark.how.startswith("dark ink on light; figure ")
    assert light.how.startswith("light ink on dark; figure ")
    assert not dark.notes
    _, _, height, width = box(dark.picture)
    assert max(height, width) == 20
    y, x = ndimage.center_of_mass(dark.picture)
    assert (abs(y - 14), abs(x - 14)) <= (0.5, 0.5)
    assert dark.picture.max() > 240
    corners = dark.picture[:4, :4], dark.picture[-4:, -4:]
    assert not any(corner.any() for corner in corners)


def test_where_and_how_large_a_figure_is_changes_little() -> None:
    seen = framed_figure(written(PAGE, "4", 40, 90, 120, pen=14), MNIST).picture.astype(float)
    moved = framed_figure(written(PAGE, "4", 100, 20, 120, pen=14), MNIST).picture
    larger = framed_figure(written(paper(900, 1200, seed=3), "4", 300, 500, 480, pen=56), MNIST).picture
    huge = framed_figure(written(paper(2700, 3600, seed=4), "4", 300, 500, 1440, pen=168), MNIST)
    for other in (moved, larger, huge.picture):
        assert np.corrcoef(seen.ravel(), other.ravel())[0, 1] > 0.97
    other = framed_figure(written(PAGE, "7", 40, 90, 120, pen=14), MNIST).picture
    assert np.corrcoef(seen.ravel(), other.ravel())[0, 1] < 0.8
    assert "figure 1" in huge.how.partition("; ")[2]  # its size is that in the photo: a thousand and some pixels


def test_specks_and_marks_at_the_edge_are_left_out() -> None:
    page = written(PAGE, "4", 60, 90, 120, pen=14)
    clean = framed_figure(page, MNIST)
    specks = written(written(page, "speck", 10, 10, 40, pen=5), "speck", 200, 250, 40, pen=5)
    assert np.allclose(framed_figure(specks, MNIST).picture, clean.picture, atol=8)
    shadow = page.copy()
    shadow[:, :25] = shadow[:, :25] // 4
    seen = framed_figure(shadow, MNIST)
    assert np.corrcoef(seen.picture.ravel(), clean.picture.ravel())[0, 1] > 0.97
    assert seen.notes == ("1 mark at the edge of the picture left out",)
    blot = framed_figure(written(page, "blot", 10, 225, 80, pen=9), MNIST)
    assert np.allclose(blot.picture, clean.picture, atol=8)
    assert blot.notes == ("1 mark far from the figure left out",)


def test_strokes_that_do_not_touch_are_one_figure_where_they_are_near() -> None:
    seen = framed_figure(written(PAGE, "5", 40, 90, 150, pen=10), MNIST)
    assert ndimage.label(seen.picture > 64)[1] == 2
    assert not seen.notes


def test_two_figures_and_no_figure_are_refused() -> None:
    two = written(written(PAGE, "4", 60, 30, 100), "7", 62, 160, 100)
    near = written(written(PAGE, "1", 60, 60, 100), "1", 62, 100, 100)
    for page in (two, near):
        with pytest.raises(ValueError, match=r"^2 figures were found on it; cut out one$"):
            framed_figure(page, MNIST)
    framed_figure(near, replace(MNIST, is_whole=False))
    for empty in (PAGE, 255 - PAGE, np.full((50, 40), 128, np.uint8), np.zeros((1, 1), np.uint8), paper(90, 90, 12.0)):
        with pytest.raises(ValueError, match=r"^no ink was found on it; if there is some, cut out the figure$"):
            framed_figure(empty, MNIST)


def test_what_may_be_wrong_is_said() -> None:
    cut = written(PAGE, "4", 60, 90, 120, pen=14)[100:]
    assert framed_figure(cut, MNIST).notes == ("the figure touches the edge of the picture; it may be cut off",)
    faint = framed_figure(written(paper(240, 300, 1.0), "4", 60, 90, 120, pen=14, depth=0.15), MNIST)
    assert len(faint.notes) == 1
    assert faint.notes[0].startswith("the ink is faint: ")


def test_the_width_of_strokes_is_measured() -> None:
    for width in (3, 6, 9):
        band = np.zeros((200, 60))
        band[:, 20 : 20 + width] = 1
        assert stroke_width(band) == pytest.approx(width, rel=0.15)
    assert stroke_width(np.zeros((9, 9))) == 0


def test_strokes_of_a_thin_pen_get_the_usual_width() -> None:
    thin = framed_figure(written(PAGE, "4", 40, 90, 150, pen=3), MNIST)
    usual = framed_figure(written(PAGE, "4", 40, 90, 150, pen=16), MNIST)
    assert "were made thicker" in thin.notes[0]
    assert not usual.notes
    assert thin.picture.astype(int).sum() == pytest.approx(usual.picture.astype(int).sum(), rel=0.25)
    assert np.corrcoef(thin.picture.ravel(), usual.picture.ravel())[0, 1] > 0.8
    line = np.zeros((100, 60))
    line[:, 30:32] = 1
    wide = thickened(line)
    assert wide is not None
    assert stroke_width(wide) == pytest.approx(11, rel=0.15)
    line[:, 24:36] = 1
    assert thickened(line) is None
    assert thickened(line[:30, :30]) is None


@pytest.mark.parametrize(
    ("name", "side", "expected"),
    [("mnist", 28, (20, 10)), ("emnist", 28, (24, 12)), ("kmnist", 28, (28, 14)), ("usps", 16, (16, 8)),
     ("digits", 8, (8, 4))],
)  # fmt: skip
def test_each_set_has_its_frame(name: str, side: int, expected: tuple[int, int]) -> None:
    picture = framed(np.ones((80, 40)), FRAMES[name])
    assert picture.shape == (side, side)
    top, left, *size = box(picture)
    assert tuple(size) == expected
    right_of_middle = name == "mnist"  # its centre of mass is pixel 14, counted from 0
    assert (top, left) == ((side - size[0]) // 2 + right_of_middle, (side - size[1]) // 2 + right_of_middle)
    assert framed(np.ones((40, 400)), FRAMES[name]).any()


def test_the_greys_of_scikit_learns_digits_are_sixteen_steps() -> None:
    picture = framed(np.random.default_rng(0).uniform(0, 1, (24, 16)), FRAMES["digits"])
    assert set(picture.ravel().tolist()) <= set(np.rint(np.arange(17) * 255 / 16).astype(int).tolist())


@pytest.mark.mnist
def test_a_digit_of_mnist_is_seen_as_it_is(mnist_dir: Path) -> None:
    from photos import digits_to_test

    digits, _ = digits_to_test(mnist_dir, 200)
    differences = [np.abs(framed_figure(digit, MNIST).picture.astype(float) - digit).mean() for digit in digits]
    assert np.median(differences) < 1  # of 255 steps
    assert np.mean(np.array(differences) < 2) > 0.95


def on_table(page: np.ndarray, grey: int = 45) -> np.ndarray:
    """A page on a table."""
    room = (
        np.full((page.shape[0] + 160, page.shape[1] + 200), grey) + paper(page.shape[0] + 160, page.shape[1] + 200) // 8
    )
    room[70 : 70 + page.shape[0], 90 : 90 + page.shape[1]] = page
    return room.astype(np.uint8)


@pytest.mark.parametrize("grey", [30, 60])
def test_a_sheet_on_a_table_is_looked_at_alone(grey: int) -> None:
    page = written(PAGE, "4", 60, 90, 120, pen=14)
    seen = framed_figure(on_table(page, grey), MNIST)
    assert np.corrcoef(seen.picture.ravel(), framed_figure(page, MNIST).picture.ravel())[0, 1] > 0.97
    assert seen.notes[0] == "looked at one sheet, or one side of a shadow"
    inverse = framed_figure(255 - on_table(page, grey), MNIST)
    assert np.corrcoef(seen.picture.ravel(), inverse.picture.ravel())[0, 1] > 0.97


def test_an_empty_sheet_on_a_table_has_no_ink() -> None:
    with pytest.raises(ValueError, match=r"^no ink was found on it"):
        framed_figure(on_table(PAGE), MNIST)


def test_one_figure_on_each_side_of_a_shadow_is_refused() -> None:
    page = written(written(paper(300, 600), "4", 60, 60, 140, pen=16), "7", 60, 400, 140, pen=16)
    page[:, 300:] = page[:, 300:] // 2.5
    with pytest.raises(ValueError, match=r"^2 figures were found on it; cut out one$"):
        framed_figure(page, MNIST)


def test_dark_lines_through_a_figure_and_filled_shapes_are_refused() -> None:
    ruled = written(PAGE, "4", 40, 90, 150, pen=14)
    ruled[10::30] = ruled[11::30] = ruled[12::30] = 60
    with pytest.raises(ValueError, match="lines on the paper run through the figure; write it on blank paper"):
        framed_figure(ruled, MNIST)
    filled = PAGE.copy()
    filled[60:160, 80:200] = 40
    with pytest.raises(ValueError, match="a filled shape was found on it, and no strokes"):
        framed_figure(filled, MNIST)
