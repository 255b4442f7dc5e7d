"""Compiled loops that take a network apart: the ties among some users, components, a walk; and its weights.

Rows as in `csr.py`: row i holds ids[start[i]:start[i+1]], ascending; start i8[n+1], ids u4[m].
"""

from __future__ import annotations

import numpy as np

from sim.compiled import compiled
from sim.world import csr, draws

_uniform = draws.uniform
RETURN = 0.15  # chance per step that the walk goes back to its start (Leskovec & Faloutsos 2006)
_PATIENCE = 1_000  # steps without anyone new after which a walk begins elsewhere
_STEPS_PER_CALL = 2_000_000


@compiled
def cut_rows(start, ids, new_number, counts, out, places, first, last, end):
    """Keep of rows first..last what lies among the users that stay; returns the end of what is kept.

    new_number  i8[n]  of each user, -1 for those who go;  counts i8[kept]
    out u4[m], places i8[m]  filled from `end` on with what stays and where it stood
    """
    for i in range(first, last):
        if new_number[i] < 0:
            continue
        before = end
        for place in range(start[i], start[i + 1]):
            j = new_number[ids[place]]
            if j >= 0:
                out[end] = j
                places[end] = place
                end += 1
        counts[new_number[i]] = end - before
    return end


@compiled
def spread_parts(start, ids, back_start, back, part, queue, state, budget):
    """Number the components: each begins at the first user without one and takes in all who are tied to it.

    part   i4[n]  component of each user, -1 where not reached yet;  queue u4[n]
    state  i8[4]  head and tail of the queue, first user that may have none, number of components
    budget        places to look at before returning
    """
    head, tail, lowest, number = state[0], state[1], state[2], state[3]
    n = len(part)
    while tail < n or head < tail:
        if head == tail:
            while part[lowest] >= 0:
                lowest += 1
            part[lowest] = number
            number += 1
            queue[tail] = lowest
            tail += 1
        i = queue[head]
        head += 1
        for place in range(start[i], start[i + 1]):
            j = ids[place]
            if part[j] < 0:
                part[j] = part[i]
                queue[tail] = j
                tail += 1
        for place in range(back_start[i], back_start[i + 1]):
            j = back[place]
            if part[j] < 0:
                part[j] = part[i]
                queue[tail] = j
                tail += 1
        budget -= 1 + start[i + 1] - start[i] + back_start[i + 1] - back_start[i]
        if budget <= 0:
            break
    state[0], state[1], state[2], state[3] = head, tail, lowest, number


@compiled
def walk(start, ids, back_start, back, key, visited, wanted, state, steps):
    """Walk on until `wanted` users are visited or `steps` steps are made.

    visited  bool[n]
    state    i8[5]  where the walk began (-1: nowhere yet), where it is, users visited, steps made, steps since the
                    last new user

    Each step goes back to where the walk began with probability RETURN, else to anyone tied to the present user, in
    any direction. It begins anew at a user not visited yet where there is no way on or nobody new for long.
    Draws: (0, step) whether back, (1, step) which way, (2, step) where to begin.
    """
    n = len(visited)
    for _ in range(steps):
        if state[2] >= wanted:
            return
        step = state[3]
        state[3] += 1
        state[4] += 1
        here = state[1]
        many = np.int64(0)
        if state[0] >= 0:
            listened = start[here + 1] - start[here]
            many = listened + back_start[here + 1] - back_start[here]
        if many == 0 or state[4] > _PATIENCE:
            here = np.int64(_uniform(key, 2, step) * n)
            if visited[here]:
                continue
            state[0] = here
        elif _uniform(key, 0, step) < RETURN:
            here = state[0]
        else:
            way = np.int64(_uniform(key, 1, step) * many)
            here = np.int64(ids[start[here] + way] if way < listened else back[back_start[here] + way - listened])
        state[1] = here
        if not visited[here]:
            visited[here] = True
            state[2] += 1
            state[4] = 0


@compiled
def move_weights(start, heard, weight, rank, new_start, new_heard, out, first, last):
    """Bring the weights of rows first..last to where renumbering put their ties. rank u4[n]: the new numbers."""
    for i in range(first, last):
        row = rank[i]
        for place in range(start[i], start[i + 1]):
            low = new_start[row]
            high = new_start[row + 1]
            wanted = rank[heard[place]]
            while high - low > 1:
                middle = (low + high) // 2
                if new_heard[middle] <= wanted:
                    low = middle
                else:
                    high = middle
            out[low] = weight[place]


def cut(start: np.ndarray, ids: np.ndarray, new_number: np.ndarray, kept: int) -> tuple[np.ndarray, ...]:
    """start, ids and former places of the ties among users that stay. new_number i8[n], ascending, -1 for who goes."""
    counts = np.zeros(kept, dtype=np.int64)
    out = np.empty(len(ids), dtype=np.uint32)
    places = np.empty(len(ids), dtype=np.int64)
    end = 0
    for piece in csr.row_slices(start):
        end = cut_rows(start, ids, new_number, counts, out, places, *piece, end)
    return csr.starts_of(counts), out[:end].copy(), places[:end].copy()


def components(start, ids, back_start, back) -> np.ndarray:
    """i4[n]: the component of each user, numbered in the order of their first users; ties count in any direction."""
    n = len(start) - 1
    part = np.full(n, -1, dtype=np.int32)
    queue = np.empty(n, dtype=np.uint32)
    state = np.zeros(4, dtype=np.int64)
    while state[0] < n:
        spread_parts(start, ids, back_start, back, part, queue, state, csr.PLACES_PER_CALL)
    return part


def walked(start, ids, back_start, back, wanted: int, key: np.uint64) -> np.ndarray:
    """bool[n]: `wanted` users found by a walk with returns (`walk`)."""
    visited = np.zeros(len(start) - 1, dtype=np.bool_)
    state = np.array([-1, 0, 0, 0, 0], dtype=np.int64)
    while state[2] < wanted:
        walk(start, ids, back_start, back, key, visited, wanted, state, _STEPS_PER_CALL)
    return visited


def moved_weights(start, heard, weight, order, new_start, new_heard) -> np.ndarray:
    """f4[m]: weights of a network renumbered by order[new] = old, beside its new ties."""
    out = np.empty(len(weight), dtype=np.float32)
    rank = csr.inverse(order)
    for piece in csr.row_slices(start):
        move_weights(start, heard, weight, rank, new_start, new_heard, out, *piece)
    return out


def shares(start: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """f4[m]: weights (any positive ones, finite) divided by the sum of their row."""
    counts = np.diff(start)
    sums = np.zeros(len(counts))
    filled = counts > 0
    if filled.any():
        sums[filled] = np.add.reduceat(weight.astype(np.float64), start[:-1][filled])
    return (weight / np.repeat(sums, counts)).astype(np.float32)
