"""A script as a page holds it: without comments, indents, and blanks that mean nothing. No name is changed.

Scripts that rely on a line's end for a semicolon keep it, so that what they do is the same.
"""

import re
from collections.abc import Iterator

TOKEN = re.compile(
    r"""
    //[^\n]* | /\*.*?\*/            # comments
    | "(?:\\.|[^"\\])*" | '(?:\\.|[^'\\])*'
    | \s+ | [\w$.]+ | .
    """,
    re.VERBOSE | re.DOTALL,
)
PATTERN = re.compile(r"/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\[\n])+/\w*")
VALUE = re.compile(r"(?<!\breturn)(?<!\btypeof)(?<!\bcase)(?<=[\w$.)\]}\"'`])\Z")  # behind it a slash divides
WORD = re.compile(r"[\w$]")
OPENS, CLOSES = "{([,;:?=&|<>+-*%!~^", "})],;:?=&|<>*%."  # behind or before these no statement ends by its line


def minified(source: str) -> str:
    """The same program in fewer bytes.

    Args:
        source: In JavaScript.
    """
    pairs = _without_needless(list(_with_gaps(source)))
    befores = ["", *(token for _, token in pairs)]
    return "".join(_kept(before, gap, token) + token for before, (gap, token) in zip(befores, pairs, strict=False))


def _with_gaps(source: str) -> Iterator[tuple[str, str]]:
    """What is before each token, a blank or the end of a line, and the token."""
    gap = ""
    for token in _tokens(source):
        if _means_nothing(token):
            gap = "\n" if "\n" in gap + token else " "
        else:
            yield gap, token
            gap = ""


def _without_needless(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Without brackets around the one argument of an arrow, and without a comma or semicolon before a brace that closes.

    A semicolon behind a bracket may be the whole body of a loop, and stays.
    """
    tokens = ["", *(token for _, token in pairs)]
    needless: set[int] = set()
    for place in range(1, len(tokens)):
        opening, name, closing, *arrow = [*tokens[place : place + 5], "", "", ""][:5]
        if [opening, closing, *arrow] == ["(", ")", "=", ">"] and _is_word(name) and not _is_word(tokens[place - 1]):
            needless |= {place, place + 2}
        if name == "}" and (opening == "," or (opening == ";" and tokens[place - 1] != ")")):
            needless.add(place)
    return [pair for place, pair in enumerate(pairs, 1) if place not in needless]


def _tokens(source: str) -> Iterator[str]:
    place, last = 0, ""
    while place < len(source):
        end = _end(source, place, last)
        token = source[place:end]
        yield token
        place, last = end, last if _means_nothing(token) else token


def _end(source: str, place: int, last: str) -> int:
    """Where the token ends that begins at a place, behind another one."""
    if source[place] == "`":
        return _template_end(source, place + 1)
    pattern = None if VALUE.search(last) else PATTERN.match(source, place)
    token = pattern or TOKEN.match(source, place)
    assert token is not None
    return token.end()


def _template_end(source: str, place: int) -> int:
    """Behind the closing backquote; an expression within may hold templates of its own."""
    while source[place] != "`":
        if source[place] == "\\":
            place += 2
        elif source.startswith("${", place):
            place, depth, last = place + 2, 1, ""
            while depth:
                end = _end(source, place, last)
                last = source[place:end]
                depth += {"{": 1, "}": -1}.get(last, 0)
                place = end
        else:
            place += 1
    return place + 1


def _kept(last: str, gap: str, token: str) -> str:
    """What of a gap between two tokens must stay."""
    if not gap or not last:
        return ""
    before, after = last[-1], token[0]
    if WORD.match(before) and (WORD.match(after) or after == "."):
        return gap
    if "\n" in gap:
        return "" if before in OPENS or after in CLOSES else "\n"
    return " " if before == after and before in "+-/" else ""


def _means_nothing(token: str) -> bool:
    return token.isspace() or token.startswith(("//", "/*"))


def _is_word(token: str) -> bool:
    return token.replace("$", "_").isidentifier()
