"""``mlpexp mistakes`` from end to end: its table against one counted by hand from predictions, its folder, its refusals."""

import csv
import io
import json
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path
from statistics import mean

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image
from sklearn.metrics import root_mean_squared_error

from making.command_line import Answer
from making.trained_results import Make, Trained
from mlpexp.report.figures.mistakes import draw_mistakes_in_plane
from mlpexp.report.numbers.run_caption import RunCaption
from mlpexp.results.false_labels import speak_for_false_labels
from mlpexp.results.mistakes import mistakes_of, sentences
from mlpexp.results.result import Result

pytestmark = pytest.mark.usefixtures("lazy_disk")
FLOWERS = """\
dataset: {name: iris, test_fraction: 0.4, split: random}
model: {name: mlp, hidden_sizes: [4], activation: tanh}
optimizer: {name: adam, learning_rate: 0.03}
training: {batch_size: 16, epochs: 4}
seeds: 5
"""
HOUSES = """\
dataset: {name: csv, path: houses.csv, target: price, missing: {rooms: drop}, exclude: [id], split: k_fold}
model: {name: mlp, hidden_sizes: [4], activation: tanh}
optimizer: {name: adam, learning_rate: 0.02}
training: {batch_size: 8, epochs: 3}
seeds: 4
"""
SPECIES = """\
dataset: {name: csv, path: species.csv, target: true, test_fraction: 0.3, split: random}
model: {name: mlp, hidden_sizes: [6], activation: tanh}
optimizer: {name: adam, learning_rate: 0.05}
training: {batch_size: 8, epochs: 20}
seeds: 6
"""
DIGITS = """\
dataset: {name: digits, test_fraction: 0.3}
model: {name: mlp, hidden_sizes: [6]}
optimizer: {name: adam, learning_rate: 0.01}
training: {batch_size: 64, epochs: 2}
seeds: 2
"""
Call = Callable[..., Answer]


def counted(predictions: list[dict]) -> dict[int, tuple]:
    """Of each sample that is wrong in a seed: seeds, wrong, true, predicted, confidence; without pandas."""
    by_sample = defaultdict(list)
    for row in predictions:
        if row["part"] == "test":
            by_sample[int(row["index"])].append(row)
    table = {}
    for index, rows in by_sample.items():
        wrong = [row for row in rows if row["predicted"] != row["target"]]
        if wrong:
            votes = Counter(row["predicted"] for row in wrong)

            def sureness(number: float, wrong: list[dict] = wrong) -> float:
                return mean(row["probability"] for row in wrong if row["predicted"] == number)

            most = max(votes, key=lambda number: (votes[number], sureness(number)))
            table[index] = (len(rows), len(wrong), rows[0]["target"], most, sureness(most))
    return table


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def rows_of(answer: Answer) -> list[dict[str, str]]:
    assert answer.code == 0, answer.err
    return list(csv.DictReader(io.StringIO(answer.out)))


def beside(run: Trained) -> Path:
    return run.path.with_name(f"{run.path.name}-mistakes")


def test_mistakes_are_ranked_as_counted_by_hand(trained: Make, mlpexp: Call) -> None:
    run = trained(FLOWERS)
    names, features = run.dataset.class_names, run.dataset.feature_names
    expected = counted(run.evaluation("predictions"))
    assert len(expected) > 5 and len({seeds for seeds, *_ in expected.values()}) > 1
    answer = mlpexp("mistakes", run.path, "--most", 3, "--format", "csv")
    written = read(beside(run) / "mistakes.csv")
    assert rows_of(answer) == written[:3]
    assert {int(row["index"]) for row in written} == set(expected)
    for rank, row in enumerate(written, start=1):
        seeds, wrong, true, predicted, confidence = expected[int(row["index"])]
        assert (int(row["rank"]), int(row["seeds"]), int(row["wrong"])) == (rank, seeds, wrong)
        assert (row["true"], row["predicted"]) == (names[int(true)], names[int(predicted)])
        assert float(row["probability"]) == pytest.approx(confidence, rel=1e-12)
        assert float(row["share"]) == wrong / seeds
        sample = run.dataset.inputs[int(row["index"])]
        assert [float(row[name]) for name in features] == sample.tolist()
    keys = [
        (-(int(row["wrong"]) + 1) / (int(row["seeds"]) + 2), -float(row["probability"]), -int(row["seeds"]))
        for row in written
    ]
    assert keys == sorted(keys)


def invented(cells: list[tuple[int, int, int, float]]) -> pd.DataFrame:
    """Predictions: of each cell index, seeds that are tested on it, those that are wrong, and their probability."""
    rows = []
    for index, seeds, wrong, probability in cells:
        for seed in range(seeds):
            is_wrong = seed < wrong
            row = {"seed": seed, "index": index, "part": "test", "target": 0, "predicted": int(is_wrong)}
            rows.append(row | {"probability": probability if is_wrong else 0.9})
    return pd.DataFrame(rows)


def test_a_sample_of_one_seed_stands_below_one_that_many_get_wrong(trained: Make) -> None:
    arm = Result.open(trained(FLOWERS.replace("epochs: 4", "epochs: 1")).path).arm(0)
    cells = [(1, 1, 1, 0.99), (2, 4, 4, 0.6), (3, 5, 1, 0.99), (4, 2, 2, 0.7), (5, 5, 0, 0.9), (6, 1, 1, 0.5)]
    hard = mistakes_of(arm, range(5), invented(cells))
    assert hard.ranked["index"].tolist() == [2, 4, 1, 6, 3]
    assert sentences(hard)[1:6] == [
        "these 6 samples were in the test part of at least one seed; one seed has 2 to 6 of them",
        "2 of them are wrong in every seed that is tested on them, two seeds or more",
        "2 more are wrong in the only seed that is tested on them",
        "mean probability of the class that was said: there 0.63, other mistakes 0.83, right answers 0.90",
        "they are hard, or have a false label: that cannot be told apart here",
    ]


ACCUSED = "some of these labels seem false: networks are wrong where they are sure more often than by chance"
HARD = "they are hard, or have a false label: that cannot be told apart here"
SURE = [(number, 5, 0, 0.0) for number in range(100, 200)]  # right, with a probability of 0.9


def always_wrong(number: int, probability: float = 0.9) -> list[tuple[int, int, int, float]]:
    return [(index, 5, 5, probability) for index in range(number)]


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ([*always_wrong(1, 0.95), (2, 5, 2, 0.6)], HARD.replace("they are", "it is").replace("have", "has")),
        ([*always_wrong(2, 0.95), *SURE], HARD),
        ([*always_wrong(9), *SURE], HARD),  # so many are wrong by chance where all have 0.9
        ([*always_wrong(9, 0.6), *SURE], HARD),
        ([(1, 2, 1, 0.95), (2, 1, 1, 0.6)], "1 is wrong in the only seed that is tested on it"),
        ([(1, 5, 1, 0.95), (2, 5, 0, 0)], "no sample is wrong in all 5 seeds"),
    ],
)
def test_right_labels_are_not_accused(trained: Make, cells: list[tuple[int, int, int, float]], said: str) -> None:
    arm = Result.open(trained(FLOWERS.replace("epochs: 4", "epochs: 1")).path).arm(0)
    assert sentences(mistakes_of(arm, range(5), invented(cells)))[-2] == said


def drawn(generator: np.random.Generator, sureness_factor: float, false: float) -> pd.DataFrame:
    """What two seeds say of 200 samples of two classes, with logits times a factor, and some labels false."""
    logit = generator.choice([-1, 1], 200) * 6.0 + 2.8 * generator.normal(size=200)
    target = (generator.random(200) < 1 / (1 + np.exp(-logit))) ^ (generator.random(200) < false)
    table = pd.DataFrame({"index": np.arange(200), "target": target.astype(int), "predicted": (logit > 0).astype(int)})
    confidence = 1 / (1 + np.exp(-sureness_factor * np.abs(logit)))
    table = table.assign(confidence=confidence, is_wrong=table["target"] != table["predicted"])
    return pd.concat([table.assign(seed=seed) for seed in (0, 1)], ignore_index=True)


@pytest.mark.parametrize("sureness_factor", [0.7, 1.0, 3.0])
def test_false_labels_are_told_from_samples_where_classes_overlap(sureness_factor: float) -> None:
    """Of forty tables; networks that are far too sure (3.0) hide most false labels, but accuse no right ones."""
    accused = {0.0: 0, 0.08: 0}
    for false in accused:
        generator = np.random.default_rng(0)
        for _ in range(40):
            judged = drawn(generator, sureness_factor, false)
            accused[false] += speak_for_false_labels(judged, int(judged["is_wrong"].sum()) // 2)
    assert accused[0.0] <= 1
    assert accused[0.08] >= 12 or sureness_factor > 1


@pytest.mark.parametrize(("distance", "false", "accuses"), [(1.5, 0, False), (5.0, 10, True)])
def test_false_labels_in_a_trained_table(
    trained: Make, mlpexp: Call, tmp_path: Path, distance: float, false: int, accuses: bool
) -> None:
    """Three Gaussians of 200 rows that overlap, or lie apart with 5 % of the labels exchanged: one where they are seen."""
    generator = np.random.default_rng(1004)
    kinds = generator.permutation(np.arange(200) % 3)
    points = distance * np.array([[0, 0], [1, 0], [0.5, 0.87]])[kinds] + generator.normal(size=(200, 2))
    exchanged = generator.choice(200, false, replace=False)
    kinds[exchanged] = (kinds[exchanged] + generator.integers(1, 3, false)) % 3
    lines = [f"{x},{y},{'uvw'[kind]}" for (x, y), kind in zip(points, kinds, strict=True)]
    (tmp_path / "species.csv").write_text("\n".join(["x,y,true", *lines]) + "\n")
    run = trained(
        SPECIES.replace("target: true", "target: 'true'")
        .replace("hidden_sizes: [6], activation: tanh", "hidden_sizes: [8]")
        .replace("learning_rate: 0.05", "learning_rate: 0.03")
        .replace("batch_size: 8, epochs: 20", "batch_size: 16, epochs: 60")
        .replace("seeds: 6", "seeds: 10")
    )
    answer = mlpexp("mistakes", run.path)
    assert answer.code == 0, answer.err
    assert (ACCUSED in answer.err) is accuses and (HARD in answer.err) is not accuses


@pytest.mark.parametrize(("num_classes", "named"), [(3, 3), (9, 9), (14, 14), (30, 10)])
def test_the_plane_names_classes_as_far_as_there_is_room(num_classes: int, named: int) -> None:
    number = np.arange(2 * num_classes)
    points = pd.DataFrame({"index": number, "x": number % 7.0, "y": number // 7.0, "target": number % num_classes})
    points["rank"] = np.where(number < num_classes, number + 1.0, np.nan)
    figure, table = draw_mistakes_in_plane(points, ("a", "b"), RunCaption(), "note")
    labels = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    assert labels == [*map(str, range(named)), "wrong in a seed"]
    assert len(table) == len(points)


def test_pictures_of_a_set_with_a_name_are_found_in_its_files(
    trained: Make, mlpexp: Call, place: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place(tmp_path / "data")
    monkeypatch.setenv("MLPEXP_DATA_DIR", str(tmp_path / "data"))
    named = "name: fashion_mnist, train_samples: 60, test_samples: 40"
    run = trained(DIGITS.replace("name: digits, test_fraction: 0.3", named))
    answer = mlpexp("mistakes", run.path)
    assert answer.code == 0, answer.err
    rows = read(beside(run) / "mistakes.csv")
    assert rows and {row["official_part"] for row in rows} == {"test"}
    names = run.dataset.class_names  # of the invented files, picture i is of class i mod 10
    assert all(names.index(row["true"]) == int(row["official_index"]) % 10 for row in rows)
    assert all(60 <= int(row["index"]) < 100 for row in rows)
    assert max(int(row["official_index"]) for row in rows) > 100


def test_what_is_said_is_what_the_predictions_say(trained: Make, mlpexp: Call) -> None:
    run = trained(FLOWERS)
    names = run.dataset.class_names
    rows = [row for row in run.evaluation("predictions") if row["part"] == "test"]
    expected = counted(rows)
    always = {index for index, (seeds, wrong, *_) in expected.items() if seeds == wrong > 1}
    assert always
    once = sum(seeds == wrong == 1 for seeds, wrong, *_ in expected.values())
    answer = mlpexp("mistakes", run.path)
    assert not once or f"{once} more {'is' if once == 1 else 'are'} wrong in the only seed" in answer.err
    samples = len({row["index"] for row in rows})
    assert f"test part: {len(expected)} of {samples} samples are wrong in at least one of 5 seeds" in answer.err
    assert (
        f"{len(always)} of them {'is' if len(always) == 1 else 'are'} wrong in every seed that is tested" in answer.err
    )
    groups = defaultdict(list)
    for row in rows:
        is_wrong = row["predicted"] != row["target"]
        groups["there" if row["index"] in always else "other mistakes" if is_wrong else "right answers"].append(row)
    for name, group in groups.items():
        assert f"{name} {mean(row['probability'] for row in group):.2f}" in answer.err
    pairs = Counter((int(row["target"]), int(row["predicted"])) for row in rows if row["target"] != row["predicted"])
    (true, predicted), number = pairs.most_common(1)[0]
    assert (
        f"most often of {pairs.total()} wrong predictions: {names[true]} as {names[predicted]} ({number})" in answer.err
    )
    about = json.loads((beside(run) / "about.json").read_text())
    assert about["result"] == run.path.name and about["seeds"] == [0, 1, 2, 3, 4] and about["samples"] == samples
    assert all(sentence in answer.err for sentence in about["said"])


def test_a_false_label_in_a_table_is_the_first_row_with_its_cells_as_written(
    trained: Make, mlpexp: Call, tmp_path: Path
) -> None:
    lines = ["remark;size;true;width;row"]
    for number in range(60):
        big = number % 2 == 1
        label = "small" if big and number == 33 else "big" if big else "small"
        lines.append(f'"line {number}\nof two";{"9" if big else "1"},{number:02};{label};{2 + number % 3};{number % 4}')
    (tmp_path / "species.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    run = trained(SPECIES.replace("target: true", "target: 'true', exclude: [remark]"))
    tested = {row["index"] for row in run.evaluation("predictions") if row["part"] == "test"}
    assert 33 in tested
    answer = mlpexp("mistakes", run.path)
    assert answer.code == 0, answer.err
    first = read(beside(run) / "mistakes.csv")[0]
    assert (first["row"], first["line"], first["index"]) == ("34", "68", "33")
    assert (first["true"], first["predicted"]) == ("small", "big")
    assert (first["size"], first["width"]) == ("9,33", "2")
    assert (first["true (table)"], first["row (table)"]) == ("small", "1")
    assert first["remark"].split() == ["line", "33", "of", "two"]
    assert first["share"] == "1.0"
    points = read(beside(run) / "plane.csv")
    assert {int(row["index"]) for row in points} == tested
    assert [row["index"] for row in points if row["rank"] == "1"] == ["33"]
    assert "size" in points[0]


def write_houses(folder: Path) -> None:
    lines = ["id;area;rooms;price"]
    for number in range(40):
        price = (100 + 7 * number) * (3 if number == 21 else 1)
        lines.append(f"h{number};{40 + 3 * number},5 m²;{'' if number % 8 == 4 else number % 5 + 1};{price}.000 €")
    (folder / "houses.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_errors_of_numbers_are_in_the_unit_of_the_column(trained: Make, mlpexp: Call, tmp_path: Path) -> None:
    write_houses(tmp_path)
    run = trained(HOUSES)
    table = pd.DataFrame(run.evaluation("predictions"))
    test = table[table["part"] == "test"]
    errors = (test["predicted"] - test["target"]).abs().groupby(test["index"]).mean().sort_values(ascending=False)
    squares = (test["predicted"] - test["target"]) ** 2
    rmse = float(np.sqrt(squares.groupby(test["seed"]).mean()).mean())
    of_seeds = [root_mean_squared_error(rows["target"], rows["predicted"]) for _, rows in test.groupby("seed")]
    assert rmse == pytest.approx(mean(of_seeds))
    answer = mlpexp("mistakes", run.path, "--plot-format", "svg")
    assert answer.code == 0, answer.err
    rows = read(beside(run) / "mistakes.csv")
    assert [int(row["index"]) for row in rows] == errors.index.tolist()
    assert [float(row["error"]) for row in rows] == pytest.approx(errors.tolist())
    assert [float(row["error_in_rmse"]) for row in rows] == pytest.approx((errors / rmse).tolist())
    assert rows[0]["id"] == "h21" and rows[0]["price"] == "741.000 €"
    assert float(rows[0]["true"]) == 741_000 and "741,000" in answer.out
    kept = [number for number in range(40) if number % 8 != 4]  # rows without rooms are not used
    assert all(int(row["row"]) == kept[int(row["index"])] + 1 == int(row["id"][1:]) + 1 for row in rows)
    assert f"RMSE of price {rmse:.4g}, mean over 4 seeds" in answer.err
    worst = squares[test["index"] == errors.index[0]].sum() / squares.sum()
    assert f"the sample with the largest error makes {100 * worst:.0f} % of the squared error" in answer.err
    assert sorted(path.name for path in beside(run).iterdir()) == [
        "about.json",
        "errors.csv",
        "errors.svg",
        "mistakes.csv",
    ]


def test_a_second_file_as_test_part_is_named(trained: Make, mlpexp: Call, tmp_path: Path) -> None:
    text = [f"{number % 7},{number % 3},{'ab'[number % 2]}" for number in range(40)]
    (tmp_path / "first.csv").write_text("\n".join(["x,y,z", *text]) + "\n")
    (tmp_path / "second.csv").write_text("\n".join(["x,y,z", *text[3:14]]) + "\n")
    run = trained(
        SPECIES.replace("species.csv", "first.csv")
        .replace("target: true", "target: z")
        .replace("test_fraction: 0.3, split: random", "split: {kind: file, path: second.csv}")
        .replace("epochs: 20", "epochs: 1")
    )
    assert mlpexp("mistakes", run.path).code == 0
    rows = read(beside(run) / "mistakes.csv")
    assert rows and {row["file"] for row in rows} == {"second.csv"}
    for row in rows:
        assert [row["x"], row["y"], row["z"]] == text[3 + int(row["row"]) - 1].split(",")
        assert int(row["line"]) == int(row["row"]) + 1 and int(row["index"]) == 40 + int(row["row"]) - 1


def test_pictures_are_shown_and_files_named(trained: Make, mlpexp: Call, tmp_path: Path) -> None:
    from sklearn.datasets import load_digits

    digits = load_digits()
    for name in ("3", "8", "9"):
        (tmp_path / "pics" / f"no {name}").mkdir(parents=True)
        for number in np.flatnonzero(digits.target == int(name))[:20]:
            picture = Image.fromarray((digits.images[number] * 15.9).astype("uint8"))
            picture.save(tmp_path / "pics" / f"no {name}" / f"{number}.png")
    run = trained(DIGITS.replace("name: digits", "name: images, path: pics").replace("batch_size: 64", "batch_size: 8"))
    expected = counted(run.evaluation("predictions"))
    answer = mlpexp("mistakes", run.path, "--seed", 1, "--format", "json")
    assert answer.code == 0, answer.err
    told = json.loads(answer.out)
    assert told["seeds"] == [1] and told["rows"][0]["seeds"] == 1
    assert "test part: " in answer.err and "samples are wrong\n" in answer.err and "seeds" not in answer.err
    (tmp_path / "all").mkdir()
    assert mlpexp("mistakes", run.path, "-o", "all/of it").code == 0
    rows = read(tmp_path / "all" / "of it" / "mistakes.csv")
    assert len(rows) == len(expected)
    listed = {row["index"]: row["file"] for row in run.table(run.path / "picture_files.csv")}
    for row in rows:
        assert row["file"] == listed[float(row["index"])]
        assert row["true"] == row["file"].split("/")[0]
    with Image.open(tmp_path / "all" / "of it" / "pictures.png") as figure:
        assert figure.size[0] > 500
    assert [row["index"] for row in read(tmp_path / "all" / "of it" / "pictures.csv")] == [
        row["index"] for row in rows[:25]
    ]


@pytest.mark.slow
def test_predictions_that_were_not_kept_are_computed_and_not_written(trained: Make, mlpexp: Call) -> None:
    run = trained(DIGITS)
    before = mlpexp("mistakes", run.path, "--format", "csv", "-o", "before")
    (run.folder.evaluation / "predictions.csv").unlink()
    files = run.bytes()
    after = mlpexp("mistakes", run.path, "--format", "csv", "-o", "after")
    assert "predictions were not kept; they are computed from the weights" in after.err
    assert rows_of(after) == rows_of(before)
    assert run.bytes() == files
    assert Path("after/mistakes.csv").read_bytes() == Path("before/mistakes.csv").read_bytes()


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA GPU")
def test_predictions_are_computed_again_on_a_card(trained: Make, mlpexp: Call) -> None:
    run = trained(DIGITS + "device: cuda\n")
    before = rows_of(mlpexp("mistakes", run.path, "--format", "csv", "-o", "before"))
    (run.folder.evaluation / "predictions.csv").unlink()
    after = rows_of(mlpexp("mistakes", run.path, "--format", "csv", "-o", "after"))
    assert [row["index"] for row in after] == [row["index"] for row in before]
    sure = [[float(row["probability"]) for row in rows] for rows in (after, before)]
    assert sure[0] == pytest.approx(sure[1], abs=1e-5)


def test_nothing_wrong_is_said_and_has_no_figure(trained: Make, mlpexp: Call, tmp_path: Path) -> None:
    lines = ["x,y,z", *(f"{number % 2},{number % 2},{'ab'[number % 2]}" for number in range(60))]
    (tmp_path / "easy.csv").write_text("\n".join(lines) + "\n")
    run = trained(SPECIES.replace("species.csv", "easy.csv").replace("target: true", "target: z"))
    answer = mlpexp("mistakes", run.path)
    assert (answer.code, answer.out) == (0, "")
    assert "none of the" in answer.err and "samples is wrong in any seed" in answer.err
    assert sorted(path.name for path in beside(run).iterdir()) == ["about.json", "mistakes.csv"]


def test_of_a_sweep_the_arm_is_in_the_name_and_the_folder_is_no_result(trained: Make, mlpexp: Call) -> None:
    sweep = FLOWERS.replace("seeds: 5\n", "sweep: {over: {learning_rate: [0.0001, 0.05]}, seeds: 2}\n")
    run = trained(sweep)
    refused = mlpexp("mistakes", run.path)
    assert refused.code == 2 and "--arm: this sweep has 2 arms and no validation part" in refused.err
    assert mlpexp("mistakes", "last", "--arm", "learning_rate=0.05").code == 0
    folder = run.path.with_name(f"{run.path.name}-mistakes-arm-1")
    assert json.loads((folder / "about.json").read_text())["arm"] == 1
    expected = counted([row for row in run.evaluation("predictions") if row["arm"] == 1])
    assert {int(row["index"]) for row in read(folder / "mistakes.csv")} == set(expected)
    assert mlpexp("list").out.count(run.path.name.split("-")[-1]) <= 1
    again = mlpexp("mistakes", "last", "--arm", 1)
    assert again.code == 2 and "exists, and nothing is written over" in again.err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--seed", "9"), "--seed 9: is none of this result; choose one of 0, 1, 2, 3, 4"),
        (("--most", "0"), "--most"),
        (("--format", "latex"), "--format: 'latex' is not known"),
        (("--plot-format", "gif"), "--plot-format: 'gif' is not known"),
        (("-o", "RUN/new"), "is a result, which is left as it is"),
        (("-o", "there"), "--output: there exists, and nothing is written over"),
    ],
)
def test_what_is_refused_writes_nothing(
    trained: Make, mlpexp: Call, tmp_path: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    run = trained(FLOWERS.replace("epochs: 4", "epochs: 1"))
    (tmp_path / "there").write_text("mine")
    before = {str(path) for path in tmp_path.rglob("*")}
    answer = mlpexp("mistakes", run.path, *(word.replace("RUN", str(run.path)) for word in arguments))
    assert (answer.code, answer.out) == (2, "") and sentence in answer.err
    assert {str(path) for path in tmp_path.rglob("*")} == before


def test_data_that_are_gone_maps_and_new_data_are_said(trained: Make, mlpexp: Call, tmp_path: Path) -> None:
    write_houses(tmp_path)
    run = trained(HOUSES, "houses")
    (tmp_path / "houses.csv").rename(tmp_path / "moved.csv")
    refused = mlpexp("mistakes", run.path)
    assert refused.code == 2 and "--table FILE names it" in refused.err and not beside(run).exists()
    assert mlpexp("mistakes", run.path, "--table", "moved.csv").code == 0
    new = trained(
        "dataset: {name: synthetic, kind: moons, data_seed: seed, samples: 60}\nmodel: {name: mlp, hidden_sizes: [3]}\n"
        "optimizer: {name: sgd, learning_rate: 0.1}\ntraining: {batch_size: 8, epochs: 1}\nseeds: 2\n",
        "new",
    )
    refused = mlpexp("mistakes", new.path)
    assert refused.code == 2 and "dataset.data_seed: seed: each seed has samples of its own" in refused.err
    assert mlpexp("mistakes", new.path, "--seed", 1).code == 0
    predictions = [row for row in new.evaluation("predictions") if row["seed"] == 1 and row["part"] == "test"]
    kept = {row["index"]: row for row in predictions}
    rows = read(beside(new) / "mistakes.csv")
    features = list(new.dataset.feature_names)
    for row in rows:
        assert all(float(row[name]) == kept[float(row["index"])][name] for name in features)
    som = trained(
        "dataset: {name: iris}\nmodel: {name: som, grid: [3, 3]}\noptimizer: {name: sgd, learning_rate: 0.5}\n"
        "training: {batch_size: 1, epochs: 1}\n",
        "map",
    )
    refused = mlpexp("mistakes", som.path)
    assert refused.code == 2 and "a map predicts nothing" in refused.err
