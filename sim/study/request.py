"""What a person asks to be run: a scenario, with what stands in for parts of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sim.dynamics import first_start
from sim.dynamics.rules import Rule, checked
from sim.dynamics.setup import Seeds, Setup, build_world, fit, prepare
from sim.errors import RippleError
from sim.scenario.scenario import Scenario, load
from sim.study.own_rules import rules_of, with_rules
from sim.world.graph import GENERATORS, Graph, as_graph
from sim.world.people import World

DEFAULT_SEED = 1


@dataclass(frozen=True)
class Request:
    """A scenario with all changes in it, the network when one was handed over in memory, and the rules as they run."""

    scenario: Scenario
    graph: Graph | None
    rules: tuple[Rule, ...] = ()

    def world(self, seeds: Seeds) -> World:
        """The users on their network under these seeds."""
        if self.graph is None:
            return build_world(self.scenario, seeds)
        return build_world(self.scenario, seeds, self.graph)

    def setup(self, arm: str | None, seeds: Seeds, world: World | None = None, *, quiet: bool = False) -> Setup:
        """All that a run of one arm needs: see `prepare`."""
        return prepare(self.scenario, arm, seeds, world or self.world(seeds), quiet=quiet, rules=self.rules)


def request(
    scenario: str | Path | Mapping[str, object] | Scenario,
    *,
    network: object = None,
    users: int | None = None,
    horizon: float | str | None = None,
    changes: Mapping[str, object] | None = None,
    rules: Sequence[Rule] = (),
    allow_code: bool = False,
) -> Request:
    """Put together what is asked for.

    network: a path to an edge list, a Graph, a NetworkX graph, a SciPy matrix or a table of ties; users: how many (a
    sample, when the network has more); horizon: hours, or words ("30 d"); changes: path -> value; rules: of the user's
    own, beside those the scenario names, which are imported with allow_code only.
    Raises RippleError for anything that does not fit.
    """
    first_start.begin()
    found = load(scenario)
    graph = None
    if isinstance(network, (str, Path)):
        found = found.changed({"network": _named(network)})
    elif network is not None:
        graph = as_graph(network)
    all_changes = dict(changes or {})
    if users is not None:
        wanted = whole_number(users, "users", least=1)
        if graph is None:
            all_changes["network.users"] = wanted
        else:
            graph = fit(graph, wanted, DEFAULT_SEED)
    if (
        graph is not None
    ):  # a place holder as large as the graph that stands in for it: what counts people is scaled by it
        found = found.changed({"network": {"kind": "random", "users": graph.n_users, "mean_degree": 0}})
    if horizon is not None:
        all_changes["horizon"] = horizon
    given = {rule.name: rule for rule in checked(rules)}
    found = with_rules(found, list(given.values())).changed(all_changes)
    return Request(found, graph, rules_of(found, given, allow_code=allow_code) if found.rules else ())


def _named(network: str | Path) -> dict[str, object]:
    """A network by the name of a generator, else by the path of an edge list."""
    if str(network) in GENERATORS:
        return {"kind": str(network)}
    return {"file": str(Path(network).expanduser().resolve())}


def whole_number(value: object, name: str, least: int) -> int:
    """A whole number of at least `least`. Raises RippleError naming what it was for."""
    try:
        number = int(str(value))
    except ValueError:
        raise RippleError(f"{name}: {value!r} is not a whole number") from None
    if number < least:
        raise RippleError(f"{name}: {number} is too few; at least {least}")
    return number


def seed_of(seed: object) -> int:
    """A seed as a whole number; None is the default one. Raises RippleError."""
    if seed is None:
        return DEFAULT_SEED
    try:
        return int(str(seed))
    except ValueError:
        raise RippleError(f"seed: {seed!r} is not a whole number") from None
