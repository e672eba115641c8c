"""Reading a large table, against `pandas.read_csv` on the same file: processor time and peak memory.

Two files of 1,000,000 rows: 20 numbers; 5 numbers and 5 categories with 3 to 20 levels. `cells` reads the file into columns,
`data set` goes on to the inputs that a network gets. Each measurement is a process of its own, in turns; imports do not count.
Memory is the difference of the process's largest resident size before and after. (Linux)

Claim: at most twice the time and memory of pandas; but for the memory of the data set of categories, whose one-hot inputs
(47 numbers a row, 376 MB) alone are 1.9 times what pandas takes at most.

    python benchmarks/reading_tables.py [--rounds N] [--rows N]
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import process_time

ROWS = 1_000_000
# A virtual machine gets memory that it has not used for some seconds anew, which takes up to 2 ms a megabyte: hence 1 GB in
# large pages (NumPy asks for these) and 1 GB in small ones is used, and freed, before each measurement.
USE_MEMORY = "import numpy; large = numpy.ones(125_000_000); small = bytearray(1_000_000_000).replace(b'a', b'b')"
LEVELS = {"city": 20, "colour": 8, "size": 5, "day": 7, "kind": 3}
SMALL = "a,b,c,y\n" + "1.5,2,red,0\n2.5,3,blue,1\n" * 20


def write_numbers(path: Path, rows: int) -> None:
    """20 columns of numbers with six digits, the last of them the target."""
    import numpy as np
    import pandas as pd

    values = np.random.default_rng(0).normal(size=(rows, 20)).round(5)
    pd.DataFrame(values, columns=[f"x{place}" for place in range(19)] + ["y"]).to_csv(path, index=False)


def write_categories(path: Path, rows: int) -> None:
    """5 columns of numbers, the last of them the target, and 5 of words."""
    import numpy as np
    import pandas as pd

    generator = np.random.default_rng(0)
    words = {name: [f"{name} {place}" for place in range(count)] for name, count in LEVELS.items()}
    columns = {name: generator.choice(levels, rows) for name, levels in words.items()}
    numbers = {name: generator.normal(size=rows).round(5) for name in ("a", "b", "c", "d", "y")}
    pd.DataFrame({**columns, **numbers}).to_csv(path, index=False)


FILES = {"20 numbers": write_numbers, "5 numbers, 5 categories": write_categories}


def with_pandas(path: Path) -> object:
    import pandas as pd

    return pd.read_csv(path)


def cells(path: Path) -> object:
    from mlpexp.data.tables.layout import Asked
    from mlpexp.data.tables.table_file import Reading, read_file

    return read_file(path, Reading(Asked()))


def data_set(path: Path) -> object:
    from mlpexp.config.datasets import Csv
    from mlpexp.data.tables.read import read_table

    return read_table(Csv.model_validate({"name": "csv", "path": str(path), "target": "y", "task": "regression"}))


READERS: dict[str, Callable[[Path], object]] = {
    "pandas.read_csv": with_pandas,
    "mlpexp, cells": cells,
    "mlpexp, data set": data_set,
}


def peak_megabytes() -> float:
    """The largest resident size of this process; unlike ``ru_maxrss`` without that of the process that started it."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1000


def read_once(reader: str, path: Path) -> None:
    """Prints seconds and megabytes, after a small file that imports everything."""
    with tempfile.TemporaryDirectory() as folder:
        small = Path(folder) / "small.csv"
        small.write_text(SMALL)
        READERS[reader](small)
    before, started = peak_megabytes(), process_time()
    table = READERS[reader](path)
    print(process_time() - started, peak_megabytes() - before)
    del table


def measured(reader: str, path: Path) -> tuple[float, float]:
    subprocess.run([sys.executable, "-c", USE_MEMORY], check=True)
    command = [sys.executable, __file__, "--once", reader, str(path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    seconds, megabytes = map(float, done.stdout.split())
    return seconds, megabytes


def compare(path: Path, rounds: int) -> None:
    """Prints medians with ranges, and the medians of the ratios to pandas within a round."""
    results: dict[str, list[tuple[float, float]]] = {reader: [] for reader in READERS}
    for _ in range(rounds):
        for reader in READERS:
            results[reader].append(measured(reader, path))
    print("| reader | s | ratio | MB | ratio |")
    print("| --- | ---: | ---: | ---: | ---: |")
    reference = results["pandas.read_csv"]
    for reader, values in results.items():
        row = [reader]
        for quantity, digits in ((0, 2), (1, 0)):
            own = [value[quantity] for value in values]
            row.append(f"{median(own):,.{digits}f} ({min(own):,.{digits}f} .. {max(own):,.{digits}f})")
            ratios = [value[quantity] / other[quantity] for value, other in zip(values, reference, strict=True)]
            row.append("" if reader == "pandas.read_csv" else f"{median(ratios):.2f}x")
        print(f"| {' | '.join(row)} |", flush=True)
    print(f"\nn = {rounds} rounds, load of the machine {os.getloadavg()[0]:.1f}\n")


def main(rounds: int, rows: int) -> None:
    from side_by_side import header

    header("Reading tables: seconds of processor, peak memory")
    with tempfile.TemporaryDirectory() as folder:
        for title, write in FILES.items():
            path = Path(folder) / "table.csv"
            write(path, rows)
            print(f"{rows:,} rows, {title} ({path.stat().st_size / 1e6:,.0f} MB)\n")
            compare(path, rounds)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--once", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.once:
        read_once(options.once[0], Path(options.once[1]))
    else:
        main(options.rounds, options.rows)
