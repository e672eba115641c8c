"""Neighbours do not matter to a map either, and a resumed training ends as one that was not interrupted."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from making.maps import experiment, finished, seeds_of, trainer
from mlpexp.config.dump import program_of

VALIDATION = {"validation_fraction": 0.2}


def rows(records, member):
    return [
        (record.epoch, record.step, row.learning_rate, repr(row.scores), row.status)
        for record in records
        for row in record.rows
        if row.member == member
    ]


def assert_every_member_equals_solo(members):
    together, records = finished(members)
    for place, member in enumerate(members):
        alone, own = finished([member])
        assert rows(records, place) == rows(own, 0)
        assert torch.equal(together.state.last[place], alone.state.last[0])
        assert torch.equal(together.state.best[place], alone.state.best[0])


@given(
    grid=st.sampled_from([[1, 2], [3, 3], [4, 5], [2, 9], [10, 10]]),
    topology=st.sampled_from(["rectangular", "hexagonal"]),
    algorithm=st.sampled_from(["online", "batch"]),
    batch_size=st.sampled_from([1, 4, 32]),
    precision=st.sampled_from(["float32", "float64"]),
    data=st.sampled_from([{"name": "iris"}, {"name": "synthetic", "kind": "function", "function": "sine", "samples": 60},
                          {"name": "digits", "test_fraction": 0.95}]),
)  # fmt: skip
@settings(max_examples=15)
def test_stacked_is_solo(grid, topology, algorithm, batch_size, precision, data):
    base = experiment(
        dataset=data, model={"grid": grid, "topology": topology, "algorithm": algorithm},
        training={"epochs": 2, "precision": precision, "batch_size": "full" if algorithm == "batch" else batch_size},
    )  # fmt: skip
    others = []
    for radius, rate, init, decay in ((1.5, 0.05, "samples", "linear"), (3.0, 0.9, "pca", "inverse_time")):
        model = base.model.model_copy(update={"radius": radius, "init": init, "radius_decay": decay})
        optimizer = base.optimizer.model_copy(update={"learning_rate": rate})
        others.append(base.model_copy(update={"model": model, "optimizer": optimizer, "seed": 1}))
    members = [*seeds_of(base, 2), *others, base.model_copy(update={"seed": 7})]
    assert len({program_of(member) for member in members}) == 1
    assert_every_member_equals_solo(members)


def test_a_member_that_stops_early_leaves_and_the_others_keep_every_bit():
    config = experiment(
        dataset=VALIDATION, training={"epochs": 25, "early_stopping": {"patience": 2}}, model={"grid": [5, 5]}
    )
    members = seeds_of(config, 4)
    together, _ = finished(members)
    assert len(set(together.state.ended_epoch.tolist())) > 1
    assert_every_member_equals_solo(members)


def test_a_member_that_diverges_leaves():
    config = experiment(training={"epochs": 6}, schedule={"name": "constant"})
    wild = config.model_copy(update={"optimizer": config.optimizer.model_copy(update={"learning_rate": 1e6})})
    together, _ = finished([config, wild])
    assert together.state.statuses == ["finished", "diverged"]
    assert torch.equal(together.state.last[0], finished([config])[0].state.last[0])


@pytest.mark.parametrize("model", [{}, {"algorithm": "batch"}], ids=["online", "batch"])
def test_continuing_from_any_step_gives_the_same_end(model):
    batch = "full" if model else 20
    members = seeds_of(experiment(dataset=VALIDATION, model=model, training={"epochs": 4, "batch_size": batch}), 2)
    first, states = trainer(members), []
    for _ in first.run():
        states.append(first.state.saved())
    for arrays, plain in states:
        resumed = trainer(members)
        resumed.restore(arrays, plain)
        list(resumed.run())
        assert torch.equal(resumed.state.last, first.state.last)
        assert np.array_equal(resumed.state.best_epoch, first.state.best_epoch)


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA GPU")
@pytest.mark.parametrize("model", [{}, {"algorithm": "batch", "topology": "hexagonal"}], ids=["online", "batch"])
def test_cuda_gives_nearly_the_map_of_the_cpu(model):
    weights = []
    for device in ("cpu", "cuda"):
        chosen, _ = finished(seeds_of(experiment(model=model, device=device), 3))
        weights.append(chosen.state.last.cpu())
    torch.testing.assert_close(weights[1], weights[0], rtol=1e-2, atol=1e-3)
