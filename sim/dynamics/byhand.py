"""Changes by hand: how something outside the compiled loop changes users between two calls, so that both books close.

    byhand.set_trust(engine, rows, values)              # own and expressed trust become `values`
    byhand.set_own(engine, rows, values)                # own trust only: expressed trust follows with time
    byhand.set_expressed(engine, rows, values)          # expressed trust only: it is pulled back with time
    byhand.earn(engine, rows, dose)                     # as a positive act does, dose in log units
    byhand.wound(engine, rows, dose, nature="integrity")    # as a negative act does
    byhand.set_follows(engine, rows, False)

rows: whole numbers or a mask over users, in the order of the engine; values, dose: one number or one for each row.
Every change of own trust is booked under its cause and the channel "rule", every change of expressed trust in an
account of its own beside pull and talk, at once and as the difference of two stored values. It is seen from the next
row of the series on; a change at the very end in the last row. Own trust jumps at its own time, also in mid-step;
expressed trust changes as if it had done so at the beginning of the running step of talk.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from sim.compiled import compiled
from sim.dynamics import state as s
from sim.dynamics import trust as tr
from sim.dynamics.encounters import find
from sim.dynamics.look import look_again
from sim.dynamics.state import (
    BASE_C,
    BASE_E,
    GAIN_C,
    GAIN_E,
    HURT_C,
    HURT_E,
    MEAN_BEFORE,
    OWN,
    RULE,
    SCAR_C,
    SCAR_E,
    WEIGHT,
    WOUND_C,
    WOUND_E,
    row,
)  # fmt: skip
from sim.dynamics.stories import settle
from sim.dynamics.talk import S_MEAN, near_means
from sim.errors import RippleError, did_you_mean

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from sim.dynamics.engine import Engine

HAND = "set by hand"
NATURES = ("competence", "integrity", "deception")
_SMALLER = np.float32(1.0 - 2.0**-23)
_HALVINGS = 60  # of the interval in which the factor on wounds lies
_MOST_DOSE = 80.0  # log units; trust is nil long before


def set_trust(engine: Engine, rows: ArrayLike, values: ArrayLike, cause: str = HAND) -> None:
    """Own and expressed trust of some users become `values` (0..1): see `set_own` and `set_expressed`."""
    set_own(engine, rows, values, cause)
    set_expressed(engine, rows, values, cause)


def set_own(engine: Engine, rows: ArrayLike, values: ArrayLike, cause: str = HAND) -> None:
    """Own trust of some users becomes `values` (0..1): both earned stocks move by the same share of their way.

    Down, both shrink by one factor; up, both close the same share of their distance to 1. Where not even earned stocks
    of 1 reach a value, wounds and scars shrink by one factor as far as needed. Exact up to the rounding of float32.
    Raises RippleError for rows or values that do not fit.
    """
    users = rows_of(engine, rows)
    wanted = numbers_for(users, values, "trust", most=1.0)
    _stir(engine)
    set_own_rows(
        users, wanted, *_moment(engine), engine.columns, engine.books, engine.cause_row(cause), engine.acts,
        len(engine.out), engine.met
    )  # fmt: skip
    _done(engine)


def set_expressed(engine: Engine, rows: ArrayLike, values: ArrayLike, cause: str = HAND) -> None:
    """Expressed trust of some users becomes `values` (0..1, rounded to float32); talk takes it for no trend.

    Raises RippleError for rows or values that do not fit.
    """
    users = rows_of(engine, rows)
    wanted = numbers_for(users, values, "trust", most=1.0)
    _run(engine)
    graph, confidence = engine.world.graph, engine.setup.numbers.confidence
    trust = engine.trust[engine.state[s.SIDE]]
    marks, listeners = np.zeros(engine.n, np.uint8), np.empty(engine.n, np.int64)
    count = affected(users, graph.back_start, graph.back, confidence < 1.0, marks, listeners)
    means = (listeners[:count], trust, engine.columns, engine.ties, confidence)
    scratch = engine.crew.benches[0].scratch
    shift_means(-1.0, *means, scratch)
    change = set_expressed_rows(users, wanted, trust)
    shift_means(1.0, *means, scratch)
    engine.by_hand[cause] = engine.by_hand.get(cause, 0.0) + change
    _done(engine)


def earn(engine: Engine, rows: ArrayLike, dose: ArrayLike, cognitive: ArrayLike = 0.5, cause: str = HAND) -> None:
    """Some users gain trust: the distance of the earned stocks to 1 shrinks by exp(-dose), as by a positive act.

    dose: log units, 0 to 80. cognitive: share p that falls on the cognitive side: it takes 2 p dose, the other 2 (1-p).
    Raises RippleError for rows or values that do not fit.
    """
    users = rows_of(engine, rows)
    doses = numbers_for(users, dose, "dose", most=_MOST_DOSE)
    shares = numbers_for(users, cognitive, "cognitive", most=1.0)
    _stir(engine)
    earn_rows(users, doses, shares, *_moment(engine), engine.columns, engine.books, engine.cause_row(cause))
    _done(engine)


def wound(
    engine: Engine,
    rows: ArrayLike,
    dose: ArrayLike,
    nature: str = "competence",
    cognitive: ArrayLike = 0.5,
    cause: str = HAND,
) -> None:
    """Some users lose trust, as by a negative act: a share of the dose scars, by the nature of it; the rest heals.

    dose: log units, 0 to 80; nature: competence, integrity or deception; cognitive as in `earn`.
    Raises RippleError for rows or values that do not fit.
    """
    if nature not in NATURES:
        known = ", ".join(NATURES)
        raise RippleError(f"nature: '{nature}' is not known{did_you_mean(nature, NATURES)} (there are {known})")
    users = rows_of(engine, rows)
    doses = numbers_for(users, dose, "dose", most=_MOST_DOSE)
    shares = numbers_for(users, cognitive, "cognitive", most=1.0)
    scar = getattr(engine.setup.numbers, f"scar_{nature}")
    _stir(engine)
    wound_rows(
        users, doses, shares, nature != "competence", scar, *_moment(engine), engine.columns, engine.books,
        engine.cause_row(cause)
    )  # fmt: skip
    _done(engine)


def set_follows(engine: Engine, rows: ArrayLike, follows: ArrayLike) -> None:
    """Some users follow the brand from now on, or no longer. It moves no trust, so nothing is booked."""
    users = rows_of(engine, rows)
    yes = np.broadcast_to(np.asarray(follows, dtype=bool), users.shape)
    _stir(engine)
    engine.flags[users] = np.where(yes, engine.flags[users] | s.FOLLOWS, engine.flags[users] & ~s.FOLLOWS)
    _done(engine)


# --- what fits --------------------------------------------------------------------------------------------------------


def rows_of(engine: Engine, rows: ArrayLike) -> np.ndarray:
    """Rows as i8[k]: whole numbers from 0 to n - 1, or a mask bool[n]. Raises RippleError."""
    users = np.asarray(rows)
    if users.dtype == bool:
        if users.shape != (engine.n,):
            raise RippleError(f"users: a mask of shape {users.shape} does not fit {engine.n:,} users")
        return np.flatnonzero(users)
    if users.size and not np.issubdtype(users.dtype, np.integer):
        raise RippleError(f"users: {users.dtype} numbers name no users; give whole numbers or a mask")
    users = np.ascontiguousarray(np.atleast_1d(users), dtype=np.int64)
    if users.ndim != 1:
        raise RippleError(f"users: an array of shape {users.shape} does not name users; it must have one axis")
    if users.size and (users.min() < 0 or users.max() >= engine.n):
        wrong = int(users[(users < 0) | (users >= engine.n)][0])
        raise RippleError(f"users: there is no user {wrong}; they go from 0 to {engine.n - 1:,}")
    return users


def numbers_for(users: np.ndarray, values: ArrayLike, what: str, most: float) -> np.ndarray:
    """One finite number from 0 to `most` for each user, f8[k]. Raises RippleError naming `what`."""
    try:
        numbers = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise RippleError(f"{what}: {values!r} is no number") from None
    if numbers.shape not in ((), (1,), users.shape):
        raise RippleError(f"{what}: values of shape {numbers.shape} do not fit {users.size:,} users")
    bad = ~((numbers >= 0.0) & (numbers <= most))
    if bad.any():
        raise RippleError(f"{what}: {float(numbers[bad].flat[0]):g} is not a number from 0 to {most:g}")
    return np.ascontiguousarray(np.broadcast_to(numbers, users.shape))


# --- the moment -------------------------------------------------------------------------------------------------------


def _moment(engine: Engine) -> tuple:
    clock = engine.clock
    return engine.now, clock[s.STEP_END], clock[s.STEP_LENGTH], clock[s.CLOCK_BASE], engine.times


def _stir(engine: Engine) -> None:
    """Own trust is about to change: talk must not sleep through the running step."""
    if engine.state[s.AWAKE] == s.ASLEEP:
        engine.state[s.AWAKE] = s.STIRRED


def _run(engine: Engine) -> None:
    """Expressed trust is about to change: until now everyone's stood where it is."""
    if engine.state[s.AWAKE] != s.RUNNING:
        slept = np.float32(engine.clock[s.STEP_END] - engine.clock[s.STEP_LENGTH])
        s.set_column(engine.columns, s.TRUST_HOURS, engine.trust[engine.state[s.SIDE], : engine.n] * slept)
        engine.state[s.AWAKE] = s.RUNNING


def _done(engine: Engine) -> None:
    if engine.now >= engine.setup.horizon and engine.state[s.STEP] == engine.setup.n_steps:  # no later row will show it
        look_again(engine)


# --- compiled loops ---------------------------------------------------------------------------------------------------


@compiled
def set_own_rows(users, values, now, end, length, base, times, columns, books, cause, acts, n_acts, met):
    """See `set_own`; users i8[k], values f8[k]. What is left of each act's wound shrinks with the wounds."""
    fades = tr.fades_at(now, base, times)
    for k in range(users.size):
        at = row(users[k])
        stored = columns[at + OWN]
        drifted = tr.own_trust(columns, at, fades)
        if drifted == np.float32(values[k]):
            continue
        kept = move_own(columns, at, fades, values[k])
        if kept < 1.0:
            for act in range(n_acts):
                if acts[act].sign < 0:
                    met[find(met, act, users[k])].wound *= np.float32(kept)
        settle(at, stored, drifted, fades, now, end, length, columns, books, cause, np.int64(RULE))


@compiled
def move_own(columns, at, fades, wanted):
    """Move the stocks of one user so that own trust becomes `wanted`; returns the factor on wounds and scars."""
    w = np.float64(columns[at + WEIGHT])
    lost_c = columns[at + WOUND_C] * fades.wound + columns[at + HURT_C] * fades.hurt + columns[at + SCAR_C] * fades.scar
    lost_e = columns[at + WOUND_E] * fades.wound + columns[at + HURT_E] * fades.hurt + columns[at + SCAR_E] * fades.scar
    earned_c = min(1.0, max(0.0, columns[at + BASE_C] + columns[at + GAIN_C] * fades.gain))
    earned_e = min(1.0, max(0.0, columns[at + BASE_E] + columns[at + GAIN_E] * fades.gain))
    left_c, left_e = w * math.exp(-lost_c), (1.0 - w) * math.exp(-lost_e)
    own, top = left_c * earned_c + left_e * earned_e, left_c + left_e
    kept = 1.0
    if wanted <= own:
        factor = wanted / own if own > 0.0 else 0.0
        earned_c, earned_e = earned_c * factor, earned_e * factor
    elif wanted < top:
        share = (wanted - own) / (top - own)
        earned_c, earned_e = earned_c + share * (1.0 - earned_c), earned_e + share * (1.0 - earned_e)
    else:
        earned_c, earned_e = 1.0, 1.0
        kept = factor_on_losses(w, lost_c, lost_e, wanted)
        for which in (WOUND_C, WOUND_E, HURT_C, HURT_E, SCAR_C, SCAR_E):
            columns[at + which] *= np.float32(kept)
    store_earned(columns, at + BASE_C, at + GAIN_C, earned_c, fades.gain)
    store_earned(columns, at + BASE_E, at + GAIN_E, earned_e, fades.gain)
    return kept


@compiled
def factor_on_losses(w, lost_c, lost_e, wanted):
    """The largest q of 0..1 with w exp(-q lost_c) + (1-w) exp(-q lost_e) >= wanted, by halving."""
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        q = 0.5 * (low + high)
        if w * math.exp(-q * lost_c) + (1.0 - w) * math.exp(-q * lost_e) >= wanted:
            low = q
        else:
            high = q
    return low


@compiled
def store_earned(columns, base, gain, earned, fade):
    """Store an earned stock of 0..1; the gain is rounded so that the stock stays within its bounds."""
    start, left = columns[base], np.float32(fade)
    value = np.float32((earned - np.float64(start)) / fade)
    while start + value * left > np.float32(1.0) or start + value * left < np.float32(0.0):
        value *= _SMALLER
    columns[gain] = value


@compiled
def earn_rows(users, doses, shares, now, end, length, base, times, columns, books, cause):
    """See `earn`; users i8[k], doses, shares f8[k]."""
    fades = tr.fades_at(now, base, times)
    for k in range(users.size):
        at = row(users[k])
        stored = columns[at + OWN]
        drifted = tr.own_trust(columns, at, fades)
        tr.earn(columns, at, fades, 2.0 * shares[k] * doses[k], 2.0 * (1.0 - shares[k]) * doses[k])
        settle(at, stored, drifted, fades, now, end, length, columns, books, cause, np.int64(RULE))


@compiled
def wound_rows(users, doses, shares, moral, scar, now, end, length, base, times, columns, books, cause):
    """See `wound`; users i8[k], doses, shares f8[k]; scar: share of the dose."""
    fades = tr.fades_at(now, base, times)
    for k in range(users.size):
        at = row(users[k])
        stored = columns[at + OWN]
        drifted = tr.own_trust(columns, at, fades)
        c, e = 2.0 * shares[k] * doses[k], 2.0 * (1.0 - shares[k]) * doses[k]
        tr.add_wound(columns, at, fades, moral, (1.0 - scar) * c, (1.0 - scar) * e)
        tr.add_scar(columns, at, fades, scar * c, scar * e)
        settle(at, stored, drifted, fades, now, end, length, columns, books, cause, np.int64(RULE))


@compiled
def set_expressed_rows(users, values, trust):
    """Write expressed trust; returns the sum of the changes."""
    change = 0.0
    for k in range(users.size):
        before = trust[users[k]]
        trust[users[k]] = np.float32(values[k])
        change += np.float64(trust[users[k]]) - np.float64(before)
    return change


@compiled
def affected(users, back_start, back, with_them, marks, out):
    """Who listens to any of some users (and they themselves, if `with_them`), each once; returns how many."""
    count = 0
    for k in range(users.size):
        user = users[k]
        if with_them and not marks[user]:
            marks[user] = 1
            out[count] = user
            count += 1
        for e in range(back_start[user], back_start[user + 1]):
            listener = np.int64(back[e])
            if not marks[listener]:
                marks[listener] = 1
                out[count] = listener
                count += 1
    return count


@compiled
def shift_means(sign, users, trust, columns, ties, confidence, scratch):
    """Add the mean that each of some users hears now, times the sign, to the mean heard a step before.

    Taken away before a change and added after it, the jump is no trend that talk would carry on.
    """
    for k in range(users.size):
        user = users[k]
        if confidence < 1.0:
            near_means(user, 1, trust, ties, confidence, scratch)
            mean = np.float64(scratch[S_MEAN])
        else:
            mean = mean_heard(user, trust, ties)
        columns[row(user) + MEAN_BEFORE] += np.float32(sign * mean)


@compiled
def mean_heard(user, trust, ties):
    """Mean of a column f4[>= n] over those one user hears; 0 for one who hears nobody."""
    total = 0.0
    for e in range(ties.start[user], ties.start[user + 1]):
        value = np.float64(trust[ties.heard[e]])
        total += np.float64(ties.weight[e]) * value if ties.weight.size else value
    return total if ties.weight.size else total * np.float64(ties.inverse[user])
