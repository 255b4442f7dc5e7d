"""A sweep folder at the start of a session: new, gone on with, or grown; anything else is refused before a run begins."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.errors import RippleError
from sim.study.sweep.code import code_hash
from sim.study.sweep.jobs import Jobs, Shard, Stage
from sim.study.sweep.lock import NAME as LOCK
from sim.study.sweep.manifest import (
    MANIFEST,
    Manifest,
    first_manifest,
    read_experiment,
    read_manifest,
    read_points,
    write_experiment,
    write_manifest,
)
from sim.study.sweep.runner import Work
from sim.study.sweep.store import RUNS, Store

_GROW = ("replicates", "design", "factors")  # what may be different when a sweep is extended


@dataclass
class Begun:
    """What a session works on: points as they are numbered in this folder, all jobs, those done, the manifest."""

    store: Store
    points: pd.DataFrame
    jobs: Jobs
    done: set[int]
    manifest: Manifest


def check_folder(folder: Path) -> None:
    """Refuse a folder that holds something else than a sweep. Raises RippleError and touches nothing."""
    if folder.exists() and not folder.is_dir():
        raise RippleError(f"{folder} is a file; name a folder for the sweep")
    if folder.is_dir() and not (folder / MANIFEST).exists():
        others = [entry.name for entry in folder.iterdir() if entry.name != LOCK and not entry.name.startswith(".")]
        others = [
            name for name in others if name not in ("experiment.yaml", "scenario.yaml", "points.parquet", "points.csv")
        ]
        if others and not set(others) <= {"runs", "series", "panels", "failures"}:
            raise RippleError(f"{folder} holds other things than a sweep ({others[0]} ...); name another folder")


def begin(folder: Path, work: Work, points: pd.DataFrame, shard: Shard | None, extend: bool) -> Begun:
    """Make a sweep folder, or go on with one. The caller holds its lock.

    Raises RippleError when the experiment, the scenario, the network or the program is not what the folder was begun with.
    """
    store = Store(folder)
    if not (folder / MANIFEST).exists():
        facts = first_manifest(work, points, shard)
        store.prepare()
        write_experiment(folder, work.experiment, points)
        write_manifest(folder, facts)
        again = read_experiment(folder, facts)
        if again.scenario != work.experiment.scenario or again.hash() != work.experiment.hash():
            raise RuntimeError(f"{folder}: the experiment does not read back as it was written")
        return Begun(store, points, Jobs([Stage(*stage) for stage in facts["stages"]]), set(), facts)
    facts = read_manifest(folder)
    new = first_manifest(work, points, shard)
    _same_program(folder, facts)
    _same_base(folder, facts, new)
    if facts["experiment_hash"] != new["experiment_hash"] or facts["points_hash"] != new["points_hash"]:
        points = _grown(folder, work, points, facts, new, extend)
    else:
        points = read_points(folder, work.experiment)
    store.prepare()
    jobs = Jobs([Stage(*stage) for stage in facts["stages"]])
    return Begun(store, points, jobs, done_jobs(store, len(work.arms)), facts)


def done_jobs(store: Store, arms: int) -> set[int]:
    """The numbers of the jobs all of whose runs are there."""
    parts = [part["RunId"].to_numpy() for part in store.columns(RUNS, ["RunId"])]
    runs = np.unique(np.concatenate(parts)) if parts else np.zeros(0, np.int64)
    job, count = np.unique(runs // arms, return_counts=True)
    return set(job[count == arms].tolist())


def _same_program(folder: Path, facts: Manifest) -> None:
    if facts["code_hash"] != code_hash():
        raise RippleError(
            f"{folder} was begun by another version of the model ({facts['version']}, code {facts['code_hash']}; this is "
            f"{code_hash()}); its runs would not match. Name another folder, or go on with that version"
        )


def _same_base(folder: Path, old: Manifest, new: Manifest) -> None:
    for key, words in (
        ("function", "another function"),
        ("written_hash", "another scenario, or it was changed"),
        ("network_hash", "another network, or it was changed"),
        ("shard", "another shard"),
        ("rules", "other rules, or their code was changed"),
    ):
        if old.get(key) != new.get(key):
            raise RippleError(f"{folder} was begun with {words}; name another folder")


def _grown(
    folder: Path, work: Work, points: pd.DataFrame, facts: Manifest, new: Manifest, extend: bool
) -> pd.DataFrame:
    """The points of a sweep that gets more of them, or more replicates; the folder's files are written anew."""
    old, now = facts["experiment"], new["experiment"]
    differs = [key for key in now if _as_json(now[key]) != _as_json(old.get(key))]
    if not set(differs) <= set(_GROW):
        named = ", ".join(key for key in differs if key not in _GROW)
        raise RippleError(
            f"{folder} was begun with another experiment: {named} changed since. Name another folder, or put the file back"
        )
    before = read_points(folder, read_experiment(folder, facts))
    stage = Stage(*facts["stages"][-1])
    added = _new_points(before, points)
    if added is None or work.experiment.replicates < stage.replicates:
        what = "fewer replicates" if added is not None else "other points"
        raise RippleError(
            f"{folder} was begun with another experiment: this one has {what}. A sweep grows by replicates, and by points "
            "when the design has all the old ones (sobol, sobol-sequence, morris, grid, csv). Name another folder"
        )
    if not extend:
        raise RippleError(
            f"{folder} holds {len(before)} points x {stage.replicates} replicates; the experiment now has {len(points)} x "
            f"{work.experiment.replicates}. Add what is new with --extend (extend=True), or name another folder"
        )
    merged = pd.concat([before, added], ignore_index=True).rename_axis("point")
    grown = Stage(len(merged), work.experiment.replicates)
    facts |= {key: new[key] for key in ("experiment", "experiment_hash", "points_hash")}
    if grown != stage:
        facts["stages"] = [*facts["stages"], list(grown)]
    write_experiment(folder, work.experiment, merged)
    write_manifest(folder, facts)
    return merged


def _new_points(before: pd.DataFrame, points: pd.DataFrame) -> pd.DataFrame | None:
    """The rows of a design that the one before lacks; None when it lacks some of those."""
    old = {tuple(row) for row in before.itertuples(index=False, name=None)}
    rows = [tuple(row) for row in points.itertuples(index=False, name=None)]
    if list(before.columns) != list(points.columns) or not old <= set(rows):
        return None
    if len(before) <= len(points) and rows[: len(before)] == [
        tuple(r) for r in before.itertuples(index=False, name=None)
    ]:
        return points.iloc[len(before) :]  # repeated points, as in Morris, keep their places
    return points[[row not in old for row in rows]]


def _as_json(value: Any) -> Any:
    return json.loads(json.dumps(value))
