"""What memory allows: random gathers and a stream, in the same run as all else. Nothing that reads the same can be faster."""

from __future__ import annotations

import os

import numpy as np

from sim.bench.cases import Plan, world
from sim.bench.report import Report
from sim.bench.timing import interleaved, scaled
from sim.compiled import compiled

_STREAM = 32_000_000  # f4 per array: far more than any cache holds


@compiled
def gather(values: np.ndarray, ids: np.ndarray) -> np.float32:
    """Sum of values[ids], f4 by u4, in eight lanes that do not wait for one another."""
    one, eight = np.uint64(1), np.uint64(8)
    s0, s1, s2, s3 = np.float32(0), np.float32(0), np.float32(0), np.float32(0)
    s4, s5, s6, s7 = np.float32(0), np.float32(0), np.float32(0), np.float32(0)
    i, end = np.uint64(0), np.uint64(ids.size)
    while i + eight <= end:
        s0 += values[ids[i]]
        s1 += values[ids[i + one]]
        s2 += values[ids[i + np.uint64(2)]]
        s3 += values[ids[i + np.uint64(3)]]
        s4 += values[ids[i + np.uint64(4)]]
        s5 += values[ids[i + np.uint64(5)]]
        s6 += values[ids[i + np.uint64(6)]]
        s7 += values[ids[i + np.uint64(7)]]
        i += eight
    while i < end:
        s0 += values[ids[i]]
        i += one
    return ((s0 + s1) + (s2 + s3)) + ((s4 + s5) + (s6 + s7))


@compiled
def triad(out: np.ndarray, one: np.ndarray, other: np.ndarray, factor: np.float32) -> None:
    """out = one + factor other: McCalpin's triad, 12 bytes for each place."""
    for i in range(out.size):
        out[i] = one[i] + factor * other[i]


def measure(plan: Plan, report: Report) -> None:
    """ns per gather of a f4 by the network's own u4 ids, and GB/s of a stream, one thread each."""
    heard = world(plan.large, plan.ties).graph.heard
    trust = np.linspace(0, 1, plan.large, dtype=np.float32)
    size = min(_STREAM, 32 * plan.large)
    a, b, c = (np.full(size, x, np.float32) for x in (0, 1, 2))
    seconds = interleaved(
        {"gather": lambda: gather(trust, heard), "stream": lambda: triad(a, b, c, np.float32(0.5))}, plan.many
    )
    report.add(
        "floor.gather", "random gather of f4 by the network's u4 ids", "ns", scaled(seconds["gather"], 1e9 / heard.size),
        users=plan.large, note=f"{heard.size:,} ids, one thread"
    )  # fmt: skip
    report.add(
        "floor.stream", "stream bandwidth (triad)", "GB/s", [12e-9 * size / s for s in seconds["stream"]],
        note=f"one thread of {os.cpu_count()}"
    )  # fmt: skip
