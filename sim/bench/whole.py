"""The whole model: a large run in a process of its own, for its peak memory, and a small one here."""

from __future__ import annotations

from sim.bench import separate
from sim.bench.cases import EVERYTHING, Plan, breach, setup
from sim.bench.report import Report
from sim.bench.timing import interleaved, ratios, scaled
from sim.dynamics.engine import Engine

_DAYS = 30


def measure(plan: Plan, report: Report) -> None:
    """Seconds and memory of 30 days. A run is its layout, the settling of talk and all ticks; the network is apart."""
    _large(plan, report)
    users = plan.small
    base = setup(breach(users, 5, kind="powerlaw_cluster"))
    full = setup(breach(users, 5, kind="powerlaw_cluster", by_users=EVERYTHING), base.world)
    seconds = interleaved({"base": lambda: Engine(base).run(), "full": lambda: Engine(full).run()}, plan.many)
    words = f"{users:,} users, {base.world.graph.n_ties:,} ties"
    how = f"talk every {base.step:g} h"
    report.add("whole.small", f"a run: {words}", "ms", scaled(seconds["base"], 1e3), users=users, note=how)
    how = "users post, complain at a desk, follow and leave, all as they do by default"
    report.add("whole.small.full", "the same, everything on", "ms", scaled(seconds["full"], 1e3), users=users, note=how)


def _large(plan: Plan, report: Report) -> None:
    found = separate.large_run(plan.large, plan.ties, plan.few)
    users = plan.large
    how = f"in a process of its own; {found['threads']} threads, talk every {found['step']:g} h"
    words = f"{users:,} users, {found['ties']:,} ties"
    report.add("whole.large", f"a run: {words}", "s", found["run"], users=users, note=how)
    how = f"{found['n_posts']:,} posts: {100 * found['n_posts'] / users / _DAYS:.2g} % of users a day, in turn with it"
    report.add("whole.large.posts", "the same with user posts", "s", found["posts"], users=users, note=how)
    times = ratios(found["posts"], found["run"])
    report.add("whole.large.posts.ratio", "its time over that without posts", "x", times, users=users)
    report.add(
        "whole.large.network", "its network and people made", "s", found["made"], users=users, note=found["kind"]
    )
    if found["peak_mb"] is None:
        report.missing["peak memory"] = "this system does not tell it"
        return
    made, peak = found["peak_mb"]
    report.add("whole.large.memory", "peak memory of that process, without posts", "MB", [peak], users=users)
    report.add("whole.large.memory.network", "peak once the network was made", "MB", [made], users=users)
    for part, words in HELD.items():
        held = found["held"][part]
        report.add(f"breakdown.memory.{part}", f"{users:,} users, memory: {words}", "MB", [held], users=users)
    rest = peak - sum(found["held"].values())
    words = f"{users:,} users, memory: Python, libraries, loops, and what was held for a while only"
    report.add("breakdown.memory.rest", words, "MB", [rest], users=users)


HELD = {
    "network": "ties, in both directions",
    "users": "users: their columns, trust, traits",
    "encounters": "who met or heard of what",
    "events": "what is pending, acts, books",
}
