"""What the page asks for, and the request that it makes: a scenario, two sides, and what was changed by hand.

    {"scenario": "data-breach", "seed": 1, "sides": [{"arm": "silence", "quiet": false}, ...],
     "settings": {"reach": 0.5}, "start": {"user": "12"} | {"hub": true}, "acts": [{"act": "apology", "at": 300, "side": 1}],
     "network": "<id of an upload>"}

Everything comes from a browser, so everything is checked; a mistake is told in one clear text.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.dynamics.setup import Seeds
from sim.errors import RippleError, did_you_mean
from sim.scenario.scenario import Scenario
from sim.scenario.sources import library_files
from sim.show.lab.controls import controls, main_act, path_of
from sim.show.lab.keeping import moved
from sim.show.lab.uploads import Limits, Uploads
from sim.show.replay.places import Places, places_of
from sim.show.replay.recording import Shown
from sim.study.request import Request, request
from sim.world.people import World

_MOST_ADDED = 20
_MOST_SEED = 2**31


@dataclass(frozen=True, eq=False)
class Asked:
    """An ask of the page, understood. base: the scenario before anything was changed; on: its users."""

    request: Request
    base: Scenario
    shown: tuple[Shown, ...]
    seeds: Seeds
    network_name: str | None

    def world(self) -> World:
        """The users as they are under the changes."""
        return self.request.world(self.seeds)

    def places(self, world: World) -> Places:
        """Where users stand: other ties among the same users leave everyone where they are."""
        if self.request.scenario.network == self.base.network:
            return places_of(world)
        base = Request(self.base, self.request.graph).world(self.seeds)
        return moved(places_of(base), world) if base.n_users == world.n_users else places_of(world)


def understood(ask: object, uploads: Uploads, limits: Limits) -> Asked:
    """Check an ask and put its request together. Raises RippleError."""
    if not isinstance(ask, Mapping):
        raise RippleError("the page asked for something that is no question")
    base = base_scenario(ask, uploads)
    shown = sides_of(ask, base)
    seeds = Seeds.of(_whole(ask.get("seed", 1), "luck", 0, _MOST_SEED))
    graph, name = None, None
    if ask.get("network"):
        upload = uploads.network(str(ask["network"]))
        graph, name = upload.graph, upload.name
    scenario = base.changed(_settings(ask, base, shown, drop_network=graph is not None))
    scenario = _with_start(ask, scenario, shown, seeds, graph)
    scenario = scenario.changed(_added(ask, scenario, shown))
    found = request(scenario) if graph is None else request(scenario, network=graph)
    limits.check(found.scenario, found.graph)
    return Asked(found, base, shown, seeds, name)


def base_scenario(ask: Mapping[str, Any], uploads: Uploads) -> Scenario:
    """The scenario an ask names: of the library, or one that was uploaded; nothing else is ever read."""
    from sim.scenario.scenario import load

    name = str(ask.get("scenario", ""))
    for kept in (uploads.scenarios, uploads.given):
        if name in kept:
            return kept[name]
    known = library_files()
    if name not in known:
        raise RippleError(f"there is no scenario '{name[:60]}'{did_you_mean(name[:60], known)}")
    return load(name)


def sides_of(ask: Mapping[str, Any], scenario: Scenario) -> tuple[Shown, ...]:
    """The two sides; without any in the ask, the reference and what differs most in the file from it."""
    given = ask.get("sides")
    if not given:
        return usual_sides(scenario)
    if not isinstance(given, Sequence) or len(given) != 2 or not all(isinstance(one, Mapping) for one in given):
        raise RippleError("the page asked for other than two sides")
    sides = []
    for one in given:
        arm = str(one.get("arm", ""))
        scenario.arm(arm)
        sides.append(Shown(arm, bool(one.get("quiet"))))
    return tuple(sides)


def usual_sides(scenario: Scenario) -> tuple[Shown, ...]:
    """Two arms, the reference on the left; with one arm, without and with the crisis."""
    arms = list(scenario.arms)
    if len(arms) == 1:
        return Shown(arms[0], True), Shown(arms[0], False)
    return Shown(arms[0]), Shown(arms[1])


def _settings(
    ask: Mapping[str, Any], scenario: Scenario, shown: Sequence[Shown], *, drop_network: bool
) -> dict[str, object]:
    """What the sliders say, as changes by path."""
    given = ask.get("settings") or {}
    if not isinstance(given, Mapping):
        raise RippleError("the page asked for settings that are none")
    known = {control.key: control for control in controls(scenario, shown)}
    changes: dict[str, object] = {}
    for key, value in given.items():
        control = known.get(str(key))
        if control is None:  # a slider of another scenario
            continue
        if drop_network and control.path.startswith("network."):
            continue
        number = _number(value, control.key, control.low, max(control.high, control.value))
        changes[control.path] = int(number) if control.unit == "count" else number
    return changes


def _with_start(
    ask: Mapping[str, Any], scenario: Scenario, shown: Sequence[Shown], seeds: Seeds, graph: object
) -> Scenario:
    """The story starts at one user, or at the one with the most listeners."""
    start = ask.get("start")
    if not isinstance(start, Mapping) or not start:
        return scenario
    act = main_act(scenario, shown)
    if act is None:
        raise RippleError("nothing happens in this scenario that could start at a user")
    found = request(scenario) if graph is None else request(scenario, network=graph)
    read = found.world(seeds).graph_as_read
    row = int(np.argmax(read.n_listeners)) if start.get("hub") else read.row(_label(start.get("user")))
    label = read.label(row)
    at = path_of(scenario, act, shown)
    return scenario.changed({f"{at}.audience": {"users": [_plain(label)]}, f"{at}.reach": 1.0})


def _added(ask: Mapping[str, Any], scenario: Scenario, shown: Sequence[Shown]) -> dict[str, object]:
    """Acts that were put on the line of time: on one side, or on both."""
    given = ask.get("acts") or []
    if not isinstance(given, Sequence) or len(given) > _MOST_ADDED:
        raise RippleError(f"at most {_MOST_ADDED} acts can be added")
    act = main_act(scenario, shown)
    document = scenario.resolved()
    changes: dict[str, Any] = {}
    for number, one in enumerate(given, 1):
        if not isinstance(one, Mapping):
            raise RippleError("the page asked for an act that is none")
        kind = str(one.get("act", ""))
        entry: dict[str, object] = {"act": kind, "id": f"added-{number}"}
        entry["at"] = f"{_number(one.get('at'), 'time of the act', 0.0, scenario.horizon):g} h"
        if act is not None and kind in scenario.kinds and scenario.kinds[kind].repairs is not None:
            entry["of"] = act.id
        side = one.get("side")
        if side not in (0, 1):
            changes.setdefault("timeline", list(document.get("timeline") or [])).append(entry)
            continue
        if shown[side].quiet:
            raise RippleError("without the crisis nothing is added; choose the other side, or both")
        path = f"arms.{shown[side].arm}.acts"
        changes.setdefault(path, list(document["arms"][shown[side].arm].get("acts") or [])).append(entry)
    return changes


def _label(value: object) -> str | int:
    text = str(value)
    return int(text) if text.isdecimal() and str(int(text)) == text else text


def _plain(label: object) -> object:
    return label.item() if isinstance(label, np.generic) else label


def _number(value: object, name: str, low: float, high: float) -> float:
    try:
        number = float(str(value))
    except ValueError:
        number = math.nan
    if not low <= number <= high:
        raise RippleError(f"{name}: {str(value)[:40]!r} is not a number from {low:g} to {high:g}")
    return number


def _whole(value: object, name: str, low: int, high: int) -> int:
    return int(_number(value, name, low, high))
