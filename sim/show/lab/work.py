"""Runs for many sessions at once: a few workers, a bounded queue, the newest wish of a session, and an end to long runs.

A session has one run at a time: a newer one stops the one before. Kernels let go of the interpreter, so threads serve.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from sim.errors import RippleError
from sim.show.replay.recording import StoppedError

Result = TypeVar("Result")


class BusyError(Exception):
    """The queue is full."""


class OutdatedError(Exception):
    """The session has asked for something newer."""


class _Job:
    def __init__(self, most_seconds: float) -> None:
        self.most_seconds = most_seconds
        self.began: float | None = None
        self.outdated = False
        self.future: Future[Any] | None = None

    @property
    def too_long(self) -> bool:
        return self.began is not None and time.monotonic() - self.began > self.most_seconds

    def stop(self) -> bool:
        """Asked by a run, again and again: whether it should end."""
        return self.outdated or self.too_long

    def give_way(self) -> None:
        """End it: what waits leaves the queue, what runs stops."""
        self.outdated = True
        if self.future is not None:
            self.future.cancel()


class Work:
    """The shared pool. workers: runs at once; most_waiting: beyond those; most_seconds: that a run may take."""

    def __init__(self, workers: int | None = None, most_waiting: int = 60, most_seconds: float = 180.0) -> None:
        self.workers = workers or max(1, os.cpu_count() or 1)
        self.most_waiting = most_waiting
        self.most_seconds = most_seconds
        self.pool = ThreadPoolExecutor(max_workers=self.workers, thread_name_prefix="lab")
        self.jobs: dict[tuple[str, str], _Job] = {}  # what is wanted, running or waiting: one for each session and sort

    async def do(self, session: str, sort: str, task: Callable[[Callable[[], bool]], Result]) -> Result:
        """Run a task in the pool; it is given `stop`, to be asked often. sort: a newer task replaces one of its sort.

        Raises BusyError, OutdatedError, and RippleError for a run that took too long.
        """
        before = self.jobs.get((session, sort))
        if before is not None:
            before.give_way()
        elif len(self.jobs) >= self.workers + self.most_waiting:
            raise BusyError
        job = self.jobs[session, sort] = _Job(self.most_seconds)

        def run() -> Result:
            if job.outdated:
                raise StoppedError
            job.began = time.monotonic()
            return task(job.stop)

        job.future = self.pool.submit(run)
        try:
            return await asyncio.wrap_future(job.future)
        except asyncio.CancelledError:
            if job.outdated:
                raise OutdatedError from None
            job.outdated = True  # whoever asked is gone
            raise
        except StoppedError:
            if job.outdated:
                raise OutdatedError from None
            raise RippleError(
                f"this took longer than {self.most_seconds:g} s and was stopped; try fewer users or a shorter time"
            ) from None
        finally:
            if self.jobs.get((session, sort)) is job:
                del self.jobs[session, sort]

    def forget(self, session: str) -> None:
        """Stop what a session that is gone had running."""
        for (who, _), job in self.jobs.items():
            if who == session:
                job.give_way()

    def close(self) -> None:
        """Stop everything; waits for nothing that has not begun."""
        for job in self.jobs.values():
            job.outdated = True
        self.pool.shutdown(wait=True, cancel_futures=True)
