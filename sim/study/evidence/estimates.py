"""From values to a value with its 95 % interval."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from sim.study.evidence.row import Estimate

CONFIDENCE = 0.95


def mean_of(values: Sequence[float] | np.ndarray, confidence: float = CONFIDENCE) -> Estimate:
    """The mean of the values of replicates, with Student's interval. Raises ValueError for fewer than two."""
    from scipy.special import stdtrit

    v = np.asarray(values, dtype=float)
    if len(v) < 2 or not np.isfinite(v).all():
        raise ValueError(f"{len(v)} replicates, {int(np.sum(~np.isfinite(v)))} of them without a value; at least two")
    half = float(stdtrit(len(v) - 1, (1 + confidence) / 2)) * float(v.std(ddof=1)) / math.sqrt(len(v))
    mean = float(v.mean())
    return Estimate(mean, mean - half, mean + half)


def share_of(hits: int, trials: int, scale: float = 1.0) -> Estimate:
    """A share of independent trials, with Wilson's interval; scale 100 gives per cent. Raises ValueError for no trials.

    Source: Wilson 1927, doi:10.1080/01621459.1927.10502953.
    """
    from scipy.special import ndtri

    if not 0 <= hits <= trials or trials == 0:
        raise ValueError(f"{hits} of {trials} is no share")
    z, p = float(ndtri((1 + CONFIDENCE) / 2)), hits / trials
    middle = (p + z * z / (2 * trials)) / (1 + z * z / trials)
    half = z / (1 + z * z / trials) * math.sqrt(p * (1 - p) / trials + z * z / (4 * trials * trials))
    return Estimate(scale * p, scale * min(p, middle - half), scale * max(p, middle + half))


def ratio_of(above: Sequence[float] | np.ndarray, below: Sequence[float] | np.ndarray) -> Estimate:
    """The ratio of two means over the same replicates, with Fieller's interval; open where `below` may be zero.

    Source: Fieller 1954, doi:10.1111/j.2517-6161.1954.tb00159.x.
    """
    from scipy.special import stdtrit

    a, b = np.asarray(above, dtype=float), np.asarray(below, dtype=float)
    n = len(a)
    if n < 2 or len(b) != n or not (np.isfinite(a).all() and np.isfinite(b).all()):
        raise ValueError("a ratio of means needs two or more pairs of values")
    q = float(stdtrit(n - 1, (1 + CONFIDENCE) / 2))
    (vaa, vab), (_, vbb) = np.cov(a, b, ddof=1) / n
    ma, mb = float(a.mean()), float(b.mean())
    value, g = ma / mb, q * q * vbb / (mb * mb)
    if g >= 1.0:
        return Estimate(value, -math.inf, math.inf)
    inside = max(0.0, vaa - 2 * value * vab + value * value * vbb - g * (vaa - vab * vab / vbb if vbb > 0 else 0.0))
    middle, half = (value - g * (vab / vbb if vbb > 0 else 0.0)) / (1 - g), q / abs(mb) * math.sqrt(inside) / (1 - g)
    return Estimate(value, min(value, middle - half), max(value, middle + half))


def median_of(values: Sequence[float] | np.ndarray) -> Estimate:
    """The median of the values of replicates, of which some may be infinite, between two of the values in their order.

    These are the closest pair between which the true median lies with at least 95 %, the outermost where there are fewer
    than six: the number of values below it is binomial with 1/2. Raises ValueError where there is none, or NaN.
    """
    from scipy.special import bdtr

    v = np.sort(np.asarray(values, dtype=float))
    if not v.size or np.isnan(v).any():
        raise ValueError("a median needs values")
    below = [k for k in range(1, (len(v) + 1) // 2) if 2 * float(bdtr(k, len(v), 0.5)) <= 1 - CONFIDENCE]
    k = max(below, default=0)
    with np.errstate(invalid="ignore"):  # the mean of two infinities
        middle = v[len(v) // 2] if len(v) % 2 else v[len(v) // 2 - 1 : len(v) // 2 + 1].mean()
    return Estimate(float(middle), float(v[k]), float(v[-1 - k]))


def mean_or_median_of(values: Sequence[float] | np.ndarray) -> Estimate:
    """The mean of the values of replicates; the median where some are infinite, for what did not come about in them."""
    return mean_of(values) if np.isfinite(values).all() else median_of(values)
