"""``mlpexp.check``: whether a config can be trained, and what was understood, as ``mlpexp check`` says."""

from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

from mlpexp.api.answer import Answer
from mlpexp.api.given import Config, asked
from mlpexp.api.start import find_starts
from mlpexp.api.words import Words, spelled_out
from mlpexp.asking import in_python

if TYPE_CHECKING:
    import pandas as pd

    from mlpexp.config.yaml_source import Source
    from mlpexp.planning.plan import Plan


class Checked(Answer):
    """A config that can be trained.

    Args:
        plan: What would be trained.
        path: Where the config was read.
        notes: What was understood of it.
    """

    def __init__(self, plan: "Plan", path: Path, notes: list[str]) -> None:
        from mlpexp.planning.columns_table import rows_of, tables_of
        from mlpexp.planning.own_table import target_warnings
        from mlpexp.planning.pictures_table import pictures_of
        from mlpexp.planning.split_words import split_sentences
        from mlpexp.report.tables.sweep_plan import validity_sentence
        from mlpexp.report.tables.table_columns import columns_shown

        self._plan = plan
        tables, pictures = tables_of(plan), pictures_of(plan)
        read = [sentence for table in tables.values() for sentence in table.sentences(most=len(table.columns))]
        read += [sentence for report in pictures.values() for sentence in report.sentences()]
        more = [*target_warnings([arm.prepared for arm in plan.arms]), *split_sentences(plan)]
        said = [f"{path.name}: {validity_sentence(plan)}", *notes, *read, *more]
        super().__init__([columns_shown(rows_of(table)) for table in tables.values()], said)

    @property
    def config(self) -> str:
        """The config with all defaults filled in, as YAML."""
        return self._plan.told_in(Path.cwd()).as_yaml()

    @property
    def arms(self) -> "pd.DataFrame":
        """A row for each arm that would be trained: label, values of the axes, parameters and steps of a trial."""
        import pandas as pd

        rows = [
            {
                "arm": arm.number, "label": arm.label, **arm.settings,
                "parameters": arm.prepared.architecture.num_parameters, "steps": arm.steps,
            }
            for arm in self._plan.arms
        ]  # fmt: skip
        return pd.DataFrame(rows)


def plan_to_check(source: "Source", path: Path, runs_dir: Path, tell: Any) -> "Plan":
    """The plan of a config that is only looked at: of its sweep, if it has one.

    Raises:
        InputError: It cannot be trained.
    """
    from mlpexp.execution.auto_device import free_for
    from mlpexp.planning.memory import refuse_too_large
    from mlpexp.planning.plan import plan_from

    find_starts(source, path, runs_dir, tell)
    plan = plan_from(source, path, "sweep" if source.data.get("sweep") else "train")
    refuse_too_large(plan, source, free_for(plan))
    return plan


@spelled_out
@in_python()
def check(
    config: Config | Any = None,
    *,
    set: Mapping[str, Any] | None = None,
    data: Any = None,
    target: str | None = None,
    runs_dir: str | PathLike[str] = "runs",
    **words: Unpack[Words],
) -> Checked:
    """Checks a config without training anything.

    Args:
        config: As in ``mlpexp.train``.
        set: Changes of it by key.
        data: As in ``mlpexp.train``.
        target: Likewise.
        runs_dir: Where results are looked for by name.
        words: As in ``mlpexp.train``, such as ``learning_rate=0.1``.

    Raises:
        InputError: It cannot be trained; every problem is named with its place.
    """
    runs = Path(runs_dir)
    with asked("check", config, set=set, more=words, data=data, target=target, runs_dir=runs) as given:
        plan = plan_to_check(given.source, given.path, runs, lambda sentence: None)
        return Checked(plan, given.path, list(given.notes(given.source)))
