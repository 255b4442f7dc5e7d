"""Two closed books of trust.

*Own*: the change of mean own trust is the sum over (cause, channel); the cause is the act it descends from, the channel
how it came: met directly, heard at hop 1, 2, 3 or more, repaired by a response; and time, which heals and forgets.
*Expressed*: the change of mean expressed trust is the sum of the pull toward own trust and of talk. Every booking is the
difference of two stored values, summed in float64; no account is a remainder.
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
    return rows


def gaps(engine: Engine) -> dict[str, float]:
    """For each book, the change of mean trust that no account explains; 0 up to round-off when it is closed."""
    seen = observe.table(engine.rows[: int(engine.state[s.STEP]) + 1])
    own = float(engine.books.sum()) / engine.n - (seen["own"][-1] - seen["own"][0])
    expressed = float(engine.expressed.sum()) / engine.n - (seen["trust"][-1] - seen["trust"][0])
    return {"own": own, "expressed": expressed}


def check(engine: Engine) -> None:
    """Raise ArithmeticError naming the book that does not close, and by how much. Only at the end of a talk step."""
    for book, gap in gaps(engine).items():
        if not np.isfinite(gap) or abs(gap) > TOLERANCE:
            raise ArithmeticError(f"the {book} book does not close: {gap:.3g} of mean trust is not accounted for")
