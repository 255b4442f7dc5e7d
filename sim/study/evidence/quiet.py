"""What a year does to a brand that does nothing wrong: E15, E16, E19, E22."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pandas as pd

from sim.dynamics.setup import Seeds
from sim.scenario.parameters import SECTORS
from sim.study.evidence.estimates import mean_of, share_of
from sim.study.evidence.plan import Plan
from sim.study.evidence.row import EMERGENT, FITTED, Curve, Found, Number, Row
from sim.study.results import series_of

_DAYS = 360  # twelve months of 30 days
_MONTH = 720.0  # h


def _year(sector: str, users: int, every: str = "1 d", days: int = _DAYS) -> dict[str, object]:
    """A scenario in which a brand posts at a steady pace and nothing else happens."""
    return {
        "horizon": f"{days} d",
        "tick": "4 h",  # nothing here turns on an hour
        "network": {"users": users},
        "brand": {
            "sector": sector,
            "calendar": [{"act": "routine_post", "id": "daily", "at": "10 h", "every": every, "reach": "10 %"}],
        },
    }


def _series(plan: Plan, sector: str, seeds: Seeds, users: int) -> pd.DataFrame:
    return series_of(plan.finished(plan.scenario(_year(sector, users)), seeds))


def _drift(series: pd.DataFrame) -> float:
    """How far mean trust stands from where it began, points."""
    return 100 * float(series["trust"].iloc[-1] - series["trust"].iloc[0])


# --- E15: the order of sectors ----------------------------------------------------------------------------------------


def _sectors(plan: Plan) -> Found:
    """Every sector in a quiet year of its own, the same people and luck in all of them."""
    users = plan.pick(1500, 300)

    def one(part: Plan, seeds: Seeds) -> list[pd.DataFrame]:
        return [_series(part.part(k, len(SECTORS)), sector, seeds, users) for k, sector in enumerate(SECTORS)]

    years = plan.each(plan.pick(6, 5), one)
    start = {sector: float(getattr(plan.numbers, f"trust_{sector}")) for sector in SECTORS}
    pairs = [
        sorted(pair, key=start.__getitem__) for pair in combinations(SECTORS, 2) if start[pair[0]] != start[pair[1]]
    ]
    end = [{s: float(series["trust"].iloc[-1]) for s, series in zip(SECTORS, year, strict=True)} for year in years]
    kept = sum(trust[low] < trust[high] for trust in end for low, high in pairs)
    drift = np.array([[_drift(series) for series in year] for year in years])
    most = int(np.argmax(np.abs(drift.mean(axis=0))))
    thin = slice(None, None, 42)  # a point a week
    curves = tuple(
        Curve(
            sector.replace("_", " "), list(years[0][k].index[thin] / 24.0),
            [100 * float(v) for v in np.mean([year[k]["trust"].to_numpy()[thin] for year in years], axis=0)]
        )
        for k, sector in enumerate(SECTORS)
    )  # fmt: skip
    return Found(
        (share_of(kept, len(pairs) * len(end), 100.0), mean_of(np.abs(drift[:, most]))), curves, "days", "trust, points",
        note=f"{list(SECTORS)[most].replace('_', ' ')} drifts furthest."
    )  # fmt: skip


# --- E16: who leaves in quiet times -----------------------------------------------------------------------------------

_PACES = {"1 a day": "1 d", "2 a day": "12 h", "5 a day": "288 min"}


def _leavers(plan: Plan) -> Found:
    """Gross leaving, a month, over a year: followers who left over mean followers; at three paces of posting."""
    users, days = plan.pick(1500, 600), plan.pick(_DAYS, 180)

    def one(part: Plan, seeds: Seeds) -> np.ndarray:
        rates = []
        for k, every in enumerate(_PACES.values()):
            engine = part.part(k, len(_PACES)).finished(part.scenario(_year("bank", users, every, days)), seeds)
            series = series_of(engine)
            rates.append(100 * series["left"].iloc[-1] / series["followers"].mean() / (days * 24 / _MONTH))
        return np.array(rates)

    rates = np.array(plan.each(plan.pick(6, 5), one))
    found = [mean_of(column) for column in rates.T]
    curve = Curve(
        "followers who leave in a month", [1.0, 2.0, 5.0], [e.value for e in found], [e.low for e in found],
        [e.high for e in found]
    )  # fmt: skip
    return Found(
        (found[0], mean_of(rates[:, -1] - rates[:, 0])), (curve,), "posts a day", "followers who leave, % a month"
    )


# --- E19: the two sides of trust --------------------------------------------------------------------------------------


def _two_sides(plan: Plan) -> Found:
    def one(part: Plan, seeds: Seeds) -> float:
        sides = part.finished(part.scenario(_year("bank", plan.pick(1500, 600))), seeds).sides_and_wounds()
        return float(np.corrcoef(sides["cognitive"], sides["affective"])[0, 1])

    return Found((mean_of(plan.each(plan.pick(6, 5), one)),))


# --- E22: a quiet brand keeps what it has -----------------------------------------------------------------------------


def _keeps(plan: Plan) -> Found:
    """Brands of low, middle and high trust; of the three, that which strays furthest counts."""
    users, sectors = plan.pick(1500, 600), ("social_media", "bank", "technology")

    def one(part: Plan, seeds: Seeds) -> list[pd.DataFrame]:
        return [_series(part.part(k, len(sectors)), sector, seeds, users) for k, sector in enumerate(sectors)]

    years = plan.each(plan.pick(6, 5), one)
    kept = np.array([[100 * s["followers"].iloc[-1] / s["followers"].iloc[0] for s in year] for year in years])
    drift = np.array([[_drift(series) for series in year] for year in years])
    furthest = int(np.argmax(np.abs(kept.mean(axis=0) - 100))), int(np.argmax(np.abs(drift.mean(axis=0))))
    curves = tuple(
        Curve(
            sector.replace("_", " "), list(years[0][k].index[::42] / 24.0),
            list(np.mean([100 * (y[k]["followers"] / y[k]["followers"].iloc[0]).to_numpy()[::42] for y in years], axis=0))
        )
        for k, sector in enumerate(sectors)
    )  # fmt: skip
    return Found(
        (mean_of(kept[:, furthest[0]]), mean_of(drift[:, furthest[1]])),
        curves,
        "days",
        "followers, % of those at the start",
    )


ROWS = (
    Row(
        "E15",
        "Sectors keep their order of trust, and in a quiet year none moves far.",
        "Edelman Trust Barometer 2022 (sectors keep their ranks from year to year)",
        EMERGENT,
        "A quiet year with a post a day in each of the six sectors: of all pairs that start apart, those that end in the "
        "same order; and the largest drift of a sector's mean trust.",
        (
            Number("pairs of sectors that keep their order", 100.0, math.inf, "%"),
            Number("largest drift of a sector", -math.inf, 2.0, "points", 2),
        ),
        _sectors,
    ),
    Row(
        "E16",
        "In quiet times 7.4 % of followers leave in a month; heavy posting loses more.",
        "Kwak, Chun & Moon 2011, doi:10.1145/1978942.1979104",
        FITTED,
        "A bank in a quiet year: followers who left, gross, over mean followers, a month, with a post a day that a tenth of "
        "followers see; and how much more with five a day.",
        (
            Number("leave in a month with a post a day", 6.0, 9.0, "%", 2),
            Number("more of them leave with five a day", 0.0, math.inf, "% points", 2, whole=True),
        ),
        _leavers,
    ),
    Row(
        "E19",
        "Cognitive and affective trust go together, but are not one.",
        "McAllister 1995, doi:10.5465/256727; Johnson & Grayson 2005, doi:10.1016/S0148-2963(03)00140-1 (.5 to .7)",
        FITTED,
        "Correlation of the two sides across the users of a bank after a quiet year.",
        (Number("correlation", 0.4, 0.75, "", 3),),
        _two_sides,
    ),
    Row(
        "E22",
        "A quiet brand keeps its followers and its trust.",
        "Axios Harris Poll 100, 2017-21 (the median brand moves by less than 2 points in a year)",
        EMERGENT,
        "A quiet year with a post a day for brands of low, middle and high trust: the one that strays furthest.",
        (
            Number("followers left of 100", 90.0, 115.0, "%"),
            Number("drift of mean trust", -2.0, 2.0, "points", 2),
        ),
        _keeps,
    ),
)
