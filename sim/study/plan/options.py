"""What a plan may be made of, and what each part costs: acts of the file's arms, responses of the catalogue, a larger desk.

A price is what the scenario writes (`cost` of an act in one of its arms; of a desk, `cost_per_day` of an arm that changes
nothing but the number of agents), or what is told with `prices`. Nothing is taken to be free: what has no price is left
out, and said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sim import units
from sim.errors import RippleError, did_you_mean
from sim.scenario.acts import SPEAKERS, Act
from sim.scenario.scenario import Scenario

AGENT = "agent"  # the price of one more agent for a day
DELAYS = (1.0, 2.0, 3.0, 6.0, 12.0, 24.0, 48.0, 72.0, 120.0, 168.0, 336.0)  # h after the act that is answered
MORE_AGENTS = (0, 1, 2, 3, 5, 8, 12, 20)
_TIMES = ("at", "after", "when")
_HIRED = tuple(speaker for speaker in SPEAKERS if speaker != "peer")  # nobody can decide that peers speak


@dataclass(frozen=True)
class Part:
    """An act that a plan may have. written: as a file says it, without its time; price: of its one time."""

    kind: str
    words: str
    written: Mapping[str, Any]
    price: float
    speaker: str  # who speaks at that price
    answers: bool  # its time is counted from the act that it answers by `after`, else it is a moment of its own


@dataclass(frozen=True)
class Choice:
    """One plan. acts: of each its kind, hours after the crisis, speaker; agents: how many more than the file's desk."""

    acts: tuple[tuple[str, float, str], ...] = ()
    agents: int = 0


@dataclass(frozen=True)
class Options:
    """All that is chosen from. left_out: name -> why."""

    crisis: Act
    days: float
    parts: Mapping[str, Part]
    speakers: Mapping[str, float]  # what another speaker adds to the price of an act
    agent: float | None  # price of one more agent for a day
    agents: int  # of the file's desk
    delays: tuple[float, ...]
    left_out: Mapping[str, str]

    def cost(self, choice: Choice) -> float:
        """What a plan costs."""
        acts = sum(self.price(kind, speaker) for kind, _, speaker in choice.acts)
        return acts + choice.agents * (self.agent or 0.0) * self.days

    def price(self, kind: str, speaker: str) -> float:
        """What an act costs when this speaker speaks."""
        part = self.parts[kind]
        return part.price + (0.0 if speaker == part.speaker else self.speakers[speaker])

    def arm(self, choice: Choice) -> dict[str, Any]:
        """The arm of a plan as a file says it."""
        acts = []
        for kind, delay, speaker in sorted(choice.acts, key=lambda act: (act[1], act[0])):
            part = self.parts[kind]
            moment = units.duration_words(delay if part.answers else self.crisis.at + delay)
            one = {
                **part.written,
                "after" if part.answers else "at": moment,
                "cost": units.number_words(self.price(kind, speaker)),
            }
            acts.append(one if speaker == part.speaker else {**one, "speaker": speaker})
        arm: dict[str, Any] = {"title": self.words(choice)[:70], "acts": acts}
        if choice.agents:
            arm["brand"] = {"desk": {"agents": self.agents + choice.agents}}
            arm["cost_per_day"] = units.number_words(choice.agents * (self.agent or 0.0))
        return arm

    def words(self, choice: Choice) -> str:
        """A plan in a few words."""
        said = []
        for kind, delay, speaker in sorted(choice.acts, key=lambda act: (act[1], act[0])):
            part = self.parts[kind]
            who = f" by {speaker}" if speaker != part.speaker else ""
            said.append(f"{part.words}{who} after {units.duration_words(delay)}")
        if choice.agents:
            said.append(f"{choice.agents} more agent{'s' if choice.agents > 1 else ''}")
        return ", ".join(said) or "nothing"


def options_of(scenario: Scenario, prices: Mapping[str, object], of: str | None = None) -> Options:
    """What may be chosen in a scenario. prices: kind of act, speaker or `agent` -> money; of: the act that is answered.

    Raises RippleError when there is no crisis to answer, for a price of something unknown, and when nothing has a price.
    """
    told = _prices(scenario, prices)
    crisis = _crisis(scenario, of)
    tree = scenario.written()
    wrote = [(dict(act), arm) for arm in tree.get("arms", {}).values() for act in _acts_of(arm)]
    parts: dict[str, Part] = {}
    left: dict[str, str] = {}
    names = dict.fromkeys(
        [str(act["act"]) for act, _ in wrote] + [k.name for k in scenario.kinds.values() if k.repairs]
    )
    for name in names:
        kind = scenario.kinds[name]
        mine = [act for act, _ in wrote if act["act"] == name]
        if kind.only_for and crisis.kind not in kind.only_for:
            continue
        if any("every" in act for act in mine) or kind.settles:
            left[name] = "is repeated in the file, or settles a promise; a plan has single acts only"
            continue
        costs = [units.amount(act["cost"]) for act in mine if act.get("cost") is not None]
        price = told.get(name, costs[0] if costs else None)
        if price is None:
            left[name] = f"no price; --price {name}=AMOUNT (0 when it is free)"
            continue
        base = next((act for act in mine if act.get("cost") is not None), mine[0] if mine else {"act": name})
        written = {key: value for key, value in base.items() if key not in (*_TIMES, "id", "cost", "until")}
        answers = kind.repairs is not None
        if answers:
            written["of"] = crisis.id
        parts[name] = Part(
            name, kind.words, MappingProxyType(written), price, str(base.get("speaker", kind.speaker)), answers
        )
    agent, desk = told.get(AGENT, _agent_in(tree, scenario)), scenario.brand.policy.desk
    if agent is None or desk.waits:
        why = "its waits come from a log, not from agents" if desk.waits else f"no price; --price {AGENT}=AMOUNT a day"
        left["more agents"], agent = why, None
    speakers = {name: told[name] for name in _HIRED if name in told}
    for name in _HIRED:
        if name not in speakers and any(part.speaker != name for part in parts.values()):
            left[f"{name} as speaker"] = f"no price; --price {name}=AMOUNT that it adds to an act"
    if not parts and agent is None:
        missing = ", ".join(name for name in left if name in scenario.kinds)
        raise RippleError(f"{scenario.name}: nothing has a price, so there is nothing to plan with; say some, as in "
                          f"--price apology=2 ({missing})")  # fmt: skip
    days = scenario.horizon / units.DAY
    delays = tuple(hours for hours in DELAYS if crisis.at + hours < scenario.horizon)
    if not delays:
        raise RippleError(f"{scenario.name}: {crisis.words} comes too late to be answered before the horizon")
    return Options(crisis, days, MappingProxyType(parts), MappingProxyType(speakers), agent, desk.agents, delays,
                   MappingProxyType(left))  # fmt: skip


def _prices(scenario: Scenario, prices: Mapping[str, object]) -> dict[str, float]:
    known = [*scenario.kinds, AGENT, *_HIRED]
    found = {}
    for name, value in prices.items():
        if name not in known:
            words = f"price: '{name}' is no kind of act, no speaker ({', '.join(_HIRED)}) and not `{AGENT}`"
            raise RippleError(f"{words}{did_you_mean(name, known)}")
        try:
            found[name] = units.amount(value)
        except ValueError as problem:
            raise RippleError(f"price of {name}: {problem}") from None
    return found


def _crisis(scenario: Scenario, of: str | None) -> Act:
    """The act that is answered: the one named, else the one that most responses of the file answer, else the worst."""
    acts = {act.id: act for act in scenario.timeline if act.repairs is None}
    if of is not None:
        if of not in acts:
            raise RippleError(f"of: '{of}' is no act of the timeline{did_you_mean(of, acts)}; acts: {', '.join(acts)}")
        chosen = acts[of]
    else:
        answered = [
            act.of for arm in scenario.arms.values() for act in arm.acts if act.repairs is not None and act.of in acts
        ]
        bad = [act for act in acts.values() if act.magnitude < 0]
        if not answered and not bad:
            raise RippleError(f"{scenario.name}: nothing in its timeline costs trust, so there is nothing to answer")
        chosen = acts[max(answered, key=answered.count)] if answered else min(bad, key=lambda act: act.magnitude)
    if chosen.when is not None:
        raise RippleError(
            f"{scenario.name}: '{chosen.id}' waits for a condition; a plan answers an act with a time (`at`)"
        )
    return chosen


def _acts_of(arm: Any) -> list[Mapping[str, Any]]:
    acts = arm.get("acts", []) if isinstance(arm, Mapping) else arm
    return [act for act in acts or [] if act]


def _agent_in(tree: Mapping[str, Any], scenario: Scenario) -> float | None:
    """The price of an agent for a day, from an arm that adds agents and nothing else."""
    here = scenario.brand.policy.desk.agents
    for arm in tree.get("arms", {}).values():
        if not isinstance(arm, Mapping) or arm.get("cost_per_day") is None or _acts_of(arm):
            continue
        desk = (arm.get("brand") or {}).get("desk") or {}
        if set(arm["brand"] or {}) == {"desk"} and set(desk) == {"agents"} and isinstance(desk["agents"], int):
            more = desk["agents"] - here
            if more > 0:
                return units.amount(arm["cost_per_day"]) / more
    return None
