"""``pictures.csv``: what was understood of the user's own pictures that a plan learns from."""

from functools import cache
from pathlib import Path

from mlpexp.config.own_images import Images
from mlpexp.data.catalogue import as_loaded, pictures_seen
from mlpexp.data.pictures.folder import listing_of
from mlpexp.data.pictures.refusing import named
from mlpexp.data.pictures.understanding import PictureReport
from mlpexp.planning.plan import Plan
from mlpexp.store.table import Cell, as_csv

COLUMNS = ("arm", "part", "class", "pictures", "channels", "height", "width")
COLUMNS_OF_FILES = ("arm", "index", "file")


def pictures_of(plan: Plan) -> dict[int, PictureReport]:
    """What was understood of each set of pictures, by the first arm that learns from it."""
    reports: dict[int, PictureReport] = {}
    seen = cache(pictures_seen)  # the folder is looked through once for all arms that learn from it
    for arm in plan.arms:
        dataset = arm.experiment.dataset
        if isinstance(dataset, Images) and (report := seen(as_loaded(dataset))) not in reports.values():
            reports[arm.number] = report
    return reports


def pictures_table(plan: Plan) -> str | None:
    """A row for each part and class; None: the data are no pictures of the user's."""
    rows = [{"arm": arm, **row} for arm, report in pictures_of(plan).items() for row in rows_of(report)]
    return as_csv(list(COLUMNS), rows) if rows else None


def files_table(plan: Plan) -> str | None:
    """``picture_files.csv``: the file of each picture by its ``index``; None: no data are files of one picture each."""
    rows: list[dict[str, Cell]] = []
    for arm, report in pictures_of(plan).items():
        if report.kind == "folder":
            root = Path(report.path).expanduser()
            files = [named(file.path.relative_to(root)) for file in listing_of(root).files]
            rows += [{"arm": arm, "index": index, "file": file} for index, file in enumerate(files)]
    return as_csv(list(COLUMNS_OF_FILES), rows) if rows else None


def rows_of(report: PictureReport) -> list[dict[str, Cell]]:
    """A row for each part and class."""
    channels, height, width = report.shape
    size: dict[str, Cell] = {"channels": channels, "height": height, "width": width}
    return [
        {"part": count.part, "class": count.class_name, "pictures": count.pictures, **size} for count in report.counts
    ]
