"""The simulated runs of a fit: each a function of its number alone, in threads, laid aside as they are finished.

A run of a stage (first look, prior, posterior) draws its parameters, its people and its luck by its number, so that an
interrupted fit goes on with the runs it has and comes to the same end, bit for bit, on any number of threads.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np

from sim.dynamics.engine import Engine
from sim.errors import RippleError
from sim.study.fit.laid_aside import Parts
from sim.study.fit.predicted import predicted
from sim.study.fit.reading import Task
from sim.study.replicate import replicate_seeds
from sim.study.request import Request
from sim.study.sweep.factors import Varied
from sim.world import draws

BATCH = 10  # runs that are laid aside together
STAGES = {"look": 10_000_000, "prior": 0, "posterior": 20_000_000}  # where the numbers of a stage begin


def prior_shares(seed: int, stage: str, runs: int, columns: int) -> np.ndarray:
    """Shares of the prior distributions, f8[runs, columns], each a uniform named by run and column."""
    key = draws.stream(seed, f"fit: {stage}")
    return draws.uniforms(key, np.arange(runs)[:, None], np.arange(columns)[None, :])


def changes_at(varied: Sequence[Varied], shares: np.ndarray) -> dict[str, object]:
    """What the scenario is changed to at some shares of the factors' distributions."""
    changes: dict[str, object] = {}
    for one, share in zip(varied, shares, strict=True):
        changes |= one.changes(one.factor.at(float(share)))
    return changes


class Simulator:
    """Runs a task at points. kept: where finished runs are laid aside; progress: called with runs done, over all stages."""

    def __init__(
        self,
        task: Task,
        asked: Request,
        *,
        workers: int | None = None,
        kept: Parts | None = None,
        progress: Callable[[int], None] | None = None,
    ):
        self.task, self.asked, self.kept = task, asked, kept
        self.workers, self.progress = workers or os.cpu_count() or 1, progress
        self._done, self._lock, self._stop = 0, threading.Lock(), threading.Event()

    def run(self, stage: str, points: Sequence[Mapping[str, object]]) -> np.ndarray:
        """The predictions of a run at each point, f8[points, values]."""
        batches = [list(range(at, min(at + BATCH, len(points)))) for at in range(0, len(points), BATCH)]

        def one(numbers: list[int]) -> np.ndarray:
            name = f"{stage}-{numbers[0]:06d}-{len(numbers)}"
            found = self.kept.read(name) if self.kept else None
            if found is None:
                found = np.array([self._simulated(STAGES[stage] + k, points[k]) for k in numbers])
                if self.kept:
                    self.kept.write(name, found)
            else:
                self._tick(len(numbers))
            return found

        alone = 1 if self._done == 0 else 0  # so that kernels are compiled once
        parts = [one(batch) for batch in batches[:alone]]
        with ThreadPoolExecutor(max_workers=max(1, min(self.workers, len(batches)))) as pool:
            try:
                parts += list(pool.map(one, batches[alone:]))
            except BaseException:
                self._stop.set()
                pool.shutdown(wait=True, cancel_futures=True)
                raise
        return np.concatenate(parts)

    def _simulated(self, number: int, changes: Mapping[str, object]) -> np.ndarray:
        if self._stop.is_set():
            raise KeyboardInterrupt
        try:
            scenario = self.asked.scenario.changed(changes)
        except RippleError as problem:
            raise RippleError(f"a draw of the factors makes no scenario: {problem}") from None
        asked = replace(self.asked, scenario=scenario)
        seeds = replicate_seeds(scenario, self.task.seed, number)
        engine = Engine(asked.setup(self.task.arm, seeds, asked.world(seeds))).run()
        self._tick(1)
        return predicted(engine, self.task.observed)

    def _tick(self, runs: int) -> None:
        with self._lock:
            self._done += runs
            if self.progress is not None:
                self.progress(self._done)


def folder_beside(target: Path) -> Path:
    """Where the runs of an unfinished fit lie while it is written to a folder."""
    return target.with_name(f"{target.name}.unfinished")
