"""How what a user types becomes a config file."""

from pathlib import Path

import pytest

from mlpexp.config.shipped import example_names, example_path, find_config, header
from mlpexp.errors import InputError

SHIPPED = Path(__file__).parents[2] / "configs"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "net.yaml").touch()
    (tmp_path / "net.yml").touch()
    (tmp_path / "run").mkdir()
    for name in ("config.yaml", "plan.json"):
        (tmp_path / "run" / name).touch()
    return tmp_path


def test_the_examples_are_those_of_the_folder() -> None:
    assert {example_path(name) for name in example_names()} == set(SHIPPED.rglob("*.yaml"))


@pytest.mark.parametrize("name", example_names())
def test_every_example_says_what_it_asks(name: str) -> None:
    of = header(example_path(name))
    assert of.question.rstrip(".").endswith("?") or "?" in of.question
    assert of.expected
    assert of.time
    assert of.command == ("sweep" if "\nsweep:" in example_path(name).read_text() else "train")


@pytest.mark.parametrize(
    ("typed", "path"),
    [
        ("mine/net.yaml", "mine/net.yaml"), ("mine/net", "mine/net.yaml"), ("mine\\net.yaml", "mine/net.yaml"),
        ("mine\\net", "mine/net.yaml"), ("./mine/net", "mine/net.yaml"), ("net", "net.yml"), ("run", "run/config.yaml"),
        ("run/", "run/config.yaml"),
    ],
)  # fmt: skip
def test_files_and_results(here: Path, typed: str, path: str) -> None:
    assert find_config(typed) == Path(path)
    absolute = here / typed.replace("\\", "/")
    assert find_config(str(absolute)) == here / path


@pytest.mark.parametrize("typed", ["iris/mlp", "iris/mlp.yaml", "configs/iris/mlp", "configs\\iris\\mlp.yaml"])
def test_examples_are_found_everywhere(here: Path, typed: str) -> None:
    assert find_config(typed) == SHIPPED / "iris" / "mlp.yaml"


def test_a_file_comes_before_an_example(here: Path) -> None:
    (here / "iris").mkdir()
    (here / "iris" / "mlp.yaml").touch()
    assert find_config("iris/mlp") == Path("iris/mlp.yaml")


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("iris.yaml", "did you mean iris/mlp or"), ("iris", "did you mean iris/mlp or"),
        ("spirals", "did you mean synthetic/spirals?"), ("iris/mpl", "did you mean iris/mlp?"),
        ("lenet5.yml", "did you mean mnist/lenet5?"), ("zzz", "`mlpexp examples` lists them"),
        ("mine", "mine: is a folder; name a config in it, such as net.yaml"), ("", "the name of the config is empty"),
        ("/nowhere/x.yaml", "/nowhere/x.yaml: there is no such file, and no such example"),
    ],
)  # fmt: skip
def test_what_is_not_found_is_answered(here: Path, typed: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        find_config(typed)
    assert message in str(caught.value)


def test_it_is_said_where_it_was_looked_for(here: Path) -> None:
    with pytest.raises(InputError, match=f"zzz: there is no such file in {here}"):
        find_config("zzz")
