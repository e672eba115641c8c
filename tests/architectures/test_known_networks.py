"""The named networks, to the last parameter, and formulas that give what they say."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from making.formulas import check_formulas
from mlpexp.architectures.arithmetic import NetworkCost, cost
from mlpexp.architectures.build import NATURAL_INPUT, build_architecture
from mlpexp.architectures.layers import output_size
from mlpexp.config.networks import ModelConfig

MODEL: TypeAdapter[Any] = TypeAdapter(ModelConfig)


def cost_of(model: dict[str, Any], shape: tuple[int, ...], num_outputs: int) -> NetworkCost:
    return cost(build_architecture(MODEL.validate_python(model), shape, num_outputs))


def parameters_of(table: NetworkCost) -> list[int]:
    return [row.parameters for row in table.rows if row.parameters]


@pytest.mark.parametrize("shape", [(1, 32, 32), (1, 28, 28)])
def test_lenet5(shape: tuple[int, ...]) -> None:
    table = cost_of({"name": "lenet5"}, shape, 10)
    assert parameters_of(table) == [156, 2_416, 48_120, 10_164, 850]
    assert table.parameters == sum([156, 2_416, 48_120, 10_164, 850]) == 61_706
    assert [row.output for row in table.rows] == ["28x28x6", "14x14x6", "10x10x16", "5x5x16", "120", "84", "10"]
    assert table.macs == 28**2 * 150 + 10**2 * 2_400 + 48_000 + 10_080 + 840
    assert (table.float32_bytes, table.int8_bytes) == (4 * 61_706, 61_706)
    assert table.rows[0].formula == "(5*5*1 + 1)*6 = 156"
    check_formulas(table)


def test_cnn4_with_and_without_biases() -> None:
    table = cost_of({"name": "cnn4", "bias": False}, (3, 400, 400), 10)
    assert parameters_of(table) == [1_500, 5_400, 5_400, 1_800, 62_500]
    assert table.parameters == 76_600
    assert [row.output for row in table.rows] == [
        "400x400x20", "200x200x20", "200x200x30", "100x100x30", "100x100x20", "50x50x20", "50x50x10", "25x25x10", "10",
    ]  # fmt: skip
    assert table.macs == 400**2 * 1_500 + 200**2 * 5_400 + 100**2 * 5_400 + 50**2 * 1_800 + 62_500
    assert table.rows[0].activation_bytes == 400 * 400 * 20 * 4
    check_formulas(table)
    biased = cost_of({"name": "cnn4"}, (3, 400, 400), 10)
    assert biased.parameters == 76_690
    check_formulas(biased)


def test_mnist_cnn() -> None:
    table = cost_of({"name": "mnist_cnn"}, (1, 28, 28), 10)
    assert parameters_of(table) == [160, 18_496, 590_848, 10_250]
    assert table.parameters == 619_754
    assert [row.output for row in table.rows] == ["27x27x32", "13x13x32", "6x6x64", "3x3x64", "1024", "10"]
    check_formulas(table)


def test_the_natural_inputs_give_the_figures_of_the_documentation() -> None:
    totals = {name: cost_of({"name": name}, shape, 10).parameters for name, shape in NATURAL_INPUT.items()}
    assert totals == {"lenet5": 61_706, "cnn4": 76_690, "mnist_cnn": 619_754}


def test_iris() -> None:
    table = cost_of({"name": "mlp", "hidden_sizes": [16]}, (4,), 3)
    assert (table.parameters, table.macs) == (131, 4 * 16 + 16 * 3)
    check_formulas(table)


@given(st.integers(1, 3000), st.integers(1, 3000), st.integers(1, 1000))
@settings(deadline=None)
def test_the_closed_form_of_one_hidden_layer(d: int, h: int, o: int) -> None:
    table = cost_of({"name": "mlp", "hidden_sizes": [h]}, (d,), o)
    assert table.parameters == h * (d + 1) + o * (h + 1)
    assert table.macs == d * h + h * o
    assert cost_of({"name": "mlp", "hidden_sizes": [h], "bias": False}, (d,), o).parameters == d * h + h * o
    check_formulas(table)


@given(st.integers(1, 60), st.integers(1, 9), st.integers(1, 5), st.integers(0, 5))
@settings(deadline=None)
def test_output_size_counts_the_positions_of_a_window(size: int, kernel: int, stride: int, padding: int) -> None:
    positions = range(-padding, size + padding - kernel + 1, stride)
    assert max(output_size(size, kernel, stride, padding), 0) == len(positions)


def test_rows_of_layers_of_every_kind() -> None:
    layers = [
        {
            "layer": "conv",
            "channels": 2,
            "kernel_size": 3,
            "padding": 1,
            "stride": 2,
            "batch_norm": True,
            "activation": "prelu",
        },
        {"layer": "max_pool", "kernel_size": 3, "stride": 1},
        {"layer": "dropout"},
        {"layer": "dense", "units": 4, "activation": {"name": "maxout", "pieces": 3}},
    ]
    table = cost_of({"name": "cnn", "layers": layers}, (1, 9, 12), 2)
    assert [(row.layer, row.kind, row.output, row.size_formula, row.formula) for row in table.rows] == [
        (
            "conv1", "conv 3x3/2, padding 1", "5x6x2",
            "floor((9 + 2*1 - 3)/2) + 1 = 5, floor((12 + 2*1 - 3)/2) + 1 = 6", "(3*3*1 + 1)*2 = 20",
        ),
        ("conv1_norm", "batch norm", "5x6x2", "", "2*2 = 4"),
        ("conv1_prelu", "prelu", "5x6x2", "", "2 slopes = 2"),
        ("pool1", "max pool 3x3/1", "3x4x2", "floor((5 - 3)/1) + 1 = 3, floor((6 - 3)/1) + 1 = 4", ""),
        ("dense1", "dense", "12", "", "(24 + 1)*12 = 300"),
        ("dense1_maxout", "maxout", "4", "", ""),
        ("output", "dense", "2", "", "(4 + 1)*2 = 10"),
    ]  # fmt: skip
    check_formulas(table)
