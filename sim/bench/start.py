"""From the command to the answer: each a process of its own, with and without compiled loops of an earlier start."""

from __future__ import annotations

import tempfile

from sim.bench import separate
from sim.bench.cases import Plan
from sim.bench.report import Report

_RUN = ["run", "data-breach"]
_LOOPS = 5  # that are named


def measure(plan: Plan, report: Report) -> None:
    """Seconds of --help, of the import, of a warm run and, where the plan says so, of a first one."""
    often = range(plan.few + 2)
    note = "in a process of its own"
    report.add("start.python", "a Python that does nothing", "s", [separate.imported("sys") for _ in often], note=note)
    report.add("start.import", "import sim", "s", [separate.imported("sim") for _ in often], note=note)
    report.add("start.help", "`ripple --help`", "s", [separate.started(["--help"]) for _ in often], note=note)
    separate.started(_RUN)
    warm = [separate.started(_RUN) for _ in range(plan.few)]
    report.add("start.warm", "`ripple run data-breach`, loops compiled earlier", "s", warm, note=note)
    if plan.cold:
        with tempfile.TemporaryDirectory(prefix="trust-ripple-bench-") as empty:
            found = separate.compiled_first(_RUN, empty)
        words = "first `ripple run data-breach`, nothing compiled"
        report.add("start.cold", words, "s", [found["all"]], note="in a process of its own, RIPPLE_CACHE_DIR empty")
        _what_was_compiled(found["all"], found["loops"], report)
    else:
        report.missing["first run"] = "nothing compiled: left out by --quick"


def _what_was_compiled(seconds: float, loops: dict[str, float], report: Report) -> None:
    """Where the time of a first start went: the loops that take longest to compile, the others, and all else."""
    longest = sorted(loops, key=lambda name: -loops[name])[:_LOOPS]
    for name in longest:
        report.add(f"start.cold.{name}", f"of it: compiling `{name}`", "s", [loops[name]])
    others = sum(loops.values()) - sum(loops[name] for name in longest)
    report.add("start.cold.others", f"of it: compiling {len(loops) - len(longest)} other loops", "s", [others])
    report.add("start.cold.rest", "of it: imports, reading, the run itself", "s", [seconds - sum(loops.values())])
