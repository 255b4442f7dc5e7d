"""The inside of the engine, as far as the bench has to reach into it; no other module of the bench does."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from sim.compiled import compiled
from sim.dynamics import state as s
from sim.dynamics import talk
from sim.dynamics.engine import Engine
from sim.dynamics.setup import LARGE, Setup
from sim.dynamics.talk import Bench
from sim.dynamics.trust import fades_at


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
    engine: Any = step.__self__  # type: ignore[attr-defined]
    room = own_room(engine)
    parts = {part: partial(on_blocks, engine, k, repeats(setup), *room) for k, part in enumerate(ON_BLOCKS)}
    return parts | {"close": step}


def own_room(engine: Any) -> tuple[Any, Any]:
    """Where a step may be tried without the engine noticing: expressed trust after it, and the columns, as copies."""
    return engine.trust[1 - engine.state[s.SIDE]].copy(), engine.columns.copy()


def on_blocks(engine: Any, last: int, times: int, new: Any, columns: Any) -> None:
    """The parts of the engine's next talk step up to ON_BLOCKS[last], so many times, into `own_room`."""
    bench, clock = Bench.new(), engine.clock
    _talk_on_blocks(
        times, last, engine.n, engine.trust[engine.state[s.SIDE]], new, columns, engine.flags, engine.ties,
        fades_at(clock[s.STEP_END], clock[s.CLOCK_BASE], engine.times), clock[s.STEP_LENGTH], clock[s.GROUP_LOW],
        clock[s.GROUP_HIGH], bench.scratch, bench.lanes, bench.work, np.empty_like(engine.sums), bench.counts
    )  # fmt: skip


def repeats(setup: Setup) -> int:
    """How often a call of `talk_as_far_as` does what it does."""
    return 1 if is_large(setup) else REPEATS


@compiled
def _talk_on_blocks(
    times: Any, last: Any, n_users: Any, trust: Any, new: Any, columns: Any, flags: Any, ties: Any, fades: Any,
    length: Any, low: Any, high: Any, scratch: Any, lanes: Any, work: Any, sums: Any, counts: Any
) -> None:  # fmt: skip
    """`talk.talk_block` for all blocks, but only the first `last` + 1 parts of it; and all that `times` times."""
    n_blocks = sums.shape[0]
    for turn in range(times * n_blocks):
        block = turn % n_blocks
        first = block * s.BLOCK
        n = min(s.BLOCK, n_users - first)
        users = columns[block * s.BLOCK_SIZE : (block + 1) * s.BLOCK_SIZE]
        before, after = trust[first : first + s.BLOCK], new[first : first + s.BLOCK]
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
        if last >= 4:
            talk.observe_block(n, flags[first : first + s.BLOCK], scratch, low, high, work, sums[block], counts)
        if last >= 5:
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


def timed_run(setup: Setup, threads: int | None) -> dict[str, float]:
    """Seconds of one run by part: layout (with the settling of talk), acts, talk, tables (growing them), and all.

    What is left is the compiled loop of events. In a small network talk is inside that loop, and its entry is 0.
    """
    spent = {"acts": 0.0, "talk": 0.0, "tables": 0.0}
    start = time.perf_counter()
    engine: Any = Engine(setup, threads)
    spent["layout"] = time.perf_counter() - start
    for method, part in (("_act_now", "acts"), ("_talk_step", "talk"), ("_make_room", "tables"), ("_rebase", "tables")):
        setattr(engine, method, _watched(getattr(engine, method), spent, part))
    engine.run()
    spent["all"] = time.perf_counter() - start
    return spent


def _watched(work: Callable[[], None], spent: dict[str, float], part: str) -> Callable[[], None]:
    def watched() -> None:
        start = time.perf_counter()
        work()
        spent[part] += time.perf_counter() - start

    return watched


def is_large(setup: Setup) -> bool:
    """Whether the engine spreads the talk step of this run over threads, outside the loop of events."""
    return setup.world.n_users > LARGE
