"""What the members of a stack may differ in, and what they may not."""

import numpy as np
import pytest
import torch

from making.effort import calls_of
from making.stacks import experiment, finished, rows_of, trainer
from mlpexp.config.dump import program_of
from mlpexp.execution.members import members_of
from mlpexp.training.hyper import HyperParameters
from mlpexp.training.one_program import assert_one_program

CONFIG = experiment(model={"hidden_sizes": [6], "dropout": 0.1})
OTHER_PROGRAMS = {
    "activation": experiment(model={"hidden_sizes": [6], "dropout": 0.1, "activation": "tanh"}),
    "no dropout": experiment(model={"hidden_sizes": [6]}),
    "momentum": experiment(model={"hidden_sizes": [6], "dropout": 0.1}, optimizer={"momentum": 0.5}),
    "batch size": experiment(model={"hidden_sizes": [6], "dropout": 0.1}, training={"batch_size": 8}),
}


@pytest.mark.parametrize("other", OTHER_PROGRAMS.values(), ids=OTHER_PROGRAMS)
def test_members_that_compute_something_else_are_refused(other):
    with pytest.raises(AssertionError, match="differ in what is computed"):
        trainer([CONFIG, other])


def test_seeds_of_one_experiment_are_looked_at_once():
    members = members_of(CONFIG, range(1000))
    assert calls_of(program_of, lambda: assert_one_program(members)) == 1


INITS = ["he_normal", "xavier_uniform", {"name": "constant", "value": 0.2}, "he_normal"]


def test_each_member_is_drawn_and_dropped_as_its_own_architecture_says():
    members = [
        experiment(model={"hidden_sizes": [6], "init": init, "dropout": rate}, seed=seed)
        for init, rate, seed in zip(INITS, (0.1, 0.2, 0.3, 0.4), (0, 0, 0, 1), strict=True)
    ]
    chosen = trainer(members)
    assert len({row.numpy().tobytes() for row in chosen.state.network.flat}) == 4
    assert chosen.dropout_rates.tolist() == [[0.1, 0.2, 0.3, 0.4]]
    together, records = finished(members)
    for i, member in enumerate(members):
        alone, own = finished([member])
        assert torch.equal(together.state.last[i], alone.state.last[0])
        assert rows_of(records, i) == rows_of(own, 0)


def test_members_may_have_other_schedules():
    schedules = [{"name": "constant"}, {"name": "exponential", "decay": 0.5}, {"name": "constant"}]
    members = [experiment(schedule=one, optimizer={"learning_rate": 0.1 * i}) for i, one in enumerate(schedules, 1)]
    hyper = HyperParameters.of(members, num_train=1)
    assert len(hyper.schedules) == 2
    rates = hyper.rates(np.array([0, 7, 14]), 7)
    np.testing.assert_allclose(rates, [[0.1, 0.2, 0.3], [0.1, 0.1, 0.3], [0.1, 0.05, 0.3]], rtol=1e-12)
    assert np.array_equal(hyper.select(np.array([1])).rates(np.array([0, 7, 14]), 7), rates[:, 1:2])
