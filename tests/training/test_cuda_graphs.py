"""CUDA graphs on a pretended GPU: recorded by the rules of CUDA, replayed with the numbers of single steps."""

import pytest
import torch

from making.pretended_device import PretendedGraph, pretended_card
from making.stacks import finished, trainer
from making.ways_to_train import WAYS, members_of
from mlpexp.execution.machine import computing
from mlpexp.training.cuda_graphs import RecordedSteps
from mlpexp.training.step_block import StepBlock

EPOCHS = 45  # long enough for a recording


def trained(sections: dict, cuda_graph: str, seeds: int = 2, **training) -> tuple[torch.Tensor, list, int]:
    """Last weights, what was recorded, and how many graphs were launched."""
    with pretended_card() as card:
        members = members_of(sections, "cuda", seeds, cuda_graph=cuda_graph, **{"epochs": EPOCHS, **training})
        with computing(members[0], 1):  # as the driver does
            chosen, records = finished(members)
        replays = sum(count for (name, _), count in card.launches.items() if name == "graph")
        rows = [(row.member, repr(row.scores), row.status) for record in records for row in record.rows]
        return chosen.state.last.cpu(), rows, replays


BY_DEFAULT = ("adam", "dropout, batch norm")  # the others take long
GRADIENTS = [
    "sgd", "adam", "adamw", "penalty, clipping, averaging", "schedule", "class weights", "running metrics",
    "dropout, batch norm", "prelu", "maxout", "average pooling", "diagnostics of convolutions",
]  # fmt: skip


@pytest.mark.parametrize(
    "way", [way if way in BY_DEFAULT else pytest.param(way, marks=pytest.mark.slow) for way in GRADIENTS]
)
def test_graphs_change_no_bit(way: str) -> None:
    weights, rows, none = trained(WAYS[way], "off")
    again, rows_again, replays = trained(WAYS[way], "auto")
    assert none == 0
    assert replays > 10
    assert torch.equal(weights, again)
    assert rows == rows_again


@pytest.mark.slow
def test_a_full_batch_is_a_block_of_one_step() -> None:
    weights, _, _ = trained(WAYS["full batch"], "off", epochs=240)
    again, _, replays = trained(WAYS["full batch"], "auto", epochs=240)
    assert replays == 40
    assert torch.equal(weights, again)


@pytest.mark.parametrize("way", ["online map", "batch map"])
def test_maps_are_trained_step_by_step(way: str) -> None:
    assert trained(WAYS[way], "auto", epochs=3)[2] == 0


@pytest.mark.slow
def test_a_recorded_step_is_one_launch_less_than_its_operations() -> None:
    """Iris: two blocks an epoch, of six steps and of one; what is left are batches, copies and the launch itself.

    And, once an epoch, the length of the weights, by which divergence is seen where nothing is evaluated.
    """
    launches = []
    for cuda_graph in ("off", "auto"):
        with pretended_card() as card:
            members = members_of({}, "cuda", cuda_graph=cuda_graph, epochs=60, evaluate_every=60)
            run = trainer(members).run()
            chosen = [next(run) for _ in range(1 + 2 * 50)]
            assert chosen[1:] == [None] * 100
            card.clear()
            next(run), next(run)
            launches.append(card.num_launches)
    assert launches[0] / 7 > 15
    assert launches[1] <= 2 * (2 + 3 + 1) + 2  # gather inputs and targets, copy three tensors, launch; square and sum


@pytest.mark.slow
def test_members_that_leave_start_recordings_anew() -> None:
    """The first leaves after 70 epochs of 150, two more later."""
    sections = {"dataset": {"validation_fraction": 0.2}, "training": {"early_stopping": {"patience": 6}}}
    weights, rows, _ = trained(sections, "off", seeds=4, epochs=150)
    again, rows_again, replays = trained(sections, "auto", seeds=4, epochs=150)
    assert [row[2] for row in rows].count("stopped early") == 3
    assert replays > 50
    assert torch.equal(weights, again)
    assert rows == rows_again


def test_training_goes_on_from_a_state_that_graphs_have_made() -> None:
    whole, _, _ = trained(WAYS["adam"], "auto")
    with pretended_card():
        members = members_of(WAYS["adam"], "cuda", cuda_graph="auto", epochs=EPOCHS)
        first = trainer(members)
        for _ in first.run():
            if first.state.epoch == 38 and first.state.step_of_epoch:
                break
        second = trainer(members)
        second.restore(*first.state.saved())
        for _ in second.run():
            pass
        assert torch.equal(second.state.last.cpu(), whole)


def test_steps_that_cannot_be_recorded_go_on_one_by_one_and_say_so_once() -> None:
    taken = []

    def take(block: StepBlock) -> None:
        taken.append(block)
        block.inputs.sum().item()

    with pretended_card():
        block = StepBlock(
            *(torch.ones(1, 2, 3, 4, device="cuda") for _ in range(2)), {}, torch.ones(1, 1, device="cuda")
        )
        steps = RecordedSteps(take, torch.device("cuda"))
        for _ in range(steps.EAGER_STEPS):
            steps(block)
        assert steps.note == ""
        for _ in range(3):
            steps(block)
        assert len(taken) == steps.EAGER_STEPS + 1 + 3  # one of them was an attempt to record
        assert "not permitted when stream is capturing" in steps.note


def recorded(body) -> None:
    with pretended_card() as card, torch.cuda.graph(PretendedGraph(card)):
        body(torch.ones(3, device="cuda"))


@pytest.mark.parametrize(
    "body",
    [
        lambda x: x.sum().item(),
        lambda x: x.cpu(),
        lambda x: x[x > 0],
        lambda x: x + torch.ones(3).to("cuda"),
        lambda x: x + torch.ones(3).pin_memory().to("cuda", non_blocking=True),
        lambda x: x.nonzero(),
    ],
    ids=["item", "cpu", "mask", "from the host", "from pinned memory", "nonzero"],
)
def test_the_pretended_gpu_refuses_what_cannot_be_recorded(body) -> None:
    with pytest.raises(RuntimeError, match="not permitted when stream is capturing"):
        recorded(body)


def test_the_pretended_gpu_carries_nothing_out_while_it_records() -> None:
    with pretended_card() as card:
        x, graph = torch.ones(3, device="cuda"), PretendedGraph(card)
        with torch.cuda.graph(graph):
            y = x.add_(1) * 3
        assert x.tolist() == [1, 1, 1]
        graph.replay()
        graph.replay()
        assert x.tolist() == [3, 3, 3]
        assert y.tolist() == [9, 9, 9]


def test_the_pretended_gpu_refuses_a_graph_whose_memory_is_gone() -> None:
    with pretended_card() as card:
        x, graph = torch.ones(3, device="cuda"), PretendedGraph(card)
        with torch.cuda.graph(graph):
            x.mul_(2)
        del x
        with pytest.raises(AssertionError, match="given back"):
            graph.replay()
