"""Where users stand in the picture of a network."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

from sim.show import layout


def rows(graph: nx.Graph) -> tuple[np.ndarray, np.ndarray]:
    """The network as start, heard."""
    n = graph.number_of_nodes()
    friends = [sorted(graph[i]) for i in range(n)]
    start = np.concatenate([[0], np.cumsum([len(row) for row in friends])]).astype(np.int64)
    return start, np.array([j for row in friends for j in row], dtype=np.uint32)


def test_communities_are_told_apart() -> None:
    """Of the 10 nearest dots of a user, at least 9 in 10 are of the own community (8 communities of 100; ties .12, .004).

    A picture without structure gives 1 in 8; forces from a random start give about 8 in 10.
    """
    chances = np.full((8, 8), 0.004)
    np.fill_diagonal(chances, 0.12)
    graph = nx.stochastic_block_model([100] * 8, chances, seed=2)
    places = layout.positions(*rows(graph))
    group = np.repeat(np.arange(8), 100)
    distance = ((places[:, None] - places[None]) ** 2).sum(axis=-1)
    np.fill_diagonal(distance, np.inf)
    nearest = np.argsort(distance, axis=1)[:, :10]
    assert (group[nearest] == group[:, None]).mean() > 0.9


def test_users_with_a_tie_stand_closer_than_users_without() -> None:
    """Mean distance along ties of a small world is below a third of that between all pairs."""
    graph = nx.watts_strogatz_graph(300, 6, 0.05, seed=1)
    places = layout.positions(*rows(graph))
    ties = np.array(graph.edges)
    along = np.linalg.norm(places[ties[:, 0]] - places[ties[:, 1]], axis=1).mean()
    overall = np.linalg.norm(places[:, None] - places[None], axis=-1).mean()
    assert along < overall / 3


def test_the_same_network_gives_the_same_picture_bit_for_bit() -> None:
    start, heard = rows(nx.cycle_graph(151))  # of its slow directions none is slowest: the picture hangs on the start
    assert np.array_equal(layout.positions(start, heard), layout.positions(start, heard))


def test_a_tie_counts_in_both_directions() -> None:
    """Friendships and the same ties written once, by the lower number, give the same picture."""
    graph = nx.karate_club_graph()
    both = layout.positions(*rows(graph))
    lower = [sorted(j for j in graph[i] if j < i) for i in range(34)]
    start = np.concatenate([[0], np.cumsum([len(row) for row in lower])]).astype(np.int64)
    once = layout.positions(start, np.array([j for row in lower for j in row], dtype=np.uint32))
    assert np.array_equal(both, once)


def test_users_without_ties_stand_at_the_rim() -> None:
    """Every user without ties is further out than every user of the largest part."""
    graph = nx.disjoint_union(nx.barabasi_albert_graph(150, 2, seed=1), nx.empty_graph(60))
    radius = np.linalg.norm(layout.positions(*rows(graph)), axis=1)
    assert radius[150:].min() > radius[:150].max()


@pytest.mark.parametrize(
    "graph",
    [
        nx.empty_graph(1),
        nx.empty_graph(7),
        nx.path_graph(2),
        nx.path_graph(3),
        nx.complete_graph(5),
        nx.star_graph(40),
        nx.gnp_random_graph(120, 0.012, seed=3),
    ],
    ids=["one", "no ties", "pair", "three", "complete", "star", "many parts"],
)
def test_all_users_stand_apart_within_the_unit_circle(graph: nx.Graph) -> None:
    """Radii are at most 1 (1e-9 for round-off); places are finite and no two of them the same."""
    places = layout.positions(*rows(graph))
    assert np.isfinite(places).all()
    assert np.linalg.norm(places, axis=1).max() <= 1 + 1e-9
    assert len(np.unique(places.round(6), axis=0)) == len(places)


def test_parts_are_those_that_networkx_finds() -> None:
    """The connected parts, the largest first, are the components of NetworkX."""
    graph = nx.gnp_random_graph(200, 0.008, seed=5)
    first, second = layout._both_ends(*rows(graph))
    parts = layout._connected_parts(first, second, 200)
    assert [len(part) for part in parts] == sorted((len(c) for c in nx.connected_components(graph)), reverse=True)
    assert {frozenset(part.tolist()) for part in parts} == {frozenset(c) for c in nx.connected_components(graph)}
