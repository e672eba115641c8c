"""A run that goes on: the plan of a finished one with more epochs, and what it kept to go on from."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mlpexp.asking import either, going_on, keyword
from mlpexp.config.load import changed_source
from mlpexp.config.optimization import Sgd
from mlpexp.config.som import Som
from mlpexp.config.yaml_source import Override
from mlpexp.data.tables.understanding import counted
from mlpexp.errors import InputError, Place
from mlpexp.planning.again import plan_again, source_again
from mlpexp.planning.plan import Plan, plan_from
from mlpexp.planning.recording import history_epochs
from mlpexp.store.as_written import is_there
from mlpexp.store.plan_files import PlanRecord
from mlpexp.store.result_folder import ResultFolder, refuse_old
from mlpexp.store.summary import Summary
from mlpexp.store.weights import file_name

MOST_CHARACTERS = 64  # of a name
STOPPED = ("stopped early", "converged", "diverged", "failed")  # no such trial takes another step
NO_STATE = "what the optimizer remembers was not kept; keep.state: yes keeps it"


@dataclass(frozen=True)
class Parent:
    """A complete run, from whose end another goes on."""

    folder: ResultFolder
    """Its files."""
    plan: Plan
    """What it trained."""
    record: PlanRecord
    """What was planned, and what it keeps."""

    @property
    def epochs(self) -> int:
        """Of its training."""
        return self.plan.config.training.epochs

    @property
    def without_slots(self) -> bool:
        """Whether a step depends on nothing but the weights: plain gradient descent, without an average."""
        experiment = self.plan.config
        plain = isinstance(experiment.optimizer, Sgd) and experiment.optimizer.momentum == 0
        return plain and experiment.training.weight_averaging is None

    @property
    def has_validation(self) -> bool:
        """Whether its best weights may be others than its last."""
        return "validation" in self.plan.parts

    def keeps(self, kind: str) -> bool:
        """Whether it keeps weights of that kind, of all its programs."""
        programs = {stack.program for stack in self.folder.read_stacks().stacks}
        return all(is_there(self.folder.weights / file_name(program, kind)) for program in programs)


def parent_at(path: Path, tables: Sequence[Path] = ()) -> Parent:
    """The run in a folder, to go on from.

    Args:
        path: The folder.
        tables: Where its tables are now.

    Raises:
        InputError: It is no complete run.
        RunError: It is damaged.
    """
    folder = ResultFolder.open(path)
    refuse_old(folder)
    _refuse_others(folder, folder.read_summary())
    return Parent(folder, plan_again(folder, tables), folder.read_plan())


def longer_plan(parent: Parent, overrides: Sequence[Override], tables: Sequence[Path] = ()) -> Plan:
    """The plan of the same run with more epochs, which has a name of its own.

    Args:
        parent: The run.
        overrides: The number of epochs, and perhaps a name; without one, the name ends with that number.
        tables: Where its tables are now.

    Raises:
        InputError: There are no more epochs than before.
    """
    source, told = source_again(parent.folder, tables)
    source.tables = {path: source.tables[path] for path in told}
    path, keys = parent.folder.config, {override.key: override.value for override in overrides}
    if "name" not in keys:
        name = longer_name(parent.plan.name, keys["epochs"])
        overrides = [*overrides, Override("name", name, Place(keyword("name")))]
    plan = plan_from(changed_source(source, path, overrides), path, "train")
    epochs = plan.config.training.epochs
    if epochs <= parent.epochs:
        more = f"{keyword('epochs')} is their number in all, such as {2 * parent.epochs}"
        there = counted(parent.epochs, "epoch", "epochs")
        raise InputError(f"{keyword('epochs', epochs)}: {parent.folder.path} has {there}; {more}")
    return plan


def continuing() -> str:
    """What asks for a longer run, for messages."""
    return either("--continue", "continue_to")


def longer_name(name: str, epochs: object) -> str:
    """What a run with more epochs is called: ``houses`` leads to ``houses-200-epochs``, and that to ``houses-400-epochs``."""
    end = f"-{epochs}-epochs"
    return re.sub(r"-\d+-epochs$", "", name)[: MOST_CHARACTERS - len(end)] + end


def lacking(parent: Parent, plan: Plan) -> str:
    """Why a longer run cannot begin where a shorter one has ended, so far as files and config tell; empty: it can.

    Args:
        parent: The shorter one.
        plan: The longer one.
    """
    training = parent.plan.config.training
    if isinstance(parent.plan.config.model, Som):
        return "the radius of a map shrinks over all its epochs"
    if parent.epochs % training.evaluate_every:
        return f"with training.evaluate_every: {training.evaluate_every} it has no row of epoch {parent.epochs}"
    kept, longer = parent.record.kept, plan.config.training
    missing = [
        epoch
        for epoch in sorted(history_epochs(longer.epochs, longer.evaluate_every, kept.history))
        if epoch <= parent.epochs and not parent.keeps(f"epoch-{epoch}")
    ]
    if missing:
        return f"keep.history asks for weights of epoch {missing[0]}, which were not kept"
    if not parent.keeps("best"):
        return "its weights were not kept; keep.weights: best keeps them"
    if not parent.keeps("state") and not parent.without_slots:
        return NO_STATE
    if not (parent.keeps("state") or parent.keeps("last") or not parent.has_validation):
        return "its last weights were not kept; keep.weights: all keeps them"
    return ""


def _refuse_others(folder: ResultFolder, summary: Summary) -> None:
    if summary.planned_by == "sweep":
        raise InputError(
            f"{continuing()}: {folder.path} is a sweep, and only runs are gone on with"
            + either(
                f"; `mlpexp show {folder.path} --arm 0` prints the config of an arm", "; train one of its arms alone"
            )
        )
    if not summary.complete:
        raise InputError(
            f"{continuing()}: {folder.path} is not complete; `{going_on('train', folder.path)}` goes on with it first"
        )
