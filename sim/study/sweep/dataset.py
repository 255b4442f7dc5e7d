"""A sweep with named dimensions and units, for xarray: axes are factors where the design is a grid, else its points."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sim.dynamics import observe
from sim.errors import RippleError
from sim.scenario.measures_named import MEASURES
from sim.scenario.parameters import PARAMETERS

if TYPE_CHECKING:
    from sim.study.sweep.opened import Sweep

_SERIES = {name: (unit, meaning) for name, unit, meaning in observe.described()} | {
    "gap": ("0..1", "how far mean trust lies below that of the quiet twin")
}


def dataset_of(sweep: Sweep) -> Any:
    """An xarray.Dataset: measures over factors x arm x iteration (a whole grid), else over point x arm x iteration.

    Then the factors are coordinates of `point`. Series have the further dimension `hour`; one that is called like a
    measure has `series_` before its name. Runs that are not there are NaN; units and meanings are attributes.
    Raises RippleError when xarray is not installed.
    """
    try:
        import xarray
    except ImportError:
        raise RippleError('named dimensions need xarray; install it with: pip install "trust-ripple[sweep]"') from None
    axes, places = _axes(sweep)
    arms, iterations = (
        list(sweep.experiment.arms) or [""],
        np.arange(max(stage.replicates for stage in sweep.jobs.stages)),
    )
    runs = sweep.runs
    shape = (*(len(values) for values in axes.values()), len(arms), len(iterations))
    at = (*_index(places, runs), _codes(runs, arms), _column(runs, "iteration"))
    data: dict[str, Any] = {}
    dims = (*axes, "arm", "iteration")
    for name in runs.columns[runs.columns.get_loc("seconds") + 1 :] if len(runs) else ():
        values = np.full(shape, np.nan)
        values[at] = runs[name].to_numpy()
        data[name] = (dims, values, _measure(name))
    coords: dict[str, Any] = {name: ((name,), values, _factor(sweep, name)) for name, values in axes.items()}
    if list(axes) == ["point"]:
        coords |= {name: (("point",), sweep.points[name].to_numpy(), _factor(sweep, name)) for name in sweep.points}
    coords |= {"arm": arms, "iteration": iterations}
    data |= _series(sweep, places, shape, dims, arms, coords, set(data))
    facts = {"name": sweep.experiment.name, "title": sweep.experiment.title, "question": sweep.experiment.question}
    return xarray.Dataset(data, coords, {key: value for key, value in facts.items() if value})


def _axes(sweep: Sweep) -> tuple[dict[str, np.ndarray], list[np.ndarray]]:
    """The axes with their values, and for each the place on it of every point."""
    points = sweep.points
    if sweep.experiment.kind == "grid":
        levels = {str(name): pd.unique(points[name]) for name in points}
        if len(points) == np.prod([len(values) for values in levels.values()]):  # whole: not when it grew
            codes = [pd.Categorical(points[name], categories=values).codes for name, values in levels.items()]
            return {name: np.asarray(values) for name, values in levels.items()}, [np.asarray(code) for code in codes]
    return {"point": np.arange(len(points))}, [np.arange(len(points))]


def _index(places: list[np.ndarray], runs: pd.DataFrame) -> list[np.ndarray]:
    return [place[_column(runs, "point")] for place in places]


def _column(runs: pd.DataFrame, name: str) -> np.ndarray:
    return runs[name].to_numpy() if name in runs else np.zeros(0, dtype=np.int64)


def _codes(runs: pd.DataFrame, arms: list[str]) -> np.ndarray:
    return np.asarray(pd.Categorical(runs.get("arm", []), categories=arms).codes)


def _series(
    sweep: Sweep,
    places: list[np.ndarray],
    shape: tuple[int, ...],
    dims: tuple[str, ...],
    arms: list[str],
    coords: dict[str, Any],
    taken: set[str],
) -> dict[str, Any]:
    """The columns over time, over the same axes and `hour`."""
    if not sweep.experiment.series or sweep.series.empty:
        return {}
    rows = sweep.series.merge(sweep.runs[["RunId", "point"]], on="RunId")
    hours = np.unique(rows["Step"].to_numpy())
    coords["hour"] = (("hour",), hours, {"units": "h", "long_name": "hours since the start"})
    at = (*_index(places, rows), _codes(rows, arms), rows["iteration"].to_numpy(), np.searchsorted(hours, rows["Step"]))
    found = {}
    for name in sweep.experiment.series:
        values = np.full((*shape, len(hours)), np.nan)
        values[at] = rows[name].to_numpy()
        unit, meaning = _SERIES.get(name, ("", "column of a rule"))
        attributes = {"units": unit, "long_name": meaning}
        found[f"series_{name}" if name in taken else name] = ((*dims, "hour"), values, attributes)
    return found


def _measure(name: str) -> dict[str, str]:
    measure = MEASURES.get(name)
    return {"units": measure.unit, "long_name": measure.meaning} if measure is not None else {}


def _factor(sweep: Sweep, name: str) -> dict[str, str]:
    """Unit and meaning of a factor, as far as they are known."""
    found = next((factor for factor in sweep.experiment.factors if factor.path == name), None)
    parameter = PARAMETERS.get(name.removeprefix("parameters."))
    facts = {"units": found.unit if found is not None else ""}
    if parameter is not None:
        facts = {"units": parameter.unit, "long_name": parameter.meaning}
    return {key: value for key, value in facts.items() if value}
