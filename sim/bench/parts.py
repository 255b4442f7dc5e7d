"""The inside of the engine, as far as the bench has to reach into it; no other module of the bench does."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from sim.dynamics import state as s
from sim.dynamics.engine import Engine
from sim.dynamics.setup import LARGE, Setup


def talk_step(setup: Setup, threads: int) -> Callable[[], None]:
    """The complete talk step of a real engine, a day after its first act: gather, own trust, pull, books, what is seen.

    It may be called as often as there are steps between then and the horizon.
    """
    engine = Engine(setup, threads)
    engine.advance(min(act.at for act in setup.acts) + 24)
    return engine._talk_step


def hearings(engine: Engine) -> int:
    """How many times somebody heard of an act so far, repeated hearings included.

    The engine counts as work one for each meeting and each share, and one for each hearing.
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
    for method, part in (("_act_now", "acts"), ("_talk_step", "talk"), ("_grow_met", "tables"), ("_rebase", "tables")):
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
