"""Main effects within blocks: what each value of a factor does, replicate by replicate, on the mean over the others.

Within one replicate all points share people, network and luck, so an effect is a difference of runs that differ by the
factor only; its interval comes from how the effect varies between replicates (Student's t).
"""

from __future__ import annotations

import math
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd

from sim.errors import RippleError
from sim.study.analysis.noise import parts
from sim.study.analysis.observed import Observed

CONFIDENCE = 0.95
COLUMNS = ("factor", "value", "mean", "effect", "low", "high")


def grid_effects(data: Observed) -> pd.DataFrame:
    """Of a grid: for each value of each factor the mean of the measure, and its distance to the mean over all points.

    Columns factor, value, mean, effect, low, high (the last three in the unit of the measure; 95 % intervals of each
    effect by itself, NaN with a single replicate). Exact where factors add up, and the mean effect where they do not.
    """
    within = data.within_blocks()
    rows = []
    for factor in data.factors:
        column = data.points[factor.path].to_numpy()
        for value in _values(column):
            here = column == value
            effect = within[here].mean(axis=0)
            rows.append((factor.path, value, float(data.values[here].mean()), *mean_interval(effect)))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def shares_of_variance(data: Observed) -> pd.DataFrame:
    """Of a grid: which share of the variance between points each factor explains by itself, freed from noise.

        V_j = mean over its values of effect^2 - e (L - 1) / (R P)

    with e the interplay of luck, L values, R replicates and P points: luck of its own would look like an effect. With one
    replicate nothing is subtracted. Columns factor, share (0..1), span (largest minus smallest effect, unit of the
    measure). What the shares leave of 1 are interactions of factors.
    """
    p, r = data.values.shape
    noise = parts(data.values).interplay if r > 1 else 0.0
    means = data.within_blocks().mean(axis=1)
    between = float((means**2).mean()) - noise * (p - 1) / (r * p)
    rows = []
    for factor in data.factors:
        column = data.points[factor.path].to_numpy()
        effects = np.array([means[column == value].mean() for value in _values(column)])
        alone = float((effects**2).mean()) - noise * (len(effects) - 1) / (r * p)
        rows.append((factor.path, max(0.0, alone / between) if between > 0 else math.nan, float(np.ptp(effects))))
    return pd.DataFrame(rows, columns=["factor", "share", "span"]).sort_values(
        "span", ascending=False, ignore_index=True
    )


def one_at_a_time_effects(data: Observed) -> pd.DataFrame:
    """Of a design that changes one factor at a time: each value against the first point, the base, within replicates.

    Columns as those of `grid_effects`; the effect is the difference to the base. A factor's base value has effect 0.
    Raises RippleError when a point changes several factors.
    """
    paths = [factor.path for factor in data.factors]
    base = data.points.iloc[0]
    rows = [(path, base[path], float(data.values[0].mean()), 0.0, 0.0, 0.0) for path in paths]
    for k in range(1, data.n_points):
        moved = [path for path in paths if data.points.iloc[k][path] != base[path]]
        if len(moved) != 1:
            raise RippleError(
                f"point {data.points.index[k]} changes {len(moved)} factors; it is no change of one at a time"
            )
        effect = data.values[k] - data.values[0]
        rows.append((moved[0], data.points.iloc[k][moved[0]], float(data.values[k].mean()), *mean_interval(effect)))
    sorted_rows = [
        row
        for path in paths
        for value in _values(np.array([row[1] for row in rows if row[0] == path], dtype=object))
        for row in rows
        if row[0] == path and row[1] == value
    ]
    return pd.DataFrame(sorted_rows, columns=list(COLUMNS))


def mean_interval(replicates: np.ndarray, confidence: float = CONFIDENCE) -> tuple[float, float, float]:
    """Mean over replicates and its interval by Student's t; without a width (NaN) for a single one."""
    mean = float(replicates.mean())
    n = len(replicates)
    if n < 2:
        return mean, math.nan, math.nan
    from scipy.stats import t

    half = float(t.ppf(0.5 + confidence / 2, n - 1) * replicates.std(ddof=1) / math.sqrt(n))
    return mean, mean - half, mean + half


def _values(column: np.ndarray) -> list[Any]:
    """The different values: numbers in order, words as they first come."""
    values = list(dict.fromkeys(column.tolist()))
    return sorted(values) if all(isinstance(v, Real) for v in values) else values
