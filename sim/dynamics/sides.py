"""What can be said of users' own trust now: its two sides, the wounds and the scars, from the stocks as they lie."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from sim.dynamics.trust import Fades


def sides_and_wounds(stock: Mapping[str, Any], left: Fades) -> dict[str, Any]:
    """The two sides of own trust, 0..1, and mean wound and mean scar of both sides (log units).

    stock: the columns of a state by name, each an array or the number of one user; left: what is left of them now.
    """
    out, wounds, scars = {}, [], []
    for side in ("cognitive", "affective"):
        wounds.append(stock[f"wound_{side}"] * left.wound + stock[f"hurt_{side}"] * left.hurt)
        scars.append(stock[f"scar_{side}"] * left.scar)
        earned = stock[f"base_{side}"] + stock[f"gain_{side}"] * left.gain
        out[side] = earned * np.exp(-(wounds[-1] + scars[-1]))
    return {**out, "wound": (wounds[0] + wounds[1]) / 2, "scar": (scars[0] + scars[1]) / 2}
