"""What is wrong with a command line, in a sentence: every error of the option parser becomes an ``InputError`` here."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from mlpexp.cli.parser.library import (
    BadOptionUsage,
    BadParameter,
    MissingParameter,
    NoSuchOption,
    arguments_of,
    called,
    kind,
    options_of,
    takes_value,
)
from mlpexp.cli.parser.suggestions import DONE_OTHERWISE, command_meant, option_meant, simple
from mlpexp.config.words import WORDS
from mlpexp.errors import InputError

OTHER_DASHES = re.compile("[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]+(?=[A-Za-z])")  # as word processors write them
KIND_WORDS = {"N": "a whole number", "NUMBER": "a number"}
MOST_COMMANDS = 6  # named in a sentence


def refuse_mistyped(command: Any, words: Sequence[str]) -> None:
    """Refuses what the parser would take for something else: other dashes, ``-epochs 50``, ``--name --seeds 3``.

    Raises:
        InputError: Names the word.
    """
    options = options_of(command)
    before = ""
    for word in words:
        if word == "--":
            return
        waiting = before in options and takes_value(options[before])
        if waiting and word in options:
            raise InputError(f"{before}: a value is missing; {word} is an option")
        if not waiting and OTHER_DASHES.match(word):
            option = option_meant(OTHER_DASHES.sub("", word), options)
            hint = f"; write {option}" if option else ", as -- before an option"
            raise InputError(f"{word}: begins with another character than -{hint}")
        if not waiting and re.match(r"-[A-Za-z][A-Za-z_-]", word) and f"--{simple(word)}" in options:
            raise InputError(f"{word}: has one dash; write --{simple(word)}")
        before = word


def explained(error: Any, program: Any, command: Any, words: Sequence[str], raw: dict[str, Any]) -> InputError:
    """An error of the parser in our words.

    Args:
        error: What the parser raised.
        program: The group of all commands.
        command: The command, or the program, whose options were read.
        words: What was typed after its name.
        raw: The values that were given, by the names of parameters, as text.
    """
    if isinstance(error, NoSuchOption):
        return InputError(_unknown_option(_whole(error.option_name, words), program, command))
    if isinstance(error, BadOptionUsage):
        return InputError(_misused(error.option_name, command))
    if isinstance(error, MissingParameter):
        example = f"; for example `{command.epilog.splitlines()[0]}`" if command.epilog else ""
        return InputError(f"{called(error.param)}: missing{example}")
    if isinstance(error, BadParameter) and error.param is not None:
        return InputError(f"{called(error.param)}: {_bad_value(error, raw)}")
    return InputError(f"{command.name}: {_as_sentence(error.format_message())}")


def too_many(command: Any, rest: Sequence[str]) -> InputError:
    """What is left over when all arguments are read."""
    word, options = rest[0], options_of(command)
    if "=" in word and "--set" in options:
        key, _, value = word.partition("=")
        option = option_meant(key, (each.option for each in WORDS if each.option in options))
        return InputError(f"{word}: is not expected here; write {f'{option} {value}' if option else f'--set {word}'}")
    names = [called(each) for each in arguments_of(command)]
    takes = f"takes one {names[0]}" if names else "takes options only"
    hint = "; several values are separated by commas" if any(each.option in options for each in WORDS) else ""
    return InputError(f"{command.name}: {takes}; {word!r} is not expected here{hint}")


def unknown_command(word: str, program: Any) -> InputError:
    """A command that there is not."""
    otherwise = DONE_OTHERWISE.get(simple(word))
    command = None if otherwise else command_meant(word, program.commands)
    if word.lower().endswith((".yaml", ".yml")):
        return InputError(f"{word}: is not a command; did you mean `mlpexp train {word}`?")
    if otherwise:
        return InputError(f"{word}: unknown command; {otherwise}")
    if command:
        return InputError(f"{word}: unknown command; did you mean {command}?")
    return InputError(f"{word}: unknown command; choose from {', '.join(program.commands)}")


def _whole(option: str, words: Sequence[str]) -> str:
    """``-lr`` for ``-l``: the parser reads one dash as a row of short options."""
    return next((word.partition("=")[0] for word in words if word.startswith(option)), option)


def _unknown_option(word: str, program: Any, command: Any) -> str:
    if command is program:
        return _before_the_command(word, program)
    options = options_of(command)
    nearly = option_meant(word, [*options, "--help"])
    if nearly and simple(nearly) == simple(word):
        return f"{word}: unknown option; did you mean {nearly}?"
    having = _having(word, program)
    if having:
        return f"{word}: not an option of {command.name}, but of {_row(having)}"
    if nearly:
        return f"{word}: unknown option; did you mean {nearly}?"
    elsewhere = option_meant(word, (name for each in program.commands.values() for name in options_of(each)))
    if elsewhere:
        return (
            f"{word}: unknown option of {command.name}; {elsewhere} is an option of {_row(_having(elsewhere, program))}"
        )
    return f"{word}: unknown option{_as_key(word, options)}; `mlpexp {command.name} --help` shows all"


def _before_the_command(word: str, program: Any) -> str:
    nearly = option_meant(word, [*options_of(program), "--help"])
    if nearly:
        return f"{word}: unknown option; did you mean {nearly}?"
    elsewhere = option_meant(word, (name for each in program.commands.values() for name in options_of(each)))
    if elsewhere:
        (first, *_) = _having(elsewhere, program)
        return f"{word}: comes after the command, for example `mlpexp {first} {elsewhere}`"
    return f"{word}: unknown option; `mlpexp --help` shows all commands"


def _having(option: str, program: Any) -> list[str]:
    return [name for name, command in program.commands.items() if option in options_of(command)]


def _row(names: Sequence[str]) -> str:
    if len(names) > MOST_COMMANDS:
        return f"{', '.join(names[:MOST_COMMANDS])} and others"
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)


def _as_key(word: str, options: Iterable[str]) -> str:
    """A key of a config that the word may stand for, as ``--set`` takes it."""
    if "--set" not in options:
        return ""
    from mlpexp.config.keys import nearest_key

    key = nearest_key(simple(word).replace("-", "_"))
    return f"; write --set {key}=VALUE" if key else ""


def _misused(option: str, command: Any) -> str:
    parameter = options_of(command)[option]
    if not takes_value(parameter):
        return f"{option}: takes no value"
    return f"{option}: a value is missing; expected {option} {parameter.metavar or kind(parameter)}"


def _bad_value(error: Any, raw: dict[str, Any]) -> str:
    given, expected = raw.get(error.param.name), KIND_WORDS.get(kind(error.param))
    if isinstance(given, str) and expected:
        return f"{given!r} is not {expected}"
    return _as_sentence(error.message)


def _as_sentence(message: str) -> str:
    first = message.strip().splitlines()[0].rstrip(".") if message.strip() else "cannot be used"
    return first[0].lower() + first[1:]
