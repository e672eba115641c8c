"""``mlpexp.load``: a result by its name, with what it needs that does not lie in its folder."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from weakref import finalize

from mlpexp.api.plain import path_given
from mlpexp.api.reading import Paths
from mlpexp.api.result import Result
from mlpexp.asking import in_python
from mlpexp.config.own_parts import known_parts
from mlpexp.store.listing import find_result


@in_python()
def load(
    path: str | Path,
    *,
    runs_dir: str | Path = "runs",
    tables: Paths = (),
    data: Any = None,
    parts: Sequence[Callable[..., Any]] = (),
    data_dir: str | Path | None = None,
    quiet: bool = False,
) -> Result:
    """Opens a result.

    Args:
        path: Its folder, ``last``, its hash, its name, or any unique part of it.
        runs_dir: Where results are looked for by name.
        tables: Where the tables or pictures that it was trained on are now, if they have moved.
        data: The data in memory that it was trained on, as ``train`` was given them; needed where they were too large to be
            kept, by what computes with them.
        parts: The functions of your own that it was trained with, by what computes with them; a folder holds none.
        data_dir: Where image data sets lie; None: as ``MLPEXP_DATA_DIR`` says, else a cache folder.
        quiet: Whether nothing is said on the way: which seed is taken, what is odd, what takes time.

    Raises:
        InputError: There is no such result, or several could be meant, or the data are of no form that is known,
            or it cannot be told what a part computes with.
    """
    known_parts(parts)
    folder, files = find_result(str(path_given(path, "path")), path_given(runs_dir, "runs_dir")), ExitStack()
    held = [] if data is None else [_file(folder, data, files)]
    result = Result(folder, tables=[*tables, *held], data_dir=data_dir, quiet=quiet)
    finalize(result, files.close)
    return result


def _file(folder: Path, data: Any, files: ExitStack) -> str:
    """Data in memory as a file that lasts as long as the result."""
    from mlpexp.api.held_data import on_disk

    dataset = Result(folder).config.get("dataset") or {}
    target = dataset.get("target")
    column = target.get("column") if isinstance(target, dict) else target
    return files.enter_context(on_disk("load", data, None if isinstance(data, tuple) else column)).written
