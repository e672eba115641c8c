"""What was asked: where the config differs from the defaults, and the command that does it again."""

from collections.abc import Mapping
from copy import deepcopy
from shlex import join
from typing import Any

from mlpexp.config.dump import as_data
from mlpexp.config.facts import DatasetFacts
from mlpexp.config.keys import all_keys
from mlpexp.config.load import validated
from mlpexp.config.rules import resolve
from mlpexp.config.yaml_source import Source
from mlpexp.errors import MlpexpError
from mlpexp.planning.factors import leaves
from mlpexp.planning.values import value_text
from mlpexp.report.document.blocks import Block, CodeBlock, Paragraph, TableBlock
from mlpexp.report.document.document import Section
from mlpexp.report.sections.material import Material
from mlpexp.report.tables.text_table import TextTable

NO_DEFAULT = "none: must be named"
CHOICES = ("name", "kind")  # keys by which a section is chosen
NOT_ASKED = ("sweep", "name", "description")


def asked(material: Material) -> Section:
    """A row for each key that is not at its default, then the command, then the config."""
    blocks: list[Block] = []
    if rows := _differences(material):
        columns = ("key", "value", "default", "what it is")
        table = TextTable(columns, rows, title="Keys that are not at their default", prose=frozenset({"what it is"}))
        blocks += [TableBlock("differences", table), Paragraph(("Every other key has its default.",))]
    if command := material.result.environment.get("command"):
        blocks += [Paragraph(("The command that made it:",)), CodeBlock(join(["mlpexp", *command[1:]]), "sh")]
    again = f"mlpexp {material.command} config.yaml"
    blocks += [Paragraph(("The same again, from the config below as a file:",)), CodeBlock(again, "sh")]
    text = material.result.folder.config.read_text(encoding="utf-8", errors="replace")
    return Section("asked", "What was asked", [*blocks, CodeBlock(text, "yaml")])


def _differences(material: Material) -> list[tuple[str, str, str, str]]:
    """Key, value, default and meaning of each key that has another value than it would have by itself."""
    if material.plan is None:
        return []
    base = material.plan.base
    data = {key: value for key, value in as_data(base.experiment).items() if key not in NOT_ASKED}
    rows = []
    for key, value in leaves(data):
        usual = _by_default(data, key, base.facts)
        if usual != value_text(value):
            described = all_keys().get(key)
            rows.append((key, value_text(value), usual, described.description.replace("`", "") if described else ""))
    return rows


def _by_default(data: Mapping[str, Any], key: str, facts: DatasetFacts) -> str:
    """What a key would be, were it left out; of one that chooses among sections, were its section left out."""
    path = key.split(".")
    for dropped in (path, path[:-1]) if path[-1] in CHOICES and len(path) > 1 else (path,):
        source = Source(_without(data, dropped))
        try:
            there = dict(leaves(as_data(resolve(validated(source), facts))))
        except MlpexpError:
            continue
        return value_text(there[key]) if key in there else "-"
    return NO_DEFAULT


def _without(data: Mapping[str, Any], path: list[str]) -> dict[str, Any]:
    copied = deepcopy(dict(data))
    section = copied
    for name in path[:-1]:
        section = section[name]
    section.pop(path[-1], None)
    return copied
