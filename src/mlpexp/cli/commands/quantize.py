"""``mlpexp quantize``."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mlpexp.api.quantizing import CALIBRATION_SAMPLES
from mlpexp.cli.options import TABLE_FORMATS, DataDir, ResultName, RunsDir, Table, Wide, check_format, option
from mlpexp.cli.printing import print_as, print_sentences, say
from mlpexp.cli.trained import TrainedArm, trained_arm

if TYPE_CHECKING:
    from mlpexp.quantization.measured import Quantization
    from mlpexp.results.result import ArmResult

FORMATS = (*TABLE_FORMATS, "json")


def quantize(
    result: ResultName,
    arm: TrainedArm = None,
    seed: Annotated[int | None, option("--seed", help="The network of one seed [default: of each].")] = None,
    calibration_samples: Annotated[
        int,
        typer.Option(
            "--calibration-samples", help="Training samples whose ranges decide the levels of activations.", metavar="N"
        ),
    ] = CALIBRATION_SAMPLES,
    format_: Annotated[str, typer.Option("--format", help="table, markdown, latex, csv or json.")] = "table",
    output: Annotated[
        Path | None,
        option("--output", "-o", help="Write into this new folder [default: RESULT-quantized].", metavar="FOLDER"),
    ] = None,
    wide: Wide = False,
    table: Table = None,
    runs_dir: RunsDir = Path("runs"),
    data_dir: DataDir = None,
) -> None:
    """Make trained networks int8, and say what that costs: scores before and after, paired by seed, and bytes."""
    check_format(format_, FORMATS)
    from mlpexp.api.judging import folder_of
    from mlpexp.api.quantizing import quantize as quantized
    from mlpexp.cli.training import data_folder

    tell = say(quiet=False)
    of_arm = trained_arm(result, arm, table, runs_dir, tell)
    folder = folder_of(of_arm, "quantized", output)
    made = quantized(of_arm, seed, calibration_samples, data_dir=data_folder(data_dir), say=tell)
    made.write(folder)
    _print(of_arm, made.found, format_, wide=wide)
    print_sentences([*made.sentences, f"written: {folder}"], err=True)


def _print(arm: "ArmResult", quantization: "Quantization", format_: str, *, wide: bool) -> None:
    """The table in a format."""
    from mlpexp.report.tables.quantization import quantization_table, records

    if format_ == "json":
        from mlpexp.store.json_files import as_json

        told = {"result": arm.result.path.name, "arm": arm.number, "label": arm.label, "seeds": quantization.seeds}
        score = {"score": quantization.score.name, "calibration_samples": quantization.calibration_samples}
        typer.echo(as_json({**told, **score, "rows": records(quantization)}), nl=False)
    elif format_ == "csv":
        from mlpexp.report.tables.text_table import records_csv

        typer.echo(records_csv(records(quantization)), nl=False)
    else:
        print_as(quantization_table(quantization), format_, wide=wide)
