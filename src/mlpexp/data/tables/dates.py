"""Dates and times of day in a table: how they are found, and the numbers that they become when the config says so."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import product

import numpy as np

YEAR_FIRST = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}")
DAY = re.compile(r"\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2})")
IN_WORDS = re.compile(r"\d{1,2}[ -][a-z]{3,9}\.?[ -]\d{4}|[a-z]{3,9}\.? \d{1,2},? \d{4}", re.IGNORECASE)
TIME = r"\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?[AP]M)?"
ZONE = r"(?:Z| ?[+-]\d{2}:?\d{2})?"
DATE = re.compile(
    rf"(?:{YEAR_FIRST.pattern}|\d{{4}}-\d{{1,2}}|{DAY.pattern}|{IN_WORDS.pattern})(?:[T ]+{TIME}{ZONE})?|{TIME}",
    re.IGNORECASE | re.ASCII,
)
WHEN = re.compile(rf"(?P<date>.*?)[T ]*(?P<time>{TIME})?(?P<zone>(?<=\d){ZONE})", re.IGNORECASE)
DAY_SECONDS = 86_400
MONTHS = ("%b", "%B")
MARKS = "-/."
FORMATS: tuple[str, ...] = (
    *(f"%Y{mark}%m{mark}%d" for mark in MARKS), "%Y-%m",
    *(form.replace(" ", mark) for mark in MARKS for form in ("%d %m %Y", "%m %d %Y", "%d %m %y", "%m %d %y")),
    *(f"%d{mark}{month}{mark}%Y" for mark, month in product(" -", MONTHS)),
    *(f"{month} %d{comma} %Y" for month, comma in product(MONTHS, ("", ","))),
)  # fmt: skip
TIMES = ("%H:%M", "%H:%M:%S", "%H:%M:%S.%f", "%I:%M %p", "%I:%M:%S %p", "%I:%M%p", "%I:%M:%S%p")


def date_like(cells: Sequence[str]) -> bool:
    """Whether all cells look like dates or times of day."""
    return bool(cells) and all(DATE.fullmatch(cell) for cell in cells)


def readings(cells: Sequence[str]) -> list[list[datetime]]:
    """Every way in which all cells can be read as dates; of times of day as those of 1970-01-01."""
    parts = [WHEN.fullmatch(cell) for cell in cells]
    days = [part["date"].strip() if part else cell for part, cell in zip(parts, cells, strict=True)]
    times = [(part["time"] or "") if part else "" for part in parts]
    clocks = [_clock(time) for time in times]
    zones = [_offset(part["zone"]) if part else timedelta() for part in parts]
    if None in clocks:
        return []
    result = []
    for form in FORMATS if any(days) else ("",):
        dates = [_parsed(day.replace(".", "") if "%b" in form or "%B" in form else day, form) for day in days]
        if all(date is not None for date in dates):
            triples = zip(dates, clocks, zones, strict=True)
            whole = [datetime.combine(date, clock.time()) - zone for date, clock, zone in triples if date and clock]
            if whole not in result:
                result.append(whole)
    return result


def _parsed(text: str, form: str) -> datetime | None:
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
    distance = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
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
