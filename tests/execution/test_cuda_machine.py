"""On a card: the arithmetic of products, equal bytes, resuming, memory, and what ``auto`` takes."""

import gc
import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from making.command_line import Command, config, mlpexp  # noqa: F401
from making.configs import TINY
from making.pace import every_step
from making.stacks import experiment
from making.trained_results import Make
from mlpexp.config.experiment import Experiment
from mlpexp.errors import RunError
from mlpexp.execution.auto_device import ON_CPU, auto_device, may_have_card, memory_for
from mlpexp.execution.machine import arithmetic_name, choose_device, computing, free_memory, why_no_card

pytestmark = [
    pytest.mark.cuda,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA GPU"),
]
ON_CARD = "device: cuda\n"
MLP = """\
dataset: {name: digits, test_fraction: 0.5, validation_fraction: 0.1}
model: {name: mlp, hidden_sizes: [32], dropout: 0.2, batch_norm: true}
optimizer: {name: adam}
training: {batch_size: 50, epochs: 3, train_metrics: running, weight_averaging: 0.9}
scores: [f1_macro, roc_auc]
diagnostics: full
keep: {weights: all}
seeds: 3
"""
CNN = """\
dataset: {name: digits, test_fraction: 0.5}
model:
  name: cnn
  layers: [{layer: conv, channels: 8, kernel_size: 3}, {layer: max_pool}, {layer: conv, channels: 8, kernel_size: 2},
    {layer: average_pool}]
optimizer: {name: sgd, learning_rate: 0.05, momentum: 0.9}
training: {batch_size: 50, epochs: 2}
seeds: 2
"""
MAP = "dataset: iris\nmodel: {name: som, grid: [4, 4]}\ntraining: {epochs: 3}\nseeds: 2\n"
WAYS = {"mlp": MLP, "cnn": CNN, "map": MAP}


def flags() -> list[Any]:
    backends: Any = torch.backends
    products = [backends.cuda.matmul, backends.cudnn.conv, backends.cudnn.rnn]
    return [*(each.fp32_precision for each in products), backends.cudnn.deterministic, backends.cudnn.benchmark]


def on_card(precision: str = "float32") -> Experiment:
    return experiment(device="cuda", training={"precision": precision})


def relative_errors() -> tuple[float, float]:
    """Of a matrix product and of a convolution in float32, against float64: largest, by the largest number."""
    generator = torch.Generator().manual_seed(0)
    a, b = (torch.randn(64, 128, 128, generator=generator, dtype=torch.float64) for _ in range(2))
    x = torch.randn(64, 64, 28, 28, generator=generator, dtype=torch.float64)
    kernel = torch.randn(128, 64, 5, 5, generator=generator, dtype=torch.float64)
    pairs = [
        (torch.bmm(a, b), torch.bmm(a.float().cuda(), b.float().cuda())),
        (F.conv2d(x, kernel), F.conv2d(x.float().cuda(), kernel.float().cuda())),
    ]
    product, convolution = (float((got.cpu() - true).abs().max() / true.abs().max()) for true, got in pairs)
    return product, convolution


def test_float32_is_ieee_in_products_and_convolutions_and_flags_come_back() -> None:
    before = flags()
    with computing(on_card(), 1):
        assert flags() == ["ieee", "ieee", "ieee", True, False]
        assert max(relative_errors()) < 2e-6
    assert flags() == before
    with pytest.raises(ZeroDivisionError), computing(on_card(), 1):
        raise ZeroDivisionError
    assert flags() == before


@pytest.mark.skipif(
    torch.cuda.is_available() and torch.cuda.get_device_capability() < (8, 0), reason="has no TF32 products"
)
def test_tf32_is_tf32_in_both() -> None:
    with computing(on_card("tf32"), 1):
        assert min(relative_errors()) > 2e-5
    assert "TF32 products" in arithmetic_name(on_card("tf32"))
    assert "IEEE products, deterministic cuDNN" in arithmetic_name(on_card())


def test_hidden_cards_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    assert may_have_card()
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert not may_have_card()


def test_cards_are_named() -> None:
    count = torch.cuda.device_count()
    assert why_no_card("cuda") == why_no_card(f"cuda:{count - 1}") == ""
    assert "cuda:0" in why_no_card(f"cuda:{count}")
    assert choose_device(experiment(device="cuda:0")) == torch.device("cuda:0")
    assert 10**8 < free_memory("cuda") < 10**13


@pytest.mark.parametrize("text", WAYS.values(), ids=WAYS)
def test_two_trainings_give_the_same_bytes(text: str, make: Make) -> None:
    first, second = (make(text + ON_CARD, runs=runs).finish() for runs in ("a", "b"))
    assert first.bytes() == second.bytes()
    assert first.environment["device"].startswith("cuda: ")
    assert "IEEE products" in first.environment["arithmetic"]


@pytest.mark.parametrize("text", WAYS.values(), ids=WAYS)
def test_resumed_equals_uninterrupted(text: str, make: Make) -> None:
    whole, broken = make(text + ON_CARD, runs="a").finish(), make(text + ON_CARD, runs="b")
    updates = broken.updates(every_step(3))
    assert len(list(islice(updates, 4))) == 4  # a card takes a block of steps between two of them
    updates.close()
    assert broken.resumed().finish().bytes() == whole.bytes()


@pytest.mark.parametrize("text", WAYS.values(), ids=WAYS)
def test_numbers_are_nearly_those_of_the_cpu(text: str, make: Make) -> None:
    ours, theirs = (make(text + f"device: {device}\n", runs=device).finish() for device in ("cuda", "cpu"))
    for row, other in zip(ours.trials, theirs.trials, strict=True):
        for name, value in row.items():
            if name.startswith("final_") and "error" not in name:
                assert value == pytest.approx(other[name], abs=0.05), name


@pytest.fixture
def little_memory() -> Iterator[None]:
    """Of the card, 600 MB for this process beside what other tests have left."""
    gc.collect()
    torch.cuda.empty_cache()
    most = torch.cuda.memory_reserved() + 6e8
    torch.cuda.set_per_process_memory_fraction(most / torch.cuda.get_device_properties(0).total_memory)
    yield
    torch.cuda.set_per_process_memory_fraction(1.0)


LARGE = """\
dataset: {name: digits, test_fraction: 0.5}
model: {name: mlp, hidden_sizes: [600, 600]}
optimizer: {name: adam}
training: {batch_size: 200, epochs: 2}
keep: {weights: best}
"""


@pytest.mark.usefixtures("little_memory")
def test_a_stack_that_does_not_fit_is_trained_in_halves_to_nearly_the_same_numbers(make: Make) -> None:
    halved = make(LARGE + ON_CARD + "seeds: 64\n", runs="a", memory=10**12).finish()
    assert len(halved.result.stacks.stacks) > 1
    torch.cuda.set_per_process_memory_fraction(1.0)
    whole = make(LARGE + ON_CARD + "seeds: 64\n", runs="b", memory=10**12).finish()
    assert len(whole.result.stacks.stacks) == 1
    ours, theirs = halved.weights("best"), whole.weights("best")
    for name, rows in theirs.items():
        np.testing.assert_allclose(ours[name], rows, atol=1e-3, rtol=1e-2)


@pytest.mark.usefixtures("little_memory")
def test_one_trial_that_does_not_fit_is_a_sentence(make: Make) -> None:
    run = make(LARGE.replace("600, 600", "12000, 12000") + ON_CARD)
    with pytest.raises(RunError, match=r"^every trial failed: not enough memory on the GPU; set a smaller training\."):
        run.finish()


def test_stacks_are_cut_by_the_memory_of_the_card(make: Make) -> None:
    plan = make(LARGE + ON_CARD).plan
    assert memory_for(plan, ON_CPU, 10**15) <= free_memory("cuda")
    assert memory_for(plan, ON_CPU, 10**6) == 10**6


def test_auto_takes_the_cpu_for_iris_and_gives_its_bytes(make: Make) -> None:
    auto = auto_device(make(TINY).plan, 1)
    assert auto.name == "cpu"
    assert "too small for a GPU" in auto.sentence
    by_auto, by_cpu = (make(TINY + f"device: {device}\n", runs=device).finish() for device in ("auto", "cpu"))
    assert by_auto.environment["device"] == by_cpu.environment["device"] == "cpu"
    assert by_auto.metrics == by_cpu.metrics
    ours, theirs = by_auto.weights("best"), by_cpu.weights("best")
    assert all(ours[name].tobytes() == rows.tobytes() for name, rows in theirs.items())


def test_auto_takes_the_card_for_long_work(make: Make) -> None:
    long = make(LARGE.replace("epochs: 2", "epochs: 20000") + "seeds: 64\n").plan
    assert auto_device(long, 1).name == "cuda"


def test_every_command_works_on_a_card(mlpexp: Command, config: Any) -> None:  # noqa: F811
    sweep = mlpexp("sweep", "-c", config(MLP), "--learning-rate", "0.001,0.01", "--device", "cuda", "-q").run
    environment = json.loads((sweep / "environment.json").read_text())
    assert environment["device"].startswith("cuda: ")
    run = mlpexp("train", "-c", config(CNN), "--device", "cuda", "-q").run
    commands = {
        "show": ["show", run], "compare": ["compare", sweep], "explain": ["explain", run],
        "plot": ["plot", sweep, "--arm", "1"], "plan": ["sweep", "-c", config(MLP), "--learning-rate", "0.1,1",
        "--device", "cuda", "--dry-run"], "find-lr": ["find-lr", "-c", config(CNN), "-s", "device=cuda"],
        "gradcheck": ["gradcheck", "-c", config(MLP)],
    }  # fmt: skip
    answers = {name: mlpexp(*command) for name, command in commands.items()}
    assert {name: answer.err for name, answer in answers.items() if answer.code} == {}
    assert "IEEE products" in answers["show"].out
    assert "with 1 worker" in answers["plan"].out
    refused = mlpexp("train", "-c", config(MLP), "--device", f"cuda:{torch.cuda.device_count()}")
    assert (refused.code, "not available on this machine: the " in refused.err) == (2, True)


def test_auto_says_what_it_takes(mlpexp: Command, config: Any) -> None:  # noqa: F811
    answer = mlpexp("train", "-c", config(TINY))
    assert answer.code == 0
    assert "device: auto takes the CPU: the work is too small for a GPU" in answer.err.replace("\n", " ")
    (environment,) = Path("runs").glob("*/environment.json")
    assert json.loads(environment.read_text())["device_choice"].startswith("device: auto takes the CPU")
