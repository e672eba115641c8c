"""A pretended GPU: tensors that hold numbers of the CPU and say ``cuda:0``.

As a GPU would, it refuses operations on tensors of two devices and reading without a copy. It counts what costs time there:
launches of kernels, and synchronizations, where the host waits until everything launched has been carried out. CUDA graphs are
recorded and replayed: a replay carries out the same operations in the same memory, and refuses what a GPU would get wrong.
"""

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch
from weakref import WeakSet, ref

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_flatten, tree_map
from torch.utils.weak import WeakTensorKeyDictionary

CUDA = torch.device("cuda", 0)
NO_KERNEL = {
    "empty", "empty_like", "empty_strided", "new_empty", "new_empty_strided", "detach", "lift_fresh", "alias",
    "_reshape_alias", "_unsafe_view", "resize_",
}  # fmt: skip
WAITING = {
    "_local_scalar_dense", "nonzero", "masked_select", "_unique2", "unique_dim", "unique_consecutive",
    "repeat_interleave", "equal", "_linalg_svd", "_linalg_eigh", "linalg_svdvals",
}  # fmt: skip
NO_SCALARS = {"cat", "stack", "bmm", "baddbmm", "mm", "addmm", "gather", "scatter_", "index_select"}
CAPTURING = "operation not permitted when stream is capturing"


class Memory:
    """What tensors that are views of each other share."""


class PretendedTensor(torch.Tensor):
    """A tensor that says it is on the GPU."""

    inner: torch.Tensor
    memory: Memory
    card: "Card"

    @staticmethod
    def __new__(cls, inner: torch.Tensor, memory: Memory, card: "Card") -> "PretendedTensor":
        wrapper = torch.Tensor._make_wrapper_subclass(
            cls,
            inner.size(),
            strides=inner.stride(),
            storage_offset=inner.storage_offset(),
            dtype=inner.dtype,
            layout=inner.layout,
            device=CUDA,
        )
        wrapper.inner, wrapper.memory, wrapper.card = inner, memory, card
        return wrapper

    __torch_function__ = torch._C._disabled_torch_function_impl

    def __repr__(self) -> str:
        return f"PretendedTensor{tuple(self.shape)}"

    def tolist(self) -> Any:
        """Reads all values, as a copy to the host would."""
        self.card.wait("tolist")
        return self.inner.tolist()

    @classmethod
    def __torch_dispatch__(cls, function, types, args=(), kwargs=None):
        card = next(t for t in tree_flatten((args, kwargs))[0] if isinstance(t, PretendedTensor)).card
        return card.operation(function, args, kwargs or {})


class Dispatch(TorchDispatchMode):
    """Sees every operation, those that make tensors on the GPU included."""

    def __init__(self, card: "Card") -> None:
        super().__init__()
        self.card = card

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        return self.card.operation(function, args, kwargs or {})


class Card:
    """The GPU, and what happened on it.

    Attributes:
        launches: Kernels by the name of the operation and the line of the program that asked for it.
        waits: Synchronizations by their reason and that line.
        copied: Bytes to the GPU ("to") and back ("from").
        entered: Devices that were made the current one.
    """

    def __init__(self) -> None:
        self.launches: Counter[tuple[str, str]] = Counter()
        self.waits: Counter[tuple[str, str]] = Counter()
        self.copied: Counter[str] = Counter()
        self.pinned = WeakTensorKeyDictionary()
        self.recording: PretendedGraph | None = None
        self.entered: list[torch.device] = []

    @property
    def num_launches(self) -> int:
        """Kernels so far."""
        return self.launches.total()

    @property
    def num_waits(self) -> int:
        """Synchronizations so far."""
        return self.waits.total()

    def clear(self) -> None:
        """Begins to count anew."""
        for counts in (self.launches, self.waits, self.copied):
            counts.clear()

    def wait(self, reason: str) -> None:
        """Counts a synchronization."""
        if self.recording is not None:
            raise RuntimeError(f"{CAPTURING}: {reason} at {place()}")
        self.waits[reason, place()] += 1

    def wrapped(self, inner: Any, memory: Memory | None = None) -> Any:
        """A tensor of the host's memory as one on the GPU."""
        return PretendedTensor(inner, memory or Memory(), self) if isinstance(inner, torch.Tensor) else inner

    def operation(self, function, args: tuple, kwargs: dict) -> Any:
        """Carries out one operation."""
        name = function._schema.name.partition("::")[2]
        tensors = [t for t in tree_flatten((args, kwargs))[0] if isinstance(t, torch.Tensor)]
        here = [t for t in tensors if isinstance(t, PretendedTensor)]
        device = kwargs.get("device")
        wanted = None if device is None else torch.device(device).type
        if name in ("_pin_memory", "is_pinned"):
            return self._pinning(name, args[0])
        if not here and wanted != "cuda":
            return function(*args, **kwargs)
        plain = {key: value for key, value in kwargs.items() if key != "pin_memory"}
        if device is not None:
            plain["device"] = torch.device("cpu")
        if name in ("_to_copy", "copy_") and (len(here) < len(tensors) or wanted == "cpu"):
            return self._copy(function, args, plain)
        refuse_two_devices(name, [t for t in tensors if not isinstance(t, PretendedTensor)])
        if name in WAITING or (
            name.startswith("index") and any(t.dtype in (torch.bool, torch.uint8) for t in here[1:])
        ):
            self.wait(name)
        return self._kernel(function, name, args, plain)

    def _pinning(self, name: str, tensor: torch.Tensor) -> Any:
        if name == "is_pinned":
            return tensor in self.pinned
        copy = tensor.clone()
        self.pinned[copy] = True
        return copy

    def _copy(self, function, args: tuple, kwargs: dict) -> Any:
        """To the GPU or back: without waiting only from pinned memory, and only if that is asked for."""
        source = args[1] if function._schema.name.endswith("copy_") else args[0]
        back = isinstance(source, PretendedTensor)
        asked = kwargs.get("non_blocking") or (len(args) > 2 and args[2])
        if self.recording is not None:
            raise RuntimeError(f"{CAPTURING}: a copy {'from' if back else 'to'} the GPU at {place()}")
        if back or not (asked and source in self.pinned):
            self.wait("copy from the GPU" if back else "copy to the GPU")
        inner = unwrapped(source)
        self.copied["from" if back else "to"] += inner.nbytes
        if source is not args[0]:
            unwrapped(args[0]).copy_(inner)
            return args[0]
        result = function(inner, **kwargs)
        if result.data_ptr() == inner.data_ptr():
            result = result.clone()
        return result if back else self.wrapped(result)

    def _kernel(self, function, name: str, args: tuple, kwargs: dict) -> Any:
        is_view = makes_view(function)
        if not is_view and name not in NO_KERNEL and self.recording is None:
            self.launches[name, place()] += 1
        inner_args, inner_kwargs = tree_map(unwrapped, args), tree_map(unwrapped, kwargs)
        written = written_by(function, args, kwargs)
        if self.recording is not None:
            self.recording.before(function, (args, kwargs), written)
        result = function(*inner_args, **inner_kwargs)
        if self.recording is not None and not is_view and name not in NO_KERNEL:
            self.recording.add(function, inner_args, inner_kwargs, result)
        if name == "_local_scalar_dense":
            return result
        known = {id(tensor.inner): tensor for tensor in written}
        memory = next((t.memory for t in tree_flatten(args)[0] if isinstance(t, PretendedTensor)), None)
        shared = memory if is_view or name in NO_KERNEL - {"empty_like"} else None
        wrapped = tree_map(lambda t: known[id(t)] if id(t) in known else self.wrapped(t, shared), result)
        if self.recording is not None and shared is None:
            self.recording.made.update(t.memory for t in tree_flatten(wrapped)[0] if isinstance(t, PretendedTensor))
        return wrapped


class PretendedGraph:
    """Records operations; a replay carries them out again, in the same memory."""

    def __init__(self, card: Card) -> None:
        self.card = card
        self.operations: list[tuple[Callable, tuple, dict, Any]] = []
        self.outside: list[ref[Memory]] = []  # that is read or written, and so must stay
        self.made: WeakSet[Memory] = WeakSet()
        self.before_writing: list[tuple[torch.Tensor, torch.Tensor]] = []
        self.replays = 0

    def before(self, function, given: Any, written: Sequence[PretendedTensor]) -> None:
        """Notes what memory an operation needs; nothing is carried out while it is recorded, so what it writes is kept."""
        for tensor in tree_flatten(given)[0]:
            if isinstance(tensor, PretendedTensor):
                if tensor.memory not in self.made:
                    self.outside.append(ref(tensor.memory))
        for tensor in written:
            self.before_writing.append((tensor.inner, tensor.inner.clone()))

    def add(self, *operation: Any) -> None:
        """Notes an operation with its tensors."""
        self.operations.append(operation)

    def end(self) -> None:
        """Takes back what was written, and makes of all results what memory holds that nobody has written: nothing."""
        for function, _, _, result in self.operations:
            if not function._schema.is_mutable:
                for tensor in tree_flatten(result)[0]:
                    if isinstance(tensor, torch.Tensor) and tensor.is_floating_point():
                        tensor.fill_(float("nan"))
        for inner, values in reversed(self.before_writing):
            inner.copy_(values)

    def replay(self) -> None:
        """Carries out what was recorded: one launch."""
        assert all(memory() is not None for memory in self.outside), "a graph reads memory that has been given back"
        self.replays += 1
        self.card.launches["graph", place()] += 1
        with torch.utils._python_dispatch._disable_current_modes():
            for function, args, kwargs, result in self.operations:
                again = function(*args, **kwargs)
                if not function._schema.is_mutable:
                    for mine, new in zip(tree_flatten(result)[0], tree_flatten(again)[0], strict=True):
                        if isinstance(mine, torch.Tensor):
                            mine.copy_(new)


def unwrapped(value: Any) -> Any:
    """The tensor of the host behind one on the GPU."""
    return value.inner if isinstance(value, PretendedTensor) else value


def makes_view(function) -> bool:
    """Whether the result shares the memory of an argument and nothing is written."""
    return any(r.alias_info is not None and not r.alias_info.is_write for r in function._schema.returns)


def written_by(function, args: tuple, kwargs: dict) -> list[PretendedTensor]:
    """The tensors that an operation changes."""
    tensors = []
    for i, argument in enumerate(function._schema.arguments):
        if argument.alias_info is not None and argument.alias_info.is_write:
            tensors += tree_flatten(args[i] if i < len(args) else kwargs.get(argument.name))[0]
    return [tensor for tensor in tensors if isinstance(tensor, PretendedTensor)]


def refuse_two_devices(name: str, others: Sequence[torch.Tensor]) -> None:
    """Only a scalar of the CPU may stand beside tensors of the GPU, and not everywhere."""
    if any(tensor.dim() > 0 for tensor in others) or (others and name in NO_SCALARS):
        shapes = [tuple(tensor.shape) for tensor in others]
        raise RuntimeError(
            f"Expected all tensors to be on the same device: {name} at {place()} with {shapes} on the CPU"
        )


def place() -> str:
    """File and line of the program that is at work."""
    frame = sys._getframe(1)
    while frame is not None:
        path = frame.f_code.co_filename
        if "/mlpexp/" in path:
            return f"{path.rpartition('/mlpexp/')[2]}:{frame.f_lineno}"
        frame = frame.f_back
    return "a test"


class Stream:
    """There is only one order of things here."""

    device = CUDA

    def __init__(self, *_: Any, **__: Any) -> None: ...

    def wait_stream(self, other: "Stream") -> None:
        """Nothing runs beside anything else."""

    def synchronize(self) -> None:
        """Likewise."""


@contextmanager
def pretended_card() -> Iterator[Card]:
    """While it is open there is one GPU, and nothing else has to know that it is none."""
    card = Card()

    @contextmanager
    def record(graph: PretendedGraph, **_: Any) -> Iterator[None]:
        card.wait("synchronize")
        card.recording = graph
        try:
            yield
        finally:
            card.recording = None
            graph.end()

    @contextmanager
    def on_stream(_: Any) -> Iterator[None]:
        yield

    @contextmanager
    def current(device: torch.device) -> Iterator[None]:
        card.entered.append(device)
        yield

    torch._C._ensureCUDADeviceGuardSet()
    pretended = {
        "_lazy_init": lambda: None,
        "is_available": lambda: True,
        "device_count": lambda: 1,
        "current_device": lambda: 0,
        "device": current,
        "get_device_name": lambda device=None: "pretended",
        "get_device_capability": lambda device=None: (9, 0),
        "get_device_properties": lambda device=None: SimpleNamespace(name="pretended", total_memory=80 * 2**30),
        "mem_get_info": lambda device=None: (79 * 2**30, 80 * 2**30),
        "synchronize": lambda device=None: card.wait("synchronize"),
        "empty_cache": lambda: None,
        "Stream": Stream,
        "stream": on_stream,
        "current_stream": Stream,
        "graph_pool_handle": lambda: (0, 0),
        "CUDAGraph": lambda: PretendedGraph(card),
        "graph": record,
    }
    with ExitStack() as stack:
        for name, value in pretended.items():
            stack.enter_context(patch.object(torch.cuda, name, value))
        stack.enter_context(patch.object(torch.Tensor, "pin_memory", lambda tensor: card._pinning("", tensor)))
        stack.enter_context(Dispatch(card))
        yield card
