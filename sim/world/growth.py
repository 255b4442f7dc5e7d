"""Compiled loops that grow networks tie by tie; `generators.py` calls them in slices.

A draw is named by (key, user, number of the draw of that user), so a slice may begin anywhere.
"""

from __future__ import annotations

import numpy as np

from sim.compiled import compiled
from sim.world import draws

_uniform = draws.uniform
_FIRST_CHUNK = 8  # places for listeners kept ready for every user
_FEW = 16  # rows up to here are searched; longer ones keep marks


@compiled
def _sort_few(ids, first, last):
    """Sort ids[first:last] in place (Shell's sort: short rows, no recursion)."""
    gap = 1
    while 3 * gap + 1 < last - first:
        gap = 3 * gap + 1
    while gap > 0:
        for place in range(first + gap, last):
            value = ids[place]
            hole = place
            while hole - gap >= first and ids[hole - gap] > value:
                ids[hole] = ids[hole - gap]
                hole -= gap
            ids[hole] = value
        gap //= 3


@compiled
def _taken(ids, first, last, mark, w, v):
    """True when v already named w: a short row is searched, a long one keeps marks (mark u4[n])."""
    if last - first > _FEW:
        return mark[w] == v
    for place in range(first, last):
        if ids[place] == w:
            return True
    return False


@compiled
def attach(key, ties, lower, mark, first, last):
    """Users first..last come in turn, each tied to `ties` earlier ones drawn in proportion to their ties.

    lower  u4[(n - ties) ties]  the friends of user v >= ties stand at (v - ties) ties, ascending
    mark   u4[n]                zeros at first

    User number `ties` is tied to all before it. A random end of a random tie is a user drawn in proportion to ties.
    Source: Barabasi & Albert 1999, doi:10.1126/science.286.5439.509; Batagelj & Brandes 2005,
    doi:10.1103/PhysRevE.71.036113
    """
    for v in range(first, last):
        row = (v - ties) * ties
        if v == ties:
            for place in range(ties):
                lower[place] = place
            continue
        for place in range(row, row + ties):  # all draws first: the loads that follow from them overlap
            end = np.int64(_uniform(key, v, place - row) * (2 * row))
            lower[place] = end // (2 * ties) + ties if end & 1 else lower[end >> 1]
        event = ties
        for place in range(row, row + ties):
            while _taken(lower, row, place, mark, lower[place], v):
                end = np.int64(_uniform(key, v, event) * (2 * row))
                event += 1
                lower[place] = end // (2 * ties) + ties if end & 1 else lower[end >> 1]
            if ties > _FEW:
                mark[lower[place]] = v
        _sort_few(lower, row, row + ties)


@compiled
def _listener(pool, chunk, w, number):
    """The number-th user that named w, from a chain of chunks of c, c, 2 c, 4 c, ... places (c = _FIRST_CHUNK)."""
    if number < _FIRST_CHUNK:
        return int(pool[w * _FIRST_CHUNK + number])
    lowest = _FIRST_CHUNK
    while 2 * lowest <= chunk[w, 0] - 1:
        lowest *= 2
    at = chunk[w, 1]
    while number < lowest:
        at = int(pool[at])
        lowest //= 2
    return int(pool[at + 1 + number - lowest])


@compiled
def attach_and_close(key, ties, triangles, lower, mark, pool, chunk, state, first, last):
    """As `attach`, but after the first friend each next one is, with probability `triangles`, a friend of the last
    one that was drawn by its ties: a triangle closes.

    pool   u4[]      who named each user: _FIRST_CHUNK places a user, then chunks of doubling size, the number of the
                     chunk before in front of each
    chunk  i8[n, 2]  how many named each user; place of its last chunk in the pool
    state  i8[1]     end of the used pool

    Friends already taken are drawn again; when the last one has no friend left, the step falls back to `attach`.
    Source: Holme & Kim 2002, doi:10.1103/PhysRevE.65.026107
    """
    for v in range(first, last):
        row = (v - ties) * ties
        event = 0
        place = row
        near = -1
        while place < row + ties:
            w = -1
            if v == ties:
                w = place
            else:
                if near >= 0 and _uniform(key, v, event) < triangles:
                    own = ties if near >= ties else 0
                    friends = own + chunk[near, 0]
                    left = friends
                    if friends <= place - row:  # else some friend is free, for the row also holds `near` itself
                        for number in range(friends):
                            if number < own:
                                w = int(lower[(near - ties) * ties + number])
                            else:
                                w = _listener(pool, chunk, near, number - own)
                            if _taken(lower, row, place, mark, w, v):
                                left -= 1
                    w = -1
                    while left > 0 and w < 0:
                        event += 1
                        number = int(_uniform(key, v, event) * friends)
                        if number < own:
                            w = int(lower[(near - ties) * ties + number])
                        else:
                            w = _listener(pool, chunk, near, number - own)
                        if _taken(lower, row, place, mark, w, v):
                            w = -1
                event += 1
                while w < 0:
                    end = int(_uniform(key, v, event) * (2 * row))
                    event += 1
                    w = end // (2 * ties) + ties if end & 1 else int(lower[end >> 1])
                    if _taken(lower, row, place, mark, w, v):
                        w = -1
                    else:
                        near = w
            if ties > _FEW:
                mark[w] = v
            lower[place] = w
            place += 1
        _sort_few(lower, row, row + ties)
        for place in range(row, row + ties):
            w = lower[place]
            count = chunk[w, 0]
            chunk[w, 0] = count + 1
            if count < _FIRST_CHUNK:
                pool[w * _FIRST_CHUNK + count] = v
                continue
            lowest = _FIRST_CHUNK
            while 2 * lowest <= count:
                lowest *= 2
            if count == lowest:
                pool[state[0]] = chunk[w, 1]
                chunk[w, 1] = state[0]
                state[0] += lowest + 1
            pool[chunk[w, 1] + 1 + count - lowest] = v


@compiled
def gather(ties, lower, pool, chunk, start, heard, first, last):
    """Write rows first..last of the finished network: own friends, then those that named the user, both ascending."""
    for v in range(first, last):
        place = start[v]
        if v >= ties:
            for number in range(ties):
                heard[place] = lower[(v - ties) * ties + number]
                place += 1
        count = chunk[v, 0]
        for number in range(min(count, _FIRST_CHUNK)):
            heard[place + number] = pool[v * _FIRST_CHUNK + number]
        if count > _FIRST_CHUNK:
            lowest = _FIRST_CHUNK
            while 2 * lowest <= count - 1:
                lowest *= 2
            at = chunk[v, 1]
            end = count
            while lowest >= _FIRST_CHUNK:
                for number in range(lowest, end):
                    heard[place + number] = pool[at + 1 + number - lowest]
                end = lowest
                at = int(pool[at])
                lowest //= 2
