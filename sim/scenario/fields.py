"""The keys of a scenario file: what each is called, which type of value it has, what it means.

What keys mean together is checked in `resolve.py`.
"""

from __future__ import annotations

import math
from functools import partial
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator, WithJsonSchema, create_model

from sim.scenario import opening
from sim.scenario import readers as reading  # `readers` is a key
from sim.scenario.parameters import HAZARDS, PARAMETERS
from sim.scenario.values import (
    PARAMETER_SCHEMAS,
    AgentsOrName,
    Amount,
    Audience,
    BrandTrust,
    Channels,
    ChartName,
    Clock,
    Condition,
    Count,
    Date,
    Days,
    Directed,
    Followers,
    Form,
    Found,
    Group,
    HazardRate,
    Horizon,
    LessonMeasureName,
    LogQuantiles,
    LogUnit,
    Magnitude,
    Manner,
    MeasureName,
    Moment,
    Name,
    Nature,
    Order,
    Pace,
    Processes,
    RateOrName,
    Readers,
    Rule,
    Sector,
    Share,
    ShareOrName,
    Speaker,
    TalkStep,
    Text,
    Texts,
    Tick,
    Time,
    TimeOrName,
    Topic,
    TrackerAt,
    Trust,
    Until,
    UserGroup,
    Varies,
    Virality,
    Which,
    Whole,
    YesNo,
)

VERSION = 1


class Keys(BaseModel):
    """A mapping with known keys only."""

    model_config = ConfigDict(extra="forbid")


def _key(meaning: str) -> Any:
    return Field(default=None, description=meaning)


class ActFile(Keys):
    """One act of a list. Only `act` is needed, and a time: `at`, for a response also `after`, or a condition: `when`."""

    act: Text = Field(description="kind of act: one of the catalogue, or one defined under `kinds`")
    id: Name | None = _key("name of this act; its random draws hang on it, so keep it when you change the act")
    of: Text | None = _key(
        "of a response: the id (or the kind, when there is one such act) of the act it answers; of a promise kept or "
        "broken: the promise"
    )
    at: Moment | None = _key("when: time since the start, `day 5 14:00`, or a date")
    when: Condition | None = _key(
        "makes the act conditional, once: {public: breach}, {trust_fell: 3 points}, {heard: {of: breach, by: 10 %}}, or "
        "{queue: 20} complaints that wait for the desk"
    )
    after: Time | None = _key(
        "of a response: time since the act it answers (not since that became public); with `when`: time since that is met"
    )
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
    promises: YesNo | None = _key("yes: opens a promise, until which is settled responses repair more")
    settles: YesNo | None = _key("yes: keeps or breaks a promise, which it refers to by `of`")
    moderates: YesNo | None = _key("yes: from then on abuse is moderated under a published rule")
    one_to_one: YesNo | None = _key("yes: met one by one, in talks that the desk has when no complaint waits")
    lure: Magnitude | None = _key("a gain to prospects for as long as the act stays hidden")
    source: Text | None = _key("where its numbers come from")


_OPEN: dict[str, Any] = {  # `from` cannot be written as an attribute
    "days": (Days | None, _key("days of the week: mon-fri, or [mon, tue, sat]; default: all")),
    "from": (Clock | None, _key("time of the day, 9:00; default 0:00")),
    "to": (Clock | None, _key("time of the day, 17:00; before `from`: of the next day; default 24:00")),
}
OpenFile: type[BaseModel] = create_model("OpenFile", __base__=Keys, **_OPEN)


class LogFile(Keys):
    """A log of how long answers took: a file, or the quantiles themselves."""

    file: Text | None = _key("a table (CSV); the path is relative to this file; a row without a time was not answered")
    column: Text | None = _key("the column that says how long an answer took; default: one called latency, wait ...")
    unit: LogUnit | None = _key("its unit; default: the one its name says")
    asked: Text | None = _key("in place of `column`: the column of the times of complaints")
    answered: Text | None = _key("and that of the times of answers")
    quantiles: LogQuantiles | None = _key("how long answers took, h, at even shares from 0 to 1; in place of a file")


class DeskFile(Keys):
    """The service desk, where complaints are answered."""

    agents: AgentsOrName | None = _key(
        "how many answer at a time; 0: nobody does; default: the parameter `desk_agents`"
    )
    rate: RateOrName | None = _key("replies that each of them writes; default: the parameter `desk_rate`")
    open: Annotated[OpenFile, BeforeValidator(opening.written)] | None = _key("opening hours; default: always")  # type: ignore[valid-type]
    order: Order | None = _key("whose turn it is: the oldest complaint's, or that of who has the most listeners")
    answers: ShareOrName | None = _key("share of complaints that get an answer; default: the parameter `desk_answers`")
    manner: Manner | None = _key(
        "how: good, scripted, rude, delete (public complaints are deleted), none (nobody answers)"
    )
    explains: YesNo | None = _key("yes: a deletion comes with its reason")
    log: Annotated[LogFile, BeforeValidator(reading.file_alone)] | None = _key(
        "a log of how long answers took, as a file or with its columns; complaints then wait as long as they did in it"
    )


class BrandPartFile(Keys):
    """What an arm may say of the brand."""

    sector: Sector | None = _key("sector; sets the trust it starts from")
    trust: BrandTrust | None = _key(
        "trust it starts from; sector: that of the sector, the default; {file: tracker.csv}: the last level of a tracker "
        "before `start`, or before `at`"
    )
    followers: Followers | None = _key(
        "share of users who follow it, or with `audience` how many people do; default: the parameter `followers`"
    )
    alternatives: Share | None = _key("choice of alternatives to it that users have; more raises what they expect")
    desk: DeskFile | None = _key("the service desk")
    channels: Channels | None = _key("on how many channels it posts, 1 to 20; all: its posts reach all followers")
    openness: Share | None = _key("how freely employees speak: stories rise with it, slips with its square")
    security: Share | None = _key("how much rarer and smaller hazards are")
    preparedness: Share | None = _key("how well it is prepared; shortens the delay of planned responses")
    moderation: YesNo | None = _key("yes: abuse is removed under a published rule")
    feedback: Share | None = _key("coverage of a feedback channel, which makes public complaints private")
    hazards: Annotated[dict[str, HazardRate | None], BeforeValidator(reading.hazards)] | None = _key(
        f"kinds of acts that come by chance, at a rate or at the usual one: {', '.join(HAZARDS)}"
    )
    calendar: list[ActFile | None] | None = _key("acts that happen anyway, in the quiet twin too")


class BrandFile(BrandPartFile):
    """The brand."""

    name: Text | None = _key("what it is called")
    audience: Count | None = _key(
        "how many people the simulated users stand for: results are told in people, too, and agents, queues and hearers "
        "that are counted are scaled"
    )


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


class UsersFile(Keys):
    """What is known of the users: a table with a row for each."""

    file: Text | None = _key("a table (CSV); the path is relative to this file")
    columns: dict[str, Text] | None = _key(
        "which of its columns is `label`, `follows` (yes or no), `trust` (or `cognitive` and `affective`), `posts` (a day), "
        "`channel` (several parted by commas), `role`; default: the columns of these names"
    )


class ExpectFile(Keys):
    """What should come out: one arm below another, or one arm between two limits."""

    measure: MeasureName = Field(description="a decision measure")
    lower: Text | None = _key("the arm with the lower value")
    higher: Text | None = _key("the arm with the higher value")
    arm: Text | None = _key("an arm whose value is known")
    between: list[Any] | None = _key("its limits, [lowest, highest]")


class PastFile(Keys):
    """A past incident of the brand, and how a tracker moved."""

    act: Text = Field(description="kind of act: one of the catalogue, or one defined under `kinds`")
    date: Date = Field(description="when it became public")
    before: Trust | None = _key("level of trust before it")
    after: Trust | None = _key("level of trust after it")
    later: Time | None = _key("how long after the incident that level was polled; a year at most")
    tracker: TrackerAt | None = _key(
        "in place of these three: a tracker, {file: tracker.csv}, with its levels around the date"
    )
    magnitude: Magnitude | None = _key("size; 1 is the size of Facebook / Cambridge Analytica")
    reach: Share | None = _key("share of the audience that met it")
    virality: Virality | None = _key("mean re-shares caused by one share")


class PredictFile(Keys):
    """What the class predicts: which arm has the most of a measure, or a number."""

    measure: LessonMeasureName = Field(description="what is measured")
    which: Which | None = _key("makes it a choice: the arm with the highest or the lowest value is the answer")
    arms: Texts | None = _key("the arms to choose from")
    arm: Text | None = _key("makes it a number: the arm that is measured")
    over: Text | None = _key("another arm: the answer is how many times its value")
    minus: Text | None = _key("another arm: the answer is the difference to its value")
    at: Time | None = _key("the moment, of a measure at a moment: time since the start")


class LessonStepFile(Keys):
    """One step of a lesson: a question, a prediction, what to look at, what was measured."""

    question: Text = Field(description="what the class is asked")
    show: Texts | None = _key("one or two arms side by side; quiet: the same people without the crisis")
    predict: PredictFile | None = _key("what the class predicts before the run is shown")
    look: Text | None = _key("what to look at, in words")
    at: Time | None = _key("the moment to jump to")
    chart: ChartName | None = _key("the chart to look at")
    users: UserGroup | None = _key("the users to look at: hubs are the 1 % with the most listeners")
    reveal: Text | None = _key("why it is so, in words; the measured numbers stand before it")


def _parameter_fields() -> dict[str, Any]:
    fields = {}
    for p in PARAMETERS.values():
        bounds = {"type": "number", "minimum": p.least} | ({"maximum": p.most} if math.isfinite(p.most) else {})
        schema = WithJsonSchema(PARAMETER_SCHEMAS.get(p.unit, bounds))
        plausible = f"plausible {p.low:g} to {p.high:g}" if p.low < p.high else ""
        meaning = f"{p.meaning} ({'; '.join(filter(None, [p.symbol, p.unit, plausible, p.source]))})"
        fields[p.name] = (Annotated[float, PlainValidator(partial(reading.parameter, p)), schema] | None, _key(meaning))
    return fields


ParametersFile: type[BaseModel] = create_model("ParametersFile", __base__=Keys, **_parameter_fields())


class ArmFile(Keys):
    """A named response: a list of acts, or this mapping."""

    title: Text | None = _key("a few words for tables and figures")
    conceal: YesNo | None = _key("yes: what is hidden is concealed in this arm; found out, it becomes deception")
    acts: list[ActFile | None] = Field(default=[], description="the acts of this arm")
    brand: BrandPartFile | None = _key("what is different about the brand in this arm; all but its name")
    parameters: ParametersFile | None = _key("numbers of the model that are different in this arm")  # type: ignore[valid-type]
    cost: Amount | None = _key("cost of the arm itself, besides its acts, in money of your own")
    cost_per_day: Amount | None = _key("cost of every day of the arm")


class ScenarioFile(Keys):
    """A scenario of Trust Ripple: one brand, its users, what happens, and the responses to compare."""

    ripple: Any = Field(default=None, description=f"version of this format: {VERSION}")
    extends: Text | None = _key("another scenario, by path or by name, that this one changes")
    name: Name | None = _key("a short name; default: that of the file")
    title: Text | None = _key("a title for people")
    question: Text | None = _key("the question this scenario asks")
    topic: Topic | None = _key("where it stands in a list of scenarios")
    readers: Readers | None = _key("for whom it is")
    shows: Texts | None = _key("the claim about trust that it shows, or several")
    sources: Texts | None = _key("where its story and numbers come from")
    start: Date | None = _key("date, time and zone of hour 0")
    horizon: Horizon | None = _key("how long a run lasts")
    tick: Tick | None = _key("length of a tick, 15 min to 4 h")
    talk_step: TalkStep | None = _key("length of a step of talk; auto: chosen by the engine")
    floor: Trust | None = _key("a level of trust; how often trust falls below it is measured (below_floor)")
    network: NetworkFile | None = _key("who listens to whom")
    users: Annotated[UsersFile, BeforeValidator(reading.file_alone)] | None = _key(
        "a table of what is known of the users; the rest is drawn"
    )
    brand: BrandFile | None = _key("the brand")
    kinds: dict[str, KindFile | None] | None = _key("kinds of acts of your own")
    without: Processes | None = _key("processes that are left out; default: none")
    parameters: ParametersFile | None = _key("other values for numbers of the model")  # type: ignore[valid-type]
    rules: list[Rule | None] | None = _key("rules of your own, module:Class; executed only when allowed (--allow-code)")
    past: list[PastFile | None] | None = _key("past incidents; `ripple past` replays them beside what happened")
    timeline: list[ActFile | None] | None = _key("what happens in every arm")
    arms: dict[str, Annotated[ArmFile, BeforeValidator(reading.arm)] | None] | None = _key(
        "responses; the first is the reference"
    )
    vary: Varies | None = _key("what differs between replicates")
    expect: list[ExpectFile | None] | None = _key("what should come out")
    lesson: list[LessonStepFile | None] | None = _key("steps of a lesson about it")
    takeaway: Text | None = _key("what to remember, in two sentences")
