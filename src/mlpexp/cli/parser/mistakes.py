"""What is wrong with a command line, in a sentence: every error of the option parser becomes an ``InputError`` here."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from mlpexp.cli.parser.click_names import (
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
from mlpexp.cli.parser.suggestions import DONE_OTHERWISE, LAYERS, OPTIONS, command_meant, option_meant, simple
from mlpexp.config.known_keys import known_keys
from mlpexp.config.words import WORDS
from mlpexp.errors import InputError

DASH = "\u2010-\u2015\u2212\ufe58\ufe63\uff0d"  # as word processors write them
OTHER_DASHES = re.compile(f"-*[{DASH}][{DASH}-]*(?=[A-Za-z])")
KIND_WORDS = {"N": "a whole number", "NUMBER": "a number"}
AT_LEAST = re.compile(r"(?:greater than or equal to |x ?>= ?)(-?[\d.]*\d)")  # as versions of the parser say it
MOST_COMMANDS = 6  # named in a sentence


def refuse_mistyped(command: Any, words: Sequence[str]) -> None:
    """Refuses what the parser would take for something else: other dashes, ``-epochs 50``, ``--name --seeds 3``.

    Raises:
        InputError: Names the word.
    """
    options = options_of(command)
    before = ""
    given: set[str] = set()
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
        name = "" if waiting else word.partition("=")[0]
        if name in options and takes_value(options[name]) and not options[name].multiple:
            if called(options[name]) in given:
                raise InputError(f"{name}: is there twice{_together(command, called(options[name]))}")
            given.add(called(options[name]))
        before = word


def _together(command: Any, option: str) -> str:
    """How several values of one option are written, where it may have several."""
    words = [word for word in WORDS if word.option == option and word.examples]
    return (
        f"; several values are one list: {option} {words[0].examples.split(' or ')[0]}"
        if words and command.name == "sweep"
        else ""
    )


def refusal_of(error: Any, program: Any, command: Any, words: Sequence[str], raw: dict[str, Any]) -> InputError:
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


def too_many(command: Any, rest: Sequence[str], words: Sequence[str]) -> InputError:
    """What is left over when all arguments are read.

    Args:
        command: That was typed.
        rest: What is left over.
        words: All that was typed after the command.
    """
    word, options = rest[0], options_of(command)
    at = words.index(word)
    option, value = words[at - 2 : at] if at >= 2 else ("", "")
    if option in ("--set", "--over", "-s") and option in options and "=" not in value:
        return InputError(f"{option} {value} {word}: write {option} {value}={word}")
    if any(each.option == option and each.examples for each in WORDS) and option in options:
        listed = ",".join([value, *words[at : at + _length_of_list(words[at:])]])
        hint = f"write {option} {listed}" + ("" if command.name == "sweep" else " with `mlpexp sweep`")
        return InputError(f"{option} {value} {word}: several values are separated by commas; {hint}")
    if "=" in word and "--set" in options:
        key, _, value = word.partition("=")
        short = option_meant(key, (each.option for each in WORDS if each.option in options))
        return InputError(f"{word}: is not expected here; write {f'{short} {value}' if short else f'--set {word}'}")
    names = [called(each) for each in arguments_of(command)]
    takes = f"takes one {names[0]}" if names else "takes options only"
    return InputError(f"{command.name}: {takes}; {word!r} is not expected here")


def _length_of_list(words: Sequence[str]) -> int:
    """How many words there are before the next option."""
    return next((i for i, word in enumerate(words) if word.startswith("-") and not word[1:2].isdigit()), len(words))


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
    first, blank, value = word.partition(" ")
    if blank and first in options:
        return f"{word}: the quotation marks join option and value; write {first} {value} without them"
    if simple(word) in LAYERS and "--set" in options:
        return f"{word}: unknown option; for two hidden layers write --set 'hidden_sizes=[16,16]'"
    key = simple(word).replace("-", "_")
    if key in known_keys() and f"--{simple(word)}" not in options and "--set" in options:
        return f"{word}: unknown option; write {_setting(key, options)}"
    nearly = option_meant(word, [*options, "--help"])
    if nearly and simple(nearly) == simple(word):
        return f"{word}: unknown option; did you mean {nearly}?"
    having = _having(word, program)
    if nearly and simple(word) in OPTIONS.get(nearly, ()):
        return f"{word}: unknown option; did you mean {nearly}?"
    if having:
        return f"{word}: not an option of {command.name}, but of {_row(having)}"
    if nearly:
        return f"{word}: unknown option; did you mean {nearly}?"
    elsewhere = option_meant(
        word, (name for each in program.commands.values() for name in options_of(each)), cutoff=0.8
    )
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
    return f"; write {_setting(key, options)}" if key else ""


def _setting(key: str, options: Iterable[str]) -> str:
    """How a key is set, and how its values are compared where the command does that."""
    compared = f"--over {key}=VALUES to compare, " if "--over" in options else ""
    return f"{compared}{'or ' if compared else ''}--set {key}=VALUE"


def _misused(option: str, command: Any) -> str:
    parameter = options_of(command)[option]
    if not takes_value(parameter):
        return f"{option}: takes no value"
    return f"{option}: a value is missing; expected {option} {parameter.metavar or kind(parameter)}"


def _bad_value(error: Any, raw: dict[str, Any]) -> str:
    given, expected = raw.get(error.param.name), KIND_WORDS.get(kind(error.param))
    if isinstance(given, str) and expected:
        if least := AT_LEAST.search(error.message):
            return f"{given} is too small; expected {expected} of at least {least[1]}"
        return f"{given!r} is not {expected}"
    return _as_sentence(error.message)


def _as_sentence(message: str) -> str:
    first = message.strip().splitlines()[0].rstrip(".") if message.strip() else "cannot be used"
    return first[0].lower() + first[1:]
