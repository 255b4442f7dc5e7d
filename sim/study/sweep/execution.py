"""Jobs through an executor: one path for threads, processes, Dask, MPI and whatever else has `submit`.

Jobs go out in batches of about half a second, a few for each worker, and come back in any order. A worker that dies takes
the batches in flight with it: their jobs are tried once more, one at a time, so that the one that kills its worker is found,
recorded, and left out.
"""

from __future__ import annotations

import itertools
import queue
from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from dataclasses import dataclass
from typing import Any

from sim.errors import RippleError
from sim.study.sweep.jobs import Job
from sim.study.sweep.runner import Outcome, Point, Work, died, out_of_memory, run_jobs, stop

_BATCH_SECONDS = 0.5
_MOST_JOBS = 500  # in a batch
_AHEAD = 2  # batches for each worker, so that none waits for us
_LOOK = 0.25  # s between two looks at the clock while nothing comes back
_TRIES = 2  # of a job whose worker died or ran out of memory
_DASK_DEATHS = ("KilledWorker",)  # by name: distributed is not imported for it

Batch = list[Job]


@dataclass
class Pool:
    """An executor, and what is known of it.

    sent: the work as it is handed over (a reference, where it was sent ahead). renew: makes the executor anew when a worker
    died; None: nobody can, or it does so itself (`mends_itself`). close: ends it; True: at once. lost: workers that died.
    """

    executor: Executor
    workers: int
    name: str
    sent: Any
    renew: Callable[[], Executor] | None = None
    close: Callable[[bool], None] = lambda at_once: None
    mends_itself: bool = False
    lost: int = 0


def execute(
    work: Work,
    jobs: Iterator[Job],
    points: Callable[[Job], Point],
    pool: Pool,
    *,
    pause: Callable[[], bool] = lambda: False,
) -> Iterator[list[Outcome]]:
    """Run jobs and give their outcomes as they come back; an empty list now and then while one waits.

    pause: asked now and then; once True, no more jobs are taken, and those in flight are waited for.
    Raises RippleError when the executor cannot be used. Closing the generator, or an error in it, stops the runs.
    """
    flight = _Flight(work, points, pool)
    try:
        while flight.sends(jobs, pause()):
            yield flight.next_back()
    except BaseException:
        stop(work.token)
        for future in flight.flying:
            future.cancel()
        raise


class _Flight:
    """Batches on their way."""

    def __init__(self, work: Work, points: Callable[[Job], Point], pool: Pool):
        self.work, self.points, self.pool = work, points, pool
        self.flying: dict[Future[list[Outcome]], Batch] = {}
        self.back: queue.SimpleQueue[Future[list[Outcome]]] = queue.SimpleQueue()
        self.again: deque[Job] = deque()  # to be tried once more, alone
        self.tries: Counter[int] = Counter()  # of jobs that were in flight when a worker died
        self.seconds = 0.0  # that a job took lately

    def sends(self, jobs: Iterator[Job], paused: bool) -> bool:
        """Send out what there is room for; False when nothing is on its way and nothing is left."""
        room = _AHEAD * self.pool.workers
        if self.again and not self.pool.mends_itself:
            if not self.flying:  # nothing beside it, so that we know who did it
                self._send([self.again.popleft()])
            return True
        while len(self.flying) < room:
            if self.again:
                self._send([self.again.popleft()])
                continue
            batch = [] if paused else list(itertools.islice(jobs, self._size()))
            if not batch:
                break
            self._send(batch)
        return bool(self.flying)

    def next_back(self) -> list[Outcome]:
        """The outcomes of a batch that is back; none when a while has passed without one."""
        try:
            future = self.back.get(timeout=_LOOK)
        except queue.Empty:
            return []
        batch = self.flying.pop(future, None)
        if batch is None:  # of an executor that broke
            return []
        try:
            outcomes = future.result()
        except CancelledError:
            raise RippleError(f"{self.pool.name} gave back what it was to run; is the cluster still there?") from None
        except Exception as problem:  # noqa: BLE001 - executors have errors of their own
            return self._lost(batch, problem)
        spent = sum(outcome.seconds for outcome in outcomes) / max(1, len(outcomes))
        self.seconds = 0.7 * self.seconds + 0.3 * spent if self.seconds else spent
        return [self._once_more(outcome) for outcome in outcomes]

    def _size(self) -> int:
        return max(1, min(_MOST_JOBS, round(_BATCH_SECONDS / self.seconds))) if self.seconds else 1

    def _send(self, batch: Batch) -> None:
        points = [self.points(job) for job in batch]
        try:
            future = self.pool.executor.submit(run_jobs, self.pool.sent, batch, points)
        except BrokenExecutor:  # a worker died while nobody looked
            self._renew()
            future = self.pool.executor.submit(run_jobs, self.pool.sent, batch, points)
        self.flying[future] = batch
        future.add_done_callback(self.back.put)

    def _once_more(self, outcome: Outcome) -> Outcome:
        """The outcome, and the job in line again when it ran out of memory for the first time."""
        if out_of_memory(outcome):
            self.tries[outcome.job.number] += 1
            if self.tries[outcome.job.number] < _TRIES:
                self.again.append(outcome.job)
        return outcome

    def _lost(self, batch: Batch, problem: Exception) -> list[Outcome]:
        """A batch that did not come back: its worker died, or could not even begin."""
        if not isinstance(problem, BrokenExecutor) and type(problem).__name__ not in _DASK_DEATHS:
            said = str(problem) if isinstance(problem, RippleError) else f"{type(problem).__name__}: {problem}"
            raise RippleError(f"a worker could not run the sweep: {said}") from problem
        if not self.pool.mends_itself:
            for other in self.flying.values():
                batch = [*batch, *other]
            self.flying.clear()
            self._renew()
        self.pool.lost += 1
        for job in batch:
            self.tries[job.number] += 1
        if len(batch) == 1 and self.tries[batch[0].number] >= _TRIES:
            return [died(self.work, batch[0])]
        self.again.extend(batch)
        return []

    def _renew(self) -> None:
        if self.pool.renew is None:
            raise RippleError(
                f"{self.pool.name} is broken: a worker ended abruptly. What was finished is kept; the same command goes on"
            )
        self.pool.executor = self.pool.renew()
