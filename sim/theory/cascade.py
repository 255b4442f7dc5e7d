"""Cascades: an author posts a story, some who hear it share it, and so on.

Each hearing makes a user share with probability p; a user shares at most once. A cascade is its author and all who
shared after; a hop is one passage from person to person, so those who share at depth 1 heard it from the author.
On networks with few short loops the sharers are a branching process, and these formulas hold as the network grows.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from sim.errors import RippleError


def share_probability(
    virality: float, listeners: float, hop: ArrayLike = 1, damping: float = 1.0, mood: float = 1.0
) -> np.ndarray:
    """The chance p that a first hearing at some hop makes a user share: -ln(1-p) = virality/listeners d^(hop-1) mood.

    virality   mean re-shares caused by one share, before damping (>= 0)
    listeners  mean number of listeners of a user reached along a tie (`listeners_along_tie`, > 0)
    hop        one number or an array; 0 counts as 1;  damping  d, 0..1 per hop;  mood  >= 0.
    Returns f8 of the shape of hop. Hazards add: p of several hearings is 1 - product of (1 - p).
    """
    if not 0 <= virality < math.inf or not 0 < listeners < math.inf or not 0 <= mood < math.inf:
        raise RippleError(f"virality {virality}, listeners {listeners}, mood {mood}: none negative, listeners above 0")
    _share("damping", damping)
    power = np.maximum(np.asarray(hop, dtype=np.float64), 1.0) - 1.0
    return -np.expm1(-virality / listeners * damping**power * mood)


def listeners_along_tie(listeners: ArrayLike, heard: ArrayLike | None = None) -> float:
    """The mean number of listeners of a user reached along a tie: sum heard_i listeners_i / sum heard_i.

    listeners  [n], how many listen to each user;  heard  [n], how many each listens to; left out for friendships,
    where both are the degree and the result is <k^2>/<k>: your friends have more friends than you have.
    Source: Feld 1991, doi:10.1086/229693; Newman 2002, doi:10.1103/PhysRevE.66.016128.
    """
    out = _degrees(listeners, "listeners")
    weight = out if heard is None else _degrees(heard, "heard")
    if weight.shape != out.shape:
        raise RippleError(f"heard: {weight.size} numbers for {out.size} users")
    return float(weight @ out / weight.sum())


def reproduction_number(share_chance: float, listeners: float, told_back: float = 1.0) -> float:
    """The mean number of new sharers that one sharer makes: R = p (kappa - told_back). Above 1 a story can explode.

    share_chance  p, 0..1 (`share_probability`);  listeners  kappa (`listeners_along_tie`);  told_back  the share of
    ties that also run back: 1 for friendships (who told you is among your listeners and will not share twice), 0 for
    a one-way tree. The number holds where the network has few short loops.
    Source: Newman 2002, doi:10.1103/PhysRevE.66.016128.
    """
    _share("share_chance", share_chance)
    _share("told_back", told_back)
    if not told_back <= listeners < math.inf:
        raise RippleError(f"listeners: {listeners} must be told_back ({told_back}) or more")
    return share_chance * (listeners - told_back)


def cascade_by_depth(author_listeners: float, later_listeners: float, share_chances: ArrayLike) -> np.ndarray:
    """The mean number of sharers at depth 1, 2, ...: author_listeners p_1, then each times later_listeners p_h.

    share_chances  [depths], p_h at each hop (equal ones where nothing is damped);  author_listeners  mean number of
    listeners of the author;  later_listeners  mean number of listeners of a sharer who have not heard it before.
    Returns f8[depths]; the author is not counted.
    Source: the means of a branching process; Harris 1963, doi:10.1007/978-3-642-51866-9.
    """
    p = np.asarray(share_chances, dtype=np.float64)
    if p.ndim != 1 or not p.size or not np.all((p >= 0) & (p <= 1)):
        raise RippleError("share_chances: write a list of chances, one for each depth, between 0 and 1")
    if not 0 <= author_listeners < math.inf or not 0 <= later_listeners < math.inf:
        raise RippleError(f"author_listeners {author_listeners}, later_listeners {later_listeners}: must be 0 or more")
    factors = later_listeners * p
    factors[0] = author_listeners * p[0]
    return np.cumprod(factors)


def mean_cascade_size(first: float, later: float) -> float:
    """The mean size of a cascade with its author: 1 + first/(1 - later), infinite from later = 1 up.

    first  mean re-shares of the author's post;  later  mean re-shares of each later share (`reproduction_number`).
    Source: Harris 1963, doi:10.1007/978-3-642-51866-9.
    """
    if not 0 <= first < math.inf or not 0 <= later < math.inf:
        raise RippleError(f"first {first} and later {later}: mean numbers of re-shares, 0 or more")
    if first == 0:
        return 1.0
    return 1 + first / (1 - later) if later < 1 else math.inf


def cascade_sizes_tree(
    branching: int, share_chance: float, largest: int, first_branching: int | None = None
) -> np.ndarray:
    """P(size = 1..largest), author included, where everyone tells `branching` others who each share with chance q.

    P(m + 1) = b0/(b0 + b m) C(b0 + b m, m) q^m (1-q)^(b0 + b m - m), with m the re-shares, b = branching and
    b0 = first_branching, the listeners of the author (b when left out; b + 1 in a tree of friends).
    share_chance  q, 0..1;  largest  whole number >= 1.
    Returns f8[largest]; the first entry is the chance that nobody shares, (1-q)^b0.
    Source: Dwass 1969, doi:10.2307/3212112; Jain & Consul 1971, doi:10.1137/0121056.
    """
    first = branching if first_branching is None else first_branching
    _share("share_chance", share_chance)
    for name, value in (("branching", branching), ("first_branching", first), ("largest", largest)):
        if value != int(value) or value < 1:
            raise RippleError(f"{name}: {value} must be a whole number, 1 or more")
    q = share_chance
    found = np.zeros(int(largest))
    for m in range(int(largest)):
        trials = first + branching * m
        kept_silent = trials - m
        if (q == 0 and m > 0) or (q == 1 and kept_silent > 0):
            continue
        log_p = math.lgamma(trials + 1) - math.lgamma(m + 1) - math.lgamma(kept_silent + 1)
        log_p += (m * math.log(q) if m else 0.0) + (kept_silent * math.log1p(-q) if kept_silent else 0.0)
        found[m] = first / trials * math.exp(log_p)
    return found


def cascade_sizes_poisson(later: float, largest: int, first: float | None = None) -> np.ndarray:
    """P(size = 1..largest), author included, where re-shares are Poisson, as on the random network G(n, p).

    P(m + 1) = f (f + l m)^(m-1) exp(-(f + l m)) / m!, with m the re-shares, l = later their mean number per share
    (mean degree x q) and f = first that of the author's post (l when left out: Borel's law).
    Returns f8[largest]; sums to less than 1 when stories can explode (later > 1).
    Source: Consul & Jain 1973, doi:10.1080/00401706.1973.10489112; Dwass 1969, doi:10.2307/3212112.
    """
    start = later if first is None else first
    if not 0 <= later < math.inf or not 0 <= start < math.inf:
        raise RippleError(f"later {later} and first {start}: mean numbers of re-shares, 0 or more")
    if largest != int(largest) or largest < 1:
        raise RippleError(f"largest: {largest} must be a whole number, 1 or more")
    found = np.zeros(int(largest))
    found[0] = math.exp(-start)
    for m in range(1, int(largest) if start > 0 else 1):
        mean = start + later * m
        found[m] = math.exp(math.log(start) + (m - 1) * math.log(mean) - mean - math.lgamma(m + 1))
    return found


def final_size_poisson(mean: float) -> float:
    """The share S of users of G(n, p) whom a story that explodes reaches as sharers: S = 1 - exp(-mean S).

    mean  re-shares per share, mean degree x q; S = 0 up to 1. It is also the chance that a story explodes, and the
    share of the largest component.
    Source: Newman, Strogatz & Watts 2001, doi:10.1103/PhysRevE.64.026118.
    """
    if not 0 <= mean < math.inf:
        raise RippleError(f"mean: {mean} must be 0 or more")
    if mean <= 1:
        return 0.0
    return 1 - _smallest_root(lambda v: math.exp(-mean * (1 - v)), lambda v: mean * math.exp(-mean * (1 - v)))


def told_and_heard(listeners: float, share_chance: float, met: float) -> tuple[float, float]:
    """The shares of users of G(n, p) who pass a story on and who hear of it, when a share of them met it by itself.

    s = 1 - (1 - met q) exp(-listeners q s),  h = 1 - exp(-listeners s)

    listeners  mean degree;  share_chance  q of each time somebody meets or hears it, 0..1;  met  0..1, drawn at random.
    s is the share of all users, h that of those who did not meet it. With met going to 0, s goes to `final_size_poisson`
    times 1, and the chance that m people start an outbreak is 1 - (1 - q s)^m.
    Source: Newman, Strogatz & Watts 2001, doi:10.1103/PhysRevE.64.026118, with seeds as in Gleeson & Cahalane 2007,
    doi:10.1103/PhysRevE.75.056103.
    """
    _share("share_chance", share_chance)
    _share("met", met)
    if not 0 <= listeners < math.inf:
        raise RippleError(f"listeners: {listeners} is not a mean number of ties; write 0 or more")
    if met * share_chance == 0:
        s = final_size_poisson(listeners * share_chance)
        return s, 1.0 - math.exp(-listeners * s)
    s = met * share_chance
    for _ in range(10_000):  # rises to the root, since the map is increasing
        further = 1.0 - (1.0 - met * share_chance) * math.exp(-listeners * share_chance * s)
        if further - s < 1e-15:
            break
        s = further
    return s, 1.0 - math.exp(-listeners * s)


def final_size_network(degrees: ArrayLike, transmissibility: float) -> float:
    """The share S of users whom a story that explodes reaches as sharers, on a random network with given degrees.

    S = 1 - mean of u^k, with u = 1 - q + q v and v = (mean of k u^(k-1)) / (mean of k)
    degrees  [n], one per user, or [k] when all users of a regular network have k friends;  transmissibility  q, 0..1.
    0 below the threshold q (<k^2> - <k>)/<k> = 1. Friendships only.
    Source: Newman 2002, doi:10.1103/PhysRevE.66.016128.
    """
    _share("transmissibility", transmissibility)
    values, counts = np.unique(_degrees(degrees, "degrees"), return_counts=True)
    chance = counts / counts.sum()
    met = chance * values / (chance @ values)
    values, met, chance = values[values > 0], met[values > 0], chance[values > 0]
    q = transmissibility
    if q * (met @ (values - 1)) <= 1:
        return 0.0
    fewer = np.maximum(values - 2, 0.0)  # the factor values - 1 is 0 where this differs
    v = _smallest_root(
        lambda v: float(met @ (1 - q + q * v) ** (values - 1)),
        lambda v: float(met @ (q * (values - 1) * (1 - q + q * v) ** fewer)),
    )
    return float(chance @ (1 - (1 - q + q * v) ** values))


def structural_virality(parents: ArrayLike) -> float:
    """The mean distance between all pairs of a cascade's members: 2 for a broadcast, long for a chain.

    parents  [n], for each member the row of the one it heard the story from; -1 for the author. Any order.
    Returns 0 for a lone author. Each tie with s members below it lies between s (n - s) pairs, so one pass does.
    Source: Goel, Anderson, Hofman & Watts 2016, doi:10.1287/mnsc.2015.2158; Mohar & Pisanski 1988,
    doi:10.1007/BF01167206.
    """
    column = np.asarray(parents)
    n = column.size
    if column.ndim != 1 or n == 0 or column.dtype.kind not in "iu":
        raise RippleError("parents: write one whole number per member, -1 for the author")
    if np.any((column < -1) | (column >= n)):
        bad = int(np.flatnonzero((column < -1) | (column >= n))[0])
        raise RippleError(f"parents: member {bad} names member {column[bad]}; rows run from 0 to {n - 1}")
    if np.count_nonzero(column == -1) != 1:
        raise RippleError(f"parents: {np.count_nonzero(column == -1)} members have no parent; one must, the author")
    parent = column.tolist()
    waiting = np.bincount(column[column >= 0], minlength=n).tolist()
    below = [1] * n
    ready = [i for i in range(n) if waiting[i] == 0]
    pairs = seen = 0
    while ready:  # leaves first
        i = ready.pop()
        seen += 1
        if parent[i] >= 0:
            pairs += below[i] * (n - below[i])
            below[parent[i]] += below[i]
            waiting[parent[i]] -= 1
            if waiting[parent[i]] == 0:
                ready.append(parent[i])
    if seen < n:
        ring = next(i for i in range(n) if waiting[i])
        raise RippleError(f"parents: member {ring} hears the story from itself, through others; a cascade has no rings")
    return pairs / (n * (n - 1) / 2) if n > 1 else 0.0


def _smallest_root(generating: Callable[[float], float], slope: Callable[[float], float]) -> float:
    """v = generating(v) below 1, by Newton's steps from 0: the curve is convex, so they only rise toward the root."""
    v = 0.0
    for _ in range(200):
        step = (generating(v) - v) / (1 - slope(v))
        if not step > 1e-16:
            break
        v += step
    return v


def _degrees(degrees: ArrayLike, name: str) -> np.ndarray:
    k = np.asarray(degrees, dtype=np.float64)
    if k.ndim != 1 or not np.all(np.isfinite(k) & (k >= 0)) or not k.sum() > 0:
        raise RippleError(f"{name}: write one number of ties per user, none negative, not all 0")
    return k


def _share(name: str, value: float) -> None:
    if not 0 <= value <= 1:
        raise RippleError(f"{name}: {value} is not a share; write a number between 0 and 1")
