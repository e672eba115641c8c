"""A YAML text as nodes: no tag but those in the file, not too many values, and every refusal with its place."""

from typing import Any

import yaml

MAX_VALUES = 20_000
MAX_DEPTH = 40
TOO_MANY = f"more than {MAX_VALUES:,} values or {MAX_DEPTH} levels"

NO_CHARACTER = "an escape names no character"


class TooMany(yaml.MarkedYAMLError):
    """A text has more values, or deeper ones, than a config may have."""

    problem_mark: yaml.Mark


class _Loader(yaml.BaseLoader):
    """Counts values while they are read: nobody waits for those behind the last one that is allowed."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.num_values = self.depth = 0

    def resolve(self, kind: Any, value: Any, implicit: Any) -> str:
        return ""

    def compose_node(self, parent: Any, index: Any) -> Any:
        self.num_values += index is not None or not isinstance(parent, yaml.MappingNode)  # a key is no value
        if self.num_values > MAX_VALUES or self.depth > MAX_DEPTH:
            raise TooMany(problem=TOO_MANY, problem_mark=self.peek_event().start_mark)
        self.depth += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def compose_scalar_node(self, anchor: Any) -> Any:
        node = super().compose_scalar_node(anchor)
        if not node.value.isascii() and any("\ud800" <= letter <= "\udfff" for letter in node.value):
            raise yaml.MarkedYAMLError(problem=NO_CHARACTER, problem_mark=node.start_mark)
        return node


def nodes_of(text: str) -> yaml.Node | None:
    """The root of a text; None: it is empty.

    Raises:
        TooMany: It is larger than any config.
        MarkedYAMLError: It is no YAML; ``problem_mark`` says where.
    """
    try:
        loader = _Loader(text)
    except yaml.reader.ReaderError as error:
        before = text[: error.position]
        line, column = before.count("\n"), len(before) - before.rfind("\n") - 1
        mark = yaml.Mark("", error.position, line, column, None, 0)
        problem = f"U+{error.character:04X} is a character that no text has; remove it"
        raise yaml.MarkedYAMLError(problem=problem, problem_mark=mark) from None
    try:
        return loader.get_single_node()
    except (OverflowError, ValueError):  # "\UFFFFFFFF"
        raise yaml.MarkedYAMLError(problem=NO_CHARACTER, problem_mark=loader.get_mark()) from None
    finally:
        loader.dispose()
