"""A config for a table of the user's own, of which nothing is known but the file and the column to predict."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from shlex import quote
from typing import Any

from pydantic import ValidationError

from mlpexp.asking import either, keyword
from mlpexp.config.datasets import Csv, Target
from mlpexp.config.facts import Task
from mlpexp.config.load import expand_names
from mlpexp.config.networks import Mlp
from mlpexp.config.outputs import KNOWN_LOSSES
from mlpexp.config.scores import SCORES, column_of
from mlpexp.config.shipped import at_home
from mlpexp.config.target_rules import coarse, raw_range
from mlpexp.config.words import did_you_mean
from mlpexp.config.yaml_source import Override, Source, dotted, set_value
from mlpexp.data.catalogue import facts_of
from mlpexp.data.tables.header import Asked
from mlpexp.data.tables.table_file import Reading, columns_in
from mlpexp.errors import InputError, Place
from mlpexp.planning.columns_table import tables_of
from mlpexp.planning.own_pictures import (
    SMALLEST_SIDE,
    are_pictures,
    batch_size_for,
    network_and_training,
    pictures_section,
    settings_for,
    settings_of_size,
    tell_of_pictures,
)
from mlpexp.planning.plan import Plan
from mlpexp.planning.prepare import Prepared

NETWORK: dict[str, Any] = {
    "model": {"name": "mlp", "hidden_sizes": [16], "activation": "relu"},
    "optimizer": {"name": "adam", "learning_rate": 0.01},
    "training": {"batch_size": 32, "epochs": 100},
    "seeds": 10,
}  # fmt: skip
NAMED = {"iris": "iris/mlp", "mnist": "mnist/mlp", "digits": "digits/cnn", "three_class_3d": "three_class_3d/mlp"}
GENERAL = ("test_fraction", "validation_fraction", "standardize", "scale", "split")  # keys that every table has
MOST_COLUMNS = 12  # columns in a message
OF_READING = {
    "delimiter": str,
    "header": bool,
    "encoding": str,
}  # keys that decide what the columns are, and their kind
FARTHEST = 30.0  # standard deviation or mean of a target that small weights reach


def table_section(written: str, target: str | None, said: Mapping[str, Any]) -> tuple[dict[str, Any], int]:
    """The ``dataset:`` section of a CSV file, and the number of its lines.

    Args:
        written: The file, as it was typed.
        target: The column to predict.
        said: What else is said of the section, such as ``header: false``; nothing is certain of its form.

    Raises:
        InputError: There is no such file or column, or no column is named.
    """
    path = at_home(written)
    if str(path) in NAMED and not path.exists():
        trains = either(f"`mlpexp train {NAMED[str(path)]}`", f'mlpexp.train("{NAMED[str(path)]}")')
        raise InputError(f"{keyword('data', path)}: is a data set by name; write {trains}")
    columns, num_lines = columns_in(path, _reading(said))
    more = ", ..." if len(columns) > MOST_COLUMNS else ""
    names = ", ".join(columns[:MOST_COLUMNS]) + more
    if target is None:
        raise InputError(f"{keyword('target')}: missing; which column of {path} is to be predicted: {names}?")
    if target not in columns:
        quoted = next((column for column in columns if column.strip("'\"") == target), None)
        near = did_you_mean(target, columns) or f"; the columns are {names}"
        near = f"; the quotation marks belong to the name: {keyword('target', _quoted(quoted))}" if quoted else near
        raise InputError(f"{keyword('target', target)}: {path} has no such column{near}")
    return {"name": "csv", "path": written, "target": target}, num_lines


def _quoted(name: str) -> str:
    """A name as a shell takes it, in the marks that can be read more easily."""
    return quote(name) if set(name) & set('"$`\\!') else f'"{name}"'


def _reading(said: Mapping[str, Any]) -> Reading:
    """How the file is read, as far as that is said in a form that makes sense; what makes none is refused later."""
    names = said.get("names")
    known = {key: said[key] if isinstance(said.get(key), kind) else None for key, kind in OF_READING.items()}
    delimiter = known["delimiter"] if known["delimiter"] and len(known["delimiter"]) == 1 else None
    listed = tuple(map(str, names)) if isinstance(names, list) else ()
    return Reading(Asked(delimiter, known["header"], listed), known["encoding"])


def table_source(written: str, target: str | None, said: Mapping[str, Any], network: str | None = None) -> Source:
    """A whole config: the table, as it was typed, and a small network with usual settings.

    Args:
        written: The file, or a folder of pictures.
        target: The column to predict.
        said: As in ``table_section``.
        network: Its name, if another one than the usual is asked for.

    Raises:
        InputError: As ``table_section``.
    """
    path = at_home(written)
    if are_pictures(path):
        section = pictures_section(written, target)
        settings = settings_for({**section, "path": str(path)}, said)
    else:
        section, num_lines = table_section(written, target, said)
        settings = _settings_of_rows(num_lines, said.get("shape"))
    if network is not None:
        settings["model"] = usual_network(network, settings["model"])
    data: dict[str, Any] = {"name": _name(path), "dataset": section}
    data |= {key: dict(value) if isinstance(value, dict) else value for key, value in settings.items()}
    place = Place(keyword("data", path))
    return Source(data, {(key,): place for key in data}, {(key,): place for key in data})


def _settings_of_rows(num_lines: int, shape: object) -> dict[str, Any]:
    """The other sections for a table: those for pictures where its rows are some; a wrong shape is refused later."""
    if isinstance(shape, list) and len(shape) == 3 and all(isinstance(side, int) for side in shape):
        return settings_of_size(shape[1], shape[2], num_lines)
    return {**NETWORK, "training": {**NETWORK["training"], "batch_size": batch_size_for(num_lines)}}


def usual_network(name: str, chosen: Mapping[str, Any]) -> dict[str, Any]:
    """The ``model:`` section of a network by its name, in place of the one that would be chosen."""
    usual = (chosen, NETWORK["model"], settings_of_size(SMALLEST_SIDE, SMALLEST_SIDE, 0)["model"])
    return dict(next((model for model in usual if model["name"] == name), {"name": name}))


def of_default_network(override: Override) -> Override:
    """``model=cnn`` as ``model.name=cnn``: the rest of the section is what is usual for this network."""
    is_name = override.key == "model" and isinstance(override.value, str)
    return replace(override, key="model.name") if is_name else override


def use_table(source: Source, written: str, target: str | None, said: Mapping[str, Any]) -> None:
    """Puts a table in place of the data of a config, with what is not of these data alone: split and standardization.

    Of a config that has a table already, everything stays but the file.

    Raises:
        InputError: As ``table_section``.
    """
    expand_names(source)
    old = source.data.get("dataset")
    old = old if isinstance(old, dict) else {}
    path = at_home(written)
    if are_pictures(path):
        _use_pictures(source, old, written, pictures_section(written, target))
        return
    is_table = old.get("name") == "csv"
    described = old.get("target") if is_table else None
    described = described if isinstance(described, dict) else {}
    predicted = described.get("column") if target is None else target
    section, _ = table_section(written, predicted, {**(old if is_table else {}), **said})
    if section["target"] == described.get("column"):
        section["target"] = described  # and how it is learned
    kept = {key: value for key, value in old.items() if is_table or key in GENERAL}
    source.notes.append(f"data: {path} in place of {old.get('path' if is_table else 'name')}")
    set_value(source, ["dataset"], {**kept, **section}, Place(keyword("data", path)))
    set_value(source, ["name"], _name(path), Place(keyword("data", path)))


def _use_pictures(source: Source, old: Mapping[str, Any], written: str, section: Mapping[str, Any]) -> None:
    """Puts pictures in place of the data of a config."""
    had, path = old.get("name") == "images", at_home(written)
    kept = {key: value for key, value in old.items() if had or key in GENERAL}
    source.notes.append(f"data: {path} in place of {old.get('path' if had else 'name')}")
    set_value(source, ["dataset"], {**kept, **section}, Place(keyword("data", path)))
    set_value(source, ["name"], _name(path), Place(keyword("data", path)))


def leave_out_unsuitable(source: Source) -> None:
    """Leaves out a loss and scores of a config that do not suit the table which came in place of its data, and says so.

    What was typed stays, and is refused where it does not suit; so does everything where the table cannot be read.
    """
    try:
        section = source.data.get("dataset")
        if isinstance(section, dict) and section.get("name") == "images":
            return
        dataset = Csv.model_validate(section)
        task = facts_of(dataset).task
    except (InputError, ValidationError):
        return
    column = dataset.target.column
    data, why = source.data, f"{column} holds {'class labels' if task == 'classification' else 'numbers'}"
    loss = data.get("loss")
    known = KNOWN_LOSSES.get(loss) if isinstance(loss, str) else None
    if known is not None and task == "regression" and not known.for_numbers and source.place(("loss",)).line:
        del data["loss"]
        source.notes.append(f"loss: {loss} of the config is left out, since {why}")
    for path in (("scores",), ("training", "early_stopping", "score"), ("sweep", "metric")):
        _leave_out_scores(source, path, task, why)


def _leave_out_scores(source: Source, path: tuple[str, ...], task: Task, why: str) -> None:
    """Leaves out those of the scores at a key that cannot be measured of a task."""
    node: Any = source.data
    for key in path[:-1]:
        node = node.get(key) if isinstance(node, dict) else None
    if not isinstance(node, dict) or path[-1] not in node or not source.place(path).line:
        return
    given = node[path[-1]]
    names = given if isinstance(given, list) else [given]
    gone = [name for name in names if isinstance(name, str) and not _measurable(name, task)]
    if not gone:
        return
    node[path[-1]] = [name for name in names if name not in gone]
    if not isinstance(given, list) or not node[path[-1]]:
        del node[path[-1]]
    source.notes.append(f"{dotted(path)}: {', '.join(gone)} of the config is left out, since {why}")


def _measurable(name: str, task: Task) -> bool:
    """Whether a score, or a column that is named by one, can be measured of a task; of other words others say what is wrong."""
    column = column_of(name)
    score = column.score if column else SCORES.get(name)
    return score is None or score.measured_of in ("networks", "own", "maps", task)


def _name(path: Path) -> str:
    """The name of a file as that of an experiment."""
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", path.stem).strip("-._")[:64] or "table"


def tell_of_table(plan: Plan, tell: Callable[[str], None], *, chosen: bool) -> None:
    """Says what was understood of each table, what was chosen for one without a config, and whether targets can be reached."""
    table = plan.base.experiment.dataset
    tell_of_pictures(plan, tell, chosen=chosen)
    tables, said = tables_of(plan), set[str]()
    for number, understanding in tables.items():
        if len(tables) > 1:
            tell(f"{plan.arms[number].label}:")
        for sentence in understanding.sentences():
            if sentence not in said:
                tell(sentence)
            said.add(sentence)
    for sentence in _choices(plan, table) if chosen and isinstance(table, Csv) else ():
        tell(sentence)
    for warning in target_warnings([arm.prepared for arm in plan.arms]):
        tell(warning)


def target_warnings(prepared: Sequence[Prepared]) -> list[str]:
    """What is wrong with numbers that are learned as they are, in sentences, each once."""
    warnings = [text for arm in prepared for text in (coarse(arm.experiment, arm.facts), _out_of_reach(arm))]
    return [f"warning: {warning}" for warning in dict.fromkeys(filter(None, warnings))]


def _choices(plan: Plan, table: Csv) -> Iterator[str]:
    """What was chosen for a table, but for what the axes of a sweep vary."""
    experiment = plan.base.experiment
    model = experiment.model
    varied = {axis.key for axis in plan.axes}
    if table.target.standardize or table.target.transform == "log":
        yield f"target: the network learns {table.target.learned} ({_how_learned(table.target)})"
    if isinstance(model, Mlp) and not varied & {"model", "model.hidden_sizes", "model.activation"}:
        hidden = (
            f"{' and '.join(map(str, model.hidden_sizes))} hidden units" if model.hidden_sizes else "no hidden layer"
        )
        name = f", activation {model.activation.name}" if not isinstance(model.activation, tuple) else ""
        yield f"network: {model.name} with {hidden}{name}"
    yield from network_and_training(plan, varied)
    if table.test_fraction and table.split.kind == "random":
        other = ", another one for each seed" if len(plan.seeds) > 1 and experiment.split_seed is None else ""
        yield f"test part: {100 * table.test_fraction:g} % of the rows, held out{other}"


def _how_learned(target: Target) -> str:
    """What is done to numbers before they are learned."""
    log = "the logarithm" if target.transform == "log" else ""
    standardized = "minus mean, divided by standard deviation of the training part" if target.standardize else ""
    return ", ".join(filter(None, (log, standardized)))


def _out_of_reach(prepared: Prepared) -> str:
    """That numbers are too large or too small for a network that learns them as they are, in a sentence; else empty."""
    numbers, dataset = raw_range(prepared.experiment, prepared.facts), prepared.experiment.dataset
    if numbers is None or not isinstance(dataset, Csv) or numbers.spread == 0:
        return ""
    if 1 / FARTHEST <= numbers.spread <= FARTHEST and abs(numbers.mean) <= FARTHEST:
        return ""
    return (
        f"{dataset.target.column} has mean {numbers.mean:.3g} and spreads by {numbers.spread:.3g}, but a network begins "
        "with outputs near 0; leave out dataset.target.standardize: false"
    )
