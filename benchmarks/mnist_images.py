"""Training images per second on MNIST, float32: mlpexp against the usual script and against the best plain loop.

Claims: at least 3 times the usual script (torchvision data set, ToTensor + Normalize, DataLoader, Adam), and no slower than
a plain in-memory loop with channels-last tensors and the same number of threads. Needs MLPEXP_DATA_DIR.
"""

import argparse
import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import torch
import torch.nn.functional as F
import yaml
from torch import nn
from torch.utils.data import DataLoader, Subset
from torchvision import datasets, transforms

from mlpexp.data.catalogue import load
from mlpexp.execution.machine import computing
from mlpexp.execution.members import samples_of
from mlpexp.nn.network import StackedNetwork
from mlpexp.planning.prepare import Prepared, prepare
from mlpexp.planning.stacks import threads_for
from mlpexp.training.trainer import Trainer
from side_by_side import compare, header

SECONDS = 2.0  # per measurement
WARM, RECORDED = 5, 2500  # steps before it; on a GPU until all graphs are recorded


def prepared_for(model: str, batch_size: int, precision: str, device: str) -> Prepared:
    config = {
        "dataset": {"name": "mnist"},
        "model": {"name": model},
        "optimizer": {"name": "adam", "learning_rate": 1e-3},
        "training": {"batch_size": batch_size, "epochs": 1000, "evaluate_every": 1000, "train_metrics": "running"},
        "device": device,
    }
    config["training"]["precision"] = precision
    with TemporaryDirectory() as folder:
        path = Path(folder, "config.yaml")
        path.write_text(yaml.safe_dump(config))
        return prepare(path)


class Candidates:
    """The three ways to train, each for a few seconds from fresh weights."""

    def __init__(self, prepared: Prepared) -> None:
        self.config = config = prepared.experiment
        self.dataset = load(config.dataset)
        self.architecture = prepared.architecture
        self.samples = samples_of([config], self.dataset)
        self.device = self.samples.device
        self.threads = threads_for(prepared, alone=True)
        self.batch_size = int(config.training.batch_size)
        mean, std = float(self.samples.shift.mean()) / 255, float(self.samples.scale.mean()) / 255
        self.transform = transforms.Compose([transforms.ToTensor(), transforms.Normalize((mean,), (std,))])
        images, labels = self.samples.part(0, self.samples.sizes.train)
        self.images = images[0].contiguous(memory_format=torch.channels_last)
        self.labels = labels[0]

    def model(self) -> nn.Sequential:
        return StackedNetwork.initialized(self.architecture, [0]).member(0).train().to(self.device)

    def mlpexp(self) -> float:
        torch.set_num_threads(self.threads)
        trainer = Trainer([self.config], [self.architecture], self.dataset, self.samples)
        steps = (trainer.state.step for _ in trainer.run())  # on a GPU several between two of them
        with computing(self.config, self.threads):
            return self._rate(steps, RECORDED if self.device.type == "cuda" else WARM)

    def best_plain(self) -> float:
        torch.set_num_threads(self.threads)
        model = self.model().to(memory_format=torch.channels_last)
        optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
        mixed = self.config.training.precision == "bfloat16"
        batches = -(-len(self.images) // self.batch_size)

        def steps():
            for step in count():
                if step % batches == 0:
                    order = torch.randperm(len(self.images), device=self.device).split(self.batch_size)
                index = order[step % batches]
                optimizer.zero_grad(set_to_none=True)
                with torch.autocast(self.device.type, dtype=torch.bfloat16, enabled=mixed):
                    outputs = model(self.images[index])
                F.cross_entropy(outputs.float(), self.labels[index]).backward()
                optimizer.step()
                yield step + 1

        with computing(self.config, self.threads):
            return self._rate(steps())

    def usual_script(self) -> float:
        torch.set_num_threads(os.cpu_count() or 1)  # torch's default
        data = datasets.MNIST(os.environ["MLPEXP_DATA_DIR"], train=True, transform=self.transform)
        loader = DataLoader(Subset(data, range(60_000)), batch_size=self.batch_size, shuffle=True)
        model = self.model()
        optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)

        def steps():
            for step, (images, labels) in enumerate(loader):
                optimizer.zero_grad()
                F.cross_entropy(model(images.to(self.device)), labels.to(self.device)).backward()
                optimizer.step()
                yield step + 1

        return self._rate(steps())

    def _rate(self, steps: Iterator[int], warm: int = WARM) -> float:
        """Images per second, by the numbers of steps taken so far, after some that are not counted."""
        first = next(step for step in steps if step >= warm)
        self._wait()
        started = perf_counter()
        last = next(step for step in steps if perf_counter() - started > SECONDS)
        self._wait()
        return (last - first) * self.batch_size / (perf_counter() - started)

    def _wait(self) -> None:
        if self.device.type == "cuda":
            torch.cuda.synchronize()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--precision", default="float32")
    device, precision = vars(parser.parse_args()).values()
    header(f"MNIST, Adam, {precision}, {device}: training images per second")
    for model, batch_size in (("lenet5", 64), ("lenet5", 256), ("mnist_cnn", 50), ("mnist_cnn", 128)):
        candidates = Candidates(prepared_for(model, batch_size, precision, device))
        print(f"{model}, batch {batch_size}, {candidates.threads} threads:\n")
        ways = {
            "mlpexp": candidates.mlpexp,
            "best plain loop, in memory": candidates.best_plain,
            "usual script, DataLoader": candidates.usual_script,
        }
        compare(ways, ours="mlpexp", unit="images/s", rounds=5, more_is_better=True)


if __name__ == "__main__":
    main()
