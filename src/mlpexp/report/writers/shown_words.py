"""Words of users as they are shown: nothing in them acts on the page around them."""

from mlpexp.errors import CONTROL_CHARACTERS, visible

BIDI_MARKS = {
    code: f"\\u{code:04x}" for code in (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
}
IN_FILES = {code: shown for code, shown in (CONTROL_CHARACTERS | BIDI_MARKS).items() if code not in (9, 10, 13)}


def shown(text: str) -> str:
    """A text in one line; control characters, and marks that turn the direction of writing, are written as escapes."""
    return visible(text).translate(BIDI_MARKS)


def shown_in_file(text: str) -> str:
    """The same of a whole file, which keeps its lines."""
    return text.translate(IN_FILES)
