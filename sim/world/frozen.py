"""The frozen network: who listens to whom, as read-only arrays with both directions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from sim.errors import RippleError, did_you_mean
from sim.world import csr, pieces
from sim.world.side_by_side import SideBySide, side_by_side

if TYPE_CHECKING:
    import networkx

MOST_USERS = 2**32 - 2  # row numbers are u4, and one number is kept for "nobody"
_COMPARED = 20_000  # labels looked at for the nearest one


@dataclass(frozen=True, eq=False, repr=False)
class Graph:
    """Who listens to whom: rows of users, in compressed form, in both directions. Nothing in it can be changed.

    start       i8[n+1]  user i listens to heard[start[i]:start[i+1]]
    heard       u4[m]    row numbers, ascending within a row
    weight      f4[m]    how much i listens to each, every row summing to 1; None: equal weights
    back_start  i8[n+1]  user i is heard by back[back_start[i]:back_start[i+1]], its listeners
    back        u4[m]    row numbers, ascending within a row
    labels      names of the users: an object array of str[n], or i8[n] where every name is a plain number; None: the
                row number is the name. `names()` gives text in each case
    community   i4[n]    group of each user from 0 on; None: not known
    directed    False for friendships: then back is heard and back_start is start, the same arrays
    kind        where it comes from: "powerlaw_cluster", "file", ...
    notes       one-line reports of what was made or read, dropped, merged, ignored

    Raises ValueError when the arrays contradict each other.
    """

    start: np.ndarray
    heard: np.ndarray
    weight: np.ndarray | None
    back_start: np.ndarray
    back: np.ndarray
    labels: np.ndarray | None
    community: np.ndarray | None
    directed: bool
    kind: str
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        n = len(self.start) - 1
        rows = [(self.start, self.heard)]
        if self.directed:
            rows.append((self.back_start, self.back))
        elif self.back is not self.heard or self.back_start is not self.start:
            raise ValueError("friendships have one pair of arrays for both directions")
        for start, ids in rows:
            _check_rows(start, ids, n)
        if len(self.back) != len(self.heard):
            raise ValueError("both directions hold the same ties")
        for name, array, length, dtype in (
            ("weight", self.weight, len(self.heard), (np.float32,)),
            ("labels", self.labels, n, (np.object_, np.int64)),
            ("community", self.community, n, (np.int32,)),
        ):
            if array is not None and (array.shape != (length,) or array.dtype not in dtype):
                raise ValueError(f"{name} is {' or '.join(kind.__name__ for kind in dtype)}[{length}]")
        for array in (*self.arrays.values(), self.labels):
            if array is not None:
                array.setflags(write=False)

    def __repr__(self) -> str:
        tie = "arcs" if self.directed else "ties"
        return f"<Graph {self.kind}: {self.n_users:,} users, {self.n_ties:,} {tie}>"

    @property
    def arrays(self) -> dict[str, np.ndarray | None]:
        """The numeric arrays by name."""
        names = ("start", "heard", "weight", "back_start", "back", "community")
        return {name: getattr(self, name) for name in names}

    @property
    def n_users(self) -> int:
        return len(self.start) - 1

    @property
    def n_arcs(self) -> int:
        """How many times someone listens to someone; a friendship counts twice."""
        return len(self.heard)

    @property
    def n_ties(self) -> int:
        """Friendships, or arcs when directed."""
        return self.n_arcs if self.directed else self.n_arcs // 2

    @property
    def n_listened(self) -> np.ndarray:
        """i8[n]: how many each user listens to."""
        return np.diff(self.start)

    @property
    def n_listeners(self) -> np.ndarray:
        """i8[n]: how many listen to each user."""
        return np.diff(self.back_start)

    @property
    def n_bytes(self) -> int:
        """Memory of the numeric arrays."""
        return sum({id(array): array.nbytes for array in self.arrays.values() if array is not None}.values())

    def mean_listeners_of_reached(self) -> float:
        """kappa: mean number of listeners of a user reached along a tie, sum_i in_i out_i / sum_i out_i.

        A user is reached in proportion to how many it listens to (out_i); then its listeners (in_i) are counted. For
        friendships it is <k^2>/<k>. 0 without ties.
        """
        return float(np.dot(self.n_listeners, self.n_listened)) / self.n_arcs if self.n_arcs else 0.0

    @cached_property
    def side_by_side(self) -> SideBySide:
        """Who each user listens to, laid out for a pass over all ties; made once."""
        return side_by_side(self.start, self.heard)

    # --- names -------------------------------------------------------------------------------------------------------
    def label(self, row: int) -> str:
        """The name of a row."""
        return str(row) if self.labels is None else str(self.labels[row])

    def names(self) -> np.ndarray:
        """The names of all users as text: an object array of str[n]."""
        labels = np.arange(self.n_users) if self.labels is None else self.labels
        return np.array([str(label) for label in labels.tolist()], dtype=object)

    def row(self, label: str | int) -> int:
        """The row of a name. Raises RippleError with the nearest name."""
        text = str(label).strip()
        if self.labels is not None and self.labels.dtype == object:
            row = self._rows.get(text)
        else:
            row = self._row_of_number(text)
        if row is None:
            raise RippleError(f"no user is called '{text}'{self._nearest(text)}")
        return row

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {label: row for row, label in enumerate(self.names().tolist())}

    def _row_of_number(self, text: str) -> int | None:
        digits = text.removeprefix("-")
        if not (digits.isascii() and digits.isdigit() and len(digits) <= 18 and str(int(text)) == text):
            return None
        number = int(text)
        if self.labels is None:
            return number if 0 <= number < self.n_users else None
        place = int(np.searchsorted(self.labels, number, sorter=self._ascending))
        if place == self.n_users or self.labels[self._ascending[place]] != number:
            return None
        return int(self._ascending[place])

    @cached_property
    def _ascending(self) -> np.ndarray:
        return np.argsort(np.asarray(self.labels))

    def _nearest(self, text: str) -> str:
        if self.labels is None:
            return f"; users are called 0 to {self.n_users - 1}"
        names = [str(label) for label in self.labels.tolist()]
        plain = text.lstrip("0").casefold()
        for name in names:
            if name.lstrip("0").casefold() == plain:
                return f"; did you mean '{name}'?"
        near = [name for name in names if abs(len(name) - len(text)) <= 2 and name[:1] == text[:1]]
        return did_you_mean(text, near[:_COMPARED]) or did_you_mean(text, names[:_COMPARED])

    # --- the same users otherwise ------------------------------------------------------------------------------------
    def by_degree(self) -> tuple[Graph, np.ndarray]:
        """The same network with the best connected users first, and order i8[n]: order[new row] = old row.

        Sorted by listeners plus listened to, equals in their old order. What is read most then lies together in
        memory: passes over all ties get 1.2 to 3 times faster. Users without labels are called by their new rows then.
        """
        degree = self.n_listened + self.n_listeners
        order = np.argsort(degree.max(initial=0) - degree, kind="stable").astype(np.int64)
        return self.reordered(order), order

    def reordered(self, order: np.ndarray) -> Graph:
        """The same network in another order of its rows: order[new row] = old row, i8[n]."""
        start, heard = csr.turned(self.back_start, self.back, order)
        back_start, back = csr.turned(self.start, self.heard, order) if self.directed else (start, heard)
        weight = None
        if self.weight is not None:
            weight = pieces.moved_weights(self.start, self.heard, self.weight, order, start, heard)
        return replace(
            self,
            start=start,
            heard=heard,
            weight=weight,
            back_start=back_start,
            back=back,
            labels=order.copy() if self.labels is None else self.labels[order],
            community=None if self.community is None else self.community[order],
        )

    def induced(self, rows: np.ndarray, note: str) -> Graph:
        """The network among some users, in their old order. rows: bool[n], who stays; note: what to report of it."""
        new_number = np.full(self.n_users, -1, dtype=np.int64)
        kept = np.flatnonzero(rows)
        new_number[kept] = np.arange(len(kept))
        start, heard, places = pieces.cut(self.start, self.heard, new_number, len(kept))
        back_start, back = (start, heard)
        if self.directed:
            back_start, back, _ = pieces.cut(self.back_start, self.back, new_number, len(kept))
        return replace(
            self,
            start=start,
            heard=heard,
            weight=None if self.weight is None else pieces.shares(start, self.weight[places]),
            back_start=back_start,
            back=back,
            labels=kept.copy() if self.labels is None else self.labels[kept],
            community=None if self.community is None else self.community[kept],
            notes=(*self.notes, note),
        )

    def sample(self, n: int, key: np.uint64) -> Graph:
        """n users found by a random walk that returns to where it began with probability .15 at each step.

        Their ties with one another stay. The walk keeps clustering and the shape of degrees better than picking users
        at random; it favours well connected users. key: of the draws. Raises RippleError for n out of 1..n_users.
        Source: Leskovec & Faloutsos 2006, doi:10.1145/1150402.1150479
        """
        if not 1 <= n <= self.n_users:
            raise RippleError(f"{n:,} users are asked for; the network has {self.n_users:,}")
        if n == self.n_users:
            return self
        visited = pieces.walked(self.start, self.heard, self.back_start, self.back, n, key)
        return self.induced(visited, f"kept a sample of {n:,} of {self.n_users:,} users (random walk with returns)")

    def largest_component(self) -> Graph:
        """The largest part in which everyone is linked to everyone by ties, whatever their direction."""
        part = pieces.components(self.start, self.heard, self.back_start, self.back)
        sizes = np.bincount(part)
        if len(sizes) == 1:
            return self
        what = f"kept the largest of {len(sizes):,} components, {sizes.max():,} of {self.n_users:,} users"
        return self.induced(part == sizes.argmax(), what)

    def communities(self, key: np.uint64) -> np.ndarray:
        """i4[n], the community of each user: the known ones, else found by modularity, 0 being the largest."""
        if self.community is not None:
            return self.community
        from sim.world.communities import found_communities

        return found_communities(self, key)

    # --- out ---------------------------------------------------------------------------------------------------------
    def to_networkx(self) -> networkx.Graph:
        """A networkx.Graph of friendships, or a DiGraph (u -> v: u listens to v) when directed or weighted.

        Nodes are row numbers with the attributes `label` and, where known, `community`; arcs carry `weight`. Weights
        make even friendships a DiGraph: what i gives to j is a share of i's own attention.
        """
        import networkx

        graph = networkx.DiGraph() if self.directed or self.weight is not None else networkx.Graph()
        for row in range(self.n_users):
            graph.add_node(row, label=self.label(row))
            if self.community is not None:
                graph.nodes[row]["community"] = int(self.community[row])
        listener = np.repeat(np.arange(self.n_users), self.n_listened).tolist()
        if self.weight is None:
            graph.add_edges_from(zip(listener, self.heard.tolist(), strict=True))
        else:
            graph.add_weighted_edges_from(zip(listener, self.heard.tolist(), self.weight.tolist(), strict=True))
        return graph


def from_rows(
    start: np.ndarray,
    heard: np.ndarray,
    *,
    directed: bool,
    kind: str,
    weight: np.ndarray | None = None,
    labels: np.ndarray | None = None,
    community: np.ndarray | None = None,
    notes: tuple[str, ...] = (),
) -> Graph:
    """A network from one direction of it: who listens to whom; the other is worked out. Arrays as in `Graph`."""
    back_start, back = csr.turned(start, heard) if directed else (start, heard)
    return Graph(start, heard, weight, back_start, back, labels, community, directed, kind, notes)


def _check_rows(start: np.ndarray, ids: np.ndarray, n: int) -> None:
    if start.dtype != np.int64 or start.shape != (n + 1,) or ids.dtype != np.uint32 or ids.ndim != 1:
        raise ValueError("start is int64[n+1], heard is uint32[m], and so are back_start and back")
    if n < 1 or n > MOST_USERS:
        raise ValueError(f"a network has 1 to {MOST_USERS:,} users")
    if start[0] != 0 or start[-1] != len(ids) or (np.diff(start) < 0).any():
        raise ValueError("start ascends from 0 to the number of ties")
    for piece in csr.row_slices(start):
        place = csr.first_fault(start, ids, *piece)
        if place >= 0:
            raise ValueError(f"rows hold row numbers below {n}, ascending and none their own; not so at place {place}")
