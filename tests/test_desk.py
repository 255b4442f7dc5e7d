"""The service desk against queueing theory and a reckoning by hand: who waits, how long, and in which hours work is done.

Every user who follows has bad experiences of its own, at so low a rate that complaints come as a Poisson stream; all
are taken up, and nobody gives up.
"""

from __future__ import annotations

import heapq
import math

import numpy as np
import pytest
from small_worlds import P, setup_of, world_of

from sim.dynamics import state as s
from sim.dynamics.engine import Engine
from sim.scenario.parts import Desk, Policy
from sim.theory import mean_wait, wait_probability
from sim.world import draws
from sim.world.graph import from_edges

NEVER = 1e9  # h
WORLD = world_of(from_edges(np.zeros(0, np.int64), np.zeros(0, np.int64), n=20_000))  # without ties
OFFICE_HOURS = tuple((24.0 * day + 9.0, 24.0 * day + 17.0) for day in range(5))


def complaints(arrivals, service, agents, *, hours, step=4.0, seed=1, week_hour=0.0, **desk):
    """What came to a desk, in the order in which it came: opened, closed, hours of service; f8[n] each."""
    numbers = P.changed(
        {"bad_rate": arrivals / WORLD.people.follows.sum(), "ignored_after": NEVER, "bad_after_act": 0.0}
    ).numbers()
    run = Engine(
        setup_of(
            WORLD,
            [],
            days=hours / 24.0,
            numbers=numbers,
            step=step,
            events_seed=seed,
            week_hour=week_hour,
            without=frozenset({"posts", "membership"}),
            policy=Policy(desk=Desk(agents, service, **{"answers": 1.0, "manner": "good", **desk})),
        )
    ).run()
    rows = run.live.complaints[: run.state[s.N_COMPLAINTS]]
    assert (np.diff(rows["opened"]) > 0).all()
    closed = np.where(rows["state"] == s.ANSWERED, rows["closed"], math.inf)
    work = draws.exponentials(draws.stream(seed, "service"), WORLD.people.who[rows["user"]], rows["number"]) / service
    return rows["opened"].copy(), closed, work


@pytest.mark.parametrize(("arrivals", "agents"), [(0.8, 1), (1.5, 2), (4.0, 5)])
def test_waiting_is_that_of_the_queue_with_some_servers(arrivals, agents):
    """P(wait) and mean wait of M/M/c (C15), over 30 runs; sum over complaints of (wait - its mean) has mean 0.

    Complaints count that come in hours 500 to 1500: the slowest of these queues forgets its start in 90 h.
    z < 4.9, two-sided: one false alarm in a million.
    """
    waited, longer = [], []
    for seed in range(30):
        opened, closed, work = complaints(arrivals, 1.0, agents, hours=1608.0, seed=seed, step=24.0)
        counted = (opened > 500.0) & (opened < 1500.0)
        wait = (closed - opened - work)[counted]
        assert wait.min() > -1e-9
        waited.append((wait - mean_wait(arrivals, 1.0, agents)).sum())
        longer.append(((wait > 1e-9) - wait_probability(arrivals, 1.0, agents)).sum())
    for sums in (waited, longer):
        assert abs(np.mean(sums)) / (np.std(sums, ddof=1) / math.sqrt(len(sums))) < 4.9


@pytest.mark.parametrize("open_hours", [None, OFFICE_HOURS])
def test_a_desk_answers_the_same_at_the_same_times_whatever_the_tick(open_hours):
    """Exactly: nothing of the desk waits for the end of a step."""
    by_step = [complaints(3.0, 6.0, 2, hours=480.0, step=step, open=open_hours) for step in (0.5, 1.0, 4.0)]
    assert len(by_step[0][0]) > 1000
    for other in by_step[1:]:
        for ours, theirs in zip(by_step[0], other, strict=True):
            np.testing.assert_array_equal(ours, theirs)


def open_until(time, week, week_hour):
    """Open hours from the start of the run's week to a time."""
    weeks, rest = divmod(time + week_hour, 168.0)
    return weeks * sum(b - a for a, b in week) + sum(min(max(rest - a, 0.0), b - a) for a, b in week)


def when_open(passed, week, week_hour):
    """The first time until which so many hours were open: the inverse of `open_until`."""
    per_week = sum(b - a for a, b in week)
    weeks = math.floor(passed / per_week)
    rest = passed - weeks * per_week
    for a, b in week:
        if rest <= b - a:
            return 168.0 * weeks + a + rest - week_hour
        rest -= b - a
    raise AssertionError


@pytest.mark.parametrize(
    ("week", "week_hour", "agents"),
    [(OFFICE_HOURS, 0.0, 1), (OFFICE_HOURS, 61.5, 3), (((0.0, 5.0), (20.0, 21.5), (100.0, 168.0)), 160.0, 2)],
)
def test_work_is_done_in_opening_hours_only(week, week_hour, agents):
    """Each of c agents takes the oldest complaint when free; counted in open hours L(t), for complaint k

        begins = max(L(opened), first agent free),   closes at L^-1(begins + work)

    so a reply in work at closing time goes on at opening. Equal within round-off of times.
    """
    share = sum(b - a for a, b in week) / 168.0
    opened, closed, work = complaints(
        0.8 * agents * share, 1.0, agents, hours=1008.0, week_hour=week_hour, open=week, order="oldest"
    )
    free = [0.0] * agents
    over_night = 0
    for at, end, hours in zip(opened, closed, work, strict=True):
        begins = max(open_until(at, week, week_hour), heapq.heappop(free))
        heapq.heappush(free, begins + hours)
        expected = when_open(begins + hours, week, week_hour)
        if expected >= 1008.0:
            assert math.isinf(end)
            continue
        assert end == pytest.approx(expected, abs=1e-9)
        assert any(a - 1e-9 <= (end + week_hour) % 168.0 <= b + 1e-9 for a, b in week)
        over_night += end - when_open(begins, week, week_hour) > hours + 1.0
    assert len(opened) > 100 and over_night > 5


def test_there_is_room_for_all_jobs_that_begin_at_once():
    """When a desk with hundreds of agents opens, as many answers come into the queue of events in one moment."""
    numbers = P.changed({"bad_rate": 20.0 / WORLD.people.follows.sum(), "ignored_after": NEVER}).numbers()
    policy = Policy(desk=Desk(600, 1.0, ((48.0, 168.0),), answers=1.0, manner="good"))
    left_out = frozenset({"posts", "membership"})
    run = Engine(setup_of(WORLD, [], days=4, numbers=numbers, step=4.0, without=left_out, policy=policy))
    run.advance(47.999)
    assert run.state[s.DESK_SIZE] > 600
    nearly_full = run.live.queue[: run.state[s.QUEUE_SIZE] + 100].copy()
    run.live = run.live._replace(queue=nearly_full)
    run.advance(48.0001)
    assert run.state[s.FREE] == 0
    assert run.state[s.QUEUE_SIZE] > len(nearly_full)
    assert run.state[s.QUEUE_SIZE] <= len(run.live.queue)
