"""Where the user's own tables are: what a written path means, and what a file of ours says of one.

In memory a path is absolute. A file tells of it so that it stays right elsewhere, and names no folder above what moves
together: from the result's own folder, from ``~``, or in the user's own words where those say a place by themselves.
"""

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path, PurePath
from typing import Any

from mlpexp.asking import keyword
from mlpexp.config.shipped import is_example
from mlpexp.config.words import key_of
from mlpexp.config.yaml_source import Path_, Source, dotted
from mlpexp.errors import ConfigError, Problem

IN_SECTION = (("path",), ("split", "path"))  # keys of ``dataset:`` that name a table
OF_USER = ("csv", "images")  # data sets that are files of the user's
COPIES = "data"  # the folder of a result in which copies of its tables lie
Renamed = Callable[[str, Path_], str]


def renamed(data: dict[str, Any], name: Renamed) -> dict[str, Any]:
    """A config as plain data in which every path of a table is another one.

    Args:
        data: The config, as it was read: nothing is certain of its form.
        name: Is given each path and its key, that of an axis with all its values; returns what takes its place.
    """
    changed = dict(data)
    if "dataset" in data:
        changed["dataset"] = _in_section(data["dataset"], ("dataset",), name)
    sweep = data.get("sweep")
    if isinstance(sweep, dict) and isinstance(sweep.get("over"), dict):
        over = {written: _in_axis(written, values, name) for written, values in sweep["over"].items()}
        changed["sweep"] = sweep = {**sweep, "over": over}
    if isinstance(sweep, dict) and isinstance(sweep.get("arms"), list):
        changed["sweep"] = {**sweep, "arms": [_in_arm(arm, name) for arm in sweep["arms"]]}
    return changed


def _in_section(section: Any, at: Path_, name: Renamed) -> Any:
    if not isinstance(section, dict) or section.get("name") not in OF_USER:
        return section
    changed = dict(section)
    for *outer, last in IN_SECTION:
        inner = changed
        for key in outer:
            inner[key] = dict(inner[key]) if isinstance(inner.get(key), dict) else inner.get(key)
            inner = inner[key] if isinstance(inner[key], dict) else {}
        if isinstance(inner.get(last), str) and inner[last]:
            inner[last] = name(inner[last], (*at, *outer, last))
    return {key: value for key, value in changed.items() if key in section}


def _in_arm(arm: Any, name: Renamed) -> Any:
    if not isinstance(arm, dict):
        return arm
    return {written: _in_axis(written, [value], name, "arms")[0] for written, value in arm.items()}


def _in_axis(written: str, values: Any, name: Renamed, place: str = "over") -> Any:
    if isinstance(values, dict):  # each has a name
        return {key: _in_axis(written, [value], name, place)[0] for key, value in values.items()}
    if not isinstance(values, list):
        return values
    at = ("sweep", place, written)
    if written == "dataset":
        return [_in_section(value, at, name) for value in values]
    if tuple(key_of(written).split(".")[1:]) not in IN_SECTION or key_of(written).split(".")[0] != "dataset":
        return values
    return [name(value, at) if isinstance(value, str) and value else value for value in values]


def anchor_tables(source: Source, config: Path) -> None:
    """Makes paths of tables absolute, in place, and notes what was written: a relative one starts where it was written.

    That is the folder of the config, or on the command line where its user stands. So a config and its data move together,
    and what is typed is what the shell completes. Beside an example no user has data: there it is where the user stands. Of a
    result, whose table may have stayed behind, the copy in it serves.

    Raises:
        ConfigError: It cannot be a path, or a result's table is nowhere.
    """
    all_texts = texts_in(source.data)
    if not all_texts:
        return
    texts = all_texts if _is_result(config.parent) else []
    beside = Path.cwd() if is_example(config) else config.parent

    def absolute(text: str, at: Path_) -> str:
        if text in source.tables:
            return text
        in_sweep = at[0] == "sweep"
        place, key = source.place(at, of_key=in_sweep), dotted((key_of(str(at[2])), *at[3:]) if in_sweep else at)
        try:
            places = [located(text, beside if place.line else Path.cwd())]
            places += [str(copy_of(text, texts, config.parent).absolute())] if text in texts else []
            path = next((path for path in places if Path(path).exists()), places[0])
        except (RuntimeError, ValueError) as error:  # no such user's home; a NUL character
            raise ConfigError((Problem(place, key, f"cannot be a path: {error}"),)) from None
        if text in texts and not Path(path).exists():
            raise ConfigError((Problem(place, key, f"{nowhere(text, places)}; {keyword('data', 'FILE')} names it"),))
        source.tables[path] = text if is_whole(text) else ""
        return path

    source.data = renamed(source.data, absolute)


def nowhere(text: str, places: Iterable[str]) -> str:
    """That a table is at none of some places."""
    return f"the data {text} are not there (looked for {' and '.join(places)})"


def located(text: str, folder: Path) -> str:
    """The absolute path of a table that was written in, or for, a folder.

    Raises:
        RuntimeError: It is in the home folder of a user that there is not.
        ValueError: It has a NUL character.
    """
    joined = folder / Path(text).expanduser()
    real, short = joined.resolve(), Path(os.path.normpath(joined.absolute()))
    return str(short if short.exists() and short.samefile(real) else real)  # a link inside a project moves with it


def is_whole(text: str) -> bool:
    """Whether words name a place by themselves, wherever they are read."""
    return text.startswith("~") or Path(text).is_absolute()


def as_told(path: str, words: str, folder: Path) -> str:
    """What a file in a folder says of a table.

    Args:
        path: The table, absolute.
        words: The user's own, if they name a place by themselves; else empty.
        folder: Of the file.
    """
    if words:
        return words
    start, home = folder.resolve(), _home()
    try:
        common = Path(os.path.commonpath([start, path]))
    except ValueError:  # another drive
        return path
    if home and Path(path).is_relative_to(home) and not common.is_relative_to(home):
        return f"~/{Path(path).relative_to(home).as_posix()}"
    return Path(os.path.relpath(path, start)).as_posix()


def _home() -> Path | None:
    """The home folder; None where there is none to speak of."""
    try:
        home = Path.home().resolve()
    except RuntimeError:
        return None
    return home if home != Path(home.anchor) else None


def short_names(paths: Iterable[str]) -> dict[str, str]:
    """What tables that are compared are called: by their names, or from their common folder where those are not enough."""
    distinct = list(dict.fromkeys(paths))
    names = {path: PurePath(path).name for path in distinct}
    if len(set(names.values())) == len(distinct):
        return names
    try:
        common = Path(os.path.commonpath([Path(path).parent for path in distinct]))
    except ValueError:  # not all are absolute, or of one drive
        return {path: path for path in distinct}
    return {path: as_told(path, "", common) for path in distinct}


def texts_in(data: dict[str, Any]) -> list[str]:
    """The paths of tables in a config, each once."""
    texts: dict[str, None] = {}

    def noted(text: str, at: Path_) -> str:
        texts[text] = None
        return text

    renamed(data, noted)
    return list(texts)


def copy_of(text: str, texts: Iterable[str], result: Path) -> Path:
    """Where the copy of a table lies in a result: by its name, or, where an earlier one has it, with a number before it.

    Args:
        text: As the result's config tells of it.
        texts: All that the config tells of.
        result: The folder.
    """
    same = sorted({other for other in texts if PurePath(other).name == PurePath(text).name})
    number = same.index(text) + 1
    name = PurePath(text).name
    return result / COPIES / (name if number == 1 else f"{number}-{name}")


def told_anew(data: Any, told: Mapping[str, str]) -> Any:
    """Plain data in which tables are told of in other words."""
    if isinstance(data, dict):
        return {key: told_anew(value, told) for key, value in data.items()}
    if isinstance(data, list):
        return [told_anew(value, told) for value in data]
    return told.get(data, data) if isinstance(data, str) else data


def _is_result(folder: Path) -> bool:
    return (folder / "plan.json").is_file() and (folder / "config.yaml").is_file()
