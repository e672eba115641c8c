"""What lies in the folder of a run."""

import csv
import hashlib
from pathlib import Path

from mlpexp.store.manifest import remove_manifests


def results_of(run: Path) -> dict[str, bytes]:
    """The bytes that a run must always have: metrics, weights, and what is computed from the weights."""
    assert any((run / "weights").glob("*.best.json"))
    files = [run / "metrics.csv", run / "trials.csv", *run.glob("weights/*"), *run.glob("evaluation/*")]
    return {str(path.relative_to(run)): path.read_bytes() for path in files}


def growing_tables(run: Path) -> list[Path]:
    """Where the rows of metrics of a run lie until it ends, as far as they exist."""
    return sorted(run.glob("parts/*/metrics.csv"))


def num_rows(run: Path) -> int:
    """Complete rows of metrics of a run that has not ended, headers not counted."""
    return sum(path.read_text().count("\n") - 1 for path in growing_tables(run))


def checkpoints(run: Path) -> list[Path]:
    """One file for each stack of a run that has not ended, from which it goes on."""
    return sorted(run.glob("parts/*/checkpoint.json"))


def complete_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a table, without a last line that the end of the process cut short; each has all cells."""
    text = path.read_text()
    rows = list(csv.DictReader(text[: text.rfind("\n") + 1].splitlines()))
    assert all(None not in row and None not in row.values() for row in rows), path
    return rows


def only_run(runs_dir: Path) -> Path:
    """The one run of a folder."""
    (run,) = (path for path in runs_dir.iterdir() if not path.name.startswith("."))
    return run


def unsealed(path: Path) -> Path:
    """A finished result without manifests, as older ones are: whoever edits its files asks what else would see it."""
    remove_manifests(path)
    summary = path / "summary.json"
    summary.write_text(
        summary.read_text(encoding="utf-8").replace('"manifest": true', '"manifest": false'), encoding="utf-8"
    )
    return path


def equal_files(result: Path) -> dict[str, bytes]:
    """All that must be equal in equal results, whatever their folders are called: no times, no machine, no sums of them."""
    apart = (".lock", "environment.json", "manifest_local.json", "stacks.json", "timing.csv")
    files = [path for path in result.rglob("*") if path.is_file() and path.name not in apart]
    own_name = result.name.encode()  # is in what is to be pasted into a paper
    return {str(path.relative_to(result)): path.read_bytes().replace(own_name, b"*") for path in files}


def sums(folder: Path) -> dict[str, str]:
    """Of all files of a folder, but for locks."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != ".lock"]
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
