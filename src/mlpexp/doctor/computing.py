"""Torch: how it was built, the card, and how long a step takes."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from time import perf_counter

import torch

from mlpexp.config.shipped import example_path
from mlpexp.config.yaml_source import Override
from mlpexp.data.catalogue import load
from mlpexp.doctor.finding import Finding
from mlpexp.errors import Place
from mlpexp.execution.auto_device import may_have_card
from mlpexp.execution.machine import computing, why_no_card
from mlpexp.execution.members import members_of, trainer_of
from mlpexp.planning.prepare import prepare

EXAMPLE, EPOCHS = "iris/mlp", 40
SLOW = 0.01  # seconds of a step that takes well below a thousandth on an idle machine


def libraries() -> Finding:
    """The version with its build tag, CUDA, cuDNN, and what multiplies on the CPU."""
    cudnn = torch.backends.cudnn.version() if torch.backends.cudnn.is_available() else None
    parts = [
        f"{torch.__version__}",
        f"CUDA {torch.version.cuda}" if torch.version.cuda else "without CUDA",
        *([f"cuDNN {cudnn}"] if cudnn else []),
        f"BLAS {_blas()}",
        f"{torch.get_num_threads()} thread{'s' if torch.get_num_threads() > 1 else ''}",
    ]
    return Finding("torch", ", ".join(parts))


def _blas() -> str:
    """What multiplies matrices on the CPU: ``mkl``, ``openblas``."""
    found = re.search(r"BLAS_INFO=(\w+)", torch.__config__.show())
    return found[1] if found else "unknown"


def card() -> Finding:
    """The card that ``device: auto`` may take, or why there is none."""
    if torch.backends.mps.is_available():
        return Finding("card", "mps: a GPU of Apple")
    why = why_no_card("cuda")
    if not why:
        memory = torch.cuda.get_device_properties(0).total_memory / 1e9
        return Finding("card", f"{torch.cuda.device_count()} x {torch.cuda.get_device_name(0)}, {memory:.0f} GB")
    remedy = f"there is a driver of a card, but torch cannot use it: {why}; see docs/gpu.md" if may_have_card() else ""
    return Finding("card", f"no CUDA device: {why}", remedy)


def step() -> Iterator[Finding]:
    """The time of a step of a small network, measured."""
    overrides = {"device": "cpu", "training.epochs": EPOCHS, "training.evaluate_every": EPOCHS, "seeds": 1}
    prepared = prepare(
        Path(example_path(EXAMPLE)), [Override(key, value, Place("doctor")) for key, value in overrides.items()]
    )
    dataset = load(prepared.experiment.dataset)
    experiment = prepared.experiment.model_copy(update={"device": "cpu"})
    trainer = trainer_of(members_of(experiment, [0]), [replace(prepared.architecture)], dataset)
    with computing(experiment, 1):
        begun = perf_counter()
        for _ in trainer.run():
            pass
        seconds = perf_counter() - begun
    batch = experiment.training.batch_of(prepared.sizes.train)
    steps = EPOCHS * -(-prepared.sizes.train // batch)
    slow = seconds / steps > SLOW
    remedy = "a step takes more than 10 ms; other programs use the cores, or the machine saves power" if slow else ""
    yield Finding(
        "a step", f"{1e3 * seconds / steps:.2f} ms ({EXAMPLE}, batches of {batch}, mean of {steps:,} steps)", remedy
    )
