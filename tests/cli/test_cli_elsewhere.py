"""A project that is moved goes on: what its results say of its tables, and what they do not say."""

import json
import shutil
from pathlib import Path

import pytest
import yaml

from making.command_line import Command
from making.stopping import FULL, before_replacing

NET = """\
dataset: {name: csv, path: ../tables/a.csv, target: kind}
model: {name: mlp, hidden_sizes: [4]}
optimizer: {name: adam, learning_rate: 0.05}
training: {batch_size: 8, epochs: 4}
diagnostics: full
seeds: 2
"""
BOTH = ("--over", "dataset.path=tables/a.csv,tables/b.csv", "--seeds", 2)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mlpexp: Command) -> Path:
    """A folder with configs and tables, in which the user stands."""
    folder = tmp_path / "mine"
    (folder / "configs").mkdir(parents=True)
    (folder / "tables").mkdir()
    for name, count in (("a", 40), ("b", 36)):
        rows = [f"{i / 10},{(i * 7) % 11},{'red' if i % 2 else 'blue'},{'a' if i < 20 else 'b'}" for i in range(count)]
        (folder / "tables" / f"{name}.csv").write_text("length,width,colour,kind\n" + "\n".join(rows) + "\n")
    (folder / "configs" / "net.yaml").write_text(NET)
    monkeypatch.chdir(folder)
    return folder


def results_of(run: Path) -> dict[str, bytes]:
    """The tables of a result."""
    files = [run / "metrics.csv", run / "trials.csv", *run.glob("evaluation/*")]
    return {str(path.relative_to(run)): path.read_bytes() for path in files}


def stopped(mlpexp: Command, patch: pytest.MonkeyPatch, *arguments: object, stacks: int = 0) -> Path:
    """The result of a command that is interrupted when it has trained so many stacks."""
    done = []

    def stop(path: Path) -> None:
        done.append(path)
        if len(done) > stacks:
            raise KeyboardInterrupt

    before = set(Path("runs").glob("*"))
    with patch.context() as context:
        before_replacing(context, "done.json", stop)
        assert mlpexp(*arguments, "--quiet").code == 130
    (result,) = set(Path("runs").glob("*")) - before
    return result


def moved(project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Copies the project and removes it where it was; the user stands in the new one."""
    target = project.parent / "other place" / "deeper" / "theirs"
    shutil.copytree(project, target)
    monkeypatch.chdir(target)
    shutil.rmtree(project)
    return target


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize("command", [("train", "configs/net.yaml"), ("sweep", "configs/net.yaml", *BOTH)])
def test_a_moved_project_goes_on_and_trains_again(
    command: tuple, mlpexp: Command, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = mlpexp(*command, "--set", "keep={weights: none}", "-q").run
    begun = stopped(mlpexp, monkeypatch, *command, stacks=int(command[0] == "sweep"))
    moved(project, monkeypatch)
    assert mlpexp(command[0], "--resume", begun, "-q").code == 0
    assert results_of(begun)["metrics.csv"] == results_of(whole)["metrics.csv"]
    again = mlpexp(command[0], "--config", whole / "config.yaml", "-q").run
    assert results_of(again) == results_of(whole)
    name_and_hash = slice(16, 16 + len("csv-mlp-01234567") + 6 * (command[0] == "sweep"))
    assert again.name[name_and_hash] == whole.name[name_and_hash]
    assert (again / "config.yaml").read_bytes() == (whole / "config.yaml").read_bytes()
    assert (again / "plan.json").read_bytes() == (whole / "plan.json").read_bytes()
    arm = ("--arm", 1) if command[0] == "sweep" else ()
    explained = mlpexp("explain", whole, *arm)
    assert explained.code == 0 and "trained again" in explained.err
    if arm:
        shown = mlpexp("show", whole, *arm)
        assert yaml.safe_load(shown.out)["dataset"]["path"] == "tables/b.csv"
        assert mlpexp("plot", whole, *arm).code == 0


@pytest.mark.slow
def test_no_file_of_a_result_names_a_folder_that_was_not_typed(
    mlpexp: Command, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(project.parent))
    mlpexp("train", "configs/net.yaml", "--set", "keep={weights: all, data: yes}", "-q")
    mlpexp("train", "--data", "tables/a.csv", "--target", "kind", "--epochs", 2, "-q")
    mlpexp("sweep", "configs/net.yaml", *BOTH, "--runs-dir", "../runs", "-q")
    (project / "tables" / "two").mkdir()
    shutil.copy("tables/b.csv", "tables/two/a.csv")
    mlpexp("sweep", "configs/net.yaml", "--over", "dataset.path=tables/a.csv,tables/two/a.csv", "--seeds", 2, "-q")
    stopped(mlpexp, monkeypatch, "train", "configs/net.yaml")
    with monkeypatch.context() as context:  # the reason that is kept has the path of the file
        before_replacing(context, "trials.csv", FULL)
        assert mlpexp("train", "configs/net.yaml", "--runs-dir", project / "failed").code == 1
    results = [*Path("runs").iterdir(), *Path("../runs").iterdir(), *Path("failed").iterdir()]
    assert len(results) == 6
    files = [path for result in results for path in result.rglob("*") if path.is_file()]
    assert len(files) > 60
    name = project.parent.name.encode()  # of the home folder, and on the way to everything
    assert [path for path in files if name in path.read_bytes()] == []


def path_in(result: Path) -> str:
    return str(yaml.safe_load((result / "config.yaml").read_text())["dataset"]["path"])


@pytest.mark.usefixtures("undrawn")
def test_words_that_name_a_place_by_themselves_stay_as_typed(
    mlpexp: Command, project: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    quick = ("--target", "kind", "--epochs", 1, "--seeds", 1, "-q")
    absolute = str(project / "tables" / "a.csv")
    assert path_in(mlpexp("train", "--data", absolute, *quick).run) == absolute
    assert path_in(mlpexp("train", "--data", "~/mine/tables/a.csv", *quick).run) == "~/mine/tables/a.csv"
    tilde = mlpexp("train", "configs/net.yaml", "--set", "dataset.path=~/mine/tables/a.csv", "-q").run
    assert path_in(tilde) == "~/mine/tables/a.csv"
    assert mlpexp("train", tilde, "-q").code == 0
    # Results outside the home folder: the way to a table in it would name it.
    monkeypatch.setenv("HOME", str(project))
    outside = mlpexp("train", "configs/net.yaml", "--runs-dir", "../runs", "-q").run.resolve()
    assert path_in(outside) == "~/tables/a.csv"
    monkeypatch.chdir(tmp_path)
    assert mlpexp("train", outside / "config.yaml", "-q").code == 0


@pytest.mark.usefixtures("undrawn")
def test_a_result_alone_asks_for_its_table(
    mlpexp: Command, project: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    whole = mlpexp("train", "configs/net.yaml", "--set", "keep.weights=none", "-q").run
    begun = stopped(mlpexp, monkeypatch, "train", "configs/net.yaml")
    table, other = tmp_path / "renamed.csv", tmp_path / "b.csv"
    shutil.copy("tables/a.csv", table)
    shutil.copy("tables/b.csv", other)
    for name, result in (("whole", whole), ("begun", begun)):
        shutil.copytree(result, tmp_path / "alone" / name)
    monkeypatch.chdir(tmp_path / "alone")
    shutil.rmtree(project)
    for command in (("explain", "whole"), ("train", "--resume", "begun")):
        answer = mlpexp(*command, "--runs-dir", ".")
        assert answer.code == 2
        assert f"the data ../../tables/a.csv are not there (looked for {tmp_path}/tables/a.csv and " in answer.err
        assert "data/a.csv); --table FILE names it" in answer.err and len(answer.err.splitlines()) == 1
        wrong = mlpexp(*command, "--runs-dir", ".", "--table", other)
        began = json.loads(Path("whole/plan.json").read_text())["arms"][0]["data"]
        assert wrong.code == 1
        assert f"{other}: fingerprint " in wrong.err and f"when it began {began}" in wrong.err
        assert mlpexp(*command, "--runs-dir", ".", "--table", table).code == 0
    assert results_of(Path("begun"))["metrics.csv"] == results_of(Path("whole"))["metrics.csv"]
    anew = mlpexp("train", "--config", "whole/config.yaml")
    assert anew.code == 2 and "dataset.path: the data ../../tables/a.csv are not there" in anew.err
    assert "--data FILE names it" in anew.err
    assert mlpexp("train", "whole", "--data", table, "-q").code == 0
    assert "beside --resume" in mlpexp("train", "whole", "--table", table).err


@pytest.mark.usefixtures("undrawn")
def test_tables_of_a_sweep_are_named_alike(
    mlpexp: Command, project: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    begun = stopped(mlpexp, monkeypatch, "sweep", "configs/net.yaml", *BOTH, stacks=1)
    whole = mlpexp("sweep", "configs/net.yaml", *BOTH, "-q").run
    for name, result in (("begun", begun), ("whole", whole)):
        shutil.copytree(result, tmp_path / "alone" / name)
    shutil.move("tables", tmp_path / "new")
    monkeypatch.chdir(tmp_path / "alone")
    tables = [tmp_path / "new" / name for name in ("b.csv", "a.csv")]
    unlike = mlpexp("sweep", "--resume", "begun", "--table", tmp_path / "c.csv")
    assert unlike.code == 2 and "which of the tables ../../tables/a.csv and ../../tables/b.csv is it?" in unlike.err
    assert mlpexp("sweep", "--resume", "begun", "--table", tables[0], "--table", tables[1], "-q").code == 0
    assert results_of(Path("begun"))["metrics.csv"] == results_of(Path("whole"))["metrics.csv"]


@pytest.mark.usefixtures("undrawn")
def test_a_result_that_keeps_its_tables_needs_no_other_file(
    mlpexp: Command, project: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    keep = ("--set", "keep={data: yes, weights: none}")
    whole = mlpexp("sweep", "configs/net.yaml", *BOTH, *keep, "-q").run
    assert (whole / "data" / "a.csv").read_bytes() == Path("tables/a.csv").read_bytes()
    begun = stopped(mlpexp, monkeypatch, "sweep", "configs/net.yaml", *BOTH, *keep)
    Path("tables/a.csv").write_text(Path("tables/a.csv").read_text().replace("red", "green"))  # no longer what it was
    assert mlpexp("explain", whole, "--arm", 0).code == 0
    for name, result in (("begun", begun), ("whole", whole)):
        shutil.copytree(result, tmp_path / "alone" / name)
    shutil.rmtree(project / "tables")
    monkeypatch.chdir(tmp_path / "alone")
    assert mlpexp("sweep", "--resume", "begun", "-q").code == 0
    assert results_of(Path("begun"))["metrics.csv"] == results_of(Path("whole"))["metrics.csv"]
    again = mlpexp("sweep", "--config", "whole/config.yaml", "-q").run
    assert results_of(again)["metrics.csv"] == results_of(Path("whole"))["metrics.csv"]


def test_tables_that_are_not_kept_are_said(mlpexp: Command, project: Path) -> None:
    none = mlpexp("train", "iris/mlp", "--set", "keep.data=yes")
    assert (
        none.code == 2
        and "keep.data: only tables and .npz files are copied, and iris is none; leave it out" in none.err
    )
    rows = "".join(f"{i},{i % 7},{'ab'[i % 2]}\n" for i in range(120_000))
    Path("tables/large.csv").write_text("length,width,kind\n" + 18 * rows)
    large = mlpexp("check", "configs/net.yaml", "--set", "keep.data=yes", "--set", "dataset.path=tables/large.csv")
    assert large.code == 2
    assert "keep.data: large.csv has 21.8 MB; only files up to 20 MB are copied" in large.err
    assert not Path("runs").exists()


@pytest.mark.usefixtures("undrawn")
def test_results_of_before_which_name_the_whole_path_go_on(
    mlpexp: Command, project: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    begun = stopped(mlpexp, monkeypatch, "train", "--config", "configs/net.yaml", "--set",
                    f"dataset.path={project / 'tables' / 'a.csv'}")  # fmt: skip
    assert path_in(begun).startswith("/")
    shutil.copytree(begun, tmp_path / "copy")
    monkeypatch.chdir(tmp_path)
    assert mlpexp("train", "--resume", "mine" / begun, "-q").code == 0
    shutil.move("mine/tables/a.csv", "there.csv")
    assert "looked for" in mlpexp("train", "--resume", "copy", "--runs-dir", ".").err
    assert mlpexp("train", "--resume", "copy", "--runs-dir", ".", "--table", "there.csv", "-q").code == 0


def test_results_of_one_table_in_two_places_are_compared(
    mlpexp: Command, project: Path, monkeypatch: pytest.MonkeyPatch, undrawn: None
) -> None:
    first = mlpexp("train", "configs/net.yaml", "-q").run
    Path("more").mkdir()
    shutil.copy("tables/a.csv", "more/a.csv")
    second = mlpexp(
        "train", "configs/net.yaml", "--data", "more/a.csv", "--set", "optimizer.learning_rate=0.1", "-q"
    ).run
    compared = mlpexp("compare", first, second)
    assert compared.code == 0, compared.err
    assert "learning_rate" in compared.out and str(project) not in compared.out
