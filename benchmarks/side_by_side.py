"""Measuring candidates in turns, and printing what was measured with what it was measured on."""

import os
import platform
import statistics
from collections.abc import Callable
from datetime import date
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as the command line does

import numpy as np
import torch


def header(title: str) -> None:
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    processor = next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.processor()
    )
    gpu = f", {torch.cuda.get_device_name()}" if torch.cuda.is_available() else ""
    print(f"## {title}\n")
    print(
        f"{date.today()}, {processor}, {os.cpu_count()} cores{gpu}, torch {torch.__version__}, numpy {np.__version__}\n"
    )


def compare(
    candidates: dict[str, Callable[[], float]], *, ours: str, unit: str, rounds: int = 7, more_is_better: bool = False
) -> None:
    """Runs each candidate once per round, in turns; a candidate returns its own measurement.

    Prints the median with the range of all rounds, and how many times better ``ours`` is than each (median of the ratios
    within a round, so that a slow phase of the machine hits both).
    """
    measured: dict[str, list[float]] = {name: [] for name in candidates}
    for candidate in candidates.values():
        candidate()  # warm-up
    for _ in range(rounds):
        for name, candidate in candidates.items():
            measured[name].append(candidate())
    print(f"| candidate | median {unit} | range | {ours} is better by |")
    print("| --- | ---: | ---: | ---: |")
    for name, values in measured.items():
        ratios = [
            other / own if not more_is_better else own / other
            for own, other in zip(measured[ours], values, strict=True)
        ]
        factor = "" if name == ours else f"{statistics.median(ratios):.2f}x"
        print(f"| {name} | {statistics.median(values):,.1f} | {min(values):,.1f} .. {max(values):,.1f} | {factor} |")
    print(f"\nn = {rounds} rounds\n")
