"""The whole model: a large run in a process of its own, for its peak memory, and a small one here."""

from __future__ import annotations

from sim.bench import separate
from sim.bench.cases import Plan, breach, setup
from sim.bench.report import Report
from sim.bench.timing import alone, scaled
from sim.dynamics.engine import Engine

NO_POSTS = "users do not post in the engine yet; measured once they do"


def measure(plan: Plan, report: Report) -> None:
    """Seconds and memory of 30 days. A run is its layout, the settling of talk and all ticks; the network is apart."""
    found = separate.large_run(plan.large, plan.ties, plan.few)
    users = plan.large
    how = f"in a process of its own; {found['threads']} threads, talk every {found['step']:g} h"
    words = f"{plan.large:,} users, {found['ties']:,} ties"
    report.add("whole.large", f"a run: {words}", "s", found["run"], users=users, note=how)
    report.add(
        "whole.large.network", "its network and people made", "s", found["made"], users=users, note=found["kind"]
    )
    if found["peak_mb"]:
        made, peak = found["peak_mb"]
        report.add("whole.large.memory", "peak memory of that process", "MB", [peak], users=users)
        report.add("whole.large.memory.network", "peak once the network was made", "MB", [made], users=users)
    else:
        report.missing["peak memory"] = "this system does not tell it"
    report.missing["posts by users"] = NO_POSTS
    small = setup(breach(plan.small, 5, kind="powerlaw_cluster"))
    seconds = scaled(alone(lambda: Engine(small).run(), plan.many), 1e3)
    words = f"a run: {plan.small:,} users, {small.world.graph.n_ties:,} ties"
    report.add("whole.small", words, "ms", seconds, users=plan.small, note=f"talk every {small.step:g} h")
