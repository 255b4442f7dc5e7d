"""The bare cascade against CyNetDiff: one story of a hub, on the same network at the same chance."""

from __future__ import annotations

from array import array

import numpy as np

from sim.bench.cases import SEED, Plan, world
from sim.bench.report import Report
from sim.bench.rivals import rival
from sim.bench.timing import interleaved, ratios
from sim.dynamics.cascade import cascades
from sim.world import draws

CHANCE = 0.1  # CyNetDiff's own default
_STORIES = 4  # of ours in one measurement; one of CyNetDiff takes longer


def measure(plan: Plan, report: Report) -> None:
    """ns per attempted tie of both, and the ratio. What CyNetDiff does before a story is not held against it."""
    graph = world(plan.large, plan.ties).graph
    author = int(np.argmax(graph.n_listeners))
    key = draws.stream(SEED, "cascade")
    attempts: dict[str, list[int]] = {"ours": [], "cynetdiff": []}

    def ours() -> None:
        names = np.arange(_STORIES) + _STORIES * len(attempts["ours"])
        found = cascades(graph, np.full(_STORIES, author), CHANCE, key, stories=names)
        attempts["ours"].append(int(found.hearings.sum()))

    rivals, before = {"ours": ours}, {}
    models = rival("cynetdiff.models", report)
    if models is not None:
        starts, edges = (array("I", ids.astype(np.uint32).tobytes()) for ids in (graph.back_start[:-1], graph.back))
        model = models.IndependentCascadeModel(starts, edges, activation_prob=CHANCE, rng=SEED)
        before["cynetdiff"] = lambda: model.set_seeds([author])
        rivals["cynetdiff"] = model.advance_until_completion
        listeners = graph.n_listeners

        def counting() -> None:
            """Its attempts, from whom it left active; to be read before the next story wipes that out."""
            active = np.fromiter(model.get_activated_nodes(), np.int64)
            attempts["cynetdiff"].append(int(listeners[active].sum()))

        rivals["counting"] = counting
    seconds = interleaved(rivals, plan.few + 2, before)
    per = {name: [1e9 * s / a for s, a in zip(seconds[name], attempts[name][1:], strict=True)]
           for name in attempts if name in seconds}  # fmt: skip
    users = plan.large
    note = f"one story of the best connected user, each hearing shared with chance {CHANCE}; one thread"
    report.add("cascade.attempt", "bare cascade, per attempted tie", "ns", per["ours"], users=users, note=note)
    floor = report.median("floor.gather")
    if floor:
        report.add(
            "cascade.floor", "the same over the gather floor", "x", [x / floor for x in per["ours"]], users=users
        )
    if models is not None:
        report.add("cascade.cynetdiff", "CyNetDiff, per attempted tie", "ns", per["cynetdiff"], users=users)
        times = ratios(per["cynetdiff"], per["ours"])
        report.add("cascade.ratio", "times as fast as CyNetDiff", "x", times, users=users)
