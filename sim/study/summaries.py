"""What replicates say together: means, spreads, paired differences, shares of being best, bands over time.

Each function gives one table of a Comparison, where its columns are told; docs/outputs.md has them with their units.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd

from sim.scenario.measures_named import CHANCES, MEASURES
from sim.study.intervals import joint_intervals
from sim.study.replicate import Replicate

QUANTILES = {"q05": 0.05, "q25": 0.25, "q50": 0.5, "q75": 0.75, "q95": 0.95}
CONFIDENCE = 0.95
WORST = 0.05  # of the replicates: the worst 1 in 20


def measures_by_arm(replicates: pd.DataFrame, arms: Sequence[str]) -> dict[str, pd.DataFrame]:
    """For each arm its measures, one row per replicate."""
    return {arm: replicates[replicates["arm"] == arm].reset_index(drop=True)[list(MEASURES)] for arm in arms}


def spread(by_arm: Mapping[str, pd.DataFrame], level: float) -> pd.DataFrame:
    """How each measure of each arm is spread over replicates, and how well its mean is known (jointly over arms)."""
    rows = []
    for name, measure in MEASURES.items():
        wide = np.column_stack([values[name].to_numpy() for values in by_arm.values()])
        low, high = _of_means(wide, name, level)
        for k, arm in enumerate(by_arm):
            v = wide[np.isfinite(wide[:, k]), k]
            if not len(v):
                rows.append((arm, name, *[math.nan] * 8))
                continue
            q05, q50, q95 = np.quantile(v, (0.05, 0.5, 0.95))
            sd = v.std(ddof=1) if len(v) > 1 else math.nan
            rows.append((arm, name, v.mean(), low[k], high[k], sd, q05, q50, q95, worst_of(v, measure.better)))
    columns = ["arm", "measure", "mean", "mean_low", "mean_high", "sd", "low", "middle", "high", "worst"]
    return pd.DataFrame(rows, columns=columns).sort_values(
        "arm", key=_place(list(by_arm)), kind="stable", ignore_index=True
    )


def worst_of(values: np.ndarray, better: str) -> float:
    """The mean of the worst WORST of some values; of the last one a part counts, where that is no whole number."""
    ordered = np.sort(values)[:: 1 if better == "higher" else -1]
    weight = np.clip(WORST * len(ordered) - np.arange(len(ordered)), 0.0, 1.0)
    return float(np.sum(weight * ordered) / np.sum(weight))


def _of_means(wide: np.ndarray, measure: str, level: float) -> tuple[np.ndarray, np.ndarray]:
    """The ends of the intervals of means, jointly over arms. wide f8[replicates, arms]; NaN where there are none.

    What happens or not (a storm) has those of Clopper & Pearson 1934, at a level that holds for all arms (Sidak 1967):
    what was never seen in 30 replicates may still happen.
    """
    low, high = np.full(wide.shape[1], math.nan), np.full(wide.shape[1], math.nan)
    n = np.isfinite(wide).sum(axis=0)
    if measure in CHANCES:
        from scipy.stats import beta

        tail = (1.0 - level ** (1.0 / wide.shape[1])) / 2
        for k in np.flatnonzero(n):
            times = int(np.nansum(wide[:, k]))
            low[k] = beta.ppf(tail, times, n[k] - times + 1) if times else 0.0
            high[k] = beta.ppf(1 - tail, times + 1, n[k] - times) if times < n[k] else 1.0
        return low, high
    has = n >= 2
    usable = wide[:, has]
    usable = usable[np.isfinite(usable).all(axis=1)]
    if len(usable) >= 2:
        mean, below, above = joint_intervals(usable, level)
        own = np.nanmean(wide[:, has], axis=0)  # also of replicates in which another arm has no value
        low[has], high[has] = own - (mean - below), own + (above - mean)
    return low, high


def _place(order: Sequence[str]) -> Callable[[pd.Series], pd.Series]:
    return lambda names: names.map({name: k for k, name in enumerate(order)})


def differences(by_arm: Mapping[str, pd.DataFrame], arms: Sequence[str], level: float) -> pd.DataFrame:
    """Paired differences of all arms to the first of `arms`: their mean, their range, how often the arm is better."""
    others = arms[1:]
    rows = []
    for name, measure in MEASURES.items():
        reference = by_arm[arms[0]][name].to_numpy()
        if not others:
            break
        pairs = np.column_stack([by_arm[arm][name].to_numpy() - reference for arm in others])
        has = np.isfinite(pairs).sum(axis=0) >= 2  # a measure may have no value, as waiting where nobody is answered
        pairs = pairs[:, has]
        usable = pairs[np.isfinite(pairs).all(axis=1)]
        if not has.any() or len(usable) < 2:
            continue
        mean, low, high = joint_intervals(usable, level)
        ranges = np.quantile(usable, (0.5, 0.05, 0.95), axis=0)
        for k, arm in enumerate(arm for arm, known in zip(others, has, strict=True) if known):
            gain = usable[:, k] * (-1.0 if measure.better == "lower" else 1.0)
            alone = by_arm[arm][name].var(ddof=1) + np.var(reference, ddof=1)
            saved = 1.0 - usable[:, k].var(ddof=1) / alone if alone > 0 else math.nan
            shares = float(np.mean(gain > 0)), float(np.mean(gain == 0))
            rows.append((arm, name, mean[k], low[k], high[k], *ranges[:, k], *shares, saved))
    columns = [
        "arm",
        "measure",
        "difference",
        "low",
        "high",
        "middle",
        "q05",
        "q95",
        "better",
        "same",
        "variance_saved",
    ]
    return pd.DataFrame(rows, columns=columns)


def best(by_arm: Mapping[str, pd.DataFrame], arms: Sequence[str]) -> pd.DataFrame:
    shares = {}
    for name, measure in MEASURES.items():
        values = np.column_stack([by_arm[arm][name].to_numpy() for arm in arms])
        values = values[np.isfinite(values).any(axis=1)]  # an arm without a value is not the best
        top = np.nanmin(values, axis=1) if measure.better == "lower" else np.nanmax(values, axis=1)
        first = values == top[:, None]
        shares[name] = (
            (first / first.sum(axis=1, keepdims=True)).mean(axis=0) if len(values) else np.full(len(arms), np.nan)
        )
    return pd.DataFrame(shares, index=pd.Index(arms, name="arm"))


def bands(done: Sequence[Replicate], arms: Sequence[str], hours: np.ndarray) -> pd.DataFrame:
    parts = []
    for arm in arms:
        part = {"arm": arm, "hour": hours}
        for prefix, values in (
            ("", np.array([replicate.trust[arm] for replicate in done])),
            ("gap_", np.array([replicate.gap[arm] for replicate in done])),
        ):
            part[f"{prefix}mean"] = values.mean(axis=0)
            for name, q in QUANTILES.items():
                part[f"{prefix}{name}"] = np.quantile(values, q, axis=0)
        parts.append(pd.DataFrame(part))
    return pd.concat(parts, ignore_index=True)


def all_accounts(done: Sequence[Replicate], arms: Sequence[str]) -> pd.DataFrame:
    """The books of every arm in every replicate."""
    rows = [
        (k, arm, *account) for k, replicate in enumerate(done) for arm in arms for account in replicate.accounts[arm]
    ]
    return pd.DataFrame(rows, columns=["replicate", "arm", "book", "cause", "channel", "trust"])


def all_losses(done: Sequence[Replicate], arms: Sequence[str]) -> pd.DataFrame:
    """Who was lost, in every arm of every replicate."""
    rows = [(k, arm, *group) for k, replicate in enumerate(done) for arm in arms for group in replicate.losses[arm]]
    return pd.DataFrame(rows, columns=["replicate", "arm", "by", "group", "users", "loss", "left"])


def mean_ledger(accounts: pd.DataFrame, count: int) -> pd.DataFrame:
    """The mean book of every arm over `count` replicates; what an arm has no account for in one counts as 0."""
    sums = accounts.groupby(["arm", "book", "cause", "channel"], sort=False, as_index=False)["trust"].sum()
    return sums.assign(trust=sums["trust"] / count)


def mean_hops(done: Sequence[Replicate], arms: Sequence[str]) -> pd.DataFrame:
    rows = [
        {"arm": arm, "act": act, "hop": hop, "users": users / len(done)}
        for replicate in done
        for arm in arms
        for (act, hop), users in replicate.hops[arm].items()
    ]
    table = pd.DataFrame(rows, columns=["arm", "act", "hop", "users"])
    return table.groupby(["arm", "act", "hop"], sort=False, as_index=False)["users"].sum()
