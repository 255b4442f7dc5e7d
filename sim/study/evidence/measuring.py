"""Measures rows of evidence, some at a time on threads, and keeps what was measured for the next time.

What is kept belongs to the code that made it: to the hash of the row's module and of every module it imports, which are
all of the model, its numbers too. An edit of any of them measures the row anew.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import UTC, datetime
from pathlib import Path

from sim.compiled import CACHE_FOLDER, source_hash
from sim.errors import RippleError
from sim.files import write_text
from sim.scenario.parameters import Parameters
from sim.study.evidence.plan import FULL, Plan
from sim.study.evidence.report import Measured, Report
from sim.study.evidence.row import Row
from sim.study.provenance import version

KEPT = CACHE_FOLDER / "evidence"


class _StoppedError(Exception):
    """Raised inside a row when the work was interrupted."""


def measured(row: Row, plan: Plan) -> Measured:
    """One row, measured and judged."""
    began = time.perf_counter()
    return Measured.of(row, row.measure(plan), plan.size, time.perf_counter() - began)


def measure_all(
    rows: Sequence[Row],
    *,
    size: str = FULL,
    seed: int = 1,
    parameters: Mapping[str, float] | None = None,
    threads: int | None = None,
    kept: Path | None = None,
    anew: bool = False,
    progress: Callable[[float, str], None] | None = None,
) -> Report:
    """Measure rows and put them together. Ctrl-C keeps those that are done and says so in the report.

    parameters: other values than the defaults; threads: rows at a time; kept: a folder (KEPT) where rows are found that
    were measured by this code, and left for the next time; anew: they are measured again all the same; progress: called
    with the share done and the row that is.
    The result does not depend on threads.
    """
    values = dict(parameters or {})
    Plan(size, seed, values)
    stop, lock, shares = threading.Event(), threading.Lock(), dict.fromkeys((row.id for row in rows), 0.0)

    def tell(id: str, share: float) -> None:
        if stop.is_set():
            raise _StoppedError
        with lock:
            shares[id] = share
            if progress is not None:
                progress(sum(shares.values()) / len(shares), id)

    def one(row: Row) -> Measured:
        tell(row.id, 0.0)
        place = _place(kept, row, size, seed, values) if kept is not None else None
        found = None if anew else _kept(place)
        if found is None:
            found = measured(row, Plan(size, seed, values, lambda share: tell(row.id, share)))
            if place is not None:
                write_text(place, json.dumps(found.plain()))
        tell(row.id, 1.0)
        return found

    done: dict[str, Measured] = {}
    report = Report(size, seed, dict(Parameters(values)), _facts())
    with ThreadPoolExecutor(threads or os.cpu_count() or 1) as pool:
        waiting = {pool.submit(one, row): row.id for row in rows}
        try:
            for future in as_completed(waiting):
                done[waiting[future]] = future.result()
        except KeyboardInterrupt:
            report.stopped = True
            stop.set()
            pool.shutdown(wait=True, cancel_futures=True)
        except BaseException:
            stop.set()
            pool.shutdown(wait=True, cancel_futures=True)
            raise
    report.rows = [done[row.id] for row in rows if row.id in done]
    return report


def _facts() -> dict[str, object]:
    packages = {name: version(name) for name in ("numpy", "numba", "scipy")}
    return {"day": datetime.now(UTC).date().isoformat(), "version": version("trust-ripple"), "packages": packages}


def _place(folder: Path, row: Row, size: str, seed: int, values: Mapping[str, float]) -> Path:
    """The file in which a row is kept."""
    what = json.dumps([source_hash(row.measure.__module__), version("numpy"), size, seed, sorted(values.items())])
    return folder / f"{row.id}-{hashlib.blake2b(what.encode(), digest_size=8).hexdigest()}.json"


def _kept(place: Path | None) -> Measured | None:
    """What an earlier start left; None when there is nothing that can be read."""
    try:
        return Measured.read(json.loads(place.read_text(encoding="utf-8"))) if place is not None else None
    except (OSError, ValueError, KeyError, TypeError, RippleError):
        return None
