"""What decides what a function computes, as a hash: its source, its defaults, and the values and functions it refers to.

Two functions with one hash compute the same. What cannot be told exactly is refused, and named.
"""

import dis
import functools
import hashlib
import inspect
import sys
from collections.abc import Callable, Iterator
from textwrap import dedent
from types import BuiltinFunctionType, CodeType, FunctionType, MethodDescriptorType, ModuleType
from typing import Any

DIGITS = 12
BY_NAME = {*sys.stdlib_module_names, "builtins", "torch", "numpy", "mlpexp"}  # a result records their versions anyway
PLAIN = (type(None), bool, int, float, complex, str, bytes, type(Ellipsis), slice, range)


def name_of(function: Callable[..., Any]) -> str:
    """The name that the function was given by ``def``, also of one with arguments filled in.

    Raises:
        ValueError: It has none.
    """
    while isinstance(function, functools.partial):
        function = function.func
    name = getattr(function, "__name__", None)
    if not isinstance(name, str):
        raise ValueError(f"{type(function).__name__} is no function: give one that is written with def")
    if not name.isidentifier() or not name.isascii():
        raise ValueError(f"{name} has no name of its own: write it with def")
    return name


def hash_of(function: Callable[..., Any]) -> str:
    """12 hexadecimal digits of all that the function computes with.

    Raises:
        ValueError: Its source cannot be read, or it uses what cannot be told exactly.
    """
    digest = hashlib.sha256()
    for piece in _content(function, name_of(function), {}):
        digest.update(len(piece).to_bytes(8, "little") + piece)
    return digest.hexdigest()[:DIGITS]


def is_library(root: str) -> bool:
    """Whether a module without dots in its name is known by name and version; others count with their text."""
    module = sys.modules.get(root)  # what it makes when it is asked for is not asked for
    return root in BY_NAME or (module is not None and vars(module).get("__version__") is not None)


def _content(value: Any, name: str, seen: dict[int, Any]) -> Iterator[bytes]:
    """The bytes of a value.

    Args:
        value: What a function is or uses.
        name: What it is called, for messages.
        seen: By id, what has been told already: functions may call each other.
    """
    yield type(value).__name__.encode()
    if isinstance(value, PLAIN):
        yield repr(value).encode()
        return
    if id(value) in seen:
        yield str(list(seen).index(id(value))).encode()
        return
    seen[id(value)] = value
    if isinstance(value, (list, tuple)):
        yield str(len(value)).encode()
        for item in value:
            yield from _content(item, name, seen)
    elif isinstance(value, dict):
        for key in sorted(value, key=repr):
            yield from _content(key, name, seen)
            yield from _content(value[key], name, seen)
    elif isinstance(value, (set, frozenset)):
        yield from _content(sorted(value, key=repr), name, seen)
    elif isinstance(value, functools.partial):
        yield from _content((value.func, value.args, value.keywords), name, seen)
    elif isinstance(value, ModuleType):
        yield _module(value, name)
    elif isinstance(value, (FunctionType, type)):
        yield from _written(value, name, seen)
    elif isinstance(value, (BuiltinFunctionType, MethodDescriptorType)) or type(value).__name__ == "ufunc":
        home = getattr(value, "__module__", None) or type(getattr(value, "__self__", None)).__name__
        yield f"{home}.{getattr(value, '__qualname__', value.__name__)}".encode()
    else:
        yield from _numbers(value, name)


def _numbers(value: Any, name: str) -> Iterator[bytes]:
    """Of an array, a tensor, or a type of numbers."""
    library = type(value).__module__.partition(".")[0]
    if type(value).__name__ in ("dtype", "device") or hasattr(value, "isbuiltin"):
        yield str(value).encode()
    elif library == "torch" and type(value).__name__ == "Tensor":
        array = value.detach().cpu().contiguous()
        yield f"{value.dtype}{tuple(value.shape)}".encode()
        yield array.reshape(-1).view(sys.modules["torch"].uint8).numpy().tobytes() if array.numel() else b""
    elif library == "numpy" and hasattr(value, "tobytes") and value.dtype != object:
        yield f"{value.dtype}{value.shape}".encode() + value.tobytes()
    else:
        raise ValueError(
            f"{name} is a {type(value).__name__}, and it cannot be told exactly what it computes: "
            "use numbers, arrays, tensors and functions written with def"
        )


def _module(module: ModuleType, name: str) -> bytes:
    """Name and version of a library; the text of a file of one's own."""
    root = module.__name__.partition(".")[0]
    if is_library(root):
        return f"{module.__name__} {'' if root in BY_NAME else sys.modules[root].__version__}".encode()
    return _source(module, name)


def _written(value: FunctionType | type, name: str, seen: dict[int, Any]) -> Iterator[bytes]:
    """Of a function or class: its library, or its source and what that refers to."""
    if is_library((value.__module__ or "").partition(".")[0]):
        yield value.__qualname__.encode()
        yield _module(sys.modules[value.__module__], name)
        return
    if value.__name__ == "<lambda>":
        raise ValueError(f"{name} is a lambda, which has no source of its own: write it with def")
    yield _source(value, name)
    if isinstance(value, type):
        functions = {key: getattr(item, "__func__", item) for key, item in vars(value).items()}
        for key, function in functions.items():
            if isinstance(function, FunctionType):
                yield from _references(function, key, seen)
        yield from _content(value.__bases__, name, seen)
    else:
        yield from _references(value, name, seen)


def _references(function: FunctionType, name: str, seen: dict[int, Any]) -> Iterator[bytes]:
    """Of the values that a function brings along or finds outside."""
    yield from _content((function.__defaults__, function.__kwdefaults__), f"a default of {name}", seen)
    for variable, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        yield variable.encode()
        try:
            inside = cell.cell_contents
        except ValueError:  # a variable that has no value yet
            continue
        if not (variable == "__class__" and id(inside) in seen):
            yield from _content(inside, variable, seen)
    for variable in sorted(set(_globals_in(function.__code__))):
        if variable in function.__globals__:
            yield variable.encode()
            yield from _content(function.__globals__[variable], variable, seen)
    yield from _content(
        {k: v for k, v in vars(function).items() if k != "__wrapped__"}, f"an attribute of {name}", seen
    )


def _globals_in(code: CodeType) -> Iterator[str]:
    for instruction in dis.get_instructions(code):
        if instruction.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
            yield str(instruction.argval)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _globals_in(constant)


def _source(value: Any, name: str) -> bytes:
    try:
        lines = dedent(inspect.getsource(value)).splitlines()
    except (OSError, TypeError):
        raise ValueError(f"the source of {name} cannot be read: write it in a file or a notebook") from None
    return "\n".join(line.rstrip() for line in lines).encode()
