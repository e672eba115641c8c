"""What can stand at the end of a command line: commands, options, and the values of both."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from mlpexp.cli.parser.click_names import arguments_of, called, options_of, takes_value, whole
from mlpexp.cli.parser.completers import COMPLETERS, Candidate, Query, choices_for

Completer = Callable[[Query], Iterable[Candidate]]


def candidates(program: Any, words: Sequence[str], begun: str) -> list[Candidate]:
    """All whole words that begin as the last one does.

    Args:
        program: The group of all commands.
        words: What stands before the last word, without the name of the program.
        begun: The last word as far as it is typed; empty after a blank.
    """
    command_at = next((i for i, word in enumerate(words) if not word.startswith("-")), None)
    if command_at is None:
        commands = [(name, command.help.partition(".")[0]) for name, command in program.commands.items()]
        offered = _options(program, words) if begun.startswith("-") else commands
    else:
        command = program.commands.get(words[command_at])
        offered = [] if command is None else list(_of_command(command, words[command_at + 1 :], begun))
    return [(word, text) for word, text in dict(offered).items() if word.startswith(begun) and word.isprintable()]


def _of_command(command: Any, words: Sequence[str], begun: str) -> Iterable[Candidate]:
    options, arguments = options_of(command), arguments_of(command)
    words = whole(command, words)
    typed: dict[str, list[str]] = {}
    waiting, count = None, 0
    for word in words:
        name, equals, value = word.partition("=")
        if waiting is not None:
            typed.setdefault(called(waiting), []).append(word)
            waiting = None
        elif name in options:
            typed.setdefault(called(options[name]), []).extend([value] * bool(equals))
            waiting = options[name] if takes_value(options[name]) and not equals else None
        elif not word.startswith("-"):
            count += 1
            argument = _argument(arguments, count)
            typed.setdefault(called(argument) if argument else "", []).append(word)
    option, equals, value = begun.partition("=")
    if waiting is not None:
        return _values(command, waiting, typed, begun)
    if equals and option in options:
        return [(f"{option}={each}", text) for each, text in _values(command, options[option], typed, value)]
    following = _argument(arguments, count + 1)
    if begun.startswith("-") or following is None:
        return _options(command, typed)
    return _values(command, following, typed, begun)


def _argument(arguments: Sequence[Any], number: int) -> Any:
    """The argument that the word with this number is for, from 1; None if there is none."""
    if number <= len(arguments):
        return arguments[number - 1]
    return arguments[-1] if arguments and arguments[-1].nargs == -1 else None


def _options(command: Any, typed: Iterable[str]) -> list[Candidate]:
    """The options that have not been given, or can be given again; of the names of an option all long ones."""
    given = set(typed)
    offered = [
        (name, option.help or "")
        for name, option in options_of(command).items()
        if name.startswith("--") and (option.multiple or called(option) not in given)
    ]
    return [*offered, ("--help", "Show this page and exit.")]


def _values(command: Any, parameter: Any, typed: dict[str, list[str]], begun: str) -> Iterable[Candidate]:
    query = Query(command, called(parameter), typed, begun)
    return COMPLETERS.get(query.name, choices_for)(query)
