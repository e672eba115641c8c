"""Whether a card can be used, and the arithmetic that it computes with: what can be seen of it without a card."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch

from making.stacks import experiment
from mlpexp.errors import InputError
from mlpexp.execution.backends import on_dask
from mlpexp.execution.machine import arithmetic_name, choose_device, computing, why_no_card
from mlpexp.execution.tasks import StackTask
from mlpexp.store.plan_files import Recording

RECORDING = Recording(
    arm_column=False, scores=(), weights="none", history=0, state=False, tables=(), whole=False, first_seed=0
)


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


def test_a_cluster_is_asked_for_no_numbered_card() -> None:
    pytest.importorskip("distributed")
    task = StackTask("stack-0", 0, [experiment(device="cuda:1")], [0], [0], 0, 1, 1, RECORDING)
    with pytest.raises(InputError, match="device: cuda:1: a cluster chooses the card itself; use cuda"):
        next(iter(on_dask([task], None, 1, lambda: None)))
