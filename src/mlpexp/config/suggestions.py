"""What may be meant by an unknown key of a config, and how it is written."""

import json
from collections.abc import Sequence
from typing import Any

from mlpexp.config.keys import all_keys, nearest_key
from mlpexp.config.words import BY_KEY, BY_NAME, closest, did_you_mean
from mlpexp.config.yaml_source import Path_, Source, dotted
from mlpexp.errors import Place

MOST_SHOWN = 80  # characters of a value in a message


def suggestion(source: Source, path: Path_, siblings: Sequence[str], given: Any) -> str:
    """The key that may be meant: of the same section, else anywhere, and then how it is written."""
    key, place = nearest_key(dotted(path)), source.place(path, of_key=True)
    if path[:-1] == ("sweep",) and (path[-1] in all_keys() or path[-1] in BY_NAME):
        return f"; it is an axis: write `over: {{{path[-1]}: {as_yaml(given)}}}`"
    if closest(path[-1], siblings) or key is None or key == dotted(path):
        return did_you_mean(path[-1], siblings)
    is_axis = place.line and place in [source.keys[each] for each in source.keys if each[:2] == ("sweep", "over")]
    return f"; did you mean {key}?" + ("" if is_axis else f" write {_written(source, key, place, given)}")


def _written(source: Source, key: str, place: Place, given: Any) -> str:
    """A key and its value as they are typed at this place; of a section that the file has, that they go there."""
    if place.line:
        text = "..." if isinstance(given, (dict, list)) else as_written(given).strip("'")
        *sections, leaf = key.split(".")
        there, above = source.data, []
        while sections and isinstance(there.get(sections[0]), dict):
            there = there[sections[0]]
            above.append(sections.pop(0))
        opened = "".join(f"{section}: {{" for section in sections)
        return f"`{opened}{leaf}: {text}{'}' * len(sections)}`" + (f" under `{'.'.join(above)}:`" if above else "")
    value = place.value or as_yaml(given)
    return f"{BY_KEY[key].option} {value}" if key in BY_KEY else f"--set {key}={value}"


def as_yaml(value: object) -> str:
    """A value in one line."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (dict, list)) else as_written(value).strip("'")


def as_written(value: object) -> str:
    """A value as YAML has it, and not too much of it."""
    text = json.dumps(value) if value is None or isinstance(value, bool) else repr(value)
    return text if len(text) <= MOST_SHOWN else text[:MOST_SHOWN] + "..."
