"""How each kind of network is made under a seed. Options are checked by `generators.py`, which calls these.

Every draw is named by (seed, user, its number); one seed gives the same network on every machine.
"""

from __future__ import annotations

import math

import numpy as np

from sim.world import build, csr, draws, growth
from sim.world.frozen import Graph

_TIES_PER_CALL = 1_000_000  # a grown tie takes 50-200 ns


def _friendships(kind: str, start: np.ndarray, heard: np.ndarray, community: np.ndarray | None = None) -> Graph:
    note = f"{kind}: {len(start) - 1:,} users, {len(heard) // 2:,} ties"
    return Graph(start, heard, None, start, heard, None, community, False, kind, (note,))


def powerlaw_cluster(users: int, seed: int, *, ties: int, triangles: float) -> Graph:
    """Growth by preference for the well connected, and triangles among friends of friends; ties (users - ties) ties.

    Source: Holme & Kim 2002, doi:10.1103/PhysRevE.65.026107
    """
    key = draws.stream(seed, "network")
    lower = np.empty((users - ties) * ties, dtype=np.uint32)
    mark = np.zeros(users, dtype=np.uint32)
    chunk = np.zeros((users, 2), dtype=np.int64)
    end = users * growth.FIRST_CHUNK
    # past their first chunk, chunks with their heads hold at most twice what is in them and a place each
    pool = np.empty(end + 2 * len(lower) + len(lower) // growth.FIRST_CHUNK + 1, dtype=np.uint32)
    for first, last in csr.slices(users - ties, _TIES_PER_CALL // ties):
        end = growth.attach_and_close(key, ties, triangles, lower, mark, pool, chunk, end, first + ties, last + ties)
    counts = chunk[:, 0].copy()
    counts[ties:] += ties
    start = csr.starts_of(counts)
    heard = np.empty(start[-1], dtype=np.uint32)
    for piece in csr.row_slices(start):
        growth.gather(ties, lower, pool, chunk, start, heard, *piece)
    return _friendships("powerlaw_cluster", start, heard)


def scale_free(users: int, seed: int, *, ties: int) -> Graph:
    """Growth by preference for the well connected; ties (users - ties) ties.

    Source: Barabasi & Albert 1999, doi:10.1126/science.286.5439.509
    """
    key = draws.stream(seed, "network")
    lower = np.empty((users - ties) * ties, dtype=np.uint32)
    for first, last in csr.slices(users - ties, _TIES_PER_CALL // ties):
        growth.attach(key, ties, lower, first + ties, last + ties)
    lower_start = np.zeros(users + 1, dtype=np.int64)
    lower_start[ties:] = np.arange(users - ties + 1) * ties
    return _friendships("scale_free", *csr.both_ways(lower_start, lower))


def small_world(users: int, seed: int, *, neighbors: int, rewire: float) -> Graph:
    """A ring on which everyone is tied to the `neighbors` nearest, each tie then rewired with probability `rewire`.

    Has users neighbors / 2 ties. Source: Watts & Strogatz 1998, doi:10.1038/30918
    """
    key = draws.stream(seed, "network")
    half = neighbors // 2
    far = ((np.arange(users)[:, None] + np.arange(1, half + 1)) % users).astype(np.uint32)
    for place in range(half):
        for piece in csr.slices(users, 4 * _TIES_PER_CALL // neighbors):
            growth.rewire(key, rewire, far, place, *piece)
    near = np.repeat(np.arange(users, dtype=np.uint32), half)
    start, heard, _, _ = build.plain_rows(users, near, far.ravel())
    return _friendships("small_world", start, heard)


def random(users: int, seed: int, *, mean_degree: float) -> Graph:
    """Every pair is tied with the same probability mean_degree / (users - 1). Source: Gilbert 1959."""
    p = mean_degree / (users - 1) if users > 1 else 0.0
    lower_start = np.zeros(users + 1, dtype=np.int64)
    lower = np.empty(0, dtype=np.uint32)
    if p > 0:
        none = math.log1p(-p) if p < 1 else -math.inf
        lower = np.empty(_room(users * mean_degree / 2, users), dtype=np.uint32)
        key, done = draws.stream(seed, "network"), 0
        while done < users:
            last = min(users, done + max(1, int(_TIES_PER_CALL / (1 + mean_degree))))
            reached = int(growth.skip_ties(key, none, lower_start, lower, done, last))
            if reached < last:
                lower = np.concatenate((lower, np.empty(len(lower) // 4 + users, dtype=np.uint32)))
            done = reached
        lower = lower[: lower_start[-1]]
    return _friendships("random", *csr.both_ways(lower_start, lower))


def _room(expected: float, users: int) -> int:
    """Places for a random number of ties with this mean, and for one full row: rarely too few."""
    return int(expected + 6 * math.sqrt(expected)) + users + 64


def communities(users: int, seed: int, *, groups: int, mean_degree: float, mixing: float, spread: float) -> Graph:
    """Equal groups of users; a share `mixing` of the ties leads out of the own group.

    Pairs are tied with probability proportional to the product of both users' weights, lognormal with standard
    deviation `spread` of the logarithm (0: all alike) and mean 1 in each group.
    Source: Girvan & Newman 2002, doi:10.1073/pnas.122653799; Karrer & Newman 2011, doi:10.1103/PhysRevE.83.016107
    """
    group = (np.arange(users) * groups // users).astype(np.int32)
    sizes = np.bincount(group, minlength=groups)
    weights = np.exp(spread * draws.normals(draws.stream(seed, "network weights"), np.arange(users), 0))
    weights *= (sizes / np.bincount(group, weights))[group]
    ones, others = [], []
    within, between = draws.stream(seed, "network"), draws.stream(seed, "network between")
    everyone = np.zeros(0, dtype=np.int32)
    for first, size in zip(csr.starts_of(sizes)[:-1].tolist(), sizes.tolist(), strict=True):
        own = weights[first : first + size]
        room = float(size * size - np.dot(own, own))
        if room > 0:
            factor = mean_degree * (1 - mixing) * size / room
            expected = mean_degree * (1 - mixing) * size / 2
            one, other = _weighted_pairs(within, first, own, factor, everyone, expected)
            ones.append(one + np.uint32(first))
            others.append(other + np.uint32(first))
    if mixing > 0:
        factor = mean_degree * mixing * users / float(users**2 - np.dot(sizes, sizes))
        one, other = _weighted_pairs(between, 0, weights, factor, group, mean_degree * mixing * users / 2)
        ones.append(one)
        others.append(other)
    start, heard, _, _ = build.plain_rows(users, np.concatenate(ones), np.concatenate(others))
    return _friendships("communities", start, heard, group)


def _weighted_pairs(key, name: int, weights, factor: float, group, expected: float) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of users (u4, u4) tied with probability min(1, factor weights[i] weights[j]), outside one's own group."""
    n = len(weights)
    order = np.argsort(-weights, kind="stable").astype(np.uint32)
    weights = weights[order]
    group = group[order] if len(group) else group
    one = np.empty(_room(expected, n), dtype=np.uint32)
    other = np.empty_like(one)
    per_call = max(1, int(_TIES_PER_CALL / (1 + expected / n)))
    done = filled = 0
    while done < n:
        last = min(n, done + per_call)
        reached, filled = growth.tie_by_weight(key, name, weights, factor, group, one, other, filled, done, last)
        if reached < last:
            one, other = (np.concatenate((a, np.empty(len(a) // 4 + n, dtype=np.uint32))) for a in (one, other))
        done = reached
    return order[one[:filled]], order[other[:filled]]


def complete(users: int, seed: int) -> Graph:
    """Everyone is tied to everyone; the seed changes nothing."""
    start = np.arange(users + 1, dtype=np.int64) * (users - 1)
    heard = np.empty((users, max(0, users - 1)), dtype=np.uint32)
    below = np.arange(users, dtype=np.uint32)
    for i in range(users):
        heard[i, :i] = below[:i]
        heard[i, i:] = below[i + 1 :]
    return _friendships("complete", start, heard.ravel())


# Ties of Zachary's karate club, each user with its friends of a higher number, and the users who stayed with the
# club's officer when it split. Source: Zachary 1977, doi:10.1086/jar.33.4.3629752
_KARATE = {
    0: (1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 17, 19, 21, 31),
    1: (2, 3, 7, 13, 17, 19, 21, 30),
    2: (3, 7, 8, 9, 13, 27, 28, 32),
    3: (7, 12, 13),
    4: (6, 10),
    5: (6, 10, 16),
    6: (16,),
    8: (30, 32, 33),
    9: (33,),
    13: (33,),
    14: (32, 33),
    15: (32, 33),
    18: (32, 33),
    19: (33,),
    20: (32, 33),
    22: (32, 33),
    23: (25, 27, 29, 32, 33),
    24: (25, 27, 31),
    25: (31,),
    26: (29, 33),
    27: (33,),
    28: (31, 33),
    29: (32, 33),
    30: (32, 33),
    31: (32, 33),
    32: (33,),
}
_OFFICERS = (9, 14, 15, 18, 20, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33)
KARATE_USERS = 34


def karate(users: int, seed: int) -> Graph:
    """Zachary's karate club: 34 users, 78 ties, two communities; neither users nor seed change anything."""
    pairs = np.array([(low, high) for low, friends in _KARATE.items() for high in friends], dtype=np.uint32)
    start, heard, _, _ = build.plain_rows(KARATE_USERS, pairs[:, 0].copy(), pairs[:, 1].copy())
    community = np.zeros(KARATE_USERS, dtype=np.int32)
    community[list(_OFFICERS)] = 1
    return _friendships("karate", start, heard, community)
