"""The keys of a scenario file: what each is called, which reader reads it, what it means.

The readers' complaints are already words for people. The types also say what the JSON Schema for editors tells of a
key. What keys mean together is checked in `resolve.py`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator, WithJsonSchema, create_model

from sim import units
from sim.scenario import readers
from sim.scenario.acts import FORMS, NATURES, SPEAKERS
from sim.scenario.measures_named import MEASURES
from sim.scenario.parameters import PARAMETERS, SECTORS
from sim.scenario.readers import GROUPS, Named, one_of, or_named, positive, some_of

VERSION = 1
VARIES = ("network", "people", "events")
DIRECTED = ("no", "yes", "follows", "tells")


# types: a reader, and what editors are told of it

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
    "users": {"type": "array", "items": {"type": ["string", "integer"]}, "minItems": 1},
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
When = Annotated[
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
BrandTrust = Annotated[float | str, PlainValidator(readers.brand_trust), WithJsonSchema(_TRUST)]
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
Group = Annotated[str, PlainValidator(partial(one_of, GROUPS)), WithJsonSchema({"enum": list(GROUPS)})]
Form = Annotated[str, PlainValidator(partial(one_of, FORMS)), WithJsonSchema({"enum": list(FORMS)})]
Nature = Annotated[str, PlainValidator(partial(one_of, NATURES)), WithJsonSchema({"enum": list(NATURES)})]
Speaker = Annotated[str, PlainValidator(partial(one_of, SPEAKERS)), WithJsonSchema({"enum": list(SPEAKERS)})]
Sector = Annotated[str, PlainValidator(partial(one_of, tuple(SECTORS))), WithJsonSchema({"enum": list(SECTORS)})]
Directed = Annotated[str, PlainValidator(partial(one_of, DIRECTED)), WithJsonSchema({"enum": list(DIRECTED)})]
MeasureName = Annotated[str, PlainValidator(partial(one_of, tuple(MEASURES))), WithJsonSchema({"enum": list(MEASURES)})]
Varies = Annotated[
    list[str],
    PlainValidator(partial(some_of, VARIES)),
    WithJsonSchema({"type": "array", "items": {"enum": list(VARIES)}}),
]


# the keys


class Keys(BaseModel):
    """A mapping with known keys only."""

    model_config = ConfigDict(extra="forbid")


def _key(meaning: str) -> Any:
    return Field(default=None, description=meaning)


class ActFile(Keys):
    """One act of a list. Only `act` is needed, and a time: `at`, for a response also `after`."""

    act: Text = Field(description="kind of act: one of the catalogue, or one defined under `kinds`")
    id: Name | None = _key("name of this act; its random draws hang on it, so keep it when you change the act")
    of: Text | None = _key("of a response: the id (or the kind, when there is one such act) of the act it answers")
    at: When | None = _key("when: time since the start, `day 5 14:00`, or a date")
    after: Time | None = _key("of a response: time since the act it answers (not since that became public)")
    every: Pace | None = _key("repeat the act at this distance")
    until: Until | None = _key("repeat it no later than this; default: horizon")
    words: Text | None = _key("what the act is called in sentences")
    magnitude: Magnitude | None = _key("size; 1 is the size of Facebook / Cambridge Analytica")
    cognitive: Share | None = _key("share that falls on the cognitive side of trust")
    nature: Nature | None = _key("nature of a loss")
    audience: Audience | None = _key("whom it is addressed to")
    reach: ShareOrName | None = _key("share of the audience that will meet it")
    delay: TimeOrName | None = _key("mean time until those reached meet it")
    speaker: Speaker | None = _key("who speaks")
    virality: Virality | None = _key("mean re-shares caused by one share; `drawn`: like a user's post; 0: no story")
    cost: Amount | None = _key("cost of each time it happens, in money of your own")
    hidden: YesNo | None = _key("yes: nobody meets it until it is told or found out")
    found: Found | None = _key(
        "of a hidden act: when it is found out; {after: 5 d}, {mean: 30 d} (by chance), or never"
    )
    repetitive: YesNo | None = _key("of a post: yes when it repeats the last one, and so tires more")
    conceal: YesNo | None = _key("of a hidden act: yes when the brand conceals it; found out, it is deception")


class ArmFile(Keys):
    """A named response: a list of acts, or this mapping."""

    title: Text | None = _key("a few words for tables and figures")
    conceal: YesNo | None = _key("yes: what is hidden is concealed in this arm; found out, it becomes deception")
    acts: list[ActFile | None] = Field(default=[], description="the acts of this arm")


class RepairsFile(Keys):
    """How well a response fits each nature of act."""

    competence: Share | None = _key("match to failures of competence")
    integrity: Share | None = _key("match to breaches of integrity")


class KindFile(Keys):
    """A kind of act of your own: like a known one but for what is written, or from scratch."""

    like: Text | None = _key("a known kind; what is not written is taken from it")
    words: Text | None = _key("what it is called in sentences")
    form: Form | None = _key("how it is met: default reach and delay")
    magnitude: Magnitude | None = _key("above 0 it earns trust, below 0 it costs trust; with `like`, a size is enough")
    cognitive: Share | None = _key("share that falls on the cognitive side of trust")
    nature: Nature | None = _key("nature of a loss")
    two_sided: YesNo | None = _key("yes: may earn or cost trust, so that each act says its sign")
    audience: Group | None = _key("whom it is addressed to")
    reach: Share | None = _key("share of the audience that will meet it")
    speaker: Speaker | None = _key("who speaks")
    virality: Virality | None = _key("mean re-shares caused by one share; `drawn`: like a user's post; 0: no story")
    hidden: YesNo | None = _key("yes: nobody meets it until it is told or found out")
    lasting: YesNo | None = _key("yes: stays in view and is met with the long delay of news")
    tires: YesNo | None = _key("yes: adds to the fatigue of those who see it")
    repairs: RepairsFile | None = _key("makes it a response: its match to each nature of act")
    admits: YesNo | None = _key("of a response: yes when it makes a hidden act public")
    only_tells: YesNo | None = _key("of a response that admits: yes when telling is all it does then")
    stirs: YesNo | None = _key("of a response: yes when it raises the virality of the story it answers")
    only_for: Texts | None = _key("of a response: the kinds it can answer")
    lure: Magnitude | None = _key("a gain to prospects for as long as the act stays hidden")
    source: Text | None = _key("where its numbers come from")


class BrandFile(Keys):
    """The brand."""

    name: Text | None = _key("what it is called")
    sector: Sector | None = _key("sector; sets the trust it starts from")
    trust: BrandTrust | None = _key("trust it starts from; sector: that of the sector, the default")
    followers: ShareOrName | None = _key("share of users who follow it; default: the parameter `followers`")
    calendar: list[ActFile | None] | None = _key("acts that happen anyway, in the quiet twin too")


class NetworkFile(BaseModel):
    """A network that is made (kind, users and the options of the kind), or one that is read (file)."""

    model_config = ConfigDict(extra="allow")

    kind: Text | None = _key("a generator")
    users: Count | None = _key("number of users; with a file: a sample of that many")
    seed: Whole | None = _key("fixes the network for all replicates")
    file: Text | None = _key("an edge list; the path is relative to this file")
    directed: Directed | None = _key("what a row `a b` means; follows: a listens to b; tells: b listens to a")
    weight: Text | None = _key("the column that holds the weights of ties")
    columns: Texts | None = _key("the two columns that hold the users of a tie")
    largest_component: YesNo | None = _key("yes: keep only the largest connected part")


class ExpectFile(Keys):
    """What should come out: one arm below another, or one arm between two limits."""

    measure: MeasureName = Field(description="a decision measure")
    lower: Text | None = _key("the arm with the lower value")
    higher: Text | None = _key("the arm with the higher value")
    arm: Text | None = _key("an arm whose value is known")
    between: list[Any] | None = _key("its limits, [lowest, highest]")


_PARAMETER_SCHEMAS: Mapping[str, dict[str, Any]] = {
    "h": _TIME,
    "1/h": {"type": "string", "examples": ["0.3 per day", "0.0125 per h"]},
    "share": _SHARE,
    "trust": _TRUST,
}


def _parameter_fields() -> dict[str, Any]:
    fields = {}
    for p in PARAMETERS.values():
        bounds = {"type": "number", "minimum": p.least} | ({"maximum": p.most} if math.isfinite(p.most) else {})
        schema = WithJsonSchema(_PARAMETER_SCHEMAS.get(p.unit, bounds))
        plausible = f"plausible {p.low:g} to {p.high:g}" if p.low < p.high else ""
        meaning = f"{p.meaning} ({'; '.join(filter(None, [p.symbol, p.unit, plausible, p.source]))})"
        fields[p.name] = (Annotated[float, PlainValidator(partial(readers.parameter, p)), schema] | None, _key(meaning))
    return fields


ParametersFile: type[BaseModel] = create_model("ParametersFile", __base__=Keys, **_parameter_fields())


class ScenarioFile(Keys):
    """A scenario of Trust Ripple: one brand, its users, what happens, and the responses to compare."""

    ripple: Any = Field(default=None, description=f"version of this format: {VERSION}")
    extends: Text | None = _key("another scenario, by path or by name, that this one changes")
    name: Name | None = _key("a short name; default: that of the file")
    title: Text | None = _key("a title for people")
    question: Text | None = _key("the question this scenario asks")
    sources: Texts | None = _key("where its story and numbers come from")
    start: Date | None = _key("date, time and zone of hour 0")
    horizon: Horizon | None = _key("how long a run lasts")
    tick: Tick | None = _key("length of a tick, 15 min to 4 h")
    talk_step: TalkStep | None = _key("length of a step of talk; auto: chosen by the engine")
    network: NetworkFile | None = _key("who listens to whom")
    brand: BrandFile | None = _key("the brand")
    kinds: dict[str, KindFile | None] | None = _key("kinds of acts of your own")
    parameters: ParametersFile | None = _key("other values for numbers of the model")  # type: ignore[valid-type]
    timeline: list[ActFile | None] | None = _key("what happens in every arm")
    arms: dict[str, Annotated[ArmFile, BeforeValidator(readers.arm)] | None] | None = _key(
        "responses; the first is the reference"
    )
    vary: Varies | None = _key("what differs between replicates")
    expect: list[ExpectFile | None] | None = _key("what should come out")
    takeaway: Text | None = _key("what to remember, in two sentences")
