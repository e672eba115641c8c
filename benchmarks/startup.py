"""How long commands take that need no torch. Claims: `--help` at most 0.35 s, `params lenet5` at most 0.6 s."""

import subprocess
import sys
from time import perf_counter

from side_by_side import compare, header

COMMANDS = {
    "mlpexp --help": ["--help"],
    "mlpexp params lenet5": ["params", "lenet5"],
    "mlpexp check configs/iris/mlp.yaml": ["check", "configs/iris/mlp.yaml"],
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
    header("start-up: milliseconds, process start included")
    candidates = {name: lambda a=arguments: milliseconds(a) for name, arguments in COMMANDS.items()}
    compare({**candidates, "python -c 'import torch'": import_torch}, ours="mlpexp --help", unit="ms", rounds=9)


if __name__ == "__main__":
    main()
