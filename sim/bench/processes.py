"""What users do by themselves: what each process costs where it runs, and that it costs nothing where it does not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from sim.bench import parts
from sim.bench.cases import AT_ZERO, BASE, COMPLAINTS, EVERYTHING, MEMBERSHIP, POSTS, Plan, breach, setup
from sim.bench.report import Report
from sim.bench.timing import interleaved, ratios, scaled
from sim.dynamics.engine import Engine
from sim.dynamics.setup import Setup

_CASES: Mapping[str, tuple[Mapping[str, Any], str]] = {
    "base": (BASE, "all of it left out"),
    "again": (BASE, "the same run once more: how far two equal ones differ"),
    "zero": (AT_ZERO, "nothing left out, all rates 0"),
    "posts": (POSTS, "posts alone"),
    "complaints": (COMPLAINTS, "complaints alone, at a desk of one agent"),
    "membership": (MEMBERSHIP, "following and leaving alone"),
    "everything": (EVERYTHING, "posts, complaints, following and leaving"),
}


def measure(plan: Plan, report: Report) -> None:
    """ms of a small run in each case, and the ratio to the case in which users do nothing by themselves."""
    users = plan.small
    world = setup(breach(users, 5, kind="powerlaw_cluster")).world
    runs = {
        name: setup(breach(users, 5, kind="powerlaw_cluster", by_users=by_users), world)
        for name, (by_users, _) in _CASES.items()
    }
    done = {name: parts.done_by_users(Engine(run).run()) for name, run in runs.items()}
    seconds = interleaved({name: _whole_run(run) for name, run in runs.items()}, plan.many)
    for name, (_, words) in _CASES.items():
        said = ", ".join(f"{count:,} {what}" for what, count in done[name].items() if count)
        report.add(f"processes.{name}", words, "ms", scaled(seconds[name], 1e3), users=users, note=said)
        if name != "base":
            times = ratios(seconds[name], seconds["base"])
            report.add(f"processes.{name}.ratio", "its time over that of the first", "x", times, users=users)


def _whole_run(run: Setup) -> Callable[[], object]:
    return partial(lambda one: Engine(one).run(), run)
