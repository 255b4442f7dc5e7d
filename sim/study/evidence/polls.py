"""How far a brand moves in an ordinary year: E20."""

from __future__ import annotations

import math

import numpy as np

from sim.dynamics.setup import Seeds
from sim.scenario.parameters import HAZARDS, SECTORS
from sim.study.evidence.plan import Plan
from sim.study.evidence.row import EMERGENT, Curve, Estimate, Found, Number, Row
from sim.study.results import series_of

YEARS = 50  # brand-years, as many as the row asks for


def moves(plan: Plan, years: int, users: int) -> np.ndarray:
    """T(365 d) - T(0) of so many brand-years in points; sectors take turns, every brand has the usual hazards."""

    def one(part: Plan, seeds: Seeds, sector: str) -> float:
        trust = series_of(part.finished(part.scenario(_ordinary(sector, users)), seeds))["trust"]
        return 100 * float(trust.iloc[-1] - trust.iloc[0])

    sectors = [list(SECTORS)[k % len(SECTORS)] for k in range(years)]
    return np.array(
        [
            one(plan.part(k, years), seeds, sector)
            for k, (seeds, sector) in enumerate(zip(plan.seeds(years), sectors, strict=True))
        ]
    )


def _ordinary(sector: str, users: int) -> dict[str, object]:
    """A year with a post a day and whatever comes by chance."""
    daily = {"act": "routine_post", "id": "daily", "at": "10 h", "every": "1 d"}
    brand = {"sector": sector, "hazards": dict.fromkeys(HAZARDS, "usual"), "calendar": [daily]}
    return {"horizon": "365 d", "tick": "4 h", "network": {"users": users}, "brand": brand}


def spread_of(values: np.ndarray) -> Estimate:
    """Standard deviation, with the interval of the jackknife: years are far from normal.

    Source: Efron & Stein 1981, doi:10.1214/aos/1176345462; on the logarithm, so that the interval stays above 0.
    """
    n = len(values)
    whole = math.log(values.std(ddof=1))
    without = np.array([math.log(np.delete(values, k).std(ddof=1)) for k in range(n)])
    half = 1.96 * math.sqrt((n - 1) / n * float(np.sum((without - without.mean()) ** 2)))
    return Estimate(math.exp(whole), math.exp(whole - half), math.exp(whole + half))


def _year(plan: Plan) -> Found:
    change = moves(plan, plan.pick(4 * YEARS, YEARS), plan.pick(500, 200))
    ordered = np.sort(change)
    shares = 100 * (np.arange(len(ordered)) + 0.5) / len(ordered)
    line = Curve("brand-years", list(ordered), list(shares))
    return Found(
        (spread_of(change),), (line,), "change of trust in a year, points", "brand-years with less, %",
        note=f"The mean brand-year moves by {change.mean():+.1f} points, the median one by {np.median(change):+.1f}."
    )  # fmt: skip


ROWS = (
    Row(
        "E20",
        "An ordinary year moves a brand by a few points of 100.",
        "Axios Harris Poll 100, 2017-21 (sd of the change from year to year 3.2)",
        EMERGENT,
        f"{4 * YEARS} brand-years in all sectors with a post a day and all hazards at their usual rates: standard deviation of "
        f"the change of mean trust. Small size: {YEARS} years.",
        (Number("standard deviation of the change in a year", 2.0, 5.0, "points", 2),),
        _year,
        tuned=True,
    ),
)
