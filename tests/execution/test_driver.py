"""The driver: lack of memory halves a stack, a failed trial is a row, a defect is raised, and nothing is left changed."""

import itertools
import signal
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch

from making.configs import TINY
from making.pace import Deadly, Disturbed
from making.stopping import before_replacing
from making.trained_results import Make, Trained
from mlpexp.errors import InputError, Interrupted, RunError
from mlpexp.execution.driver import train_stack
from mlpexp.execution.local import DIED, in_workers
from mlpexp.execution.tasks import StackTask
from mlpexp.training.lack_of_memory import is_lack_of_memory
from mlpexp.training.trainer import Trainer

SWEEP = TINY + "sweep: {over: {learning_rate: [0.01, 0.1, 0.2]}, seeds: 2}\n"  # one stack of six
OUT_OF_MEMORY = (
    MemoryError("Unable to allocate 9 GiB\nfor an array"),
    torch.OutOfMemoryError("CUDA out of memory"),
    RuntimeError("[enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: can't allocate memory: you tried to allocate"),
)


def larger_than(size: int, error: BaseException) -> Callable[[Trainer], BaseException | None]:
    return lambda trainer: error if len(trainer.members) > size else None


def is_bad(trainer: Trainer) -> bool:
    """Whether one of its members is the trial that cannot be trained."""
    return any((member.optimizer.learning_rate, member.seed) == (0.1, 1) for member in trainer.members)


def others(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those of all trials but the bad one."""
    return [row for row in rows if (row["arm"], row["seed"]) != (1, 1)]


@pytest.mark.slow
@pytest.mark.parametrize("error", OUT_OF_MEMORY, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize(
    ("size", "stacks"), [(3, [6, 3, 3]), (2, [6, 3, 1, 2, 3, 1, 2]), (1, [6, 3, 1, 2, 1, 1, 3, 1, 2, 1, 1])]
)
def test_a_stack_without_enough_memory_is_trained_in_halves_to_the_same_bytes(
    size: int, stacks: list[int], error: Exception, make: Make
) -> None:
    whole = make(SWEEP).finish()
    halved = make(SWEEP).finish(disturbed := Disturbed(larger_than(size, error)))
    assert [len(stack) for stack in disturbed.begun] == stacks
    assert halved.bytes() == whole.bytes()
    assert [len(stack.trials) for stack in halved.result.stacks.stacks] == [n for n in stacks if n <= size]


@pytest.mark.usefixtures("lazy_disk")
def test_halves_that_had_ended_are_not_trained_again(make: Make) -> None:
    whole = make(SWEEP).finish()
    disturbed = Disturbed(larger_than(3, MemoryError()))
    begun, broken = disturbed.begun, make(SWEEP)
    updates = broken.updates(disturbed)
    while not (broken.folder.parts / "stack-0.0" / "done.json").exists():
        next(updates)
    updates.close()
    before = len(begun)
    broken.resumed().finish(disturbed)
    assert [len(stack) for stack in begun[before:]] == [3]
    assert begun[-1] == [(0.1, 1), (0.2, 0), (0.2, 1)]
    assert broken.bytes() == whole.bytes()


@pytest.mark.slow
@pytest.mark.usefixtures("lazy_disk")
@pytest.mark.parametrize("steps", [1, 4])
def test_halves_are_interrupted_and_resumed_like_any_stack(steps: int, make: Make) -> None:
    whole = make(SWEEP).finish()
    disturbed = Disturbed(larger_than(2, MemoryError()), checkpoint_steps=steps)
    broken = make(SWEEP)
    for count in itertools.count():
        updates = broken.updates(disturbed)
        ended = len(list(itertools.islice(updates, 14 + count % 4))) < 14  # six of them are lost to halving
        updates.close()
        if ended or broken.summary.complete:
            break
        broken = broken.resumed()
    assert count >= 2
    assert broken.bytes() == whole.bytes()


def test_a_trial_that_fails_alone_is_a_row_and_the_others_are_trained(
    make: Make,
) -> None:
    whole = make(SWEEP).finish()
    error = MemoryError("Unable to allocate 9 GiB\nfor an array")
    sweep = make(SWEEP).finish(Disturbed(lambda trainer: error if is_bad(trainer) else None))
    (lost,) = (trial for trial in sweep.trials if trial["status"] == "failed")
    assert (lost["arm"], lost["seed"]) == (1, 1)
    assert lost["reason"] == "not enough memory: Unable to allocate 9 GiB"
    assert others(sweep.trials) == others(whole.trials)
    assert sweep.metrics == others(whole.metrics)
    assert (sweep.summary.status, sweep.summary.outcome.failed) == ("finished", 1)
    assert [arm.failed for arm in sweep.summary.outcome.arms] == [0, 1, 0]
    ours, theirs = sweep.weights("best"), whole.weights("best")
    rows = [row for row in range(6) if row != 3]
    assert all(ours[name][rows].tobytes() == theirs[name][rows].tobytes() for name in theirs)
    with pytest.raises(RunError, match="holds no weights of arm 1, seed 1"):
        sweep.result.arm(1).kept_weights([1], "best")


@pytest.mark.slow
def test_if_every_trial_fails_that_is_an_error_with_its_reason(make: Make) -> None:
    for text in (TINY, SWEEP):
        result = make(text)
        with pytest.raises(RunError, match=r"^every trial failed: not enough memory: out of memory$"):
            result.finish(Disturbed(lambda trainer: MemoryError()))
        assert result.summary.status == "failed"
        assert result.summary.reason == "every trial failed: not enough memory: out of memory"


@pytest.mark.slow
def test_what_failed_for_lack_of_memory_is_trained_when_it_is_gone_on_with(
    make: Make,
) -> None:
    whole = make(SWEEP).finish()
    broken = make(SWEEP)
    with pytest.raises(RunError, match="every trial failed"):
        broken.finish(Disturbed(lambda trainer: MemoryError()))
    broken.resumed().finish()
    assert broken.bytes() == whole.bytes()


@pytest.mark.parametrize(
    "error", [RuntimeError("a defect"), ZeroDivisionError(), AssertionError(), KeyError("x")], ids=repr
)
@pytest.mark.parametrize("text", [TINY, SWEEP], ids=["run", "sweep"])
def test_a_defect_is_raised_and_never_hidden_as_a_failed_trial(text: str, error: Exception, make: Make) -> None:
    whole = make(text).finish()
    broken = make(text)
    with pytest.raises(type(error)) as caught:
        broken.finish(Disturbed(lambda trainer: error))
    assert caught.value is error
    assert (broken.summary.status, broken.summary.reason) == ("failed", str(error) or type(error).__name__)
    assert not broken.folder.trials.exists()
    broken.resumed().finish()
    assert broken.bytes() == whole.bytes()


def test_what_a_user_can_mend_is_raised_for_one_arm_and_a_row_among_several(
    make: Make,
) -> None:
    mixed = TINY + "sweep: {over: {batch_size: [10, 15]}, seeds: 2}\n"
    error = InputError("no such thing\nand more")
    sweep = make(mixed).finish(Disturbed(lambda trainer: error if trainer.settings.batch_size == 15 else None))
    assert [(trial["status"], trial["reason"]) for trial in sweep.trials] == [("finished", "")] * 2 + [
        ("failed", "no such thing")
    ] * 2
    with pytest.raises(InputError, match="no such thing"):
        make(TINY).finish(Disturbed(lambda trainer: error))


@pytest.mark.parametrize(
    ("error", "lack"),
    [
        *((error, True) for error in OUT_OF_MEMORY),
        (RuntimeError("shapes differ"), False), (OSError(12, "Cannot allocate memory"), False), (ValueError(), False),
    ],
    ids=repr,
)  # fmt: skip
def test_what_is_lack_of_memory(error: Exception, lack: bool) -> None:
    assert is_lack_of_memory(error) is lack


@pytest.mark.parametrize(
    "axis", ["batch_size: [10, 15]", pytest.param("learning_rate: [0.01, 0.1]", marks=pytest.mark.slow)]
)
def test_a_worker_that_dies_costs_its_trial_and_no_other(axis: str, make: Make) -> None:
    """The trial of arm 1 kills whatever process trains it: alone, or in a stack that is then halved."""
    text = TINY + f"sweep: {{over: {{{axis}}}, seeds: 1}}\n"
    whole, sweep = make(text).finish(), make(text)
    sweep.finish(lambda tasks, stop, shares: in_workers([Deadly(**vars(task)) for task in tasks], 1, stop))
    assert [(trial["status"], trial["reason"]) for trial in sweep.trials] == [("finished", ""), ("failed", DIED)]
    assert sweep.metrics == [row for row in whole.metrics if row["arm"] == 0]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stop_saves_and_says_where(number: int, make: Make) -> None:
    run = make(TINY)
    (task,) = tasks(run)
    driven = train_stack(task, lambda: number)
    with pytest.raises(Interrupted, match="stopped after epoch 0, step 0; everything is saved") as caught:
        list(driven)
    assert caught.value.exit_code == 128 + number
    assert (run.folder.parts / "stack-0" / "checkpoint.json").exists()


def tasks(run: Trained) -> list[StackTask]:
    found: list[StackTask] = []

    def runner(tasks: Any, stop: Any, shares: Any) -> Iterator[None]:
        found.extend(tasks)
        yield None

    next(updates := run.updates(runner))
    updates.close()
    return found


def test_training_in_a_thread_works_and_leaves_everything_as_it_was(make: Make) -> None:
    whole = make(TINY).finish()
    before = (torch.get_num_threads(), [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)])
    runs = [make(TINY, f"runs-{i}") for i in range(2)]
    seen: list[tuple[int, int]] = []

    def work(run: Trained) -> None:
        threads = torch.get_num_threads()
        run.finish()
        seen.append((threads, torch.get_num_threads()))

    workers = [threading.Thread(target=work, args=(run,)) for run in runs]
    for worker in workers:
        worker.start()
        worker.join()
    assert len(seen) == 2
    assert all(first == last for first, last in seen)
    assert (torch.get_num_threads(), [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)]) == before
    assert [run.bytes() for run in runs] == [whole.bytes()] * 2


@pytest.mark.parametrize("threads", [1, 3])
def test_the_callers_threads_are_put_back(threads: int, make: Make) -> None:
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(threads)
        text = TINY.replace("epochs: 3", "epochs: 1, threads: 2")
        make(text).finish()
        assert torch.get_num_threads() == threads
        updates = make(text).updates()
        next(updates)
        updates.close()
        assert torch.get_num_threads() == threads
        with pytest.raises(ZeroDivisionError):
            make(text).finish(Disturbed(lambda trainer: ZeroDivisionError()))
        assert torch.get_num_threads() == threads
    finally:
        torch.set_num_threads(before)


@pytest.mark.usefixtures("lazy_disk")
def test_a_death_between_the_last_files_loses_nothing(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """``stacks.json`` knows the halves already, ``summary.json`` not yet that all is trained."""
    whole = make(SWEEP).finish()
    disturbed = Disturbed(larger_than(3, MemoryError()))
    broken = make(SWEEP)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        before_replacing(patch, "environment.json", KeyboardInterrupt())
        broken.finish(disturbed)
    assert len(broken.result.stacks.stacks) == 2
    assert not broken.summary.complete
    before = len(disturbed.begun)
    assert broken.resumed().finish(disturbed).bytes() == whole.bytes()
    assert len(disturbed.begun) == before, "a stack was trained again"
