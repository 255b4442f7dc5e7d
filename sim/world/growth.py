"""Compiled loops that grow networks tie by tie; `generators.py` calls them in slices.

A draw is named by (key, user, number of the draw of that user), so a slice may begin anywhere.
"""

from __future__ import annotations

import math

import numpy as np

from sim.compiled import compiled
from sim.world import draws

_uniform = draws.uniform
FIRST_CHUNK = 8  # places for listeners kept ready for every user
_FEW = 32  # rows up to here are sorted and searched by brute force, without a branch


@compiled
def _sort_row(ids, spare, length):
    """Sort ids[:length] in place: by counting the smaller ones when few (no branch), else by Shell's gaps."""
    if length <= _FEW:
        for j in range(length):
            spare[j] = ids[j]
        for j in range(length):
            value = spare[j]
            place = 0
            for i in range(j):
                place += np.int64(spare[i] <= value)
            for i in range(j + 1, length):
                place += np.int64(spare[i] < value)
            ids[place] = value
        return
    gap = 1
    while 3 * gap + 1 < length:
        gap = 3 * gap + 1
    while gap > 0:
        for j in range(gap, length):
            value = ids[j]
            hole = j
            while hole >= gap and ids[hole - gap] > value:
                ids[hole] = ids[hole - gap]
                hole -= gap
            ids[hole] = value
        gap //= 3


@compiled
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
    spare = np.empty(ties, dtype=np.uint32)
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
            _sort_row(friends, spare, ties)
            known = 1
            for j in range(1, ties):
                if friends[j] != friends[known - 1]:
                    friends[known] = friends[j]
                    known += 1
        for j in range(ties):
            lower[row + j] = friends[j]


@compiled
def _taken(friends, known, mark, w, v):
    """True when v named w already: a short row is searched, a long one keeps marks (mark u4[n])."""
    if known > _FEW:
        return mark[w] == v
    found = False
    for j in range(known):
        found |= friends[j] == w
    return found


@compiled
def _listener(pool, chunk, w, number):
    """The number-th user that named w, from a chain of chunks of c, c, 2 c, 4 c, ... places (c = FIRST_CHUNK)."""
    if number < FIRST_CHUNK:
        return np.int64(pool[w * FIRST_CHUNK + number])
    lowest = FIRST_CHUNK
    while 2 * lowest < chunk[w, 0]:
        lowest *= 2
    at = chunk[w, 1]
    while number < lowest:
        at = np.int64(pool[at])
        lowest //= 2
    return np.int64(pool[at + 1 + number - lowest])


@compiled
def _add_listener(pool, chunk, end, w, v):
    """Note that v named w; returns the end of the used pool."""
    count = chunk[w, 0]
    chunk[w, 0] = count + 1
    if count < FIRST_CHUNK:
        pool[w * FIRST_CHUNK + count] = v
        return end
    lowest = FIRST_CHUNK
    while 2 * lowest <= count:
        lowest *= 2
    if count == lowest:
        pool[end] = chunk[w, 1]
        chunk[w, 1] = end
        end += lowest + 1
    pool[chunk[w, 1] + 1 + count - lowest] = v
    return end


@compiled
def _friend(lower, ties, pool, chunk, w, number):
    """The number-th friend of w: its own ones first, then those that named it."""
    own = ties if w >= ties else 0
    if number < own:
        return np.int64(lower[(w - ties) * ties + number])
    return _listener(pool, chunk, w, number - own)


@compiled
def attach_and_close(key, ties, triangles, lower, mark, pool, chunk, end, first, last):
    """As `attach`, but after the first friend each next one is, with probability `triangles`, a friend of the last
    one that was drawn by its ties: a triangle closes. Returns the new end of the used pool.

    mark   u4[n]     zeros at first
    pool   u4[]      who named each user: FIRST_CHUNK places a user, then chunks of doubling size, each with the place
                     of the chunk before it in front
    chunk  i8[n, 2]  how many named each user; place of its last chunk in the pool

    A friend drawn twice is drawn again; when the last one has no friend left, the step falls back to `attach`.
    Draws of user v: 2 j whether friend j closes a triangle, 2 j + 1 which end of a tie, from 2 ties on the rest.
    Source: Holme & Kim 2002, doi:10.1103/PhysRevE.65.026107
    """
    coins = np.empty(ties)
    drawn = np.empty(ties, dtype=np.int64)
    friends = np.empty(ties, dtype=np.uint32)
    spare = np.empty(ties, dtype=np.uint32)
    for v in range(first, last):
        row = (v - ties) * ties
        for j in range(ties):
            drawn[j] = j
            coins[j] = 1.0
        if v > ties:
            for j in range(ties):
                coins[j] = _uniform(key, v, 2 * j + 1)
            for j in range(ties):  # loads that do not wait for one another
                place = np.int64(coins[j] * (2 * row))
                earlier = np.int64(lower[place >> 1])
                drawn[j] = np.int64(coins[j] * (v - ties)) + ties if place & 1 else earlier
            for j in range(ties):
                coins[j] = _uniform(key, v, 2 * j)
        event = 2 * ties
        near = np.int64(-1)
        for j in range(ties):
            w = np.int64(-1)
            if near >= 0 and coins[j] < triangles:
                many = chunk[near, 0] + (ties if near >= ties else 0)
                free = many
                if many < j:  # else one is free for sure: `near` is among the j friends and no friend of its own
                    for number in range(many):
                        free -= np.int64(_taken(friends, j, mark, _friend(lower, ties, pool, chunk, near, number), v))
                while free > 0:
                    number = np.int64(_uniform(key, v, event) * many)
                    event += 1
                    w = _friend(lower, ties, pool, chunk, near, number)
                    if not _taken(friends, j, mark, w, v):
                        break
                    w = np.int64(-1)
            if w < 0:
                w = drawn[j]
                while _taken(friends, j, mark, w, v):
                    coin = _uniform(key, v, event)
                    event += 1
                    place = np.int64(coin * (2 * row))
                    w = np.int64(coin * (v - ties)) + ties if place & 1 else np.int64(lower[place >> 1])
                near = w
            friends[j] = w
            if ties > _FEW:
                mark[w] = v
        _sort_row(friends, spare, ties)
        for j in range(ties):
            w = np.int64(friends[j])
            lower[row + j] = w
            end = _add_listener(pool, chunk, end, w, v)
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
