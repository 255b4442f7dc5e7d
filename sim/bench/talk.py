"""The complete talk step against the bare product of SciPy's sparse matrix: its gather alone, without the model."""

from __future__ import annotations

import numpy as np

from sim.bench import parts
from sim.bench.cases import Plan, breach, setup, world
from sim.bench.report import Report
from sim.bench.rivals import rival
from sim.bench.timing import interleaved, ratios, scaled


def measure(plan: Plan, report: Report) -> None:
    """ms of a step on one thread and on two, and both against SciPy, on the same network."""
    on = world(plan.large, plan.ties)
    run = setup(breach(plan.large, plan.ties), on)
    rivals = {"one": parts.talk_step(run, 1), "two": parts.talk_step(run, 2)}
    sparse = rival("scipy.sparse", report)
    if sparse is not None:
        graph = on.graph
        weights = np.repeat((1 / np.maximum(graph.n_listened, 1)).astype(np.float32), graph.n_listened)
        matrix = sparse.csr_matrix(
            (weights, graph.heard.astype(np.int32), graph.start.astype(np.int32)), shape=(plan.large, plan.large)
        )
        trust = np.linspace(0, 1, plan.large, dtype=np.float32)
        rivals["scipy"] = lambda: matrix @ trust
    seconds = interleaved(rivals, plan.many)
    users = plan.large
    for name, words in (("one", "one thread"), ("two", "two threads")):
        report.add(f"talk.{name}", f"complete talk step, {words}", "ms", scaled(seconds[name], 1e3), users=users)
    gathers = on.graph.n_arcs
    report.add(
        "talk.tie", "the same per tie gathered, one thread", "ns", scaled(seconds["one"], 1e9 / gathers), users=users
    )
    floor = report.median("floor.gather")
    if floor:
        times = scaled(seconds["one"], 1e9 / gathers / floor)
        report.add("talk.floor", "the same over the gather floor", "x", times, users=users)
    if sparse is not None:
        report.add(
            "talk.scipy", "SciPy's f32 CSR product with a vector", "ms", scaled(seconds["scipy"], 1e3), users=users
        )
        one, two = ratios(seconds["one"], seconds["scipy"]), ratios(seconds["scipy"], seconds["two"])
        report.add("talk.ratio.one", "talk step, one thread: its time over SciPy's", "x", one, users=users)
        report.add("talk.ratio.two", "talk step, two threads: times as fast as SciPy", "x", two, users=users)
