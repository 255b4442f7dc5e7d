"""How decision measures are written for people: a heading, a unit, as many digits as mean something."""

from __future__ import annotations

import math

from sim.scenario.measures_named import MEASURES
from sim.show.style import signed

_HEADINGS = {
    "floor": "lowest trust",
    "floor_gap": "gap at the floor",
    "trust_days_lost": "trust-days lost",
    "regained_hours": "time to regain 90 %",
    "share_regained": "runs that regain 90 %",
    "worst_loss": "loss of the worst-off 5 %",
    "largest_story": "reach of the largest story",
    "storm": "chance of a storm",
    "below_floor": "chance to fall below the floor",
    "trust_end": "trust at the end",
    "followers_end": "followers at the end",
    "followers_lost": "followers lost",
    "complaints": "complaints",
    "complaints_unanswered": "complaints unanswered",
    "waiting": "wait for an answer",
    "posts_negative": "negative posts",
    "cost": "cost",
    "ripple": "ripple multiplier",
}
# the order of tables: what decides first
FIRST = ("trust_days_lost", "floor_gap", "followers_lost", "worst_loss", "regained_hours", "share_regained")
SECOND = tuple(name for name in MEASURES if name not in FIRST)
# unit of a measure -> factor, what people read, digits
_UNITS = {
    "points": (1.0, "points", 2),
    "points x days": (1.0, "points × days", 1),
    "h": (1.0 / 24.0, "days", 1),
    "share": (100.0, "%", 1),
    "money": (1.0, "money", 0),
    "ratio": (1.0, "times", 2),
    "per 1,000 users": (1.0, "per 1,000 users", 1),
}
_LEAST = 5e-5  # smaller differences are written as none
_HOURS = (1.0, "h", 2)  # of what takes hours, not days


def _unit(measure: str) -> tuple[float, str, int]:
    unit = MEASURES[measure].unit
    return _HOURS if measure == "waiting" else _UNITS.get(unit, (1.0, unit, 2))


def heading(measure: str) -> str:
    """A measure in a few words."""
    return _HEADINGS.get(measure, measure.replace("_", " "))


def unit_scale(measure: str) -> tuple[float, str]:
    """The factor from the table's unit to the one people read, and that unit."""
    factor, words, _ = _unit(measure)
    return factor, words


def shown_value(measure: str, value: float, *, difference: bool = False) -> str:
    """A value of a measure, given in the table's unit, in the unit people read; a dash when there is none."""
    unit = MEASURES[measure].unit
    factor, _, digits = _unit(measure)
    if not math.isfinite(value):
        return "–"
    value *= factor
    if unit == "share" and abs(value) >= 10:
        digits = 0
    if difference:
        while _LEAST < abs(value) < 10.0 ** (1 - digits) and digits < 4:  # a small difference keeps two figures
            digits += 1
    return signed(value, digits) if difference else signed(value, digits).removeprefix("+")


def shown_half(measure: str, half: float) -> str:
    """Half the width of an interval, given in the table's unit: as many digits as a value has, a small one keeps one."""
    factor, _, digits = _unit(measure)
    half *= factor
    while 0.0 < half < 0.5 * 10.0**-digits and digits < 4:
        digits += 1
    return f"{half:,.{digits}f}"


def shown_difference(measure: str, difference: float, half: float) -> str:
    """A paired difference and half the width of its interval, in the unit people read: `−22.6 ± 0.4`."""
    factor, _, usual = _unit(measure)
    difference, half = difference * factor, half * factor
    if not half > 0.0:
        return shown_value(measure, difference / factor, difference=True)
    digits = -math.floor(math.log10(half))  # the first figure of the half width
    digits = max(1 if abs(difference) < 100 else 0, min(digits, usual + (abs(difference) < 10.0 ** (1 - usual))))
    return f"{signed(difference, digits)} ± {half:.{digits}f}"
