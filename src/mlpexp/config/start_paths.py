"""Where the results are whose weights a training begins with: in memory a path is absolute, as that of a table is."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from mlpexp.config.shipped import is_example
from mlpexp.config.table_paths import located
from mlpexp.config.yaml_source import Path_, Source, dotted
from mlpexp.errors import ConfigError, Problem

KEY = "start.result"


def anchor_starts(source: Source, config: Path) -> None:
    """Makes paths of results absolute, in place: a relative one starts at the folder of the config, or where its user stands.

    Raises:
        ConfigError: It cannot be a path.
    """
    beside = Path.cwd() if is_example(config) else config.parent

    def absolute(text: str, at: Path_) -> str:
        in_sweep = at[0] == "sweep"
        place = source.place(at, of_key=in_sweep)
        try:
            return located(text, beside if place.line else Path.cwd())
        except (RuntimeError, ValueError) as error:  # no such user's home; a NUL character
            raise ConfigError([Problem(place, KEY if in_sweep else dotted(at), f"cannot be a path: {error}")]) from None

    source.data = renamed_starts(source.data, absolute)


def renamed_starts(data: dict[str, Any], name: Callable[[str, Path_], str]) -> dict[str, Any]:
    """A config as plain data in which every path of such a result is another one."""
    changed = {**data, "start": _in_section(data["start"], ("start",), name)} if "start" in data else dict(data)
    sweep = data.get("sweep")
    if isinstance(sweep, dict) and isinstance(sweep.get("over"), dict):
        over = {key: _in_values(key, values, ("sweep", "over", key), name) for key, values in sweep["over"].items()}
        changed["sweep"] = sweep = {**sweep, "over": over}
    if isinstance(sweep, dict) and isinstance(sweep.get("arms"), list):
        arms = [
            {key: _in_value(key, value, ("sweep", "arms", key), name) for key, value in arm.items()}
            if isinstance(arm, dict)
            else arm
            for arm in sweep["arms"]
        ]
        changed["sweep"] = {**sweep, "arms": arms}
    return changed


def _in_values(key: str, values: Any, at: Path_, name: Callable[[str, Path_], str]) -> Any:
    """The values of an axis, with names or without."""
    if isinstance(values, dict):
        return {named: _in_value(key, value, at, name) for named, value in values.items()}
    return [_in_value(key, value, at, name) for value in values] if isinstance(values, list) else values


def _in_value(key: str, value: Any, at: Path_, name: Callable[[str, Path_], str]) -> Any:
    """A value of an axis."""
    if key == "start":
        return _in_section(value, at, name)
    return name(value, at) if key == KEY and isinstance(value, str) and value else value


def _in_section(section: Any, at: Path_, name: Callable[[str, Path_], str]) -> Any:
    text = section.get("result") if isinstance(section, dict) else None
    return {**section, "result": name(text, (*at, "result"))} if isinstance(text, str) and text else section
