"""The same training on CPU and CUDA: equal splits, draws and batch order, hence nearly equal numbers."""

import pytest
import torch

from making.stacks import experiment, finished
from mlpexp.config.scores import SCORES

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
        found.append(finished([config])[1][-1].diagnostics)
    assert found[0].keys() == found[1].keys()
    for key, values in found[0].items():
        assert found[1][key] == pytest.approx(values, rel=0.05, abs=1e-3, nan_ok=True), key
