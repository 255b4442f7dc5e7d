"""Communities of a network whose groups are not known: Louvain's method, compiled.

    modularity = sum over communities of (ties inside / ties) - (sum of degrees / (2 ties))^2

Users move to the community of a neighbour as long as that raises modularity; communities then become the users of a
smaller network, and so on. Source: Blondel et al. 2008, doi:10.1088/1742-5468/2008/10/P10008
"""

from __future__ import annotations

import numpy as np

from sim.compiled import compiled
from sim.world import build, csr, draws
from sim.world.frozen import Graph

_LEVELS = 30  # never reached: real networks need 4 to 6
_ROUNDS = 50
_LEAST_SHARE = 0.01  # a level ends when fewer users than this moved in a round


@compiled
def move_users(start, ids, amount, loops, order, community, degree, total, pull, near, first, last):
    """Move users order[first:last] each to the community that raises modularity most; returns how many moved.

    start, ids  rows as in csr.py;  amount f8[m] of ties, empty: all 1;  loops f8[n] twice the ties inside a user
    community   i4[n];  degree f8[n] of users;  total f8[n] degrees by community
    pull        f8[n]   zeros, and zeros again at the end;  near  i4[n]  workspace

    Of equal gains the own community wins, then the one met first.
    """
    all_degrees = 0.0
    for i in range(len(degree)):
        all_degrees += degree[i]
    moved = 0
    for at in range(first, last):
        i = order[at]
        own = community[i]
        many = 0
        for place in range(start[i], start[i + 1]):
            other = community[ids[place]]
            if pull[other] == 0.0:
                near[many] = other
                many += 1
            pull[other] += amount[place] if len(amount) else 1.0
        share = degree[i] / all_degrees
        total[own] -= degree[i]
        best = own
        best_gain = pull[own] - total[own] * share
        for number in range(many):
            other = near[number]
            gain = pull[other] - total[other] * share
            if gain > best_gain + 1e-12:
                best, best_gain = other, gain
        for number in range(many):
            pull[near[number]] = 0.0
        total[best] += degree[i]
        if best != own:
            community[i] = best
            moved += 1
    return moved


def found_communities(graph: Graph, key: np.uint64) -> np.ndarray:
    """i4[n]: the community of each user, numbered from the largest (0) down; directions and weights do not count.

    key: of the order in which users are looked at; the same key gives the same communities.
    """
    if graph.directed:
        listener = np.repeat(np.arange(graph.n_users, dtype=np.uint32), graph.n_listened)
        start, ids, _, _ = build.plain_rows(graph.n_users, listener, graph.heard)
    else:
        start, ids = graph.start, graph.heard
    community = np.arange(graph.n_users, dtype=np.int32)
    amount, loops = np.zeros(0), np.zeros(graph.n_users)
    for level in range(_LEVELS):
        found = _one_level(start, ids, amount, loops, key, level)
        community = found[community]
        count = int(found.max()) + 1
        if count == len(found) or len(ids) == 0:
            break
        start, ids, amount, loops = _merged(start, ids, amount, loops, found, count)
    return _by_size(community)


def _one_level(start, ids, amount, loops, key, level: int) -> np.ndarray:
    """i4[n]: communities of users, numbered 0, 1, ... without gaps."""
    n = len(start) - 1
    degree = _row_sums(start, amount) + loops
    order = np.argsort(draws.uniforms(key, np.arange(n), level)).astype(np.uint32)
    community = np.arange(n, dtype=np.int32)
    total, pull, near = degree.copy(), np.zeros(n), np.empty(n, dtype=np.int32)
    per_call = max(1, csr.PLACES_PER_CALL * n // max(1, len(ids)))
    if degree.sum() > 0:
        for _ in range(_ROUNDS):
            moved = sum(
                move_users(start, ids, amount, loops, order, community, degree, total, pull, near, *piece)
                for piece in csr.slices(n, per_call)
            )
            if moved <= _LEAST_SHARE * n:
                break
    return np.unique(community, return_inverse=True)[1].astype(np.int32)


def _row_sums(start: np.ndarray, amount: np.ndarray) -> np.ndarray:
    if not len(amount):
        return np.diff(start).astype(np.float64)
    return np.bincount(np.repeat(np.arange(len(start) - 1), np.diff(start)), amount, minlength=len(start) - 1)


def _merged(start, ids, amount, loops, community, count: int):
    """The network of communities: amounts of ties between them, and twice those inside."""
    one = np.repeat(community, np.diff(start))
    other = community[ids]
    values = amount if len(amount) else np.ones(len(ids))
    inside = one == other
    loops = np.bincount(community, loops, minlength=count) + np.bincount(one[inside], values[inside], minlength=count)
    key = one[~inside].astype(np.int64) * count + other[~inside]
    pairs, where = np.unique(key, return_inverse=True)
    row = pairs // count
    start = csr.starts_of(np.bincount(row, minlength=count))
    return start, (pairs % count).astype(np.uint32), np.bincount(where, values[~inside], minlength=len(pairs)), loops


def _by_size(community: np.ndarray) -> np.ndarray:
    """The same communities, numbered by falling size, equals by their first user."""
    _, first, inverse, sizes = np.unique(community, return_index=True, return_inverse=True, return_counts=True)
    rank = np.empty(len(sizes), dtype=np.int32)
    rank[np.lexsort((first, -sizes))] = np.arange(len(sizes), dtype=np.int32)
    return rank[inverse]
