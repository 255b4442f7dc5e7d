"""One small comparison and one small run, made once and shared by the tests of what is shown."""

from __future__ import annotations

from functools import cache

from sim.study.compare import Comparison, compare
from sim.study.results import Run, run

SMALL = {"users": 240, "horizon": "40 d", "seed": 3}


@cache
def small_comparison() -> Comparison:
    """The five arms of data-breach on 240 users over 40 days, three replicates."""
    return compare("data-breach", replicates=3, **SMALL)  # type: ignore[arg-type]


@cache
def small_run() -> Run:
    """Denial, then found out, on the same small network."""
    return run("data-breach", arm="denial", **SMALL)  # type: ignore[arg-type]
