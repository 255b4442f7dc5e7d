"""Where the time of a run goes: the parts of an hourly tick, in a small network and in a large one."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from sim.bench import parts
from sim.bench.cases import Plan, breach, setup, world
from sim.bench.report import Report
from sim.bench.timing import interleaved
from sim.dynamics.setup import Setup

Steps = Mapping[str, Callable[[], None]]


def measure(plan: Plan, report: Report) -> None:
    """Microseconds per tick of acts, talk and events; the layout once; the parts of a step of talk. Both sizes."""
    small = setup(breach(plan.small, 5, kind="powerlaw_cluster"))
    large = setup(breach(plan.large, plan.ties), world(plan.large, plan.ties))
    for run, repeat in ((small, plan.many), (large, plan.few)):
        steps = parts.talk_as_far_as(run)
        _parts_of_a_talk_step(run, steps, plan.many, report)
        _parts_of_a_run(run, steps, repeat, report)


def _parts_of_a_talk_step(run: Setup, steps: Steps, repeat: int, report: Report) -> None:
    """What each part of one step of talk adds to those before it, one thread."""
    users = run.world.n_users
    seconds = interleaved(steps, repeat)
    for part in parts.ON_BLOCKS:
        seconds[part] = [one / parts.repeats(run) for one in seconds[part]]
    before = [0.0] * repeat
    for part, words in parts.TALK_PARTS.items():
        added = [1e6 * (after - earlier) for after, earlier in zip(seconds[part], before, strict=True)]
        report.add(f"breakdown.{users}.talk.{part}", f"{users:,} users, a talk step: {words}", "us", added, users=users)
        before = seconds[part]


def _parts_of_a_run(run: Setup, steps: Steps, repeat: int, report: Report) -> None:
    """Acts, events, tables and talk per tick of whole runs as they are by default."""
    users, ticks = run.world.n_users, run.horizon
    runs: list[dict[str, float]] = []
    whole = steps[parts.ON_BLOCKS[-1]]
    talk = interleaved({"run": lambda: runs.append(parts.timed_run(run, None)), "talk": whole}, repeat)["talk"]
    runs = runs[1:]  # the first was to warm up
    how = ""
    if not parts.is_large(run):  # talk is part of the loop of events; its share is what as many steps take alone
        awake = run.n_steps - math.floor(min(act.at for act in run.acts) / run.step)
        how = "as many steps as there were, each as long as one takes alone"
        for one, seconds in zip(runs, talk, strict=True):
            one["talk"] = awake * seconds / parts.repeats(run)
    for one in runs:
        one["events"] = one["all"] - sum(one[part] for part in ("layout", "acts", "talk", "tables"))
    for part, words, note in (
        ("acts", "acts: who meets them, and when", ""),
        ("events", "events: meeting, hearing, sharing", "all that is left of the run"),
        ("tables", "tables that grow, stocks moved to a new base", ""),
        ("talk", f"talk: a step every {run.step:g} h", how),
    ):
        values = [1e6 * one[part] / ticks for one in runs]
        report.add(
            f"breakdown.{users}.{part}", f"{users:,} users, a tick: {words}", "us", values, users=users, note=note
        )
    layout = [1e3 * one["layout"] for one in runs]
    words = f"{users:,} users, once: arrays, and talk brought to rest"
    report.add(f"breakdown.{users}.layout", words, "ms", layout, users=users)
