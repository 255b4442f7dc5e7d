"""Users who are followed through a run: chosen once, read at some hours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sim.dynamics.engine import Engine
from sim.study.sweep.experiment import Panel
from sim.study.tables import USERS, labels_of
from sim.world import draws
from sim.world.people import audience

_READ = {column.name: column.read for column in USERS if column.read is not None}


class Followed(NamedTuple):
    """Followed users at some hours: hour f8[rows], label (rows), and one array for each column of the panel."""

    hour: np.ndarray
    label: np.ndarray
    columns: tuple[np.ndarray, ...]

    @classmethod
    def joined(cls, parts: Sequence[Followed]) -> Followed:
        """Hours one below the other."""
        return cls(
            np.concatenate([part.hour for part in parts]),
            np.concatenate([part.label for part in parts]),
            tuple(np.concatenate(columns) for columns in zip(*(part.columns for part in parts), strict=True)),
        )


def panel_rows(engine: Engine, panel: Panel) -> Followed:
    """The followed users of a run as they are now, in the order of the network as it was read or made."""
    rows = _chosen(engine, panel)
    place = np.sort(engine.world.order[rows])
    labels = engine.world.in_first_order(np.asarray(labels_of(engine, np.arange(engine.n))))[place]
    columns = tuple(np.asarray(_READ[name](engine))[place] for name in panel.columns)
    return Followed(np.full(len(place), engine.now), labels, columns)


def _chosen(engine: Engine, panel: Panel) -> np.ndarray:
    """The rows of the followed users: those of an audience at the start, or so many drawn by their names."""
    world = engine.world
    if not isinstance(panel.users, int):
        return np.flatnonzero(audience(world, panel.users, engine.setup.numbers, world.people.follows))
    lots = draws.uniforms(draws.stream(world.seed, "panel"), world.people.who, 0)
    return np.argsort(lots, kind="stable")[: panel.users]
