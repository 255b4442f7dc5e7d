"""Compiled loops that grow networks tie by tie; `generators.py` calls them in slices.

A draw is named by (key, user, number of the draw of that user), so a slice may begin anywhere.
"""

from __future__ import annotations

import math

import numpy as np

from sim.compiled import compiled, compiled_with_arrays
from sim.world import draws

_uniform = draws.uniform
FIRST_CHUNK = 8  # places for listeners kept ready for every user
_FEW = 32  # friends of one's own up to here are compared one by one; with more, each gets a mark


@compiled
def _sort(ids):
    """Sort a short array in place, by Shell's gaps."""
    gap = 1
    while 3 * gap + 1 < len(ids):
        gap = 3 * gap + 1
    while gap > 0:
        for j in range(gap, len(ids)):
            value = ids[j]
            hole = j
            while hole >= gap and ids[hole - gap] > value:
                ids[hole] = ids[hole - gap]
                hole -= gap
            ids[hole] = value
        gap //= 3


@compiled_with_arrays
def attach(key, ties, lower, first, last):
    """Users first..last come in turn, each tied to `ties` earlier ones drawn in proportion to their ties.

    lower  u4[(n - ties) ties]  the friends of user v >= ties stand at (v - ties) ties, ascending

    User number `ties` is tied to all before it. A random end of a random tie is a user drawn in proportion to ties;
    friends drawn twice are drawn again.
    Source: Barabasi & Albert 1999, doi:10.1126/science.286.5439.509; Batagelj & Brandes 2005,
    doi:10.1103/PhysRevE.71.036113
    """
    coins = np.empty(ties)
    friends = np.empty(ties, dtype=np.uint32)
    for v in range(first, last):
        row = (v - ties) * ties
        if v == ties:
            for j in range(ties):
                lower[j] = j
            continue
        event = 0
        known = 0
        while known < ties:
            for j in range(known, ties):  # all draws first: the loads that follow from them overlap
                coins[j] = _uniform(key, v, event + j)
            event += ties
            for j in range(known, ties):
                end = np.int64(coins[j] * (2 * row))
                earlier = lower[end >> 1]
                own = np.uint32(coins[j] * (v - ties)) + np.uint32(ties)
                friends[j] = own if end & 1 else earlier
            _sort(friends)
            known = 1
            for j in range(1, ties):
                if friends[j] != friends[known - 1]:
                    friends[known] = friends[j]
                    known += 1
        for j in range(ties):
            lower[row + j] = friends[j]


@compiled
def _later_listener(pool, chunk, w, count, number):
    """The number-th of `count` users that named w, beyond the first chunk."""
    lowest = FIRST_CHUNK
    while 2 * lowest < count:
        lowest *= 2
    at = chunk[w, 1]
    while number < lowest:
        at = np.int64(pool[at])
        lowest //= 2
    return np.int64(pool[at + 1 + number - lowest])


@compiled_with_arrays
def attach_and_close(key, ties, triangles, lower, mark, pool, chunk, end, first, last):
    """As `attach`, but after the first friend each next one is, with probability `triangles`, a friend of the last
    one that was drawn by its ties: a triangle closes. Returns the new end of the used pool.

    mark   u4[n]     zeros at first
    pool   u4[]      who named each user: c = FIRST_CHUNK places a user, then chunks of c, 2 c, 4 c, ... places, each
                     with the place of the chunk before it in front
    chunk  i8[n, 2]  how many named each user; place of its last chunk in the pool

    A friend drawn twice is drawn again; where the last one may have no friend left, the step is that of `attach`.
    Draws of user v: 2 j whether friend j closes a triangle, 2 j + 1 which end of a tie, from 2 ties on the rest.
    What can be loaded before it is needed is, for memory answers ten loads that do not wait for one another as fast
    as one.
    Source: Holme & Kim 2002, doi:10.1103/PhysRevE.65.026107
    """
    coins = np.empty(ties)
    drawn = np.empty(ties, dtype=np.int64)
    counts = np.empty(ties, dtype=np.int64)
    friends = np.empty(ties, dtype=np.uint32)
    for v in range(first, last):
        row = (v - ties) * ties
        for j in range(ties):
            drawn[j] = j
            coins[j] = 1.0
        if v > ties:
            for j in range(ties):
                coins[j] = _uniform(key, v, 2 * j + 1)
            for j in range(ties):
                place = np.int64(coins[j] * (2 * row))
                earlier = np.int64(lower[place >> 1])
                drawn[j] = np.int64(coins[j] * (v - ties)) + ties if place & 1 else earlier
            for j in range(ties):
                counts[j] = chunk[drawn[j], 0]
            for j in range(ties):
                coins[j] = _uniform(key, v, 2 * j)
        event = 2 * ties
        near = np.int64(-1)
        count = np.int64(0)
        for j in range(ties):
            own = ties if near >= ties else 0
            # `near` is among the j friends and no friend of its own: with j friends or more, one of them is free
            closes = near >= 0 and coins[j] < triangles and own + count >= j
            w = drawn[j]
            known = counts[j]
            taken = True
            while taken:
                if closes:
                    number = np.int64(_uniform(key, v, event) * (own + count))
                    event += 1
                    if number < own:
                        w = np.int64(lower[(near - ties) * ties + number])
                    elif number < own + FIRST_CHUNK:
                        w = np.int64(pool[near * FIRST_CHUNK + number - own])
                    else:
                        w = _later_listener(pool, chunk, near, count, number - own)
                taken = False
                if ties > _FEW:
                    taken = mark[w] == v
                else:
                    for i in range(j):
                        taken |= friends[i] == w
                if taken and not closes:
                    coin = _uniform(key, v, event)
                    event += 1
                    place = np.int64(coin * (2 * row))
                    w = np.int64(coin * (v - ties)) + ties if place & 1 else np.int64(lower[place >> 1])
                    known = chunk[w, 0]
            if not closes:
                near = w
                count = known
            friends[j] = w
            if ties > _FEW:
                mark[w] = v
        _sort(friends)
        for j in range(ties):
            w = np.int64(friends[j])
            lower[row + j] = w
            counts[j] = chunk[w, 0]
            chunk[w, 0] = counts[j] + 1
            drawn[j] = chunk[w, 1]
        for j in range(ties):
            w = np.int64(friends[j])
            if counts[j] < FIRST_CHUNK:
                pool[w * FIRST_CHUNK + counts[j]] = v
                continue
            lowest = FIRST_CHUNK
            while 2 * lowest <= counts[j]:
                lowest *= 2
            if counts[j] == lowest:  # the last chunk is full
                pool[end] = drawn[j]
                drawn[j] = end
                chunk[w, 1] = end
                end += lowest + 1
            pool[drawn[j] + 1 + counts[j] - lowest] = v
    return end


@compiled
def gather(ties, lower, pool, chunk, start, heard, first, last):
    """Write rows first..last of the finished network: own friends, then those that named the user, both ascending."""
    for v in range(first, last):
        place = start[v]
        if v >= ties:
            for j in range(ties):
                heard[place] = lower[(v - ties) * ties + j]
                place += 1
        count = chunk[v, 0]
        for number in range(min(count, FIRST_CHUNK)):
            heard[place + number] = pool[v * FIRST_CHUNK + number]
        lowest = FIRST_CHUNK
        while 2 * lowest < count:
            lowest *= 2
        at = chunk[v, 1]
        while lowest >= FIRST_CHUNK and count > FIRST_CHUNK:
            for number in range(lowest, count):
                heard[place + number] = pool[at + 1 + number - lowest]
            count = lowest
            at = np.int64(pool[at])
            lowest //= 2


@compiled
def skip_ties(key, none, lower_start, lower, first, last):
    """Rows first..last of a network in which every pair is tied with the same probability.

    none         log(1 - p), the logarithm of the chance that one pair has no tie; below 0, -inf for p = 1
    lower_start  i8[n+1]  its entry `first` must stand; those up to `last` are written
    lower        u4[]     friends of v below v, ascending; written as far as there is room
    Returns the rows done: fewer than asked when `lower` is full.

    The gap to the next tie of a row is geometric. Draws of user v: one per tie, and one that leads out of the row.
    Source: Gilbert 1959, doi:10.1214/aoms/1177706098; Batagelj & Brandes 2005, doi:10.1103/PhysRevE.71.036113
    """
    end = lower_start[first]
    for v in range(first, last):
        if end + v > len(lower):
            return v
        w = np.float64(-1.0)
        event = 0
        while True:
            w += 1.0 + np.floor(math.log(_uniform(key, v, event)) / none)
            if w >= v:
                break
            lower[end] = np.uint32(w)
            end += 1
            event += 1
        lower_start[v + 1] = end
    return last


@compiled
def rewire(key, share, far, place, first, last):
    """One lap round the ring: tie number `place` of users first..last gets, with probability `share`, a new far end.

    far  u4[n, k/2]  far ends of the ties that each user keeps; at first the next k/2 users on the ring

    The new end is any user that is not the user itself and not yet tied to it, all with the same probability; a user
    tied to all others keeps the tie. Draws of user v: `place` whether, the rest which.
    Source: Watts & Strogatz 1998, doi:10.1038/30918
    """
    n, half = far.shape
    for v in range(first, last):
        if _uniform(key, v, place) >= share:
            continue
        tries = 0
        while True:
            w = np.int64(_uniform(key, v, half + (place << 32) + tries) * n)
            tries += 1
            tied = w == v
            for j in range(half):
                tied |= far[v, j] == w
                tied |= far[w, j] == v
            if not tied:
                far[v, place] = w
                break
            if tries % 100 == 0:  # perhaps nobody is left
                degree = half
                for other in range(n):
                    for j in range(half):
                        degree += np.int64(far[other, j] == v)
                if degree >= n - 1:
                    break


@compiled
def tie_by_weight(key, name, weights, factor, group, one, other, filled, first, last):
    """Tie pairs of positions (i, j), first <= i < last, i < j, with probability min(1, factor weights[i] weights[j]).

    name       i8     positions i are named `name` + i in the draws
    weights    f8[n]  descending
    group      i4[n]  pairs of one group are left out; an empty array leaves none out
    one, other u4[]   the pairs, appended from `filled` on as far as there is room
    Returns (positions done, pairs filled).

    The gaps between candidates are geometric with the probability of the last one; each candidate is then kept with
    the ratio of its own probability to that. Draws of position i: two per candidate.
    Source: Chung & Lu 2002, doi:10.1007/PL00012580; Miller & Hagberg 2011, doi:10.1007/978-3-642-21286-4_10
    """
    n = len(weights)
    for i in range(first, last):
        if filled + n - i > len(one):
            return i, filled
        event = 0
        j = i + 1
        p = min(1.0, factor * weights[i] * weights[j]) if j < n else 0.0
        while j < n and p > 0.0:
            if p < 1.0:
                gap = np.floor(math.log(_uniform(key, name + i, event)) / math.log1p(-p))
                event += 1
                if gap >= n - j:
                    break
                j += int(gap)
            q = min(1.0, factor * weights[i] * weights[j])
            kept = _uniform(key, name + i, event) * p < q
            event += 1
            if kept and (len(group) == 0 or group[i] != group[j]):
                one[filled] = i
                other[filled] = j
                filled += 1
            p = q
            j += 1
    return last, filled
