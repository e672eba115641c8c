"""The order of the packages: imports run one way, the front stays free of torch, and modules stay short."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import mlpexp

ROOT = Path(mlpexp.__file__).parent
PATHS = sorted(ROOT.rglob("*.py"))
IDS = [str(path.relative_to(ROOT)) for path in PATHS]
MOST_LINES = 400  # beyond this a module holds two concepts; about 100 is usual

# What each part imports, itself aside: no more than this, and no less; a new package gets a line here.
ALLOWED: dict[str, set[str]] = {
    "version": set(),
    "__init__": {"version"},
    "errors": set(),
    "asking": set(),
    "randomness": set(),
    "free_memory": set(),
    "config": {"asking", "errors"},
    "architectures": {"errors", "config"},
    "data": {"asking", "errors", "randomness", "free_memory", "config"},
    "nn": {"randomness", "config", "architectures", "errors"},
    "training": {"errors", "randomness", "config", "architectures", "data", "nn"},
    "som": {"randomness", "config", "architectures", "nn", "training"},
    "numpy_twin": {"architectures", "config", "nn", "training"},
    "statistics": set(),
    "store": {"asking", "errors", "config"},
    "planning": {"asking", "errors", "randomness", "config", "architectures", "data", "statistics", "store"},
    "execution": {
        "asking", "version", "errors", "free_memory", "config", "architectures", "data", "nn", "training", "som",
        "numpy_twin", "statistics", "store", "planning",
    },
    "results": {
        "asking", "errors", "config", "architectures", "data", "nn", "training", "statistics", "store", "planning", "execution",
    },
    "quantization": {
        "errors", "config", "architectures", "data", "nn", "training", "statistics", "execution", "results",
    },
    "analysis": {
        "asking", "errors", "randomness", "config", "architectures", "data", "nn", "training", "numpy_twin", "store",
        "planning", "execution", "results",
    },
    "export": {
        "asking", "version", "errors", "config", "architectures", "data", "nn", "quantization", "store", "results",
    },
    "report": {"asking", "errors", "config", "architectures", "statistics", "store", "planning", "results", "analysis"},
    "api": {
        "asking", "errors", "config", "architectures", "data", "statistics", "store", "planning", "execution",
        "results", "quantization", "analysis", "export", "report",
    },
    "doctor": {"errors", "free_memory", "config", "data", "planning", "execution", "report"},
    "sklearn": {"api", "export"},
    "cli": {
        "errors", "free_memory", "config", "architectures", "data", "numpy_twin", "store", "planning",
        "execution", "results", "analysis", "export", "report", "api", "doctor",
    },
    "__main__": {"cli"},
}  # fmt: skip

# Importing a module of these packages imports torch, but for those named; the other packages are free of it.
WITH_TORCH_BUT: dict[str, set[str]] = {
    "nn": {"initializers"},
    "training": {"diagnosed", "one_program", "records", "schedules"},
    "som": set(),
    "numpy_twin": {"activations", "backprop", "outputs"},
    "quantization": {"scheme"},
    "analysis": {
        "advice", "cautions", "chain_rule", "checks", "data_state", "equations", "examination", "explanations",
        "extreme_values", "first_step", "hidden_layer", "input_scale", "max_pooling", "noise", "numbers", "of_data",
        "of_length", "of_network", "of_rate", "output_layer", "rate_choice", "references", "remedies", "remedy",
        "search", "settings", "six_steps", "suggestions", "symbolic", "textbook_names", "training_rows", "verdicts",
    },
    "execution": {
        "auto_device", "backends", "build_facts",
        "environment", "going_on", "local", "merge", "meter", "misclassified", "networks_record",
        "part_lines", "quiet", "run", "signals", "start_data", "summarize", "tasks", "unchanged",
    },
    "doctor": {"checks", "finding", "letters", "libraries", "machine", "places"},
    "export": {"described_file", "description", "numpy_layers", "onnx_file", "plain_table", "portable", "python_file"},
    "results": {
        "arm_choice", "arm_named", "candidates", "column_shifts", "comparison", "confirmation", "costs",
        "false_labels", "in_training", "judged", "listed", "looks", "mistaken_samples", "mistakes", "named_samples",
        "new_data", "new_samples", "result", "scores_of_samples", "telling_columns", "twins", "watched",
    },
}  # fmt: skip


def part_of(path: Path) -> str:
    """``config`` for ``config/load.py``, ``errors`` for ``errors.py``."""
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def is_type_checking(test: ast.expr) -> bool:
    return (isinstance(test, ast.Name) and test.id == "TYPE_CHECKING") or (
        isinstance(test, ast.Attribute) and test.attr == "TYPE_CHECKING"
    )


def nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """All nodes, those inside functions too, but none that only a type checker sees."""
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, ast.If) and is_type_checking(child.test):
            for other in child.orelse:
                yield other
                yield from nodes(other)
            continue
        yield child
        yield from nodes(child)


def imported(source: str) -> set[str]:
    """The full names of all imported modules, ``from mlpexp import nn`` being ``mlpexp.nn``."""
    names: set[str] = set()
    for node in nodes(ast.parse(source)):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            module = str(node.module)
            names.update(f"mlpexp.{alias.name}" for alias in node.names) if module == "mlpexp" else names.add(module)
    return names


def parts_imported(path: Path) -> set[str]:
    parts = {[*name.split("."), "__init__"][1] for name in imported(path.read_text()) if name.split(".")[0] == "mlpexp"}
    known = {part_of(each) for each in PATHS}
    return {part if part in known else "__init__" for part in parts}


def test_the_finder_sees_every_kind_of_import() -> None:
    source = """
import mlpexp.a.b, os
from mlpexp import c
from mlpexp.d.e import f
if TYPE_CHECKING:
    import mlpexp.not_seen
else:
    import mlpexp.g
def function():
    if x:
        from mlpexp.h import i
    class C:
        import torch.nn as nn
"""
    expected = {"mlpexp.a.b", "os", "mlpexp.c", "mlpexp.d.e", "mlpexp.g", "mlpexp.h", "torch.nn"}
    assert imported(source) == expected


def test_the_table_names_every_part_and_has_no_cycle() -> None:
    assert {part_of(path) for path in PATHS} == set(ALLOWED)
    assert list(TopologicalSorter(ALLOWED).static_order())


@pytest.mark.parametrize("path", PATHS, ids=IDS)
def test_imports_run_one_way(path: Path) -> None:
    part = part_of(path)
    assert parts_imported(path) - ALLOWED[part] - {part} == set()


@pytest.mark.parametrize("part", ALLOWED)
def test_nothing_is_allowed_that_nobody_needs(part: str) -> None:
    needed = [parts_imported(path) for path in PATHS if part_of(path) == part]
    assert ALLOWED[part] - set().union(*needed) == set()


def test_the_errors_import_nothing_of_the_house() -> None:
    assert imported((ROOT / "errors.py").read_text()) == {"collections.abc", "dataclasses"}


def module_name(path: Path) -> str:
    """``mlpexp.config.load``."""
    return ".".join(("mlpexp", *path.relative_to(ROOT).with_suffix("").parts)).removesuffix(".__init__")


def is_free_of_torch(path: Path) -> bool:
    part = part_of(path)
    return part not in WITH_TORCH_BUT or path.stem in {"__init__", *WITH_TORCH_BUT[part]}


@pytest.mark.parametrize("path", [path for path in PATHS if is_free_of_torch(path) and part_of(path) != "cli"])
def test_what_is_free_of_torch_does_not_import_it_in_a_function_either(path: Path) -> None:
    roots = {name.split(".")[0] for name in imported(path.read_text())}
    assert "torch" not in roots
    assert "torchvision" not in roots or part_of(path) == "data"  # to download, inside a function


@pytest.mark.parametrize("path", PATHS, ids=IDS)
def test_a_module_is_named_for_a_concept_and_short(path: Path) -> None:
    assert path.stem not in ("utils", "util", "helpers", "common", "base", "misc")
    assert len(path.read_text().splitlines()) <= MOST_LINES


@pytest.mark.parametrize("path", PATHS, ids=IDS)
def test_a_module_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text()))


# A string beneath each field of a record says what it means.
def is_record(node: ast.ClassDef) -> bool:
    """Whether a class is a dataclass or a named tuple."""
    return any("dataclass" in ast.unparse(mark) for mark in node.decorator_list) or any(
        ast.unparse(base) == "NamedTuple" for base in node.bases
    )


def fields_without_words(source: str) -> list[str]:
    """The fields of public records of several fields that have no string beneath."""
    silent = []
    for record in (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ClassDef) and is_record(node)):
        below = dict(zip(record.body, [*record.body[1:], None], strict=True))
        fields = {node: other for node, other in below.items() if isinstance(node, ast.AnnAssign)}
        if len(fields) > 1 and not record.name.startswith("_"):
            said = {node for node, other in fields.items() if isinstance(other, ast.Expr)}
            silent += [f"{record.name}.{ast.unparse(node.target)}" for node in fields if node not in said]
    return silent


def test_the_finder_sees_fields_without_words() -> None:
    source = """
@dataclass(frozen=True)
class Pair:
    first: int
    'The first.'
    second: int = 3

class Others(NamedTuple):
    x: int
    y: int

class NoRecord:
    z: int
    w: int
"""
    assert fields_without_words(source) == ["Pair.second", "Others.x", "Others.y"]


@pytest.mark.parametrize("path", PATHS, ids=IDS)
def test_what_a_field_means_stands_beneath_it(path: Path) -> None:
    assert fields_without_words(path.read_text()) == []


def test_the_table_names_modules_that_are_there() -> None:
    for part, names in WITH_TORCH_BUT.items():
        assert names <= {path.stem for path in PATHS if part_of(path) == part}


MODULES = {path: is_free_of_torch(path) for path in PATHS if path.name != "__main__.py"}


def test_what_is_free_of_torch_does_not_import_it() -> None:
    code = f"""
import importlib, sys
for name in {[module_name(path) for path, free in MODULES.items() if free]}:
    importlib.import_module(name)
    if "torch" in sys.modules:
        sys.exit(f"{{name}} imports torch")
"""
    result = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True, timeout=100)
    assert (result.returncode, result.stderr) == (0, "")


def test_what_is_not_said_to_be_free_of_torch_needs_it() -> None:
    code = f"""
import importlib, sys

class NoTorch:
    def find_spec(self, name, path=None, target=None):
        if name == "torch":
            raise ImportError("no torch")

sys.meta_path.insert(0, NoTorch())
for name in {[module_name(path) for path, free in MODULES.items() if not free]}:
    try:
        importlib.import_module(name)
        print(name)
    except ImportError as error:
        assert str(error) == "no torch", error
"""
    result = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True, timeout=100)
    assert (result.returncode, result.stderr, result.stdout) == (0, "", "")


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["train", "--help"]])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    heavy = ("torch", "pandas", "matplotlib", "scipy", "sklearn")
    code = f"""
import sys
from mlpexp.cli.main import main
sys.argv = ["mlpexp", *{arguments}]
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
print([name for name in {heavy} if name in sys.modules], file=sys.stderr)
"""
    result = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True, timeout=600)
    assert (result.returncode, result.stderr) == (0, "[]\n")
