"""What Python gives becomes a config: a path, a name, YAML text or a dictionary, changes of it, and data in memory."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlpexp.api.plain import listed, path_given, places_in, plain
from mlpexp.errors import InputError, Place

if TYPE_CHECKING:
    from mlpexp.config.yaml_source import Override, Source

DICT = "config"  # what a config is called that is no file
Config = str | PathLike[str] | Mapping[str, Any]


Tell = Callable[[str], None]


def _silent(sentence: str) -> None:
    """Says nothing."""


@dataclass(frozen=True)
class Asked:
    """What is asked for, as plain data with places."""

    source: "Source"
    """The config with all changes."""
    path: Path
    """Where it was read; of a dictionary a name in the folder where its user stands."""
    written: str | None
    """How it was named; None: there is none, but data."""
    words: frozenset[str] = frozenset()
    """What was said beside it: short words, and the last parts of keys."""
    tell: Tell = _silent
    """What says a sentence, in which data in memory are called so."""

    def notes(self, source: "Source") -> list[str]:
        """What was understood of the config."""
        from mlpexp.config.switching import rate_stays

        return source.notes + rate_stays(source.data, self.words)


@contextmanager
def asked(
    call: str,
    config: "Config | Any | None",
    *,
    set: Mapping[str, Any] | None = None,
    more: Mapping[str, Any],
    data: Any = None,
    target: str | None = None,
    runs_dir: Path = Path("runs"),
    tell: Tell = _silent,
) -> Iterator[Asked]:
    """The config that a call describes; data in memory lie in files until the end.

    Args:
        call: Name of the function, for messages.
        config: A path, a shipped name, a result, YAML text or a dictionary; None: there are data alone.
        set: Changes by key, short or whole.
        more: Changes by short word; None: not given.
        data: A table, pictures, or arrays and frames in memory.
        target: Of a table, the column to predict.
        runs_dir: Where results are looked for by name.
        tell: Is told what was understood, and what takes time.

    Raises:
        InputError: Something is wrong with them.
    """
    from mlpexp.api.held_data import on_disk
    from mlpexp.config.load import changed_source
    from mlpexp.config.shipped import at_home
    from mlpexp.data.tables.read import telling, told
    from mlpexp.planning.own_table import leave_out_unsuitable, of_default_network, table_source, use_table

    overrides = overrides_of(call, set, more)
    said = {o.key.partition(".")[2]: o.value for o in overrides if o.key.startswith("dataset.")}
    if target is not None and data is None:
        overrides = [_override("dataset.target", target, f"target={target!r}"), *overrides]
    if config is None and data is None:
        raise InputError(f'{call}: which config? for example mlpexp.{call}("iris/mlp"), or data=frame, target="..."')
    with on_disk(call, data, target) as held, told(lambda sentence: tell(held.in_words(sentence))):
        if config is None:
            path = at_home(held.written)
            overrides = [of_default_network(override) for override in overrides]
            network = next((str(o.value) for o in overrides if o.key == "model.name"), None)
            source, written = table_source(held.written, held.target, {**held.said, **said}, network), None
        else:
            source, path, written = read(config, runs_dir)
            if data is not None:
                use_table(source, held.written, held.target, {**held.said, **said})
        held.describe(source)
        changed = changed_source(source, path, overrides)
        if data is not None and config is not None:
            leave_out_unsuitable(changed)
        changed.notes[:] = map(held.in_words, changed.notes)
        words = frozenset(override.key.rpartition(".")[2] for override in overrides)
        yield Asked(changed, path, written, words, telling.get())


def read(config: "Config | Any", runs_dir: Path) -> "tuple[Source, Path, str]":
    """A config as plain data, where it was read, and how it was named.

    Raises:
        InputError: There is none, or it is not YAML.
    """
    from mlpexp.config.yaml_source import Source, read_yaml, yaml_in

    if isinstance(config, Mapping):
        data = plain(config, DICT)
        places = dict(places_in(data, DICT))
        return Source(data, places, dict(places)), Path.cwd() / DICT, DICT
    if isinstance(config, str) and ("\n" in config or ": " in config):
        return yaml_in(config, DICT), Path.cwd() / DICT, DICT
    text = str(path_given(getattr(config, "path", config), DICT))
    path = config_path(text, runs_dir)
    return read_yaml(path), path, text


def config_path(text: str, runs_dir: Path = Path("runs")) -> Path:
    """The file of a config: as ``find_config`` says, else that of a result, by ``last`` or its whole name or hash.

    Raises:
        InputError: There is none.
    """
    from mlpexp.config.shipped import find_config
    from mlpexp.store.listing import LAST, find_result, is_named

    try:
        return find_config(text)
    except InputError:
        if text == LAST or is_named(text, runs_dir):
            return find_config(str(find_result(text, runs_dir)))
        raise


def overrides_of(call: str, set: Mapping[str, Any] | None, more: Mapping[str, Any]) -> "list[Override]":
    """All changes of a config.

    Args:
        call: Name of the function.
        set: By key, short or whole.
        more: By short word; None: not given.

    Raises:
        InputError: A key is there twice, or a value is no plain data.
    """
    from mlpexp.config.words import key_of

    if set is not None and not isinstance(set, Mapping):
        raise InputError(f'{call}(set=...): expected a dictionary, for example {{"learning_rate": 0.1}}')
    given = {word: value for word, value in more.items() if value is not None}
    overrides, seen = [], dict[str, str]()
    for key, value in (set or {}).items():
        whole = key_of(str(key), value)
        if (other := seen.setdefault(whole, str(key))) != str(key):
            raise InputError(f"{call}(set={{{key!r}: ...}}): {whole} is there twice, with {other!r}")
        twice = next((word for word in given if key_of(word) == key_of(str(key))), None)
        if twice:
            raise InputError(f'{call}(set={{"{key}": ...}}): {key_of(str(key))} is there twice, with {twice}=')
        overrides.append(_override(str(key), value, f'{call}(set={{"{key}": {shortened(value)}}})'))
    return overrides + [_override(word, value, f"{call}({word}={shortened(value)})") for word, value in given.items()]


def _override(key: str, value: Any, written: str) -> "Override":
    from mlpexp.config.words import key_of
    from mlpexp.config.yaml_source import Override

    if not all(key.split(".")):
        raise InputError(f"{written}: {key!r} is no key; expected for example optimizer.learning_rate")
    several = listed(value) if key_of(key) == "scores" else value
    return Override(key, plain(several, written, key), Place(written))


def shortened(value: object, most: int = 40) -> str:
    """A value as it is written in Python, cut where it is long."""
    if isinstance(value, list) and any(map(callable, value)):
        return f"[{', '.join(map(shortened, value))}]"
    text = getattr(value, "__name__", None) or repr(value)
    return text if len(text) <= most else text[: most - 3] + "..."
