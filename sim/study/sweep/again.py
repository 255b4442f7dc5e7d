"""One row of a sweep made again as a whole run, and held against the row bit for bit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from sim.dynamics.engine import Engine
from sim.dynamics.rules import Rule
from sim.dynamics.setup import Seeds
from sim.errors import RippleError
from sim.study.measures import Trace, measures
from sim.study.request import request, whole_number
from sim.study.results import Run, run_from
from sim.study.sweep.code import code_hash
from sim.study.sweep.opened import Sweep, open_sweep
from sim.study.sweep.runner import seeds_of_job
from sim.study.sweep.writing import SEEDS


@dataclass(frozen=True)
class Rerun:
    """A run made again. measures: of this time; differs: names of those that are not bit for bit the row's."""

    run: Run
    row: pd.Series | None
    measures: Mapping[str, float]
    differs: tuple[str, ...]
    same_code: bool


def rerun(
    sweep: Sweep | str | Path,
    run_id: int,
    *,
    network: object = None,
    rules: Sequence[Rule] = (),
    allow_code: bool = False,
) -> Rerun:
    """Run one row of a sweep (a folder, or one that was opened) again, failed or not, as a full Run.

    network: the graph, when one was handed over in memory; rules: those of your own that were; rules that the scenario
    names are executed with allow_code=True only.
    Raises RippleError for a number that is not in the sweep, and for sweeps of a function.
    """
    done = sweep if isinstance(sweep, Sweep) else open_sweep(sweep)
    experiment = done.experiment
    if experiment.scenario is None:
        raise RippleError("this is a sweep of a function of your own; call it at the point again")
    number, arms = whole_number(run_id, "run", least=0), len(experiment.arms)
    if number >= len(done.jobs) * arms:
        raise RippleError(f"run {number} is not in this sweep; its runs are numbered 0 to {len(done.jobs) * arms - 1}")
    if done.provenance.get("network_in_memory") and network is None:
        raise RippleError("the network of this sweep was handed over in memory; hand it over again (network=...)")
    job, arm = done.jobs[number // arms], experiment.arms[number % arms]
    changes = experiment.changes_at(done.points.iloc[job.point])
    asked = request(experiment.scenario, network=network, rules=rules, allow_code=allow_code, changes=changes)
    row = _row(done, number)
    seeds = _seeds(done, number, row)
    world = asked.world(seeds)
    setup = asked.setup(arm, seeds, world)
    engine = Engine(setup).run()
    twin = Trace.of(Engine(asked.setup(arm, seeds, world, quiet=True)).run())
    found = measures(Trace.of(engine), twin, setup.numbers)
    kept = {name: found[name] for name in experiment.measures}
    differs = () if row is None else tuple(name for name, value in kept.items() if not _same(value, row[name]))
    run = run_from(engine, asked.scenario, arm, seeds, asked.graph is not None)
    return Rerun(run, row, kept, differs, done.provenance.get("code_hash") == code_hash())


def _row(done: Sweep, number: int) -> pd.Series | None:
    """The row of a run; None when it failed or has not been run yet."""
    if not len(done.runs):
        return None
    rows = done.runs[done.runs["RunId"] == number]
    return rows.iloc[0] if len(rows) else None


def _seeds(done: Sweep, number: int, row: pd.Series | None) -> Seeds:
    """The seeds of a run: those of its row, else as they are derived."""
    if row is not None:
        return Seeds(*(int(row[name]) for name in SEEDS))
    return seeds_of_job(done.experiment, done.jobs[number // len(done.experiment.arms)])


def _same(one: float, other: float) -> bool:
    return one == other or (one != one and other != other)
