"""A config for a table of the user's own, of which nothing is known but the file and the column to predict."""

import re
from pathlib import Path
from typing import Any

from mlpexp.config.datasets import Csv
from mlpexp.config.experiment import Experiment
from mlpexp.config.problems import Place, did_you_mean
from mlpexp.config.yaml_source import Source
from mlpexp.data.csv_file import columns_in
from mlpexp.data.table import read_table
from mlpexp.errors import InputError

NETWORK: dict[str, Any] = {
    "model": {"name": "mlp", "hidden_sizes": [16], "activation": "relu"},
    "optimizer": {"name": "adam", "learning_rate": 0.01},
    "training": {"batch_size": 32, "epochs": 100},
    "seeds": 10,
}  # fmt: skip
MOST_NAMED = 12  # columns in a message
FEWEST_BATCHES = 6
FARTHEST = 30.0  # standard deviation of a target that small weights reach


def table_section(path: Path, target: str | None) -> dict[str, Any]:
    """The ``dataset:`` section of a CSV file.

    Args:
        path: The file, as it was typed.
        target: The column to predict.

    Raises:
        InputError: There is no such file or column, or no column is named.
    """
    delimiter, columns = columns_in(path)
    more = ", ..." if len(columns) > MOST_NAMED else ""
    known = ", ".join(columns[:MOST_NAMED]) + more
    if target is None:
        raise InputError(f"--target: missing; which column of {path} is to be predicted: {known}?")
    if target not in columns:
        near = did_you_mean(target, columns) or f"; the columns are {known}"
        raise InputError(f"--target {target}: {path} has no such column{near}")
    section = {"name": "csv", "path": str(path), "target": target}
    return section if delimiter == "," else {**section, "delimiter": delimiter}


def table_source(path: Path, target: str | None) -> Source:
    """A whole config: the table, and a small network with usual settings.

    Raises:
        InputError: As ``table_section``.
    """
    name = re.sub(r"[^A-Za-z0-9_.-]+", "-", path.stem).strip("-._")[:64] or "table"
    data: dict[str, Any] = {"name": name, "dataset": table_section(path, target)}
    data |= {key: dict(value) if isinstance(value, dict) else value for key, value in NETWORK.items()}
    data["training"]["batch_size"] = _batch_size(path.read_bytes().count(b"\n"))
    place = Place(f"--data {path}")
    return Source(data, {(key,): place for key in data}, {(key,): place for key in data})


def _batch_size(num_rows: int) -> int:
    """A power of two up to 32, of which a small training part has several batches."""
    return next((size for size in (32, 16, 8, 4, 2) if num_rows >= FEWEST_BATCHES * size), 1)


def in_words(source: Source) -> list[str]:
    """What was chosen for a table, in sentences."""
    data = source.data
    model, optimizer, training, table = data["model"], data["optimizer"], data["training"], data["dataset"]
    hidden = " and ".join(map(str, model.get("hidden_sizes", [])))
    separator = f", separated by {table['delimiter']!r}" if "delimiter" in table else ""
    return [
        f"table: {table['path']}{separator}; {table['target']} is predicted from the other columns",
        f"network: {model['name']} with {hidden} hidden units, activation {model.get('activation')}",
        f"training: {optimizer['name']} with learning rate {optimizer.get('learning_rate')}, "
        f"batches of {training.get('batch_size')}, {training.get('epochs')} epochs, {data['seeds']} seeds",
        "a test part of 30 % is held out, another one for each seed",
    ]  # fmt: skip


def target_out_of_reach(experiment: Experiment) -> str | None:
    """That the numbers to predict are too large or too small for the network, in a sentence; None if all is well."""
    table = experiment.dataset
    if not isinstance(table, Csv):
        return None
    targets = read_table(table).targets
    spread = float(targets.std())
    if targets.ndim == 1 or 1 / FARTHEST <= spread <= FARTHEST or spread == 0:
        return None
    return (
        f"{table.target} spreads by {spread:.3g}, and the network begins with outputs near 1: training may fail; "
        f"divide the column by about {spread:.1g} first"
    )
