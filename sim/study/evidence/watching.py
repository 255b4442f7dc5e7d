"""Watching the engine: own trust of every user at chosen hours, and who met or heard of which act, when and how."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.dynamics import state as s
from sim.dynamics.engine import Engine
from sim.study.evidence.plan import Plan


@dataclass(frozen=True)
class Watched:
    """A run that was watched. hours f8[k], rising; own f4[k, n], own trust 0..1 at these hours; n users, in rows.

    meetings: by act, the rows u4[m] of those who met it and the hours f8[m] at which they did.
    """

    engine: Engine
    hours: np.ndarray
    own: np.ndarray
    meetings: dict[str, tuple[np.ndarray, np.ndarray]]

    def at(self, users: np.ndarray, hours: np.ndarray | float) -> np.ndarray:
        """Own trust of some users, each at an hour of its own, f8[m]: straight lines between the watched hours."""
        when = np.broadcast_to(np.asarray(hours, dtype=float), users.shape)
        after = np.clip(np.searchsorted(self.hours, when), 1, len(self.hours) - 1)
        before, later = self.hours[after - 1], self.hours[after]
        share = np.clip((when - before) / (later - before), 0.0, 1.0)
        return (1 - share) * self.own[after - 1, users] + share * self.own[after, users]

    def first_after(self, users: np.ndarray, hours: np.ndarray) -> np.ndarray:
        """The first watched hour that is not before an hour, for each user: what an event did is then in own trust."""
        return self.hours[np.clip(np.searchsorted(self.hours, hours), 0, len(self.hours) - 1)]


def watch(plan: Plan, engine: Engine, hours: Sequence[float] | np.ndarray) -> Watched:
    """Run an engine through some hours and look at each of them. Times of acts have to be among the hours."""
    when = np.asarray(hours, dtype=float)
    own = np.empty((len(when), engine.n), np.float32)
    meetings: dict[str, tuple[np.ndarray, np.ndarray]] = {}
    seen = 0
    for k, hour in enumerate(when):
        engine.advance(hour)
        own[k] = s.column(engine.columns, s.OWN, engine.n)
        while seen < len(engine.out):
            outgoing, act = engine.out[seen], engine.acts[seen]
            if outgoing.time != hour:
                raise ValueError(f"{outgoing.act.id} came out at {outgoing.time} h, between two looks")
            place = slice(int(act["cursor"]), int(act["end"]))
            meetings[outgoing.act.id] = engine.live.meeting_user[place].copy(), engine.live.meeting_time[place].copy()
            seen += 1
        plan.tick((k + 1) / len(when))
    return Watched(engine, when, own, meetings)


def hourly_then_daily(hourly: float, end: float) -> np.ndarray:
    """Hours to look at: each up to `hourly`, then every 24th up to `end`."""
    return np.concatenate([np.arange(hourly + 1.0), np.arange(hourly + 24.0, end + 1.0, 24.0)])


def contacts(engine: Engine, act: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Who met or heard of an act: rows i8[m], whether they met it bool[m], the hop at which they first heard i8[m].

    The hop of those who met it before they heard of it is 0.
    """
    table = engine.met[engine.met["key"] != 0]
    of = (table["key"] >> np.uint64(32)).astype(np.int64) - 1
    mine = table[of == engine.row_of[act]]
    users = (mine["key"] & np.uint64(0xFFFFFFFF)).astype(np.int64)
    return users, (mine["state"] & s.MET) != 0, mine["hop"].astype(np.int64)
