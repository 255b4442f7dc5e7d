"""The measures a lesson can ask for: the decision measures, and some that only one run on its own needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sim.scenario.measures_named import MEASURES


@dataclass(frozen=True)
class LessonMeasure:
    """A measure of one arm; of_a_moment: it needs a time, `at`. "The story" is that of the act the run is about."""

    name: str
    unit: str
    meaning: str
    of_a_moment: bool = False


_OWN = (
    LessonMeasure("trust", "points", "mean trust", True),
    LessonMeasure("gap", "points", "how far mean trust is below that of the same people without the crisis", True),
    LessonMeasure(
        "gap_left", "share", "how much of the largest gap to the same people without the crisis is left", True
    ),
    LessonMeasure("moved", "points", "how far mean trust was moved at most, up or down"),
    LessonMeasure("met", "share", "users who met the story themselves"),
    LessonMeasure("told", "share", "users who did not meet the story but were told of it"),
    LessonMeasure("told_by_friend", "share", "users who were told of the story by somebody who met it"),
    LessonMeasure("told_far", "share", "users who were told of the story by somebody who had only been told of it"),
    LessonMeasure("farthest_hop", "passages", "passages from person to person to whoever was told last in the line"),
    LessonMeasure("opinions_passed_on", "share", "opinions posted by users that somebody passed on"),
    LessonMeasure("opinions_posted", "posts", "opinions posted by users"),
)

_IN_CLASS = {  # decision measures in words that need no glossary
    "floor_gap": "how far trust is at its lowest below that of the same people without the crisis",
    "trust_days_lost": "trust lost by the average user: points below the same people without the crisis, times days",
    "worst_loss": "trust lost by the twentieth of users who lose the most",
    "followers_lost": "followers who are gone because of it, of all who followed at the start",
    "regained_hours": "time until nine tenths of the lost trust are back for good",
}

_DECISION = (LessonMeasure(m.name, m.unit, _IN_CLASS.get(m.name, m.meaning)) for m in MEASURES.values())
LESSON_MEASURES: Mapping[str, LessonMeasure] = MappingProxyType({m.name: m for m in (*_DECISION, *_OWN)})
CHARTS = ("trust", "heard", "complaints", "followers")  # below the pictures
USER_GROUPS = (
    "hubs",
    "edge",
    "met",
    "told",
    "untold",
)  # of the picture: the 1 % with the most listeners, the half with the fewest
WHICH = ("highest", "lowest")
