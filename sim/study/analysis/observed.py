"""What a sweep observed of one measure: a table of points by replicates, with the points it was observed at.

Replicates are blocks: replicate r meets the same people, network and luck at every point, so points are compared within
replicates and what luck adds to all of them drops out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from sim.errors import RippleError, did_you_mean
from sim.scenario.measures_named import MEASURES
from sim.study.design import Factor

RUN_COLUMNS = ("RunId", "iteration", "point", "arm", "Step")


@dataclass(frozen=True)
class Observed:
    """One measure at all points of a design.

    factors  what was varied;  design  how: grid, one-at-a-time, latin-hypercube, sobol-sequence, sobol, morris, csv
    points   DataFrame point x path, in the order of the design
    values   f8[points, replicates] in the unit of the measure; NaN where a run failed or the measure has no value
    arm      of which response;  against  minus which other one, on the same draws (empty: nothing)
    """

    factors: Sequence[Factor]
    design: str
    points: pd.DataFrame
    values: np.ndarray
    measure: str
    arm: str = ""
    against: str = ""
    notes: tuple[str, ...] = field(default=())

    @property
    def n_points(self) -> int:
        return self.values.shape[0]

    @property
    def n_replicates(self) -> int:
        return self.values.shape[1]

    @property
    def unit(self) -> str:
        """The unit of the measure; empty when it is none of ours."""
        return MEASURES[self.measure].unit if self.measure in MEASURES else ""

    @property
    def shares(self) -> np.ndarray:
        """f8[points, factors]: where each value stands in the distribution of its factor, 0..1."""
        return np.column_stack([f.share_of(self.points[f.path].to_numpy()) for f in self.factors])

    def within_blocks(self) -> np.ndarray:
        """The values less the mean of their replicate: what luck adds to all points alike is gone."""
        return self.values - self.values.mean(axis=0)

    def complete(self) -> Observed:
        """Only the points that have a value in every replicate, with a note of how many were left out.

        Raises RippleError when none is left.
        """
        whole = np.isfinite(self.values).all(axis=1)
        if whole.all():
            return self
        if not whole.any():
            raise RippleError(f"{self.measure}: no point has a value in every replicate")
        return self.kept(whole)

    def kept(self, which: np.ndarray) -> Observed:
        """Only some points (bool[points]), with a note of how many were left out."""
        lost = int((~which).sum())
        note = f"{lost} of {self.n_points} points have no value in some replicate and are left out"
        return replace(self, points=self.points[which], values=self.values[which], notes=(*self.notes, note))


def observed(
    frame: pd.DataFrame, factors: Sequence[Factor], design: str, measure: str, arm: str = "", against: str = ""
) -> Observed:
    """Take one measure out of the frame of a sweep: a row per run with `point`, `iteration`, `arm`, factors, measures.

    arm: of which response (empty: the only one, else the first); against: minus that of another one, run by run.
    Raises RippleError for a measure or an arm that the frame does not have.
    """
    known = measures_in(frame, factors)
    if measure not in known:
        raise RippleError(
            f"measure: '{measure}' was not kept{did_you_mean(measure, known)}; there are {_listed(known)}"
        )
    arms = list(dict.fromkeys(frame["arm"])) if "arm" in frame else [""]
    arm = arm or arms[0]
    for name in (arm, *([against] if against else [])):
        if name not in arms:
            raise RippleError(
                f"arm: '{name}' is not in this sweep{did_you_mean(name, arms)}; there are {_listed(arms)}"
            )
    table = _by_point(frame, measure, arm)
    if against:
        table = table - _by_point(frame, measure, against).reindex(index=table.index, columns=table.columns)
    paths = [factor.path for factor in factors]
    points = frame.drop_duplicates("point").set_index("point")[paths].loc[table.index]
    return Observed(tuple(factors), design, points, table.to_numpy(dtype=np.float64), measure, arm, against)


def measures_in(frame: pd.DataFrame, factors: Sequence[Factor]) -> list[str]:
    """The measures of a frame: its columns of numbers that are neither factors nor the names of runs."""
    others = {*RUN_COLUMNS, *(factor.path for factor in factors)}
    return [str(c) for c in frame.columns if c not in others and pd.api.types.is_numeric_dtype(frame[c])]


def arms_in(frame: pd.DataFrame) -> list[str]:
    """The arms of a frame in their order."""
    return list(dict.fromkeys(frame["arm"])) if "arm" in frame else []


def _by_point(frame: pd.DataFrame, measure: str, arm: str) -> pd.DataFrame:
    rows = frame[frame["arm"] == arm] if "arm" in frame else frame
    return rows.pivot(index="point", columns="iteration", values=measure).sort_index()


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)
