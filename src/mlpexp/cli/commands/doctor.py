"""``mlpexp doctor``."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from mlpexp.cli.options import RunsDir, check_format

FORMATS = ("text", "json")
TERM = 15  # columns of what is looked at


def doctor(
    format_: Annotated[
        str, typer.Option("--format", help="text or json, which goes into a report of a fault.")
    ] = "text",
    runs_dir: RunsDir = Path("runs"),
) -> None:
    """Look whether this machine can train: versions, cores, card, folders, data, fonts, the time of a step."""
    format_ = check_format(format_, FORMATS)
    from mlpexp.cli.printing import print_sentences
    from mlpexp.doctor.checks import findings

    found = []
    for finding in findings(runs_dir):
        found.append(finding)
        if format_ == "text":
            print_sentences([f"{finding.what.ljust(TERM)} {finding.said}"])
    broken = any(finding.is_broken for finding in found)
    if format_ == "json":
        record = {"ok": not broken, "findings": [asdict(finding) for finding in found]}
        typer.echo(json.dumps(record, indent=2, ensure_ascii=False))
    else:
        remedies = [f"{'broken' if each.is_broken else 'note'}: {each.remedy}" for each in found if each.remedy]
        print_sentences([*remedies, "something is broken" if broken else "all is well"])
    if broken:
        raise typer.Exit(1)
