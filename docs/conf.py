"""Builds the pages of this folder as a site: ``uv run --group docs sphinx-build -W docs site``.

The pages stay plain Markdown. What a site needs besides is made here: the order of the pages from the index by task, and
copies of the files of the project that pages link to.
"""

import re
import shutil
from pathlib import Path
from posixpath import normpath

from sphinx.application import Sphinx

PAGES = Path(__file__).parent
PROJECT = PAGES.parent
INDEX = "README"
CODE = re.compile(r"(?ms)(^```.*?^```)")
LINK = re.compile(r"(?<!!)\[([^\]]*)\]\(([^)\s:#]+)(?:#[^)\s]*)?\)")

project = "mlpexp"
author = project_copyright = "the mlpexp contributors"
extensions = ["myst_parser"]
root_doc = INDEX
exclude_patterns = ["notebooks", "reports"]
myst_heading_anchors = 4
suppress_warnings = ["misc.highlighting_failure"]  # CSV has no lexer
html_theme = "furo"
html_title = "mlpexp"
html_static_path = ["site.css"]
html_css_files = ["site.css"]
html_copy_source = html_show_sourcelink = False


def is_page(target: str) -> bool:
    """Whether a link leads to a page of the site."""
    return target.endswith(".md") and not target.startswith("../")


def linked_files(text: str) -> list[str]:
    """The targets of the links to files that are no pages; none between fences of code."""
    return [target for _, target in LINK.findall(CODE.sub("", text)) if not is_page(target)]


def place(target: str) -> str:
    """Where the site has a file, from a target such as ``../configs/iris/mlp.yaml``."""
    return "files/" + normpath(f"docs/{target}")


def with_links_to_copies(text: str) -> str:
    """The text of a page; code between fences stays as it is."""
    return "".join(piece if piece.startswith("```") else LINK.sub(to_copy, piece) for piece in CODE.split(text))


def to_copy(link: re.Match[str]) -> str:
    """A link to a page stays; one to a file leads to the copy of it."""
    return link[0] if is_page(link[2]) else f'<a href="{place(link[2])}">{link[1]}</a>'


def with_contents(text: str) -> str:
    """The index with a list of pages for the sidebar under the heading of each of its tables."""
    headings = [*re.finditer(r"(?m)^#+ (.+)$", text)]
    ends = [heading.start() for heading in headings[1:]] + [len(text)]
    lists, listed = "", set[str]()
    for heading, end in zip(headings, ends, strict=True):
        targets = [target for _, target in LINK.findall(text[heading.end() : end]) if is_page(target)]
        new = [name for name in dict.fromkeys(targets) if name not in listed]
        listed.update(new)
        lists += "\n".join(["\n```{toctree}", ":hidden:", f":caption: {heading[1]}", *new, "```\n"])
    return text + lists


def prepare(app: Sphinx, name: str, source: list[str]) -> None:
    """Changes the text of a page as it is read."""
    if name == INDEX:
        source[0] = with_contents(source[0])
    source[0] = with_links_to_copies(source[0])


def finish(app: Sphinx, problem: Exception | None) -> None:
    """Copies the files that are linked; the site opens at the index."""
    if problem:
        return
    site = Path(app.outdir)
    for page in PAGES.glob("*.md"):
        for target in linked_files(page.read_text(encoding="utf-8")):
            copy = site / place(target)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(PAGES / target, copy)
    shutil.copyfile(site / f"{INDEX}.html", site / "index.html")


def setup(app: Sphinx) -> None:
    """What Sphinx calls first."""
    app.connect("source-read", prepare)
    app.connect("build-finished", finish)
