"""The sliders of the page: which fit a scenario, where each stands, and what moving it changes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sim.scenario.acts import KINDS, Act
from sim.scenario.parameters import PARAMETERS
from sim.scenario.scenario import Scenario
from sim.show.replay.recording import Shown

_CLUSTERING = ("triangles",)  # options of generators that make friends of friends know each other
_MOST_AGENTS = 20
_LONGEST_DELAY = 21 * 24.0  # h
_LEAST_DELAY = 0.25  # h, below which a slider of delays is at its end


@dataclass(frozen=True)
class Control:
    """One slider, called `controls.KEY` in the texts. path: what it changes in the scenario; value: as the scenario says;
    unit: how the page writes it: share, hours, count, size, rate; scale: linear or log; about: fills in its label."""

    key: str
    path: str
    value: float
    low: float
    high: float
    step: float
    unit: str
    scale: str = "linear"
    about: Mapping[str, str] = field(default_factory=dict)


def main_act(scenario: Scenario, shown: Sequence[Shown]) -> Act | None:
    """The act that the sliders are about: what costs the most trust of what all have in common, else of what is shown."""
    own = [act for one in shown if not one.quiet for act in scenario.arms[one.arm].acts]
    for acts in (scenario.timeline, own, scenario.brand.calendar):
        harm = [act for act in acts if act.repairs is None and act.magnitude < 0.0]
        if harm:
            return max(harm, key=lambda act: abs(act.magnitude) * act.reach)
    return next((act for act in (*scenario.timeline, *own) if act.repairs is None), None)


def path_of(scenario: Scenario, act: Act, shown: Sequence[Shown]) -> str:
    """Where an act stands in the scenario: `timeline.breach`, `arms.silence.breach`, `brand.calendar.post`."""
    if act.id in {one.id for one in scenario.timeline}:
        return f"timeline.{act.id}"
    for arm in dict.fromkeys(one.arm for one in shown):
        if act.id in {one.id for one in scenario.arms[arm].acts}:
            return f"arms.{arm}.{act.id}"
    return f"brand.calendar.{act.id}"


def controls(scenario: Scenario, shown: Sequence[Shown]) -> list[Control]:
    """The sliders that fit what is shown of a scenario, in the order in which they stand on the page."""
    found: list[Control] = []
    act = main_act(scenario, shown)
    if act is not None:
        at, size = path_of(scenario, act, shown), abs(act.magnitude)
        found.append(
            Control(
                "severity", f"{at}.magnitude", size, 0.0, max(1.5, 2 * size), 0.05, "size", about={"act": act.words}
            )
        )
        found.append(Control("reach", f"{at}.reach", act.reach, 0.0, 1.0, 0.01, "share"))
        if act.virality is not None:
            found.append(Control("virality", f"{at}.virality", act.virality, 0.0, 4.0, 0.1, "size"))
    if act is None or act.virality is None:
        found.append(_parameter(scenario, "virality_mean", "virality", 0.05))
    found += _delay(scenario, shown)
    agents = scenario.brand.policy.desk.agents
    found.append(Control("desk", "brand.desk.agents", agents, 0, max(_MOST_AGENTS, agents), 1, "count"))
    found.append(_parameter(scenario, "talk_rate", "talk", 0.001))
    for option in _CLUSTERING:
        if scenario.network.file is None and option in scenario.network.options:
            value = float(scenario.network.options[option])
            found.append(Control("clustering", f"network.{option}", value, 0.0, 1.0, 0.05, "share"))
    return found


def _parameter(scenario: Scenario, name: str, key: str, step: float) -> Control:
    value, about = scenario.parameters[name], PARAMETERS[name]
    high = max(2 * about.high, 2 * value)
    if about.unit == "/h":
        return Control(key, f"parameters.{name}", value, 0.0, min(high, 0.2), step, "rate")
    return Control(key, f"parameters.{name}", value, 0.0, high, step, "size")


def _delay(scenario: Scenario, shown: Sequence[Shown]) -> list[Control]:
    """The delay of the first response, on the right if there is one, else on the left."""
    for one in reversed([one for one in shown if not one.quiet]):
        arm = scenario.arms[one.arm]
        for act in arm.acts:
            if act.repairs is None or act.of is None:
                continue
            answered = next((other for other in scenario.acts(one.arm) if other.id == act.of), None)
            delay = act.after if act.when is not None else act.at - answered.at if answered is not None else math.inf
            if math.isfinite(delay) and delay >= 0.0:
                most = min(_LONGEST_DELAY, max(24.0, scenario.horizon - (answered.at if answered else 0.0) - 1.0))
                path = f"arms.{one.arm}.{act.id}.after"
                about = {"act": act.words, "arm": arm.title}
                return [Control("delay", path, delay, _LEAST_DELAY, most, 0.25, "hours", "log", about)]
    return []


def kinds_to_add(scenario: Scenario) -> list[Mapping[str, object]]:
    """The acts that can be put on the line of time with a click: those that need nothing else to be said."""
    kinds = {**KINDS, **scenario.kinds}.values()
    fit = [kind for kind in kinds if not (kind.settles or kind.two_sided)]
    return [
        {
            "kind": kind.name,
            "words": kind.words,
            "sort": "response" if kind.repairs is not None else "harm" if kind.magnitude < 0 else "good",
            "only_for": list(kind.only_for),
        }
        for kind in fit
    ]
