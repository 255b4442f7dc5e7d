"""Two closed books of trust.

*Own*: the change of mean own trust is the sum over (cause, channel); the cause is the act it descends from, the channel
how it came: met directly, heard at hop 1, 2, 3 or more, repaired by a response, changed by a rule or by hand; and time,
which heals and forgets. *Expressed*: the change of mean expressed trust is the sum of the pull toward own trust, of talk,
and of what rules and hands changed. Every booking is the difference of two stored values, summed in float64; no account is
a remainder.
"""

from __future__ import annotations

import numpy as np

from sim.dynamics import observe
from sim.dynamics import state as s
from sim.dynamics.engine import Engine

TOLERANCE = 1e-9  # of mean trust


def accounts(engine: Engine) -> list[tuple[str, str, str, float]]:
    """(book, cause, channel, change of mean trust) for every account that was used; trust in 0..1."""
    rows = []
    for row, cause in enumerate(engine.causes):
        for channel, name in enumerate(s.CHANNELS):
            if engine.books[row, channel] != 0.0:
                rows.append(("own", cause, name, float(engine.books[row, channel]) / engine.n))
    for name, which in (("pull", s.PULL), ("talk", s.TALK)):
        rows.append(("expressed", "talk", name, float(engine.expressed[which]) / engine.n))
    for cause, change in engine.by_hand.items():
        rows.append(("expressed", cause, s.CHANNELS[s.RULE], change / engine.n))
    return rows


def gaps(engine: Engine) -> dict[str, float]:
    """For each book, the change of mean trust that no account explains; 0 up to round-off when it is closed.

    The change is from the first row of what was seen to what stands now, which holds at any moment.
    """
    first = observe.table(engine.rows[:1])
    own = float(np.mean(s.column(engine.columns, s.OWN, engine.n), dtype=np.float64)) - first["own"][0]
    trust = float(np.mean(engine.expressed_trust(), dtype=np.float64)) - first["trust"][0]
    talked = float(engine.expressed.sum()) + sum(engine.by_hand.values())
    return {"own": float(engine.books.sum()) / engine.n - own, "expressed": talked / engine.n - trust}


def check(engine: Engine) -> None:
    """Raise ArithmeticError naming the book that does not close, and by how much."""
    for book, gap in gaps(engine).items():
        if not np.isfinite(gap) or abs(gap) > TOLERANCE:
            raise ArithmeticError(f"the {book} book does not close: {gap:.3g} of mean trust is not accounted for")
