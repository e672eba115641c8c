"""``mlpexp report`` as PDF and as LaTeX: the same contents, names that are commands elsewhere, equal bytes."""

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from making.command_line import Answer
from making.trained_results import Make

pytestmark = pytest.mark.usefixtures("lazy_disk")
HOSTILE = r"\input{x} 50% & $a_1$ #b {c} ~^ #sys.version [d] <e> \"f\" -- `g` */ //"
SCRIPTS = "имя όνομα 名称 שם 😀\u200d ✓ 5′ ½ e\u0301 \u202e đ µ²"  # letters that LaTeX stops at, or loses
RUN = f"""\
name: flowers
description: '{HOSTILE} {SCRIPTS}'
dataset: {{name: iris, test_fraction: 0.3}}
model: {{name: mlp, hidden_sizes: [6], activation: relu}}
optimizer: {{name: adam, learning_rate: 0.05}}
training: {{batch_size: 16, epochs: 3}}
seeds: 2
"""
SWEEP = RUN.replace("seeds: 2\n", "sweep: {over: {learning_rate: [0.0001, 0.05], hidden_size: [2, 6]}, seeds: 2}\n")
PAPER = r"""\documentclass{article}
\usepackage{amsmath,booktabs,graphicx}
\begin{document}
\input{report}
\end{document}
"""
Call = Callable[..., Answer]


def has_booktabs() -> bool:
    tools = shutil.which("pdflatex"), shutil.which("kpsewhich")
    return all(tools) and subprocess.run(["kpsewhich", "booktabs.sty"], capture_output=True).returncode == 0


@pytest.mark.parametrize("config", [RUN, SWEEP], ids=["run", "sweep"])
def test_a_pdf_is_the_same_twice(trained: Make, mlpexp: Call, tmp_path: Path, config: str) -> None:
    pytest.importorskip("typst", reason="PDF needs the extra [pdf]")
    path, file = trained(config).path, tmp_path / "report.pdf"
    assert mlpexp("report", path, "-o", file).out == f"{file}\n"
    first = file.read_bytes()
    assert first.startswith(b"%PDF-")
    assert b"CreationDate" not in first
    assert len(first) < 1_000_000
    assert mlpexp("report", path, "-o", file).code == 0  # its own report is written over
    assert file.read_bytes() == first


def test_a_pdf_of_something_else_stays(trained: Make, mlpexp: Call, tmp_path: Path) -> None:
    pytest.importorskip("typst", reason="PDF needs the extra [pdf]")
    file = tmp_path / "thesis.pdf"
    file.write_bytes(b"%PDF-1.7 a thesis \xff")
    answer = mlpexp("report", trained(RUN).path, "-o", file)
    assert answer.code == 2
    assert "is no report of" in answer.err
    assert file.read_bytes() == b"%PDF-1.7 a thesis \xff"


@pytest.mark.parametrize("config", [RUN, SWEEP], ids=["run", "sweep"])
def test_a_section_is_read_by_a_plain_article(trained: Make, mlpexp: Call, tmp_path: Path, config: str) -> None:
    folder = tmp_path / "paper"
    folder.mkdir()
    assert mlpexp("report", trained(config).path, "-o", folder / "report.tex").code == 0
    text = (folder / "report.tex").read_text(encoding="utf-8")
    figures = re.findall(r"\\includegraphics\[[^]]*\]\{([^}]*)\}", text)
    assert figures
    assert {Path(name).parent.name for name in figures} == {"report-figures"}
    for name in figures:
        assert (folder / name).is_file()
        assert (folder / name).with_suffix(".csv").is_file()
    assert r"\input{x}" not in text
    captions, labels = text.count(r"\caption{"), re.findall(r"\\label\{([^}]*)\}", text)
    assert len(set(labels)) == len(labels) == captions - text.count(" (continued)}")
    assert set(re.findall(r"\\ref\{([^}]*)\}", text)) <= set(labels)
    assert re.search(r"See (Table|Figure)s?~\\ref", text)
    if not has_booktabs():
        pytest.skip("no pdflatex with booktabs here")
    (folder / "paper.tex").write_text(PAPER, encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "paper.tex"]
    compiled = subprocess.run(command, cwd=folder, capture_output=True)
    said = compiled.stdout.decode("latin-1")
    assert compiled.returncode == 0, said[-1500:]
    assert "Overfull" not in said
    assert "Float too large" not in said


def test_latex_and_markdown_share_their_figures(trained: Make, mlpexp: Call, tmp_path: Path) -> None:
    path = trained(RUN).path
    for suffix in ("tex", "md", "tex"):
        assert mlpexp("report", path, "-o", tmp_path / f"report.{suffix}").code == 0
    (tmp_path / "other-figures").mkdir()
    answer = mlpexp("report", path, "-o", tmp_path / "other.tex")
    assert (answer.code, "where the figures go" in answer.err) == (2, True)


def test_a_name_that_latex_cannot_read_is_refused(trained: Make, mlpexp: Call, tmp_path: Path) -> None:
    answer = mlpexp("report", trained(RUN).path, "-o", tmp_path / "50%.tex")
    assert answer.code == 2
    assert "LaTeX finds no figures beside a name with %" in answer.err
    assert not list(tmp_path.glob("50*"))
