"""Options that several commands share."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mlpexp.errors import InputError

if TYPE_CHECKING:
    from mlpexp.config.yaml_source import Override

SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set", "-s", metavar="KEY=VALUE", help="Change one key, e.g. optimizer.learning_rate=1e-3; repeatable."
    ),
]
ResultName = Annotated[
    str,
    typer.Argument(
        metavar="RESULT", help="A run or sweep: its folder, `last`, its hash, its name or any unique part of it.",
        show_default=False,
    ),
]  # fmt: skip
RunsDir = Annotated[Path, typer.Option("--runs-dir", help="The folder of all runs.")]


def overrides_from(texts: Sequence[str] | None, **shortcuts: object) -> list["Override"]:
    """``--set`` options, then shortcuts such as ``--seeds 3`` as ``seeds=3``; those not given are left out."""
    from mlpexp.config.yaml_source import Override

    overrides = [Override(text, f"--set {text}") for text in texts or ()]
    given = {key: value for key, value in shortcuts.items() if value is not None}
    return overrides + [
        Override(f"{key}={json.dumps(value)}", f"--{key.rpartition('.')[2]} {value}") for key, value in given.items()
    ]


def check_output(output: Path | None) -> None:
    """Refuses a folder that cannot be written into, or that belongs to a run or sweep.

    Raises:
        InputError: It is one of these.
    """
    if output is None:
        return
    for folder in (output.absolute(), *output.absolute().parents):
        if folder.is_file():
            raise InputError(f"--output: {folder} is a file; expected a folder")
        if (folder / "summary.json").exists():
            raise InputError(
                f"--output: {folder} is the folder of a run or sweep, which is left as it is; name another"
            )


DataDir = Annotated[
    Path | None,
    typer.Option(
        "--data-dir",
        help="The folder of image data sets [default: MLPEXP_DATA_DIR, else a cache folder].",
        show_default=False,
    ),
]
PlotFormat = Annotated[
    list[str] | None,
    typer.Option("--plot-format", help="png, svg or pdf; repeatable [default: png].", show_default=False),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print only the folder.")]
Wide = Annotated[
    bool,
    typer.Option("--wide", help="Show every column of a table, and each row in one line, however narrow the terminal."),
]
