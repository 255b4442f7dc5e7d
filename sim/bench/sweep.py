"""Sweeps: runs a second of the whole model, what the sweep itself costs, and that memory stays flat."""

from __future__ import annotations

import gc
import os
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sim.bench.cases import EVERYTHING, Plan, breach, setup
from sim.bench.report import Report
from sim.bench.rivals import mesa_twin
from sim.bench.separate import memory_mb
from sim.bench.timing import interleaved, ratios
from sim.dynamics.engine import Engine
from sim.study.sweep.opened import Sweep
from sim.study.sweep.sweeping import sweep

USERS, DAYS = 1_000, 30
_TWIN_DAYS = 2  # the twin takes minutes for a month; both run these days for the ratio
_COARSE = "4 h"  # of talk, as in large networks


def measure(plan: Plan, report: Report) -> None:
    """Runs a second on all cores, engine alone and through a sweep; the ratio to Mesa's `batch_run` of the twin."""
    for name, step in (("hourly", "1 h"), ("coarse", _COARSE)):
        _rate(plan, report, name, step)
    _overhead(plan, report)
    _memory(plan, report)
    _twin(plan, report)


def _rate(plan: Plan, report: Report, name: str, step: str) -> None:
    run = setup(breach(USERS, 5, kind="powerlaw_cluster", days=DAYS, talk_step=step, by_users=EVERYTHING))
    count, threads = 20 * plan.few, os.cpu_count() or 1

    def all_runs() -> None:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(lambda _: Engine(run).run(), range(count)))

    seconds = interleaved({"runs": all_runs}, plan.few)["runs"]
    words = f"runs a second on {threads} threads: {USERS:,} users, {DAYS} days, everything on, talk every {step}"
    report.add(f"sweep.runs.{name}", words, "/s", [count / s for s in seconds], users=USERS)


def _swept(points: int, replicates: int, days: int = DAYS, measures: list[str] | None = None) -> Sweep:
    """A sweep of a breach over its reach."""
    scenario = breach(USERS, 5, kind="powerlaw_cluster", days=days, by_users=EVERYTHING)
    reaches = [round(0.2 + 0.6 * k / max(1, points - 1), 4) for k in range(points)]
    document: dict[str, Any] = {
        "experiment": 1,
        "name": "speed",
        "scenario": scenario.resolved(),
        "factors": {"timeline.data_breach.reach": reaches},
        "design": "grid",
        "replicates": replicates,
        "measures": measures or ["trust_days_lost"],
    }
    return sweep(document, executor="threads")


def _overhead(plan: Plan, report: Report) -> None:
    """What a sweep takes beside its runs: one minus their processor time over that of the process."""
    shares, rates = [], []
    for _ in range(plan.few):
        start, spent = time.perf_counter(), time.process_time()
        done = _swept(points=8, replicates=5 * plan.few)
        took, spent = time.perf_counter() - start, time.process_time() - spent
        shares.append(1.0 - float(done.runs["seconds"].sum()) / spent)
        rates.append(len(done.runs) / took)
    words = "of its processor time that goes beside the runs and their twins"
    report.add("sweep.overhead", f"a sweep of {USERS:,} users, {DAYS} days: share {words}", "", shares, users=USERS)
    report.add(
        "sweep.rows", "rows a second of that sweep, each with its own quiet twin where it needs one", "/s", rates
    )


def _memory(plan: Plan, report: Report) -> None:
    """Growth of memory over many small runs of a sweep, after as many that warmed it up."""
    held = memory_mb()
    if held is None:
        report.missing["memory of a sweep"] = "this system does not tell it"
        return
    runs = 200 * plan.few
    _swept(points=20, replicates=runs // 20, days=2)
    gc.collect()
    before = memory_mb() or 0.0
    _swept(points=20, replicates=5 * runs // 20, days=2)
    gc.collect()
    grown = (memory_mb() or 0.0) - before
    report.add("sweep.memory", f"memory that grew over {5 * runs:,} runs of a sweep", "MB", [grown], users=USERS)


def _twin(plan: Plan, report: Report) -> None:
    """A run of a sweep against one of Mesa's `batch_run` over the twin, the same model, days and step of talk."""
    twin = mesa_twin(report)
    if twin is None:
        return
    from mesa import batch_run

    run = setup(breach(USERS, 5, kind="powerlaw_cluster", days=_TWIN_DAYS, talk_step="1 h", by_users=EVERYTHING))

    def theirs() -> None:
        batch_run(twin.TwinModel, {"setup": [run]}, max_steps=run.n_steps, display_progress=False)

    seconds = interleaved({"engine": lambda: Engine(run).run(), "twin": theirs}, plan.few)
    words = (
        f"a run of {USERS:,} users and {_TWIN_DAYS} days: times as fast as Mesa's batch_run of the twin, one core each"
    )
    report.add("sweep.ratio", words, "x", ratios(seconds["twin"], seconds["engine"]), users=USERS)
