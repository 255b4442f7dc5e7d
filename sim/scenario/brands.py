"""The brand of a scenario, and what an arm makes of it: how it is run, and who it is.

An arm writes only what is different. Its quiet twin is run as the file says, so that a change of policy is the arm's
doing, but is the brand and has the people of the arm: sector, trust, followers, alternatives and numbers of the model.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel

from sim import units
from sim.errors import did_you_mean
from sim.scenario import opening
from sim.scenario.acts import Act, Kind
from sim.scenario.fields import BrandFile, BrandPartFile, DeskFile, LogFile, OpenFile
from sim.scenario.mistakes import Where
from sim.scenario.parameters import HAZARDS, Parameters
from sim.scenario.parts import Brand, Desk, Policy
from sim.scenario.readers import ALL, SECTOR, USUAL, Named
from sim.scenario.scale import Scale, scaled_desk, why_no_desk
from sim.scenario.timeline import MOST_ACTS
from sim.scenario.tracker import Tracker
from sim.scenario.validate import Findings

_WHO = ("sector", "trust", "followers", "alternatives")


def laid_over(below: BrandFile, above: BrandPartFile | None) -> BrandFile:
    """A brand with what an arm writes of it in place of what the file does; a desk key by key."""
    if above is None:
        return below
    out = below.model_copy(update=_given(above))
    if above.desk is not None and below.desk is not None:
        desk = below.desk.model_copy(update=_given(above.desk))
        hours, ours = below.desk.open, above.desk.open
        if hours is not None and ours is not None:
            desk.open = hours.model_copy(update=_given(ours))
        out.desk = desk
    return out


def of_twin(below: BrandFile, above: BrandPartFile | None) -> BrandFile:
    """The brand of the quiet twin: run as the file says, but who it is as in the arm."""
    given = {key: value for key, value in _given(above).items() if key in _WHO} if above is not None else {}
    return below.model_copy(update=given)


def _given(written: BaseModel) -> dict[str, Any]:
    """What is written, by key."""
    values = ((key, getattr(written, key)) for key in type(written).model_fields)
    return {key: value for key, value in values if value is not None}


def channels_of(written: BrandPartFile) -> int | None:
    """On how many channels a brand posts; None: its posts reach all followers."""
    return None if written.channels in (None, ALL) else int(written.channels or 0)


def speed_of(written: BrandPartFile, parameters: Parameters) -> float:
    """What the delays of planned responses are divided by."""
    return 1.0 + parameters.preparedness_speed * (written.preparedness or 0.0)


def resolved_brand(
    written: BrandFile,
    parameters: Parameters,
    calendar: tuple[Act, ...],
    kinds: Mapping[str, Kind],
    scale: Scale | None = None,
) -> Brand:
    """The brand with every default. kinds: hazards of others have been refused; scale: of a desk counted in people."""
    sector = written.sector or "social_media"
    trust = SECTOR if written.trust is None or isinstance(written.trust, Tracker) else written.trust
    policy = Policy(
        desk=_scaled_desk(written.desk or DeskFile(), parameters, scale),
        channels=channels_of(written),
        openness=written.openness or 0.0,
        security=written.security or 0.0,
        preparedness=written.preparedness or 0.0,
        moderation=bool(written.moderation),
        feedback=written.feedback or 0.0,
        alternatives=written.alternatives or 0.0,
        hazards=MappingProxyType(
            {
                kind: _number(_rate(kind, rate), parameters)
                for kind, rate in (written.hazards or {}).items()
                if rate is not None and kind in kinds and (rate != USUAL or kind in HAZARDS)
            }
        ),
        calendar=calendar,
    )
    return Brand(
        name=written.name or "the brand",
        sector=sector,
        trust=_number(Named(f"trust_{sector}") if trust == SECTOR else trust, parameters),
        followers=_number(Named("followers") if written.followers is None else written.followers, parameters),
        policy=policy,
        audience=written.audience,
    )


def _number(value: float | str, parameters: Parameters) -> float:
    return parameters[value] if isinstance(value, str) else value


def _rate(kind: str, rate: float | str) -> float | str:
    return Named(f"hazard_{kind}") if rate == USUAL else rate


def _scaled_desk(written: DeskFile, parameters: Parameters, scale: Scale | None) -> Desk:
    return scaled_desk(_desk(written, parameters), written.agents, scale)


def _desk(written: DeskFile, parameters: Parameters) -> Desk:
    def number(key: str) -> float:
        value = getattr(written, key)
        return _number(Named(f"desk_{key}") if value is None else value, parameters)

    hours: dict[str, Any] = _given(written.open) if written.open is not None else {}
    return Desk(
        agents=round(number("agents")),
        rate=number("rate"),
        open=opening.intervals(*_hours(hours)),
        order=written.order or "oldest",
        answers=number("answers"),
        manner=written.manner or "good",
        explains=bool(written.explains),
        waits=tuple(written.log.quantiles or ()) if written.log is not None else (),
    )


def _hours(given: Mapping[str, Any]) -> tuple[tuple[int, ...], float, float]:
    return given.get("days", tuple(range(7))), given.get("from", 0.0), given.get("to", opening.DAY)


def check_brand(
    brand: BrandFile,
    written: BrandPartFile,
    where: Where,
    parameters: Parameters,
    kinds: Mapping[str, Kind],
    horizon: float,
    findings: Findings,
    scale: Scale | None = None,
) -> None:
    """Note what keys of a brand mean together and cannot. written: the part of it that stands at `where`."""
    if written.desk is not None and written.desk.open is not None and brand.desk is not None:
        _, start, end = _hours(_given(brand.desk.open or OpenFile()))
        if start % opening.DAY == end % opening.DAY and (start, end) != (0.0, opening.DAY):
            words = f"opens and closes at {opening.clock_words(start)}; write another time, or `open: always`"
            findings.add((*where, "desk", "open"), words)
    desk = brand.desk
    why = why_no_desk(desk.agents, desk.log is not None, scale) if desk is not None and written.desk is not None else ""
    if why:
        findings.add((*where, "desk", "agents"), why)
    count = 0.0
    for kind, rate in (written.hazards or {}).items():
        place = (*where, "hazards", kind)
        if rate is None or findings.any_at(("kinds",)):
            continue
        if kind not in kinds:
            findings.add(place, f"'{kind}' is not known{did_you_mean(kind, kinds)}")
        elif kinds[kind].magnitude >= 0 or kinds[kind].settles:
            losses = ", ".join(HAZARDS)
            findings.add(place, f"is no hazard; kinds that cost trust are, like {losses}")
        elif rate == USUAL and kind not in HAZARDS:
            findings.add(place, f"has no usual rate; write one, like `{kind}: 2 per year`")
        else:
            count += _number(_rate(kind, rate), parameters) * horizon
    if count > MOST_ACTS and count != float("inf"):
        findings.add((*where, "hazards"), f"make some {count:,.0f} acts; {MOST_ACTS:,} is the most")


# documents


def brand_document(written: BrandFile, calendar: list[dict[str, Any]]) -> dict[str, Any]:
    """A brand as a file writes it that leaves nothing to defaults."""
    usual = {
        "name": "the brand",
        "sector": "social_media",
        "trust": SECTOR,
        "followers": Named("followers"),
        "alternatives": 0.0,
        "desk": DeskFile(),
        "channels": ALL,
        "openness": 0.0,
        "security": 0.0,
        "preparedness": 0.0,
        "moderation": False,
        "feedback": 0.0,
        "hazards": {},
    }
    desk = {
        "agents": Named("desk_agents"),
        "rate": Named("desk_rate"),
        "open": opening.ALWAYS,
        "order": "oldest",
        "answers": Named("desk_answers"),
        "manner": "good",
        "explains": False,
    }
    document = _words({**usual, **_given(written)})
    document["desk"] = {**_words(desk), **document["desk"]}
    return {**document, "calendar": calendar}


def part_document(written: BrandPartFile, calendar: list[dict[str, Any]]) -> dict[str, Any]:
    """What an arm writes of its brand, as a file writes it."""
    document = _words(_given(written))
    return {**document, **({"calendar": calendar} if written.calendar is not None else {})}


def _words(given: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _one(key, value) for key, value in given.items() if key != "calendar"}


def _one(key: str, value: Any) -> Any:
    if isinstance(value, DeskFile):
        return _words(_given(value))
    if isinstance(value, LogFile):
        return {"quantiles": value.quantiles} if value.quantiles is not None else _given(value)
    if isinstance(value, BaseModel):  # opening hours
        return _open(_given(value))
    if key == "hazards":
        rates = {kind: _rate(kind, rate) for kind, rate in value.items() if rate is not None}
        return {kind: str(rate) if isinstance(rate, str) else units.rate_words(rate) for kind, rate in rates.items()}
    if isinstance(value, (str, bool)):
        return str(value) if isinstance(value, str) else value
    if key == "trust":
        return units.trust_words(value)
    if key == "rate":
        return units.rate_words(value)
    return units.number_words(value) if key in ("agents", "channels", "audience") else units.share_words(value)


def _open(hours: Mapping[str, Any]) -> str | dict[str, Any]:
    if hours and opening.intervals(*_hours(hours)) is None and len(hours) == 3:
        return opening.ALWAYS
    if not hours:
        return opening.ALWAYS
    return {
        key: opening.days_words(value) if key == "days" else opening.clock_words(value) for key, value in hours.items()
    }
