"""Impressions: a loss multiplies trust by exp(-dose) and heals; a gain shrinks the distance to 1 and is forgotten."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from sim.errors import RippleError


def relaxed(value: ArrayLike, hours: ArrayLike, time_constant: float, toward: ArrayLike = 0.0) -> np.ndarray:
    """What time makes of a stock left alone: toward + (value - toward) exp(-hours / time_constant).

    Wounds, scars, tiredness of posts and a brand's record go toward 0, earned trust toward the sector's base.
    value, toward  any unit;  hours  h;  time_constant  h, > 0, infinite for what never fades. Shapes broadcast.
    """
    _positive("time_constant", time_constant, infinite=True)
    goal = np.asarray(toward, dtype=np.float64)
    return goal + (np.asarray(value, dtype=np.float64) - goal) * np.exp(-np.asarray(hours) / time_constant)


def gained(earned: ArrayLike, dose: ArrayLike) -> np.ndarray:
    """Earned trust after a good impression: 1 - (1 - earned) exp(-dose). Diminishing returns; doses add up.

    earned  0..1;  dose  >= 0 (gain per unit x magnitude x credibility). Shapes broadcast.
    """
    return 1.0 - (1.0 - np.asarray(earned, dtype=np.float64)) * np.exp(-np.asarray(dose, dtype=np.float64))


def trust_kept(
    dose: float, scar_share: float, hours: ArrayLike, wound_time: float, scar_time: float = math.inf
) -> np.ndarray:
    """The share of trust left some time after one loss: exp(-dose [(1-s) exp(-t/wound_time) + s exp(-t/scar_time)]).

    dose  log scale, >= 0;  scar_share  s, 0..1: what does not heal with the wound
    hours  h since the loss, one number or an array;  wound_time, scar_time  h.
    Returns f8 of the shape of hours: exp(-dose) at once, rising to exp(-s dose) and, with the scar, slowly to 1.
    """
    _share("scar_share", scar_share)
    wound = relaxed((1 - scar_share) * dose, hours, wound_time)
    return np.exp(-(wound + relaxed(scar_share * dose, hours, scar_time)))


def stock_mean(rate: float, dose: float, time_constant: float) -> float:
    """The long-run mean of a stock that each event raises by `dose` and time wears off: rate x dose x time_constant.

    rate  events/h (a Poisson process);  dose  per event;  time_constant  h. For wounds, and for tiredness of posts.
    Source: Campbell's theorem; Rice 1944, doi:10.1002/j.1538-7305.1944.tb00874.x.
    """
    _not_negative("rate", rate)
    _positive("time_constant", time_constant)
    return rate * dose * time_constant


def trust_kept_mean(rate: float, dose: float, time_constant: float) -> float:
    """The long-run mean of exp(-wound) under losses that keep coming: exp(-rate time_constant Ein(dose)).

    Ein(x) = integral over 0..x of (1 - exp(-y)) / y = x - x^2/(2 2!) + x^3/(3 3!) - ...
    rate  losses/h (a Poisson process);  dose  log scale, >= 0;  time_constant  h.
    Source: the characteristic functional of shot noise; Rice 1944, doi:10.1002/j.1538-7305.1944.tb00874.x.
    """
    _not_negative("rate", rate)
    _not_negative("dose", dose)
    _positive("time_constant", time_constant)
    return math.exp(-rate * time_constant * _ein(dose))


def earned_mean(rate: float, dose: float, time_constant: float, base: float) -> float:
    """The long-run mean of earned trust under gains that keep coming: (rate a + base/tau) / (rate a + 1/tau).

    a = 1 - exp(-dose), the share of the distance to 1 that one gain closes; tau = time_constant.
    rate  gains/h (a Poisson process);  dose  >= 0;  time_constant  h;  base  0..1, what is left without any gain.
    Source: the mean of dB = a (1-B) dN - (B - base)/tau dt set to rest.
    """
    _not_negative("rate", rate)
    _not_negative("dose", dose)
    _positive("time_constant", time_constant)
    _share("base", base)
    pull = rate * -math.expm1(-dose)
    return (pull + base / time_constant) / (pull + 1 / time_constant)


def _ein(x: float) -> float:
    # The integrand is smooth: Gauss and Legendre's 40 points on panels no wider than 8 leave only round-off.
    panels = max(1, math.ceil(x / 8))
    nodes, weights = np.polynomial.legendre.leggauss(40)
    half = x / panels / 2
    y = (np.arange(panels)[:, None] * 2 + 1 + nodes) * half
    return float(np.sum(weights * (-np.expm1(-y) / y)) * half) if x > 0 else 0.0


def _not_negative(name: str, value: float) -> None:
    if not 0 <= value < math.inf:
        raise RippleError(f"{name}: {value} must be 0 or more")


def _positive(name: str, value: float, infinite: bool = False) -> None:
    if not 0 < value or (value == math.inf and not infinite):
        raise RippleError(f"{name}: {value} must be above 0")


def _share(name: str, value: float) -> None:
    if not 0 <= value <= 1:
        raise RippleError(f"{name}: {value} is not a share; write a number between 0 and 1")
