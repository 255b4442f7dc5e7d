"""The order of time: what happens between two moments, in one compiled loop.

Inside a tick everything happens in time order, chains included. What the steps are, and why they stand so:

1. time: it passes exactly by itself, the stocks live in clocks (state.py)
2. brand: the brand and the world act between two calls of `advance` (brand.py), so that acts see what came before
3. exposure: people meet what was posted, 4. stories: they pass on, answers are met, 5. complaints: they open, the desk
   works, answers land; all out of one queue, in time order. At the end of the step those who still wait are hurt
6. talk: people talk and own trust is brought up to date, once per talk step, over all users at once
7. membership: people follow, leave, join, by the trust they have come to
8. books: accounts are closed and what is seen is written to one row

STEPS names the steps of the model. A rule of one's own says which it follows (rules.py): rules that follow a step before
talk run when all events of a talk step are done and talk is not, those that follow talk or a later step after it.
"""

from __future__ import annotations

import numpy as np

from sim.compiled import compiled, compiled_apart, compiled_into, part_of_loop
from sim.dynamics.complaints import answer, bad_experience, ignore, wait_all
from sim.dynamics.desk import assign
from sim.dynamics.encounters import FULLEST, look_ahead
from sim.dynamics.observe import write_row
from sim.dynamics.pending import drop_first, push, sink
from sim.dynamics.posts import candidates, publish
from sim.dynamics.state import (
    ALARM,
    ALARMED,
    ALIVE,
    AWAKE,
    BAD,
    CALL_DESK,
    CHAIN_SIZE,
    CLOCK_BASE,
    DESK_SIZE,
    DONE,
    FREE,
    GROUP_HIGH,
    GROUP_LOW,
    GROW,
    IGNORED_NOW,
    IN_WORK,
    JOINED,
    LAST_LENGTH,
    LEFT,
    LOWEST,
    MEETING,
    MEETS,
    MET_COUNT,
    N_ACTS,
    N_COMPLAINTS,
    N_OPEN,
    NOW,
    OPENING,
    OPENING_DUE,
    PAUSE,
    POSTED,
    PULL,
    QUEUE_SIZE,
    RUNNING,
    SERVED,
    SHARED_SO_FAR,
    SHARES_PENDING,
    SIDE,
    STANDING,
    STEP,
    STEP_DUE,
    STEP_END,
    STEP_LENGTH,
    STIRRED,
    STORY,
    TALK,
    TALK_DUE,
    TIME,
    TRUST_ALARM,
    TRUST_HOURS,
    WORK,
    row,
)  # fmt: skip
from sim.dynamics.stories import hear_of, meet, moment, respond
from sim.dynamics.talk import N_SUMS, SUM_JOINED, SUM_LEFT, SUM_PULL, SUM_TALK, SUM_TIME, SUM_TRUST, talk_block
from sim.dynamics.trust import fades_at

STEPS = ("time", "brand", "exposure", "stories", "complaints", "talk", "membership")
FEW, MANY, EACH_STEP = range(3)  # what `advance` leaves to its caller: nothing, the talk step, the end of every step


_ROOM = 8  # of everything, that one event may take besides what it passes on
_AHEAD, _MEETING_AHEAD = 4, 2  # how far ahead data are asked for, among listeners and among the meetings of an act


@part_of_loop
def roomy(needed, m):
    """True when one event that reaches `needed` users finds room for all it may leave behind."""
    more = needed + _ROOM
    return (
        m.state[MET_COUNT] + more < m.met.size * FULLEST
        and m.state[QUEUE_SIZE] + more < m.queue.size
        and m.state[CHAIN_SIZE] + more < m.chain.size
        and m.state[N_ACTS] + _ROOM < m.acts.size
        and m.state[N_COMPLAINTS] + _ROOM < m.complaints.size
        and m.state[DESK_SIZE] + _ROOM < m.desk.size
    )


@part_of_loop
def events(until, trust, m, p, times):
    """All that is due before `until`, in time order. Returns DONE, ALARMED, or GROW with nothing lost."""
    end, length, base = m.clock[STEP_END], m.clock[STEP_LENGTH], m.clock[CLOCK_BASE]
    while m.state[QUEUE_SIZE] > 0 and m.queue[0].time < until:
        now, act, user, hop = m.queue[0].time, m.queue[0].act, m.queue[0].user, m.queue[0].hop
        if hop >= 0:
            needed = m.back_start[user + 1] - m.back_start[user]
        elif hop < MEETS:  # after it, every free agent of the desk may begin a job
            needed = min(m.state[FREE], m.state[DESK_SIZE])
        else:
            needed = 0
        if not roomy(needed, m):
            return GROW
        if hop == MEETING:
            user = next_meeting(act, m)
        else:
            drop_first(m.queue, m.state)
        m.state[WORK] += 1 + needed
        t = moment(now, end, length, base, times)
        if hop in (MEETING, MEETS):
            if user < 0:  # the rest was called off
                continue
            if m.acts[act].target >= 0:
                respond(user, act, t, times, m)
            else:
                meet(user, act, t, times, trust, m, p)
        elif hop >= 0:
            share(user, act, hop, t, times, trust, m, p)
        else:
            other_event(user, act, hop, t, times, trust, m, p)
        if m.state[ALARM]:
            m.clock[NOW] = now
            return ALARMED
    return DONE


@part_of_loop
def next_meeting(act, m):
    """The user whose meeting with an act is due, with the next one put into its place in the queue; -1: called off."""
    a = m.acts[act]
    if a.cursor >= a.end:
        drop_first(m.queue, m.state)
        return np.int64(-1)
    user = np.int64(m.meeting_user[a.cursor])
    a.cursor += 1
    if a.cursor + _MEETING_AHEAD < a.end:
        look_ahead(act, np.int64(m.meeting_user[a.cursor + _MEETING_AHEAD]), m)
    if a.cursor < a.end:
        m.queue[0].time = m.meeting_time[a.cursor]
        m.queue[0].user = m.meeting_user[a.cursor]
        sink(m.queue, m.state[QUEUE_SIZE], np.int64(0))
    else:
        drop_first(m.queue, m.state)
    return user


@part_of_loop
def share(user, act, hop, t, times, trust, m, p):
    """A user passes an act on: all its listeners hear it."""
    a = m.acts[act]
    if a.stopped:
        return
    m.state[SHARES_PENDING] -= 1
    a.pending -= 1
    m.state[ALIVE] -= a.pending == 0
    if user != a.author:
        a.n_shared += 1
        m.state[SHARED_SO_FAR] += 1
    first, last = m.back_start[user], m.back_start[user + 1]
    for e in range(first, min(first + _AHEAD, last)):
        look_ahead(act, np.int64(m.back[e]), m)
    for e in range(first, last):
        if e + _AHEAD < last:
            look_ahead(act, np.int64(m.back[e + _AHEAD]), m)
        hear_of(np.int64(m.back[e]), act, user, hop + 1, t, times, trust, m, p)


@compiled_apart
def other_event(user, act, hop, t, times, trust, m, p):
    """What is rarer than meetings and shares: see the kinds of events in `state`."""
    if hop == STORY:
        publish(user, act, t, trust, m, p)
    elif hop == BAD:
        bad_experience(user, act, t, m, p)
    elif hop == IGNORED_NOW:
        ignore(act, t, m, p)
    elif hop == OPENING:
        m.state[OPENING_DUE] = 0
        m.state[CALL_DESK] = 1
    elif hop == SERVED and act < 0:
        m.state[FREE] += 1
        m.state[CALL_DESK] = 1
        push(m.queue, m.state, t.now, m.outreach[-1 - act].act, user, MEETS)
    elif hop == SERVED and m.complaints[act].state == IN_WORK:
        m.state[FREE] += not p.logged  # no agent was held by it
        m.state[CALL_DESK] = 1
        answer(act, t, times, trust, m, p)
    if m.state[CALL_DESK]:
        assign(t, m, p)


@compiled
def close_step(n_blocks, sums, counts, state, clock, books, expressed, trust, lowest, rows):
    """Add up the blocks in their order, book time, pull and talk, and write the row of what is seen.

    `lowest` keeps everyone's expressed trust at the moment when its mean is lowest.
    """
    add_blocks(n_blocks, sums)
    total = sums[0]
    books[0, TIME] += total[0, SUM_TIME]
    clock[LAST_LENGTH] = clock[STEP_LENGTH]
    expressed[PULL] += total[0, SUM_PULL]
    expressed[TALK] += total[0, SUM_TALK]
    state[JOINED] += np.int64(total[0, SUM_JOINED])
    state[LEFT] += np.int64(total[0, SUM_LEFT])
    state[SIDE] = 1 - state[SIDE]
    if total[0, SUM_TRUST] < clock[TRUST_ALARM]:
        state[ALARM] = 1
    keep_lowest(total, state, clock, trust, lowest)
    write_row(total, counts, state, clock, rows)
    next_step(state, clock)


@compiled_apart
def add_blocks(n_blocks, sums):
    """Add up the sums of all blocks, in their order, into those of the first."""
    for block in range(1, n_blocks):
        for group in range(3):
            for k in range(N_SUMS):
                sums[0, group, k] += sums[block, group, k]


@compiled
def keep_lowest(total, state, clock, trust, lowest):
    """Keep everyone's expressed trust when its sum is the lowest so far."""
    if total[0, SUM_TRUST] < clock[LOWEST]:
        clock[LOWEST] = total[0, SUM_TRUST]
        for i in range(lowest.size):
            lowest[i] = trust[state[SIDE], i]


@compiled_into
def next_step(state, clock):
    """Go on to the next talk step; its end is a product, not a sum, so that no error builds up."""
    state[STEP] += 1
    clock[STEP_END] = (state[STEP] + 1) * clock[STEP_LENGTH]


@compiled
def talk_blocks(first_block, last_block, trust, ties, confidence, b, sums, m, p, times):
    """The talk step for a range of blocks; b: the bench of this thread."""
    clock, state = m.clock, m.state
    fades = fades_at(clock[STEP_END], clock[CLOCK_BASE], times)
    ratio = clock[STEP_LENGTH] / clock[LAST_LENGTH]
    for block in range(first_block, last_block):
        talk_block(
            block, ties.start.size - 1, trust[state[SIDE]], trust[1 - state[SIDE]], m.columns, m.flags, m.who, ties,
            fades, clock[STEP_LENGTH], ratio, confidence, clock[GROUP_LOW], clock[GROUP_HIGH], b, sums[block], p
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
def advance(until, patience, left, trust, ties, confidence, b, sums, lowest, expressed, rows, m, p, times):
    """Run to `until` (h). Returns DONE; GROW when an array must grow; ALARMED when something watched for has happened;
    TALK_DUE when `left` is MANY (the caller spreads the blocks of the talk step over threads and calls `close_step`);
    STEP_DUE when it is EACH_STEP, at the end of every step, before talk and also while all stands still (the caller does
    what is left of the step); PAUSE after `patience` events, so that the caller can show progress or be interrupted.
    """
    clock, state = m.clock, m.state
    limit = state[WORK] + patience
    while True:
        if p.posts and state[POSTED] <= state[STEP]:
            if not candidates(trust[state[SIDE]], m, p):
                return GROW
            state[POSTED] = state[STEP] + 1
        at = min(clock[STEP_END], until)
        status = events(at, trust[state[SIDE]], m, p, times)
        if status != DONE:
            return status
        clock[NOW] = at
        if at == clock[STEP_END]:
            if state[N_OPEN]:
                wait_all(moment(at, at, clock[STEP_LENGTH], clock[CLOCK_BASE], times), m, p)
            if left == EACH_STEP:
                return STEP_DUE
            if not state[AWAKE]:
                stand_still(state, clock, expressed, rows)
            else:
                if state[AWAKE] == STIRRED:
                    wake(m.who.size, trust, m.columns, state, clock)
                if left == MANY:
                    return TALK_DUE
                blocks = sums.shape[0]
                talk_blocks(np.int64(0), blocks, trust, ties, confidence, b, sums, m, p, times)
                close_step(blocks, sums, b.counts, state, clock, m.books, expressed, trust, lowest, rows)
                state[WORK] += m.who.size // 8
        if state[ALARM]:
            return ALARMED
        if at >= until:
            return DONE
        if state[WORK] >= limit:
            return PAUSE
