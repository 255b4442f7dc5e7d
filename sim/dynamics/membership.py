"""Following, leaving and coming back: hazards that a user's own state sets, never the neighbours who left.

    follower leaves at   h0 exp(g_T (T_ref - T)) (1 + U / U1)
    prospect joins at    h0 f / (1 - f) + j0 max(0, word) / word_time

When the integral of the rate passes a unit exponential, named by the user and how often it has moved, the user moves at
the end of the step. Source: Kwak, Chun & Moon 2011, doi:10.1145/1978942.1979104.
"""

from __future__ import annotations

import numpy as np

from sim.compiled import compiled, part_of_loop
from sim.dynamics.state import BLOCK, FATIGUE, FOLLOWS, MOVES, TO_MOVE, WORD, YOUNG, row
from sim.dynamics.trust import fade
from sim.world.draws import exponential

_ZERO, _ONE, _HALF = np.float32(0), np.float32(1), np.float32(0.5)


@compiled
def first_moves(m, p):
    """Draw after how much of a unit exponential each user moves first."""
    for i in range(m.who.size):
        m.columns[row(i) + TO_MOVE] = np.float32(exponential(p.move_key, m.who[i], 0))


@part_of_loop
def membership_block(first, n, users, flags, before, after, at, fades, length, who, p):
    """Who follows and who leaves among the n users of one block; how many joined and how many left.

    users: columns of the block;  flags u1[BLOCK];  before f4[BLOCK], after f4[..] from `at` on: expressed trust in this step
    """
    lead_old, lead_young = np.float32(p.lead_old), np.float32(p.lead_young)
    slope, tired = np.float32(p.slope), np.float32(fades.fatigue / p.fatigue_half)
    base, by_word, h = np.float32(p.back_base), np.float32(p.back_word * fades.word), np.float32(length)
    due = np.int32(0)
    for k in range(BLOCK):
        t = _HALF * (before[k] + after[at + k])
        lead = lead_young if flags[k] & YOUNG else lead_old
        leaving = lead * fade(slope * t) * (_ONE + users[k + FATIGUE] * tired)
        joining = base + by_word * max(_ZERO, users[k + WORD])
        left = users[k + TO_MOVE] - h * (leaving if flags[k] & FOLLOWS else joining)
        users[k + TO_MOVE] = left
        due = np.int32(due + np.int32(left < _ZERO))
    joined, left_now = 0, 0
    if due:
        for k in range(n):
            if users[k + TO_MOVE] < _ZERO:
                if flags[k] & FOLLOWS:
                    left_now += 1
                else:
                    joined += 1
                flags[k] ^= FOLLOWS
                users[k + MOVES] += _ONE
                users[k + TO_MOVE] = np.float32(exponential(p.move_key, who[first + k], np.int64(users[k + MOVES])))
    return joined, left_now
