"""A timeline in sentences, before anything runs: when, what, whom it meets, and what it does to them.

`effect` is the one place that puts an act into words; its numbers are those of the model, for users without a history
(no violation on record, no fatigue, nobody told them before).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import datetime

from sim.scenario.acts import Act
from sim.scenario.parameters import Parameters
from sim.scenario.scenario import Scenario
from sim.units import clock_at, duration_words, number_words, roughly

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def tell(scenario: Scenario, arm: str | None = None) -> list[str]:
    """A scenario in sentences: who is there, what happens in every arm, then what each arm adds.

    arm: only this one, its acts in one line of time with the common ones. Raises RippleError for an unknown arm.
    """
    numbers = scenario.parameters
    if arm is not None:
        chosen = scenario.arm(arm)
        acts = scenario.acts(arm)
        return [setting(scenario), *_sentences(acts, acts, scenario, numbers), *_concealed(chosen.conceal)]
    common = (*scenario.brand.calendar, *scenario.timeline)
    lines = [setting(scenario), *_sentences(common, common, scenario, numbers)]
    for name, chosen in scenario.arms.items():
        reference = ", the reference" if name == scenario.reference else ""
        happens = _sentences(chosen.acts, scenario.acts(name), scenario, numbers) or ["nothing more happens"]
        lines += [f"{name}{reference}: {sentence}" for sentence in (*happens, *_concealed(chosen.conceal))]
    return lines


def setting(scenario: Scenario) -> str:
    """Who is there, and from when to when, in one sentence."""
    network, brand = scenario.network, scenario.brand
    users = f"{network.users:,} users" if network.users is not None else "all users"
    where = f"of {network.file.name}" if network.file is not None else f"of a {network.kind} network"
    return (
        f"{users} {where}; {_percent(brand.followers)} follow {brand.name} ({brand.sector.replace('_', ' ')}), "
        f"whose trust starts at {100 * brand.trust:.3g} points; {duration_words(scenario.horizon)} "
        f"from {date_in_words(scenario.start, 0.0)}"
    )


def date_in_words(start: datetime, hours: float) -> str:
    """The date so many hours after the start: "Sat 7 March 2026, 14:00"."""
    at = clock_at(start, hours)
    return f"{_DAYS[at.weekday()]} {at.day} {_MONTHS[at.month - 1]} {at.year}, {at:%H:%M}"


def day(hours: float) -> str:
    """A point in time by its day: "d 5", or "d 5 + 3 h"."""
    days = math.floor(hours / 24 + 1e-9)
    rest = hours - 24 * days
    return f"d {days}" if rest < 1 / 120 else f"d {days} + {roughly(rest)}"


def _sentences(acts: Iterable[Act], around: Iterable[Act], scenario: Scenario, numbers: Parameters) -> list[str]:
    """The acts in order of time, each with what it answers among those around it."""
    by_id = {act.id: act for act in around}
    public = publicity(by_id.values())
    lines = []
    for act in sorted(acts, key=lambda act: act.at):
        when = f"{day(act.at)} ({date_in_words(scenario.start, act.at)})"
        if act.every is not None:
            until = scenario.horizon if act.until is None else min(act.until, scenario.horizon)
            when += f", then every {duration_words(act.every)} until {day(until)}"
        lines.append(f"{when}: {effect(act, numbers, by_id.get(act.of or ''), public.get(act.of or ''))}")
    return lines


def _concealed(conceal: bool) -> list[str]:
    return ["what is hidden is concealed; found out, it is deception"] if conceal else []


def publicity(acts: Iterable[Act]) -> Mapping[str, float]:
    """When each act becomes public, h: at once, told by the first response that admits it, or found out at a set time.

    Responses have no entry, nor has an act that is left to chance and told by nobody.
    """
    acts = list(acts)
    known = {}
    for act in (act for act in acts if act.repairs is None):
        times = [act.found] if act.hidden and act.found is not None else []
        times += [other.at for other in acts if act.hidden and other.of == act.id and other.admits]
        if not act.hidden:
            times = [act.at]
        if times:
            known[act.id] = min(times)
    return known


def effect(act: Act, numbers: Parameters, answered: Act | None = None, public: float | None = None) -> str:
    """One act in one sentence. Of a response: `answered` is the act it answers, `public` when that comes out, h."""
    if act.repairs is not None:
        said = _response(act, numbers, answered, public)
    elif act.magnitude < 0:
        said = _loss(act, numbers)
    else:
        said = _gain(act, numbers)
    return f"{said}; costs {number_words(act.cost):,}" if act.cost else said


def _loss(act: Act, numbers: Parameters) -> str:
    nature = act.nature or "competence"
    kept = math.exp(numbers.loss * act.magnitude)
    scar = getattr(numbers, f"scar_{nature}")
    hit = f"trust of those hit x {kept:.2f}, {_percent(scar)} of it for years"
    if not act.hidden:
        return f"{act.words}, meets {_met(act)}, {hit}{_passed_on(act)}"
    lure = f"; as long as it is hidden it wins {_gained(act.lure, act, numbers)}" if act.lure else ""
    concealed = ", concealed" if act.conceal else ""
    return f"{act.words}, hidden{concealed}, {_found(act)}; then meets {_met(act)}, {hit}{_passed_on(act)}{lure}"


def _gain(act: Act, numbers: Parameters) -> str:
    hidden = f", hidden, {_found(act)}; then" if act.hidden else ","
    if act.magnitude == 0:
        return f"{act.words}{hidden} meets {_met(act)}, changes nobody's trust{_passed_on(act)}"
    won = f"those hit gain {_gained(act.magnitude, act, numbers)}"
    return f"{act.words}{hidden} meets {_met(act)}, {won}{_passed_on(act)}"


def _gained(size: float, act: Act, numbers: Parameters) -> str:
    credibility = getattr(numbers, f"credibility_{act.speaker}") * numbers.platform_trust
    return f"{_percent(-math.expm1(-numbers.gain * size * credibility))} of the distance to full trust"


def _found(act: Act) -> str:
    if act.found is not None:
        return f"found out on {day(act.found)}"
    return f"found out by chance (mean {roughly(act.found_mean)})" if act.found_mean is not None else "never found out"


def _response(act: Act, numbers: Parameters, answered: Act | None, public: float | None) -> str:
    if answered is None:
        return act.words
    name = f"{act.words} in answer to {answered.id}"
    if answered.hidden and (public is None or act.at < public or (act.admits and act.at == public)):
        if not act.admits:
            scar = _percent(numbers.scar_deception)
            return f"{name}, while nobody knows; if it is found out later it is deception, {scar} of the loss for years"
        told = _told_first(act, numbers, answered)
        return told if act.only_tells else f"{told}; {_repair(act, numbers, answered, 0.0)}"
    return f"{name}, {_repair(act, numbers, answered, act.at - public if public is not None else 0.0)}"


def _told_first(act: Act, numbers: Parameters, answered: Act) -> str:
    best = numbers.told_product if answered.nature == "competence" else numbers.told_moral
    after = act.at - answered.at
    factor = 1 - (1 - best) / (1 + after / numbers.told_time)
    unless = "" if answered.found is not None else ", unless it came out before"
    return f"{act.words} tells {answered.id} {roughly(after)} after it{unless}: those who meet it take x {factor:.2f}"


def _repair(act: Act, numbers: Parameters, answered: Act, after: float) -> str:
    match = (act.repairs or {}).get(answered.nature or "", (act.repairs or {}).get("integrity", 0.0))
    if answered.nature == "deception":
        match *= numbers.deception_repair
    healed = numbers.repair * match / (1 + after / numbers.repair_time)
    if healed == 0:
        return f"heals nothing of a loss of {answered.nature}"
    return f"heals {_percent(healed)} of the wound of those it meets ({_met(act)})"


def _met(act: Act) -> str:
    within = "hours" if act.delay < 24 else "days" if act.delay < 240 else "weeks"
    return f"{_percent(act.reach)} of {audience_in_words(act.audience)} within {within} (mean {roughly(act.delay)})"


def audience_in_words(audience: Mapping[str, object]) -> str:
    """Whom an act is addressed to."""
    kind = str(audience["kind"])
    if kind == "hubs":
        return f"the {_percent(float(audience['share']))} with the most listeners"  # type: ignore[arg-type]
    if kind == "community":
        return f"community {audience['number']}"
    if kind == "channel":
        return f"the channel {audience['name']}"
    if kind == "users":
        labels = [str(label) for label in audience["labels"]]  # type: ignore[attr-defined]
        return labels[0] if len(labels) == 1 else f"{len(labels)} named users"
    return {"employees": "those around employees"}.get(kind, kind)


def _passed_on(act: Act) -> str:
    if act.virality is None:
        return ", passed on like a user's post"
    return f", each share causes {act.virality:.2g} more" if act.virality > 0 else ""


def _percent(share: float) -> str:
    text = f"{100 * share:.2g}" if share < 0.1 else f"{100 * share:.3g}"
    return f"{text} %"
