"""YAML as plain data with a place for every key and value.

PyYAML's node graph is walked by hand rather than constructed, which closes its traps: ``1e-3`` is a number (YAML 1.2),
``off`` is a word, a duplicate key is an error, no tag can name a Python object, and aliases cannot blow up the document.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from mlpexp.config.given_files import why_no_file
from mlpexp.config.keyboards import KEY_AND_SIGN, sentence, unreadable
from mlpexp.config.words import SPELLINGS, key_of, setting
from mlpexp.config.yaml_nodes import MAX_DEPTH, MAX_VALUES, TOO_MANY, TooMany, nodes_of
from mlpexp.config.yaml_words import in_plain_words
from mlpexp.errors import ConfigError, InputError, Place, Problem

MARKS = (
    ",",
    "|",
    "'",
    '"',
    ":",
    "%",
    " ",
    "\t",
)  # between cells and in numbers, that YAML does not take for themselves
MAX_BYTES = 1_000_000

Key = str | int
Path_ = tuple[Key, ...]

_INT = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?")
_SPECIAL: dict[str, object] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
    ".nan": float("nan"), ".NaN": float("nan"), ".NAN": float("nan"),
    ".inf": float("inf"), "+.inf": float("inf"), "-.inf": float("-inf"),
}  # fmt: skip


@dataclass
class Source:
    """A config as plain data, with places for messages."""

    data: dict[str, Any] = field(default_factory=dict)
    """Nested mappings and lists."""
    keys: dict[Path_, Place] = field(default_factory=dict)
    """The place of each key, by path."""
    values: dict[Path_, Place] = field(default_factory=dict)
    """The place of each value, by path."""
    text: str = ""
    """Of the file, where it is one."""
    notes: list[str] = field(default_factory=list)
    """What was understood where nobody said it, in sentences."""
    tables: dict[str, str] = field(default_factory=dict)
    """Of each of the user's own tables, by absolute path: the words that name its place by themselves; empty if none do."""

    def place(self, path: Path_, *, of_key: bool = False) -> Place:
        """The place of a path, or of the nearest parent that has one."""
        for length in range(len(path), -1, -1):
            part = path[:length]
            if of_key and part in self.keys:
                return self.keys[part]
            if part in self.values:
                return self.values[part]
        return Place("config")


def scalar(text: str) -> object:
    """The value of an unquoted YAML 1.2 scalar: null, boolean, integer, float or string."""
    if text in _SPECIAL:
        return _SPECIAL[text]
    if len(text) < 400:  # int() refuses more than 4,300 digits
        if _INT.fullmatch(text):
            return int(text)
        if _FLOAT.fullmatch(text):
            return float(text)
    return text


class _Walker:
    """Turns a node graph into data, collecting places and problems."""

    def __init__(self, source_name: str, *, lines: bool) -> None:
        self.name, self.lines = source_name, lines
        self.source = Source()
        self.problems: list[Problem] = []
        self.num_values = 0

    def place(self, mark: yaml.Mark) -> Place:
        return self.place_of(mark.line + 1, mark.column + 1)

    def place_of(self, line: int, column: int) -> Place:
        return Place(self.name, line, column) if self.lines else Place(self.name)

    def rank(self, text: str) -> tuple[int, int]:
        """How far a text can be read: 1 and minus its problems, or 0 and the line of the first; a file is a mapping."""
        other = _Walker(self.name, lines=False)
        try:
            node = nodes_of(text)
            value = None if node is None else other.value(node, ())
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            return 0, mark.line if mark else -1
        except ConfigError:
            return 0, -1
        return (0, -1) if self.lines and not isinstance(value, dict) else (1, -len(other.problems))

    def value(self, node: Any, path: Path_) -> Any:
        place = self.place(node.start_mark)
        self.source.values[path] = place
        self.num_values += 1
        if self.num_values > MAX_VALUES or len(path) > MAX_DEPTH:
            raise ConfigError([Problem(place, "", TOO_MANY)])
        if node.tag:
            tag = node.tag.replace("tag:yaml.org,2002:", "!!")
            self.problems.append(Problem(place, dotted(path), f"the tag {tag} is not allowed"))
            return None
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(child, (*path, i)) for i, child in enumerate(node.value)]
        return scalar(node.value) if node.style is None else node.value

    def mapping(self, node: yaml.MappingNode, path: Path_) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key, place = key_node.value, self.place(key_node.start_mark)
            if not isinstance(key, str) or key_node.tag:
                self.problems.append(Problem(place, dotted(path), "a key must be a word"))
            elif key in result:
                first = self.source.keys[*path, key]
                where = f" (first in line {first.line})" if first.line else ""
                self.problems.append(Problem(place, dotted((*path, key)), f"duplicate key{where}"))
            else:
                self.source.keys[*path, key] = place
                result[key] = self.value(value_node, (*path, key))
        return result


def dotted(path: Path_) -> str:
    """``("model", "hidden_sizes", 0)`` as ``model.hidden_sizes[0]``."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def _parse(text: str, source_name: str, *, lines: bool) -> tuple[_Walker, Any]:
    walker = _Walker(source_name, lines=lines)
    try:
        node = nodes_of(text)
    except TooMany as error:
        raise ConfigError([Problem(walker.place(error.problem_mark), "", TOO_MANY)]) from None
    except yaml.MarkedYAMLError as error:
        raise ConfigError(_why_unreadable(text, walker, error)) from None
    value = None if node is None else walker.value(node, ())
    if walker.problems:
        raise ConfigError(unreadable(text, walker.rank, walker.place_of) or walker.problems)
    return walker, value


def _why_unreadable(text: str, walker: _Walker, error: yaml.MarkedYAMLError) -> list[Problem]:
    """What was typed otherwise, if that is why a text is no YAML; else what the parser says."""
    problems = unreadable(text, walker.rank, walker.place_of)
    if problems:
        return problems
    mark = error.problem_mark or error.context_mark
    place = walker.place(mark) if mark else Place(walker.name)
    if mark and text[mark.index : mark.index + 1] == "\t":
        return [Problem(place, "", sentence("\t", ""))]
    if mark and text[mark.index : mark.index + 2] == "- ":
        return [Problem(place, "", "a stray `-`: here are keys with values, no list; remove it")]
    began = error.context_mark
    if began and began is not mark and text[began.index : began.index + 2] == "- ":
        message = (
            f"line {began.line + 1} begins a list with `-`, but this line has none; remove the `-` there, or add one"
        )
        return [Problem(place, "", message)]
    return [Problem(place, "", in_plain_words(error))]


def read_yaml(path: Path) -> Source:
    """Reads a config file.

    Raises:
        InputError: The file cannot be read.
        ConfigError: It is not valid YAML, or not a mapping.
    """
    if what := why_no_file(path):
        raise InputError(f"{path}: {what}")
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from None
    if len(raw) > MAX_BYTES:
        raise InputError(f"{path}: too large; a config has at most {MAX_BYTES:,} bytes")
    try:
        text = raw.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        column = error.start - (raw.rfind(b"\n", 0, error.start) + 1) + 1
        raise ConfigError([Problem(Place(str(path), line, column), "", "not UTF-8 text")]) from None
    return yaml_in(text, str(path))


def yaml_in(text: str, name: str) -> Source:
    """The config that a text is.

    Args:
        text: YAML, with line feeds between its lines.
        name: What its places are called by.

    Raises:
        ConfigError: It is not valid YAML, or not a mapping.
    """
    walker, value = _parse(text, name, lines=True)
    if not isinstance(value, dict):
        raise ConfigError(_why_no_mapping(text, value, walker))
    walker.source.data, walker.source.text = value, text
    return walker.source


def _why_no_mapping(text: str, value: Any, walker: _Walker) -> list[Problem]:
    problems = unreadable(text, walker.rank, walker.place_of)
    if problems:
        return problems
    what = "empty" if value is None else "a list" if isinstance(value, list) else "a single value"
    dashes = "; remove the `-`" if isinstance(value, list) and all(isinstance(item, dict) for item in value) else ""
    message = f"a config is a mapping such as `dataset: iris`, but this is {what}{dashes}"
    return [Problem(walker.place_of(1, 1), "", message)]


@dataclass(frozen=True)
class Override:
    """A value that the command line gives a key."""

    key: str
    """Whole, or a short word."""
    value: Any
    """Plain data."""
    place: Place
    """How it was typed: ``--set seeds=3`` or ``--seeds 3``."""


def override_in(text: str, written: str) -> Override:
    """The override that a ``KEY=VALUE`` is, the value being YAML.

    Args:
        text: As it was typed.
        written: With the option before it.

    Raises:
        ConfigError: It has no key or no ``=``, or the value is not YAML.
    """
    key, equals, value = text.partition("=")
    key, place = key.strip(), Place(written, value=value)
    if not equals or not all(key.split(".")):
        raise ConfigError([Problem(place, "", f"expected KEY=VALUE{_as_override(text)}")])
    given = parse_value(value, place)
    if key_of(key) == "model.layers" and isinstance(given, dict) and value.lstrip()[:1] != "{":
        given = value  # `d8 elu:`, a line of layers that looks like a mapping
    return Override(key, given, place)


def apply_override(source: Source, override: Override) -> list[str]:
    """Gives a key its value, in place.

    Returns:
        The whole key, as a path.

    Raises:
        ConfigError: The key runs through something that is not a mapping or list.
    """
    parts = key_of(override.key, override.value).split(".")
    set_value(source, parts, setting(override.key, override.value), override.place)
    return parts


def _as_override(text: str) -> str:
    """``epochs：50`` as it should be, else an example."""
    pair = KEY_AND_SIGN.match(text.strip())
    if pair is None or pair["sign"] == "=":
        return ", for example optimizer.learning_rate=1e-3"
    return f"; write {pair['key']}={text.strip()[pair.end() :].strip()}"


def parse_value(text: str, place: Place) -> Any:
    """The plain data of one YAML value from the command line; marks between cells stand for themselves.

    Raises:
        ConfigError: It is not valid YAML.
    """
    if text in MARKS:
        return text
    return _parse(text, place.source, lines=False)[1]


def is_position(part: str) -> bool:
    """Whether a part of a key is a place in a list, from 0."""
    return part.isascii() and part.isdigit() and len(part) < 10


def value_at(node: Any, parts: Sequence[str]) -> list[Any]:
    """What plain data have at a key such as ``["model", "layers", "0"]``, in a list; an empty list if they have none."""
    for part in parts:
        if isinstance(node, dict) and part in node:
            node = node[part]
        elif isinstance(node, list) and is_position(part) and int(part) < len(node):
            node = node[int(part)]
        else:
            return []
    return [node]


def set_value(source: Source, parts: Sequence[str], value: Any, place: Place) -> None:
    """Sets the value at a key such as ``["optimizer", "learning_rate"]``, in place; another spelling of it goes.

    Raises:
        ConfigError: The key runs through something that is not a mapping or list.
    """
    node: Any = source.data
    path: Path_ = ()
    for part in parts[:-1]:
        step: Key = int(part) if isinstance(node, list) and is_position(part) else part
        path = (*path, step)
        if isinstance(node, dict):
            node = node.setdefault(part, {})
        elif isinstance(node, list) and isinstance(step, int) and step < len(node):
            node = node[step]
        else:
            raise ConfigError([Problem(place, dotted(path), "there is nothing below this key")])
        source.keys.setdefault(path, place)
        source.values.setdefault(path, place)
    last: Key = int(parts[-1]) if isinstance(node, list) and is_position(parts[-1]) else parts[-1]
    if not isinstance(node, (dict, list)) or (
        isinstance(node, list) and not (isinstance(last, int) and last < len(node))
    ):
        raise ConfigError([Problem(place, dotted((*path, last)), "there is nothing below this key")])
    if isinstance(node, dict) and (other := SPELLINGS.get(".".join(parts))):
        node.pop(other.rpartition(".")[2], None)
    node[last] = value
    path = (*path, last)
    for places in (source.keys, source.values):
        for old in [p for p in places if p[: len(path)] == path]:
            del places[old]
    source.keys[path] = source.values[path] = place
