"""Sobol indices: which share of the variance between points a factor explains, alone (first) and with all others (total).

The estimators are those of SALib, with the noise of runs taken out. With means over R replicates A, B, AB of the pairs of
points a and b and of a with factor j from b (Saltelli et al. 2010, doi:10.1016/j.cpc.2009.09.018; Jansen 1999):

    S1_j = mean( B (AB - A) - cov_r(B, AB - A)/R ) / V        ST_j = mean( (A - AB)^2 - var_r(A - AB)/R ) / (2 V)
    V    = variance of A and B - mean of var_r / R

var_r and cov_r are taken over replicates after the mean of each replicate is removed; without them S1 comes out too small
and ST too large by what luck does. With one replicate they are left out, and the noise stays in the indices.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from sim.errors import RippleError
from sim.study.analysis.observed import Observed
from sim.world import draws

_RESAMPLES = 1000
_Z = 1.959964  # of a 95 % interval


def sobol_indices(data: Observed) -> pd.DataFrame:
    """First and total indices with 95 % intervals from the points of a `sobol` design, largest total first.

    Columns factor, first, first_low, first_high, total, total_low, total_high: shares of the variance, about 0..1; an
    estimate may lie a little outside. Intervals come from resampling the pairs of points, for the replicates at hand.
    Raises RippleError when the points are not of that design, or nothing varies.
    """
    k = len(data.factors)
    a, b, ab = separated(data)
    n, r = a.shape
    if n < 4:
        raise RippleError(f"{n} pairs of points are too few for indices; take 64 or more")
    unbiased = (lambda x, y: _cov(x, y) / r) if r > 1 else (lambda x, y: 0.0)
    first, total = np.empty((n, k)), np.empty((n, k))
    for j in range(k):
        step = ab[j] - a
        first[:, j] = b.mean(axis=1) * step.mean(axis=1) - unbiased(b, step)
        total[:, j] = 0.5 * (step.mean(axis=1) ** 2 - unbiased(step, step))
    sums = a.mean(axis=1) + b.mean(axis=1)
    squares = a.mean(axis=1) ** 2 + b.mean(axis=1) ** 2 - unbiased(a, a) - unbiased(b, b)

    def indices(weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        variance = weights @ squares / 2 - (weights @ sums / 2) ** 2
        with np.errstate(divide="ignore", invalid="ignore"):
            return (weights @ first) / variance[:, None], (weights @ total) / variance[:, None]

    once = np.full((1, n), 1.0 / n)
    spread = float((once @ squares)[0] / 2 - (once @ sums)[0] ** 2 / 4)
    if not spread > 1e-12 * max(1e-300, float((sums**2).mean())) or not spread > 0:
        raise RippleError(f"{data.measure}: nothing but luck varies between the points, so there are no indices")
    s1, st = (value[0] for value in indices(once))
    again = draws.generator(0, "resampled indices").multinomial(n, np.full(n, 1.0 / n), _RESAMPLES) / n
    d1, dt = (_Z * np.nanstd(value, axis=0, ddof=1) for value in indices(again))
    table = pd.DataFrame(
        {
            "factor": [factor.path for factor in data.factors],
            "first": s1, "first_low": s1 - d1, "first_high": s1 + d1,
            "total": st, "total_low": st - dt, "total_high": st + dt,
        }
    )  # fmt: skip
    return table.sort_values("total", ascending=False, ignore_index=True)


def separated(data: Observed) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A, B f8[pairs, replicates] and AB f8[factors, pairs, replicates], each less the mean of its replicate.

    Pairs with a gap are left out. Raises RippleError when the number of points does not fit.
    """
    k = len(data.factors)
    step = k + 2
    if data.n_points % step:
        raise RippleError(
            f"{data.n_points} points of {k} factors are not those from which Sobol indices are estimated "
            f"({step} for each pair)"
        )
    blocks = data.values.reshape(-1, step, data.n_replicates)
    blocks = blocks[np.isfinite(blocks).all(axis=(1, 2))]
    if not len(blocks):
        raise RippleError(f"{data.measure}: no pair of points has a value at all its points")
    blocks = blocks - blocks.mean(axis=(0, 1))
    return blocks[:, 0], blocks[:, -1], np.moveaxis(blocks[:, 1:-1], 1, 0)


def given_data_indices(data: Observed, noise_of_means: float) -> pd.DataFrame:
    """First indices from any points that fill the space (RBD-FAST with bias correction, SALib), freed from noise.

    noise_of_means: the share of the variance of the points' means that is luck; NaN: not known, nothing is taken out.
    Columns factor, first, first_low, first_high, largest first. Source: Tissot & Prieur 2012,
    doi:10.1016/j.ress.2012.06.010.
    """
    from SALib.analyze import rbd_fast

    problem = {
        "num_vars": len(data.factors),
        "names": [f.path for f in data.factors],
        "bounds": [[0, 1]] * len(data.factors),
    }
    found = rbd_fast.analyze(problem, data.shares, data.values.mean(axis=1), seed=1)
    scale = 1.0 / (1.0 - noise_of_means) if math.isfinite(noise_of_means) and noise_of_means < 1 else 1.0
    first, half = scale * np.array(found["S1"], float), scale * np.array(found["S1_conf"], float)
    table = pd.DataFrame(
        {"factor": problem["names"], "first": first, "first_low": first - half, "first_high": first + half}
    )
    return table.sort_values("first", ascending=False, ignore_index=True)


def _cov(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Covariance over replicates, row by row."""
    return ((x - x.mean(axis=1, keepdims=True)) * (y - y.mean(axis=1, keepdims=True))).sum(axis=1) / (x.shape[1] - 1)
