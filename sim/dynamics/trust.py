"""Own trust of one user: two earned stocks, wounds that heal and scars that hardly do.

    X = w C + (1 - w) E,   C = B_c exp(-(W_c + S_c)),   E = B_e exp(-(W_e + S_e))

A gain shrinks the distance of B to 1; a loss adds to W and S. X cannot leave [0, 1] whatever happens, and events of the
same moment commute.
"""

from __future__ import annotations

import math
from collections import namedtuple

import numpy as np

from sim.compiled import compiled, compiled_into
from sim.dynamics.state import (
    BASE_C,
    BASE_E,
    FATIGUE,
    GAIN_C,
    GAIN_E,
    HURT_C,
    HURT_E,
    SCAR_C,
    SCAR_E,
    WEIGHT,
    WOUND_C,
    WOUND_E,
)  # fmt: skip

Fades = namedtuple("Fades", "gain wound hurt scar fatigue word")
Fades.__doc__ = "What is left, at one moment, of one unit put into each clock at its base."

SingleFades = namedtuple("SingleFades", "gain wound hurt scar")
SingleFades.__doc__ = "The same for the stocks of own trust, float32."

Times = namedtuple("Times", "gain wound hurt scar fatigue word")
Times.__doc__ = "The time constants of the clocks, h."


# constants of single precision: a plain number would make the loops compute in double precision, half as fast
_ZERO, _ONE, _HALF, _MOST = np.float32(0), np.float32(1), np.float32(0.5), np.float32(80)
_C2, _C3, _C4, _C5, _C6 = (np.float32(1 / k) for k in (2, 6, 24, 120, 720))
_LOG2_E, _LN2_HIGH, _LN2_LOW = np.float32(1.442695), np.float32(0.693145751953125), np.float32(1.4286068e-6)
_BIAS, _MANTISSA = np.int32(127), np.int32(23)


@compiled_into
def fade(y):
    """exp(-y) for a float32 y >= 0, by arithmetic only: it vectorises and has the same bits on every machine.

    Exactly 1 at 0; relative error below 3e-7; y beyond 80 counts as 80. The exponent is cut into a power of two, put
    into the bits of the result, and a rest within ln(2)/2, whose exponential is a series (Cody & Waite 1980).
    """
    y = min(y, _MOST)
    power = np.int32(y * _LOG2_E + _HALF)
    whole = np.float32(power)
    r = (whole * _LN2_HIGH - y) + whole * _LN2_LOW
    p = _ONE + r * (_ONE + r * (_C2 + r * (_C3 + r * (_C4 + r * (_C5 + r * _C6)))))
    return p * np.int32((_BIAS - power) << _MANTISSA).view(np.float32)


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
        math.exp(age / times.word),
    )


@compiled_into
def single(fades):
    """The fades in single precision, as the stocks are."""
    return SingleFades(np.float32(fades.gain), np.float32(fades.wound), np.float32(fades.hurt), np.float32(fades.scar))


@compiled_into
def side(base, gain, wound, scar):
    """C or E: an earned stock and what wounds and scars leave of it; all float32, as of one moment."""
    return (base + gain) * fade(wound + scar)


@compiled_into
def blended(weight, cognitive, affective):
    """X = w C + (1 - w) E, float32 in [0, 1]."""
    return min(_ONE, max(_ZERO, weight * cognitive + (_ONE - weight) * affective))


@compiled_into
def own_trust(columns, at, fades):
    """X of the user whose columns start at `at`, the float32 that is stored."""
    f = single(fades)
    cognitive = side(
        columns[at + BASE_C], columns[at + GAIN_C] * f.gain,
        columns[at + WOUND_C] * f.wound + columns[at + HURT_C] * f.hurt, columns[at + SCAR_C] * f.scar
    )  # fmt: skip
    affective = side(
        columns[at + BASE_E], columns[at + GAIN_E] * f.gain,
        columns[at + WOUND_E] * f.wound + columns[at + HURT_E] * f.hurt, columns[at + SCAR_E] * f.scar
    )  # fmt: skip
    return blended(columns[at + WEIGHT], cognitive, affective)


@compiled_into
def add_wound(columns, at, fades, moral, cognitive, affective):
    """Add to the wounds of both sides of a user (log units); negative amounts repair, down to none."""
    if moral:
        c, e, left = HURT_C, HURT_E, fades.hurt
    else:
        c, e, left = WOUND_C, WOUND_E, fades.wound
    columns[at + c] = max(np.float32(0.0), np.float32(columns[at + c] + cognitive / left))
    columns[at + e] = max(np.float32(0.0), np.float32(columns[at + e] + affective / left))


@compiled_into
def add_scar(columns, at, fades, cognitive, affective):
    """Add to the scars of both sides of a user (log units)."""
    columns[at + SCAR_C] += np.float32(cognitive / fades.scar)
    columns[at + SCAR_E] += np.float32(affective / fades.scar)


@compiled_into
def earn(columns, at, fades, cognitive, affective):
    """Shrink the distance of both earned stocks of a user to 1 by exp(-dose)."""
    for base, gain, dose in ((BASE_C, GAIN_C, cognitive), (BASE_E, GAIN_E, affective)):
        start = np.float64(columns[at + base])
        stock = start + columns[at + gain] * fades.gain
        stock = 1.0 - (1.0 - stock) * math.exp(-dose)
        columns[at + gain] = np.float32((min(1.0, stock) - start) / fades.gain)


@compiled_into
def tire(columns, at, fades, posts):
    """Add to the fatigue of a user; returns the fatigue before, in posts."""
    before = columns[at + FATIGUE] * fades.fatigue
    columns[at + FATIGUE] = np.float32((before + posts) / fades.fatigue)
    return before
