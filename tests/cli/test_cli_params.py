"""``mlpexp params``: the known figures, in every format, alone and side by side."""

import io
import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import mlpexp as product
from making.command_line import Command
from making.configs import TINY

# words of the command line: title, parameters of each layer with parameters
FIGURES = {
    "lenet5": ("lenet5", [156, 2416, 48120, 10164, 850], 61_706),
    "cnn4 --no-bias": ("cnn4 without biases", [1500, 5400, 5400, 1800, 62500], 76_600),
    "cnn4": ("cnn4", [1520, 5430, 5420, 1810, 62510], 76_690),
    "mnist_cnn": ("mnist_cnn", [160, 18496, 590848, 10250], 619_754),
    "mlp 4-16-3": ("mlp 4-16-3", [80, 51], 131),
}


@pytest.mark.parametrize("words", FIGURES)
def test_json_has_the_known_figures(words: str, mlpexp: Command) -> None:
    title, layers, total = FIGURES[words]
    (network,) = json.loads(mlpexp("params", *words.split(), "--format", "json").out)
    assert network["network"] == title
    assert [layer["parameters"] for layer in network["layers"] if layer["parameters"]] == layers
    assert network["parameters"] == total == sum(layers)
    assert (network["float32_bytes"], network["int8_bytes"]) == (4 * total, total)


@pytest.mark.parametrize("words", FIGURES)
def test_csv_is_read_by_pandas_and_sums_to_the_known_figures(words: str, mlpexp: Command) -> None:
    title, layers, total = FIGURES[words]
    table = pd.read_csv(io.StringIO(mlpexp("params", *words.split(), "--format", "csv").out))
    assert set(table["network"]) == {title}
    assert table["parameters"].sum() == total
    assert table.loc[table["parameters"] > 0, "parameters"].tolist() == layers


@pytest.mark.parametrize("format_", ["table", "markdown", "latex"])
@pytest.mark.parametrize("words", FIGURES)
def test_text_has_the_known_figures_and_the_arithmetic(words: str, format_: str, mlpexp: Command) -> None:
    title, layers, total = FIGURES[words]
    out = mlpexp("params", *words.split(), "--format", format_).out
    assert f"{total:,} parameters" in out
    assert all(f"{count:,}" in out for count in layers)
    assert title.replace("_", r"\_" if format_ == "latex" else "_") in out
    if words == "lenet5":
        assert "(5*5*1 + 1)*6" in out.replace("\\", "")
        assert "floor((32 + 2*0 - 5)/1) + 1 = 28" in out.replace("\\", "")


@pytest.mark.parametrize("words", FIGURES)
def test_the_formulas_are_true(words: str, mlpexp: Command) -> None:
    (network,) = json.loads(mlpexp("params", *words.split(), "--format", "json").out)
    for layer in network["layers"]:
        if layer["formula"]:
            left, _, right = layer["formula"].partition(" = ")
            assert re.fullmatch(r"[\d*+() ]+", left)
            assert eval(left) == int(right.replace(",", "")) == layer["parameters"]


def test_markdown_is_a_table(mlpexp: Command) -> None:
    lines = mlpexp("params", "lenet5", "--format", "markdown").out.splitlines()
    rows = [line for line in lines if line.startswith("|")]
    assert len({row.count("|") for row in rows}) == 1
    assert rows[-1].startswith("| total |")


ALL = ["lenet5", "cnn4", "mnist_cnn", "mlp", "4-16-3"]


def test_latex_is_balanced_and_escaped(mlpexp: Command) -> None:
    out = mlpexp("params", *ALL, "--format", "latex").out
    assert out.count(r"\begin{table}") == out.count(r"\end{table}") == 5
    assert out.count(r"\begin{tabular}") == out.count(r"\end{tabular}") == 5
    unescaped = re.sub(r"\\.", "", out)
    assert unescaped.count("{") == unescaped.count("}")
    assert not re.search(r"[_%#$^~]", re.sub(r"\\[_%#$^~]", "", out))
    for table in out.split(r"\end{tabular}")[:-1]:
        columns = len(re.search(r"\\begin\{tabular\}\{(\w+)\}", table)[1])
        rows = [line for line in table.splitlines() if line.endswith(r" \\")]
        assert {len(re.findall(r"(?<!\\)&", row)) for row in rows} == {columns - 1}


def has_booktabs() -> bool:
    """Whether there is a LaTeX with its package for tables."""
    if not (shutil.which("pdflatex") and shutil.which("kpsewhich")):
        return False
    return subprocess.run(["kpsewhich", "booktabs.sty"], capture_output=True).returncode == 0


@pytest.mark.skipif(not has_booktabs(), reason="there is no pdflatex with booktabs")
def test_latex_compiles(mlpexp: Command, tmp_path: Path) -> None:
    body = mlpexp("params", *ALL, "--format", "latex").out
    text = "\\documentclass{article}\\usepackage{booktabs}\\begin{document}\n" + body + "\\end{document}\n"
    (tmp_path / "t.tex").write_text(text)
    subprocess.run(["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "t.tex"], cwd=tmp_path, check=True)


def test_several_stand_side_by_side_with_their_totals(mlpexp: Command) -> None:
    out = mlpexp("params", "lenet5", "mlp", "4-16-3", "mnist_cnn", "--format", "markdown").out
    table = out[out.index("**side by side**") :].splitlines()[2:]
    cells = {line.split("|")[1].strip(): [cell.strip() for cell in line.split("|")[2:-1]] for line in table}
    assert cells["parameters of"] == ["lenet5", "mlp 4-16-3", "mnist_cnn"]
    assert cells["parameters"] == ["61,706", "131", "619,754"]
    assert cells["conv1"] == ["156", "", "160"]
    assert cells["dense1"] == ["48,120", "80", "590,848"]
    assert cells["MACs"][1] == "112"


def test_the_network_of_a_config_is_counted_and_its_input_can_be_changed(
    mlpexp: Command, config: Callable[..., Path]
) -> None:
    out = mlpexp("params", "--config", config(TINY, "tiny.yaml"), "--format", "json").out
    (network,) = json.loads(out)
    assert (network["network"], network["parameters"]) == ("tiny", 3 * 4 + 4 + 4 * 3 + 3)
    text = TINY.replace("three_class_3d", "digits").replace(
        "{name: mlp, hidden_sizes: [4]}", "{name: cnn, layers: [{layer: conv, channels: 2, kernel_size: 3}]}"
    )
    path = config(text, "cnn.yaml")
    small, large = (
        json.loads(mlpexp("params", "-c", path, *more, "--format", "json").out)[0]
        for more in ([], ["--input", "3x9x10"])
    )
    assert small["parameters"] == (9 + 1) * 2 + (6 * 6 * 2 + 1) * 10
    assert large["parameters"] == (9 * 3 + 1) * 2 + (7 * 8 * 2 + 1) * 10


POOLINGS = TINY.replace("three_class_3d", "digits").replace(
    "{name: mlp, hidden_sizes: [4]}",
    "{name: cnn, bias: false, layers: ["
    "{layer: conv, channels: 20, kernel_size: 5, padding: same}, {layer: max_pool}, "
    "{layer: conv, channels: 30, kernel_size: 3, padding: same}, {layer: max_pool}, "
    "{layer: conv, channels: 20, kernel_size: 3, padding: same}, {layer: max_pool}, "
    "{layer: conv, channels: 10, kernel_size: 3, padding: same}, {layer: max_pool}]}",
)


def test_a_network_that_does_not_fit_the_data_of_its_config_is_counted_for_others(
    mlpexp: Command, config: Callable[..., Path]
) -> None:
    path = config(POOLINGS, "poolings.yaml")
    refused = mlpexp("params", "-c", path)
    assert (
        refused.code == 2 and "layer pool4: a pooling window of 2x2 does not fit into its input of 1x1" in refused.err
    )
    result = mlpexp("params", "-c", path, "--input", "3x400x400", "--format", "json")
    named = mlpexp("params", "cnn4", "--no-bias", "--format", "json")
    assert json.loads(result.out)[0]["layers"] == json.loads(named.out)[0]["layers"]
    assert json.loads(result.out)[0]["parameters"] == 76_600
    assert result.err == "poolings: counted for --input 3x400x400; the data of this config are images of 1x8x8\n"
    small = mlpexp("params", "-c", path, "--input", "1x8x8")
    assert small.code == 2 and "poolings.yaml:2:8: model: layer pool4: a pooling window" in small.err


def test_an_input_size_does_not_replace_data_that_are_not_there(
    mlpexp: Command, config: Callable[..., Path], tmp_path: Path
) -> None:
    path = tmp_path / "absent"
    text = (
        f"name: absent\ndataset: {{name: images, path: {path}}}\nmodel: {{name: mlp, hidden_sizes: [4]}}\n"
        "optimizer: {name: adam, learning_rate: 0.1}\ntraining: {epochs: 1, batch_size: 4}\n"
    )
    refused = mlpexp("params", "-c", config(text, "absent.yaml"), "--input", "3x8x8")
    assert refused.code == 2 and "there is no such folder or file" in refused.err
    assert "with --input, too, the data say how many outputs there are" in refused.err


def test_other_inputs_are_told_from_rows_and_the_same_ones_are_not_told(
    mlpexp: Command, config: Callable[..., Path]
) -> None:
    result = mlpexp("params", "-c", config(TINY, "tiny.yaml"), "--input", "1x2x2", "--format", "json")
    assert json.loads(result.out)[0]["parameters"] == 4 * 4 + 4 + 4 * 3 + 3
    assert result.err == "tiny: counted for --input 1x2x2; the data of this config are rows of 3 features\n"
    images = config(TINY.replace("three_class_3d", "digits"), "images.yaml")
    assert mlpexp("params", "-c", images, "--input", "1x8x8").err == ""


def test_a_set_option_changes_the_network_of_a_config(mlpexp: Command, config: Callable[..., Path]) -> None:
    out = mlpexp("params", "-c", config(TINY), "--set", "model.hidden_sizes=[5]", "--no-bias", "--format", "json").out
    assert json.loads(out)[0]["parameters"] == 3 * 5 + 5 * 3


@pytest.mark.parametrize("words", ["--data own.csv --target kind", "iris/mlp --data own.csv --target kind"])
def test_a_table_of_the_users_own_says_how_many_inputs_and_classes_there_are(words: str, mlpexp: Command) -> None:
    Path("own.csv").write_text("a,b,kind\n" + "1,2,x\n3,4,y\n5,7,x\n2,1,y\n" * 10)
    (network,) = json.loads(mlpexp("params", *words.split(), "--format", "json").out)
    assert network["parameters"] == 2 * 16 + 16 + 16 * 2 + 2
    assert product.params(*words.split()[:1] * words.startswith("iris"), data="own.csv", target="kind").total == 82
    named = mlpexp("params", "own.csv")
    assert named.code == 2 and "is a table, not a config; write --data own.csv --target COLUMN" in named.err
    drawn = mlpexp("params", *words.split(), "--draw", "net.svg")
    assert drawn.code == 0 and ">a<" in Path("net.svg").read_text().replace("\n", "")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("", "params: name a network"),
        ("lenet5 --target kind", "--target: of which table? name it with --data FILE"),
        ("lenet", "params: 'lenet' is not a network; did you mean lenet5?"),
        ("mlp", "params: after mlp come its layer sizes"),
        ("mlp 4-x-3", "'4-x-3'"),
        ("mlp 4", "'4'"),
        ("mlp 4-0-3", "'4-0-3'"),
        ("lenet5 --input 28x28", "--input: '28x28' is not an image size"),
        ("lenet5 --input 1x4x4", "a filter of 5x5 does not fit into its input of 4x4"),
        ("lenet5 --format xml", "--format: 'xml' is not known"),
        ("--config nothing.yaml", "nothing.yaml: there is no such file"),
        ("lenet5 --set model.bias=false", "--set: changes a config; name one, such as iris/mlp"),
        ("mlp 4-3 --input 1x2x2", "--input: is an image size"),
    ],
)
def test_what_cannot_be_counted_is_one_line(words: str, message: str, mlpexp: Command) -> None:
    result = mlpexp("params", *words.split())
    assert (result.code, result.out) == (2, "")
    assert len(result.err.splitlines()) == 1
    assert message in result.err


@pytest.mark.parametrize("words", [["c8@3 p d32"], ["c8@3 p d32", "--input", "1x28x28"], []])
def test_cnn_is_counted_as_the_network_of_a_config(words: list[str], mlpexp: Command) -> None:
    answer = mlpexp("params", "cnn", *words)
    assert answer.code == 2
    assert 'count them with `mlpexp params digits/cnn --set "model.layers=c8@3 p d32"`' in answer.err
    assert mlpexp("params", "digits/cnn", "--set", "model.layers=c8@3 p d32", *words[1:]).code == 0
