"""Room for a run: the arrays at its start, and larger ones when the compiled loop asks for them."""

from __future__ import annotations

import numpy as np

from sim.dynamics import state as s
from sim.dynamics.desk import opening_times
from sim.dynamics.encounters import EMPTIED, FULLEST, count_kept, move_table
from sim.dynamics.setup import Setup
from sim.world.people import activity, younger

_SPARE = 64  # places beyond what is needed at the moment
_FILLED = (  # arrays that events fill, and where their size stands in `state`
    ("queue", s.QUEUE_SIZE),
    ("chain", s.CHAIN_SIZE),
    ("acts", s.N_ACTS),
    ("complaints", s.N_COMPLAINTS),
    ("desk", s.DESK_SIZE),
    ("outreach", s.N_OUTREACH),
)


def first_arrays(setup: Setup, n_acts: int) -> s.Live:
    """Empty arrays for the users and acts of a setup; n_acts: rows for the brand and the world, stories come after."""
    world, n = setup.world, setup.world.n_users
    graph, people, p = world.graph, world.people, setup.numbers
    columns = np.zeros(s.padded(n) * len(s.COLUMNS), np.float32)
    w = people.weight.astype(np.float64)
    for which, values in (
        (s.BASE_C, people.base_cognitive),
        (s.BASE_E, people.base_affective),
        (s.WEIGHT, people.weight),
        (s.TALK_RATE, people.talk_rate),
        (s.OWN_RATE, people.own_rate),
        (s.OWN, w * people.base_cognitive + (1 - w) * people.base_affective),
    ):
        s.set_column(columns, which, values)
    flags = np.zeros(s.padded(n), np.uint8)
    flags[:n][people.follows] = s.FOLLOWS
    posting, complaining = "posts" not in setup.without, "complaints" not in setup.without
    if {"complaints", "membership"} - setup.without:
        flags[:n][younger(world, p)] |= s.YOUNG
    opens, closes, before = opening_times(setup.policy.desk.open, setup.week_hour, setup.horizon)
    state = np.zeros(s.N_STATE, np.int64)
    state[s.STEP] = -1
    state[s.N_ACTS] = n_acts
    state[s.FREE] = setup.policy.desk.agents
    posters, owners = n if posting else 0, n if complaining else 0
    return s.Live(
        columns=columns,
        flags=flags,
        who=people.who,
        back_start=graph.back_start,
        back=graph.back,
        acts=np.zeros(n_acts + _SPARE, s.ACT),
        meeting_time=np.zeros(1024),
        meeting_user=np.zeros(1024, np.uint32),
        met=np.zeros(4096, s.ENCOUNTER),
        queue=np.zeros(1024, s.PENDING),
        hops=np.zeros((n_acts, s.MAX_HOPS), np.int64),
        answered=np.zeros((1, n // 8 + 1), np.uint8),
        chain=np.zeros(_SPARE, s.CHAIN),
        books=np.zeros((len(s.CAUSES) + _SPARE, len(s.CHANNELS))),
        state=state,
        clock=np.zeros(s.N_CLOCK),
        activity=activity(world, p) if posting else np.zeros(0, np.float32),
        next_post=np.zeros(posters),
        post_number=np.zeros(posters, np.int32),
        written=np.zeros(posters, np.int32),
        bucket=np.full(setup.n_steps if posting else 0, -1, np.int32),
        bucket_next=np.zeros(posters, np.int32),
        complaints=np.zeros(_SPARE, s.COMPLAINT),
        open=np.zeros(_SPARE, np.int64),
        complaint_of=np.zeros(owners, np.int32),
        n_complaints=np.zeros(owners, np.int32),
        desk=np.zeros(_SPARE, s.PENDING),
        outreach=np.zeros(_SPARE, s.OUTREACH),
        opens=opens,
        closes=closes,
        opened_before=before,
        waits=np.array(setup.policy.desk.waits, dtype=np.float64),
    )


def longer(array: np.ndarray, size: int) -> np.ndarray:
    """The same array with more room at its end."""
    out = np.zeros((size, *array.shape[1:]), array.dtype)
    out[: len(array)] = array
    return out


def with_room(m: s.Live, needed: int) -> s.Live:
    """The arrays with room for an event that reaches `needed` users; what is full already at least doubles."""
    used, more = m.state.tolist(), needed + _SPARE  # plain numbers: this is asked at every act
    changed = {}
    for name, place in _FILLED:
        array = getattr(m, name)
        if used[place] + more > len(array):
            changed[name] = longer(array, 2 * len(array) + more)
    if "complaints" in changed:  # all of them may be open
        changed["open"] = longer(m.open, len(changed["complaints"]))
    if used[s.MET_COUNT] + more >= FULLEST * len(m.met):
        changed["met"] = larger_table(m, more)
    return m._replace(**changed) if changed else m


def larger_table(m: s.Live, more: int) -> np.ndarray:
    """A larger table of encounters, without those of finished acts that no answer can refer to."""
    acts = m.acts[: m.state[s.N_ACTS]]
    finished = (acts["cursor"] >= acts["end"]) & (acts["pending"] == 0)
    brand = len(m.hops)
    finished[:brand] &= acts["sign"][:brand] > 0
    finished[brand:] &= acts["held"][brand:] == 0
    keep = (~finished).astype(np.uint8)
    kept = count_kept(m.met, keep)
    size = len(m.met)
    while kept > EMPTIED * size or kept + more > FULLEST * size:
        size *= 2
    new = np.zeros(size, s.ENCOUNTER)
    m.state[s.MET_COUNT] = move_table(m.met, keep, new)
    return new
