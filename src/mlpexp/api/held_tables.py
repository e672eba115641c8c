"""Arrays, tensors, lists and frames as one frame whose columns are what their types say."""

from typing import TYPE_CHECKING, Any

from mlpexp.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

TARGET = "target"  # the column that y becomes
MOST_WHOLE = 2**53  # above, neighbours are one number


def frame_of(written: str, data: Any) -> "pd.DataFrame":
    """A frame as it is written into a file: names are words, and columns of Python objects are what they hold.

    Args:
        written: Where it was given, for messages.
        data: The frame.

    Raises:
        InputError: It is no frame, is empty, has two columns of one name, or holds more than one value in a cell.
    """
    import pandas as pd

    if not isinstance(data, pd.DataFrame):
        kind = type(data).__name__
        raise InputError(f"{written}: expected a file, a data frame or (X, y), but this is a {kind}")
    if data.empty:
        raise InputError(f"{written}: there are no rows or no columns")
    names = [str(column) for column in data.columns]
    if len({*names}) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise InputError(f"{written}: two columns are called {twice}")
    odd_name = next((name for name in names if not name.strip() or name != name.strip()), None)
    if odd_name is not None:
        raise InputError(f"{written}: a column is called {odd_name!r}; a name has letters, and no blank at its ends")
    frame = data.set_axis(names, axis=1).infer_objects()
    for name in names:
        values = frame[name]
        if values.dtype == object and (odd := _odd(values)) is not None:
            raise InputError(f"{written}: column {name} holds a {odd}; expected one number or word in each cell")
        if values.dtype.kind == "c":
            raise InputError(f"{written}: column {name} holds complex numbers, which no network here takes")
        if why := _reads_otherwise(values):
            raise InputError(f"{written}: column {name}: {why}")
    return frame.astype({name: "float64" for name in names if frame[name].dtype in ("float16", "float32")})


def _odd(values: "pd.Series") -> str | None:
    """What a cell holds that is neither number nor word nor date; None: there is none such."""
    from pandas.api.types import is_scalar

    return next((type(value).__name__ for value in values if not is_scalar(value)), None)


def _reads_otherwise(values: "pd.Series") -> str:
    """Why a column would be another one once it is read from a table; empty: it would not."""
    from pandas.api.types import is_bool_dtype, is_integer_dtype, is_numeric_dtype

    if is_integer_dtype(values):
        largest = max(abs(int(values.min())), abs(int(values.max())))
        return (
            f"whole numbers up to {largest} have too many digits; write them as words" if largest > MOST_WHOLE else ""
        )
    if is_numeric_dtype(values) or is_bool_dtype(values):
        return ""
    words = [value for value in values.dropna().unique() if isinstance(value, str)]
    if broken := next((word for word in words if "\r" in word), None):
        return f"{broken!r} has a carriage return, at which a table breaks"
    for same, how in ((str.strip, "blanks at the ends"), (_as_number, "the way in which a number is written")):
        seen: dict[Any, str] = {}
        for word in words:
            if (other := seen.setdefault(same(word), word)) != word:
                return f"{other!r} and {word!r} differ in {how} alone, which a table does not keep"
    return ""


def _as_number(word: str) -> float | str:
    return float(word) if _is_number(word) else word


def kinds_of(frame: "pd.DataFrame", target: str) -> dict[str, Any]:
    """What types say and cells do not: words that look like numbers, as the keys of a ``dataset:`` section."""
    words = [str(name) for name in frame.columns if _looks_otherwise(frame[name])]
    listed = [name for name in words if name != target]
    said: dict[str, Any] = {"categorical": listed} if listed else {}
    return said | ({"task": "classification"} if target in words else {})


def _looks_otherwise(values: "pd.Series") -> bool:
    """Whether a column is one of words, by its type, but all of them are numbers to a reader."""
    from pandas.api.types import is_bool_dtype, is_datetime64_any_dtype, is_numeric_dtype

    if is_datetime64_any_dtype(values) or (is_numeric_dtype(values) and not is_bool_dtype(values)):
        return False
    return all(_is_number(value) for value in values.dropna().unique())


def _is_number(value: object) -> bool:
    try:
        float(str(value))
    except ValueError:
        return False
    return True


def pair_of(written: str, pair: tuple[Any, ...]) -> tuple[Any, Any]:
    """``X`` and ``y`` as arrays or frames of N rows.

    Args:
        written: Where they were given, for messages.
        pair: Arrays, lists, tensors, frames or series.

    Raises:
        InputError: They are no such pair.
    """
    import numpy as np
    import pandas as pd

    if len(pair) != 2:
        raise InputError(f"{written}: expected two values, but the tuple has {len(pair)}")
    inputs = pair[0] if isinstance(pair[0], pd.DataFrame) else array_of(written, "X", pair[0])
    targets = pair[1] if isinstance(pair[1], pd.Series) else array_of(written, "y", pair[1])
    if inputs.ndim not in (2, 3, 4):
        raise InputError(f"{written}: X has {inputs.ndim} axes; a table has 2, pictures have 3 or 4")
    if targets.ndim == 2 and targets.shape[1] == 1:
        targets = targets[:, 0]
    if targets.ndim != 1:
        raise InputError(f"{written}: y has {targets.ndim} axes; expected one value for each row of X")
    if len(inputs) != len(targets):
        raise InputError(f"{written}: X has {len(inputs):,} rows, but y has {len(targets):,}")
    if 0 in inputs.shape:
        raise InputError(f"{written}: X is empty, of shape {tuple(inputs.shape)}")
    missing = np.flatnonzero(pd.isna(targets))
    if missing.size:
        raise InputError(f"{written}: y has no value in row {missing[0]}; leave such rows out")
    return inputs, targets


def table_of(written: str, inputs: Any, targets: Any) -> tuple["pd.DataFrame", str]:
    """``X`` of two axes and ``y`` as one frame, and the name of its last column, the target.

    Args:
        written: Where they were given, for messages.
        inputs: ``(N, D)``; the columns of an array become ``x0``, ``x1``, ...
        targets: ``(N,)``; one with a name keeps it.

    Raises:
        InputError: A name is there twice, or a cell holds no single value.
    """
    import numpy as np
    import pandas as pd

    names = [f"x{place}" for place in range(inputs.shape[1])]
    inputs = inputs * 1 if getattr(inputs, "dtype", None) == np.bool_ else inputs
    frame = inputs.copy(deep=False) if isinstance(inputs, pd.DataFrame) else pd.DataFrame(inputs, columns=names)
    frame = frame.set_axis([str(name) for name in frame.columns], axis=1)
    name = str(TARGET if getattr(targets, "name", None) is None else targets.name)
    if name in frame.columns:
        raise InputError(f"{written}: X has a column {name}, as y is called; rename one of them")
    values = targets.array if isinstance(targets, pd.Series) else targets
    return frame_of(written, pd.concat([frame, pd.Series(values, index=frame.index, name=name)], axis=1)), name


def array_of(written: str, name: str, values: Any) -> "np.ndarray":
    """Values as an array; a tensor is taken from its device, and what an array masks is missing.

    Args:
        written: Where they were given, for messages.
        name: What they are called there.
        values: An array, a list or a tensor.

    Raises:
        InputError: They are none.
    """
    import numpy as np

    kind = type(values).__name__
    if hasattr(values, "toarray") or getattr(values, "is_sparse", False):
        raise InputError(f"{written}: {name} is sparse; give all its numbers, such as {name}.toarray()")
    if isinstance(values, np.ma.MaskedArray):
        return np.ma.filled(values.astype(float), np.nan)
    if values is None or isinstance(values, (str, bytes, dict, set)):
        raise InputError(f"{written}: {name} is a {kind}; expected an array, a list or a tensor")
    try:
        if hasattr(values, "detach"):
            values = values.detach().cpu()
            values = values.float().numpy() if str(values.dtype) == "torch.bfloat16" else values.numpy()
        return np.asarray(values)
    except (ValueError, TypeError):
        raise InputError(f"{written}: {name} is no array; its rows differ in length") from None
    except (RuntimeError, NotImplementedError):
        raise InputError(f"{written}: {name} is a {kind} without numbers that can be read") from None
