"""Quantities as people write them, read into hours, rates per hour, shares and trust 0..1, and plain numbers.

    hours("5 d 3 h") == 123.0      share("30 %") == 0.3       trust("44 points") == 0.44
    rate("2 per day") == 2 / 24    amount("1.2 M") == 1.2e6   count("20 k") == 20000

Each reader raises ValueError with words that follow `path: `, such as `40 is not a share; write 40 % or 0.4`. A bare
number is no time: 5 may be hours or days, so its unit is asked for. The writers (`duration_words`, `share_words`, ...)
give text that the readers turn into exactly the same number, or the number itself where words would lose digits.

A moment ("5 d", "day 5 14:00", "2026-03-07 14:00") is read without knowing the start; `since` places it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from fractions import Fraction
from zoneinfo import ZoneInfo

DAY, YEAR = 24.0, 8760.0

_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_TIMES = (  # names, and how many hours it has
    (("s", "sec", "secs", "second", "seconds"), Fraction(1, 3600)),
    (("min", "mins", "minute", "minutes"), Fraction(1, 60)),
    (("h", "hr", "hrs", "hour", "hours"), Fraction(1)),
    (("d", "day", "days"), Fraction(24)),
    (("w", "wk", "week", "weeks"), Fraction(168)),
    (("y", "yr", "year", "years"), Fraction(8760)),
)
_HOURS = {name: size for names, size in _TIMES for name in names}
_MONTHS = ("m", "mo", "month", "months")
_MULTIPLES = {"": 1.0, "k": 1e3, "thousand": 1e3, "m": 1e6, "million": 1e6, "bn": 1e9, "billion": 1e9}


def shown(value: object) -> str:
    """A value as an error quotes it: text in quotes, numbers bare, long ones cut."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple)):
        return "a list"
    if isinstance(value, dict):
        return "a mapping"
    text = f"{value:g}" if isinstance(value, float) and value == float(f"{value:g}") else str(value)
    text = text if len(text) <= 40 else text[:37] + "..."
    return text if isinstance(value, (int, float)) else f"'{text}'"


def _text(value: object) -> str:
    return " ".join(str(value).split()) if isinstance(value, (str, int, float)) and not isinstance(value, bool) else ""


def _plain(value: object, what: str, hint: str) -> float:
    """A finite number without a unit, written as a number or as text."""
    text = _text(value)
    if re.fullmatch(_NUMBER, text):
        number = float(text)
        if math.isfinite(number):
            return number
    if re.fullmatch(r"[+-]?\d+,\d+.*", text):
        raise ValueError(f"{shown(value)}: write the decimal point as a point, not a comma")
    raise ValueError(f"{shown(value)} is not {what}; {hint}")


def number(value: object) -> float:
    """A finite number, with its sign."""
    return _plain(value, "a number", "write it in digits, like 0.4")


def amount(value: object) -> float:
    """A number of 0 or more, with thousands and millions: 12, "1.2 M", "20 k", "2,000", "2_000"."""
    text = _text(value)
    match = re.fullmatch(rf"({_NUMBER})\s*([a-zA-Z]+)", text)
    if re.fullmatch(r"\d{1,3}(?:[,_ ]\d{3})+", text):
        result = float(re.sub("[,_ ]", "", text))
    elif match and match[2].lower() in _MULTIPLES:
        result = float(match[1]) * _MULTIPLES[match[2].lower()]
    else:
        result = _plain(value, "an amount", 'write 1200, "1.2 k" or "1.2 M"')
    if result < 0:
        raise ValueError(f"{shown(value)} is below 0")
    return result


def count(value: object) -> int:
    """A whole number of 0 or more: 2000, "2 k", "1.2 M", "2,000"."""
    try:
        result = amount(value)
    except ValueError as problem:
        raise ValueError(str(problem).replace("an amount", "a whole number")) from None
    if result != round(result):
        raise ValueError(f"{shown(value)} is not a whole number")
    return round(result)


def share(value: object) -> float:
    """A part of a whole, 0..1: 0.3, "30 %", "30%"."""
    return _part(value, r"%|percent|per cent", "share", "%")


def trust(value: object) -> float:
    """Trust, 0..1: 0.44, "44 points", "44 %"."""
    return _part(value, r"%|points?|percent", "level of trust", "points")


def _part(value: object, units: str, what: str, unit: str) -> float:
    text = _text(value)
    match = re.fullmatch(rf"({_NUMBER})\s*(?:{units})", text)
    if match:
        percent = float(match[1])
        if not 0 <= percent <= 100:
            raise ValueError(f"{shown(value)} is not a {what}; it goes from 0 {unit} to 100 {unit}")
        return float(_exactly(match[1]) / 100)
    part = _plain(value, f"a {what}", f"write 30 {unit} or 0.3")
    if 0 <= part <= 1:
        return part
    if 1 < part <= 100:
        raise ValueError(f"{shown(value)} is not a {what}; write {part:g} {unit} or {part / 100:g}")
    raise ValueError(f"{shown(value)} is not a {what}; it goes from 0 to 1, or from 0 {unit} to 100 {unit}")


def hours(value: object) -> float:
    """A length of time in hours: "5 d", "5 d 3 h", "90 min", "2 weeks", "1.5 h". Not negative; a bare 0 will do."""
    text = _text(value)
    if re.fullmatch(_NUMBER, text):
        if float(text) == 0:
            return 0.0
        if float(text) < 0:
            raise ValueError(f"{shown(value)} is a negative time")
        raise ValueError(f"{shown(value)} has no unit; write {text.lstrip('+-')} h or {text.lstrip('+-')} d")
    pieces = re.findall(rf"({_NUMBER})\s*([^\W\d_]+)", text)
    rest = re.sub(rf"({_NUMBER})\s*([^\W\d_]+)(?:\s*,|\s+and\b)?", "", text).strip()
    if not pieces or rest:
        if re.match(r"[+-]?\d+,\d", text):
            raise ValueError(f"{shown(value)}: write the decimal point as a point, not a comma")
        raise ValueError(f"{shown(value)} is not a time; write it like 90 min, 5 h, 5 d or 5 d 3 h")
    total = Fraction(0)  # exact until the end: 1 h 47 min is the number nearest to 107/60
    for digits, unit in pieces:
        if unit.lower() in _MONTHS:
            raise ValueError(f"{shown(value)}: months differ in length (and m could be minutes); write days or min")
        if unit.lower() not in _HOURS:
            raise ValueError(f"{shown(value)}: '{unit}' is not a unit of time; write s, min, h, d, w or y")
        if digits.startswith("-"):
            raise ValueError(f"{shown(value)} is a negative time")
        if float(digits) > 1e12:
            raise ValueError(f"{shown(value)} is too long")
        total += _exactly(digits) * _HOURS[unit.lower()]
    return float(total)


def _exactly(digits: str) -> Fraction:
    """A decimal number without round-off; huge exponents and endless digits only as exactly as a float."""
    return Fraction(float(digits)) if len(digits) > 40 or "e" in digits.lower() else Fraction(digits)


def rate(value: object) -> float:
    """A rate per hour: "2 per day", "0.5 / h", "20 per week"."""
    text = _text(value)
    match = re.fullmatch(rf"({_NUMBER})\s*(?:per|/|a|an)\s*([a-zA-Z]+)", text)
    if not match:
        raise ValueError(f"{shown(value)} is not a rate; write it like 2 per day or 0.5 per h")
    if match[2].lower() not in _HOURS:
        raise ValueError(f"{shown(value)}: '{match[2]}' is not a unit of time; write s, min, h, d, w or y")
    if float(match[1]) < 0:
        raise ValueError(f"{shown(value)} is a negative rate")
    return float(match[1]) / float(_HOURS[match[2].lower()])


def yes_no(value: object) -> bool:
    """yes or no (also true and false)."""
    if isinstance(value, bool):
        return value
    text = _text(value).lower()
    if text in ("yes", "no", "true", "false"):
        return text in ("yes", "true")
    raise ValueError(f"{shown(value)} is neither yes nor no")


# moments


@dataclass(frozen=True)
class ClockTime:
    """A time on the clock of the start's zone, `day` days after the date of the start; None: at the start's hour."""

    day: int
    hour: float | None = None


Moment = float | ClockTime | datetime

_CLOCK = r"(\d{1,2}):(\d{2})(?::(\d{2}(?:\.\d+)?))?"


def moment(value: object) -> Moment:
    """A point in time: "5 d" or "5 d 3 h" after the start, "day 5 14:00", or a date "2026-03-07 14:00 [zone]"."""
    text = _text(value)
    by_day = re.fullmatch(rf"(?:day|d)\s*(\d+)(?:[ ,]\s*{_CLOCK})?", text, re.IGNORECASE)
    if by_day:
        hour = _clock(value, *by_day.groups()[1:]) if by_day[2] else None
        if len(by_day[1]) > 5:
            raise ValueError(f"{shown(value)} is too late")
        return ClockTime(int(by_day[1]), hour)
    if looks_like_date(text):
        return date(value)
    if re.fullmatch(_NUMBER, text) and float(text) < 0:
        raise ValueError(f"{shown(value)} is a negative time")
    if re.fullmatch(_NUMBER, text) and float(text) > 0:
        raise ValueError(f"{shown(value)} is not a time; write {text} h or {text} d, or a date like 2026-03-07 14:00")
    return hours(value)


def looks_like_date(text: object) -> bool:
    """True for what is meant as a date, written well or not."""
    return bool(re.match(r"\d{4}-\d|\d{1,2}[./]\d{1,2}[./]\d{2,4}|\d{1,2}:\d{2}", str(text)))


def _clock(value: object, hour: str | None, minute: str | None, second: str | None) -> float:
    if int(hour or 0) > 23 or int(minute or 0) > 59 or float(second or 0) >= 60:
        raise ValueError(f"{shown(value)}: the clock goes from 00:00 to 23:59")
    return (int(hour or 0) * 3600 + int(minute or 0) * 60 + float(second or 0)) / 3600


def date(value: object) -> datetime:
    """A date with an optional time and zone: "2026-03-07", "2026-03-07 14:00", "2026-03-07T14:00 Europe/Berlin".

    Zones: UTC, Z, an offset such as +01:00, or a name of the IANA database. Without one the result is naive.
    """
    text = _text(value)
    match = re.fullmatch(rf"(\d{{4}})-(\d{{1,2}})-(\d{{1,2}})(?:[T ]{_CLOCK})?\s*([A-Za-z+-].*)?", text)
    if not match:
        raise ValueError(f"{shown(value)} is not a date; write it like 2026-03-07 or 2026-03-07 14:00")
    try:
        day = datetime(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        raise ValueError(f"{shown(value)}: there is no such day in the calendar") from None
    if not 1900 <= day.year <= 2999:
        raise ValueError(f"{shown(value)}: years go from 1900 to 2999")
    instant = day + timedelta(hours=_clock(value, *match.groups()[3:6]))
    return instant.replace(tzinfo=_zone(value, match[7])) if match[7] else instant


def _zone(value: object, name: str) -> tzinfo:
    offset = re.fullmatch(r"([+-])(\d{1,2}):?(\d{2})?", name)
    if offset and int(offset[2]) < 24 and int(offset[3] or 0) < 60:
        size = timedelta(hours=int(offset[2]), minutes=int(offset[3] or 0))
        return timezone(size if offset[1] == "+" else -size)
    if name in ("UTC", "Z", "GMT"):
        return UTC
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # ZoneInfoNotFoundError is a KeyError
        raise ValueError(f"{shown(value)}: '{name}' is not a time zone; write UTC, +01:00 or Europe/Berlin") from None


def start_date(value: object) -> datetime:
    """A date as the start of a scenario: as `date`, in UTC when no zone is named."""
    instant = date(value)
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def since(when: Moment, start: datetime) -> float:
    """Hours from the start (which knows its zone) to a moment; negative when it lies before."""
    if isinstance(when, ClockTime):
        local = start.replace(tzinfo=None) if when.hour is None else datetime(start.year, start.month, start.day)
        when = local + timedelta(days=when.day, hours=when.hour or 0)
    if isinstance(when, datetime):
        aware = when if when.tzinfo else when.replace(tzinfo=start.tzinfo)
        return (aware.astimezone(UTC) - start.astimezone(UTC)).total_seconds() / 3600
    return when


def clock_at(start: datetime, after: float) -> datetime:
    """The local date and time `after` hours from the start, summer time included; to the minute."""
    instant = start.astimezone(UTC) + timedelta(hours=after, seconds=30)
    return instant.replace(second=0, microsecond=0).astimezone(start.tzinfo)


# the way back


def duration_words(value: float) -> str:
    """Hours as people write them ("5 d 12 h", "90 min" as "1 h 30 min"); exact under `hours`."""
    sizes = (("y", YEAR), ("d", DAY), ("h", 1.0)) if value % YEAR == 0 else (("d", DAY), ("h", 1.0))
    rest, pieces = value, []
    for unit, size in sizes:
        whole = math.floor(rest / size)
        if whole:
            pieces.append(f"{whole} {unit}")
            rest -= whole * size
    minutes = round(rest * 60)
    if minutes:
        pieces.append(f"{minutes} min")
    text = " ".join(pieces) or "0 h"
    return text if hours(text) == value else f"{value!r} h"


def roughly(value: float) -> str:
    """Hours for reading only: the two largest units, without the promise to be exact."""
    if value < 1:
        return f"{max(round(value * 60), 1 if value > 0 else 0)} min"
    if value < 48:
        return duration_words(round(value * 60) / 60 if value < 10 else float(round(value)))
    return duration_words(float(round(value))) if value < 240 else duration_words(round(value / DAY) * DAY)


def share_words(value: float) -> str | float:
    """A share as "30 %", or the number itself where that would not read back exactly."""
    return _part_words(value, "%", share)


def trust_words(value: float) -> str | float:
    """Trust as "44 points", or the number itself where that would not read back exactly."""
    return _part_words(value, "points", trust)


def _part_words(value: float, unit: str, reader: Callable[[object], float]) -> str | float:
    text = f"{100 * value:.10g} {unit}"
    try:
        return text if reader(text) == value else value
    except ValueError:  # 100.0000001 %
        return value


def rate_words(value: float) -> str:
    """A rate per hour as text that `rate` reads back exactly: "6 per h", "2 per day", "0.5 per year"."""
    for unit, hours_of in (("h", 1.0), ("day", DAY), ("year", YEAR)):
        text = f"{value * hours_of:.6g} per {unit}"
        if "e" not in text and rate(text) == value:
            return text
    return f"{number_words(value)!r} per h"


def number_words(value: float) -> int | float:
    """A number without a needless ".0"."""
    return int(value) if value == int(value) and abs(value) < 1e15 else value


def date_words(start: datetime) -> str:
    """A start as `start_date` reads it: "2026-01-05 00:00 UTC"."""
    exact = "%H:%M" if start.second == 0 and start.microsecond == 0 else "%H:%M:%S"
    zone = getattr(start.tzinfo, "key", None) or ("UTC" if start.tzinfo is UTC else start.strftime("%z"))
    return f"{start.year:04d}-{start:%m-%d} {start.strftime(exact)} {zone}"
