"""``arms.csv``: what each arm of a plan is."""

from mlpexp.config.networks import Mlp
from mlpexp.planning.arms import Arm
from mlpexp.planning.plan import Plan
from mlpexp.store.table import Cell, as_csv

OF_ARMS = ("hidden_sizes", "parameters", "steps", "epochs")


def arms_table(plan: Plan) -> str:
    """``arms.csv``: number, label, values of the axes, hidden sizes, parameters, updates, epochs."""
    return as_csv(
        ["arm", "label", *(axis.key for axis in plan.axes), *OF_ARMS], [_arm_row(plan, arm) for arm in plan.arms]
    )


def axis_cells(plan: Plan, arm: Arm) -> dict[str, Cell]:
    """Value of each axis as text."""
    return {axis.key: axis.text(arm.settings[axis.key]) if axis.key in arm.settings else "" for axis in plan.axes}


def _arm_row(plan: Plan, arm: Arm) -> dict[str, Cell]:
    model = arm.experiment.model
    return {
        "arm": arm.number,
        "label": arm.label,
        **axis_cells(plan, arm),
        "hidden_sizes": " ".join(map(str, model.hidden_sizes)) if isinstance(model, Mlp) else "",
        "parameters": arm.prepared.architecture.num_parameters,
        "steps": arm.steps,
        "epochs": arm.experiment.training.epochs,
    }
