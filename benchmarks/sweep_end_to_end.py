"""A whole sweep of 1,000 trials on iris, process start included, beside the scripts that people write for it.

5 learning rates x 4 batch sizes x 5 hidden sizes x 10 seeds, 100 epochs each. ``mlpexp sweep`` is measured as a user runs
it: start, planning, training with metrics after every epoch, tables, comparison, plots. The peers run one trial per
combination of batch size and hidden size (20 trials) and are extrapolated to 1,000; the start of their process counts
once. The PyTorch script measures loss and accuracy of both parts after every epoch, as mlpexp does; the scikit-learn
script only fits, which is what people do with it, and scores once.

Claim: at most a twentieth of the time of the PyTorch script, and a tenth of scikit-learn's.

    python benchmarks/sweep_end_to_end.py [--rounds N] [--trials-10000]
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np
from sklearn.datasets import load_iris
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier

RATES, BATCHES, HIDDEN, EPOCHS = "0.01,0.03,0.1,0.3,1", [1, 8, 16, 32], [4, 8, 16, 32, 64], 100
CONFIG = Path(__file__).parents[1] / "configs" / "iris" / "mlp.yaml"


def mlpexp_seconds(folder: Path, num_rates: int = 5, seeds: int = 10, jobs: int | None = None) -> float:
    rates = RATES if num_rates == 5 else f"log(1e-3,1,{num_rates})"
    command = [
        sys.executable, "-m", "mlpexp", "sweep", "--config", CONFIG, "--learning-rate", rates,
        "--batch-size", ",".join(map(str, BATCHES)), "--hidden-size", ",".join(map(str, HIDDEN)),
        "--seeds", str(seeds), "--runs-dir", folder, "--quiet", *(["--jobs", str(jobs)] if jobs else []),
    ]  # fmt: skip
    started = perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return perf_counter() - started


def parts(seed: int) -> list[np.ndarray]:
    x, y = load_iris(return_X_y=True)
    x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=0.3, stratify=y, random_state=seed)
    mean, std = x_train.mean(0), x_train.std(0)
    return [((x_train - mean) / std).astype("float32"), y_train, ((x_test - mean) / std).astype("float32"), y_test]


def torch_trial(hidden: int, batch: int) -> None:
    """What a PyTorch tutorial says: DataLoader, nn.Sequential, torch.optim.SGD, metrics after every epoch."""
    import torch
    from torch import nn
    from torch.utils.data import DataLoader, TensorDataset

    torch.set_num_threads(1)
    torch.manual_seed(0)
    x, y, x_test, y_test = (torch.from_numpy(array) for array in parts(0))
    loader = DataLoader(TensorDataset(x, y), batch_size=batch, shuffle=True)
    model = nn.Sequential(nn.Linear(4, hidden), nn.ReLU(), nn.Linear(hidden, 3))
    loss, optimizer = nn.CrossEntropyLoss(), torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(EPOCHS):
        for inputs, targets in loader:
            optimizer.zero_grad()
            loss(model(inputs), targets).backward()
            optimizer.step()
        with torch.no_grad():
            for inputs, targets in ((x, y), (x_test, y_test)):
                outputs = model(inputs)
                loss(outputs, targets).item(), (outputs.argmax(1) == targets).float().mean().item()


def sklearn_trial(hidden: int, batch: int) -> None:
    x, y, x_test, y_test = parts(0)
    model = MLPClassifier(
        (hidden,), solver="sgd", momentum=0.0, learning_rate_init=0.1, batch_size=batch, max_iter=EPOCHS,
        tol=0.0, n_iter_no_change=EPOCHS, random_state=0, alpha=0.0,
    )  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(x, y).score(x_test, y_test)


def seconds_of_all(trial: Callable[[int, int], None]) -> float:
    """One trial of each shape."""
    started = perf_counter()
    for hidden in HIDDEN:
        for batch in BATCHES:
            trial(hidden, batch)
    return perf_counter() - started


def start_seconds(module: str) -> float:
    started = perf_counter()
    subprocess.run([sys.executable, "-c", f"import {module}"], check=True)
    return perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--trials-10000", action="store_true", help="also 10,000 trials by mlpexp alone")
    options = parser.parse_args()
    torch_trial(4, 32), sklearn_trial(4, 32)  # warm
    rows: dict[str, list[float]] = {"mlpexp sweep": [], "PyTorch script": [], "scikit-learn script": []}
    with tempfile.TemporaryDirectory() as folder:
        for number in range(options.rounds):
            rows["mlpexp sweep"].append(mlpexp_seconds(Path(folder)))
            rows["PyTorch script"].append(start_seconds("torch") + 50 * seconds_of_all(torch_trial))
            rows["scikit-learn script"].append(
                start_seconds("sklearn.neural_network") + 50 * seconds_of_all(sklearn_trial)
            )
            print(f"round {number + 1} of {options.rounds}", file=sys.stderr)
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e3
        own = median(rows["mlpexp sweep"])
        print(
            "| 1,000 trials on iris, 100 epochs | seconds (median) | range | mlpexp is faster by |\n"
            "| --- | ---: | ---: | ---: |"
        )
        for name, seconds in rows.items():
            ratio = median(other / mine for other, mine in zip(seconds, rows["mlpexp sweep"], strict=True))
            print(f"| {name} | {median(seconds):.1f} | {min(seconds):.1f} .. {max(seconds):.1f} | {ratio:.1f}x |")
        print(
            f"\nn = {options.rounds} rounds; peers: 20 trials, extrapolated; largest process of mlpexp: {peak:.0f} MB"
        )
        print(f"{own:.1f} s for 1,000 trials is {1e3 * own / 1000:.1f} ms a trial")
        if options.trials_10000:
            seconds = mlpexp_seconds(Path(folder), num_rates=50)
            peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e3
            print(f"10,000 trials: {seconds:.1f} s, largest process {peak:.0f} MB")


if __name__ == "__main__":
    main()
