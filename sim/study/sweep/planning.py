"""What a sweep will take, before it is run: how many runs, how long, how much disk, and how many replicates are enough.

A timed pilot runs a few jobs, spread over the design, on as many threads as the sweep would; nothing is written.
"""

from __future__ import annotations

import io
import math
import statistics
import time
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from sim.errors import RippleError, did_you_mean
from sim.study.sweep import pools
from sim.study.sweep.execution import execute
from sim.study.sweep.jobs import Job, Jobs, Stage
from sim.study.sweep.runner import Outcome, Work, run_jobs
from sim.study.sweep.writing import tables_of
from sim.world import draws

_SECONDS = 6.0  # of the pilot, after the first job, which may compile
_POINTS, _REPLICATES = 8, 10  # of the pilot, at most
_CONFIDENT = statistics.NormalDist().inv_cdf(0.975)
_BETWEEN_PARTS = 2.0  # s


@dataclass(frozen=True)
class Plan:
    """What a sweep would take.

    seconds: with `workers`, starting now; bytes: on disk. spread: one row per measure and arm: mean, sd (over replicates at a
    point), half_width (95 %, of a point's mean with the planned replicates), and for measures of which a precision is
    wanted: wanted, replicates. failed: pilot runs that failed, with the first error.
    """

    points: int
    replicates: int
    arms: int
    workers: int
    pilot_runs: int
    seconds: float
    bytes: float
    spread: pd.DataFrame
    failed: int = 0
    error: str = ""

    @property
    def runs(self) -> int:
        """How many runs it has."""
        return self.points * self.replicates * self.arms


def plan(
    work: Work,
    points: pd.DataFrame,
    *,
    workers: int | None = None,
    precision: Mapping[str, float] | None = None,
    seconds: float = _SECONDS,
) -> Plan:
    """Time a pilot and say what the whole takes. precision: measure -> wanted half width of its 95 % interval.

    Raises RippleError for a measure that the experiment does not keep.
    """
    experiment, count = work.experiment, workers or pools.cores()
    wanted = dict(precision or {})
    for name, width in wanted.items():
        if experiment.measures and name not in experiment.measures:
            known = did_you_mean(name, experiment.measures) or f"; it keeps {', '.join(experiment.measures)}"
            raise RippleError(f"precision: this experiment keeps no measure '{name}'{known}")
        if not width > 0:
            raise RippleError(f"precision: {name}={width:g} is not above 0")
    weight = _weights(work, points)
    jobs = _pilot(points, weight, experiment.seed)
    rows = points.to_dict("records")
    first = run_jobs(work, [jobs[0]], [rows[jobs[0].point]])
    began = time.perf_counter()
    deadline = began + seconds
    pool = pools.thread_pool(work, count)
    done: list[Outcome] = []
    try:
        for outcomes in execute(
            work, iter(jobs[1:]), lambda job: rows[job.point], pool, pause=lambda: time.perf_counter() > deadline
        ):
            done += outcomes
    finally:
        pool.close(False)
    took = time.perf_counter() - began
    units = sum(weight[outcome.job.point] for outcome in done)
    if done:
        pace = took / units  # seconds of the whole pool for a job of weight 1
    else:
        pace, done = sum(outcome.seconds for outcome in first) / weight[jobs[0].point] / count, first
    every = [*first, *done] if done is not first else first
    expected = pace * float(weight.sum()) * experiment.replicates
    failures = [failure for outcome in every for failure in outcome.failures]
    return Plan(
        points=len(points),
        replicates=experiment.replicates,
        arms=len(work.arms),
        workers=count,
        pilot_runs=sum(len(outcome.kept) for outcome in every),
        seconds=expected,
        bytes=_bytes(every, work, len(points) * experiment.replicates, expected),
        spread=_spread(every, work, wanted),
        failed=len(failures),
        error=failures[0].error if failures else "",
    )


def _weights(work: Work, points: pd.DataFrame) -> np.ndarray:
    """How much a job of each point takes against the others, as far as factors tell: users x hours."""
    weight = np.ones(len(points))
    for one in work.experiment.varied:
        if set(one.paths) & {"network.users", "horizon"} and pd.api.types.is_numeric_dtype(points[one.factor.path]):
            weight *= points[one.factor.path].to_numpy(dtype=np.float64)
    return weight / weight.min()


def _pilot(points: pd.DataFrame, weight: np.ndarray, seed: int) -> list[Job]:
    """Jobs of the pilot: a few points drawn from the design (not the heaviest), replicate by replicate."""
    light = np.flatnonzero(weight <= 10 * weight.min())
    chosen = draws.generator(seed, "pilot").permutation(light)[:_POINTS]
    jobs = Jobs([Stage(len(points), _REPLICATES)])
    return [jobs[k * len(points) + int(point)] for k in range(_REPLICATES) for point in chosen]


def _bytes(done: list[Outcome], work: Work, jobs: int, seconds: float) -> float:
    """Bytes on disk: what a part has beside its rows, and what a row adds to it."""
    half = done[: max(1, len(done) // 2)]
    small, large = _size(half, work), _size(done, work)
    each = (large - small) / (len(done) - len(half)) if len(done) > len(half) else float(large)
    fixed = max(0.0, large - each * len(done))
    parts = max(1.0, seconds / _BETWEEN_PARTS)
    return jobs * max(each, 0.0) + fixed * (parts if parts < 64 else 64 + parts / 64)


def _size(done: list[Outcome], work: Work) -> int:
    total = 0
    for table in tables_of(done, work.experiment).values():
        if len(table):
            buffer = io.BytesIO()
            pq.write_table(pa.Table.from_pandas(table, preserve_index=False), buffer, compression="zstd")
            total += buffer.tell()
    return total


def _spread(done: list[Outcome], work: Work, wanted: Mapping[str, float]) -> pd.DataFrame:
    """Spread over replicates at a point, pooled over the pilot's points, and what follows for precision.

    Differences of arms to the first one are those of pairs on the same draws.
    """
    rows = [
        {"point": outcome.job.point, "iteration": outcome.job.iteration, "arm": work.arms[kept.arm], **kept.measures}
        for outcome in done
        for kept in outcome.kept
    ]
    columns = ["measure", "arm", "mean", "sd", "half_width", "wanted", "replicates"]
    if not rows:
        return pd.DataFrame(columns=columns)
    table = _with_differences(pd.DataFrame(rows), list(work.arms))
    out = []
    for name in [column for column in table if column not in ("point", "iteration", "arm")]:
        for arm, values in table.groupby("arm", sort=False):
            inside = values.groupby("point")[name]
            freedom = (inside.count() - 1).clip(lower=0)
            sd = (
                math.sqrt(float((inside.var().fillna(0.0) * freedom).sum()) / freedom.sum())
                if freedom.sum()
                else math.nan
            )
            half = _CONFIDENT * sd / math.sqrt(work.experiment.replicates)
            width = wanted.get(name, math.nan)
            needed = max(2.0, math.ceil((_CONFIDENT * sd / width) ** 2)) if width == width and sd == sd else math.nan
            out.append((name, arm, float(values[name].mean()), sd, half, width, needed))
    return pd.DataFrame(out, columns=columns)


def _with_differences(table: pd.DataFrame, arms: list[str]) -> pd.DataFrame:
    """The rows of the arms, then those of each arm minus the first."""
    job = ["point", "iteration"]
    parts = [table]
    first = table[table["arm"] == arms[0]].set_index(job).drop(columns="arm")
    for arm in arms[1:]:
        other = table[table["arm"] == arm].set_index(job).drop(columns="arm")
        parts.append((other - first).dropna(how="all").assign(arm=f"{arm} minus {arms[0]}").reset_index())
    return pd.concat(parts, ignore_index=True)
