"""Reading what mlpexp wrote before runs and sweeps had one format: their summaries as the one of today."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from mlpexp.config.scores import PART_LABELS, PARTS, SCORES, Part, When, headline, measured_by
from mlpexp.errors import RunError
from mlpexp.store.json_files import read_json
from mlpexp.store.plan_files import PlannedArm, StackRecord, StacksRecord
from mlpexp.store.summary import (
    ArmSummary,
    AxisSummary,
    DatasetSummary,
    Mean,
    MetricSummary,
    ModelSummary,
    Outcome,
    Summary,
)
from mlpexp.store.table import Cell, read_rows

Value = TypeVar("Value")


def old_summary(path: Path) -> Summary:
    """The summary of an old result.

    Raises:
        RunError: It is damaged.
    """
    name, old = path / "summary.json", read_json(path / "summary.json")
    if old.get("kind") == "sweep":
        return _read(name, lambda: _sweep(path, old))
    return _read(name, lambda: _run(old))


def old_stacks(path: Path) -> StacksRecord:
    """How many stacks an old result had, and what they took together; not which trials were in which.

    Raises:
        RunError: A file is damaged.
    """
    name = path / "summary.json"
    time = read_json(name).get("time") or {}
    environment = read_json(path / "environment.json")
    return _read(name, lambda: _stacks(time, environment))


def old_trials(path: Path) -> list[dict[str, Cell]]:
    """``trials.csv`` of an old run, which had none: a row per seed.

    Raises:
        RunError: ``summary.json`` is damaged.
    """
    name = path / "summary.json"
    members = read_json(name).get("members")
    return _read(name, lambda: [_trial(member) for member in members or ()])


def old_costs(path: Path) -> list[dict[str, str]] | None:
    """``timing.csv`` of an old sweep, which had a row per arm; None if it is a run.

    Raises:
        RunError: It is damaged.
    """
    return read_rows(path / "timing.csv") if (path / "sweep.yaml").is_file() else None


def old_arms(path: Path) -> list[PlannedArm]:
    """The data of each arm of an old result; of a run, which is one arm.

    Raises:
        RunError: A file is damaged.
    """
    if not (path / "sweep.yaml").is_file():
        print_ = str(read_json(path / "environment.json").get("data_fingerprint"))
        return [PlannedArm(label="as configured", identity="", data=print_)]
    plan = read_json(path / "plan.json")
    return _read(path / "plan.json", lambda: [PlannedArm(**arm) for arm in plan["arms"]])


def _read(path: Path, make: Callable[[], Value]) -> Value:
    try:
        return make()
    except (KeyError, TypeError, ValueError, AttributeError, ValidationError) as error:
        key = f": {error}" if isinstance(error, KeyError) else ""
        raise RunError(f"{path}: damaged: not the summary of a run or sweep{key}") from None


def _run(old: Mapping[str, Any]) -> Summary:
    data, members = old["dataset"], old["members"]
    dataset = DatasetSummary(
        title=data["title"],
        task=data["task"],
        input_shape=tuple(data["input_shape"]),
        target_name=data["target_name"] or "",
        feature_names=tuple(data["feature_names"]),
        class_names=tuple(data["class_names"]),
        **{part: data[part] for part in PARTS},
    )
    parts = tuple(part for part in PARTS if data[part])
    scores = measured_by(old["model"]["name"], data["task"])
    selected = f"validation_{scores[0]}" if old.get("selected_on") else None
    metric = _metric(parts, scores, "best" if selected else "final", selected)
    outcome = None
    if old.get("means") is not None:
        statuses = [member["status"] for member in members]
        means = {
            f"{when}_{score}": Mean(**mean)
            for when, of_score in old["means"].items()
            for score, mean in of_score.items()
        }
        arm = ArmSummary(
            label="as configured", diverged=statuses.count("diverged"), failed=statuses.count("failed"), means=means
        )
        outcome = Outcome(arms=(arm,), best=0 if metric.column in means else None)
    seeds = tuple(member["seed"] for member in members)
    return Summary(
        format=1,
        planned_by="train",
        name=old["name"],
        hash=old["hash"],
        title=f"{data['title']} - {old['model']['name']}",
        status=old["status"],
        reason=old.get("reason"),
        dataset=dataset,
        model=ModelSummary(name=old["model"]["name"], parameters=old["model"]["parameters"]),
        parts=parts,
        scores=scores,
        metric=metric,
        selected_on=selected,
        seeds=seeds,
        num_arms=1,
        num_trials=len(seeds),
        outcome=outcome,
    )


def _sweep(path: Path, old: Mapping[str, Any]) -> Summary:
    data, described = old["dataset"], old["metric"]
    scores = measured_by(old["model"]["name"], data["task"])
    metric = MetricSummary(
        name=described["name"],
        when=described["when"],
        column=described["column"],
        label=described["label"],
        higher_is_better=described["higher_is_better"],
        selected_on=described.get("selected_on"),
    )
    axes = tuple(
        AxisSummary(
            key=axis["key"],
            label=axis["label"],
            values=tuple(axis["values"]),
            log=axis["log"],
            base=old["base"].get(axis["key"]),
        )
        for axis in old["axes"]
    )
    return Summary(
        format=1,
        planned_by="sweep",
        name=old["name"],
        hash=old["hash"],
        title=old["title"],
        status=old["status"],
        reason=old.get("reason"),
        dataset=DatasetSummary(title=data["title"], task=data["task"], **{part: data[part] for part in PARTS}),
        model=ModelSummary(name=old["model"]["name"]),
        parts=tuple(old["parts"]),
        scores=scores,
        metric=metric,
        selected_on=f"validation_{scores[0]}" if "validation" in old["parts"] else None,
        seeds=tuple(old["seeds"]),
        num_arms=old["num_arms"],
        num_trials=old["num_trials"],
        axes=axes,
        method=old["method"],
        match=old["match"],
        baseline=old["baseline"],
        margin=old["margin"],
        also_varies=tuple(old["also_varies"]),
        outcome=_outcome(path, old, metric) if "diverged" in old else None,
    )


def _outcome(path: Path, old: Mapping[str, Any], metric: MetricSummary) -> Outcome:
    """What each arm reached: counts from ``trials.csv``, means from ``comparison.csv``."""
    ended = Counter((int(trial["arm"]), trial["status"]) for trial in read_rows(path / "trials.csv"))
    compared = {int(row["arm"]): row for row in read_rows(path / "comparison.csv")}
    arms = []
    for row in read_rows(path / "arms.csv"):
        number = int(row["arm"])
        means = {metric.column: _mean(compared[number])} if number in compared else {}
        arms.append(
            ArmSummary(
                label=row["label"],
                diverged=ended[number, "diverged"],
                failed=ended[number, "failed"],
                means={column: mean for column, mean in means.items() if mean.n},
            )
        )
    return Outcome(arms=tuple(arms), best=None if old["best"] is None else old["best"]["arm"])


def _mean(row: Mapping[str, str]) -> Mean:
    numbers = {name: _number(row[name]) for name in ("mean", "std", "low", "high")}
    return Mean(n=int(row["n"]), **numbers)


def _number(text: str) -> float | None:
    value = float(text)
    return value if abs(value) < float("inf") else None  # also false for NaN


def _metric(parts: Sequence[Part], scores: Sequence[str], when: When, selected: str | None) -> MetricSummary:
    part, score = parts[-1], headline(scores)
    return MetricSummary(
        name=f"{part}_{score}",
        when=when,
        column=f"{when}_{part}_{score}",
        label=f"{PART_LABELS[part]} {SCORES[score].label}",
        higher_is_better=SCORES[score].higher_is_better,
        selected_on=selected,
    )


def _stacks(time: Mapping[str, Any], environment: Mapping[str, Any]) -> StacksRecord:
    count = max(int(time.get("stacks", 1)), 1)
    per_step = float(time.get("microseconds_per_step") or 0.0)
    train = float(time.get("train_seconds", 0.0))
    stack = StackRecord(
        part="",
        program=0,
        threads=int(environment.get("threads", 1)),
        trials=(),
        device=" and ".join(time.get("devices", [str(environment.get("device", ""))])),
        engine=str(environment.get("engine", "")),
        steps=round(1e6 * train / per_step / count) if per_step else 0,
        train_seconds=train / count,
        evaluation_seconds=float(time.get("evaluation_seconds", 0.0)) / count,
    )
    return StacksRecord(stacks=(stack,) * count)


def _trial(member: Mapping[str, Any]) -> dict[str, Cell]:
    names = ("seed", "status", "ended_epoch", "last_epoch", "best_epoch")
    row: dict[str, Cell] = {name: member[name] for name in names}
    row["reason"] = "the loss is not finite" if member["status"] == "diverged" else ""
    sound = member["status"] != "diverged"
    for when in ("final", "best"):
        for score, value in (member[when] or {}).items():
            row[f"{when}_{score}"] = float("nan") if value is None or not sound else float(value)
    return row
