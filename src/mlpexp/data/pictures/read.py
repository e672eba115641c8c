"""The user's own pictures as a data set, and what was understood of them; read once for each change of the files.

Axis letters: N pictures, C channels, H height, W width.
"""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from mlpexp.asking import keyword
from mlpexp.config.facts import DatasetFacts
from mlpexp.config.own_images import Images
from mlpexp.data.dataset import Dataset
from mlpexp.data.pictures.array_files import idx_arrays, idx_names, npz_arrays
from mlpexp.data.pictures.content import Content
from mlpexp.data.pictures.doubts import dark, only_grey, twins
from mlpexp.data.pictures.folder import OTHER_PICTURES, SUFFIXES, folder_of_pictures
from mlpexp.data.pictures.from_arrays import of_arrays
from mlpexp.data.pictures.from_folder import of_folder
from mlpexp.data.pictures.refusing import check_regular, named, refused
from mlpexp.data.pictures.understanding import PARTS, ClassCount, PictureReport, scarce
from mlpexp.data.pictures.versions import stamp_of
from mlpexp.free_memory import free_bytes

KEPT_SHARE = 4  # pictures that were read before are kept in a quarter of the free memory


@dataclass(frozen=True)
class OwnPictures:
    """Pictures that have been read."""

    dataset: Dataset
    """All of them, the test part last, the validation part before it."""
    report: PictureReport
    """What was understood."""


@dataclass(frozen=True)
class Known:
    """What is known of pictures without having them in memory."""

    facts: DatasetFacts
    """Of the data set."""
    report: PictureReport
    """What was understood."""


Version = tuple[tuple[int, int], ...]
_known: dict[tuple[Images, Version], Known] = {}
_kept: dict[tuple[Images, Version], OwnPictures] = {}


def read_pictures(config: Images) -> OwnPictures:
    """Pictures ``(N, C, H, W)`` uint8 and class numbers ``(N,)``, decoded once as long as memory allows to keep them.

    Raises:
        DataError: One sentence ``path: what`` about the first problem.
    """
    return _pictures(config, picture_versions(config))


def known_of(config: Images) -> Known:
    """What is known of pictures: that is small, so it is kept of all that have been read.

    Raises:
        DataError: As ``read_pictures``.
    """
    version = picture_versions(config)
    if (config, version) not in _known:
        _pictures(config, version)
    return _known[config, version]


def picture_versions(config: Images) -> Version:
    """The stamp of all files; see ``stamp_of``."""
    return (stamp_of(Path(config.path).expanduser()),)


def _pictures(config: Images, version: Version) -> OwnPictures:
    """The pictures; the version of the files counts only as part of the key."""
    if (config, version) not in _kept:
        _make_room()
        pictures = _read(config)
        _known[config, version] = Known(pictures.dataset.facts, pictures.report)
        _kept[config, version] = pictures
    return _kept[config, version]


def _make_room() -> None:
    """Forgets the oldest pictures until the others take little of the memory that is free."""
    most = (free_bytes() or 0) // KEPT_SHARE
    while _kept and sum(pictures.dataset.inputs.nbytes for pictures in _kept.values()) > most:
        del _kept[next(iter(_kept))]


def _read(config: Images) -> OwnPictures:
    root = Path(config.path).expanduser()
    if not root.exists():
        raise refused(root, f"there is no such folder or file; dataset.path or {keyword('data')} names it")
    content = _content_of(config, root)
    if len(content.class_names) < 2:
        raise refused(root, f"all pictures are of one class, {content.class_names[0]}; two are needed to tell apart")
    dataset = _dataset(root, content)
    counts = Counter(zip(content.parts, content.targets.tolist(), strict=True))
    rows = tuple(
        ClassCount(part, name, counts[part, label])
        for part in PARTS
        if part in content.parts
        for label, name in enumerate(content.class_names)
    )
    report = PictureReport(
        path=config.path,
        kind=content.kind,
        counts=rows,
        shape=dataset.inputs.shape[1:],
        notes=(*content.notes, *only_grey(dataset.inputs)),
        warnings=(*scarce(rows), *dark(dataset.inputs), *content.warnings, *twins(content)),
    )
    return OwnPictures(dataset, report)


def _content_of(config: Images, root: Path) -> Content:
    check_regular(root)
    if root.is_file():
        if root.suffix.lower() in SUFFIXES + OTHER_PICTURES:
            above = named(root.resolve().parent.parent)
            raise refused(root, f"one picture; name the folder that holds the folders of classes, perhaps {above}")
        if root.suffix.lower() != ".npz":
            raise refused(root, "expected a folder, or an .npz file; pictures are in the folder of their class")
        parts, notes = npz_arrays(root)
        return of_arrays(config, root, parts, "npz file", notes)
    if config.images is not None and config.labels is not None:
        return of_arrays(config, root, idx_arrays(root, {"": (config.images, config.labels)}), "IDX files")
    names = idx_names(root)
    if not names:
        return of_folder(config, root)
    if (folder := folder_of_pictures(root)) is not None:
        raise refused(
            root,
            f"it has IDX files ({names['train'][0]}) and pictures in folders ({named(folder.name)}); keep one kind, "
            "or set dataset.images and dataset.labels",
        )
    return of_arrays(config, root, idx_arrays(root, names), "IDX files")


def _dataset(root: Path, content: Content) -> Dataset:
    counts = Counter(content.parts)
    facts = DatasetFacts(
        task="classification",
        input_shape=content.inputs.shape[1:],
        num_outputs=len(content.class_names),
        num_samples=len(content.inputs),
        num_official_test=counts["test"],
        num_official_validation=counts["validation"],
    )
    return Dataset(
        named(root.stem or root.resolve().stem), content.inputs, content.targets, facts, (), content.class_names
    )
