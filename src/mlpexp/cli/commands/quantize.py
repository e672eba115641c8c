"""``mlpexp quantize``."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mlpexp.cli.options import TABLE_FORMATS, DataDir, ResultName, RunsDir, Table, Wide, check_format, option
from mlpexp.cli.printing import print_as, print_sentences, say
from mlpexp.cli.trained import TrainedArm, folder_of, trained_arm
from mlpexp.errors import InputError
from mlpexp.report.words import counted

if TYPE_CHECKING:
    from mlpexp.quantization.measured import Quantization
    from mlpexp.results.result import ArmResult

FORMATS = (*TABLE_FORMATS, "json")
CALIBRATION_SAMPLES = 1_000


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
    if calibration_samples < 1:
        raise InputError(f"--calibration-samples {calibration_samples}: expected 1 or more")
    from mlpexp.cli.training import data_folder
    from mlpexp.results.arm_choice import chosen_seeds

    tell = say(quiet=False)
    of_arm = trained_arm(result, arm, table, runs_dir, tell)
    folder = folder_of(of_arm, "quantized", output)
    seeds = chosen_seeds(of_arm, seed, tell)
    from mlpexp.quantization.measured import measured
    from mlpexp.results.networks import networks_of

    networks = networks_of(of_arm, seeds, data_dir=data_folder(data_dir), say=tell)
    quantization = measured(networks, data_folder(data_dir), calibration_samples, tell)
    _write(quantization, folder)
    _print(of_arm, quantization, format_, wide=wide)
    print_sentences(_sentences(quantization, folder), err=True)


def _write(quantization: "Quantization", folder: Path) -> None:
    """A file for each network, and both tables."""
    from mlpexp.report.tables.quantization import by_seed, records
    from mlpexp.report.tables.text_table import records_csv
    from mlpexp.store.beside import appearing
    from mlpexp.store.files import write_bytes, write_text

    with appearing(folder) as building:
        for one in quantization.every:
            write_bytes(building / f"seed-{one.seed}.{one.name}.safetensors", one.file.content)
        write_text(building / "quantization.csv", records_csv(records(quantization)))
        write_text(building / "quantization_by_seed.csv", records_csv(by_seed(quantization)))


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


def _sentences(quantization: "Quantization", folder: Path) -> list[str]:
    """What the numbers are."""
    seeds = len(quantization.seeds)
    interval = "of one seed there is no interval" if seeds == 1 else "intervals are of new seeds on these samples"
    return [
        f"{counted(seeds, 'seed')}, {counted(quantization.test_samples, 'test sample')}; {interval}",
        f"int8: nothing is the trained network, in {quantization.rows[0].name}; all is weights and activations",
        f"levels of activations: from the least to the largest value over "
        f"{counted(quantization.calibration_samples, 'training sample')}",
        "bound: proven for each of these samples; most errors cancel, so that differences stay far below it",
        "a logit is what the last layer gives for a class, before softmax"
        if quantization.is_classes
        else "outputs are in the unit that is learned",
        *_of_files(quantization),
        f"written: {folder}",
    ]


def _of_files(quantization: "Quantization") -> list[str]:
    """What the bytes are, and why a file of int8 is no smaller where it is not."""
    from mlpexp.report.words import span

    trained, *small = quantization.rows
    headers, numbers = ([getattr(row, name) for row in small] for name in ("header_bytes", "formula_bytes"))
    said = [
        "bytes: of the file of the first seed, its numbers and its header; the header says what they are",
        f"header: {trained.header_bytes:,} bytes of {trained.name}, {span(min(headers), max(headers), '{:,}')} of int8; "
        "it grows with the layers, not with their size",
    ]
    if larger := [row for row in small if row.bytes > trained.bytes]:
        by_header = max(row.formula_bytes for row in larger) < trained.formula_bytes
        why = "header alone" if by_header else "header and the tables of activations, 256 bytes each"
        said.append(f"int8 files are larger than that of {trained.name} here, for their {why}")
    taken = span(min(numbers), max(numbers), "{:,}")
    return [*said, f"numbers: {trained.formula_bytes:,} bytes of {trained.name}, {taken} of int8"]
