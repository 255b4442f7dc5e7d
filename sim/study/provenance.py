"""Where a result comes from: versions, seeds, hashes, machine, and the command that makes it again."""

from __future__ import annotations

import hashlib
import platform
import shlex
import sys
from datetime import UTC, datetime
from importlib import metadata

from sim.dynamics.setup import Seeds
from sim.scenario.scenario import Scenario
from sim.world.graph import Graph

PACKAGES = ("numpy", "numba", "pandas", "networkx", "pyarrow")


def provenance(scenario: Scenario, graph: Graph, **facts: object) -> dict[str, object]:
    """The facts of a result as plain values (JSON). facts: what else belongs to it (arm, seed ...)."""
    return {
        "program": "trust-ripple",
        "version": version("trust-ripple"),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in PACKAGES},
        "machine": f"{platform.system()} {platform.machine()}, {sys.byteorder}-endian",
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "scenario": scenario.name,
        "scenario_origin": str(scenario.origin),
        "scenario_hash": hashlib.sha256(scenario.to_yaml().encode()).hexdigest(),
        "network": f"{graph.kind}: {graph.n_users:,} users, {graph.n_ties:,} ties",
        "network_hash": network_hash(graph),
        "network_notes": list(graph.notes),
        **facts,
    }


def network_hash(graph: Graph) -> str:
    """A hash of who listens to whom, with the weights."""
    digest = hashlib.sha256(graph.start.tobytes())
    digest.update(graph.heard.tobytes())
    if graph.weight is not None:
        digest.update(graph.weight.tobytes())
    return digest.hexdigest()


def seeds_as_dict(seeds: Seeds) -> dict[str, int]:
    """The three seeds by name."""
    return dict(seeds._asdict())


def command(*words: object) -> str:
    """A command line as a person would type it."""
    return shlex.join(["ripple", *(str(word) for word in words)])


def version(package: str) -> str:
    """The installed version of a package, or 'unknown'."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "unknown"
