"""Plans of sweeps from a few lines of YAML."""

from pathlib import Path

from mlpexp.config.yaml_source import override_in
from mlpexp.planning.plan import Plan, make_plan

BASE = """\
name: tiny
dataset: {name: iris, test_fraction: 0.3}
model: {name: mlp, hidden_sizes: [4]}
optimizer: {name: sgd, learning_rate: 0.1}
training: {batch_size: 35, epochs: 3}
"""


def plan_of(folder: Path, sweep: str, *overrides: str, base: str = BASE) -> Plan:
    """The plan of the base config with a sweep section, given as a YAML flow mapping."""
    path = folder / "config.yaml"
    path.write_text(base + f"sweep: {sweep}\n")
    return make_plan(path, [override_in(text, f"--set {text}") for text in overrides])


def labels(plan: Plan) -> list[str]:
    return [arm.label for arm in plan.arms]
