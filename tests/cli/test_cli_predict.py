"""``mlpexp predict`` from end to end: what it prints, where it goes, and what it refuses."""

import csv
import io
import json
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from making.command_line import Answer
from making.configs import SINE, TINY
from making.trained_results import Make
from mlpexp.results.networks import networks_of

pytestmark = pytest.mark.usefixtures("lazy_disk")
FLOWERS = """\
dataset: {name: iris, test_fraction: 0.3}
model: {name: mlp, hidden_sizes: [6], activation: tanh}
optimizer: {name: adam, learning_rate: 0.05}
training: {batch_size: 16, epochs: 8}
seeds: 3
"""
SWEEP = FLOWERS.replace("seeds: 3\n", "sweep: {over: {learning_rate: [0.0001, 0.05], hidden_size: [2, 6]}, seeds: 2}\n")
HOUSES = """\
dataset: {name: csv, path: houses.csv, target: price, missing: {rooms: mean, garden: category}, dates: {sold: ordinal},
  exclude: [id]}
model: {name: mlp, hidden_sizes: [4], activation: tanh}
optimizer: {name: adam, learning_rate: 0.02}
training: {batch_size: 8, epochs: 3}
seeds: 2
"""


def write_houses(folder: Path, rows: int = 30) -> None:
    lines = ["id;area;rooms;garden;sold;price"]
    for i in range(rows):
        area, rooms = f"{40 + 3 * i},5 m²", "" if i == 4 else i % 5 + 1
        garden = "" if i == 7 else ("big", "small", "no")[i % 3]
        lines.append(f"h{i};{area};{rooms};{garden};{i % 28 + 1:02}.03.2020;{100 + 7 * i}.000 €")
    (folder / "houses.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def rows_of(answer: Answer) -> list[dict[str, str]]:
    assert answer.code == 0, answer.err
    return list(csv.DictReader(io.StringIO(answer.out)))


Call = Callable[..., Answer]


def test_rows_of_a_named_data_set_are_predicted_as_by_its_networks(trained: Make, mlpexp: Call, tmp_path: Path) -> None:
    run = trained(FLOWERS)
    dataset = run.dataset
    names = list(dataset.feature_names)
    order, rows = [2, 0, 3, 1], [0, 60, 149]
    text = "nr;" + ";".join(names[place] for place in order) + ";species\n"
    for row in rows:
        cells = [str(dataset.inputs[row, place]) for place in order]
        text += f"{row};{';'.join(cells)};{dataset.class_names[dataset.targets[row]]}\n"
    (tmp_path / "some.csv").write_text(text)
    answer = mlpexp("predict", run.path, "some.csv", "--all-classes")
    said = rows_of(answer)
    networks = networks_of(run.result.arm(0))
    probabilities = networks.probabilities(dataset.inputs[rows])
    together = probabilities.mean(0)
    for i, row in enumerate(said):
        best = together[i].argmax()
        assert row["row"] == str(i + 1)
        assert row["predicted"] == dataset.class_names[best]
        assert float(row["probability"]) == pytest.approx(together[i, best], abs=1e-6)
        assert float(row["probability_sd"]) == pytest.approx(probabilities[:, i, best].std(ddof=1), abs=1e-6)
        assert float(row["agreement"]) == pytest.approx((probabilities[:, i].argmax(1) == best).mean())
        classes = [float(row[f"p({name})"]) for name in dataset.class_names]
        assert classes == pytest.approx(together[i].tolist(), abs=1e-6)
        assert row["true"] == dataset.class_names[dataset.targets[rows[i]]]
        assert row["right"] == ("yes" if row["true"] == row["predicted"] else "no")
        assert row["notes"] == ""
    assert "some.csv: not looked at: nr" in answer.err
    right = sum(row["right"] == "yes" for row in said)
    assert f"some.csv: right in {right} of 3 rows" in answer.err
    assert "mean over 3 seeds" in answer.err


def test_one_seed_has_no_spread(trained: Make, mlpexp: Call, tmp_path: Path) -> None:
    run = trained(FLOWERS)
    (tmp_path / "one.csv").write_text(",".join(run.dataset.feature_names) + "\n5,3,1.5,0.2\n")
    (row,) = rows_of(mlpexp("predict", run.path, "one.csv", "--seed", 2))
    assert row.keys() == {"row", "predicted", "probability", "notes"}
    expected = networks_of(run.result.arm(0), [2]).probabilities(np.array([[5, 3, 1.5, 0.2]])).max()
    assert float(row["probability"]) == pytest.approx(expected, abs=1e-6)
    answer = mlpexp("predict", run.path, "one.csv", "--seed", 9)
    assert (answer.code, answer.out) == (2, "")
    assert "--seed 9: is none of this result; choose one of 0, 1, 2" in answer.err


def test_a_table_is_read_as_that_of_training_and_what_is_odd_is_said(
    trained: Make, mlpexp: Call, tmp_path: Path
) -> None:
    write_houses(tmp_path)
    run = trained(HOUSES)
    before = networks_of(run.result.arm(0)).predictions(run.dataset.inputs[[3]]).mean(0)[0, 0]
    (tmp_path / "houses.csv").unlink()
    (tmp_path / "new.csv").write_text(
        "price;garden;rooms;area;sold\n"
        "121.000 €;big;4;49,5 m²;04.03.2020\n"
        ";big;;49,5 m²;04.03.2020\n"
        ";;4;49,5 m²;04.03.2020\n"
        ";biig;4;49,5 m²;04.03.2020\n"
        ";big;4;4000,5 m²;04.03.2020\n"
        ";big;4;49.5;04.03.2020\n"
        ";big;4;49,5 m²;2020-03-04\n"
        ";big;4;;04.03.2020\n",
        encoding="utf-8",
    )
    answer = mlpexp("predict", run.path, "new.csv")
    rows = rows_of(answer)
    assert float(rows[0]["predicted"]) == pytest.approx(before, rel=1e-6)
    assert float(rows[0]["true"]) == 121_000
    assert float(rows[0]["error"]) == pytest.approx(before - 121_000, rel=1e-5)
    low, high = float(rows[0]["predicted_low"]), float(rows[0]["predicted_high"])
    assert low <= float(rows[0]["predicted"]) <= high
    assert [row["notes"] for row in rows] == [
        "",
        "rooms: missing, filled in (mean of the training part)",
        "garden: missing, the level 'missing'",
        "garden: 'biig' is a level that training has not seen; all inputs of the column are 0",
        "area: 4000.5 is far outside of what training has seen (40.5 to 127.5)",
        "area: '49.5' is no number as in training (decimal comma, 'm²' behind them)",
        "sold: '2020-03-04' is no date as in training, such as '01.03.2020'",
        "area: missing, and nothing was learned to fill it in (dataset.missing)",
    ]
    assert [bool(row["predicted"]) for row in rows] == [True] * 5 + [False] * 3
    for line, row in enumerate(rows[1:], start=3):
        assert f"new.csv:{line}: {row['notes']}" in answer.err


def test_the_table_of_training_is_predicted_as_training_said(trained: Make, mlpexp: Call, tmp_path: Path) -> None:
    write_houses(tmp_path)
    run = trained(HOUSES)
    said = run.result.arm(0).evaluation("predictions").groupby("index")["predicted"].mean()
    rows = rows_of(mlpexp("predict", run.path, "houses.csv"))
    assert [float(row["predicted"]) for row in rows] == pytest.approx(said.tolist(), rel=1e-5)


def test_a_price_is_written_whole_in_a_table_and_exactly_in_a_file(trained: Make, mlpexp: Call, tmp_path: Path) -> None:
    write_houses(tmp_path)
    run = trained(HOUSES)
    (exact,) = rows_of(mlpexp("predict", run.path, "houses.csv"))[:1]
    answer = mlpexp("predict", run.path, "houses.csv", "--format", "markdown")
    heading, _, first = [[cell.strip() for cell in line.split("|")[1:-1]] for line in answer.out.splitlines()[:3]]
    shown = dict(zip(heading, first, strict=True))
    assert shown["true"] == "100,000"
    assert shown["predicted"] == f"{float(exact['predicted']):,.0f}"
    assert "e+" not in answer.out + answer.err


def test_standard_input_several_files_and_formats(
    trained: Make, mlpexp: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = trained(FLOWERS)
    header = ",".join(run.dataset.feature_names)
    (tmp_path / "a.csv").write_text(f"{header}\n5,3,1.5,0.2\n")
    text = io.TextIOWrapper(io.BytesIO(f"{header}\n6,3,5,2\n6,3,4,1\n".encode()))
    monkeypatch.setattr("sys.stdin", text)
    rows = rows_of(mlpexp("predict", run.path, "a.csv", "-"))
    assert [(row["file"], row["row"]) for row in rows] == [
        ("a.csv", "1"),
        ("standard input", "1"),
        ("standard input", "2"),
    ]
    answer = mlpexp("predict", run.path, "a.csv", "--format", "json")
    told = json.loads(answer.out)
    assert (told["result"], told["arm"], told["seeds"]) == (run.path.name, 0, [0, 1, 2])
    assert told["rows"][0]["predicted"] == rows[0]["predicted"]
    assert told["rows"][0]["probability"] == float(rows[0]["probability"])
    assert mlpexp("predict", run.path, "a.csv", "--format", "markdown").out.startswith("| row | predicted |")
    assert rows[0]["predicted"] in mlpexp("predict", run.path, "a.csv", "--format", "table").out
    answer = mlpexp("predict", run.path, "a.csv", "-o", "said.csv")
    assert answer.out == ""
    assert (tmp_path / "said.csv").read_text() == mlpexp("predict", run.path, "a.csv").out
    answer = mlpexp("predict", run.path, "a.csv", "-o", "said.csv")
    assert (answer.code, "exists, and nothing is written over" in answer.err) == (2, True)
    answer = mlpexp("predict", run.path, "a.csv", "-o", run.path / "said.csv")
    assert (answer.code, "is a result, which is left as it is" in answer.err) == (2, True)
    assert not (run.path / "said.csv").exists()


def test_an_arm_is_chosen_by_validation_data_or_asked_for(trained: Make, mlpexp: Call, tmp_path: Path) -> None:
    sweep = trained(SWEEP, "without")
    (tmp_path / "a.csv").write_text(",".join(sweep.dataset.feature_names) + "\n5,3,1.5,0.2\n")
    answer = mlpexp("predict", sweep.path, "a.csv")
    assert (answer.code, answer.out) == (2, "")
    assert (
        "--arm: this sweep has 4 arms and no validation part; choose: 0 (learning_rate=0.0001, hidden_size=2); 1"
        in (answer.err)
    )
    by_number = mlpexp("predict", sweep.path, "a.csv", "--arm", 2).out
    label = sweep.plan.arms[2].label
    assert mlpexp("predict", sweep.path, "a.csv", "--arm", label).out == by_number
    assert mlpexp("predict", sweep.path, "a.csv", "--arm", "learning_rate=0.05,hidden_size=2").out == by_number
    answer = mlpexp("predict", sweep.path, "a.csv", "--arm", "0.05")
    assert "--arm 0.05: is 2 of the 4 arms; choose: 2 (" in answer.err
    assert "--arm 7: is none of the 4 arms; choose: 0 (" in mlpexp("predict", sweep.path, "a.csv", "--arm", 7).err
    checked = trained(SWEEP.replace("test_fraction: 0.3", "test_fraction: 0.2, validation_fraction: 0.3"), "with")
    answer = mlpexp("predict", checked.path, "a.csv")
    table = checked.result.trials.groupby("arm")["best_validation_accuracy"].mean()
    assert answer.code == 0
    assert (
        f"arm {table.idxmax()} ({checked.plan.arms[table.idxmax()].label}) is the best of 4 by validation accuracy"
        in (answer.err)
    )
    assert answer.out == mlpexp("predict", checked.path, "a.csv", "--arm", table.idxmax()).out


def test_networks_that_did_not_end_well_are_not_asked(trained: Make, mlpexp: Call, tmp_path: Path) -> None:
    sweep = trained(f"{TINY}sweep: {{over: {{learning_rate: [0.1, 1.0e+30]}}, seeds: 2}}\n")
    assert {trial["status"] for trial in sweep.trials if trial["arm"] == 1} == {"diverged"}
    (tmp_path / "a.csv").write_text("x1,x2,x3\n1,2,3\n")
    answer = mlpexp("predict", sweep.path, "a.csv", "--arm", 1)
    assert (answer.code, answer.out) == (2, "")
    assert "--arm 1: none of its trials ended well; `mlpexp show` says how they did" in answer.err
    assert mlpexp("predict", sweep.path, "a.csv", "--arm", 0).code == 0


def test_one_seed_that_did_not_end_well_is_asked_with_a_warning(trained: Make, mlpexp: Call, tmp_path: Path) -> None:
    sweep = trained(f"{TINY}sweep: {{over: {{learning_rate: [0.1, 1.0e+30]}}, seeds: 2}}\n")
    (tmp_path / "a.csv").write_text("x1,x2,x3\n1,2,3\n")
    answer = mlpexp("predict", sweep.path, "a.csv", "--arm", 1, "--seed", 0)
    assert "seed 0 did not end well; its network is that of the last epoch that could be kept" in answer.err


@pytest.mark.parametrize("case", ["classes", "numbers"])
def test_what_is_not_finite_is_no_prediction(case: str, trained: Make, mlpexp: Call, tmp_path: Path) -> None:
    text = FLOWERS.replace("tanh", "relu") if case == "classes" else SINE.replace("tanh", "relu")
    run = trained(text)
    names = run.dataset.feature_names
    (tmp_path / "a.csv").write_text("".join(",".join([cell] * len(names)) + "\n" for cell in ("NAME", "1", "1e300")))
    (tmp_path / "a.csv").write_text(
        (tmp_path / "a.csv").read_text().replace("NAME,", "").replace("NAME", ",".join(names))
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        first, second = rows_of(mlpexp("predict", run.path, "a.csv", "--all-classes"))
        told = mlpexp("predict", run.path, "a.csv", "--format", "json").out
    assert first["predicted"]
    assert set(second.values()) == {"2", "", second["notes"]}
    assert second["notes"].endswith("a network gives no finite number for it")
    assert json.loads(told, parse_constant=pytest.fail)["rows"][1]["predicted"] is None


@pytest.mark.parametrize("case", ["classes", "numbers"])
def test_the_rows_of_a_part_are_predicted_in_the_bits_of_training(
    case: str, trained: Make, mlpexp: Call, tmp_path: Path
) -> None:
    write_houses(tmp_path, 60)
    run = trained(FLOWERS if case == "classes" else HOUSES.replace("target:", "test_fraction: 0.25, target:"))
    header, *rows = (tmp_path / "houses.csv").read_text(encoding="utf-8").splitlines()
    if case == "classes":
        header = ",".join(run.dataset.feature_names)
        rows = [",".join(map(repr, row)) for row in run.dataset.inputs.tolist()]
    said = run.result.arm(0).evaluation("predictions")
    for seed in run.plan.seeds:
        of_part = said[(said["seed"] == seed) & (said["part"] == "test")]
        part = "\n".join([header, *(rows[place] for place in of_part["index"])]) + "\n"
        (tmp_path / "part.csv").write_text(part, encoding="utf-8")
        again = rows_of(mlpexp("predict", run.path, "part.csv", "--seed", seed))
        number = "predicted" if case == "numbers" else "probability"
        assert [float(row[number]) for row in again] == of_part[number].tolist()


def test_how_another_table_is_written_can_be_told(trained: Make, mlpexp: Call, tmp_path: Path) -> None:
    run = trained(FLOWERS)
    header = ";".join(run.dataset.feature_names)
    (tmp_path / "plain.csv").write_text(f"{header}\n5.1;3.5;1.4;0.2\n")
    (tmp_path / "german.csv").write_text(f"{header}\n5,1;3,5;1,4;0,2\n")
    (tmp_path / "bare.csv").write_text("5.1;3.5;1.4;0.2\n")
    expected = mlpexp("predict", run.path, "plain.csv").out
    answer = mlpexp("predict", run.path, "german.csv")
    assert (answer.code, answer.out) == (2, "")
    assert "'5,1' is no number as in training (decimal point)" in answer.err
    assert "--set KEY=VALUE says how a file is written" in answer.err
    assert mlpexp("predict", run.path, "german.csv", "--set", "dataset.decimal=,").out == expected
    answer = mlpexp("predict", run.path, "bare.csv", "--set", "dataset.header=false")
    assert answer.out == expected
    assert "columns have no names, and are taken in the order of training" in answer.err
    answer = mlpexp("predict", run.path, "-", "-")
    assert (answer.code, "-: standard input can be read once; name it once" in answer.err) == (2, True)


ONE_UNIT = """\
dataset: {name: synthetic, kind: moons, samples: 60}
model: {name: mlp, hidden_sizes: [4], activation: tanh, output_activation: ACTIVATION}
loss: LOSS
optimizer: {name: adam, learning_rate: 0.05}
training: {batch_size: 16, epochs: 4}
seeds: 3
"""


@pytest.mark.parametrize(
    ("activation", "loss", "word", "middle"),
    [
        ("sigmoid", "binary_cross_entropy", "probability", 0.5),
        ("tanh", "mean_squared_error", "class_output", 0.0),
        ("none", "half_sum_squared_error", "class_output", None),
    ],
)
def test_outputs_of_other_kinds_predict_a_class(
    activation: str, loss: str, word: str, middle: float | None, trained: Make, mlpexp: Call, tmp_path: Path
) -> None:
    run = trained(ONE_UNIT.replace("ACTIVATION", activation).replace("LOSS", loss))
    points = run.dataset.inputs[:20]
    (tmp_path / "a.csv").write_text("x1,x2\n" + "".join(f"{x},{y}\n" for x, y in points.tolist()))
    rows = rows_of(mlpexp("predict", run.path, "a.csv"))
    outputs = networks_of(run.result.arm(0)).outputs(points).mean(0)
    classes = outputs.argmax(1) if middle is None else (outputs[:, 0] > middle).astype(int)
    assert outputs.shape == (20, 2 if middle is None else 1)
    assert [row["predicted"] for row in rows] == [run.dataset.class_names[number] for number in classes]
    assert len(set(classes.tolist())) == 2
    assert all(row.keys() == {"row", "predicted", word, f"{word}_sd", "agreement", "notes"} for row in rows)


def test_one_feature_alone_is_a_table(trained: Make, mlpexp: Call, tmp_path: Path) -> None:
    run = trained(SINE)
    (tmp_path / "x.csv").write_text("x\n0.5\n1\n")
    rows = rows_of(mlpexp("predict", run.path, "x.csv"))
    expected = networks_of(run.result.arm(0)).predictions(np.array([[0.5], [1.0]]))[0, :, 0]
    assert [float(row["predicted"]) for row in rows] == pytest.approx(expected.tolist(), rel=1e-5)


BAD = {
    "no column": ("x1,x2\n1,2\n", "bad.csv:1: there is no column x3, which the network needs; the file has x1, x2"),
    "a slip": ("x1,x2,x_3\n1,2,3\n", "bad.csv:1: there is no column x3, which the network needs; did you mean x"),
    "only a header": ("x1,x2,x3\n", "bad.csv:1: only a header; rows of values must follow"),
    "no row": ("x1,x2,x3\n1,2,\n", "no row could be predicted; bad.csv:2: x3: missing, and nothing was learned"),
    "infinite": ("x1,x2,x3\n1,2,inf\n", "no row could be predicted; bad.csv:2: x3: is not a finite number"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_a_table_that_does_not_fit_is_refused(case: str, trained: Make, mlpexp: Call, tmp_path: Path) -> None:
    run = trained(TINY)
    text, message = BAD[case]
    (tmp_path / "bad.csv").write_text(text)
    answer = mlpexp("predict", run.path, "bad.csv", "-o", "said.csv")
    assert (answer.code, answer.out) == (2, "")
    assert message in answer.err
    assert not (tmp_path / "said.csv").exists()


def test_what_is_no_table_result_or_format_is_refused(trained: Make, mlpexp: Call, tmp_path: Path) -> None:
    run = trained(TINY)
    for arguments, message in (
        ((run.path, "there-is-none.csv"), "there-is-none.csv: no such file"),
        ((run.path, tmp_path), "is a folder, not a file"),
        ((tmp_path / "nowhere", "x.csv"), "nowhere"),
        ((run.path, "x.csv", "--format", "jsn"), "--format: 'jsn' is not known; did you mean json"),
    ):
        answer = mlpexp("predict", *arguments)
        assert (answer.code, answer.out) == (2, ""), arguments
        assert message in answer.err
