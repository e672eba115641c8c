"""Dropout: the right share, the same units whatever the stack and the block, and none in evaluation."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from making.stacks import experiment, finished, rows_of, trainer
from mlpexp.architectures.build import build_architecture
from mlpexp.config.networks import Mlp
from mlpexp.training.dropout import DropoutMasks

ARCHITECTURE = build_architecture(Mlp(name="mlp", hidden_sizes=[7, 5], dropout=0.5), (4,), 3)
CPU = {"dtype": torch.float64, "device": torch.device("cpu")}


def masks(rates: list[float], seeds: list[int] | None = None) -> DropoutMasks:
    """Masks of one member per rate; members and seeds are in the same order unless seeds are fewer."""
    index = np.arange(len(rates)) % len(seeds or rates)
    chosen = DropoutMasks(ARCHITECTURE, np.tile(rates, (2, 1)), index, **CPU)
    chosen.start_epoch(seeds or range(len(rates)), 1)
    return chosen


@pytest.mark.parametrize("rate", [0.0, 0.1, 0.5, 0.9])
def test_the_share_of_dropped_units_is_the_rate_and_the_mean_is_kept(rate: float) -> None:
    factors = masks([rate]).draw(1, 20_000)["dropout1"][0]
    assert factors.shape == (1, 20_000, 7)
    kept = 1 / (1 - rate)
    assert set(factors.unique().tolist()) <= {0.0, kept}
    deviation = 4 * np.sqrt(rate * (1 - rate) / factors.numel()) + 1e-12
    assert (factors == 0).double().mean().item() == pytest.approx(rate, abs=deviation)
    assert factors.mean().item() == pytest.approx(1, abs=deviation * kept)


def test_layers_units_samples_steps_epochs_and_seeds_are_dropped_independently() -> None:
    chosen = masks([0.5, 0.5])
    steps = chosen.draw(2, 400)
    chosen.start_epoch([0, 1], 2)
    later = chosen.draw(1, 400)["dropout1"][0]
    first, second = steps["dropout1"]
    columns = [first[0], steps["dropout2"][0, 0], second[0], later[0], first[1]]
    matrix = torch.cat(columns, 1).numpy()  # (400, 7 + 5 + 7 + 7 + 7)
    correlations = np.corrcoef(matrix.T) - np.eye(matrix.shape[1])
    assert np.abs(correlations).max() < 5 / np.sqrt(400)
    assert len({tuple(row) for row in matrix}) == 400


def test_layers_of_one_width_drop_different_units() -> None:
    architecture = build_architecture(Mlp(name="mlp", hidden_sizes=[6, 6], dropout=0.5), (4,), 3)
    chosen = DropoutMasks(architecture, np.full((2, 1), 0.5), np.array([0]), **CPU)
    chosen.start_epoch([0], 1)
    step = chosen.draw(1, 20)
    assert not torch.equal(step["dropout1"], step["dropout2"])


@given(st.integers(1, 40), st.lists(st.integers(1, 9), min_size=1, max_size=5))
def test_blocks_of_any_length_give_the_same_masks(batch_size: int, lengths: list[int]) -> None:
    whole, pieces = masks([0.3]), masks([0.3])
    together = whole.draw(sum(lengths), batch_size)
    apart = [pieces.draw(length, batch_size) for length in lengths]
    assert all(torch.equal(together[name], torch.cat([one[name] for one in apart])) for name in together)


def test_members_of_one_seed_drop_nested_units_and_neighbours_change_none() -> None:
    """Common random numbers: what a rate of 0.2 drops, one of 0.6 drops too."""
    together = masks([0.2, 0.6, 0.2], seeds=[4]).draw(3, 50)["dropout1"]
    alone = masks([0.6], seeds=[4]).draw(3, 50)["dropout1"]
    assert torch.equal(together[:, 1], alone[:, 0])
    assert torch.equal(together[:, 0], together[:, 2])
    assert not together[:, 1][together[:, 0] == 0].any()


def test_evaluation_drops_nothing() -> None:
    chosen = trainer([experiment(model={"dropout": 0.9})])
    x = chosen.samples.part(0, 20)[0]
    network = chosen.state.network
    torch.testing.assert_close(network(x)[0], network.member(0)(x[0]))
    assert torch.equal(network(x), network(x))


def test_a_dropped_unit_takes_no_part_in_a_step() -> None:
    chosen = trainer(
        [experiment(model={"hidden_sizes": [30], "dropout": 0.5, "activation": "tanh"}, training={"batch_size": 1})]
    )
    before = {name: tensor.clone() for name, tensor in chosen.state.network.parameters.items()}
    expected = DropoutMasks(chosen.architecture, np.array([[0.5]]), np.array([0]), **CPU)
    expected.start_epoch([0], 1)
    dropped = expected.draw(1, 1)["dropout1"][0, 0, 0] == 0
    run = chosen.run()
    next(run), next(run)  # the record of epoch 0, and one step
    after = chosen.state.network.parameters
    for name, axis in (("dense1.weight", 0), ("output.weight", 1)):
        changed = (after[name][0] != before[name][0]).any(axis)
        assert torch.equal(changed, ~dropped)


def test_holding_fewer_steps_at_a_time_changes_no_bit():
    members = [experiment(model={"hidden_sizes": [7], "dropout": 0.3}, seed=seed) for seed in range(3)]
    whole, records = finished(members)
    pieces = trainer(members)
    pieces.block_values = 3 * 16 * (4 + 7) * 2  # two steps
    other_records = [record for record in pieces.run() if record]
    assert torch.equal(whole.state.last, pieces.state.last)
    assert rows_of(records, 1) == rows_of(other_records, 1)
