"""The pages of ``--help``: plain text, as wide as the terminal, no word broken and nothing left out."""

import inspect
import shutil
import textwrap
from collections.abc import Sequence
from typing import Any

from mlpexp.cli.parser.click_names import arguments_of, called, kind, takes_value
from mlpexp.cli.parser.groups import GROUPS, OTHERS, group_of

WIDEST, NARROWEST = 80, 40  # columns
LEFT = 26  # columns of the terms on the left, indentation included

Rows = Sequence[tuple[str, str]]


def command_page(command: Any, path: str, context: Any) -> str:
    """What a command does, its arguments and options in groups, and an example."""
    groups: dict[str, list[tuple[str, str]]] = {title: [] for title in (*GROUPS, OTHERS)}
    arguments = arguments_of(command)
    for parameter in (*arguments, *(each for each in command.params if each not in arguments)):
        record = parameter.get_help_record(context)
        if record is not None:  # it is not hidden
            groups[group_of(called(parameter), command.name)].append((_term(parameter), record[1]))
    groups["help"] = [(_names(command.get_help_option(context)), "Show this page and exit.")]
    words = [_term(each) if each.required else f"[{_term(each)}]" for each in arguments]
    examples = ["example", *(f"  {line}" for line in command.epilog.splitlines())]
    return "\n\n".join(
        [
            _usage(" ".join([path, *words, "[OPTIONS]"])),
            _filled(_sentence(command.help)),
            *(_section(*group) for group in groups.items() if group[1]),
            "\n".join(examples),
        ]
    )


def program_page(program: Any, path: str, context: Any) -> str:
    """What the program is for, its commands in groups, and its options."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for name, command in program.commands.items():
        if not command.hidden:
            groups.setdefault(command.rich_help_panel, []).append((name, _sentence(command.help)))
    groups.setdefault("set up", []).extend((_names(option), option.help) for option in program.get_params(context))
    after = f"`{path} COMMAND --help` shows the options of a command, and an example."
    return "\n\n".join(
        [
            _usage(f"{path} COMMAND [OPTIONS]"),
            _filled(program.help),
            *(_section(*group) for group in groups.items()),
            _filled(after),
        ]
    )


def _width() -> int:
    return min(max(shutil.get_terminal_size().columns, NARROWEST), WIDEST)


def _sentence(text: str) -> str:
    """The first paragraph of a docstring."""
    return " ".join(inspect.cleandoc(text or "").partition("\n\n")[0].split())


def _usage(usage: str) -> str:
    return "\n".join(_wrapped(f"Usage: {usage}", _width(), "         "))


def _filled(text: str) -> str:
    return "\n".join(_wrapped(text, _width()))


def _wrapped(text: str, width: int, later: str = "") -> list[str]:
    return textwrap.wrap(text, width, subsequent_indent=later, break_long_words=False, break_on_hyphens=False)


def _term(parameter: Any) -> str:
    """``-s, --set KEY=VALUE`` or ``RESULT``."""
    if parameter.param_type_name == "argument":
        return called(parameter) + " ..." * (parameter.nargs == -1)
    value = f" {parameter.metavar or kind(parameter)}" if takes_value(parameter) else ""
    return _names(parameter) + value


def _names(option: Any) -> str:
    """``-s, --set``: short names first."""
    return ", ".join(sorted((*option.opts, *option.secondary_opts), key=lambda name: name.startswith("--")))


def _section(title: str, rows: Rows) -> str:
    left = min(max(len(term) for term, _ in rows) + 4, LEFT, _width() // 3)
    return "\n".join([title, *(line for term, text in rows for line in _row(term, text, left))])


def _row(term: str, text: str, left: int) -> list[str]:
    """A term and what it means beside it, or below it where the term is long."""
    terms = _wrapped(f"  {term}", _width(), "    ")
    texts = [" " * left + line for line in _wrapped(text, _width() - left)]
    if texts and len(terms[-1]) <= left - 2:
        texts[0] = terms.pop().ljust(left) + texts[0].lstrip()
    return terms + texts
