"""Values of factors with their units: words in, plain numbers to draw from, and words again for the scenario.

read("5 min") == (1 / 12, "h");  read("30 %") == (0.3, "share");  words(1 / 12, "h") == "0.08333333333333333 h"
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sim import units

_READERS: tuple[tuple[str, Callable[[object], float]], ...] = (
    ("", units.number),
    ("h", units.hours),
    ("1/h", units.rate),
    ("share", units.share),
    ("trust", units.trust),
    ("", units.amount),
)


def read(value: object) -> tuple[float | int, str] | None:
    """A quantity as a number and its unit (h, 1/h, share, trust, or none); None for what is no quantity."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    if isinstance(value, (int, float)):
        return value, ""
    for unit, reader in _READERS:
        try:
            number = reader(value)
        except ValueError:
            continue
        return (int(number) if not unit and float(number).is_integer() else number), unit
    return None


def read_all(values: Sequence[object]) -> tuple[list[Any], str]:
    """Values of one factor: numbers when all are quantities of one unit, else as they are."""
    found = [read(value) for value in values]
    given = {unit for quantity in found if quantity is not None for unit in [quantity[1]]}
    if None in found or not (len(given) == 1 or given == {"", "share"} or given == {"", "trust"}):
        return list(values), ""
    return [quantity[0] for quantity in found if quantity is not None], max(given)


def words(value: object, unit: str) -> object:
    """What a scenario is changed to: times and rates in words, everything else as it is."""
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if unit == "h":
            return f"{value!r} h"
        if unit == "1/h":
            return f"{value!r} per h"
    return value
