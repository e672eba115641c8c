"""``mlpexp evaluate`` from end to end: what it prints and writes, what it leaves out, and what it refuses."""

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from making.command_line import Answer
from making.trained_results import Make
from mlpexp.results.networks import networks_of

pytestmark = pytest.mark.usefixtures("lazy_disk")
Call = Callable[..., Answer]
SALES = """\
dataset: {name: csv, path: sales.csv, target: sold, missing: {size: mean}}
model: {name: mlp, hidden_sizes: [6], activation: tanh}
optimizer: {name: adam, learning_rate: 0.05}
training: {batch_size: 16, epochs: 8}
seeds: 3
"""
SWEEP = SALES.replace("seeds: 3\n", "sweep: {over: {learning_rate: [0.01, 0.05]}, seeds: 2}\n")
DIGITS = """\
dataset: {name: digits, test_fraction: 0.8}
model: {name: mlp, hidden_sizes: [8], activation: tanh}
optimizer: {name: adam, learning_rate: 0.02}
training: {batch_size: 32, epochs: 3}
seeds: 2
"""
MAP = """\
dataset: {name: iris}
model: {name: som, grid: [2, 2]}
training: {epochs: 1}
"""
FILES = ["confusion_matrix.csv", "confusion_matrix.png", "evaluation.json", "scores.csv", "shift.csv"]


def sales(count: int, seed: int, shift: float = 0.0, colours: str = "red green") -> list[str]:
    draw = np.random.default_rng(seed)
    rows = []
    for i in range(count):
        price, colour = draw.normal(10 + shift, 2), draw.choice(colours.split())
        sold = "yes" if price + draw.normal(0, 1) < 10 + 2 * (colour == "red") else "no"
        rows.append(f"{price:.3f},{'' if i % 8 == 3 else i % 5},{colour},{sold}")
    return rows


def write(folder: Path, name: str, rows: list[str], head: str = "price,size,colour,sold") -> None:
    (folder / name).write_text("\n".join([head, *rows]) + "\n")


def table(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as stream:
        return list(csv.DictReader(stream))


def test_other_rows_are_judged_and_what_is_left_out_is_said(trained: Make, mlpexp: Call, tmp_path: Path) -> None:
    write(tmp_path, "sales.csv", sales(80, 1))
    run = trained(SALES)
    before = {path: path.read_bytes() for path in run.path.rglob("*") if path.is_file()}
    good = sales(40, 2, shift=3, colours="red violet")
    bad = ["9.0,1,red,perhaps", "9.0,1,red,", "cheap,1,red,yes"]
    write(tmp_path, "later.csv", [f"{row},x" for row in [*good[:20], *bad, *good[20:]]], "price,size,colour,sold,note")
    answer = mlpexp("evaluate", run.path, "--on", "later.csv")
    assert answer.code == 0, answer.err
    folder = run.path.with_name(f"{run.path.name}-on-later")
    assert sorted(path.name for path in folder.iterdir()) == FILES
    assert f"written: {folder}" in answer.err.replace("\n", " ")
    for line in (
        "later.csv: 40 samples",
        "later.csv minus the test part, paired by seed",
        "later.csv: not looked at: note",
        "later.csv: 3 samples left out, 40 remain",
        "left out: its sold is missing, or no class that was trained (2)",
        "left out: a cell that the network needs cannot be read, or is missing (1)",
        "they speak of new seeds on these 40 samples",
        "error of 40 test samples and of seeds",
        "corrected resampled t, n_test/n_train = 24/56",
        "shift: against the training part of seed 0, 56 samples",
    ):
        assert line in answer.out, line
    assert "'violet' is a level that training has not seen" in answer.out
    shifts = {row["column"]: row for row in table(folder / "shift.csv")}
    violet = sum("violet" in row for row in good)
    assert float(shifts["colour"]["unknown"]) == pytest.approx(violet / 40)
    assert float(shifts["size"]["missing"]) == pytest.approx(5 / 40)
    assert shifts["sold"]["is_target"] == "True"
    networks = networks_of(run.result.arm(0))
    known = json.loads((folder / "evaluation.json").read_text())
    assert known["seeds"] == [0, 1, 2]
    assert known["samples"] == 40
    assert known["learned_from"]["of_seeds"] == [0, 0, 0]
    scores = [row for row in table(folder / "scores.csv") if row["metric"] == "accuracy"]
    counts = table(folder / "confusion_matrix.csv")
    right = sum(int(cell["count"]) for cell in counts if cell["target"] == cell["predicted"])
    assert sum(float(row["value"]) for row in scores) * 40 == pytest.approx(right)
    assert sum(int(cell["count"]) for cell in counts) == 40 * len(networks.seeds)
    for row, own in zip(scores, run.result.arm(0).trials["best_test_accuracy"], strict=True):
        assert float(row["own"]) == own
        assert float(row["difference"]) == pytest.approx(float(row["value"]) - own)
    assert {path: path.read_bytes() for path in run.path.rglob("*") if path.is_file()} == before
    listed = mlpexp("list")
    assert listed.out.count("finished") == 1
    again = mlpexp("evaluate", run.path, "--on", "later.csv")
    assert again.code == 2
    assert "exists, and nothing is written over" in again.err


def test_the_table_of_training_is_no_test(trained: Make, mlpexp: Call, tmp_path: Path) -> None:
    write(tmp_path, "sales.csv", sales(80, 1))
    run = trained(SALES)
    answer = mlpexp("evaluate", run.path, "--on", "sales.csv", "-o", "same")
    assert "sales.csv: 56 of 80 samples were learned from" in answer.out
    assert "the scores are no test" in answer.out
    write(tmp_path, "mixed.csv", [*sales(60, 4), *sales(80, 1)[:10]])
    answer = mlpexp("evaluate", run.path, "--on", "mixed.csv", "-o", "mixed")
    assert "on these the scores are no test" in answer.out
    assert "mixed.csv: 10 of 70 samples are in the data that were trained on" in answer.out


def test_without_the_data_what_is_known_is_said(trained: Make, mlpexp: Call, tmp_path: Path) -> None:
    write(tmp_path, "sales.csv", sales(80, 1))
    run = trained(SALES)
    write(tmp_path, "later.csv", sales(40, 2, colours="red violet"))
    with_data = mlpexp("evaluate", run.path, "--on", "later.csv", "-o", "one", "--format", "json")
    (tmp_path / "sales.csv").rename(tmp_path / "moved.csv")
    answer = mlpexp("evaluate", run.path, "--on", "later.csv", "-o", "two", "--format", "json")
    assert answer.code == 0, answer.err
    known, whole = json.loads(answer.out), json.loads(with_data.out)
    assert known == json.loads((tmp_path / "two" / "evaluation.json").read_text())
    assert known["learned_from"] is None
    assert known["scores"]["accuracy"] == whole["scores"]["accuracy"]
    assert known["scores"]["f1_macro"]["mean"] == whole["scores"]["f1_macro"]["mean"]
    assert known["scores"]["f1_macro"]["own"]["mean"] is None
    assert {shift["distance"] for shift in known["shift"]} == {None}
    assert "not known: whether some of these samples were learned from" in known["said"]
    named = mlpexp("evaluate", run.path, "--on", "later.csv", "-o", "three", "--format", "json", "--table", "moved.csv")
    assert json.loads(named.out)["shift"] == whole["shift"]


def test_an_arm_and_a_seed_are_chosen(trained: Make, mlpexp: Call, tmp_path: Path) -> None:
    write(tmp_path, "sales.csv", sales(80, 1))
    run = trained(SWEEP)
    write(tmp_path, "later.csv", sales(40, 2))
    asked = mlpexp("evaluate", run.path, "--on", "later.csv")
    assert asked.code == 2
    assert "--arm: this sweep has 2 arms and no validation part" in asked.err
    answer = mlpexp("evaluate", run.path, "--on", "later.csv", "--arm", "learning_rate=0.05", "--seed", 1, "-o", "new")
    assert answer.code == 0, answer.err
    assert "one seed: no interval for new seeds" in answer.out
    known = json.loads((tmp_path / "new" / "evaluation.json").read_text())
    assert (known["arm"], known["seeds"]) == (1, [1])
    assert mlpexp("evaluate", run.path, "--on", "later.csv", "--arm", 0).code == 0
    markdown = mlpexp("evaluate", run.path, "--on", "later.csv", "--arm", 1, "--format", "markdown")
    beside = sorted(path.name for path in run.path.parent.iterdir() if path != run.path)
    assert beside == [f"{run.path.name}-on-later-arm-{number}" for number in (0, 1)]
    assert markdown.out.startswith("**later.csv: 40 samples**\n\n| metric |")


def test_pictures_in_folders_and_in_arrays(trained: Make, mlpexp: Call, tmp_path: Path) -> None:
    run = trained(DIGITS)
    dataset = run.dataset
    rows = np.arange(300, 400)
    np.savez("few.npz", images=dataset.inputs[rows, 0], labels=dataset.targets[rows])
    answer = mlpexp("evaluate", run.path, "--on", "few.npz")
    assert answer.code == 0, answer.err
    known = json.loads((run.path.with_name(f"{run.path.name}-on-few") / "evaluation.json").read_text())
    networks = networks_of(run.result.arm(0))
    right = (networks.predictions(dataset.inputs[rows]) == dataset.targets[rows]).mean()
    assert known["scores"]["accuracy"]["mean"] == pytest.approx(right)
    assert {shift["column"] for shift in known["shift"]} == {"brightness", "contrast", "digit"}
    for row in rows[:30]:
        folder = tmp_path / "photos" / str(dataset.targets[row])
        folder.mkdir(parents=True, exist_ok=True)
        large = np.kron(255 - dataset.inputs[row, 0], np.ones((12, 12), dtype=np.uint8))
        Image.fromarray(np.pad(large, 20, constant_values=255)).save(folder / f"{row}.png")
    (tmp_path / "photos" / "owl").mkdir()
    Image.fromarray(large).save(tmp_path / "photos" / "owl" / "owl.png")
    Image.new("L", (40, 40), 200).save(folder / "blank.png")
    (folder / "broken.png").write_text("no picture")
    answer = mlpexp("evaluate", run.path, "--on", "photos")
    assert answer.code == 0, answer.err
    assert "photos: 3 samples left out, 30 remain" in answer.out
    assert "left out: class owl was not trained (1)" in answer.out
    assert "blank.png: no ink was found on it" in answer.out
    left_out = [
        of["reason"] for of in json.loads((Path(f"{run.path}-on-photos") / "evaluation.json").read_text())["left_out"]
    ]
    assert sum("broken.png: " in reason and "ink" not in reason for reason in left_out) == 1
    for number in range(8):
        Image.new("L", (40, 40), 200).save(folder / f"blank{number}.png")
    answer = mlpexp("evaluate", run.path, "--on", "photos", "-o", "more")
    assert answer.out.count("left out: ") == 5
    assert "evaluation.json has 6 more reasons" in answer.out


def test_a_set_by_its_name(trained: Make, mlpexp: Call) -> None:
    run = trained(DIGITS)
    answer = mlpexp("evaluate", run.path, "--on", "digits", "-o", "new")
    assert answer.code == 0, answer.err
    assert "digits: 359 of 1,797 samples were learned from" in answer.out


@pytest.mark.parametrize(
    ("on", "what"),
    [
        ("mnist", "--on mnist: has 28x28 pixels in grey, the network takes 8x8 pixels in grey"),
        ("iris", "--on iris: has 4 inputs, the network takes 8x8 pixels in grey"),
        ("mnis", "--on mnis: there is no such file, and no data set of that name; did you mean mnist?"),
        ("others", "--on others: there is no such file, and no data set of that name; did you mean others.npz?"),
        ("nothing/there", "no data set of that name; data sets with a name: iris, three_class_3d, digits, mnist"),
        ("config.yaml", "was trained on pictures; name a folder, an .npz file or a data set"),
        ("letters", "--on letters: its classes are a, b; trained were 0, 1, 2, 3, 4, 5, 6, 7, 8, 9"),
        ("letters/a/1.png", "is one picture; name a folder with a folder for each class"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_name(
    on: str, what: str, trained: Make, mlpexp: Call, tmp_path: Path
) -> None:
    run = trained(DIGITS.replace("epochs: 3", "epochs: 1"))
    for name in "ab":
        (tmp_path / "letters" / name).mkdir(parents=True)
        Image.new("L", (8, 8)).save(tmp_path / "letters" / name / "1.png")
    (tmp_path / "others.npz").touch()
    answer = mlpexp("evaluate", run.path, "--on", on)
    assert (answer.code, answer.out) == (2, "")
    assert what in answer.err
    assert not list(run.path.parent.glob("*-on-*"))


def test_tables_that_cannot_be_judged_by_are_refused(trained: Make, mlpexp: Call, tmp_path: Path) -> None:
    write(tmp_path, "sales.csv", sales(80, 1))
    run = trained(SALES)
    write(tmp_path, "no_target.csv", [row.rsplit(",", 1)[0] for row in sales(9, 2)], "price,size,colour")
    write(tmp_path, "renamed.csv", sales(9, 2), "prices,size,colour,sold")
    write(tmp_path, "useless.csv", ["1,2,red,perhaps"])
    cases = {
        "no_target.csv": "no_target.csv: there is no column sold, by which rows are judged; `mlpexp predict` needs none",
        "renamed.csv": "there is no column price, which the network needs; did you mean prices",
        ".": "is a folder; name a file with a table, such as the one that was trained on",
        run.path.name: "is a result; name data that it is judged by",
        "useless.csv": "no sample can be judged by: its sold is missing, or no class that was trained (1)",
    }
    for name, what in cases.items():
        answer = mlpexp("evaluate", run.path, "--on", name)
        assert (answer.code, answer.out) == (2, "")
        assert what in answer.err
    inside = mlpexp("evaluate", run.path, "--on", "sales.csv", "-o", run.path / "new")
    assert inside.code == 2
    assert "is a result, which is left as it is" in inside.err
    assert not list(run.path.parent.glob("*-on-*"))


def test_a_map_is_not_judged(trained: Make, mlpexp: Call) -> None:
    answer = mlpexp("evaluate", trained(MAP).path, "--on", "iris")
    assert answer.code == 2
    assert "a map predicts nothing" in answer.err


def test_a_table_that_is_written_otherwise_is_read_as_told(trained: Make, mlpexp: Call, tmp_path: Path) -> None:
    write(tmp_path, "sales.csv", sales(80, 1))
    run = trained(SALES)
    rows = sales(40, 2)
    write(tmp_path, "later.csv", rows)
    german = [row.replace(",", ";").replace(".", ",") for row in rows]
    write(tmp_path, "verkauf.csv", german, "price;size;colour;sold")
    refused = mlpexp("evaluate", run.path, "--on", "verkauf.csv")
    assert refused.code == 2
    assert "no row can be read; verkauf.csv:2: price:" in refused.err
    assert "--set KEY=VALUE says how a file is written" in refused.err
    plain = mlpexp("evaluate", run.path, "--on", "later.csv", "-o", "plain", "--format", "json")
    told = mlpexp("evaluate", run.path, "--on", "verkauf.csv", "-o", "told", "--set", "decimal=,", "--format", "json")
    assert told.code == 0, told.err
    assert json.loads(told.out)["scores"] == json.loads(plain.out)["scores"]
    for key, message in (
        ("epochs=3", "expected a key that says how a table is written"),
        ("decimal=,", "leave it out"),
    ):
        on = "verkauf.csv" if key.startswith("epochs") else "iris"
        answer = mlpexp("evaluate", run.path, "--on", on, "-o", "no", "--set", key)
        assert answer.code == 2
        assert message in answer.err
    assert not (tmp_path / "no").exists()


def test_one_sample_and_scores_without_a_value_are_said_in_words(trained: Make, mlpexp: Call, tmp_path: Path) -> None:
    write(tmp_path, "sales.csv", sales(80, 1))
    run = trained(SALES)
    write(tmp_path, "one.csv", sales(1, 2))
    answer = mlpexp("evaluate", run.path, "--on", "one.csv", "-o", "one")
    assert answer.code == 0, answer.err
    assert "they speak of new seeds on this one sample" in answer.out
    assert "error of 1 test sample and of seeds" in answer.out
    assert "no value: Matthews correlation and area under ROC; what is true must differ" in answer.out
    write(tmp_path, "two.csv", [*sales(1, 2), "9.0,1,red,perhaps"])
    answer = mlpexp("evaluate", run.path, "--on", "two.csv", "-o", "two")
    assert "two.csv: 1 sample left out, 1 remains" in answer.out


def test_errors_are_written_as_large_as_they_are(trained: Make, mlpexp: Call, tmp_path: Path) -> None:
    draw = np.random.default_rng(3)
    heat = ["oil", "gas", "pump"]
    rows = [f"{area:.1f},{heat[i % 3]},{3000 * area:.0f}" for i, area in enumerate(draw.uniform(50, 150, 60))]
    write(tmp_path, "sales.csv", rows, "area,heating,sold")
    run = trained(SALES.replace(", missing: {size: mean}", ""))
    others = [row.replace("gas", "wood").replace("oil", "pump") for row in rows]
    write(tmp_path, "later.csv", others, "area,heating,sold")
    answer = mlpexp("evaluate", run.path, "--on", "later.csv", "-o", "later", "--wide")
    assert answer.code == 0, answer.err
    lines = [line.split() for line in answer.out.splitlines()]
    first = next(line for line in lines if line[:3] == ["mean", "absolute", "error"])
    assert re.fullmatch(r"\d{1,3},\d{3}", first[5])
    assert any(line[:2] == ["sold", "(target)"] and re.fullmatch(r"\d{3},\d{3}", line[5]) for line in lines)
    assert "R² compares errors with the spread of what is true" in answer.out
    assert "heating, from training to here: " in answer.out
    assert "(not seen in training) 0 to 33.3 %" in answer.out
    shifts = {row["column"]: row for row in table(tmp_path / "later" / "shift.csv")}
    assert shifts["heating"]["most_changed"] in ("oil", "gas", "pump", "(not seen in training)")
    assert float(shifts["heating"]["share"]) != float(shifts["heating"]["learned_share"])
    assert shifts["area"]["most_changed"] == ""


def test_what_chance_does_stands_beside_each_distance(trained: Make, mlpexp: Call, tmp_path: Path) -> None:
    write(tmp_path, "sales.csv", sales(80, 1))
    run = trained(SALES)
    write(tmp_path, "later.csv", sales(40, 2, shift=4))
    answer = mlpexp("evaluate", run.path, "--on", "later.csv", "-o", "later")
    assert "by chance: samples of one source exceed this distance in one column of 20" in answer.out
    shifts = {row["column"]: row for row in table(tmp_path / "later" / "shift.csv")}
    assert float(shifts["price"]["by_chance"]) < float(shifts["price"]["distance"])
    assert float(shifts["size"]["by_chance"]) > float(shifts["price"]["by_chance"])  # it has missing cells
    assert 0 < float(shifts["colour"]["by_chance"]) < 1
