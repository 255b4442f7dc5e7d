"""The threads of one large run: each takes ranges of blocks of users, with arrays of its own to work in."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue

import numpy as np

from sim.dynamics import state as s
from sim.dynamics.talk import Bench

_RANGES_EACH = 8  # per thread: enough that a slow one does not keep the others waiting


class Crew:
    """Some threads, and the ranges of blocks they share out. start: i8[n+1], where each user's ties begin."""

    def __init__(self, threads: int, n_users: int, start: np.ndarray):
        self.threads = threads
        self.benches = [Bench.new() for _ in range(threads)]
        self.ranges = self._ranges(n_users, start)

    def _ranges(self, n_users: int, start: np.ndarray) -> list[tuple[int, int]]:
        """Ranges of blocks of about equal cost: users with many ties come first."""
        blocks = s.padded(n_users) // s.BLOCK
        if self.threads == 1:
            return [(0, blocks)]
        edges = np.minimum(np.arange(blocks + 1) * s.BLOCK, n_users)
        cost = start[edges] + 8 * edges
        wanted = np.linspace(0, cost[-1], _RANGES_EACH * self.threads + 1)
        cuts = np.unique(np.concatenate([[0], np.searchsorted(cost, wanted[1:-1]), [blocks]]))
        return [(int(a), int(b)) for a, b in itertools.pairwise(cuts)]

    def spread(self, work: Callable[[int, int, Bench], object]) -> list:
        """Do a piece of work for all ranges (first block, last block, bench); the results in the order of ranges."""
        if self.threads == 1:
            return [work(*part, self.benches[0]) for part in self.ranges]
        free: SimpleQueue[Bench] = SimpleQueue()
        for bench in self.benches:
            free.put(bench)

        def one(part: tuple[int, int]) -> object:
            bench = free.get()
            try:
                return work(*part, bench)
            finally:
                free.put(bench)

        with ThreadPoolExecutor(self.threads) as pool:
            return list(pool.map(one, self.ranges))

    def counts_together(self) -> np.ndarray:
        """The histograms of all benches, added into the first; whole numbers, so the order does not matter."""
        first, *others = self.benches
        for bench in others:
            np.add(first.counts, bench.counts, out=first.counts)
            bench.counts[:] = 0
        return first.counts
