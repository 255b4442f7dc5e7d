"""Outcomes become parts on disk, every few seconds, so that a crash loses little."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from sim.study.sweep.experiment import Experiment
from sim.study.sweep.runner import Kept, Outcome
from sim.study.sweep.store import FAILURES, PANELS, RUNS, SERIES, Store

_EVERY, _LONGEST = 2.0, 10.0  # s between parts, at the start and in sweeps of many hours
SEEDS = ("seed_network", "seed_people", "seed_events")


class Writer:
    """Gathers outcomes and writes them as parts. runs, failed: how many so far; bytes: on disk."""

    def __init__(self, store: Store, experiment: Experiment, every: float | None = None):
        self.store, self.experiment = store, experiment
        self.runs = self.failed = self.bytes = 0
        self._every = every
        self._waiting: list[Outcome] = []
        self._began = self._last = time.monotonic()

    def take(self, outcomes: Sequence[Outcome]) -> None:
        """Take outcomes, and write a part when it is time."""
        self._waiting.extend(outcomes)
        self.runs += sum(len(outcome.kept) for outcome in outcomes)
        self.failed += sum(len(outcome.failures) for outcome in outcomes)
        now = time.monotonic()
        every = min(_LONGEST, max(_EVERY, (now - self._began) / 1000)) if self._every is None else self._every
        if now - self._last >= every:
            self.flush()

    def flush(self) -> None:
        """Write what has gathered. Raises RippleError when it cannot be written; it is kept then."""
        if self._waiting:
            self.bytes += self.store.write(tables_of(self._waiting, self.experiment))
            self._waiting = []
            self.store.gather()
        self._last = time.monotonic()


def tables_of(outcomes: Sequence[Outcome], experiment: Experiment) -> dict[str, pd.DataFrame]:
    """The tables of a part, by kind."""
    arms = experiment.arms or ("",)
    kept = [(outcome, run) for outcome in outcomes for run in outcome.kept]
    failed = [(outcome, run) for outcome in outcomes for run in outcome.failures]
    tables = {RUNS: _who(kept, arms)}
    if kept:
        names = list(dict.fromkeys(name for _, run in kept for name in run.measures))
        tables[RUNS]["seconds"] = np.array([run.seconds for _, run in kept], dtype=np.float32)
        for name in names:
            tables[RUNS][name] = np.array([run.measures.get(name, np.nan) for _, run in kept], dtype=np.float64)
    tables[FAILURES] = _who(failed, arms)
    tables[FAILURES]["error"] = [run.error for _, run in failed]
    tables[FAILURES]["details"] = [run.details for _, run in failed]
    tables[SERIES] = _series([run for _, run in kept], experiment)
    tables[PANELS] = _panels([run for _, run in kept], experiment)
    return tables


def _who(runs: Sequence[tuple[Outcome, Any]], arms: Sequence[str]) -> pd.DataFrame:
    """Which run each row is of."""
    return pd.DataFrame(
        {
            "RunId": np.array([run.run for _, run in runs], dtype=np.int64),
            "point": np.array([outcome.job.point for outcome, _ in runs], dtype=np.int32),
            "iteration": np.array([outcome.job.iteration for outcome, _ in runs], dtype=np.int32),
            "arm": pd.Series([arms[run.arm] for _, run in runs], dtype=object),
            **{name: np.array([run.seeds[k] for _, run in runs], dtype=np.int64) for k, name in enumerate(SEEDS)},
        }
    )


def _series(runs: Sequence[Kept], experiment: Experiment) -> pd.DataFrame:
    held = [run for run in runs if run.series is not None]
    if not held:
        return pd.DataFrame()
    values = np.concatenate([run.series for run in held if run.series is not None])
    lengths = [len(run.series) for run in held if run.series is not None]
    columns = {name: values[:, 1 + k] for k, name in enumerate(experiment.series)}
    return pd.DataFrame({"RunId": np.repeat([run.run for run in held], lengths), "Step": values[:, 0], **columns})


def _panels(runs: Sequence[Kept], experiment: Experiment) -> pd.DataFrame:
    held = [(run.run, run.panel) for run in runs if run.panel is not None]
    if not held or experiment.panel is None:
        return pd.DataFrame()
    columns = {
        name: np.concatenate([panel.columns[k] for _, panel in held]) for k, name in enumerate(experiment.panel.columns)
    }
    return pd.DataFrame(
        {
            "RunId": np.repeat([run for run, _ in held], [len(panel.hour) for _, panel in held]),
            "Step": np.concatenate([panel.hour for _, panel in held]),
            "AgentID": np.concatenate([panel.label for _, panel in held]),
            **columns,
        }
    )
