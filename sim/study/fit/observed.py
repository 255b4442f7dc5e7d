"""Observed series: read from a table, placed on the clock of the run, with every trap named in one line.

Trust is kept 0..1, counts as they are. A value of a count is of the time from its row to the next; a level of trust is
the mean over `width` from its row on, or, with width 0, the level at that hour.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from sim import units
from sim.errors import RippleError
from sim.spreadsheet import Sheet, read_sheet
from sim.study.fit.keys import ObservedFile

LEAST = 5  # values; fewer tell nothing of more than one number
_TIMES = ("date", "day", "time", "timestamp", "datetime", "moment", "hour", "week", "month", "year", "datum", "fecha")
_UNITS = {"hour": 1.0, "hours": 1.0, "h": 1.0, "day": 24.0, "days": 24.0, "week": 168.0, "weeks": 168.0}
_DAY = 24.0


@dataclass(frozen=True)
class Observed:
    """One series. hours f8[n]: since the start of the run; width: of one value, h; values f8[n], trust 0..1 or counts.

    error: standard deviation of one value (trust 0..1, counts as a share), None: it is fitted. free: only changes of the
    level, or the shape of the counts, are compared. audience: people behind the counts. notes: what was left out.
    """

    name: str
    shows: str
    of: str
    hours: np.ndarray
    width: float
    values: np.ndarray
    error: float | None
    free: bool
    audience: float | None
    notes: tuple[str, ...]

    @property
    def is_count(self) -> bool:
        """True for what is counted over time."""
        return self.shows != "trust"


def read_observed(asked: ObservedFile, folder: Path, start: datetime, horizon: float) -> Observed:
    """Read a series. start: the date of hour 0; horizon: h. Raises RippleError naming the file, the line and the value."""
    assert asked.file is not None and asked.shows is not None  # checked with the file
    sheet = read_sheet(folder / Path(asked.file).expanduser())
    chosen = _chosen(sheet, asked.rows or {})
    time = asked.time or (None if asked.every is not None else _time_column(sheet))
    column = asked.column or _only_other(sheet, time, asked.rows or {})
    values = _values(sheet, column, asked)
    if time is not None:
        hours, dated = _hours(sheet, time, start, chosen)
    elif asked.every is not None:
        hours, dated = np.full(len(sheet), np.nan), False
        hours[chosen] = (asked.first or 0.0) + asked.every * np.arange(chosen.sum())
    else:
        raise RippleError(
            f"{sheet.name} has no dates: name their column (`time: ...`), or say how far rows are apart (`every: 7 d`)"
        )
    known = chosen & np.isfinite(hours)
    notes = []
    empty = int((known & ~np.isfinite(values)).sum())
    if empty:
        notes.append(f"{sheet.name}: {empty} of {int(known.sum())} values are empty; they are left out")
    order = np.flatnonzero(known)[np.argsort(hours[known], kind="stable")]
    _no_time_twice(sheet, time, hours, order)
    width = _width(asked, sheet, hours, order, dated, notes, start, time)
    inside = order[np.isfinite(values[order]) & (hours[order] >= -1e-9) & (hours[order] + width <= horizon + 1e-9)]
    if len(inside) < LEAST:
        end = start + timedelta(hours=horizon)
        raise RippleError(
            f"{sheet.name}: {len(inside)} values of '{column}' lie within the run ({start:%Y-%m-%d %H:%M} to "
            f"{end:%Y-%m-%d %H:%M}); a fit needs at least {LEAST}. `starts` says at which date the run begins, `horizon` "
            f"how long it lasts"
        )
    outside = int(np.isfinite(values[order]).sum()) - len(inside)
    if outside:
        notes.append(f"{sheet.name}: {outside} values lie before or after the run; they are left out")
    name = sheet.name.rpartition(".")[0] or sheet.name
    return Observed(
        name=f"{name}, {column}" if asked.column else name,
        shows=asked.shows,
        of=asked.of or "all",
        hours=hours[inside],
        width=width,
        values=values[inside],
        error=asked.error,
        free=asked.level == "free" if asked.shows == "trust" else asked.audience is None,
        audience=asked.audience,
        notes=tuple(notes),
    )


def _chosen(sheet: Sheet, rows: Mapping[str, object]) -> np.ndarray:
    keep = np.ones(len(sheet), dtype=bool)
    for column, word in rows.items():
        cells = sheet.column(column)
        same = np.array([cell.casefold() == str(word).casefold() for cell in cells])
        if not same.any():
            known = ", ".join(sorted(set(cells))[:8])
            raise RippleError(f"{sheet.name}: no row has '{word}' in column '{column}' (there are {known}, ...)")
        keep &= same
    return keep


def _time_column(sheet: Sheet) -> str | None:
    return sheet.first_of(_TIMES)


def _only_other(sheet: Sheet, time: str | None, rows: Mapping[str, object]) -> str:
    others = [column for column in sheet.columns if column != time and column not in rows]
    if len(others) == 1:
        return others[0]
    known = ", ".join(f"'{column}'" for column in others) or "none beside the dates"
    raise RippleError(f"{sheet.name}: which column has the values? write `column: ...` (there are {known})")


def _values(sheet: Sheet, column: str, asked: ObservedFile) -> np.ndarray:
    if asked.shows != "trust":
        values = sheet.numbers(column)
        below = np.flatnonzero(values < 0)
        if len(below):
            raise sheet.error(sheet.lines[below[0]], column, sheet.column(column)[below[0]], "is no count")
        return values
    if asked.scale is None:
        values = sheet.shares(column)
        known = values[np.isfinite(values)]
        signs = any(cell.strip().endswith("%") for cell in sheet.column(column))
        if (
            known.size
            and not signs
            and 0.01 < known.max() <= 0.1
            and sheet.numbers(column)[np.isfinite(values)].max() > 1
        ):
            raise RippleError(
                f"{sheet.name}, column '{column}': the highest value is {100 * known.max():g}; levels of trust are read on a "
                f"scale of 0 to 100. Say which it is, as in `scale: [1, 5]`"
            )
        return values
    low, high = asked.scale
    values = (sheet.numbers(column) - low) / (high - low)
    wrong = np.flatnonzero((values < 0) | (values > 1))
    if len(wrong):
        raise sheet.error(
            sheet.lines[wrong[0]], column, sheet.column(column)[wrong[0]], f"is not between {low:g} and {high:g}"
        )
    return values


def _hours(sheet: Sheet, column: str, start: datetime, chosen: np.ndarray) -> tuple[np.ndarray, bool]:
    """Hours since the start, and whether all are dates without a time of day."""
    hours = np.full(len(sheet), np.nan)
    cells = [cell for cell, keep in zip(sheet.column(column), chosen, strict=True) if keep]
    plain = [cell.replace(".", "", 1).replace("-", "", 1).isdigit() for cell in cells if cell]
    if plain and all(plain):
        numbers = sheet.numbers(column)
        if np.all(numbers[chosen] % 1 == 0) and np.all((numbers[chosen] >= 1900) & (numbers[chosen] <= 2200)):
            for k in np.flatnonzero(chosen):  # a year stands for its middle
                hours[k] = units.since(datetime(int(numbers[k]), 7, 1), start)
            return hours, True
        unit = _UNITS.get(column.casefold().split()[-1])
        if unit is None:
            raise RippleError(
                f"{sheet.name}: '{column}' has numbers, not dates; call the column hour, day or week (since the start of "
                f"the run), or write dates as 2026-03-31 14:00"
            )
        hours[chosen] = numbers[chosen] * unit
        return hours, unit >= _DAY
    moments = sheet.moments(column)
    for k in np.flatnonzero(chosen):
        moment = moments[k]
        if moment is not None:
            hours[k] = units.since(moment, start)
    known = [moment for moment, keep in zip(moments, chosen, strict=True) if keep and moment is not None]
    if not known:
        raise RippleError(f"{sheet.name}: column '{column}' has no dates")
    return hours, all(m.hour == m.minute == m.second == 0 for m in known)


def _no_time_twice(sheet: Sheet, time: str | None, hours: np.ndarray, order: np.ndarray) -> None:
    twice = np.flatnonzero(np.diff(hours[order]) == 0)
    if len(twice) and time is not None:
        row = int(order[twice[0] + 1])
        why = "stands twice; when the clock was set back an hour, write times with their zone (2026-10-25 02:00 +01:00)"
        raise sheet.error(sheet.lines[row], time, sheet.column(time)[row], why)


def _width(
    asked: ObservedFile, sheet: Sheet, hours: np.ndarray, order: np.ndarray, dated: bool, notes: list[str],
    start: datetime, time: str | None,
) -> float:  # fmt: skip
    """The time that one value covers, h; gaps of counts go to the notes."""
    if asked.shows == "trust":
        return asked.over if asked.over is not None else _DAY if dated else 0.0
    steps = np.diff(hours[order])
    if not len(steps):
        return _DAY
    width = float(asked.every or np.median(steps))
    parts = steps / width
    uneven = np.flatnonzero(np.abs(parts - np.round(parts)) > 0.02)
    if len(uneven):
        row = int(order[uneven[0] + 1])
        raise RippleError(
            f"{sheet.name}, line {sheet.lines[row]}: rows are {units.duration_words(width)} apart, this one comes "
            f"{steps[uneven[0]]:.3g} h after the last; write one row for each period, or times with their zone where a "
            f"clock was changed"
        )
    missing = int(np.round(parts - 1).sum())
    if missing:
        at = int(np.flatnonzero(np.round(parts) > 1)[0])
        when = start + timedelta(hours=float(hours[order[at]] + width))
        clock = width == 1.0 and missing == 1 and when.month in (3, 4, 9, 10) and 1 <= when.hour <= 3
        why = "; perhaps a clock that was set forward: then write times with their zone" if clock else ""
        words = "period is" if missing == 1 else "periods are"
        notes.append(
            f"{sheet.name}: {missing} of {len(order) + missing} {words} missing (the first {when:%Y-%m-%d %H:%M}); "
            f"left out, not taken for 0{why}"
        )
    return width
