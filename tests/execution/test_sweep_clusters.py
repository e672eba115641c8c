"""Sweeps on a local Ray or Dask cluster of two nodes: the same bytes as in this process."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from making.configs import TINY
from making.pace import Lost
from making.trained_results import Trained, new
from mlpexp.errors import InputError, Interrupted
from mlpexp.execution.backends import check_backend, on_dask, on_ray
from mlpexp.execution.local import Runner

pytestmark = [pytest.mark.cluster, pytest.mark.slow]

TEXT = TINY + (
    "keep: {weights: all, history: 2}\n"
    "sweep: {over: {learning_rate: [0.1, 1.0e+9], batch_size: [5, 7, 30]}, seeds: 2}\n"
)  # fmt: skip


@pytest.fixture
def here(tmp_path: Path) -> Trained:
    return new(tmp_path, TEXT, runs="here").finish()


@pytest.fixture
def sweep(tmp_path: Path) -> Trained:
    return new(tmp_path, TEXT, runs="cluster")


def trained_on(sweep: Trained, cluster: Runner) -> dict[str, bytes]:
    """A cluster cannot reach the folder: parts and weights are sent."""
    return sweep.finish(cluster, reachable=False).bytes()


def test_dask_gives_the_same_bytes(here: Trained, sweep: Trained) -> None:
    pytest.importorskip("distributed")
    assert trained_on(sweep, lambda tasks, stop, shares: on_dask(tasks, None, 2, stop)) == here.bytes()


@pytest.mark.filterwarnings("ignore")  # Ray's own
def test_ray_gives_the_same_bytes_on_two_nodes(here: Trained, sweep: Trained) -> None:
    pytest.importorskip("ray")
    from ray.cluster_utils import Cluster

    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    try:
        cluster.add_node(num_cpus=1)
        assert trained_on(sweep, lambda tasks, stop, shares: on_ray(tasks, cluster.address, 2, stop)) == here.bytes()
    finally:
        cluster.shutdown()


def test_a_stopped_sweep_leaves_no_cluster_behind_and_can_be_gone_on_with(here: Trained, sweep: Trained) -> None:
    pytest.importorskip("distributed")
    with pytest.raises(Interrupted):
        sweep.finish(lambda tasks, stop, shares: on_dask(tasks, None, 1, lambda: 2), reachable=False)
    assert sweep.summary.status == "interrupted"
    assert sweep.resumed().finish().bytes() == here.bytes()


def test_a_cluster_that_is_not_there(sweep: Trained) -> None:
    pytest.importorskip("distributed")
    with pytest.raises(InputError, match="no Dask cluster answers"):
        sweep.finish(lambda tasks, stop, shares: on_dask(tasks, "tcp://127.0.0.1:9", 1, stop), reachable=False)


def test_what_the_cluster_loses_is_a_failed_row(here: Trained, sweep: Trained) -> None:
    """The others are trained."""
    pytest.importorskip("distributed")

    def lossy(tasks, stop, shares) -> Iterator:
        return on_dask([Lost(**vars(task)) for task in tasks], None, 1, stop)

    sweep.finish(lossy, reachable=False)
    lost = [trial for trial in sweep.trials if trial["status"] == "failed"]
    assert {trial["training.batch_size"] for trial in lost} == {7}
    assert all(trial["reason"].startswith("lost on the cluster: ") for trial in lost)
    assert [repr(row) for row in sweep.metrics] == [repr(row) for row in here.metrics if (row["arm"] - 1) % 3]


def test_a_package_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(InputError, match=r"pip install 'mlpexp\[ray\]'"):
        check_backend("ray", None)
