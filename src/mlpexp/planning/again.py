"""A plan made again from the files of a result, whose tables may be elsewhere by now."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile
from pathlib import Path

from mlpexp.asking import keyword, naming_data, path_of_data
from mlpexp.config.datasets import Csv
from mlpexp.config.experiment import Experiment
from mlpexp.config.own_images import Images
from mlpexp.config.table_paths import copy_of, is_whole, located, nowhere, renamed, texts_in
from mlpexp.config.yaml_source import Source
from mlpexp.errors import InputError, RunError
from mlpexp.planning.axis_summary import called_before
from mlpexp.planning.plan import Plan, plan_from
from mlpexp.store.old_format import old_arms
from mlpexp.store.result_folder import ResultFolder
from mlpexp.store.summary import Summary


def plan_again(folder: ResultFolder, tables: Sequence[Path] = ()) -> Plan:
    """The plan of a result, whose arms and values are called as the result calls them.

    Its tables are those given, else the copies in the result, else where the config says.

    Args:
        folder: Of the result.
        tables: Where its tables are now, by name; if it has one, that may be called otherwise.

    Raises:
        InputError: A table is nowhere, one that is given is none of the result's, or the config is damaged.
    """
    source, told = source_again(folder, tables)
    plan = plan_from(source, folder.config, folder.read_summary().planned_by)
    return replace(_called_before(plan, folder), told=told)


def source_again(folder: ResultFolder, tables: Sequence[Path] = ()) -> tuple[Source, dict[str, str]]:
    """The config of a result, with the paths of its tables where they are now; and what it says for those paths.

    Raises:
        InputError: As ``plan_again``.
    """
    source = folder.read_config()
    texts = texts_in(source.data)
    given = _given(folder, texts, tables)
    paths = {text: given.get(text) or _place(folder, text, texts) for text in texts}
    source.data = renamed(source.data, lambda text, at: paths[text])
    _say_how_learned(source, folder.read_summary())
    told = {path: text for text, path in paths.items()}
    source.tables = {path: text if is_whole(text) and text not in given else "" for path, text in told.items()}
    return source, told


def _called_before(plan: Plan, folder: ResultFolder) -> Plan:
    """The plan with the names that the tables of a result have: older versions called some values otherwise."""
    summary = folder.read_summary()
    before = {axis.key: axis for axis in summary.axes}
    axes = [called_before(plan, axis, before[axis.key]) if axis.key in before else axis for axis in plan.axes]
    try:
        planned = old_arms(folder.path) if summary.format == 1 else folder.read_plan().arms
    except RunError:  # told where the file is needed
        planned = []
    if not plan.axes or len(planned) != len(plan.arms):
        return replace(plan, axes=axes)
    arms = [replace(arm, label=known.label) for arm, known in zip(plan.arms, planned, strict=True)]
    return replace(plan, axes=axes, arms=arms)


def _say_how_learned(source: Source, summary: Summary) -> None:
    """Older versions learned the numbers of a table as they are, and their configs do not say so."""
    dataset = source.data.get("dataset")
    if summary.dataset.task == "classification" or summary.model.name == "som" or not isinstance(dataset, dict):
        return
    if isinstance(dataset.get("target"), str):
        dataset["target"] = {"column": dataset["target"], "standardize": False}


def other_data(experiment: Experiment, now: str, before: str, word: str) -> str:
    """That the data are not those that a result began with.

    Args:
        experiment: Of an arm.
        now: Their fingerprint.
        before: That of the result.
        word: ``run`` or ``sweep``.
    """
    prints = f"fingerprint {now}, when it began {before}"
    if isinstance(experiment.dataset, (Csv, Images)):
        path = path_of_data(experiment.dataset.path)
        return f"the data have changed since the {word} began ({path}: {prints}); {naming_data()} names others"
    return f"the data have changed since the {word} began ({prints})"


def _place(folder: ResultFolder, text: str, texts: Sequence[str]) -> str:
    try:
        written = located(text, folder.path)
    except (RuntimeError, ValueError) as error:  # no such user's home; a NUL character
        raise InputError(f"{folder.config}: dataset.path: cannot be a path: {error}") from None
    places = [str(copy_of(text, texts, folder.path).absolute()), written]
    there = next((place for place in places if Path(place).exists()), None)
    if there is None:
        raise InputError(f"{folder.path}: {nowhere(text, places[::-1])}; {naming_data()} names it")
    return there


def _given(folder: ResultFolder, texts: Sequence[str], tables: Sequence[Path]) -> dict[str, str]:
    """Which of the tables of a result the given ones are."""
    if tables and not texts:
        raise InputError(f"{keyword('table', tables[0])}: {folder.path} was not trained on a table")
    given: dict[str, str] = {}
    for table in tables:
        shared = {text: _shared_end(text, table) for text in texts}
        best = [text for text in texts if shared[text] == max(shared.values())]
        if len(texts) > 1 and (len(best) > 1 or not shared[best[0]]):
            raise InputError(
                f"{keyword('table', table)}: which of the tables {' and '.join(texts)} is it? name it alike"
            )
        if best[0] in given:
            raise InputError(f"{keyword('table', table)}: the table {best[0]} is named twice")
        given[best[0]] = located(str(table), Path.cwd())
    return given


def _shared_end(text: str, table: Path) -> int:
    """How many parts of two paths are equal, from the last one back."""
    pairs = zip(reversed(Path(text).parts), reversed(table.absolute().parts), strict=False)
    return len(list(takewhile(lambda pair: pair[0] == pair[1], pairs)))
