"""A run laid aside and taken up again, bit for bit: arrays as .npy files, the agenda as JSON; nothing is pickled.

    lay_aside(engine, folder)
    engine = take_up(setup, folder)     # the same setup
    engine.run()                        # ends as the run that was never interrupted

A run is a function of its setup, however its time was cut into calls; so what is kept is what has changed since the
start, and what the setup gives (ties, names, activity) is made anew.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from sim.dynamics import state as s
from sim.dynamics.brand import plain_outgoing
from sim.dynamics.engine import Engine
from sim.dynamics.setup import Setup
from sim.errors import RippleError

_GIVEN = frozenset(
    ("who", "back_start", "back", "activity", "opens", "closes", "opened_before", "waits")
)  # by the setup
_BESIDE = ("trust", "sums", "rows", "lowest", "expressed", "start_trust")  # arrays of the engine outside `live`
_FILE = "agenda.json"
_LARGE = 1_000_000  # bytes; files above are read piece by piece


def require_no_rules(setup: Setup) -> None:
    """Raise RippleError for a run with rules of its own: what they keep in themselves cannot be laid aside."""
    if setup.rules:
        names = ", ".join(rule.name for rule in setup.rules)
        raise RippleError(f"a run with rules of its own ({names}) cannot be laid aside and continued")


def lay_aside(engine: Engine, folder: Path) -> None:
    """Write all that has changed since the start into an existing folder. Raises RippleError for a run with rules."""
    require_no_rules(engine.setup)
    for name in s.Live._fields:
        if name not in _GIVEN:
            np.save(folder / f"{name}.npy", getattr(engine.live, name), allow_pickle=False)
    for name in _BESIDE:
        np.save(folder / f"{name}.npy", getattr(engine, name), allow_pickle=False)
    plain = {
        "agenda": engine.agenda.laid_aside(),
        "out": [plain_outgoing(out) for out in engine.out],
        "causes": engine.causes,
        "meetings_used": int(engine.meetings_used),
        "n_responses": engine.n_responses,
        "by_hand": engine.by_hand,
    }
    (folder / _FILE).write_text(json.dumps(plain), encoding="utf-8")


def take_up(setup: Setup, folder: Path, threads: int | None = None) -> Engine:
    """The engine that was laid aside there; setup: the one it had. Raises OSError or ValueError for a broken file."""
    require_no_rules(setup)
    plain = json.loads((folder / _FILE).read_text(encoding="utf-8"))
    engine = Engine(setup, threads)
    engine.agenda.take_up(plain["agenda"])
    engine.out = [engine.agenda.outgoing(one) for one in plain["out"]]
    engine.row_of = {out.act.id: row for row, out in enumerate(engine.out)}
    engine.causes = list(plain["causes"])
    engine.cause_of = {name: row for row, name in enumerate(engine.causes) if row >= len(s.CAUSES)}
    engine.meetings_used, engine.n_responses = plain["meetings_used"], plain["n_responses"]
    engine.by_hand = dict(plain["by_hand"])
    changed = {
        name: _filled(getattr(engine.live, name), folder / f"{name}.npy")
        for name in s.Live._fields
        if name not in _GIVEN
    }
    engine.live = engine.live._replace(**changed)
    for name in _BESIDE:
        setattr(engine, name, _filled(getattr(engine, name), folder / f"{name}.npy"))
    return engine


def _filled(array: np.ndarray, file: Path) -> np.ndarray:
    """The array of a file, in the place of `array` where it fits, so that large ones are not held twice."""
    stored = np.load(file, mmap_mode="r" if file.stat().st_size > _LARGE else None, allow_pickle=False)
    if stored.dtype != array.dtype:
        raise ValueError(f"{file.name} holds {stored.dtype}, not {array.dtype}")
    if stored.shape != array.shape:
        return np.array(stored)
    array[...] = stored
    return array
