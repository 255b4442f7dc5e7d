"""What people meet and what they pass on: meetings, hearings, shares, and the answers of the brand.

An act and its story are one cause for a user, so one dose: who meets an act after hearing of it takes only what the
direct dose exceeds the heard one by; who hears after meeting takes none. A hearing at hop h (the passages from person
to person so far; 0 for those who met the act) adds

    (V / kappa) d^(max(h, 1) - 1) (1 + chi_s sign (T - 1/2))

to the hazard of one draw per act and user; when it is passed the user shares, once, after a delay that is log-uniform in
pieces, and each of its listeners hears. The dose heard at hop h fades as alpha^(h - 1). All happens in time order, out
of one queue. Sources: Goel, Watts & Goldstein 2012, doi:10.1145/2229012.2229058; Kwak et al. 2010,
doi:10.1145/1772690.1772751; Christakis & Fowler 2007, doi:10.1056/NEJMsa066082.
"""

from __future__ import annotations

import math
from collections import namedtuple

import numpy as np

from sim.compiled import compiled
from sim.dynamics.state import (
    ASLEEP,
    AWAKE,
    DIRECT,
    HEARD,
    HOP_1,
    MAX_HOPS,
    MET,
    MET_COUNT,
    OWN,
    QUEUE_SIZE,
    REACHED,
    RESPONSE,
    SHARES,
    SHARES_PENDING,
    STIRRED,
    TIME,
    row,
)  # fmt: skip
from sim.dynamics.talk import jump_of_own
from sim.dynamics.trust import add_scar, add_wound, earn, fades_at, own_trust, tire
from sim.world.draws import uniform

Hearsay = namedtuple(
    "Hearsay",
    "resistance share_bias fading virality_fade fatigue_half "
    "share_soon share_today share_earliest share_hour share_day share_latest share_key delay_key",
)
Hearsay.__doc__ = "The numbers and keys that meeting, hearing and sharing need."

_ONE, _ACT_SHIFT = np.uint64(1), np.uint64(32)
_HASH = np.uint64(0x9E3779B97F4A7C15)
_HALF = np.uint64(29)
FULLEST = 0.75  # of the table of encounters, before it must grow
EMPTIED = 0.6  # how full it may be after it has been cleared of finished acts; else it grows


# --- the table of encounters: open addressing, linear probing -------------------------------------------------------


@compiled
def find(met, act, user):
    """Where the encounter of an act and a user lies in the table, or the empty place where it belongs."""
    key = ((np.uint64(act) + _ONE) << _ACT_SHIFT) | np.uint64(user)
    mask = np.uint64(met.size - 1)
    place = key * _HASH
    place = (place ^ (place >> _HALF)) & mask
    while met[place].key != np.uint64(0) and met[place].key != key:
        place = (place + _ONE) & mask
    return np.int64(place)


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


# --- the queue: a binary heap ordered by (time, act, user) ----------------------------------------------------------


@compiled
def before(a, b):
    """True when pending event a comes before b; never a tie between two users or two acts."""
    if a.time != b.time:
        return a.time < b.time
    if a.act != b.act:
        return a.act < b.act
    return a.user < b.user


@compiled
def sink(queue, size, place):
    """Restore the order of the heap below a place."""
    while True:
        child = 2 * place + 1
        if child >= size:
            return
        if child + 1 < size and before(queue[child + 1], queue[child]):
            child += 1
        if not before(queue[child], queue[place]):
            return
        swap(queue, place, child)
        place = child


@compiled
def swap(queue, a, b):
    """Exchange two entries."""
    time, act, user, hop = queue[a].time, queue[a].act, queue[a].user, queue[a].hop
    queue[a] = queue[b]
    queue[b].time, queue[b].act, queue[b].user, queue[b].hop = time, act, user, hop


@compiled
def push(queue, state, time, act, user, hop):
    """Put an event into the queue. There must be room."""
    place = state[QUEUE_SIZE]
    state[QUEUE_SIZE] += 1
    queue[place].time, queue[place].act, queue[place].user, queue[place].hop = time, act, user, hop
    while place > 0:
        parent = (place - 1) // 2
        if not before(queue[place], queue[parent]):
            return
        swap(queue, place, parent)
        place = parent


@compiled
def drop_first(queue, state):
    """Take the first event out of the queue."""
    state[QUEUE_SIZE] -= 1
    queue[0] = queue[state[QUEUE_SIZE]]
    sink(queue, state[QUEUE_SIZE], np.int64(0))


# --- what an event does to a user -----------------------------------------------------------------------------------


@compiled
def take(user, act, extra, eta, now, end, length, times, base, channel, acts, columns, books, entry):
    """User takes `extra` of an act's dose at `now`; the change of own trust is booked under its cause.

    What time did to own trust since it was last computed is booked under time. Both are differences of stored values.
    `eta` is the share that responses already repaired: it shrinks the wound, never the scar.
    """
    a = acts[act]
    fades = fades_at(now, base, times)
    at = row(user)
    stored = columns[at + OWN]
    drifted = own_trust(columns, at, fades)
    if a.sign < 0:
        wound = (1.0 - a.scar) * extra * (1.0 - eta)
        add_wound(columns, at, fades, a.moral, wound * a.cognitive, wound * a.affective)
        add_scar(columns, at, fades, a.scar * extra * a.cognitive, a.scar * extra * a.affective)
        entry.wound = np.float32(wound_left(entry, now, a.moral, times) + wound)
        entry.when = np.float32(now)
    else:
        earn(columns, at, fades, extra * a.cognitive, extra * a.affective)
    settle(at, stored, drifted, fades, now, end, length, columns, books, a.cause, channel)


@compiled
def settle(at, stored, drifted, fades, now, end, length, columns, books, cause, channel):
    """Store the own trust that follows from the stocks and book it: first what time did, then what the event did."""
    after = own_trust(columns, at, fades)
    books[0, TIME] += np.float64(drifted) - np.float64(stored)
    books[cause, channel] += np.float64(after) - np.float64(drifted)
    columns[at + OWN] = after
    jump_of_own(
        columns, at, np.float64(drifted) - np.float64(stored), np.float64(after) - np.float64(drifted),
        end - now, length
    )  # fmt: skip


@compiled
def wound_left(entry, now, moral, times):
    """What is left at `now` of the wound that one act gave one user."""
    return entry.wound * math.exp((np.float64(entry.when) - now) / (times.hurt if moral else times.wound))


@compiled
def repaired(acts, act, user, answered):
    """The largest share of an act's wound that a response which the user has met repairs; 0 without one."""
    best = 0.0
    response = acts[act].first_response
    while response >= 0:
        if answered[acts[response].slot, user >> 3] & np.uint8(1 << (user & 7)) and acts[response].eta > best:
            best = acts[response].eta
        response = acts[response].next_response
    return best


@compiled
def maybe_share(place, user, who, act, hop, now, trust, hear, acts, met, queue, state):
    """Add a hearing at a hop to the hazard of (act, user) and schedule the one share when the draw is passed."""
    a = acts[act]
    if a.hazard <= 0.0 or met[place].state & SHARES:
        return
    hazard = a.hazard * (1.0 + hear.share_bias * a.sign * (trust - 0.5))
    if hop > 1:
        hazard *= hear.virality_fade ** (hop - 1)
    total = met[place].hazard + max(0.0, hazard)
    met[place].hazard = np.float32(total)
    coin = uniform(hear.share_key, who, a.key)
    if coin < 1.0 - total or coin < math.exp(-total):  # the first test spares the exponential
        return
    met[place].state |= SHARES
    a.pending += 1
    state[SHARES_PENDING] += 1
    push(queue, state, now + share_delay(uniform(hear.delay_key, who, a.key), hear), act, user, hop)


@compiled
def share_delay(u, hear):
    """Hours from hearing to sharing: log-uniform in three pieces; u is uniform."""
    if u < hear.share_soon:
        low, high, v = hear.share_earliest, hear.share_hour, u / hear.share_soon
    elif u < hear.share_soon + hear.share_today:
        low, high, v = hear.share_hour, hear.share_day, (u - hear.share_soon) / hear.share_today
    else:
        rest = 1.0 - hear.share_soon - hear.share_today
        low, high, v = hear.share_day, hear.share_latest, (u - hear.share_soon - hear.share_today) / rest
    return low * (high / low) ** v


@compiled
def mark(a, user, columns, flags, state):
    """The first contact of a user with an act: it counts as reached, and the model is awake."""
    if a.marks:
        flags[user] |= REACHED
    if state[AWAKE] == ASLEEP:
        state[AWAKE] = STIRRED


@compiled
def meet(
    user, act, now, end, length, trust, who, hear, times, base, acts, met, queue, state, columns, flags, answered, books
):  # fmt: skip
    """A user meets an act: takes what the direct dose exceeds the heard one by, tires of it, may share it."""
    a = acts[act]
    place = encounter(met, state, act, user)
    entry = met[place]
    if entry.state == 0:
        entry.eta = np.float32(repaired(acts, act, user, answered))
        mark(a, user, columns, flags, state)
    dose = a.direct
    if a.tires > 0.0 or a.tired:
        fatigue = tire(columns, row(user), fades_at(now, base, times), a.tires)
        if a.tired:
            dose /= 1.0 + fatigue / hear.fatigue_half
    extra = dose - entry.taken
    if extra > 0.0:
        entry.taken = np.float32(dose)
        take(user, act, extra, entry.eta, now, end, length, times, base, np.int64(DIRECT), acts, columns, books, entry)
    entry.state |= MET
    a.n_met += 1
    maybe_share(place, user, who[user], act, np.int64(0), now, trust[user], hear, acts, met, queue, state)


@compiled
def hear_of(
    user, act, hop, now, end, length, trust, who, hear, times, base, acts, met, queue, state, columns, flags, answered,
    books, hops
):  # fmt: skip
    """A user hears of an act at a hop: takes the faded dose when it is the first it meets of it, may pass it on."""
    a = acts[act]
    place = encounter(met, state, act, user)
    entry = met[place]
    if entry.state & (MET | HEARD) == 0:
        entry.eta = np.float32(repaired(acts, act, user, answered))
        entry.hop = np.uint8(min(hop, 255))
        mark(a, user, columns, flags, state)
        a.n_heard += 1
        hops[act, min(hop, MAX_HOPS - 1)] += 1
        dose = a.heard * hear.fading ** (hop - 1) * max(0.0, 1.0 + hear.resistance * a.sign * (trust[user] - 0.5))
        if dose > 0.0:
            entry.taken = np.float32(dose)
            channel = HOP_1 + min(hop, 3) - 1
            take(user, act, dose, entry.eta, now, end, length, times, base, channel, acts, columns, books, entry)
    entry.state |= HEARD
    maybe_share(place, user, who[user], act, hop, now, trust[user], hear, acts, met, queue, state)


@compiled
def respond(user, response, now, end, length, times, base, acts, met, columns, answered, books):
    """A user meets a response: the wound of the act it refers to shrinks to what the best response leaves of it."""
    r = acts[response]
    answered[r.slot, user >> 3] |= np.uint8(1 << (user & 7))
    r.n_met += 1
    place = find(met, r.target, user)
    if met[place].key == np.uint64(0) or r.eta <= met[place].eta:
        return
    entry, a = met[place], acts[r.target]
    wound = wound_left(entry, now, a.moral, times)
    left = wound * (1.0 - r.eta) / (1.0 - entry.eta)
    entry.eta = np.float32(r.eta)
    if wound > 0.0:
        fades = fades_at(now, base, times)
        at = row(user)
        stored = columns[at + OWN]
        drifted = own_trust(columns, at, fades)
        add_wound(columns, at, fades, a.moral, (left - wound) * a.cognitive, (left - wound) * a.affective)
        settle(at, stored, drifted, fades, now, end, length, columns, books, a.cause, np.int64(RESPONSE))
    entry.wound = np.float32(left)
    entry.when = np.float32(now)
