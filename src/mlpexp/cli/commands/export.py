"""``mlpexp export``."""

from pathlib import Path
from typing import Annotated

import typer

from mlpexp.cli.options import DataDir, ResultName, RunsDir, Table, option
from mlpexp.cli.printing import print_sentences, say
from mlpexp.cli.trained import TrainedArm, trained_arm


def export(
    result: ResultName,
    to: Annotated[
        Path,
        typer.Option(
            "--to",
            metavar="FILE",
            help="The new file; .onnx, .pt2, .safetensors, .py or .json decides the format.",
            show_default=False,
        ),
    ],
    arm: TrainedArm = None,
    seed: Annotated[
        int | None,
        option("--seed", help="Whose network [default: that with the median validation score, else the first]."),
    ] = None,
    int8: Annotated[
        bool,
        option("--int8", help="Weights and activations in int8, a scale for each unit; whole numbers all the way."),
    ] = False,
    int8_weights: Annotated[
        bool, option("--int8-weights", help="Weights in int8 alone; it computes with float numbers.")
    ] = False,
    table: Table = None,
    runs_dir: RunsDir = Path("runs"),
    data_dir: DataDir = None,
) -> None:
    """Write one trained network as a file for use elsewhere; it is run again and compared before it is there."""
    from mlpexp.api.exporting import check_export

    check_export(to, int8=int8, int8_weights=int8_weights)
    from mlpexp.api.exporting import export as exported
    from mlpexp.cli.training import data_folder
    from mlpexp.export.export import sentences

    tell = say(quiet=False)
    of_arm = trained_arm(result, arm, table, runs_dir, tell)
    how = {"int8": int8, "int8_weights": int8_weights}
    print_sentences(sentences(exported(of_arm, to, seed, **how, data_dir=data_folder(data_dir), say=tell)))
