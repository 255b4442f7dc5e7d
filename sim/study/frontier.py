"""Cost against effect: which arms are worth their money, and which are dominated by another.

An arm is dominated when another saves at least as many trust-days for no more money, and is better in one of the two.
Those that are left form the frontier; along it each further trust-day saved has its price (the incremental
cost-effectiveness ratio, Drummond et al. 2015, Methods for the economic evaluation of health care programmes).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

EFFECT = "trust_days_lost"


def frontier(by_arm: Mapping[str, pd.DataFrame], differences: pd.DataFrame, arms: Sequence[str]) -> pd.DataFrame:
    """The table that `Comparison.frontier` tells of, by cost and then by effect, best first."""
    cost = np.column_stack([by_arm[arm]["cost"].to_numpy() for arm in arms])
    lost = np.column_stack([by_arm[arm][EFFECT].to_numpy() for arm in arms])
    saved = lost[:, :1] - lost
    means = cost.mean(axis=0), saved.mean(axis=0)
    beaten = _dominates(*means)  # [k, j]: arm k dominates arm j, in the mean
    once = _dominates(cost, saved).any(axis=-2).mean(axis=0)  # share of replicates in which any arm does
    ends = differences[differences["measure"] == EFFECT].set_index("arm")
    rows = []
    for j, arm in enumerate(arms):
        by = [k for k in range(len(arms)) if beaten[k, j]]
        best = arms[max(by, key=lambda k: (means[1][k], -means[0][k]))] if by else ""
        low, high = (-ends.loc[arm, "high"], -ends.loc[arm, "low"]) if arm in ends.index else (0.0, 0.0)
        rows.append((arm, means[0][j], means[1][j], low, high, not by, best, once[j]))
    columns = ["arm", "cost", "saved", "low", "high", "efficient", "dominated_by", "dominated"]
    table = pd.DataFrame(rows, columns=columns)
    table = table.sort_values(["cost", "saved"], ascending=[True, False], kind="stable", ignore_index=True)
    return table.assign(price=_prices(table))


def _dominates(cost: np.ndarray, saved: np.ndarray) -> np.ndarray:
    """[..., k, j]: whether arm k dominates arm j. cost, saved: f8[..., arms]."""
    cheaper = cost[..., :, None] - cost[..., None, :]
    better = saved[..., :, None] - saved[..., None, :]
    return (cheaper <= 0) & (better >= 0) & ((cheaper < 0) | (better > 0))


def _prices(table: pd.DataFrame) -> list[float]:
    prices, before = [], None
    for row in table.itertuples(index=False):
        price = math.nan
        if row.efficient:
            if before is not None and row.saved > before.saved:
                price = (row.cost - before.cost) / (row.saved - before.saved)
            before = row
        prices.append(price)
    return prices
