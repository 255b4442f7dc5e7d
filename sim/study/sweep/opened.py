"""A finished (or half-finished) sweep: tables as Mesa users know them, with named dimensions too.

done = open_sweep("runs/reply-time")
done.frame, done.series, done.panels, done.failures, done.dataset, done.experiment
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from sim.errors import RippleError
from sim.study.sweep.experiment import Experiment
from sim.study.sweep.jobs import Jobs, Shard, Stage
from sim.study.sweep.manifest import Manifest, read_experiment, read_manifest, read_points
from sim.study.sweep.store import FAILURES, PANELS, RUNS, SERIES, Store
from sim.study.sweep.writing import SEEDS

if TYPE_CHECKING:
    from sim.study.analysis.analysis import Analysis

_ASIDE = (*SEEDS, "seconds")  # columns of the runs that are not in `frame`


@dataclass(frozen=True)
class Sweep:
    """What a sweep left behind. Measures in the units of MEASURES, series and panels as in a run, times in hours.

    experiment  question, factors with ranges and distributions, design, seeds
    points      the design: point x factor
    provenance  versions, seeds, hashes, machine, sessions
    """

    experiment: Experiment
    points: pd.DataFrame
    provenance: Manifest
    _tables: dict[str, pd.DataFrame] = field(repr=False)

    @cached_property
    def runs(self) -> pd.DataFrame:
        """One row per run: RunId, point, iteration, factors, arm, seeds, seconds, measures; in the order of RunId."""
        rows = self._tables[RUNS]
        if rows.empty:
            return rows
        rows = rows.drop_duplicates("RunId", keep="last").sort_values("RunId").reset_index(drop=True)
        return self._with_factors(rows)

    @cached_property
    def frame(self) -> pd.DataFrame:
        """One row per run: RunId, point (row of the design), iteration, one column per factor, arm, one per measure."""
        return self.runs.drop(columns=[name for name in _ASIDE if name in self.runs])

    @cached_property
    def series(self) -> pd.DataFrame:
        """RunId, iteration, factors, arm, Step (hour), and the columns over time that were kept."""
        return self._long(SERIES, ["RunId", "Step"])

    @cached_property
    def panels(self) -> pd.DataFrame:
        """RunId, iteration, factors, arm, Step (hour), AgentID (label of the user), and the columns that were kept."""
        return self._long(PANELS, ["RunId", "Step", "AgentID"])

    @cached_property
    def failures(self) -> pd.DataFrame:
        """The runs that failed and have not succeeded since: RunId, iteration, factors, arm, seeds, error, details."""
        rows = self._tables[FAILURES]
        if rows.empty:
            return pd.DataFrame(columns=["RunId", "iteration", *self.points.columns, "arm", *SEEDS, "error", "details"])
        finished = self.runs["RunId"] if len(self.runs) else []
        left = rows[~rows["RunId"].isin(finished)].drop_duplicates("RunId", keep="last").sort_values("RunId")
        return self._with_factors(left.reset_index(drop=True)).drop(columns="point")

    @property
    def jobs(self) -> Jobs:
        """All runs that belong to it, done or not."""
        return Jobs([Stage(*stage) for stage in self.provenance["stages"]])

    @property
    def n_runs(self) -> int:
        """How many runs belong to it (of a shard: to that shard)."""
        shard = Shard(*self.provenance["shard"]) if self.provenance.get("shard") else None
        jobs = len(self.jobs) if shard is None else sum(1 for _ in self.jobs.in_order((), shard))
        return jobs * max(1, len(self.experiment.arms))

    @property
    def complete(self) -> bool:
        """True when every run is there."""
        return len(self.runs) == self.n_runs

    @property
    def dataset(self) -> Any:
        """An xarray.Dataset of measures and series, with units.

        Its dimensions are factor x ... x arm x iteration where the design is a grid, else point x arm x iteration.
        """
        from sim.study.sweep.dataset import dataset_of

        return dataset_of(self)

    def analyse(self, measure: str = "", *, arm: str = "", against: str = "") -> Analysis:
        """What the design says of one measure (default: the first that was kept), by `sim.study.analysis`.

        arm: of which response (default: the first); against: minus that of another one, on the same draws.
        Raises RippleError for what is not there, and for points that do not fit the design.
        """
        from sim.study.analysis.analysis import analyse_sweep

        return analyse_sweep(self, measure, arm=arm, against=against)

    def _with_factors(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Rows that name a point, with what its factors were after the replicate."""
        at = self.points.iloc[rows["point"].to_numpy()].reset_index(drop=True)
        first = [name for name in ("RunId", "point", "iteration") if name in rows]
        return pd.concat([rows[first], at, rows.drop(columns=first)], axis=1)

    def _long(self, kind: str, key: list[str]) -> pd.DataFrame:
        rows = self._tables[kind]
        if rows.empty or not len(self.runs):
            return pd.DataFrame(columns=["RunId", "iteration", *self.points.columns, "arm", *key[1:]])
        rows = rows.drop_duplicates(key, keep="last").sort_values(key, kind="stable")
        who = self.frame[["RunId", "iteration", *self.points.columns, "arm"]]
        return who.merge(rows, on="RunId", how="inner", validate="one_to_many").reset_index(drop=True)


def open_sweep(folder: str | Path) -> Sweep:
    """Open a sweep folder, finished or not. Nothing in it is executed. Raises RippleError when it holds none."""
    path = Path(folder).expanduser()
    if not path.is_dir():
        raise RippleError(f"{folder}: there is no such folder")
    facts = read_manifest(path)
    experiment = read_experiment(path, facts)
    store = Store(path)
    try:
        tables: dict[str, Any] = {kind: store.read(kind) for kind in (RUNS, SERIES, PANELS, FAILURES)}
    except (OSError, ValueError) as problem:
        raise RippleError(f"{path} cannot be read as a sweep: {problem}") from None
    return Sweep(experiment, read_points(path, experiment), facts, tables)
