"""A part as bytes that another process can read, also where the files of the user are not at hand."""

import pickle
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from mlpexp.config.part_content import is_library


def bytes_of(function: Callable[..., Any]) -> bytes:
    """The function with all that counts in its hash; libraries by their names alone."""
    import cloudpickle

    with _files_by_value():
        data: bytes = cloudpickle.dumps(function)
    return data


def function_in(data: bytes) -> Callable[..., Any]:
    """What ``bytes_of`` wrote."""
    function: Callable[..., Any] = pickle.loads(data)  # noqa: S301 - from the process that began this one
    return function


@contextmanager
def _files_by_value() -> Iterator[None]:
    """While it lasts, modules of one's own are written out: a worker on another machine could not import them."""
    import cloudpickle

    registered = cloudpickle.list_registry_pickle_by_value()
    own = [
        module
        for name, module in list(sys.modules.items())
        if isinstance(module, ModuleType)
        and "." not in name
        and name == module.__name__
        and name not in {"__main__", *registered}
        and not is_library(name)
    ]
    for module in own:
        cloudpickle.register_pickle_by_value(module)
    try:
        yield
    finally:
        for module in own:
            cloudpickle.unregister_pickle_by_value(module)
