"""The program and its commands as the option parser sees them, with errors, help and completion of our own."""

import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from mlpexp.cli.parser.click_names import ParserError, whole
from mlpexp.cli.parser.help_page import command_page, program_page
from mlpexp.cli.parser.mistakes import refusal_of, refuse_mistyped, too_many, unknown_command
from mlpexp.errors import Interrupted

COMPLETE = "_MLPEXP_COMPLETE"  # the variable by which a shell asks
COMPLETION_OPTIONS = ("--install-completion", "--show-completion")


class Command(TyperCommand):
    """A command whose errors are sentences and whose help is a page of text."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Reads what was typed after the command; raises ``InputError`` where it cannot be read."""
        words = whole(self, args)
        refuse_mistyped(self, words)
        ctx.allow_extra_args = True  # refused below
        try:
            rest = super().parse_args(ctx, list(words))
        except ParserError as error:
            raise refusal_of(error, ctx.find_root().command, self, words, _raw(self, ctx, words)) from None
        if rest:
            raise too_many(self, rest, words)
        return rest

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Writes the page of ``--help``."""
        formatter.write(command_page(self, ctx.command_path, ctx) + "\n")


class Program(TyperGroup):
    """All commands; alone it shows its help, and what a shell asks for completion is answered before anything else."""

    def main(self, args: Sequence[str] | None = None, *rest: Any, **settings: Any) -> Any:
        """Runs what was typed, or answers a shell."""
        if os.environ.get(COMPLETE, "").startswith("complete_"):
            from mlpexp.cli.parser.shells import answer

            print(answer(self, os.environ[COMPLETE].removeprefix("complete_")), end="")
            sys.exit(0)
        return super().main(args, *rest, **settings)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Reads the options before a command; raises ``InputError`` where it cannot."""
        words = list(args)
        if not words:
            typer.echo(self.get_help(ctx))
            raise typer.Exit
        refuse_mistyped(self, words[:1])
        if words[0] in COMPLETION_OPTIONS:
            from mlpexp.cli.parser.shells import use_own_scripts

            use_own_scripts(words[0])
        try:
            return super().parse_args(ctx, list(words))
        except ParserError as error:
            raise refusal_of(error, self, self, words, {}) from None

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that was typed; raises ``InputError`` if there is no such."""
        if args[0] not in self.commands:
            raise unknown_command(args[0], self)
        return super().resolve_command(ctx, args)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Writes the page of ``--help``."""
        formatter.write(program_page(self, ctx.command_path, ctx) + "\n")

    def make_context(self, *names: Any, **settings: Any) -> Any:
        """Reads what was typed."""
        with _stopped():
            return super().make_context(*names, **settings)

    def invoke(self, ctx: Any) -> Any:
        """Runs the command."""
        with _stopped():
            return super().invoke(ctx)


@contextmanager
def _stopped() -> Iterator[None]:
    """Ctrl-C outside of training; typer itself exits without a word, with 130 or (older) 1."""
    try:
        yield
    except KeyboardInterrupt:
        raise Interrupted("interrupted", signal.SIGINT) from None


def _raw(command: Any, ctx: Any, words: list[str]) -> dict[str, Any]:
    """The values of all parameters as they were typed; none if the words cannot be read."""
    try:
        values, _, _ = command.make_parser(ctx).parse_args(args=list(words))
    except ParserError:
        return {}
    return dict(values)
