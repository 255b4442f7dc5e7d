"""A deck: recorded runs of one scenario on the same people and draws, one for each place of some sliders.

dealt = deck("data-breach", vary={"delay": ["0h", "1h", "1d", "7d"], "reach": ["10%", "30%", "60%"]})
write_text("deck.html", dealt.page())

`delay` is the delay of the arm's responses, `reach` that of the act the scenario is about; any other name is a path of
the scenario, as `--set` takes it.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.dynamics.setup import Seeds
from sim.errors import RippleError
from sim.scenario.acts import Act
from sim.scenario.scenario import Scenario, load
from sim.show.replay.answers import lesson_of, shown_in_lesson
from sim.show.replay.recording import Recording, ToRun, recorded, title_of
from sim.show.replay.share import share_page
from sim.study.request import Request, request, seed_of

MOST_RUNS = 24
MOST_FRAMES = 90
MOST_USERS = 2_000  # that are drawn


@dataclass(frozen=True)
class Dimension:
    """One slider: the name that was asked for, its label, and its values as they were written."""

    name: str
    label: str
    values: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Deck:
    """The recorded runs: `recording.panels[cells[i]]` stands behind place i, the last dimension running fastest."""

    recording: Recording
    dimensions: tuple[Dimension, ...]
    cells: tuple[int, ...]
    lesson: tuple[Mapping[str, Any], ...]
    question: str
    about: str

    def page(self) -> str:
        """One HTML file with sliders, player and lesson."""
        described = {
            "dimensions": [{"name": d.name, "label": d.label, "values": list(d.values)} for d in self.dimensions],
            "cells": list(self.cells),
            "first": self.cells[0],
        }
        return share_page(self.recording, question=self.question, about=self.about, lesson=self.lesson, deck=described)


def deck(
    scenario: str | Path | Mapping[str, object] | Scenario,
    *,
    vary: Mapping[str, Sequence[object]],
    arm: str | None = None,
    seed: int | None = None,
    network: object = None,
    users: int | None = None,
    horizon: float | str | None = None,
    changes: Mapping[str, object] | None = None,
    allow_code: bool = False,
    most_frames: int = MOST_FRAMES,
    labels: bool = False,
) -> Deck:
    """Record a run for every combination of values, at most MOST_RUNS, under one seed.

    vary: name -> values, as people write them; arm: which one (None: the first that has what is varied, else the
    reference). The others as in `sim.run`. Raises RippleError for what does not fit.
    """
    if not vary:
        raise RippleError(
            "a deck needs something to vary, as in --vary delay=0h,1h,1d or --vary parameters.fading=0.4,0.6"
        )
    number = math.prod(len(values) for values in vary.values())
    if number > MOST_RUNS:
        shown = " x ".join(str(len(values)) for values in vary.values())
        raise RippleError(f"{shown} = {number} runs are too many for one deck; {MOST_RUNS} at most")
    for name, values in vary.items():
        if len(values) < 2 or len({str(value) for value in values}) < len(values):
            raise RippleError(f"--vary {name}: name at least two values, each once")
    found = load(scenario)
    chosen = arm if arm is not None else _arm_with(found, vary)
    found.arm(chosen)
    shared: dict[str, Any] = {"network": network, "users": users, "horizon": horizon, "allow_code": allow_code}
    base = request(found, changes=changes, **shared)
    paths = {name: _paths(found, chosen, name) for name in vary}
    seeds = Seeds.of(seed_of(seed))
    world = base.world(seeds)
    runs, places = [], itertools.product(*([(name, value) for value in values] for name, values in vary.items()))
    for place in places:
        changed = {path: value for name, value in place for path in paths[name]}
        asked = request(found, changes={**(changes or {}), **changed}, **shared)
        _same_network(base, asked)
        own = world if asked.scenario.brand == base.scenario.brand and _same_people(base, asked) else asked.world(seeds)
        title = ", ".join(f"{_label(name)} {value}" for name, value in place)
        runs.append(ToRun(title, title, asked.setup(chosen, seeds, own)))
    taught = [
        ToRun(one.key, title_of(base, one), base.setup(one.arm, seeds, world, quiet=one.quiet))
        for one in shown_in_lesson(base)
    ]
    recording = recorded(base.scenario, [*runs, *taught], most_frames=most_frames, most_users=MOST_USERS, labels=labels)
    steps = lesson_of(base, seeds, recording.panels, world=world) if taught else []
    return Deck(
        recording,
        tuple(Dimension(name, _label(name), tuple(str(value) for value in values)) for name, values in vary.items()),
        tuple(range(len(runs))),
        tuple(steps),
        base.scenario.question,
        f"{len(runs)} recorded runs of '{base.scenario.name}', arm '{chosen}', on the same people and draws (seed "
        f"{seeds.events}), made with Trust Ripple.",
    )


def _label(name: str) -> str:
    return name.split(".")[-1].replace("_", " ")


def _arm_with(scenario: Scenario, vary: Mapping[str, object]) -> str:
    """The first arm with a response, when the delay varies and nothing else says which."""
    named = [name.split(".")[1] for name in vary if name.startswith("arms.") and name.count(".") > 1]
    if named:
        return named[0]
    if "delay" in vary:
        with_response = [name for name, arm in scenario.arms.items() if _responses(arm.acts)]
        if not with_response:
            raise RippleError(
                f"--vary delay: no arm of {scenario.name} has a response; arms: {', '.join(scenario.arms)}"
            )
        return with_response[0]
    return scenario.reference


def _responses(acts: Sequence[Act]) -> list[Act]:
    return [act for act in acts if act.repairs is not None]


def _paths(scenario: Scenario, arm: str, name: str) -> list[str]:
    """The paths of the scenario that a name stands for."""
    if name == "delay":
        responses = [f"arms.{arm}.{act.id}.after" for act in _responses(scenario.arm(arm).acts)]
        if not responses:
            raise RippleError(f"--vary delay: the arm '{arm}' has no response whose delay could vary")
        return responses
    if name == "reach":
        common = [(f"timeline.{act.id}.reach", act) for act in scenario.timeline if act.repairs is None]
        own = [(f"arms.{arm}.{act.id}.reach", act) for act in scenario.arm(arm).acts if act.repairs is None]
        acts = common or own
        if not acts:
            raise RippleError(f"--vary reach: nothing happens in the arm '{arm}' whose reach could vary")
        return [max(acts, key=lambda one: abs(one[1].magnitude) * one[1].reach)[0]]
    return [name]


def _same_network(base: Request, asked: Request) -> None:
    if asked.scenario.network != base.scenario.network:
        raise RippleError("the network cannot vary in a deck: its runs are shown on the same users in the same places")
    if asked.scenario.horizon != base.scenario.horizon:
        raise RippleError("the horizon cannot vary in a deck: its runs share one line of time")


def _same_people(base: Request, asked: Request) -> bool:
    return asked.scenario.parameters == base.scenario.parameters
