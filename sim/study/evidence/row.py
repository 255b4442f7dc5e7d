"""A row of evidence: a claim about real behaviour, the band its numbers should lie in, and how a run measures them.

The kind says what a met row is worth. *Built in*: a parameter is that number, so the row checks the code. *Fitted*: a
parameter was set by it. *Emergent*: nothing was set by it, and only this is evidence for the mechanism.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sim.study.evidence.plan import Plan

BUILT_IN, FITTED, EMERGENT = "built in", "fitted", "emergent"
KINDS = (BUILT_IN, FITTED, EMERGENT)


@dataclass(frozen=True)
class Estimate:
    """A measured value and its 95 % interval; infinite ends are allowed, for what never came about within the run."""

    value: float
    low: float
    high: float

    def __post_init__(self) -> None:
        for name in ("value", "low", "high"):
            object.__setattr__(self, name, float(getattr(self, name)))
        if not self.low <= self.value <= self.high:
            raise ValueError(f"{self.value} does not lie within its interval, {self.low} to {self.high}")


@dataclass(frozen=True)
class Number:
    """One number of a row and its band. low, high: the band; an infinite end is open.

    whole: the claim is a sign, so the whole interval has to lie in the band, not only the value.
    digits: decimals it is shown with.
    """

    words: str
    low: float
    high: float
    unit: str = ""
    digits: int = 1
    whole: bool = False

    def __post_init__(self) -> None:
        if not self.low < self.high:
            raise ValueError(f"{self.words}: the band runs from {self.low} to {self.high}")

    def met(self, found: Estimate, *, small: bool) -> bool:
        """Whether what was found meets the band.

        In full size the value lies in the band; of a sign, the whole interval. In small size the statistical error is
        wide while the band is as narrow as ever, so the interval has to overlap the band; of a sign, the value lies in it.
        """
        if small and not self.whole:
            return found.low <= self.high and found.high >= self.low
        if self.whole and not small:
            return self.low <= found.low and found.high <= self.high
        return self.low <= found.value <= self.high


@dataclass(frozen=True)
class Curve:
    """A line of a row's figure: y over x, with an interval where there is one; at most a few hundred points."""

    words: str
    x: list[float]
    y: list[float]
    low: list[float] | None = None
    high: list[float] | None = None

    def __post_init__(self) -> None:
        for name in ("x", "y", "low", "high"):
            values = getattr(self, name)
            if values is not None:
                object.__setattr__(self, name, [float(v) for v in values])
        if not np.isfinite([v for values in (self.x, self.y) for v in values]).all():
            raise ValueError(f"{self.words}: a curve goes through numbers only")
        if any(len(values) != len(self.x) for values in (self.y, self.low, self.high) if values is not None):
            raise ValueError(f"{self.words}: the values of a curve are as many as its places")


@dataclass(frozen=True)
class Found:
    """What measuring a row gave. estimates: one for each number of the row, in their order.

    x, y: labels of the axes of the curves;  log_x, log_y: these axes are logarithmic;  note: a remark in a sentence or two.
    """

    estimates: tuple[Estimate, ...]
    curves: tuple[Curve, ...] = ()
    x: str = ""
    y: str = ""
    log_x: bool = False
    log_y: bool = False
    note: str = ""


@dataclass(frozen=True)
class Row:
    """A claim about real behaviour.

    id: E1, E2 ...;  how: how it is measured, in words;  measure: does it;  tuned: a default was set so as to meet it;
    reason: why it is not met, where it is not and the reason was found.
    """

    id: str
    claim: str
    source: str
    kind: str
    how: str
    numbers: tuple[Number, ...]
    measure: Callable[[Plan], Found]
    tuned: bool = False
    reason: str = ""

    def __post_init__(self) -> None:
        if self.kind not in KINDS or not self.numbers or len(self.numbers) > 26:
            raise ValueError(f"{self.id}: the kind is one of {', '.join(KINDS)}, and there are numbers")

    @property
    def ids(self) -> list[str]:
        """The ids of its numbers: that of the row where there is one, else with a letter, E1a, E1b."""
        if len(self.numbers) == 1:
            return [self.id]
        return [f"{self.id}{chr(ord('a') + k)}" for k in range(len(self.numbers))]


def row_of(number_id: str) -> str:
    """The id of the row that a number belongs to: E1a -> E1."""
    return number_id.rstrip("abcdefghijklmnopqrstuvwxyz")


def or_none(value: float) -> float | None:
    """A number as JSON has it: what is not finite is null."""
    return value if math.isfinite(value) else None
