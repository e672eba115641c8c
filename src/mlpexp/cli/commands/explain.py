"""``mlpexp explain``."""

import re
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated

import typer

from mlpexp.cli.options import DataDir, ResultName, RunsDir, check_format
from mlpexp.cli.sentences import filled, reading_width
from mlpexp.config.words import BY_KEY
from mlpexp.errors import InputError

if TYPE_CHECKING:
    from mlpexp.analysis.explain.explanations import Explanation
    from mlpexp.analysis.explain.verdicts import Verdict
    from mlpexp.results.result import Result

FORMATS = ("text", "markdown", "json")
CHANGE = re.compile(r"`([a-z_.]+): ([^`]+)`")  # of a remedy that is one key
LIKELY = "likely its consequences, to be checked again when it is repaired"


def explain(
    result: ResultName,
    arm: Annotated[
        str | None,
        typer.Option(
            "--arm", metavar="N", help="Of a sweep: which arm, by number or KEY=VALUE,....", show_default=False
        ),
    ] = None,
    seed: Annotated[int | None, typer.Option("--seed", help="One seed [default: all].", show_default=False)] = None,
    format_: Annotated[str, typer.Option("--format", help="text, markdown or json.")] = "text",
    runs_dir: RunsDir = Path("runs"),
    data_dir: DataDir = None,
) -> None:
    """Say why a run, or an arm of a sweep, learned or did not: verdicts, the numbers they rest on, what to try."""
    check_format(format_, FORMATS)
    from mlpexp.results.result import Result
    from mlpexp.store.listing import find_result

    found = Result.open(find_result(result, runs_dir))
    number = _arm(found, arm)
    from mlpexp.analysis.explain.examine import examine
    from mlpexp.analysis.explain.verdicts import judge
    from mlpexp.cli.training import data_folder, say
    from mlpexp.report.tables.comparison_table import shown_label

    seeds = None if seed is None else [seed]
    verdicts = judge(examine(found.arm(number), seeds, data_folder(data_dir), say(quiet=False)))
    name = found.summary.name
    name += f", {shown_label(found.arm(number).label)}" if found.summary.axes else ""
    if format_ == "json":
        _print_json(verdicts)
    elif format_ == "markdown":
        typer.echo(_markdown(name, verdicts), nl=False)
    else:
        typer.echo(_text(name, verdicts, None if found.summary.axes else found.path), nl=False)


def _arm(result: "Result", wanted: str | None) -> int:
    """The number of the arm to explain."""
    from mlpexp.results.comparison import arm_named

    if wanted is not None:
        return arm_named(result, wanted, "--arm")
    num_arms = result.summary.num_arms
    if num_arms > 1:
        raise InputError(
            f"{result.path}: is a sweep of {num_arms:,} arms; name one with --arm, by its number from 0 or by its values"
        )
    return 0


def _text(name: str, verdicts: "list[Verdict]", run: Path | None) -> str:
    from mlpexp.analysis.explain.explanations import explained

    causes, consequences = _parted(verdicts)
    lines = [filled(f"{name}: {explained(verdicts[0]).title}", reading_width()), ""]
    for number, verdict in enumerate(causes, 1):
        one = explained(verdict)
        lines.append(f"{number}. {one.title} ({_seeds(verdict)})")
        parts = [("measured: ", one.finding), ("meaning:  ", one.meaning), *(("try:      ", r) for r in one.remedies)]
        lines += [filled(text, reading_width(), f"   {label}", " " * (3 + len(label))) for label, text in parts]
        lines.append("")
    if consequences:
        lines += [filled(f"{LIKELY}: {_titles(consequences)}", reading_width()), ""]
    command = _to_try(verdicts[0], run) if run else None
    if command:
        lines += [f"to try: {command}", ""]
    return "\n".join(lines)


def _to_try(verdict: "Verdict", run: Path) -> str | None:
    """The command that trains a run again with the first remedy that is one key; None if there is no such remedy."""
    from mlpexp.analysis.explain.explanations import explained

    changes = [CHANGE.search(remedy) for remedy in explained(verdict).remedies]
    for key, value in (change.groups() for change in changes if change):
        word = BY_KEY.get(key)
        option = f"{word.option} {quote(value.strip('[]'))}" if word else f"--set {quote(f'{key}={value}')}"
        return f"mlpexp train {quote(str(run))} {option}"
    return None


def _markdown(name: str, verdicts: "list[Verdict]") -> str:
    from mlpexp.analysis.explain.explanations import explained

    causes, consequences = _parted(verdicts)
    lines = [f"# {name}: {explained(verdicts[0]).title}", ""]
    for number, verdict in enumerate(causes, 1):
        one: Explanation = explained(verdict)
        lines += [f"## {number}. {one.title} ({_seeds(verdict)})", "", f"**Measured**: {one.finding}", ""]
        lines += [f"**Meaning**: {one.meaning}", ""]
        lines += ["**Try**:", "", *(f"- {remedy}" for remedy in one.remedies), ""] if one.remedies else []
    if consequences:
        lines += [f"{LIKELY}: {_titles(consequences)}.", ""]
    return "\n".join(lines)


def _print_json(verdicts: "list[Verdict]") -> None:
    import json

    from mlpexp.analysis.explain.explanations import explained

    found = [
        {"verdict": v.kind, "seeds": list(v.seeds), "of": v.num_seeds, "numbers": _defined(v), **vars(explained(v))}
        for v in verdicts
    ]
    typer.echo(json.dumps(found, indent=2, ensure_ascii=False))


def _defined(verdict: "Verdict") -> "dict[str, float | str | None]":
    """The numbers; null, since JSON knows no other word, where one is infinite or not defined."""
    from math import isfinite

    return {name: n if isinstance(n, str) or isfinite(n) else None for name, n in verdict.numbers.items()}


def _parted(verdicts: "list[Verdict]") -> "tuple[list[Verdict], list[Verdict]]":
    """Causes, and what the first of them usually brings about."""
    from mlpexp.analysis.explain.verdicts import CONSEQUENCES

    first, *others = verdicts
    follow = CONSEQUENCES.get(first.kind, frozenset())
    return [first, *(v for v in others if v.kind not in follow)], [v for v in others if v.kind in follow]


def _titles(verdicts: "list[Verdict]") -> str:
    from mlpexp.analysis.explain.explanations import explained

    return ", ".join(explained(verdict).title for verdict in verdicts)


def _seeds(verdict: "Verdict") -> str:
    if verdict.num_seeds == 1:
        return "one seed"
    return f"{len(verdict.seeds)} of {verdict.num_seeds} seeds"
