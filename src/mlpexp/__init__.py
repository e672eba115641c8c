"""mlpexp: a laboratory for small neural networks.

One configuration is one experiment, one sweep is one fair comparison. Each function here is the command of that name; what
they return reads the folder that the command writes. Importing this package imports neither torch nor anything else that is
slow: a name is loaded when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from mlpexp.version import __version__

if TYPE_CHECKING:
    from mlpexp.api.checking import check
    from mlpexp.api.comparing import Comparison, compare
    from mlpexp.api.counting import params
    from mlpexp.api.finding_rates import find_lr
    from mlpexp.api.loading import load
    from mlpexp.api.result import Result
    from mlpexp.api.sweeping import sweep
    from mlpexp.api.training import train
    from mlpexp.errors import InputError, Interrupted, MlpexpError, RunError

__all__ = [
    "Comparison", "InputError", "Interrupted", "MlpexpError", "Result", "RunError", "__version__", "check", "compare",
    "find_lr", "load", "params", "sweep", "train",
]  # fmt: skip

_HOMES = {
    "train": "api.training",
    "sweep": "api.sweeping",
    "load": "api.loading",
    "Result": "api.result",
    "check": "api.checking",
    "compare": "api.comparing",
    "Comparison": "api.comparing",
    "params": "api.counting",
    "find_lr": "api.finding_rates",
    "InputError": "errors",
    "Interrupted": "errors",
    "MlpexpError": "errors",
    "RunError": "errors",
}


def __getattr__(name: str) -> Any:
    """A public name, loaded when it is first used."""
    if name not in _HOMES:
        raise AttributeError(f"module 'mlpexp' has no attribute {name!r}")
    value = getattr(import_module(f"mlpexp.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """The public names."""
    return sorted(__all__)
