"""Talk: expressed trust moves toward those one listens to and toward own trust (Friedkin and Johnsen, continuous time).

    dT_i/dt = ks_i sum_j w_ij b(|T_i - T_j|) (T_j - T_i) + ka_i (X_i - T_i)

One step of length h solves this exactly for a neighbours' mean M that goes on as it went in the last step, and for the
true path of own trust X, its jumps at their own time. With l = ks + ka and x = l h:

    talk = ks (phi (M - T) + chi (M - M_before)),     phi = (1 - exp(-x)) / l,   chi = (h - phi) / x
    pull = ka (phi (X - T) + chi (X_smooth - X) + sum over jumps of size J at time s: J phi(t + h - s))

It is of second order in h and gathers once per step. This is the only pass over all users; it also brings own trust up
to date, closes both books and sums what is observed, in one go, block by block. Sums over a block are added in the
order of blocks, so the result has the same bits for any number of threads.
Source: Friedkin & Johnsen 1990, doi:10.1080/0022250X.1990.9990069; bounded confidence: Deffuant et al. 2000.
"""

from __future__ import annotations

from collections import namedtuple
from typing import NamedTuple

import numpy as np

from sim.compiled import compiled, compiled_apart, compiled_into, part_of_loop
from sim.dynamics.membership import membership_block
from sim.dynamics.state import (
    BASE_C,
    BASE_E,
    BLOCK,
    BLOCK_SIZE,
    GAIN_C,
    GAIN_E,
    HURT_C,
    HURT_E,
    KICK,
    MEAN_BEFORE,
    OWN,
    OWN_RATE,
    SCAR_C,
    SCAR_E,
    TALK_RATE,
    TRUST_HOURS,
    WEIGHT,
    WOUND_C,
    WOUND_E,
    row,
)  # fmt: skip
from sim.dynamics.trust import blended, side, single

_PLACES = tuple(np.uint64(k) for k in range(1, 9))
BINS = 512  # of the histogram from which quantiles are read

# sums of one block; a group is all, followers, reached
(
    SUM_TRUST, SUM_OWN, SUM_COGNITIVE, SUM_AFFECTIVE, SUM_WOUND, SUM_SCAR, SUM_HIGH, SUM_LOW, COUNT, SUM_TIME, SUM_PULL,
    SUM_TALK, SUM_JOINED, SUM_LEFT,
) = range(14)  # fmt: skip
N_SUMS = 14
GROUPS = ("all", "followers", "reached")

# the scratch block of a thread, f4, one row of BLOCK after the other
S_TRUST, S_OWN, S_COGNITIVE, S_AFFECTIVE, S_WOUND, S_SCAR, S_MEAN, S_MIDDLE, S_SHARE = range(0, 9 * BLOCK, BLOCK)
SCRATCH_SIZE = 9 * BLOCK
LANES = 64


class Bench(NamedTuple):
    """What one thread needs for itself in the talk step.

    scratch f4[SCRATCH_SIZE];  lanes f8[LANES];  work i4[2 * BLOCK];  counts u4[4, BINS], users by flags and trust
    """

    scratch: np.ndarray
    lanes: np.ndarray
    work: np.ndarray
    counts: np.ndarray

    @classmethod
    def new(cls) -> Bench:
        """An empty one. Everyone's share of weight is 1 unless confidence is bounded."""
        scratch = np.zeros(SCRATCH_SIZE, np.float32)
        scratch[S_SHARE:] = 1.0
        return cls(scratch, np.zeros(LANES), np.zeros(2 * BLOCK, np.int32), np.zeros((4, BINS), np.uint32))


Ties = namedtuple("Ties", "start heard weight offset ids inverse")
Ties.__doc__ = """Who listens to whom: user i hears heard[start[i]:start[i+1]].

start i8[n+1], heard u4[m]; weight f4[m] with rows that sum to 1, or f4[0] for equal weights; offset, ids and inverse as
in `sim.world.side_by_side`.
"""


@part_of_loop
def heard_means(first, n, trust, ties, scratch):
    """Mean trust of those each of n users hears, summed in float64: the same for any order of the ties.

    trust f4[padded(n)] 0..1. A user who hears nobody gets 0 (and has ks 0).
    """
    if ties.weight.size:
        for k in range(n):
            s = 0.0
            for e in range(ties.start[first + k], ties.start[first + k + 1]):
                s += np.float64(ties.weight[e]) * np.float64(trust[ties.heard[e]])
            scratch[S_MEAN + k] = s
    elif ties.ids.size:
        eight_sums(first // 8, (n + 7) // 8, trust, ties.offset, ties.ids, scratch)
        for k in range(n):
            scratch[S_MEAN + k] *= ties.inverse[first + k]
    else:
        for k in range(n):
            s = 0.0
            for e in range(ties.start[first + k], ties.start[first + k + 1]):
                s += np.float64(trust[ties.heard[e]])
            scratch[S_MEAN + k] = np.float32(s) * ties.inverse[first + k]


@part_of_loop
def eight_sums(first, slices, trust, offset, ids, scratch):
    """Sums of trust over eight rows at a time, in eight lanes. slices: how many, from the first on."""
    # unsigned places: a signed one would be tested for counting from the end, at half the speed
    one, two, three, four, five, six, seven, eight = _PLACES
    for k in range(slices):
        s0, s1, s2, s3, s4, s5, s6, s7 = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
        at, end = np.uint64(offset[first + k]), np.uint64(offset[first + k + 1])
        while at < end:
            s0 += trust[ids[at]]
            s1 += trust[ids[at + one]]
            s2 += trust[ids[at + two]]
            s3 += trust[ids[at + three]]
            s4 += trust[ids[at + four]]
            s5 += trust[ids[at + five]]
            s6 += trust[ids[at + six]]
            s7 += trust[ids[at + seven]]
            at = at + eight
        out = S_MEAN + 8 * k
        scratch[out], scratch[out + 1], scratch[out + 2], scratch[out + 3] = s0, s1, s2, s3
        scratch[out + 4], scratch[out + 5], scratch[out + 6], scratch[out + 7] = s4, s5, s6, s7


@part_of_loop
def near_means(first, n, trust, ties, confidence, scratch):
    """As `heard_means`, over those within `confidence` of a user only; and the share of weight they have."""
    start, heard, weight = ties.start, ties.heard, ties.weight
    for k in range(n):
        i = first + k
        a, b = start[i], start[i + 1]
        s, share = 0.0, 0.0
        for e in range(a, b):
            t = trust[heard[e]]
            if abs(t - trust[i]) < confidence:
                w = np.float64(weight[e]) if weight.size else 1.0
                s += w * np.float64(t)
                share += w
        scratch[S_MEAN + k] = s / share if share > 0.0 else np.float64(trust[i])
        scratch[S_SHARE + k] = share if weight.size else share / max(1, b - a)


_ZERO, _HALF, _ONE = np.float32(0), np.float32(0.5), np.float32(1)
_EIGHT, _MOST, _FIRST_FLAG, _NONE = np.float32(8), np.float32(64), np.int32(1), np.int32(0)
_FINE, _FINE_UNIT = np.float32(2.0**21), 2.0**-21  # BLOCK values up to 1 stay below 2^31
_E3, _E4, _E5, _E6, _E7, _E8 = (np.float32(1 / k) for k in (6, 24, 120, 720, 5040, 40320))


@compiled_into
def response_of_step(x):
    """chi / h = (x - 1 + exp(-x)) / x^2 for a float32 x in 0..1, by its series (error below 3e-6, at 1)."""
    return _HALF - x * (_E3 - x * (_E4 - x * (_E5 - x * (_E6 - x * (_E7 - x * _E8)))))


@compiled_into
def jump_of_own(columns, at, drift, jump, left, length):
    """Tell the pull of the running step that own trust of a user drifted, then jumped, `left` hours before its end.

    With bounded confidence the rate of talk is taken as if everyone were near: the jump is then exact to second order.
    """
    rate = columns[at + TALK_RATE] + columns[at + OWN_RATE]
    h, rest = np.float32(length), np.float32(left)
    share = response_of_step(rate * h)
    phi_whole = h * (_ONE - rate * h * share)
    phi_rest = rest * (_ONE - rate * rest * response_of_step(rate * rest))
    columns[at + KICK] += np.float32(h * share * drift - phi_whole * (drift + jump) + phi_rest * jump)


@compiled_apart
def block_sum(values, first, lanes):
    """Sum of BLOCK values from `first` on in float64, in lanes that add up side by side: a fixed order that vectorises.

    lanes  f8[LANES], to work in
    """
    part = values[first : first + BLOCK]  # places in it are not counted from its end: four times as fast
    for k in range(LANES):
        lanes[k] = part[k]
    for start in range(LANES, BLOCK, LANES):
        for k in range(LANES):
            lanes[k] += part[start + k]
    width = LANES // 2
    while width > 0:
        for k in range(width):
            lanes[k] += lanes[k + width]
        width //= 2
    return lanes[0]


@part_of_loop
def talk_block(
    block, n_users, trust, new, columns, flags, who, ties, fades, length, ratio, confidence, low, high, b, sums, p
):  # fmt: skip
    """One talk step for the users of one block.

    trust, new  f4[padded]  expressed trust before and after; must not be the same array
    fades       what is left in the clocks at the end of the step
    length      h of the step;  ratio  of it to the step before
    confidence  people further apart do not move each other; 1: everyone does
    low, high   trust below / above which a user counts as detractor / advocate
    b           the `Bench` of this thread
    sums        f8[3, N_SUMS], filled: all, followers, reached
    p           LAW
    """
    scratch, lanes = b.scratch, b.lanes
    first = block * BLOCK
    n = min(BLOCK, n_users - first)
    if confidence < 1.0:
        near_means(first, n, trust, ties, confidence, scratch)
    else:
        heard_means(first, n, trust, ties, scratch)
    # loops over a whole block at constant distances within one array: so that they vectorise
    users = columns[block * BLOCK_SIZE : (block + 1) * BLOCK_SIZE]
    before, after = trust[first : first + BLOCK], new[first : first + BLOCK]
    own_trust_block(users, fades, scratch)
    express_block(users, before, length, ratio, scratch)
    # what is booked are differences of values that are stored, in full precision
    own, middle = block_sum(scratch, S_OWN, lanes), block_sum(scratch, S_MIDDLE, lanes)
    expressed = block_sum(scratch, S_TRUST, lanes)
    sums[0, SUM_TIME] = own - block_sum(users, OWN, lanes)
    sums[0, SUM_PULL] = middle - block_sum(before, 0, lanes)
    sums[0, SUM_TALK] = expressed - middle
    here = flags[first : first + BLOCK]
    if p.membership:
        moved = membership_block(first, n, users, here, before, scratch, np.int64(S_TRUST), fades, length, who, p)
        sums[0, SUM_JOINED], sums[0, SUM_LEFT] = moved
    observe_block(n, here, scratch, low, high, b.work, sums, b.counts)
    sums[0, SUM_TRUST], sums[0, SUM_OWN] = expressed, own
    store_block(users, before, after, length, scratch)


@part_of_loop
def own_trust_block(users, fades, scratch):
    """Own trust, its two sides, wounds and scars of one block as of `fades`, into the scratch block."""
    f = single(fades)
    for k in range(BLOCK):
        wound = users[k + WOUND_C] * f.wound + users[k + HURT_C] * f.hurt
        scar = users[k + SCAR_C] * f.scar
        scratch[k + S_WOUND] = wound
        scratch[k + S_SCAR] = scar
        scratch[k + S_COGNITIVE] = side(users[k + BASE_C], users[k + GAIN_C] * f.gain, wound, scar)
    for k in range(BLOCK):
        wound = users[k + WOUND_E] * f.wound + users[k + HURT_E] * f.hurt
        scar = users[k + SCAR_E] * f.scar
        scratch[k + S_WOUND] += wound
        scratch[k + S_SCAR] += scar
        affective = side(users[k + BASE_E], users[k + GAIN_E] * f.gain, wound, scar)
        scratch[k + S_AFFECTIVE] = affective
        scratch[k + S_OWN] = blended(users[k + WEIGHT], scratch[k + S_COGNITIVE], affective)


@part_of_loop
def express_block(users, trust, length, ratio, scratch):
    """The step of expressed trust of one block: first what own trust pulls, then what talk does, into the scratch."""
    h, ratio = np.float32(length), np.float32(ratio)
    for k in range(BLOCK):
        ks = users[k + TALK_RATE] * scratch[k + S_SHARE]
        ka = users[k + OWN_RATE]
        mean = scratch[k + S_MEAN]
        t, x, x_new = trust[k], users[k + OWN], scratch[k + S_OWN]
        z = (ks + ka) * h
        share = response_of_step(z)
        chi = h * share
        phi = h * (_ONE - z * share)
        pull = ka * (phi * (x - t) + chi * (x_new - x) + users[k + KICK])
        talk = ks * (phi * (mean - t) + chi * ratio * (mean - users[k + MEAN_BEFORE]))
        middle = min(_ONE, max(_ZERO, t + pull))
        scratch[k + S_MIDDLE] = middle
        scratch[k + S_TRUST] = min(_ONE, max(_ZERO, middle + talk))


@part_of_loop
def store_block(users, trust, new, length, scratch):
    """Write what the step of one block gave."""
    half = _HALF * np.float32(length)
    for k in range(BLOCK):
        after = scratch[k + S_TRUST]
        users[k + TRUST_HOURS] += half * (trust[k] + after)
        new[k] = after
        users[k + OWN] = scratch[k + S_OWN]
        users[k + MEAN_BEFORE] = scratch[k + S_MEAN]
        users[k + KICK] = _ZERO


@part_of_loop
def observe_block(n, flags, scratch, low, high, work, sums, counts):
    """Sums and counts of what is seen of the first n users of a block: see `talk_block`.

    Sums are taken in whole units of 2^-21 (of more where values above 1 or 8 are met), rounded: exact in any order, and so
    they vectorise.
    work  i4[2 * BLOCK], to work in: all ones for followers, for those reached
    """
    bins = np.float32(BINS)
    for k in range(BLOCK):
        flag = np.int32(flags[k])
        work[k] = -(flag & _FIRST_FLAG)
        work[k + BLOCK] = -((flag >> _FIRST_FLAG) & _FIRST_FLAG)
    for k in range(n):
        place = np.uint64(min(np.int32(BINS - 1), np.int32(scratch[k + S_TRUST] * bins)))
        counts[np.uint64(flags[k] & 3), place] += np.uint32(1)
    group_sums(scratch, S_TRUST, work, _FINE, _FINE_UNIT, sums, SUM_TRUST)
    group_sums(scratch, S_OWN, work, _FINE, _FINE_UNIT, sums, SUM_OWN)
    group_sums(scratch, S_COGNITIVE, work, _FINE, _FINE_UNIT, sums, SUM_COGNITIVE)
    group_sums(scratch, S_AFFECTIVE, work, _FINE, _FINE_UNIT, sums, SUM_AFFECTIVE)
    for first, which in ((S_WOUND, SUM_WOUND), (S_SCAR, SUM_SCAR)):  # the mean of two sides, without a highest value
        scale, unit = _FINE, _FINE_UNIT
        part = scratch[first : first + BLOCK]
        for most in (_ONE, _EIGHT):
            larger = _NONE
            for k in range(BLOCK):
                larger = np.int32(larger + np.int32(part[k] > most))
            if larger:
                scale, unit = scale / _EIGHT, 8.0 * unit
        group_sums(scratch, first, work, scale, 0.5 * unit, sums, which)
    group_counts(scratch, low, high, n, work, sums)


@compiled_apart
def group_sums(values, first, work, scale, unit, sums, which):
    """Fill sums[:, which] with the sum of BLOCK values over everyone, followers, and those reached."""
    everyone, followers, reached = _NONE, _NONE, _NONE
    part = values[first : first + BLOCK]
    for k in range(BLOCK):
        value = np.int32(min(part[k], _MOST) * scale + _HALF)
        everyone = np.int32(everyone + value)
        followers = np.int32(followers + (value & work[k]))
        reached = np.int32(reached + (value & work[k + BLOCK]))
    sums[0, which], sums[1, which], sums[2, which] = everyone * unit, followers * unit, reached * unit


@part_of_loop
def group_counts(scratch, low, high, n, work, sums):
    """Fill the numbers of advocates, detractors and users in everyone, followers, and those reached."""
    high, low = np.float32(high), np.float32(low)
    for above, which in ((True, SUM_HIGH), (False, SUM_LOW)):
        everyone, followers, reached = _NONE, _NONE, _NONE
        for k in range(BLOCK):
            trust = scratch[k + S_TRUST]
            value = np.int32(trust > high) if above else np.int32(trust < low)
            everyone = np.int32(everyone + value)
            followers = np.int32(followers - (-value & work[k]))
            reached = np.int32(reached - (-value & work[k + BLOCK]))
        sums[0, which], sums[1, which], sums[2, which] = everyone, followers, reached
    if low > _ZERO:
        sums[0, SUM_LOW] -= BLOCK - n  # the places that fill up the last block
    followers, reached = _NONE, _NONE
    for k in range(BLOCK):
        followers = np.int32(followers - work[k])
        reached = np.int32(reached - work[k + BLOCK])
    sums[0, COUNT], sums[1, COUNT], sums[2, COUNT] = n, followers, reached


@part_of_loop
def relax(first, n, trust, columns, ties, confidence, scratch, new):
    """One sweep of one block toward the fixed point of talk, T = (ks M + ka X) / (ks + ka); the largest change.

    trust, new f4[padded], not the same array. A user with neither pull keeps its trust.
    """
    if confidence < 1.0:
        near_means(first, n, trust, ties, confidence, scratch)
    else:
        heard_means(first, n, trust, ties, scratch)
    at = row(first)
    largest = 0.0
    for k in range(n):
        ks = np.float64(columns[at + k + TALK_RATE]) * scratch[k + S_SHARE]
        ka = np.float64(columns[at + k + OWN_RATE])
        value = np.float64(trust[first + k])
        if ks + ka > 0.0:
            value = (ks * scratch[S_MEAN + k] + ka * columns[at + k + OWN]) / (ks + ka)
        new[first + k] = np.float32(value)
        largest = max(largest, abs(np.float64(new[first + k]) - trust[first + k]))
    return largest


@compiled
def relax_blocks(first_block, last_block, n_users, trust, columns, ties, confidence, scratch, new):
    """`relax` for a range of blocks; the largest change of a user's trust."""
    largest = 0.0
    for block in range(first_block, last_block):
        first = block * BLOCK
        n = min(BLOCK, n_users - first)
        change = relax(first, n, trust, columns, ties, confidence, scratch, new)
        largest = max(largest, change)
    return largest
