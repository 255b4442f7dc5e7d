"""The ledger of one user: every change of own trust, with the act or story behind it, and what time did.

The run is made again, step by step. In each step time changes own trust first, to what its stocks come to at the step's end;
what is left of the change is the doing of what the user met or heard in that step. So the entries add up to the whole.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from sim.dynamics import state as s
from sim.dynamics.engine import Engine
from sim.dynamics.setup import Setup
from sim.dynamics.trust import fades_at
from sim.show.replay.recording import StoppedError

_SMALLEST = 5e-7  # of trust; less is the rounding of float32
_MOST, _SHOWN = 12, 0.05  # entries that are told one by one, and the least of them, points


@dataclass(frozen=True)
class Words:
    """A text of the page by its key, and what fills in its blanks."""

    key: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Entry:
    """One change: hour (None: spread over the run), its causes, how it came, trust in points."""

    hour: float | None
    causes: tuple[Words, ...]
    hows: tuple[Words, ...]
    points: float


@dataclass(frozen=True)
class Person:
    """The ledger of a user. total: change of own trust; own, shown: own and expressed trust at the end; points."""

    entries: list[Entry]
    total: float
    own: float
    shown: float


def ledger_of(setup: Setup, row: int, stop: Callable[[], bool] | None = None) -> Person:
    """Run it again and keep the books of the user in a row of the world."""
    engine = Engine(setup)
    at = s.row(row)
    first = before = float(engine.columns[at + s.OWN])
    met = _encounters(engine, row)
    entries: list[Entry] = []
    by_time = 0.0
    for step in range(1, setup.n_steps + 1):
        if stop is not None and step % 24 == 0 and stop():
            raise StoppedError
        end = step * setup.step
        left_alone = _own(engine, at, end)
        engine.advance(end)
        now = float(engine.columns[at + s.OWN])
        event = now - left_alone
        if abs(event) > _SMALLEST:
            later = _encounters(engine, row)
            causes, hows = _behind(engine, met, later)
            entries.append(Entry(end, causes, hows, 100 * event))
            met = later
            by_time += left_alone - before
        else:
            by_time += now - before
        before = now
    entries = _together(entries)
    entries.append(Entry(None, (Words("ledger.time"),), (), 100 * by_time))
    shown = float(engine.expressed_trust()[row])
    return Person(entries, 100 * (before - first), 100 * before, 100 * shown)


def _own(engine: Engine, at: int, time: float) -> float:
    """Own trust of a user at a time, if nothing happens to it until then."""
    c = engine.columns
    f = fades_at(time, float(engine.clock[s.CLOCK_BASE]), engine.times)
    sides = []
    for base, gain, wound, hurt, scar in (
        (s.BASE_C, s.GAIN_C, s.WOUND_C, s.HURT_C, s.SCAR_C),
        (s.BASE_E, s.GAIN_E, s.WOUND_E, s.HURT_E, s.SCAR_E),
    ):
        earned = float(c[at + base]) + float(c[at + gain]) * f.gain
        lost = float(c[at + wound]) * f.wound + float(c[at + hurt]) * f.hurt + float(c[at + scar]) * f.scar
        sides.append(earned * math.exp(-lost))
    weight = float(c[at + s.WEIGHT])
    return weight * sides[0] + (1.0 - weight) * sides[1]


def _encounters(engine: Engine, row: int) -> dict[int, tuple[float, float, int, int]]:
    """act -> what was taken, what is repaired, state, hop; of one user."""
    keys = engine.met["key"]
    mine = engine.met[(keys != 0) & ((keys & np.uint64(0xFFFFFFFF)) == np.uint64(row))]
    return {
        (int(e["key"]) >> 32) - 1: (float(e["taken"]), float(e["eta"]), int(e["state"]), int(e["hop"])) for e in mine
    }


def _behind(engine: Engine, before: dict, after: dict) -> tuple[tuple[Words, ...], tuple[Words, ...]]:
    """The causes of a change and how it came, from what a user met or heard in a step; of several, all."""
    causes: list[Words] = []
    hows: list[Words] = []
    for act, (taken, eta, state, hop) in after.items():
        was_taken, was_eta, was_state, _ = before.get(act, (0.0, 0.0, 0, 0))
        if taken > was_taken:
            causes.append(_name(engine, act))
            direct = state & int(s.MET) and not was_state & int(s.MET)
            hows.append(Words("ledger.met") if direct else Words("ledger.heard", {"hop": hop}))
        elif eta > was_eta and was_state:
            causes.append(_name(engine, act))
            hows.append(Words("ledger.answer"))
    if not causes:
        return (Words("ledger.own"),), ()
    return _each_once(causes), _each_once(hows)


def _each_once(words: list[Words]) -> tuple[Words, ...]:
    return tuple(one for k, one in enumerate(words) if one not in words[:k])


def _name(engine: Engine, act: int) -> Words:
    from sim.study.tables import labels_of  # tables load pandas, which the first picture does without

    if act < len(engine.out):
        return Words("ledger.act", {"act": engine.out[act].act.words})
    story = engine.acts[act]
    good, author = story["sign"] > 0, int(story["author"])
    if author < 0:
        return Words("ledger.praise" if good else "ledger.criticism")
    label = str(labels_of(engine, np.array([author]))[0])
    return Words("ledger.praiseBy" if good else "ledger.criticismBy", {"label": label})


def _together(entries: list[Entry]) -> list[Entry]:
    """The largest entries in order of time; the many small ones are added up."""
    order = sorted(entries, key=lambda e: -abs(e.points))
    kept = [entry for entry in order[:_MOST] if abs(entry.points) >= _SHOWN]
    rest = order[len(kept) :]
    kept.sort(key=lambda e: e.hour or 0.0)
    if len(rest) < 2:
        return sorted([*kept, *rest], key=lambda e: e.hour or 0.0)
    return [*kept, Entry(None, (Words("ledger.smaller", {"count": len(rest)}),), (), sum(e.points for e in rest))]
