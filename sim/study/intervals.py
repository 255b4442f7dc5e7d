"""Joint intervals: how far several paired differences may be off, all at once.

For k differences over R replicates the largest |t| is distributed as the maximum of a multivariate t with the
correlation of the differences; its quantile, found by drawing, makes intervals that hold together with the stated
probability. Source: Hothorn, Bretz & Westfall 2008, doi:10.1002/bimj.200810425.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from sim.world import draws

_DRAWS = 40_000  # the quantile is then good to about half a per cent


def joint_intervals(differences: np.ndarray, confidence: float = 0.95) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Means and joint intervals of paired differences.

    differences: f8[R, k], R >= 2 replicates of k differences; confidence: that all k intervals hold.
    Returns mean, low, high, each f8[k]; a difference that never varies has an interval of no width.
    """
    r, k = differences.shape
    mean = differences.mean(axis=0)
    sd = differences.std(axis=0, ddof=1)
    varies = sd > 1e-12 * np.maximum(1.0, np.abs(mean))
    half = np.zeros(k)
    if varies.any():
        if varies.sum() == 1:
            factor = _single_t(r - 1, confidence)
        else:
            factor = _largest_t(np.corrcoef(differences[:, varies], rowvar=False), r - 1, confidence)
        half[varies] = factor * sd[varies] / np.sqrt(r)
    return mean, mean - half, mean + half


@cache
def _single_t(freedom: int, confidence: float) -> float:
    """The quantile of one |t|, found in the same way."""
    return _largest_t(np.ones((1, 1)), freedom, confidence)


def _largest_t(correlation: np.ndarray, freedom: int, confidence: float) -> float:
    """The quantile of max |t| for this correlation and degrees of freedom."""
    values, vectors = np.linalg.eigh(correlation)
    root = vectors * np.sqrt(np.clip(values, 0.0, None))
    generator = draws.generator(0, "joint intervals")
    normal = generator.standard_normal((_DRAWS, len(values))) @ root.T
    chi = np.sqrt(generator.chisquare(freedom, _DRAWS) / freedom)
    return float(np.quantile(np.abs(normal).max(axis=1) / chi, confidence))
