"""Why an arm comes out as it does: its book, effect by hop, and who was lost; each paired with another arm's.

Means over replicates with joint intervals; an account that an arm does not have in a replicate counts as 0 there.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from sim.dynamics.setup import regular_causes
from sim.scenario.scenario import Scenario
from sim.study.intervals import joint_intervals

HOPS = ("direct", "hop 1", "hop 2", "hop 3+")


def book(accounts: pd.DataFrame, count: int, arm: str, minus: str | None, level: float) -> pd.DataFrame:
    """The table that `Comparison.book` tells of, in the order in which causes came. count: of replicates."""
    names = ["cause", "channel"]
    own = accounts[(accounts["book"] == "own") & accounts["arm"].isin([arm, *([minus] if minus else [])])]
    order = pd.MultiIndex.from_frame(own[names].drop_duplicates())
    values = _wide(own[own["arm"] == arm], names, order, count)
    if minus is not None:
        values = values - _wide(own[own["arm"] == minus], names, order, count)
    return _told(order, values, level)


def by_hop(accounts: pd.DataFrame, count: int, scenario: Scenario, arms: Sequence[str], level: float) -> pd.DataFrame:
    """The table that `Comparison.effects_by_hop` tells of."""
    order = pd.Index(HOPS, name="hop")
    own = accounts[(accounts["book"] == "own") & accounts["channel"].isin(HOPS)].rename(columns={"channel": "hop"})
    values = {}
    for arm in arms:
        part = own[(own["arm"] == arm) & ~own["cause"].isin(regular_causes(scenario, arm))]
        values[arm] = _wide(part, ["hop"], order, count)
    return _of_arms(order, values, level)


def lost(losses: pd.DataFrame, arms: Sequence[str], level: float) -> pd.DataFrame:
    """The table that `Comparison.lost` tells of."""
    parts = []
    for by, part in losses.groupby("by", sort=False):
        order = pd.Index(part["group"].drop_duplicates(), name="group")
        values = {
            arm: _grid(part[part["arm"] == arm].pivot(index="replicate", columns="group", values="loss")[list(order)])
            for arm in arms
        }
        means = part.groupby(["arm", "group"])[["users", "left"]].mean()
        told = _of_arms(order, values, level)
        for name, place in (("users", 2), ("left", 6)):
            column = means[name].reindex(pd.MultiIndex.from_frame(told[["arm", "group"]])).to_numpy()
            told.insert(min(place, told.shape[1]), name, column)
        told.insert(1, "by", by)
        parts.append(told.rename(columns={"trust": "loss"}))
    return pd.concat(parts, ignore_index=True)


def _of_arms(order: pd.Index, values: dict[str, np.ndarray], level: float) -> pd.DataFrame:
    """The arms one after the other: what `_told` gives, and the same of the difference to the first arm."""
    first, parts = next(iter(values.values())), []
    for arm, own in values.items():
        told = _told(order, own, level)
        pair = _told(order, own - first, level)[["trust", "low", "high"]]
        pair.columns = pd.Index(["difference", "difference_low", "difference_high"])
        told.insert(0, "arm", arm)
        parts.append(pd.concat([told, pair], axis=1))
    return pd.concat(parts, ignore_index=True)


def _told(order: pd.Index, values: np.ndarray, level: float) -> pd.DataFrame:
    """Means and joint intervals of columns. values f8[replicates, len(order)]; a group that is missing once is left out."""
    ends = np.full((3, values.shape[1]), np.nan)
    whole = np.isfinite(values).all(axis=0)
    if whole.any():
        ends[:, whole] = joint_intervals(values[:, whole], level)
    mean = np.where(whole, ends[0], np.nan)
    return order.to_frame(index=False).assign(trust=mean, low=ends[1], high=ends[2])


def _wide(rows: pd.DataFrame, names: list[str], order: pd.Index, count: int) -> np.ndarray:
    """Replicates x accounts, 0 where there is none."""
    sums = rows.groupby(["replicate", *names], sort=False)["trust"].sum()
    table = sums.unstack(names).reindex(index=range(count), columns=order) if len(sums) else pd.DataFrame()
    return np.nan_to_num(_grid(table)) if len(sums) else np.zeros((count, len(order)))


def _grid(table: pd.DataFrame) -> np.ndarray:
    return table.to_numpy(dtype=np.float64)
