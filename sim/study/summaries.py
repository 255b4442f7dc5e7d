"""What replicates say together: means, spreads, paired differences, shares of being best, bands over time.

Each function gives one table of a Comparison, where its columns are told; docs/outputs.md has them with their units.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from sim.scenario.measures_named import MEASURES
from sim.scenario.scenario import Scenario
from sim.study.intervals import joint_intervals
from sim.study.measures import REGAINED_FOR
from sim.study.replicate import Replicate

QUANTILES = {"q05": 0.05, "q25": 0.25, "q50": 0.5, "q75": 0.75, "q95": 0.95}
CONFIDENCE = 0.95


def spread(by_arm: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    rows = []
    for arm, values in by_arm.items():
        for name in MEASURES:
            v = values[name]
            rows.append((arm, name, v.mean(), v.std(ddof=1), v.quantile(0.05), v.quantile(0.95)))
    return pd.DataFrame(rows, columns=["arm", "measure", "mean", "sd", "low", "high"])


def differences(by_arm: Mapping[str, pd.DataFrame], arms: Sequence[str]) -> pd.DataFrame:
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
        mean, low, high = joint_intervals(usable, CONFIDENCE)
        for k, arm in enumerate(arm for arm, known in zip(others, has, strict=True) if known):
            sign = -1.0 if measure.better == "lower" else 1.0
            alone = by_arm[arm][name].var(ddof=1) + np.var(reference, ddof=1)
            saved = 1.0 - usable[:, k].var(ddof=1) / alone if alone > 0 else np.nan
            better = float(np.mean(sign * usable[:, k] > 0))
            rows.append((arm, name, mean[k], low[k], high[k], better, saved))
    return pd.DataFrame(rows, columns=["arm", "measure", "difference", "low", "high", "better", "variance_saved"])


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


def mean_ledger(done: Sequence[Replicate], arms: Sequence[str]) -> pd.DataFrame:
    rows = [
        {"arm": arm, "book": book, "cause": cause, "channel": channel, "trust": trust / len(done)}
        for replicate in done
        for arm in arms
        for book, cause, channel, trust in replicate.accounts[arm]
    ]
    return pd.DataFrame(rows).groupby(["arm", "book", "cause", "channel"], sort=False, as_index=False)["trust"].sum()


def mean_hops(done: Sequence[Replicate], arms: Sequence[str]) -> pd.DataFrame:
    rows = [
        {"arm": arm, "act": act, "hop": hop, "users": users / len(done)}
        for replicate in done
        for arm in arms
        for (act, hop), users in replicate.hops[arm].items()
    ]
    table = pd.DataFrame(rows, columns=["arm", "act", "hop", "users"])
    return table.groupby(["arm", "act", "hop"], sort=False, as_index=False)["users"].sum()


def warnings(scenario: Scenario, arms: Sequence[str], means: pd.DataFrame) -> list[str]:
    out = []
    written = [act for arm in arms for act in (*scenario.timeline, *scenario.arm(arm).acts)]
    latest = max((act.at for act in written if act.when is None), default=0.0)
    found = max((act.found or 0.0 for act in scenario.timeline if act.hidden), default=0.0)
    latest = max(latest, found if found < scenario.horizon else 0.0)
    left = scenario.horizon - latest
    needed = 2 * max(scenario.arm(arm).parameters["heal_competence"] for arm in arms)
    if latest and left < max(needed, REGAINED_FOR):
        out.append(
            f"the horizon ends {left / 24:.0f} days after the latest act; trust-days lost after it are not counted "
            f"(allow at least {needed / 24:.0f} days)"
        )
    never = [arm for arm in arms if means.loc[arm, "share_regained"] < 1.0]
    if never:
        out.append(
            "not every run regains nine tenths of its trust within the horizon: "
            + ", ".join(f"{arm} {100 * means.loc[arm, 'share_regained']:.0f} %" for arm in never)
            + "; its hours to regain are counted up to the horizon"
        )
    return out
