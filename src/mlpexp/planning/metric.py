"""What the arms of a sweep are compared by."""

from collections.abc import Sequence

from mlpexp.config.scores import PARTS, SCORES, Column, When, column_of, headline, score_named, unsuitable
from mlpexp.config.words import did_you_mean, meant
from mlpexp.errors import InputError
from mlpexp.store.summary import MetricSummary


def choose_metric(
    name: str | None, parts: Sequence[str], scores: Sequence[str], asked_by: str = "sweep.metric"
) -> Column:
    """The metric by its name, or the one that a user would expect: accuracy (or R²) on the test part, of maps
    the quantization error.

    With validation data it is read at the best epoch by these, else at the last epoch.

    Args:
        name: ``test_accuracy``, ``final_test_loss``, ``best_validation_accuracy``, ...; None: the expected one.
        parts: The parts that every arm has.
        scores: What every arm is measured by.
        asked_by: The key or option that says the name.

    Raises:
        InputError: There is no such metric here.
    """
    when: When = "best" if "validation" in parts else "final"
    if name is None:
        return Column(next(part for part in reversed(PARTS) if part in parts), score_named(headline(scores)), when)
    column = column_of(name)
    if column is None or column.part not in parts or column.score.name not in scores:
        raise InputError(f"{asked_by}: {name} is not measured here{_instead(name, column, parts, scores)}")
    if column.when == "best" and "validation" not in parts:
        raise InputError(f"{asked_by}: {name}: there is no best epoch without dataset.validation_fraction")
    return Column(column.part, column.score, column.when or when)


def _instead(name: str, column: Column | None, parts: Sequence[str], scores: Sequence[str]) -> str:
    """How to measure it, why it cannot be, or what may be meant."""
    here = {score_named(score).measured_of for score in scores}  # what the arms are: networks with classes, maps, ...
    own = [score for score in scores if score not in SCORES]
    suitable = [*(score.name for score in SCORES.values() if score.measured_of in here), *own]
    if column is not None and column.score.name not in (*SCORES, *own):  # of another result
        column = None
    if column is not None and column.score.name not in suitable:
        return f": {unsuitable(column.score.name, suitable)}"
    if column is not None and column.part not in parts:
        key = {"validation": "dataset.validation_fraction", "test": "dataset.test_fraction"}.get(column.part)
        return f": there is no {column.part} part" + (f" without {key}" if key else "")
    if column is not None:
        return f"; a result has it with `scores: [{column.score.name}]` in its config"
    part, _, leaf = name.partition("_")
    common = meant(leaf, suitable) if part in parts else None
    if common is not None:
        return f"; did you mean {part}_{common}?"
    return did_you_mean(name, [f"{part}_{score}" for part in parts for score in suitable])


def refuse_units(
    metric: Column, learned: Sequence[str], losses: Sequence[str], scores: Sequence[str], asked_by: str
) -> None:
    """Refuses to compare losses that are in different units.

    Args:
        metric: What arms are compared by.
        learned: What each arm learns, in words.
        losses: What the loss of each arm is, in words.
        scores: What every arm is measured by.
        asked_by: The key or option that says the metric.

    Raises:
        InputError: It is a loss, and arms learn different things or have different losses.
    """
    if metric.score.name != "loss":
        return
    judged = headline(scores)
    instead = [judged, *(["root_mean_squared_error"] if score_named(judged).measured_of == "regression" else [])]
    for what, kinds in (("learn", dict.fromkeys(learned)), ("have different losses:", dict.fromkeys(losses))):
        if len(kinds) > 1:
            raise InputError(
                f"{asked_by}: {metric.name}: arms {what} {' and '.join(filter(None, kinds))}, so their losses are in "
                f"different units; compare by {' or '.join(f'{metric.part}_{name}' for name in instead)}"
            )


def described(metric: Column, selected_on: str, label: str) -> MetricSummary:
    """A metric as it stands in ``summary.json``.

    Args:
        metric: A score at the last or at the best epoch.
        selected_on: The column that the best epoch has the best of.
        label: Its label, with its unit.
    """
    assert metric.when is not None
    return MetricSummary(
        name=metric.name,
        when=metric.when,
        column=metric.column,
        label=label,
        higher_is_better=metric.score.higher_is_better,
        selected_on=selected_on if metric.when == "best" else None,
    )
