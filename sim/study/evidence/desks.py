"""What a service desk does to those who complain: the worth of a reply by its delay, E9, and how complaints end, E10."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.dynamics import state as s
from sim.dynamics.setup import Seeds
from sim.scenario.scenario import Scenario
from sim.study.evidence.estimates import mean_of, ratio_of, share_of
from sim.study.evidence.plan import Plan
from sim.study.evidence.row import BUILT_IN, Curve, Found, Number, Row

_MINUTE = 1 / 60
_LOOK = _MINUTE / 2  # h between two looks: so close that hardly ever two answers land between them


def _complaining(plan: Plan, desk: dict[str, Any], *, hours: float, without: list[str], **numbers: float) -> Scenario:
    """A brand whose followers complain often and in private, at a desk that nobody has to queue for."""
    often = {"bad_rate": plan.pick(0.01, 0.02)}
    return plan.scenario(
        {
            "horizon": f"{hours:g} h",
            "network": {"users": plan.pick(4000, 1500)},
            "brand": {"trust": "60 points", "feedback": 1, "desk": {"agents": 2000, "answers": 1, **desk}},
            "without": without,
            "parameters": {**often, **numbers},
        }
    )


# --- E9: the worth of a reply -----------------------------------------------------------------------------------------

_AGES = (3 * _MINUTE, 22 * _MINUTE, 2.0)  # h
_NEAR = 0.15  # replies within so much of an age count for it


def _gains(plan: Plan, seeds: Seeds, mean: float) -> tuple[np.ndarray, np.ndarray]:
    """Ages of first complaints when they were answered, h, and what the answer did to the owner's trust, in points.

    Replies take `mean` h on average. The books have what answers did; two answers between two looks count for neither.
    """
    desk = {"rate": f"{1 / mean:g} per hour", "manner": "good"}
    scenario = _complaining(plan, desk, hours=plan.pick(48, 24), without=["posts", "membership"])
    engine = plan.engine(scenario, seeds)
    looks = np.arange(0, scenario.horizon, _LOOK)
    booked = np.zeros(len(looks))
    for k, hour in enumerate(looks):
        engine.advance(hour)
        booked[k] = engine.books[s.COMPLAINTS_ROW, s.ANSWER]
        plan.tick((k + 1) / len(looks))
    complaints = engine.live.complaints[: engine.state[s.N_COMPLAINTS]]
    answered = complaints[(complaints["state"] == s.ANSWERED) & (complaints["closed"] <= looks[-1])]
    look = np.searchsorted(looks, answered["closed"])
    alone = (np.bincount(look, minlength=len(looks))[look] == 1) & (answered["number"] == 0)
    gains = 100 * np.diff(booked, prepend=0.0)[look]
    return (answered["closed"] - answered["opened"])[alone], gains[alone]


def _worth(plan: Plan) -> Found:
    def one(part: Plan, seeds: Seeds) -> list[float]:
        means = []
        for k, age in enumerate(_AGES):
            ages, gains = _gains(part.part(k, len(_AGES)), seeds, age)
            means.append(float(gains[np.abs(ages / age - 1) < _NEAR].mean()))
        return means

    gains = np.array(plan.each(plan.pick(10, 3), one))
    each = [mean_of(column) for column in gains.T]
    line = Curve(
        "first complaints", [60 * age for age in _AGES], [e.value for e in each], [e.low for e in each],
        [e.high for e in each]
    )  # fmt: skip
    return Found(
        (ratio_of(gains[:, 1], gains[:, 0]), ratio_of(gains[:, 2], gains[:, 0])), (line,), "minutes until the reply",
        "gain of own trust, points", log_x=True
    )  # fmt: skip


# --- E10: how complaints end ------------------------------------------------------------------------------------------


def _endings(plan: Plan) -> Found:
    """Intent shows in who leaves, when all who intend to do so and nobody leaves for another reason."""
    manners = ("none", "rude", "good")
    counts = np.zeros((len(manners), 3), np.int64)  # ended so, left, put out another story

    def one(part: Plan, seeds: Seeds) -> None:
        for k, manner in enumerate(manners):
            scenario = _complaining(
                part, {"rate": "1 per hour", "manner": manner}, hours=plan.pick(15, 6) * 24, without=["posts"],
                intent_to_leave=1.0, churn=1e-12, join_gain=0.0
            )  # fmt: skip
            engine = part.part(k, len(manners)).finished(scenario, seeds)
            ended = engine.state[s.N_IGNORED] if manner == "none" else engine.state[s.N_ANSWERED]
            told = engine.state[s.GOOD_POSTS] if manner == "good" else engine.state[s.N_STORIES]
            counts[k] += (ended, engine.state[s.LEFT], told)

    plan.each(plan.pick(2, 1), one)
    ignored, rude, good = ([int(n) for n in row] for row in counts)
    pairs = (
        (ignored[1], ignored[0]),
        (rude[1], rude[0]),
        (ignored[2], ignored[0]),
        (rude[2], rude[0]),
        (good[2], good[0]),
    )
    return Found(tuple(share_of(hits, ended, 100.0) for hits, ended in pairs))


def _share(words: str, percent: float) -> Number:
    return Number(words, percent - 3, percent + 3, "%")


ROWS = (
    Row(
        "E9",
        "A reply is worth $20 within 6 minutes, $9 at 22 minutes and $2.33 after more than an hour.",
        "Huang et al. 2018 (airlines on Twitter)",
        BUILT_IN,
        "Desks whose replies take 3 minutes, 22 minutes and 2 hours on average: what a good reply adds to the own trust of "
        f"first complainers, as the books have it; replies within {100 * _NEAR:.0f} % of these ages. Followers complain often, "
        "and in private.",
        (
            Number("gain at 22 minutes over that at 3 minutes", 0.40, 0.50, "", 3),
            Number("gain at 2 hours over that at 3 minutes", 0.09, 0.15, "", 3),
        ),
        _worth,
    ),
    Row(
        "E10",
        "Those who are ignored or answered rudely want to leave and complain again; those who are answered well praise.",
        "Sprout Social Index Q3 2017",
        BUILT_IN,
        "Desks that answer nobody, rudely, or well, of a brand whose followers complain often, in private at first. Who "
        "intends to leave is read from who leaves when all who intend to do so, and nobody for another reason.",
        (
            _share("ignored: intend to leave", 35),
            _share("answered rudely: intend to leave", 50),
            _share("ignored: complain again, in public", 31),
            _share("answered rudely: complain again, in public", 41),
            _share("answered well: praise", 45),
        ),
        _endings,
    ),
)
