"""The network from wherever it comes: a file, a NetworkX graph, a SciPy matrix, a pandas frame, a generator.

None of these libraries is imported here: what is given is known by what it can do.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.errors import RippleError, did_you_mean
from sim.world.build import from_edges, meaning_of
from sim.world.edge_layout import pair_in
from sim.world.frozen import Graph
from sim.world.generators import GENERATORS, generate
from sim.world.labels import label_rows

if TYPE_CHECKING:
    import networkx
    import pandas

__all__ = [
    "GENERATORS",
    "Graph",
    "as_graph",
    "from_edges",
    "from_frame",
    "from_networkx",
    "from_pairs",
    "from_scipy",
    "generate",
]

_WEIGHT = "a weight is finite, 0 or more"


def as_graph(
    network: Any,
    *,
    directed: bool | str | None = None,
    weight: str | int | bool | None = None,
    largest_component: bool = False,
) -> Graph:
    """A Graph from a path to an edge list, pairs, a networkx graph, a SciPy sparse matrix, a pandas frame, or a Graph.

    The options mean what they mean in `read_edge_list`, `from_pairs`, `from_networkx`, `from_scipy` and `from_frame`.
    Raises RippleError for anything else.
    """
    if isinstance(network, Graph):
        if directed is not None or weight:
            raise RippleError("network: this is made already; `directed` and `weight` are for what is still to be read")
        graph = network
    elif isinstance(network, str | os.PathLike):
        from sim.world.edge_list import read_edge_list

        graph = read_edge_list(os.fspath(network), directed=directed, weight=weight)
    elif hasattr(network, "is_directed") and hasattr(network, "edges"):
        graph = from_networkx(network, weight, directed=directed)  # type: ignore[arg-type]
    elif hasattr(network, "tocoo"):
        graph = from_scipy(network, weight=bool(weight), directed=directed)
    elif hasattr(network, "columns") and hasattr(network, "iloc"):
        graph = from_frame(network, weight=weight, directed=directed)
    elif isinstance(network, list | tuple | np.ndarray):
        graph = from_pairs(network, weight=bool(weight), directed=directed)
    else:
        raise RippleError(
            f"network: {type(network).__name__} is no network; give the path of an edge list, a networkx graph, "
            "a SciPy sparse matrix, a pandas frame or a list with one entry for each tie, or what sim.world.graph makes"
        )
    return graph.largest_component() if largest_component else graph


def from_pairs(pairs: Any, *, weight: bool = False, directed: bool | str | None = None) -> Graph:
    """A list of ties, (who, whom) or (who, whom, weight): names or numbers; friendships unless `directed` says more.

    Raises RippleError for what is no pair, an empty list, and weights that are missing or no weights.
    """
    if isinstance(pairs, np.ndarray):
        pairs = pairs.tolist()
    ties = [tuple(tie) if isinstance(tie, list | tuple | np.ndarray) else (tie,) for tie in pairs]
    for place, tie in enumerate(ties):
        if len(tie) not in (2, 3) or (weight and len(tie) != 3):
            wanted = "(who, whom, weight)" if weight else "(who, whom)"
            raise RippleError(f"network: tie {place + 1} of the list is {tie}, not {wanted}")
    labels, rows = _named([end for tie in ties for end in tie[:2]], "this list holds no ties")
    return from_edges(
        rows[0::2],
        rows[1::2],
        n=len(labels) if labels is not None else int(rows.max()) + 1,
        weight=_edge_weights(ties, "weight") if weight else None,
        directed=directed or False,
        labels=labels,
        kind="pairs",
        about="list of ties: ",
    )


def from_networkx(graph: networkx.Graph, weight: str | None = None, *, directed: bool | str | None = None) -> Graph:
    """A networkx graph: friendships, or, of a DiGraph, arcs u -> v by which u listens to v.

    weight: the edge attribute to take as weight (None: equal weights). directed: for a DiGraph also "tells" (v listens
    to u) or False (friendships). Nodes are named by their text, users sorted as in a file; parallel edges add up.
    Raises RippleError for an empty graph, two nodes of one name, and weights that are missing or no weights.
    """
    if not graph.is_directed() and meaning_of(directed):
        raise RippleError("network: this networkx graph is not directed; give a DiGraph, or leave `directed` out")
    nodes = list(graph.nodes)
    labels, rows = _named(nodes, "this networkx graph has no nodes")
    users = len(labels) if labels is not None else len(nodes)
    if users < len(nodes):
        raise RippleError("network: two nodes of this networkx graph have the same name as text")
    row = dict(zip(nodes, rows.tolist(), strict=True))
    edges = list(graph.edges(data=weight)) if weight is not None else list(graph.edges())
    return from_edges(
        np.array([row[edge[0]] for edge in edges], dtype=np.uint32),
        np.array([row[edge[1]] for edge in edges], dtype=np.uint32),
        n=users,
        weight=None if weight is None else _edge_weights(edges, weight),
        directed=graph.is_directed() if directed is None else directed,
        labels=labels,
        kind="networkx",
        about="networkx graph: ",
    )


def _edge_weights(edges: list[tuple], weight: str) -> np.ndarray:
    for one, other, value in edges:
        if isinstance(value, bool) or not isinstance(value, int | float | np.number):
            raise RippleError(f"network: the edge {one} - {other} has {value!r} as '{weight}', not a number")
        if not (np.isfinite(value) and value >= 0):
            raise RippleError(f"network: the edge {one} - {other} has {value} as '{weight}'; {_WEIGHT}")
    return np.array([edge[2] for edge in edges], dtype=np.float64)


def from_scipy(matrix: Any, *, weight: bool = False, directed: bool | str | None = None) -> Graph:
    """A SciPy sparse matrix: user i listens to j where entry (i, j) is not zero; weight: take its entries as weights.

    directed: None finds out (friendships where the matrix is symmetric), else as in `from_edges`.
    Raises RippleError for a matrix that is not square, is empty, or holds entries that are no weights.
    """
    cells = matrix.tocoo()
    if cells.shape[0] != cells.shape[1] or cells.shape[0] == 0:
        raise RippleError(f"network: a matrix of {cells.shape[0]:,} x {cells.shape[1]:,} is no network; it is square")
    values = np.asarray(cells.data, dtype=np.float64)
    if weight and not (np.isfinite(values) & (values >= 0)).all():
        place = int(np.argmin(np.isfinite(values) & (values >= 0)))
        at = f"({cells.row[place]}, {cells.col[place]})"
        raise RippleError(f"network: entry {at} of the matrix is {values[place]}; {_WEIGHT}")
    tied = values != 0
    row, column, values = np.asarray(cells.row)[tied], np.asarray(cells.col)[tied], values[tied]
    symmetric = _symmetric(row, column, values if weight else np.ones(len(values)))
    if directed is None:
        directed = not symmetric
    if symmetric and not meaning_of(directed):  # each friendship stands there twice
        upper = row <= column
        row, column, values = row[upper], column[upper], values[upper]
    return from_edges(
        row,
        column,
        n=cells.shape[0],
        weight=values if weight else None,
        directed=directed,
        kind="scipy",
        about="matrix: ",
    )


def _symmetric(row: np.ndarray, column: np.ndarray, values: np.ndarray) -> bool:
    there, back = np.lexsort((values, column, row)), np.lexsort((values, row, column))
    same = (row[there] == column[back]) & (column[there] == row[back]) & (values[there] == values[back])
    return bool(same.all())


def from_frame(
    frame: pandas.DataFrame,
    source: str | None = None,
    target: str | None = None,
    weight: str | int | bool | None = None,
    *,
    directed: bool | str | None = None,
) -> Graph:
    """A pandas frame with one row for each tie.

    source, target: the columns who and whom, by default those with known names (source and target, from and to, ...)
    or else the first two; weight: the column of weights; directed as in `from_edges`.
    Raises RippleError for columns that are not there, missing names, and values that are no weights.
    """
    names = [str(name) for name in frame.columns]
    if len(names) < 2 or not len(frame):
        raise RippleError(f"network: a frame of {len(frame):,} rows and {len(names)} columns is no network")
    who, whom = pair_in(tuple(names)) or (0, 1)
    who = who if source is None else _frame_column(names, source)
    whom = whom if target is None else _frame_column(names, target)
    ends = [frame.iloc[:, column] for column in (who, whom)]
    for end in ends:
        if end.isna().any():
            raise RippleError(f"network: row {int(end.isna().to_numpy().argmax()) + 1} has no '{end.name}'")
    coded = [end.factorize() for end in ends]
    labels, rows = _named([*coded[0][1], *coded[1][1]], "this frame has no names")
    split = len(coded[0][1])
    return from_edges(
        rows[:split][coded[0][0]],
        rows[split:][coded[1][0]],
        n=len(labels) if labels is not None else int(rows.max()) + 1,
        weight=None if weight is None or weight is False else _frame_weights(frame, names, weight),
        directed=directed or False,
        labels=labels,
        kind="frame",
        about="frame: ",
    )


def _frame_column(names: list[str], wanted: object) -> int:
    if str(wanted) not in names:
        near = did_you_mean(str(wanted), names)
        raise RippleError(f"network: the frame has no column '{wanted}'{near} (columns: {', '.join(names)})")
    return names.index(str(wanted))


def _frame_weights(frame: pandas.DataFrame, names: list[str], weight: str | int | bool) -> np.ndarray:
    column = frame.iloc[:, _frame_column(names, weight)]
    try:
        values = column.to_numpy(dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise RippleError(f"network: column '{weight}' holds values that are no numbers ({error})") from None
    wrong = ~np.isfinite(values) | (values < 0)
    if wrong.any():
        row = int(wrong.argmax())
        raise RippleError(f"network: row {row + 1} has {values[row]} as '{weight}'; {_WEIGHT}")
    return values


def _named(things: Iterable[object], empty: str) -> tuple[np.ndarray | None, np.ndarray]:
    """The label table of nodes or values, and the row of each; whole floats lose their `.0`."""
    texts = [str(int(thing)) if isinstance(thing, float) and thing.is_integer() else str(thing) for thing in things]
    if not texts:
        raise RippleError(f"network: {empty}")
    try:
        return label_rows(texts)
    except RippleError as error:
        raise RippleError(f"network: {error}") from None
