"""How deep a scandal and a breach cut, how they heal, and what stays: E1, E4, E5."""

from __future__ import annotations

import numpy as np

from sim.dynamics.setup import Seeds
from sim.study.evidence.estimates import mean_of
from sim.study.evidence.plan import Plan
from sim.study.evidence.row import FITTED, Curve, Found, Number, Row
from sim.study.evidence.watching import watch

DAY = 24.0
_AT = 2 * DAY  # when the act comes out
_SPREAD = 15 * DAY  # after which all but one in a hundred of those it reaches have met news that stays in view


def _with_act(act: dict[str, object], trust: str, users: int, days: float, tick: str = "1 h", **more: object) -> dict:
    """A scenario with one act that is public at once."""
    return {
        "horizon": f"{days:g} d",
        "tick": tick,
        "network": {"users": users},
        "brand": {"trust": trust},
        "timeline": [{"id": "act", "at": f"{_AT:g} h", "hidden": False, **act}],
        **more,
    }


# --- E1: a scandal ----------------------------------------------------------------------------------------------------


def _scandal(plan: Plan) -> Found:
    apology_at = 21 * DAY
    written = _with_act({"act": "data_misuse", "magnitude": 1}, "79 points", plan.pick(2000, 400), 26)
    sorry = {"act": "apology", "of": "act", "after": f"{apology_at:g} h"}
    scenario = plan.scenario({**written, "arms": {"silence": [], "apology": [sorry]}})
    hours = np.arange(scenario.horizon + 1)
    lags = np.arange(-24.0, 169.0, 4.0)

    def one(part: Plan, seeds: Seeds) -> tuple[float, float, np.ndarray]:
        silent = watch(part.part(0, 2), part.engine(scenario, seeds, "silence"), hours)
        sorry = watch(part.part(1, 2), part.engine(scenario, seeds, "apology"), hours)
        users, met = silent.meetings["act"]
        early = met < _AT + apology_at
        last = scenario.horizon
        gain = sorry.at(users[early], last).mean() - silent.at(users[early], last).mean()
        near = met < last - lags[-1]
        curve = [silent.at(users[near], met[near] + lag).mean() for lag in lags]
        week = met < last - DAY
        return 100 * silent.at(users[week], met[week] + DAY).mean(), 100 * gain, 100 * np.array(curve)

    found = plan.each(plan.pick(20, 2), one)
    trust, gain, curves = (np.array(values) for values in zip(*found, strict=True))
    line = Curve("those who met it", list(lags / DAY), list(curves.mean(axis=0)))
    return Found((mean_of(trust), mean_of(gain)), (line,), "days since it was met", "own trust, points")


ROWS = (
    Row(
        "E1",
        "A scandal about integrity takes trust from 79 to 27 points within a week; an apology three weeks later adds 1.",
        "Ponemon 2018 (Facebook and Cambridge Analytica, 79 % to 27 %, then 28 %)",
        FITTED,
        "A brand at 79 points, misuse of data of magnitude 1 that is public at once: own trust of those who met it, each "
        "24 h after meeting; and how much higher it is five days after an apology on day 21 than without one.",
        (
            Number("own trust 24 h after meeting the scandal", 22.0, 32.0, "points"),
            Number("gain by an apology on day 21", 0.0, 3.0, "points", 2),
        ),
        _scandal,
    ),
)
