"""The table of encounters: which user met or heard of which act, by open addressing with linear probing."""

from __future__ import annotations

import numpy as np

from sim.compiled import compiled, compiled_into, prefetch
from sim.dynamics.state import BLOCK, COLUMNS, MET_COUNT, row

_ONE, _ACT_SHIFT = np.uint64(1), np.uint64(32)
_HASH = np.uint64(0x9E3779B97F4A7C15)
_HALF = np.uint64(29)
_N_COLUMNS = len(COLUMNS)
FULLEST = 0.75  # of the table, before it must grow
EMPTIED = 0.6  # how full it may be after it has been cleared of finished acts; else it grows


@compiled_into
def first_place(met, act, user):
    """Where the search for the encounter of an act and a user begins."""
    place = (((np.uint64(act) + _ONE) << _ACT_SHIFT) | np.uint64(user)) * _HASH
    return (place ^ (place >> _HALF)) & np.uint64(met.size - 1)


@compiled
def find(met, act, user):
    """Where the encounter of an act and a user lies in the table, or the empty place where it belongs."""
    key = ((np.uint64(act) + _ONE) << _ACT_SHIFT) | np.uint64(user)
    mask = np.uint64(met.size - 1)
    place = first_place(met, act, user)
    while met[place].key != np.uint64(0) and met[place].key != key:
        place = (place + _ONE) & mask
    return np.int64(place)


@compiled_into
def look_ahead(act, user, m):
    """Have what an encounter of an act and a user needs brought near, since it is coming soon."""
    prefetch(m.met, np.int64(first_place(m.met, act, user)))
    at = row(user)
    for k in range(_N_COLUMNS):
        prefetch(m.columns, at + k * BLOCK)
    prefetch(m.flags, user)


@compiled
def encounter(met, state, act, user):
    """As `find`, but an empty place is filled. There must be room: see FULLEST."""
    place = find(met, act, user)
    if met[place].key == np.uint64(0):
        met[place].key = ((np.uint64(act) + _ONE) << _ACT_SHIFT) | np.uint64(user)
        state[MET_COUNT] += 1
    return place


@compiled
def count_kept(met, keep):
    """How many encounters belong to acts with keep[act] == 1."""
    kept = 0
    for place in range(met.size):
        key = met[place].key
        if key != np.uint64(0) and keep[np.int64(key >> _ACT_SHIFT) - 1]:
            kept += 1
    return kept


@compiled
def move_table(old, keep, new):
    """Fill a new, empty table from an old one, leaving out acts with keep[act] == 0; returns how many were kept."""
    kept = 0
    for place in range(old.size):
        key = old[place].key
        if key == np.uint64(0):
            continue
        act = np.int64(key >> _ACT_SHIFT) - 1
        if keep[act]:
            new[find(new, act, key & np.uint64(0xFFFFFFFF))] = old[place]
            kept += 1
    return kept
