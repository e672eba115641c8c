"""The tables of ``docs/networks.md`` and ``docs/data.md`` name every choice, and their formulas are what is computed."""

import math
from collections.abc import Mapping
from statistics import NormalDist
from typing import Any, get_args

import numpy as np
import pytest
import torch
from pydantic import BaseModel, TypeAdapter

from making.markdown_pages import DOCS, code, section_of, tables_under
from mlpexp.architectures.build import NATURAL_INPUT, build_architecture
from mlpexp.architectures.layers import Drawn
from mlpexp.config import networks
from mlpexp.config.activations import ActivationConfig, gain
from mlpexp.config.datasets import DatasetConfig, FunctionName, Synthetic, SyntheticKind
from mlpexp.config.experiment import LossName
from mlpexp.config.networks import InitConfig, ModelConfig
from mlpexp.config.optimization import OptimizerConfig, ScheduleConfig
from mlpexp.data.catalogue import facts_of
from mlpexp.data.synthetic import FUNCTIONS
from mlpexp.nn.activations import elementwise, prelu
from mlpexp.nn.initializers import draw
from mlpexp.randomness import stream
from mlpexp.training.schedules import factor

NETWORKS, DATA = DOCS / "networks.md", DOCS / "data.md"
NORMAL = NormalDist()
MATHEMATICS: Mapping[str, Any] = {
    **{name: getattr(math, name) for name in ("exp", "log", "sqrt", "tanh", "sin", "cos", "floor", "pi")},
    "Phi": NORMAL.cdf, "phi": NORMAL.pdf, "max": max, "min": min, "abs": abs, "round": round,
}  # fmt: skip


def names_in(union: Any) -> set[str]:
    """The names that select one of the classes of a union."""
    models: tuple[type[BaseModel], ...] = get_args(get_args(union)[0])
    return {name for model in models for name in get_args(model.model_fields["name"].annotation)}


def first_name(row: dict[str, str]) -> str:
    """The id of a test of one row."""
    return code(next(iter(row.values())))[0]


def documented(page: Any, title: str, column: str = "name") -> set[str]:
    """The names in the first column of the first table of a section, which has them as code."""
    return {name for row in tables_under(page, title)[0].rows for name in code(row[column])}


def value(formula: str, **variables: float) -> float:
    """What a formula of a page gives."""
    return float(eval(formula, {"__builtins__": {}, **MATHEMATICS}, variables))


@pytest.mark.parametrize(
    ("title", "union"),
    [("Activations", ActivationConfig), ("Initializers", InitConfig), ("Schedules", ScheduleConfig)],
)
def test_every_name_has_a_row(title: str, union: Any) -> None:
    assert documented(NETWORKS, title) == names_in(union)


def test_every_other_choice_has_a_row() -> None:
    assert documented(NETWORKS, "Optimizers") - {"momentum", "nesterov"} == names_in(OptimizerConfig)
    assert documented(NETWORKS, "Losses") == set(get_args(LossName))
    assert documented(DATA, "Data sets") == names_in(DatasetConfig)
    kinds = documented(DATA, "Points in the plane", "kind") | {"function"}
    assert kinds == set(get_args(SyntheticKind))
    assert documented(DATA, "Functions of one variable", "function") == set(get_args(FunctionName))
    text = NETWORKS.read_text(encoding="utf-8")
    assert all(f"- `{name}`" in text for name in names_in(ModelConfig))


ACTIVATIONS = tables_under(NETWORKS, "Activations")[0].rows
FORMULAS = [row for row in ACTIVATIONS if row["name"] != "`maxout`"]
CONSTANTS = {"selu": {"alpha": 1.6732632423543772, "scale": 1.0507009873554805}, "prelu": {"slope": 0.25}}


def options(config: Any) -> dict[str, float]:
    return {key: number for key, number in config if isinstance(number, float)} | CONSTANTS.get(config.name, {})


def activation(name: str) -> Any:
    return TypeAdapter(ActivationConfig).validate_python(name)


@pytest.mark.parametrize("row", FORMULAS, ids=first_name)
def test_activation_formulas(row: dict[str, str]) -> None:
    config = activation(code(row["name"])[0])
    x = torch.linspace(-4.1, 4.1, 42, dtype=torch.float64).view(1, 42, 1).requires_grad_()
    y = prelu(x, torch.tensor(0.25)) if config.name == "prelu" else elementwise(config).value(x)
    (slope,) = torch.autograd.grad(y.sum(), x)
    for x_i, y_i, slope_i in zip(x.flatten().tolist(), y.flatten().tolist(), slope.flatten().tolist(), strict=True):
        assert value(code(row["f(x)"])[0], x=x_i, **options(config)) == pytest.approx(y_i, rel=1e-9, abs=1e-9)
        written = value(code(row["f'(x)"])[0], x=x_i, y=y_i, **options(config))
        assert written == pytest.approx(slope_i, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("row", ACTIVATIONS, ids=first_name)
def test_gains(row: dict[str, str]) -> None:
    config = activation(code(row["name"])[0])
    assert value(code(row["gain"])[0], **options(config)) == pytest.approx(gain(config))


INITIALIZERS = tables_under(NETWORKS, "Initializers")[0].rows


@pytest.mark.parametrize("row", INITIALIZERS, ids=first_name)
@pytest.mark.parametrize(("n_in", "n_out"), [(300, 200), (100, 500)])
def test_mean_and_variance_of_initial_weights(row: dict[str, str], n_in: int, n_out: int) -> None:
    name, of_activation = code(row["name"])[0], 1.3
    config = TypeAdapter(InitConfig).validate_python(name)
    weights = draw(Drawn(config, of_activation, (n_in, n_out)), (n_in, n_out), stream(0, "init"))
    numbers = {key: number for key, number in config if isinstance(number, float)}
    variables = {"gain": of_activation, **numbers, "n_in": n_in, "n_out": n_out}
    mean, variance = (value(code(row[column])[0], **variables) for column in ("mean", "variance"))
    standard_error = math.sqrt(variance / weights.size)
    assert weights.mean() == pytest.approx(mean, abs=5 * standard_error + 1e-12)
    assert weights.var() == pytest.approx(variance, rel=0.05)


SCHEDULES: Mapping[str, dict[str, Any]] = {
    "constant": {}, "step": {"every": 3, "factor": 0.5}, "exponential": {"decay": 0.9},
    "cosine": {"final_factor": 0.1}, "inverse_time": {"decay": 0.7},
    "inverse_power": {"power": 0.4, "per": "sample"},
}  # fmt: skip


@pytest.mark.parametrize("row", tables_under(NETWORKS, "Schedules")[0].rows, ids=first_name)
def test_schedule_formulas(row: dict[str, str]) -> None:
    name = code(row["name"])[0]
    config = TypeAdapter(ScheduleConfig).validate_python({"name": name, **SCHEDULES[name]})
    times = np.arange(40) / 4
    computed = factor(config, times, num_epochs=10, steps_per_epoch=4, num_train=21)
    written = [value(code(row["factor"])[0], t=t, epochs=10, n=21, **SCHEDULES[name]) for t in times]
    assert computed == pytest.approx(written)


def test_the_formula_of_the_warm_up() -> None:
    config = TypeAdapter(ScheduleConfig).validate_python({"name": "constant", "warmup_epochs": 2.5})
    times = np.arange(20) / 4
    formula = next(one for one in code(section_of(NETWORKS, "Schedules")) if "warmup_epochs, 1)" in one)
    written = [value(formula, t=t, steps_per_epoch=4, warmup_epochs=2.5) for t in times]
    assert factor(config, times, num_epochs=10, steps_per_epoch=4, num_train=21) == pytest.approx(written)


@pytest.mark.parametrize("row", tables_under(NETWORKS, "Architectures")[0].rows, ids=first_name)
def test_parameters_of_the_named_networks(row: dict[str, str]) -> None:
    name = code(row["name"])[0]
    assert row["natural input"] == "x".join(map(str, NATURAL_INPUT[name]))
    for column, bias in (("parameters", True), ("without biases", False)):
        model = TypeAdapter(ModelConfig).validate_python({"name": name, "bias": bias})
        count = build_architecture(model, NATURAL_INPUT[name], 10).num_parameters
        assert row[column] == f"{count:,}"


@pytest.mark.parametrize("row", tables_under(DATA, "Data sets")[0].rows[:5], ids=first_name)
def test_sizes_of_the_data_sets(row: dict[str, str]) -> None:
    facts = facts_of(TypeAdapter(DatasetConfig).validate_python({"name": code(row["name"])[0]}))
    shape = "x".join(map(str, facts.input_shape))
    assert row["samples"] == f"{facts.num_samples:,}"
    assert row["classes"] == str(facts.num_outputs)
    assert row["one sample"].startswith(f"image {shape}" if facts.is_image else shape)


@pytest.mark.parametrize("row", tables_under(DATA, "Functions of one variable")[0].rows, ids=first_name)
def test_target_functions(row: dict[str, str]) -> None:
    function = FUNCTIONS[code(row["function"])[0]]
    low, high = (value(code(row[column])[0]) for column in ("lowest x", "highest x"))
    assert function.interval == pytest.approx((low, high))
    x = np.linspace(low, high, 40)  # an even number, so that 0 is not among them
    assert function.values(x) == pytest.approx([value(code(row["y"])[0], x=x_i) for x_i in x], abs=1e-12)


def test_default_numbers_of_classes() -> None:
    for row in tables_under(DATA, "Points in the plane")[0].rows:
        kind = code(row["kind"])[0]
        number = Synthetic(name="synthetic", kind=kind).num_classes
        assert row["K"] in (str(number), f"`classes`, 2 to 20, default {number}")


def test_maxout_multiplies_the_parameters() -> None:
    counts = [
        build_architecture(networks.Mlp(name="mlp", hidden_sizes=[5], activation=one), (4,), 3).layers[0].num_parameters
        for one in (activation("relu"), activation("maxout"))
    ]
    assert counts[1] == 2 * counts[0]
