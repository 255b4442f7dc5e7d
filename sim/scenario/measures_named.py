"""The measures a scenario can expect something of: names, units, a sentence each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Measure:
    """A decision measure. `unit` is for the eye and says how limits are written: "h" as times, "share" as 30 %."""

    name: str
    unit: str
    meaning: str
    better: str = "lower"


_ALL = (
    Measure("floor", "points", "lowest trust (mean over all users, over 24 h)", "higher"),
    Measure("floor_gap", "points", "how far below its quiet twin trust is then"),
    Measure("trust_days_lost", "points x days", "gap to the quiet twin, summed over the horizon, per user"),
    Measure(
        "regained_hours",
        "h",
        "hour from which nine tenths of the largest gap are regained for good; the horizon where that never comes",
    ),
    Measure("share_regained", "share", "share of replicates that regain nine tenths within the horizon", "higher"),
    Measure("worst_loss", "points", "mean loss of the worst-off 5 % against their own quiet twins"),
    Measure("largest_story", "share", "share of users who heard the story that went furthest"),
    Measure("storm", "share", "share of replicates with a story heard by more than a tenth of the users"),
    Measure("cost", "money", "cost of the acts of the arm"),
    Measure("ripple", "ratio", "all that an act did to trust over what it did to those who met it directly"),
)

MEASURES: Mapping[str, Measure] = MappingProxyType({measure.name: measure for measure in _ALL})
