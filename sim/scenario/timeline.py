"""From the acts as they are written to acts with every default filled in, and the same as a document.

A list is read in two passes: first what happens by itself, then the responses, which may refer to any of it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sim.errors import did_you_mean
from sim.scenario.acts import Act, Kind, When, on_channels, usual_act
from sim.scenario.fields import ActFile
from sim.scenario.mistakes import Where
from sim.scenario.parameters import Parameters
from sim.scenario.readers import DRAWN, HORIZON, NEVER, Named
from sim.scenario.references import Named as NamedAct
from sim.scenario.references import Resolved, a, condition_of, referred_to
from sim.scenario.scale import Scale, scaled_when
from sim.scenario.validate import Findings
from sim.units import duration_words, number_words, share_words, shown, since, trust_words

MOST_ACTS = 20_000
_NOT_OF_A_RESPONSE = ("magnitude", "cognitive", "nature", "virality", "hidden", "found", "conceal")


def _times(act: Act, horizon: float) -> int:
    """How often an act happens; a billionth of a step is round-off."""
    if not act.every:
        return 1
    last = horizon if act.until is None else min(act.until, horizon)
    steps = math.floor((last - act.at) / act.every + 1e-9)
    return steps + 1 if act.at + steps * act.every < horizon - 1e-9 * act.every else steps


@dataclass(frozen=True)
class Setting:
    """What acts are resolved against. `horizon` is infinite when the file's own cannot be read.

    speed: delays of planned responses are divided by it; channels: on how many the brand posts, None: no split;
    without: processes that are left out; scale: of what is counted in people, None: users are counted.
    """

    start: datetime
    horizon: float
    parameters: Parameters
    kinds: Mapping[str, Kind]
    ids: Mapping[Where, str]
    findings: Findings
    speed: float = 1.0
    channels: int | None = None
    without: frozenset[str] = frozenset()
    scale: Scale | None = None

    def number(self, value: float | Named) -> float:
        """A number, or that of the parameter which stands in its place."""
        return self.parameters[value] if isinstance(value, Named) else value

    def acts(self, where: Where, written: Iterable[ActFile | None], before: tuple[Resolved, ...]) -> list[Resolved]:
        """The acts of one list, in its order. `before`: what responses in it can refer to besides the list itself."""
        drafts = [Draft(self, (*where, i), item) for i, item in enumerate(written) if item is not None]
        drafts = [draft for draft in drafts if draft.find_kind()]
        cast = [NamedAct(r.act.id, self.kinds[r.act.kind], r.act.every is not None) for r in before]
        cast += [NamedAct(draft.id, draft.kind, draft.written.every is not None) for draft in drafts]
        for draft in drafts:
            draft.when = condition_of(draft, cast)
        done: dict[Where, Resolved | None] = {}
        for turn in range(3):  # what happens by itself; promises kept and broken; responses, also to those
            pool = (*before, *(found for found in done.values() if found))
            done |= {draft.where: draft.resolved(pool) for draft in drafts if draft.turn == turn}
        resolved = [done[draft.where] for draft in drafts]
        return [act for act in resolved if act is not None]


class Draft:
    """One act on its way. Every step notes its mistakes; an act without a time or a known kind is given up."""

    kind: Kind
    when: When | None = None

    def __init__(self, setting: Setting, where: Where, written: ActFile):
        self.setting, self.where, self.written = setting, where, written
        self.start, self.findings, self.id = setting.start, setting.findings, setting.ids[where]
        self.document: dict[str, Any] = {"act": written.act, "id": self.id}

    @property
    def turn(self) -> int:
        """When its turn is: acts that refer to others come after those."""
        return 2 if self.kind.repairs else 1 if self.kind.settles else 0

    def wrong(self, key: str, words: str) -> None:
        """Note a mistake at one of its keys, or at the act as a whole."""
        self.findings.add((*self.where, key) if key else self.where, words)

    def find_kind(self) -> bool:
        """True when the kind is known."""
        kinds = self.setting.kinds
        if self.written.act in kinds:
            self.kind = kinds[self.written.act]
            return True
        if not self.findings.any_at(("kinds",)):
            self.wrong("act", f"'{self.written.act}' is not known{did_you_mean(self.written.act, kinds)}")
        return False

    def acts_are_missing(self) -> bool:
        """True when an act that this one may refer to could not be read: then its absence is no mistake of its own."""
        places: list[Where] = [("timeline",), ("brand", "calendar"), ("kinds",), self.where[:-1]]
        if self.where[0] == "arms":
            places.append((*self.where[:2], "brand"))
        return any(self.findings.any_at(place) for place in places)

    def resolved(self, pool: tuple[Resolved, ...]) -> Resolved | None:
        """The act with every default; None when nobody can say when it happens. pool: what it may refer to."""
        written, kind = self.written, self.kind
        meant = referred_to(self, pool) if self.turn else None
        at = self._at(meant)
        if at is None:
            return None
        every, until = self._repeats(at)
        size = self._magnitude()
        hidden = kind.hidden if written.hidden is None else written.hidden
        found, found_mean = self._found(at, hidden)
        reach = self._reach()
        delay = Named("delay_news" if kind.lasting else "delay_post") if written.delay is None else written.delay
        virality = kind.virality if written.virality is None else written.virality
        usual = usual_act(kind, self.setting.parameters, id=self.id, at=at)
        act = replace(
            usual,
            words=written.words or kind.words,
            magnitude=size,
            cognitive=kind.cognitive if written.cognitive is None else written.cognitive,
            nature=self._nature(size),
            audience=written.audience or usual.audience,
            reach=self.setting.number(reach),
            delay=self.setting.number(delay),
            speaker=written.speaker or kind.speaker,
            virality=None if virality is None or virality == DRAWN else float(virality),
            hidden=hidden,
            found=found,
            found_mean=found_mean,
            conceal=bool(written.conceal),
            repetitive=self._repetitive(),
            of=meant.act.id if meant else None,
            cost=written.cost or 0.0,
            every=every,
            until=until,
            when=self._scaled(),
            after=(written.after or 0.0) / self.setting.speed if self.when else 0.0,
        )
        self._document(act, reach, delay)
        return Resolved(on_channels(act, self.setting.channels), self.where, self.document)

    # when

    def _at(self, meant: Resolved | None) -> float | None:
        """The hour at which it happens, infinite when it waits; None with a mistake. meant: the act it refers to."""
        written, setting = self.written, self.setting
        if written.of is not None and not self.turn:
            self.wrong("of", f"{a(self.kind.words)} is no response; leave `of` out")
        if written.when is not None or self.findings.any_at((*self.where, "when")):
            return self._waiting(meant)
        if written.after is not None and not self.turn:
            self.wrong("after", "only a response comes after another act; write `at`")
            return None
        if written.at is not None and written.after is not None:
            self.wrong("after", "`at` and `after` both say when; keep one")
            return None
        if written.after is not None:
            if meant is None:
                return None
            self.document |= {"of": meant.act.id, "after": duration_words(written.after)}
            if meant.act.when is not None:
                way_out = f"write `when: {{public: {meant.act.id}}}` too"
                self.wrong("after", f"{meant.act.id} waits for a condition and has no time of its own; {way_out}")
                return None
            speed = setting.speed if self.kind.repairs else 1.0
            return self._in_order(meant, meant.act.at + written.after / speed, "after")
        if written.at is None and written.every is None:
            if not self.findings.any_at((*self.where, "at")) and not self.findings.any_at((*self.where, "after")):
                way_out = "`at: 5 d`, or `after: 2 h` from the act it answers" if self.turn else "`at: 5 d`"
                self.wrong("", f"when? write {way_out}")
            return None
        if self.turn and meant is None:
            return None
        at = since(written.at, setting.start) if written.at is not None else 0.0
        if at < 0 and self.findings.any_at(("start",)):
            return None  # nobody knows where it lies
        if at < 0:
            self.wrong("at", f"is {duration_words(-at)} before the start")
            return None
        if meant is not None:
            self.document["of"] = meant.act.id
            if at < meant.act.at < math.inf:
                first = duration_words(meant.act.at)
                what = "the promise it settles" if self.kind.settles else "the act it answers"
                self.wrong("at", f"{duration_words(at)} is before {what} ({meant.act.id}, {first})")
                return None
        self.document["at"] = duration_words(at)
        return self._in_order(meant, at, "at")

    def _waiting(self, meant: Resolved | None) -> float | None:
        written = self.written
        if self.where[-2] == "calendar":
            self.wrong("when", "the calendar happens anyway; write what waits for something under timeline or an arm")
        if written.at is not None:
            self.wrong("at", "`when` and `at` both say when; keep one")
        if self.when is not None and self.when.kind == "queue" and "complaints" in self.setting.without:
            self.wrong("when", "no complaint ever waits in this scenario: it is `without: [complaints]`")
        if written.every is not None:
            self.wrong("every", "an act with `when` happens once; leave `every` out")
        if written.found is not None and written.found[0] == "after":
            self.wrong("found", "an act with `when` has no time of its own; write {mean: 30 d}, a date, or never")
        if self.when is None or (self.turn and meant is None):
            return None
        if meant is not None:
            self.document["of"] = meant.act.id
        self.document |= {"when": condition_document(self.when), "after": duration_words(written.after or 0.0)}
        return math.inf

    def _scaled(self) -> When | None:
        """What it waits for, with simulated users where people are counted."""
        try:
            return scaled_when(self.when, self.setting.scale) if self.when is not None else None
        except ValueError as problem:
            self.wrong("when", str(problem))
            return None

    def _in_order(self, answered: Resolved | None, at: float, key: str) -> float | None:
        """What happens at the same moment happens in the order of the list."""
        below = answered is not None and answered.where[:-1] == self.where[:-1] and answered.where > self.where
        if answered is not None and below and at == answered.act.at:
            self.wrong(key, f"is the very moment of {answered.act.id}; write that act first, then its answer")
            return None
        return self._within(at, key)

    def _within(self, at: float, key: str) -> float | None:
        if at >= self.setting.horizon:
            horizon = duration_words(self.setting.horizon)
            self.wrong(key, f"{duration_words(at)} is not before the horizon ({horizon})")
            return None
        return at

    def _repeats(self, at: float) -> tuple[float | None, float | None]:
        written, horizon = self.written, self.setting.horizon
        if written.every is None:
            if written.until is not None:
                self.wrong("until", "`until` needs `every`, the distance at which the act repeats")
            return None, None
        to_the_end = written.until is None or written.until == HORIZON
        until = horizon if to_the_end else since(written.until, self.setting.start)  # type: ignore[arg-type]
        if at == math.inf:
            return None, None  # a mistake already
        if until < at:
            self.wrong(
                "until", f"{duration_words(max(until, 0.0))} is before the act first happens ({duration_words(at)})"
            )
        elif min(until, horizon) < math.inf and (min(until, horizon) - at) / written.every > MOST_ACTS:
            self.wrong("every", f"that makes more than {MOST_ACTS:,} acts; write a longer time")
        self.document["every"] = duration_words(written.every)
        self.document["until"] = HORIZON if to_the_end else duration_words(until)
        return written.every, until

    # what

    def _magnitude(self) -> float:
        size, usual = self.written.magnitude, self.kind.magnitude
        if self.kind.repairs:
            for key in _NOT_OF_A_RESPONSE:
                if getattr(self.written, key) is not None:
                    self.wrong(key, "a response has none of its own; it repairs what another act did")
            return 0.0
        if size is None or self.kind.two_sided:
            return usual if size is None else size
        if size < 0 <= usual:
            self.wrong(
                "magnitude", f"{shown(size)} would cost trust, but {a(self.kind.words)} earns it; write {-size:g}"
            )
        return math.copysign(size, usual) if size else 0.0

    def _nature(self, size: float) -> str | None:
        if size < 0 or (size == 0 and self.kind.magnitude < 0):  # a loss of size 0 is a control, not a gain
            return self.written.nature or self.kind.nature or "competence"
        if self.written.nature is not None and not self.kind.repairs:
            self.wrong("nature", f"only a loss has a nature; {a(self.kind.words)} earns trust here")
        return None

    def _reach(self) -> float | Named:
        if self.written.reach is not None:
            return self.written.reach
        return Named(f"reach_{self.kind.form}") if self.kind.reach is None else self.kind.reach

    def _found(self, at: float, hidden: bool) -> tuple[float | None, float | None]:
        written = self.written
        if not hidden:
            for key in ("found", "conceal"):
                if getattr(written, key) and not self.kind.repairs:
                    self.wrong(key, "this act is not hidden; write `hidden: yes`, or leave this out")
            return None, None
        if written.every is not None:
            self.wrong("every", "a hidden act happens once; leave `every` out, or write `hidden: no`")
        by_chance = Named("review_found_mean" if self.kind.lure else "found_mean")
        how: str
        value: Any
        how, value = written.found or ("mean", by_chance)
        if how == NEVER:
            self.document["found"] = NEVER
            return None, None
        if how == "mean":
            self.document["found"] = {"mean": str(value) if isinstance(value, Named) else duration_words(value)}
            return None, self.setting.number(value)
        if how == "after":
            self.document["found"] = {"after": duration_words(value)}
            return at + value, None
        moment = since(value, self.setting.start)
        if moment < at < math.inf:
            self.wrong("found", f"{duration_words(max(moment, 0.0))} is before the act itself ({duration_words(at)})")
        self.document["found"] = duration_words(max(moment, 0.0))
        return moment, None

    def _repetitive(self) -> bool:
        if self.written.repetitive and not self.kind.tires:
            self.wrong("repetitive", f"is for posts that tire; {self.kind.name} does not")
        return bool(self.written.repetitive)

    def _document(self, act: Act, reach: float | Named, delay: float | Named) -> None:
        """The rest of the document: everything that can be written of this act."""
        document = self.document
        document["words"] = act.words
        if not act.repairs:
            document["magnitude"] = number_words(act.magnitude if self.kind.two_sided else abs(act.magnitude))
            document["cognitive"] = share_words(act.cognitive)
            if act.nature:
                document["nature"] = act.nature
            document["virality"] = DRAWN if act.virality is None else number_words(act.virality)
            document["hidden"] = act.hidden
            if act.hidden:
                document["found"] = document.pop("found")  # behind `hidden`
                document["conceal"] = act.conceal
        if act.tires:
            document["repetitive"] = act.repetitive
        document["audience"] = audience_words(act.audience)
        document["reach"] = str(reach) if isinstance(reach, Named) else share_words(reach)
        document["delay"] = str(delay) if isinstance(delay, Named) else duration_words(delay)
        document["speaker"] = act.speaker
        document["cost"] = number_words(act.cost)


def condition_document(when: When) -> dict[str, Any]:
    """A condition as it is written in a file."""
    if when.kind == "public":
        return {"public": when.of}
    if when.kind == "trust_fell":
        return {"trust_fell": trust_words(when.by)}
    if when.kind == "heard":
        return {"heard": {"of": when.of, "by": share_words(when.by) if when.share else number_words(when.by)}}
    return {"queue": number_words(when.by)}


def audience_words(audience: Mapping[str, object]) -> object:
    """An audience as it is written in a file."""
    kind = str(audience["kind"])
    if kind == "hubs":
        return {kind: share_words(audience["share"])}  # type: ignore[arg-type]
    if kind == "community":
        return {kind: audience["number"]}
    if kind in ("channel", "role"):
        return {kind: audience["name"]}
    if kind == "users":
        return {kind: list(audience["labels"])}  # type: ignore[call-overload]
    return kind


def too_many(acts: Iterable[Resolved], horizon: float) -> bool:
    """True when the acts, repetitions counted one by one, are more than a run takes."""
    return sum(_times(entry.act, horizon) for entry in acts) > MOST_ACTS
