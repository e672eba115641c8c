"""Samples that are not those of training, with what is true of them: what networks can be judged by.

Axis letters: N samples, F features, C channels, H height, W width.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mlpexp.asking import either, keyword, setting
from mlpexp.config.datasets import Csv, DatasetConfig, Digits, Iris, ThreeClass3D
from mlpexp.config.facts import DatasetFacts
from mlpexp.config.image_sets import EMNIST_COLLECTIONS, Cifar10, Emnist, FashionMnist, Kmnist, Mnist, Usps
from mlpexp.config.other_writing import written_as
from mlpexp.config.own_images import Images
from mlpexp.config.words import closest, nearly
from mlpexp.data.catalogue import class_names, facts_of, shared_dataset
from mlpexp.data.dataset import Dataset
from mlpexp.data.pictures.array_files import idx_names
from mlpexp.data.pictures.folder import SUFFIXES, listing_of
from mlpexp.data.pictures.refusing import named
from mlpexp.data.pictures.unseen import unseen_picture
from mlpexp.data.table_forms import class_labels
from mlpexp.data.tables.other_table import read_other
from mlpexp.data.tables.text_file import data_error, read_bytes
from mlpexp.data.tables.understanding import shown
from mlpexp.errors import InputError
from mlpexp.store.listing import is_named
from mlpexp.store.networks import Preparation

NAMED: dict[str, DatasetConfig] = {
    "iris": Iris(name="iris"), "three_class_3d": ThreeClass3D(name="three_class_3d"), "digits": Digits(name="digits"),
    "mnist": Mnist(name="mnist"), "fashion_mnist": FashionMnist(name="fashion_mnist"), "kmnist": Kmnist(name="kmnist"),
    "usps": Usps(name="usps"), "cifar10": Cifar10(name="cifar10"),
    **{f"emnist:{name}": Emnist(name="emnist", collection=name) for name in EMNIST_COLLECTIONS},  # type: ignore[arg-type]
}  # fmt: skip
"""What ``--on`` knows by name."""
CONFIGS = (".yaml", ".yml")  # which are no data
MOST_NAMED = 5  # reasons, in a message


@dataclass(frozen=True, eq=False)
class NewData:
    """Samples that networks are judged by."""

    name: str
    """Of the file or set."""
    inputs: np.ndarray
    """``(N, F)`` float64 in the unit of the table, NaN where a value is filled in; or ``(N, C, H, W)`` uint8."""
    targets: np.ndarray
    """``(N,)`` int64 classes as networks number them, or ``(N, 1)`` float64."""
    rows: np.ndarray
    """``(N,)`` int64: which of the samples of the file these are, from 0."""
    left_out: tuple[tuple[str, int], ...] = ()
    """Why others cannot be judged by, and how many."""
    said: tuple[str, ...] = ()
    """What had to be found out, or is odd."""


@dataclass(frozen=True, eq=False)
class _Raw:
    """What a file or set holds, good or not."""

    inputs: np.ndarray
    """``(N, ...)``."""
    targets: np.ndarray
    """``(N,)`` int64 classes, or ``(N,)`` float64."""
    reasons: tuple[str, ...]
    """Of each sample why it cannot be judged by; empty: it can."""
    said: tuple[str, ...] = ()
    """As ``NewData``."""


def new_data(
    on: str,
    preparation: Preparation,
    config: DatasetConfig,
    result: Path,
    data_dir: str | None = None,
    settings: Sequence[str] = (),
) -> NewData:
    """What is named by ``--on``.

    Args:
        on: A file, a folder of pictures, or the name of a data set.
        preparation: What the networks were given.
        config: What they learned from.
        result: Whose they are, for messages.
        data_dir: Where image data sets lie.
        settings: How a table is written, where not as that of training, as ``KEY=VALUE``.

    Raises:
        InputError: There is no such file or set, or it does not fit the networks.
        DataError: It cannot be read.
    """
    path = Path(on).expanduser()
    if settings and (on in NAMED or preparation.table is None):
        raise InputError(f"{keyword('set', settings[0])}: says how a file with a table is written; leave it out")
    if on in NAMED:
        name, raw = on, _of_set(on, preparation, data_dir)
    else:
        _check_there(on, path, result)
        name = named(path.name or path.resolve().name)
        raw = _of_file(path, preparation, config, result, settings)
    is_good = np.array([not reason for reason in raw.reasons], dtype=bool)
    left_out = tuple(Counter(filter(None, raw.reasons)).most_common())
    if not is_good.any():
        why = "; ".join(f"{reason} ({count:,})" for reason, count in left_out[:MOST_NAMED]) or "it has none"
        raise InputError(f"{keyword('on', on)}: no sample can be judged by: {why}")
    targets = raw.targets[is_good]
    return NewData(
        name=name,
        inputs=np.ascontiguousarray(raw.inputs[is_good]),
        targets=targets if preparation.task == "classification" else targets[:, None].astype(float),
        rows=np.flatnonzero(is_good),
        left_out=left_out,
        said=raw.said,
    )


def _check_there(on: str, path: Path, result: Path) -> None:
    """Refuses what is neither a file nor a set, with the nearest of both.

    Raises:
        InputError: It is none.
    """
    if path.exists():
        return
    files = [str(path.with_name(name)) for name in _names_in(path.parent)]
    same_stem = (file for file in files if Path(file).stem == path.name)
    near = next(same_stem, None) or closest(on, [*NAMED, *files])
    what = "there is no such file, and no data set of that name"
    if is_named(on, result.parent):
        what = "is a result; name data that it is judged by"
    elif near is None:
        what += f"; data sets with a name: {', '.join(NAMED)}"
    raise InputError(f"{keyword('on', on)}: {what}{f'; did you mean {near}?' if near else ''}")


def _names_in(folder: Path) -> list[str]:
    """Of the files and folders there that may be data; none of a folder that cannot be read."""
    try:
        return sorted(path.name for path in folder.iterdir() if path.suffix not in CONFIGS)
    except OSError:
        return []


def _of_file(
    path: Path, preparation: Preparation, config: DatasetConfig, result: Path, settings: Sequence[str]
) -> _Raw:
    if preparation.table is not None:
        return _of_table(path, preparation, settings)
    if isinstance(config, Csv):  # a table of pixels
        other = config.model_copy(update={"path": str(path.absolute())})
        return _of_dataset(str(path), shared_dataset(other, None), preparation)
    if path.suffix.lower() in SUFFIXES:
        raise InputError(f"{keyword('on', path)}: is one picture; name a folder with a folder for each class")
    if path.is_file() and path.suffix.lower() != ".npz":
        raise InputError(
            f"{keyword('on', path)}: {result} was trained on pictures; name a folder, an .npz file or a data set"
        )
    if path.is_dir() and not idx_names(path):
        return _of_folder(path, config, preparation)
    own = {"size": config.size, "fit": config.fit, "color": config.color} if isinstance(config, Images) else {}
    arrays = Images.model_validate({"name": "images", "path": str(path.absolute()), **own})
    return _of_dataset(str(path), shared_dataset(arrays, None), preparation)


def _of_table(path: Path, preparation: Preparation, settings: Sequence[str]) -> _Raw:
    """Rows of a table, read as the one was that was learned from.

    Raises:
        DataError: It is none, or lacks a column.
        InputError: No row can be read.
    """
    form = preparation.table
    assert form is not None
    if path.is_dir():
        raise InputError(
            f"{keyword('on', path)}: is a folder; name a file with a table, such as the one that was trained on"
        )
    table = read_other(written_as(form, settings), path, read_bytes(path))
    target = form.target.name
    if table.targets is None:
        predicts = either("`mlpexp predict`", ".predict()")
        raise data_error(path, f"there is no column {shown([target])}, by which rows are judged; {predicts} needs none")
    if not table.is_readable.any():
        first = f"{path}:{table.lines[0]}: {table.notes[0][0]}" if table.lines else "it has no rows"
        raise InputError(f"{keyword('on', path)}: no row can be read; {first}; {setting()} says how a file is written")
    reasons = [""] * len(table.inputs)
    for row in np.flatnonzero(~table.is_readable).tolist():
        reasons[row] = "a cell that the network needs cannot be read, or is missing"
    unknown = table.targets < 0 if preparation.task == "classification" else ~np.isfinite(table.targets)
    for row in np.flatnonzero(unknown & table.is_readable).tolist():
        what = "class that was trained" if preparation.task == "classification" else "number"
        reasons[row] = f"its {target} is missing, or no {what}"
    if preparation.target_log:
        for row in np.flatnonzero(~unknown & table.is_readable & (table.targets <= 0)).tolist():
            reasons[row] = f"its {target} is not above 0, and logarithms were learned"
    said = list(table.said)
    if table.ignored:
        said.append(f"not looked at: {', '.join(table.ignored)}")
    odd = Counter(note for notes, reason in zip(table.notes, reasons, strict=True) if not reason for note in notes)
    said += [f"{note} ({_counted(count, 'row')})" for note, count in odd.most_common(MOST_NAMED)]
    if len(odd) > MOST_NAMED:
        said.append(
            f"{len(odd) - MOST_NAMED:,} more cells are odd; {either('`mlpexp predict`', '.predict()')} names the rows"
        )
    return _Raw(table.inputs, table.targets, tuple(reasons), tuple(said))


def _of_set(name: str, preparation: Preparation, data_dir: str | None) -> _Raw:
    """Samples of a data set with a name, which is downloaded only if it fits.

    Raises:
        InputError: It does not fit the networks.
    """
    config = NAMED[name]
    _check_facts(name, facts_of(config), preparation)
    if preparation.task == "classification":
        _classes(name, class_names(config), preparation)
    return _of_dataset(name, shared_dataset(config, data_dir), preparation)


def _of_dataset(on: str, dataset: Dataset, preparation: Preparation) -> _Raw:
    """Samples of a data set: of its test part, if it has one.

    Raises:
        InputError: It does not fit the networks.
    """
    _check_facts(on, dataset.facts, preparation)
    if preparation.feature_names != dataset.feature_names:
        theirs, needed = (shown(list(names)) for names in (dataset.feature_names, preparation.feature_names))
        raise InputError(f"{keyword('on', on)}: its columns are {theirs}; the network takes {needed}")
    first = dataset.facts.num_samples - dataset.facts.num_official_test if dataset.facts.num_official_test else 0
    said = (f"its test part, {_counted(dataset.facts.num_official_test, 'sample')}",) if first else ()
    inputs, targets = dataset.inputs[first:], dataset.targets[first:]
    if preparation.task == "regression":
        return _Raw(inputs, targets[:, 0], ("",) * len(inputs), said)
    labels = class_labels(dataset)
    return _Raw(inputs, *_classes(on, [labels[label] for label in targets.tolist()], preparation), said)


def _check_facts(on: str, facts: DatasetFacts, preparation: Preparation) -> None:
    """Refuses samples of another shape or for another task.

    Raises:
        InputError: They are such.
    """
    shape = tuple(facts.input_shape)
    if shape != preparation.input_shape:
        raise InputError(
            f"{keyword('on', on)}: has {_in_words(shape)}, the network takes {_in_words(preparation.input_shape)}"
        )
    if facts.task != preparation.task:
        raise InputError(f"{keyword('on', on)}: is for {facts.task}, the network for {preparation.task}")


def _of_folder(path: Path, config: DatasetConfig, preparation: Preparation) -> _Raw:
    """Pictures in folders of classes, each made as ``mlpexp predict`` makes it: of the test part, if there is one."""
    listing = listing_of(path)
    files = [file for file in listing.files if file.part == "test"] or list(listing.files)
    targets, reasons = _classes(str(path), [file.class_name for file in files], preparation)
    pictures = [unseen_picture(file.path, config, preparation.input_shape) for file in files]
    black = np.zeros(preparation.input_shape, dtype=np.uint8)
    said = Counter(note for picture in pictures if picture.pixels is not None for note in picture.notes)
    return _Raw(
        np.stack([black if picture.pixels is None else picture.pixels for picture in pictures]),
        targets,
        tuple(
            reason or ("; ".join(picture.notes) if picture.pixels is None else "")
            for picture, reason in zip(pictures, reasons, strict=True)
        ),
        (
            *[f"its test part, {_counted(len(files), 'picture')}"] * (len(files) < len(listing.files)),
            *(f"{note} ({_counted(count, 'picture')})" for note, count in said.most_common(MOST_NAMED)),
        ),
    )


def _classes(on: str, names: Sequence[str], preparation: Preparation) -> tuple[np.ndarray, tuple[str, ...]]:
    """The numbers that networks give to classes, and why a sample cannot be judged by.

    Raises:
        InputError: Not one of the classes was trained.
    """
    places = {name: place for place, name in enumerate(preparation.class_names)}
    there = list(dict.fromkeys(names))
    if not any(name in places for name in there):
        raise InputError(f"{keyword('on', on)}: its classes are {shown(there)}; trained were {shown(list(places))}")
    targets = np.array([places.get(name, -1) for name in names], dtype=np.int64)
    return targets, tuple(
        "" if name in places else f"class {name} was not trained{nearly(name, places)}" for name in names
    )


def _in_words(shape: Sequence[int]) -> str:
    """``28x28 pixels in grey``, ``4 inputs``."""
    if len(shape) < 3:
        return _counted(shape[0], "input")
    channels, height, width = shape
    return f"{height}x{width} pixels in {'grey' if channels == 1 else 'colour'}"


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'s' * (count != 1)}"
