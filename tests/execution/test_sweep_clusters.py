"""Sweeps on a local Ray or Dask cluster of two nodes: the same bytes as in this process."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from mlpexp.execution.worker import train_stack

from mlpexp.errors import InputError, Interrupted
from mlpexp.execution.backends import check_backend, on_dask, on_ray
from mlpexp.execution.tasks import StackOutcome, StackTask
from mlpexp.planning.plan import Plan
from mlpexp.planning.stacks import stacking
from planning import plan_of

pytestmark = [pytest.mark.cluster, pytest.mark.slow]


def tasks_of(plan: Plan) -> list[StackTask]:
    return [
        StackTask(
            stack.number,
            [trial.arm.experiment.model_copy(update={"seed": trial.seed}) for trial in stack.trials],
            [trial.arm.number for trial in stack.trials],
        )
        for stack in stacking(plan, 1, 10**9).stacks
    ]


@pytest.fixture
def tasks(tmp_path: Path) -> list[StackTask]:
    return tasks_of(plan_of(tmp_path, "{over: {learning_rate: [0.1, 1.0e+9], batch_size: [5, 7, 35]}, seeds: 2}"))


def same_as_here(outcomes: Iterator[StackOutcome | None], tasks: list[StackTask]) -> bool:
    found = {outcome.number: outcome.blocks for outcome in outcomes if outcome}
    return found == {task.number: train_stack(task).blocks for task in tasks}


def test_dask_gives_the_same_bytes(tasks: list[StackTask]) -> None:
    pytest.importorskip("distributed")
    assert same_as_here(on_dask(tasks, None, 2, lambda: None), tasks)


@pytest.mark.filterwarnings("ignore")  # Ray's own
def test_ray_gives_the_same_bytes_on_two_nodes(tasks: list[StackTask]) -> None:
    pytest.importorskip("ray")
    from ray.cluster_utils import Cluster

    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    try:
        cluster.add_node(num_cpus=1)
        assert same_as_here(on_ray(tasks, cluster.address, 2, lambda: None), tasks)
    finally:
        cluster.shutdown()


def test_a_stopped_sweep_leaves_no_cluster_behind(tasks: list[StackTask]) -> None:
    pytest.importorskip("distributed")
    with pytest.raises(Interrupted):
        list(on_dask(tasks, None, 1, lambda: 2))


def test_a_cluster_that_is_not_there(tasks: list[StackTask]) -> None:
    pytest.importorskip("distributed")
    with pytest.raises(InputError, match="no Dask cluster answers"):
        list(on_dask(tasks, "tcp://127.0.0.1:9", 1, lambda: None))


def test_a_package_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    import mlpexp.execution.backends as backends

    monkeypatch.setattr(backends, "find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"pip install 'mlpexp\[ray\]'"):
        check_backend("ray", None)
