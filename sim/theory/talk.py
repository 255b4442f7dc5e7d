"""Talk: everyone moves toward those they hear and toward what they themselves have lived through.

    dT_i/dt = pull_i sum_j w_ij (T_j - T_i) + anchor_i (own_i - T_i)

w_ij is the weight user i gives to user j; the weights of a user who hears anyone sum to 1, those of a user who hears
nobody are all 0. Without anchors this is DeGroot's model in continuous time, with them Friedkin and Johnsen's, whose
susceptibility is lambda = pull / (pull + anchor). Matrices are dense: for networks of up to some thousand users.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from sim.errors import RippleError

_TAYLOR_TERMS = 18  # at a norm of one half or less the next term is under 1e-22


def equal_weights(ties: ArrayLike) -> np.ndarray:
    """The weights of users who listen alike to all they hear (in proportion to the ties' weights, if these differ).

    ties  [n, n], entry (i, j) > 0 when user i hears user j, 0 when not; a table of friendships is symmetric.
    Returns f8[n, n] whose rows sum to 1, or to 0 for users who hear nobody.
    """
    table = _table_of_ties(ties, "ties")
    total = table.sum(axis=1, keepdims=True)
    return table / np.where(total > 0, total, 1.0)


def tie_weights(degrees: ArrayLike) -> np.ndarray:
    """How much each user counts in the final consensus of a connected network of friends: degree / sum of degrees.

    degrees  [n], numbers of friends. Returns f8[n], summing to 1.
    Source: DeGroot 1974, doi:10.1080/01621459.1974.10480137 (the stationary weights of the random walk on the network).
    """
    count = np.asarray(degrees, dtype=np.float64)
    if count.ndim != 1 or not np.all(np.isfinite(count) & (count >= 0)) or not count.sum() > 0:
        raise RippleError("degrees: write one number of friends per user, none negative, not all 0")
    return count / count.sum()


def stationary_weights(weights: ArrayLike, pull: ArrayLike = 1.0) -> np.ndarray:
    """How much each user counts in the final consensus: the left null vector of pull (w - 1), scaled to sum 1.

    weights  [n, n], rows sum to 1 (or 0);  pull  1/h, one number or [n]: who moves fast counts for less.
    Returns f8[n]. Raises RippleError when some groups never hear one another, so that there is no consensus; then
    `degroot_limit` still tells where each user ends.
    Source: DeGroot 1974, doi:10.1080/01621459.1974.10480137.
    """
    w = _weights(weights)
    rates = _per_user(pull, len(w), "pull")
    groups = _closed_groups(_reach(w, rates))
    if groups > 1:
        raise RippleError(
            f"weights: there are {groups} groups (or users) that hear nobody else, so no consensus; use degroot_limit"
        )
    left = np.linalg.svd(_generator(w, rates))[0][:, -1]
    left = np.maximum(left * np.sign(left.sum()), 0.0)
    return left / left.sum()


def degroot_limit(weights: ArrayLike, start: ArrayLike, pull: ArrayLike = 1.0) -> np.ndarray:
    """Where everyone ends when all talk and nobody holds on to an own opinion: lim exp(t pull (w - 1)) start.

    weights  [n, n], rows sum to 1 (or 0);  start  [n];  pull  1/h, one number or [n], with 0 for who never moves.
    Returns f8[n]: one value for all where one group is heard by everyone, else a mixture of what the groups that
    hear nobody else agree on. The same as DeGroot's discrete steps where these converge.
    Source: DeGroot 1974, doi:10.1080/01621459.1974.10480137.
    """
    w = _weights(weights)
    rates = _per_user(pull, len(w), "pull")
    first = _column(start, len(w), "start")
    # Each group that hears nobody else adds one dimension to the null space; counting them on the graph is safer
    # than by the size of singular values, which can be tiny in long one-way chains.
    groups = _closed_groups(_reach(w, rates))
    left, _, right = np.linalg.svd(_generator(w, rates))
    left, right = left[:, -groups:], right[-groups:].T
    return right @ np.linalg.solve(left.T @ right, left.T @ first)


def friedkin_johnsen(weights: ArrayLike, own: ArrayLike, susceptibility: ArrayLike) -> np.ndarray:
    """Where everyone ends when they weigh others against themselves: x = lambda w x + (1 - lambda) own.

    weights  [n, n], rows sum to 1, or 0 for a user who hears nobody and keeps to `own`;  own  [n]
    susceptibility  lambda, 0 (stubborn) to 1 (only follows), one number or [n].
    Returns f8[n]. Raises RippleError where lambda = 1 for a whole group that hears nobody else.
    Source: Friedkin & Johnsen 1990, doi:10.1080/0022250X.1990.9990069.
    """
    share = np.asarray(susceptibility, dtype=np.float64)
    if not np.all((share >= 0) & (share <= 1)):
        raise RippleError("susceptibility: must lie between 0 (stubborn) and 1 (only follows others)")
    return talk_fixed_point(weights, own, pull=share, anchor=1.0 - share)


def talk_fixed_point(weights: ArrayLike, own: ArrayLike, pull: ArrayLike, anchor: ArrayLike) -> np.ndarray:
    """Where talk comes to rest: pull_i sum_j w_ij (T_j - T_i) + anchor_i (own_i - T_i) = 0.

    weights  [n, n], rows sum to 1 (or 0);  own  [n];  pull, anchor  1/h, >= 0, one number or [n] each.
    Returns f8[n]: Friedkin and Johnsen's fixed point with susceptibility pull / (pull + anchor). Raises RippleError
    when some users never hear, even through others, anyone with an anchor: where they end depends on the start.
    Source: Friedkin & Johnsen 1990, doi:10.1080/0022250X.1990.9990069.
    """
    w = _weights(weights)
    n = len(w)
    rates, hold = _per_user(pull, n, "pull"), _per_user(anchor, n, "anchor")
    mine = _column(own, n, "own")
    adrift = np.flatnonzero(~_reach(w, rates)[:, hold > 0].any(axis=1))
    if adrift.size:
        raise RippleError(
            f"anchor: user {adrift[0]} (one of {adrift.size}) hears nobody with an anchor above 0, even through"
            " others; where such users end depends on their start: use degroot_limit or talk_solution"
        )
    return np.linalg.solve(np.diag(hold) - _generator(w, rates), hold * mine)


def talk_solution(
    weights: ArrayLike, own: ArrayLike, start: ArrayLike, pull: ArrayLike, anchor: ArrayLike, hours: ArrayLike
) -> np.ndarray:
    """Talk solved exactly while own trust stands still: T(t) of dT/dt = (pull (w - 1) - anchor) T + anchor own.

    weights  [n, n], rows sum to 1 (or 0);  own, start  [n];  pull, anchor  1/h, one number or [n]
    hours    h, one number or [k], >= 0.
    Returns f8[n] for one time, f8[k, n] for several. Uses one matrix exponential for each time.
    Source: Moler & Van Loan 2003, doi:10.1137/S00361445024180 (scaling and squaring; the constant term as a row more).
    """
    w = _weights(weights)
    n = len(w)
    hold = _per_user(anchor, n, "anchor")
    grown = np.zeros((n + 1, n + 1))
    grown[:n, :n] = _generator(w, _per_user(pull, n, "pull")) - np.diag(hold)
    grown[:n, n] = hold * _column(own, n, "own")
    state = np.append(_column(start, n, "start"), 1.0)
    times = np.asarray(hours, dtype=np.float64)
    if times.ndim > 1 or not np.all(np.isfinite(times) & (times >= 0)):
        raise RippleError("hours: write one time or a list of times, each 0 or more")
    found = np.array([(matrix_exponential(grown * t) @ state)[:n] for t in np.atleast_1d(times)]).reshape(-1, n)
    return found if times.ndim else found[0]


def matrix_exponential(matrix: ArrayLike) -> np.ndarray:
    """exp of a square matrix by a Taylor series of the matrix scaled down, squared up again.

    matrix  [n, n], finite. Returns f8[n, n].
    Source: Moler & Van Loan 2003, doi:10.1137/S00361445024180, method 3.
    """
    a = _square(matrix, "matrix")
    norm = np.abs(a).sum(axis=1).max(initial=0.0)
    squarings = max(0, math.ceil(math.log2(norm)) + 1) if norm > 0 else 0
    a = a / 2.0**squarings
    term = np.eye(len(a))
    total = term.copy()
    for k in range(1, _TAYLOR_TERMS + 1):
        term = term @ a / k
        total += term
    for _ in range(squarings):
        total = total @ total
    return total


def attenuation(ties: float, susceptibility: float) -> float:
    """By what factor a lone disturbance fades with each hop on an endless tree where everyone has `ties` friends.

    The decaying root of lambda (1 + (k-1) r^2) = k r:  r = [k - sqrt(k^2 - 4 (k-1) lambda^2)] / (2 (k-1) lambda),
    with k = ties >= 2 (2: a path) and lambda = susceptibility in 0..1.
    Source: the fixed point of Friedkin & Johnsen 1990, doi:10.1080/0022250X.1990.9990069, written for one hop.
    """
    if not 2 <= ties < math.inf:
        raise RippleError(f"ties: {ties} is not possible; a tree without ends needs 2 friends each or more")
    if not 0 <= susceptibility <= 1:
        raise RippleError(f"susceptibility: {susceptibility} must lie between 0 and 1")
    # The same root without the difference of two near numbers, fit for lambda = 0 too.
    return 2 * susceptibility / (ties + math.sqrt(ties**2 - 4 * (ties - 1) * susceptibility**2))


def lone_disturbance(ties: float, susceptibility: float, hops: ArrayLike) -> np.ndarray:
    """What remains, `hops` away, of one user's own opinion 1 among others' 0 on an endless tree: (1-l)/(1-l r) r^hops.

    ties, susceptibility  as in `attenuation`, susceptibility < 1;  hops  one number or an array, >= 0.
    Returns f8 of the shape of hops.
    """
    r = attenuation(ties, susceptibility)
    if susceptibility == 1:
        raise RippleError("susceptibility: must be under 1; where nobody holds on to an opinion a lone one leaves none")
    return (1 - susceptibility) / (1 - susceptibility * r) * r ** np.asarray(hops, dtype=np.float64)


def _generator(w: np.ndarray, rates: np.ndarray) -> np.ndarray:
    return rates[:, None] * (w - np.diag(w.sum(axis=1)))


def _reach(w: np.ndarray, rates: np.ndarray) -> np.ndarray:
    """bool[n, n]: user i hears user j, directly, through others, or because i is j."""
    reach = ((rates[:, None] * w) > 0) | np.eye(len(w), dtype=bool)
    while True:
        further = (reach.astype(np.float32) @ reach.astype(np.float32)) > 0
        if np.array_equal(further, reach):
            return reach
        reach = further


def _closed_groups(reach: np.ndarray) -> int:
    """The number of groups in which everyone hears everyone and nobody else."""
    closed = ~(reach & ~reach.T).any(axis=1)
    return len(np.unique(reach[closed].argmax(axis=1)))  # the first member names the group


def _square(table: ArrayLike, name: str) -> np.ndarray:
    a = np.asarray(table, dtype=np.float64)
    if a.ndim != 2 or a.shape[0] != a.shape[1] or not a.size:
        raise RippleError(f"{name}: a table of shape {a.shape} was given; it must be square, a row and a column a user")
    if not np.all(np.isfinite(a)):
        raise RippleError(f"{name}: every entry must be a finite number")
    return a


def _table_of_ties(table: ArrayLike, name: str) -> np.ndarray:
    a = _square(table, name)
    if np.any(a < 0):
        i, j = np.argwhere(a < 0)[0]
        raise RippleError(f"{name}: user {i} gives user {j} the weight {a[i, j]:.6g}; weights are 0 or more")
    return a


def _weights(weights: ArrayLike) -> np.ndarray:
    w = _table_of_ties(weights, "weights")
    total = w.sum(axis=1)
    wrong = np.flatnonzero((np.abs(total - 1) > 1e-9) & (total != 0))
    if wrong.size:
        raise RippleError(
            f"weights: row {wrong[0]} sums to {total[wrong[0]]:.6g}; each row must sum to 1, or to 0 for a user who"
            " hears nobody; equal_weights(ties) makes such a table"
        )
    return w


def _per_user(rate: ArrayLike, n: int, name: str) -> np.ndarray:
    values = np.asarray(rate, dtype=np.float64)
    if values.shape not in ((), (n,)) or not np.all(np.isfinite(values) & (values >= 0)):
        raise RippleError(f"{name}: write one number or one for each of the {n} users, each 0 or more")
    return np.broadcast_to(values, n)


def _column(values: ArrayLike, n: int, name: str) -> np.ndarray:
    column = np.asarray(values, dtype=np.float64)
    if column.shape != (n,) or not np.all(np.isfinite(column)):
        raise RippleError(f"{name}: write one finite number for each of the {n} users")
    return column
