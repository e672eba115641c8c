"""What ``device: auto`` means on this machine, and how much memory there is; torch is imported only to ask a card."""

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from mlpexp.free_memory import NO_LIMIT, free_bytes
from mlpexp.planning.devices import ON_CPU, AutoDevice, Work, by_estimate, device_of, may_choose, one_device
from mlpexp.planning.plan import Plan
from mlpexp.planning.prepare import Prepared
from mlpexp.planning.stacks import available_memory, choose_jobs, work_of_auto
from mlpexp.store.plan_files import StacksRecord

DRIVERS = ("/dev/nvidiactl", "/dev/dxg", "/dev/kfd")  # of Linux, of Linux in Windows, and of AMD
CARD_SHARE = 0.8  # of what is free on a card, for the largest stack: the estimate of its size is rough

NOT_NOTED = "device: auto goes on with the CPU: the version that began has not noted its device"


@dataclass(frozen=True)
class Cards:
    """How a card is asked for; a test has one without having it."""

    looks: Callable[[], bool]
    """Whether there may be one, quickly."""
    why_not: Callable[[str], str]
    """Why it cannot be used, for a sentence; empty if it can."""


def may_have_card() -> bool:
    """Whether this machine looks as if it had a card; asked before torch, which takes seconds to answer."""
    if os.environ.get("CUDA_VISIBLE_DEVICES", "0") in ("", "-1"):  # the user hides them
        return False
    return sys.platform == "win32" or any(Path(driver).exists() for driver in DRIVERS)


def _why_no_card(name: str) -> str:
    from mlpexp.execution.machine import why_no_card

    return why_no_card(name)


HERE = Cards(may_have_card, _why_no_card)


def auto_device(plan: Plan, jobs: int | None = None, cards: Cards = HERE) -> AutoDevice:
    """What ``device: auto`` means for a plan.

    Args:
        plan: The plan.
        jobs: Worker processes on the CPU; None: as many as would be chosen.
        cards: How a card is asked for.
    """
    if not cards.looks():
        return ON_CPU
    return one_device(plan) or device_for(work_of_auto(plan), jobs, cards)


def device_for(work: Sequence[Work], jobs: int | None = 1, cards: Cards = HERE) -> AutoDevice:
    """What ``device: auto`` means for some work: a card where that is faster and can be used, else the CPU."""
    if not work or not cards.looks():
        return ON_CPU
    seconds = sum(each.seconds("cpu") for each in work)
    faster = by_estimate(work, min(choose_jobs(jobs, seconds), sum(each.num_members for each in work)))
    why = "" if faster.name == "cpu" else cards.why_not("cuda")
    return AutoDevice("cpu", f"device: auto takes the CPU: {why}") if why else faster


def auto_again(plan: Plan, record: StacksRecord, cards: Cards = HERE) -> AutoDevice:
    """What ``device: auto`` has meant for a result that is gone on with: the same, where that can still be used."""
    before = {stack.device for stack in record.stacks if may_choose(plan.arms[stack.trials[0][0]].experiment)}
    if not any(device.startswith("cuda") for device in before):
        unknown = "" in before and cards.looks() and not cards.why_not("cuda")
        return AutoDevice("cpu", NOT_NOTED) if unknown else ON_CPU
    why = cards.why_not("cuda")
    return AutoDevice("cpu", f"device: auto goes on with the CPU: {why}") if why else AutoDevice("cuda")


def free_for(plan: Plan, jobs: int | None = None) -> Callable[[Prepared], int | None]:
    """What says how many bytes are free where an experiment of a plan is trained; it looks only when it is asked.

    None: nobody knows, or a card that cannot be used is asked for.
    """
    auto = cache(lambda: auto_device(plan, jobs))

    return lambda prepared: free_on(device_of(prepared.experiment, auto()))


def free_on(device: str) -> int | None:
    """Bytes that are free on a device; None: nobody knows, or it is a card that cannot be used."""
    if not device.startswith("cuda"):
        return free_bytes()
    from mlpexp.execution.machine import free_memory, why_no_card

    return None if why_no_card(device) else free_memory(device)


def memory_for(plan: Plan, auto: AutoDevice, asked: int | None) -> int:
    """Bytes for all workers together: what was asked for, or a share of this machine's; no more than is free."""
    free = free_bytes()
    memory = min(available_memory(), NO_LIMIT if free is None else free) if asked is None else asked
    names = {device_of(arm.experiment, auto) for arm in plan.arms}
    cards = [name for name in names if name.startswith("cuda")]
    if not cards:
        return memory
    from mlpexp.execution.machine import free_memory, why_no_card

    usable = [name for name in cards if not why_no_card(name)]  # what cannot be used is refused before it is trained on
    return min([memory, *(int(CARD_SHARE * free_memory(name)) for name in usable)])
