"""What is passed on along ties: how much of a story is left at each hop, and how soon it is passed on: E7, E8."""

from __future__ import annotations

import numpy as np

from sim.dynamics import state as s
from sim.dynamics.setup import Seeds
from sim.study.evidence.estimates import mean_of, ratio_of, share_of
from sim.study.evidence.one_act import ALONE, AT, DAY, with_act
from sim.study.evidence.plan import Plan
from sim.study.evidence.row import BUILT_IN, Curve, Found, Number, Row
from sim.study.evidence.watching import contacts, watch

# --- E7: three degrees ------------------------------------------------------------------------------------------------


def _three_degrees(plan: Plan) -> Found:
    act = {"act": "data_misuse", "reach": 0.02, "delay": "6 h", "virality": 2.0, "magnitude": 0.4}
    days = plan.pick(20, 12)
    users = plan.pick(4000, 1500)
    network = {"kind": "small_world", "users": users}  # without hubs, so that many hear at hop 3
    written = with_act(act, users=users, days=days, trust="60 points", network=network, without=[*ALONE])
    scenario = plan.scenario(written)

    def one(part: Plan, seeds: Seeds) -> list[float]:
        engine = part.engine(scenario, seeds)
        seen = watch(part, engine, np.arange(days * DAY + 1))
        users, met, hop = contacts(engine, "act")
        users, hop = users[~met], hop[~met]
        moved = np.abs(seen.own[:, users] - seen.own[0, users]) > 1e-6
        loss = seen.own[0, users] - seen.own[moved.argmax(axis=0), users]
        return [float(loss[hop == h].mean()) for h in (1, 2, 3)]

    losses = 100 * np.array(plan.each(plan.pick(10, 3), one))
    each = [mean_of(losses[:, k]) for k in range(3)]
    line = Curve("mean loss", [1.0, 2.0, 3.0], [e.value for e in each], [e.low for e in each], [e.high for e in each])
    estimates = (ratio_of(losses[:, 1], losses[:, 0]), ratio_of(losses[:, 2], losses[:, 1]))
    return Found(estimates, (line,), "passages from person to person", "own trust lost, points")


# --- E8: how soon -----------------------------------------------------------------------------------------------------


def _how_soon(plan: Plan) -> Found:
    """Everyone who shares after meeting the act decides at the hour of meeting, which is known; the share then waits in
    the queue for at least a minute. So a look at the queue every minute sees each of them, with the time it falls due."""
    looks = np.arange(AT, AT + plan.pick(48.0, 12.0), 1 / 60)
    act = {"act": "data_misuse", "reach": 0.5, "delay": "6 h"}
    users = plan.pick(8000, 5000)
    days = (looks[-1] + 1) / DAY + 1
    scenario = plan.scenario(with_act(act, users=users, days=round(days), trust="60 points", without=[*ALONE]))

    def one(part: Plan, seeds: Seeds) -> np.ndarray:
        engine = part.engine(scenario, seeds)
        engine.advance(AT)
        place = slice(int(engine.acts[0]["cursor"]), int(engine.acts[0]["end"]))
        met_at = np.full(engine.n, np.inf)
        met_at[engine.live.meeting_user[place]] = engine.live.meeting_time[place]
        due = np.full(engine.n, np.nan)
        for k, hour in enumerate(looks):
            engine.advance(hour)
            waiting = engine.live.queue[: engine.state[s.QUEUE_SIZE]]
            shares = waiting[(waiting["hop"] == 0) & (waiting["act"] == 0)]
            due[shares["user"]] = shares["time"]
            part.tick((k + 1) / len(looks))
        return (due - met_at)[np.isfinite(due)]

    delays = np.sort(np.concatenate(plan.each(plan.pick(12, 2), one)))
    within = [share_of(int(np.sum(delays < hours)), len(delays), 100.0) for hours in (1.0, 24.0)]
    at = np.geomspace(1 / 60, 168, 60)
    line = Curve("shares", list(at), [100 * float(np.mean(delays <= hours)) for hours in at])
    return Found(tuple(within), (line,), "hours from meeting to sharing", "shares within it, %", log_x=True)


ROWS = (
    Row(
        "E7",
        "Influence reaches three degrees: it falls to about half with each passage from person to person.",
        "Christakis & Fowler 2007, doi:10.1056/NEJMsa066082 (45 %, 20 %, 10 %)",
        BUILT_IN,
        "One act on a small world, where many hear at hop 3, nothing else going on: mean loss of own trust of those who never "
        "met it and first heard of it at hop 1, 2 and 3, at the first hour after hearing.",
        (
            Number("loss at hop 2 over hop 1", 0.35, 0.6, "", 2),
            Number("loss at hop 3 over hop 2", 0.35, 0.6, "", 2),
        ),
        _three_degrees,
    ),
    Row(
        "E8",
        "Half of the re-shares come within an hour, three quarters within a day.",
        "Kwak, Lee, Park & Moon 2010, doi:10.1145/1772690.1772751",
        BUILT_IN,
        "Every share of those who met an act, nothing else going on: the time from meeting it to passing it on.",
        (
            Number("within an hour", 45.0, 55.0, "%"),
            Number("within a day", 70.0, 80.0, "%"),
        ),
        _how_soon,
    ),
)
