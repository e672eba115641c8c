"""Whether a card can be used, and the arithmetic that it computes with: what can be seen of it without a card."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch

from making.configs import TINY
from making.marks import wants_card
from making.pace import abandon, every_step
from making.pretended_device import pretended_card
from making.stacks import experiment
from making.trained_results import Make
from mlpexp.errors import InputError
from mlpexp.execution.backends import check_cluster
from mlpexp.execution.machine import ANSWERS, arithmetic_name, choose_device, computing, why_no_card


def flags() -> list[Any]:
    backends: Any = torch.backends
    products = [backends.cuda.matmul, backends.cudnn.conv, backends.cudnn.rnn]
    return [*(each.fp32_precision for each in products), backends.cudnn.deterministic, backends.cudnn.benchmark]


def failing(error: Exception) -> Callable[[str], None]:
    def use(name: str) -> None:
        raise error

    return use


def answer(number: int) -> Exception:
    """What torch raises of CUDA."""
    error = torch.AcceleratorError("CUDA error: no kernel image is available\nand much more")
    error.error_code = number  # type: ignore[attr-defined]
    return error


@pytest.fixture
def one_card(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A driver that says there is one card."""
    monkeypatch.setattr(torch.backends.cuda, "is_built", lambda: True)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    return


REASONS = {
    "full": (torch.OutOfMemoryError("CUDA out of memory. Tried"), "its memory is full"),
    "too old": (answer(209), "this torch has no code for so old or new a card"),
    "exclusive": (answer(46), "another process has it for itself (exclusive mode)"),
    "another answer": (answer(999), "CUDA error: no kernel image is available"),
    "no number": (RuntimeError("Found no NVIDIA driver."), "Found no NVIDIA driver"),
    "begun late": (torch.cuda.DeferredCudaCallError("CUDA call failed lazily.\nand more"), "CUDA call failed lazily"),
    "no words": (AssertionError(), "AssertionError"),
}  # fmt: skip


@pytest.mark.usefixtures("one_card")
@pytest.mark.parametrize(("error", "reason"), REASONS.values(), ids=REASONS)
def test_why_a_card_cannot_be_used(error: Exception, reason: str) -> None:
    assert why_no_card("cuda", failing(error)) == reason


@pytest.mark.usefixtures("one_card")
def test_a_card_is_named_by_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("cuda", "cuda:0"):
        assert why_no_card(name, lambda name: None) == ""
    assert why_no_card("cuda:7", failing(AssertionError("used"))) == "the only card is cuda:0"
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert why_no_card("cuda:1", lambda name: None) == ""
    assert why_no_card("cuda:2", failing(AssertionError("used"))) == "the cards are cuda:0 to cuda:1"


@pytest.mark.usefixtures("one_card")
def test_without_code_for_cuda_that_is_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert why_no_card("cuda") == "no card, or no driver for it, answers"
    monkeypatch.setattr(torch.backends.cuda, "is_built", lambda: False)
    assert why_no_card("cuda") == "this torch was built without CUDA"
    with pytest.raises(InputError, match=r"^device: cuda:1 is not available on this machine: this torch was built"):
        choose_device(experiment(device="cuda:1"))
    assert choose_device(experiment(device="auto")) == torch.device("cpu")


def test_on_a_cpu_no_flag_is_touched_and_threads_come_back() -> None:
    before, num_threads = flags(), torch.get_num_threads()
    with computing(experiment(), num_threads + 1):
        assert flags() == before
        assert torch.get_num_threads() == num_threads + 1
    assert torch.get_num_threads() == num_threads
    assert arithmetic_name(experiment()) == ""


@pytest.mark.parametrize("name", ["ray", "dask"])
def test_a_cluster_is_asked_for_no_numbered_card(name: str) -> None:
    with pytest.raises(InputError, match="device: cuda:1: a cluster chooses the card itself; use cuda"):
        check_cluster(name, None, {"cpu", "cuda:1"})
    check_cluster(name, None, {"cpu", "cuda"})
    check_cluster("local", None, {"cpu", "cuda:1"})


NOT_SET_UP = "Unexpected error from cudaGetDeviceCount(). Did you run some cuda functions? Error 802: system not yet"
NONE_COUNTED = {
    "too old a driver": ("The NVIDIA driver on your system is too old (found version 11040).", ANSWERS[35]),
    "not set up": (NOT_SET_UP, ANSWERS[802]),
    "no driver": ("Found no NVIDIA driver on your system.", "no card, or no driver for it, answers"),
}  # fmt: skip


@pytest.mark.usefixtures("one_card")
@pytest.mark.parametrize(("words", "reason"), NONE_COUNTED.values(), ids=NONE_COUNTED)
def test_why_torch_counts_no_card(words: str, reason: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def init() -> None:
        raise RuntimeError(words)

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.cuda, "init", init)
    assert [why_no_card("cuda") for _ in range(2)] == [reason, reason]


@pytest.mark.parametrize("sections", [{}, {"device": "cuda"}], ids=["cpu", "cuda"])
def test_what_names_no_card_is_meant_for_the_one_that_trains(sections: dict[str, str]) -> None:
    with pretended_card() as card, computing(experiment(**{"device": "cpu", **sections}), 1):
        assert card.entered == [torch.device(name) for name in sections.values()]


@pytest.mark.parametrize("precisions", ["tf32, float32", "float32, tf32"])
def test_every_precision_on_a_card_is_asked_for(precisions: str, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    text = TINY + f"device: cuda\nsweep: {{over: {{training.precision: [{precisions}]}}}}\n"
    with pretended_card():
        monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device=None: (7, 0))
        with pytest.raises(InputError, match=r"^training.precision: tf32 does not exist on pretended; use float32$"):
            make(text)
        monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device=None: (8, 0))
        make(text)


def test_who_goes_on_without_the_card_is_told_what_can_be_done(make: Make) -> None:
    with pretended_card():
        broken = make(TINY + "device: cuda\n")
        assert abandon(broken, 4, every_step(2))
    with pytest.raises(InputError, match=r"; train again from its config\.yaml with --device cpu$"):
        broken.resumed()


MARKS = {"cuda": True, "cuda and not slow": True, "not slow and cuda": True, "": False, "not cuda": False,
    "not slow and not  cuda": False, "not slow": False}  # fmt: skip


@pytest.mark.parametrize(("expression", "wants"), MARKS.items())
def test_the_card_is_hidden_unless_it_is_asked_for(expression: str, wants: bool) -> None:
    assert wants_card(expression) is wants


def test_of_two_threads_that_compute_at_once_the_last_puts_back_how_torch_was_set() -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    begun, may_end = threading.Event(), threading.Event()

    def second() -> None:
        with computing(experiment(), 2):
            begun.set()
            may_end.wait(60)

    other = threading.Thread(target=second)
    try:
        with computing(experiment(), 1):
            other.start()
            assert begun.wait(60)
        may_end.set()
        other.join()
        assert torch.get_num_threads() == 3
    finally:
        torch.set_num_threads(before)


def test_what_computes_inside_another_puts_back_the_settings_of_that() -> None:
    before = torch.get_num_threads()
    with computing(experiment(), 2):
        with computing(experiment(), 1):
            assert torch.get_num_threads() == 1
        assert torch.get_num_threads() == 2
    assert torch.get_num_threads() == before
