"""A brand tracker: levels of trust in a brand by date, from a spreadsheet.

    brand: {trust: {file: tracker.csv}}                           # its last level before `start`
    brand: {trust: {file: tracker.csv, column: Trust, date: Wave, at: 2026-02-01, scale: [1, 7]}}

A resolved scenario keeps the level itself, and needs the tracker no more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType

import numpy as np

from sim import units
from sim.errors import RippleError, did_you_mean
from sim.spreadsheet import Sheet, read_sheet

FEWEST = 5  # levels; fewer say nothing of how much they vary
_DATES = ("date", "day", "time", "timestamp", "wave", "week", "month", "datum", "fecha", "fecha de onda", "data")
_LEVELS = ("trust", "level", "score", "index", "value", "reputation", "vertrauen", "confiance", "confianza", "fiducia")
_SCALES: Mapping[str, tuple[float, float]] = MappingProxyType(
    {"points": (0.0, 100.0), "percent": (0.0, 100.0), "share": (0.0, 1.0)}
)
_KEYS = ("file", "column", "date", "at", "scale")


@dataclass(frozen=True)
class Tracker:
    """Where a tracker is and how it is read. at: of which date; scale: its lowest and highest level; None: found."""

    file: str
    column: str | None = None
    date: str | None = None
    at: datetime | None = None
    scale: tuple[float, float] | None = None


def written_tracker(value: Mapping[str, object]) -> Tracker:
    """What a file writes of a tracker. Raises ValueError."""
    for key in value:
        if key not in _KEYS:
            raise ValueError(
                f"'{key}' is not known{did_you_mean(str(key), _KEYS) or '; known here: ' + ', '.join(_KEYS)}"
            )
    for key in ("file", "column", "date"):
        if key in value and not (isinstance(value[key], str) and str(value[key]).strip()):
            raise ValueError(f"{key}: {units.shown(value[key])} is not a text")
    if "file" not in value:
        raise ValueError("names no file; write `trust: {file: tracker.csv}`")
    named = {key: str(value[key]) for key in ("file", "column", "date") if key in value}
    at = units.date(value["at"]) if "at" in value else None
    return Tracker(**named, at=at, scale=_scale(value["scale"]) if "scale" in value else None)


def _scale(value: object) -> tuple[float, float]:
    if isinstance(value, str) and value in _SCALES:
        return _SCALES[value]
    if isinstance(value, list) and len(value) == 2:
        low, high = units.number(value[0]), units.number(value[1])
        if low < high:
            return low, high
    raise ValueError(
        f"scale: {units.shown(value)} is no scale; write points, percent, share, or its ends like [1, 7]"
        f"{did_you_mean(str(value), _SCALES)}"
    )


def levels(tracker: Tracker, folder: Path) -> tuple[list[datetime], np.ndarray]:
    """Dates in order of time and levels, 0..1. Raises RippleError naming the file, and the line where there is one."""
    sheet = read_sheet(folder / Path(tracker.file).expanduser())
    day = tracker.date or sheet.first_of(_DATES)
    if day is None:
        raise RippleError(f"{sheet.name} has no dates; name their column as `date: ...` ({_names(sheet)})")
    column = tracker.column or sheet.first_of(_LEVELS) or _only_other(sheet, day)
    values = _values(sheet, column, tracker.scale)
    known = [
        (when, value) for when, value in zip(sheet.moments(day), values, strict=True) if when and np.isfinite(value)
    ]
    if len(known) < FEWEST:
        raise RippleError(
            f"{sheet.name} has {len(known)} levels with a date in '{column}'; {FEWEST} is the fewest that say how much a "
            "tracker varies"
        )
    known.sort(key=lambda pair: pair[0])
    for (first, _), (second, _) in pairwise(known):
        if first == second:
            raise RippleError(
                f"{sheet.name}: two levels of '{column}' have the date {first:%Y-%m-%d}; keep one brand's rows"
            )
    return [when for when, _ in known], np.array([value for _, value in known])


def level_at(tracker: Tracker, folder: Path, start: datetime) -> float:
    """The last level up to a moment: `at` of the tracker, else the start. Raises RippleError."""
    when, values = levels(tracker, folder)
    moment = tracker.at or start
    number = last_before(when, moment, start.tzinfo)
    if number is None:
        raise RippleError(
            f"{Path(tracker.file).name} begins on {when[0]:%Y-%m-%d}, after {moment:%Y-%m-%d}; write `at:` with a date it has, "
            "or another `start` of the scenario"
        )
    return float(values[number])


def last_before(when: list[datetime], moment: datetime, zone: tzinfo | None) -> int | None:
    """The number of the last date that is not after a moment; None when all are. zone: of dates without one."""
    instant = _instant(moment, zone)
    found = [k for k, one in enumerate(when) if _instant(one, zone) <= instant]
    return found[-1] if found else None


def _instant(moment: datetime, zone: tzinfo | None) -> datetime:
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=zone or UTC)


def _values(sheet: Sheet, column: str, scale: tuple[float, float] | None) -> np.ndarray:
    if scale is None or scale == _SCALES["points"]:
        values = sheet.shares(column)
        known = values[np.isfinite(values)]
        signs = any(cell.strip().endswith("%") for cell in sheet.column(column))
        top = float(known.max()) if known.size else 0.0
        if scale is None:
            _not_mixed(sheet, column)
        if (
            scale is None
            and not signs
            and known.size
            and 1 < 100 * top <= 10
            and top != sheet.numbers(column)[_top(values)]
        ):
            raise RippleError(
                f"{sheet.name}, column '{column}': the highest level is {100 * top:g}, which is no trust in points of 100; "
                "write what it is, like `scale: [1, 7]`"
            )
        if scale is not None and not signs and known.size and sheet.numbers(column)[_top(values)] <= 1:
            return values / 100.0  # all below a point, and told to be points
        return values
    low, high = scale
    values = (sheet.numbers(column) - low) / (high - low)
    wrong = np.flatnonzero((values < 0) | (values > 1))
    if wrong.size:
        line, cell = sheet.lines[wrong[0]], sheet.column(column)[wrong[0]]
        raise sheet.error(line, column, cell, f"does not lie on the scale from {low:g} to {high:g}")
    return values


def _not_mixed(sheet: Sheet, column: str) -> None:
    """One level below 1 among levels of tens of points is a share that slipped in."""
    written = sheet.numbers(column)
    low = np.flatnonzero((written > 0) & (written < 1))
    if low.size and np.nanmax(written) > 10:
        line, cell = sheet.lines[low[0]], sheet.column(column)[low[0]]
        raise sheet.error(
            line, column, cell, "is a share among points of 100; write all levels alike, or `scale: points`"
        )


def _top(values: np.ndarray) -> int:
    return int(np.nanargmax(values))


def _only_other(sheet: Sheet, day: str) -> str:
    others = [column for column in sheet.columns if column != day]
    if len(others) == 1:
        return others[0]
    raise RippleError(f"{sheet.name}: which column has the levels of trust? write `column: ...` ({_names(sheet)})")


def _names(sheet: Sheet) -> str:
    return ", ".join(f"'{column}'" for column in sheet.columns)
