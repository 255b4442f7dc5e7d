"""Where the time of a run goes: the parts of an hourly tick, in a small network and in a large one."""

from __future__ import annotations

import math

from sim.bench import parts
from sim.bench.cases import Plan, breach, setup, world
from sim.bench.report import Report
from sim.bench.timing import alone, middle
from sim.dynamics.setup import Setup


def measure(plan: Plan, report: Report) -> None:
    """Microseconds per tick of acts, talk and events; the layout once; both sizes as they run by default."""
    small = setup(breach(plan.small, 5, kind="powerlaw_cluster"))
    large = setup(breach(plan.large, plan.ties), world(plan.large, plan.ties))
    for run, repeat in ((small, plan.many), (large, plan.few)):
        _parts_of_a_run(run, repeat, report)


def _parts_of_a_run(run: Setup, repeat: int, report: Report) -> None:
    users, ticks = run.world.n_users, run.horizon
    parts.timed_run(run, None)
    runs = [parts.timed_run(run, None) for _ in range(repeat)]
    outside = parts.is_large(run)
    if not outside:  # talk is part of the loop of events; its share is what as many steps take alone
        step = middle(alone(parts.talk_step(run, 1), min(100, run.n_steps // 2)))
        awake = run.n_steps - math.floor(min(act.at for act in run.acts) / run.step)
        for one in runs:
            one["talk"] = awake * step
    for one in runs:
        one["events"] = one["all"] - sum(one[part] for part in ("layout", "acts", "talk", "tables"))
    of = f"{users:,} users"
    how = "" if outside else "as many steps as there were, each as long as one takes alone"
    for part, words, note in (
        ("acts", "acts: who meets them, and when", ""),
        ("events", "events: meeting, hearing, sharing, the queue", "all that is left of the run"),
        ("tables", "tables that grow, stocks moved to a new base", ""),
        ("talk", f"talk: a step every {run.step:g} h", how),
    ):
        values = [1e6 * one[part] / ticks for one in runs]
        report.add(f"breakdown.{users}.{part}", f"{of}, per tick: {words}", "us", values, users=users, note=note)
    layout = [1e3 * one["layout"] for one in runs]
    report.add(f"breakdown.{users}.layout", f"{of}, once: arrays, and talk brought to rest", "ms", layout, users=users)
