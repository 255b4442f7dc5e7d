"""From the command to the answer: each a process of its own, with and without compiled loops of an earlier start."""

from __future__ import annotations

import tempfile

from sim.bench import separate
from sim.bench.cases import Plan
from sim.bench.report import Report

_RUN = ["run", "data-breach"]


def measure(plan: Plan, report: Report) -> None:
    """Seconds of --help, of the import, of a warm run and, where the plan says so, of a first one."""
    often = range(plan.few + 2)
    note = "in a process of its own"
    report.add("start.import", "import sim", "s", [separate.imported("sim") for _ in often], note=note)
    report.add("start.help", "`ripple --help`", "s", [separate.started(["--help"]) for _ in often], note=note)
    separate.started(_RUN)
    warm = [separate.started(_RUN) for _ in range(plan.few)]
    report.add("start.warm", "`ripple run data-breach`, loops compiled earlier", "s", warm, note=note)
    if plan.cold:
        with tempfile.TemporaryDirectory(prefix="trust-ripple-bench-") as empty:
            cold = separate.started(_RUN, cache=empty)
        words = "first `ripple run data-breach`, nothing compiled"
        report.add("start.cold", words, "s", [cold], note="in a process of its own, RIPPLE_CACHE_DIR empty")
    else:
        report.missing["first run"] = "nothing compiled: left out by --quick"
