"""Who was lost: loss of trust and of followers by groups of users, each user against its own quiet twin.

Groups are cut by rank within a replicate, so that they hold the same shares of users in every replicate, whatever the
network: by how many listen to a user, by how often it posts, by its trust at the start; by whether it followed the brand;
and by community, numbered by size.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sim.dynamics.engine import Engine
from sim.study.measures import Trace

_CUTS = {  # of the ranks, and what the groups are called
    "listeners": ((0.5, 0.9), ("lower half", "next 40 %", "top 10 %")),
    "activity": ((0.5, 0.9), ("lower half", "next 40 %", "top 10 %")),
    "trust": ((0.25, 0.5, 0.75), ("lowest quarter", "second quarter", "third quarter", "highest quarter")),
}
_COMMUNITIES = 6  # those after them are taken together
BY = (*_CUTS, "follows", "community")

Groups = Mapping[str, tuple[tuple[str, ...], np.ndarray]]


def groups_of(engine: Engine) -> Groups:
    """By what -> names of the groups, and the number of its group for each user (row). engine: of the first arm."""
    world = engine.world
    known = {
        "listeners": np.diff(world.graph.back_start),
        "activity": engine.live.activity[: engine.n],
        "trust": engine.start_trust,
    }
    found = {
        by: (names, _by_rank(known[by], cuts)) for by, (cuts, names) in _CUTS.items() if len(known[by]) == engine.n
    }
    follows = np.asarray(world.people.follows, dtype=bool)
    found["follows"] = (("followers", "others"), np.where(follows, 0, 1))
    communities = np.asarray(world.communities)
    sizes = np.bincount(communities)
    place = np.empty(len(sizes), dtype=np.int64)
    place[np.argsort(-sizes, kind="stable")] = np.arange(len(sizes))
    names = [f"{k + 1}{' (largest)' if k == 0 else ''}" for k in range(min(len(sizes), _COMMUNITIES))]
    if len(sizes) > _COMMUNITIES:
        names.append("others")
    found["community"] = (tuple(names), np.minimum(place[communities], len(names) - 1))
    return found


def _by_rank(values: np.ndarray, cuts: tuple[float, ...]) -> np.ndarray:
    """The group of each value, those at a cut and equal to it in the lower group, so that equals stay together."""
    limits = np.quantile(values, cuts, method="inverted_cdf")
    return np.searchsorted(limits, values, side="left")


def losses(run: Trace, twin: Trace, groups: Groups) -> list[tuple[str, str, float, float, float]]:
    """by, group, its share of the users, mean loss of trust over time (0..1), followers lost per user of the group."""
    loss = np.asarray(twin.mean_trust, np.float64) - run.mean_trust
    left = twin.follows.astype(np.float64) - run.follows
    rows = []
    for by, (names, group) in groups.items():
        many = np.bincount(group, minlength=len(names))
        sums = [np.bincount(group, weights=values, minlength=len(names)) for values in (loss, left)]
        for k, name in enumerate(names):
            if many[k]:
                rows.append((by, name, many[k] / run.n_users, float(sums[0][k] / many[k]), float(sums[1][k] / many[k])))
    return rows
