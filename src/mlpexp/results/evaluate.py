"""Evaluating an arm of a finished result once more: the tables that were too large to be written while it trained."""

from collections.abc import Iterator, Sequence

from mlpexp.asking import keyword
from mlpexp.errors import InputError
from mlpexp.execution.evaluation_tables import evaluation_of
from mlpexp.execution.machine import choose_device, computing
from mlpexp.execution.members import members_of, samples_of
from mlpexp.execution.misclassified import misclassified
from mlpexp.execution.tasks import starts_of
from mlpexp.planning.recording import MOST_ROWS, has_class_outputs, rows_of_arm
from mlpexp.planning.stacks import places_together
from mlpexp.results.result import ArmResult
from mlpexp.results.weights_again import Say, dataset_of, experiment_here, weights_of
from mlpexp.store.files import write_text
from mlpexp.store.frames import Absent
from mlpexp.store.inside import make_inside
from mlpexp.store.manifest import add_to_manifest
from mlpexp.store.plan_files import Recording


def evaluate(arm: ArmResult, data_dir: str | None = None, say: Say = lambda sentence: None) -> list[str]:
    """Writes the tables of an arm that its result lacks into ``evaluation/arm-N``.

    Args:
        arm: The arm.
        data_dir: Where image data sets lie.
        say: Is told if its trials have to be trained again.

    Returns:
        Their names; none if nothing was missing.

    Raises:
        InputError: The result has not ended, or the data are not there.
        RunError: A file is damaged or cannot be written.
    """
    trials = arm.result.finished_trials()
    of_arm = trials[trials["arm"] == arm.number]
    seeds = [int(seed) for seed in of_arm.loc[of_arm["status"] != "failed", "seed"]]
    prepared = arm.result.plan.arms[arm.number].prepared
    rows = rows_of_arm(prepared, seeds)
    missing = [name for name in rows if not _has(arm, name)]
    if "predictions" not in missing and "misclassified" in missing:
        missing.remove("misclassified")  # there is nothing that was wrong
    if not missing:
        return []
    if not seeds:
        raise InputError(f"{keyword('arm', arm.number)}: all its trials failed; trials.csv says why")
    whole = not prepared.facts.is_image and rows.get("predictions", 0) <= MOST_ROWS
    written = []
    make_inside(arm.result.path, arm.folder)
    for name, table in computed_tables(arm, seeds, missing, data_dir, say, whole=whole):
        write_text(arm.folder / f"{name}.csv", table)
        add_to_manifest(arm.result.path, [arm.folder / f"{name}.csv"])
        written.append(name)
    if "misclassified" in missing:
        dataset = dataset_of(arm, data_dir)
        table = misclassified(arm.folder / "predictions.csv", lambda _: dataset, arm_column=False)
        if table:
            write_text(arm.folder / "misclassified.csv", table)
            add_to_manifest(arm.result.path, [arm.folder / "misclassified.csv"])
            written.append("misclassified")
    return written


def computed_tables(
    arm: ArmResult,
    seeds: Sequence[int],
    names: Sequence[str],
    data_dir: str | None = None,
    say: Say = lambda sentence: None,
    *,
    whole: bool = False,
) -> Iterator[tuple[str, str]]:
    """Name and CSV of tables of an arm, computed from its weights; nothing is written.

    Args:
        arm: The arm.
        seeds: Of its trials, in order.
        names: Of the tables.
        data_dir: Where image data sets lie.
        say: Is told if its trials have to be trained again.
        whole: Whether all samples are predicted, not only those of the last part.

    Raises:
        InputError: The data are not there.
        RunError: A file is damaged, or the data have changed.
    """
    prepared = arm.result.plan.arms[arm.number].prepared
    recording = Recording(
        arm_column=False,
        scores=(),
        weights="none",
        history=0,
        state=False,
        tables=tuple(names),
        whole=whole,
        first_seed=seeds[0],
        class_outputs=has_class_outputs(prepared),
    )
    experiment, dataset = experiment_here(arm, say), dataset_of(arm, data_dir)
    evaluation = evaluation_of(experiment, dataset, recording)
    with computing(experiment, max(stack.threads for stack in arm.result.stacks.stacks)):
        kept = weights_of(arm, seeds, "best", data_dir, say)
        network = kept.network(prepared.architecture, choose_device(experiment))
        for places in places_together(prepared, seeds, experiment.device):
            members = members_of(experiment, [seeds[i] for i in places])
            numbers = [arm.number] * len(members)
            samples, architectures = samples_of(members, dataset), [prepared.architecture] * len(members)
            starts = starts_of((prepared, member.seed) for member in members)
            evaluation.add(network.select(places), samples, members, numbers, architectures, starts)
    for name, lines in evaluation.tables():
        ordered = sorted(lines[1:], key=lambda line: int(line[: line.index(",")]))  # by seed, as in whole results
        yield name, "".join([lines[0], *ordered])


def _has(arm: ArmResult, name: str) -> bool:
    try:
        return not arm.evaluation(name).empty
    except Absent:
        return False
