"""What can be read of users, for one of them or for many at once, straight from the arrays of the engine.

Each function takes the engine and rows of it, a whole number or an array, and gives one value or as many.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.dynamics import state as s
from sim.dynamics.engine import Engine
from sim.dynamics.sides import sides_and_wounds
from sim.dynamics.trust import fades_at


def trust(engine: Engine, at: Any) -> Any:
    """Expressed trust, 0..1."""
    return engine.trust[engine.state[s.SIDE], at]


def own_trust(engine: Engine, at: Any) -> Any:
    """Own trust, 0..1."""
    return _stored(engine, at, s.OWN)


def cognitive(engine: Engine, at: Any) -> Any:
    """The cognitive side of own trust, 0..1."""
    return _sides(engine, at)["cognitive"]


def affective(engine: Engine, at: Any) -> Any:
    """The affective side of own trust, 0..1."""
    return _sides(engine, at)["affective"]


def wound(engine: Engine, at: Any) -> Any:
    """The mean wound of both sides, log units."""
    return _sides(engine, at)["wound"]


def scar(engine: Engine, at: Any) -> Any:
    """The mean scar of both sides, log units."""
    return _sides(engine, at)["scar"]


def follows(engine: Engine, at: Any) -> Any:
    """True for those who follow the brand."""
    return (engine.flags[at] & s.FOLLOWS) != 0


def reached(engine: Engine, at: Any) -> Any:
    """True for those who met or heard of an act."""
    return (engine.flags[at] & s.REACHED) != 0


def label(engine: Engine, at: Any) -> Any:
    """The names in the network as it was read."""
    labels = engine.world.graph.labels
    return engine.world.order[at] if labels is None else labels[at]


def community(engine: Engine, at: Any) -> Any:
    """The number of the community, as in the audience of an act."""
    return engine.world.communities[at]


def row(engine: Engine, at: Any) -> Any:
    """The row in the network as it was read, and in `results().users`."""
    return engine.world.order[at]


def unique_id(engine: Engine, at: Any) -> Any:
    """The row, counted from 1 as Mesa counts agents."""
    return engine.world.order[at] + 1


def plain(values: Any) -> Any:
    """NumPy's numbers as Python's, one or a list; names as they are."""
    return values.tolist() if isinstance(values, (np.ndarray, np.generic)) else values


def _stored(engine: Engine, at: Any, which: int) -> Any:
    return engine.columns[(at // s.BLOCK) * s.BLOCK_SIZE + at % s.BLOCK + which]


def _sides(engine: Engine, at: Any) -> dict[str, Any]:
    place = (at // s.BLOCK) * s.BLOCK_SIZE + at % s.BLOCK
    stock = {name: engine.columns[place + k * s.BLOCK] for k, name in enumerate(s.COLUMNS)}
    return sides_and_wounds(stock, fades_at(engine.now, engine.clock[s.CLOCK_BASE], engine.times))
