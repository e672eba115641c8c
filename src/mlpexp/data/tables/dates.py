"""Dates and times of day in a table: how they are found, and the numbers that they become when the config says so."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import product

import numpy as np

YEAR_FIRST = r"\d{4}(?:[-/.]\d{1,2}[-/.]\d{1,2}|-\d{1,2}|/(?:0?[1-9]|1[0-2]))"
DAY_FIRST = r"\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2})|(?:0?[1-9]|1[0-2])[-/](?:19|20)\d{2}"
WORD = r"[^\W\d_]{3,10}\.?"  # of a month, in any language
IN_WORDS = (
    rf"\d{{1,2}}(?:\.? | de |[-/]){WORD}(?:,? | de |[-/])(?:\d{{4}}|\d{{2}})|\d{{1,2}}[a-z]{{3}}\d{{4}}"
    rf"|{WORD} \d{{1,2}},? \d{{4}}"
)  # fmt: skip
MONTH = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\\.?"
OF_MONTH = rf"{MONTH}[ -](?:\d{{4}}|\d{{2}})"
EASTERN = r"\d{4} ?[年년] ?\d{1,2} ?[月월](?: ?\d{1,2} ?[日일])?"
WEEKDAY = r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,? "
DATE_ALONE = rf"(?:{WEEKDAY})?(?:{YEAR_FIRST}|{DAY_FIRST}|{IN_WORDS}|{OF_MONTH}|{EASTERN})|\d{{8}}(?=T)"
TIME = r"\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?: ?[AP]M)?|\d{2}\.\d{2}|(?<=T)\d{6}"
DURATION = r"\d+:\d{2}(?::\d{2}(?:\.\d+)?)?"
ZONE = r"(?: ?(?:Z|UTC|GMT)| ?[+-]\d{2}(?::?\d{2})?)?"
DATE = re.compile(rf"(?:{DATE_ALONE})(?:[T :]+(?:{TIME}){ZONE})?|{DURATION}(?: ?[AP]M)?", re.IGNORECASE)
WHEN = re.compile(rf"(?P<date>.*?)(?:(?:^|[T :]+)(?P<time>{TIME})(?P<zone>{ZONE}))?", re.IGNORECASE)
DAY_SECONDS = 86_400
MONTHS = ("%b", "%B")
MARKS = "-/."
ISO = "%Y-%m-%d"
FORMATS: tuple[str, ...] = (
    "",  # of a time of day alone
    *(f"%Y{mark}%m{mark}%d" for mark in MARKS), "%Y-%m", "%Y/%m", "%m/%Y", "%m-%Y", "%m.%Y", "%Y%m%d",
    *(form.replace(" ", mark) for mark in MARKS for form in ("%d %m %Y", "%m %d %Y", "%d %m %y", "%m %d %y")),
    *(f"%d{mark}{month}{mark}%{year}" for mark, month, year in product(" -/", MONTHS, "Yy")), "%d%b%Y",
    *(f"{month} %d{comma} %Y" for month, comma in product(MONTHS, ("", ","))), *(f"{month} %Y" for month in MONTHS),
    "%Y年%m月%d日", "%Y年%m月", "%Y년 %m월 %d일", "%Y년 %m월",
)  # fmt: skip
TIMES = (
    "%H:%M", "%H:%M:%S", "%H:%M:%S.%f", "%I:%M %p", "%I:%M:%S %p", "%I:%M%p", "%I:%M:%S%p", "%H:%M:%S,%f", "%H.%M", "%H%M%S",
)  # fmt: skip


def date_like(cells: Sequence[str]) -> bool:
    """Whether all cells look like dates or times of day."""
    return bool(cells) and all(DATE.fullmatch(cell) for cell in cells)


def readings(cells: Sequence[str], forms: Sequence[str] = FORMATS) -> list[list[datetime]]:
    """Every way in which all cells can be read as dates; of times of day as those of 1970-01-01.

    Args:
        cells: In the order of the result.
        forms: In which days may be written.
    """
    parts = [WHEN.fullmatch(cell) for cell in cells]
    days = [_day(part, cell) for part, cell in zip(parts, cells, strict=True)]
    times = [(part["time"] or "") if part else "" for part in parts]
    clock_of = {time: _clock(time) for time in dict.fromkeys(times)}
    if None in clock_of.values():
        return []
    zones = [_offset(part["zone"] or "") if part else timedelta() for part in parts]
    result: list[list[datetime]] = []
    for _, day_of in _days(list(dict.fromkeys(days)), forms):
        triples = zip(days, times, zones, strict=True)
        whole = [
            datetime.combine(day_of[day], clock.time()) - zone
            for day, time, zone in triples
            if (clock := clock_of[time])
        ]
        if whole not in result:
            result.append(whole)
    return result


def forms_of_days(cells: Sequence[str], forms: Sequence[str] = FORMATS) -> tuple[str, ...]:
    """Those of some forms in which the days of all cells can be written; several may mean the same days."""
    days = dict.fromkeys(_day(WHEN.fullmatch(cell), cell) for cell in cells)
    return tuple(form for form, _ in _days(list(days), forms))


def _day(parts: re.Match[str] | None, cell: str) -> str:
    """A cell without its time of day, and without the day of the week."""
    return re.sub(f"^{WEEKDAY}", "", parts["date"].strip(), flags=re.IGNORECASE) if parts else cell


def _days(days: Sequence[str], forms: Sequence[str]) -> Iterator[tuple[str, dict[str, datetime]]]:
    """Every way in which different days can be read, and the form of it."""
    for form in (form for form in forms if bool(form) == any(days)):
        dates: dict[str, datetime] = {}
        for day in days:
            date = _parsed(day.replace(".", "") if "%b" in form or "%B" in form else day, form)
            if date is None:
                break
            dates[day] = date
        else:
            yield form, dates


def _parsed(text: str, form: str) -> datetime | None:
    if form == "%Y%m%d" and len(text) != len("20240131"):
        return None
    try:
        return datetime.strptime(text, form) if form else datetime(1970, 1, 1)
    except ValueError:
        return None


def _clock(text: str) -> datetime | None:
    if not text:
        return datetime(1970, 1, 1)
    return next((moment for form in TIMES if (moment := _parsed(text, form))), None)


def _offset(zone: str) -> timedelta:
    """How much later it is in a zone than in the first one; nothing where none is named."""
    digits = "".join(filter(str.isdigit, zone))
    if not digits:
        return timedelta()
    distance = timedelta(hours=int(digits[:2]), minutes=int(digits[2:] or 0))
    return -distance if "-" in zone else distance


def ordinal(moments: Sequence[datetime]) -> np.ndarray:
    """Days since the beginning of 1970, with the share of the day that has passed, ``(N,)``."""
    start = datetime(1970, 1, 1)
    return np.array([(moment - start).total_seconds() / DAY_SECONDS for moment in moments])


# The parts of a date that a network can learn from, each a number.
PARTS: Mapping[str, Callable[[datetime], int]] = {
    "year": lambda moment: moment.year,
    "month": lambda moment: moment.month,
    "day": lambda moment: moment.day,
    "weekday": lambda moment: moment.isoweekday(),
    "hour": lambda moment: moment.hour,
    "minute": lambda moment: moment.minute,
}


def parts_of(moments: Sequence[datetime]) -> dict[str, np.ndarray]:
    """The parts that are not the same everywhere, each ``(N,)``; the year if all are."""
    columns = {name: np.array([part(moment) for moment in moments], dtype=float) for name, part in PARTS.items()}
    varied = {name: values for name, values in columns.items() if len(set(values.tolist())) > 1}
    return varied or {"year": columns["year"]}
