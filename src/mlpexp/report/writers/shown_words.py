"""Words of users as they are shown: nothing in them acts on the page around them."""

from mlpexp.errors import CONTROL_CHARACTERS, UNSEEN_MARKS, visible

IN_FILES = {code: shown for code, shown in (CONTROL_CHARACTERS | UNSEEN_MARKS).items() if code not in (9, 10, 13)}


def shown(text: str) -> str:
    """A text in one line; control characters, and marks that are not seen, are written as escapes."""
    return visible(text).translate(UNSEEN_MARKS)


def shown_in_file(text: str) -> str:
    """The same of a whole file, which keeps its lines."""
    return text.translate(IN_FILES)
