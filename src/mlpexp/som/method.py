"""A self-organizing map as a method of the training loop."""

from collections.abc import Sequence
from functools import partial

from torch import Tensor

from mlpexp.architectures.layers import SelfOrganizingMap
from mlpexp.config.experiment import Experiment
from mlpexp.config.som import Som
from mlpexp.nn.network import StackedNetwork
from mlpexp.som.measures import MapMeasures
from mlpexp.som.neighbourhood import Neighbourhood
from mlpexp.som.start import set_initial_weights
from mlpexp.som.steps import BatchSteps, OnlineSteps
from mlpexp.training.head import Head
from mlpexp.training.hyper import HyperParameters
from mlpexp.training.method import Method
from mlpexp.training.samples import Samples
from mlpexp.training.state import TrainingState


class _Maps:
    """What the three parts of the method must know of each other: the grid, and how many steps the radius falls for."""

    grid: SelfOrganizingMap
    steps_per_epoch: int
    num_steps: int

    def start(
        self, members: Sequence[Experiment], network: StackedNetwork, samples: Samples, pair_of_member: Tensor
    ) -> None:
        grid, training = network.architecture.layers[-1].spec, members[0].training
        assert isinstance(grid, SelfOrganizingMap)
        self.steps_per_epoch = samples.num_steps(training.batch_of(samples.sizes.train))
        self.grid, self.num_steps = grid, self.steps_per_epoch * training.epochs
        set_initial_weights(members, network, samples, pair_of_member)

    def steps(
        self, members: Sequence[Experiment], state: TrainingState, hyper: HyperParameters, head: Head
    ) -> OnlineSteps | BatchSteps:
        models = [member.model for member in members if isinstance(member.model, Som)]
        like = state.network.flat
        if models[0].algorithm == "batch":
            return BatchSteps(state, Neighbourhood(self.grid, models, self.num_steps, like))
        rates = partial(hyper.rates, steps_per_epoch=self.steps_per_epoch)
        return OnlineSteps(state, Neighbourhood(self.grid, models, self.num_steps, like, rates))

    def measures(self, head: Head, names: Sequence[str], samples: Samples, pair_of_member: Tensor) -> MapMeasures:
        return MapMeasures(self.grid, samples, pair_of_member)


def self_organizing_map() -> Method:
    """The method of one stack of maps."""
    maps = _Maps()
    return Method(maps.steps, maps.measures, maps.start)
