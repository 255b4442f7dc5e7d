"""Where jobs run: threads of this process, processes beside it, a Dask cluster, or an executor of somebody else."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from typing import Any

from sim.errors import RippleError
from sim.study.sweep.execution import Pool
from sim.study.sweep.runner import Work, begin_process

THREADS, PROCESSES = "threads", "processes"


def cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return os.cpu_count() or 1


def thread_pool(work: Work, workers: int) -> Pool:
    """Threads: nothing is sent, all see the same users. The compiled loops run side by side."""
    executor = ThreadPoolExecutor(workers, thread_name_prefix="sweep")

    def close(at_once: bool) -> None:
        executor.shutdown(wait=True, cancel_futures=at_once)

    return Pool(executor, workers, f"{workers} threads", work, close=close)


def process_pool(work: Work, workers: int) -> Pool:
    """Fresh processes (never forks: threads and compiled loops do not survive one); the work is sent to each once."""
    context = multiprocessing.get_context("spawn")

    def made() -> ProcessPoolExecutor:
        return ProcessPoolExecutor(workers, mp_context=context, initializer=begin_process, initargs=(work,))

    pool = Pool(made(), workers, f"{workers} processes", None)

    def renew() -> Executor:
        pool.executor.shutdown(wait=False, cancel_futures=True)
        return made()

    def close(at_once: bool) -> None:
        processes = list((getattr(pool.executor, "_processes", None) or {}).values())
        pool.executor.shutdown(wait=not at_once, cancel_futures=True)
        if at_once:
            for process in processes:
                process.terminate()
            for process in processes:
                process.join(5)

    pool.renew, pool.close, pool.sent = renew, close, work.token
    return pool


def given_pool(executor: Executor, work: Work, workers: int | None) -> Pool:
    """An executor of the caller's, who also ends it. How many workers it has is asked, guessed when it does not say."""
    client = getattr(executor, "_client", None)
    if client is not None and hasattr(client, "scatter"):
        return cluster_pool(client, work, workers)
    known = getattr(executor, "_max_workers", None)
    number = workers or (known if isinstance(known, int) else cores())
    return Pool(executor, number, type(executor).__name__, work)


def cluster_pool(client: Any, work: Work, workers: int | None) -> Pool:
    """A Dask client: the work goes to the cluster once, workers hand it on among themselves. The client stays open."""
    cores_there = sum(client.ncores().values())
    if not cores_there and workers is None:
        client.wait_for_workers(1, timeout=60)
        cores_there = sum(client.ncores().values())
    sent = client.scatter(work, broadcast=True, hash=False)
    name = f"Dask at {client.scheduler.address}"
    return Pool(client.get_executor(pure=False), workers or cores_there, name, sent, mends_itself=True)


@contextlib.contextmanager
def cluster_client(cluster: object, wait: str = "20s") -> Iterator[Any]:
    """A Dask client for an address (tcp://host:port, tls://...), a cluster object, or a client, which stays open.

    wait: how long for an answer.

    Raises RippleError when Dask is not installed or nobody answers.
    """
    try:
        from distributed import Client
    except ImportError:
        raise RippleError('a cluster needs Dask; install it with: pip install "trust-ripple[cluster]"') from None
    if isinstance(cluster, Client):
        yield cluster
        return
    try:
        client = Client(cluster, timeout=wait)
    except (OSError, ValueError, TimeoutError) as problem:
        words = " ".join(str(problem).split()) or type(problem).__name__
        raise RippleError(f"no Dask cluster answers at {cluster}: {words}") from None
    try:
        yield client
    finally:
        client.close()
