"""Talk and a wound that spreads, integrated with a step so fine that only round-off is left: the oracle of the engine.

    dT_i/dt = pull sum_j w_ij (T_j - T_i) + anchor (X_i - T_i),        X_i = base exp(-W_i)
    dW_i/dt = -W_i/wound_time + spread exp(-W_i) sum_j w_ij W_j

The spreading of wounds is a test of the scheme only; the model has none. Classic Runge-Kutta of fourth order on
dense arrays; shares no line with the package.
"""

from __future__ import annotations

import networkx as nx
import numpy as np

# Karate club, everyone listens alike to all friends; pull = anchor = .0125/h, wound_time 384 h, spread .01/h, base .6,
# wound 1 at user 0 and none elsewhere, T = .6 for all at the start (at rest before the wound), after 96 h.
KARATE_96H = {0: 0.420720, 1: 0.551515, 33: 0.592710}
KARATE_96H_MEAN = 0.556990


def karate_weights() -> np.ndarray:
    """f8[34, 34]: the karate club, ties of equal weight (its counts of shared places left out), rows sum to 1."""
    ties = nx.to_numpy_array(nx.karate_club_graph(), nodelist=range(34), weight=None)
    return ties / ties.sum(axis=1, keepdims=True)


def reference_talk(
    weights: np.ndarray,
    start: np.ndarray,
    wounds: np.ndarray,
    hours: float,
    base: np.ndarray | float = 0.6,
    pull: np.ndarray | float = 0.0125,
    anchor: np.ndarray | float = 0.0125,
    wound_time: float = 384.0,
    spread: float = 0.01,
    step: float = 0.1,
) -> tuple[np.ndarray, np.ndarray]:
    """T and W, f8[n] each, after `hours` from T = start and W = wounds.

    weights  [n, n], rows sum to 1 or 0;  start, wounds  [n];  base, pull (1/h), anchor (1/h)  one number or [n]
    wound_time  h, math.inf for wounds that stay;  spread  1/h, 0 for wounds that spread to nobody
    step  h; 0.1 h is right to 1e-12 at these rates.
    """
    heard = weights.sum(axis=1)
    count = max(1, round(hours / step))
    h = hours / count

    def speed(trust, wound):
        d_trust = pull * (weights @ trust - heard * trust) + anchor * (base * np.exp(-wound) - trust)
        d_wound = -wound / wound_time + spread * np.exp(-wound) * (weights @ wound)
        return d_trust, d_wound

    trust, wound = np.array(start, dtype=np.float64), np.array(wounds, dtype=np.float64)
    for _ in range(count):
        t1, w1 = speed(trust, wound)
        t2, w2 = speed(trust + h / 2 * t1, wound + h / 2 * w1)
        t3, w3 = speed(trust + h / 2 * t2, wound + h / 2 * w2)
        t4, w4 = speed(trust + h * t3, wound + h * w3)
        trust = trust + h / 6 * (t1 + 2 * t2 + 2 * t3 + t4)
        wound = wound + h / 6 * (w1 + 2 * w2 + 2 * w3 + w4)
    return trust, wound
