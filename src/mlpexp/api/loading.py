"""``mlpexp.load``: a result by its name."""

from pathlib import Path

from mlpexp.api.result import Paths, Result
from mlpexp.store.listing import find_result


def load(
    path: str | Path, *, runs_dir: str | Path = "runs", tables: Paths = (), data_dir: str | Path | None = None,
    quiet: bool = False,
) -> Result:  # fmt: skip
    """Opens a result.

    Args:
        path: Its folder, ``last``, its hash, its name, or any unique part of it.
        runs_dir: Where results are looked for by name.
        tables: Where the tables or pictures that it was trained on are now, if they have moved.
        data_dir: Where image data sets lie; None: as ``MLPEXP_DATA_DIR`` says, else a cache folder.
        quiet: Whether nothing is said on the way: which seed is taken, what is odd, what takes time.

    Raises:
        InputError: There is no such result, or several could be meant.
    """
    return Result(find_result(str(path), Path(runs_dir)), tables=tables, data_dir=data_dir, quiet=quiet)
