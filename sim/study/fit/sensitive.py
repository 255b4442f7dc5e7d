"""Which parameters the observed series show at all: a first look with everything drawn at once."""

from __future__ import annotations

import numpy as np

from sim.world import draws

LOOK = 400  # runs of the first look
MOST = 6  # parameters that are fitted unasked: of more, a few series tell little each
_SHUFFLES = 200


def shown_by(outputs: np.ndarray, shares: np.ndarray, seed: int) -> list[int]:
    """The parameters that stand out of luck, the strongest first. outputs f8[runs, values]; shares f8[runs, parameters].

    A parameter's score is the share of the variance of the outputs that its rank explains alone, over their principal
    components; it stands out when it is above what 95 % of shuffles of the runs reach for the best of all parameters.
    """
    scaled = outputs - outputs.mean(axis=0)
    sd = scaled.std(axis=0)
    scaled = scaled / np.maximum(sd, 1e-3 * sd.max() + 1e-12)
    left, size, _ = np.linalg.svd(scaled, full_matrices=False)
    weight = size**2 / (size**2).sum()
    x = shares - shares.mean(axis=0)
    x /= np.sqrt((x**2).sum(axis=0))

    def scores(rows: np.ndarray) -> np.ndarray:
        return ((x[rows].T @ left) ** 2) @ weight

    shuffle = draws.generator(seed, "fit: shuffles")
    best = [scores(shuffle.permutation(len(x))).max() for _ in range(_SHUFFLES)]
    own = scores(np.arange(len(x)))
    out = np.flatnonzero(own > np.quantile(best, 0.95))
    return [int(k) for k in out[np.argsort(-own[out])][:MOST]]
