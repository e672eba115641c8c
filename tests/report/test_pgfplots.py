"""Figures as pgfplots pictures: they read the CSV file beside them, LaTeX takes them, and what they leave out is said."""

import logging
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from making.results_builder import BATCH, HIDDEN, LR, SINE, BuiltResult, build_run, build_sweep
from mlpexp.report.drawing.style import Drawing, new_figure
from mlpexp.report.figures.catalogue import draw_figures
from mlpexp.report.pgfplots.parts import Table, of_rows, steps_at
from mlpexp.report.pgfplots.pictures import MOST_ROWS, picture

PAPER = r"""\documentclass{article}
\usepackage{pgfplots}\usepgfplotslibrary{fillbetween}\pgfplotsset{compat=1.16,table/search path={plots}}
\begin{document}
"""
NASTY = ["a,b", "50 % of #2", r"\input{x}_$", "{one"]


def has_pgfplots() -> bool:
    tools = shutil.which("pdflatex"), shutil.which("kpsewhich")
    return all(tools) and subprocess.run(["kpsewhich", "pgfplots.sty"], capture_output=True).returncode == 0


def compiled(folder: Path, pictures: list[str]) -> str:
    """What LaTeX says of an article that has these files of ``plots/``."""
    contents = "\n\n".join(rf"\noindent\input{{plots/{name}}}\clearpage" for name in pictures)
    (folder / "paper.tex").write_text(f"{PAPER}{contents}\n\\end{{document}}\n", encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "paper.tex"]
    answer = subprocess.run(command, cwd=folder, capture_output=True)
    said = answer.stdout.decode("latin-1")
    assert answer.returncode == 0, said[-1500:]
    return said


def tex_pictures(built: BuiltResult) -> list[str]:
    drawn = draw_figures(built.result, ("tex",))
    assert {path.suffix for path in drawn} <= {".tex", ".pdf"}
    return sorted(path.name for path in drawn if path.suffix == ".tex")


def a_run(folder: Path) -> BuiltResult:
    return build_run(folder, epochs=6, lost=lambda settings, seed: "diverged" if seed == 1 else "")


def a_grid(folder: Path) -> BuiltResult:
    return build_sweep(folder, {LR: ["0.01", "0.1"], HIDDEN: ["[4]", "[4, 3]"]}, seeds=3, epochs=6)


def a_regression(folder: Path) -> BuiltResult:
    return build_run(folder, config=SINE, epochs=6, seeds=2)


@pytest.mark.parametrize(
    ("build", "expected"),
    [
        (a_run, {"loss", "accuracy", "confusion_matrix"}),
        (a_grid, {"effect_learning_rate", "effect_hidden_sizes", "curves_learning_rate", "arms", "heat_map"}),
        (a_regression, {"loss", "predicted_true"}),
    ],
)
def test_latex_takes_every_picture(build: Callable[[Path], BuiltResult], expected: set[str], tmp_path: Path) -> None:
    built = build(tmp_path)
    names = tex_pictures(built)
    assert {Path(name).stem for name in names} >= expected
    for name in names:
        numbers = built.path / "plots" / Path(name).with_suffix(".csv")
        assert len(pd.read_csv(numbers)) > 0
    if not has_pgfplots():
        pytest.skip("no pdflatex with pgfplots here: texlive-latex-base and texlive-pictures")
    said = compiled(built.path, names)
    assert "no coordinates" not in said
    assert "Missing character" not in said
    too_wide = re.findall(r"Overfull .hbox \(([\d.]+)pt too wide\)", said)
    assert not [points for points in too_wide if float(points) > 3]


def test_a_picture_reads_the_file_of_its_numbers(tmp_path: Path) -> None:
    built = build_sweep(tmp_path, {LR: ["0.01", "0.1"], BATCH: ["4", "16"]}, seeds=3, epochs=6)
    tex_pictures(built)
    text = (built.path / "plots" / "effect_learning_rate.tex").read_text(encoding="utf-8")
    assert "{effect_learning_rate.csv}" in text
    assert r"xtick={0.01,0.1}" in text
    assert "% mean and 95\u00a0% interval" in text  # for the caption
    arms = (built.path / "plots" / "arms.tex").read_text(encoding="utf-8")
    assert ".csv}" not in arms  # the names of arms have commas, which pgfplots would take for ends of cells


def test_what_pgfplots_cannot_draw_is_a_pdf_and_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    built = a_grid(tmp_path)
    with caplog.at_level(logging.WARNING):
        drawn = draw_figures(built.result, ("tex", "png"))
    names = {path.name for path in drawn}
    assert {"confusion_matrices.pdf", "confusion_matrices.png", "arms.tex", "arms.png"} <= names
    assert "confusion_matrices.tex" not in names
    assert "arms.pdf" not in names
    [sentence] = [record.getMessage() for record in caplog.records if "PDF" in record.getMessage()]
    assert "confusion_matrices" in sentence
    assert "arms" not in sentence


def test_numbers_that_are_names_have_a_place_each() -> None:
    figure = new_figure("a title")
    figure.add_subplot().set(xlim=(-0.5, 1.5), ylim=(0, 1), xlabel="模型")
    points = pd.DataFrame({"model.size": ["6", "2"], "n": 2, "mean": 0.5, "low": 0.4, "high": 0.6})
    text = picture("effect_size", Drawing(figure, points))
    assert text is not None
    assert "x expr={(\\coordindex>=1)}" in text
    assert "xtick={0,1}" in text
    assert "xticklabels={{6},{2}}" in text
    assert "% Some letters need xelatex or lualatex" in text
    assert r"\mlpexpwide{模型}" in text


def test_names_are_no_commands(tmp_path: Path) -> None:
    cells = [(one, other) for one in NASTY for other in NASTY]
    numbers = pd.DataFrame(cells, columns=["target", "predicted"]).assign(count=3, row_percent=25.0)
    figure = new_figure("$x_1$ & 50 % \\input{x}", "a note\nof two lines")
    figure.add_subplot().set(xlabel="#1 \\end{axis}", ylabel="true_class")
    text = picture("confusion_matrix", Drawing(figure, numbers))
    assert text is not None
    lines = [line for line in text.splitlines() if not line.startswith("%")]
    assert not [line for line in lines if r"\input{x}" in line or r"\end{axis} " in line]
    if not has_pgfplots():
        pytest.skip("no pdflatex with pgfplots here: texlive-latex-base and texlive-pictures")
    (tmp_path / "plots").mkdir()
    (tmp_path / "plots" / "confusion_matrix.tex").write_text(text, encoding="utf-8")
    compiled(tmp_path, ["confusion_matrix.tex"])


def test_values_that_exploded_are_taken_too(tmp_path: Path) -> None:
    epochs = np.arange(5)
    numbers = pd.DataFrame({"epoch": epochs, "part": "train", "n": 2, "mean": [1.0, 0.5, 1e30, np.nan, 0.4]})
    numbers = numbers.assign(low=numbers["mean"] / 2, high=numbers["mean"] * 1e6)
    figure = new_figure("a title")
    figure.add_subplot().set(xlim=(0, 4), ylim=(0, 1), xlabel="epoch", ylabel="loss")
    text = picture("loss", Drawing(figure, numbers))
    assert text is not None
    if not has_pgfplots():
        pytest.skip("no pdflatex with pgfplots here: texlive-latex-base and texlive-pictures")
    (tmp_path / "plots").mkdir()
    (tmp_path / "plots" / "loss.tex").write_text(text, encoding="utf-8")
    numbers.to_csv(tmp_path / "plots" / "loss.csv", index=False, na_rep="nan")
    compiled(tmp_path, ["loss.tex"])


def test_a_figure_of_very_many_numbers_is_no_picture() -> None:
    figure = new_figure("a title")
    figure.add_subplot()
    rows = pd.DataFrame({"epoch": np.arange(MOST_ROWS + 1), "learning_rate": 0.1})
    assert picture("learning_rate", Drawing(figure, rows)) is None
    assert picture("learning_rate", Drawing(figure, rows[1:])) is not None


@pytest.mark.parametrize("seed", range(5))
def test_the_rows_of_a_line_are_those_wanted(seed: int) -> None:
    wanted = np.random.default_rng(seed).random(23) < 0.5
    left_out = re.findall(r"skip coords between index=\{(\d+)\}\{(\d+)\}", of_rows(wanted))
    kept = set(range(23)) - {row for first, end in left_out for row in range(int(first), int(end))}
    assert kept == set(np.flatnonzero(wanted).tolist())
    assert of_rows(np.ones(3, dtype=bool)) == ""


def test_places_of_words_are_counted() -> None:
    steps = steps_at([2, 5])[1:-1]
    assert [eval(steps.replace(r"\coordindex", str(row))) for row in range(7)] == [0, 0, 1, 1, 1, 2, 2]


def test_a_table_with_commas_stands_in_the_picture() -> None:
    numbers = pd.DataFrame({"name": ["0.1, 4", "plain"], "mean": [0.5, np.nan]})
    assert Table("arms", numbers[1:]).source("x index=1") == "table[col sep=comma,x index=1] {arms.csv}"
    assert "0,0.5\\\\\n0,nan\\\\" in Table("arms", numbers).source("x index=1")
