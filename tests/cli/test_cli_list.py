"""``mlpexp list``: what it shows, chooses and sorts by, also of what is damaged."""

import csv
import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from making.command_line import Command
from making.configs import SELECTED, TINY
from making.run_files import unsealed

Write = Callable[..., Path]


@pytest.fixture
def run(mlpexp: Command, config: Write, undrawn: None) -> Path:
    """A finished run."""
    return mlpexp("train", "-c", config(SELECTED), "-q").run


@pytest.fixture
def three(mlpexp: Command, config: Write, undrawn: None) -> list[Path]:
    """Two runs that differ in their learning rate, the second with another name, and a sweep."""
    text = config(TINY)
    early = mlpexp("train", "-c", text, "--set", "optimizer.learning_rate=0.001", "--name", "early", "-q").run
    fast = mlpexp("train", "-c", text, "--set", "model.hidden_sizes=[8]", "--name", "fast", "-q").run
    sweep = mlpexp("sweep", "-c", text, "--learning-rate", "0.01,0.1,1,2", "--seeds", "2", "-q").run
    return [early, fast, sweep]


def edit(run: Path, **changes: object) -> None:
    path = unsealed(run) / "summary.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def copied(run: Path, name: str) -> Path:
    """What of a run is listed, under another name."""
    copy = run.parent / name
    copy.mkdir()
    for file in ("config.yaml", "summary.json"):
        (copy / file).write_bytes((run / file).read_bytes())
    return copy


def cells_of(out: str) -> list[dict[str, str]]:
    """The rows of the table by heading, from the places of the headings' ends and starts."""
    heading, _, *rows = [line for line in out.splitlines() if line.strip()]
    names = [name.strip() for name in heading.split("   ") if name.strip()]
    return [dict(zip(names, [cell.strip() for cell in row.split("   ") if cell.strip()], strict=True)) for row in rows]


def names_in(out: str) -> list[str]:
    return [row["name"] for row in cells_of(out)]


def changed_before(run: Path, seconds: float) -> None:
    """Makes the run as old as that."""
    then = time.time() - seconds
    os.utime(run / "summary.json", (then, then))


class TestTable:
    def test_a_run_has_a_name_score_data_model_seeds_status_time_and_age(self, mlpexp: Command, run: Path) -> None:
        changed_before(run, 7300)
        (row,) = cells_of(mlpexp("list").out)
        assert list(row) == ["name", "score", "metric", "data", "model", "seeds", "status", "training", "age"]
        means = json.loads((run / "summary.json").read_text())["outcome"]["arms"][0]["means"]
        mean = means["best_test_accuracy"]
        assert mean["high"] == 1  # the interval of so few seeds ends there, so that half of it would say too little
        assert row["score"] == f"{mean['mean']:.4f} ({mean['low']:.4f} .. 1.0000)"
        assert (row["metric"], row["data"], row["model"], row["seeds"]) == ("test accuracy", "iris", "mlp", "3")
        assert (row["status"], row["age"]) == ("finished", "2 h")

    @pytest.mark.parametrize(("seconds", "text"), [(-3600, "0 s"), (7300, "2 h"), (86400 * 3.1, "3 d")])
    def test_ages_are_in_the_largest_unit(self, seconds: float, text: str, mlpexp: Command, run: Path) -> None:
        changed_before(run, seconds)
        assert cells_of(mlpexp("list").out)[0]["age"] == text

    def test_what_varies_between_the_configs_has_columns(self, mlpexp: Command, three: list[Path]) -> None:
        rows = cells_of(mlpexp("list").out)
        assert list(rows[0])[:4] == ["name", "score", "learning rate", "hidden sizes"]
        assert [row["learning rate"] for row in rows] == ["0.001", "0.1", "4 values"]
        assert [row["hidden sizes"] for row in rows] == ["[4]", "[8]", "[4]"]
        assert [row["seeds"] for row in rows] == ["1", "1", "4 x 2"]

    def test_results_come_oldest_first(self, mlpexp: Command, three: list[Path]) -> None:
        assert names_in(mlpexp("list").out)[:2] == ["early", "fast"]
        assert names_in(mlpexp("list", "--reverse").out)[1:] == ["fast", "early"]

    def test_each_name_finds_its_result(self, mlpexp: Command, three: list[Path], tmp_path: Path) -> None:
        hash_ = three[0].name.rpartition("-")[2]
        others = [f"20200101-000000-early-{hash_}", "20200101-000001-early-12345678", "20200102-000001-early-12345678"]
        paths = [*(copied(three[0], name) for name in [*others, "my own name"]), *three]
        (tmp_path / "fast").mkdir()  # a folder is found before a name is
        names = names_in(mlpexp("list").out)
        found = {
            Path(json.loads(mlpexp("list", "--where", f"name={name}", "--format", "json").out)[0]["folder"])
            for name in names
        }
        assert {path.name for path in found} == {path.name for path in paths}
        from mlpexp.store.listing import find_result

        assert {find_result(name, Path("runs")).name for name in names} == {path.name for path in paths}
        assert "my own name" in names
        assert "fast" not in names

    def test_an_unfinished_run_is_shown_as_what_it_is(self, mlpexp: Command, run: Path) -> None:
        edit(run, status="interrupted", outcome=None)
        (row,) = cells_of(mlpexp("list").out)
        assert (row["score"], row["status"], row["training"]) == ("-", "interrupted", "-")

    @pytest.mark.parametrize(
        "content", ["", "{", "[]", "null", '{"dataset": "x", "time": 3, "means": []}', '{"status": "finished"}']
    )
    @pytest.mark.parametrize("options", [(), ("--sort", "score"), ("--format", "json"), ("--format", "csv")])
    def test_a_damaged_run_is_listed_as_damaged_beside_the_others(
        self, content: str, options: tuple[str, ...], mlpexp: Command, run: Path
    ) -> None:
        damaged = run.parent / "20200101-000000-x"
        damaged.mkdir()
        (damaged / "config.yaml").write_text("")
        (damaged / "summary.json").write_text(content)
        result = mlpexp("list", *options)
        assert (result.code, result.err) == (0, "")
        assert "20200101-000000-x" in result.out
        assert "damaged" in result.out
        assert "finished" in result.out

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"{",
            b"\xff\xfe",
            b"- a\n- b\n",
            b"a: &a [*a]\n",
            b"a: " + b"[" * 5000,
            b"a: !!python/none x\n",
            b"[" * 100_000,
            b"- " * 100_000,
        ],
    )
    def test_a_damaged_config_varies_in_nothing(self, content: bytes, mlpexp: Command, run: Path) -> None:
        (copied(run, "20200101-000000-other-12345678") / "config.yaml").write_bytes(content)
        result = mlpexp("list")
        assert (result.code, result.err) == (0, "")
        assert names_in(result.out) == ["other", "selected"]

    def test_what_is_no_run_is_not_listed(self, mlpexp: Command, run: Path) -> None:
        (run.parent / "notes.txt").write_text("")
        (run.parent / "other").mkdir()
        (run.parent / ".new-x").mkdir()
        assert names_in(mlpexp("list").out) == ["selected"]

    def test_an_empty_folder_and_none(self, mlpexp: Command, tmp_path: Path) -> None:
        result = mlpexp("list")
        assert result.code == 2
        assert result.err.startswith("error: runs: there is no such folder; `mlpexp train` makes it")
        (tmp_path / "runs").mkdir()
        assert (
            mlpexp("list", "--where", "status=finished", "--sort", "score").out
            == "no runs in runs with status=finished\n"
        )
        assert mlpexp("list").out == "no runs in runs\n"
        assert mlpexp("list", "--format", "json").out == "[]\n"
        assert mlpexp("list", "--format", "csv").out.startswith("folder,name,hash,")

    def test_a_metric_that_json_has_no_number_for_is_passed_over(self, mlpexp: Command, run: Path) -> None:
        summary = json.loads((run / "summary.json").read_text())
        means = summary["outcome"]["arms"][0]["means"]
        means["best_test_accuracy"].update(mean=None, std=None, low=None, high=None)
        edit(run, outcome=summary["outcome"])
        assert cells_of(mlpexp("list").out)[0]["metric"] == "validation accuracy"
        assert mlpexp("show", run).code == 0

    def test_a_reader_that_goes_away_sees_no_traceback(self, run: Path, tmp_path: Path) -> None:
        for i in range(3):
            copied(run, f"20200101-000000-{'x' * 100}-{i:04d}")
        for arguments in (["list"], ["check", *[run / "config.yaml"] * 50]):
            with subprocess.Popen(
                [sys.executable, "-m", "mlpexp", *map(str, arguments)], cwd=tmp_path, stdout=subprocess.PIPE,
                stderr=subprocess.PIPE, text=True,
            ) as process:  # fmt: skip
                assert process.stdout is not None
                assert process.stderr is not None
                if arguments[0] == "check":
                    process.stdout.readline()
                process.stdout.close()
                assert process.stderr.read() == ""


class TestChoosing:
    @pytest.mark.parametrize(
        ("conditions", "expected"),
        [
            (["learning_rate=0.1"], ["fast", "sweep"]),  # one of the values of the sweep
            (["optimizer.learning_rate=1e-3"], ["early"]),
            (["hidden_size=8"], ["fast"]),
            (["model.hidden_sizes=[ 4 ]"], ["early", "sweep"]),
            (["optimizer=sgd", "kind=run"], ["early", "fast"]),
            (["name=early"], ["early"]),
            (["seeds=2"], ["sweep"]),
            (["learning rate = 0.001"], ["early"]),
        ],
    )
    def test_conditions(self, conditions: list[str], expected: list[str], mlpexp: Command, three: list[Path]) -> None:
        options = [word for each in conditions for word in ("--where", each)]
        names = names_in(mlpexp("list", *options).out)
        assert [name.rpartition("-")[2] for name in names] == expected

    def test_a_value_that_no_result_has(self, mlpexp: Command, three: list[Path]) -> None:
        result = mlpexp("list", "--where", "status=finish")
        assert (result.code, result.out) == (0, "no runs in runs with status=finish; did you mean finished?\n")
        assert mlpexp("list", "--where", "learning_rate=7").out.endswith("=7; there are 0.001, 0.1, 0.01, 1, 2\n")
        assert mlpexp("list", "--where", "optimizer.beta1=0.9").out == "no runs in runs with optimizer.beta1=0.9\n"

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            (["--where", "statu=finished"], "--where: statu: no listed result has this column or key; did you mean status?"),
            (["--sort", "learning_rat"], "--sort: learning_rat: no listed result has this column or key; did you mean opt"),
            (["--where", "lr=1"], "--where: lr: no listed result has this column or key; did you mean optimizer.learning"),
            (["--where", "finished"], "--where finished: expected KEY=VALUE, for example status=finished"),
            (["--where", "hidden_sizes=["], "--where hidden_sizes=[: not valid YAML"),
            (["--sort", "scoer"], "--sort: scoer: no listed result has this column or key; did you mean score?"),
            (["--format", "jsn"], "--format: 'jsn' is not known; did you mean json?"),
        ],
    )  # fmt: skip
    def test_what_is_not_known(self, options: list[str], message: str, mlpexp: Command, three: list[Path]) -> None:
        result = mlpexp("list", *options)
        assert (result.code, result.out, len(result.err.splitlines())) == (2, "", 1)
        assert result.err.startswith(f"error: {message}")


class TestOrder:
    def test_numbers_are_sorted_as_numbers_and_what_has_none_is_last(self, mlpexp: Command, three: list[Path]) -> None:
        copied(three[0], "20200101-000000-lost-12345678")
        edit(three[0].parent / "20200101-000000-lost-12345678", outcome=None, status="failed")
        up, down = (mlpexp("list", *words).out for words in (["--sort", "score"], ["--sort", "-score"]))
        assert names_in(up)[:-1] == names_in(down)[:-1][::-1]
        assert names_in(up)[-1] == names_in(down)[-1] == "lost"
        assert names_in(mlpexp("list", "--sort", "score", "--reverse").out) == names_in(down)
        scores = [float(row["score"].split()[0]) for row in cells_of(up)[:-1]]
        assert scores == sorted(scores)

    def test_by_a_key_of_the_config(self, mlpexp: Command, three: list[Path]) -> None:
        assert names_in(mlpexp("list", "--sort", "learning_rate").out)[0::2] == ["early", "fast"]
        assert names_in(mlpexp("list", "--sort=-name").out)[-2:] == ["fast", "early"]


class TestRecords:
    def test_json_and_csv_have_everything_and_are_equal(self, mlpexp: Command, three: list[Path]) -> None:
        records = json.loads(mlpexp("list", "--format", "json").out)
        rows = list(csv.DictReader(io.StringIO(mlpexp("list", "--format", "csv").out)))
        assert [Path(record["folder"]).name for record in records] == [path.name for path in three]
        for record, row, path in zip(records, rows, three, strict=True):
            summary = json.loads((path / "summary.json").read_text())
            outcome = summary["outcome"]["arms"][summary["outcome"]["best"]]["means"][summary["metric"]["column"]]
            assert Path(record["folder"]).is_absolute()
            assert [record[name] for name in ("mean", "low", "high", "n")] == [
                outcome[name] for name in ("mean", "low", "high", "n")
            ]
            assert (record["hash"], record["seeds"]) == (summary["hash"], len(summary["seeds"]))
            assert list(record) == list(row)
            assert [row[name] for name in ("folder", "hash", "status")] == [
                record[name] for name in ("folder", "hash", "status")
            ]
            assert float(row["mean"]) == record["mean"]
        assert [record["optimizer.learning_rate"] for record in records] == [0.001, 0.1, [0.01, 0.1, 1, 2]]
        assert records[0]["modified"].endswith("+00:00")
