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
    from mlpexp.store.beside import refuse_results

    refuse_results("--to", to)
    from mlpexp.cli.training import data_folder
    from mlpexp.export.export import check_new, export, format_of, scheme_of, seed_of, sentences
    from mlpexp.results.networks import networks_of

    tell, folder = say(quiet=False), data_folder(data_dir)
    scheme = scheme_of(int8=int8, weights=int8_weights)
    format_of(to, int8=scheme is not None)
    check_new(to)
    of_arm = trained_arm(result, arm, table, runs_dir, tell)
    networks = networks_of(of_arm, [seed_of(of_arm, seed, tell)], data_dir=folder, say=tell)
    print_sentences(sentences(export(networks, to, folder, scheme=scheme)))
