"""Data that a notebook holds, as files for as long as they are trained on: a table, or pictures with labels.

Numbers are written with as many digits as tell them apart, so what is read is what was given. The result keeps a copy of up
to 20 MB, and its config names the copy: neither knows of the file here.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from os import PathLike, fspath
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from mlpexp.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from mlpexp.config.yaml_source import Source

TARGET = "target"  # the column that y becomes
NAMES = ("data.csv", "data.npz")


@dataclass(frozen=True)
class Held:
    """Data, as the planning takes them."""

    written: str = ""
    """Their file."""
    target: str | None = None
    """The column to predict."""
    said: dict[str, Any] = field(default_factory=dict)
    """Further keys of ``dataset:``."""
    is_ours: bool = False
    """Whether the file was written here, and goes when the training has ended."""

    def describe(self, source: "Source") -> None:
        """Says of a file of ours what lies in the result: its copy."""
        from mlpexp.config.yaml_source import set_value
        from mlpexp.errors import Place
        from mlpexp.planning.kept_tables import MOST_BYTES

        if not self.is_ours:
            return
        path = Path(self.written)
        source.tables[str(path)] = path.name
        place = Place("data")
        for key, value in self.said.items():
            set_value(source, ["dataset", key], value, place)
        if source.data.get("name") in (None, path.stem):
            source.data.setdefault("name", path.stem)
        keep = source.data.get("keep")
        if path.stat().st_size <= MOST_BYTES and isinstance(keep, dict | None):
            set_value(source, ["keep", "data"], value=True, place=place)


@contextmanager
def on_disk(call: str, data: Any, target: str | None) -> Iterator[Held]:
    """Data as a file: that which is one already, or one that lasts until the end.

    Args:
        call: Name of the function, for messages.
        data: ``(X, y)``, a frame, or a path; None: there are none.
        target: Column of a frame or file to predict.

    Raises:
        InputError: They are of no such form.
    """
    if data is None:
        yield Held()
    elif isinstance(data, (str, PathLike)):
        yield Held(fspath(data), target)
    else:
        with TemporaryDirectory(prefix="mlpexp-") as name:
            folder = Path(name).resolve()
            if isinstance(data, tuple):
                if target is not None:
                    raise InputError(f"{call}(target=...): (X, y) has its target already; leave it out")
                yield _written_pair(call, data, folder)
            else:
                yield _written_frame(call, data, target, folder)


def _written_frame(call: str, frame: Any, target: str | None, folder: Path) -> Held:
    import pandas as pd

    if not isinstance(frame, pd.DataFrame):
        kind = type(frame).__name__
        raise InputError(f"{call}(data=...): expected a file, a data frame or (X, y), but this is a {kind}")
    names = [str(column) for column in frame.columns]
    if len({*names}) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise InputError(f"{call}(data=...): two columns are called {twice}")
    if frame.empty:
        raise InputError(f"{call}(data=...): the frame has no rows or no columns")
    if target is None:
        raise InputError(f"{call}(target=...): missing; which column is to be predicted: {', '.join(names[:12])}?")
    path = folder / NAMES[0]
    frame.set_axis(names, axis=1).to_csv(path, index=False)
    return Held(str(path), target, _kinds(frame.set_axis(names, axis=1), target), is_ours=True)


def _kinds(frame: "pd.DataFrame", target: str) -> dict[str, Any]:
    """Columns that are words by their type, though their cells may look like numbers."""
    from pandas.api.types import is_bool_dtype, is_numeric_dtype

    words = [
        str(name) for name in frame.columns if name != target and (
            not is_numeric_dtype(frame[name]) or is_bool_dtype(frame[name])
        ) and all(_is_number(value) for value in frame[name].dropna().unique())
    ]  # fmt: skip
    return {"categorical": words} if words else {}


def _is_number(value: object) -> bool:
    try:
        float(str(value))
    except ValueError:
        return False
    return True


def _written_pair(call: str, pair: Sequence[Any], folder: Path) -> Held:
    import numpy as np
    import pandas as pd

    if len(pair) != 2:
        raise InputError(f"{call}(data=...): expected (X, y), but the tuple has {len(pair)} parts")
    inputs, targets = pair
    X = inputs if isinstance(inputs, pd.DataFrame) else _array(inputs)
    y = targets if isinstance(targets, (pd.Series, pd.DataFrame)) else _array(targets)
    if len(X) != len(y):
        raise InputError(f"{call}(data=(X, y)): X has {len(X):,} rows, but y has {len(y):,}")
    if not len(X):
        raise InputError(f"{call}(data=(X, y)): there are no rows")
    if isinstance(y, pd.DataFrame):
        y = y.iloc[:, 0] if y.shape[1] == 1 else y
    if np.ndim(y) == 2 and np.shape(y)[1] == 1:
        y = np.asarray(y)[:, 0]
    if np.ndim(y) != 1:
        raise InputError(f"{call}(data=(X, y)): y has {np.ndim(y)} axes; expected one value for each row of X")
    if X.ndim in (3, 4):
        path = folder / NAMES[1]
        np.savez(path, images=np.asarray(X), labels=np.asarray(y))
        return Held(str(path), None, is_ours=True)
    if X.ndim != 2:
        raise InputError(f"{call}(data=(X, y)): X has {X.ndim} axes; a table has 2, pictures have 3 or 4")
    frame = X.copy() if isinstance(X, pd.DataFrame) else pd.DataFrame(X, columns=[f"x{i}" for i in range(X.shape[1])])
    frame.columns = [str(name) for name in frame.columns]
    name = str(getattr(y, "name", None) or TARGET)
    if name in frame.columns:
        raise InputError(f"{call}(data=(X, y)): X has a column {name}, as y is called; rename one of them")
    frame[name] = np.asarray(y)
    return _written_frame(call, frame, name, folder)


def _array(values: Any) -> "np.ndarray":
    import numpy as np

    return np.asarray(values.detach().cpu().numpy() if hasattr(values, "detach") else values)
