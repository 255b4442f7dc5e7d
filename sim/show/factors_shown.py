"""How factors and their values are written for people: a name in plain words, values in a unit that fits them."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Real

from sim.show.style import plain
from sim.study.design import Factor
from sim.units import duration_words

_LONGEST = 34


def factor_words(path: str, longest: int = _LONGEST) -> str:
    """A factor in words: what a path ends in tells most, `brand.desk.answers` -> `desk answers`."""
    steps = [step for step in path.split(".") if step not in ("parameters", "brand", "timeline", "rules")]
    text = " ".join(steps or [path]).replace("_", " ")
    return plain(text, longest)


def unit_of(factor: Factor) -> tuple[float, str]:
    """What values are multiplied with for the eye, and the unit they then have."""
    if factor.unit == "share":
        return 100.0, "%"
    if factor.unit == "trust":
        return 100.0, "points"
    largest = max((abs(float(v)) for v in ends_of(factor) if isinstance(v, Real)), default=0.0)
    if factor.unit == "h":
        return (1 / 24, "days") if largest > 72 else (1.0, "h") if largest > 1.5 else (60.0, "min")
    if factor.unit == "1/h":
        return (1.0, "per hour") if largest >= 1 else (24.0, "per day") if largest >= 1 / 72 else (8760.0, "per year")
    return 1.0, factor.unit


def ends_of(factor: Factor) -> tuple[object, object]:
    """The first and the last of its values."""
    return (factor.values[0], factor.values[-1]) if factor.values else (factor.low, factor.high)


def axis_words(factor: Factor) -> str:
    """A label of an axis: the factor with its unit; a choice of words has none, and says nothing instead."""
    name, unit = factor_words(factor.path), unit_of(factor)[1]
    if not unit and not is_numeric(factor):
        return name
    return f"{name}, {unit}" if unit and unit not in name else name


def is_numeric(factor: Factor) -> bool:
    """True when its values are numbers, so that they have places on an axis."""
    return not factor.values or all(isinstance(v, Real) and not isinstance(v, bool) for v in factor.values)


def value_words(factor: Factor, value: object) -> str:
    """One value as people write it: 5 min, 30 %, 44 points, 1.2, a word; counts of a thousand and more with commas."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, Real):
        return plain(str(value), 28)
    number = float(value)
    if factor.unit == "h":
        return duration_words(number)
    scale, unit = unit_of(factor)
    text = number_words(number * scale)
    return f"{text} {unit}" if unit in ("%", "points", "per day", "per hour", "per year") else text


def number_words(number: float) -> str:
    """A number with three figures, without an exponent where it is of a usual size."""
    if number == int(number) and abs(number) < 1e15:
        return f"{int(number):,}"
    return f"{number:.3g}"


def values_words(factor: Factor, values: Sequence[object]) -> list[str]:
    """Several values."""
    return [value_words(factor, value) for value in values]
