"""What was dropped on the page: scenarios and edge lists, bounded in size, kept in memory for one session."""

from __future__ import annotations

import os
import secrets
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sim.errors import RippleError
from sim.scenario.scenario import Scenario, load_text
from sim.world.graph import Graph

SCENARIO_BYTES = 200_000
EDGE_LIST_BYTES = 20_000_000
_KEPT = 8  # of each kind, the latest
SCENARIO_ENDS = (".yaml", ".yml")
EDGE_LIST_ENDS = (".csv", ".tsv", ".txt", ".edges", ".edgelist", ".dat")


@dataclass(frozen=True)
class Limits:
    """What the lab runs at most: users, and ticks of one run."""

    users: int = 50_000
    ticks: int = 20_000

    def check(self, scenario: Scenario, graph: Graph | None) -> None:
        """Raises RippleError when a scenario is larger than the lab runs."""
        users = graph.n_users if graph is not None else scenario.network.users
        if users is not None and users > self.users:
            raise RippleError(
                f"{users:,} users are more than the lab runs ({self.users:,}); "
                "run it with `ripple run`, or hand over a smaller network"
            )
        ticks = scenario.horizon / scenario.tick
        if ticks > self.ticks:
            raise RippleError(
                f"{ticks:,.0f} ticks are more than the lab runs ({self.ticks:,}); shorten the horizon or lengthen the tick"
            )


@dataclass(frozen=True)
class Network:
    """An edge list that was read."""

    name: str
    graph: Graph


@dataclass
class Uploads:
    """The uploads of one session, by an id that nobody can guess."""

    limits: Limits
    given: dict[str, Scenario] = field(default_factory=dict)  # what the lab was started with
    scenarios: dict[str, Scenario] = field(default_factory=dict)
    networks: dict[str, Network] = field(default_factory=dict)

    def network(self, name: str) -> Network:
        """A network by its id. Raises RippleError."""
        if name not in self.networks:
            raise RippleError("this network is not here any more; drop it on the page again")
        return self.networks[name]

    def take(self, name: str, data: bytes) -> tuple[str, str]:
        """Read what was dropped; returns "scenario" or "network", and its id. Raises RippleError with all mistakes."""
        name = Path(name.replace("\\", "/")).name[:100] or "upload"
        end = Path(name).suffix.lower()
        key = secrets.token_hex(8)
        if end in SCENARIO_ENDS:
            _bounded(name, data, SCENARIO_BYTES)
            scenario = load_text(_text(name, data), name)
            self.limits.check(scenario, None)
            self.scenarios[key] = scenario
            _forget(self.scenarios)
            return "scenario", key
        if end in EDGE_LIST_ENDS:
            _bounded(name, data, EDGE_LIST_BYTES)
            graph = _read_edges(name, data)
            if graph.n_users > self.limits.users:
                raise RippleError(f"{name}: {graph.n_users:,} users are more than the lab runs ({self.limits.users:,})")
            self.networks[key] = Network(name, graph)
            _forget(self.networks)
            return "network", key
        ends = ", ".join((*SCENARIO_ENDS, *EDGE_LIST_ENDS))
        raise RippleError(f"{name} is neither a scenario nor an edge list; their names end in {ends}")


def _bounded(name: str, data: bytes, most: int) -> None:
    if len(data) > most:
        raise RippleError(f"{name} is larger than {most / 1e6:g} MB, the most that is taken here")


def _text(name: str, data: bytes) -> str:
    try:
        return data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError:
        raise RippleError(f"{name} is not a text file; save it as UTF-8") from None


def _read_edges(name: str, data: bytes) -> Graph:
    """The reader takes a file, so the bytes stand in one of ours while it reads."""
    from sim.world.edge_list import read_edge_list

    handle, path = tempfile.mkstemp(suffix=Path(name).suffix)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        return read_edge_list(path)
    except RippleError as problem:
        raise RippleError(str(problem).replace(path, name).replace(Path(path).name, name)) from None
    finally:
        os.unlink(path)


def _forget(kept: dict[str, Any]) -> None:
    while len(kept) > _KEPT:
        del kept[next(iter(kept))]
