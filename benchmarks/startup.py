"""How long whole commands take beside `import torch`: those that need no torch, and small trainings."""

import subprocess
import sys
import tempfile
from time import perf_counter

from side_by_side import compare, header

RUNS = ["--runs-dir", "RUNS"]
COMMANDS = {
    "mlpexp --help": ["--help"],
    "mlpexp --version": ["--version"],
    "mlpexp params lenet5": ["params", "lenet5"],
    "mlpexp check configs/iris/mlp.yaml": ["check", "configs/iris/mlp.yaml"],
    "mlpexp train iris/mlp": ["train", "iris/mlp", *RUNS],
    "mlpexp sweep iris/mlp, 50 trials": ["sweep", "iris/mlp", "--learning-rate", "0.001,0.01,0.1,1,10", *RUNS],
    "mlpexp list": ["list", *RUNS],
    "mlpexp show last": ["show", "last", *RUNS],
    "mlpexp compare last": ["compare", "last", *RUNS],
    "mlpexp plot last": ["plot", "last", *RUNS],
}


def milliseconds(arguments: list[str]) -> float:
    started = perf_counter()
    subprocess.run([sys.executable, "-m", "mlpexp", *arguments], check=True, stdout=subprocess.DEVNULL)
    return 1e3 * (perf_counter() - started)


def import_torch() -> float:
    started = perf_counter()
    subprocess.run([sys.executable, "-c", "import torch"], check=True)
    return 1e3 * (perf_counter() - started)


def main() -> None:
    header("whole commands: milliseconds, process start and plots included")
    with tempfile.TemporaryDirectory() as folder:
        candidates = {
            name: lambda a=[folder if word == "RUNS" else word for word in arguments]: milliseconds(a)
            for name, arguments in COMMANDS.items()
        }
        torch = "python -c 'import torch'"
        compare({**candidates, torch: import_torch}, ours=torch, unit="ms", rounds=9)


if __name__ == "__main__":
    main()
