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

import numpy as np

from sim.compiled import compiled
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

BINS = 512  # of the histogram from which quantiles are read

# sums of one block; a group is all, followers, reached
(
    SUM_TRUST, SUM_OWN, SUM_COGNITIVE, SUM_AFFECTIVE, SUM_WOUND, SUM_SCAR, SUM_HIGH, SUM_LOW, COUNT, SUM_TIME, SUM_PULL,
    SUM_TALK,
) = range(12)  # fmt: skip
N_SUMS = 12
GROUPS = ("all", "followers", "reached")

# the scratch block of a thread, f4, one row of BLOCK after the other; and the exact differences, f8
S_TRUST, S_OWN, S_COGNITIVE, S_AFFECTIVE, S_WOUND, S_SCAR, S_MEAN, S_SHARE = range(0, 8 * BLOCK, BLOCK)
SCRATCH_SIZE = 8 * BLOCK
D_TIME, D_PULL, D_TALK = range(0, 3 * BLOCK, BLOCK)
DIFFERENCES_SIZE = 3 * BLOCK


@compiled
def heard_means(first, n, trust, start, heard, weight, scratch):
    """Mean trust of those each of n users hears, summed in float64: the same for any order of the ties.

    trust f4[n] 0..1; start i8[n+1], heard u4[m]: user i hears heard[start[i]:start[i+1]]; weight f4[m] with rows that
    sum to 1, or f4[0] for equal weights. A user who hears nobody gets 0 (and has ks 0).
    """
    if weight.size:
        for k in range(n):
            s = 0.0
            for e in range(start[first + k], start[first + k + 1]):
                s += np.float64(weight[e]) * np.float64(trust[heard[e]])
            scratch[S_MEAN + k] = s
        return
    # unsigned places: a signed one would be tested for counting from the end, at half the speed
    one, two = np.uint64(1), np.uint64(2)
    for k in range(n):
        place, end = np.uint64(start[first + k]), np.uint64(start[first + k + 1])
        s0, s1 = 0.0, 0.0
        while place + two <= end:
            s0 += trust[heard[place]]
            s1 += trust[heard[place + one]]
            place = place + two
        if place < end:
            s0 += trust[heard[place]]
        scratch[S_MEAN + k] = (s0 + s1) / max(1, start[first + k + 1] - start[first + k])


@compiled
def near_means(first, n, trust, start, heard, weight, confidence, scratch):
    """As `heard_means`, over those within `confidence` of a user only; and the share of weight they have."""
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
_MOST, _UNITS, _UNIT, _FIRST_FLAG = np.float32(100), np.float32(2.0**24), 2.0**-24, np.int32(1)
_E3, _E4, _E5, _E6, _E7, _E8 = (np.float32(1 / k) for k in (6, 24, 120, 720, 5040, 40320))


@compiled
def response_of_step(x):
    """chi / h = (x - 1 + exp(-x)) / x^2 for a float32 x in 0..1, by its series (error below 3e-6, at 1)."""
    return _HALF - x * (_E3 - x * (_E4 - x * (_E5 - x * (_E6 - x * (_E7 - x * _E8)))))


@compiled
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


@compiled
def block_sum(values, first):
    """Sum of BLOCK values from `first` on in float64, in eight lanes: a fixed order that vectorises."""
    s0, s1, s2, s3, s4, s5, s6, s7 = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for k in range(0, BLOCK, 8):
        s0 += values[first + k]
        s1 += values[first + k + 1]
        s2 += values[first + k + 2]
        s3 += values[first + k + 3]
        s4 += values[first + k + 4]
        s5 += values[first + k + 5]
        s6 += values[first + k + 6]
        s7 += values[first + k + 7]
    return ((s0 + s1) + (s2 + s3)) + ((s4 + s5) + (s6 + s7))


@compiled
def talk_block(
    block, n_users, trust, new, columns, flags, start, heard, weight, fades, length, ratio, confidence, low, high,
    scratch, differences, work, sums, counts
):  # fmt: skip
    """One talk step for the users of one block.

    trust, new  f4[padded]  expressed trust before and after; must not be the same array
    fades       what is left in the clocks at the end of the step
    length      h of the step;  ratio  of it to the step before
    confidence  people further apart do not move each other; 1: everyone does
    low, high   trust below / above which a user counts as detractor / advocate
    scratch     f4[SCRATCH_SIZE],  differences  f8[DIFFERENCES_SIZE], of this thread;  work  i4[3 * BLOCK]
    sums        f8[3, N_SUMS], filled: all, followers, reached
    counts      u4[4, BINS], of this thread, added to: users by flags and trust
    """
    first = block * BLOCK
    n = min(BLOCK, n_users - first)
    bounded = confidence < 1.0
    if bounded:
        near_means(first, n, trust, start, heard, weight, confidence, scratch)
    else:
        heard_means(first, n, trust, start, heard, weight, scratch)
        for k in range(n):
            scratch[S_SHARE + k] = _ONE
    # loops over a whole block at constant distances within one array: so that they vectorise
    users = columns[block * BLOCK_SIZE : (block + 1) * BLOCK_SIZE]
    own_trust_block(users, fades, scratch)
    express_block(users, trust[first : first + BLOCK], new[first : first + BLOCK], length, ratio, scratch, differences)
    observe_block(n, flags[first : first + BLOCK], scratch, low, high, work, sums, counts)
    sums[0, SUM_TIME] = block_sum(differences, np.int64(D_TIME))
    sums[0, SUM_PULL] = block_sum(differences, np.int64(D_PULL))
    sums[0, SUM_TALK] = block_sum(differences, np.int64(D_TALK))


@compiled
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
        scratch[k + S_AFFECTIVE] = side(users[k + BASE_E], users[k + GAIN_E] * f.gain, wound, scar)
    for k in range(BLOCK):
        scratch[k + S_OWN] = blended(users[k + WEIGHT], scratch[k + S_COGNITIVE], scratch[k + S_AFFECTIVE])


@compiled
def express_block(users, trust, new, length, ratio, scratch, differences):
    """The step of expressed trust of one block; every booking is the difference of two values that are written."""
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
        after = min(_ONE, max(_ZERO, middle + talk))
        differences[k + D_PULL] = np.float64(middle) - np.float64(t)
        differences[k + D_TALK] = np.float64(after) - np.float64(middle)
        differences[k + D_TIME] = np.float64(x_new) - np.float64(x)
        scratch[k + S_TRUST] = after
    half = _HALF * h
    for k in range(BLOCK):
        after = scratch[k + S_TRUST]
        users[k + TRUST_HOURS] += half * (trust[k] + after)
        new[k] = after
        users[k + OWN] = scratch[k + S_OWN]
        users[k + MEAN_BEFORE] = scratch[k + S_MEAN]
        users[k + KICK] = _ZERO


@compiled
def observe_block(n, flags, scratch, low, high, work, sums, counts):
    """Sums and counts of what is seen of the first n users of a block: see `talk_block`.

    Sums are taken in whole units of 2^-24: exact in any order, and so they vectorise.
    work  i4[3 * BLOCK], to work in: all ones for followers, for those reached; then the values of one quantity
    """
    bins, low, high = np.float32(BINS), np.float32(low), np.float32(high)
    for k in range(BLOCK):
        flag = np.int32(flags[k])
        work[k] = -(flag & _FIRST_FLAG)
        work[k + BLOCK] = -((flag >> _FIRST_FLAG) & _FIRST_FLAG)
    for k in range(n):
        place = np.uint64(min(np.int32(BINS - 1), np.int32(scratch[k + S_TRUST] * bins)))
        counts[np.uint64(flags[k] & 3), place] += np.uint32(1)
    whole_units(scratch, np.int64(S_TRUST), work, sums, np.int64(SUM_TRUST), _UNIT)
    whole_units(scratch, np.int64(S_OWN), work, sums, np.int64(SUM_OWN), _UNIT)
    whole_units(scratch, np.int64(S_COGNITIVE), work, sums, np.int64(SUM_COGNITIVE), _UNIT)
    whole_units(scratch, np.int64(S_AFFECTIVE), work, sums, np.int64(SUM_AFFECTIVE), _UNIT)
    whole_units(scratch, np.int64(S_WOUND), work, sums, np.int64(SUM_WOUND), 0.5 * _UNIT)  # of two sides
    whole_units(scratch, np.int64(S_SCAR), work, sums, np.int64(SUM_SCAR), 0.5 * _UNIT)
    for k in range(BLOCK):
        work[k + 2 * BLOCK] = np.int32(scratch[k + S_TRUST] > high)
    split_sum(work, sums, np.int64(SUM_HIGH), 1.0)
    for k in range(BLOCK):
        work[k + 2 * BLOCK] = np.int32(scratch[k + S_TRUST] < low)
    split_sum(work, sums, np.int64(SUM_LOW), 1.0)
    if low > _ZERO:
        sums[0, SUM_LOW] -= BLOCK - n  # the places that fill up the last block
    for k in range(BLOCK):
        work[k + 2 * BLOCK] = _FIRST_FLAG
    split_sum(work, sums, np.int64(COUNT), 1.0)
    sums[0, COUNT] = n
    # the books are checked against these two: in full precision
    sums[0, SUM_TRUST] = block_sum(scratch, np.int64(S_TRUST))
    sums[0, SUM_OWN] = block_sum(scratch, np.int64(S_OWN))


@compiled
def whole_units(values, first, work, sums, which, unit):
    """Split sums (see `split_sum`) of BLOCK float32 values in 0..100, cut to whole units."""
    for k in range(BLOCK):
        work[k + 2 * BLOCK] = np.int32(min(values[first + k], _MOST) * _UNITS)
    split_sum(work, sums, which, unit)


@compiled
def split_sum(work, sums, which, unit):
    """Fill sums[:, which] with the sum of the whole numbers in `work` over everyone, followers, and those reached."""
    everyone, followers, reached = 0, 0, 0
    for k in range(BLOCK):
        value = work[k + 2 * BLOCK]
        everyone += value
        followers += value & work[k]
        reached += value & work[k + BLOCK]
    sums[0, which], sums[1, which], sums[2, which] = everyone * unit, followers * unit, reached * unit


@compiled
def relax(first, n, trust, columns, start, heard, weight, confidence, scratch, new):
    """One sweep of one block toward the fixed point of talk, T = (ks M + ka X) / (ks + ka); the largest change.

    trust, new f4[padded], not the same array. A user with neither pull keeps its trust.
    """
    for k in range(n):
        scratch[S_SHARE + k] = _ONE
    if confidence < 1.0:
        near_means(first, n, trust, start, heard, weight, confidence, scratch)
    else:
        heard_means(first, n, trust, start, heard, weight, scratch)
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
def relax_blocks(first_block, last_block, n_users, trust, columns, start, heard, weight, confidence, scratch, new):
    """`relax` for a range of blocks; the largest change of a user's trust."""
    largest = 0.0
    for block in range(first_block, last_block):
        first = block * BLOCK
        n = min(BLOCK, n_users - first)
        change = relax(first, n, trust, columns, start, heard, weight, confidence, scratch, new)
        largest = max(largest, change)
    return largest
