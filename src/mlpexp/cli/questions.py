"""Questions on a terminal, each with a default; an answer that cannot be used is said why, and asked again."""

from collections.abc import Callable

from mlpexp.cli.printing import print_sentences
from mlpexp.errors import InputError


def ask(question: str, default: str, check: Callable[[str], object] = lambda answer: None) -> str:
    """The answer to a question; Enter takes the default.

    Args:
        question: Without a question mark.
        default: May be empty.
        check: Raises ``InputError`` for an answer that cannot be used.

    Raises:
        InputError: The answers end before the questions.
    """
    from rich.prompt import Prompt

    from mlpexp.api.console import Terminal

    while True:
        try:
            answer = str(
                Prompt.ask(f"{question}?", console=Terminal(), default=default, show_default=bool(default))
            ).strip()
        except EOFError:
            raise InputError("the questions were not answered to the end; nothing is written") from None
        try:
            check(answer)
        except InputError as error:
            print_sentences([str(error)])
        else:
            return answer
