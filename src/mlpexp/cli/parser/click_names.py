"""The parser beneath typer: newer versions of typer bring their own copy of click, older ones use the package."""

from collections.abc import Sequence
from importlib import import_module
from typing import Any

import typer

from mlpexp.cli.arguments import rejoined

_ROOT = typer.BadParameter.__module__.rpartition(".")[0]  # typer._click or click
_EXCEPTIONS = import_module(f"{_ROOT}.exceptions")

ParserError: type[Any] = _EXCEPTIONS.ClickException
NoSuchOption: type[Any] = _EXCEPTIONS.NoSuchOption
BadOptionUsage: type[Any] = _EXCEPTIONS.BadOptionUsage
MissingParameter: type[Any] = _EXCEPTIONS.MissingParameter
BadParameter: type[Any] = _EXCEPTIONS.BadParameter

KINDS = {
    "int": "N",
    "integer": "N",
    "integer range": "N",
    "float": "NUMBER",
    "float range": "NUMBER",
    "path": "PATH",
    "str": "TEXT",
    "text": "TEXT",
}


def kind(parameter: Any) -> str:
    """``N`` of a whole number, ``NUMBER``, ``PATH`` or ``TEXT``."""
    descriptor = getattr(parameter, "type_descriptor", None)
    if descriptor is None:
        return KINDS.get(parameter.type.name, "TEXT")
    annotation = descriptor.annotation
    return "PATH" if descriptor.is_path else KINDS.get(getattr(annotation, "__name__", ""), "TEXT")


def options_of(command: Any) -> dict[str, Any]:
    """The options of a command under each of their names, ``-c`` and ``--config``, those that are hidden left out."""
    return {
        name: parameter
        for parameter in command.params
        if parameter.param_type_name == "option" and not parameter.hidden
        for name in (*parameter.opts, *parameter.secondary_opts)
    }


def arguments_of(command: Any) -> list[Any]:
    """The positional arguments of a command, in their order."""
    return [parameter for parameter in command.params if parameter.param_type_name == "argument"]


def takes_value(option: Any) -> bool:
    """Whether a value follows an option."""
    return not (option.is_flag or option.count)


def whole(command: Any, words: Sequence[str]) -> list[str]:
    """The words after a command, values that a shell has cut at blanks joined again."""
    options = options_of(command)
    return rejoined(words, options, [name for name, option in options.items() if takes_value(option)])


def called(parameter: Any) -> str:
    """``RESULT``, or ``--config``: how help and errors call an argument or option."""
    if parameter.param_type_name == "argument":
        return (parameter.metavar or parameter.name.upper()).strip("[]").removesuffix("...").strip("[]")
    return next((name for name in parameter.opts if name.startswith("--")), parameter.opts[0])
