"""Activity: some post every hour, most never. Rates of posting are lognormal: a = median exp(sigma z), z normal."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np

from sim.errors import RippleError

_NORMAL = NormalDist()


def lognormal_top_share(sigma: float, top: float) -> float:
    """The share of all posts that the most active make: Phi(sigma - z), z the 1 - top quantile of the normal.

    sigma  standard deviation of the log rate, >= 0;  top  share of users, between 0 and 1.
    The value of an endless sample; a finite one falls short of it, for it misses the tail.
    Source: Crow & Shimizu 1988, Lognormal Distributions, ISBN 0824778030 (the Lorenz curve); 74.7 % for the top 1 %
    in van Mierlo 2014, doi:10.2196/jmir.2966.
    """
    if not 0 <= sigma < math.inf:
        raise RippleError(f"sigma: {sigma} must be 0 or more")
    if not 0 <= top <= 1:
        raise RippleError(f"top: {top} is not a share; write a number between 0 and 1")
    if top in (0, 1):
        return float(top)
    return _NORMAL.cdf(sigma + _NORMAL.inv_cdf(top))


def lognormal_sigma(top: float, share: float) -> float:
    """The sigma at which the most active `top` of users make `share` of all posts: `lognormal_top_share` inverted.

    top, share  between 0 and 1, share >= top.
    """
    if not 0 < top < 1 or not top <= share < 1:
        raise RippleError(f"top {top} and share {share}: both must lie between 0 and 1, share at least top")
    return _NORMAL.inv_cdf(share) - _NORMAL.inv_cdf(top)


def lognormal_share_active(median: float, sigma: float, hours: float) -> float:
    """The share of users who post at least once: E[1 - exp(-hours median exp(sigma z))], z standard normal.

    median  posts/h of the middle user, >= 0;  sigma  >= 0;  hours  h, >= 0.
    Summed on an even grid over z = -12..12, which for this smooth integrand is right to about 1e-12.
    """
    for name, value in (("median", median), ("sigma", sigma), ("hours", hours)):
        if not 0 <= value < math.inf:
            raise RippleError(f"{name}: {value} must be 0 or more")
    z, step = np.linspace(-12.0, 12.0, 4001, retstep=True)
    density = np.exp(-0.5 * z * z) / math.sqrt(2 * math.pi)
    posts = hours * median * np.exp(sigma * z)
    return float(np.sum(density * -np.expm1(-posts)) * step)
