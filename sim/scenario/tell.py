"""A timeline in sentences, before anything runs: when, what, whom it meets, and what it does to them.

`effect` is the one place that puts an act into words; its numbers are those of the model, for users without a history
(no violation on record, no fatigue, nobody told them before).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import datetime

from sim.scenario.acts import Act
from sim.scenario.manners import cost_in_words, differences, percent, policy_in_words, when_in_words
from sim.scenario.parameters import Parameters
from sim.scenario.parts import PROCESSES, Arm
from sim.scenario.resolve import parameter_words
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
    if arm is not None:
        chosen = scenario.arm(arm)
        acts = scenario.acts(arm)
        happens = _sentences(acts, acts, scenario, chosen)
        return [setting(scenario, arm), *happens, *_besides(scenario, chosen), *_ruled(scenario)]
    common = (*scenario.brand.calendar, *scenario.timeline)
    lines = [setting(scenario), *_sentences(common, common, scenario, scenario)]
    for name, chosen in scenario.arms.items():
        reference = ", the reference" if name == scenario.reference else ""
        calendar = chosen.brand.calendar if _own_calendar(scenario, chosen) else ()
        happens = _sentences((*calendar, *chosen.acts), scenario.acts(name), scenario, chosen)
        happens = [*happens, *_besides(scenario, chosen)] or ["nothing more happens"]
        lines += [f"{name}{reference}: {sentence}" for sentence in happens]
    return lines + _ruled(scenario)


def setting(scenario: Scenario, arm: str | None = None) -> str:
    """Who is there, from when to when, and how the brand is run, in one sentence. arm: as it is there."""
    network, brand = scenario.network, scenario.brand if arm is None else scenario.arm(arm).brand
    users = f"{network.users:,} users" if network.users is not None else "all users"
    where = f"of {network.file.name}" if network.file is not None else f"of a {network.kind} network"
    without = [f"without {' and '.join(p for p in PROCESSES if p in scenario.without)}"] if scenario.without else []
    first = (
        f"{users} {where}; {percent(brand.followers)} follow {brand.name} ({brand.sector.replace('_', ' ')}), "
        f"whose trust starts at {100 * brand.trust:.3g} points; {duration_words(scenario.horizon)} "
        f"from {date_in_words(scenario.start, 0.0)}"
    )
    return "; ".join([first, *policy_in_words(brand.policy), *without])


def date_in_words(start: datetime, hours: float) -> str:
    """The date so many hours after the start: "Sat 7 March 2026, 14:00"."""
    at = clock_at(start, hours)
    return f"{_DAYS[at.weekday()]} {at.day} {_MONTHS[at.month - 1]} {at.year}, {at:%H:%M}"


def day(hours: float) -> str:
    """A point in time by its day: "d 5", or "d 5 + 3 h"."""
    days = math.floor(hours / 24 + 1e-9)
    rest = hours - 24 * days
    return f"d {days}" if rest < 1 / 120 else f"d {days} + {roughly(rest)}"


def _sentences(acts: Iterable[Act], around: Iterable[Act], scenario: Scenario, here: Scenario | Arm) -> list[str]:
    """The acts in order of time, each with what it answers among those around it; last those that wait.

    here: where the numbers of the model are looked up.
    """
    numbers = here.parameters
    by_id = {act.id: act for act in around}
    public = publicity(by_id.values())
    lines = []
    for act in sorted(acts, key=lambda act: act.at):
        if act.when is not None:
            when = when_in_words(act.when, act.after)
        else:
            when = f"{day(act.at)} ({date_in_words(scenario.start, act.at)})"
        if act.every is not None:
            until = scenario.horizon if act.until is None else min(act.until, scenario.horizon)
            when += f", then every {duration_words(act.every)} until {day(until)}"
        lines.append(f"{when}: {effect(act, numbers, by_id.get(act.of or ''), public.get(act.of or ''))}")
    return lines


def _besides(scenario: Scenario, arm: Arm) -> list[str]:
    """What an arm is besides its acts."""
    own = [*differences(arm, scenario.brand, _own_numbers(scenario, arm))]
    own += ["a calendar of its own"] if _own_calendar(scenario, arm) else []
    concealed = ["what is hidden is concealed; found out, it is deception"] if arm.conceal else []
    return [*([f"this arm: {'; '.join(own)}"] if own else []), *cost_in_words(arm), *concealed]


def _own_calendar(scenario: Scenario, arm: Arm) -> bool:
    """True when other acts are in it, or at other times; not when only their size or audience is another."""
    mine, common = ([(act.id, act.kind, act.at, act.every) for act in b.calendar] for b in (arm.brand, scenario.brand))
    return mine != common


def _own_numbers(scenario: Scenario, arm: Arm) -> dict[str, str]:
    """The numbers of the model that are other than the file's, in words."""
    return {
        name: f"{parameter_words(name, value)} instead of {parameter_words(name, scenario.parameters[name])}"
        for name, value in arm.parameters.items()
        if value != scenario.parameters[name]
    }


def _ruled(scenario: Scenario) -> list[str]:
    """The rules of one's own, which this program knows by name only."""
    lines = []
    for rule in scenario.rules:
        values = ", ".join(f"{key} {number_words(value)}" for key, value in rule.values.items())
        lines.append(f"a rule of its own runs along: {rule.name} ({rule.code}{'; ' + values if values else ''})")
    return lines


def publicity(acts: Iterable[Act]) -> Mapping[str, float]:
    """When each act becomes public, h: at once, told by the first response that admits it, or found out at a set time.

    Responses have no entry, nor has an act that is left to chance and told by nobody.
    """
    acts = list(acts)
    known = {}
    for act in (act for act in acts if act.repairs is None and act.when is None):
        times = [act.found] if act.hidden and act.found is not None else []
        tells = (other for other in acts if other.of == act.id and other.admits and other.when is None)
        times += [other.at for other in tells if act.hidden]
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
        said = f"{_loss(act, numbers)}{_leads_to(act, numbers)}"
    else:
        said = f"{_gain(act, numbers)}{_leads_to(act, numbers)}"
    return f"{said}; costs {number_words(act.cost):,}" if act.cost else said


def _loss(act: Act, numbers: Parameters) -> str:
    nature = act.nature or "competence"
    kept = math.exp(numbers.loss * act.magnitude)
    scar = getattr(numbers, f"scar_{nature}")
    hit = f"trust of those hit x {kept:.2f}, {percent(scar)} of it for years"
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


def _leads_to(act: Act, numbers: Parameters) -> str:
    """What an act changes about the brand."""
    said = ""
    if act.promises:
        said += f"; until it is kept or broken, responses repair x {numbers.promise_repair:.3g}"
    if act.settles:
        said += f"; settles {act.of}, if that was promised"
    if act.moderates:
        said += "; from then on abuse is moderated under a published rule"
    return said


def _gained(size: float, act: Act, numbers: Parameters) -> str:
    credibility = getattr(numbers, f"credibility_{act.speaker}") * numbers.platform_trust
    return f"{percent(-math.expm1(-numbers.gain * size * credibility))} of the distance to full trust"


def _found(act: Act) -> str:
    if act.found is not None:
        return f"found out on {day(act.found)}"
    return f"found out by chance (mean {roughly(act.found_mean)})" if act.found_mean is not None else "never found out"


def _response(act: Act, numbers: Parameters, answered: Act | None, public: float | None) -> str:
    if answered is None:
        return act.words
    name = f"{act.words} in answer to {answered.id}"
    if act.when is not None or answered.when is not None:
        return _waiting_response(act, name, numbers, answered)
    if answered.hidden and (public is None or act.at < public or (act.admits and act.at == public)):
        if not act.admits:
            scar = percent(numbers.scar_deception)
            return f"{name}, while nobody knows; if it is found out later it is deception, {scar} of the loss for years"
        told = _told_first(act, numbers, answered)
        return told if act.only_tells else f"{told}; {_repair(act, numbers, answered, 0.0)}"
    return f"{name}, {_repair(act, numbers, answered, act.at - public if public is not None else 0.0)}"


def _waiting_response(act: Act, name: str, numbers: Parameters, answered: Act) -> str:
    """A response whose time, or that of the act it answers, is not known before: at once after publicity, or later."""
    if act.when is not None and (act.when.kind, act.when.of) == ("public", answered.id):
        return f"{name}, {_repair(act, numbers, answered, act.after)}"
    repairs = _repair(act, numbers, answered, 0.0)
    at_most = repairs.replace("heals ", "heals at most ", 1) if "of the wound" in repairs else repairs
    early = "tells it" if act.admits else "denies it"
    unknown = f"; while nobody knows, it {early}" if answered.hidden else ""
    return f"{name}, {at_most}{unknown}"


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
    return f"heals {percent(healed)} of the wound of those it meets ({_met(act)})"


def _met(act: Act) -> str:
    if act.one_to_one:
        return f"{percent(act.reach)} of {audience_in_words(act.audience)} one by one, as the desk finds time"
    within = "hours" if act.delay < 24 else "days" if act.delay < 240 else "weeks"
    return f"{percent(act.reach)} of {audience_in_words(act.audience)} within {within} (mean {roughly(act.delay)})"


def audience_in_words(audience: Mapping[str, object]) -> str:
    """Whom an act is addressed to."""
    kind = str(audience["kind"])
    if kind == "hubs":
        return f"the {percent(float(audience['share']))} with the most listeners"  # type: ignore[arg-type]
    if kind == "community":
        return f"community {audience['number']}"
    if kind == "channels":
        return f"followers on its channel{'s' * (audience['number'] != 1)}"
    if kind == "channel":
        return f"the channel {audience['name']}"
    if kind == "role":
        return f"those with the role {audience['name']}"
    if kind == "users":
        labels = [str(label) for label in audience["labels"]]  # type: ignore[attr-defined]
        return labels[0] if len(labels) == 1 else f"{len(labels)} named users"
    return {"employees": "those around employees"}.get(kind, kind)


def _passed_on(act: Act) -> str:
    if act.virality is None:
        return ", passed on like a user's post"
    return f", each share causes {act.virality:.2g} more" if act.virality > 0 else ""
