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
    Measure(
        "below_floor",
        "share",
        "share of replicates in which trust (mean over 24 h) falls below the floor that is named; none when none is",
    ),
    Measure("trust_end", "points", "mean trust over the last 24 h of the horizon", "higher"),
    Measure("followers_end", "share", "share of users who follow the brand at the horizon", "higher"),
    Measure(
        "followers_lost",
        "share",
        "followers of the quiet twin minus those of the run at the horizon, over the followers at the start",
    ),
    Measure("complaints", "per 1,000 users", "complaints that were opened"),
    Measure("complaints_unanswered", "share", "share of the complaints that have got no answer by the horizon"),
    Measure("waiting", "h", "mean age of the complaints that were answered, when they were; none when none was"),
    Measure("posts_negative", "share", "share of the opinions that users posted that are negative; none when none was"),
    Measure("cost", "money", "cost of the acts of the arm"),
    Measure("ripple", "ratio", "all that an act did to trust over what it did to those who met it directly"),
)

MEASURES: Mapping[str, Measure] = MappingProxyType({measure.name: measure for measure in _ALL})
CHANCES = ("share_regained", "storm", "below_floor")  # of one run: it happens or not
