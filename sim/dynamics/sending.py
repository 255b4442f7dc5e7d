"""Putting an act on its way: its row, who meets it and when, and what it changes about earlier acts."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from sim.dynamics import state as s
from sim.dynamics.brand import Outgoing, act_behind, bait_of
from sim.dynamics.desk import reach_out
from sim.dynamics.exposure import meetings
from sim.dynamics.pending import push
from sim.dynamics.room import longer, with_room
from sim.world import draws
from sim.world.people import audience

if TYPE_CHECKING:
    from sim.dynamics.engine import Engine


def send(engine: Engine, outgoing: Outgoing) -> None:
    """Put an act on its way."""
    act, row = outgoing.act, len(engine.out)
    engine.out.append(outgoing)
    engine.row_of[act.id] = row
    a = engine.acts[row]
    a["key"] = draws.named(act.id)
    a["target"] = a["first_response"] = a["next_response"] = a["chain"] = a["author"] = -1
    a["sign"], a["born"] = outgoing.sign, outgoing.time
    a["cause"] = engine.cause_row(act.id)
    if outgoing.sign:
        _describe(engine, a, outgoing)
    else:
        _link_response(engine, row, outgoing)
    engine.state[s.MODERATED] |= act.moderates
    _schedule_meetings(engine, row, act)
    bait = engine.row_of.get(bait_of(act))
    if bait is not None:  # once it is out, nobody is lured any more
        engine.acts[bait]["end"] = engine.acts[bait]["cursor"]


def _describe(engine: Engine, a, outgoing: Outgoing) -> None:
    p, act = engine.setup.numbers, outgoing.act
    if outgoing.sign < 0:
        a["moral"] = outgoing.nature != "competence"
        a["scar"] = getattr(p, f"scar_{outgoing.nature}")
        a["stirs_bad"] = engine.complaining and abs(act.magnitude) >= p.bad_after_least
    a["cognitive"], a["affective"] = 2.0 * act.cognitive, 2.0 * (1.0 - act.cognitive)
    a["direct"], a["heard"] = outgoing.dose, outgoing.heard
    a["hazard"] = _virality(engine, act) * engine.per_kappa
    if act.tires:
        a["tires"] = p.fatigue_post * (p.fatigue_repeat if act.repetitive else 1.0)
    a["tired"] = outgoing.sign > 0 and act.form == "post" and act.speaker == "brand"
    a["marks"] = act_behind(act.id) not in engine.setup.calendar


def _virality(engine: Engine, act) -> float:
    if act.virality is not None:
        return act.virality
    p = engine.setup.numbers
    z = draws.normal(engine.virality_key, draws.named(act.id), 0)
    return p.virality_mean * math.exp(p.virality_sigma * (z - p.virality_sigma / 2))


def _link_response(engine: Engine, row: int, outgoing: Outgoing) -> None:
    act, a = outgoing.act, engine.acts[row]
    target = engine.row_of[act.of or ""]
    a["target"], a["eta"], a["slot"] = target, outgoing.eta, engine.n_responses
    a["cause"] = engine.acts[target]["cause"]
    if engine.n_responses == len(engine.live.answered):
        engine.live = engine.live._replace(answered=longer(engine.live.answered, 2 * engine.n_responses))
    engine.n_responses += 1
    a["next_response"] = engine.acts[target]["first_response"]
    engine.acts[target]["first_response"] = row
    engine.acts[target]["hazard"] *= outgoing.raises_virality


def _schedule_meetings(engine: Engine, row: int, act) -> None:
    n, world = engine.n, engine.world
    chosen = _audience(engine, act.audience)
    users, times = np.empty(n, np.uint32), np.empty(n)
    latest = math.inf if act.one_to_one else engine.setup.horizon  # talks are had when the desk comes to them
    count = meetings(
        chosen, world.people.who, engine.reach_key, engine.when_key, draws.named(act.id), act.reach,
        engine.cycle.passed(engine.now), act.delay, latest, engine.cycle.inverse, users, times
    )  # fmt: skip
    order = np.argsort(times[:count], kind="stable")
    if act.one_to_one:
        engine.live = with_room(engine.live, count)
        reach_out(row, users[:count][order].astype(np.int64), engine.now, engine.live)
        return
    first = _room_for_meetings(engine, count)
    engine.live.meeting_time[first : first + count] = times[:count][order]
    engine.live.meeting_user[first : first + count] = users[:count][order]
    engine.acts[row]["cursor"], engine.acts[row]["end"] = first, first + count
    if count:
        engine.live = with_room(engine.live, 1)
        push(engine.live.queue, engine.state, times[order[0]], row, int(users[order[0]]), s.MEETING)


def _audience(engine: Engine, spec) -> np.ndarray:
    """Who an act is addressed to, bool[n]: found anew where it depends on who follows now."""
    key = str(sorted(spec.items()))
    if key in engine.audiences:
        return engine.audiences[key]
    follows = (engine.flags[: engine.n] & s.FOLLOWS) != 0
    chosen = audience(engine.world, spec, engine.setup.numbers, follows)
    if spec["kind"] not in ("followers", "prospects", "channels"):
        engine.audiences[key] = chosen
    return chosen


def _room_for_meetings(engine: Engine, count: int) -> int:
    """A place for `count` more meetings: past ones are dropped before the arrays grow."""
    m = engine.live
    if engine.meetings_used + count > len(m.meeting_time):
        earlier = m.acts[: len(engine.out) - 1]
        kept = int((earlier["end"] - earlier["cursor"]).sum())
        size = max(len(m.meeting_time), 2 * (kept + count))
        time, user = np.zeros(size), np.zeros(size, np.uint32)
        used = 0
        for a in earlier:
            old, rest = slice(a["cursor"], a["end"]), a["end"] - a["cursor"]
            time[used : used + rest], user[used : used + rest] = m.meeting_time[old], m.meeting_user[old]
            a["cursor"], a["end"] = used, used + rest
            used += rest
        engine.live = m._replace(meeting_time=time, meeting_user=user)
        engine.meetings_used = used
    first = engine.meetings_used
    engine.meetings_used += count
    return first
