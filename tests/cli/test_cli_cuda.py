"""Every command that computes, on a GPU."""

import pytest
import torch

pytestmark = [
    pytest.mark.cuda,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA GPU"),
    pytest.mark.usefixtures("undrawn"),
]
IRIS = """
dataset: {name: iris}
model: {name: mlp, hidden_sizes: [6]}
optimizer: {name: adam, learning_rate: 0.01}
training: {batch_size: 16, epochs: 40}
diagnostics: full
"""


@pytest.mark.parametrize("graph", ["off", "auto"])
def test_every_command(mlpexp, config, graph):
    """A sweep and a run, with their final files, and what is computed of them afterwards."""
    path, words = config(IRIS), ["-s", f"training.cuda_graph={graph}", "--device", "cuda", "--quiet"]
    sweep = mlpexp("sweep", "-c", path, "--learning-rate", "0.01,0.03", "--seeds", 3, *words).run
    run = mlpexp("train", "-c", path, "--seeds", 2, *words).run
    for name in ("metrics.csv", "trials.csv", "diagnostics.csv", "weights"):
        assert (run / name).exists(), name
    for command in (["show", sweep], ["compare", sweep], ["explain", run]):
        assert mlpexp(*command).code == 0, command
    for command in ("find-lr", "gradcheck"):
        assert mlpexp(command, "-c", path, "-s", "device=cuda").code == 0, command


def test_auto_is_the_cpu_for_a_cluster(mlpexp, config):
    pytest.importorskip("distributed")
    long = ["-s", "training.epochs=100000", "-s", "model.hidden_sizes=[256, 256]", "--seeds", 100, "--dry-run"]
    words = ["sweep", "-c", config(IRIS), "--learning-rate", "0.01,0.03", "--jobs", 1, *long]
    assert "device: auto takes the GPU" in mlpexp(*words).err
    assert "device: auto" not in mlpexp(*words, "--backend", "dask").err
