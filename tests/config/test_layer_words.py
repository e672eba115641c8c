"""Layers in a line: each list of layers has one that is read back to the same, and a wrong word is said with its place."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlpexp.config.activations import KNOWN
from mlpexp.config.layer_words import layers_in
from mlpexp.config.layers import ConvLayer, DenseLayer, DropoutLayer, PoolLayer, line_of
from mlpexp.config.load import read_source, validated
from mlpexp.config.networks import Cnn
from mlpexp.config.yaml_source import override_in
from mlpexp.errors import ConfigError
from mlpexp.planning.prepare import prepare
from mlpexp.planning.values import value_text

COUNTS = st.integers(1, 10**6)
RATES = st.floats(0, 1, exclude_max=True)
DIGITS = """\
dataset: {name: digits, test_fraction: 0.25}
model: {name: cnn, layers: c8@5 bn p d16 tanh}
optimizer: adam
"""


@st.composite
def activations(draw: st.DrawFn) -> dict[str, Any] | str | None:
    name = draw(st.sampled_from([*KNOWN, None]))
    if name is None or not KNOWN[name].keys:
        return name
    values = st.integers(2, 16) if name == "maxout" else st.floats(1e-300, 1e20)
    return {"name": name, KNOWN[name].keys[0]: draw(values)} if draw(st.booleans()) else name


UNITS = {"batch_norm": st.booleans(), "activation": activations()}
LAYERS = st.one_of(
    st.fixed_dictionaries({"layer": st.just("conv"), "channels": COUNTS, "kernel_size": COUNTS},
                          optional={"stride": COUNTS, "padding": st.just("same") | st.integers(0, 99), **UNITS}),
    st.fixed_dictionaries({"layer": st.sampled_from(["max_pool", "average_pool"])},
                          optional={"kernel_size": COUNTS, "stride": st.none() | COUNTS}),
    st.fixed_dictionaries({"layer": st.just("dense"), "units": COUNTS}, optional=UNITS),
    st.fixed_dictionaries({"layer": st.just("dropout")}, optional={"rate": RATES}),
)  # fmt: skip


def network(layers: object) -> Cnn:
    return Cnn.model_validate({"name": "cnn", "layers": layers})


@given(st.lists(LAYERS, min_size=1, max_size=8))
def test_a_line_says_all_of_a_list(layers: list[dict[str, Any]]) -> None:
    line = line_of(layers)
    assert line is not None
    assert network(line) == network(layers)
    assert line_of(layers_in(line)) == line
    assert value_text(layers) == line


def test_every_key_of_a_layer_has_a_word() -> None:
    said = {"layer", "channels", "kernel_size", "stride", "padding", "batch_norm", "activation", "units", "rate"}
    assert said == set().union(*(kind.model_fields for kind in (ConvLayer, PoolLayer, DenseLayer, DropoutLayer)))
    assert all(len(row.keys) < 2 for row in KNOWN.values())


@pytest.mark.parametrize(
    ("line", "layer"),
    [
        ("c8@5", {"layer": "conv", "channels": 8, "kernel_size": 5, "padding": "same"}),
        ("c8@5x5/2 pad0", {"layer": "conv", "channels": 8, "kernel_size": 5, "stride": 2, "padding": 0}),
        ("p", {"layer": "max_pool"}),
        ("a3/2", {"layer": "average_pool", "kernel_size": 3, "stride": 2}),
        ("d32 bn logistic", {"layer": "dense", "units": 32, "batch_norm": True, "activation": {"name": "sigmoid"}}),
        ("d8 elu:2", {"layer": "dense", "units": 8, "activation": {"name": "elu", "alpha": 2}}),
        ("drop0.5", {"layer": "dropout", "rate": 0.5}),
    ],
)
def test_what_a_line_means(line: str, layer: dict[str, Any]) -> None:
    assert layers_in(line) == [layer]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("c8@5 x p", "word 2, 'x': expected a layer (c8@5, p, a, d32, drop0.5) or what the one before has"),
        ("c8@5x3", "word 1, 'c8@5x3': expected a layer"),
        ("c0@5", "word 1, 'c0@5': expected a layer"),
        ("d8 relu:2", "word 2, 'relu:2': expected a layer"),
        ("p bn", "word 2, 'bn': goes behind conv or dense, not behind max_pool"),
        ("d8 pad1", "word 2, 'pad1': goes behind conv, not behind dense"),
        ("tanh", "word 1, 'tanh': goes behind conv or dense, not behind nothing"),
        ("d8 bn tanh bn", "word 4, 'bn': this layer has its batch norm already"),
        ("d8 tanh relu", "word 3, 'relu': this layer has its activation already"),
    ],
)
def test_a_wrong_word_is_said_with_its_place(line: str, sentence: str, tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(DIGITS.replace("c8@5 bn p d16 tanh", line))
    with pytest.raises(ConfigError) as refused:
        validated(read_source(path))
    assert f"model.layers: {sentence}" in str(refused.value)
    assert f"{path}:2" in str(refused.value)


def test_numbers_in_a_line_are_checked_as_in_a_list(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(DIGITS.replace("p d16 tanh", "drop1.5"))
    with pytest.raises(ConfigError, match="rate"):
        prepare(path)


@pytest.mark.parametrize(
    "layers", [[], [{"layer": "conv"}], [{"layer": "unknown"}], ["c8@5"], [{"layer": "dense", "units": 0}]]
)
def test_what_is_no_list_of_layers_has_no_line(layers: list[Any]) -> None:
    assert not line_of(layers)


def test_a_line_in_a_config_is_a_list_whose_layers_are_keys(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(DIGITS)
    changed = prepare(path, [override_in("model.layers.0.channels=4", "--set")])
    assert changed.experiment.model == network("c4@5 bn p d16 tanh").model_copy(
        update={"init": changed.experiment.model.init}
    )
    line = prepare(path, [override_in("model.layers=c4@5 bn p d16 tanh", "--set")])
    assert line.experiment == changed.experiment
