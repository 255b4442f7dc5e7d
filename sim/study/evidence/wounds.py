"""How deep a scandal and a breach cut, how they heal, and what stays: E1, E4, E5."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.dynamics.setup import Seeds
from sim.study.evidence.estimates import mean_of
from sim.study.evidence.one_act import AT, DAY, IN_VIEW, with_act
from sim.study.evidence.plan import Plan
from sim.study.evidence.row import FITTED, Curve, Found, Number, Row
from sim.study.evidence.watching import hourly_then_daily, watch

YEAR = 365 * DAY

# --- E1: a scandal ----------------------------------------------------------------------------------------------------


def _scandal(plan: Plan) -> Found:
    sorry_at, last = 21 * DAY, 28 * DAY
    sorry = {"act": "apology", "of": "act", "after": f"{sorry_at:g} h"}
    written = with_act(
        {"act": "data_misuse", "magnitude": 1}, users=plan.pick(2000, 400), days=last / DAY, trust="79 points",
        arms={"silence": [], "apology": [sorry]}
    )  # fmt: skip
    scenario, hours, lags = plan.scenario(written), np.arange(last + 1), np.arange(-DAY, 7 * DAY + 1, 4.0)

    def one(part: Plan, seeds: Seeds) -> tuple[float, float, np.ndarray]:
        silent, sorry = (
            watch(part.part(k, 2), part.engine(scenario, seeds, arm), hours) for k, arm in enumerate(scenario.arms)
        )
        users, met = silent.meetings["act"]
        early, week, near = met < AT + sorry_at, met < last - DAY, met < last - lags[-1]
        gain = sorry.at(users[early], last) - silent.at(users[early], last)
        curve = [silent.at(users[near], met[near] + lag).mean() for lag in lags]
        return silent.at(users[week], met[week] + DAY).mean(), gain.mean(), np.array(curve)

    trust, gain, curves = (100 * np.array(values) for values in zip(*plan.each(plan.pick(20, 3), one), strict=True))
    line = Curve("those who met it", list(lags / DAY), list(curves.mean(axis=0)))
    note = f"A day before they meet it they stand at {curves[:, 0].mean():.1f} points: nobody starts above 98."
    return Found((mean_of(trust), mean_of(gain)), (line,), "days since one met it", "own trust, points", note=note)


# --- E4, E5: what is left of a loss -----------------------------------------------------------------------------------


def _left(plan: Plan, act: dict[str, Any], replicates: int, users: int, lags: np.ndarray, tick: str) -> np.ndarray:
    """What is left of the loss of those who met an act, each `lags` hours after the own meeting: f8[replicates, lags, 2].

    Against the same people without the act. Last axis: of the loss in trust, and of the loss in log trust, which is the
    wound and the scar together; both as shares of what they were at the first look after the meeting.
    """
    days = (AT + IN_VIEW + lags[-1]) / DAY + 1
    scenario = plan.scenario(with_act(act, users=users, days=days, trust="60 points", tick=tick))
    hours = hourly_then_daily(AT + 40 * DAY, scenario.horizon)

    def one(part: Plan, seeds: Seeds) -> np.ndarray:
        quiet = watch(part.part(0, 2), part.engine(scenario, seeds, quiet=True), hours)
        hit = watch(part.part(1, 2), part.engine(scenario, seeds), hours)
        users, met = hit.meetings["act"]
        users, met = users[met < AT + IN_VIEW], met[met < AT + IN_VIEW]
        first, losses = hit.first_after(users, met), []
        for lag in lags:
            ours, theirs = hit.at(users, first + lag), quiet.at(users, first + lag)
            losses.append((float((theirs - ours).mean()), float(np.log(theirs / ours).mean())))
        return np.array(losses) / np.array(losses[0])

    return np.array(plan.each(replicates, one))


def _healed(plan: Plan) -> Found:
    days = np.array([0, 2, 4, 8, 12, 16, 24, 32, 48, 72, 100, 150, 200, 250, 304.0])
    act = {"act": "data_breach"}
    left = 100 * _left(plan, act, plan.pick(12, 3), plan.pick(2000, 300), days * DAY, plan.pick("1 h", "4 h"))
    regained, log_left = 100 - left[:, list(days).index(16), 0], left[:, -1, 1]
    lines = [
        Curve(w, list(days), list(left[:, :, k].mean(axis=0))) for k, w in enumerate(("of the loss", "of its log"))
    ]
    return Found((mean_of(regained), mean_of(log_left)), tuple(lines), "days since one met it", "left, %")


def _scarred(plan: Plan) -> Found:
    years = np.array([0, 0.05, 0.1, 0.2, 0.4, 0.7, 1, 2, 3, 4, 5, 6, 7.0])
    act = {"act": "data_misuse", "magnitude": 1}
    left = 100 * _left(plan, act, plan.pick(8, 2), plan.pick(1000, 200), years * YEAR, "4 h")[:, :, 1]
    line = Curve("of the log-loss", list(years), list(left.mean(axis=0)))
    return Found((mean_of(left[:, 6]), mean_of(left[:, -1])), (line,), "years since one met it", "left, %")


ROWS = (
    Row(
        "E1",
        "A scandal about integrity takes trust from 79 to 27 points within a week; an apology three weeks later adds 1.",
        "Ponemon 2018 (Facebook and Cambridge Analytica: 79 % to 27 %, then 28 %)",
        FITTED,
        "A brand at 79 points, misuse of data of magnitude 1 that is public at once: own trust of those who met it, each "
        "24 h after meeting; and how much higher it is five days after an apology on day 21 than without one.",
        (
            Number("own trust 24 h after meeting the scandal", 22.0, 32.0, "points"),
            Number("gain by an apology on day 21", 0.0, 3.0, "points", 2),
        ),
        _scandal,
    ),
    Row(
        "E4",
        "A breach heals: three quarters of the loss are regained in 16 days, and after ten months hardly any is left.",
        "Home Depot 2014 and Target 2013 (YouGov BrandIndex)",
        FITTED,
        "A breach at a brand at 60 points: own trust of those who met it against the same people without it, each from "
        "the own meeting on. The log-loss is the wound and the scar together.",
        (
            Number("of the loss regained after 16 days", 60.0, 90.0, "%"),
            Number("of the log-loss left after 304 days", 0.0, 15.0, "%"),
        ),
        _healed,
    ),
    Row(
        "E5",
        "A scandal about integrity scars: a fifth to a third of the loss is there after a year, as much after seven.",
        "Volkswagen 2015 (YouGov BrandIndex); Wells Fargo 2016-24 (Axios Harris, YouGov)",
        FITTED,
        "Misuse of data of magnitude 1 at a brand at 60 points, measured as E4.",
        (
            Number("of the log-loss left after a year", 15.0, 35.0, "%"),
            Number("of the log-loss left after seven years", 15.0, 35.0, "%"),
        ),
        _scarred,
    ),
)  # fmt: skip
