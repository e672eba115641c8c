"""A seed of its own for a purpose holds exactly that purpose fixed."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from making.stacks import experiment, finished, rows_of, trainer

SEEDS = (3, 5)
OWN = ("split_seed", "init_seed", "order_seed")
own_seeds = st.fixed_dictionaries({name: st.none() | st.sampled_from([0, 1, 2**40]) for name in OWN})


def drawn(config):
    """Rows of the split, initial weights, positions in the first epoch's order, units dropped at first: of one member."""
    chosen = trainer([config])
    samples = chosen.samples
    positions = {row.tobytes(): i for i, row in enumerate(samples.part(0, samples.sizes.train)[0][0].numpy())}
    inputs = next(samples.blocks(1, samples.sizes.train)).inputs[0, 0].numpy()
    chosen.dropout.start_epoch(samples.order_seeds, 1)
    masks = chosen.dropout.draw(1, 20)
    order = [positions[row.tobytes()] for row in inputs]
    return {
        "split_seed": samples.rows.tolist(),
        "init_seed": chosen.state.network.flat.tolist(),
        "order_seed": [order, masks["dropout1"].tolist()],
    }


@settings(max_examples=25)
@given(own_seeds)
@example({"split_seed": 0, "init_seed": None, "order_seed": None})
@example({"split_seed": None, "init_seed": 0, "order_seed": None})
@example({"split_seed": None, "init_seed": None, "order_seed": 0})
def test_what_has_its_own_seed_is_the_same_in_all_repetitions_and_nothing_else(own):
    config = experiment(
        dataset={"name": "synthetic", "kind": "spirals", "samples": 60},  # no sample twice, unlike iris
        model={"hidden_sizes": [6], "dropout": 0.5},
        **own,
    )
    one, other = (drawn(config.model_copy(update={"seed": seed})) for seed in SEEDS)
    for name in OWN:
        assert (one[name] == other[name]) == (own[name] is not None), name
        if own[name] is not None:
            alone = drawn(config.model_copy(update={"seed": own[name], **dict.fromkeys(OWN)}))
            assert one[name] == alone[name], name


@pytest.mark.parametrize("fixed", [*OWN, None])
def test_members_share_the_samples_that_they_have_in_common(fixed):
    config = experiment(dataset={"validation_fraction": 0.2}, **({fixed: 7} if fixed else {}))
    members = [config.model_copy(update={"seed": seed}) for seed in (0, 1, 0, 2)]
    together, records = finished(members)
    assert len(together.samples.pairs) == 3
    for i, member in enumerate(members):
        alone, own = finished([member])
        assert rows_of(records, i) == rows_of(own, 0)
        assert np.array_equal(together.samples.rows[together.pair_of_member[i]], alone.samples.rows[0])


def test_members_with_split_and_order_in_common_are_one_pair():
    config = experiment(split_seed=1, order_seed=2)
    together, records = finished([config.model_copy(update={"seed": seed}) for seed in range(3)])
    assert together.samples.pairs == [((1, None), 2)]
    assert records[-1].seeds.tolist() == [0, 1, 2]
    assert len({repr(row.scores) for row in records[-1].rows}) == 3  # their initial weights differ
