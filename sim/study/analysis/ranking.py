"""Whether the order of responses holds wherever the parameters lie: who is best at each point, and who beats whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.errors import RippleError
from sim.scenario.measures_named import MEASURES
from sim.study.analysis.observed import arms_in, observed
from sim.study.design import Factor


@dataclass(frozen=True)
class Ranking:
    """The order of the arms by one measure, over the points of a sweep, each on its mean over replicates.

    arms     index arm, by mean rank: mean, best (share of points at which it is best; ties are split), mean_rank (1: best)
    beats    arms x arms: share of points at which the arm of the row is better than that of the column
    concordance  Kendall's W, 0..1: 1 when the order is the same at every point
    """

    measure: str
    arms: pd.DataFrame
    beats: pd.DataFrame
    concordance: float
    n_points: int
    n_replicates: int

    @property
    def order(self) -> list[str]:
        """The arms, the best first."""
        return list(self.arms.index)


def ranking(frame: pd.DataFrame, factors: Sequence[Factor], measure: str) -> Ranking:
    """Rank the arms of a sweep by a measure at every point. Raises RippleError with fewer than two arms.

    Sources: Kendall & Babington Smith 1939, doi:10.1214/aoms/1177732186.
    """
    from scipy.stats import rankdata

    arms = arms_in(frame)
    if len(arms) < 2:
        raise RippleError("a ranking needs two responses or more, and this sweep has one")
    seen = [observed(frame, factors, "", measure, arm) for arm in arms]
    table = np.column_stack([one.values.mean(axis=1) for one in seen])
    table = table[np.isfinite(table).all(axis=1)]
    if not len(table):
        raise RippleError(f"{measure}: at no point every response has a value in every replicate")
    sign = -1.0 if measure in MEASURES and MEASURES[measure].better == "higher" else 1.0
    ranks = rankdata(sign * table, axis=1)
    top = sign * table == (sign * table).min(axis=1, keepdims=True)
    beats = ((sign * table)[:, :, None] < (sign * table)[:, None, :]).mean(axis=0)
    p, k = table.shape
    spread = ((ranks.sum(axis=0) - p * (k + 1) / 2) ** 2).sum()
    rows = pd.DataFrame(
        {
            "mean": table.mean(axis=0),
            "best": (top / top.sum(axis=1, keepdims=True)).mean(axis=0),
            "mean_rank": ranks.mean(axis=0),
        },
        index=pd.Index(arms, name="arm"),
    ).sort_values("mean_rank", kind="stable")
    order = list(rows.index)
    return Ranking(
        measure=measure,
        arms=rows,
        beats=pd.DataFrame(beats, index=arms, columns=arms).loc[order, order],
        concordance=float(12 * spread / (p**2 * (k**3 - k))),
        n_points=p,
        n_replicates=seen[0].n_replicates,
    )
