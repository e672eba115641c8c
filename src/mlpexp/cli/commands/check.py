"""``mlpexp check``."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from mlpexp.api.checking import plan_to_check, understood_of
from mlpexp.cli.experiment_options import experiment_options
from mlpexp.cli.given import RUNS, Given
from mlpexp.cli.printing import print_sentences, print_table, say


@experiment_options(several=False, config=False)
def check(
    given: Given,
    configs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[CONFIG...]", help="YAML files, results or examples such as iris/mlp.", show_default=False
        ),
    ] = None,
    resolved: Annotated[bool, typer.Option("--resolved", help="Print the config with all defaults filled in.")] = False,
) -> None:
    """Validate configs without running anything."""
    from mlpexp.data.tables.read import telling
    from mlpexp.errors import InputError
    from mlpexp.report.tables.sweep_plan import validity_sentence

    telling.set(say(quiet=False))
    messages = []
    for experiment in [replace(given, config=config) for config in configs or []] or [given]:
        try:
            source, path = experiment.source("check")
            plan = plan_to_check(source, path, RUNS, say(quiet=resolved))
        except InputError as error:
            messages.append(str(error))
            continue
        if resolved:
            typer.echo(plan.told_in(Path.cwd()).as_yaml(), nl=False)
            continue
        typer.echo(f"{path}: {validity_sentence(plan)}")
        print_sentences(experiment.notes(source))
        for sentences, table in understood_of(plan):
            print_sentences(sentences)
            if table is not None:
                print_table(table)
    if messages:
        raise InputError("\n".join(messages))
