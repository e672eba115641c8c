"""What ``device: auto`` means, and what follows from the device: stacks, workers, estimates."""

from pathlib import Path

import pytest

from making.plans import plan_of
from mlpexp.execution.auto_device import Cards, auto_again, auto_device, device_for
from mlpexp.execution.tasks import task_of
from mlpexp.planning.devices import ON_CPU, AutoDevice, Work
from mlpexp.planning.estimate import SPEEDS
from mlpexp.planning.plan import Plan
from mlpexp.planning.recording import recording
from mlpexp.planning.stacks import Stacking, choose_jobs, recorded, restacked, stacking, work_of_auto
from mlpexp.report.tables.sweep_plan import plan_sentences

GB = 10**9
SMALL = "{over: {learning_rate: [0.1, 1]}, seeds: 2}"
LARGE = "{over: {learning_rate: [0.1, 1]}, seeds: 1000}"
CONVOLUTIONS = """\
dataset: digits
model: {name: cnn, layers: [{layer: conv, channels: 4, kernel_size: 3}]}
optimizer: {name: sgd, learning_rate: 0.1}
training: {epochs: 1}
"""
LONG = ("training.epochs=20000", "model.hidden_sizes=[256,256]")
ON_CARD = AutoDevice("cuda", "why")
USABLE, FULL = (Cards(lambda: True, lambda name, why=why: why) for why in ("", "it is full"))


def no_card() -> Cards:
    def asked(name: str) -> str:
        raise AssertionError("torch is imported, although there is no card")

    return Cards(lambda: False, asked)


def small(folder: Path) -> Plan:
    return plan_of(folder, SMALL)


def large(folder: Path) -> Plan:
    return plan_of(folder, LARGE, *LONG)


def test_without_a_card_auto_is_the_cpu_and_nothing_is_said(tmp_path: Path) -> None:
    assert auto_device(large(tmp_path), 1, no_card()) == ON_CPU


def test_long_work_takes_the_card_and_short_work_the_cpu_and_both_say_so(tmp_path: Path) -> None:
    assert auto_device(large(tmp_path), 1, USABLE).name == "cuda"
    assert auto_device(large(tmp_path), 1, USABLE).sentence.startswith("device: auto takes the GPU: ")
    assert auto_device(small(tmp_path), 1, USABLE).name == "cpu"
    assert auto_device(small(tmp_path), 1, USABLE).sentence.startswith(
        "device: auto takes the CPU: the work is too small"
    )


def test_workers_count_for_the_cpu(tmp_path: Path) -> None:
    plan = large(tmp_path)
    assert auto_device(plan, 5000, USABLE).name == "cpu"


def test_a_card_that_cannot_be_used_is_named_with_its_reason(tmp_path: Path) -> None:
    assert auto_device(large(tmp_path), 1, FULL) == AutoDevice("cpu", "device: auto takes the CPU: it is full")


@pytest.mark.parametrize("changes", [("device=cpu",), ("device=cuda",), ("training.engine=numpy",)])
def test_who_names_the_device_or_computes_by_numpy_leaves_no_choice(tmp_path: Path, changes: tuple[str, ...]) -> None:
    plan = plan_of(tmp_path, LARGE, *LONG, *changes)
    assert work_of_auto(plan) == []
    assert auto_device(plan, 1, USABLE) == ON_CPU


@pytest.mark.parametrize("sentence", ["small", "large"])
def test_sentences_have_at_most_20_words(tmp_path: Path, sentence: str) -> None:
    plan = {"small": small, "large": large}[sentence](tmp_path)
    assert 5 < len(auto_device(plan, 1, USABLE).sentence.split()) <= 20


def test_the_choice_follows_the_work_monotonically(tmp_path: Path) -> None:
    prepared = plan_of(tmp_path, SMALL, "model.hidden_sizes=[256,256]").base
    names = [device_for([Work(prepared, 1000, 2**i, 1)], 1, USABLE).name for i in range(12)]
    assert names == sorted(names), names  # cpu before cuda
    assert set(names) == {"cpu", "cuda"}


def test_launches_make_a_small_step_longer_on_a_card(tmp_path: Path) -> None:
    few, many = Work(small(tmp_path).base, 1000, 1, 1), Work(large(tmp_path).base, 1000, 1000, 1)
    assert few.seconds("cuda") > few.seconds("cpu")
    assert many.seconds("cuda") < many.seconds("cpu") / 10
    assert few.seconds("cuda:1") == few.seconds("cuda")
    assert few.seconds("mps") == few.seconds("cpu")
    assert SPEEDS["cuda"].layer > SPEEDS["cpu"].layer


def devices_of(plan: Plan, auto: AutoDevice) -> tuple[Stacking, list[str]]:
    stacks = stacking(plan, 1, GB, auto)
    rows = [{trial.key: row for row, trial in enumerate(trials)} for trials in stacks.programs]
    tasks = [task_of(stack, rows[stack.program], 9, recording(plan, 9)) for stack in stacks.stacks]
    return stacks, [member.device for task in tasks for member in task.members]


def test_trials_are_trained_where_auto_means_and_named_devices_stay(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, "{over: {device: [auto, cpu, cuda, 'cuda:1']}, seeds: 1}")
    assert devices_of(plan, ON_CPU)[1] == ["cpu", "cpu", "cuda", "cuda:1"]
    stacks, devices = devices_of(plan, ON_CARD)
    assert devices == ["cuda", "cpu", "cuda", "cuda:1"]
    assert [stack.device for stack in recorded(stacks).stacks] == devices
    assert stacks.on_cuda
    numpy = plan_of(tmp_path, SMALL, "training.engine=numpy")
    assert set(devices_of(numpy, ON_CARD)[1]) == {"cpu"}


def test_a_result_goes_on_where_it_began(tmp_path: Path) -> None:
    plan = small(tmp_path)
    on_card, on_cpu = (recorded(stacking(plan, 1, GB, auto)) for auto in (ON_CARD, ON_CPU))
    assert auto_again(plan, on_cpu, no_card()) == ON_CPU
    assert auto_again(plan, on_card, USABLE) == AutoDevice("cuda")
    assert auto_again(plan, on_card, FULL) == AutoDevice("cpu", "device: auto goes on with the CPU: it is full")
    assert {stack.device for stack in restacked(plan, on_card, AutoDevice("cuda")).stacks} == {"cuda"}
    named = plan_of(tmp_path, SMALL, "device=cuda")
    assert auto_again(named, recorded(stacking(named, 1, GB)), no_card()) == ON_CPU


def test_arms_with_auto_are_compared_on_one_device(tmp_path: Path) -> None:
    """NumPy computes on the CPU alone, and so do the others then, however long the work is."""
    plan = plan_of(tmp_path, "{over: {training.engine: [torch, numpy]}, seeds: 1000}", *LONG)
    auto = auto_device(plan, 1, USABLE)
    assert set(devices_of(plan, auto)[1]) == {"cpu"}
    assert "training.engine: numpy" in auto.sentence
    assert len(auto.sentence.split()) <= 20
    assert auto_device(plan, 1, no_card()) == ON_CPU


def test_an_old_result_that_has_not_noted_its_device_goes_on_with_the_cpu_and_says_so(tmp_path: Path) -> None:
    plan = small(tmp_path)
    record = recorded(stacking(plan, 1, GB, ON_CARD))
    old = record.model_copy(update={"stacks": tuple(s.model_copy(update={"device": ""}) for s in record.stacks)})
    assert auto_again(plan, old, USABLE).name == "cpu"
    assert "has not noted its device" in auto_again(plan, old, USABLE).sentence
    assert auto_again(plan, old, no_card()) == auto_again(plan, old, FULL) == ON_CPU


def test_one_worker_on_a_card_and_only_there() -> None:
    assert choose_jobs(None, 1e6, on_cuda=True) == 1
    assert choose_jobs(3, 1e6, on_cuda=True) == 3
    assert choose_jobs(None, 1e6, on_cuda=False) == choose_jobs(None, 1e6)


def test_convolutions_are_stacked_on_a_card_alone_and_what_was_measured_is_said(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, "{over: {learning_rate: [0.1, 1]}, seeds: 2}", base=CONVOLUTIONS)
    assert [len(stacking(plan, 1, GB, auto).stacks) for auto in (ON_CPU, ON_CARD)] == [4, 1]

    def said(auto: AutoDevice) -> str:
        return "\n".join(plan_sentences(plan, stacking(plan, 1, GB, auto), 1))

    assert "on a CPU, stacks of them save no time" in said(ON_CPU)
    assert "GPU" not in said(ON_CPU)
    assert "times on a GPU were measured on an H100" in said(ON_CARD)
    assert "on a CPU," not in said(ON_CARD)


def test_the_seconds_of_a_plan_are_those_of_its_device(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, SMALL)
    assert stacking(plan, 1, GB, ON_CARD).seconds > stacking(plan, 1, GB).seconds
