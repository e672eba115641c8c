"""Words in LaTeX: no mark of them acts, every letter of every script is taken, and what has no font is a box."""

import shutil
import subprocess
from pathlib import Path
from unicodedata import category

import pytest

from mlpexp.report.latex_text import DEFINITIONS, is_mostly_wide, latex_code, latex_text, needed, unguarded

ASCII = "".join(map(chr, range(32, 127)))
LETTERS = [chr(code) for code in (*range(0xA0, 0x2400), *range(0x2400, 0xD800, 23), *range(0xF900, 0x20000, 41))]
EVERY = [letter for letter in LETTERS if category(letter)[0] in "LMNPSZ"]
GREEK = (
    ("α", r"$\alpha$"),
    ("Ω", r"$\Omega$"),
    ("Α", r"$\mathrm{A}$"),
    ("ώ", r"$\acute{\omega}$"),
    ("ς", r"$\varsigma$"),
)


def compiled(folder: Path, program: str, packages: str, body: str) -> str:
    """What LaTeX says of an article; a test without the program is skipped."""
    if shutil.which(program) is None:
        pytest.skip(f"no {program} here")
    lines = [r"\documentclass{article}", packages, r"\begin{document}", DEFINITIONS, body, r"\end{document}"]
    (folder / "paper.tex").write_text("\n".join(lines) + "\n", encoding="utf-8")
    command = [program, "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "paper.tex"]
    done = subprocess.run(command, cwd=folder, capture_output=True)
    said = done.stdout.decode("utf-8", errors="replace")
    assert done.returncode == 0, said[-800:]
    return said


def test_no_mark_acts() -> None:
    for written in (latex_text(ASCII), latex_code(ASCII)):
        for mark in r"%&#":
            assert written.count(mark) == written.count(rf"\{mark}") == 1
        assert not set("~^") & set(written)
    assert latex_text(r"\input{x}") == r"\textbackslash{}input\{x\}"
    assert latex_text("a\x07b\u202ec") == r"a\textbackslash{}x07b\textbackslash{}u202ec"


def test_two_dashes_stay_two_and_no_line_breaks_an_option() -> None:
    assert latex_text("say --margin 0.1") == r"say \mbox{-{}-margin} 0.1"
    assert latex_text("a---b ''c'' ,,d") == r"a-{}-{}-b '{}'c'{}' ,{},d"


@pytest.mark.parametrize(("letter", "command"), GREEK)
def test_greek_letters_are_mathematics(letter: str, command: str) -> None:
    assert latex_text(letter) == command


def test_what_every_font_has_is_left_as_it_is() -> None:
    assert latex_text("Größe, naïve café, Łódź") == "Größe, naïve café, Łódź"
    assert latex_text("cafe\u0301") == "café"
    assert needed(latex_text("Größe 5′ × 2 ≤ α")) == ""


def test_other_letters_are_asked_for_one_by_one_and_chinese_ones_by_the_word() -> None:
    assert latex_text("ж ✓") == r"\mlpexpletter{ж}{436} \mlpexpletter{✓}{2713}"
    assert latex_text("花卉, 3") == r"\mlpexpwide{花卉}, 3"
    assert needed(latex_text("ж")) == needed(latex_text("花")) == DEFINITIONS
    paragraph = latex_text("本文训练了用于分类的多层感知机 (6 units)")
    assert is_mostly_wide(paragraph)
    assert unguarded(paragraph) == "本文训练了用于分类的多层感知机 (6 units)"
    assert not is_mostly_wide(latex_text("The data set 花卉 was split"))
    assert not is_mostly_wide(latex_text("plain words"))


def test_pdflatex_takes_every_letter(tmp_path: Path) -> None:
    """In text, in code, in headings and captions, which go through files."""
    named = latex_text("ж 花 ά ✓ đ")
    float_of = rf"\begin{{figure}}\caption{{{named}}}\end{{figure}}"
    body = [rf"\section{{{named}}}", rf"\tableofcontents {float_of}", *map(latex_text, EVERY)]
    body += [rf"\texttt{{{latex_code(ASCII)}}}"]
    compiled(tmp_path, "pdflatex", "", "\n".join(body))
    compiled(tmp_path, "pdflatex", "", "\n".join(body))  # with the table of contents of the first time


def test_xelatex_sets_what_its_font_has_and_loses_nothing_in_silence(tmp_path: Path) -> None:
    body = r"\tracinglostchars=2 " + " ".join(map(latex_text, "жעß花✓😀"))
    assert "Missing character" not in compiled(tmp_path, "xelatex", "", body)


def test_ctex_has_the_chinese_letters(tmp_path: Path) -> None:
    if shutil.which("kpsewhich") is None or subprocess.run(["kpsewhich", "ctex.sty"], capture_output=True).returncode:
        pytest.skip("no ctex here: texlive-lang-chinese")
    body = rf"\section{{{latex_text('花卉')}}} \setbox0\hbox{{{latex_text('花卉')}}}\typeout{{WIDTH \the\wd0}}"
    said = compiled(tmp_path, "xelatex", r"\usepackage{ctex}", body)
    assert float(said.split("WIDTH ")[1].split("pt")[0]) > 19  # two letters of 10 points, no box
