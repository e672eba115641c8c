"""The invariant of a stack: its members may differ in numbers, not in what is computed."""

from collections.abc import Sequence

from mlpexp.config.dump import program_of
from mlpexp.config.experiment import Experiment


def assert_one_program(members: Sequence[Experiment]) -> None:
    """The invariant of a stack; members that share their sections, as seeds of one experiment do, are looked at once."""
    distinct = {
        (id(one.dataset), id(one.model), id(one.optimizer), id(one.training), one.loss, one.device): one
        for one in members
    }
    assert len({program_of(one) for one in distinct.values()}) == 1, "members of a stack differ in what is computed"
