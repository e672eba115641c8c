"""``mlpexp check``."""

from pathlib import Path
from typing import Annotated

import typer

from mlpexp.cli.options import SetOption, overrides_from


def check(
    configs: Annotated[list[Path], typer.Argument(help="Config files.", show_default=False)],
    set_: SetOption = None,
    resolved: Annotated[bool, typer.Option("--resolved", help="Print the config with all defaults filled in.")] = False,
) -> None:
    """Validate configs without running anything."""
    from mlpexp.config.dump import config_hash
    from mlpexp.config.load import read_source
    from mlpexp.errors import InputError
    from mlpexp.planning.plan import plan_from

    messages = []
    for path in configs:
        try:
            source = read_source(path, overrides_from(set_))
            plan = plan_from(source, path, "sweep" if source.data.get("sweep") else "train")
        except InputError as error:
            messages.append(str(error))
            continue
        prepared = plan.base
        sizes, architecture = prepared.sizes, prepared.architecture
        if resolved:
            typer.echo(plan.as_yaml(), nl=False)
        else:
            parts = [f"{size:,} {part}" for part, size in vars(sizes).items() if size]
            typer.echo(
                f"{path}: valid; {prepared.experiment.dataset.name} ({', '.join(parts)}), {architecture.name} with "
                f"{architecture.num_parameters:,} parameters, hash {config_hash(prepared.experiment)}"
                + (f"; sweep of {len(plan.arms):,} arms x {len(plan.seeds):,} seeds" if plan.axes else "")
            )
    if messages:
        raise InputError("\n".join(messages))
