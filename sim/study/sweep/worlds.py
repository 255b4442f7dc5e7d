"""The users of a sweep's runs: networks, people and quiet twins are made once for all design points that agree on them.

A network depends on its options and its seed, people on the few numbers that their drawing reads, a twin on everything
that is not the crisis. So a sweep over response times draws each replicate's people once, and runs its twin once.
"""

from __future__ import annotations

import dataclasses
import threading
from collections import deque
from collections.abc import Callable, Hashable, Mapping
from functools import cache
from typing import Any

import numpy as np

from sim.dynamics.setup import Seeds, Setup, fit
from sim.scenario.parameters import Parameters
from sim.scenario.parts import Network
from sim.scenario.scenario import Scenario
from sim.study.measures import Trace
from sim.study.sweep.once import Once
from sim.world.graph import Graph, from_edges, generate
from sim.world.people import World, draw_people

_MOST = 64  # of each kind, in one process
_MOST_BYTES = 500e6  # of each kind
_TWINS = 32


Laid = tuple[Graph, np.ndarray]  # a network sorted by listeners, and the row of each user as it was read or made


class Worlds:
    """Networks and users, kept while they may be wanted again. given: a network handed over; files: networks read already."""

    def __init__(self, given: Graph | None = None, files: Mapping[Hashable, Graph] | None = None):
        self.given = given
        self.files = dict(files or {})
        self._read: Once[Graph] = Once(4)
        self._laid: Once[Laid] = Once(_MOST, _MOST_BYTES, lambda laid: graph_bytes(laid[0]))
        self._worlds: Once[World] = Once(_MOST, _MOST_BYTES, world_bytes)

    def world(self, scenario: Scenario, seeds: Seeds) -> World:
        """The users of a scenario on their network under these seeds: what `build_world` makes."""
        numbers, brand = scenario.parameters.numbers(), scenario.brand
        key, make = self._network(scenario.network, seeds.network)

        def drawn() -> World:
            graph, order = self._laid.get(key, lambda: make().by_degree())
            names = np.asarray(order, dtype=np.uint32)
            people = draw_people(graph, names, seeds.people, numbers, trust=brand.trust, followers=brand.followers)
            return World(graph, people, order, seeds.people)

        who = (seeds.people, brand.trust, brand.followers, *(getattr(numbers, name) for name in people_read()))
        return self._worlds.get((key, who), drawn)

    def _network(self, network: Network, seed: int) -> tuple[Hashable, Callable[[], Graph]]:
        """What a network depends on, and how it is made."""
        if self.given is not None:
            given = self.given
            return "given", lambda: given
        own_seed = network.seed if network.seed is not None else seed
        if network.file is None:
            options = dict(network.options)
            key: Hashable = (network.kind, network.users, tuple(sorted(options.items())), own_seed)
            return key, lambda: generate(network.kind, users=network.users, seed=own_seed, **options)
        file = file_key(network)

        def whole() -> Graph:
            return self.files[file] if file in self.files else self._read.get(file, lambda: read_network(network))

        if network.users is None:
            return file, whole
        return (file, network.users, own_seed), lambda: fit(whole(), network.users, own_seed)


class Twins:
    """The traces of quiet twins, the last ones asked for."""

    def __init__(self) -> None:
        self._kept: deque[tuple[World, tuple[Any, ...], Trace]] = deque()
        self._lock = threading.Lock()

    def of(self, setup: Setup, run: Callable[[Setup], Trace]) -> Trace:
        """The trace of a quiet setup: that of an equal one on the same users, else it is run."""
        what = _what_matters(setup)
        with self._lock:
            for world, other, trace in reversed(self._kept):
                if world is setup.world and other == what:
                    return trace
        trace = run(setup)
        with self._lock:
            self._kept.append((setup.world, what, trace))
            while len(self._kept) > _TWINS or (len(self._kept) > 1 and self._bytes() > _MOST_BYTES):
                self._kept.popleft()
        return trace

    def _bytes(self) -> float:
        """What the users take whom the twins hold."""
        return sum(world_bytes(world) for world in {id(world): world for world, _, _ in self._kept}.values())


def _what_matters(setup: Setup) -> tuple[Any, ...]:
    """All of a setup but its users, which are compared as one object, in a form that compares."""
    rules = tuple((rule.name, rule.code, tuple(rule.values.items())) for rule in setup.rules)
    other = {"world", "rules"} | (set() if rules else {"acts_of_any_arm"})
    fields = (field.name for field in dataclasses.fields(setup))
    return (rules, *(getattr(setup, name) for name in fields if name not in other))


def read_network(network: Network) -> Graph:
    """The network of a file as a scenario describes it, whole."""
    from sim.world.edge_list import read_edge_list

    return read_edge_list(
        str(network.file),
        directed=network.directed,
        weight=network.weight,
        columns=network.columns,
        largest_component=network.largest_component,
    )


def file_key(network: Network) -> Hashable:
    """What the network of a file depends on."""
    columns = tuple(network.columns) if network.columns else None
    return (str(network.file), network.directed, network.weight, columns, network.largest_component)


def world_bytes(world: World) -> float:
    """How much memory users and their network take, bytes; worlds that share a network count it each."""
    return graph_bytes(world.graph) + 32.0 * world.n_users


def graph_bytes(graph: Graph) -> float:
    """How much memory the ties of a network take, bytes."""
    arrays = (graph.start, graph.heard, graph.back_start, graph.back, graph.weight)
    return float(sum(array.nbytes for array in arrays if array is not None))


@cache
def people_read() -> tuple[str, ...]:
    """The numbers of the model that drawing people reads, found by drawing a few."""
    numbers, seen = Parameters().numbers(), list[str]()

    class Watched:
        def __getattr__(self, name: str) -> float:
            seen.append(name)
            return getattr(numbers, name)

    draw_people(
        from_edges(np.array([0]), np.array([1])), np.arange(2, dtype=np.uint32), 0, Watched(), trust=0.5, followers=0.5
    )
    return tuple(dict.fromkeys(seen))
