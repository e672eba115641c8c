"""What was asked: where the config differs from the defaults, and the command that does it again."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from functools import reduce
from itertools import accumulate
from operator import getitem
from pathlib import Path, PurePath
from shlex import join
from typing import Any

from pydantic import BaseModel

from mlpexp.config.dump import as_data
from mlpexp.config.experiment import Experiment
from mlpexp.config.facts import DatasetFacts
from mlpexp.config.keys import all_keys
from mlpexp.config.load import validated
from mlpexp.config.rules import resolve
from mlpexp.config.start_paths import renamed_starts
from mlpexp.config.sweep import Sweep
from mlpexp.config.table_paths import IN_SECTION, is_whole, renamed
from mlpexp.config.yaml_source import Path_, Source
from mlpexp.errors import MlpexpError
from mlpexp.planning.factors import leaves
from mlpexp.planning.plan import DEFAULT_SEEDS
from mlpexp.planning.values import value_text
from mlpexp.report.document.blocks import Block, CodeBlock, Paragraph, TableBlock
from mlpexp.report.document.document import Section
from mlpexp.report.sections.material import Material
from mlpexp.report.sections.question import listed_values
from mlpexp.report.tables.text_table import TextTable
from mlpexp.report.words import NONE
from mlpexp.store.as_written import checked
from mlpexp.store.summary import Summary

Difference = tuple[str, str, str, str]
NO_DEFAULT = "none: must be named"
NOT_LISTED = "Keys that are not at their default are not listed: the data, or the config, cannot be read any more."
CHOICES = ("name", "kind")  # keys by which a section is chosen
NOT_ASKED = ("sweep", "name", "description")
AXES = ("over", "arms")  # of the section ``sweep``: each axis has a row
TABLES = frozenset(".".join(("dataset", *path)) for path in IN_SECTION)  # keys whose value is a path
DEFAULTS = {"baseline": "the best", "metric": "by the task"}  # of that section, in words


def asked(material: Material) -> Section:
    """A row for each key that is not at its default, then the command, then the config."""
    blocks: list[Block] = []
    if rows := _differences(material):
        columns = ("key", "value", "default", "what it is")
        table = TextTable(columns, rows, title="Keys that are not at their default", prose=frozenset({"what it is"}))
        blocks += [TableBlock("differences", table), Paragraph(("Every other key has its default.",))]
    elif material.plan is None:
        blocks.append(Paragraph((NOT_LISTED,)))
    if command := material.result.environment.get("command"):
        blocks += [Paragraph(("The command that made it:",)), CodeBlock(join(["mlpexp", *command[1:]]), "sh")]
    text = checked(material.result.folder.config).read_text(encoding="utf-8", errors="replace")
    return Section("asked", "What was asked", [*blocks, *_again(material), CodeBlock(text, "yaml")])


def _again(material: Material) -> list[Block]:
    """The command that does it again; a config with relative paths holds only where it lies."""
    name = material.result.path.resolve().name
    if not _has_relative_paths(material.config):
        said = "The same again, from the config below as a file:"
        return [Paragraph((said,)), CodeBlock(f"mlpexp {material.command} config.yaml", "sh")]
    command = join(["mlpexp", material.command, "--config", f"{name}/config.yaml"])
    said = "Paths in the config begin at the folder of the result. A copy that lies elsewhere needs other paths."
    return [
        Paragraph(("The same again, from the folder in which the result lies:",)),
        CodeBlock(command, "sh"),
        Paragraph((said,)),
    ]


def _has_relative_paths(config: Mapping[str, Any]) -> bool:
    """Whether tables, or results to begin with, are named from where the config lies."""
    paths: list[str] = []

    def noted(text: str, _: Path_) -> str:
        paths.append(text)
        return text

    renamed_starts(renamed(dict(config), noted), noted)
    return any(not text.startswith("~") and not Path(text).is_absolute() for text in paths)


def _differences(material: Material) -> list[Difference]:
    """Key, value, default and meaning of each key that has another value than it would have by itself, or several."""
    if material.plan is None:
        return []
    base, summary = material.plan.base, material.result.summary
    data = {key: value for key, value in as_data(base.experiment).items() if key not in NOT_ASKED}
    written = dict(leaves(dict(material.config)))
    varied = {axis.key: f"varied: {listed_values(axis.values)}" for axis in summary.axes}
    rows = []
    for key, value in _entries(data, base.facts, tuple(varied)):
        usual = _by_default(data, key, base.facts)
        axis = next((axis for axis in varied if key == axis or key.startswith(f"{axis}.")), None)
        if axis is not None:
            chosen = {axis, *(f"{axis}.{name}" for name in CHOICES)}
            meaning = _meaning(axis, base.experiment)
            rows.append((axis, varied.pop(axis), usual if key in chosen else NONE, meaning))
        elif usual != value_text(value) and not _is_below(key, summary):
            shown = _as_told(str(written.get(key, value))) if key in TABLES else value_text(value)
            rows.append((key, shown, usual, _meaning(key, base.experiment)))
    rows += [(key, text, NONE, _meaning(key, base.experiment)) for key, text in varied.items()]
    return rows + _of_sweep(material)


def _entries(data: Mapping[str, Any], facts: DatasetFacts, axes: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    """Keys and values; a section that is not there by default is one entry, unless something in it is varied."""
    told: set[str] = set()
    for key, value in leaves(data):
        sections = list(accumulate(key.split(".")[:-1], "{}.{}".format))
        added = next((path for path in sections if _is_added(data, path, facts)), None)
        if added is None or any(axis.startswith(f"{added}.") for axis in axes):
            yield key, value
        elif added not in told:
            told.add(added)
            yield added, reduce(getitem, added.split("."), data)


def _is_added(data: Mapping[str, Any], path: str, facts: DatasetFacts) -> bool:
    """Whether nothing is there where a section is left out."""
    there = _left_out(data, path.split("."), facts)
    return there is not None and not any(key == path or key.startswith(f"{path}.") for key in there)


def _of_sweep(material: Material) -> list[Difference]:
    """The same of the section that says how arms are made and compared."""
    plan = material.plan
    if plan is None or plan.planned_by == "train":
        return []
    seeds = plan.config.seeds if plan.config.seeds > 1 else DEFAULT_SEEDS
    usual = {**Sweep().model_dump(mode="json"), "seeds": seeds}
    written = as_data(plan.resolved())["sweep"]
    return [
        (
            f"sweep.{key}",
            value_text(value),
            DEFAULTS.get(key, value_text(usual[key])),
            _meaning(f"sweep.{key}", plan.base.experiment),
        )
        for key, value in written.items()
        if key not in AXES and value != usual[key]
    ]


def _is_below(key: str, summary: Summary) -> bool:
    return any(key.startswith(f"{axis.key}.") for axis in summary.axes)


def _as_told(path: str) -> str:
    """A path as its user wrote it, if it names a place by itself; one from the folder of a result has only its name."""
    return path if is_whole(path) else PurePath(path).name


def _meaning(key: str, experiment: Experiment) -> str:
    """What a key is in the section that there is; of one by which a section is chosen, what the section is."""
    section, _, last = key.rpartition(".")
    if last not in CHOICES and isinstance(inner := _section(experiment, section), BaseModel):
        field = type(inner).model_fields.get(last)
        if field is not None and field.description:
            return field.description.replace("`", "")
    known = all_keys()
    texts = [known[path].description for path in (key, section if last in CHOICES else "") if path in known]
    return next(filter(None, texts), "").replace("`", "")


def _section(experiment: Experiment, path: str) -> object:
    """The section at a dotted key; None where there is none."""
    inner: object = experiment
    for name in filter(None, path.split(".")):
        inner = getattr(inner, name, None)
    return inner


def _by_default(data: Mapping[str, Any], key: str, facts: DatasetFacts) -> str:
    """What a key would be, were it left out; of one that chooses among sections, were its section left out."""
    path = key.split(".")
    for dropped in (path, path[:-1]) if path[-1] in CHOICES and len(path) > 1 else (path,):
        if (there := _left_out(data, dropped, facts)) is not None:
            return value_text(there[key]) if key in there else "-"
    return NO_DEFAULT


def _left_out(data: Mapping[str, Any], path: list[str], facts: DatasetFacts) -> dict[str, Any] | None:
    """All keys with their values where one, or a section, is left out; None where it may not be."""
    try:
        return dict(leaves(as_data(resolve(validated(Source(_without(data, path))), facts))))
    except MlpexpError:
        return None


def _without(data: Mapping[str, Any], path: list[str]) -> dict[str, Any]:
    copied = deepcopy(dict(data))
    section = copied
    for name in path[:-1]:
        section = section[name]
    section.pop(path[-1], None)
    return copied
