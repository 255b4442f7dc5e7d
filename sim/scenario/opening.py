"""The opening hours of a desk: days and clock times in, intervals in hours of the week out, and back into words."""

from __future__ import annotations

import re
from collections.abc import Iterable

from sim.errors import did_you_mean
from sim.units import shown

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_LONG = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WEEK, DAY = 168.0, 24.0
ALWAYS = "always"
_HOURS = "9:00, or 17:30"

Intervals = tuple[tuple[float, float], ...]


def written(value: object) -> object:
    """Opening hours in one line ("always", "mon-fri 9:00-17:00") as the mapping that says the same."""
    if not isinstance(value, str):
        return value
    if value.strip() == ALWAYS:
        return {"days": "mon-sun", "from": "0:00", "to": "24:00"}
    match = re.fullmatch(r"(.*?[^\s\d:-])?\s*(\d[\d:]*)\s*(?:-|to)\s*(\d[\d:]*)", value.strip())
    if match:
        return {**({"days": match[1]} if match[1] else {}), "from": match[2], "to": match[3]}
    raise ValueError(
        f"{shown(value)} are no opening hours; write always, mon-fri 9:00-17:00, or "
        '{days: mon-fri, from: "9:00", to: "17:00"}'
    )


def days(value: object) -> tuple[int, ...]:
    """Days of the week, Monday 0, in order: "mon-fri", "sat-mon", "mon, tue", ["mon", "thu-sat"]."""
    pieces = value if isinstance(value, list) else str(value).split(",")
    if not isinstance(value, (str, list)) or not pieces:
        raise ValueError(f"{shown(value)} are no days; write mon-fri, or [mon, tue, sat]")
    chosen: set[int] = set()
    for piece in pieces:
        ends = [_day(word) for word in str(piece).split("-")]
        if len(ends) > 2:
            raise ValueError(f"{shown(piece)} are no days; write mon-fri, or [mon, tue, sat]")
        first, last = ends[0], ends[-1]
        chosen |= {(first + k) % 7 for k in range((last - first) % 7 + 1)}
    return tuple(sorted(chosen))


def _day(word: str) -> int:
    name = word.strip().lower()
    for names in (DAYS, _LONG):
        if name in names:
            return names.index(name)
    raise ValueError(f"'{word.strip()}' is not a day{did_you_mean(name, DAYS + _LONG) or '; days: ' + ', '.join(DAYS)}")


def clock(value: object) -> float:
    """A time of the day in hours, 0:00 to 24:00."""
    match = re.fullmatch(r"(\d{1,2}):(\d{2})", str(value).strip())
    if match is None:
        bare = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 24
        raise ValueError(f"{shown(value)} is not a time of the day; write {f'{value}:00' if bare else _HOURS}")
    time = (int(match[1]) * 60 + int(match[2])) / 60
    if int(match[2]) > 59 or time > DAY:
        raise ValueError(f"{shown(value)}: the clock goes from 0:00 to 24:00")
    return time


def intervals(chosen: Iterable[int], start: float, end: float) -> Intervals | None:
    """Opening intervals in hours of the week, in order and apart; None: always open. An end before the start is the
    next day's."""
    length = end - start if end > start else end + DAY - start
    pieces = []
    for day in chosen:
        first = DAY * day + start
        pieces.append((first, min(first + length, WEEK)))
        if first + length > WEEK:
            pieces.append((0.0, first + length - WEEK))
    joined: list[tuple[float, float]] = []
    for first, last in sorted(pieces):
        if joined and first <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
        else:
            joined.append((first, last))
    return None if joined == [(0.0, WEEK)] else tuple(joined)


def days_words(chosen: tuple[int, ...]) -> str | list[str]:
    """Days as a file writes them."""
    first, last = chosen[0], chosen[-1]
    if len(chosen) > 1 and chosen == tuple(range(first, last + 1)):
        return f"{DAYS[first]}-{DAYS[last]}"
    return DAYS[first] if len(chosen) == 1 else [DAYS[day] for day in chosen]


def clock_words(time: float) -> str:
    """A time of the day as a file writes it."""
    minutes = round(time * 60)
    return f"{minutes // 60}:{minutes % 60:02d}"


def opening_words(open_hours: Intervals | None) -> str:
    """Opening intervals for reading: "open Mon-Fri 9:00-17:00", "always open"."""
    if open_hours is None:
        return "always open"
    parts = list(open_hours)
    if parts[0][0] == 0.0 and parts[-1][1] == WEEK:  # over the end of the week
        parts = [*parts[1:-1], (parts[-1][0], WEEK + parts[0][1])]
    by_clock: dict[tuple[float, float], set[int]] = {}
    for first, last in parts:
        day, start = divmod(first, DAY)
        while last - DAY * day > DAY + start:  # whole days that touch
            by_clock.setdefault((start, DAY + start), set()).add(int(day) % 7)
            day += 1
        by_clock.setdefault((start, last - DAY * day), set()).add(int(day) % 7)
    said = []
    for (start, end), chosen in by_clock.items():
        names = days_words(tuple(sorted(chosen)))
        when = ", ".join(names) if isinstance(names, list) else names
        said.append(f"{_capital(when)} {clock_words(start)}-{clock_words(end if end <= DAY else end - DAY)}")
    return f"open {' and '.join(said)}"


def _capital(words: str) -> str:
    return re.sub(r"[a-z]+", lambda found: found[0].title(), words)
