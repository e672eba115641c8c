"""A config for a table of the user's own, of which nothing is known but the file and the column to predict."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from mlpexp.config.datasets import Csv
from mlpexp.config.experiment import Experiment
from mlpexp.config.load import expand_names
from mlpexp.config.networks import Mlp
from mlpexp.config.shipped import at_home
from mlpexp.config.words import did_you_mean
from mlpexp.config.yaml_source import Source, set_value
from mlpexp.data.csv_file import columns_in
from mlpexp.data.table import read_table
from mlpexp.errors import InputError, Place

NETWORK: dict[str, Any] = {
    "model": {"name": "mlp", "hidden_sizes": [16], "activation": "relu"},
    "optimizer": {"name": "adam", "learning_rate": 0.01},
    "training": {"batch_size": 32, "epochs": 100},
    "seeds": 10,
}  # fmt: skip
NAMED = {"iris": "iris/mlp", "mnist": "mnist/mlp", "digits": "digits/cnn", "three_class_3d": "three_class_3d/mlp"}
GENERAL = ("test_fraction", "validation_fraction", "standardize")  # keys that every table has
TAB = "\t"
MOST_COLUMNS = 12  # columns in a message
FEWEST_BATCHES = 6
FARTHEST = 30.0  # standard deviation or mean of a target that small weights reach


def table_section(written: str, target: str | None) -> tuple[dict[str, Any], int]:
    """The ``dataset:`` section of a CSV file, and the number of its lines.

    Args:
        written: The file, as it was typed.
        target: The column to predict.

    Raises:
        InputError: There is no such file or column, or no column is named.
    """
    path = at_home(written)
    if str(path) in NAMED and not path.exists():
        raise InputError(f"--data {path}: is a data set by name; write `mlpexp train {NAMED[str(path)]}`")
    delimiter, columns, num_lines = columns_in(path)
    more = ", ..." if len(columns) > MOST_COLUMNS else ""
    names = ", ".join(columns[:MOST_COLUMNS]) + more
    if target is None:
        raise InputError(f"--target: missing; which column of {path} is to be predicted: {names}?")
    if target not in columns:
        near = did_you_mean(target, columns) or f"; the columns are {names}"
        raise InputError(f"--target {target}: {path} has no such column{near}")
    section = {"name": "csv", "path": written, "target": target}
    return (section if delimiter == "," else {**section, "delimiter": delimiter}), num_lines


def table_source(written: str, target: str | None) -> Source:
    """A whole config: the table, as it was typed, and a small network with usual settings.

    Raises:
        InputError: As ``table_section``.
    """
    section, num_lines = table_section(written, target)
    path = at_home(written)
    data: dict[str, Any] = {"name": _name(path), "dataset": section}
    data |= {key: dict(value) if isinstance(value, dict) else value for key, value in NETWORK.items()}
    data["training"]["batch_size"] = _batch_size(num_lines)
    place = Place(f"--data {path}")
    return Source(data, {(key,): place for key in data}, {(key,): place for key in data})


def use_table(source: Source, written: str, target: str | None) -> None:
    """Puts a table in place of the data of a config, with what is not of these data alone: split and standardization.

    Of a config that has a table already, everything stays but the file.

    Raises:
        InputError: As ``table_section``.
    """
    expand_names(source)
    old = source.data.get("dataset")
    old = old if isinstance(old, dict) else {}
    is_table = old.get("name") == "csv"
    path = at_home(written)
    section, _ = table_section(written, old.get("target") if is_table and target is None else target)
    kept = {key: value for key, value in old.items() if (is_table and key != "delimiter") or key in GENERAL}
    source.notes.append(f"data: {path} in place of {old.get('path' if is_table else 'name')}")
    set_value(source, ["dataset"], {**kept, **section}, Place(f"--data {path}"))
    set_value(source, ["name"], _name(path), Place(f"--data {path}"))


def _name(path: Path) -> str:
    """The name of a file as that of an experiment."""
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", path.stem).strip("-._")[:64] or "table"


def _batch_size(num_rows: int) -> int:
    """A power of two up to 32, of which a small training part has several batches."""
    return next((size for size in (32, 16, 8, 4, 2) if num_rows >= FEWEST_BATCHES * size), 1)


def tell_of_table(experiment: Experiment, tell: Callable[[str], None], *, chosen: bool) -> None:
    """Says what was chosen for a table that came without a config, and of any table whether its target can be reached."""
    table = experiment.dataset
    if not isinstance(table, Csv):
        return
    for sentence in _in_words(experiment, table) if chosen else ():
        tell(sentence)
    warning = _out_of_reach(table)
    if warning:
        tell(f"warning: {warning}")


def _in_words(experiment: Experiment, table: Csv) -> Iterator[str]:
    model, optimizer, training = experiment.model, experiment.optimizer, experiment.training
    mark = "tabs" if table.delimiter == TAB else repr(table.delimiter)
    separator = "" if table.delimiter == "," else f", separated by {mark}"
    seeds = f"{experiment.seeds} seeds" if experiment.seeds > 1 else "one seed"
    yield f"table: {table.path}{separator}; {table.target} is predicted from the other columns"
    if isinstance(model, Mlp):
        hidden = (
            f"{' and '.join(map(str, model.hidden_sizes))} hidden units" if model.hidden_sizes else "no hidden layer"
        )
        name = f", activation {model.activation.name}" if not isinstance(model.activation, tuple) else ""
        yield f"network: {model.name} with {hidden}{name}"
    yield (
        f"training: {optimizer.name} with learning rate {optimizer.learning_rate:g}, batches of {training.batch_size}, "
        f"{training.epochs} epochs, {seeds}"
    )
    if table.test_fraction:
        other = ", another one for each seed" if experiment.seeds > 1 and experiment.split_seed is None else ""
        yield f"test part: {100 * table.test_fraction:g} % of the rows, held out{other}"


def _out_of_reach(table: Csv) -> str | None:
    """That the numbers to predict are too large or too small for the network, in a sentence; None if all is well."""
    targets = read_table(table).targets
    if targets.ndim == 1:
        return None
    spread, mean = float(targets.std()), float(targets.mean())
    if spread == 0 or (1 / FARTHEST <= spread <= FARTHEST and abs(mean) <= FARTHEST):
        return None
    return (
        f"{table.target} has mean {mean:.3g} and spreads by {spread:.3g}, but a network begins with outputs near 0; "
        f"take {mean:.2g} away and divide by {spread:.2g} first"
    )
