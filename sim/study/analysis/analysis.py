"""The analysis of a sweep: what its design can give, with luck kept apart from parameters.

    found = sim.open_sweep("runs/reply").analyse("trust_days_lost")
    found.noise, found.effects, found.indices, found.notes

| design | gives |
|---|---|
| grid | main effects within blocks, the share of the variance that each factor explains |
| one-at-a-time | the effect of each value against the base, within blocks |
| latin-hypercube, csv | straight-line effects, first indices from given data |
| sobol-sequence | straight-line effects |
| sobol | Sobol first and total indices |
| morris | mu*, mu, sigma |
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from sim.errors import RippleError
from sim.study.analysis.effects import grid_effects, one_at_a_time_effects, shares_of_variance
from sim.study.analysis.elementary import elementary_effects
from sim.study.analysis.indices import given_data_indices, sobol_indices
from sim.study.analysis.noise import Parts, parts
from sim.study.analysis.observed import Observed, measures_in, observed
from sim.study.analysis.slopes import slopes
from sim.study.design import Factor

if TYPE_CHECKING:
    from sim.study.sweep.opened import Sweep

_FILLING = ("latin-hypercube", "sobol-sequence", "csv")
_LEAST_GIVEN = 65  # points: RBD-FAST reads 10 harmonics, and its correction needs many more points than twice that


@dataclass(frozen=True)
class Analysis:
    """What a sweep says about one measure of one arm (or of the difference of two). Tables that a design cannot give are None.

    observed  the values behind it, points by replicates
    noise     the variances: of parameters, of luck that all points share, of its interplay with the point
    effects   factor, value, mean, effect, low, high: main effects of a grid, or against the base of one-at-a-time
    variance  factor, share, span: which share of the variance between the points of a grid a factor explains alone
    slopes    factor, from, to, effect, low, high: straight lines over points that fill the space; `straight`, 0..1: how
              much of the variance between points they explain
    indices   factor, first[, total] with _low and _high: Sobol indices
    elementary  factor, mu_star (with _low, _high), mu, sigma, noise: Morris
    notes     what a reader has to know
    """

    observed: Observed
    noise: Parts
    effects: pd.DataFrame | None = None
    variance: pd.DataFrame | None = None
    slopes: pd.DataFrame | None = None
    straight: float = math.nan
    indices: pd.DataFrame | None = None
    elementary: pd.DataFrame | None = None
    notes: tuple[str, ...] = ()

    @property
    def measure(self) -> str:
        """The measure that was analysed."""
        return self.observed.measure

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables that there are, by name."""
        found = {name: getattr(self, name) for name in ("effects", "variance", "slopes", "indices", "elementary")}
        return {name: table for name, table in found.items() if table is not None}


def analyse(
    frame: pd.DataFrame, factors: Sequence[Factor], design: str, measure: str, *, arm: str = "", against: str = ""
) -> Analysis:
    """Analyse one measure of a sweep by what its design allows.

    frame: one row per run with `point`, `iteration`, `arm`, the factors and the measures; points numbered in the order of
    the design, replicates on common draws. arm: of which response (empty: the first); against: minus that of another one.
    Raises RippleError for a measure or an arm that is not there, and for points that do not fit the design.
    """
    if not factors:
        raise RippleError("nothing was varied in this sweep, so there is nothing to explain")
    data = observed(frame, factors, design, measure, arm, against)
    if design == "sobol":
        return _of_sobol(data)
    if design == "morris":
        return _of_morris(data)
    data = data.complete()
    found = parts(data.values)
    if design == "grid":
        lost = _gaps_of_grid(data)
        return Analysis(
            data, found, effects=grid_effects(data), variance=shares_of_variance(data),
            notes=(*_notes(data, found), *lost),
        )  # fmt: skip
    if design == "one-at-a-time":
        return Analysis(data, found, effects=one_at_a_time_effects(data), notes=_notes(data, found))
    if design in _FILLING:
        return _of_points(data, found)
    raise RippleError(f"design: '{design}' is not known; analyses are made of {', '.join(DESIGNS)}")


DESIGNS = ("grid", "one-at-a-time", *_FILLING, "sobol", "morris")


def analyse_sweep(sweep: Sweep, measure: str = "", *, arm: str = "", against: str = "") -> Analysis:
    """The analysis of a sweep, as `analyse` of its frame. measure: default, the first that was kept."""
    experiment = sweep.experiment
    if sweep.runs.empty:
        raise RippleError("no run of this sweep is done yet")
    frame = sweep.frame.assign(point=sweep.runs["point"])
    left = sweep.n_runs - len(frame)
    chosen = measure or measures_in(frame, experiment.factors)[0]
    if experiment.design.get("second_order"):
        frame = _first_order_only(frame, len(experiment.factors))
    found = analyse(frame, experiment.factors, experiment.kind, chosen, arm=arm, against=against)
    notes = list(found.notes)
    if left:
        notes.insert(0, f"{left:,} of {sweep.n_runs:,} runs are not there (yet to be run, or failed)")
    if experiment.seeds != "common":
        notes.append("points have draws of their own (seeds: fresh), so luck does not drop out when they are compared")
    return replace(found, notes=tuple(notes))


def _first_order_only(frame: pd.DataFrame, k: int) -> pd.DataFrame:
    """Without the points that are there for interactions of two: b with each factor from a."""
    pair, place = frame["point"] // (2 * k + 2), frame["point"] % (2 * k + 2)
    kept = (place <= k) | (place == 2 * k + 1)
    return frame[kept].assign(point=pair * (k + 2) + place.where(place <= k, k + 1))


def _of_sobol(data: Observed) -> Analysis:
    found = parts(data.complete().values)
    notes = _notes(data.complete(), found)
    return Analysis(data, found, indices=sobol_indices(data), notes=notes)


def _of_morris(data: Observed) -> Analysis:
    found = parts(data.complete().values)
    return Analysis(data, found, elementary=elementary_effects(data), notes=_notes(data.complete(), found))


def _of_points(data: Observed, found: Parts) -> Analysis:
    table, straight = slopes(data, found.noise_of_means)
    notes = list(_notes(data, found))
    if straight < 0.7:
        notes.append(
            f"straight lines explain {100 * straight:.0f} % of the variance between points: curves or interactions"
        )
    indices = None
    if any(f.distribution == "choice" for f in data.factors):
        notes.append("first indices are not given: a factor that is a choice has no order to read them from")
    elif data.design == "sobol-sequence":
        notes.append(
            "first indices are not given: points of a Sobol sequence have an order that looks like one of the model; take "
            "latin-hypercube for first indices, sobol for total ones too"
        )
    elif data.n_points < _LEAST_GIVEN:
        notes.append(f"first indices are not given: {data.n_points} points are too few ({_LEAST_GIVEN} or more)")
    else:
        indices = given_data_indices(data, found.noise_of_means)
        notes.append("total indices need the points of the design `sobol`")
    return Analysis(data, found, slopes=table, straight=straight, indices=indices, notes=tuple(notes))


def _notes(data: Observed, found: Parts) -> tuple[str, ...]:
    notes = list(data.notes)
    if data.n_replicates < 2:
        notes.append(
            "with one replicate luck cannot be told from parameters: it is in every number here, and effects of a grid or of "
            "one-at-a-time have no interval"
        )
    elif found.noise_of_means > 0.5:
        notes.append(
            f"{100 * found.noise_of_means:.0f} % of the spread between the points' means is luck: take more replicates"
        )
    return tuple(notes)


def _gaps_of_grid(data: Observed) -> tuple[str, ...]:
    wanted = math.prod(data.points[f.path].map(str).nunique() for f in data.factors)
    if data.n_points == wanted:
        return ()
    return ("the grid has gaps, so the effects of its factors are not quite apart",)
