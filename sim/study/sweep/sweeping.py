"""Run a designed experiment: `sweep("experiments/reply-time.yaml", out="runs/reply-time", workers=8)`."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from sim.dynamics import first_start
from sim.dynamics.rules import Rule, checked
from sim.dynamics.setup import LARGE
from sim.errors import RippleError
from sim.scenario.scenario import Scenario
from sim.study.own_rules import rules_of, with_rules
from sim.study.request import whole_number
from sim.study.sweep import pools
from sim.study.sweep.begun import Begun, begin, check_folder
from sim.study.sweep.execution import Pool, execute
from sim.study.sweep.experiment import Experiment
from sim.study.sweep.jobs import Job, Shard
from sim.study.sweep.lock import locked
from sim.study.sweep.manifest import now, this_machine, write_manifest
from sim.study.sweep.opened import Sweep, open_sweep
from sim.study.sweep.reading import load_experiment
from sim.study.sweep.rules_sent import RulesSent
from sim.study.sweep.runner import Function, Outcome, Work, run_jobs
from sim.study.sweep.worlds import file_key, read_network
from sim.study.sweep.writing import Writer
from sim.world.graph import GENERATORS, as_graph

_ALONE_SECONDS, _ALONE_JOBS = 0.5, 3  # how long the pace of one run alone is measured
_JUDGED_AFTER = 2.0  # s, threads are judged then
_START_SECONDS = 4.0  # what a process costs before it runs anything: Python, libraries, kernels from the cache
_COUNTER = iter(range(sys.maxsize))


def sweep(
    experiment: str | Path | Mapping[str, Any] | Experiment,
    *,
    out: str | Path | None = None,
    overrides: Mapping[str, Any] | None = None,
    network: object = None,
    rules: Sequence[Rule] = (),
    allow_code: bool = False,
    function: Function | None = None,
    workers: int | None = None,
    executor: str | Executor = "auto",
    cluster: object = None,
    shard: tuple[int, int] | None = None,
    extend: bool = False,
    progress: Callable[[float], None] | None = None,
    note: Callable[[str], None] | None = None,
) -> Sweep:
    """Run every design point of an experiment under the draws of every replicate; what is there already is not run again.

    experiment: a file, a dict, or an Experiment; overrides: top-level entries in place of its own (replicates=...).
    out: the folder; the same call goes on where an earlier one stopped; None: kept in memory only.
    network: in place of the scenario's: a path, the name of a generator, or a graph; rules: of your own, beside those
    the scenario names, which are executed with allow_code=True only; function: is run in place of the model: takes a
    point (factor -> value) and Seeds, gives a number or a mapping of numbers.
    workers: default one for each core; executor: auto, threads, processes, or any concurrent.futures Executor, which
    stays open; cluster: a Dask address, cluster or client; shard: (3, 20) runs the third of twenty equal parts.
    extend: add replicates or points to a folder. progress: called with the share of the jobs done; note: with sentences.
    The numbers do not depend on workers, executor, cluster, order or sharding. A run that fails is in `.failures`.
    Raises RippleError for anything that does not fit; KeyboardInterrupt leaves all that was finished in the folder.
    """
    work, points = prepared(
        experiment, overrides=overrides, network=network, rules=rules, allow_code=allow_code, function=function
    )
    part = _shard(shard)
    count = None if workers is None else whole_number(workers, "workers", least=1)
    say = note or (lambda _: None)
    with contextlib.ExitStack() as stack:
        if out is None:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="trust-ripple-sweep-")))
        else:
            folder = Path(out).expanduser()
            check_folder(folder)
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as problem:
                raise RippleError(f"{folder} cannot be written: {problem.strerror}") from None
        taken_over = stack.enter_context(locked(folder))
        if taken_over:
            say(taken_over)
        begun = begin(folder, work, points, part, extend)
        _session(folder, work, begun, part, count, executor, cluster, progress, say)
        return open_sweep(folder)


def prepared(
    experiment: str | Path | Mapping[str, Any] | Experiment,
    *,
    overrides: Mapping[str, Any] | None = None,
    network: object = None,
    rules: Sequence[Rule] = (),
    allow_code: bool = False,
    function: Function | None = None,
) -> tuple[Work, pd.DataFrame]:
    """What every worker will need, and the design."""
    first_start.begin()
    found = load_experiment(experiment, overrides=overrides, without_scenario=function is not None)
    graph = None
    scenario: Scenario | None = found.scenario
    sent = RulesSent()
    files = {}
    if scenario is not None:
        if isinstance(network, (str, Path)):
            named = (
                {"kind": str(network)}
                if str(network) in GENERATORS
                else {"file": str(Path(network).expanduser().resolve())}
            )
            scenario = scenario.changed({"network": named})
        elif network is not None:
            graph = as_graph(network)
            scenario = scenario.changed({"network": {"kind": "karate"}})  # a place holder: the graph stands in for it
        given = {rule.name: rule for rule in checked(rules)}
        scenario = with_rules(scenario, list(given.values()))
        if scenario.rules:
            own = rules_of(scenario, given, allow_code=allow_code)
            sent = RulesSent(own, [str(scenario.folder or Path.cwd()), str(Path.cwd())])
        if scenario.network.file is not None and graph is None:
            files[file_key(scenario.network)] = read_network(scenario.network)
        found = replace(found, scenario=scenario)
    points = found.points()
    token = f"{found.hash()[:16]}-{os.getpid()}-{time.time_ns()}-{next(_COUNTER)}"
    return Work(token, found, sent, graph, files, function), points


def _shard(shard: tuple[int, int] | None) -> Shard | None:
    if shard is None:
        return None
    part, of = (whole_number(value, "shard", least=1) for value in shard)
    if part > of:
        raise RippleError(f"shard: {part} of {of} is not there; parts are counted from 1 to {of}")
    return Shard(part, of)


def _session(
    folder: Path,
    work: Work,
    begun: Begun,
    shard: Shard | None,
    workers: int | None,
    executor: str | Executor,
    cluster: object,
    progress: Callable[[float], None] | None,
    say: Callable[[str], None],
) -> None:
    """Run what is left, write it, and leave an entry in the manifest."""
    writer = Writer(begun.store, work.experiment)
    total = len(begun.jobs) if shard is None else sum(1 for _ in begun.jobs.in_order((), shard))
    left = list(begun.jobs.in_order(begun.done, shard))
    if begun.done and left:
        say(f"{total - len(left):,} of {total:,} jobs are there; {len(left):,} are left")
    if not left:
        if progress is not None:
            progress(1.0)
        return
    session: dict[str, Any] = {"began": now(), **this_machine(), "ended": None}
    begun.manifest["sessions"].append(session)
    write_manifest(folder, begun.manifest)
    runs = _Runs(work, begun.points, iter(left), workers, executor, cluster, say)
    finished = total - len(left)
    try:
        with contextlib.closing(runs.outcomes()) as coming:
            for outcomes in coming:
                writer.take(outcomes)
                finished += len(outcomes)
                if progress is not None:
                    progress(min(1.0, finished / total))
    except BaseException as problem:
        session["stopped_by"] = type(problem).__name__
        raise
    finally:
        writer.flush()
        session |= {"ended": now(), "runs": writer.runs, "failed": writer.failed, "executor": runs.used}
        session["workers_lost"] = runs.lost
        write_manifest(folder, begun.manifest)


class _Runs:
    """The jobs of a session on the executor that suits them. used: the names of those; lost: workers that died."""

    def __init__(
        self,
        work: Work,
        points: pd.DataFrame,
        jobs: Iterator[Job],
        workers: int | None,
        executor: str | Executor,
        cluster: object,
        say: Callable[[str], None],
    ):
        self.work, self.jobs, self.executor, self.cluster, self.say = work, jobs, executor, cluster, say
        self.rows = points.to_dict("records")
        self.large = self._largest() > LARGE
        self.asked_for = workers
        self.workers = workers or (1 if self.large and executor in ("auto", pools.THREADS) else pools.cores())
        self.used: list[str] = []
        self.lost = 0

    def outcomes(self) -> Generator[list[Outcome], None, None]:
        """What comes back, in any order. Closing it stops the runs."""
        with contextlib.ExitStack() as stack:
            if self.cluster is not None:
                client = stack.enter_context(pools.cluster_client(self.cluster))
                yield from self._through(pools.cluster_pool(client, self.work, self.asked_for))
            elif isinstance(self.executor, Executor) or not isinstance(self.executor, str):
                yield from self._through(pools.given_pool(self.executor, self.work, self.asked_for))
            elif self.executor == pools.PROCESSES:
                yield from self._through(pools.process_pool(self._with_threads(), self.workers))
            elif self.executor == pools.THREADS:
                yield from self._through(pools.thread_pool(self._with_threads(), self.workers))
            elif self.executor == "auto":
                yield from self._as_it_pays()
            else:
                raise RippleError(
                    f"executor: '{self.executor}' is not known; write auto, threads, processes, or give one"
                )

    def _as_it_pays(self) -> Iterator[list[Outcome]]:
        """A few jobs alone, then threads; processes for the rest when they would end sooner, their start included."""
        work = self._with_threads()
        alone: list[float] = []
        first = True
        while (job := next(self.jobs, None)) is not None:
            began = time.perf_counter()
            yield run_jobs(work, [job], [self.rows[job.point]])
            if not first:  # which compiled
                alone.append(time.perf_counter() - began)
            first = False
            if len(alone) >= _ALONE_JOBS or sum(alone) > _ALONE_SECONDS:
                break
        if self.workers == 1 or not alone:
            yield from self._through(pools.thread_pool(work, self.workers))
            return
        began, done = time.perf_counter(), 0
        left = list(self.jobs)
        self.jobs = iter(left)
        verdict: list[bool] = []

        def pause() -> bool:
            passed = time.perf_counter() - began
            if not verdict and passed > _JUDGED_AFTER and done:
                verdict.append(self._processes_pay(passed / done, min(alone), len(left) - done))
            return bool(verdict) and verdict[0]

        for outcomes in self._through(pools.thread_pool(work, self.workers), pause):
            done += len(outcomes)
            yield outcomes
        if verdict and verdict[0]:
            yield from self._through(pools.process_pool(work, self.workers))

    def _processes_pay(self, by_threads: float, alone: float, left: int) -> bool:
        """Whether processes would end sooner. by_threads, alone: seconds a job; left: jobs."""
        by_processes = alone / self.workers
        return left * by_threads > left * by_processes + _START_SECONDS and _may_spawn(self.work)

    def _through(self, pool: Pool, pause: Callable[[], bool] = lambda: False) -> Iterator[list[Outcome]]:
        self.used.append(pool.name)
        at_once = True
        try:
            yield from execute(self.work, self.jobs, lambda job: self.rows[job.point], pool, pause=pause)
            at_once = False
        finally:
            self.lost += pool.lost
            pool.close(at_once)

    def _with_threads(self) -> Work:
        """The work for workers of this machine, which share its cores in large runs."""
        return replace(self.work, threads=max(1, pools.cores() // self.workers) if self.large else 1)

    def _largest(self) -> int:
        """Users of the largest run, as far as the experiment says."""
        experiment = self.work.experiment
        if experiment.scenario is None:
            return 0
        if self.work.graph is not None:
            return self.work.graph.n_users
        network = experiment.scenario.network
        users = [network.users or max((graph.n_users for graph in self.work.files.values()), default=0)]
        users += [int(row["network.users"]) for row in self.rows if isinstance(row.get("network.users"), (int, float))]
        return max(users)


def _may_spawn(work: Work) -> bool:
    """True when fresh processes can be begun without the caller's doing: not from a script, which they would run again."""
    main = sys.modules.get("__main__")
    of_ours = getattr(getattr(main, "__spec__", None), "name", "") or ""
    file = getattr(main, "__file__", None)  # none where it is typed in
    return work.function is None and (file is None or of_ours.startswith("sim.") or Path(file).stem == "ripple")
