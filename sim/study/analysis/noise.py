"""How much of the spread between runs is luck, and how much comes from the parameters.

Runs y at point p in replicate r are taken apart as y = mean + a_p + b_r + e_pr: what the point does, what the luck of the
replicate does to all points alike, and what that luck does to this point in particular. Mean squares of the two-way table
without repetition give the three variances without bias. Source: Searle, Casella & McCulloch 1992,
doi:10.1002/9780470316856, chapter 4.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Parts:
    """Variances in squared units of the measure; NaN where one replicate cannot tell.

    parameters  of the points' expectations
    luck        of what a replicate adds to all points alike; it drops out of every comparison of points
    interplay   of what luck does beyond that: the error of a comparison of two points in one replicate, halved
    replicates  how many there were
    """

    parameters: float
    luck: float
    interplay: float
    replicates: int

    @property
    def total(self) -> float:
        """Of one run at a point and with luck drawn at random."""
        return self.parameters + self.luck + self.interplay

    @property
    def noise_share(self) -> float:
        """The share of that which is luck, 0..1; NaN when it is not known or nothing varies."""
        return (self.luck + self.interplay) / self.total if self.total > 0 else math.nan

    @property
    def noise_of_means(self) -> float:
        """The share of the spread of the points' means over replicates that is luck, 0..1: what indices are freed from."""
        rest = self.interplay / self.replicates
        return rest / (self.parameters + rest) if self.parameters + rest > 0 else math.nan


def parts(values: np.ndarray) -> Parts:
    """The variances behind values f8[points, replicates] without gaps; estimates below 0 are 0."""
    p, r = values.shape
    if p < 2:
        return Parts(math.nan, math.nan, math.nan, r)
    if r < 2:
        return Parts(math.nan, math.nan, math.nan, r)
    of_points, of_blocks, mean = values.mean(axis=1), values.mean(axis=0), values.mean()
    left = values - of_points[:, None] - of_blocks[None, :] + mean
    interplay = float((left**2).sum()) / ((p - 1) * (r - 1))
    parameters = float(of_points.var(ddof=1)) - interplay / r
    luck = float(of_blocks.var(ddof=1)) - interplay / p
    return Parts(max(0.0, parameters), max(0.0, luck), interplay, r)
