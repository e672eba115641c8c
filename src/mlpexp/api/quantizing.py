"""Networks made int8, and what that costs."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mlpexp.asking import keyword
from mlpexp.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

    from mlpexp.quantization.measured import Quantization
    from mlpexp.results.arm_choice import Say
    from mlpexp.results.result import ArmResult

CALIBRATION_SAMPLES = 1_000


@dataclass(frozen=True, eq=False, repr=False)
class Quantized:
    """Scores and bytes before and after, paired by seed."""

    found: "Quantization"
    """All numbers, and the files."""

    @property
    def table(self) -> "pd.DataFrame":
        """A row for the trained networks and for each kind of int8: scores, differences, bytes."""
        import pandas as pd

        from mlpexp.report.tables.quantization import records

        return pd.DataFrame(records(self.found))

    @property
    def by_seed(self) -> "pd.DataFrame":
        """A row for each kind and seed."""
        import pandas as pd

        from mlpexp.report.tables.quantization import by_seed

        return pd.DataFrame(by_seed(self.found))

    @property
    def sentences(self) -> list[str]:
        """What the numbers are."""
        from mlpexp.report.words import counted

        found, seeds = self.found, len(self.found.seeds)
        interval = "of one seed there is no interval" if seeds == 1 else "intervals are of new seeds on these samples"
        return [
            f"{counted(seeds, 'seed')}, {counted(found.test_samples, 'test sample')}; {interval}",
            f"int8: nothing is the trained network, in {found.rows[0].name}; all is weights and activations",
            f"levels of activations: from the least to the largest value over "
            f"{counted(found.calibration_samples, 'training sample')}",
            "bound: proven for each of these samples; most errors cancel, so that differences stay far below it",
            "a logit is what the last layer gives for a class, before softmax"
            if found.is_classes
            else "outputs are in the unit that is learned",
            *_of_files(found),
        ]

    def write(self, folder: Path) -> None:
        """Writes a file for each network, and both tables, into a new folder.

        Raises:
            RunError: It cannot be written.
        """
        from mlpexp.report.tables.quantization import by_seed, records
        from mlpexp.report.tables.text_table import records_csv
        from mlpexp.store.beside import appearing
        from mlpexp.store.files import write_bytes, write_text

        with appearing(folder) as building:
            for network in self.found.every:
                write_bytes(building / f"seed-{network.seed}.{network.name}.safetensors", network.file.content)
            write_text(building / "quantization.csv", records_csv(records(self.found)))
            write_text(building / "quantization_by_seed.csv", records_csv(by_seed(self.found)))

    def __repr__(self) -> str:
        from mlpexp.report.tables.quantization import quantization_table
        from mlpexp.report.tables.text_layout import as_text

        return "\n".join([as_text(quantization_table(self.found)), *self.sentences])


def quantize(
    arm: "ArmResult",
    seed: int | None = None,
    calibration_samples: int = CALIBRATION_SAMPLES,
    *,
    data_dir: str | None = None,
    say: "Say",
) -> Quantized:
    """Makes networks int8; nothing is written.

    Args:
        arm: Of a result that has ended.
        seed: Which network; None: each that ended well.
        calibration_samples: Training samples whose ranges decide the levels of activations.
        data_dir: Where image data sets lie.
        say: Is told which seeds are left out, and what takes time.

    Raises:
        InputError: There is no such seed, or data that are needed are not there.
        RunError: A file is damaged.
    """
    if calibration_samples < 1:
        raise InputError(f"{keyword('calibration-samples', calibration_samples)}: expected 1 or more")
    from mlpexp.quantization.measured import measured
    from mlpexp.results.arm_choice import chosen_seeds
    from mlpexp.results.networks import networks_of

    networks = networks_of(arm, chosen_seeds(arm, seed, say), data_dir=data_dir, say=say)
    return Quantized(measured(networks, data_dir, calibration_samples, say))


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
