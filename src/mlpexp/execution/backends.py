"""Where stacks are trained: on this machine, or on a Ray or Dask cluster, each task one stack."""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from importlib.util import find_spec
from typing import Any

from mlpexp.asking import keyword
from mlpexp.config.words import did_you_mean
from mlpexp.errors import InputError, Interrupted
from mlpexp.execution.local import POLL_SECONDS, STOPPED, Outcomes, Runner, in_this_process, in_workers
from mlpexp.execution.quiet import quieten
from mlpexp.execution.signals import Stop
from mlpexp.execution.tasks import StackOutcome, StackTask, failed

PACKAGES = {"local": "loky", "ray": "ray", "dask": "distributed"}


def check_backend(name: str, address: str | None) -> None:
    """Refuses a backend that is not there, before anything is written.

    Raises:
        InputError: It is not known, its package is not installed, or an address is given that means nothing.
    """
    if name not in PACKAGES:
        raise InputError(f"{keyword('backend')}: {name!r} is not known{did_you_mean(name, PACKAGES)}")
    if find_spec(PACKAGES[name]) is None:
        raise InputError(
            f"{keyword('backend', name)}: needs a package that is not installed: pip install 'mlpexp[{name}]'"
        )
    if address is not None and name == "local":
        raise InputError(
            f"{keyword('address')}: means nothing without {keyword('backend', 'ray')} or {keyword('backend', 'dask')}"
        )


def check_cluster(name: str, address: str | None, devices: Collection[str]) -> None:
    """Refuses devices that a cluster cannot give, before anything is written.

    A cluster gives each task a card, which is the only one that the task sees. One that is started here has the cards of this
    machine, which are looked at anyway.

    Args:
        name: ``local``, ``ray`` or ``dask``.
        address: Of a cluster that runs already.
        devices: On which stacks are to be trained.

    Raises:
        InputError: With what to do.
    """
    numbered = sorted(device for device in devices if ":" in device)
    if name != "local" and numbered:
        raise InputError(
            f"device: {numbered[0]}: a cluster chooses the card itself; use cuda, or no {keyword('backend')}"
        )
    if address is None or "cuda" not in devices:
        return
    asked = _ray_cluster(address, 1, needs_card=True) if name == "ray" else _dask_cluster(address, 1, {"GPU": 1})
    with asked:
        pass


def runner(name: str, jobs: int, address: str | None) -> Runner:
    """What trains the stacks of a sweep.

    Args:
        name: ``local``, ``ray`` or ``dask``.
        jobs: Local worker processes, or workers of a cluster that is started here.
        address: Of a cluster that runs already.
    """
    if name == "ray":
        return lambda tasks, stop, shares: on_ray(tasks, address, jobs, stop)
    if name == "dask":
        return lambda tasks, stop, shares: on_dask(tasks, address, jobs, stop)
    if jobs == 1:
        return in_this_process
    return lambda tasks, stop, shares: in_workers(tasks, jobs, stop)


def on_ray(tasks: Sequence[StackTask], address: str | None, jobs: int, stop: Stop) -> Outcomes:
    """Stacks as Ray tasks of one core each, and of one card each where they are trained on one.

    Ray repeats a task whose machine was lost.

    Raises:
        Interrupted: ``stop`` said so.
        InputError: No cluster answers, or it has no card for a task that needs one.
    """
    import ray

    with _ray_cluster(address, jobs, needs_card=any(task.on_cuda for task in tasks)):
        remote = ray.remote(num_cpus=1, max_retries=3)(_remote)
        running = {remote.options(num_gpus=int(task.on_cuda)).remote(task): task for task in tasks}
        while running:
            done, _ = ray.wait(list(running), timeout=POLL_SECONDS)
            _obey(stop)
            for reference in done:
                yield _result(partial(ray.get, reference), running.pop(reference))
            yield None


@contextmanager
def _ray_cluster(address: str | None, jobs: int, *, needs_card: bool) -> Iterator[None]:
    import ray

    try:
        ray.init(address=address, num_cpus=None if address else jobs, log_to_driver=False, include_dashboard=False)
    except ConnectionError as error:
        raise InputError(
            f"{keyword('address', address)}: no Ray cluster answers: {str(error).splitlines()[0]}"
        ) from None
    try:
        if needs_card and not ray.cluster_resources().get("GPU"):
            raise InputError("device: cuda: no machine of the Ray cluster has a GPU; use cpu")
        yield
    finally:
        ray.shutdown()


def on_dask(tasks: Sequence[StackTask], address: str | None, jobs: int, stop: Stop) -> Outcomes:
    """Stacks as Dask tasks, which need the resource ``GPU`` where they are trained on a card.

    Dask repeats a task whose worker was lost.

    Raises:
        Interrupted: ``stop`` said so.
        InputError: No cluster answers, or no worker of it has a card for a task that needs one.
    """
    from distributed import wait

    need = {"GPU": 1} if any(task.on_cuda for task in tasks) else {}
    with _dask_cluster(address, jobs, need) as client:
        running = {
            client.submit(_remote, task, pure=False, retries=1, resources=need if task.on_cuda else {}): task
            for task in tasks
        }
        while running:
            try:
                done = wait(list(running), timeout=POLL_SECONDS, return_when="FIRST_COMPLETED").done
            except TimeoutError:
                done = set()
            _obey(stop)
            for future in done:
                yield _result(future.result, running.pop(future))
            yield None


@contextmanager
def _dask_cluster(address: str | None, jobs: int, need: dict[str, int]) -> Iterator[Any]:
    from distributed import Client, LocalCluster

    own = {"n_workers": jobs, "threads_per_worker": 1, "dashboard_address": None, "resources": need}
    try:
        cluster = None if address else LocalCluster(**own)
        client = Client(address or cluster, timeout=10)
    except OSError as error:
        raise InputError(
            f"{keyword('address', address)}: no Dask cluster answers: {str(error).splitlines()[0]}"
        ) from None
    try:
        workers = client.scheduler_info(n_workers=-1)["workers"].values()
        if need and not any(worker["resources"].get("GPU") for worker in workers):
            raise InputError("device: cuda: no Dask worker has a GPU; start those that have with --resources GPU=1")
        yield client
    finally:
        client.close()
        if cluster:
            cluster.close()


def _remote(task: StackTask) -> StackOutcome | Exception:
    """The outcome of a task, or what it failed of: raised there, it would look like the loss of a machine here."""
    from mlpexp.execution.driver import finished, train_stack

    quieten()
    try:
        return finished(train_stack(task))
    except Exception as error:
        return error


def _obey(stop: Stop) -> None:
    if number := stop():
        raise Interrupted(STOPPED, number)


def _result(get: Callable[[], Any], task: StackTask) -> StackOutcome:
    """What a task gave; one that the cluster gave up is failed, and what it failed of is raised."""
    try:
        outcome: StackOutcome | Exception = get()
    except Exception as error:
        return failed(task, f"lost on the cluster: {type(error).__name__}")
    if isinstance(outcome, Exception):
        raise outcome
    return outcome
