"""What people do and how long they look after bad news: E18, E21."""

from __future__ import annotations

import math

import numpy as np

from sim.dynamics import state as s
from sim.dynamics.setup import Seeds
from sim.study.evidence.estimates import mean_of, mean_or_median_of
from sim.study.evidence.plan import Plan
from sim.study.evidence.row import EMERGENT, FITTED, Curve, Found, Number, Row
from sim.study.evidence.watching import watch
from sim.study.results import series_of

DAY = 24.0

# --- E18: what people say and what they do ----------------------------------------------------------------------------


def _leaving(plan: Plan) -> Found:
    """Followers who met a breach: who says that it leaves, and who leaves within 30 days of it, above the quiet twin."""
    scenario = plan.scenario(
        {
            "horizon": "30 d",
            "network": {"users": plan.pick(5000, 1500)},
            "brand": {"trust": "60 points"},
            "timeline": [
                {
                    "act": "data_breach", "id": "breach", "at": 0, "hidden": False, "magnitude": 0.4, "reach": "30 %",
                }
            ],
        }
    )  # fmt: skip

    def one(part: Plan, seeds: Seeds) -> tuple[float, float, float]:
        first = part.part(0, 2)
        hit = watch(first, first.engine(scenario, seeds), np.arange(0.0, scenario.horizon + 1, DAY))
        quiet = part.part(1, 2).finished(scenario, seeds, world=hit.engine.world, quiet=True)
        met, _ = hit.meetings["breach"]
        users = met[hit.engine.world.people.follows[met]]
        left, twin = (100 * float(np.mean(s.column(e.columns, s.MOVES, e.n)[users] > 0)) for e in (hit.engine, quiet))
        act = hit.engine.acts[hit.engine.row_of["breach"]]
        return 100 * float(act["intent"] / act["n_met"]), left - twin, twin

    stated, above, twin = (np.array(values) for values in zip(*plan.each(plan.pick(20, 6), one), strict=True))
    return Found(
        (mean_of(stated), mean_of(above)), note=f"In the quiet twin {twin.mean():.1f} % of the same users leave."
    )


# --- E21: attention and trust -----------------------------------------------------------------------------------------


def _attention(plan: Plan) -> Found:
    """Misuse of data: when the number of people a day who meet or hear of it, and the loss of trust, are half of the peak."""
    days = plan.pick(360, 240)
    scenario = plan.scenario(
        {
            "horizon": f"{days} d",
            "tick": "4 h",
            "network": {"users": plan.pick(5000, 1500)},
            "brand": {"sector": "social_media"},
            "timeline": [{"act": "data_misuse", "id": "scandal", "at": "2 d", "hidden": False}],
        }
    )

    def one(part: Plan, seeds: Seeds) -> tuple[float, float, np.ndarray, np.ndarray]:
        hit = part.part(0, 2).engine(scenario, seeds)
        reached = []
        for day in range(days + 1):
            hit.advance(day * DAY)
            acts = hit.acts[: len(hit.out)]
            reached.append(float((acts["n_met"] + acts["n_heard"]).sum()))
            part.tick(day / days / 2)
        twin = part.part(1, 2).finished(scenario, seeds, world=hit.world, quiet=True)
        gap = series_of(twin)["trust"] - series_of(hit)["trust"]
        gap = gap.to_numpy()[:: round(DAY / hit.setup.step)]
        daily = np.diff(reached)
        return _half_time(daily), _half_time(gap), daily / hit.n, gap

    looks, trusts, daily, gap = zip(*plan.each(plan.pick(20, 5), one), strict=True)
    look, trust = np.array(looks), np.array(trusts)
    x = [float(day) for day in range(120)]
    attention, loss = np.mean(daily, axis=0), np.mean(gap, axis=0)
    curves = (
        Curve("people who meet or hear of it", x, list(100 * attention[:120] / attention.max())),
        Curve("trust lost", x, list(100 * loss[:120] / loss.max())),
    )
    return Found(
        (mean_or_median_of(look), mean_or_median_of(trust / look)), curves, "days", "% of the peak",
        note=f"Half of the lost trust is back {trust.mean():.0f} d after the largest gap."
    )  # fmt: skip


def _half_time(values: np.ndarray) -> float:
    """Days from the peak until a series is first at half of it, between two days on a straight line; inf if never.

    values: one for each day.
    """
    peak = int(np.argmax(values))
    half = values[peak] / 2
    below = np.flatnonzero(values[peak:] <= half)
    if not len(below):
        return math.inf
    k = peak + int(below[0])
    return float(k - 1 - peak + (values[k - 1] - half) / (values[k - 1] - values[k]))


ROWS = (
    Row(
        "E18",
        "After a breach three in ten say that they leave, and at most 7 % do.",
        "Ponemon 2017, The impact of data breaches on reputation and share value (31 %; up to 7 %)",
        EMERGENT,
        "A breach of magnitude .4 that meets 30 % of all, brand at 60 points: of followers who met it, the stated intent, and "
        "those who leave within 30 days of it above the same users in the quiet twin.",
        (
            Number("say that they leave", 25.0, 37.0, "%"),
            Number("leave because of it", 2.0, 8.0, "%", 2),
        ),
        _leaving,
    ),
    Row(
        "E21",
        "Attention to a scandal halves in days, trust comes back much more slowly.",
        "Google Trends, searches for Cambridge Analytica and for delete Facebook, 2018-03 (half-lives 3 and 5 days)",
        FITTED,
        "Misuse of data by a social network: people who meet it or hear of it, day by day, from the peak to half of it; and how "
        "many times longer trust takes from its largest gap to half of that.",
        (
            Number("attention halves in", 1.0, 8.0, "days", 2),
            Number("trust takes so many times longer", 5.0, math.inf, "times"),
        ),
        _attention,
    ),
)
