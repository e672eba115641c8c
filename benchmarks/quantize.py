"""What int8 costs: three shipped networks on MNIST, trained briefly, quantized, and measured on all 10,000 test digits.

Claim: int8 weights and activations take about a quarter of the bytes, and the accuracy stays within a point; the tables say
how near. Training is short (10,000 digits, a few epochs): what is compared is the same network before and after.

    MLPEXP_DATA_DIR=... python benchmarks/quantize.py [--runs-dir FOLDER] [--seeds N]
"""

import argparse
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from side_by_side import header

# Config, epochs.
NETWORKS = {"mnist/mlp": 5, "mnist/lenet5": 5, "mnist/cnn4": 2}
TRAIN_SAMPLES = 10_000


def mlpexp(*arguments: str) -> str:
    """What a command prints."""
    command = [sys.executable, "-m", "mlpexp", *arguments]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout


def measured(config: str, epochs: int, seeds: int, runs_dir: Path) -> str:
    """Trains a network and quantizes it: the table in Markdown."""
    samples = f"dataset.train_samples={TRAIN_SAMPLES}"
    place = ("--runs-dir", str(runs_dir))
    mlpexp("train", config, "--seeds", str(seeds), "--epochs", str(epochs), "--set", samples, "--quiet", *place)
    return mlpexp("quantize", "last", "--format", "markdown", *place)


def main() -> None:
    """A table for each network."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs-dir", type=Path, help="keep the runs in this folder")
    parser.add_argument("--seeds", type=int, default=5)
    options = parser.parse_args()
    header("int8: MNIST, before and after")
    print(f"{options.seeds} seeds, {TRAIN_SAMPLES:,} training digits, 10,000 test digits\n")
    with TemporaryDirectory() as temporary:
        for config, epochs in NETWORKS.items():
            table = measured(config, epochs, options.seeds, options.runs_dir or Path(temporary))
            print(f"`{config}`, {epochs} epochs\n\n{table}", flush=True)


if __name__ == "__main__":
    main()
