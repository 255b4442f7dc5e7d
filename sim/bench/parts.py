"""The inside of the engine, as far as the bench has to reach into it; no other module of the bench does."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from sim.compiled import compiled
from sim.dynamics import state as s
from sim.dynamics import talk
from sim.dynamics.engine import Engine
from sim.dynamics.membership import membership_block
from sim.dynamics.setup import LARGE, Setup
from sim.dynamics.talk import Bench
from sim.dynamics.trust import fades_at
from sim.scenario.parts import PROCESSES


def talk_step(setup: Setup, threads: int) -> Callable[[], None]:
    """The complete talk step of a real engine, a day after its first act: gather, own trust, pull, books, what is seen.

    It may be called as often as there are steps between then and the horizon.
    """
    engine = Engine(setup, threads)
    engine.advance(min(act.at for act in setup.acts) + 24)
    return talk_step_of(engine)


def talk_step_of(engine: Engine) -> Callable[[], None]:
    """The talk step of an engine, on as many threads as it has."""
    return engine._talk_step


REPEATS = 100
TALK_PARTS = {  # what is done with each block of users, in this order; the last is done once for all blocks
    "gather": "trust of those one listens to",
    "own": "own trust as of now",
    "express": "the step of expressed trust",
    "books": "sums for the books",
    "membership": "who follows and who leaves",
    "observe": "means, groups and the histogram",
    "store": "writing what was found",
    "close": "blocks added up, row of what is seen, the call",
}

ON_BLOCKS = tuple(TALK_PARTS)[:-1]


def talk_as_far_as(setup: Setup) -> dict[str, Callable[[], None]]:
    """Talk steps on one thread that end after one part more each: "gather" does the first, "store" all on blocks.

    "close" is the step itself. The time of a part is what it adds to those before it. Every call but that of the step
    itself does it REPEATS times where the network is small, so that the call from Python plays no part.
    """
    step = talk_step(setup, 1)
    engine: Any = step.__self__  # type: ignore[attr-defined]  # its `_talk_step` is bound to it
    room = own_room(engine)
    parts = {part: partial(on_blocks, engine, k, repeats(setup), *room) for k, part in enumerate(ON_BLOCKS)}
    return parts | {"close": step}


def own_room(engine: Any) -> tuple[Any, Any, Any]:
    """Where a step may be tried without the engine noticing: expressed trust after it, columns and flags, as copies."""
    return engine.trust[1 - engine.state[s.SIDE]].copy(), engine.columns.copy(), engine.flags.copy()


def on_blocks(engine: Any, last: int, times: int, new: Any, columns: Any, flags: Any) -> None:
    """The parts of the engine's next talk step up to ON_BLOCKS[last], so many times, into `own_room`."""
    clock = engine.clock
    _talk_on_blocks(
        times, last, engine.n, engine.trust[engine.state[s.SIDE]], new, columns, flags, engine.world.people.who,
        engine.ties, fades_at(clock[s.STEP_END], clock[s.CLOCK_BASE], engine.times), clock[s.STEP_LENGTH],
        clock[s.GROUP_LOW], clock[s.GROUP_HIGH], Bench.new(), np.empty_like(engine.sums), engine.law
    )  # fmt: skip


def repeats(setup: Setup) -> int:
    """How often a call of `talk_as_far_as` does what it does."""
    return 1 if is_large(setup) else REPEATS


@compiled
def _talk_on_blocks(
    times: Any, last: Any, n_users: Any, trust: Any, new: Any, columns: Any, flags: Any, who: Any, ties: Any,
    fades: Any, length: Any, low: Any, high: Any, b: Any, sums: Any, p: Any
) -> None:  # fmt: skip
    """`talk.talk_block` for all blocks, but only the first `last` + 1 parts of it; and all that `times` times."""
    scratch, lanes, n_blocks = b.scratch, b.lanes, sums.shape[0]
    for turn in range(times * n_blocks):
        block = turn % n_blocks
        first = block * s.BLOCK
        n = min(s.BLOCK, n_users - first)
        users = columns[block * s.BLOCK_SIZE : (block + 1) * s.BLOCK_SIZE]
        before, after = trust[first : first + s.BLOCK], new[first : first + s.BLOCK]
        here = flags[first : first + s.BLOCK]
        talk.heard_means(first, n, trust, ties, scratch)
        if last >= 1:
            talk.own_trust_block(users, fades, scratch)
        if last >= 2:
            talk.express_block(users, before, length, 1.0, scratch)
        if last >= 3:
            own, middle = talk.block_sum(scratch, talk.S_OWN, lanes), talk.block_sum(scratch, talk.S_MIDDLE, lanes)
            sums[block, 0, talk.SUM_TIME] = own - talk.block_sum(users, s.OWN, lanes)
            sums[block, 0, talk.SUM_PULL] = middle - talk.block_sum(before, 0, lanes)
            sums[block, 0, talk.SUM_TALK] = talk.block_sum(scratch, talk.S_TRUST, lanes) - middle
        if last >= 4 and p.membership:
            moved = membership_block(
                first, n, users, here, before, scratch, np.int64(talk.S_TRUST), fades, length, who, p
            )  # fmt: skip
            sums[block, 0, talk.SUM_JOINED], sums[block, 0, talk.SUM_LEFT] = moved
        if last >= 5:
            talk.observe_block(n, here, scratch, low, high, b.work, sums[block], b.counts)
        if last >= 6:
            talk.store_block(users, before, after, length, scratch)


def hearings(engine: Engine) -> int:
    """How many times somebody heard of an act so far, repeated hearings included; in a large network.

    The engine counts as work one for each meeting and each share, and one for each hearing. (In a small one also talk.)
    Only for runs in which users do nothing by themselves.
    """
    return int(engine.state[s.WORK]) - meetings(engine) - int(_acts(engine)["n_shared"].sum())


def first_hearings(engine: Engine) -> int:
    """How many users heard of an act, who had neither met it nor heard of it before."""
    return int(_acts(engine)["n_heard"].sum())


def meetings(engine: Engine) -> int:
    """How many times somebody met an act."""
    return int(_acts(engine)["n_met"].sum())


def _acts(engine: Engine) -> Any:
    return engine.acts[: len(engine.out)]


def talk_steps(setup: Setup) -> int:
    """How many steps of talk a run has: from its first act on, and from the start when users do anything themselves."""
    if setup.without != frozenset(PROCESSES):
        return setup.n_steps
    return setup.n_steps - math.floor(min(act.at for act in setup.acts) / setup.step)


def done_by_users(engine: Engine) -> dict[str, int]:
    """How many opinion posts, complaints and moves (following or leaving) there were so far."""
    state = engine.state
    return {
        "posts": int(state[s.GOOD_POSTS] + state[s.BAD_POSTS]),
        "complaints": int(state[s.N_COMPLAINTS]),
        "moves": int(state[s.JOINED] + state[s.LEFT]),
    }


def timed_run(setup: Setup, threads: int | None) -> dict[str, float]:
    """Seconds of one run by part: layout (with the settling of talk), acts, talk, tables (growing them), and all.

    What is left is the compiled loop of events. In a small network talk is inside that loop, and its entry is 0.
    """
    start = time.perf_counter()
    engine = Engine(setup, threads)
    layout = time.perf_counter() - start
    spent = watched(engine)
    engine.run()
    return {"layout": layout, **spent, "all": time.perf_counter() - start}


def watched(engine: Any) -> dict[str, float]:
    """Seconds that the engine spends from now on in acts, talk and tables, added up as it runs."""
    spent = {"acts": 0.0, "talk": 0.0, "tables": 0.0}
    for method, part in (("_act_now", "acts"), ("_talk_step", "talk"), ("_make_room", "tables"), ("_rebase", "tables")):
        setattr(engine, method, _watched(getattr(engine, method), spent, part))
    return spent


_OF_USERS = ["columns", "flags", "activity", "next_post", "post_number", "bucket_next", "complaint_of", "n_complaints"]


def memory(engine: Engine) -> dict[str, float]:
    """MB of what a run holds, by what it is for: the network, users, encounters, and what is pending or counted."""
    world, live = engine.world, engine.live
    network = [*_arrays(world.graph), *_arrays(engine.ties)]
    users = [getattr(live, name) for name in _OF_USERS]
    users += [*_arrays(world), *_arrays(world.people), engine.trust, engine.lowest, engine.start_trust]
    known = {_address(array) for array in (*network, *users, live.met)}
    events = [array for array in _arrays(live) if _address(array) not in known]
    groups = {"network": network, "users": users, "encounters": [live.met], "events": events}
    return {name: _megabytes(arrays) for name, arrays in groups.items()}


def _arrays(record: Any) -> list[Any]:
    """The arrays among the fields of a record."""
    fields = record._asdict() if hasattr(record, "_asdict") else vars(record)
    return [value for value in fields.values() if isinstance(value, np.ndarray) and value.size]


def _megabytes(arrays: list[Any]) -> float:
    """MB of some arrays, those that are one and the same counted once."""
    return sum({_address(array): array.nbytes for array in arrays}.values()) / 1e6


def _address(array: Any) -> int:
    return int(array.__array_interface__["data"][0])


def _watched(work: Callable[[], None], spent: dict[str, float], part: str) -> Callable[[], None]:
    def watched() -> None:
        start = time.perf_counter()
        work()
        spent[part] += time.perf_counter() - start

    return watched


def is_large(setup: Setup) -> bool:
    """Whether the engine spreads the talk step of this run over threads, outside the loop of events."""
    return setup.world.n_users > LARGE
