"""Elementary effects (Morris): what a large step of one factor does, at many places of the space.

mu* is the mean size of the effect, sigma how much it differs from place to place (curves and interactions), both per
width of the factor's range. Replicates tell how much of sigma is luck. Source: Morris 1991,
doi:10.1080/00401706.1991.10484804; Campolongo, Cariboni & Saltelli 2007, doi:10.1016/j.envsoft.2006.10.004.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from sim.errors import RippleError
from sim.study.analysis.observed import Observed
from sim.world import draws

_RESAMPLES = 1000
_Z = 1.959964


def elementary_effects(data: Observed) -> pd.DataFrame:
    """mu*, mu and sigma of every factor from the points of `morris`, largest mu* first.

        sigma^2 = variance of the effects over places - mean of their variance over replicates / R

    Columns factor, mu_star, mu_star_low, mu_star_high, mu, sigma, noise: in the unit of the measure for a step from end to
    end of the factor's distribution. noise: the standard error of one effect by luck alone (NaN with one replicate, where
    sigma keeps it); a mu* that is no larger than about .8 of it, what luck alone would give, says nothing.
    Raises RippleError when the points are not trajectories.
    """
    k = len(data.factors)
    if data.n_points % (k + 1):
        raise RippleError(f"{data.n_points} points of {k} factors are no Morris trajectories of {k + 1} points")
    values = data.values.reshape(-1, k + 1, data.n_replicates)
    shares = data.shares.reshape(-1, k + 1, k)
    whole = np.isfinite(values).all(axis=(1, 2))
    values, shares = values[whole], shares[whole]
    n, r = len(values), data.n_replicates
    if n < 2:
        raise RippleError(f"{n} trajectories are too few; take 10 or more")
    effects = np.full((n, k, r), np.nan)
    for t in range(n):
        steps = np.diff(shares[t], axis=0)
        for m, step in enumerate(steps):
            moved = np.flatnonzero(step)
            if len(moved) != 1:
                raise RippleError(f"step {m + 1} of trajectory {t + 1} changes {len(moved)} factors, not one")
            effects[t, moved[0]] = (values[t, m + 1] - values[t, m]) / step[moved[0]]
    mean = effects.mean(axis=2)  # [n, k]
    luck = effects.var(axis=2, ddof=1).mean(axis=0) / r if r > 1 else np.full(k, math.nan)
    mu, mu_star = mean.mean(axis=0), np.abs(mean).mean(axis=0)
    variance = mean.var(axis=0, ddof=1) - (luck if r > 1 else 0.0)
    weights = draws.generator(0, "resampled effects").multinomial(n, np.full(n, 1.0 / n), _RESAMPLES) / n
    half = _Z * (weights @ np.abs(mean)).std(axis=0, ddof=1)
    table = pd.DataFrame(
        {
            "factor": [factor.path for factor in data.factors],
            "mu_star": mu_star, "mu_star_low": mu_star - half, "mu_star_high": mu_star + half, "mu": mu,
            "sigma": np.sqrt(np.maximum(0.0, variance)), "noise": np.sqrt(luck),
        }
    )  # fmt: skip
    return table.sort_values("mu_star", ascending=False, ignore_index=True)
