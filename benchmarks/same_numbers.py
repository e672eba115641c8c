"""Whether this checkout computes the numbers of an older one: the same plans with both, and every number compared.

BASE is a checkout that writes the first format of runs and sweeps, such as commit 035437a. The configs are those in BASE.
Names of files, the order of rows and digits beyond the ninth may differ; weights may not. What BASE computed is kept in
the work folder, so that only the new side runs again.

    git worktree add /tmp/base 035437a
    python benchmarks/same_numbers.py /tmp/base [--only NAME]... [--work DIR]
"""

import argparse
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from time import perf_counter, sleep

from result_numbers import differences, numbers_of

IRIS, SQUARE, DIGITS = "-c configs/iris/mlp.yaml", "-c configs/synthetic/divergence.yaml", "-c configs/digits/cnn.yaml"
VALIDATION = "-s dataset.validation_fraction=0.2"
SMALL_CNN = "-s model.layers.0.channels=4 -s model.layers.2.channels=4 -s training.epochs=3 -s training.threads=1"

PLANS = {
    "run": f"train {IRIS} -s training.epochs=30 --seeds 10",
    "run-selected": "train -c configs/iris/early_stopping.yaml -s training.early_stopping.patience=3 --seeds 6",
    "run-diverged-some": f"train {SQUARE} -s optimizer.learning_rate=0.2 --seeds 8",
    "run-diverged-all": f"train {SQUARE}",
    "run-cnn": f"train {DIGITS} {SMALL_CNN} --seeds 2",
    "run-map": "train -c configs/som/iris.yaml -s training.epochs=10 --seeds 3",
    "run-map-batch": "train -c configs/som/iris.yaml -s model.algorithm=batch -s training.epochs=10 --seeds 3",
    "run-numpy": f"train {IRIS} {VALIDATION} -s training.epochs=20 --seeds 3 --engine numpy",
    "run-regularized": "train -c configs/synthetic/moons.yaml -s optimizer=adam -s model.dropout=0.2"
    " -s model.batch_norm=true -s training.batch_size=32 -s training.epochs=15 --seeds 3",
    "run-running": f"train {IRIS} -s training.train_metrics=running -s training.epochs=21 -s training.evaluate_every=4"
    " --seeds 3",
    "run-averaged": f"train {IRIS} {VALIDATION} -s training.weight_averaging=0.9 -s training.gradient_clip=0.5"
    " -s schedule={name:\\ cosine,\\ warmup_epochs:\\ 3} -s optimizer.momentum=0.9 -s training.epochs=20 --seeds 3",
    "run-float64": "train -c configs/synthetic/sine.yaml -s training.precision=float64 -s training.epochs=30 --seeds 3",
    "run-diagnosed": f"train {IRIS} -s diagnostics=cheap -s training.epochs=10 --seeds 3",
    "run-diagnosed-fully": f"train {IRIS} {VALIDATION} -s diagnostics=full -s training.epochs=10 --seeds 3",
    "run-seeds-apart": f"train {IRIS} -s split_seed=7 -s init_seed=3 -s training.epochs=10 --seeds 3",
    "run-stopped": f"train {IRIS} {VALIDATION} -s training.epochs=3000 -s training.evaluate_every=20"
    " -s diagnostics=cheap --seeds 3",
    "sweep": f"sweep {IRIS} --learning-rate 0.01,0.1 --batch-size 8,full -s training.epochs=20 --seeds 4",
    "sweep-diverged": f"sweep {SQUARE} --learning-rate 0.01,0.2,1 --seeds 5",
    "sweep-duplicates": f"sweep {IRIS} --over init=he_normal,null --learning-rate 0.1,1 -s training.epochs=10 --seeds 3",
    "sweep-matched": f"sweep {IRIS} -s model.hidden_sizes=[64] --over 'hidden_sizes=[64],[32, 32],[16, 16, 16]'"
    " --match parameters -s training.epochs=10 --seeds 3",
    "sweep-zip": f"sweep {IRIS} --learning-rate 0.05,0.1 --batch-size 8,16 --zip learning_rate,batch_size"
    " --over model.dropout=0.0,0.1 -s training.epochs=10 --baseline learning_rate=0.05,model.dropout=0.0 --seeds 3",
    "sweep-sobol": f"sweep {IRIS} --learning-rate 'log_uniform(1e-3, 10)' --batch-size 'integers(4, 32)' --method sobol"
    " --trials 24 -s training.epochs=10 --seeds 3",
    "sweep-one-at-a-time": f"sweep {IRIS} --learning-rate 0.1,1 --batch-size 16,32 --over activation=relu,tanh"
    " --method one_at_a_time -s training.epochs=10 --seeds 3",
    "sweep-cnn": f"sweep {DIGITS} {SMALL_CNN} --learning-rate 0.001,0.01 --seeds 2 --jobs 2",
    "sweep-maps": "sweep -c configs/som/iris.yaml --over 'model.grid=[4, 4],[6, 6]' --over model.algorithm=online,batch"
    " -s training.batch_size=full -s training.epochs=10 --seeds 3",
    "sweep-selected": "sweep -c configs/iris/early_stopping.yaml -s training.early_stopping.patience=3"
    " --over dataset.validation_fraction=0.1,0.2 --learning-rate 0.003,0.03 -s diagnostics=cheap --seeds 3",
    "sweep-stopped": f"sweep {IRIS} --batch-size 8,16,32 --learning-rate 0.01,0.1 -s training.epochs=1500"
    " -s training.evaluate_every=50 --seeds 4 --jobs 1",
}  # fmt: skip
STOPPED = {"run-stopped", "sweep-stopped"}  # by SIGTERM when a table has some rows, and resumed
ROWS = 10  # header included


def result_of(name: str, source: Path, base: Path, folder: Path) -> tuple[Path, str]:
    """Carries out a plan with the code in ``source``.

    Returns:
        The folder of its result, and the exit codes.
    """
    arguments = [*shlex.split(PLANS[name]), "--runs-dir", str(folder / "runs"), "--quiet"]
    codes = [_run(arguments, source, base, folder, stop=name in STOPPED)]
    result = next((folder / "runs").glob("[0-9]*"), None)
    if result is None:
        raise SystemExit(f"{name}: {source} wrote no result; see {folder / 'output.txt'}")
    if name in STOPPED:
        codes.append(_run([arguments[0], "--resume", str(result), "--quiet"], source, base, folder, stop=False))
    return result, " ".join(map(str, codes))


def _run(arguments: list[str], source: Path, base: Path, folder: Path, *, stop: bool) -> int:
    environment = {**os.environ, "PYTHONPATH": str(source / "src")}
    with (folder / "output.txt").open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "mlpexp", *arguments], cwd=base, env=environment, stdout=output, stderr=output
        )
        while stop and process.poll() is None and not _has_rows(folder / "runs"):
            sleep(0.02)
        if stop:
            process.send_signal(signal.SIGTERM)
        return process.wait()


def _has_rows(runs: Path) -> bool:
    """Whether a table of what was trained has some rows: that of a run, or of the first stack of a sweep."""
    tables = [path for path in runs.glob("[0-9]*/**/*.csv") if path.name != "arms.csv"]
    with suppress(FileNotFoundError):  # parts go when the sweep ends
        return any(path.read_bytes().count(b"\n") > ROWS for path in tables)
    return False


def compare(name: str, base: Path, here: Path, work: Path) -> list[str]:
    """Carries out a plan with both checkouts; returns what differs."""
    of_plan = sha256(f"{_commit(base)} {PLANS[name]}".encode()).hexdigest()[:8]
    old_folder, new_folder = work / "old" / f"{name}-{of_plan}", work / "new" / name
    finished = old_folder / "exit_codes.txt"
    if not finished.exists():
        _, codes = result_of(name, base, base, _emptied(old_folder))
        finished.write_text(codes)
    old = next((old_folder / "runs").glob("[0-9]*"))
    new, codes = result_of(name, here, base, _emptied(new_folder))
    expected = finished.read_text()
    lines = [f"exit codes: {expected} -> {codes}"] if codes != expected else []
    if name in STOPPED and not (expected.startswith("143 ") and codes.startswith("143 ")):
        lines.append("it had ended before it could be stopped")
    return lines + differences(numbers_of(old), numbers_of(new))


def _emptied(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def _commit(checkout: Path) -> str:
    return subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=checkout, capture_output=True, text=True, check=True
    ).stdout.strip()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("base", type=Path, help="checkout of the older code")
    parser.add_argument("--only", action="append", choices=PLANS, metavar="NAME", help="one plan; repeatable")
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "same_numbers", metavar="DIR")
    parser.add_argument("--lines", type=int, default=3, help="differences shown of each plan")
    options = parser.parse_args()
    base, here = options.base.resolve(), Path(__file__).resolve().parents[1]
    differing = 0
    for name in options.only or PLANS:
        started = perf_counter()
        lines = compare(name, base, here, options.work.resolve())
        differing += bool(lines)
        outcome = f"differs: {len(lines)} times" if lines else "equal"
        print(f"{name:<20} {outcome} ({perf_counter() - started:.0f} s)", flush=True)
        for line in lines[: options.lines]:
            print(f"    {line}")
    print(f"{differing or 'none'} of {len(options.only or PLANS)} plans differ")
    raise SystemExit(differing > 0)


if __name__ == "__main__":
    main()
