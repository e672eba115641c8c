"""``mlpexp params --draw``: what is in the drawing, against the arithmetic and the data; letters of any script; refusals."""

import re
import shutil
import subprocess
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image

from making.command_line import Answer

SVG = "{http://www.w3.org/2000/svg}"
ODD = ("花瓣长度", '<b>&"x" $y_1$', "ширина_%", "{}#~^\\")
TABLE = """\
dataset: {name: csv, path: odd.csv, target: kind, test_fraction: 0.3}
model: {name: mlp, hidden_sizes: [5, 4], activation: [tanh, relu], dropout: 0.1, batch_norm: true}
optimizer: {name: sgd, learning_rate: 0.1}
training: {batch_size: 4, epochs: 2}
"""
LAYERS = """\
dataset: {name: digits, test_fraction: 0.3}
model:
  name: cnn
  layers:
    - {layer: conv, channels: 24, kernel_size: 3, padding: same, batch_norm: true}
    - {layer: conv, channels: 6, kernel_size: 3, stride: 2, activation: {name: maxout, pieces: 2}}
    - {layer: average_pool, kernel_size: 2, stride: 1}
    - {layer: dropout, rate: 0.25}
    - {layer: dense, units: 64, activation: prelu}
optimizer: {name: sgd, learning_rate: 0.1}
training: {batch_size: 32, epochs: 2}
"""
Call = Callable[..., Answer]


class Page:
    """The drawing of an SVG file."""

    def __init__(self, path: Path) -> None:
        self.root = ElementTree.fromstring(path.read_bytes())
        self.groups = {str(group.findtext(f"{SVG}title")): group for group in self.root.iter(f"{SVG}g")}

    def texts(self, name: str | None = None) -> list[str]:
        return [text.text or "" for text in (self.groups[name] if name else self.root).iter(f"{SVG}text")]

    def count(self, name: str, kind: str) -> int:
        return len(list(self.groups[name].iter(f"{SVG}{kind}")))


@pytest.fixture
def drawn(mlpexp: Call, tmp_path: Path) -> Callable[..., Page]:
    def draw(*words: object) -> Page:
        path = tmp_path / "network.svg"
        path.unlink(missing_ok=True)
        answer = mlpexp("params", *words, "--draw", path)
        assert answer.code == 0, answer.err
        assert f"written: {path}" in answer.err
        return Page(path)

    return draw


@pytest.fixture
def table(config: Callable[[str], Path], tmp_path: Path) -> Path:
    names = ",".join('"' + name.replace('"', '""') + '"' for name in ODD)
    rows = [f"{i},{i * 7 % 5},{i * 3 % 4},{i * 5 % 7},{'山鳶尾' if i % 2 else 'a & b'}" for i in range(20)]
    (tmp_path / "odd.csv").write_text("\n".join([f"{names},kind", *rows]) + "\n", encoding="utf-8")
    return config(TABLE)


def test_lenet_is_drawn_as_planes_with_its_arithmetic(drawn: Callable[..., Page]) -> None:
    page = drawn("lenet5")
    sizes = ["1 @ 32×32", "6 @ 28×28", "6 @ 14×14", "16 @ 10×10", "16 @ 5×5", "120 units", "84 units", "10 units"]
    names = ["input", "conv1", "pool1", "conv2", "pool2", "dense1", "dense2", "output"]
    stages = [f"{name}: {size}" for name, size in zip(names, sizes, strict=True)]
    assert [name for name in page.groups if ": " in name] == stages
    assert page.texts(stages[1]) == ["conv1", "6 @ 28×28", "conv 5×5", "sigmoid", "32−5+1 = 28", "(5·5·1+1)·6", "= 156"]
    assert "⌊(28−2)/2⌋+1 = 14" in page.texts(stages[2])
    assert [page.count(stage, "polygon") for stage in stages] == [1, 6, 6, 16, 16, 1, 1, 1]
    assert all(f"from {one} to {other}" in page.groups for one, other in pairwise(names))
    assert page.texts()[0] == "lenet5, input 32×32×1: 61,706 parameters"
    totals = [int(text.removeprefix("= ").replace(",", "")) for text in page.texts() if text.startswith("= ")]
    totals += [int(text.rpartition(" = ")[2]) for text in page.texts() if re.match(r"\(.*·.* = ", text)]
    assert sum(totals) == 61_706


def test_a_small_perceptron_is_drawn_as_units_and_weights(drawn: Callable[..., Page]) -> None:
    page = drawn("mlp", "4-16-3")
    assert page.count("input: 4 inputs", "circle") == 4
    assert page.count("dense1: 16 units", "circle") == 16
    assert page.count("weights from input to dense1", "polyline") == 4 * 16
    assert page.count("weights from dense1 to output", "polyline") == 16 * 3
    assert page.texts("names of output") == ["y₁", "y₂", "y₃"]


def test_of_a_wide_layer_the_first_and_last_units_are_drawn_and_it_is_said(mlpexp: Call, tmp_path: Path) -> None:
    answer = mlpexp("params", "mlp", "784-17-10", "--draw", "a.svg")
    assert "more than 16 units are not all drawn (input, dense1); their number is written" in answer.err
    page = Page(tmp_path / "a.svg")
    assert page.count("input: 784 inputs", "circle") == 9 + 3  # with the dots
    assert page.count("weights from input to dense1", "polyline") == 9 * 9
    assert page.texts("names of input")[-1] == "x₇₈₄"
    assert "784 inputs" in page.texts()


def test_the_names_of_the_data_stand_beside_the_units_whatever_their_letters(
    drawn: Callable[..., Page], table: Path
) -> None:
    page = drawn("--config", table)
    assert page.texts("names of input") == list(ODD)
    assert page.texts("names of output") == ["a & b", "山鳶尾"]
    assert page.texts("dense1: 5 units")[2:6] == ["dense", "batch norm", "tanh", "dropout 0.1"]
    assert "relu" in page.texts("dense2: 4 units")


def test_own_layers_are_drawn_in_rows_as_wide_as_a_page(drawn: Callable[..., Page], config: Callable) -> None:
    page = drawn("--config", config(LAYERS))
    assert page.count("conv1: 24 @ 8×8", "polygon") == 16  # the first of 24
    assert page.texts("conv2: 6 @ 3×3")[2:5] == ["conv 3×3", "stride 2", "maxout"]
    assert page.texts("pool1: 6 @ 2×2")[2:5] == ["average 2×2", "stride 1", "dropout 0.25"]
    assert "64 slopes = 64" in page.texts("dense1: 64 units")
    assert float(page.root.attrib["width"].removesuffix("pt")) < 620


def test_nothing_leaves_the_page(drawn: Callable[..., Page], table: Path, config: Callable[..., Path]) -> None:
    more = "    - {layer: dense, units: 9}\n" * 20
    deep = config(LAYERS.replace("    - {layer: dense", more + "    - {layer: dense"), "deep.yaml")
    for words in (
        ["lenet5"],
        ["mlp", "2-1"],
        ["cnn4"],
        ["mlp", "-".join(["3"] * 30)],
        ["--config", table],
        ["--config", deep],
    ):
        root = drawn(*words).root
        width, height = (float(root.attrib[side].removesuffix("pt")) for side in ("width", "height"))
        numbers = [
            (float(x), float(y))
            for shape in (*root.iter(f"{SVG}polygon"), *root.iter(f"{SVG}polyline"))
            for x, y in (point.split(",") for point in shape.attrib["points"].split())
        ]
        numbers += [(float(text.attrib["x"]), float(text.attrib["y"])) for text in root.iter(f"{SVG}text")]
        assert all(0 < x < width and 0 < y < height for x, y in numbers), words


def test_png_and_pdf_are_whole_and_equal_drawings_have_equal_bytes(mlpexp: Call, tmp_path: Path) -> None:
    for suffix in ("png", "pdf", "svg", "tex"):
        for name in ("one", "two"):
            assert mlpexp("params", "lenet5", "--draw", f"{name}.{suffix}").code == 0
        assert (tmp_path / f"one.{suffix}").read_bytes() == (tmp_path / f"two.{suffix}").read_bytes()
    with Image.open(tmp_path / "one.png") as image:
        assert image.width > 1200
    pdf = (tmp_path / "one.pdf").read_bytes()
    assert pdf.startswith(b"%PDF") and pdf.rstrip().endswith(b"%%EOF")


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="no LaTeX here: texlive-latex-base and texlive-pictures")
@pytest.mark.parametrize("words", [["lenet5"], ["mlp", "4-16-3"], ["--config", "latin.yaml"]])
def test_tikz_compiles(words: list[str], mlpexp: Call, config: Callable[..., Path], tmp_path: Path) -> None:
    rows = [f"{i},{i % 3},{'a & b' if i % 2 else '50 % {x}'}" for i in range(20)]
    (tmp_path / "odd.csv").write_text("\n".join(["a_1$^,#2\\,kind", *rows]) + "\n", encoding="utf-8")
    config(TABLE, "latin.yaml")
    answer = mlpexp("params", *words, "--draw", "network.tex")
    assert answer.code == 0, answer.err
    (tmp_path / "paper.tex").write_text(
        "\\documentclass{article}\\usepackage{tikz}\\begin{document}\\input{network.tex}\\end{document}\n"
    )
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "paper.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-800:]


def test_names_in_other_scripts_are_kept_in_tikz_with_a_word(mlpexp: Call, table: Path, tmp_path: Path) -> None:
    assert mlpexp("params", "--config", table, "--draw", "network.tex").code == 0
    text = (tmp_path / "network.tex").read_text(encoding="utf-8")
    assert "xelatex or lualatex" in text and r"{\mlpexpwide{花瓣长度}}" in text and r"{a \& b}" in text


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["lenet5", "--draw", "a.gif"], "--draw: a.gif: .gif is not known"),
        (["lenet5", "--draw", "a"], "--draw: a: no ending is not known"),
        (["lenet5", "--draw", "there.svg"], "--draw: there.svg exists, and nothing is written over; name another file"),
        (["lenet5", "cnn4", "--draw", "a.svg"], "--draw: draws one network, but 2 are named"),
        (["mlp", "4-3", "mlp", "4-2", "--draw", "a.svg"], "--draw: draws one network, but 2 are named"),
        (["resnet", "--draw", "a.svg"], "params: 'resnet' is not a network"),
    ],
)
def test_refusals_write_nothing(words: list[str], sentence: str, mlpexp: Call, tmp_path: Path) -> None:
    (tmp_path / "there.svg").write_text("mine")
    answer = mlpexp("params", *words)
    assert answer.code == 2
    assert answer.out == ""
    assert sentence in answer.err
    assert [path.name for path in tmp_path.iterdir()] == ["there.svg"]
    assert (tmp_path / "there.svg").read_text() == "mine"
