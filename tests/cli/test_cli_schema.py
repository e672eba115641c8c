"""``mlpexp schema``: printed or written, and the line for editors stays where its file is."""

import json
from pathlib import Path

from making.command_line import Command
from making.configs import TINY
from mlpexp.config.json_schema import json_schema
from mlpexp.config.shipped import MODELINE
from mlpexp.planning.plan import make_plan


def test_it_is_printed_or_written(mlpexp: Command) -> None:
    printed = mlpexp("schema")
    assert json.loads(printed.out) == json_schema()
    written = mlpexp("schema", "-o", "schema.json")
    assert (written.code, Path("schema.json").read_text(encoding="utf-8")) == (0, printed.out)
    assert f"{MODELINE}schema.json" in written.out


def test_a_file_that_cannot_be_written(mlpexp: Command) -> None:
    answer = mlpexp("schema", "-o", "absent/schema.json")
    assert (answer.code, answer.err) == (
        2,
        "error: --output: absent/schema.json cannot be written: No such file or directory\n",
    )


def test_copies_and_results_have_no_line_for_editors(mlpexp: Command) -> None:
    assert mlpexp("examples", "iris/mlp", "--copy", "mine.yaml").code == 0
    assert MODELINE not in Path("mine.yaml").read_text(encoding="utf-8")
    assert MODELINE not in mlpexp("examples", "iris/mlp").out
    Path("t.yaml").write_text(f"{MODELINE}schema.json\n# Question: Is it so?\n{TINY}")
    assert make_plan(Path("t.yaml"), planned_by="train").as_yaml().startswith("# Question: Is it so?\n")
