"""The runs of an experiment, numbered so that their numbers stay when replicates or points are added.

A job is one design point under the draws of one replicate, all arms of it; a run is one arm of a job. Stages say how the
sweep grew: the first has so many points and replicates, a later one more of either, and its new jobs come after the old.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from sim.dynamics.setup import Seeds
from sim.scenario.values import VARIES as _ALL_PARTS
from sim.world import draws

_TILE = 8  # points x replicates that are run close together: scenarios, people and twins of a tile are made once


class Stage(NamedTuple):
    """How large the sweep was: so many points, so many replicates."""

    points: int
    replicates: int


class Shard(NamedTuple):
    """One of several equal parts of a sweep, counted from 1."""

    part: int
    of: int


class Job(NamedTuple):
    """number: of the job; point: row of the design; iteration: the replicate, from 0 on."""

    number: int
    point: int
    iteration: int


class Jobs:
    """All jobs of a sweep. point, iteration: i8[jobs], by the number of the job."""

    def __init__(self, stages: Sequence[Stage]):
        self.stages = [Stage(*stage) for stage in stages]
        points, iterations, had = [], [], Stage(0, 0)
        for stage in self.stages:
            iteration, point = np.divmod(np.arange(stage.points * stage.replicates), max(1, stage.points))
            new = (point >= had.points) | (iteration >= had.replicates)
            points.append(point[new])
            iterations.append(iteration[new])
            had = stage
        self.point = np.concatenate(points) if points else np.zeros(0, np.int64)
        self.iteration = np.concatenate(iterations) if iterations else np.zeros(0, np.int64)

    def __len__(self) -> int:
        return len(self.point)

    def __getitem__(self, number: int) -> Job:
        return Job(int(number), int(self.point[number]), int(self.iteration[number]))

    def in_order(self, done: Iterable[int] = (), shard: Shard | None = None) -> Iterator[Job]:
        """The jobs that are left, tile by tile, of a shard when one is named."""
        left = np.ones(len(self), dtype=bool)
        left[np.fromiter(done, dtype=np.int64)] = False
        numbers = np.flatnonzero(left)
        order = np.lexsort(
            (
                self.point[numbers],
                self.iteration[numbers],
                self.point[numbers] // _TILE,
                self.iteration[numbers] // _TILE,
            )
        )
        place = np.empty(
            len(self), dtype=np.int64
        )  # of every job among all, so that shards do not depend on what is done
        whole = np.lexsort((self.point, self.iteration, self.point // _TILE, self.iteration // _TILE))
        place[whole] = np.arange(len(self))
        for number in numbers[order]:
            if shard is None or place[number] % shard.of == shard.part - 1:
                yield self[number]


def seeds_of(base: int, seeds: str, vary: Sequence[str], point: int, iteration: int) -> Seeds:
    """The seeds of a job: those of its replicate, the same at every point (`common`) or each point's own (`fresh`)."""
    own = base if seeds == "common" else draws.derive(base, "design point", point)
    return Seeds(*(draws.derive(own, "replicate", iteration if part in vary else 0) for part in _ALL_PARTS))
