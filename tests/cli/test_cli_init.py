"""``mlpexp init``: a first config that is checked, trains, and says what else each key may be."""

import json
from itertools import pairwise
from pathlib import Path

import pytest
import torch
import yaml

from making.command_line import Command
from making.picture_folders import for_example
from making.terminal import on_a_terminal
from mlpexp.config.load import read_source, validated
from mlpexp.config.yaml_source import read_yaml
from mlpexp.planning.first_config import AXES, data_names

pytestmark = pytest.mark.usefixtures("lazy_disk", "undrawn")
HOUSES = "id,area,city,price\n" + "".join(
    f"{row},{30 + 7 * (row % 23)},{'Oslo' if row % 3 else 'Rome'},{90000 + 21000 * (row % 23) + row}\n"
    for row in range(60)
)
CASES = [
    ["--data", "iris"],
    ["--data", "iris", "--model", "som"],
    ["--data", "houses.csv", "--target", "price"],
    ["--data", "houses.csv", "--target", "city", "--sweep", "learning_rate"],
    ["--data", "digits", "--model", "mlp", "--sweep", "hidden_size,batch_size"],
]


@pytest.fixture(autouse=True)
def houses(mlpexp: Command) -> None:
    Path("houses.csv").write_text(HOUSES)


@pytest.mark.parametrize("arguments", CASES, ids=" ".join)
def test_it_is_checked_and_trains(mlpexp: Command, arguments: list[str]) -> None:
    answer = mlpexp("init", *arguments, "-o", "mine.yaml")
    assert (answer.code, answer.err) == (0, "")
    command = "sweep" if "--sweep" in arguments else "train"
    assert answer.out.endswith(f"next: mlpexp {command} mine.yaml\n")
    assert mlpexp("check", "mine.yaml").code == 0
    trained = mlpexp(command, "mine.yaml", "--epochs", "2", "--seeds", "2", "--quiet", "--device", "cpu")
    assert trained.code == 0, trained.err


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA GPU")
def test_it_trains_on_a_card(mlpexp: Command) -> None:
    assert mlpexp("init", "--data", "iris", "-o", "mine.yaml").code == 0
    assert mlpexp("train", "mine.yaml", "--epochs", "2", "--quiet", "--device", "cuda").code == 0


@pytest.mark.parametrize("name", data_names())
def test_every_data_set_by_name(mlpexp: Command, name: str) -> None:
    assert mlpexp("init", "--data", name).code == 0
    assert validated(read_source(Path(f"{name}.yaml"))).dataset.name == name


@pytest.mark.parametrize("word", AXES)
def test_every_axis(mlpexp: Command, word: str) -> None:
    answer = mlpexp("init", "--sweep", word)
    assert answer.code == 0, answer.err
    assert "sweep of 3 arms" in answer.out
    assert list(read_yaml(Path("iris.yaml")).data["sweep"]["over"]) == [word]


def test_an_axis_of_a_map_has_the_words_of_a_map(mlpexp: Command) -> None:
    assert mlpexp("init", "--model", "som", "--sweep", "init").code == 0
    assert read_yaml(Path("iris.yaml")).data["sweep"]["over"] == {"init": ["random", "samples", "pca"]}


def test_a_name_of_a_file_writes_no_keys(mlpexp: Command) -> None:
    assert mlpexp("init", "-o", "a\nseeds: 3 #.yaml").code == 0
    assert read_yaml(Path("a\nseeds: 3 #.yaml")).data["seeds"] == 10


def test_pictures(mlpexp: Command) -> None:
    for_example(Path())
    (folder,) = [path for path in Path().iterdir() if path.is_dir()]
    assert mlpexp("init", "--data", str(folder), "-o", "mine.yaml").code == 0
    data = read_yaml(Path("mine.yaml")).data
    assert (data["dataset"]["path"], data["model"]["name"]) == (str(folder), "cnn")


def test_each_key_has_a_comment_and_the_table_is_told(mlpexp: Command) -> None:
    mlpexp("init", "--data", "houses.csv", "--target", "price", "-o", "mine.yaml")
    lines = Path("mine.yaml").read_text(encoding="utf-8").splitlines()
    for above, line in pairwise(lines):
        assert line == "" or line.lstrip().startswith("#") or above.lstrip().startswith("#"), line
        assert len(line) <= 100
    text = "\n".join(lines)
    assert "60 rows" in text
    assert "`id` counts the rows" in text
    assert "# Or: adagrad, adamw, rmsprop, sgd." in text
    assert "It holds numbers, so the loss is mean_squared_error" in text.replace("\n  # ", " ")
    assert "mlpexp keys --config mine.yaml" in text


def test_a_table_is_found_from_another_folder(mlpexp: Command) -> None:
    Path("configs").mkdir()
    assert mlpexp("init", "--data", "houses.csv", "--target", "city", "-o", "configs/a b.yaml").code == 0
    assert read_yaml(Path("configs/a b.yaml")).data["dataset"]["path"] == "../houses.csv"
    assert "mlpexp train 'configs/a b.yaml'" in Path("configs/a b.yaml").read_text()
    assert mlpexp("check", "configs/a b.yaml").code == 0


ODD_NAMES = [
    "yes: no",
    "yes",
    "1e3",
    "1_000",
    "1:30",
    "2024-01-01",
    "null",
    "-",
    "#",
    "a #b",
    "[a]",
    "=",
    "a'b",
    "a\\b",
    "价",
]


@pytest.mark.parametrize("name", ODD_NAMES)
def test_names_that_yaml_would_read_otherwise(mlpexp: Command, name: str) -> None:
    Path("houses.csv").write_text(HOUSES.replace("city", name), encoding="utf-8")
    answer = mlpexp(
        "init", "--data", "houses.csv", f"--target={name}", "--set", f"dataset.exclude=[{json.dumps(name + 'x')}, id]"
    )
    assert answer.code == 2
    assert "exclude" in answer.err  # there is no such column
    assert mlpexp("init", "--data", "houses.csv", f"--target={name}", "--set", "dataset.exclude=[id]").code == 0
    text = Path("houses.yaml").read_text(encoding="utf-8")
    read = read_yaml(Path("houses.yaml")).data
    assert (read["dataset"]["target"], read["dataset"]["exclude"]) == (name, ["id"])
    assert yaml.safe_load(text) == read  # programs for YAML 1.1, as most editors are, read the same


MENDED = [
    ("a,when,y\n" + "".join(f"{row},2024-01-{row + 1:02d},{row % 2}\n" for row in range(20)), "dataset.dates={when: ordinal}"),
    ("a,b,y\n" + "".join(f"{row},{'' if row == 3 else row % 5},{row % 2}\n" for row in range(20)), "dataset.missing=drop"),
]  # fmt: skip


@pytest.mark.parametrize(("table", "change"), MENDED, ids=["dates", "missing"])
def test_what_else_must_be_said_of_a_table(mlpexp: Command, table: str, change: str) -> None:
    Path("t.csv").write_text(table)
    assert mlpexp("init", "--data", "t.csv", "--target", "y").code == 2
    assert not Path("t.yaml").exists()
    answer = mlpexp("init", "--data", "t.csv", "--target", "y", "--set", change, "--set", "epochs=5")
    assert (answer.code, answer.err) == (0, "")
    data = read_yaml(Path("t.yaml")).data
    assert (data["dataset"]["target"], data["training"]["epochs"]) == ("y", 5)
    assert mlpexp("check", "t.yaml").code == 0


def test_a_change_that_cannot_be_is_named_as_it_was_typed(mlpexp: Command) -> None:
    answer = mlpexp("init", "--set", "epochs=0")
    assert (answer.code, answer.err.startswith("error: --set epochs=0: training.epochs: ")) == (2, True), answer.err
    assert not Path("iris.yaml").exists()


def test_a_reason_does_not_outlive_its_value(mlpexp: Command) -> None:
    assert mlpexp("init", "--data", "digits", "--set", "epochs=3", "-o", "mine.yaml").code == 0
    assert "Pictures need time" not in Path("mine.yaml").read_text(encoding="utf-8")


def test_a_table_that_needs_more_is_asked_about(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(MENDED[1][0])
    said = on_a_terminal(
        "init", folder=tmp_path, typed=["t.csv", "y", "dataset.mising=drop", "dataset.missing=drop", "", "", ""]
    )
    assert "did you mean" in said
    assert read_yaml(tmp_path / "t.yaml").data["dataset"]["missing"] == "drop"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "init: here is no terminal to ask on; name the data, for example `mlpexp init --data iris`"),
        (["--data", "irs"], "--data irs: there is no such table, folder of pictures, or data set; did you mean iris?"),
        (["--data", "houses.csv"], "--target: missing; which column of houses.csv is to be predicted: id, area, city, price?"),
        (["--data", "iris", "--target", "a"], "--target a: is for tables; iris has its own, so leave it out"),
        (["--sweep", "depth"], "--sweep depth: is not known; choose from learning_rate, hidden_size, activation, optimizer, "
                               "init, batch_size"),
        (["--data", "digits", "--sweep", "hidden_size"],
         "--sweep hidden_size: means nothing for cnn; choose another axis or network"),
        (["--data", ""], ".: there are no pictures in it; each class needs a folder with its pictures"),
        (["--model", "MLP"], "--model MLP: model.name: 'MLP' is not known; did you mean mlp?"),
        (["--model", "som", "--sweep", "optimizer"],
         "--sweep optimizer: means nothing for som; choose another axis or network"),
    ],
)  # fmt: skip
def test_refused_and_nothing_is_written(mlpexp: Command, arguments: list[str], sentence: str) -> None:
    answer = mlpexp("init", *arguments)
    assert (answer.code, answer.err) == (2, f"error: {sentence}\n")
    assert [path.name for path in Path().iterdir()] == ["houses.csv"]


def test_the_name_of_the_file_stands_in_comments_alone(mlpexp: Command) -> None:
    Path("t.csv").write_text("a,b,LOG FILE\n1,2,x\n2,3,y\n3,4,x\n4,1,y\n5,2,x\n6,1,y\n")
    assert mlpexp("init", "--data", "t.csv", "--target", "LOG FILE", "-o", "my t.yaml").code == 0
    assert "# Check it:  mlpexp check 'my t.yaml'\n" in Path("my t.yaml").read_text()
    assert mlpexp("check", "my t.yaml").code == 0


def test_data_are_not_written_over(mlpexp: Command) -> None:
    Path("t.csv").write_text(text := "a,b\n1,2\n2,3\n3,4\n4,1\n5,2\n6,1\n")
    answer = mlpexp("init", "--data", "t.csv", "--target", "b", "-o", "t.csv", "--force")
    assert (answer.code, Path("t.csv").read_text()) == (2, text)
    assert "t.csv: holds the data" in answer.err


def test_what_is_there_stays(mlpexp: Command) -> None:
    Path("iris.yaml").write_text("mine")
    answer = mlpexp("init", "--data", "iris")
    assert (
        answer.err == "error: iris.yaml: is there already; name another file with -o, or write over it with --force\n"
    )
    assert Path("iris.yaml").read_text() == "mine"
    assert mlpexp("init", "--data", "iris", "--force").code == 0
    assert Path("iris.yaml").read_text() != "mine"


def test_enter_alone_gives_iris(tmp_path: Path) -> None:
    assert "Which data? (iris)" in on_a_terminal("init", folder=tmp_path, typed=[""] * 4)
    data = read_yaml(tmp_path / "iris.yaml").data
    assert (data["dataset"]["name"], data["model"]["name"], "sweep" in data) == ("iris", "mlp", False)


def test_answers_are_asked_again_until_they_can_be_used(tmp_path: Path) -> None:
    answers = ["irs", "houses.csv", "cty", "city", "", "learning_rate,hidden_size", "new.yaml"]
    said = " ".join(on_a_terminal("init", folder=tmp_path, typed=answers).split())
    assert "did you mean iris?" in said
    assert "did you mean city?" in said
    data = read_yaml(tmp_path / "new.yaml").data
    assert (data["dataset"]["target"], list(data["sweep"]["over"])) == ("city", ["learning_rate", "hidden_size"])
