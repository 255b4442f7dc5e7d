"""From runs with known parameters and an observed series to what the parameters may be: the posterior.

Approximate Bayesian computation with summaries that are learnt and a regression that takes back what the tolerance
adds. Every run has draws of its own from the prior; z are these draws as standard normals, whatever their distribution.

1. A ridge regression on what was predicted (principal components, their squares and products) guesses z: the summaries
   (Fearnhead & Prangle 2012, doi:10.1111/j.1467-9868.2011.01010.x). Each run is guessed from runs other than itself.
2. The runs whose guesses lie nearest to that of the observed series are kept, and the regression is learnt again on them.
3. Of these the nearest are kept and moved along a weighted linear regression of z on the guesses to the observed one
   (Beaumont, Zhang & Balding 2002, doi:10.1093/genetics/162.4.2025).

Why not another: on the same 1,000 runs plain rejection gives ranges 10 to 40 % wider (experiments/fit/recovery.py;
docs/fit.md). A search for the best point (Optuna) gives no range, and one that narrows in rounds (SMC) needs runs of its
own for every data set, so that a fit could not try itself on runs whose numbers are known, as this one does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

FOLDS = 5
COMPONENTS = 8  # principal components of each series
PRODUCTS = 4  # of the first so many of each, also the products of two
PENALTIES = np.geomspace(0.1, 1000.0, 9)
FAR = 4.0  # standard deviations at which a summary is cut: squares of what no run showed would lead astray


@dataclass(frozen=True)
class Posterior:
    """z f8[draws, parameters]: draws as standard normals of the prior; weight f8[draws], sums to 1.

    nearest: which runs they come from; distance: how far the observed lies from the middle of all runs, in standard
    deviations of the principal components, and farthest: the largest of these among 99 % of the runs.
    """

    z: np.ndarray
    weight: np.ndarray
    nearest: np.ndarray
    distance: float
    farthest: float

    def quantiles(self, shares: tuple[float, ...]) -> np.ndarray:
        """Quantiles of each parameter, f8[shares, parameters]."""
        return np.array([[weighted_quantile(column, self.weight, q) for column in self.z.T] for q in shares])

    @property
    def variance(self) -> np.ndarray:
        """Of each parameter, against 1 before the data."""
        return self.weight @ (self.z - self.weight @ self.z) ** 2


def weighted_quantile(values: np.ndarray, weight: np.ndarray, share: float) -> float:
    """The value below which a share of the weight lies, straight between the middles of the weights."""
    order = np.argsort(values)
    middle = np.cumsum(weight[order]) - weight[order] / 2
    return float(np.interp(share, middle / weight.sum(), values[order]))


class Summaries:
    """What the regression guesses from: learnt from all runs once, then read off any series.

    outputs f8[runs, values] and rough f8[runs, series] as compared; parts: where each series stands. Each series has
    principal components of its own, so that a noisy one does not drown another. features f8[runs, features]; lengths
    f8[runs]: how far each run lies from the middle, in standard deviations of the components.
    """

    def __init__(self, outputs: np.ndarray, rough: np.ndarray, parts: Sequence[slice]):
        self._parts = [(part, *_components(outputs[:, part])) for part in parts]
        self._rough = rough.mean(axis=0), rough.std(axis=0) + 1e-9
        firsts = np.cumsum([0, *(axes.shape[1] for _, _, axes in self._parts)])
        self._strong = [
            int(at) + k
            for at, (_, _, axes) in zip(firsts, self._parts, strict=False)
            for k in range(min(PRODUCTS, axes.shape[1]))
        ]
        self.features, self.lengths = self.of(outputs, rough)

    def of(self, outputs: np.ndarray, rough: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Features f8[runs, features] and lengths f8[runs] of other series."""
        columns = [(outputs[:, part] - middle) @ axes for part, middle, axes in self._parts]
        components = np.column_stack([*columns, (rough - self._rough[0]) / self._rough[1]])
        cut = np.clip(components, -FAR, FAR)
        products = [cut[:, a] * cut[:, b] for a in self._strong for b in self._strong if b > a]
        return np.column_stack([cut, cut**2, *products]), np.sqrt((components**2).mean(axis=1))


def _components(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Middle and axes of the principal components of one series, each with standard deviation 1 over the runs."""
    middle, sd = values.mean(axis=0), values.std(axis=0)
    sd = np.maximum(sd, 1e-3 * sd.max() + 1e-12)
    _, size, axes = np.linalg.svd((values - middle) / sd, full_matrices=False)
    number = min(COMPONENTS, max(1, int((size > 1e-6 * size[0]).sum())))
    spread = np.maximum(size[:number] / np.sqrt(len(values)), 1e-12)
    return middle, axes[:number].T / spread / sd[:, None]


def posterior(
    z: np.ndarray, summaries: Summaries, seen: np.ndarray, seen_rough: np.ndarray, *, without: int | None = None
) -> Posterior:
    """The posterior of an observed series f8[values], with its roughness f8[series], as compared.

    z f8[runs, parameters]: the draws of the runs that the summaries were learnt from; without: a run that is left out.
    """
    observed, length = summaries.of(seen[None], seen_rough[None])
    features, near = summaries.features, np.arange(len(z))
    if without is not None:
        near = np.delete(near, without)
    total = len(near)
    for keep in (max(300, total // 2), max(150, total // 4)):
        away, spread = _guesses(z[near], features[near], observed[0])
        far = np.sqrt(((away / spread) ** 2).sum(axis=1))
        if keep < len(near):
            chosen = np.argsort(far, kind="stable")[:keep]
            near, away, far = near[chosen], away[chosen], far[chosen]
    width = far.max() * (1 + 1e-9) or 1.0
    weight = np.maximum(1.0 - (far / width) ** 2, 1e-6)
    weight /= weight.sum()
    moved = _moved(z[near], away, weight)
    return Posterior(moved, weight, near, float(length[0]), float(np.quantile(summaries.lengths, 0.99)))


def _guesses(z: np.ndarray, features: np.ndarray, observed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How far the guess of each run lies from that of the observed, and the standard deviation of the errors of guesses.

    Both guesses come from the same other runs: what is wrong with these is then wrong with both, and drops out.

    The penalty of the ridge is, for each parameter, the one under which runs are best guessed from others.
    """
    fold = np.arange(len(z)) % FOLDS
    guess = np.empty((len(PENALTIES), *z.shape))
    at_seen = np.empty_like(guess)
    for k in range(FOLDS):
        here = fold == k
        x, y = features[~here], z[~here]
        middle, sd, mean = x.mean(axis=0), x.std(axis=0) + 1e-9, y.mean(axis=0)
        u = (x - middle) / sd
        size, axes = np.linalg.eigh(np.einsum("ij,ik->jk", u, u))  # small; threads of BLAS would wait for each other
        inner = axes.T @ (u.T @ (y - mean))
        there, seen = (features[here] - middle) / sd @ axes, (observed - middle) / sd @ axes
        for p, penalty in enumerate(PENALTIES):
            slopes = inner / (np.maximum(size, 0.0) + penalty)[:, None]
            guess[p, here] = mean + there @ slopes
            at_seen[p, here] = mean + seen @ slopes
    best = ((guess - z) ** 2).mean(axis=1).argmin(axis=0)  # of each parameter
    each = np.arange(z.shape[1])
    chosen, there = guess[best, :, each].T, at_seen[best, :, each].T
    return chosen - there, np.maximum((chosen - z).std(axis=0), 1e-6)


def _moved(z: np.ndarray, away: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Draws moved to where the guess is that of the observed, by a weighted regression on how far it is away."""
    x = np.column_stack([np.ones(len(z)), away])
    root = np.sqrt(weight)[:, None]
    slopes, *_ = np.linalg.lstsq(root * x, root * z, rcond=1e-8)
    rest = z - x @ slopes
    count = 1.0 / (weight**2).sum()
    return slopes[0] + rest * np.sqrt(count / max(count - x.shape[1], 1.0))
