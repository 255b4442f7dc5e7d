"""What the server answers: each function takes the ask, the uploads of its session, the limits, and `stop`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Protocol

from sim.errors import RippleError
from sim.scenario.yaml_writer import as_yaml
from sim.show.lab.asking import Asked, base_scenario, sides_of, understood
from sim.show.lab.controls import controls, kinds_to_add, main_act
from sim.show.lab.person import ledger_of
from sim.show.lab.uploads import Limits, Uploads
from sim.show.replay.answers import lesson_of, shown_in_lesson
from sim.show.replay.encoding import encode
from sim.show.replay.recording import Recording, Shown, ToRun, record, recorded
from sim.show.replay.share import share_page
from sim.show.texts import say

Stop = Callable[[], bool]


class Answer(Protocol):
    """What a route calls."""

    __name__: str

    def __call__(self, ask: Any, uploads: Uploads, limits: Limits, stop: Stop) -> Any: ...


def about(ask: Any, uploads: Uploads, limits: Limits, stop: Stop) -> Mapping[str, object]:
    """What the page shows around the picture of a scenario."""
    scenario = base_scenario(ask, uploads)
    limits.check(scenario, None)
    shown = sides_of(ask, scenario)
    act = main_act(scenario, shown)
    return {
        "name": scenario.name,
        "title": scenario.title,
        "question": scenario.question,
        "takeaway": scenario.takeaway,
        "horizon": scenario.horizon,
        "users": scenario.network.users,
        "network": scenario.network.kind,
        "arms": [{"name": name, "title": arm.title} for name, arm in scenario.arms.items()],
        "sides": [{"arm": one.arm, "quiet": one.quiet} for one in shown],
        "controls": [asdict(control) for control in controls(scenario, shown)],
        "kinds": kinds_to_add(scenario),
        "lesson": len(scenario.lesson),
        "act": {"id": act.id, "words": act.words, "kind": act.kind} if act else None,
    }


def recording_of(asked: Asked, stop: Stop, *, names: bool = True) -> Recording:
    """The two sides of an ask, recorded. names: take the users' names along."""
    world = asked.world()
    places = asked.places(world)
    runs = [
        ToRun(
            f"{one.arm}{' (quiet)' if one.quiet else ''}", _title(asked, one),
            asked.request.setup(one.arm, asked.seeds, world, quiet=one.quiet),
        )
        for one in asked.shown
    ]  # fmt: skip
    return recorded(asked.request.scenario, runs, places=places, labels=names, stop=stop)


def _title(asked: Asked, one: Shown) -> str:
    arm = asked.request.scenario.arms[one.arm]
    if not one.quiet:
        return arm.title
    several = len({other.arm for other in asked.shown}) > 1
    return say("lab.withoutFor", arm=arm.title) if several else say("lab.without")


def run(ask: Any, uploads: Uploads, limits: Limits, stop: Stop) -> bytes:
    """A recording, as one binary message."""
    return encode(recording_of(understood(ask, uploads, limits), stop))


def person(ask: Any, uploads: Uploads, limits: Limits, stop: Stop) -> Mapping[str, object]:
    """The ledger of one user of a side: ask = {"ask": the ask of the run, "row": as drawn, "side": 0 or 1}."""
    if not isinstance(ask, Mapping):
        raise RippleError("the page asked for something that is no question")
    asked = understood(ask.get("ask"), uploads, limits)
    side, row = ask.get("side"), ask.get("row")
    world = asked.world()
    places = asked.places(world)
    if side not in (0, 1) or not isinstance(row, int) or not 0 <= row < places.n:
        raise RippleError("there is no such user in the picture")
    one = asked.shown[side]
    setup = asked.request.setup(one.arm, asked.seeds, world, quiet=one.quiet)
    return asdict(ledger_of(setup, int(places.rows[row]), stop))


def scenario_file(ask: Any, uploads: Uploads, limits: Limits, stop: Stop) -> str:
    """The scenario with all that was changed by hand, as a file that `ripple run` and `ripple compare` take."""
    asked = understood(ask, uploads, limits)
    scenario = asked.request.scenario
    document = scenario.resolved()
    head = [say("file.made", name=asked.base.name)]
    if asked.network_name is not None:
        document["network"] = {"file": Path(asked.network_name).name}
        head.append(say("file.needs", name=Path(asked.network_name).name))
    left, right = (say("file.without", arm=one.arm) if one.quiet else one.arm for one in asked.shown)
    head.append(say("file.showed", left=left, right=right, seed=asked.seeds.events))
    return "".join(f"# {line}\n" for line in head) + as_yaml(document)


def lesson(ask: Any, uploads: Uploads, limits: Limits, stop: Stop) -> bytes:
    """All runs that the lesson of a scenario shows, as one recording, with its steps and what was measured."""
    asked = understood({"scenario": ask.get("scenario"), "seed": ask.get("seed", 1)}, uploads, limits)
    if not asked.request.scenario.lesson:
        raise RippleError(f"{asked.request.scenario.name} has no lesson")
    world = asked.world()
    shown = shown_in_lesson(asked.request)
    found = record(asked.request, shown, asked.seeds, world=world, places=asked.places(world), labels=True)
    return encode(found, {"lessons": lesson_of(asked.request, asked.seeds, found.panels, world=world)})


def share(ask: Any, uploads: Uploads, limits: Limits, stop: Stop) -> str:
    """One file with this run, which opens from disk. Users have numbers in it, not their names."""
    asked = understood(ask, uploads, limits)
    scenario = asked.request.scenario
    about = say("server.made", name=asked.base.name, seed=asked.seeds.events)
    return share_page(recording_of(asked, stop, names=False), question=scenario.question, about=about)
