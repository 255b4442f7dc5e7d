"""The keys of a scenario file: what each is called, how its value is read, what it means.

Values are read by `sim.units`, whose complaints are already words for people; the types below only say which reader
reads what, and what the JSON Schema for editors tells about it. What keys mean together is checked in `resolve.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, create_model

from sim import units
from sim.errors import did_you_mean
from sim.scenario.acts import FORMS, NATURES, SPEAKERS
from sim.scenario.measures_named import MEASURES
from sim.scenario.parameters import PARAMETERS, SECTORS, Parameter, why_refused

VERSION = 1
VARIES = ("network", "people", "events")
GROUPS = ("everyone", "followers", "prospects", "employees")
DIRECTED = ("no", "yes", "follows", "tells")
CHOOSERS = ("hubs", "community", "channel", "users")
BROKEN = object()  # stands in a list for an act that could not be read, so that its neighbours keep their numbers


class Named(str):
    """The name of a parameter in the place of a number: `reach: reach_news` follows the parameter."""


class Drawn:
    """Virality that is drawn like that of a user's post."""


DRAWN = Drawn()


# readers


def text(value: object) -> str:
    """Words."""
    if isinstance(value, str) and value.strip():
        return value.strip()
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    raise ValueError(f"{units.shown(value)} is not a text")


def name(value: object) -> str:
    """A name that can stand in a path: letters, digits, - and _, a letter first."""
    word = text(value)
    if re.fullmatch(r"[^\W\d_][\w-]{0,59}", word):
        return word
    raise ValueError(f"{units.shown(value)} is not a name; use letters, digits, - and _, a letter first, 60 at most")


def texts(value: object) -> list[str]:
    """One text or a list of them."""
    if isinstance(value, str):
        return [text(value)]
    if not isinstance(value, list):
        raise ValueError(f"{units.shown(value)} is not a list of texts")
    return [text(item) for item in value]


def one_of(words: tuple[str, ...], value: object) -> str:
    """One of a few words."""
    word = {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value
    if isinstance(word, str) and word.strip() in words:
        return word.strip()
    raise ValueError(f"{units.shown(value)} is not one of {', '.join(words)}{did_you_mean(str(word), words)}")


def some_of(words: tuple[str, ...], value: object) -> list[str]:
    """Some of a few words, in their own order."""
    given = [value] if isinstance(value, str) else value
    if not isinstance(given, list) or not given:
        raise ValueError(f"name at least one of {', '.join(words)}")
    chosen = [one_of(words, item) for item in given]
    return [word for word in words if word in chosen]


def or_named(reader: Callable[[object], float], unit: str, value: object) -> object:
    """What the reader reads, or the name of a parameter of that unit."""
    if isinstance(value, str) and value in PARAMETERS and PARAMETERS[value].unit == unit:
        return Named(value)
    return reader(value)


def positive(reader: Callable[[object], float], value: object) -> float:
    """What the reader reads, above 0."""
    result = reader(value)
    if result > 0:
        return result
    raise ValueError(f"{units.shown(value)} is not above 0")


def parameter(p: Parameter, value: object) -> float:
    """A value of a parameter, in words of its unit."""
    result = _PARAMETER_READERS.get(p.unit, units.number)(value)
    problem = why_refused(p.name, result)
    if problem:
        raise ValueError(problem)
    return result


_PARAMETER_READERS: Mapping[str, Callable[[object], float]] = MappingProxyType(
    {"h": units.hours, "1/h": units.rate, "share": units.share, "trust": units.trust}
)


def magnitude(value: object) -> float:
    """The size of an act; data_misuse, the size of Facebook / Cambridge Analytica, has 1."""
    size = units.number(value)
    if abs(size) > 5:
        raise ValueError(f"{units.shown(value)} is too large for a magnitude; 1 is the size of Cambridge Analytica, 5 the most")
    return size


def virality(value: object) -> object:
    """A reproduction number, or `drawn`."""
    if value == "drawn":
        return DRAWN
    try:
        size = units.amount(value)
    except ValueError:
        raise ValueError(f"{units.shown(value)} is not a virality; write a number like 1.2, or drawn") from None
    if size > 100:
        raise ValueError(f"{units.shown(value)} is too large for a virality (re-shares caused by one share); 100 is the most")
    return size


def audience(value: object) -> Mapping[str, object]:
    """A group by its name, or {hubs: share}, {community: number}, {channel: name}, {users: [labels]}."""
    if isinstance(value, str):
        if value in GROUPS:
            return MappingProxyType({"kind": value})
        raise ValueError(f"'{value}' is not an audience{did_you_mean(value, GROUPS + CHOOSERS)}{_AUDIENCES}")
    if not isinstance(value, dict) or len(value) != 1:
        raise ValueError(f"{units.shown(value)} is not an audience{_AUDIENCES}")
    [(kind, what)] = value.items()
    if kind == "hubs":
        return MappingProxyType({"kind": kind, "share": units.share(what)})
    if kind == "community":
        return MappingProxyType({"kind": kind, "number": units.count(what)})
    if kind == "channel":
        return MappingProxyType({"kind": kind, "name": name(what)})
    if kind == "users":
        labels = tuple(texts(what))
        if not labels:
            raise ValueError("users: name at least one label")
        return MappingProxyType({"kind": kind, "labels": labels})
    raise ValueError(f"'{kind}' is not an audience{did_you_mean(kind, CHOOSERS)}{_AUDIENCES}")


_AUDIENCES = (
    f"; write {', '.join(GROUPS)}, {{hubs: 1 %}}, {{community: 2}}, {{channel: news}} or {{users: [label, ...]}}"
)


def found(value: object) -> tuple[str, object]:
    """When a hidden act is found out, as ("never", None), ("at", moment), ("after", hours) or ("mean", hours)."""
    if value == "never":
        return "never", None
    if isinstance(value, dict):
        if len(value) == 1 and "after" in value:
            return "after", units.hours(value["after"])
        if len(value) == 1 and "mean" in value:
            return "mean", or_named(partial(positive, units.hours), "h", value["mean"])
        raise ValueError("write {after: 5 d} for a time after the act, or {mean: 30 d} to leave it to chance")
    return "at", units.moment(value)


def until(value: object) -> object:
    """A moment, or `horizon`."""
    return "horizon" if value == "horizon" else units.moment(value)


def talk_step(value: object) -> float | None:
    """A time, or `auto`: chosen by the engine."""
    return None if value == "auto" else positive(units.hours, value)


def horizon(value: object) -> float:
    """How long a run lasts."""
    length = positive(units.hours, value)
    if length > 20 * units.YEAR:
        raise ValueError(f"{units.shown(value)} is longer than 20 y")
    return length


def tick(value: object) -> float:
    """The length of a tick."""
    length = units.hours(value)
    if not 0.25 <= length <= 4:
        raise ValueError(f"{units.shown(value)} is not a tick; it goes from 15 min to 4 h")
    return length


def _acts_or_arm(value: object) -> object:
    if isinstance(value, list):
        return {"acts": value}
    if value is None:
        raise ValueError("nothing is written here; `[]` is an arm without acts")
    return value


def _act_or_broken(value: object, read: Callable[[object], object]) -> object:
    return None if value is BROKEN else read(value)


# types


def _read(reader: Callable[[object], object], schema: Mapping[str, object]) -> Any:
    return Annotated[Any, BeforeValidator(reader), WithJsonSchema(dict(schema))]


def _words(*examples: str) -> dict[str, object]:
    return {"type": ["string", "number"], "examples": list(examples)}


_YES_NO = {"enum": [True, False, "yes", "no"]}
_NAME = {"type": "string", "pattern": r"^[^\W\d_][\w-]{0,59}$"}

Text = _read(text, {"type": ["string", "number"]})
Name = _read(name, _NAME)
Texts = _read(texts, {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]})
YesNo = _read(units.yes_no, _YES_NO)
Time = _read(units.hours, {"type": "string", "examples": ["90 min", "5 h", "5 d 3 h"]})
Pace = _read(partial(positive, units.hours), {"type": "string", "examples": ["1 d", "2 weeks"]})
When = _read(units.moment, {"type": "string", "examples": ["5 d", "5 d 3 h", "day 5 14:00", "2026-03-07 14:00"]})
Until = _read(until, {"type": "string", "examples": ["30 d", "horizon"]})
Share = _read(units.share, _words("30 %", "0.3"))
ShareOrName = _read(partial(or_named, units.share, "share"), _words("30 %", "0.3", "reach_news"))
TrustOrName = _read(partial(or_named, units.trust, "trust"), _words("44 points", "0.44"))
TimeOrName = _read(
    partial(or_named, partial(positive, units.hours), "h"), {"type": "string", "examples": ["6 h", "3 d", "delay_news"]}
)
Amount = _read(units.amount, _words("10", "1.2 M", "20 k"))
Count = _read(units.count, _words("2000", "20 k"))
Number = _read(units.number, {"type": "number"})
Magnitude = _read(magnitude, {"type": "number", "minimum": -5, "maximum": 5})
Virality = _read(virality, {"anyOf": [{"type": "number", "minimum": 0, "maximum": 100}, {"const": "drawn"}]})
Audience = _read(
    audience,
    {
        "anyOf": [
            {"enum": list(GROUPS)},
            *(
                {"type": "object", "properties": {key: kind}, "required": [key], "additionalProperties": False}
                for key, kind in {
                    "hubs": _words("1 %"),
                    "community": {"type": "integer", "minimum": 0},
                    "channel": _NAME,
                    "users": {"type": "array", "items": {"type": ["string", "integer"]}, "minItems": 1},
                }.items()
            ),
        ]
    },
)
Found = _read(
    found,
    {
        "anyOf": [
            {"type": "string", "examples": ["10 d", "2026-03-07", "never"]},
            *(
                {"type": "object", "properties": {key: {"type": "string"}}, "required": [key], "additionalProperties": False}
                for key in ("after", "mean")
            ),
        ]
    },
)


def _choice(words: tuple[str, ...]) -> Any:
    return _read(partial(one_of, words), {"enum": list(words)})


def _whole(value: object) -> object:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise ValueError(f"{units.shown(value)} is not a whole number")


# the keys


class _Keys(BaseModel):
    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True)


def _key(meaning: str, **more: Any) -> Any:
    return Field(default=None, description=meaning, **more)


class ActFile(_Keys):
    """One act of a list. Only `act` is needed, and a time: `at`, for a response also `after`."""

    act: Text = Field(description="kind of act: one of the catalogue, or one defined under `kinds`")
    id: Name = _key("name of this act; its random draws hang on it, so keep it when you change the act")
    of: Name = _key("of a response: the id (or the kind, when there is one such act) of the act it answers")
    at: When = _key("when: time since the start, `day 5 14:00`, or a date")
    after: Time = _key("of a response: time since the act it answers (not since that became public)")
    every: Pace = _key("repeat the act at this distance")
    until: Until = _key("repeat it no later than this; default: horizon")
    words: Text = _key("what the act is called in sentences")
    magnitude: Magnitude = _key("size; 1 is the size of Facebook / Cambridge Analytica")
    cognitive: Share = _key("share that falls on the cognitive side of trust")
    nature: _choice(NATURES) = _key("nature of a loss")  # type: ignore[valid-type]
    audience: Audience = _key("whom it is addressed to")
    reach: ShareOrName = _key("share of the audience that will meet it")
    delay: TimeOrName = _key("mean time until those reached meet it")
    speaker: _choice(SPEAKERS) = _key("who speaks")  # type: ignore[valid-type]
    virality: Virality = _key("mean re-shares caused by one share; `drawn`: like a user's post; 0: no story")
    cost: Amount = _key("cost of each time it happens, in money of your own")
    hidden: YesNo = _key("yes: nobody meets it until it is told or found out")
    found: Found = _key("of a hidden act: when it is found out; {after: 5 d}, {mean: 30 d} (by chance), or never")
    conceal: YesNo = _key("of a hidden act: yes when the brand conceals it; found out, it is deception")


class ArmFile(_Keys):
    """A named response: a list of acts, or this mapping."""

    title: Text = _key("a few words for tables and figures")
    conceal: YesNo = _key("yes: what is hidden is concealed in this arm; found out, it becomes deception")
    acts: list[Annotated[ActFile | None, "act"]] = Field(default=[], description="the acts of this arm")


class RepairsFile(_Keys):
    """How well a response fits each nature of act."""

    competence: Share = _key("match to failures of competence")
    integrity: Share = _key("match to breaches of integrity")


class KindFile(_Keys):
    """A kind of act of your own: like a known one but for what is written, or from scratch."""

    like: Text = _key("a known kind; what is not written is taken from it")
    words: Text = _key("what it is called in sentences")
    form: _choice(FORMS) = _key("how it is met: default reach and delay")  # type: ignore[valid-type]
    magnitude: Magnitude = _key("above 0 it earns trust, below 0 it costs trust; with `like` the sign may be left out")
    cognitive: Share = _key("share that falls on the cognitive side of trust")
    nature: _choice(NATURES) = _key("nature of a loss")  # type: ignore[valid-type]
    two_sided: YesNo = _key("yes: may earn or cost trust, so that each act says its sign")
    audience: _choice(GROUPS) = _key("whom it is addressed to")  # type: ignore[valid-type]
    reach: Share = _key("share of the audience that will meet it")
    speaker: _choice(SPEAKERS) = _key("who speaks")  # type: ignore[valid-type]
    virality: Virality = _key("mean re-shares caused by one share; `drawn`: like a user's post; 0: no story")
    hidden: YesNo = _key("yes: nobody meets it until it is told or found out")
    lasting: YesNo = _key("yes: stays in view and is met with the long delay of news")
    tires: YesNo = _key("yes: adds to the fatigue of those who see it")
    repairs: RepairsFile | None = _key("makes it a response: its match to each nature of act")
    admits: YesNo = _key("of a response: yes when it makes a hidden act public")
    only_for: Texts = _key("of a response: the kinds it can answer")
    lure: Magnitude = _key("a gain to prospects for as long as the act stays hidden")
    source: Text = _key("where its numbers come from")


class BrandFile(_Keys):
    """The brand."""

    name: Text = _key("what it is called")
    sector: _choice(tuple(SECTORS)) = _key("sector; sets the trust it starts from")  # type: ignore[valid-type]
    trust: TrustOrName = _key("trust it starts from; default: that of the sector")
    followers: ShareOrName = _key("share of users who follow it; default: the parameter `followers`")
    calendar: list[Annotated[ActFile | None, "act"]] = Field(
        default=[], description="acts that happen anyway, in the quiet twin too"
    )


class NetworkFile(BaseModel):
    """A network that is made (kind, users and the options of the kind), or one that is read (file)."""

    model_config = ConfigDict(extra="allow")

    kind: Text = _key("a generator")
    users: Count = _key("number of users; with a file: a sample of that many")
    seed: _read(_whole, {"type": "integer"}) = _key("fixes the network for all replicates")  # type: ignore[valid-type]
    file: Text = _key("an edge list; the path is relative to this file")
    directed: _choice(DIRECTED) = _key("what a row `a b` means; follows: a listens to b; tells: b listens to a")  # type: ignore[valid-type]
    weight: Text = _key("the column that holds the weights of ties")
    columns: Texts = _key("the two columns that hold the users of a tie")
    largest_component: YesNo = _key("yes: keep only the largest connected part")


class ExpectFile(_Keys):
    """What should come out: one arm below another, or one arm between two limits."""

    measure: _choice(tuple(MEASURES)) = Field(description="a decision measure")  # type: ignore[valid-type]
    lower: Name = _key("the arm with the lower value")
    higher: Name = _key("the arm with the higher value")
    arm: Name = _key("an arm whose value is known")
    between: list[Any] | None = _key("its limits, [lowest, highest]", json_schema_extra={"minItems": 2, "maxItems": 2})


_PARAMETER_SCHEMAS = {
    "h": {"type": "string"},
    "1/h": {"type": "string"},
    "share": {"type": ["string", "number"]},
    "trust": {"type": ["string", "number"]},
}

ParametersFile: type[BaseModel] = create_model(  # type: ignore[call-overload]
    "ParametersFile",
    __base__=_Keys,
    **{
        p.name: (
            _read(partial(parameter, p), _PARAMETER_SCHEMAS.get(p.unit, {"type": "number"})),
            _key(f"{p.meaning} ({', '.join(filter(None, [p.symbol, p.unit, p.source]))})"),
        )
        for p in PARAMETERS.values()
    },
)


class ScenarioFile(_Keys):
    """A scenario of Trust Ripple: one brand, its users, what happens, and the responses to compare."""

    ripple: Any = Field(description=f"version of this format: {VERSION}", json_schema_extra={"const": VERSION})
    extends: Text = _key("another scenario, by path or by name, that this one changes")
    name: Name = _key("a short name; default: that of the file")
    title: Text = _key("a title for people")
    question: Text = _key("the question this scenario asks")
    sources: Texts = _key("where its story and numbers come from")
    start: _read(units.start_date, {"type": "string", "examples": ["2026-01-05 00:00 UTC"]}) = _key("date, time and zone of hour 0")  # type: ignore[valid-type]
    horizon: _read(horizon, {"type": "string", "examples": ["90 d"]}) = _key("how long a run lasts")  # type: ignore[valid-type]
    tick: _read(tick, {"type": "string", "examples": ["1 h"]}) = _key("length of a tick, 15 min to 4 h")  # type: ignore[valid-type]
    talk_step: _read(talk_step, {"type": "string", "examples": ["auto", "4 h"]}) = _key("length of a step of talk")  # type: ignore[valid-type]
    network: NetworkFile | None = _key("who listens to whom")
    brand: BrandFile | None = _key("the brand")
    kinds: dict[str, KindFile] | None = _key("kinds of acts of your own")
    parameters: ParametersFile | None = _key("other values for numbers of the model")  # type: ignore[valid-type]
    timeline: list[Annotated[ActFile | None, "act"]] | None = _key("what happens in every arm")
    arms: dict[str, Annotated[ArmFile, BeforeValidator(_acts_or_arm)]] | None = _key("the responses; the first is the reference")
    vary: _read(partial(some_of, VARIES), {"type": "array", "items": {"enum": list(VARIES)}}) = _key("what differs between replicates")  # type: ignore[valid-type]
    expect: list[ExpectFile] | None = _key("what should come out")
    takeaway: Text = _key("what to remember, in two sentences")
