"""From a tree of YAML to the fields of a scenario, every default filled in, every mistake noted.

The same walk writes the resolved document: what a file would say that leaves nothing to defaults. It keeps names where
a number stands for a parameter (`reach: reach_news`), so that changing the parameter still has its meaning.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel

from sim import units
from sim.errors import did_you_mean
from sim.scenario import readers
from sim.scenario.acts import Act
from sim.scenario.brands import (
    brand_document,
    channels_of,
    check_brand,
    laid_over,
    of_twin,
    part_document,
    resolved_brand,
    speed_of,
)
from sim.scenario.desk_log import with_log
from sim.scenario.fields import VERSION, ArmFile, BrandFile, ExpectFile, ScenarioFile
from sim.scenario.ids import act_ids, repeated_ids
from sim.scenario.kinds import all_kinds
from sim.scenario.lessons import lesson_document, resolved_lesson
from sim.scenario.measures_named import MEASURES
from sim.scenario.mistakes import Where, refusal
from sim.scenario.network import resolved_network
from sim.scenario.parameters import DAY, PARAMETERS, Parameters
from sim.scenario.parts import PROCESSES, Arm, Expect, RuleEntry
from sim.scenario.past import past_document, resolved_past
from sim.scenario.readers import AUTO
from sim.scenario.references import Resolved
from sim.scenario.scale import scale_of, with_numbers
from sim.scenario.sources import Source
from sim.scenario.timeline import MOST_ACTS, Setting, too_many
from sim.scenario.users_table import resolved_users
from sim.scenario.validate import Findings, validated
from sim.scenario.values import VARIES
from sim.scenario.yaml_reader import Node

START = datetime(2026, 1, 5, tzinfo=UTC)  # a Monday, 00:00
HORIZON = 90 * DAY
TICK = 1.0


def resolved_fields(source: Source, origin: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The fields of a Scenario by name, and the document that says all of them.

    origin: what the error calls it that lists all mistakes, a RippleError.
    """
    written, findings = validated(source.tree)
    fields, document = _Resolving(source, written, findings).everything()
    if findings.mistakes:
        raise refusal(origin, findings.mistakes)
    return fields, document


class _Resolving:
    """The steps, in the order in which later ones need earlier ones."""

    def __init__(self, source: Source, written: ScenarioFile, findings: Findings):
        self.source, self.tree, self.written, self.findings = source, source.tree, written, findings

    def everything(self) -> tuple[dict[str, Any], dict[str, Any]]:
        written, findings = self.written, self.findings
        name = written.name or self.source.name
        start = written.start or START
        horizon, tick, talk_step = self._times()
        parameters = self._parameters(("parameters",), written.parameters, Parameters())
        kinds, own_kinds = all_kinds(written.kinds or {}, findings)
        brand_written = written.brand or BrandFile()
        with_log(brand_written.desk, self.source, ("brand", "desk"), findings)
        network, network_document = resolved_network(written.network, self.source, findings)
        self.start, self.scale = start, scale_of(brand_written, network)
        if findings.any_at(("brand", "audience")):
            brand_written.followers = None  # what it is a share of cannot be read
        elif brand_written.audience == 0:
            findings.add(
                ("brand", "audience"), "nobody is no audience; write how many people the users stand for, like 4 M"
            )
        with_numbers(brand_written, brand_written.audience, start, self.source, ("brand",), findings)
        setting = Setting(
            start,
            math.inf if findings.any_at(("horizon",)) or findings.any_at(("start",)) else horizon,
            parameters,
            kinds,
            act_ids(self.tree),
            findings,
            speed_of(brand_written, parameters),
            channels_of(brand_written),
            frozenset(written.without or ()),
            self.scale,
        )
        for where, again in repeated_ids(setting.ids):
            words = f"'{again}' is the id of another act already; ids are unique within an arm and what all arms share"
            findings.add((*where, "id"), words)
        calendar = setting.acts(("brand", "calendar"), brand_written.calendar or [], ())
        check_brand(brand_written, brand_written, ("brand",), parameters, kinds, setting.horizon, findings, self.scale)
        brand = resolved_brand(brand_written, parameters, _acts(calendar), kinds, self.scale)
        described = brand_document(brand_written, [entry.document for entry in calendar])
        timeline = setting.acts(("timeline",), written.timeline or [], tuple(calendar))
        arms, arm_documents = self._arms(setting, brand_written, tuple(calendar), tuple(timeline))
        rules = self._rules()
        expect, expect_document = self._expect()
        theirs = Findings(self.tree) if self.source.borrowed_lesson else findings
        taught = resolved_lesson(written.lesson or [], list(arms), horizon, theirs)
        lesson = () if theirs.any_at(("lesson",)) else taught
        past = resolved_past(written.past or [], kinds, self.source, start, findings)
        users, users_document = resolved_users(written.users, self.source, findings)
        fields: dict[str, Any] = {
            "name": name,
            "title": written.title or name.replace("-", " ").replace("_", " "),
            "question": written.question or "",
            "topic": written.topic or "",
            "readers": tuple(written.readers or ()),
            "shows": tuple(written.shows or ()),
            "sources": tuple(written.sources or ()),
            "start": start,
            "horizon": horizon,
            "tick": tick,
            "talk_step": talk_step,
            "floor": written.floor,
            "network": network,
            "users": users,
            "brand": brand,
            "parameters": parameters,
            "without": setting.without,
            "past": past,
            "timeline": _acts(timeline),
            "arms": arms,
            "vary": tuple(written.vary or VARIES),
            "rules": rules,
            "expect": expect,
            "lesson": lesson,
            "takeaway": written.takeaway or "",
            "kinds": kinds,
        }
        document = {
            "ripple": VERSION,
            "name": name,
            "title": fields["title"],
            **({"question": fields["question"]} if fields["question"] else {}),
            **({"topic": fields["topic"]} if fields["topic"] else {}),
            **{key: list(fields[key]) for key in ("readers", "shows") if fields[key]},
            "sources": list(fields["sources"]),
            "start": units.date_words(start),
            "horizon": units.duration_words(horizon),
            "tick": units.duration_words(tick),
            "talk_step": AUTO if talk_step is None else units.duration_words(talk_step),
            **({"floor": units.trust_words(written.floor)} if written.floor is not None else {}),
            "network": network_document,
            **({"users": users_document} if users_document else {}),
            "brand": described,
            **({"kinds": own_kinds} if own_kinds else {}),
            **({"rules": [_rule_document(rule) for rule in rules]} if rules else {}),
            **({"past": past_document(past)} if past else {}),
            "timeline": [entry.document for entry in timeline],
            "arms": arm_documents,
            "without": [process for process in PROCESSES if process in fields["without"]],
            "vary": list(fields["vary"]),
            "expect": expect_document,
            **({"lesson": lesson_document(lesson)} if lesson else {}),
            **({"takeaway": fields["takeaway"]} if fields["takeaway"] else {}),
            "parameters": {key: parameter_words(key, value) for key, value in parameters.items()},
        }
        return fields, document

    def _times(self) -> tuple[float, float, float | None]:
        written = self.written
        horizon, tick = written.horizon or HORIZON, written.tick or TICK
        talk_step = None if written.talk_step in (None, AUTO) else float(written.talk_step or 0)
        if not _whole_times(horizon, tick):
            words = f"{units.duration_words(horizon)} is not a whole number of ticks ({units.duration_words(tick)})"
            self.findings.add(("horizon",) if written.horizon else ("tick",), words)
        if talk_step is not None and not _whole_times(talk_step, tick):
            words = f"{units.duration_words(talk_step)} is not a whole number of ticks ({units.duration_words(tick)})"
            self.findings.add(("talk_step",), words)
        elif talk_step is not None and talk_step > DAY:
            self.findings.add(("talk_step",), f"{units.duration_words(talk_step)} is too coarse; 1 d is the most")
        return horizon, tick, talk_step

    def _parameters(self, where: Where, written: BaseModel | None, below: Parameters) -> Parameters:
        """Numbers of the model laid over others, in the file or in an arm."""
        given = dict(_set_in(written)) if written is not None else {}
        parameters = below.changed(given) if given else below
        for low, high in _IN_ORDER:
            if parameters[low] > parameters[high] and (given.keys() & {low, high} or where[0] != "arms"):
                shown = [f"{key} ({parameter_words(key, parameters[key])})" for key in (low, high)]
                self.findings.add((*where, low if low in given else high), f"{shown[0]} lies above {shown[1]}")
        shares = {"share_soon", "share_today"}
        if parameters.share_soon + parameters.share_today > 1 and given.keys() & shares:
            place = "share_soon" if "share_soon" in given else "share_today"
            self.findings.add((*where, place), "share_soon and share_today together are more than 100 %")
        return parameters

    def _arms(
        self, setting: Setting, brand: BrandFile, calendar: tuple[Resolved, ...], timeline: tuple[Resolved, ...]
    ) -> tuple[Mapping[str, Arm], dict[str, Any]]:
        arms, documents = {}, {}
        written: Mapping[str, ArmFile | None] = dict(self.written.arms or {})
        if not self.tree.entries.get("arms", Node({})).entries:
            written = {"as-is": ArmFile()}
        for name, entry in written.items():
            if entry is None:
                continue
            try:
                readers.name(name)
            except ValueError as problem:
                self.findings.add(("arms", name), str(problem))
            arms[name], documents[name] = self._arm(name, entry, setting, brand, calendar, timeline)
        return MappingProxyType(arms), documents

    def _arm(
        self,
        name: str,
        entry: ArmFile,
        common: Setting,
        brand: BrandFile,
        calendar: tuple[Resolved, ...],
        timeline: tuple[Resolved, ...],
    ) -> tuple[Arm, dict[str, Any]]:
        """An arm with its own brand and numbers; what all arms share is read again under these."""
        where, findings = ("arms", name), self.findings
        if entry.brand is not None:
            with_log(entry.brand.desk, self.source, (*where, "brand", "desk"), findings)
            with_numbers(entry.brand, brand.audience, self.start, self.source, (*where, "brand"), findings)
        parameters = self._parameters((*where, "parameters"), entry.parameters, common.parameters)
        own = laid_over(brand, entry.brand)
        setting = replace(common, parameters=parameters, speed=speed_of(own, parameters), channels=channels_of(own))
        theirs = twin_calendar = calendar
        if entry.brand is not None or entry.parameters is not None:
            known = replace(setting, findings=Findings(self.tree))  # its mistakes are noted already
            as_before = replace(known, channels=common.channels, speed=common.speed)
            twin_calendar = tuple(as_before.acts(("brand", "calendar"), brand.calendar or [], ()))
            if entry.brand is not None and entry.brand.calendar is not None:
                theirs = tuple(setting.acts((*where, "brand", "calendar"), entry.brand.calendar, ()))
            else:
                theirs = tuple(known.acts(("brand", "calendar"), brand.calendar or [], ()))
            timeline = self._timeline_again(where, setting, theirs, timeline)
        if entry.brand is not None:
            check_brand(
                own, entry.brand, (*where, "brand"), parameters, setting.kinds, setting.horizon, findings, self.scale
            )
        acts = setting.acts((*where, "acts"), entry.acts, (*theirs, *timeline))
        if too_many((*theirs, *timeline, *acts), setting.horizon):
            findings.add(where, f"has more than {MOST_ACTS:,} acts, repetitions and the timeline's included")
        arm = Arm(
            name=name,
            title=entry.title or name.replace("-", " ").replace("_", " "),
            acts=_acts(acts),
            conceal=bool(entry.conceal),
            brand=resolved_brand(own, parameters, _acts(theirs), setting.kinds, self.scale),
            twin=resolved_brand(
                of_twin(brand, entry.brand), parameters, _acts(twin_calendar), setting.kinds, self.scale
            ),
            timeline=_acts(timeline),
            parameters=parameters,
            cost=entry.cost or 0.0,
            cost_per_day=entry.cost_per_day or 0.0,
        )
        document: dict[str, Any] = {"title": arm.title, "conceal": arm.conceal}
        if entry.brand is not None:
            document["brand"] = part_document(entry.brand, [act.document for act in theirs])
        if entry.parameters is not None:
            document["parameters"] = {key: parameter_words(key, value) for key, value in _set_in(entry.parameters)}
        document |= {"cost": units.number_words(arm.cost), "cost_per_day": units.number_words(arm.cost_per_day)}
        return arm, {**document, "acts": [act.document for act in acts]}

    def _timeline_again(
        self, where: Where, setting: Setting, calendar: tuple[Resolved, ...], timeline: tuple[Resolved, ...]
    ) -> tuple[Resolved, ...]:
        """The common timeline as it is in an arm; what its acts refer to is what they refer to in all arms."""
        refers = {entry.where: entry.act.of for entry in timeline if entry.act.of is not None}
        written = [
            act.model_copy(update={"of": refers[("timeline", i)]})
            if act is not None and ("timeline", i) in refers
            else act
            for i, act in enumerate(self.written.timeline or [])
        ]
        found = Findings(self.tree)
        again = tuple(replace(setting, findings=found).acts(("timeline",), written, calendar))
        if not self.findings.any_at(("timeline",)) and not self.findings.any_at((*where, "brand", "calendar")):
            for mistake in found.mistakes:
                words = f"the common timeline does not go with this calendar: {mistake}"
                self.findings.add((*where, "brand", "calendar"), words)
        return again

    def _rules(self) -> tuple[RuleEntry, ...]:
        rules: dict[str, RuleEntry] = {}
        for i, rule in enumerate(self.written.rules or []):
            if rule is not None and rule.name in rules:
                words = (
                    f"another rule is called '{rule.name}' already; give one of them a name: {{code: ..., name: ...}}"
                )
                self.findings.add(("rules", i), words)
            elif rule is not None:
                rules[rule.name] = rule
        return tuple(rules.values())

    def _expect(self) -> tuple[tuple[Expect, ...], list[dict[str, Any]]]:
        expects, documents = [], []
        for i, entry in enumerate(self.written.expect or []):
            if entry is None:
                continue
            where = ("expect", i)
            given = {key for key in ("lower", "higher", "arm", "between") if getattr(entry, key) is not None}
            comparing, limiting = given == {"lower", "higher"}, given == {"arm", "between"}
            if not comparing and not limiting:
                if not self.findings.any_at(where):
                    self.findings.add(
                        where, "write `lower` and `higher` (two arms), or `arm` and `between: [lowest, highest]`"
                    )
                continue
            for key in ("lower", "higher", "arm"):
                self._known_arm((*where, key), getattr(entry, key))
            if comparing and entry.lower == entry.higher:
                self.findings.add((*where, "higher"), f"'{entry.higher}' is not higher than itself; name another arm")
            between = self._between(where, entry) if limiting else None
            expects.append(Expect(entry.measure, entry.lower, entry.higher, entry.arm, between))
            documents.append(_expect_document(expects[-1]))
        return tuple(expects), documents

    def _known_arm(self, where: tuple[str | int, ...], name: str | None) -> None:
        known = self.tree.entries.get("arms", Node({})).entries or {"as-is": Node({})}
        if name is not None and name not in known:
            words = f"there is no arm '{name}'{did_you_mean(name, known) or '; arms: ' + ', '.join(known)}"
            self.findings.add(where, words)

    def _between(self, where: tuple[str | int, ...], entry: ExpectFile) -> tuple[float, float] | None:
        reader = _LIMITS.get(MEASURES[entry.measure].unit, units.number)
        try:
            if len(entry.between or ()) != 2:
                raise ValueError("write two limits, [lowest, highest]")
            low, high = (reader(limit) for limit in entry.between or ())
            if low > high:
                raise ValueError("the first limit is above the second")
            return low, high
        except ValueError as problem:
            self.findings.add((*where, "between"), str(problem))
            return None


_IN_ORDER = (
    ("trust_lowest", "trust_highest"),
    ("cognitive_weight_lowest", "cognitive_weight_highest"),
    ("share_earliest", "share_hour"),
    ("share_hour", "share_day"),
    ("share_day", "share_latest"),
)
_LIMITS: Mapping[str, Callable[[object], float]] = MappingProxyType({"h": units.hours, "share": units.share})
_LIMIT_WORDS: Mapping[str, Callable[[float], object]] = MappingProxyType(
    {"h": units.duration_words, "share": units.share_words}
)
_PARAMETER_WORDS: Mapping[str, Callable[[float], str | float]] = MappingProxyType(
    {"h": units.duration_words, "1/h": units.rate_words, "share": units.share_words, "trust": units.trust_words}
)


@lru_cache(maxsize=2048)
def parameter_words(name: str, value: float) -> str | float:
    """A parameter's value as a file writes it."""
    return _PARAMETER_WORDS.get(PARAMETERS[name].unit, units.number_words)(value)


def _set_in(written: BaseModel) -> list[tuple[str, float]]:
    """The numbers of the model that are written, in the order of the parameters."""
    return [(key, value) for key, value in written.model_dump().items() if value is not None]


def _acts(resolved: Sequence[Resolved]) -> tuple[Act, ...]:
    return tuple(entry.act for entry in resolved)


def _whole_times(length: float, step: float) -> bool:
    return abs(length / step - round(length / step)) < 1e-9 and round(length / step) >= 1


def _rule_document(rule: RuleEntry) -> str | dict[str, Any]:
    named = {} if rule.name == readers.rule_name(rule.code) else {"name": rule.name}
    return {"code": rule.code, **named, **rule.values} if named or rule.values else rule.code


def _expect_document(expect: Expect) -> dict[str, Any]:
    if expect.between is None:
        return {"measure": expect.measure, "lower": expect.lower, "higher": expect.higher}
    words = _LIMIT_WORDS.get(MEASURES[expect.measure].unit, units.number_words)
    return {"measure": expect.measure, "arm": expect.arm, "between": [words(limit) for limit in expect.between]}
