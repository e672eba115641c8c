"""Every command that computes, on a pretended GPU: the same numbers as on the CPU, and nothing read without a copy."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch

from making.command_line import Answer, Command
from making.pretended_device import Card, pretended_card

IRIS = """
name: iris
dataset: {name: iris, validation_fraction: 0.2}
model: {name: mlp, hidden_sizes: [6]}
optimizer: {name: adam, learning_rate: 0.01}
training: {batch_size: 16, epochs: 3}
diagnostics: cheap
"""
MAP = """
name: map
dataset: {name: iris}
model: {name: som, grid: [4, 5]}
training: {epochs: 2}
"""
CNN = """
name: cnn
dataset: {name: digits, test_fraction: 0.9}
model: {name: cnn, layers: [{layer: conv, channels: 4, kernel_size: 3}, {layer: average_pool}]}
optimizer: {name: adam, learning_rate: 0.01}
training: {epochs: 2}
"""
TABLES = ("metrics.csv", "trials.csv", "arms.csv", "evaluation/predictions.csv")

pytestmark = pytest.mark.usefixtures("undrawn")


def on_gpu(mlpexp: Command, *words: object) -> tuple[Answer, Card]:
    with pretended_card() as card:
        answer = mlpexp(*words)
    assert answer.code == 0, answer.err
    return answer, card


@pytest.mark.parametrize("text", [IRIS, MAP, CNN], ids=["iris", "map", "cnn"])
def test_train_gives_the_tables_of_the_cpu(mlpexp: Command, config: Callable[..., Path], text: str) -> None:
    words = ["train", "-c", config(text), "--seeds", 2, "--quiet"]
    on_cpu = mlpexp(*words, "--device", "cpu").run
    answer, card = on_gpu(mlpexp, *words, "--device", "cuda")
    assert card.num_launches
    for name in TABLES:
        assert (answer.run / name).exists() == (on_cpu / name).exists()
        if (on_cpu / name).exists():
            (words_of, numbers), (other_words, others) = cells(answer.run / name), cells(on_cpu / name)
            assert words_of == other_words
            assert numbers == pytest.approx(others, rel=1e-3, abs=1e-5), name


def cells(path: Path) -> tuple[list[str], list[float]]:
    """The words and the numbers of a table, row by row."""
    words, numbers = [], []
    for cell in ",".join(path.read_text().splitlines()).split(","):
        try:
            numbers.append(float(cell))
        except ValueError:
            words.append(cell)
    return words, numbers


@pytest.mark.slow
def test_a_sweep_with_graphs_is_trained_compared_and_explained(mlpexp: Command, config: Callable[..., Path]) -> None:
    words = ["sweep", "-c", config(IRIS), "--hidden-size", "4,6", "--seeds", 3, "-s", "training.cuda_graph=auto"]
    answer, card = on_gpu(mlpexp, *words, "-s", "training.epochs=60", "--device", "cuda", "--jobs", 1, "--quiet")
    assert any(name == "graph" for name, _ in card.launches)
    for command in ("show", "compare"):
        assert mlpexp(command, answer.run).code == 0


def test_find_lr_measures_after_each_step(mlpexp: Command, config: Callable[..., Path]) -> None:
    """What needs autograd (``explain``, ``gradcheck``, curvature) is for a real GPU: ``tests/training/test_cuda.py``."""
    path = config(IRIS)
    on_cpu = mlpexp("find-lr", "-c", path, "-s", "device=cpu")
    answer, card = on_gpu(mlpexp, "find-lr", "-c", path, "-s", "device=cuda")
    assert card.num_launches
    assert answer.out.partition("go on with: ")[0] == on_cpu.out.partition("go on with: ")[0]


@contextmanager
def failing_to_record(reason: str) -> Iterator[Card]:
    """A card on which every recording ends with an error of CUDA."""
    with pretended_card() as card, pytest.MonkeyPatch.context() as patch:
        record = torch.cuda.graph

        @contextmanager
        def fails(*words: object, **settings: object) -> Iterator[None]:
            with record(*words, **settings):
                yield
            raise RuntimeError(f"CUDA error: {reason}\nand much more")

        patch.setattr(torch.cuda, "graph", fails)
        yield card


@pytest.mark.slow
def test_steps_that_cannot_be_recorded_are_taken_one_by_one_and_it_is_said_once(
    mlpexp: Command, config: Callable[..., Path]
) -> None:
    text = IRIS.replace("epochs: 3", "epochs: 60")
    words = ["train", "-c", config(text), "--seeds", 2, "--device", "cuda"]
    on_gpu(mlpexp, *words, "-s", "training.cuda_graph=off")
    with failing_to_record("operation not permitted") as card:
        answer = mlpexp(*words)
    assert answer.code == 0, answer.err
    assert not any(name == "graph" for name, _ in card.launches)
    assert (
        " ".join(answer.err.split()).count(
            "training.cuda_graph: steps cannot be recorded here, and go on one by one; set it to off "
            "(CUDA error: operation not permitted)"
        )
        == 1
    )
    first, second = sorted(Path("runs").glob("*/metrics.csv"))
    assert cells(first) == cells(second)


@pytest.mark.slow
def test_a_recording_that_does_not_fit_is_lack_of_memory(mlpexp: Command, config: Callable[..., Path]) -> None:
    text = IRIS.replace("epochs: 3", "epochs: 60")
    with failing_to_record("out of memory"):
        answer = mlpexp("sweep", "-c", config(text), "--learning-rate", "0.1,1", "--seeds", 2, "--device", "cuda")
    assert answer.code == 1
    said = " ".join(answer.err.split())
    assert "every trial failed: not enough memory on the GPU" in said
    assert "resume with: mlpexp sweep --resume" in said
    (folder,) = Path("runs").iterdir()
    assert "every trial failed" in mlpexp("show", folder).out


def test_a_numbered_card_is_refused_to_a_cluster_before_a_folder_is_made(
    mlpexp: Command, config: Callable[..., Path]
) -> None:
    pytest.importorskip("distributed")
    words = ["sweep", "-c", config(IRIS), "--hidden-size", "4,6", "--device", "cuda:0", "--backend", "dask"]
    with pretended_card():
        answer = mlpexp(*words)
    assert answer.code == 2
    assert "device: cuda:0: a cluster chooses the card itself" in answer.err
    assert not Path("runs").exists()
