"""Waiting: a desk of some agents who answer in turn, as the queue M/M/c; and what waiting does to the one who waits.

Complaints come at random at `arrivals` per hour, each of `servers` agents answers `service` per hour when busy, nobody
gives up.

Sources: Kendall 1953, doi:10.1214/aoms/1177728975; Gans, Koole & Mandelbaum 2003, doi:10.1287/msom.5.2.79.16071.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from sim.errors import RippleError


def wait_probability(arrivals: float, service: float, servers: int, longer_than: float = 0.0) -> float:
    """The share of complaints that wait longer than some hours: C exp(-(servers service - arrivals) longer_than).

    C is Erlang's delay formula, with a = arrivals/service:
    C = a^c/c! / ((1 - a/c) sum_{k<c} a^k/k! + a^c/c!), the share that does not find a free agent (longer_than = 0).
    arrivals, service  1/h;  servers  whole number >= 1;  longer_than  h, in the order of arrival.
    Raises RippleError when the desk cannot keep up (arrivals >= servers x service).
    """
    _check(arrivals, service, servers)
    if not longer_than >= 0:
        raise RippleError(f"longer_than: {longer_than} must be 0 hours or more")
    load = arrivals / service
    blocked = 1.0  # Erlang's loss formula by its recursion, which does not overflow
    for c in range(1, int(servers) + 1):
        blocked = load * blocked / (c + load * blocked)
    delayed = servers * blocked / (servers - load * (1 - blocked))
    return delayed * math.exp(-(servers * service - arrivals) * longer_than)


def mean_wait(arrivals: float, service: float, servers: int) -> float:
    """The mean time from complaint to the start of its answer, in hours: C / (servers service - arrivals).

    arrivals, service  1/h;  servers  whole number >= 1. All complaints count, also those answered at once.
    """
    return wait_probability(arrivals, service, servers) / (servers * service - arrivals)


def mean_queue(arrivals: float, service: float, servers: int) -> float:
    """The mean number of complaints that nobody works on yet: arrivals x mean_wait.

    Source: Little 1961, doi:10.1287/opre.9.3.383.
    """
    return arrivals * mean_wait(arrivals, service, servers)


def waiting_wound(hours: ArrayLike, rate: float, median: float, sigma: float) -> np.ndarray:
    """The wound of a complaint left open for some hours: rate x integral of F, F the lognormal law of patience.

    integral of F over 0..t = t Phi(z) - median exp(sigma^2/2) Phi(z - sigma),  z = ln(t/median) / sigma
    hours  h, one number or an array, >= 0;  rate  log scale per hour;  median  h, > 0;  sigma  between 0 and 30.
    Returns f8 of the shape of hours.
    Source: the partial mean of the lognormal; Crow & Shimizu 1988, Lognormal Distributions, ISBN 0824778030.
    """
    if not (0 < median < math.inf and 0 < sigma <= 30):
        raise RippleError(f"median {median} and sigma {sigma}: patience needs both above 0, sigma at most 30")
    open_for = np.asarray(hours, dtype=np.float64)
    if not np.all(np.isfinite(open_for) & (open_for >= 0)):
        raise RippleError("hours: every time must be 0 or more")
    lost = [0.0] * open_for.size
    for k, t in enumerate(open_for.ravel()):
        if t > 0:
            z = math.log(t / median) / sigma
            lost[k] = t * _normal_cdf(z) - median * math.exp(sigma**2 / 2) * _normal_cdf(z - sigma)
    return rate * np.array(lost).reshape(open_for.shape)


def _normal_cdf(z: float) -> float:
    return 0.5 * math.erfc(-z / math.sqrt(2))  # keeps its digits in the lower tail, as 1 + erf would not


def _check(arrivals: float, service: float, servers: int) -> None:
    if not 0 <= arrivals < math.inf or not 0 < service < math.inf:
        raise RippleError(f"arrivals {arrivals} and service {service}: rates per hour, service above 0")
    if servers != int(servers) or servers < 1:
        raise RippleError(f"servers: {servers} must be a whole number, 1 or more")
    if arrivals >= servers * service:
        raise RippleError(
            f"arrivals: {arrivals} an hour is more than {servers} x {service} answers; the queue grows without end"
        )
