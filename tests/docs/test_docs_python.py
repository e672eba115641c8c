"""Every Python block runs, in the order of its page, and prints what the page says it prints."""

import contextlib
import io
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from making.exported_files import export_all
from making.markdown_pages import PAGES, Block, blocks_of
from making.shell_lines import FINISHED

WITH_PYTHON = [page for page in PAGES if any(block.language == "python" for block in blocks_of(page))]
TRAINING = ("transfer.md", "repeat.md", "python.md")  # pages that take long


def output_shown(block: Block) -> str | None:
    """The text block that follows with nothing but empty lines between."""
    following = blocks_of(block.page)
    at = following.index(block) + 1
    if at == len(following) or following[at].language != "text" or any(line.strip() for line in block.after):
        return None
    return following[at].text


@pytest.mark.parametrize(
    "page",
    [pytest.param(page, id=page.name, marks=[pytest.mark.slow] * (page.name in TRAINING)) for page in WITH_PYTHON],
)
def test_page(
    page: Path, workplace: Callable[[Path], Path], request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = workplace(page)
    if page.name == "export.md":
        export_all(request.getfixturevalue("prepared_runs"), folder)
        monkeypatch.syspath_prepend(folder)  # of `from model import ...`
    if page.name == "quantize.md":
        shutil.copytree(request.getfixturevalue("prepared_runs") / FINISHED, folder / "runs" / FINISHED)
        request.getfixturevalue("mlpexp")("quantize", FINISHED, "-o", "small")
    names = {"__name__": "__main__"}  # a block goes on with those before it
    for block in blocks_of(page):
        if block.language != "python":
            continue
        padding = "\n" * (block.line - 1)  # so that a traceback names the line of the page
        program = compile(padding + block.text, str(page), "exec")
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            exec(program, names)
        expected = output_shown(block)
        if expected is not None:
            assert printed.getvalue().rstrip() == expected, block.place


def test_pages_are_found() -> None:
    assert {"engine.md", "networks.md"} <= {page.name for page in WITH_PYTHON}
