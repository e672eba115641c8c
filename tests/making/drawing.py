"""Drawing without pictures, and in another process, whose Matplotlib is set up in another way."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from matplotlib.figure import Figure

STYLE = "font.size: 20\naxes.facecolor: pink\nsavefig.dpi: 50\n"
HEAVY = ("torch", "torchvision", "sklearn", "matplotlib.pyplot", "scipy.stats", "mlpexp.nn")


def drawn_elsewhere(path: Path) -> str:
    """How many figures of a result are drawn, and what is imported for them that should not be."""
    (path / "matplotlibrc").write_text(STYLE)
    code = (
        "import sys, pathlib; from mlpexp.report.figures.catalogue import draw_figures; from mlpexp.results.result import Result\n"  # noqa: E501
        f"drawn = draw_figures(Result.open(pathlib.Path({str(path)!r})))\n"
        f"print(len(drawn), [name for name in {HEAVY} if name in sys.modules])"
    )
    environment = {**os.environ, "MATPLOTLIBRC": str(path)}
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert not result.stderr
    return result.stdout.strip()


@pytest.fixture
def unrendered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures are made but no pictures: most of the time goes into those."""
    monkeypatch.setattr(Figure, "savefig", lambda *_, **__: None)
