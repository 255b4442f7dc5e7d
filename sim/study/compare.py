"""Arms on common draws: every arm meets the same people, the same hazards and the same luck, replicate by replicate.

both = compare("data-breach", replicates=50, seed=1)
both.measures, both.differences, both.best, both.bands
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sim.dynamics.rules import Rule
from sim.dynamics.setup import LARGE
from sim.errors import RippleError
from sim.scenario.scenario import Scenario
from sim.study.comparison import Comparison, put_together
from sim.study.replicate import Replicate, replicate_seeds, run_replicate
from sim.study.request import Request, request, seed_of, whole_number
from sim.study.twins import different_twins

__all__ = ["Comparison", "compare", "replicate_seeds"]


class _StoppedError(Exception):
    """Raised inside a replicate when the comparison was interrupted."""


def compare(
    scenario: str | Path | Mapping[str, object] | Scenario,
    *,
    replicates: int = 30,
    seed: int | None = None,
    network: object = None,
    users: int | None = None,
    horizon: float | str | None = None,
    changes: Mapping[str, object] | None = None,
    arms: Sequence[str] | None = None,
    rules: Sequence[Rule] = (),
    allow_code: bool = False,
    workers: int | None = None,
    progress: Callable[[float], None] | None = None,
) -> Comparison:
    """Run every arm of a scenario on common draws over replicates, each against its quiet twin.

    replicates: at least 2; what differs between them says `vary` of the scenario; arms: some of its arms, the first is
    the reference; rules: of your own, in every arm and in the quiet twin, beside those that the scenario names, which are
    executed with allow_code=True only; workers: threads; progress: called with the share done. The result does not
    depend on workers.
    Raises RippleError for anything that does not fit; KeyboardInterrupt stops all threads.
    """
    count = whole_number(replicates, "replicates", least=2)
    base = seed_of(seed)
    asked = request(
        scenario, network=network, users=users, horizon=horizon, changes=changes, rules=rules, allow_code=allow_code
    )
    chosen = list(arms) if arms is not None else list(asked.scenario.arms)
    for arm in chosen:
        asked.scenario.arm(arm)
    if len(set(chosen)) < len(chosen) or not chosen:
        raise RippleError("arms: name each arm once, and at least one")
    done = _all_replicates(asked, chosen, base, count, workers, progress)
    return put_together(asked.scenario, chosen, base, done)


def _all_replicates(
    asked: Request,
    arms: list[str],
    base: int,
    count: int,
    workers: int | None,
    progress: Callable[[float], None] | None,
) -> list[Replicate]:
    first_seeds = replicate_seeds(asked.scenario, base, 0)
    first_world = asked.world(first_seeds)
    stop, lock, steps = threading.Event(), threading.Lock(), {"done": 0.0}
    each = 1.0 / (count * (len(arms) + different_twins(asked.scenario, arms)))

    def tick(share: float) -> None:
        if stop.is_set():
            raise _StoppedError
        with lock:
            steps["done"] += share * each
            if progress is not None:
                progress(min(1.0, steps["done"]))

    def one(number: int) -> Replicate:
        seeds = replicate_seeds(asked.scenario, base, number)
        same = seeds[:2] == first_seeds[:2]
        world = first_world if same else asked.world(seeds)
        return run_replicate(asked, arms, seeds, world, keep=number == 0, tick=tick)

    done = [one(0)]  # alone, so that kernels are compiled once
    # threads go over replicates, or inside one large run, never both
    threads = 1 if first_world.n_users > LARGE else min(workers or os.cpu_count() or 1, count)
    with ThreadPoolExecutor(max_workers=threads) as pool:
        try:
            done += list(pool.map(one, range(1, count)))
        except BaseException:
            stop.set()
            pool.shutdown(wait=True, cancel_futures=True)
            raise
    return done
