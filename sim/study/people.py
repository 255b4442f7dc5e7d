"""Results in people: shares of the simulated users by the audience that they stand for.

    both = compare(load("mine.yaml"))        # brand: {audience: 4 M, followers: 1.2 M}
    both.people

The scale is audience / users, stated in the scenario. It is exact for what a share of users means; that a few thousand
users spread a story as millions would is assumed, and `sim.study.size_error` says how far that was measured.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from sim.scenario.scenario import Scenario
from sim.study.size_error import size_error

PEOPLE = {
    "followers_lost": "followers lost",
    "followers_end": "followers at the end",
    "largest_story": "heard the largest story",
    "complaints": "complaints",
}


def in_people(spread: pd.DataFrame, scenario: Scenario, arms: Sequence[str], users: int) -> pd.DataFrame | None:
    """Table arm, measure, what, mean, low, high, q05, q95, size; None when the scenario states no audience.

    low, high: interval of the mean over replicates, joint over arms; q05, q95: 9 crises in 10 lie between; size: share by
    which the mean may differ because so few users were simulated, as measured. spread: of a Comparison.
    """
    audience = scenario.brand.audience
    if audience is None:
        return None
    found = spread.set_index(["arm", "measure"])
    rows = []
    for measure, what in PEOPLE.items():
        for arm in arms:
            each = _people(measure, audience, scenario.arm(arm).brand.followers)
            row = found.loc[(arm, measure)]
            numbers = {name: each * float(row[key]) for name, key in _COLUMNS.items()}
            rows.append({"arm": arm, "measure": measure, "what": what, **numbers, "size": size_error(measure, users)})
    return pd.DataFrame(rows)


_COLUMNS = {"mean": "mean", "low": "mean_low", "high": "mean_high", "q05": "low", "q95": "high"}


def _people(measure: str, audience: int, followers: float) -> float:
    """How many people one unit of a measure is."""
    if measure == "complaints":  # per 1,000 users
        return audience / 1000
    return audience * followers if measure == "followers_lost" else float(audience)
