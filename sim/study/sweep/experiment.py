"""An experiment: a question, a scenario, factors, a design, replicates, and what is kept of every run.

experiment = load_experiment("experiments/reply-time.yaml")
experiment.points()                     # the design, one row per point
experiment.changes_at(experiment.points().iloc[3])   # what the scenario is changed to there
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from sim.errors import RippleError
from sim.scenario.scenario import Scenario
from sim.study import design as designs
from sim.study.sweep.factors import Varied, value_in


@dataclass(frozen=True)
class Panel:
    """Users followed through each run: an audience or a number of them, columns of the table of users, hours."""

    users: Mapping[str, object] | int
    columns: tuple[str, ...]
    hours: tuple[float, ...]


@dataclass(frozen=True)
class Experiment:
    """A checked experiment. Without a scenario its points are those of a function of one's own.

    varied: the factors and what their values change; design: kind and options; seeds: `common` (every point has the
    draws of its replicate: replicates are blocks) or `fresh`; series, every: columns over time and their distance (h; None:
    each step); document: the file with all short forms written out, from which it loads again.
    """

    name: str
    title: str
    question: str
    expected: str
    sources: tuple[str, ...]
    scenario: Scenario | None
    arms: tuple[str, ...]
    varied: tuple[Varied, ...]
    design: Mapping[str, Any]
    replicates: int
    seed: int
    seeds: str
    measures: tuple[str, ...]
    series: tuple[str, ...]
    every: float | None
    panel: Panel | None
    origin: str = field(compare=False)
    folder: Path = field(compare=False)
    document: Mapping[str, Any] = field(compare=False, repr=False)

    @property
    def factors(self) -> list[designs.Factor]:
        """What is varied, with ranges and distributions."""
        return [one.factor for one in self.varied]

    @property
    def kind(self) -> str:
        """The kind of design: grid, one-at-a-time, latin-hypercube, sobol-sequence, sobol, morris, csv."""
        return str(self.design["kind"])

    def points(self) -> pd.DataFrame:
        """The design: point x factor. Raises RippleError for one that cannot be made."""
        factors, options = self.factors, self.design
        try:
            if self.kind == "grid":
                return self._on_levels()
            if self.kind == "one-at-a-time":
                return designs.one_at_a_time(self._with_levels(), self._base())
            if self.kind == "csv":
                return self._from_file()
            if self.kind == "latin-hypercube":
                return designs.latin_hypercube(factors, options["points"], self.seed)
            if self.kind == "sobol-sequence":
                return designs.sobol(factors, options["points"], self.seed)
            if self.kind == "sobol":
                return designs.saltelli(
                    factors, options["points"], self.seed, second_order=bool(options.get("second_order"))
                )
            return designs.morris(factors, options["trajectories"], self.seed, levels=options.get("levels") or 4)
        except RippleError as problem:
            raise RippleError(f"{self.origin}: design: {problem}") from None

    def changes_at(self, point: Mapping[Any, Any]) -> dict[str, object]:
        """What the scenario is changed to at a point (factor -> value), path by path."""
        changes: dict[str, object] = {}
        for one in self.varied:
            changes |= one.changes(point[one.factor.path])
        return changes

    def hash(self) -> str:
        """A hash of all that the results depend on but the scenario."""
        return hashlib.sha256(json.dumps(self.facts(), sort_keys=True).encode()).hexdigest()

    def facts(self) -> dict[str, Any]:
        """What the results depend on but the scenario, as plain values; what only people read is left out."""
        return {
            "arms": list(self.arms),
            "factors": {
                one.factor.path: {
                    "low": _number(one.factor.low),
                    "high": _number(one.factor.high),
                    "distribution": one.factor.distribution,
                    "values": list(one.factor.values),
                    "unit": one.factor.unit,
                    "paths": list(one.paths),
                    "settings": [[label, dict(what)] for label, what in (one.settings or {}).items()],
                    "levels": one.levels,
                    "base": one.base,
                }
                for one in self.varied
            },
            "design": {key: value for key, value in self.design.items() if key != "file"},
            "replicates": self.replicates,
            "seed": self.seed,
            "seeds": self.seeds,
            "measures": list(self.measures),
            "series": {"columns": list(self.series), "every": self.every} if self.series else None,
            "panel": None
            if self.panel is None
            else {
                "users": self.panel.users if isinstance(self.panel.users, int) else _plain(self.panel.users),
                "columns": list(self.panel.columns),
                "hours": list(self.panel.hours),
            },
        }

    def _with_levels(self) -> list[designs.Factor]:
        """The factors with their values; ranges as so many levels as they or the design say."""
        usual = self.design.get("levels") or designs.LEVELS
        return [replace(one.factor, values=tuple(one.factor.levels(one.levels or usual))) for one in self.varied]

    def _on_levels(self) -> pd.DataFrame:
        return designs.grid(self._with_levels())

    def _base(self) -> dict[str, Any]:
        base: dict[str, Any] = {}
        for one in self.varied:
            path = one.factor.path
            found = one.base
            if found is None and self.scenario is not None and one.settings is None and one.paths:
                found = value_in(self.scenario, one.paths[0])
            if found is None and one.factor.distribution == "choice":
                found = one.factor.values[0]
            if found is None:
                raise RippleError(f"one at a time: {path} has no value to stay at; give the factor a `base`")
            base[path] = found
        return base

    def _from_file(self) -> pd.DataFrame:
        file = self.folder / str(self.design["file"])
        table = designs.from_csv(file, self.factors)
        for one in self.varied:
            name = one.factor.path
            if one.settings is not None or one.factor.distribution == "choice":
                unknown = [value for value in table[name] if value not in one.factor.values]
                if unknown:
                    raise RippleError(f"{file}: {unknown[0]!r} is not one of the values of {name}")
        return table


def _number(value: float) -> float | None:
    return value if value == value else None


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(entry) for key, entry in value.items()}
    return [_plain(entry) for entry in value] if isinstance(value, (list, tuple)) else value
