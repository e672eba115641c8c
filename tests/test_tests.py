"""What tests may not do: replace what lies inside the product."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
PATHS = sorted(TESTS.rglob("*.py"))

# A command has no option for these, and a test of the command line would take long without them.
REPLACED = {
    "making/command_line.py": ["mlpexp.report.figures.catalogue.draw_figures"],  # longer than all the rest of a command
    "making/holding.py": ["mlpexp.execution.driver.train_stack"],  # so that a process can be held at a step
}


def imported(tree: ast.Module) -> dict[str, str]:
    """The full name of what each imported name stands for, wherever in the file it is imported."""
    names = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                root = alias.name.partition(".")[0]
                names[alias.asname or root] = alias.name if alias.asname else root
        elif isinstance(node, ast.ImportFrom):
            names.update({alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names})
    return names


def full_name(node: ast.expr, names: dict[str, str]) -> str:
    """``os.path`` of ``path.replace`` after ``from os import path``; what stands there where it cannot be told."""
    if isinstance(node, ast.Attribute):
        return f"{full_name(node.value, names)}.{node.attr}"
    if isinstance(node, ast.Constant):
        return str(node.value)
    return names.get(node.id, "") if isinstance(node, ast.Name) else ""


def replaced(source: str) -> Iterator[str]:
    """What is replaced in modules and classes of the product, or in something that is not imported by its name."""
    tree = ast.parse(source)
    names = imported(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in ("setattr", "delattr", "patch"):
                holder, *rest = node.args
                name = full_name(holder, names)
                attributes = [
                    part.value for part in rest[:1] if isinstance(part, ast.Constant) and isinstance(part.value, str)
                ]
                if not name or name.startswith("mlpexp"):
                    yield ".".join([name, *attributes])
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Attribute) and full_name(target, names).startswith("mlpexp"):
                    yield full_name(target, names)


@pytest.mark.parametrize("path", PATHS, ids=[str(path.relative_to(TESTS)) for path in PATHS])
def test_nothing_inside_the_product_is_replaced(path: Path) -> None:
    """A test gives a clock, a limit or a runner to whoever takes it, or makes the disk full."""
    assert list(replaced(path.read_text(encoding="utf-8"))) == REPLACED.get(str(path.relative_to(TESTS)), [])


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("import mlpexp.a as b\nmonkeypatch.setattr(b, 'c', 1)", ["mlpexp.a.c"]),
        ("from mlpexp import a\nwith x as patch: patch.setattr(a, '_c', 1)", ["mlpexp.a._c"]),
        ("def test():\n from mlpexp.a import B\n B.run = 1", ["mlpexp.a.B.run"]),
        ("monkeypatch.setattr('mlpexp.a.b', 1)", ["mlpexp.a.b"]),
        ("for name in names: monkeypatch.setattr(name, 1)", [""]),
        ("import mlpexp.a\nsetattr(mlpexp.a, 'c', 1)", ["mlpexp.a.c"]),
        ("import os, torch\nmonkeypatch.setattr(os, 'replace', 1); monkeypatch.setattr(torch.cuda, 'x', 1)", []),
        ("from mlpexp.a import b\nresult = b()\nresult.rows = 1", []),
    ],
)  # fmt: skip
def test_the_finder_finds_replacements(source: str, names: list[str]) -> None:
    assert list(replaced(source)) == names
