"""The types of the values in a scenario file: which reader reads each, and what editors are told of it.

The readers' complaints are already words for people.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Annotated, Any

from pydantic import PlainValidator, WithJsonSchema

from sim import units
from sim.scenario import opening, readers
from sim.scenario.acts import FORMS, NATURES, SPEAKERS, When
from sim.scenario.lesson_measures import CHARTS, LESSON_MEASURES, USER_GROUPS, WHICH
from sim.scenario.measures_named import MEASURES
from sim.scenario.parameters import SECTORS
from sim.scenario.parts import LOG_UNITS, MANNERS, ORDERS, PROCESSES, RuleEntry
from sim.scenario.readers import GROUPS, Named, one_of, or_named, positive, some_of
from sim.scenario.shelf import READERS, TOPICS
from sim.scenario.tracker import Tracker

VARIES = ("network", "people", "events")
DIRECTED = ("no", "yes", "follows", "tells")

_WORDS: dict[str, Any] = {"type": ["string", "number"]}
_NAME: dict[str, Any] = {"type": "string", "pattern": r"^[^\W\d_][\w-]{0,59}$"}
_TIME: dict[str, Any] = {"type": "string", "examples": ["90 min", "5 h", "5 d 3 h", "2 weeks"]}
_SHARE: dict[str, Any] = {
    **_WORDS,
    "minimum": 0,
    "maximum": 1,
    "pattern": "%|percent|^[0-9.]",
    "examples": ["30 %", 0.3],
}
_SHARE_OR_NAME: dict[str, Any] = {**_SHARE, "pattern": "%|percent|^[0-9.]|^[a-z_]+$"}
_TRUST: dict[str, Any] = {**_WORDS, "minimum": 0, "maximum": 1, "examples": ["44 points", 0.44]}
_RATE: dict[str, Any] = {"type": "string", "examples": ["6 per hour", "2 per day", "0.5 per year"]}
_CLOCK: dict[str, Any] = {"type": "string", "pattern": r"^\d{1,2}:\d{2}$", "examples": ["9:00", "17:30"]}
_AMOUNT: dict[str, Any] = {**_WORDS, "examples": [10, "20 k", "1.2 M"]}


def _one_key(options: Mapping[str, object]) -> list[dict[str, Any]]:
    """Mappings with exactly one key, for each of the options."""
    return [
        {"type": "object", "properties": {key: kind}, "required": [key], "additionalProperties": False}
        for key, kind in options.items()
    ]


_AUDIENCE_KEYS = {
    "hubs": _SHARE,
    "community": {"type": "integer", "minimum": 0},
    "channel": _NAME,
    "role": _WORDS,
    "users": {"type": "array", "items": {"type": ["string", "integer"]}, "minItems": 1},
}

_TRACKER: dict[str, Any] = {
    "file": _WORDS,
    "column": _WORDS,
    "date": _WORDS,
    "at": {"type": "string", "examples": ["2026-02-01"]},
    "scale": {
        "anyOf": [
            {"enum": ["points", "percent", "share"]},
            {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2},
        ]
    },
}

Text = Annotated[str, PlainValidator(readers.text), WithJsonSchema(_WORDS)]
Name = Annotated[str, PlainValidator(readers.name), WithJsonSchema(_NAME)]
Texts = Annotated[
    list[str],
    PlainValidator(readers.texts),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]
YesNo = Annotated[bool, PlainValidator(units.yes_no), WithJsonSchema({"enum": [True, False, "yes", "no"]})]
Time = Annotated[float, PlainValidator(units.hours), WithJsonSchema(_TIME)]
Pace = Annotated[float, PlainValidator(partial(positive, units.hours)), WithJsonSchema(_TIME)]
Horizon = Annotated[float, PlainValidator(readers.horizon), WithJsonSchema(_TIME)]
Tick = Annotated[float, PlainValidator(readers.tick), WithJsonSchema(_TIME)]
TalkStep = Annotated[
    float | str, PlainValidator(readers.talk_step), WithJsonSchema({"type": "string", "examples": ["auto", "4 h"]})
]
TimeOrName = Annotated[
    float | Named, PlainValidator(partial(or_named, partial(positive, units.hours), "h")), WithJsonSchema(_TIME)
]
Date = Annotated[
    datetime, PlainValidator(units.start_date), WithJsonSchema({"type": "string", "examples": ["2026-01-05 00:00 UTC"]})
]
Moment = Annotated[
    units.Moment,
    PlainValidator(units.moment),
    WithJsonSchema({"type": "string", "examples": ["5 d", "5 d 3 h", "day 5 14:00", "2026-03-07 14:00"]}),
]
Until = Annotated[
    units.Moment | str,
    PlainValidator(readers.until),
    WithJsonSchema({"type": "string", "examples": ["30 d", "horizon"]}),
]
Share = Annotated[float, PlainValidator(units.share), WithJsonSchema(_SHARE)]
ShareOrName = Annotated[
    float | Named, PlainValidator(partial(or_named, units.share, "share")), WithJsonSchema(_SHARE_OR_NAME)
]
Trust = Annotated[float, PlainValidator(units.trust), WithJsonSchema(_TRUST)]
BrandTrust = Annotated[
    float | str | Tracker,
    PlainValidator(readers.brand_trust),
    WithJsonSchema({"anyOf": [_TRUST, {"type": "object", "properties": _TRACKER, "required": ["file"]}]}),
]
TrackerAt = Annotated[
    Tracker,
    PlainValidator(readers.tracker),
    WithJsonSchema({"type": "object", "properties": _TRACKER, "required": ["file"], "additionalProperties": False}),
]
Followers = Annotated[
    float | Named,
    PlainValidator(partial(or_named, readers.followers, "share")),
    WithJsonSchema({**_WORDS, "examples": ["30 %", "1.2 M"]}),
]
Amount = Annotated[float, PlainValidator(units.amount), WithJsonSchema(_AMOUNT)]
Count = Annotated[int, PlainValidator(units.count), WithJsonSchema(_AMOUNT)]
Whole = Annotated[int, PlainValidator(readers.whole), WithJsonSchema({"type": "integer"})]
Magnitude = Annotated[
    float, PlainValidator(readers.magnitude), WithJsonSchema({"type": "number", "minimum": -5, "maximum": 5})
]
Virality = Annotated[
    float | str,
    PlainValidator(readers.virality),
    WithJsonSchema({"anyOf": [{"type": "number", "minimum": 0, "maximum": 100}, {"const": "drawn"}]}),
]
Audience = Annotated[
    Mapping[str, object],
    PlainValidator(readers.audience),
    WithJsonSchema({"anyOf": [{"enum": list(GROUPS)}, *_one_key(_AUDIENCE_KEYS)]}),
]
Found = Annotated[
    tuple[str, Any],
    PlainValidator(readers.found),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "examples": ["10 d", "2026-03-07", "never"]},
                *_one_key({"after": _TIME, "mean": _TIME}),
            ]
        }
    ),
]
Condition = Annotated[
    When,
    PlainValidator(readers.condition),
    WithJsonSchema(
        {
            "anyOf": _one_key(
                {
                    "public": _NAME,
                    "trust_fell": _TRUST,
                    "heard": {"type": "object", "properties": {"of": _NAME, "by": _AMOUNT}, "required": ["of", "by"]},
                    "queue": _AMOUNT,
                }
            )
        }
    ),
]
AgentsOrName = Annotated[
    float | Named, PlainValidator(partial(or_named, units.count, "agents")), WithJsonSchema(_AMOUNT)
]
RateOrName = Annotated[
    float | Named, PlainValidator(partial(or_named, partial(positive, units.rate), "1/h")), WithJsonSchema(_RATE)
]
HazardRate = Annotated[
    float | str, PlainValidator(readers.hazard_rate), WithJsonSchema({**_RATE, "examples": ["usual", "4 per year"]})
]
Channels = Annotated[
    int | str,
    PlainValidator(readers.channels),
    WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 1, "maximum": 20}, {"const": readers.ALL}]}),
]
Days = Annotated[
    tuple[int, ...],
    PlainValidator(opening.days),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "examples": ["mon-fri", "sat"]},
                {"type": "array", "items": {"enum": list(opening.DAYS)}},
            ]
        }
    ),
]
Clock = Annotated[float, PlainValidator(opening.clock), WithJsonSchema(_CLOCK)]
Order = Annotated[str, PlainValidator(partial(one_of, ORDERS)), WithJsonSchema({"enum": list(ORDERS)})]
LogUnit = Annotated[str, PlainValidator(partial(one_of, LOG_UNITS)), WithJsonSchema({"enum": list(LOG_UNITS)})]
LogQuantiles = Annotated[
    list[float],
    PlainValidator(readers.quantiles),
    WithJsonSchema({"type": "array", "items": {"type": "number", "minimum": 0}}),
]
Manner = Annotated[str, PlainValidator(partial(one_of, MANNERS)), WithJsonSchema({"enum": list(MANNERS)})]
Group = Annotated[str, PlainValidator(partial(one_of, GROUPS)), WithJsonSchema({"enum": list(GROUPS)})]
Form = Annotated[str, PlainValidator(partial(one_of, FORMS)), WithJsonSchema({"enum": list(FORMS)})]
Nature = Annotated[str, PlainValidator(partial(one_of, NATURES)), WithJsonSchema({"enum": list(NATURES)})]
Speaker = Annotated[str, PlainValidator(partial(one_of, SPEAKERS)), WithJsonSchema({"enum": list(SPEAKERS)})]
Sector = Annotated[str, PlainValidator(partial(one_of, tuple(SECTORS))), WithJsonSchema({"enum": list(SECTORS)})]
Topic = Annotated[
    str,
    PlainValidator(partial(one_of, tuple(TOPICS))),
    WithJsonSchema({"oneOf": [{"const": name, "description": heading} for name, heading in TOPICS.items()]}),
]
Readers = Annotated[
    list[str],
    PlainValidator(partial(some_of, tuple(READERS))),
    WithJsonSchema({"anyOf": [{"enum": list(READERS)}, {"type": "array", "items": {"enum": list(READERS)}}]}),
]
Directed = Annotated[str, PlainValidator(partial(one_of, DIRECTED)), WithJsonSchema({"enum": list(DIRECTED)})]
MeasureName = Annotated[str, PlainValidator(partial(one_of, tuple(MEASURES))), WithJsonSchema({"enum": list(MEASURES)})]
LessonMeasureName = Annotated[
    str, PlainValidator(partial(one_of, tuple(LESSON_MEASURES))), WithJsonSchema({"enum": list(LESSON_MEASURES)})
]
Which = Annotated[str, PlainValidator(partial(one_of, WHICH)), WithJsonSchema({"enum": list(WHICH)})]
ChartName = Annotated[str, PlainValidator(partial(one_of, CHARTS)), WithJsonSchema({"enum": list(CHARTS)})]
UserGroup = Annotated[str, PlainValidator(partial(one_of, USER_GROUPS)), WithJsonSchema({"enum": list(USER_GROUPS)})]
Rule = Annotated[
    RuleEntry,
    PlainValidator(readers.rule),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": r"^[\w.]+:[\w.]+$", "examples": ["mypackage.rules:Fear"]},
                {
                    "type": "object",
                    "properties": {"code": {"type": "string"}, "name": _NAME},
                    "required": ["code"],
                    "additionalProperties": _WORDS,
                },
            ]
        }
    ),
]
Varies = Annotated[
    list[str],
    PlainValidator(partial(some_of, VARIES)),
    WithJsonSchema({"type": "array", "items": {"enum": list(VARIES)}}),
]


Processes = Annotated[
    list[str],
    PlainValidator(readers.processes),
    WithJsonSchema({"type": "array", "items": {"enum": list(PROCESSES)}}),
]

PARAMETER_SCHEMAS: Mapping[str, dict[str, Any]] = {
    "h": _TIME,
    "1/h": {"type": "string", "examples": ["0.3 per day", "0.0125 per h"]},
    "share": _SHARE,
    "trust": _TRUST,
    "agents": _AMOUNT,
}
