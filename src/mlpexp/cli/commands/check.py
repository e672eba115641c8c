"""``mlpexp check``."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from mlpexp.api.checking import plan_to_check
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
    from mlpexp.planning.columns_table import rows_of, tables_of
    from mlpexp.planning.own_table import target_warnings
    from mlpexp.planning.pictures_table import pictures_of
    from mlpexp.planning.split_words import split_sentences
    from mlpexp.report.tables.sweep_plan import validity_sentence
    from mlpexp.report.tables.table_columns import columns_shown

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
        tables = tables_of(plan)
        for number, table in tables.items():
            print_sentences([f"{plan.arms[number].label}:"] * (len(tables) > 1))
            print_sentences(table.sentences(most=len(table.columns)))
            print_table(columns_shown(rows_of(table)))
        pictures = pictures_of(plan)
        for number, report in pictures.items():
            print_sentences([f"{plan.arms[number].label}:"] * (len(pictures) > 1))
            print_sentences(report.sentences())
        print_sentences([*target_warnings([arm.prepared for arm in plan.arms]), *split_sentences(plan)])
    if messages:
        raise InputError("\n".join(messages))
