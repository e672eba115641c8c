"""The device: whether it can be used, how much memory it has, and the arithmetic that it computes with."""

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import cache
from threading import Lock, get_ident
from typing import Any

import numpy as np
import torch
from torch.nn import functional as F

from mlpexp.config.experiment import Experiment
from mlpexp.errors import InputError

LEAST_WITH_TF32 = (8, 0)  # compute capability
TRIED = 836.0  # what ``use_card`` computes: 8 x 8 products of 8 ones, and 6 x 6 convolutions of 9 ones

# What CUDA answers where a card cannot be used, by its number of the error.
ANSWERS = {
    2: "its memory is full",
    35: "its driver is too old for this torch",
    46: "another process has it for itself (exclusive mode)",
    101: "no card has this number",
    209: "this torch has no code for so old or new a card",
    802: "it is not ready",
}  # fmt: skip
SAID = {"is too old": 35, "Error 802": 802}  # by what torch says where it counts no card, and names no number
NO_ANSWER = "no card, or no driver for it, answers"
PRODUCTS = {"tf32": "tf32"}  # what torch calls the arithmetic of products, by training.precision; else IEEE


def choose_device(experiment: Experiment, instead: str = "use cpu") -> torch.device:
    """The device that a config asks for.

    ``auto`` takes a card that can be used, and the CPU for NumPy; who knows how much there is to train has decided before
    (``planning/devices.py``).

    Args:
        experiment: The config.
        instead: What the user can do if it is not there.

    Raises:
        InputError: It is not there, or cannot be used.
    """
    name, precision = str(experiment.device), experiment.training.precision
    if name == "auto":
        name = "cpu" if experiment.training.engine == "numpy" or why_no_card("cuda") else "cuda"
    if why := why_not_here(name):
        raise InputError(f"device: {name} is not available on this machine: {why}; {instead}")
    if name == "mps" and precision == "float64":
        raise InputError("training.precision: float64 does not exist on mps; use cpu")
    device = torch.device(name)
    if precision == "tf32" and device.type == "cuda" and torch.cuda.get_device_capability(device) < LEAST_WITH_TF32:
        raise InputError(
            f"training.precision: tf32 does not exist on {torch.cuda.get_device_name(device)}; use float32"
        )
    return device


@cache  # of a success only: a card that is full may be free later
def use_card(name: str) -> None:
    """Allocates, multiplies, convolves, and waits for the numbers: what a driver alone does not promise.

    Raises:
        RuntimeError: A card cannot do it, or does it wrongly.
    """
    ones = torch.ones(1, 1, 8, 8, device=name)
    total = (ones @ ones).sum() + F.conv2d(ones, ones[..., :3, :3]).sum()
    if total.item() != TRIED:
        raise RuntimeError("it computes wrongly")


def why_no_card(name: str, use: Callable[[str], None] = use_card) -> str:
    """Why ``cuda`` or ``cuda:1`` cannot be used, for a sentence; empty if it can.

    Args:
        name: Of the card.
        use: Uses it.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch says here in many words what is said in few by whoever asks
        if not torch.backends.cuda.is_built():
            return "this torch was built without CUDA"
        if not torch.cuda.is_available():
            return _why_none()
        count = torch.cuda.device_count()
        if (torch.device(name).index or 0) >= count:
            return "the only card is cuda:0" if count == 1 else f"the cards are cuda:0 to cuda:{count - 1}"
        try:
            use(name)
        except (RuntimeError, AssertionError, torch.cuda.DeferredCudaCallError) as error:
            return _answer(error)
    return ""


def _why_none() -> str:
    """Why torch counts no card: it warns of that once, but to begin fails each time with the same words."""
    try:
        torch.cuda.init()
    except (RuntimeError, AssertionError, torch.cuda.DeferredCudaCallError) as error:
        number = next((number for words, number in SAID.items() if words in str(error)), None)
        return NO_ANSWER if number is None else ANSWERS[number]
    return NO_ANSWER


def why_not_here(name: str) -> str:
    """Why ``cpu``, ``cuda``, ``cuda:1`` or ``mps`` cannot be used on this machine; empty if it can."""
    if name == "mps":
        return "" if torch.backends.mps.is_available() else "it has no GPU of Apple"
    return why_no_card(name) if name.startswith("cuda") else ""


def _answer(error: BaseException) -> str:
    number = 2 if isinstance(error, torch.OutOfMemoryError) else getattr(error, "error_code", None)
    first = str(error).splitlines()[0].rstrip(".") if str(error) else type(error).__name__
    return ANSWERS.get(number, first) if number is not None else first


def free_memory(name: str) -> int:
    """Bytes that are free on a card."""
    return int(torch.cuda.mem_get_info(torch.device(name))[0])


def device_name(device: torch.device) -> str:
    """``cpu``, ``mps``, or ``cuda`` with the name of the card."""
    return device.type if device.type != "cuda" else f"cuda: {torch.cuda.get_device_name(device)}"


def arithmetic_name(experiment: Experiment) -> str:
    """How a card multiplies, and by which libraries; empty for the CPU."""
    if choose_device(experiment).type != "cuda":
        return ""
    products = "TF32 products" if experiment.training.precision in PRODUCTS else "IEEE products"
    return f"{products}, deterministic cuDNN {torch.backends.cudnn.version()}, CUDA {torch.version.cuda}"


@dataclass(frozen=True, eq=False)
class _Before:
    """How torch was set when a thread began to compute, or, if others did already, when the first of these began."""

    thread: int
    """Which."""
    num_threads: int
    """Of torch on the CPU."""
    flags: list[tuple[Any, str, object]]
    """Where, which, what."""


@contextmanager
def computing(experiment: Experiment, threads: int) -> Iterator[None]:
    """How torch computes: CPU threads, and on a card the arithmetic; afterwards as before.

    Without this, cuDNN would convolve float32 numbers in TF32, with 10 of 23 binary digits, and matrix products would
    not. Its deterministic algorithms are taken, so that equal trainings give equal numbers, and no algorithm is chosen by
    timing, which differs from run to run. NumPy does not warn of numbers that overflow: what diverges is told by its loss.
    """
    device = choose_device(experiment)
    on_card = device.type == "cuda"
    settings = _card_settings(experiment.training.precision) if on_card else []
    with _settings_put_back(settings):
        torch.set_num_threads(threads)
        _set(settings)
        on = torch.cuda.device(device) if on_card else nullcontext()  # what names no card is meant for this one
        with on, np.errstate(all="ignore"):
            yield


_ACTIVE: list[_Before] = []
_LOCK = Lock()


@contextmanager
def _settings_put_back(settings: Sequence[tuple[Any, str, object]]) -> Iterator[None]:
    """Puts back how torch was set, also where threads compute at once.

    Each thread has a number of CPU threads of its own, which begins with the number that any thread set last. So it puts
    back the number that there was before the first of them. Flags are of the process: the last one puts them back.

    Args:
        settings: Flags that change beside the number of threads.
    """
    thread = get_ident()
    with _LOCK:
        others = [before for before in _ACTIVE if before.thread != thread]
        is_first = all(before.thread != thread for before in _ACTIVE)
        num_threads = others[0].num_threads if others and is_first else torch.get_num_threads()
        flags = list(others[-1].flags) if others else []
        known = {(id(place), key) for place, key, _ in flags}
        flags += [(place, key, getattr(place, key)) for place, key, _ in settings if (id(place), key) not in known]
        mine = _Before(thread, num_threads, flags)
        _ACTIVE.append(mine)
    try:
        yield
    finally:
        with _LOCK:
            _ACTIVE.remove(mine)
            torch.set_num_threads(mine.num_threads)
            if all(before.thread == thread for before in _ACTIVE):
                _set(mine.flags)


def _card_settings(precision: str) -> list[tuple[Any, str, object]]:
    """Flags of torch: where, which, what. Recurrent layers are none of ours, but torch asks for one answer of cuDNN."""
    products = PRODUCTS.get(precision, "ieee")
    cudnn: Any = torch.backends.cudnn  # whose types differ from version to version
    return [
        (torch.backends.cuda.matmul, "fp32_precision", products),
        (cudnn.conv, "fp32_precision", products),
        (cudnn.rnn, "fp32_precision", products),
        (cudnn, "deterministic", True),
        (cudnn, "benchmark", False),
    ]


def _set(settings: list[tuple[Any, str, object]]) -> None:
    for place, key, value in settings:
        setattr(place, key, value)
