"""``mlpexp check``."""

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from mlpexp.cli.experiment import experiment_options
from mlpexp.cli.given import Given

if TYPE_CHECKING:
    from mlpexp.planning.plan import Plan


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
    from mlpexp.errors import InputError
    from mlpexp.planning.plan import plan_from

    messages = []
    for one in [replace(given, config=config) for config in configs or []] or [given]:
        try:
            source, path = one.source("check")
            plan = plan_from(source, path, "sweep" if source.data.get("sweep") else "train")
        except InputError as error:
            messages.append(str(error))
            continue
        typer.echo(plan.as_yaml() if resolved else f"{path}: {_in_words(plan)}", nl=not resolved)
    if messages:
        raise InputError("\n".join(messages))


def _in_words(plan: "Plan") -> str:
    from mlpexp.config.dump import config_hash

    experiment, sizes, architecture = plan.base.experiment, plan.base.sizes, plan.base.architecture
    parts = ", ".join(f"{size:,} {part}" for part, size in vars(sizes).items() if size)
    sweep = f"; sweep of {len(plan.arms):,} arms x {len(plan.seeds):,} seeds" if plan.axes else ""
    return (
        f"valid; {experiment.dataset.name} ({parts}), {architecture.name} with {architecture.num_parameters:,} parameters, "
        f"hash {config_hash(experiment)}{sweep}"
    )
