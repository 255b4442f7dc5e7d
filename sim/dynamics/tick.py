"""The order of time: what happens between two moments, in one compiled loop.

Inside a tick everything happens in time order, chains included. What the steps are, and why they stand so:

1. time passes: exact by itself, the stocks live in clocks (state.py)
2. the brand and the world act: between two calls of `advance` (brand.py), so that acts see what came before
3. people meet what was posted, 4. stories pass on, answers are met: one queue, in time order
5. people talk, own trust is brought up to date, and the books are closed: once per talk step, over all users at once
6. what is seen is written to one row

STEPS names the steps of the model. A rule of one's own says which it follows (rules.py): rules that follow a step before
talk run when all events of a talk step are done and talk is not, those that follow talk or a later step after it.
"""

from __future__ import annotations

import numpy as np

from sim.compiled import compiled
from sim.dynamics.observe import write_row
from sim.dynamics.state import (
    AWAKE,
    CLOCK_BASE,
    DONE,
    GROUP_HIGH,
    GROUP_LOW,
    GROW_MET,
    GROW_QUEUE,
    LAST_LENGTH,
    LOWEST,
    MEETING,
    MET_COUNT,
    NOW,
    PAUSE,
    PULL,
    QUEUE_SIZE,
    RUNNING,
    SHARES_PENDING,
    SIDE,
    STANDING,
    STEP,
    STEP_DUE,
    STEP_END,
    STEP_LENGTH,
    STIRRED,
    TALK,
    TALK_DUE,
    TIME,
    TRUST_HOURS,
    WORK,
    row,
)  # fmt: skip
from sim.dynamics.stories import FULLEST, drop_first, hear_of, meet, respond, sink
from sim.dynamics.talk import N_SUMS, SUM_PULL, SUM_TALK, SUM_TIME, SUM_TRUST, talk_block
from sim.dynamics.trust import fades_at

STEPS = ("time", "brand", "exposure", "stories", "complaints", "talk", "membership")
FEW, MANY, EACH_STEP = range(3)  # what `advance` leaves to its caller: nothing, the talk step, the end of every step


@compiled
def events(
    until, trust, who, back_start, back, hear, times, clock, acts, meeting_time, meeting_user, met, queue, state,
    columns, flags, answered, books, hops
):  # fmt: skip
    """All that is due before `until`, in time order. Returns DONE, or GROW_... with nothing lost."""
    end, length, base = clock[STEP_END], clock[STEP_LENGTH], clock[CLOCK_BASE]
    roomy = np.int64(met.size * FULLEST)
    while state[QUEUE_SIZE] > 0 and queue[0].time < until:
        now, act, user, hop = queue[0].time, queue[0].act, queue[0].user, queue[0].hop
        a = acts[act]
        if hop == MEETING and a.cursor >= a.end:  # the rest was called off
            drop_first(queue, state)
        elif hop == MEETING:
            if state[MET_COUNT] >= roomy:
                return GROW_MET
            if state[QUEUE_SIZE] >= queue.size:
                return GROW_QUEUE
            user = np.int64(meeting_user[a.cursor])
            a.cursor += 1
            if a.cursor < a.end:
                queue[0].time = meeting_time[a.cursor]
                queue[0].user = meeting_user[a.cursor]
                sink(queue, state[QUEUE_SIZE], np.int64(0))
            else:
                drop_first(queue, state)
            if a.target >= 0:
                respond(user, act, now, end, length, times, base, acts, met, columns, answered, books)
            else:
                meet(
                    user, act, now, end, length, trust, who, hear, times, base, acts, met, queue, state, columns,
                    flags, answered, books
                )  # fmt: skip
            state[WORK] += 1
        else:
            first, last = back_start[user], back_start[user + 1]
            if state[MET_COUNT] + (last - first) >= roomy:
                return GROW_MET
            if state[QUEUE_SIZE] + (last - first) >= queue.size:
                return GROW_QUEUE
            drop_first(queue, state)
            state[SHARES_PENDING] -= 1
            a.pending -= 1
            a.n_shared += 1
            for e in range(first, last):
                hear_of(
                    np.int64(back[e]), act, hop + 1, now, end, length, trust, who, hear, times, base, acts, met, queue,
                    state, columns, flags, answered, books, hops
                )  # fmt: skip
            state[WORK] += 1 + last - first
    return DONE


@compiled
def close_step(n_blocks, sums, counts, state, clock, books, expressed, trust, lowest, rows, acts):
    """Add up the blocks in their order, book time, pull and talk, and write the row of what is seen.

    `lowest` keeps everyone's expressed trust at the moment when its mean is lowest.
    """
    total = sums[0]
    for block in range(1, n_blocks):
        for group in range(3):
            for k in range(N_SUMS):
                total[group, k] += sums[block, group, k]
    books[0, TIME] += total[0, SUM_TIME]
    clock[LAST_LENGTH] = clock[STEP_LENGTH]
    expressed[PULL] += total[0, SUM_PULL]
    expressed[TALK] += total[0, SUM_TALK]
    state[SIDE] = 1 - state[SIDE]
    if total[0, SUM_TRUST] < clock[LOWEST]:
        clock[LOWEST] = total[0, SUM_TRUST]
        for i in range(lowest.size):
            lowest[i] = trust[state[SIDE], i]
    write_row(total, counts, state, acts, rows)
    next_step(state, clock)


@compiled
def next_step(state, clock):
    """Go on to the next talk step; its end is a product, not a sum, so that no error builds up."""
    state[STEP] += 1
    clock[STEP_END] = (state[STEP] + 1) * clock[STEP_LENGTH]


@compiled
def talk_blocks(
    first_block, last_block, trust, columns, flags, ties, times, clock, state, confidence, scratch, lanes, work,
    sums, counts
):  # fmt: skip
    """The talk step for a range of blocks; each thread has its own scratch, differences and counts."""
    fades = fades_at(clock[STEP_END], clock[CLOCK_BASE], times)
    ratio = clock[STEP_LENGTH] / clock[LAST_LENGTH]
    for block in range(first_block, last_block):
        talk_block(
            block, ties.start.size - 1, trust[state[SIDE]], trust[1 - state[SIDE]], columns, flags, ties, fades,
            clock[STEP_LENGTH], ratio, confidence, clock[GROUP_LOW], clock[GROUP_HIGH], scratch, lanes, work,
            sums[block], counts
        )  # fmt: skip


@compiled
def stand_still(state, clock, expressed, rows):
    """A talk step while nothing has touched anyone yet: all stands still."""
    for k in range(rows.shape[1]):
        rows[state[STEP] + 1, k] = rows[state[STEP], k]
    expressed[PULL] += clock[STANDING]  # at rest the two cancel for each user
    expressed[TALK] -= clock[STANDING]
    next_step(state, clock)


@compiled
def wake(n, trust, columns, state, clock):
    """Talk runs from this step on; until its beginning everyone's trust stood where it is."""
    slept = np.float32(clock[STEP_END] - clock[STEP_LENGTH])
    for i in range(n):
        columns[row(i) + TRUST_HOURS] = trust[state[SIDE], i] * slept
    state[AWAKE] = RUNNING


@compiled
def advance(
    until, patience, many, trust, who, ties, back_start, back, hear, times, clock, acts, meeting_time,
    meeting_user, met, queue, state, columns, flags, answered, books, expressed, hops, confidence, scratch, lanes, work,
    sums, counts, lowest, rows
):  # fmt: skip
    """Run to `until` (h). Returns DONE; GROW_... when an array must grow; TALK_DUE when `many` is MANY (the caller spreads
    the blocks of the talk step over threads and calls `close_step`); STEP_DUE when it is EACH_STEP, at the end of every
    step, before talk and also while all stands still (the caller does what is left of the step); PAUSE after `patience`
    events, so that the caller can show progress or be interrupted.
    """
    n = who.size
    limit = state[WORK] + patience
    while True:
        at = min(clock[STEP_END], until)
        status = events(
            at, trust[state[SIDE]], who, back_start, back, hear, times, clock, acts, meeting_time, meeting_user, met,
            queue, state, columns, flags, answered, books, hops
        )  # fmt: skip
        if status != DONE:
            return status
        clock[NOW] = at
        if at == clock[STEP_END]:
            if many == EACH_STEP:
                return STEP_DUE
            if not state[AWAKE]:
                stand_still(state, clock, expressed, rows)
            else:
                if state[AWAKE] == STIRRED:
                    wake(n, trust, columns, state, clock)
                if many:
                    return TALK_DUE
                blocks = sums.shape[0]
                talk_blocks(
                    np.int64(0), blocks, trust, columns, flags, ties, times, clock, state, confidence, scratch, lanes, work,
                    sums, counts
                )  # fmt: skip
                close_step(blocks, sums, counts, state, clock, books, expressed, trust, lowest, rows, acts)
                state[WORK] += n // 8
        if at >= until:
            return DONE
        if state[WORK] >= limit:
            return PAUSE
