"""What a factor does over points that fill the space: the best straight lines, fitted to all factors at once.

The means over replicates are fitted on where each value stands in its factor's distribution (0..1), so a slope is the
change from one end of the range to the other, whatever the others are; a choice has a step for each value against its
first. Standard errors hold where the lines do not (HC3). Source: MacKinnon & White 1985,
doi:10.1016/0304-4076(85)90158-7.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from sim.errors import RippleError
from sim.study.analysis.observed import Observed


def slopes(data: Observed, noise_of_means: float) -> tuple[pd.DataFrame, float]:
    """The change of the measure along each factor with 95 % intervals, and how much of the variance such lines explain.

    Columns factor, from, to, effect, low, high (unit of the measure), the largest first. The second value, 0..1, is
    adjusted for the number of factors and for noise_of_means, the share of the variance of the points' means that is
    luck (NaN: not known); far below 1 means that curves and interactions matter and lines tell a part only.
    Raises RippleError when there are not more points than slopes.
    """
    names, columns = [], []
    for factor in data.factors:
        values = data.points[factor.path].to_numpy()
        if factor.distribution == "choice":
            for value in factor.values[1:]:
                names.append((factor.path, factor.values[0], value))
                columns.append(np.array([v == value for v in values], dtype=float))
        else:
            names.append((factor.path, factor.at(0.0), factor.at(1.0)))
            columns.append(np.asarray(factor.share_of(values), dtype=float))
    x = np.column_stack([np.ones(data.n_points), *columns])
    y = data.values.mean(axis=1)
    p, q = x.shape
    if p <= q + 1:
        raise RippleError(f"{p} points are too few for {q - 1} slopes; take {2 * q} or more")
    inverse = np.linalg.pinv(x.T @ x)
    beta = inverse @ (x.T @ y)
    left = y - x @ beta
    weight = np.clip(1.0 - np.einsum("ij,jk,ik->i", x, inverse, x), 1e-9, None)
    error = np.sqrt(np.diag(inverse @ (x.T * (left / weight) ** 2) @ x @ inverse))
    from scipy.stats import t

    half = float(t.ppf(0.975, p - q)) * error
    rows = [(*name, b, b - h, b + h) for name, b, h in zip(names, beta[1:], half[1:], strict=True)]
    table = pd.DataFrame(rows, columns=["factor", "from", "to", "effect", "low", "high"])
    table = table.sort_values("effect", key=np.abs, ascending=False, ignore_index=True)
    spread = float(((y - y.mean()) ** 2).sum()) / (p - 1)
    explained = 1.0 - float((left**2).sum()) / (p - q) / spread if spread > 0 else math.nan
    known = noise_of_means if math.isfinite(noise_of_means) and noise_of_means < 1 else 0.0
    return table, float(np.clip(explained / (1.0 - known), 0.0, 1.0)) if math.isfinite(explained) else math.nan
