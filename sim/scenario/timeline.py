"""From the acts as they are written to acts with every default filled in, and the same as a document.

A list is read in two passes: first what happens by itself, then the responses, which may refer to any of it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sim.errors import did_you_mean
from sim.scenario.acts import Act, Kind
from sim.scenario.fields import ActFile
from sim.scenario.mistakes import Where
from sim.scenario.parameters import Parameters
from sim.scenario.readers import DRAWN, HORIZON, NEVER, Named
from sim.scenario.validate import Findings
from sim.units import duration_words, number_words, share_words, shown, since

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
class Resolved:
    """An act, where it is written, and the same act as a document with all defaults."""

    act: Act
    where: Where
    document: dict[str, Any]


@dataclass(frozen=True)
class Setting:
    """What acts are resolved against. `horizon` is infinite when the file's own cannot be read."""

    start: datetime
    horizon: float
    parameters: Parameters
    kinds: Mapping[str, Kind]
    ids: Mapping[Where, str]
    findings: Findings

    def number(self, value: float | Named) -> float:
        """A number, or that of the parameter which stands in its place."""
        return self.parameters[value] if isinstance(value, Named) else value

    def acts(self, where: Where, written: Iterable[ActFile | None], before: tuple[Resolved, ...]) -> list[Resolved]:
        """The acts of one list, in its order. `before`: what responses in it can refer to besides the list itself."""
        drafts = [_Draft(self, (*where, i), item) for i, item in enumerate(written) if item is not None]
        drafts = [draft for draft in drafts if draft.find_kind()]
        done = {draft.where: draft.resolved() for draft in drafts if not draft.kind.repairs}
        pool = (*before, *(found for found in done.values() if found))
        done |= {draft.where: draft.resolved(pool) for draft in drafts if draft.kind.repairs}
        resolved = [done[draft.where] for draft in drafts]
        return [act for act in resolved if act is not None]


class _Draft:
    """One act on its way. Every step notes its mistakes; an act without a time or a known kind is given up."""

    kind: Kind

    def __init__(self, setting: Setting, where: Where, written: ActFile):
        self.setting, self.where, self.written = setting, where, written
        self.findings, self.id = setting.findings, setting.ids[where]
        self.document: dict[str, Any] = {"act": written.act, "id": self.id}

    def wrong(self, key: str, words: str) -> None:
        self.findings.add((*self.where, key) if key else self.where, words)

    def find_kind(self) -> bool:
        kinds = self.setting.kinds
        if self.written.act in kinds:
            self.kind = kinds[self.written.act]
            return True
        if not self.findings.any_at(("kinds",)):
            self.wrong("act", f"'{self.written.act}' is not known{did_you_mean(self.written.act, kinds)}")
        return False

    def resolved(self, pool: tuple[Resolved, ...] = ()) -> Resolved | None:
        written, kind = self.written, self.kind
        answered = self._answered(pool) if kind.repairs else None
        at = self._at(answered)
        if at is None:
            return None
        every, until = self._repeats(at)
        size = self._magnitude()
        nature = self._nature(size)
        hidden = kind.hidden if written.hidden is None else written.hidden
        found, found_mean = self._found(at, hidden)
        reach = self._reach()
        delay = Named("delay_news" if kind.lasting else "delay_post") if written.delay is None else written.delay
        virality = kind.virality if written.virality is None else written.virality
        act = Act(
            id=self.id,
            kind=kind.name,
            at=at,
            words=written.words or kind.words,
            form=kind.form,
            magnitude=size,
            cognitive=kind.cognitive if written.cognitive is None else written.cognitive,
            nature=nature,
            audience=written.audience or MappingProxyType({"kind": kind.audience}),
            reach=self.setting.number(reach),
            delay=self.setting.number(delay),
            speaker=written.speaker or kind.speaker,
            virality=None if virality is None or virality == DRAWN else float(virality),
            hidden=hidden,
            found=found,
            found_mean=found_mean,
            conceal=bool(written.conceal),
            tires=kind.tires,
            repairs=kind.repairs,
            admits=kind.admits,
            only_tells=kind.only_tells,
            stirs=kind.stirs,
            only_for=kind.only_for,
            lure=kind.lure,
            repetitive=self._repetitive(),
            of=answered.act.id if answered else None,
            cost=written.cost or 0.0,
            every=every,
            until=until,
        )
        self._document(act, reach, delay)
        return Resolved(act, self.where, self.document)

    # which act a response answers

    def _answered(self, pool: tuple[Resolved, ...]) -> Resolved | None:
        written, kind = self.written, self.kind
        losses = [other for other in pool if _can_be_answered(other.act, kind)]
        if written.of is not None:
            return self._named_one(written.of, pool, losses)
        if written.at is not None:
            at = since(written.at, self.setting.start)
            losses = [other for other in losses if other.act.at <= at]
        if len(losses) == 1:
            return losses[0]
        if losses:
            choices = " or ".join(f"`of: {other.act.id}`" for other in losses)
            self.wrong("", f"which act does this {kind.words} answer? write {choices}")
        elif not self._acts_are_missing():
            fitting = f" ({', '.join(kind.only_for)})" if kind.only_for else ""
            self.wrong("", f"there is no act{fitting} before it that {a(kind.words)} could answer")
        return None

    def _named_one(self, of: str, pool: tuple[Resolved, ...], losses: list[Resolved]) -> Resolved | None:
        by_id = [other for other in pool if other.act.id == of]
        fitting = [other for other in losses if other.act.id == of] or [o for o in losses if o.act.kind == of]
        known = [other.act.id for other in losses]
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            self.wrong("of", f"there are several acts of the kind '{of}'; write {_either(o.act.id for o in fitting)}")
        elif by_id and self.kind.only_for:
            self.wrong("of", f"{a(self.kind.words)} cannot answer '{of}', only {_either(self.kind.only_for)}")
        elif by_id and by_id[0].act.every is not None:
            self.wrong("of", f"'{of}' is repeated; a response answers an act that happens once")
        elif by_id:
            self.wrong("of", f"'{of}' ({by_id[0].act.words}) costs no trust; there is nothing to answer")
        elif not self._acts_are_missing():
            choices = f"; acts it could answer: {', '.join(known)}" if known else ""
            self.wrong("of", f"there is no act '{of}' before it{did_you_mean(of, known) or choices}")
        return None

    def _acts_are_missing(self) -> bool:
        """True when an act that this one may answer could not be read: then its absence is no mistake of its own."""
        around = self.where[:-1]
        return any(self.findings.any_at(place) for place in (("timeline",), ("brand", "calendar"), around, ("kinds",)))

    # when

    def _at(self, answered: Resolved | None) -> float | None:
        written, setting = self.written, self.setting
        if written.after is not None and not self.kind.repairs:
            self.wrong("after", "only a response comes after another act; write `at`")
            return None
        if written.of is not None and not self.kind.repairs:
            self.wrong("of", f"{a(self.kind.words)} is no response; leave `of` out")
        if written.at is not None and written.after is not None:
            self.wrong("after", "`at` and `after` both say when; keep one")
            return None
        if written.after is not None:
            if answered is None:
                return None
            self.document |= {"of": answered.act.id, "after": duration_words(written.after)}
            return self._in_order(answered, answered.act.at + written.after, "after")
        if written.at is None and written.every is None:
            if not self.findings.any_at((*self.where, "at")) and not self.findings.any_at((*self.where, "after")):
                way_out = "`at: 5 d`, or `after: 2 h` from the act it answers" if self.kind.repairs else "`at: 5 d`"
                self.wrong("", f"when? write {way_out}")
            return None
        if self.kind.repairs and answered is None:
            return None
        at = since(written.at, setting.start) if written.at is not None else 0.0
        if at < 0 and self.findings.any_at(("start",)):
            return None  # nobody knows where it lies
        if at < 0:
            self.wrong("at", f"is {duration_words(-at)} before the start")
            return None
        if answered is not None:
            self.document["of"] = answered.act.id
            if at < answered.act.at:
                first = duration_words(answered.act.at)
                self.wrong("at", f"{duration_words(at)} is before the act it answers ({answered.act.id}, {first})")
                return None
        self.document["at"] = duration_words(at)
        return self._in_order(answered, at, "at")

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
        if moment < at:
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


def _can_be_answered(act: Act, kind: Kind) -> bool:
    return act.nature is not None and act.every is None and (not kind.only_for or act.kind in kind.only_for)


def a(words: str) -> str:
    """Words with their article."""
    return f"an {words}" if words[:1].lower() in "aeiou" else f"a {words}"


def _either(words: Iterable[str]) -> str:
    return " or ".join(words)


def audience_words(audience: Mapping[str, object]) -> object:
    """An audience as it is written in a file."""
    kind = str(audience["kind"])
    if kind == "hubs":
        return {kind: share_words(audience["share"])}  # type: ignore[arg-type]
    if kind == "community":
        return {kind: audience["number"]}
    if kind == "channel":
        return {kind: audience["name"]}
    if kind == "users":
        return {kind: list(audience["labels"])}  # type: ignore[call-overload]
    return kind


def too_many(acts: Iterable[Resolved], horizon: float) -> bool:
    """True when the acts, repetitions counted one by one, are more than a run takes."""
    return sum(_times(entry.act, horizon) for entry in acts) > MOST_ACTS
