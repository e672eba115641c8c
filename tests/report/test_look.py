"""How wide figures are and how large their letters: as asked for, or as the user's matplotlibrc says."""

import os
import re
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pandas as pd
import pytest
from PIL import Image
from pypdf import PdfReader

from making.drawing import drawn_elsewhere
from making.results_builder import build_run
from mlpexp.errors import InputError
from mlpexp.report.drawing.look import STYLES, Look, drawn_for, look_of
from mlpexp.report.drawing.save_figures import Lacks, rendered
from mlpexp.report.drawing.style import Drawing, Shape, in_style, new_figure

IMPOSSIBLE = "savefig.dpi: 0\nfigure.figsize: nan, 3\nlegend.framealpha: 7\nxtick.major.pad: 1e9\naxes.linewidth: -3\n"
SINGLE_COLUMN = Look(85 / 25.4, 8.0)


@in_style()
def lines(shape: Shape = "free", title: str = "two lines") -> Drawing:
    figure = new_figure(title, "mean of n = 5 seeds", shape=shape)
    axes = figure.add_subplot()
    axes.plot([1, 2], [1, 2])
    axes.set(xlabel="epoch", ylabel="accuracy (%)")
    return Drawing(figure, pd.DataFrame({"x": [1, 2]}))


@pytest.mark.parametrize(
    ("options", "look"),
    [
        (("paper", None, None), Look(5.5, 9.0)),
        (("slides", None, None), Look(10.0, 18.0)),
        (("slides", "12in", None), Look(12.0, 18.0)),
        ((None, "8.5cm", None), Look(8.5 / 2.54, 9.0)),
        ((None, "85 mm", 7), Look(85 / 25.4, 7.0)),
        ((None, "240pt", None), Look(240 / 72.27, 9.0)),
        ((None, None, 11.5), Look(5.5, 11.5)),
    ],
)
def test_options_are_a_look(options: tuple[str | None, str | None, float | None], look: Look) -> None:
    found = look_of(*options)
    assert found is not None
    assert (found.width, found.font_size) == pytest.approx((look.width, look.font_size))


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("slide", None, None), "--style: 'slide' is not known; did you mean slides?"),
        ((None, "8.5", None), "--width: '8.5' is no width; expected a number with cm, mm, in, pt, such as 8.5cm"),
        ((None, "wide", None), "--width: 'wide' is no width"),
        ((None, "1mm", None), "--width: 1mm is 0.0394 inches; expected 1 to 40"),
        ((None, None, 2.0), "--font-size: 2 points; expected 4 to 60"),
        ((None, None, float("nan")), "--font-size: nan points; expected 4 to 60"),
    ],
)
def test_what_is_no_look_is_refused(options: tuple[str | None, str | None, float | None], sentence: str) -> None:
    with pytest.raises(InputError, match=re.escape(sentence)):
        look_of(*options)


@pytest.mark.parametrize("shape", ["free", "rows", "fixed"])
@pytest.mark.parametrize("look", [SINGLE_COLUMN, *STYLES.values()])
def test_files_are_as_wide_as_asked_for(shape: Shape, look: Look) -> None:
    with drawn_for(look):
        files = rendered(lines(shape), ["png", "svg", "pdf"], lacks=Lacks())
    assert Image.open(BytesIO(files["png"])).width == pytest.approx(200 * look.width, abs=1.5)
    size = re.search(rb'<svg [^>]*?width="([0-9.]+)pt"', files["svg"])
    assert size is not None
    assert float(size[1]) == pytest.approx(72 * look.width, rel=1e-4)
    page = PdfReader(BytesIO(files["pdf"])).pages[0]
    assert float(page.mediabox.width) == pytest.approx(72 * look.width, rel=1e-4)


def test_letters_have_the_size_asked_for() -> None:
    """A title has 10 points where most letters have 9."""
    with drawn_for(Look(8.0, 13.5)):
        page = PdfReader(BytesIO(rendered(lines(), ["pdf"])["pdf"])).pages[0]
    heights: dict[str, float] = {}

    def note(text: str, cm: list[float], tm: list[float], font: object, size: float) -> None:
        heights[text.strip()] = size * tm[0] * cm[0]

    page.extract_text(visitor_text=note)
    assert heights["two lines"] == pytest.approx(15.0, rel=1e-3)
    assert heights["epoch"] == pytest.approx(13.5, rel=1e-3)


def test_what_has_no_room_for_such_letters_is_said(caplog: pytest.LogCaptureFixture) -> None:
    with drawn_for(SINGLE_COLUMN):
        rendered(lines(), ["png"], "small enough")
        assert caplog.text == ""
        rendered(lines("fixed"), ["png"], "matrix")
    assert "letters are smaller where the width has no room for those asked for; in points: matrix 5.5" in caplog.text


def test_a_look_is_for_what_is_drawn_within_it_alone() -> None:
    before = rendered(lines(), ["png", "svg", "pdf"])
    with drawn_for(STYLES["slides"]):
        assert rendered(lines(), ["png"])["png"] != before["png"]
        with drawn_for(None):
            assert rendered(lines(), ["png", "svg", "pdf"]) == before
    assert rendered(lines(), ["png", "svg", "pdf"]) == before


def test_equal_numbers_give_equal_files_in_every_look() -> None:
    with drawn_for(SINGLE_COLUMN):
        assert rendered(lines(), ["svg", "pdf"]) == rendered(lines(), ["svg", "pdf"])


@pytest.mark.parametrize("title", ["W" * 200, "识别手写数字" * 40, "معدل التعلم " * 40])
def test_a_title_of_wide_letters_is_cut(title: str) -> None:
    drawing = lines(title=title)
    rendered(drawing, ["svg"], lacks=Lacks())
    (text, *_) = drawing.figure.texts
    assert text.get_window_extent().x1 <= drawing.figure.bbox.x1
    assert len(text.get_text()) > 20


@pytest.mark.slow
def test_the_users_own_style_file_is_followed(tmp_path: Path) -> None:
    run = build_run(tmp_path, tables=())
    assert (
        drawn_elsewhere(run.path, "figure.figsize: 4, 3\nsavefig.dpi: 100\nfont.size: 12\nfont.family: serif\n")
        == "2 []"
    )
    with Image.open(run.path / "plots" / "loss.png") as picture:
        assert picture.width == pytest.approx(400, abs=1)


@pytest.mark.slow
def test_what_a_style_file_asks_for_in_vain_is_said(tmp_path: Path) -> None:
    run = build_run(tmp_path, tables=())
    said = drawn_elsewhere(
        run.path, "font.family: No Such Font\nfont.size: huge\nnonsense\ntext.usetex: True\n" + IMPOSSIBLE
    )
    assert "matplotlibrc: font.family: No Such Font is not installed; figures have another font" in said
    assert "style file of figures: Bad value in file" in said
    assert "style file of figures: Missing colon in file" in said
    assert "findfont" not in said
    assert said.startswith("2 []")
    for key in (
        "savefig.dpi: 0.0 is not 30 to 1200",
        "legend.framealpha: 7.0 is not 0 to 1",
        "xtick.major.pad: 1000000000.0 is not",
    ):
        assert f"style file of figures: {key}" in said


@pytest.mark.slow
def test_a_style_file_that_is_no_text_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "matplotlibrc").write_bytes(b"font.size: 9 # \xe9\n")
    command = [sys.executable, "-m", "mlpexp", "activations", "relu", "--no-time", "-o", str(tmp_path / "sheet")]
    environment = {**os.environ, "MATPLOTLIBRC": str(tmp_path)}
    result = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert result.returncode == 1
    assert "error: your matplotlibrc is no UTF-8 text" in result.stderr
    assert "internal error" not in result.stderr
