"""How the cost of a run grows with the number of users: the same scenario, thread and step of talk at each size."""

from __future__ import annotations

import math
from functools import partial

from sim.bench.cases import Plan, breach, setup, world
from sim.bench.report import Report
from sim.bench.timing import alone
from sim.dynamics.engine import Engine
from sim.dynamics.setup import Setup

FROM = 10_000
_SECONDS_LONG = 300_000  # users; a run of more is measured fewer times


def measure(plan: Plan, report: Report) -> None:
    """Seconds of 30 days at each size and, from 10,000 users to the plan's large size, the exponent of the growth."""
    medians = {}
    for users in plan.growth:
        on = world(users, plan.ties) if users <= plan.large else None
        run = setup(breach(users, plan.ties, talk_step="4 h"), on)
        repeat = 1 if users > _SECONDS_LONG else plan.few
        # a first run of a large one would warm up nothing but the memory
        seconds = alone(partial(_whole_run, run), repeat, warm=users <= _SECONDS_LONG)
        figure = report.add(f"growth.{users}", f"{users:,} users", "s", seconds, users=users)
        medians[users] = figure.median
    low, high = min(FROM, plan.growth[0]) if FROM not in medians else FROM, plan.large
    if low in medians and high in medians and high > low:
        exponent = math.log(medians[high] / medians[low]) / math.log(high / low)
        words = f"exponent of the cost from {low:,} to {high:,} users"
        report.add("growth.exponent", words, "", [exponent], users=high)


def _whole_run(run: Setup) -> None:
    Engine(run, 1).run()
