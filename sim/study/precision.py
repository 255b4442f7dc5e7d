"""As many replicates as an interval needs: looks at 30, 60, 120 ... until it is as narrow as was asked for.

Looking again and again at the same data and stopping when the interval is narrow stops a little too often where the
spread happens to look small, so the interval that is left holds less often than it says: by up to about 1 case in 100
for looks that double (Chow & Robbins 1965, doi:10.1214/aoms/1177700156, hold only in the limit). So all looks, and the
intervals that are shown, are drawn at LEVEL instead of CONFIDENCE. For normal differences the mean does not depend on the
spreads by which one stops, so what looking costs depends on a single number, the spread over the precision; LEVEL makes
up for its worst case, found by drawing.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import numpy as np

from sim.errors import RippleError, did_you_mean
from sim.scenario.measures_named import MEASURES
from sim.study.intervals import joint_intervals

FIRST_LOOK = 30
MOST = 960  # replicates, when nobody says how many
LEVEL = 0.96  # of each look, so that the interval at the stop holds in 95 % of cases
MEASURE = "trust_days_lost"


@dataclass(frozen=True)
class Precision:
    """How narrow the interval of every difference to the reference has to be: half its width.

    amount: in the unit of the measure; relative: a share of the mean of the reference instead.
    """

    amount: float
    relative: bool
    measure: str = MEASURE

    @property
    def words(self) -> str:
        """As a person writes it."""
        return f"{100 * self.amount:g}%" if self.relative else f"{self.amount:g} points"

    def wanted(self, reference: np.ndarray) -> float:
        """Half the width that is wanted, in the unit of the measure. reference: its values in the reference arm."""
        return self.amount * abs(float(np.nanmean(reference))) if self.relative else self.amount

    def reached(self, values: np.ndarray) -> tuple[bool, float, float]:
        """Whether it is reached, half the width of the widest interval, and half the width that is wanted.

        values: f8[replicates, arms], the reference first. A lone arm is judged by its own mean.
        """
        pairs = values[:, 1:] - values[:, :1] if values.shape[1] > 1 else values
        pairs = pairs[np.isfinite(pairs).all(axis=1)]
        wanted = self.wanted(values[:, 0])
        if len(pairs) < 2:
            return False, math.inf, wanted
        _, low, high = joint_intervals(pairs, LEVEL)
        half = float((high - low).max()) / 2
        return half <= wanted, half, wanted


def precision(words: object, measure: str = MEASURE) -> Precision:
    """Read `5%` (of the reference's value), `2points` or `2 points` (of the measure itself). Raises RippleError."""
    text = str(words).strip()
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(%|percent|points?|points? x days)", text)
    if not match or not float(match[1]) > 0:
        raise RippleError(f"precision: '{text}' is not one; write 5% (of the reference's value) or 2points")
    if measure not in MEASURES:
        raise RippleError(f"precision: '{measure}' is not a measure{did_you_mean(measure, MEASURES)}")
    relative = match[2] in ("%", "percent")
    return Precision(float(match[1]) / (100 if relative else 1), relative, measure)


def looks(most: int) -> list[int]:
    """The numbers of replicates at which one looks: 30, 60, 120 ..., the last one is `most`.

    Raises RippleError when `most` is below the first look.
    """
    if most < FIRST_LOOK:
        raise RippleError(f"precision takes at least {FIRST_LOOK} runs; at most {most} are allowed")
    out = [FIRST_LOOK]
    while out[-1] < most:
        out.append(min(2 * out[-1], most))
    return out
