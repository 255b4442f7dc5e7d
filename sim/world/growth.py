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


@compiled
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
    spare = np.empty(ties, dtype=np.uint32)
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
        _sort_row(friends, spare, ties)
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
