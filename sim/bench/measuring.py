"""All measurements one after the other; what was measured stays when somebody stops it."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Sequence

from sim.bench.cases import Plan
from sim.bench.machine import machine
from sim.bench.report import GROUPS, Report


def bench(
    plan: Plan,
    progress: Callable[[int, int, str], None] | None = None,
    groups: Sequence[str] = tuple(GROUPS),
) -> Report:
    """Measure what the plan says, group by group. progress: called with the number done, how many, and what comes.

    Ctrl-C ends it with what there is: `stopped` is then True.
    """
    report = Report(plan.mode, machine(), partly=len(groups) < len(GROUPS))
    start = time.perf_counter()
    try:
        for done, group in enumerate(groups):
            if progress is not None:
                progress(done, len(groups), GROUPS[group])
            importlib.import_module(f"sim.bench.{group}").measure(plan, report)
    except KeyboardInterrupt:
        report.stopped = True
    report.seconds = round(time.perf_counter() - start, 1)
    return report
