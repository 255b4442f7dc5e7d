"""Compiled loops over networks in compressed rows (CSR): sorting, merging, turning round, renumbering.

    row i holds ids[start[i]:start[i+1]], ascending

    start  i8[n+1]   first place of each row, and the end
    ids    u4[m]     row numbers

Nothing here sorts by comparison: a row comes out ascending because rows are filled in ascending order (counting sort).
Long work is cut into slices of rows or places, so that Ctrl-C is heard between two calls.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.compiled import compiled

PLACES_PER_CALL = 5_000_000  # a scattered write takes 5-20 ns: a call stays well below half a second


def slices(total: int, per_call: int) -> Iterator[tuple[int, int]]:
    """(first, last) of consecutive pieces of range(total)."""
    for first in range(0, total, max(1, per_call)):
        yield first, min(total, first + max(1, per_call))


def row_slices(start: np.ndarray) -> Iterator[tuple[int, int]]:
    """(first, last) of consecutive rows that hold some five million places together."""
    n = len(start) - 1
    first = 0
    while first < n:
        last = int(np.searchsorted(start, start[first] + PLACES_PER_CALL, side="right")) - 1
        last = min(n, max(first + 1, last))
        yield first, last
        first = last


def starts_of(counts: np.ndarray) -> np.ndarray:
    """start i8[n+1] of rows that hold counts[n] places each."""
    start = np.zeros(len(counts) + 1, dtype=np.int64)
    np.cumsum(counts, out=start[1:])
    return start


@compiled
def count_pairs(row, other, counts, first, last):
    """Add to counts[i] the pairs of row i among first..last, loops left out; return the number of loops.

    row, other  u4[pairs];  counts  i8[n]
    """
    loops = 0
    for e in range(first, last):
        if row[e] == other[e]:
            loops += 1
        else:
            counts[row[e]] += 1
    return loops


@compiled
def fill_pairs(row, other, cursor, ids, first, last):
    """Write each pair's other end into its row, in the order of the pairs. cursor i8[n] moves along the rows."""
    for e in range(first, last):
        i = row[e]
        if i != other[e]:
            ids[cursor[i]] = other[e]
            cursor[i] += 1


@compiled
def count_turned(start, ids, rank, counts, first, last):
    """counts[rank[j]] grows by the places that hold j in rows first..last; rank u4[n], counts i8[n]."""
    for place in range(start[first], start[last]):
        counts[rank[ids[place]]] += 1


@compiled
def fill_turned(start, ids, order, rank, cursor, out, first, last):
    """Turn rows round and renumber them: if old row order[t] holds j, new row rank[j] gets t.

    start, ids  the old rows;  order u4[n] old number of each new one;  rank u4[n] its inverse
    cursor      i8[n] next free place of each new row;  out  u4[m]
    t runs upward, so every new row comes out ascending.
    """
    for t in range(first, last):
        old = order[t]
        for place in range(start[old], start[old + 1]):
            i = rank[ids[place]]
            out[cursor[i]] = t
            cursor[i] += 1


@compiled
def merge_rows(start, ids):
    """Drop repeated ids of ascending rows, closing the gaps in place; return the new number of places."""
    end = 0
    first = start[0]
    for i in range(len(start) - 1):
        last = start[i + 1]
        start[i] = end
        for place in range(first, last):
            if place == first or ids[place] != ids[place - 1]:
                ids[end] = ids[place]
                end += 1
        first = last
    start[-1] = end
    return end


@compiled
def count_both(lower_start, lower, counts, first, last):
    """Add to counts i8[n] both ends of the ties that rows first..last of `lower` hold."""
    for v in range(first, last):
        counts[v] += lower_start[v + 1] - lower_start[v]
        for place in range(lower_start[v], lower_start[v + 1]):
            counts[lower[place]] += 1


@compiled
def fill_both(lower_start, lower, start, cursor, heard, first, last):
    """Friendships from their lower halves: row v of `lower` holds the friends of v below v, ascending.

    Row v of the result is those friends, then the users above v that name v, in the order they come: ascending.
    start i8[n+1], cursor i8[n], heard u4[2 ties]
    """
    for v in range(first, last):
        place = start[v]
        for lower_place in range(lower_start[v], lower_start[v + 1]):
            w = lower[lower_place]
            heard[place] = w
            place += 1
            heard[cursor[w]] = v
            cursor[w] += 1
        cursor[v] = place


@compiled
def first_fault(start, ids, first, last):
    """The first place of rows first..last whose id is no row, the row itself or not ascending; -1 when all is well."""
    n = len(start) - 1
    for i in range(first, last):
        for place in range(start[i], start[i + 1]):
            if ids[place] >= n or ids[place] == i or (place > start[i] and ids[place] <= ids[place - 1]):
                return place
    return -1


def sorted_rows(n: int, row: np.ndarray, other: np.ndarray) -> tuple[np.ndarray, np.ndarray, int, int]:
    """CSR of pairs (row, other), both u4: start, ids, the number of loops dropped and of repeated pairs merged."""
    counts = np.zeros(n, dtype=np.int64)
    loops = sum(count_pairs(row, other, counts, *piece) for piece in slices(len(row), PLACES_PER_CALL))
    start = starts_of(counts)
    ids = np.empty(start[-1], dtype=np.uint32)
    cursor = start[:-1].copy()
    for piece in slices(len(row), PLACES_PER_CALL):
        fill_pairs(row, other, cursor, ids, *piece)
    for _ in range(2):  # turned round twice: the same rows, now ascending
        start, ids = turned(start, ids)
    before = len(ids)
    kept = int(merge_rows(start, ids))
    return start, ids if kept == before else ids[:kept].copy(), int(loops), before - kept


def inverse(order: np.ndarray) -> np.ndarray:
    """rank u4[n] of a permutation: rank[order[i]] = i."""
    rank = np.empty(len(order), dtype=np.uint32)
    rank[order] = np.arange(len(order), dtype=np.uint32)
    return rank


def turned(start, ids, order=None) -> tuple[np.ndarray, np.ndarray]:
    """The rows turned round (who names me instead of whom I name), renumbered by order[new] = old."""
    n = len(start) - 1
    if order is None:
        order = rank = np.arange(n, dtype=np.uint32)
    else:
        rank = inverse(order)
        order = order.astype(np.uint32)
    pieces = list(row_slices(start))
    counts = np.zeros(n, dtype=np.int64)
    for piece in pieces:
        count_turned(start, ids, rank, counts, *piece)
    new_start = starts_of(counts)
    out = np.empty(len(ids), dtype=np.uint32)
    cursor = new_start[:-1].copy()
    if order is not rank:
        pieces = list(row_slices(starts_of(np.diff(start)[order])))
    for piece in pieces:
        fill_turned(start, ids, order, rank, cursor, out, *piece)
    return new_start, out


def both_ways(lower_start: np.ndarray, lower: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """start and heard of friendships from their lower halves (`fill_both`); 8 bytes per tie and user."""
    pieces = list(row_slices(lower_start))
    counts = np.zeros(len(lower_start) - 1, dtype=np.int64)
    for piece in pieces:
        count_both(lower_start, lower, counts, *piece)
    start = starts_of(counts)
    heard = np.empty(start[-1], dtype=np.uint32)
    cursor = start[:-1].copy()
    for piece in pieces:
        fill_both(lower_start, lower, start, cursor, heard, *piece)
    return start, heard
