"""Own trust of one user: two earned stocks, wounds that heal and scars that hardly do.

    X = w C + (1 - w) E,   C = B_c exp(-(W_c + S_c)),   E = B_e exp(-(W_e + S_e))

A gain shrinks the distance of B to 1; a loss adds to W and S. X cannot leave [0, 1] whatever happens, and events of the
same moment commute.
"""

from __future__ import annotations

import math
from collections import namedtuple

import numpy as np

from sim.compiled import compiled
from sim.dynamics.state import (
    BASE_C, BASE_E, FATIGUE, GAIN_C, GAIN_E, HURT_C, HURT_E, SCAR_C, SCAR_E, WEIGHT, WOUND_C, WOUND_E,
)  # fmt: skip

Fades = namedtuple("Fades", "gain wound hurt scar fatigue")
Fades.__doc__ = "What is left, at one moment, of one unit put into each clock at its base."

Times = namedtuple("Times", "gain wound hurt scar fatigue")
Times.__doc__ = "The time constants of the clocks, h."


@compiled
def fade(y):
    """exp(-y) for y >= 0 by multiplications only, so that it vectorises and has the same bits on every machine.

    Error below 1e-9 for y <= 8; y beyond 32 counts as 32 (1e-14).
    """
    x = min(y, 32.0) * (-1.0 / 64.0)
    p = 1.0 + x * (1.0 + x * (1 / 2 + x * (1 / 6 + x * (1 / 24 + x * (1 / 120 + x * (1 / 720))))))
    p *= p
    p *= p
    p *= p
    p *= p
    p *= p
    p *= p
    return p


@compiled
def fades_at(time, base, times):
    """What is left at `time` (h) of units put into the clocks at `base`: see `Fades`."""
    age = base - time
    return Fades(
        math.exp(age / times.gain),
        math.exp(age / times.wound),
        math.exp(age / times.hurt),
        math.exp(age / times.scar),
        math.exp(age / times.fatigue),
    )


@compiled
def sides(columns, at, fades):
    """The cognitive and the affective trust (C, E) of the user whose columns start at `at`, float64."""
    cognitive = (columns[at + BASE_C] + columns[at + GAIN_C] * fades.gain) * fade(
        columns[at + WOUND_C] * fades.wound + columns[at + HURT_C] * fades.hurt + columns[at + SCAR_C] * fades.scar
    )
    affective = (columns[at + BASE_E] + columns[at + GAIN_E] * fades.gain) * fade(
        columns[at + WOUND_E] * fades.wound + columns[at + HURT_E] * fades.hurt + columns[at + SCAR_E] * fades.scar
    )
    return cognitive, affective


@compiled
def own_trust(columns, at, fades):
    """X of a user as the float32 that is stored."""
    cognitive, affective = sides(columns, at, fades)
    w = np.float64(columns[at + WEIGHT])
    return np.float32(min(1.0, max(0.0, w * cognitive + (1.0 - w) * affective)))


@compiled
def add_wound(columns, at, fades, moral, cognitive, affective):
    """Add to the wounds of both sides of a user (log units); negative amounts repair, down to none."""
    if moral:
        c, e, left = HURT_C, HURT_E, fades.hurt
    else:
        c, e, left = WOUND_C, WOUND_E, fades.wound
    columns[at + c] = max(np.float32(0.0), np.float32(columns[at + c] + cognitive / left))
    columns[at + e] = max(np.float32(0.0), np.float32(columns[at + e] + affective / left))


@compiled
def add_scar(columns, at, fades, cognitive, affective):
    """Add to the scars of both sides of a user (log units)."""
    columns[at + SCAR_C] += np.float32(cognitive / fades.scar)
    columns[at + SCAR_E] += np.float32(affective / fades.scar)


@compiled
def earn(columns, at, fades, cognitive, affective):
    """Shrink the distance of both earned stocks of a user to 1 by exp(-dose)."""
    for base, gain, dose in ((BASE_C, GAIN_C, cognitive), (BASE_E, GAIN_E, affective)):
        start = np.float64(columns[at + base])
        stock = start + columns[at + gain] * fades.gain
        stock = 1.0 - (1.0 - stock) * math.exp(-dose)
        columns[at + gain] = np.float32((min(1.0, stock) - start) / fades.gain)


@compiled
def tire(columns, at, fades, posts):
    """Add to the fatigue of a user; returns the fatigue before, in posts."""
    before = columns[at + FATIGUE] * fades.fatigue
    columns[at + FATIGUE] = np.float32((before + posts) / fades.fatigue)
    return before
