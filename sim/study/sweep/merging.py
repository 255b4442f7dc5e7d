"""Shards of one sweep put together into one folder."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path

from sim.errors import RippleError
from sim.study.sweep.begun import check_folder
from sim.study.sweep.lock import locked
from sim.study.sweep.manifest import (
    MANIFEST,
    Manifest,
    now,
    read_experiment,
    read_manifest,
    read_points,
    write_experiment,
    write_manifest,
)
from sim.study.sweep.opened import Sweep, open_sweep
from sim.study.sweep.store import Store

_SAME = ("experiment_hash", "points_hash", "written_hash", "network_hash", "code_hash", "stages", "function", "rules")


def merge(folders: Sequence[str | Path], out: str | Path) -> Sweep:
    """Put the runs of shards (or of other pieces of the same sweep) into a new folder; the pieces stay as they are.

    Runs that are in several of them are kept once: they are equal. What is missing can be run with the same command and
    `--out` this folder. Raises RippleError when they are not pieces of one sweep.
    """
    paths = [Path(folder).expanduser() for folder in folders]
    if not paths:
        raise RippleError("name the folders to merge")
    target = Path(out).expanduser()
    manifests = [read_manifest(path) for path in paths]
    for path, facts in zip(paths[1:], manifests[1:], strict=True):
        differs = [key for key in _SAME if facts.get(key) != manifests[0].get(key)]
        if differs:
            raise RippleError(f"{path} and {paths[0]} are not pieces of one sweep: {', '.join(differs)} differ")
    check_folder(target)
    if (target / MANIFEST).exists():
        raise RippleError(f"{target} holds a sweep already; name another folder")
    target.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        for path in (*paths, target):
            stack.enter_context(locked(path))
        _put_together(paths, manifests, target)
    return open_sweep(target)


def _put_together(paths: Sequence[Path], manifests: Sequence[Manifest], target: Path) -> None:
    experiment = read_experiment(paths[0], manifests[0])
    store = Store(target)
    store.prepare()
    store.take(Store(path) for path in paths)
    write_experiment(target, experiment, read_points(paths[0], experiment))
    facts = {**manifests[0], "shard": None, "made": now()}
    facts["merged_from"] = [
        {"folder": path.name, "shard": m["shard"]} for path, m in zip(paths, manifests, strict=True)
    ]
    facts["sessions"] = [session for m in manifests for session in m["sessions"]]
    write_manifest(target, facts)  # last: it makes the folder a sweep
