"""Small runs for tests: users on a network, acts as a scenario resolves them, and a setup of both."""

from __future__ import annotations

from types import MappingProxyType

import numpy as np

from sim.dynamics.setup import Setup
from sim.scenario.acts import KINDS, Act
from sim.scenario.parameters import Numbers, Parameters
from sim.world.graph import Graph
from sim.world.people import World, draw_people

TRUST = 0.5  # the brand's baseline
P = Parameters()
BUSY = P.changed(  # so that in small worlds everything happens often
    {
        "bad_rate": 1e-2, "activity_median": 2e-3, "activity_sigma": 2.5, "churn": 2e-3, "join_gain": 0.5, "word_time": 100.0,
        "virality_mean": 0.8, "opinion_size": 0.03, "advocate_distance": 0.05, "detractor_distance": 0.05, "clue": 0.5,
        "bad_after_act": 0.3, "public_share": 0.6, "abusive_share": 0.3, "resistance": 0.8, "share_bias": 0.8,
    }
)  # fmt: skip


def world_of(graph: Graph, *, seed: int = 1, who: np.ndarray | None = None, numbers: Numbers | None = None) -> World:
    """Users on a network. who: u4[n], their names in draws; the rows of `graph` when left out."""
    ordered, order = graph.by_degree()
    names = np.asarray(order if who is None else who[order], dtype=np.uint32)
    people = draw_people(ordered, names, seed, numbers or P.numbers(), trust=TRUST, followers=0.6)
    return World(ordered, people, order, seed)


def act(kind: str, at: float, **changes: object) -> Act:
    """An act of the catalogue with every default filled in, named after its kind. changes: of its fields."""
    k = KINDS[kind]
    reach = {"news": P.reach_news, "post": P.reach_post, "response": P.reach_response}[k.form]
    fields = {
        "id": kind,
        "audience": MappingProxyType({"kind": k.audience}),
        "reach": reach if k.reach is None else k.reach,
        "delay": P.delay_news if k.lasting else P.delay_post,
        "found_mean": P.found_mean if k.hidden else None,
    }
    same = ("words", "form", "magnitude", "cognitive", "nature", "speaker", "virality", "hidden", "tires", "repairs")
    flags = ("admits", "only_tells", "stirs", "only_for", "lure", "promises", "settles", "moderates", "one_to_one")
    fields |= {name: getattr(k, name) for name in (*same, *flags)}
    return Act(kind=kind, at=at, **{**fields, **changes})


def posts(kind: str, first: float, every: float, until: float, **changes: object) -> list[Act]:
    """A post again and again, spelled out as `kind #1`, `kind #2`, ..."""
    times = np.arange(first, until, every)
    return [act(kind, float(at), id=f"{kind} #{k + 1}", **changes) for k, at in enumerate(times)]


def setup_of(world: World, acts: list[Act], *, days: float = 20, **changes: object) -> Setup:
    """A run of `days` days in steps of an hour. changes: of the fields of Setup."""
    fields = {
        "numbers": P.numbers(),
        "conceal": False,
        "trust": TRUST,
        "horizon": 24.0 * days,
        "step": 1.0,
        "start_hour": 0.0,
        "events_seed": 1,
        "without": frozenset({"posts", "complaints", "membership"}),
    }
    return Setup(world=world, acts=tuple(acts), **{**fields, **changes})
