"""A model from its parts, without a file: a graph, what is known of its users, and what happens.

The acts, arms, brand and parameters are those of a scenario file, as lists and dicts, and are read by the same reader;
so a mistake in them gets the same error.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sim.dynamics.setup import Seeds, build_world
from sim.errors import RippleError, did_you_mean
from sim.scenario.fields import VERSION
from sim.scenario.scenario import Scenario, load
from sim.world.graph import Graph, as_graph
from sim.world.people import World
from sim.world.told import Told

COLUMNS = ("trust", "cognitive", "affective", "weight", "follows")
_LABEL = "label"


@dataclass(frozen=True)
class Parts:
    """What `TrustModel.from_parts` puts together; it stands where a scenario does, also in `mesa.batch_run`.

    people: columns over the users of the graph, f8[n], NaN where a user's number is drawn as in a scenario.
    """

    scenario: Scenario
    graph: Graph
    people: Mapping[str, np.ndarray] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        graph: Any,
        people: Any = None,
        *,
        acts: Sequence[Mapping[str, object]] = (),
        arms: Mapping[str, object] | None = None,
        brand: Mapping[str, object] | None = None,
        kinds: Mapping[str, object] | None = None,
        parameters: Mapping[str, object] | None = None,
        directed: bool | str | None = None,
        weight: str | None = None,
        **entries: object,
    ) -> Parts:
        """See `TrustModel.from_parts`. entries: others of a scenario file (horizon, tick, talk_step, start, name).

        Raises RippleError for all that does not fit.
        """
        if isinstance(acts, (str, Mapping)):
            raise RippleError('acts is a list of acts, [{"act": "data_breach", "at": "5 d"}]')
        parts: dict[str, Any] = {"arms": arms, "brand": brand, "kinds": kinds, "parameters": parameters, **entries}
        document = {
            "ripple": VERSION,
            "name": "parts",
            **{key: _plain(value) for key, value in parts.items() if value is not None},
            "timeline": [_plain(act) for act in acts],
            "network": {"kind": "karate"},  # a place holder: the graph stands in for it
        }
        network = as_graph(graph, directed=directed, weight=weight)
        return cls(load(document), network, _people(network, people, _order(graph, network)))

    def world(self, scenario: Scenario, seeds: Seeds) -> World:
        """The users on the graph: what is given of them, and the rest drawn under these seeds as a scenario says."""
        return build_world(scenario, seeds, self.graph, told=Told(self.people))


def _plain(value: Any) -> Any:
    """Mappings and sequences of any kind, and NumPy's numbers, as a file would give them."""
    if isinstance(value, Mapping):
        return {str(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(entry) for entry in value]
    return value.item() if hasattr(value, "item") else value


def _order(given: Any, graph: Graph) -> np.ndarray:
    """The rows of the graph in the order in which a person knows the users: the nodes of a networkx graph, else rows."""
    if hasattr(given, "is_directed") and hasattr(given, "nodes"):
        return np.array([graph.row(_text(node)) for node in given.nodes], dtype=np.int64)
    return np.arange(graph.n_users)


def _text(label: Any) -> str:
    """A name as the networks write it: whole floats lose their `.0`."""
    return str(int(label)) if isinstance(label, float) and label.is_integer() else str(label)


def _people(graph: Graph, people: Any, order: np.ndarray) -> dict[str, np.ndarray]:
    """The columns that are given, over the rows of the graph. Raises RippleError."""
    if people is None:
        return {}
    labels = None
    if hasattr(people, "columns") and hasattr(people, "iloc"):  # a table of pandas
        if people.index.dtype == object or people.index.name is not None:
            labels = people.index.tolist()
        people = {str(name): people[name].tolist() for name in people.columns}
    if not isinstance(people, Mapping):
        raise RippleError(f"people: {type(people).__name__} is no table; give a dict of columns or a pandas frame")
    written = dict(people)
    labels = written.pop(_LABEL, labels)
    unknown = [str(name) for name in written if name not in COLUMNS]
    if unknown:
        near = did_you_mean(unknown[0], COLUMNS) or f"; known: {_LABEL}, {', '.join(COLUMNS)}"
        raise RippleError(f"people: '{unknown[0]}' is no column of users{near}")
    if "trust" in written and {"cognitive", "affective"} & set(written):
        raise RippleError("people: `trust` sets both sides; give it, or `cognitive` and `affective`")
    if labels is not None:
        order = _rows_of(graph, labels)
    return {name: _column(graph, name, values, order, labels is not None) for name, values in written.items()}


def _rows_of(graph: Graph, labels: Sequence[Any]) -> np.ndarray:
    try:
        rows = np.array([graph.row(_text(label)) for label in labels], dtype=np.int64)
    except RippleError as problem:
        raise RippleError(f"people: {problem}") from None
    found, counts = np.unique(rows, return_counts=True)
    if (counts > 1).any():
        raise RippleError(f"people: '{graph.label(int(found[counts.argmax()]))}' stands there twice")
    return rows


def _column(graph: Graph, name: str, values: Any, order: np.ndarray, by_label: bool) -> np.ndarray:
    """One column over the rows of the graph, f8[n]: NaN for users who are not in it."""
    if isinstance(values, Mapping):  # {node: value}, as networkx gives attributes
        order, values = _rows_of(graph, list(values)), list(values.values())
        by_label = True
    values = list(values) if isinstance(values, (Sequence, np.ndarray)) and not isinstance(values, str) else None
    if values is None or len(values) != len(order):
        many = "one number" if values is None else f"{len(values):,}"
        whom = "labels" if by_label else "users of the graph"
        raise RippleError(f"people: `{name}` has {many} for {len(order):,} {whom}; give a list, one for each")
    column = np.full(graph.n_users, np.nan)
    for row, value in zip(order.tolist(), values, strict=True):
        column[row] = _share(graph, name, row, value)
    return column


def _share(graph: Graph, name: str, row: int, value: Any) -> float:
    """A number 0..1, yes or no as 1 and 0, or NaN for what is not known."""
    try:
        number = np.nan if value is None else float(value)
    except (TypeError, ValueError):
        raise RippleError(f"people: `{name}` of '{graph.label(row)}' is {value!r}, not a number") from None
    if name == "follows" and number not in (0.0, 1.0) and number == number:
        raise RippleError(f"people: `follows` of '{graph.label(row)}' is {value!r}; write True or False")
    if not 0 <= number <= 1 and number == number:
        points = f"; {number:g} points are {number / 100:g}" if 1 < number <= 100 else ""
        raise RippleError(f"people: `{name}` of '{graph.label(row)}' is {number:g}, but goes from 0 to 1{points}")
    return number
