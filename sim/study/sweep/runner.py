"""What a worker does: run jobs of a sweep, one after the other, and hand back what is kept of them.

A worker holds the networks, users, twins and changed scenarios of the last jobs, by what they depend on; results do not
depend on which of them it still has. A job that fails is handed back as a failure; the others go on.
"""

from __future__ import annotations

import os
import signal
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from sim.dynamics import observe
from sim.dynamics.engine import Engine
from sim.dynamics.setup import Seeds, Setup
from sim.errors import RippleError
from sim.scenario.scenario import Scenario
from sim.study.measures import Trace, measures
from sim.study.request import Request
from sim.study.sweep.code import code_hash
from sim.study.sweep.experiment import Experiment
from sim.study.sweep.followed import Followed, panel_rows
from sim.study.sweep.jobs import Job, seeds_of
from sim.study.sweep.once import Once
from sim.study.sweep.rules_sent import RulesSent
from sim.study.sweep.worlds import Twins, Worlds
from sim.world.graph import Graph

Point = Mapping[str, Any]
Function = Callable[[dict[str, Any], Seeds], Mapping[str, float] | float]
GAP = "gap"
_SCENARIOS = 64  # changed scenarios that are kept


class Kept(NamedTuple):
    """What is kept of one run. run: its number; arm: which of the experiment's; seconds: of a processor, arm and
    twin.

    series  f8[rows, 1 + columns], the hour first;  panel: see `panel_rows`;  None where nothing is kept
    """

    run: int
    arm: int
    seeds: Seeds
    seconds: float
    measures: dict[str, float]
    series: np.ndarray | None = None
    panel: Followed | None = None


class Failure(NamedTuple):
    """A run that came to nothing: its number, arm and seeds, what went wrong in one line, and where."""

    run: int
    arm: int
    seeds: Seeds
    error: str
    details: str


class Outcome(NamedTuple):
    """What became of a job."""

    job: Job
    kept: list[Kept]
    failures: list[Failure]
    seconds: float


@dataclass(frozen=True)
class Work:
    """All that a worker needs to run any job of a sweep; it is sent to it once. token: its name in the worker.

    rules: of one's own; graph: a network handed over in memory; files: networks that were read already; function: is run
    in place of the model; threads: of one large run; code: which model the sender has.
    """

    token: str
    experiment: Experiment
    rules: RulesSent = field(default_factory=RulesSent)
    graph: Graph | None = None
    files: Mapping[Any, Graph] = field(default_factory=dict)
    function: Function | None = None
    threads: int = 1
    code: str = field(default_factory=code_hash)

    @property
    def arms(self) -> tuple[str, ...]:
        """The arms of a job; a function has one without a name."""
        return self.experiment.arms or ("",)


class StoppedError(Exception):
    """Raised inside a run when the sweep was interrupted."""


class Runner:
    """Runs jobs; what it holds serves all threads of a process. stopped: asked now and then inside a run."""

    def __init__(self, work: Work, stopped: Callable[[], bool] = lambda: False):
        self.work, self.stopped = work, stopped
        self.worlds, self.twins = Worlds(work.graph, work.files), Twins()
        self._requests: Once[Request] = Once(_SCENARIOS)

    def run(self, job: Job, point: Point) -> Outcome:
        """Run a job: all arms of a design point under the draws of its replicate."""
        began = time.perf_counter()
        kept: list[Kept] = []
        failures: list[Failure] = []
        arms, seeds = self.work.arms, seeds_of_job(self.work.experiment, job)
        for k, arm in enumerate(arms):
            if self.stopped():
                raise StoppedError
            number, started = job.number * len(arms) + k, time.thread_time()
            try:
                found = self._one(job, point, arm, seeds)
                kept.append(Kept(number, k, seeds, time.thread_time() - started, *found))
            except (StoppedError, KeyboardInterrupt, SystemExit):
                raise
            except Exception as problem:  # noqa: BLE001 - whatever goes wrong in one run is recorded, and the others go on
                failures.append(Failure(number, k, seeds, said(problem), traceback.format_exc(limit=-8)))
        return Outcome(job, kept, failures, time.perf_counter() - began)

    def _one(
        self, job: Job, point: Point, arm: str, seeds: Seeds
    ) -> tuple[dict[str, float], np.ndarray | None, Followed | None]:
        if self.work.function is not None:
            value = self.work.function(dict(point), seeds)
            return ({"value": float(value)} if not isinstance(value, Mapping) else dict(value)), None, None
        experiment = self.work.experiment
        asked = self.request_at(job.point, point)
        world = self.worlds.world(asked.scenario, seeds)
        setup = asked.setup(arm, seeds, world)
        engine = Engine(setup, self.work.threads)
        followed = []
        if experiment.panel is not None:
            for hour in experiment.panel.hours:
                engine.advance(hour, self._look)
                followed.append(panel_rows(engine, experiment.panel))
        engine.run(self._look)
        trace = Trace.of(engine)
        twin = self.twins.of(asked.setup(arm, seeds, world, quiet=True), self._traced)
        found = measures(trace, twin, setup.numbers)
        series = self._series(engine, trace, twin) if experiment.series else None
        panel = Followed.joined(followed) if followed else None
        return {name: found[name] for name in experiment.measures}, series, panel

    def request_at(self, number: int, point: Point) -> Request:
        """The scenario of a design point, with rules as they run."""
        return self._requests.get(number, lambda: self._changed(point))

    def _changed(self, point: Point) -> Request:
        base = self.work.experiment.scenario
        if base is None:
            raise RippleError("this experiment names no scenario")
        scenario: Scenario = base.changed(self.work.experiment.changes_at(point))
        return Request(scenario, self.work.graph, self.work.rules.of(scenario))

    def _traced(self, setup: Setup) -> Trace:
        return Trace.of(Engine(setup, self.work.threads).run(self._look))

    def _look(self, _: float) -> None:
        if self.stopped():
            raise StoppedError

    def _series(self, engine: Engine, trace: Trace, twin: Trace) -> np.ndarray:
        """The hour and the columns over time that are kept, f8[rows, 1 + columns]."""
        experiment = self.work.experiment
        seen: dict[str, np.ndarray] = dict(observe.table(engine.rows[: len(trace.trust)]))
        if engine.setup.rules:
            seen |= engine.rulings.means()
        seen[GAP] = twin.trust - trace.trust
        rows = kept_rows(len(trace.trust), trace.step, experiment.every)
        columns = [np.asarray(seen[name], dtype=np.float64)[rows] for name in experiment.series]
        return np.column_stack([rows * trace.step, *columns])


def kept_rows(n: int, step: float, every: float | None) -> np.ndarray:
    """The numbers of the rows that are kept: all, or those at multiples of `every` (h) that the step of talk meets."""
    if every is None:
        return np.arange(n)
    place = np.arange(n) * step / every
    return np.flatnonzero(np.abs(place - np.round(place)) < 1e-9)


def said(problem: BaseException) -> str:
    """An error in one line."""
    words = " ".join(str(problem).split())
    return words if isinstance(problem, RippleError) else f"{type(problem).__name__}: {words}"


def out_of_memory(outcome: Outcome) -> bool:
    """True when a run of the job found no memory; with fewer beside it, it may."""
    return any(failure.error.startswith("MemoryError") for failure in outcome.failures)


def died(work: Work, job: Job) -> Outcome:
    """The outcome of a job that ended its worker twice."""
    words = "the worker process ended abruptly, twice (the system ends those that take too much memory)"
    seeds = seeds_of_job(work.experiment, job)
    runs = range(job.number * len(work.arms), (job.number + 1) * len(work.arms))
    return Outcome(job, [], [Failure(run, k, seeds, words, "") for k, run in enumerate(runs)], 0.0)


def seeds_of_job(experiment: Experiment, job: Job) -> Seeds:
    """What a job is drawn from."""
    vary = experiment.scenario.vary if experiment.scenario is not None else ("network", "people", "events")
    return seeds_of(experiment.seed, experiment.seeds, vary, job.point, job.iteration)


# --- in a worker ------------------------------------------------------------------------------------------------------

_RUNNERS: Once[Runner] = Once(2)
_SENT: dict[str, Work] = {}  # what this process was told when it began
_STOPPED: set[str] = set()  # tokens of sweeps that were interrupted in this process


def run_jobs(work: Work | str, jobs: Sequence[Job], points: Sequence[Point]) -> list[Outcome]:
    """Run some jobs, each at its point; the one function that executors are given. work: or its token, if it is here."""
    known = _SENT[work] if isinstance(work, str) else work
    if known.code != code_hash():
        raise RippleError(f"it has another version of the model (code {code_hash()}, the sender has {known.code})")
    runner = _RUNNERS.get(known.token, lambda: Runner(known, lambda: known.token in _STOPPED))
    return [runner.run(job, point) for job, point in zip(jobs, points, strict=True)]


def begin_process(work: Work) -> None:
    """What a new process is told: the work. Ctrl-C is for the process that sent it, and kernels are there already."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ["RIPPLE_COMPILE_ALONE"] = "1"
    _SENT[work.token] = work


def stop(token: str) -> None:
    """Let the runs of a sweep in this process end at their next look."""
    _STOPPED.add(token)
