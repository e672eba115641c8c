"""What styles words and draws on the terminal: rich, whose own commands pass the border, and nothing in the words does."""

import sys
from collections.abc import Iterable

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from mlpexp.api.border import IN_A_PIPE, ON_A_TERMINAL, behind


class Terminal(Console):
    """A console that styles nothing by itself.

    Args:
        err: Whether it is standard error.
    """

    def __init__(self, *, err: bool = False) -> None:
        stream = behind(sys.stderr if err else sys.stdout)
        super().__init__(file=stream, stderr=err, highlight=False, markup=False, emoji=False)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """The pieces of what is shown, without the commands in their words."""
        shown = ON_A_TERMINAL if self.is_terminal else IN_A_PIPE
        for piece in super().render(renderable, options):
            yield piece if piece.control else Segment(piece.text.translate(shown), piece.style)
