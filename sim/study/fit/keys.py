"""The keys of a fit file: what each is called, which type of value it has, what it means."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from pydantic import Field, PlainValidator

from sim import units
from sim.scenario import readers as reading
from sim.scenario.values import Count, Date, Horizon, Name, Pace, Text, Time, Varies, Whole
from sim.study.sweep.keys import FactorFile, Keys

VERSION = 1
AUTO = "auto"
SHOWS = ("trust", "mentions", "interest", "complaints")
OF = ("all", "followers")
LEVELS = ("own", "free")
OTHERS = ("default", "vary")


def _key(meaning: str) -> Any:
    return Field(default=None, description=meaning)


def _words(*known: str) -> Any:
    return Annotated[str, PlainValidator(partial(reading.one_of, known))]


def _error(value: object) -> float:
    """A standard deviation: points of trust, or a share of a count, 0..1."""
    number = units.trust(value)
    if number <= 0:
        raise ValueError("an error of 0 makes every run impossible; leave it out, and it is fitted too")
    return number


def _ends(value: object) -> list[float]:
    numbers = value if isinstance(value, list) else []
    if len(numbers) != 2 or any(isinstance(n, bool) or not isinstance(n, (int, float)) for n in numbers):
        raise ValueError(f"{units.shown(value)} is not a scale; write its lowest and highest value, [1, 5]")
    if numbers[0] >= numbers[1]:
        raise ValueError(f"{units.shown(value)}: a scale goes from a number to a higher one")
    return [float(n) for n in numbers]


def _some(least: int, value: object) -> int:
    number = units.count(value)
    if number < least:
        raise ValueError(f"{number} is too few; at least {least}")
    return number


class ObservedFile(Keys):
    """One observed series: a table, its columns, and what they are of the model."""

    file: Text | None = _key("a table as a spreadsheet writes it (CSV), relative to this file")
    shows: _words(*SHOWS) | None = _key("trust: a level; mentions, interest, complaints: counts per period")  # type: ignore[valid-type]
    column: Text | None = _key("the column of values; default: the only other one")
    time: Text | None = _key("the column of dates, or of hours, days or years; default: found by its name")
    rows: dict[str, Any] | None = _key("only rows with these words, `column: word` lines")
    every: Pace | None = _key("without dates: how far the rows are apart")
    first: Time | None = _key("without dates: when the first one is, since the start of the run; default: 0")
    over: Pace | None = _key(
        "of trust: the time over which one value is a mean; default: a day for dates without an hour"
    )
    of: _words(*OF) | None = _key("of trust: all users or followers; default: all")  # type: ignore[valid-type]
    scale: Annotated[list[float], PlainValidator(_ends)] | None = _key(
        "of trust: lowest and highest value of the scale; default: 0 to 100"
    )
    level: _words(*LEVELS) | None = _key("of trust: own, or free: only its changes are fitted; default: own")  # type: ignore[valid-type]
    audience: Count | None = _key("of counts: how many people stand behind them; default: a free factor")
    error: Annotated[float, PlainValidator(_error)] | None = _key(
        "standard deviation of one value, 1.5 points or, of counts, 10 %; default: fitted too"
    )


class FitFile(Keys):
    """A fit of Trust Ripple: which numbers of a scenario are looked for, in which observed series."""

    fit: Any = Field(default=None, description=f"version of this format: {VERSION}")
    name: Name | None = _key("a short name; default: that of the file")
    title: Text | None = _key("a title for people")
    scenario: Any = _key("the scenario: a name of the library, or a path relative to this file")
    arm: Text | None = _key("which of its arms is what really happened; default: the first")
    starts: Date | None = _key("the date at which the run begins; default: the scenario's start")
    changes: dict[str, Any] | None = _key("changes of the scenario, `path: value` lines")
    users: Count | None = _key("how many users; default: what the scenario says")
    horizon: Horizon | None = _key("how long a run lasts; default: what the scenario says")
    parameters: Any = _key(
        "parameters of the model with their own ranges: a list, all, or auto: those that the series show"
    )
    factors: dict[str, FactorFile] | None = _key("any other path of the scenario with a range")
    others: _words(*OTHERS) | None = _key("other parameters: default, or vary: drawn too")  # type: ignore[valid-type]
    observed: list[ObservedFile] | None = _key("the series")
    runs: Annotated[int, PlainValidator(partial(_some, 200))] | None = _key("simulated runs; default: 1000")
    vary: Varies | None = _key("what differs between runs; default: what the scenario says")
    seed: Whole | None = _key("names all random draws; default: 1")
