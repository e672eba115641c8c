"""The values that arguments and options can have, as shell completion offers them: without torch, pandas or the schema."""

import csv
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mlpexp.cli.options import TABLE_FORMATS
from mlpexp.config.known_keys import known_keys
from mlpexp.config.scores import PARTS, SCORES
from mlpexp.config.shipped import SUFFIXES, example_names
from mlpexp.config.words import BY_NAME, WORDS
from mlpexp.store.names import names_of
from mlpexp.store.started import oldest_first

Candidate = tuple[str, str]  # a whole word, and what it is

NAMED_NETWORKS = ("lenet5", "cnn4", "mnist_cnn", "mlp")  # of `mlpexp params`
DATA_SUFFIXES = (".csv", ".tsv", ".txt", ".gz", ".xlsx", ".parquet", ".npz")
MOST_ARMS = 100
NAME_RESULTS = ("RESULT", "RESULTS", "--init-from")  # whose arms and seeds are offered
DELIMITERS = ",;\t|"
MOST_CHARACTERS = 100_000  # of a line of column names

# Options whose values are those of a key.
KEY_OF = {word.option: word.key for word in WORDS} | {
    "--device": "device", "--engine": "training.engine", "--method": "sweep.method", "--match": "sweep.match",
    "NAMES": "model.activation",
}  # fmt: skip


@dataclass(frozen=True)
class Query:
    """What is asked for."""

    command: Any
    """Whose argument or option it is."""
    name: str
    """``RESULT``, ``--set``."""
    typed: dict[str, list[str]]
    """What was given before, by the names of arguments and options."""
    begun: str
    """The value as far as it is typed."""


def choices_for(query: Query) -> Iterable[Candidate]:
    """The words of a key; in a sweep, those that may follow a comma, too."""
    words = [(word, "") for word in known_keys().get(KEY_OF.get(query.name, ""), ("", ()))[1]]
    return _in_list(query, words) if query.command.name == "sweep" else words


def settings(query: Query) -> Iterable[Candidate]:
    """``KEY=``, then ``KEY=VALUE``; of ``--over`` several values with commas."""
    key, equals, begun = query.begun.partition("=")
    if not equals:
        return _keys()
    words = [(word, "") for word in known_keys().get(_path(key), ("", ()))[1]]
    offered = _in_list(replace(query, begun=begun), words) if query.name == "--over" else words
    return [(f"{key}={value}", text) for value, text in offered]


def several_settings(query: Query) -> Iterable[Candidate]:
    """``KEY=VALUE,KEY=VALUE``."""
    before, comma, begun = query.begun.rpartition(",")
    return [(before + comma + value, text) for value, text in settings(replace(query, begun=begun))]


def several_keys(query: Query) -> Iterable[Candidate]:
    """``KEY,KEY``."""
    return _in_list(query, [(key.removesuffix("="), text) for key, text in _keys()])


def plain_keys(_: Query) -> Iterable[Candidate]:
    """Every key and section, and every short word."""
    full = [(path, text) for path, (text, _) in known_keys().items()]
    return [*full, *((name, word.meaning) for name, word in BY_NAME.items())]


def configs(query: Query) -> Iterable[Candidate]:
    """Examples by name; files with YAML, and folders."""
    return [*example_configs(query), *_files(query, SUFFIXES)]


def data_files(query: Query) -> Iterable[Candidate]:
    """Tables, pictures and folders."""
    return _files(query, DATA_SUFFIXES)


def networks(query: Query) -> Iterable[Candidate]:
    """Networks that have a name, and configs."""
    return [*((name, "network") for name in NAMED_NETWORKS), *configs(query)]


def example_configs(_: Query) -> Iterable[Candidate]:
    """The configs that travel with the program."""
    return [(name, "example") for name in example_names()]


def results(query: Query) -> Iterable[Candidate]:
    """``last``, folders of results, and what else names exactly one: its name or hash."""
    folders = [folder.name for folder in _folders(query)]
    named = [name for folder in folders for name in names_of(folder)]
    once = [name for name in named if named.count(name) == 1]
    last = [("last", folders[-1])] if folders else []
    return [*last, *((folder, "") for folder in folders), *((name, "") for name in once if query.begun)]


def metrics(query: Query) -> Iterable[Candidate]:
    """What the named result was measured by, else all there is; with ``final_`` or ``best_`` once that is begun."""
    summary = _summary(query)
    parts, scores = summary.get("parts", PARTS), summary.get("scores", SCORES)
    names = [f"{part}_{score}" for part in parts for score in scores]
    prefix = next((begun for begun in ("final_", "best_") if query.begun.startswith(begun)), "")
    return [(prefix + name, "") for name in names]


def arms(query: Query) -> Iterable[Candidate]:
    """The numbers of the arms of the named result."""
    count = _summary(query).get("num_arms", 0)
    return [(str(number), "") for number in range(min(count, MOST_ARMS))]


def seeds(query: Query) -> Iterable[Candidate]:
    """The seeds of the named result."""
    return [(str(seed), "") for seed in _summary(query).get("seeds", ())]


def formats(query: Query) -> Iterable[Candidate]:
    """The formats of a command: those that its module names, else those of all tables."""
    module = sys.modules[query.command.callback.__module__]
    return [(name, "") for name in getattr(module, "FORMATS", TABLE_FORMATS)]


def columns(query: Query) -> Iterable[Candidate]:
    """The columns of the CSV file that is given with ``--data``."""
    table = Path(query.typed["--data"][-1])
    if not table.is_file():
        return []
    with table.open(encoding="utf-8-sig", newline="") as file:
        line = file.readline(MOST_CHARACTERS).strip()
    rows = [next(csv.reader([line], delimiter=delimiter, skipinitialspace=True), []) for delimiter in DELIMITERS]
    return [(column.strip(), "") for column in max(rows, key=len)]


def words(*offered: str) -> Callable[[Query], Iterable[Candidate]]:
    """A completer of these words."""
    return lambda _: [(word, "") for word in offered]


COMPLETERS: dict[str, Callable[[Query], Iterable[Candidate]]] = {
    "KEY": plain_keys, "CONFIG": configs, "--config": configs, "NAME": example_configs, "NETWORKS": networks,
    "--data": data_files,
    "RESULT": results, "RESULTS": results, "--resume": results, "--continue": results, "--confirm": results,
    "--init-from": results, "--from-arm": arms, "--from-seed": seeds,
    "--table": data_files, "FILE": data_files, "--on": data_files,
    "--set": settings, "--over": settings, "--exclude": several_settings, "--baseline": several_settings,
    "--zip": several_keys, "--metric": metrics, "--arm": arms, "--seed": seeds, "--format": formats, "--target": columns,
    "--plot-format": words("png", "svg", "pdf", "tex"),
    "--style": words("paper", "slides"),
    "--width": words("8.5cm", "17cm", "5.5in"), "--backend": words("local", "ray", "dask"), "--symbolic": words("all"),
}  # fmt: skip


def _keys() -> list[Candidate]:
    """``KEY=`` of every key that has a value of its own, and of every short word."""
    descriptions = known_keys()
    sections = {path.rpartition(".")[0] for path in descriptions}
    full = [(f"{path}=", text) for path, (text, choices) in descriptions.items() if choices or path not in sections]
    return [*full, *((f"{name}=", word.meaning) for name, word in BY_NAME.items() if name not in descriptions)]


def _files(query: Query, suffixes: tuple[str, ...]) -> list[Candidate]:
    """Files with these suffixes, and folders, in the folder that is typed so far."""
    folder, slash, _ = query.begun.rpartition("/")
    directory = Path(folder + slash).expanduser()
    entries = sorted(directory.iterdir()) if directory.is_dir() else []
    offered = (entry for entry in entries if entry.name[0] != "." and (entry.is_dir() or entry.suffix in suffixes))
    return [(f"{folder}{slash}{entry.name}{'/' * entry.is_dir()}", "") for entry in offered]


def _path(key: str) -> str:
    return BY_NAME[key].key if key in BY_NAME else key


def _in_list(query: Query, offered: Iterable[Candidate]) -> Iterator[Candidate]:
    """Words behind the last comma, those left out that stand before it."""
    before, comma, _ = query.begun.rpartition(",")
    bracket = "[" * query.begun.startswith("[") if not comma else ""
    there = before.strip("[").split(",")
    return ((before + comma + bracket + word, text) for word, text in offered if word not in there)


def _folders(query: Query) -> list[Path]:
    """Folders of results, oldest first."""
    runs_dir = Path(query.typed.get("--runs-dir", ["runs"])[-1])
    folders = runs_dir.iterdir() if runs_dir.is_dir() else ()
    return oldest_first(folder for folder in folders if folder.name[0] != "." and _has_summary(folder))


def _has_summary(folder: Path) -> bool:
    try:
        return (folder / "summary.json").is_file()
    except OSError:  # nobody may look into it
        return False


def _summary(query: Query) -> dict[str, Any]:
    """``summary.json`` of the result that was named first, empty if there is none."""
    named = next((name for option in NAME_RESULTS for name in query.typed.get(option, ())), "")
    folders = _folders(query)
    matching = (
        folders[-1:]
        if named == "last"
        else [folder for folder in folders if named in (folder.name, *names_of(folder.name))]
    )
    file = (matching[0] if matching else Path(named)) / "summary.json"
    return json.loads(file.read_text(encoding="utf-8")) if named and file.is_file() else {}
