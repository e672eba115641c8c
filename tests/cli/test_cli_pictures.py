"""Pictures of one's own through every command, and what is refused before anything is written."""

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image
from sklearn.datasets import load_digits

from making.command_line import Answer
from making.picture_folders import coloured, pixels, saved
from making.run_files import unsealed

Command = Callable[..., Answer]
SMALL = """\
name: fruit
dataset: {name: images, path: fruit}
model: {name: cnn, layers: [{layer: conv, channels: 4, kernel_size: 3}, {layer: max_pool}]}
optimizer: {name: adam, learning_rate: 0.02}
training: {batch_size: 8, epochs: 6}
"""


@pytest.fixture
def fruit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three classes of coloured pictures, and a config beside them."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "small.yaml").write_text(SMALL)
    return coloured(tmp_path / "fruit")


def run_of(answer: Answer) -> Path:
    """The folder that is named at the end."""
    return Path(answer.out.partition("written to ")[2].partition(":")[0])


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_colours_are_learned_and_what_was_understood_is_kept(fruit: Path, mlpexp: Command) -> None:
    answer = mlpexp("train", "small.yaml", "--seeds", "2")
    assert answer.code == 0, answer.err
    assert "pictures: fruit: 24 in 3 classes; colour, 12x10 pixels" in answer.err
    assert "pictures: by class: apples 8, leaves 8, sky 8" in answer.err
    result = pd.read_csv(run_of(answer) / "trials.csv")
    assert (result["final_test_accuracy"] > 0.9).all()
    assert [row["pictures"] for row in rows(run_of(answer) / "pictures.csv")] == ["8", "8", "8"]
    assert rows(run_of(answer) / "pictures.csv")[0] | {"class": "", "arm": "", "pictures": ""} == {
        "arm": "", "part": "", "class": "", "pictures": "", "channels": "3", "height": "12", "width": "10"
    }  # fmt: skip
    again = mlpexp("train", run_of(answer), "--seeds", "2")
    assert (run_of(again) / "metrics.csv").read_bytes() == (run_of(answer) / "metrics.csv").read_bytes()


def test_without_a_config_a_network_is_chosen_and_said(fruit: Path, mlpexp: Command) -> None:
    answer = mlpexp("train", "--data", "fruit", "--epochs", "1")
    assert answer.code == 0, answer.err
    assert "network: cnn with convolutions of 16 channels, then 64 units" in answer.err
    assert "test part: 30 % of the pictures, held out, others for each seed" in answer.err
    refused = mlpexp("train", "--data", "fruit", "--target", "class")
    assert refused.code == 2 and "--target class: is for tables" in refused.err


def test_pictures_take_the_place_of_other_data(fruit: Path, mlpexp: Command) -> None:
    answer = mlpexp("check", "iris/mlp", "--data", "fruit")
    assert answer.code == 0 and "images (17 train, 7 test), mlp" in answer.out
    assert "in place of iris" in answer.err + answer.out


@pytest.mark.slow
def test_every_command_takes_them(fruit: Path, mlpexp: Command) -> None:
    swept = mlpexp("sweep", "small.yaml", "--over", "dataset.size=[8,8],[6,6]", "--seeds", "2", "--epochs", "2")
    assert swept.code == 0, swept.err
    run = run_of(mlpexp("train", "small.yaml"))
    for command in (
        ("check", "small.yaml"),
        ("plot", run),
        ("explain", run),
        ("show", run),
        ("gradcheck", "small.yaml"),
        ("find-lr", "small.yaml", "--steps", "20"),
        ("params", "--config", "small.yaml"),
    ):
        answer = mlpexp(*command)
        assert answer.code == 0, (command, answer.err)


def test_official_parts_are_kept_by_every_seed(fruit: Path, mlpexp: Command) -> None:
    for part, number in (("train", 6), ("test", 3), ("valid", 2)):
        coloured(Path("parts") / part, number)
    answer = mlpexp("train", "small.yaml", "--set", "dataset.path=parts", "--seeds", "2")
    assert answer.code == 0, answer.err
    assert "pictures: parts of the folder: 18 to train on, 6 to select on, 9 to test on" in answer.err
    parts = pd.read_csv(run_of(answer) / "evaluation" / "predictions.csv").groupby(["part", "seed"])["index"]
    assert parts.get_group(("test", 0)).tolist() == parts.get_group(("test", 1)).tolist() == list(range(24, 33))
    assert "error of 9 test samples and of seeds" in answer.out
    assert "each its own initial weights and batch order" in answer.out
    for key, value, sentence in (
        ("test_fraction", "0.2", "means nothing: the data have 9 pictures as their test part; leave it out"),
        ("validation_fraction", "0.2", "the data have 6 pictures as their validation part"),
        ("split", "k_fold", "the data have a test part of their own"),
    ):
        refused = mlpexp("check", "small.yaml", "--set", "dataset.path=parts", "--set", f"dataset.{key}={value}")
        assert refused.code == 2 and f"dataset.{key}: " in refused.err and sentence in refused.err


@pytest.mark.slow
def test_folds_and_learning_curves(fruit: Path, mlpexp: Command) -> None:
    folds = mlpexp("train", "small.yaml", "--set", "dataset.split={kind: k_fold, folds: 4}", "--seeds", "4")
    assert folds.code == 0, folds.err
    tested = pd.read_csv(run_of(folds) / "evaluation" / "predictions.csv").query("part == 'test'")["index"]
    assert sorted(tested) == list(range(24))
    again = mlpexp("train", run_of(folds))
    assert again.code == 0, again.err
    curve = mlpexp("sweep", "small.yaml", "--over", "dataset.train_samples=3,9", "--seeds", "2", "--epochs", "1")
    assert curve.code == 0, curve.err


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("dataset.size=[8]", "dataset.size"),
        ("dataset.size=64", "dataset.size: should be height and width; write [64, 64]"),
        ("dataset.shape=[1,8,8]", "did you mean size?"),
        ("dataset.path=fruit/sky/000.png", "000.png: one picture; name the folder that holds the folders of classes"),
        ("dataset.size=[0,8]", "dataset.size"),
        ("dataset.color=gray", "did you mean grey?"),
        ("dataset.fit=pad", "dataset.fit"),
        ("dataset=pictures", "did you mean images?"),
        ("dataset.folder=fruit", "did you mean path?"),
        ("dataset.image_size=[8,8]", "did you mean size?"),
        ("dataset.color=grayscale", "did you mean grey?"),
        ("dataset.scale=true", "did you mean standardize: true?"),
        ("dataset.labels=a", "dataset.images: needed with labels"),
        ("dataset.split=group", "dataset.split"),
        ("dataset.path=friut", "friut: there is no such folder or file"),
        ("dataset.path=small.yaml", "small.yaml: expected a folder, or an .npz file"),
        ("keep.data=true", "only tables and .npz files are copied, and images is none"),
        ("dataset.augmentation={max_shift: 9}", "dataset.augmentation.max_shift"),
    ],
)
def test_what_is_wrong_is_refused_by_its_key_and_nothing_is_written(
    fruit: Path, mlpexp: Command, change: str, sentence: str
) -> None:
    answer = mlpexp("train", "small.yaml", "--set", change)
    assert answer.code == 2 and sentence in answer.err, answer.err
    assert not Path("runs").exists()


def test_mixed_sizes_and_colours_name_the_key_that_makes_them_equal(fruit: Path, mlpexp: Command) -> None:
    saved(fruit / "sky" / "other.png", pixels(20, 30, 1))
    answer = mlpexp("train", "small.yaml")
    assert answer.code == 2 and "small.yaml:2:" in answer.err and "set dataset.color: grey or rgb" in answer.err
    answer = mlpexp("train", "small.yaml", "--set", "dataset.color=rgb")
    assert answer.code == 2 and "other.png 20x30 (height x width); set dataset.size" in answer.err
    answer = mlpexp("train", "small.yaml", "--set", "dataset.color=rgb", "--set", "dataset.size=[9,9]")
    assert answer.code == 0, answer.err
    assert "25 resized to 9x9 (the middle part, bilinear, antialiased)" in answer.err
    assert "1 grey picture gets three equal channels" in answer.err


def test_a_changed_picture_is_noticed_when_a_run_goes_on(fruit: Path, mlpexp: Command) -> None:
    run = run_of(mlpexp("train", "small.yaml"))
    unsealed(run)
    (run / "summary.json").write_text((run / "summary.json").read_text().replace('"finished"', '"interrupted"'))
    saved(fruit / "sky" / "000.png", pixels(12, 10, seed=5))
    answer = mlpexp("train", "--resume", run)
    assert answer.code != 0 and "the data have changed since the run began" in answer.err and "fruit" in answer.err


@pytest.mark.slow
def test_misclassified_pictures_keep_their_colours_and_large_ones_are_made_smaller(
    fruit: Path, mlpexp: Command
) -> None:
    for name in ("apples", "sky"):
        for number in range(6):
            saved(Path("large") / name / f"{number}.png", np.full((200, 150, 3), (250, 10, number), np.uint8))
    answer = mlpexp("train", "small.yaml", "--set", "dataset.path=large", "--epochs", "1")
    assert answer.code == 0, answer.err
    wrong = pd.read_csv(run_of(answer) / "evaluation" / "misclassified.csv")
    assert set(wrong["channels"]) == {3} and set(wrong["height"]) == {66} and set(wrong["width"]) == {50}
    shown = wrong.filter(regex=r"^p\d+$").to_numpy().reshape(len(wrong), 3, 66, 50)
    assert (shown[:, 0] == 250).all() and (shown[:, 1] == 10).all()


def test_the_figure_of_mistakes_has_the_colours_of_the_pictures(fruit: Path, mlpexp: Command) -> None:
    for name in ("a", "b"):
        for number in range(6):
            saved(Path("red") / name / f"{number}.png", np.full((12, 12, 3), (250, 0, 0), np.uint8))
    run = run_of(mlpexp("train", "small.yaml", "--set", "dataset.path=red", "--epochs", "1"))
    assert mlpexp("plot", run).code == 0
    with Image.open(run / "plots" / "misclassified.png") as figure:
        drawn = np.asarray(figure.convert("RGB")).astype(int)
    assert (abs(drawn - [250, 0, 0]).max(axis=2) <= 2).mean() > 0.02


@pytest.mark.slow
def test_a_table_of_pixels_feeds_a_convolution(fruit: Path, mlpexp: Command) -> None:
    digits = load_digits()
    table = pd.DataFrame(digits.data[:300].astype(int), columns=[f"p{place}" for place in range(64)])
    table.assign(digit=digits.target[:300]).to_csv("digits.csv", index=False)
    given = ("--data", "digits.csv", "--target", "digit", "--epochs", "3", "--seeds", "1")
    answer = mlpexp("train", "small.yaml", *given, "--set", "dataset.shape=[1,8,8]")
    assert answer.code == 0, answer.err
    assert "table: each row is a picture of 1x8x8 (channels x height x width)" in answer.err
    assert "the brightest pixel is 16 of 255" in answer.err
    assert (run_of(answer) / "evaluation" / "misclassified.csv").exists()
    for shape, more, sentence in (
        ("[1,8,9]", (), "1x8x9 are 72 pixels, but the table has 64 columns"),
        ("[1,8,8]", ("--set", "dataset.categorical=[p1]"), "column p1 has categories, and pixels are numbers"),
        ("[8,8]", (), "dataset.shape"),
        ("8x8", (), "; write [1, 8, 8]"),
        ("3x8x8", (), "; write [3, 8, 8]"),
        ("[2,8,4]", (), "2x8x4 has 2 channels; pictures have 1 (grey) or 3 (colours)"),
    ):
        refused = mlpexp("train", "small.yaml", *given, "--set", f"dataset.shape={shape}", *more)
        assert refused.code == 2 and sentence in refused.err, refused.err


def test_the_file_of_a_wrong_picture_is_found_by_its_index(fruit: Path, mlpexp: Command) -> None:
    run = run_of(mlpexp("train", "small.yaml", "--epochs", "1", "--set", "optimizer.learning_rate=1e-9"))
    files = {row["index"]: row["file"] for row in rows(run / "picture_files.csv")}
    wrong = rows(run / "evaluation" / "misclassified.csv")
    assert len(files) == 24 and wrong
    for row in wrong:
        with Image.open(fruit / files[row["index"]]) as picture:
            of_file = np.asarray(picture.convert("RGB")).transpose(2, 0, 1).ravel().tolist()
        shown = [int(row[f"p{place}"]) for place in range(len(of_file))]
        assert shown == of_file


def test_a_folder_of_pictures_in_place_of_a_config_is_data(fruit: Path, mlpexp: Command) -> None:
    refused = mlpexp("train", "fruit")
    assert refused.code == 2 and "fruit: is a folder of pictures, not a config; write --data fruit" in refused.err
    assert "pictures are a folder with one for each class" in mlpexp("train", "--data", "nowhere").err
    (fruit / "own.yaml").write_text(SMALL)
    assert "name a config in it, such as own.yaml" in mlpexp("train", "fruit").err


def test_of_pictures_in_no_class_the_first_by_name_is_named(fruit: Path, mlpexp: Command) -> None:
    for name in ("05", "02", "00", "01", "03"):
        saved(fruit / f"{name}.png", pixels(12, 10, 3, int(name)))
    assert "00.png" in mlpexp("check", "--data", "fruit").err


def test_without_a_config_a_table_of_pixels_gets_the_network_of_pictures(fruit: Path, mlpexp: Command) -> None:
    digits = load_digits()
    table = pd.DataFrame(digits.data[:300].astype(int), columns=[f"p{place}" for place in range(64)])
    table.assign(digit=digits.target[:300]).to_csv("digits.csv", index=False)
    given = ("--data", "digits.csv", "--target", "digit", "--set", "dataset.shape=[1,8,8]")
    answer = mlpexp("train", *given, "--epochs", "1", "--seeds", "1")
    assert answer.code == 0, answer.err
    assert "network: cnn with convolutions of 16 channels, then 64 units" in answer.err
    assert "the same in all rows" not in answer.err, "a corner of all digits is white, and that is no doubt"


@pytest.mark.parametrize("network", ["model.name=cnn", "model=cnn", "model.name=mlp", "model.name=mnist_cnn"])
def test_another_network_by_name_brings_its_own_keys(network: str, fruit: Path, mlpexp: Command) -> None:
    random = np.random.default_rng(0)
    table = pd.DataFrame(random.integers(0, 255, (60, 784)), columns=[f"p{place}" for place in range(784)])
    table.assign(digit=np.arange(60) % 3).to_csv("large.csv", index=False)
    given = ("--data", "large.csv", "--target", "digit", "--set", "dataset.shape=[1,28,28]")
    answer = mlpexp("check", *given, "--set", network)
    assert answer.code == 0, answer.err
    assert f", {network.partition('=')[2]} with " in answer.out
    of_folder = mlpexp("check", "--data", "fruit", "--set", "model.name=mlp")
    assert of_folder.code == 0 and ", mlp with " in of_folder.out, of_folder.err


@pytest.mark.slow
def test_pixels_of_a_table_are_those_of_pictures(fruit: Path, mlpexp: Command) -> None:
    arrays = np.stack([pixels(6, 5, 1, seed) for seed in range(40)])
    labels = np.arange(40) % 2
    np.savez("a.npz", x=arrays, y=labels)
    columns = {f"p{place}": arrays.reshape(40, -1)[:, place] for place in range(30)}
    pd.DataFrame({**columns, "label": labels}).to_csv("a.csv", index=False)
    config = ("--set", "dataset.standardize=true", "--epochs", "3", "--seeds", "1")
    of_table = mlpexp(
        "train", "small.yaml", "--data", "a.csv", "--target", "label", "--set", "dataset.shape=[1,6,5]", *config
    )
    of_pictures = mlpexp("train", "small.yaml", "--data", "a.npz", *config)
    assert of_table.code == of_pictures.code == 0, of_table.err + of_pictures.err
    assert (run_of(of_table) / "metrics.csv").read_bytes() == (run_of(of_pictures) / "metrics.csv").read_bytes()


def test_one_picture_in_place_of_a_folder_is_said(fruit: Path, mlpexp: Command) -> None:
    answer = mlpexp("check", "--data", "fruit/sky/000.png")
    assert answer.code == 2 and f"folders of classes, perhaps {fruit}" in answer.err


@pytest.mark.slow
def test_mistakes_of_each_arm_are_its_own_pictures(fruit: Path, mlpexp: Command) -> None:
    """Also where one arm's data have parts of their own, another shape, or more of them."""
    for place, (part, number) in enumerate((("train", 6), ("test", 12))):
        for name in ("apples", "leaves", "sky"):
            for picture in range(number):
                shade = pixels(9, 9, 1, seed=100 * place + picture)
                saved(Path("parts", part, name, f"{picture}.png"), shade)
    options = ("--set", "model.layers=[{layer: conv, channels: 2, kernel_size: 3}]", "--epochs", "1", "--seeds", "2")
    answer = mlpexp("sweep", "small.yaml", "--over", "dataset.path=fruit,parts", *options)
    assert answer.code == 0, answer.err
    folder = run_of(answer)
    wrong = pd.read_csv(folder / "evaluation" / "misclassified.csv")
    of_parts = wrong[wrong["arm"] == wrong["arm"].max()]
    assert (of_parts["index"] >= 18).all() and of_parts[["channels", "height", "width"]].eq([1, 9, 9]).all(axis=None)
    names = [f"p{place}" for place in range(81)]
    for _, row in of_parts.iterrows():
        files = [np.asarray(Image.open(path)).reshape(-1) for path in sorted(Path("parts/test").rglob("*.png"))]
        assert any((row[names].to_numpy(dtype=int) == file).all() for file in files)
    assert mlpexp("show", folder).code == mlpexp("plot", folder).code == 0
    kept = (folder / "config.yaml").read_text()
    assert "test_fraction" not in kept  # one arm has a test part of its own, so that the sweep can go on
    assert mlpexp("sweep", folder, "--dry-run").code == 0


def test_the_example_takes_pictures_where_its_user_stands(fruit: Path, mlpexp: Command) -> None:
    lacking = mlpexp("train", "pictures/cnn4_400")
    assert lacking.code == 2 and "pictures: there is no such folder or file; dataset.path or --data" in lacking.err
    named = mlpexp("check", "pictures/cnn4_400", "--data", "fruit")
    assert named.code == 0 and "24 resized to 400x400" in named.out + named.err
    assert "cnn4 with 32,850 parameters" in named.out
    fruit.rename("pictures")
    assert "24 resized to 400x400" in mlpexp("check", "pictures/cnn4_400").out


@pytest.mark.slow
def test_the_example_learns_pictures_of_400x400(fruit: Path, mlpexp: Command) -> None:
    """The four-layer network, with little memory: few pictures, in batches of two."""
    coloured(Path("pictures"), 3, (400, 400))
    answer = mlpexp("train", "pictures/cnn4_400", "--batch-size", "2", "--epochs", "2")
    assert answer.code == 0, answer.err
    assert "pictures: pictures: 9 in 3 classes; colour, 400x400 pixels" in answer.err
    metrics = pd.read_csv(run_of(answer) / "metrics.csv")
    assert metrics["train_loss"].iloc[-1] < metrics["train_loss"].iloc[0]


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA GPU")
def test_colours_are_learned_on_a_card(fruit: Path, mlpexp: Command) -> None:
    answer = mlpexp("train", "small.yaml", "--seeds", "2", "--device", "cuda")
    assert answer.code == 0, answer.err
    assert (pd.read_csv(run_of(answer) / "trials.csv")["final_test_accuracy"] > 0.9).all()
