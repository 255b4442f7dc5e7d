"""A recording: what a moving picture of one or two runs shows, frame by frame, on the same people and draws.

asked = request("data-breach", users=2000)
seen = record(asked, [Shown("silence"), Shown("disclosure")], Seeds.of(1))
seen.panels[0].trust, seen.panels[0].passages, seen.hours

The engine runs from frame to frame; how a run is cut changes nothing about it, so a recording shows exactly the run
that `sim.run` gives under the same seed.
"""

from __future__ import annotations

import bisect
import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from sim.dynamics import observe
from sim.dynamics.engine import Engine
from sim.dynamics.setup import LARGE, Seeds, Setup
from sim.scenario.acts import Act
from sim.scenario.scenario import Scenario
from sim.show.replay.happened import ActShown, Story, acts_of, headline, passages_of
from sim.show.replay.hearings import HOPS, NO_HOP, Hearings
from sim.show.replay.places import MOST_USERS, Places, places_of
from sim.study.request import Request
from sim.world.people import World

MOST_FRAMES = 240
WITHOUT = "Without the crisis"  # what a quiet twin is called
LEVELS = 200  # of trust: a byte counts half points
STEPS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 36, 48, 72, 96, 120, 168)  # of talk between two frames
SERIES = {  # what the charts show, by the names of a run's series
    "trust": "trust", "q05": "trust_q05", "q25": "trust_q25", "q50": "trust_q50", "q75": "trust_q75",
    "q95": "trust_q95", "followers": "followers", "reached": "reached", "complaints_open": "complaints_waiting",
    "complaints_opened": "complaints_opened", "waiting": "queue", "posts_negative": "posts_negative",
    "posts_positive": "posts_positive",
}  # fmt: skip


class StoppedError(Exception):
    """A recording was called off."""


@dataclass(frozen=True)
class Shown:
    """One panel that is asked for: an arm, or (quiet) its twin without the crisis and without the arm's acts."""

    arm: str
    quiet: bool = False

    @property
    def key(self) -> str:
        """The name of the panel."""
        return f"{self.arm}, quiet" if self.quiet else self.arm


@dataclass(frozen=True)
class ToRun:
    """One panel that is set up: its name, its title for people, and the run."""

    key: str
    title: str
    setup: Setup


@dataclass(frozen=True, eq=False)
class Panel:
    """One run. Users are numbered as they are drawn, 0..n-1; T frames.

    trust     u1[T, n]  expressed trust in half points, 0..200
    story     the title of the act that `heard`, `hop` and `teller` are about; None when there is none in this run
    heard     u2[n]  frame at which each user knew of it (NEVER);  hop u1[n]  0: met it, else by how many passages (NO_HOP)
    teller    u4[n]  who told; n: nobody, n + 1: somebody who is not drawn
    passages  frame u2[k], user u4[k], teller u4[k], story u4[k] (row of `stories`): all first hearings, between users who
              are drawn, of stories that were passed on, at most MOST_PASSAGES, of `n_passages`
    series    name -> f4[T], of the whole network, trust 0..1;  by_hop  "0", "1", "2", "3+" -> u4[T], who knew, so far
    engine    the finished run
    """

    key: str
    title: str
    trust: np.ndarray
    story: str | None
    heard: np.ndarray
    hop: np.ndarray
    teller: np.ndarray
    passages: np.ndarray
    n_passages: int
    stories: tuple[Story, ...]
    series: Mapping[str, np.ndarray]
    by_hop: Mapping[str, np.ndarray]
    acts: tuple[ActShown, ...]
    engine: Engine = field(repr=False)


@dataclass(frozen=True, eq=False)
class Recording:
    """One or more runs on the same people and draws. hours f4[T]; baseline: trust at rest, points; labels when asked for."""

    title: str
    name: str
    start: datetime
    hours: np.ndarray
    step: float
    baseline: float
    places: Places
    panels: tuple[Panel, ...]
    labels: tuple[str, ...] | None = None

    @property
    def note(self) -> str:
        """What is not drawn, in words; empty when everything is."""
        said = [self.places.note] if self.places.note else []
        for panel in self.panels:
            drawn = len(panel.passages)
            if self.places.whole and drawn < panel.n_passages:
                said.append(f"{drawn:,} of {panel.n_passages:,} stories told, in {panel.title}")
        return "; ".join(said)


def record(
    asked: Request,
    shown: Sequence[Shown],
    seeds: Seeds,
    *,
    world: World | None = None,
    places: Places | None = None,
    most_frames: int = MOST_FRAMES,
    most_users: int = MOST_USERS,
    labels: bool = False,
) -> Recording:
    """Run arms of a scenario, or their quiet twins, under the same draws, and keep what a picture of them needs.

    world: the users, when they are there already; the others as in `recorded`.
    Raises RippleError for an arm that is not there.
    """
    for one in shown:
        asked.scenario.arm(one.arm)
    world = world or asked.world(seeds)
    runs = [ToRun(one.key, title_of(asked, one), asked.setup(one.arm, seeds, world, quiet=one.quiet)) for one in shown]
    return recorded(asked.scenario, runs, places=places, most_frames=most_frames, most_users=most_users, labels=labels)


def recorded(
    scenario: Scenario,
    runs: Sequence[ToRun],
    *,
    places: Places | None = None,
    most_frames: int = MOST_FRAMES,
    most_users: int = MOST_USERS,
    labels: bool = False,
    stop: Callable[[], bool] | None = None,
) -> Recording:
    """Run what is set up, on one network and horizon, and keep what a picture of it needs.

    scenario: gives the title and the date; places: where users stand, else they are laid out (places of a network of the
    same users with other ties keep the view); most_frames: steps from the first frame to the last; most_users: that are
    drawn; labels: take the users' names along; stop: asked at every frame, True ends it with StoppedError.
    """
    first = runs[0].setup
    places = places or places_of(first.world, most_users)
    hours = frame_hours(first.horizon, first.step, most_frames)
    about = _main_acts([run.setup for run in runs])
    todo = [(run, hours, places, main, stop) for run, main in zip(runs, about, strict=True)]
    if len(runs) > 1 and first.world.n_users <= LARGE:  # above, threads go over the blocks of one run
        with ThreadPoolExecutor(max_workers=min(len(runs), os.cpu_count() or 1)) as pool:
            panels = list(pool.map(lambda one: _panel(*one), todo))
    else:
        panels = [_panel(*one) for one in todo]
    graph = first.world.graph
    return Recording(
        title=scenario.title,
        name=scenario.name,
        start=scenario.start,
        hours=hours.astype(np.float32),
        step=float(hours[1] - hours[0]) if len(hours) > 1 else first.step,
        baseline=100.0 * first.trust,
        places=places,
        panels=tuple(panels),
        labels=tuple(str(graph.label(row)) for row in places.rows) if labels else None,
    )


def frame_hours(horizon: float, step: float, most: int = MOST_FRAMES) -> np.ndarray:
    """The hours that are shown, f8[T]: every so many steps of talk, with the first and the last; at most `most` + 1."""
    steps = round(horizon / step)
    stride = next((k for k in STEPS if steps / k <= most), 168 * -(-steps // (168 * most)))
    shown = np.arange(0, steps + 1, stride)
    if shown[-1] != steps:
        shown = np.append(shown, steps) if len(shown) <= most else np.append(shown[:-1], steps)
    return shown * step


def _panel(run: ToRun, hours: np.ndarray, places: Places, main: Act | None, stop: Callable[[], bool] | None) -> Panel:
    setup = run.setup
    engine = Engine(setup)
    hearings = Hearings(engine, len(hours), main.id if main else None)
    trust = np.empty((len(hours), places.n), np.float32)
    for frame, hour in enumerate(hours):
        if stop is not None and stop():
            raise StoppedError
        engine.advance(float(hour))
        np.take(engine.expressed_trust(), places.rows, out=trust[frame])
        hearings.look(frame)
    hearings.tellers_in_full()
    number = np.full(engine.n, -1, np.int64)
    number[places.rows] = np.arange(places.n)
    passages, n_passages, stories = passages_of(engine, hearings, number, main)
    told_by = number[hearings.teller[places.rows]]
    hop = hearings.hop[places.rows]
    by_word = (hop > 0) & (hop != NO_HOP)
    teller = np.where(by_word, np.where(told_by >= 0, told_by, places.n + 1), places.n)
    known = np.cumsum(hearings.by_hop, axis=0)
    seen = observe.table(engine.rows[np.round(hours / setup.step).astype(np.int64)])
    return Panel(
        key=run.key,
        title=run.title,
        trust=in_half_points(trust),
        story=headline(main) if main and known[-1].any() else None,
        heard=hearings.frame[places.rows],
        hop=hop,
        teller=teller.astype(np.uint32),
        passages=passages,
        n_passages=n_passages,
        stories=stories,
        series={name: seen[column].astype(np.float32) for name, column in SERIES.items()},
        by_hop={name: known[:, k].astype(np.uint32) for k, name in enumerate(HOPS)},
        acts=acts_of(engine),
        engine=engine,
    )


def in_half_points(trust: np.ndarray) -> np.ndarray:
    """Trust 0..1 as bytes, 0..200, within a quarter of a point."""
    return (trust * np.float32(LEVELS) + np.float32(0.5)).astype(np.uint8)


def title_of(asked: Request, shown: Shown) -> str:
    """What a panel is called above its picture."""
    return WITHOUT if shown.quiet else asked.scenario.arm(shown.arm).title


def _main_acts(setups: Sequence[Setup]) -> list[Act | None]:
    """The act that each run is about: what moves the most people the furthest, of what all runs have if there is such."""
    rare = [
        {act.id: act for act in setup.acts if act.id not in setup.calendar and act.repairs is None} for setup in setups
    ]
    common = set.intersection(*(set(acts) for acts in rare if acts)) if any(rare) else set()

    def moves(act: Act) -> float:
        return abs(act.magnitude) * act.reach

    return [
        max((acts[name] for name in acts if name in common or not common), key=moves, default=None) for acts in rare
    ]


def frame_at(recording: Recording, hour: float) -> int:
    """The frame that shows an hour: the last one that is not after it."""
    return max(0, bisect.bisect_right(recording.hours.tolist(), hour + 1e-6) - 1)
