"""Many runs in threads: replicates and draws of parameters, each a function of its number alone.

Threads go over replicates, or inside one large run, never both; the results do not depend on their number.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cached_property
from typing import TypeVar

from sim.dynamics.setup import LARGE, Seeds
from sim.study.kept import Kept
from sim.study.replicate import Replicate, replicate_seeds, run_replicate
from sim.study.request import Request
from sim.study.twins import different_twins
from sim.world.people import World

Result = TypeVar("Result")


class _StoppedError(Exception):
    """Raised inside a replicate when the comparison was interrupted."""


class Runner:
    """Runs the arms of a request over replicates and over draws of parameters.

    base: the seed; progress: called with the share done of what is expected; kept: where finished ones are laid aside,
    and found again.
    """

    def __init__(
        self,
        asked: Request,
        arms: list[str],
        base: int,
        *,
        workers: int | None = None,
        progress: Callable[[float], None] | None = None,
        kept: Kept | None = None,
    ):
        self.asked, self.arms, self.base = asked, arms, base
        self.workers, self.progress, self.kept = workers, progress, kept
        self.expected = 1.0  # runs of a replicate's size, all together
        self._done, self._lock, self._stop = 0.0, threading.Lock(), threading.Event()
        self._each = 1.0 / (len(arms) + different_twins(asked.scenario, arms))

    def replicates(self, numbers: Iterable[int]) -> list[Replicate]:
        """The replicates of these numbers; number 0 keeps its whole runs."""
        return self._all(self._replicate, numbers)

    def draws(self, points: Iterable[tuple[int, Mapping[str, object]]]) -> list[dict[str, dict[str, float]]]:
        """The measures of every arm, under changed parameters. points: number (names the seeds), path -> value."""
        return self._all(self._draw, points)

    def _replicate(self, number: int) -> Replicate:
        found = self.kept.replicate(number) if self.kept else None
        if found is None:
            seeds = replicate_seeds(self.asked.scenario, self.base, number)
            found = run_replicate(
                self.asked, self.arms, seeds, self._world(self.asked, seeds), keep=number == 0, tick=self._tick
            )
            if self.kept:
                self.kept.keep_replicate(number, found)
        else:
            self._tick(1.0 / self._each)
        return found

    def _draw(self, point: tuple[int, Mapping[str, object]]) -> dict[str, dict[str, float]]:
        number, changes = point
        found = self.kept.draw(number) if self.kept else None
        if found is None:
            asked = replace(self.asked, scenario=self.asked.scenario.changed(changes))
            seeds = replicate_seeds(asked.scenario, self.base, number)
            world = self._world(asked, seeds, same_people=False)
            found = run_replicate(asked, self.arms, seeds, world, tick=self._tick).measures
            if self.kept:
                self.kept.keep_draw(number, found)
        else:
            self._tick(1.0 / self._each)
        return found

    @cached_property
    def _first(self) -> tuple[Seeds, World]:
        seeds = replicate_seeds(self.asked.scenario, self.base, 0)
        return seeds, self.asked.world(seeds)

    @cached_property
    def _graph(self) -> object:
        return self._first[1].graph_as_read

    def _world(self, asked: Request, seeds: Seeds, *, same_people: bool = True) -> World:
        """The users under these seeds. A network that is the same for all replicates is made once."""
        first_seeds, first = self._first
        if same_people and seeds[:2] == first_seeds[:2]:
            return first
        network = asked.scenario.network
        whole_file = network.file is not None and network.users is None
        if asked.graph is None and (whole_file or network.seed is not None or seeds.network == first_seeds.network):
            return replace(asked, graph=self._graph).world(seeds)  # type: ignore[arg-type]
        return asked.world(seeds)

    def _tick(self, share: float) -> None:
        if self._stop.is_set():
            raise _StoppedError
        with self._lock:
            self._done += share * self._each
            if self.progress is not None:
                self.progress(min(1.0, self._done / self.expected))

    def _all(self, one: Callable[..., Result], what: Iterable[object]) -> list[Result]:
        tasks = list(what)
        alone = 1 if self._done == 0.0 else 0  # so that kernels are compiled once
        done = [one(task) for task in tasks[:alone]]
        large = self._first[1].n_users > LARGE
        threads = 1 if large else max(1, min(self.workers or os.cpu_count() or 1, len(tasks)))
        with ThreadPoolExecutor(max_workers=threads) as pool:
            try:
                done += list(pool.map(one, tasks[alone:]))
            except BaseException:
                self._stop.set()
                pool.shutdown(wait=True, cancel_futures=True)
                raise
        return done
