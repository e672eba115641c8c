"""Writing the manifests of a finished result; ``as_written`` reads them."""

from collections.abc import Iterable
from pathlib import Path

from mlpexp.store.as_written import LOCAL_MANIFEST, MANIFEST, ManifestRecord, manifest_in
from mlpexp.store.file_sums import FileRecord, record_of, record_of_file
from mlpexp.store.files import write_errors, write_text
from mlpexp.store.json_files import record_text
from mlpexp.store.lock import for_a_moment

LOCAL = ("environment.json", "stacks.json", "timing.csv")  # of equal experiments not equal
FILES = (
    "arms.csv", "columns.csv", "config.yaml", "diagnostics.csv", "environment.json", "metrics.csv", "networks.json",
    "picture_files.csv", "pictures.csv", "plan.json", "stacks.json", "start.csv", "timing.csv", "trials.csv",
)  # fmt: skip
FOLDERS = ("data", "evaluation", "start", "weights")


def write_manifests(root: Path, summary: str) -> None:
    """Writes the manifests of a result that is trained, before the summary that says so.

    Args:
        root: The folder.
        summary: The text of that summary.

    Raises:
        RunError: A file cannot be read or written.
    """
    with write_errors(root):
        files = {name: record_of_file(root / name) for name in _names(root)}
    files["summary.json"] = record_of(summary.encode())
    own = {name: record for name, record in files.items() if name not in LOCAL}
    _write(root / LOCAL_MANIFEST, {name: record for name, record in files.items() if name in LOCAL})
    _write(root / MANIFEST, own)


def remove_manifests(root: Path) -> None:
    """Removes them: what they know is about to change.

    Raises:
        RunError: They cannot be removed.
    """
    with write_errors(root):
        for name in (MANIFEST, LOCAL_MANIFEST):
            (root / name).unlink(missing_ok=True)


def add_to_manifest(root: Path, paths: Iterable[Path]) -> None:
    """Notes what was made of a result later; one that has not both manifests stays as it is.

    Args:
        root: The folder.
        paths: New files in it, or new versions of files.

    Raises:
        RunError: A file cannot be read or written.
    """
    if manifest_in(root / MANIFEST) is None or manifest_in(root / LOCAL_MANIFEST) is None:
        return
    with for_a_moment(root):  # another process may add to it
        own, local = manifest_in(root / MANIFEST) or {}, dict(manifest_in(root / LOCAL_MANIFEST) or {})
        for path in paths:
            name = path.relative_to(root).as_posix()
            with write_errors(path):
                record = record_of_file(path)
            if own.get(name) != record:
                local[name] = record
        _write(root / LOCAL_MANIFEST, local)


def _names(root: Path) -> list[str]:
    """The files that training has written, by their paths in the result; what was made of it later comes later."""
    inner = [path.relative_to(root) for folder in FOLDERS for path in (root / folder).rglob("*") if path.is_file()]
    names = [path.as_posix() for path in inner if not path.name.startswith(".")]
    own = [name for name in FILES if (root / name).is_file()]
    return sorted([*own, *(name for name in names if not name.startswith("evaluation/arm-"))])


def _write(file: Path, files: dict[str, FileRecord]) -> None:
    write_text(file, record_text(ManifestRecord(files=dict(sorted(files.items()))).sealed()))
