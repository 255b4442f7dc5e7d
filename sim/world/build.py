"""From pairs of row numbers to a frozen network: loops dropped, repeated pairs merged, both reported."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.errors import RippleError
from sim.world import csr, pieces
from sim.world.frozen import MOST_USERS, Graph
from sim.world.memory import require_memory


def bytes_for(n_users: int, n_ties: int, *, directed: bool = False, weighted: bool = False) -> int:
    """Peak memory of `from_edges`, bytes: the pairs, the rows while they are sorted, and the network itself."""
    if weighted:
        return 24 * n_users + n_ties * (40 if directed else 72)
    return 40 * n_users + n_ties * 20


def from_edges(
    source,
    target,
    *,
    n: int | None = None,
    weight=None,
    directed: bool | str = False,
    labels: np.ndarray | None = None,
    community: np.ndarray | None = None,
    kind: str = "edges",
    about: str = "",
    remarks: Sequence[str] = (),
) -> Graph:
    """A network of rows 0..n-1 from pairs of row numbers.

    source, target  whole numbers below n; n: the number of users, by default one more than the largest number
    weight          a number for each pair, finite and not negative; pairs of weight 0 are no ties; repeated ones add up
    directed        False: friendships, both listen to one another. True or "follows": source listens to target.
                    "tells": source speaks and target listens
    labels          names of the users (`Graph.labels`);  community: i4[n]
    about, remarks  what stands before and after the counts in the one-line report

    Raises RippleError for anything else.
    """
    source, target = _row_numbers(source, "source", n), _row_numbers(target, "target", n)
    if len(source) != len(target):
        raise RippleError(f"source has {len(source):,} numbers, target has {len(target):,}")
    if n is None:
        n = 1 + max((int(ids.max()) for ids in (source, target) if len(ids)), default=-1)
    if n < 1:
        raise RippleError("a network needs at least one user")
    listens = meaning_of(directed)
    require_memory(
        bytes_for(n, len(source), directed=listens is not None, weighted=weight is not None),
        f"a network of {n:,} users and {len(source):,} ties",
    )
    if listens == "tells":
        source, target = target, source
    zeros, shares = 0, None
    if weight is None:
        start, heard, loops, merged = plain_rows(n, source, target, directed=listens is not None)
    else:
        amount = _amounts(weight, len(source))
        kept = amount > 0
        zeros = int(len(kept) - kept.sum())
        start, heard, shares, loops, merged = _weighted(
            n, source[kept], target[kept], amount[kept], directed=listens is not None
        )
    back_start, back = csr.turned(start, heard) if listens is not None else (start, heard)
    alone = int(((np.diff(start) + np.diff(back_start)) == 0).sum())
    ties = len(heard) if listens is not None else len(heard) // 2
    counts = [
        f"{about}{_some(n, 'user')}, {_some(ties, 'tie' if listens is None else 'directed tie')}",
        f"dropped {_some(loops, 'self-loop')}, merged {_some(merged, 'repeated tie')}",
        *([f"dropped {_some(zeros, 'tie')} of weight 0"] if zeros else []),
        *([f"{_some(alone, 'user')} without ties"] if alone else []),
    ]
    return Graph(
        start=start,
        heard=heard,
        weight=shares,
        back_start=back_start,
        back=back,
        labels=labels,
        community=community,
        directed=listens is not None,
        kind=kind,
        notes=("; ".join([*counts, *remarks]),),
    )


def _some(count: int, what: str) -> str:
    return f"{count:,} {what}{'s' * (count != 1)}"


def meaning_of(directed: object) -> str | None:
    """What a row (source, target) says: None both listen, "follows" source listens, "tells" target listens."""
    if directed is None or directed is False:
        return None
    if directed is True:
        return "follows"
    if directed in ("follows", "tells"):
        return str(directed)
    raise RippleError(
        f"directed: {directed!r} is not known; write no (friendships, the default), "
        "follows (source listens to target) or tells (target listens to source)"
    )


def _row_numbers(ids, name: str, n: int | None) -> np.ndarray:
    ids = np.asarray(ids)
    if ids.ndim != 1 or (len(ids) and not np.issubdtype(ids.dtype, np.integer)):
        raise RippleError(f"{name} holds row numbers, one whole number for each tie")
    most = MOST_USERS if n is None else n
    if len(ids) and (int(ids.min()) < 0 or int(ids.max()) >= most):
        place = int(np.argmax((ids < 0) | (ids >= most)))
        raise RippleError(f"{name}[{place}] is {ids[place]}; row numbers are 0 to {most - 1:,}")
    return ids.astype(np.uint32, copy=False)


def _amounts(weight, length: int) -> np.ndarray:
    amount = np.asarray(weight, dtype=np.float64)
    if amount.shape != (length,):
        raise RippleError(f"weight holds one number for each tie, {length:,}")
    wrong = ~np.isfinite(amount) | (amount < 0)
    if wrong.any():
        place = int(np.argmax(wrong))
        raise RippleError(f"weight[{place}] is {amount[place]}; a weight is a finite number, 0 or more")
    return amount


def plain_rows(n: int, source: np.ndarray, target: np.ndarray, *, directed: bool = False):
    """start, heard, loops dropped, repeated pairs merged; source and target u4[pairs]."""
    if directed:
        return csr.sorted_rows(n, source, target)
    lower_start, lower, loops, merged = csr.sorted_rows(n, np.maximum(source, target), np.minimum(source, target))
    return *csr.both_ways(lower_start, lower), loops, merged


def _weighted(n: int, source: np.ndarray, target: np.ndarray, amount: np.ndarray, *, directed: bool):
    """start, heard and shares f4[m]; sums are made in the order of the pairs."""
    loop = source == target
    loops = int(loop.sum())
    if loops:
        source, target, amount = source[~loop], target[~loop], amount[~loop]
    pairs = len(source)
    if not directed:
        source, target = np.concatenate((source, target)), np.concatenate((target, source))
        amount = np.concatenate((amount, amount))
    key = (source.astype(np.uint64) << np.uint64(32)) | target
    order = np.argsort(key, kind="stable")
    key = key[order]
    first = np.ones(len(key), dtype=bool)
    first[1:] = key[1:] != key[:-1]
    heads = np.flatnonzero(first)
    total = np.add.reduceat(amount[order], heads) if len(heads) else np.zeros(0)
    start = csr.starts_of(np.bincount((key[heads] >> np.uint64(32)).astype(np.int64), minlength=n))
    heard = (key[heads] & np.uint64(0xFFFFFFFF)).astype(np.uint32)
    ties = len(heard) if directed else len(heard) // 2
    return start, heard, pieces.shares(start, total), loops, pairs - ties
