"""What an experiment showed: figures, and sentences that are counted from the runs.

A sentence says what was expected and whether it came out, so that a page made of them cannot claim more than its runs.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from sim.show.drawn import Drawn
from sim.show.measures_shown import shown_value
from sim.study.analysis.observed import Observed, observed
from sim.study.sweep.opened import Sweep

TRUST_DAYS = "trust_days_lost"


@dataclass
class Shown:
    """Figures of an experiment, and what it says: `met` is whether that was expected, None for what was not asked."""

    figures: list[Drawn] = field(default_factory=list)
    said: list[tuple[bool | None, str]] = field(default_factory=list)

    def say(self, met: bool | None, words: str) -> None:
        self.said.append((None if met is None else bool(met), words))


def seen(sweep: Sweep, measure: str, arm: str = "", against: str = "") -> Observed:
    """One measure of a sweep, points by replicates."""
    return observed(sweep.frame, sweep.experiment.factors, sweep.experiment.kind, measure, arm, against)


def table_of(sweep: Sweep, measure: str, rows: str, columns: str) -> pd.DataFrame:
    """Means over replicates, values of one factor by those of another, in the order of the experiment."""
    factors = {factor.path: factor for factor in sweep.experiment.factors}
    means = sweep.frame.pivot_table(index=rows, columns=columns, values=measure, sort=False)
    return means.loc[list(factors[rows].values), list(factors[columns].values)]


def value(measure: str, number: float) -> str:
    return shown_value(measure, float(number))
