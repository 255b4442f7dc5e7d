"""Which points of the space of factors are run: designs, each a table with one row per point and one column per factor.

    factors = [Factor("parameters.fading", 0.4, 0.65), Factor("brand.desk.agents", 1, 8, "whole")]
    latin_hypercube(factors, 64, seed=1)          # a DataFrame: point x path
    saltelli(parameter_factors(), 256, seed=1)    # for Sobol indices over every parameter

Sources: McKay, Beckman & Conover 1979, doi:10.2307/1268522 (Latin hypercubes); Saltelli et al. 2010,
doi:10.1016/j.cpc.2009.09.018 (the scheme for Sobol indices); Morris 1991, doi:10.1080/00401706.1991.10484804.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.errors import RippleError, did_you_mean
from sim.scenario.parameters import PARAMETERS
from sim.world import draws

DISTRIBUTIONS = ("uniform", "log-uniform", "beta", "whole", "choice")
LEVELS = 5  # of a range on a grid, when nobody says how many


@dataclass(frozen=True)
class Factor:
    """One thing that is varied. path: what it changes in a scenario; unit: for the eye (h, 1/h, share ...).

    low, high and distribution say what is drawn: `uniform`; `log-uniform` (low > 0); `beta`, for shares, densest at the
    value that divides low..high as it divides 0..1, which is p for p/2 to (1 + p)/2; `whole`, the whole numbers from low
    to high. With `values` it takes one of them, each as often (`choice`).
    Raises RippleError for a range that is none.
    """

    path: str
    low: float = math.nan
    high: float = math.nan
    distribution: str = "uniform"
    values: tuple[Any, ...] = ()
    unit: str = ""

    def __post_init__(self) -> None:
        if len(self.values):
            object.__setattr__(self, "values", tuple(self.values))
            object.__setattr__(self, "distribution", "choice")
            return
        if self.distribution not in DISTRIBUTIONS[:-1]:
            known = ", ".join(DISTRIBUTIONS[:-1])
            words = "a choice needs values" if self.distribution == "choice" else f"{self.distribution!r} is not known"
            near = did_you_mean(self.distribution, DISTRIBUTIONS)
            raise RippleError(f"{self.path}: {words}{near}; distributions of a range: {known}")
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low < self.high):
            raise RippleError(
                f"{self.path}: a range goes from a number to a higher one, not {self.low:g} to {self.high:g}"
            )
        if self.distribution == "log-uniform" and self.low <= 0:
            raise RippleError(f"{self.path}: a log-uniform range starts above 0, not at {self.low:g}")
        if self.distribution == "beta" and not (self.low >= 0 and self.high <= 1):
            raise RippleError(f"{self.path}: a beta range lies within 0 to 1, not {self.low:g} to {self.high:g}")
        if self.distribution == "whole" and (self.low % 1 or self.high % 1):
            raise RippleError(f"{self.path}: whole numbers go from one to another, not {self.low:g} to {self.high:g}")

    def at(self, share: Any) -> Any:
        """The value below which a share of the draws lies (inverse distribution function); share 0..1, also an array."""
        u = np.asarray(share, dtype=np.float64)
        if self.distribution == "choice":
            place = np.minimum((u * len(self.values)).astype(np.int64), len(self.values) - 1)
            return self.values[int(place)] if u.ndim == 0 else _column([self.values[k] for k in place.ravel()])
        if self.distribution == "whole":
            whole = np.minimum(np.floor(self.low + u * (self.high - self.low + 1)), self.high).astype(np.int64)
            return whole.item() if u.ndim == 0 else whole
        if self.distribution == "log-uniform":
            value = self.low * (self.high / self.low) ** u
        elif self.distribution == "beta":
            from scipy.special import betaincinv

            value = self.low + (self.high - self.low) * betaincinv(*self._shape(), u)
        else:
            value = self.low + (self.high - self.low) * u
        value = np.clip(value, self.low, self.high)  # round-off leaves no range
        return value.item() if u.ndim == 0 else value

    def share_of(self, value: Any) -> Any:
        """The way back: the share of the draws below a value (of a choice or a whole number: the middle of its step)."""
        if self.distribution == "choice":
            many = isinstance(value, (np.ndarray, pd.Series, list, tuple))
            places = [(self.values.index(v) + 0.5) / len(self.values) for v in (value if many else [value])]
            return np.array(places) if many else places[0]
        v = np.asarray(value, dtype=np.float64)
        if self.distribution == "whole":
            share = (v - self.low + 0.5) / (self.high - self.low + 1)
        elif self.distribution == "log-uniform":
            share = np.log(v / self.low) / math.log(self.high / self.low)
        elif self.distribution == "beta":
            from scipy.special import betainc

            share = betainc(*self._shape(), np.clip((v - self.low) / (self.high - self.low), 0.0, 1.0))
        else:
            share = (v - self.low) / (self.high - self.low)
        return share.item() if share.ndim == 0 else share

    def levels(self, number: int = LEVELS) -> list[Any]:
        """Its values; of a range, `number` of them evenly from low to high (in ratio when log-uniform)."""
        if self.distribution == "choice":
            return list(self.values)
        if self.distribution == "whole":
            steps = np.round(np.linspace(self.low, self.high, min(number, int(self.high - self.low) + 1)))
            return [int(step) for step in steps]
        if self.distribution == "log-uniform":
            return [float(v) for v in np.geomspace(self.low, self.high, number)]
        return [float(v) for v in np.linspace(self.low, self.high, number)]

    def _shape(self) -> tuple[float, float]:
        """The two numbers of the beta distribution on 0..1: mode m, spread as in PERT (Malcolm et al. 1959)."""
        outside = 1.0 - (self.high - self.low)
        mode = self.low / outside if outside > 0 else 0.5
        return 1.0 + 4.0 * mode, 1.0 + 4.0 * (1.0 - mode)


def parameter_factors(names: Iterable[str] | None = None) -> list[Factor]:
    """Parameters of the model as factors `parameters.NAME` with their own ranges; None: all that are not fixed.

    Raises RippleError for a name that is no parameter, or that of a fixed one.
    """
    chosen = [p.name for p in PARAMETERS.values() if p.distribution != "fixed"] if names is None else list(names)
    factors = []
    for name in chosen:
        if name not in PARAMETERS:
            raise RippleError(f"'{name}' is not a parameter{did_you_mean(name, PARAMETERS)}")
        p = PARAMETERS[name]
        if p.distribution == "fixed":
            raise RippleError(f"parameters.{name} is a convention without a range of its own; give it one")
        factors.append(Factor(f"parameters.{name}", p.low, p.high, p.distribution, unit=p.unit))
    return factors


# --- designs ----------------------------------------------------------------------------------------------------------


def grid(factors: Sequence[Factor], levels: int = LEVELS) -> pd.DataFrame:
    """Every combination of the factors' values, the last factor changing fastest; a range has `levels` of them."""
    rows = list(itertools.product(*(factor.levels(levels) for factor in _checked(factors))))
    return _table(factors, [[row[k] for row in rows] for k in range(len(factors))])


def one_at_a_time(factors: Sequence[Factor], base: Mapping[str, Any], levels: int = LEVELS) -> pd.DataFrame:
    """The base, then each factor through its values while the others stay at the base. base: path -> value."""
    middle = [base[factor.path] for factor in _checked(factors)]
    rows = [middle]
    for k, factor in enumerate(factors):
        rows += [[*middle[:k], value, *middle[k + 1 :]] for value in factor.levels(levels) if value != middle[k]]
    return _table(factors, [[row[k] for row in rows] for k in range(len(factors))])


def latin_hypercube(factors: Sequence[Factor], n: int, seed: int) -> pd.DataFrame:
    """n points; each factor's range is cut into n parts of the same chance, and each part holds one point."""
    from scipy.stats import qmc

    return at_shares(factors, qmc.LatinHypercube(len(_checked(factors)), seed=_own_seed(seed)).random(n))


def sobol(factors: Sequence[Factor], n: int, seed: int) -> pd.DataFrame:
    """n points (a power of two) of a scrambled Sobol sequence: they fill the space evenly."""
    return at_shares(factors, _sobol_points(len(_checked(factors)), n, seed))


def saltelli(factors: Sequence[Factor], n: int, seed: int, *, second_order: bool = False) -> pd.DataFrame:
    """The points from which Sobol indices are estimated; n: a power of two.

    n (k + 2) points for k factors, or n (2 k + 2) with those for interactions of two, in the order SALib reads: for each
    of the n pairs of points a and b: a; a with each factor in turn from b; [b with each in turn from a;] b.
    """
    k = len(_checked(factors))
    pairs = _sobol_points(2 * k, n, seed)
    a, b = pairs[:, :k], pairs[:, k:]

    def mixed(one: np.ndarray, other: np.ndarray) -> list[np.ndarray]:
        return [np.where(np.arange(k) == j, other, one) for j in range(k)]

    blocks = [a, *mixed(a, b), *(mixed(b, a) if second_order else []), b]
    return at_shares(factors, np.stack(blocks, axis=1).reshape(-1, k))


def morris(factors: Sequence[Factor], n: int, seed: int, *, levels: int = 4) -> pd.DataFrame:
    """n trajectories of k + 1 points that change one factor at a time, for elementary effects; levels: even.

    The levels are even steps of the share of draws, from 0 to 1. Each trajectory has draws of its own, so that more of them
    begin with the same ones.
    """
    from SALib.sample.morris import sample

    if levels % 2 or levels < 2:
        raise RippleError(f"levels: {levels} is odd; Morris steps by half of the levels, so write an even number")
    problem = {
        "num_vars": len(_checked(factors)),
        "names": [f.path for f in factors],
        "bounds": [[0.0, 1.0]] * len(factors),
    }
    seeds = [draws.derive(seed, "trajectory", k) % 2**32 for k in range(n)]
    return at_shares(factors, np.concatenate([sample(problem, 1, num_levels=levels, seed=s) for s in seeds]))


def from_csv(file: str | Path, factors: Sequence[Factor] = ()) -> pd.DataFrame:
    """The points of a CSV file, one per line, with a heading of paths; of other columns than some factors': an error.

    Without factors every column is one. Raises RippleError when it cannot be read, has no points, or empty cells.
    """
    try:
        table = pd.read_csv(file, skipinitialspace=True, encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as problem:
        raise RippleError(f"{file} cannot be read: {getattr(problem, 'strerror', problem)}") from None
    except pd.errors.ParserError as problem:
        raise RippleError(f"{file} is not a table of values separated by commas: {problem}") from None
    except pd.errors.EmptyDataError:
        raise RippleError(f"{file} is empty") from None
    if not len(table):
        raise RippleError(f"{file} has a heading and no points")
    wanted = [factor.path for factor in factors] or list(table.columns)
    for name in wanted:
        if name not in table:
            raise RippleError(f"{file} has no column '{name}'{did_you_mean(name, table.columns)}")
    for name in table:
        if name not in wanted:
            raise RippleError(f"{file}: the column '{name}' is no factor{did_you_mean(str(name), wanted)}")
    rows, columns = np.nonzero(table.isna().to_numpy())
    if len(rows):
        raise RippleError(f"{file}, line {rows[0] + 2}: nothing is written in the column '{table.columns[columns[0]]}'")
    return table[wanted].rename_axis("point")


def at_shares(factors: Sequence[Factor], shares: np.ndarray) -> pd.DataFrame:
    """The points at given shares of the factors' distributions. shares f8[points, factors], 0..1."""
    return _table(factors, [factor.at(shares[:, k]) for k, factor in enumerate(factors)])


def _checked(factors: Sequence[Factor]) -> Sequence[Factor]:
    paths = [factor.path for factor in factors]
    if not paths:
        raise RippleError("factors: name at least one")
    for path in paths:
        if paths.count(path) > 1:
            raise RippleError(f"factors: '{path}' stands twice")
    return factors


def _table(factors: Sequence[Factor], columns: Sequence[Any]) -> pd.DataFrame:
    values = {f.path: _column(column) for f, column in zip(factors, columns, strict=True)}
    return pd.DataFrame(values).rename_axis("point")


def _column(values: Any) -> np.ndarray:
    """Numbers as numbers, everything else as it is."""
    values = list(values)
    if all(isinstance(v, (int, float, np.number)) and not isinstance(v, bool) for v in values):
        return np.array(values)
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column


def _sobol_points(dimensions: int, n: int, seed: int) -> np.ndarray:
    from scipy.stats import qmc

    if n < 1 or n & (n - 1):
        below = 1 << max(0, n.bit_length() - 1) if n > 0 else 1
        raise RippleError(
            f"{n} points: a Sobol sequence fills the space evenly by powers of two; {below} or {2 * below}"
        )
    return qmc.Sobol(dimensions, scramble=True, seed=_own_seed(seed)).random_base2(n.bit_length() - 1)


def _own_seed(seed: int) -> int:
    """What a design is drawn from, apart from all that is drawn for its runs."""
    return draws.derive(seed, "design", 0) % 2**32
