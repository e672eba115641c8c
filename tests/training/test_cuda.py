"""The same training on CPU and CUDA: equal splits, draws and batch order, hence nearly equal numbers."""

import pytest
import torch

from making.stacks import experiment, finished, trainer
from making.ways_to_train import WAYS, members_of
from mlpexp.config.image_sets import Augmentation
from mlpexp.config.scores import SCORES
from mlpexp.execution.machine import computing
from mlpexp.training.augmentation import draw_motions, move
from mlpexp.training.cuda_graphs import RecordedSteps
from mlpexp.training.step_block import StepBlock

pytestmark = [
    pytest.mark.cuda,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA GPU"),
]
CNN = {
    "dataset": {"name": "digits", "test_fraction": 0.8},
    "model": {"name": "cnn", "layers": [{"layer": "conv", "channels": 4, "kernel_size": 3}, {"layer": "max_pool"}]},
}


NEW_DATA = {"dataset": {"name": "synthetic", "kind": "moons", "samples": 60, "data_seed": "seed"}}


@pytest.mark.parametrize(
    "sections",
    [{}, {"model": {"dropout": 0.3, "batch_norm": True}}, CNN, NEW_DATA],
    ids=["mlp", "dropout", "cnn", "new data for each seed"],
)
def test_cuda_gives_nearly_the_numbers_of_the_cpu(sections):
    weights = []
    for device in ("cpu", "cuda"):
        members = [experiment(**sections, device=device).model_copy(update={"seed": seed}) for seed in (0, 1)]
        chosen, _ = finished(members)
        weights.append(chosen.state.last.cpu())
    torch.testing.assert_close(weights[1], weights[0], rtol=1e-2, atol=1e-3)


@pytest.mark.parametrize("mode", ["exact", "running"])
def test_scores_on_cuda_are_nearly_those_of_the_cpu(mode):
    names = [name for name, score in SCORES.items() if score.measured_of == "classification"]
    rows = []
    for device in ("cpu", "cuda"):
        members = [
            experiment(device=device, scores=names, training={"train_metrics": mode}).model_copy(update={"seed": seed})
            for seed in (0, 1)
        ]
        rows.append(finished(members)[1][-1].rows)
    for on_cpu, on_cuda in zip(*rows, strict=True):
        assert on_cuda.scores == pytest.approx(on_cpu.scores, abs=0.05)


@pytest.mark.parametrize("sections", [{}, CNN], ids=["mlp", "cnn"])
def test_diagnostics_on_cuda_are_nearly_those_of_the_cpu(sections):
    found = []
    for device in ("cpu", "cuda"):
        config = experiment(**sections, device=device, training={"epochs": 2}).model_copy(
            update={"diagnostics": "full"}
        )
        found.append([record.diagnostics for record in finished([config])[1]])
    for on_cpu, on_cuda in zip(*found, strict=True):  # epoch 0 has the gradient before the first step
        assert on_cpu.keys() == on_cuda.keys()
        for key, values in on_cpu.items():
            assert on_cuda[key] == pytest.approx(values, rel=0.05, abs=1e-3, nan_ok=True), key


@pytest.mark.parametrize("way", WAYS)
def test_every_way_to_train(way):
    """Few steps in float64, where both devices differ by the order of sums alone; then maps and networks agree closely."""
    results = [finished(members_of(WAYS[way], device, precision="float64", epochs=2)) for device in ("cpu", "cuda")]
    (on_cpu, records), (on_gpu, other_records) = results
    torch.testing.assert_close(on_gpu.state.last.cpu(), on_cpu.state.last, rtol=1e-7, atol=1e-9)
    for record, other in zip(records, other_records, strict=True):
        for row, other_row in zip(record.rows, other.rows, strict=True):
            assert other_row.scores == pytest.approx(row.scores, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize(("precision", "close"), [("float32", 1e-4), ("float64", 1e-9), ("bfloat16", 5e-2)])
@pytest.mark.parametrize("way", ["sgd", "average pooling", "max pooling"])
def test_every_precision(way, precision, close):
    """float32 is IEEE's: with TF32, of 10 bits, weights differ by more than 1e-3 after these steps."""
    weights = [
        finished(members_of(WAYS[way], device, precision=precision, epochs=1))[0].state.last.cpu()
        for device in ("cpu", "cuda")
    ]
    torch.testing.assert_close(weights[1], weights[0], rtol=close, atol=close)


GRAPHS = [
    "sgd", "adam", "adamw", "penalty, clipping, averaging", "schedule", "class weights", "running metrics",
    "dropout, batch norm", "prelu", "maxout", "gelu", "average pooling", "diagnostics of convolutions",
]  # fmt: skip


@pytest.mark.parametrize("way", GRAPHS)
def test_graphs_give_the_numbers_of_single_steps(way):
    """The same kernels in the same order: float64 leaves room for sums of atomic additions alone."""
    weights = [
        finished(members_of(WAYS[way], "cuda", cuda_graph=graph, precision="float64", epochs=60))[0].state.last.cpu()
        for graph in ("off", "auto")
    ]
    torch.testing.assert_close(weights[1], weights[0], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("way", GRAPHS)
def test_graphs_change_no_bit_of_float32(way):
    """As the driver trains, with deterministic algorithms."""
    weights = []
    for graph in ("off", "auto"):
        members = members_of(WAYS[way], "cuda", cuda_graph=graph, epochs=60)
        with computing(members[0], 1):
            weights.append(finished(members)[0].state.last.cpu())
    assert torch.equal(*weights)


def test_steps_that_cannot_be_recorded_go_on_one_by_one():
    """A recording that reads on the host ends in an error of CUDA; what follows runs as if it had not been tried."""
    seen = []

    def take(block):
        block.inputs.add_(1)
        seen.append(block.inputs.sum().item())

    block = StepBlock(*(torch.zeros(1, 2, 3, 4, device="cuda") for _ in range(2)), {}, torch.ones(1, 1, device="cuda"))
    steps, stream = RecordedSteps(take, torch.device("cuda")), torch.cuda.current_stream()
    for _ in range(steps.EAGER_STEPS + 5):
        steps(block)
    assert "training.cuda_graph" in steps.note
    assert seen == [24.0 * (i + 1) for i in range(steps.EAGER_STEPS + 5)]
    assert torch.cuda.current_stream() == stream


def test_graphs_when_members_leave_and_when_training_goes_on():
    sections = {"dataset": {"validation_fraction": 0.2}, "training": {"early_stopping": {"patience": 6}}}
    both = []
    for graph in ("off", "auto"):
        members = members_of(sections, "cuda", 4, cuda_graph=graph, precision="float64", epochs=150)
        first = trainer(members)
        for _ in first.run():
            if first.state.epoch == 90 and first.state.step_of_epoch:
                break
        second = trainer(members)
        second.restore(*first.state.saved())
        for _ in second.run():
            pass
        both.append(second.state)
    assert both[0].statuses == both[1].statuses
    assert "stopped early" in both[0].statuses
    torch.testing.assert_close(both[1].last, both[0].last, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("graph", ["off", "auto"])
@pytest.mark.parametrize("way", ["adam", "dropout, batch norm", "online map", "batch map"])
def test_resumed_equals_uninterrupted(way, graph):
    members = members_of(WAYS[way], "cuda", cuda_graph=graph, epochs=40)
    whole, _ = finished(members)
    first = trainer(members)
    for _ in first.run():
        if first.state.epoch == 36:
            break
    second = trainer(members)
    second.restore(*first.state.saved())
    for _ in second.run():
        pass
    torch.testing.assert_close(second.state.last, whole.state.last, rtol=0, atol=0)


def test_images_are_moved_as_on_the_cpu():
    generator = torch.Generator().manual_seed(0)
    images = torch.rand(20, 1, 28, 28, generator=generator)
    motions = torch.from_numpy(draw_motions(Augmentation(max_shift=3, max_rotation=20), 0, 1, 20))
    on_cuda = move(images.cuda(), motions.cuda()).cpu()
    torch.testing.assert_close(on_cuda, move(images, motions), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("graph", ["off", "auto"])
def test_the_epoch_of_divergence_does_not_depend_on_how_often_is_evaluated(graph):
    ended = []
    for every in (1, 10):
        config = experiment(
            dataset={"name": "synthetic", "kind": "function", "function": "square", "samples": 60},
            model={"hidden_sizes": [16, 16], "activation": "relu"},
            training={"batch_size": 20, "epochs": 60, "evaluate_every": every, "cuda_graph": graph},
            device="cuda",
        )
        rates = [config.optimizer.model_copy(update={"learning_rate": rate}) for rate in (0.02, 0.3, 1.0, 5.0)]
        chosen, _ = finished([config.model_copy(update={"optimizer": optimizer}) for optimizer in rates])
        ended.append((chosen.state.statuses, chosen.state.ended_epoch.tolist()))
    assert ended[0] == ended[1]
    assert "diverged" in ended[0][0]
