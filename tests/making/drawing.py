"""Drawing without pictures, and in another process, whose Matplotlib is set up in another way."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from matplotlib.figure import Figure

STYLE = (
    "axes.facecolor: pink\ntext.color: red\nlines.linewidth: 9\nimage.cmap: jet\nsavefig.bbox: tight\n"  # not followed
)
HEAVY = ("torch", "torchvision", "sklearn", "matplotlib.pyplot", "scipy.stats", "mlpexp.nn")


def drawn_elsewhere(path: Path, style: str = STYLE) -> str:
    """How many figures of a result are drawn with a style file, and what is imported for them that should not be."""
    (path / "matplotlibrc").write_text(style)
    code = (
        "import sys, pathlib; from mlpexp.report.figures.catalogue import draw_figures; from mlpexp.results.result import Result\n"  # noqa: E501
        f"drawn = draw_figures(Result.open(pathlib.Path({str(path)!r})))\n"
        f"print(len(drawn), [name for name in {HEAVY} if name in sys.modules])"
    )
    environment = {**os.environ, "MATPLOTLIBRC": str(path)}
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    return result.stdout.strip() + result.stderr


@pytest.fixture
def unrendered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures are made but no pictures: most of the time goes into those."""
    monkeypatch.setattr(Figure, "savefig", lambda *_, **__: None)
