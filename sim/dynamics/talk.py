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
    BASE_C, BASE_E, GAIN_C, GAIN_E, HURT_C, HURT_E, KICK, MEAN_BEFORE, OWN, OWN_RATE, SCAR_C, SCAR_E,
    TALK_RATE, TRUST_HOURS, WEIGHT, WOUND_C, WOUND_E,
)  # fmt: skip
from sim.dynamics.trust import fade

BLOCK = 1024  # users per block: its scratch rows stay in the first cache
BINS = 1024  # of the histogram from which quantiles are read

# sums of one block; a group is all, followers, reached
(
    SUM_TRUST, SUM_OWN, SUM_TIME, SUM_PULL, SUM_TALK, SUM_COGNITIVE, SUM_AFFECTIVE, SUM_WOUND, SUM_SCAR, SUM_HIGH, SUM_LOW,
    COUNT,
) = range(12)  # fmt: skip
N_SUMS = 12
GROUPS = ("all", "followers", "reached")

# rows of the scratch block, f4
S_TRUST, S_OWN, S_COGNITIVE, S_AFFECTIVE, S_WOUND, S_SCAR, S_MEAN, S_SHARE = range(8)
N_SCRATCH = 8
# rows of the exact differences, f8
D_TIME, D_PULL, D_TALK = range(3)
N_DIFFERENCES = 3


@compiled
def heard_mean(i, trust, start, heard, weight):
    """Mean trust of those user i hears, summed in float64: the same for any order of the ties.

    trust f4[n] 0..1; start i8[n+1], heard u4[m]: user i hears heard[start[i]:start[i+1]]; weight f4[m] with rows that
    sum to 1, or f4[0] for equal weights. A user who hears nobody gets 0 (and has ks 0).
    """
    a, b = start[i], start[i + 1]
    if a == b:
        return 0.0
    if weight.size:
        s = 0.0
        for e in range(a, b):
            s += np.float64(weight[e]) * np.float64(trust[heard[e]])
        return s
    s0, s1, s2, s3 = 0.0, 0.0, 0.0, 0.0
    e = a
    while e + 4 <= b:
        s0 += trust[heard[e]]
        s1 += trust[heard[e + 1]]
        s2 += trust[heard[e + 2]]
        s3 += trust[heard[e + 3]]
        e += 4
    while e < b:
        s0 += trust[heard[e]]
        e += 1
    return ((s0 + s1) + (s2 + s3)) / (b - a)


@compiled
def near_mean(i, trust, start, heard, weight, confidence):
    """As `heard_mean`, over those within `confidence` of user i only; and the share of weight they have."""
    a, b = start[i], start[i + 1]
    s, share = 0.0, 0.0
    equal = 1.0 / max(1, b - a)
    for e in range(a, b):
        t = trust[heard[e]]
        if abs(t - trust[i]) < confidence:
            w = np.float64(weight[e]) if weight.size else equal
            s += w * np.float64(t)
            share += w
    if share > 0.0:
        return s / share, share
    return np.float64(trust[i]), 0.0


@compiled
def response_of_step(x):
    """chi / h = (x - 1 + exp(-x)) / x^2 for 0 <= x <= 1, by its series (error below 1e-8)."""
    return 0.5 - x * (
        1 / 6 - x * (1 / 24 - x * (1 / 120 - x * (1 / 720 - x * (1 / 5040 - x * (1 / 40320 - x / 362880)))))
    )


@compiled
def jump_of_own(columns, i, drift, jump, left, length):
    """Tell the pull of the running step that own trust of user i drifted, then jumped, `left` hours before its end."""
    rate = np.float64(columns[TALK_RATE, i]) + columns[OWN_RATE, i]
    whole = response_of_step(rate * length)
    phi = length * (1.0 - rate * length * whole)
    rest = left * (1.0 - rate * left * response_of_step(rate * left))
    columns[KICK, i] += np.float32(length * whole * drift - phi * (drift + jump) + rest * jump)


@compiled
def lane_sum(values, n):
    """Sum of values[:n] in float64, in eight lanes: a fixed order that vectorises."""
    s0, s1, s2, s3, s4, s5, s6, s7 = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    i = 0
    while i + 8 <= n:
        s0 += values[i]
        s1 += values[i + 1]
        s2 += values[i + 2]
        s3 += values[i + 3]
        s4 += values[i + 4]
        s5 += values[i + 5]
        s6 += values[i + 6]
        s7 += values[i + 7]
        i += 8
    while i < n:
        s0 += values[i]
        i += 1
    return ((s0 + s1) + (s2 + s3)) + ((s4 + s5) + (s6 + s7))


@compiled
def talk_block(
    first, last, trust, new, columns, flags, start, heard, weight, fades, length, ratio, confidence, low, high,
    scratch, differences, sums, counts
):  # fmt: skip
    """One talk step for the users first..last-1 (at most BLOCK of them).

    trust, new  f4[n]   expressed trust before and after; must not be the same array
    fades       what is left in the clocks at the end of the step
    length      h of the step;  ratio  of it to the step before
    confidence  people further apart do not move each other; 1: everyone does
    low, high   trust below / above which a user counts as detractor / advocate
    scratch     f4[N_SCRATCH, BLOCK],  differences  f8[N_DIFFERENCES, BLOCK], both of this thread
    sums        f8[3, N_SUMS], filled: all, followers, reached
    counts      u4[4, BINS], of this thread, added to: users by flags and trust
    """
    n = last - first
    s_mean, s_share = scratch[S_MEAN], scratch[S_SHARE]
    bounded = confidence < 1.0
    for k in range(n):
        i = first + k
        if bounded:
            mean, share = near_mean(i, trust, start, heard, weight, confidence)
            s_mean[k] = mean
            s_share[k] = share
        else:
            s_mean[k] = heard_mean(i, trust, start, heard, weight)

    own, before, kick = columns[OWN, first:last], columns[MEAN_BEFORE, first:last], columns[KICK, first:last]
    base_c, base_e = columns[BASE_C, first:last], columns[BASE_E, first:last]
    gain_c, gain_e = columns[GAIN_C, first:last], columns[GAIN_E, first:last]
    wound_c, wound_e = columns[WOUND_C, first:last], columns[WOUND_E, first:last]
    hurt_c, hurt_e = columns[HURT_C, first:last], columns[HURT_E, first:last]
    scar_c, scar_e = columns[SCAR_C, first:last], columns[SCAR_E, first:last]
    weights, hours = columns[WEIGHT, first:last], columns[TRUST_HOURS, first:last]
    talk_rate, own_rate = columns[TALK_RATE, first:last], columns[OWN_RATE, first:last]
    old, out = trust[first:last], new[first:last]
    s_trust, s_own, s_c, s_e = scratch[S_TRUST], scratch[S_OWN], scratch[S_COGNITIVE], scratch[S_AFFECTIVE]
    s_wound, s_scar = scratch[S_WOUND], scratch[S_SCAR]
    d_time, d_pull, d_talk = differences[D_TIME], differences[D_PULL], differences[D_TALK]

    for k in range(n):
        wc = wound_c[k] * fades.wound + hurt_c[k] * fades.hurt
        we = wound_e[k] * fades.wound + hurt_e[k] * fades.hurt
        sc = scar_c[k] * fades.scar
        se = scar_e[k] * fades.scar
        c = (base_c[k] + gain_c[k] * fades.gain) * fade(wc + sc)
        e = (base_e[k] + gain_e[k] * fades.gain) * fade(we + se)
        w = np.float64(weights[k])
        s_own[k] = min(1.0, max(0.0, w * c + (1.0 - w) * e))
        s_c[k] = c
        s_e[k] = e
        s_wound[k] = 0.5 * (wc + we)
        s_scar[k] = 0.5 * (sc + se)

    for k in range(n):
        ks, ka = np.float64(talk_rate[k]), np.float64(own_rate[k])
        mean = np.float64(s_mean[k])
        if bounded:
            ks *= s_share[k]
        t, x, x_new = np.float64(old[k]), np.float64(own[k]), np.float64(s_own[k])
        z = (ks + ka) * length
        share = response_of_step(z)
        chi = length * share
        phi = length * (1.0 - z * share)
        pull = ka * (phi * (x - t) + chi * (x_new - x) + kick[k])
        talk = ks * (phi * (mean - t) + chi * ratio * (mean - before[k]))
        middle = np.float32(min(1.0, max(0.0, t + pull)))
        after = np.float32(min(1.0, max(0.0, middle + talk)))
        # the books are closed from the values that are written
        d_pull[k] = np.float64(middle) - t
        d_talk[k] = np.float64(after) - np.float64(middle)
        d_time[k] = x_new - x
        s_trust[k] = after
        hours[k] += np.float32(0.5 * length * (t + after))
        out[k] = after
        own[k] = s_own[k]
        before[k] = s_mean[k]
        kick[k] = 0.0

    sums[0, SUM_TRUST] = lane_sum(s_trust, n)
    sums[0, SUM_OWN] = lane_sum(s_own, n)
    sums[0, SUM_TIME] = lane_sum(d_time, n)
    sums[0, SUM_PULL] = lane_sum(d_pull, n)
    sums[0, SUM_TALK] = lane_sum(d_talk, n)
    observe_block(first, n, flags, scratch, low, high, sums, counts)


@compiled
def observe_block(first, n, flags, scratch, low, high, sums, counts):
    """Sums and counts of what is seen of a block: see `talk_block`."""
    for group in range(3):
        for k in range(SUM_COGNITIVE, N_SUMS):
            sums[group, k] = 0.0
    for row, which in ((S_COGNITIVE, SUM_COGNITIVE), (S_AFFECTIVE, SUM_AFFECTIVE), (S_WOUND, SUM_WOUND), (S_SCAR, SUM_SCAR)):
        sums[0, which] = lane_sum(scratch[row], n)
    s_trust = scratch[S_TRUST]
    n_high, n_low = 0, 0
    for k in range(n):
        flag = flags[first + k]
        t = s_trust[k]
        counts[flag & 3, min(BINS - 1, int(t * BINS))] += 1
        n_high += t > high
        n_low += t < low
    sums[0, SUM_HIGH], sums[0, SUM_LOW], sums[0, COUNT] = n_high, n_low, n
    for group in (1, 2):
        bit = group
        some = False
        for k in range(n):
            some |= (flags[first + k] & bit) != 0
        for which in (SUM_TRUST, SUM_OWN):
            sums[group, which] = 0.0
        if some:
            masked_sums(first, n, flags, bit, scratch, low, high, sums[group])


@compiled
def masked_sums(first, n, flags, bit, scratch, low, high, sums):
    """The sums of those users of a block who carry a flag, in one pass."""
    t, x, c, e, w, s, m, a, d = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0, 0, 0
    for k in range(n):
        if flags[first + k] & bit:
            value = scratch[S_TRUST, k]
            t += value
            x += scratch[S_OWN, k]
            c += scratch[S_COGNITIVE, k]
            e += scratch[S_AFFECTIVE, k]
            w += scratch[S_WOUND, k]
            s += scratch[S_SCAR, k]
            m += 1
            a += value > high
            d += value < low
    sums[SUM_TRUST], sums[SUM_OWN], sums[SUM_COGNITIVE], sums[SUM_AFFECTIVE] = t, x, c, e
    sums[SUM_WOUND], sums[SUM_SCAR], sums[COUNT], sums[SUM_HIGH], sums[SUM_LOW] = w, s, m, a, d


@compiled
def relax(first, last, trust, own, talk_rate, own_rate, start, heard, weight, confidence, new):
    """One sweep toward the fixed point of talk, T = (ks M(T) + ka X) / (ks + ka); returns the largest change.

    All arrays f4[n] but the CSR; `new` must not be `trust`. A user with neither pull keeps its trust.
    """
    largest = 0.0
    for i in range(first, last):
        ks, ka = np.float64(talk_rate[i]), np.float64(own_rate[i])
        if confidence < 1.0:
            mean, share = near_mean(i, trust, start, heard, weight, confidence)
            ks *= share
        else:
            mean = heard_mean(i, trust, start, heard, weight)
        value = np.float64(trust[i])
        if ks + ka > 0.0:
            value = (ks * mean + ka * own[i]) / (ks + ka)
        new[i] = np.float32(value)
        largest = max(largest, abs(np.float64(new[i]) - trust[i]))
    return largest
