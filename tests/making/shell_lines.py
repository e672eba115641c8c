"""Blocks of shell commands as commands to run, and what a page says they print."""

import re
import shlex
from dataclasses import dataclass

from making.configs import ROOT
from making.markdown_pages import DOCS, READMES, Block, blocks, code, prose_of

# What a page may tell its reader to type besides mlpexp; the tests do not.
NOT_RUN = frozenset(("pip", "uv", "git", "cd", "export", "source", "pytest", "ruff", "mypy", "bash"))
# Folders of `runs/` that pages may name, in the order in which they were made.
BEGUN, SWEEP_BEGUN = "20261120-161101-long-e89df9ea", "20261120-172031-iris-mlp-sweep-213bab70"
SWEPT = "20261120-174410-rates-sweep-7ff20067"
OTHER, FINISHED = "20261121-045522-fast-4b1c22f0", "20261121-050121-iris-mlp-ac7e55d4"
BETWEEN_COMMANDS = frozenset(("&&", "||", ";", "|", "&"))


@dataclass(frozen=True)
class Command:
    """One ``mlpexp`` command of a page.

    Attributes:
        block: Where it is.
        arguments: What follows ``mlpexp``.
        output: The lines that the page shows below it; none if it shows nothing.
    """

    block: Block
    arguments: tuple[str, ...]
    output: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return shlex.join(["mlpexp", *self.arguments])

    @property
    def needs_mnist(self) -> bool:
        return self.arguments[0] == "train" and any("mnist" in argument for argument in self.arguments)


def mlpexp_arguments(words: list[str], place: str) -> tuple[str, ...] | None:
    """The arguments of an ``mlpexp`` command; None if it is one of the commands that are not run."""
    while words and re.match(r"[A-Z_][A-Z0-9_]*=", words[0]):
        words = words[1:]
    if words[:2] == ["uv", "run"]:
        words = words[2:]
    if words[:3] == ["python", "-m", "mlpexp"]:
        words = ["mlpexp", *words[3:]]
    if not words:
        return None
    if words[0] == "mlpexp":
        return tuple(words[1:])
    if words[0] == "python" and len(words) > 1:
        assert (ROOT / words[1]).exists(), f"{place}: there is no {words[1]}"
        return None
    assert words[0] in NOT_RUN, f"{place}: the tests do not know what to do with {words[0]!r}"
    return None


def simple_commands(line: str) -> list[list[str]]:
    """The words of each command of a line; comments and redirections left out."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars="&|;>")
    lexer.whitespace_split = True
    found: list[list[str]] = [[]]
    redirected = False
    for word in lexer:
        if word in BETWEEN_COMMANDS:
            found.append([])
        elif not redirected and not word.startswith(">"):
            found[-1].append(word)
        redirected = word.startswith(">")
    return found


def commands_of(block: Block) -> list[Command]:
    """In a console block, commands follow ``$`` and what they print follows them; else every line is a command."""
    found: list[Command] = []
    text = block.text.replace("\\\n", " ")
    for line in text.splitlines():
        if block.language == "console" and not line.startswith("$ "):
            assert found, f"{block.place}: output without a command"
            found[-1] = Command(block, found[-1].arguments, (*found[-1].output, line))
            continue
        for words in simple_commands(line.removeprefix("$ ")):
            arguments = mlpexp_arguments(words, block.place)
            if arguments is not None:
                found.append(Command(block, arguments))
    return found


def rows_with_a_command() -> list[Block]:
    """The commands in the tables for first readers, as blocks of one line."""
    rows = [
        (page, number, line)
        for page in (*READMES, DOCS / "teachers.md")
        for number, line in prose_of(page)
        if line.startswith("|")
    ]
    found = [(page, number, text) for page, number, line in rows for text in code(line) if text.startswith("mlpexp ")]
    return [Block(page, number, "bash", text, before="", after=()) for page, number, text in found]


def all_commands() -> list[Command]:
    """Every command once; the one that shows most of its output stands for its repetitions."""
    distinct: dict[tuple[str, ...], Command] = {}
    for block in [*blocks("bash", "sh", "shell", "console"), *rows_with_a_command()]:
        for command in commands_of(block):
            known = distinct.get(command.arguments)
            if known is None or len(command.output) > len(known.output):
                distinct[command.arguments] = command
    return list(distinct.values())
