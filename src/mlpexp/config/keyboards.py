"""YAML typed on other keyboards: full-width marks, other blanks and quotes, tabs, ``=``, a missing blank.

Nothing is refused here. What cannot be read, or does not pass its check, is looked at once more, for a sentence that helps.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from mlpexp.errors import Place, Problem

MOST_SHOWN = 60  # characters of a line in a message
MOST_CHARACTERS = 10_000  # of a text that is looked at once more: it is read again for each line in question
MOST_LINES = 50  # that are looked at one by one
OTHER_MARKS = {
    "“": '"', "”": '"', "„": '"', "‟": '"', "«": '"', "»": '"', "「": '"', "」": '"',
    "‘": "'", "’": "'", "‚": "'", "‛": "'", "‹": "'", "›": "'",
    "、": ",", "،": ",", "﹐": ",", "﹕": ":", "︰": ":", "。": ".", "【": "[", "】": "]", "〔": "[", "〕": "]",
    "−": "-", "–": "-", "—": "-", "‐": "-", "‑": "-", "\u200b": "", "\u2060": "", "\ufeff": "",
}  # fmt: skip
BLANKS = " \t\u00a0\u2000-\u200b\u202f\u205f\u2060\u3000\ufeff"
KEY_AND_SIGN = re.compile(rf"(?P<key>[A-Za-z_][A-Za-z0-9_.-]*)(?P<gap>[{BLANKS}]*)(?P<sign>[:：﹕︰]|[=＝](?!=))")
INDENTATION = re.compile(rf"[{BLANKS}]*")
DASHES = re.compile(rf"(?:-[{BLANKS}]+)*")

PLAIN_FAULTS = {
    "": "a blank is missing after `:`", "- ": "a blank is missing after `-`", "-": "a stray `-` stands here",
    "=": "`=` stands where `:` belongs", "\t": "a tab stands here, where YAML needs blanks",
}  # fmt: skip

Rank = Callable[[str], tuple[int, int]]  # how far a text can be read: the higher, the further


def typed(char: str) -> str | None:
    """What belongs in the place of a character of another keyboard; None if it is not one."""
    if "！" <= char <= "～":  # the full-width forms, in the order of ASCII
        return chr(ord(char) - ord("！") + ord("!"))
    if char in OTHER_MARKS:
        return OTHER_MARKS[char]
    return " " if char != " " and unicodedata.category(char) == "Zs" else None


def retyped(text: str) -> str:
    """A text with every character of another keyboard replaced; a colon and a comma get their blank."""
    result = ""
    for i, char in enumerate(text):
        new = typed(char)
        result += char if new is None else new
        if new in (":", ",") and i + 1 < len(text) and (typed(text[i + 1]) or text[i + 1]) not in (" ", "\n"):
            result += " "
    return result


def indentation(text: str) -> str:
    """The blanks of any kind that a text begins with."""
    match = INDENTATION.match(text)
    return match.group() if match else ""


def first_odd(text: str) -> int | None:
    """Where the first character of another keyboard is."""
    return next((i for i, char in enumerate(text) if typed(char) is not None), None)


def sentence(char: str, correct: str) -> str:
    """What is wrong with a character, and what to write.

    Args:
        char: The character, or a key of ``PLAIN_FAULTS``.
        correct: The line or value as it should be.
    """
    correct = " ".join(correct.split())
    if len(correct) > MOST_SHOWN:
        correct = correct[:MOST_SHOWN].rpartition(" ")[0] + " ..."
    write = f"; write `{correct}`" if correct else ""
    if char in PLAIN_FAULTS:
        return PLAIN_FAULTS[char] + write
    name = unicodedata.name(char, "unknown character").lower().replace("fullwidth", "full-width")
    name = f"{'an' if name[0] in 'aeiou' else 'a'} {name}"
    if char.isspace() or not char.isprintable():
        return f"U+{ord(char):04X} is {name}, not a blank{write}"
    return f"`{char}` is {name}, not `{typed(char)}`{write}"


@dataclass(frozen=True)
class Edit:
    """A piece of a line to be replaced."""

    start: int
    """Position of its first character."""
    end: int
    """Position after its last."""
    new: str
    """What stands there instead."""
    firm: bool
    """Whether a key is expected there, so that it means nothing else."""


@dataclass
class _Line:
    """Looks for what was typed otherwise in one line, outside of quotes, comments and free text."""

    text: str
    """Of the line."""
    level: int
    """Blanks that it probably begins with."""
    depth: int = 0
    """Brackets that are open."""
    quote: str = ""
    """The quotation mark that is open, if one is."""
    edits: list[Edit] = field(default_factory=list)

    def scan(self) -> None:
        """Collects ``edits``; leaves ``depth`` and ``quote`` as they are behind the line."""
        at = 0
        if self.quote:
            at = self._quoted(0)
        elif not self.depth:
            at = len(indentation(self.text))
            self._edit(
                0, at, " " * (at if self.text[:at].isascii() and "\t" not in self.text[:at] else self.level), firm=True
            )
            at = self._key(self._dashes(at))
            at = self._value(at)
        self._flow(at)

    def block_scalar(self) -> bool:
        """Whether lines of free text follow."""
        return not self.depth and re.search(r"(?:^|[:\-]\s+)[|>][-+0-9]*\s*(?:#.*)?$", self.text) is not None

    def edited(self) -> str:
        """The line with all edits."""
        result, at = "", 0
        for edit in self.edits:
            result, at = result + self.text[at : edit.start] + edit.new, edit.end
        return result + self.text[at:]

    def _edit(self, start: int, end: int, new: str, *, firm: bool = False) -> None:
        if self.text[start:end] != new:
            self.edits.append(Edit(start, end, new, firm))

    def _dashes(self, at: int) -> int:
        """Passes over the dashes of lists; blanks of other kinds behind them become ordinary ones."""
        match = DASHES.match(self.text, at)
        end = match.end() if match else at
        for i in range(at, end):
            if self.text[i] not in " -":
                self._edit(i, i + 1, " ", firm=True)
        return end

    def _key(self, at: int) -> int:
        """Passes over a key and its colon, if they stand here."""
        match = KEY_AND_SIGN.match(self.text, at)
        if match is None:
            return at
        sign, end = match["sign"], match.end()
        past = end + len(indentation(self.text[end:]))
        following = self.text[past : past + 1]
        if sign == ":":
            if past == end and (following in ("/", "\\") or (self.depth and following and following in "[]{},")):
                return at if following in ("/", "\\") else end
            start = end
        elif sign in "=＝":
            start = match.start("gap")
        else:
            start = match.start("sign")
        space = self.text[end:past] if set(self.text[end:past]) <= {" "} else " "
        after = (space or " ") if following and not (self.depth and following in ",]}") else space
        self._edit(start, past, after if sign == ":" else ":" + after, firm=True)
        return past

    def _value(self, at: int) -> int:
        """Passes over a value that is free text; before a bracket it stops."""
        char = self.text[at : at + 1]
        if char in ('"', "'") and char:
            self.quote = char
            return self._quoted(at + 1)
        if char and (char in "[{" or typed(char) in ("[", "{")):
            return at
        if typed(char or "a") in ('"', "'"):
            self._quotes(at, len(self.text))
        return len(self.text)

    def _quotes(self, at: int, end: int) -> None:
        for i in range(at, end):
            if typed(self.text[i]) in ('"', "'"):
                self._edit(i, i + 1, str(typed(self.text[i])))

    def _quoted(self, at: int) -> int:
        """Passes over what is quoted; the mark stays open if it does not end here."""
        while at < len(self.text):
            if self.text[at] == "\\" and self.quote == '"':
                at += 1
            elif self.text[at] == self.quote:
                self.quote = ""
                return at + 1
            at += 1
        return at

    def _flow(self, at: int) -> None:
        """Goes through brackets, to the end of the line."""
        begins = True  # a key or value
        while at < len(self.text):
            char = self.text[at]
            if char == "#" and self.text[at - 1 : at] in ("", " "):
                return
            if begins and self.depth:
                past = self._key(at)
                if past > at:
                    at = past
                    continue
                if char in "\"'":
                    self.quote = char
                    at, begins = self._quoted(at + 1), False
                    continue
            new = typed(char)
            plain = new or char
            if new is not None and plain in "[]{},:'\" ":
                following = self.text[at + 1 : at + 2]
                gap = " " * (new in (",", ":") and following != "" and (typed(following) or following) != " ")
                self._edit(at, at + 1, new + gap)
            self.depth = max(0, self.depth + (plain in ("[", "{")) - (plain in ("]", "}")))
            begins = plain in ("[", "{", ",", ":") or (begins and plain == " ")
            at += 1


@dataclass(frozen=True)
class Suspect:
    """A line that may have been typed otherwise."""

    number: int
    """Its number, from 0."""
    line: str
    """As it was typed."""
    edits: Sequence[Edit]
    """What to replace, from left to right."""
    new: str
    """The line as it may be meant."""

    @property
    def firm(self) -> bool:
        """Whether it means nothing else."""
        return any(edit.firm for edit in self.edits)

    def problem(self, place: Callable[[int, int], Place]) -> Problem:
        """The sentence, at the first character in question."""
        edit = self.edits[0]
        old = self.line[edit.start : edit.end].strip(" ")
        char = old[:1].replace("＝", "=") if old else ""
        column = edit.start + len(self.line[edit.start : edit.end]) - len(self.line[edit.start : edit.end].lstrip(" "))
        return Problem(place(self.number + 1, column + 1), "", sentence(char, self.new))


def suspects(text: str) -> list[Suspect]:
    """The lines of a YAML text that may have been typed otherwise."""
    lines_in_question = []
    depth, quote, free, level = 0, "", -1, 0  # free: the blanks beyond which lines are free text
    levels: dict[str, int] = {}  # of indentation that is not of blanks alone
    for number, content in enumerate(text.split("\n")):
        begin = indentation(content)
        if content == begin or content[len(begin)] == "#" or 0 <= free < len(begin):
            continue
        level = levels.setdefault(begin, level) if begin.strip(" ") else len(begin)
        line = _Line(content, level, depth, quote)
        line.scan()
        depth, quote, free = line.depth, line.quote, level if line.block_scalar() else -1
        level += 2 * content.rstrip().endswith((":", "："))
        if line.edits:
            lines_in_question.append(Suspect(number, content, tuple(line.edits), line.edited()))
    return lines_in_question


def unreadable(text: str, rank: Rank, place: Callable[[int, int], Place]) -> list[Problem]:
    """Sentences for a text that is no YAML, or no mapping, if lines typed otherwise are why; else none.

    Args:
        text: The text.
        rank: How far a text can be read.
        place: Of a line and column, from 1.
    """
    found = suspects(text)
    if not found or len(text) > MOST_CHARACTERS:
        return []
    lines = text.split("\n")

    def reached(some: Sequence[Suspect]) -> tuple[int, int]:
        new = {suspect.number: suspect.new for suspect in some}
        return rank("\n".join(new.get(number, line) for number, line in enumerate(lines)))

    best = reached(found)
    for suspect in list(found) if len(found) <= MOST_LINES else ():
        without = [other for other in found if other is not suspect]
        rank_without = reached(without)
        if rank_without > best or (rank_without == best and not suspect.firm):
            found, best = without, rank_without
    return [suspect.problem(place) for suspect in found] if best > rank(text) else []
