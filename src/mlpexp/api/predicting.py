"""What the networks of an arm say of samples that they have not seen: in files, in a frame, in an array."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlpexp.api.held_tables import array_of
from mlpexp.asking import keyword, setting
from mlpexp.data.pictures.unseen import UnseenPicture, as_png
from mlpexp.errors import InputError
from mlpexp.report.tables.predictions import Record, meaning, records
from mlpexp.store.beside import make_folders
from mlpexp.store.files import write_bytes

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from mlpexp.results.arm_choice import Say
    from mlpexp.results.networks import Networks
    from mlpexp.results.predictions import Predictions
    from mlpexp.results.result import ArmResult
    from mlpexp.store.networks import Preparation

MOST_SAID = 10  # rows whose notes are said
FRAME, ARRAY = Path("data in memory"), "picture"  # what they are called in messages
AS_WRITTEN = ("delimiter=,", "decimal=.", "thousands=")  # of a frame that is written as a table


@dataclass(frozen=True, eq=False)
class Predicted:
    """What is said of each file."""

    networks: "Networks"
    """Whose word it is."""
    every: "Sequence[Predictions]"
    """Of each table, or of each picture."""

    @property
    def meaning(self) -> str:
        """What the columns of several seeds are; empty of one seed."""
        return meaning(self.every[0])

    def records(self, *, all_classes: bool) -> list[Record]:
        """A record for each row or picture.

        Args:
            all_classes: Whether the probability of each class is told.
        """
        of_pictures = self.networks.preparation.is_image
        how = {"file_column": of_pictures or len(self.every) > 1, "row_column": not of_pictures}
        return [row for predictions in self.every for row in records(predictions, **how, all_classes=all_classes)]

    @property
    def table(self) -> "pd.DataFrame":
        """A row for each row or picture: class and probability of each class, or value, with the spread over seeds."""
        import pandas as pd

        return pd.DataFrame(self.records(all_classes=True))


def networks_for(arm: "ArmResult", seed: int | None, *, data_dir: str | None, say: "Say") -> "Networks":
    """The networks that predict.

    Args:
        arm: Of a result that has ended.
        seed: Of which network; None: of all that ended well, together.
        data_dir: Where image data sets lie.
        say: Is told which seeds are left out, and what takes time.

    Raises:
        InputError: There is no such seed, or the model is a map.
        RunError: A file is damaged.
    """
    from mlpexp.results.arm_choice import chosen_seeds
    from mlpexp.results.networks import networks_of

    return networks_of(arm, chosen_seeds(arm, seed, say), data_dir=data_dir, say=say)


def settings_of(given: Mapping[str, Any] | None) -> list[str]:
    """``{"delimiter": ";"}`` as ``KEY=VALUE``, as commands have it."""
    return [f"{key}={value}" for key, value in (given or {}).items()]


def predict(networks: "Networks", samples: Any, settings: Sequence[str], say: "Say") -> "pd.DataFrame":
    """What is said of samples in memory, or in files; see ``of_memory``.

    Args:
        networks: Of an arm.
        samples: A frame, an array, or paths.
        settings: How the tables in files are written, as ``KEY=VALUE``.
        say: Is told what is odd.

    Returns:
        See ``Predicted.table``.

    Raises:
        InputError: The samples do not fit.
    """
    if isinstance(samples, (str, Path)):
        samples = [samples]
    is_named = isinstance(samples, (list, tuple)) and samples and all(isinstance(each, (str, Path)) for each in samples)
    if not is_named:
        return of_memory(networks, samples, say).table
    paths = [Path(each).expanduser() for each in samples]
    if networks.preparation.is_image:
        return of_pictures(networks, paths, None, say).table
    from mlpexp.data.tables.text_file import read_bytes

    return of_tables(networks, [(path, read_bytes(path)) for path in paths], settings, say).table


def of_tables(
    networks: "Networks", tables: Sequence[tuple[Path, bytes]], settings: Sequence[str], say: "Say"
) -> Predicted:
    """What is said of tables.

    Args:
        networks: Which have learned from a table.
        tables: What each is called in messages, and its bytes.
        settings: How they are written, where not as that of training, as ``KEY=VALUE``.
        say: Is told what is odd.

    Raises:
        InputError: A file is no such table, or no row could be read.
    """
    from mlpexp.results.predictions import predictions_for, sentences

    every = [predictions_for(networks, path, content, settings) for path, content in tables]
    if not any(predictions.is_predicted.any() for predictions in every):
        raise InputError(f"no row could be predicted; {_first_note(every)}; {setting()} says how a file is written")
    for predictions in every:
        for sentence in (*sentences(predictions), *_notes(predictions)):
            say(sentence)
    return Predicted(networks, every)


def of_pictures(networks: "Networks", paths: Sequence[Path], save_seen: Path | None, say: "Say") -> Predicted:
    """What is said of pictures in files.

    Args:
        networks: Which have learned from pictures.
        paths: Files, or folders of them.
        save_seen: Where what the network saw is saved; None: nowhere.
        say: Is told what was done to each, and what is odd.

    Raises:
        InputError: None of them could be read, or what was seen cannot be saved.
    """
    from mlpexp.results.predictions import pictures_for, predictions_of_pictures, sentences

    pictures = pictures_for(networks, paths)
    if all(picture.pixels is None for picture in pictures):
        raise InputError("\n".join(note for picture in pictures for note in picture.notes))
    if save_seen is not None:
        _save(pictures, save_seen)
    every = predictions_of_pictures(networks, pictures)
    for predictions in every:
        notes = [f"{predictions.path.name}: {note}" for note in predictions.notes[0]]
        for sentence in (*sentences(predictions), *(notes if predictions.said else predictions.notes[0])):
            say(sentence)
    if save_seen is not None:
        say(f"written: what the network saw, in {save_seen}")
    return Predicted(networks, every)


def of_memory(networks: "Networks", samples: Any, say: "Say") -> Predicted:
    """What is said of a frame, or of an array: rows of a table in the order of its columns, or pixels.

    Args:
        networks: Of an arm.
        samples: A frame with the columns of training, ``(N, columns)``, or ``(N, C, H, W)`` or ``(N, H, W)`` pixels 0..255.
        say: Is told what is odd.

    Raises:
        InputError: It does not fit.
    """
    if networks.preparation.is_image:
        return _of_pixels(networks, samples)
    form = networks.preparation.table
    assert form is not None
    frame = _frame("predict", samples, [column.name for column in form.columns])
    content = frame.to_csv(index=False, lineterminator="\n").encode()
    return of_tables(networks, [(FRAME, content)], as_written(networks.preparation), say)


def as_written(preparation: "Preparation") -> Sequence[str]:
    """How a frame is written as a table, as ``KEY=VALUE``."""
    from mlpexp.config.column_forms import NumberColumn

    assert preparation.table is not None
    columns = (*preparation.table.columns, preparation.table.target)
    return AS_WRITTEN if any(isinstance(column, NumberColumn) for column in columns) else AS_WRITTEN[:1]


def judged_frame(preparation: "Preparation", samples: Any) -> "pd.DataFrame":
    """Samples with what is true of them, as a frame with the names of training.

    Args:
        preparation: Of networks that have learned from a table.
        samples: A frame with all columns, or ``(X, y)``.

    Raises:
        InputError: It is neither.
    """
    import pandas as pd

    assert preparation.table is not None
    if not isinstance(samples, tuple) or len(samples) != 2:
        if isinstance(samples, pd.DataFrame):
            return samples
        raise InputError(f"evaluate: {type(samples).__name__} is no data; give a file, a frame or (X, y)")
    frame = _frame("evaluate", samples[0], [column.name for column in preparation.table.columns])
    if len(samples[1]) != len(frame):
        raise InputError(f"evaluate: X has {len(frame):,} rows, but y has {len(samples[1]):,}")
    return frame.assign(**{preparation.target_name: list(samples[1])})


def _frame(call: str, samples: Any, names: Sequence[str]) -> "pd.DataFrame":
    """The samples with the names of their columns."""
    import pandas as pd

    if isinstance(samples, pd.DataFrame):
        return samples
    try:
        frame = pd.DataFrame(array_of(call, "the array", samples) if hasattr(samples, "detach") else samples)
    except (ValueError, TypeError):
        raise InputError(f"{call}: {type(samples).__name__} is no table; give a frame or (N, {len(names)})") from None
    if frame.shape[1] != len(names):
        columns = f"{len(names)} ({', '.join(names[:4])}{', ...' * (len(names) > 4)})"
        raise InputError(f"{call}: the array has {frame.shape[1]} columns; the network needs {columns}")
    return frame.set_axis(list(names), axis=1)


def _of_pixels(networks: "Networks", samples: Any) -> Predicted:
    import numpy as np

    from mlpexp.results.predictions import predictions_of_pictures

    pixels, shape = array_of("predict", "the array", samples), networks.preparation.input_shape
    if pixels.ndim == 3 and shape[0] == 1:
        pixels = pixels[:, None]
    if pixels.shape[1:] != shape or not len(pixels):
        wanted = f"(N, {', '.join(map(str, shape))})"
        raise InputError(f"predict: the array has shape {pixels.shape}; pictures here are {wanted}, pixels 0..255")
    _check_pixels(pixels)
    pictures = [UnseenPicture(Path(f"{ARRAY} {row}"), each, "", ()) for row, each in enumerate(pixels.astype(np.uint8))]
    return Predicted(networks, predictions_of_pictures(networks, pictures))


def _check_pixels(pixels: "np.ndarray") -> None:
    """Refuses what is no pixel; numbers that were scaled already would be misread in silence.

    Raises:
        InputError: A value is none of 0, 1, ..., 255.
    """
    import numpy as np

    if pixels.dtype.kind not in "biuf" or not np.isin(pixels, np.arange(256)).all():
        raise InputError("predict: expected pixels as whole numbers 0..255; preparing them is part of the network")


def _save(pictures: Sequence[UnseenPicture], folder: Path) -> None:
    """What the network saw of each file, under its name; of equal names later ones get a number.

    Raises:
        InputError: A file of that name exists.
    """
    contents: dict[Path, bytes] = {}
    for picture in pictures:
        if picture.pixels is not None:
            names = (
                f"{picture.path.stem}{number}.png" for number in ("", *map("-{}".format, range(2, len(pictures) + 2)))
            )
            path = next(folder / name for name in names if folder / name not in contents)
            contents[path] = as_png(picture.pixels)
    for path in [folder] if folder.is_file() else contents:
        if path.exists():
            raise InputError(f"{keyword('save-seen')}: {path} exists, and nothing is written over; name another folder")
    make_folders(folder)
    for path, content in contents.items():
        write_bytes(path, content)


def _notes(predictions: "Predictions") -> list[str]:
    """A sentence for each of the first rows that are odd."""
    odd = [row for row, notes in enumerate(predictions.notes) if notes]
    places = [_place(predictions, row) for row in odd[:MOST_SAID]]
    said = [
        f"{predictions.path}{place}: {'; '.join(predictions.notes[row])}"
        for place, row in zip(places, odd[:MOST_SAID], strict=True)
    ]
    more = len(odd) - len(said)
    return [*said, *[f"{predictions.path}: {more:,} more rows are odd; the column `notes` says how"] * (more > 0)]


def _place(predictions: "Predictions", row: int) -> str:
    """Where a row is: a line of a file, a row of data in memory by the column ``row``."""
    is_line = predictions.lines and predictions.path != FRAME
    return f":{predictions.lines[row]}" if is_line else f": row {row + 1}"


def _first_note(every: "Sequence[Predictions]") -> str:
    return next((sentence for predictions in every for sentence in _notes(predictions)), "the tables have no rows")
