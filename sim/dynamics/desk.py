"""The service desk: agents who take up one job after the other, in continuous time and opening hours.

Service takes open time only: a reply in work when the desk closes goes on when it opens. So with L(t) the open hours up
to t, a job begun at t that takes s hours of work is done at L^-1(L(t) + s). Complaints come before outreach; among them
the oldest comes first, or the one with the largest audience. Nothing here depends on the tick.
"""

from __future__ import annotations

import math

import numpy as np

from sim.compiled import compiled, compiled_into, part_of_loop
from sim.dynamics.pending import drop, push, put
from sim.dynamics.state import (
    ALARM,
    CALL_DESK,
    DESK_SIZE,
    FREE,
    IN_WORK,
    N_JOBS,
    N_OUTREACH,
    OPENING,
    OPENING_DUE,
    QUEUE_ALARM,
    QUEUED,
    SERVED,
    WAITING,
)  # fmt: skip
from sim.world.draws import exponential

_LAST = 1e18  # rank of outreach, behind all complaints
_WEEK = 168.0


def opening_times(week: tuple[tuple[float, float], ...] | None, week_hour: float, horizon: float):
    """When a desk is open from time 0 on, a week beyond the horizon: opens f8[k], closes f8[k], opened_before f8[k], h.

    week: opening intervals in hours of the week, None: always; week_hour: hour of the week at time 0.
    """
    if week is None:
        spans = [(0.0, math.inf)]
    else:
        first = -week_hour
        spans = []
        while first < horizon + _WEEK:
            spans += [(max(0.0, first + a), first + b) for a, b in week if first + b > 0.0]
            first += _WEEK
    opens, closes = np.array([a for a, _ in spans]), np.array([b for _, b in spans])
    before = np.zeros(len(spans))
    np.cumsum((closes - opens)[:-1], out=before[1:])
    return opens, closes, before


@compiled_into
def span_at(time, opens):
    """The last of ascending places at or before a time; -1 for none."""
    low, high = 0, opens.size
    while low < high:
        middle = (low + high) // 2
        if opens[middle] <= time:
            low = middle + 1
        else:
            high = middle
    return low - 1


@part_of_loop
def done_at(begun, work, m):
    """When `work` hours of open time have passed since `begun`, a time at which the desk is open."""
    k = span_at(begun, m.opens)
    passed = m.opened_before[k] + (begun - m.opens[k]) + work
    k = max(k, span_at(passed, m.opened_before))
    done = m.opens[k] + (passed - m.opened_before[k])
    return done if done <= m.closes[k] else math.inf  # the last span is over: long after the horizon


@part_of_loop
def logged_wait(share, waits):
    """The time (h) within which a share of the answers of a log came: straight between its quantiles."""
    place = share * (waits.size - 1)
    below = min(np.int64(place), waits.size - 2)
    return waits[below] + (place - below) * (waits[below + 1] - waits[below])


@part_of_loop
def enqueue(job, rank, m):
    """Put a job into the queue of the desk: a complaint by its row, or -1 minus a piece of outreach. There must be room."""
    put(m.desk, m.state, DESK_SIZE, rank, m.state[N_JOBS], job, 0)
    m.state[N_JOBS] += 1
    if job >= 0:
        m.state[QUEUED] += 1
        if m.state[QUEUED] >= m.state[QUEUE_ALARM]:
            m.state[ALARM] = 1
    m.state[CALL_DESK] = 1


@part_of_loop
def assign(t, m, p):
    """Give free agents the next jobs, when the desk is open; else see to it that it is called when it opens."""
    m.state[CALL_DESK] = 0
    while m.state[FREE] > 0 and m.state[DESK_SIZE] > 0:
        k = span_at(t.now, m.opens)
        if k < 0 or t.now >= m.closes[k]:
            if not m.state[OPENING_DUE] and k + 1 < m.opens.size:
                push(m.queue, m.state, m.opens[k + 1], 0, 0, OPENING)
                m.state[OPENING_DUE] = 1
            return
        job = m.desk[0].user
        drop(m.desk, m.state, DESK_SIZE)
        if job >= 0:
            c = m.complaints[job]
            if c.state != WAITING:  # given up meanwhile
                continue
            c.state = IN_WORK
            m.state[QUEUED] -= 1
            user = c.user
            work = exponential(p.service_key, m.who[user], c.number) / p.rate
        else:
            piece = m.outreach[-1 - job]
            user = piece.user
            work = exponential(p.outreach_key, m.who[user], m.acts[piece.act].key) / p.rate
        m.state[FREE] -= 1
        push(m.queue, m.state, done_at(t.now, work, m), job, user, SERVED)


@compiled
def reach_out(act, users, now, m):
    """Queue one piece of outreach for each of some users, i8[k]. There must be room."""
    for user in users:
        piece = m.outreach[m.state[N_OUTREACH]]
        piece.act, piece.user = act, user
        put(m.desk, m.state, DESK_SIZE, _LAST, m.state[N_JOBS], -1 - m.state[N_OUTREACH], 0)
        m.state[N_JOBS] += 1
        m.state[N_OUTREACH] += 1
    push(m.queue, m.state, now, 0, 0, OPENING)
    m.state[OPENING_DUE] = 1
