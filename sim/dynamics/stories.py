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

import numpy as np

from sim.compiled import compiled, compiled_into, part_of_loop
from sim.dynamics.encounters import encounter, find
from sim.dynamics.law import MOST_HOPS
from sim.dynamics.pending import push
from sim.dynamics.state import (
    ALARM,
    ALIVE,
    ASLEEP,
    AWAKE,
    BAD,
    CHAIN_SIZE,
    DIRECT,
    FOLLOWS,
    HEARD,
    HEARD_SO_FAR,
    HOP_1,
    MAX_HOPS,
    MET,
    MET_SO_FAR,
    OWN,
    REACHED,
    RESPONSE,
    SHARES,
    SHARES_PENDING,
    STIRRED,
    TIME,
    WORD,
    Moment,
    row,
)  # fmt: skip
from sim.dynamics.talk import jump_of_own
from sim.dynamics.trust import add_scar, add_wound, earn, fades_at, own_trust, tire
from sim.world.draws import uniform


@compiled
def moment(now, end, length, base, times):
    """The moment `now`; base: of the clocks."""
    return Moment(now, end, length, fades_at(now, base, times))


# --- a change of own trust and its booking ---------------------------------------------------------------------------


@compiled_into
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


@compiled_into
def strike(user, moral, wound_c, wound_e, scar_c, scar_e, t, cause, channel, m):
    """Add to the wounds and scars of a user (log units; negative wounds heal) and book what own trust lost."""
    at = row(user)
    stored = m.columns[at + OWN]
    drifted = own_trust(m.columns, at, t.fades)
    add_wound(m.columns, at, t.fades, moral, wound_c, wound_e)
    add_scar(m.columns, at, t.fades, scar_c, scar_e)
    settle(at, stored, drifted, t.fades, t.now, t.end, t.length, m.columns, m.books, cause, channel)


@compiled_into
def win(user, dose_c, dose_e, t, cause, channel, m):
    """Shrink the distance of the earned stocks of a user to 1 by exp(-dose) and book what own trust gained."""
    at = row(user)
    stored = m.columns[at + OWN]
    drifted = own_trust(m.columns, at, t.fades)
    earn(m.columns, at, t.fades, dose_c, dose_e)
    settle(at, stored, drifted, t.fades, t.now, t.end, t.length, m.columns, m.books, cause, channel)


@compiled_into
def take(user, act, extra, eta, t, times, channel, m, entry):
    """User takes `extra` of an act's dose; the change of own trust is booked under its cause.

    `eta` is the share that responses already repaired: it shrinks the wound, never the scar.
    """
    a = m.acts[act]
    if a.sign < 0:
        wound, scar = (1.0 - a.scar) * extra * (1.0 - eta), a.scar * extra
        strike(
            user, a.moral, wound * a.cognitive, wound * a.affective, scar * a.cognitive, scar * a.affective, t, a.cause,
            channel, m
        )  # fmt: skip
        entry.wound = np.float32(wound_left(entry, t.now, a.moral, times) + wound)
        entry.when = np.float32(t.now)
    else:
        win(user, extra * a.cognitive, extra * a.affective, t, a.cause, channel, m)


@compiled_into
def wound_left(entry, now, moral, times):
    """What is left at `now` of the wound that one act gave one user."""
    return entry.wound * math.exp((np.float64(entry.when) - now) / (times.hurt if moral else times.wound))


@compiled_into
def mend(place, act, user, eta, t, times, channel, m):
    """The wound that an act gave a user shrinks to what a response of worth `eta` leaves of it, if that is the best."""
    entry, a = m.met[place], m.acts[act]
    if eta <= entry.eta:
        return
    wound = wound_left(entry, t.now, a.moral, times)
    left = wound * (1.0 - eta) / (1.0 - entry.eta)
    entry.eta = np.float32(eta)
    if wound > 0.0:
        less = left - wound
        strike(user, a.moral, less * a.cognitive, less * a.affective, 0.0, 0.0, t, a.cause, channel, m)
    entry.wound = np.float32(left)
    entry.when = np.float32(t.now)


# --- passing on ------------------------------------------------------------------------------------------------------


@compiled_into
def repaired(act, user, m):
    """The largest share of an act's wound that an answer which the user has met repairs; 0 without one."""
    best = m.acts[act].eta  # of a complaint's story: its one answer, heard by all who hear the story
    response = m.acts[act].first_response
    while response >= 0:
        r = m.acts[response]
        if m.answered[r.slot, user >> 3] & np.uint8(1 << (user & 7)) and r.eta > best:
            best = r.eta
        response = r.next_response
    return best


@compiled_into
def maybe_share(place, user, act, hop, t, trust, m, p):
    """Add a hearing at a hop to the hazard of (act, user) and schedule the one share when the draw is passed."""
    a = m.acts[act]
    if a.hazard <= 0.0 or m.met[place].state & SHARES or hop > MOST_HOPS:
        return
    hazard = a.hazard * (1.0 + p.share_bias * a.sign * (trust - 0.5))
    if hop > 1:
        hazard *= p.virality_at[hop - 1]
    total = m.met[place].hazard + max(0.0, hazard)
    m.met[place].hazard = np.float32(total)
    who = m.who[user]
    coin = uniform(p.share_key, who, a.key)
    if coin < 1.0 - total or coin < math.exp(-total):  # the first test spares the exponential
        return
    m.met[place].state |= SHARES
    m.state[ALIVE] += a.pending == 0
    a.pending += 1
    m.state[SHARES_PENDING] += 1
    push(m.queue, m.state, t.now + share_delay(uniform(p.delay_key, who, a.key), p), act, user, hop)


@part_of_loop
def share_delay(u, p):
    """Hours from hearing to sharing: log-uniform in three pieces; u is uniform."""
    if u < p.share_soon:
        low, high, v = p.share_earliest, p.share_hour, u / p.share_soon
    elif u < p.share_soon + p.share_today:
        low, high, v = p.share_hour, p.share_day, (u - p.share_soon) / p.share_today
    else:
        rest = 1.0 - p.share_soon - p.share_today
        low, high, v = p.share_day, p.share_latest, (u - p.share_soon - p.share_today) / rest
    return low * (high / low) ** v


@compiled_into
def mark(a, user, m):
    """The first contact of a user with an act: it counts as reached, and the model is awake."""
    if a.marks:
        m.flags[user] |= REACHED
    if m.state[AWAKE] == ASLEEP:
        m.state[AWAKE] = STIRRED


# --- what an event does to a user ------------------------------------------------------------------------------------


@part_of_loop
def meet(user, act, t, times, trust, m, p):
    """A user meets an act: takes what the direct dose exceeds the heard one by, tires of it, may share it."""
    a = m.acts[act]
    place = encounter(m.met, m.state, act, user)
    entry = m.met[place]
    if entry.state == 0:
        entry.eta = np.float32(repaired(act, user, m))
        mark(a, user, m)
    dose = a.direct
    if a.tires > 0.0 or a.tired:
        fatigue = tire(m.columns, row(user), t.fades, a.tires)
        if a.tired:
            dose /= 1.0 + fatigue / p.fatigue_half
    extra = dose - entry.taken
    if extra > 0.0:
        entry.taken = np.float32(dose)
        take(user, act, extra, entry.eta, t, times, np.int64(DIRECT), m, entry)
    entry.state |= MET
    a.n_met += 1
    m.state[MET_SO_FAR] += 1
    if a.sign < 0:
        a.intent += -math.expm1(-dose / p.stated_intent_scale)
    maybe_share(place, user, act, np.int64(0), t, trust[user], m, p)
    if a.stirs_bad and m.flags[user] & FOLLOWS and uniform(p.bad_after_key, m.who[user], a.key) < p.bad_after_act:
        push(m.queue, m.state, t.now, -1, user, BAD)


@part_of_loop
def hear_of(user, act, teller, hop, t, times, trust, m, p):
    """A user hears of an act at a hop: takes the faded dose when it is the first it meets of it, may pass it on."""
    a = m.acts[act]
    place = encounter(m.met, m.state, act, user)
    entry = m.met[place]
    if entry.state & (MET | HEARD) == 0:
        entry.eta = np.float32(repaired(act, user, m))
        entry.hop = np.uint8(min(hop, 255))
        entry.teller = np.uint16(teller)  # its low bits
        mark(a, user, m)
        count_hearer(a, user, act, hop, t, m, p)
        dose = 0.0
        if hop <= MOST_HOPS and not (a.mute and hop == 1):
            dose = a.heard * p.fading_at[hop - 1] * max(0.0, 1.0 + p.resistance * a.sign * (trust[user] - 0.5))
        if dose > 0.0:
            entry.taken = np.float32(dose)
            take(user, act, dose, entry.eta, t, times, HOP_1 + min(hop, 3) - 1, m, entry)
    entry.state |= HEARD
    maybe_share(place, user, act, hop, t, trust[user], m, p)


@part_of_loop
def count_hearer(a, user, act, hop, t, m, p):
    """What a first hearing leaves besides a dose: counts, the user's word of the brand, a place among the hearers."""
    a.n_heard += 1
    m.state[HEARD_SO_FAR] += 1
    if act < m.hops.shape[0]:
        m.hops[act, min(hop, MAX_HOPS - 1)] += 1
    if p.membership:
        put_in_a_word(user, a.sign, t, m, p)
    if a.held:
        chain = m.chain[m.state[CHAIN_SIZE]]
        chain.user, chain.before = user, a.chain
        a.chain = m.state[CHAIN_SIZE]
        m.state[CHAIN_SIZE] += 1
    if a.n_heard == a.alarm:
        m.state[ALARM] = 1


@compiled_into
def put_in_a_word(user, sign, t, m, p):
    """A story was heard: what prospects heard of the brand decides whether they join."""
    worth = 1.0 if sign > 0 else -p.hearsay_asymmetry
    m.columns[row(user) + WORD] += np.float32(worth / t.fades.word)


@part_of_loop
def respond(user, response, t, times, m):
    """A user meets a response: the wound of the act it refers to shrinks to what the best response leaves of it."""
    r = m.acts[response]
    m.answered[r.slot, user >> 3] |= np.uint8(1 << (user & 7))
    r.n_met += 1
    place = find(m.met, r.target, user)
    if m.met[place].key != np.uint64(0):
        mend(place, r.target, user, r.eta, t, times, np.int64(RESPONSE), m)
