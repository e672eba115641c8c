"""``mlpexp gradcheck``: the ways agree on every kind of network, and a wrong derivative is found."""

import io
import os
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.datasets import load_iris

from making.command_line import Command
from making.configs import SINE, TINY
from mlpexp.config.activations import KNOWN, STEP_FUNCTIONS
from mlpexp.nn import activations
from mlpexp.nn.activations import Elementwise

WAYS = ["by hand", "NumPy", "forward mode", "central differences"]
CNN = """\
dataset: {name: digits, test_fraction: 0.5}
model:
  name: cnn
  activation: tanh
  layers:
    - {layer: conv, channels: 2, kernel_size: 3, batch_norm: true}
    - {layer: max_pool}
    - {layer: dense, units: 5, activation: maxout}
    - {layer: dropout, rate: 0.4}
optimizer: {name: adam, l2_penalty: 0.01}
training: {batch_size: 6}
"""
LENET = """\
dataset: {name: mnist, train_samples: 100, test_samples: 10}
model: lenet5
optimizer: {name: sgd, learning_rate: 0.1}
training: {batch_size: 4}
"""
AT_ZERO = """\
dataset: {name: csv, path: zero.csv, target: y, test_fraction: 0.0, standardize: false}
model: {name: mlp, hidden_sizes: [3], activation: relu}
optimizer: {name: sgd, learning_rate: 0.1}
training: {batch_size: full}
"""


def csv_of(mlpexp: Command, *arguments: object) -> pd.DataFrame:
    result = mlpexp("gradcheck", *arguments, "--format", "csv")
    assert result.code == 0, result.err
    return pd.read_csv(io.StringIO(result.out))


@pytest.mark.parametrize("activation", KNOWN)
def test_every_activation(activation: str, mlpexp: Command, config: Callable[..., Path]) -> None:
    table = csv_of(mlpexp, "-c", config(TINY), "--set", f"model.activation={activation}", "--samples", 200)
    tensors = table[table["tensor"] != "all"]
    assert set(tensors["way"]) == set(WAYS)
    exact = tensors[tensors["way"] != "central differences"]
    assert exact["largest_relative_difference"].max() < 1e-12
    assert tensors["largest_relative_difference"].max() < 1e-6
    assert not tensors["random_directions"].any()
    if activation in STEP_FUNCTIONS:  # no difference is their derivative
        tensors = tensors[(tensors["way"] != "central differences") | tensors["tensor"].str.startswith("output")]
    assert (tensors["compared"] == tensors["shape"].map(lambda shape: pd.eval(shape.replace("x", "*")))).all()


@pytest.mark.parametrize("activation", ["tanh", "table_sigmoid"])
def test_the_passes_and_steps_of_differences_are_explained(
    mlpexp: Command, config: Callable[..., Path], activation: str
) -> None:
    """Each derivative takes 5 steps to 2 sides; a tensor that differences are taken of needs one pass more."""
    answer = mlpexp("gradcheck", "-c", config(TINY), "--set", f"model.activation={activation}")
    assert "step: of each entry the one that agrees best with the next shorter one" in answer.out
    told = re.search(
        r"(\d+) forward passes of differences: (\d+) derivatives, 5 steps, 2 sides, and one for each of (\d+) tensors",
        answer.out,
    )
    assert told is not None
    passes, derivatives, tensors = map(int, told.groups())
    assert passes == derivatives * 5 * 2 + tensors
    table = csv_of(mlpexp, "-c", config(TINY), "--set", f"model.activation={activation}")
    ways = table[(table["way"] == "central differences") & (table["tensor"] != "all")]
    assert derivatives == ways["compared"].sum() and tensors == (ways["compared"] > 0).sum()


def test_a_step_function_is_not_compared_with_differences(mlpexp: Command, config: Callable[..., Path]) -> None:
    result = mlpexp("gradcheck", "-c", config(TINY), "--set", "model.activation=table_sigmoid")
    assert result.code == 0
    assert "table_sigmoid is a step function: its derivative, y (1 - y) by definition, is compared" in result.out
    refused = mlpexp("gradcheck", "-c", config(TINY), "--set", "model.activation=table_sigmoid", "--symbolic", "all")
    assert (refused.code, refused.out) == (2, "")
    assert "table_sigmoid is a step function" in refused.err


@pytest.mark.parametrize("text", [SINE, CNN], ids=["regression", "cnn"])
def test_other_networks(text: str, mlpexp: Command, config: Callable[..., Path]) -> None:
    table = csv_of(mlpexp, "-c", config(text), "--samples", 3)
    costs = table[table["tensor"] == "all"].set_index("way")
    assert costs.loc["reverse mode", "compared"] == costs.loc["by hand", "compared"]
    assert costs.loc["forward mode", "forward_passes"] == costs.loc["forward mode", "compared"]
    assert costs.loc["central differences", "forward_passes"] > 10 * costs.loc["central differences", "compared"]
    assert ("NumPy" in costs.index) == (text == SINE)
    large = table[(table["way"] == "forward mode") & (table["compared"] == 3)]
    assert large["random_directions"].any()


@pytest.mark.mnist
def test_lenet5(mlpexp: Command, config: Callable[..., Path]) -> None:
    if not (Path(os.environ.get("MLPEXP_DATA_DIR", "")) / "MNIST" / "raw").is_dir():
        pytest.skip("MLPEXP_DATA_DIR names no folder with the MNIST files")
    table = csv_of(mlpexp, "-c", config(LENET), "--samples", 2)
    assert table[table["tensor"] == "all"].set_index("way").loc["by hand", "compared"] == 61_706
    assert table["largest_relative_difference"].max() < 1e-5


def test_the_tables(mlpexp: Command, config: Callable[..., Path]) -> None:
    result = mlpexp("gradcheck", "-c", config(TINY))
    for word in ("dense1.weight", "10 random directions", "10 of 12", "all 4", "for all 31", "central differences"):
        assert word in result.out
    assert "the first batch of 10 samples" in result.out


@pytest.mark.parametrize("format_", ["markdown", "latex"])
def test_tables_to_paste(format_: str, mlpexp: Command, config: Callable[..., Path]) -> None:
    result = mlpexp("gradcheck", "-c", config(TINY), "--format", format_)
    if format_ == "latex":
        assert_balanced(result.out)
        assert result.out.count(r"\begin{tabular}") == 4
    else:
        rows = [line for line in result.out.splitlines() if line.startswith("| dense1.weight")]
        assert len(rows) == 2  # its differences, and a value
    assert "first batch" in result.err


def test_the_seed_decides_the_weights(mlpexp: Command, config: Callable[..., Path]) -> None:
    texts = [csv_of(mlpexp, "-c", config(TINY), *more) for more in ([], ["--seed", 0], ["--seed", 1])]
    columns = [list(each["largest_relative_difference"].dropna()) for each in texts]
    assert columns[0] == columns[1] != columns[2]


def test_a_wrong_derivative_is_found(
    mlpexp: Command, config: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = Elementwise(torch.tanh, lambda dy, x, y: dy * (1 - y), torch.nn.Tanh)
    monkeypatch.setitem(activations.PLAIN, "tanh", wrong)
    result = mlpexp("gradcheck", "-c", config(TINY), "--set", "model.activation=tanh")
    assert result.code == 1
    assert re.fullmatch(
        r"error: dense1\.\w+: by hand and reverse mode differ by \S+ of the largest derivative, more than the tolerance of "
        r"1e-05\n",
        result.err,
    )


def test_a_tolerance_that_no_difference_meets(mlpexp: Command, config: Callable[..., Path]) -> None:
    result = mlpexp("gradcheck", "-c", config(TINY), "--set", "model.activation=tanh", "--tolerance", "1e-25")
    assert result.code == 1
    assert "more than the tolerance of 1e-25" in result.err


def test_a_kink_is_said_and_no_failure(mlpexp: Command, config: Callable[..., Path], tmp_path: Path) -> None:
    """The sample (0, 0) puts every hidden unit on the kink of ReLU as long as biases are 0."""
    (tmp_path / "zero.csv").write_text("a,b,y\n0,0,1\n1,2,0.5\n-1,1,0.2\n2,-1,-0.3\n")
    path = config(AT_ZERO)
    table = csv_of(mlpexp, "-c", path).set_index(["tensor", "way"])
    assert table.loc[("dense1.bias", "central differences"), "kinks"] == 3
    assert table.loc[("dense1.weight", "central differences"), "kinks"] == 0
    assert "at 3 entries the objective has a kink" in mlpexp("gradcheck", "-c", path).out
    assert "kink" not in mlpexp("gradcheck", "-c", path, "--set", "model.activation=tanh").out.split("float64")[1]


@pytest.mark.parametrize("format_", ["table", "markdown", "latex"])
def test_formulas(format_: str, mlpexp: Command, config: Callable[..., Path]) -> None:
    result = mlpexp("gradcheck", "-c", config(TINY), "--symbolic", "W2_11", "--format", format_)
    assert result.code == 0, result.err
    assert ("dE/dW2_11 = " if format_ == "table" else r"\frac{\partial E}{\partial W_{2 11}} = ") in result.out
    assert re.search(r"output(\.|\\.)weight\[0,0\]", result.out)
    if format_ == "latex":
        assert_balanced(result.out)


def test_all_formulas(mlpexp: Command, config: Callable[..., Path]) -> None:
    result = mlpexp("gradcheck", "-c", config(TINY), "--set", "model.hidden_sizes=[1]", "--symbolic", "all")
    assert len(re.findall(r"^dE/d(\w+) = ", result.out, re.MULTILINE)) == 3 + 1 + 3 + 3


@pytest.mark.parametrize("format_", ["table", "markdown", "latex"])
def test_the_chain_rule_with_numbers(format_: str, mlpexp: Command) -> None:
    result = mlpexp("gradcheck", "--explain", "--format", format_)
    assert (result.code, result.err) == (0, "")
    assert "Backward" in result.out
    if format_ == "latex":
        assert_balanced(result.out)
        assert result.out.count(r"\begin{align*}") == 10
    if format_ == "markdown":
        assert result.out.count("$$") == 20


def test_the_numbers_of_the_chain_rule_are_true(mlpexp: Command) -> None:
    """The printed factors multiply to the printed derivative, and the printed weights take the step."""
    text = mlpexp("gradcheck", "--explain", "--seed", 3).out
    *factors, product = re.search(r"dz_1\[1\]/dW_1\[1,1\] = (.*)", text)[1].replace(" = ", " * ").split(" * ")
    multiplied = 1.0
    for factor in factors:
        multiplied *= float(factor.strip("()"))
    assert multiplied == pytest.approx(float(product), abs=2e-4)
    before, gradient, after = (
        float(re.search(rf"^  {name} = \[?\s*(-?[\d.]+)", text, re.MULTILINE)[1])
        for name in ("W_2", r"dE/dW_2 = a_1' delta_2", r"W_2 <- W_2 - 0.1 dE/dW_2")
    )
    assert after == pytest.approx(before - 0.1 * gradient, abs=2e-4)
    first, second = (
        float(re.search(rf"{name} = ([\d.]+)", text)[1]) for name in (r"E = \(a_2 - t\)\^2", "E after the step")
    )
    assert second < first


def test_the_chain_rule_shows_max_pooling(mlpexp: Command) -> None:
    lines = mlpexp("gradcheck", "--explain").out.partition("dE/dx = ")[2].splitlines()[:4]
    shown = [[float(cell) for cell in line.strip(" []").split()] for line in lines]
    assert shown == [[0, 0, 0, 0], [0.1, 0, 0, 0.2], [0, 0, 0.4, 0], [0, 0.3, 0, 0]]


def test_values_stand_beside_the_differences(mlpexp: Command, config: Callable[..., Path]) -> None:
    path = config(TINY)
    table = csv_of(mlpexp, "-c", path, "--samples", 200)
    shown = table[table["value"].notna()]
    assert set(shown["way"]) == {"by hand", "NumPy", "central differences"}
    np.testing.assert_allclose(shown["value"], shown["reverse_mode"], rtol=1e-6)
    assert set(shown["tensor"]) == {"dense1.weight", "dense1.bias", "output.weight", "output.bias"}
    first = shown.iloc[0]
    line = next(
        line for line in mlpexp("gradcheck", "-c", path, "--samples", 200).out.splitlines() if "dense1.weight[" in line
    )
    assert f"[{first['entry']}]" in line
    assert f"{first['value']:.12g}" in line


def numbers(text: str) -> list[float]:
    return [float(cell) for cell in text.strip(" []\n").split()]


@pytest.mark.parametrize("format_", ["table", "markdown", "latex"])
def test_the_chain_rule_of_one_s_own_network(format_: str, mlpexp: Command) -> None:
    words = "--sample 70 --hidden-size 3 --loss softmax_squared_error --activation maxout --optimizer rmsprop"
    result = mlpexp("gradcheck", "iris/mlp", "--explain", *words.split(), "--format", format_)
    assert result.code == 0, result.err
    assert "sample 70 of iris" in result.out
    assert "Softmax and squared error" in result.out
    if format_ == "latex":
        assert_balanced(result.out)


def test_the_sample_is_the_one_that_was_named(mlpexp: Command) -> None:
    """Its values are those of the data set, and the network sees them standardized."""
    text = mlpexp("gradcheck", "iris/mlp", "--explain", "--sample", 70, "--hidden-size", 3).out
    own, shift, scale, x = (
        np.array(numbers(re.search(rf"^  {re.escape(name)} = \[(.*)\]", text, re.MULTILINE)[1]))
        for name in ("in its own units", "shift", "scale", "x = a_0 = (own - shift) / scale")
    )
    iris = load_iris()
    np.testing.assert_allclose(own, iris.data[70])
    np.testing.assert_allclose(x, (own - shift) / scale, atol=5e-4)
    assert f"species: {iris.target_names[iris.target[70]]}" in text
    assert "  t = [0 1 0]" in text


@pytest.mark.parametrize("loss", ["half_sum_squared_error", "sum_squared_error", "mean_squared_error"])
@pytest.mark.parametrize("output", ["none", "sigmoid", "tanh", "softmax"])
def test_every_output_layer_is_explained(output: str, loss: str, mlpexp: Command) -> None:
    """That its derivatives are those of reverse mode, the command checks itself."""
    keys = ("model.hidden_sizes=[2]", "model.activation=sigmoid", f"model.output_activation={output}", f"loss={loss}")
    result = mlpexp("gradcheck", "synthetic/xor", "--explain", *(word for key in keys for word in ("--set", key)))
    assert result.code == 0, result.err
    assert "dv_ih = eta e_h x_i" in result.out
    assert ("|sigmoid(W'x + b) - z|^2" in result.out) == (output == "sigmoid")
    assert ("/dnet_j" in result.out) == (output == "softmax")


@pytest.mark.parametrize(("config_name", "units"), [("synthetic/xor", "1 sigmoid"), ("iris/mlp", "3 sigmoid")])
def test_binary_cross_entropy_is_explained(config_name: str, units: str, mlpexp: Command) -> None:
    words = ("--hidden-size", 2, "--loss", "binary_cross_entropy", "--sample", 3)
    result = mlpexp("gradcheck", config_name, "--explain", *words)
    assert result.code == 0, result.err
    assert units in result.out
    assert re.search(r"delta_2 = dE/da_2 \* \(a_2 \* \(1 - a_2\)\) = a_2 - t = ", result.out)


def test_terms_of_penalty_and_class_weight_are_shown(mlpexp: Command) -> None:
    keys = ("optimizer.l2_penalty=0.01", "training.class_weights={versicolor: 2}", "training.gradient_clip=0.01")
    sets = [word for key in keys for word in ("--set", key)]
    text = mlpexp("gradcheck", "iris/mlp", "--explain", "--sample", 70, "--hidden-size", 3, *sets).out
    c, loss, penalty, whole = (
        float(re.search(rf"^  {re.escape(left)} = ([\d.]+)$", text, re.MULTILINE)[1])
        for left in ("c", "L = -sum t ln a_2", "P = lambda/2 (|W_1|^2 + |W_2|^2)", "E = c L + P")
    )
    assert c == 1.5  # twice as much as the others, and 1 in the mean over 35 samples of each class
    assert whole == pytest.approx(c * loss + penalty, abs=3e-4)
    assert "a_1' delta_2 + lambda W_2" in text
    assert "Its gradient is longer than 0.01" in text


def test_a_table_of_one_s_own_with_a_missing_cell(mlpexp: Command, tmp_path: Path) -> None:
    """The target is shown in its own units too, and names with any sign are text in LaTeX."""
    rows = ["a_b,c$,y", ",3,55.5", *(f"{0.1 * i},{i % 5},{50 + i}" for i in range(19))]
    (tmp_path / "own.csv").write_text("\n".join(rows) + "\n")
    table = "--data own.csv --target y --hidden-size 2 --set dataset.missing=mean --sample 0".split()
    more = ("--set", "dataset.target={column: y, standardize: true}", "--format", "latex")
    result = mlpexp("gradcheck", "--explain", *table, *more)
    assert result.code == 0, result.err
    assert r"inputs: a\_b, c\$" in result.out
    assert r"filled in, as they are missing: a\_b" in result.out
    assert r"\text{target in its own units} &= 55.5" in result.out
    assert_balanced(result.out)


def test_other_networks_are_not_explained(mlpexp: Command) -> None:
    result = mlpexp("gradcheck", "digits/cnn", "--explain")
    assert (result.code, result.out) == (2, "")
    assert "--explain: is for mlp, not for cnn" in result.err


@pytest.mark.parametrize(
    ("std", "more", "message"),
    [
        ("1e30", f"--set model.hidden_sizes={[2] * 12}".replace(", ", ","), "gives no finite number at these weights"),
        (
            "1e5", "--set model.activation=sigmoid --symbolic all",
            "--symbolic: an exponential in the formulas overflows at these weights",
        ),
    ],
)  # fmt: skip
def test_weights_beyond_all_numbers_are_one_line(
    std: str, more: str, message: str, mlpexp: Command, config: Callable[..., Path]
) -> None:
    config(TINY, "c.yaml")
    weights = ("--set", "model.hidden_sizes=[2]", "--set", f"model.init={{name: normal, std: {std}}}")
    result = mlpexp("gradcheck", "-c", "c.yaml", *weights, *more.split())
    assert result.code == 1
    assert len(result.err.splitlines()) == 1
    assert message in result.err


def assert_balanced(latex: str) -> None:
    """Environments close in the order in which they open, and so do braces; rows of a table have equally many cells."""
    opened: list[str] = []
    for kind, name in re.findall(r"\\(begin|end)\{([\w*]+)\}", latex):
        if kind == "begin":
            opened.append(name)
        else:
            assert opened.pop() == name
    assert not opened
    unescaped = re.sub(r"\\.", "", latex)
    assert unescaped.count("{") == unescaped.count("}")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("", "gradcheck: which config? for example"),
        ("--format text", "--format: 'text' is not known"),
        ("--explain --format csv", "--format: csv is for tables"),
        ("--explain --seed -1", "--seed: -1 is not a whole number between 0 and 2^63 - 1"),
        ("--explain --set seed=1", "--explain: shows a network of its own"),
        ("--explain --sample 1", "--explain: shows a network of its own, without --sample"),
        ("--explain --symbolic all -c c.yaml", "--explain: shows numbers, --symbolic formulas"),
        ("-c c.yaml --sample 1", "--sample: goes with --explain"),
        ("-c c.yaml --explain --sample -1", "--sample: -1 is below 0"),
        ("-c c.yaml --explain --sample 999", "--sample: there is no sample 999; the data set has"),
        ("-c c.yaml --explain --set model.hidden_sizes=[99]", "are not readable; at most 200 in rows of 16"),
        ("-c c.yaml --explain --set model.dropout=0.5", "--explain: is for networks without dropout"),
        ("-c c.yaml --samples 0", "--samples: 0 is not a positive number"),
        ("-c c.yaml --tolerance 0", "--tolerance: 0 is not a positive number"),
        ("-c c.yaml --tolerance nan", "--tolerance: nan is not a positive number"),
        ("-c nothing.yaml", "nothing.yaml: there is no such file"),
        ("-c c.yaml --set model.activation=rleu", "'rleu' is not known; did you mean relu?"),
        ("-c c.yaml --seed -1", "--seed -1: seed: should be at least 0, not -1"),
        ("-c c.yaml --symbolic W3_11", "--symbolic: 'W3_11' is not a parameter"),
        ("-c c.yaml --symbolic all --set model.hidden_sizes=[9]", "--symbolic: 66 parameters make formulas"),
        ("-c c.yaml --symbolic all --set model.batch_norm=true", "--symbolic: is for networks without dropout"),
        ("-c c.yaml --set model=som", "a self-organizing map does not follow a derivative"),
    ],
)
def test_what_cannot_be_checked_is_one_line(
    words: str, message: str, mlpexp: Command, config: Callable[..., Path]
) -> None:
    config(TINY, "c.yaml")
    result = mlpexp("gradcheck", *words.split())
    assert (result.code, result.out) == (2, "")
    assert len(result.err.splitlines()) == 1
    assert message in result.err


def test_mathematics_of_headings_is_mathematics_in_latex(mlpexp: Command) -> None:
    words = ("synthetic/xor", "--explain", "--output-activation", "sigmoid", "--loss", "half_sum_squared_error")
    latex = mlpexp("gradcheck", *words, "--format", "latex").out
    assert r"\subsection*{The last layer as $J = 1/2 |\sigma(W'x + b) - z|^2$}" in latex
    assert "The last layer as J = 1/2 |sigmoid(W'x + b) - z|^2" in mlpexp("gradcheck", *words).out


def test_the_error_by_step_has_two_slopes(mlpexp: Command, config: Callable[..., Path], tmp_path: Path) -> None:
    smooth = ("--set", "model.activation=tanh", "--samples", 200)
    answer = mlpexp("gradcheck", "-c", config(TINY), *smooth, "-o", tmp_path / "steps", "--plot-format", "svg")
    assert answer.code == 0
    assert {path.name for path in (tmp_path / "steps").iterdir()} == {"gradcheck.svg", "gradcheck.csv"}
    table = pd.read_csv(tmp_path / "steps" / "gradcheck.csv")
    log_step, log_error = np.log10(table["step"]), np.log10(table["largest"])
    best = table["step"][table["largest"].idxmin()]
    assert 1e-6 < best < 1e-3
    long, short = (np.polyfit(log_step[rows], log_error[rows], 1)[0] for rows in (log_step > -3, log_step < -7))
    assert long == pytest.approx(2, abs=0.1)  # curvature
    assert short == pytest.approx(-1, abs=0.2)  # rounding
    at_both = table[table["step"].between(0.9e-7, 1.1e-3)].iloc[::2]
    said = re.findall(r"^ +(1e-0[3-7]|0\.001|0\.0001) +(\S+)$", answer.out, re.M)
    assert [f"{error:.1e}" for error in at_both["largest"]] == [error for _, error in said]  # as in the table


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--plot-format", "svg"), "--plot-format: nothing is drawn without --output"),
        (("--explain", "-o", "here"), "--output: is for the figure of the comparison"),
    ],
)
def test_a_figure_that_cannot_be(words: tuple[str, ...], said: str, mlpexp: Command, tmp_path: Path) -> None:
    answer = mlpexp("gradcheck", "iris/mlp", *words)
    assert answer.code == 2 and said in answer.err
    assert not (tmp_path / "here").exists()
