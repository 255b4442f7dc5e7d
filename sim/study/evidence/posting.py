"""Who writes and who only reads: E17."""

from __future__ import annotations

import math

import numpy as np

from sim.dynamics.setup import Seeds
from sim.study.evidence.estimates import mean_of
from sim.study.evidence.plan import Plan
from sim.study.evidence.row import FITTED, Curve, Found, Number, Row

_TOP = 0.01


def _posters(plan: Plan) -> Found:
    """A year of opinion posts as the engine makes them: rates differ between users, opinions decide who uses them.

    The share of the top 1 % depends on the largest rates of all, so it settles only with many users.
    """
    users = plan.pick(200_000, 8_000)
    written = {
        "horizon": "364 d",
        "tick": "4 h",
        "talk_step": "4 h",
        "network": {"users": users},
        "brand": {"sector": "bank"},
    }
    scenario = plan.scenario(written)

    def one(part: Plan, seeds: Seeds) -> tuple[float, float, np.ndarray]:
        posts = np.sort(part.finished(scenario, seeds).live.written)[::-1].astype(np.float64)
        top = posts[: round(_TOP * len(posts))].sum() / posts.sum()
        at = np.unique(np.round(np.logspace(0, np.log10(len(posts)), 60)).astype(int))
        return 100 * float(top), 100 * float((posts > 0).mean()), np.cumsum(posts)[at - 1] / posts.sum()

    found = plan.each(plan.pick(2, 4), one)
    top, posters, curve = (np.array(values) for values in zip(*found, strict=True))
    at = np.unique(np.round(np.logspace(0, np.log10(users), 60)).astype(int)) / users
    line = Curve("all posts", list(100 * at), list(100 * curve.mean(axis=0)))
    return Found(
        (mean_of(top), mean_of(posters)), (line,), "most active users, %", "posts that they write, %", log_x=True
    )


ROWS = (
    Row(
        "E17",
        "One user in a hundred writes three quarters of all posts, and most never write.",
        "van Mierlo 2014, doi:10.2196/jmir.2966 (top 1 % write 74.7 %)",
        FITTED,
        "A year of opinion posts of 200,000 users of a bank, twice: posts by the most active 1 % of users, and users who "
        "post at all. Small size: 8,000 users.",
        (
            Number("posts written by the top 1 %", 65.0, 80.0, "%"),
            Number("users who post in a year", -math.inf, 25.0, "%"),
        ),
        _posters,
    ),
)
