"""Training on a pretended GPU: the numbers of the CPU, no waiting within an epoch, and few launches."""

from collections import Counter

import pytest
import torch

from making.pretended_device import pretended_card
from making.stacks import finished, trainer
from making.ways_to_train import PRECISIONS, WAYS, members_of

MLP = {"model": {"hidden_sizes": [16]}, "training": {"evaluate_every": 12, "epochs": 12}}


@pytest.mark.parametrize("way", WAYS)
def test_every_way_to_train_gives_the_numbers_of_the_cpu(way: str) -> None:
    on_cpu, records = finished(members_of(WAYS[way], "cpu"))
    with pretended_card():
        on_gpu, other_records = finished(members_of(WAYS[way], "cuda"))
        weights = on_gpu.state.last.cpu()
    torch.testing.assert_close(weights, on_cpu.state.last, rtol=1e-4, atol=1e-6)
    assert len(records) == len(other_records)
    for record, other in zip(records, other_records, strict=True):
        for row, other_row in zip(record.rows, other.rows, strict=True):
            assert other_row.scores == pytest.approx(row.scores, rel=1e-4, abs=1e-6)


@pytest.mark.parametrize("precision", PRECISIONS)
def test_every_precision(precision: str) -> None:
    weights = []
    for device in ("cpu", "cuda"):
        with pretended_card():
            weights.append(finished(members_of({}, device, precision=precision))[0].state.last.cpu())
    assert torch.equal(*weights)


def counts(sections: dict, seeds: int) -> tuple[float, Counter, Counter]:
    """Launches per step, launches by operation and waits by reason between the evaluations at the start and the end."""
    with pretended_card() as card:
        chosen = trainer(members_of(sections, "cuda", seeds))
        run = chosen.run()
        next(run)
        card.clear()
        while next(run) is None and chosen.state.epoch < chosen.settings.epochs - 1:
            pass
        launches = Counter({name: 0 for name, _ in card.launches})
        for (name, _), count in card.launches.items():
            launches[name] += count
        waits = Counter(reason for reason, _ in card.waits.elements())
        return card.num_launches / chosen.state.step, launches, waits


@pytest.mark.parametrize(
    ("sections", "most"),
    [
        (MLP, 19),
        (MLP | {"optimizer": {"name": "adam", "learning_rate": 0.01}}, 30),
        (MLP | {"model": {"hidden_sizes": [16], "dropout": 0.2, "batch_norm": True}}, 50),
        (MLP | {"training": MLP["training"] | {"train_metrics": "running"}}, 25),
    ],
    ids=["sgd", "adam", "dropout, batch norm", "running metrics"],
)
def test_launches_per_step_are_few_and_the_host_waits_at_the_end_of_an_epoch(sections: dict, most: int) -> None:
    per_step, launches, waits = counts(sections, 3)
    assert per_step <= most, launches
    assert waits == {"synchronize": 11, "_local_scalar_dense": 11}  # the clock, and the length of all weights


@pytest.mark.parametrize("way", ["sgd", "dropout, batch norm", "average pooling", "online map", "batch map"])
def test_launches_do_not_depend_on_the_number_of_members(way: str) -> None:
    assert counts(WAYS[way], 2)[0] == counts(WAYS[way], 5)[0]


def test_an_evaluation_copies_its_sums_once() -> None:
    with pretended_card() as card:
        run = trainer(members_of({"dataset": {"validation_fraction": 0.2}}, "cuda")).run()
        next(run)
        while next(run) is None:
            pass
        card.clear()
        while next(run) is None:
            pass
    waits = Counter(reason for reason, _ in card.waits.elements())
    assert waits == {"synchronize": 1, "copy from the GPU": 2}  # the sums, and whether weights are finite
