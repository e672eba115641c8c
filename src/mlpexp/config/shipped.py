"""Configs by name: the examples that travel with the program, and how the text that a user types becomes a file."""

import re
from dataclasses import dataclass
from functools import cache
from itertools import islice, takewhile
from pathlib import Path
from shlex import quote

from mlpexp.asking import either
from mlpexp.config.words import closest
from mlpexp.errors import InputError, visible

SUFFIXES = (".yaml", ".yml")
TABLES = (".csv", ".tsv", ".xlsx", ".xls", ".parquet")
PICTURES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".ppm", ".pgm")
MOST_LOOKED_AT = 200  # files, of which one is a picture if a folder is one of pictures
PART = re.compile(r"(Question|Expected|Time)\s*:\s*(.*)", re.IGNORECASE)
MODELINE = "# yaml-language-server: $schema="
OF_EDITOR = re.compile(r"yaml-language-server:|-\*-|vim?:")  # comments that are not for readers


@cache
def examples_folder() -> Path:
    """Where the examples lie: inside the installed package, or in ``configs/`` of a checkout."""
    package = Path(__file__).parents[1]
    installed = package / "configs"
    return installed if installed.is_dir() else package.parents[1] / "configs"


@cache
def example_names() -> tuple[str, ...]:
    """``iris/mlp`` and so on, in the order of the alphabet."""
    folder = examples_folder()
    return tuple(sorted(path.relative_to(folder).with_suffix("").as_posix() for path in folder.rglob("*.yaml")))


def example_path(name: str) -> Path:
    """The file of an example."""
    return examples_folder() / f"{name}.yaml"


def example_text(name: str) -> str:
    """The text of an example without the line for editors, which names a file that lies beside the examples alone."""
    lines = example_path(name).read_text(encoding="utf-8").splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith(MODELINE))


def is_example(path: Path) -> bool:
    """Whether a file is one of the examples, not a copy."""
    return path.resolve().is_relative_to(examples_folder())


@dataclass(frozen=True)
class Header:
    """What a config says of itself in its first comment."""

    remarks: tuple[str, ...]
    """The paragraphs that have no such word in front as those below."""

    question: str
    """What is asked."""
    expected: str
    """What comes out."""
    time: str
    """How long it takes."""
    command: str
    """``train``, or ``sweep`` where it has a section of this name."""

    @property
    def first_question(self) -> str:
        """The question, if there is one; of several the first."""
        return self.question.partition("? ")[0].rstrip("?") + "?"

    @property
    def time_alone(self) -> str:
        """``2 s``, without what it is the time of."""
        return re.split(r"[,;(]| of | for | on ", self.time)[0].rstrip(" .")


def header(path: Path) -> Header:
    """The first comment of a config; a part that is not there is empty."""
    parts = {"question": "", "expected": "", "time": ""}
    remarks, part, indent = [""], "", 0
    lines = path.read_text(encoding="utf-8-sig", errors="replace").splitlines()
    for line in takewhile(lambda each: each.startswith("#"), lines):
        text = line.lstrip("# \t").rstrip()
        if OF_EDITOR.match(text):
            continue
        if match := PART.match(text):
            part, text, indent = match[1].lower(), match[2], _indent(line)
        elif not any(letter.isalnum() for letter in text):  # an empty line, or one that is drawn
            part, text = "", ""
            remarks.append("")
        elif part and _indent(line) <= indent and parts[part].endswith((".", "?", "!")):  # its sentence has ended
            part = ""
            remarks.append("")
        if part:
            parts[part] = f"{parts[part]} {text}".strip()
        else:
            remarks[-1] = f"{remarks[-1]} {text}".strip()
    command = "sweep" if any(line.startswith("sweep:") for line in lines) else "train"
    return Header(tuple(filter(None, remarks)), parts["question"], parts["expected"], parts["time"], command)


def _indent(line: str) -> int:
    """How far the words of a comment stand from its ``#``."""
    return len(line) - len(line.lstrip("# \t"))


def find_config(text: str) -> Path:
    """The config that a user names: a file, one without its suffix, the folder of a result, or an example by its name.

    Args:
        text: What was typed. A backslash may stand for a slash.

    Raises:
        InputError: There is no such config.
    """
    typed = at_home(text)
    slashed = Path(text.replace("\\", "/"))
    for path in (typed, slashed):
        candidates = (path, *(path.with_name(path.name + suffix) for suffix in SUFFIXES if path.name))
        existing = next((each for each in candidates if each.exists() and not each.is_dir()), None)
        if existing and existing.suffix.lower() in TABLES:
            raise InputError(f"{visible(text)}: is a table, not a config; write {_as_data(text, 'COLUMN')}")
        if existing:
            return existing
        if (path / "plan.json").is_file() and (path / "config.yaml").is_file():
            return path / "config.yaml"
    bare, dashes, options = text.partition(" --")
    if dashes:
        without = f"the quotation marks join config and options; write {bare} --{options} without them"
        inside = "a config and options in one text; options are keywords here, such as epochs=3"
        raise InputError(f"{visible(text)}: {either(without, inside)}")
    name = _example_name(slashed)
    if name in example_names():
        return example_path(name)
    if not text.strip():
        raise InputError("the name of the config is empty; `mlpexp examples` lists names")
    text = visible(text)
    if typed.is_dir():
        if _has_pictures(typed) and not _configs_in(typed):
            raise InputError(f"{text}: is a folder of pictures, not a config; write {_as_data(text)}")
        raise InputError(f"{text}: is a folder; name a config in it{_configs_in(typed)}")
    looked = "" if typed.is_absolute() else f" in {Path.cwd()}"
    raise InputError(f"{text}: there is no such file{looked}, and no such example{_near(name)}")


def _as_data(text: str, target: str = "") -> str:
    """What names a file as data."""
    shown = visible(text)
    command = f"--data {quote(shown)}" + (f" --target {target}" if target else "")
    return either(command, f"data={shown!r}" + (f", target={target!r}" if target else ""))


def at_home(text: str) -> Path:
    """A path as it was typed, with ``~`` for the home folder; of a user that there is not, as it stands."""
    try:
        return Path(text).expanduser()
    except RuntimeError:
        return Path(text)


def find_example(text: str) -> str:
    """The name of the example that a user names.

    Raises:
        InputError: There is no such example.
    """
    name = _example_name(Path(text.replace("\\", "/")))
    if name not in example_names():
        raise InputError(f"{text}: there is no such example{_near(name)}")
    return name


def _example_name(path: Path) -> str:
    """``iris/mlp`` for ``configs/iris/mlp.yaml``."""
    bare = path.with_suffix("") if path.suffix in SUFFIXES else path
    return bare.as_posix().removeprefix("./").removeprefix("configs/")


def _near(name: str) -> str:
    """Examples that may be meant: of this folder or with this last word, else the one that is written nearly so."""
    names = sorted(example_names(), key=lambda each: not each.endswith("/mlp"))  # the plain ones first
    words = set(re.split(r"[/_\W]+", name.lower()))
    near = [each for each in names if name in each.split("/") or set(name.split("/")) == set(each.split("/"))]
    near = near or [each for each in [closest(name, names)] if each]
    near = near or [each for each in names if words & set(each.split("/"))]
    return f"; did you mean {' or '.join(near[:3])}?" if near else "; `mlpexp examples` lists them"


def _has_pictures(folder: Path) -> bool:
    """Whether a folder has folders of pictures, by the endings of some files."""
    inner = (each for pattern in ("*/*", "*/*/*") for each in islice(folder.glob(pattern), MOST_LOOKED_AT))
    return any(each.suffix.lower() in PICTURES for each in inner)


def _configs_in(folder: Path) -> str:
    found = sorted(path.name for path in folder.iterdir() if path.suffix in SUFFIXES)[:5]
    return f", such as {', '.join(found)}" if found else ""
