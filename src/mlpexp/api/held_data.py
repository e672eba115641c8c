"""Data that a notebook holds, as files for as long as they are trained on: a table, or pictures with labels.

Numbers are written with as many digits as tell them apart, so what is read is what was given. The result keeps a copy of up
to 20 MB, and its config names the copy: neither knows of the file here.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from os import PathLike, fspath
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from mlpexp.api.held_tables import frame_of, kinds_of, pair_of, table_of
from mlpexp.errors import ConfigError, InputError, MlpexpError, Place

if TYPE_CHECKING:
    from mlpexp.config.yaml_source import Source

NAMES = ("data.csv", "data.npz")
SHOWN = "data in memory"  # what data in memory are called
AS_WRITTEN = {
    "delimiter": ",",
    "header": True,
    "encoding": "utf-8",
    "decimal": ".",
}  # of our files nothing is found out


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
        from mlpexp.planning.kept_tables import MOST_BYTES

        if not self.is_ours:
            return
        path, place = Path(self.written), Place(SHOWN)
        source.tables[str(path)] = path.name
        for key, value in self.said.items():
            set_value(source, ["dataset", key], value, place)
        keep, size = source.data.get("keep"), path.stat().st_size
        if size > MOST_BYTES:
            sizes = f"have {size / 1e6:.0f} MB, and the result keeps up to {MOST_BYTES / 1e6:g} MB"
            source.notes.append(f"the data {sizes}; what needs them again is mlpexp.load(path, data=...)")
        elif isinstance(keep, dict | None) and "data" not in (keep or {}):
            set_value(source, ["keep", "data"], value=True, place=place)

    def in_words(self, sentence: str) -> str:
        """A sentence that names no file of ours, but the row: line 2 of the file is row 0 of the data."""
        if not self.is_ours:
            return sentence
        path = Path(self.written)
        pattern = rf"[^\s'\"]*{re.escape(path.parent.name)}[/\\]{re.escape(path.name)}(:\d+)?"
        return re.sub(pattern, lambda found: _row(found[1]), sentence)

    def tell_apart(self, error: MlpexpError) -> None:
        """Lets an error name no file of ours, in place."""
        error.args = tuple(self.in_words(text) if isinstance(text, str) else text for text in error.args)
        if isinstance(error, ConfigError):
            error.problems = tuple(
                replace(
                    problem,
                    place=replace(problem.place, source=self.in_words(problem.place.source)),
                    message=self.in_words(problem.message),
                )
                for problem in error.problems
            )
        if isinstance(error, InputError):
            error.message = self.in_words(error.message)


def _row(line: str | None) -> str:
    """What data are called, with the row of a line of the file, as in ``:5``, if there is one."""
    number = int(line[1:]) - 2 if line else -1
    return f"{SHOWN}: row {number}" if number >= 0 else SHOWN


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
        return
    if isinstance(data, (str, PathLike)):
        yield Held(fspath(data), target)
        return
    with TemporaryDirectory(prefix="mlpexp-") as name:
        held = _held(call, data, target, Path(name).resolve())
        try:
            yield held
        except MlpexpError as error:
            held.tell_apart(error)
            raise


def _held(call: str, data: Any, target: str | None, folder: Path) -> Held:
    """Data, written into a folder."""
    written = f"{call}(data=...)"
    if not isinstance(data, tuple):
        frame = frame_of(written, data)
        if target is None:
            names = ", ".join(list(frame.columns)[:12])
            raise InputError(f"{call}(target=...): missing; which column is to be predicted: {names}?")
        return _as_table(frame, str(target), folder)
    if target is not None:
        raise InputError(f"{call}(target=...): (X, y) has its target already; leave it out")
    inputs, targets = pair_of(f"{call}(data=(X, y))", data)
    if inputs.ndim == 2:
        frame, name = table_of(f"{call}(data=(X, y))", inputs, targets)
        return _as_table(frame, name, folder)
    import numpy as np

    path = folder / NAMES[1]
    np.savez(path, images=np.asarray(inputs), labels=np.asarray(targets))
    return Held(str(path), is_ours=True)


def _as_table(frame: Any, target: str, folder: Path) -> Held:
    path = folder / NAMES[0]
    frame.to_csv(path, index=False)
    return Held(str(path), target, {**AS_WRITTEN, **kinds_of(frame, target)}, is_ours=True)
