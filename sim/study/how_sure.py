"""How sure is the ranking of arms when what was assumed is varied: often best, how much regret, and what it hangs on.

Every draw takes all parameters jointly from their ranges (a Latin hypercube), with seeds of its own, and runs all arms on
the same users and luck. What somebody knows stays as it is: a parameter that the file sets, or one of its arms, is not
drawn. Each draw is one crisis, so a share of draws tells of luck and of what is not known at once.

    both.how_sure.chances()                      # arm, measure: share of draws in which it is best, expected regret
    both.how_sure.hangs_on("trust_days_lost")    # parameters, those that the ranking hangs on first
    both.how_sure.by_thirds("parameters.repair") # how often each arm is best in each third of a parameter's range

Regret is what choosing an arm costs against the arm that would have been best in that draw (Savage 1951); its expectation
is what knowing more could save. The screen is by permutation: a parameter is named when the shares of being best differ
more between its thirds than for any of all parameters in 95 % of random orders (Westfall & Young 1993).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from sim.errors import RippleError, did_you_mean
from sim.scenario.measures_named import MEASURES
from sim.scenario.parameters import HAZARDS, PARAMETERS, SECTORS
from sim.scenario.scenario import Scenario
from sim.study.design import Factor, latin_hypercube, parameter_factors
from sim.study.folder import tables_in
from sim.study.sheets import write_csv
from sim.world import draws

THIRDS = ("lowest", "middle", "highest")
SCREEN = 0.05  # chance that noise alone names any parameter
_ORDERS = 1000  # random orders of the draws
_Z = 1.959964  # of a 95 % interval
_FILES = ("how_sure_points", "how_sure_runs")


@dataclass(frozen=True)
class HowSure:
    """Arms on drawn parameters.

    points  draw x `parameters.NAME`: the values drawn
    runs    draw, seed, arm, one column per measure
    """

    arms: list[str]
    points: pd.DataFrame
    runs: pd.DataFrame

    @property
    def n_draws(self) -> int:
        """How many draws there are."""
        return len(self.points)

    def chances(self) -> pd.DataFrame:
        """arm, measure, best (share of draws, ties split), low, high (its 95 % interval, Wilson 1927), regret (expected, in
        the unit of the measure), regret_low, regret_high; over the draws in which all arms have a value.
        """
        rows = []
        for name in MEASURES:
            wins, regret = self._ranked(name)
            for k, arm in enumerate(self.arms):
                if not len(wins):
                    rows.append((arm, name, *[math.nan] * 6))
                    continue
                mean = regret[:, k].mean()
                half = _Z * regret[:, k].std(ddof=1) / math.sqrt(len(regret)) if len(regret) > 1 else math.nan
                share = wins[:, k].mean()
                rows.append(
                    (arm, name, share, *_wilson(share, len(wins)), mean, np.maximum(0.0, mean - half), mean + half)
                )
        columns = ["arm", "measure", "best", "low", "high", "regret", "regret_low", "regret_high"]
        return pd.DataFrame(rows, columns=columns)

    def favoured(self, measure: str = "trust_days_lost") -> str:
        """The arm with the least expected regret; of equal ones the first."""
        _, regret = self._ranked(measure)
        return self.arms[int(np.argmin(regret.mean(axis=0)))] if len(regret) else self.arms[0]

    def hangs_on(self, measure: str = "trust_days_lost") -> pd.DataFrame:
        """Which parameters decide whether the favoured arm is best, the most telling first.

        parameter, lowest, middle, highest (share of draws in which the favoured arm is best, by thirds of the values),
        correlation (Spearman's, of the parameter with the favoured arm's lead over the best of the others), chance (that
        noise gives any parameter such a spread), hangs (True when that is under SCREEN)
        """
        wins, _ = self._ranked(measure)
        columns = ["parameter", *THIRDS, "correlation", "chance", "hangs"]
        if len(wins) < 3 * len(THIRDS) or len(self.arms) < 2:
            return pd.DataFrame(columns=columns)
        values = self._values(measure)
        known = np.isfinite(values).all(axis=1)
        arm = self.arms.index(self.favoured(measure))
        best, names = wins[:, arm], list(self.points.columns)
        third = np.column_stack([_thirds(self.points.loc[known, name].to_numpy()) for name in names])
        found = _between(third, best[None, :])[0]
        order = draws.generator(0, "how sure")
        shuffled = order.permuted(np.tile(best, (_ORDERS, 1)), axis=1)
        strongest = _between(third, shuffled).max(axis=1)
        chance = (1 + (strongest[:, None] >= found - 1e-12).sum(axis=0)) / (1 + _ORDERS)
        signed = values[known] * (-1.0 if MEASURES[measure].better == "lower" else 1.0)
        lead = signed[:, arm] - np.delete(signed, arm, axis=1).max(axis=1)
        rows = [
            (
                name.removeprefix("parameters."),
                *(float(best[third[:, k] == t].mean()) for t in range(len(THIRDS))),
                _rank_correlation(self.points.loc[known, name].to_numpy(), lead),
                chance[k],
                bool(chance[k] < SCREEN),
            )
            for k, name in enumerate(names)
        ]
        table = pd.DataFrame(rows, columns=columns)
        return table.iloc[np.lexsort((-found, chance))].reset_index(drop=True)

    def by_thirds(self, parameter: str, measure: str = "trust_days_lost") -> pd.DataFrame:
        """third, from, to (values of the parameter), arm, best: how often each arm is best in each third of the draws.

        Raises RippleError for a parameter that was not drawn.
        """
        name = parameter if parameter in self.points else f"parameters.{parameter}"
        if name not in self.points:
            known = [path.removeprefix("parameters.") for path in self.points]
            raise RippleError(f"'{parameter}' was not drawn{did_you_mean(parameter, known)}")
        wins, _ = self._ranked(measure)
        values = self.points.loc[np.isfinite(self._values(measure)).all(axis=1), name].to_numpy()
        third, rows = _thirds(values), []
        for t, word in enumerate(THIRDS):
            here = third == t
            for k, arm in enumerate(self.arms):
                rows.append((word, values[here].min(), values[here].max(), arm, float(wins[here, k].mean())))
        return pd.DataFrame(rows, columns=["third", "from", "to", "arm", "best"])

    def _values(self, measure: str) -> np.ndarray:
        return self.runs.pivot(index="draw", columns="arm", values=measure)[self.arms].to_numpy(dtype=np.float64)

    def _ranked(self, measure: str) -> tuple[np.ndarray, np.ndarray]:
        """Shares of being best and regret, each f8[draws, arms]."""
        values = self._values(measure)
        values = values[np.isfinite(values).all(axis=1)]
        if MEASURES[measure].better == "lower":
            values = -values
        if not len(values):
            return values, values
        top = values.max(axis=1, keepdims=True)
        first = values == top
        return first / first.sum(axis=1, keepdims=True), top - values

    def write(self, folder: Path) -> None:
        """Write the draws as Parquet, what they say as CSV."""
        for name, table in zip(_FILES, (self.points, self.runs), strict=True):
            table.to_parquet(folder / f"{name}.parquet")
        write_csv(self.chances(), folder / "how_sure.csv")
        write_csv(self.hangs_on(), folder / "hangs_on.csv")

    @classmethod
    def read(cls, folder: Path, arms: Sequence[str]) -> HowSure | None:
        """What `write` wrote; None when there is nothing. Raises FileNotFoundError when a part is missing."""
        if not any((folder / f"{name}.parquet").exists() for name in _FILES):
            return None
        points, runs = tables_in(folder, _FILES).values()
        return cls(list(arms), points, runs)


def factors_of(scenario: Scenario) -> list[Factor]:
    """The parameters that are drawn: those with a range, that the scenario leaves open, and that it has a use for."""
    known = {*scenario.parameters.own_choices}
    for arm in scenario.arms.values():
        known |= {name for name, value in arm.parameters.items() if value != scenario.parameters[name]}
    known |= {f"trust_{sector}" for sector in SECTORS if sector != scenario.brand.sector}
    exposed = {kind for arm in scenario.arms.values() for kind in (*arm.brand.policy.hazards, *arm.twin.policy.hazards)}
    known |= {f"hazard_{kind}" for kind in HAZARDS if kind not in exposed}
    open_ = [p.name for p in PARAMETERS.values() if p.distribution != "fixed" and p.name not in known]
    return parameter_factors(open_)


def drawn_points(scenario: Scenario, number: int, seed: int) -> pd.DataFrame:
    """`number` joint draws of the parameters: draw x path."""
    return latin_hypercube(factors_of(scenario), number, draws.derive(seed, "how sure", 0)).rename_axis("draw")


def put_together(points: pd.DataFrame, arms: Sequence[str], done: Sequence[Mapping[str, Mapping[str, float]]],
                 seeds: Sequence[int]) -> HowSure:  # fmt: skip
    """What draws make together. done: of each draw, arm -> measures; seeds: of their events."""
    rows = [
        {"draw": k, "seed": str(seed), "arm": arm, **values[arm]}
        for k, (seed, values) in enumerate(zip(seeds, done, strict=True))
        for arm in arms
    ]
    return HowSure(list(arms), points, pd.DataFrame(rows))


def _thirds(values: np.ndarray) -> np.ndarray:
    """0, 1 or 2: the third of the ranks."""
    ranks = np.argsort(np.argsort(values, kind="stable"), kind="stable")
    return ranks * len(THIRDS) // len(values)


def _between(third: np.ndarray, best: np.ndarray) -> np.ndarray:
    """Spread of the share of being best between thirds, sum of n (share - mean)^2.

    third  i8[draws, parameters];  best  f8[orders, draws];  returns f8[orders, parameters]
    """
    mean, total = best.mean(axis=1, keepdims=True), np.zeros((len(best), third.shape[1]))
    for t in range(len(THIRDS)):
        here = (third == t).astype(np.float64)
        many = here.sum(axis=0)
        total += many * ((best @ here) / many - mean) ** 2
    return total


def _rank_correlation(a: np.ndarray, b: np.ndarray) -> float:
    """Spearman's, with mean ranks for ties; 0 where one of them never varies."""
    ranks = np.column_stack([pd.Series(values).rank().to_numpy() for values in (a, b)])
    ranks -= ranks.mean(axis=0)
    norms = np.sqrt((ranks**2).sum(axis=0))
    return float(ranks[:, 0] @ ranks[:, 1] / norms.prod()) if norms.all() else 0.0


def _wilson(share: float, n: int) -> tuple[float, float]:
    """The 95 % interval of a share of n draws."""
    z2 = _Z * _Z / n
    middle = (share + z2 / 2) / (1 + z2)
    half = _Z * math.sqrt(share * (1 - share) / n + z2 / (4 * n)) / (1 + z2)
    return max(0.0, middle - half), min(1.0, middle + half)
