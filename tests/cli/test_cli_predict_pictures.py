"""``mlpexp predict`` of pictures from end to end: photos of digits, own pictures, and what is no picture."""

import csv
import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from making.command_line import Answer
from making.configs import TINY
from making.photos import paper, written
from making.picture_folders import bomb, coloured, saved
from making.trained_results import Make
from mlpexp.results.networks import networks_of
from photos import conditions, digits_to_test, judged

pytestmark = pytest.mark.usefixtures("lazy_disk")
Call = Callable[..., Answer]
DIGITS = """\
dataset: {name: digits}
model: {name: mlp, hidden_sizes: [16]}
optimizer: {name: adam, learning_rate: 0.01}
training: {batch_size: 64, epochs: 10}
seeds: 2
"""
COLOURS = """\
dataset: {name: images, path: colours, FORM}
model: {name: mlp, hidden_sizes: [4]}
optimizer: {name: adam, learning_rate: 0.02}
training: {batch_size: 8, epochs: 8}
"""
MNIST = """\
dataset: {name: mnist, train_samples: 10000, test_samples: 500}
model: {name: mlp, hidden_sizes: [64]}
optimizer: {name: adam, learning_rate: 0.002}
training: {batch_size: 64, epochs: 6}
"""


def rows_of(answer: Answer) -> list[dict[str, str]]:
    assert answer.code == 0, answer.err
    return list(csv.DictReader(io.StringIO(answer.out)))


def test_photos_are_predicted_from_what_is_saved_as_seen(trained: Make, mlpexp: Call, tmp_path: Path) -> None:
    run = trained(DIGITS)
    page = paper(200, 260)
    saved(tmp_path / "a" / "four.png", written(page, "4", 30, 60, 120, pen=14))
    saved(tmp_path / "b" / "four.jpg", np.repeat(written(page, "7", 30, 60, 120, pen=14)[..., None], 3, 2))
    answer = mlpexp("predict", run.path, "a/four.png", "b/four.jpg", "--save-seen", "seen", "--all-classes")
    rows = rows_of(answer)
    assert [row["file"] for row in rows] == ["a/four.png", "b/four.jpg"]
    seen = np.stack([np.asarray(Image.open(tmp_path / "seen" / name)) for name in ("four.png", "four-2.png")])
    assert seen.shape == (2, 8, 8)
    probabilities = networks_of(run.result.arm(0)).probabilities(seen[:, None])
    for place, row in enumerate(rows):
        said = [float(row[f"p({digit})"]) for digit in range(10)]
        assert said == pytest.approx(probabilities.mean(0)[place].tolist(), abs=1e-6)
        assert row["predicted"] == str(probabilities.mean(0)[place].argmax())
        assert float(row["probability"]) == max(said)
        assert row["notes"] == ""
        assert "row" not in row
    assert "four.png: dark ink on light; figure " in answer.err
    assert ", centred in 8x8 pixels" in answer.err
    assert "written: what the network saw, in seen" in answer.err
    again = mlpexp("predict", run.path, "a/four.png", "--save-seen", "seen")
    assert (again.code, again.out) == (2, "")
    assert "--save-seen: seen/four.png exists, and nothing is written over" in again.err
    inside = mlpexp("predict", run.path, "a/four.png", "--save-seen", run.path / "seen")
    assert (inside.code, "is a result, which is left as it is" in inside.err) == (2, True)
    assert not (run.path / "seen").exists()


def test_what_is_no_figure_is_said_file_by_file(trained: Make, mlpexp: Call, tmp_path: Path) -> None:
    run = trained(DIGITS)
    page = paper(200, 260)
    saved(tmp_path / "good.png", written(page, "4", 30, 60, 120, pen=14))
    saved(tmp_path / "blank.png", page)
    saved(tmp_path / "two.png", written(written(page, "4", 40, 20, 100), "7", 42, 150, 100))
    (tmp_path / "text.png").write_text("no picture")
    bomb(tmp_path / "bomb.png", 60_000, 60_000)
    (tmp_path / "folder").mkdir()
    names = ["blank.png", "two.png", "text.png", "bomb.png", "folder", "none.png"]
    answer = mlpexp("predict", run.path, "good.png", *names)
    rows = rows_of(answer)
    assert [bool(row["predicted"]) for row in rows] == [True] + [False] * 6
    expected = [
        "blank.png: no ink was found on it",
        "two.png: 2 figures were found on it; cut out one",
        "text.png: damaged, or no picture",
        "bomb.png: ",
        "folder: is a folder without pictures",
        "none.png: there is no such file",
    ]
    for row, sentence in zip(rows[1:], expected, strict=True):
        assert row["notes"].startswith(sentence)
        assert answer.err.count(sentence) == 1
    assert "more pixels than any picture that is read; a picture may have at most 64,000,000" in rows[4]["notes"]
    nothing = mlpexp("predict", run.path, *names, "--save-seen", "seen", "-o", "said.csv")
    assert (nothing.code, nothing.out) == (2, "")
    assert all(sentence in nothing.err for sentence in expected)
    assert not (tmp_path / "seen").exists()
    assert not (tmp_path / "said.csv").exists()
    piped = mlpexp("predict", run.path, "-")
    assert (piped.code, "pictures are read from files, not from standard input" in piped.err) == (2, True)


@pytest.mark.parametrize("name", ["new.csv", "new.xlsx"])
def test_a_table_is_no_damaged_picture(name: str, trained: Make, mlpexp: Call, tmp_path: Path) -> None:
    run = trained(DIGITS)
    (tmp_path / name).write_text("a,b\n1,2\n")
    answer = mlpexp("predict", run.path, name)
    expected = (
        f"{run.path} has learned from pictures; {name} is a table; name another result (`mlpexp list` shows them)"
    )
    assert (answer.code, answer.out) == (2, "")
    assert expected in answer.err
    assert "repair it" not in answer.err


def test_of_a_folder_all_pictures_are_predicted_by_name(trained: Make, mlpexp: Call, tmp_path: Path) -> None:
    run = trained(DIGITS)
    figure = written(paper(200, 260), "4", 30, 60, 120, pen=14)
    for name in ("b.png", "in/a.png", "in/z.jpg", ".hidden/c.png"):
        saved(tmp_path / "photos" / name, figure)
    (tmp_path / "photos" / "notes.txt").write_text("taken today")
    (tmp_path / "photos" / "d.webp").write_bytes(b"RIFF1234WEBP")
    rows = rows_of(mlpexp("predict", run.path, "photos"))
    assert [row["file"] for row in rows] == [f"photos/{name}" for name in ("b.png", "d.webp", "in/a.png", "in/z.jpg")]
    assert [bool(row["predicted"]) for row in rows] == [True, False, True, True]
    assert "WebP" in rows[1]["notes"]
    assert rows == rows_of(mlpexp("predict", run.path, *[row["file"] for row in rows]))


@pytest.mark.parametrize("form", ["size: [6, 6]", "size: [6, 6], fit: stretch, color: grey"])
def test_own_pictures_are_read_as_in_training(form: str, trained: Make, mlpexp: Call, tmp_path: Path) -> None:
    coloured(tmp_path / "colours")
    run = trained(COLOURS.replace("FORM", form))
    files = sorted((tmp_path / "colours").glob("*/*.png"))
    rows = rows_of(mlpexp("predict", run.path, *files, "--save-seen", "seen"))
    dataset = run.dataset
    probabilities = networks_of(run.result.arm(0)).probabilities(dataset.inputs).mean(0)
    assert [float(row["probability"]) for row in rows] == pytest.approx(probabilities.max(1).tolist(), abs=1e-6)
    assert [row["predicted"] for row in rows] == [dataset.class_names[place] for place in probabilities.argmax(1)]
    seen = np.asarray(Image.open(tmp_path / "seen" / "000.png"))
    assert np.array_equal(seen if seen.ndim == 2 else seen.transpose(2, 0, 1), dataset.inputs[0].squeeze())
    said = mlpexp("predict", run.path, files[0]).err
    parts = (
        "12x10 pixels scaled to 6x6; made grey" if "grey" in form else "the middle part of 12x10 pixels scaled to 6x6"
    )
    assert f"000.png: {parts}" in said


def test_ink_on_nothing_is_laid_on_what_it_shows_on(trained: Make, mlpexp: Call, tmp_path: Path) -> None:
    run = trained(DIGITS)
    share = 255 - written(np.full((200, 260), 255, dtype=np.uint8), "4", 30, 60, 120, pen=14, depth=1)
    for name, grey in (("black", 0), ("white", 255)):
        picture = Image.new("LA", (260, 200), grey)
        picture.putalpha(Image.fromarray(share))
        picture.save(tmp_path / f"{name}.png")
    frames = [Image.fromarray(255 - share), Image.fromarray(share)]
    frames[0].save(tmp_path / "moving.gif", save_all=True, append_images=frames[1:])
    answer = mlpexp("predict", run.path, "black.png", "white.png", "moving.gif", "--save-seen", "seen")
    assert len({row["predicted"] for row in rows_of(answer)}) == 1
    assert "black.png: laid on white; dark ink on light" in answer.err
    assert "white.png: laid on black; light ink on dark" in answer.err
    assert "moving.gif: the first of its frames; dark ink" in answer.err
    black, white = ((tmp_path / "seen" / f"{name}.png").read_bytes() for name in ("black", "white"))
    assert black == white


def test_what_was_seen_is_not_saved_in_a_file(trained: Make, mlpexp: Call, tmp_path: Path) -> None:
    run = trained(DIGITS)
    saved(tmp_path / "four.png", written(paper(200, 260), "4", 30, 60, 120, pen=14))
    (tmp_path / "seen").write_text("")
    answer = mlpexp("predict", run.path, "four.png", "--save-seen", "seen")
    assert (answer.code, answer.out) == (2, "")
    assert "--save-seen: seen exists, and nothing is written over; name another folder" in answer.err


def test_the_folder_of_seen_pictures_is_for_pictures(trained: Make, mlpexp: Call, tmp_path: Path) -> None:
    run = trained(TINY)
    (tmp_path / "a.csv").write_text("x1,x2,x3\n1,2,3\n")
    answer = mlpexp("predict", run.path, "a.csv", "--save-seen", "seen")
    assert (answer.code, answer.out) == (2, "")
    assert "--save-seen: is for pictures, and this result was trained on a table; leave it out" in answer.err


@pytest.mark.slow
@pytest.mark.mnist
def test_digits_on_paper_are_recognized_nearly_as_well_as_those_of_mnist(
    trained: Make, mnist_dir: Path, tmp_path: Path
) -> None:
    run = trained(MNIST)
    digits, labels = digits_to_test(mnist_dir, 500)
    (tmp_path / "photos").mkdir()
    result = judged(networks_of(run.result.arm(0)), digits, labels, tmp_path / "photos")
    shares = {name: result.share(chosen) for name, chosen in conditions(result)}
    assert result.clean > 0.9
    for name in ("dark on light", "light on dark", "all"):
        assert shares[name] >= 0.95, shares
