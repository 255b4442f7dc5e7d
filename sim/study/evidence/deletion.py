"""Deleting criticism against leaving it: E13."""

from __future__ import annotations

import math

import numpy as np

from sim.dynamics.setup import Seeds
from sim.study.evidence.estimates import ratio_of
from sim.study.evidence.plan import Plan
from sim.study.evidence.row import EMERGENT, Curve, Estimate, Found, Number, Row
from sim.study.evidence.watching import watch

_FAILURE = 58.0  # h: 10 in the morning of the third day
_ARMS = {
    "private": {"brand": {"feedback": 1}},  # nobody reads a complaint: what the others are held against
    "left": [],
    "deleted": {"brand": {"desk": {"manner": "delete"}}},
    "explained": {"brand": {"desk": {"manner": "delete", "explains": True}}},
}


def _deleted(plan: Plan) -> Found:
    days = plan.pick(90, 60)
    failure = {"act": "outage", "at": f"{_FAILURE:g} h", "audience": "followers", "reach": 0.4}
    scenario = plan.scenario(
        {
            "horizon": f"{days} d",
            "network": {"users": plan.pick(2000, 800)},
            "brand": {"trust": "60 points", "desk": {"agents": 4, "answers": 1, "manner": "none"}},
            "parameters": {"bad_after_act": 0.4, "public_share": 1.0, "abusive_share": 0.0},
            "timeline": [failure],
            "arms": _ARMS,
        }
    )
    hours = np.union1d(np.arange(0, scenario.horizon + 1, 6.0), [_FAILURE])

    def one(part: Plan, seeds: Seeds) -> np.ndarray:
        """Points that those who never complained have lost to what they read, f8[left deleted explained, hours]."""
        runs = [
            watch(part.part(k, len(_ARMS)), part.engine(scenario, seeds, arm), hours) for k, arm in enumerate(_ARMS)
        ]
        silent = np.all([run.engine.live.n_complaints[: run.engine.n] == 0 for run in runs], axis=0)
        private, *others = (100 * run.own[:, silent].mean(axis=1) for run in runs)
        return np.array([private - other for other in others])

    gaps = np.array(plan.each(plan.pick(40, 8), one))
    harm = np.trapezoid(gaps, hours / 24, axis=2)  # points x days
    left, deleted, explained = harm.T
    words = ("left standing", "deleted", "deleted with a reason")
    curves = [Curve(w, list(hours[::4] / 24), list(gaps[:, k, ::4].mean(axis=0))) for k, w in enumerate(words)]
    estimates = (_above(deleted, left), _above(explained, left))
    return Found(estimates, tuple(curves), "days", "own trust lost by reading, points")


def _above(harm: np.ndarray, left: np.ndarray) -> Estimate:
    """How much more harm than when it is left standing, in per cent of that."""
    found = ratio_of(harm, left)
    return Estimate(*(100 * (end - 1) for end in (found.value, found.low, found.high)))


ROWS = (
    Row(
        "E13",
        "Deleting criticism without a reason is worse than leaving it; with a reason it makes about no difference.",
        "Liao et al. 2024 (direction only)",
        EMERGENT,
        "After a failure four in ten of those who meet it complain, all of them in public and none with abuse; what they "
        "write is left standing, deleted, or deleted with a reason. Harm: own trust of those who never complained, against "
        "the same people when all complaints are private, in points x days over 90 days.",
        (
            Number("harm of deleting above that of leaving", 0.0, math.inf, "%", 1, whole=True),
            Number("harm of deleting with a reason above that of leaving", -10.0, 10.0, "%"),
        ),
        _deleted,
        tuned=True,
    ),
)
