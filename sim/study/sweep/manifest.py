"""What a sweep folder says of itself: manifest.json, the experiment, its scenario and its points, and how they are opened.

Nothing in a sweep folder is code, and nothing is pickled.
"""

from __future__ import annotations

import hashlib
import io
import json
import platform
import socket
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.errors import RippleError
from sim.scenario.yaml_writer import as_yaml
from sim.study.own_rules import told
from sim.study.provenance import PACKAGES, network_hash, version
from sim.study.sweep.code import code_hash
from sim.study.sweep.experiment import Experiment
from sim.study.sweep.jobs import Job, Shard, Stage
from sim.study.sweep.reading import load_experiment
from sim.study.sweep.runner import Runner, Work, seeds_of_job
from sim.study.sweep.store import write_bytes

MANIFEST, EXPERIMENT, SCENARIO, POINTS = "manifest.json", "experiment.yaml", "scenario.yaml", "points.parquet"
FORMAT = 1
_ABOVE = ("scenario", "changes", "users", "horizon", "vary")  # what the stored scenario has in it already
_DRAWS = (
    "seed of a job: derive(base, 'replicate', iteration) for what varies, of iteration 0 for the rest; base: the seed, or "
    "derive(seed, 'design point', point) when seeds are fresh (sim.world.draws)"
)

Manifest = dict[str, Any]


def first_manifest(work: Work, points: pd.DataFrame, shard: Shard | None) -> Manifest:
    """The manifest of a new sweep."""
    experiment = work.experiment
    scenario = experiment.scenario
    facts: Manifest = {
        "program": "trust-ripple",
        "kind": "sweep",
        "format": FORMAT,
        "version": version("trust-ripple"),
        "code_hash": code_hash(),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in (*PACKAGES, "scipy", "SALib")},
        "machine": f"{platform.system()} {platform.machine()}, {sys.byteorder}-endian",
        "made": now(),
        "name": experiment.name,
        "experiment_hash": experiment.hash(),
        "experiment": experiment.facts(),
        "points_hash": points_hash(points),
        "arms": list(experiment.arms),
        "series": list(experiment.series),
        "panel": list(experiment.panel.columns) if experiment.panel is not None else [],
        "seed_entropy": {"seed": experiment.seed, "seeds": experiment.seeds, "how": _DRAWS},
        "stages": [list(Stage(len(points), experiment.replicates))],
        "shard": list(shard) if shard is not None else None,
        "function": _named(work.function),
        "sessions": [],
    }
    if scenario is not None:
        facts["scenario"] = scenario.name
        facts["scenario_origin"] = str(scenario.origin)
        facts["scenario_hash"] = hashlib.sha256(scenario.to_yaml().encode()).hexdigest()
        facts["written_hash"] = _written_hash(experiment)
        facts |= _network_facts(work)
        if scenario.rules:
            facts["rules"] = told(work.rules.of(scenario))
    return facts


def _network_facts(work: Work) -> Manifest:
    """The network of the first replicate of the scenario as it stands, before any factor."""
    scenario = work.experiment.scenario
    assert scenario is not None
    seeds = seeds_of_job(work.experiment, Job(0, 0, 0))
    world = Runner(work).worlds.world(scenario, seeds)
    graph = world.graph
    return {
        "network": f"{graph.kind}: {graph.n_users:,} users, {graph.n_ties:,} ties",
        "network_hash": network_hash(graph),
        "network_notes": list(graph.notes),
        "network_in_memory": work.graph is not None,
    }


def _written_hash(experiment: Experiment) -> str | None:
    if experiment.scenario is None:
        return None
    return hashlib.sha256(as_yaml(experiment.scenario.written()).encode()).hexdigest()


def _named(function: object) -> str | None:
    if function is None:
        return None
    return f"{getattr(function, '__module__', '?')}:{getattr(function, '__qualname__', type(function).__name__)}"


def now() -> str:
    """The time, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def this_machine() -> dict[str, str]:
    """Where a session runs."""
    return {"host": socket.gethostname(), "machine": f"{platform.system()} {platform.machine()}"}


def points_hash(points: pd.DataFrame) -> str:
    """A hash of the design, value by value."""
    return hashlib.sha256(json.dumps(points.to_dict("split"), default=_plain).encode()).hexdigest()


def _plain(value: object) -> object:
    return value.item() if isinstance(value, np.generic) else str(value)


# --- on disk ----------------------------------------------------------------------------------------------------------


def write_manifest(folder: Path, facts: Manifest) -> None:
    """Write manifest.json, whole or not at all."""
    write_bytes(folder / MANIFEST, json.dumps(facts, indent=1, ensure_ascii=False, default=_plain).encode())


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a sweep folder. Raises RippleError when there is none, or one of something else."""
    try:
        facts = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise RippleError(f"{folder} holds no sweep: {MANIFEST} is missing") from None
    except (OSError, ValueError) as problem:
        raise RippleError(f"{folder / MANIFEST} cannot be read: {problem}") from None
    if not isinstance(facts, dict) or facts.get("kind") != "sweep":
        raise RippleError(f"{folder} holds no sweep of Trust Ripple")
    if facts.get("format", 0) > FORMAT:
        raise RippleError(f"{folder} was written by a later version of Trust Ripple ({facts.get('version')})")
    return facts


def write_experiment(folder: Path, experiment: Experiment, points: pd.DataFrame) -> None:
    """Write the experiment, its scenario with all that holds at every point in it, and the design."""
    document = {key: value for key, value in experiment.document.items() if key not in _ABOVE}
    if experiment.scenario is not None:
        document = {"experiment": document.pop("experiment"), "scenario": SCENARIO, **document}
        write_bytes(folder / SCENARIO, as_yaml(experiment.scenario.written()).encode())
    document.setdefault("name", experiment.name)
    if experiment.kind == "csv":
        document["design"] = {**experiment.design, "file": "points.csv"}
        write_bytes(folder / "points.csv", points.to_csv(index=False).encode())
    write_bytes(folder / EXPERIMENT, as_yaml(_filled(document)).encode())
    write_points(folder, points)


def _filled(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _filled(entry) for key, entry in value.items() if entry is not None}
    return [_filled(entry) for entry in value] if isinstance(value, (list, tuple)) else value


def read_experiment(folder: Path, facts: Manifest) -> Experiment:
    """The experiment of a sweep folder, with its scenario when it has one."""
    free = facts.get("function") is not None
    experiment = load_experiment(folder / EXPERIMENT, without_scenario=free, look_for_network=False)
    if not free and not (folder / SCENARIO).exists():
        raise RippleError(f"{folder} holds no complete sweep: {SCENARIO} is missing")
    return experiment


def write_points(folder: Path, points: pd.DataFrame) -> None:
    """Write the design; columns that hold values of several kinds as JSON."""
    table = pd.DataFrame(
        {name: points[name] if _one_kind(points[name]) else points[name].map(json.dumps) for name in points}
    )
    buffer = io.BytesIO()
    table.to_parquet(buffer, index=False)
    write_bytes(folder / POINTS, buffer.getvalue())


def read_points(folder: Path, experiment: Experiment) -> pd.DataFrame:
    """The design as it was run: point x factor."""
    try:
        table = pd.read_parquet(folder / POINTS)
    except (OSError, ValueError) as problem:
        raise RippleError(f"{folder} holds no complete sweep: {POINTS} cannot be read ({problem})") from None
    for factor in experiment.factors:
        if factor.distribution == "choice" and not _one_kind(pd.Series(factor.values, dtype=object)):
            table[factor.path] = table[factor.path].map(json.loads).astype(object)
    return table.rename_axis("point")


def _one_kind(values: pd.Series) -> bool:
    kinds = {
        bool if isinstance(v, (bool, np.bool_)) else float if isinstance(v, (int, float, np.number)) else type(v)
        for v in values
    }
    return len(kinds) <= 1
