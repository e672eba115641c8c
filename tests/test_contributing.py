"""The tables of CONTRIBUTING.md are those of the source: what the packages are, and what imports what.

``python tests/test_contributing.py`` writes them anew, from the docstrings and from the rules in ``test_layering.py``.
"""

import ast
import re
from graphlib import TopologicalSorter
from pathlib import Path

from test_layering import ALLOWED, PATHS, ROOT, is_free_of_torch

PAGE = Path(__file__).parents[1] / "CONTRIBUTING.md"
FRONT = ("__init__", "__main__")  # the version, and `python -m mlpexp`
BLOCK = re.compile(r"(<!-- (\w+), by tests/test_contributing.py -->\n\n).*?(\n\n<!-- end -->)", re.DOTALL)


def first_line(path: Path) -> str:
    """What a module or package says it is."""
    docstring = ast.get_docstring(ast.parse(path.read_text()))
    assert docstring, path
    return docstring.splitlines()[0].rstrip(".").replace("``", "`")


def rooms() -> dict[str, list[Path]]:
    """``config/``, ``report/``, ``report/drawing/`` and so on with the modules in them; ``errors`` is a module."""
    by_room: dict[str, list[Path]] = {}
    for path in PATHS:
        folders = path.relative_to(ROOT).parts[:-1]
        names = ["/".join(folders[: i + 1]) + "/" for i in range(len(folders))] or [path.stem]
        for name in names:
            by_room.setdefault(name, []).append(path)
    return {name: paths for name, paths in by_room.items() if name not in FRONT}


def with_torch(room: str, paths: list[Path]) -> str:
    """Whether the modules import torch; where some do and some do not their names, if they are in the room itself."""
    modules = [path for path in paths if path.stem != "__init__"]
    torch, free = ([path for path in modules if is_free_of_torch(path) == wish] for wish in (False, True))
    if not torch or not free:
        return "yes" if torch else "no"
    few, words = (free, "not ") if len(free) <= len(torch) else (torch, "only ")
    names = ", ".join(f"`{path.stem}`" for path in few)
    return words + names if all(path.parent == ROOT / room for path in few) else "in part"


def package_table() -> str:
    """A row for each package and for each room in it, in the order of the imports."""
    order = [part for part in TopologicalSorter(ALLOWED).static_order() if part not in FRONT]
    by_room = sorted(rooms().items(), key=lambda item: (order.index(item[0].split("/")[0]), item[0]))
    heads = {room: ROOT / room / "__init__.py" if room.endswith("/") else paths[0] for room, paths in by_room}
    rows = [f"| `{room}` | {first_line(heads[room])} | {with_torch(room, paths)} |" for room, paths in by_room]
    return "\n".join(["| package | is | imports torch |", "| --- | --- | --- |", *rows])


def reached(part: str) -> set[str]:
    """What a part imports, itself or through others."""
    return set(ALLOWED[part]).union(*map(reached, ALLOWED[part]))


def import_map() -> str:
    """Arrows between the packages; what is reached through another package has no arrow of its own."""
    order = [part for part in TopologicalSorter(ALLOWED).static_order() if part not in FRONT]
    width = max(map(len, order))
    lines = []
    for part in reversed(order):
        through_others = set().union(*map(reached, ALLOWED[part]))
        direct = [other for other in order if other in ALLOWED[part] - through_others]
        lines.append(f"{part:{width}} -> {', '.join(reversed(direct))}" if direct else part)
    return "```text\n" + "\n".join(lines) + "\n```"


WRITERS = {"packages": package_table, "imports": import_map}


def written_anew(page: str) -> str:
    """The page with its blocks as the source has them."""
    return BLOCK.sub(lambda match: match[1] + WRITERS[match[2]]() + match[3], page)


def test_the_page_has_every_block() -> None:
    assert {match[2] for match in BLOCK.finditer(PAGE.read_text())} == set(WRITERS)


def test_the_blocks_are_those_of_the_source() -> None:
    page = PAGE.read_text()
    assert written_anew(page) == page, "write them anew: python tests/test_contributing.py"


def test_the_files_that_the_page_names_are_there() -> None:
    named = re.findall(r"`((?:[\w-]+/)+[\w-]*(?:\.py)?)`", PAGE.read_text())
    homes = (ROOT, ROOT.parents[1])
    assert len(named) > 40
    assert [name for name in named if not any((home / name).exists() for home in homes)] == []


if __name__ == "__main__":
    PAGE.write_text(written_anew(PAGE.read_text()))
