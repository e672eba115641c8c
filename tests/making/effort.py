"""What a computation costs, in numbers that are the same on every machine."""

import sys
import tracemalloc
from collections.abc import Callable
from types import FrameType
from typing import Any


def num_calls(compute: Callable[[], Any]) -> int:
    """How many functions are called, those of NumPy included: what a loop in Python is seen by."""
    count = 0

    def profile(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    _profiled(compute, profile)
    return count


def calls_of(function: Callable[..., Any], compute: Callable[[], Any]) -> int:
    """How often one function, written in Python, is called."""
    count, code = 0, function.__code__

    def profile(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += event == "call" and frame.f_code is code

    _profiled(compute, profile)
    return count


def peak_bytes(compute: Callable[[], Any]) -> int:
    """The most memory that is held at one time, arrays included."""
    tracemalloc.start()
    try:
        compute()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def _profiled(compute: Callable[[], Any], profile: Callable[[FrameType, str, object], None]) -> None:
    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        compute()
    finally:
        sys.setprofile(before)
