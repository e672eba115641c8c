"""Seconds, memory and bytes of an older checkout and of this one, in turns: sweeps, runs, and reading their results.

BASE is a checkout of the older code, such as commit 035437a. Commands are measured as a user runs them, process start and
plots included; the configs are those in BASE. Memory is the largest process of a command, workers included. Where
neighbours are at work, seconds of processors say more than seconds. This process imports neither torch nor NumPy, since a
child's peak is never below what its parent had when it was started.

    python benchmarks/before_after.py BASE [--rounds N] [--only NAME]...
"""

import argparse
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import NamedTuple

IRIS = "-c configs/iris/mlp.yaml"
LARGE = "sweep-10000"
RUNS = {
    "sweep-1000": f"sweep {IRIS} --learning-rate log(1e-3,1,100) --seeds 10",
    LARGE: f"sweep {IRIS} --learning-rate log(1e-3,1,1000) --seeds 10",
    "train-iris": f"train {IRIS} --seeds 10",
    "train-lenet5": "train -c configs/mnist/lenet5.yaml --seeds 1 -s training.epochs=3",
}
READING = {"list": "list --runs-dir {runs}", "show": "show {result}", "compare": "compare {result}"}  # of LARGE
QUANTITIES = {"seconds": ".2f", "seconds of processors": ".2f", "MB, largest process": ",.0f"}  # as in Cost
TABLES = ("metrics.csv", "trials.csv", "diagnostics.csv", "arms.csv", "comparison.csv")


class Cost(NamedTuple):
    """What a command took: seconds, seconds of processors (all processes), and the peak of its largest process in MB."""

    seconds: float
    cpu_seconds: float
    megabytes: float


def cost(arguments: list[str], source: Path, base: Path) -> Cost:
    """Carries out one command with the code in ``source``."""
    environment = {**os.environ, "PYTHONPATH": str(source / "src"), "COLUMNS": "150"}
    with tempfile.TemporaryFile() as output:
        started = perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "mlpexp", *arguments], cwd=base, env=environment, stdout=output, stderr=output
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            output.seek(0)
            raise SystemExit(f"{' '.join(arguments)}: exit code {process.returncode}: {output.read().decode()[-500:]}")
    peak_bytes = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return Cost(seconds, usage.ru_utime + usage.ru_stime, peak_bytes / 1e6)


def command(name: str, runs: Path) -> list[str]:
    """The arguments of a measurement whose results lie in ``runs``."""
    if name in READING:
        return shlex.split(READING[name].format(runs=runs / LARGE, result=result_in(runs / LARGE)))
    return [*RUNS[name].split(), "--runs-dir", str(runs / name), "--quiet"]


def result_in(runs: Path) -> Path:
    return next(runs.glob("[0-9]*"))


def measure(names: list[str], sides: dict[str, Path], work: Path, rounds: int) -> dict[str, dict[str, list[Cost]]]:
    """Each measurement ``rounds`` times with each side, in turns; the results of the last round stay in ``work``."""
    costs: dict[str, dict[str, list[Cost]]] = {name: {side: [] for side in sides} for name in names}
    for source in sides.values():  # warm: compiled modules, files in memory
        cost(["train", *IRIS.split(), "--runs-dir", str(work / "warm"), "--quiet"], source, sides["before"])
    for number in range(rounds):
        for name in names:
            for side, source in sides.items():
                shutil.rmtree(work / side / name, ignore_errors=True)
                costs[name][side].append(cost(command(name, work / side), source, sides["before"]))
                took = costs[name][side][-1]
                print(f"round {number + 1}: {name} {side}: {took.seconds:.1f} s", file=sys.stderr, flush=True)
    return costs


def print_costs(costs: dict[str, dict[str, list[Cost]]], rounds: int) -> None:
    """A table of each quantity; the ratio is the median of those within a round."""
    for which, (title, digits) in enumerate(QUANTITIES.items()):
        print(f"| {title} | before | after | before / after |")
        print("| --- | ---: | ---: | ---: |")
        for name, sides in costs.items():
            before, after = ([cost[which] for cost in sides[side]] for side in ("before", "after"))
            spans = [f"{median(v):{digits}} ({min(v):{digits}} .. {max(v):{digits}})" for v in (before, after)]
            ratio = median(old / new for old, new in zip(before, after, strict=True))
            print(f"| {name} | {' | '.join(spans)} | {ratio:.2f}x |")
        print()
    print(f"n = {rounds} rounds; median (range)\n")


def print_sizes(names: list[str], work: Path) -> None:
    print("| file | bytes before | after | before / after |")
    print("| --- | ---: | ---: | ---: |")
    for name in names:
        before, after = (result_in(work / side / name) for side in ("before", "after"))
        for table in TABLES:
            old, new = (_size(folder / table) for folder in (before, after))
            if old or new:
                print(f"| {name}: {table} | {old:,} | {new:,} | {f'{old / new:.2f}x' if old and new else ''} |")
        old, new = (sum(_size(path) for path in folder.rglob("*")) for folder in (before, after))
        print(f"| {name}: all files | {old:,} | {new:,} | {old / new:.2f}x |")


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def header(sides: dict[str, Path]) -> None:
    """Printed by another process, which imports torch."""
    commits = [
        subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"], cwd=source, capture_output=True, text=True, check=True
        ).stdout.strip()
        for source in sides.values()
    ]
    code = f"from side_by_side import header; header('before ({commits[0]}) and after ({commits[1]})')"
    subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parent, check=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("base", type=Path, help="checkout of the older code")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", action="append", choices=[*RUNS, *READING], metavar="NAME", help="repeatable")
    options = parser.parse_args()
    sides = {"before": options.base.resolve(), "after": Path(__file__).resolve().parents[1]}
    names = [name for name in (*RUNS, *READING) if name in (options.only or (*RUNS, *READING))]
    if READING.keys() & set(names) and LARGE not in names:
        parser.error(f"{', '.join(READING)} read the result of {LARGE}: name it, too")
    if "MLPEXP_DATA_DIR" not in os.environ and "train-lenet5" in names:
        names.remove("train-lenet5")
        print("train-lenet5 is left out: MLPEXP_DATA_DIR does not say where MNIST is", file=sys.stderr)
    header(sides)
    with tempfile.TemporaryDirectory() as work:
        costs = measure(names, sides, Path(work), options.rounds)
        print_costs(costs, options.rounds)
        print_sizes([name for name in names if name in RUNS], Path(work))


if __name__ == "__main__":
    main()
