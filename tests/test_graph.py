"""The frozen network, the generators and the ways in from other libraries, against plain twins and NetworkX."""

from __future__ import annotations

import itertools
import math
import subprocess
import sys

import networkx as nx
import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import RippleError
from sim.world import csr, draws, makers, memory
from sim.world.generators import GENERATORS, mistakes
from sim.world.graph import Graph, as_graph, from_edges, from_frame, from_networkx, from_pairs, from_scipy, generate

FAR = 4.9  # standard deviations: one draw in a million lies further out
SMALL = {
    "powerlaw_cluster": {"users": 200, "ties": 3},
    "scale_free": {"users": 200, "ties": 3},
    "small_world": {"users": 200, "neighbors": 6},
    "random": {"users": 200, "mean_degree": 6},
    "communities": {"users": 200, "groups": 4, "mean_degree": 6, "spread": 0.5},
    "complete": {"users": 20},
    "karate": {},
}


def arcs(graph: Graph) -> set[tuple[int, int]]:
    """(who listens, to whom), by row."""
    return set(zip(np.repeat(np.arange(graph.n_users), graph.n_listened).tolist(), graph.heard.tolist(), strict=True))


def back_arcs(graph: Graph) -> set[tuple[int, int]]:
    return set(zip(graph.back.tolist(), np.repeat(np.arange(graph.n_users), graph.n_listeners).tolist(), strict=True))


def weights(graph: Graph) -> dict[tuple[str, str], float]:
    """Share of i's attention that j has, by names."""
    listener = np.repeat(np.arange(graph.n_users), graph.n_listened)
    return {
        (graph.label(i), graph.label(j)): float(w) for i, j, w in zip(listener, graph.heard, graph.weight, strict=True)
    }


def named_arcs(graph: Graph) -> set[tuple[str, str]]:
    return {(graph.label(i), graph.label(j)) for i, j in arcs(graph)}


def same(one: Graph, other: Graph) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(one.arrays.values(), other.arrays.values(), strict=True))


# --- the frozen network ----------------------------------------------------------------------------------------------
def test_nothing_in_a_network_can_be_changed_and_friendships_are_stored_once() -> None:
    graph = generate("powerlaw_cluster", users=100, seed=1)
    assert graph.back is graph.heard and graph.back_start is graph.start
    assert graph.n_bytes == graph.start.nbytes + graph.heard.nbytes
    directed = from_edges([0, 1], [1, 2], directed=True, weight=[1, 2], labels=np.array(["a", "b", "c"], dtype=object))
    for array in (*graph.arrays.values(), *directed.arrays.values(), directed.labels):
        if array is not None:
            with pytest.raises(ValueError, match="read-only"):
                array[0] = 0
    with pytest.raises(AttributeError):
        graph.start = None  # type: ignore[misc]


@pytest.mark.parametrize(
    ("start", "heard", "text"),
    [
        ([0, 1, 2], [1, 2], "place 1"),  # row 2 is not there
        ([0, 1, 2], [0, 0], "place 0"),  # listens to itself
        ([0, 2, 3, 4], [2, 1, 0, 0], "place 1"),  # not ascending
        ([0, 2, 3, 4], [1, 1, 0, 0], "place 1"),  # twice
        ([0, 2, 1, 2], [1, 2], "start"),
        ([0, 1], [1, 1], "start"),
        ([0], [], "1 to"),
    ],
)
def test_arrays_that_contradict_each_other_are_refused(start: list[int], heard: list[int], text: str) -> None:
    s, h = np.array(start, dtype=np.int64), np.array(heard, dtype=np.uint32)
    with pytest.raises(ValueError, match=text):
        Graph(s, h, None, s, h, None, None, False, "test")


def test_numbers_of_a_network_mean_what_they_say() -> None:
    """kappa = sum_i in_i out_i / sum_i out_i; for friendships <k^2>/<k>."""
    karate = generate("karate", seed=0)
    k = np.array([degree for _, degree in nx.karate_club_graph().degree])
    assert (karate.n_users, karate.n_ties, karate.n_arcs) == (34, 78, 156)
    assert karate.mean_listeners_of_reached() == pytest.approx((k * k).sum() / k.sum(), rel=1e-12)
    # 0 -> 1, 0 -> 2, 1 -> 2, 2 -> 1: out 2 1 1, in 0 2 2
    directed = from_edges([0, 0, 1, 2], [1, 2, 2, 1], directed="follows")
    assert directed.n_listened.tolist() == [2, 1, 1] and directed.n_listeners.tolist() == [0, 2, 2]
    assert directed.mean_listeners_of_reached() == pytest.approx(4 / 4)
    assert from_edges([], [], n=3).mean_listeners_of_reached() == 0.0
    assert directed.n_ties == 4


def test_directed_says_who_listens() -> None:
    """follows: source listens to target; tells: target listens to source; else both."""
    assert arcs(from_edges([0, 2], [1, 0], directed="follows")) == {(0, 1), (2, 0)}
    assert arcs(from_edges([0, 2], [1, 0], directed=True)) == {(0, 1), (2, 0)}
    assert arcs(from_edges([0, 2], [1, 0], directed="tells")) == {(1, 0), (0, 2)}
    assert arcs(from_edges([0, 2], [1, 0])) == {(0, 1), (1, 0), (2, 0), (0, 2)}
    with pytest.raises(RippleError, match=r"'folows' is not known.*follows.*tells"):
        from_edges([0], [1], directed="folows")


pairs = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7), st.integers(0, 3)), max_size=30)


@settings(max_examples=60)
@given(pairs, st.booleans(), st.booleans())
def test_pairs_become_the_network_that_sets_and_sums_say(rows, directed: bool, weighted: bool) -> None:
    source, target, weight = ([row[column] for row in rows] for column in range(3))
    graph = from_edges(source, target, n=8, directed=directed, weight=weight if weighted else None)
    total: dict[tuple[int, int], float] = {}
    for i, j, w in rows:
        if i != j and (w > 0 or not weighted):
            for arc in [(i, j)] if directed else [(i, j), (j, i)]:
                total[arc] = total.get(arc, 0) + w
    assert arcs(graph) == set(total) == back_arcs(graph)
    loops = sum(i == j and (w > 0 or not weighted) for i, j, w in rows)
    assert f"dropped {loops} self-loop" in graph.notes[0]
    if weighted:
        for i, j in total:
            row = sum(w for (a, _), w in total.items() if a == i)
            assert weights(graph)[str(i), str(j)] == pytest.approx(total[i, j] / row, rel=1e-6)  # f4


def test_names_are_found_and_near_ones_named() -> None:
    graph = from_edges([0, 1], [1, 2], labels=np.array(["Ann", "Bob", "007"], dtype=object))
    assert [graph.row(name) for name in ("Ann", " Bob ", "007")] == [0, 1, 2]
    for wrong, text in (("ann", "'Ann'"), ("Anne", "'Ann'"), ("7", "'007'")):
        with pytest.raises(RippleError, match=f"no user is called '{wrong}'; did you mean {text}"):
            graph.row(wrong)
    numbered = from_edges([0, 1], [1, 2], labels=np.array([-3, 70, 5], dtype=np.int64))
    assert [numbered.row(name) for name in ("-3", 70, "5")] == [0, 1, 2]
    assert numbered.names().tolist() == ["-3", "70", "5"] and numbered.label(1) == "70"
    unnamed = from_edges([0, 1], [1, 2])
    assert unnamed.row("2") == 2 and unnamed.names().tolist() == ["0", "1", "2"]
    for graph_, wrong in ((numbered, "6"), (numbered, "005"), (unnamed, "3"), (unnamed, "02"), (unnamed, "x")):
        with pytest.raises(RippleError, match=f"no user is called '{wrong}'"):
            graph_.row(wrong)


@settings(max_examples=40)
@given(pairs, st.booleans(), st.booleans())
def test_sorting_by_degree_renames_rows_and_nothing_else(rows, directed: bool, weighted: bool) -> None:
    source, target, weight = ([row[column] for row in rows] for column in range(3))
    graph = from_edges(
        source,
        target,
        n=8,
        directed=directed,
        weight=[w + 1 for w in weight] if weighted else None,
        community=np.arange(8, dtype=np.int32),
    )
    sorted_graph, order = graph.by_degree()
    degree = graph.n_listened + graph.n_listeners
    assert order.tolist() == sorted(range(8), key=lambda row: (-degree[row], row))
    assert {(int(order[i]), int(order[j])) for i, j in arcs(sorted_graph)} == arcs(graph)
    assert {(int(order[i]), int(order[j])) for i, j in back_arcs(sorted_graph)} == back_arcs(graph)
    assert sorted_graph.community.tolist() == order.tolist()
    assert named_arcs(sorted_graph) == named_arcs(graph)
    if weighted:
        assert weights(sorted_graph) == weights(graph)


def test_the_largest_component_is_that_of_networkx() -> None:
    graph = generate("random", users=400, mean_degree=1.5, seed=3)
    largest = max(nx.connected_components(graph.to_networkx()), key=len)
    kept = graph.largest_component()
    assert {int(name) for name in kept.names()} == largest
    assert named_arcs(kept) == {(str(i), str(j)) for i, j in arcs(graph) if i in largest}
    assert f"{len(largest)} of 400 users" in kept.notes[-1]
    assert kept.largest_component() is kept
    # 3 -> 0 <- 4 hang together whatever the direction; 1 -> 2 is another part
    weak = from_edges([3, 4, 1], [0, 0, 2], directed="follows").largest_component()
    assert weak.names().tolist() == ["0", "3", "4"] and named_arcs(weak) == {("3", "0"), ("4", "0")}


@pytest.mark.parametrize("directed", [False, True])
def test_a_sample_keeps_the_ties_among_its_users(directed: bool) -> None:
    whole = generate("powerlaw_cluster", users=500, seed=5)
    source = np.repeat(np.arange(500), whole.n_listened)
    keep = source < whole.heard if not directed else slice(None)
    weight = 1 + draws.uniforms(1, np.arange(whole.n_arcs), 0)
    graph = from_edges(source[keep], whole.heard[keep], n=500, directed=directed, weight=weight[keep])
    sample = graph.sample(60, draws.stream(1, "sample"))
    users = {int(name) for name in sample.names()}
    assert sample.n_users == len(users) == 60
    assert named_arcs(sample) == {(str(i), str(j)) for i, j in arcs(graph) if {i, j} <= users}
    assert {(sample.label(i), sample.label(j)) for i, j in back_arcs(sample)} == named_arcs(sample)
    sums = np.bincount(np.repeat(np.arange(60), sample.n_listened), sample.weight, minlength=60)
    np.testing.assert_allclose(sums[sample.n_listened > 0], 1, atol=1e-5)  # f4
    assert same(sample, graph.sample(60, draws.stream(1, "sample")))
    assert not same(sample, graph.sample(60, draws.stream(2, "sample")))
    assert "60 of 500 users" in sample.notes[-1]


def test_a_walk_comes_round_to_users_without_ties_and_no_further_than_all() -> None:
    graph = from_edges([0], [1], n=50)
    assert graph.sample(49, draws.stream(1, "sample")).n_users == 49
    assert graph.sample(50, draws.stream(1, "sample")) is graph
    with pytest.raises(RippleError, match="51 users are asked for; the network has 50"):
        graph.sample(51, draws.stream(1, "sample"))


def test_a_walk_equals_its_plain_twin() -> None:
    """Back to its start with probability .15, else to anyone tied in any direction; users without ties are left."""
    key = draws.stream(2, "sample")
    graph = from_edges([0, 1, 2, 3, 4, 5, 0, 8], [1, 2, 3, 4, 5, 0, 3, 1], n=10, directed=True)
    near = [
        graph.heard[graph.start[i] : graph.start[i + 1]].tolist()
        + graph.back[graph.back_start[i] : graph.back_start[i + 1]].tolist()
        for i in range(10)
    ]
    for wanted in (1, 3, 5):
        home = here = None
        visited: set[int] = set()
        for step in itertools.count():
            back, way, begin = (float(draws.uniforms(key, who, step)[0]) for who in range(3))
            if home is None or not near[here]:
                if int(begin * 10) in visited:
                    continue
                home = here = int(begin * 10)
            elif back < 0.15:
                here = home
            else:
                here = near[here][int(way * len(near[here]))]
            visited.add(here)
            if len(visited) == wanted:
                break
        assert {int(name) for name in graph.sample(wanted, key).names()} == visited


def modularity(graph: Graph, community: np.ndarray) -> float:
    groups = [set(np.flatnonzero(community == number).tolist()) for number in range(int(community.max()) + 1)]
    return nx.community.modularity(graph.to_networkx(), groups)


def test_communities_are_those_planted() -> None:
    """Eight groups, a tenth of the ties between: nine in ten pairs of users are told rightly apart or together."""
    graph = generate("communities", users=800, seed=2)
    assert graph.communities(draws.stream(1, "community")) is graph.community
    unknown = from_edges(np.repeat(np.arange(800), graph.n_listened), graph.heard)
    key = draws.stream(1, "community")
    found = unknown.communities(key)
    together = found[:, None] == found
    planted = graph.community[:, None] == graph.community
    assert (together & planted).sum() > 0.9 * planted.sum() and (together & ~planted).sum() < 0.02 * (~planted).sum()
    sizes = np.bincount(found)
    assert (np.diff(sizes) <= 0).all() and sizes.min() > 0  # numbered from the largest down
    assert np.array_equal(found, unknown.communities(key))


def test_communities_are_as_modular_as_those_of_networkx() -> None:
    """Both are local optima of one measure, so they agree to some hundredths, not exactly."""
    graph = generate("powerlaw_cluster", users=600, ties=2, triangles=0.9, seed=1)
    theirs = nx.community.louvain_communities(graph.to_networkx(), seed=1)
    ours = modularity(graph, graph.communities(draws.stream(1, "community")))
    assert ours == pytest.approx(nx.community.modularity(graph.to_networkx(), theirs), abs=0.03)
    empty = from_edges([], [], n=4).communities(draws.stream(1, "community"))
    assert sorted(empty.tolist()) == [0, 1, 2, 3]
    directed = from_edges([0, 1, 2, 3, 4, 5, 0], [1, 2, 0, 4, 5, 3, 3], directed=True)
    assert directed.communities(draws.stream(1, "community")).tolist() == [0, 0, 0, 1, 1, 1]


# --- generators ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", GENERATORS)
def test_one_seed_one_network_of_friendships(kind: str) -> None:
    """Symmetric, and by the checks of Graph without loops and without repeated ties."""
    graph = generate(kind, seed=1, **SMALL[kind])
    assert graph.kind == kind and not graph.directed
    assert arcs(graph) == {(j, i) for i, j in arcs(graph)}
    assert same(graph, generate(kind, seed=1, **SMALL[kind]))
    if kind not in ("complete", "karate"):
        assert not same(graph, generate(kind, seed=2, **SMALL[kind]))


@pytest.mark.parametrize(
    ("kind", "options", "ties"),
    [
        ("powerlaw_cluster", {"users": 500, "ties": 4}, 4 * 496),
        ("powerlaw_cluster", {"users": 120, "ties": 40, "triangles": 1}, 40 * 80),
        ("powerlaw_cluster", {"users": 6, "ties": 5}, 5),
        ("scale_free", {"users": 500, "ties": 4}, 4 * 496),
        ("scale_free", {"users": 2, "ties": 1}, 1),
        ("small_world", {"users": 500, "neighbors": 6, "rewire": 1}, 1500),
        ("small_world", {"users": 7, "neighbors": 6, "rewire": 1}, 21),  # all are tied already: nowhere to go
        ("small_world", {"users": 5, "neighbors": 2, "rewire": 1}, 5),
        ("random", {"users": 40, "mean_degree": 39}, 780),
        ("random", {"users": 40, "mean_degree": 0}, 0),
        ("random", {"users": 1, "mean_degree": 0}, 0),
        ("communities", {"users": 40, "groups": 4, "mean_degree": 9, "mixing": 0}, 4 * 45),
        ("communities", {"users": 40, "groups": 4, "mean_degree": 30, "mixing": 1}, 600),
        ("complete", {"users": 30}, 435),
        ("complete", {"users": 1}, 0),
        ("karate", {}, 78),
    ],
)
def test_the_number_of_ties_is_exact_where_it_is_no_chance(kind: str, options: dict, ties: int) -> None:
    assert generate(kind, seed=3, **options).n_ties == ties


def twin(users: int, ties: int, triangles: float | None, seed: int) -> set[tuple[int, int]]:
    """Growth by preference (triangles None: Barabasi & Albert; else Holme & Kim) in plain lists, on the same draws.

    The list `ends` holds each tie's two ends, in the order in which ties came; friends of one user come sorted. Without
    triangles all friends of a user are drawn at once, then, lap by lap, as many as were drawn twice.
    """
    key = draws.stream(seed, "network")
    friends: list[list[int]] = [[] for _ in range(users)]
    ends = []
    for v in range(ties, users):
        chosen: list[int] = []
        near, closing = -1, triangles is not None
        events = itertools.count(2 * ties)

        def coin(event: int | None = None, v: int = v, events=events) -> float:
            return float(draws.uniforms(key, v, next(events) if event is None else event)[0])

        for lap in itertools.count() if not closing and v > ties else ():
            drawn = [ends[int(coin(lap * ties + j) * len(ends))] for j in range(len(chosen), ties)]
            chosen = sorted({*chosen, *drawn})
            if len(chosen) == ties:
                break
        while len(chosen) < ties:
            j = len(chosen)
            if v == ties:
                chosen.append(j)
                near = j
                continue
            if near >= 0 and coin(2 * j) < triangles and len(friends[near]) >= j:
                w = friends[near][int(coin() * len(friends[near]))]
                while w in chosen:
                    w = friends[near][int(coin() * len(friends[near]))]
            else:
                w = ends[int(coin(2 * j + 1) * len(ends))]
                while w in chosen:
                    w = ends[int(coin() * len(ends))]
                near = w
            chosen.append(w)
        for w in sorted(chosen):
            friends[v].append(w)
            ends += [w, v]
        for w in chosen:
            friends[w].append(v)
    return {(i, j) for i in range(users) for j in friends[i]}


@pytest.mark.parametrize(("users", "ties"), [(300, 1), (300, 5), (90, 33), (90, 40)])
@pytest.mark.parametrize("triangles", [0.3, 1.0])
def test_holme_kim_growth_equals_its_plain_twin(users: int, ties: int, triangles: float) -> None:
    grown = generate("powerlaw_cluster", users=users, ties=ties, triangles=triangles, seed=11)
    assert arcs(grown) == twin(users, ties, triangles, 11)


def test_barabasi_albert_growth_equals_its_plain_twin() -> None:
    for users, ties in ((300, 1), (300, 5), (90, 40)):
        assert arcs(generate("scale_free", users=users, ties=ties, seed=11)) == twin(users, ties, None, 11)


def test_degrees_of_a_scale_free_network_follow_the_closed_form() -> None:
    """P(K >= k) = m (m+1) / (k (k+1)), Dorogovtsev et al. 2000; sd of a share p of n users sqrt(p (1-p) / n)."""
    n, m = 20_000, 3
    degree = generate("scale_free", users=n, ties=m, seed=4).n_listened
    for k in (4, 5, 8, 12, 20, 40):
        p = m * (m + 1) / (k * (k + 1))
        assert (degree >= k).mean() == pytest.approx(p, abs=FAR * math.sqrt(p * (1 - p) / n) + 2 * m / n)
    assert degree[:10].mean() > 20 * degree[-1000:].mean()


def test_triangles_cluster_a_network_as_much_as_that_of_networkx() -> None:
    """Mean local clustering. NetworkX takes its candidates from a set, which hands out small numbers, so hubs, first:
    that moves its clustering by up to a tenth (measured with its candidates shuffled: no difference to ours)."""
    for triangles in (0.3, 0.9):
        graph = generate("powerlaw_cluster", users=2000, triangles=triangles, seed=1)
        ours = nx.average_clustering(graph.to_networkx())
        theirs = nx.average_clustering(nx.powerlaw_cluster_graph(2000, 5, triangles, seed=1))
        assert ours == pytest.approx(theirs, rel=0.2)
    plain = nx.average_clustering(generate("powerlaw_cluster", users=2000, triangles=0, seed=1).to_networkx())
    assert plain == pytest.approx(nx.average_clustering(nx.barabasi_albert_graph(2000, 5, seed=1)), abs=0.01)


def pair_counts(kind: str, users: int, seeds: int, **options: float) -> np.ndarray:
    """How often each pair of users is tied, over seeds."""
    counts = np.zeros((users, users))
    for seed in range(seeds):
        graph = generate(kind, users=users, seed=seed, **options)
        counts[np.repeat(np.arange(users), graph.n_listened), graph.heard] += 1
    return counts


def test_every_pair_of_a_random_network_is_as_probable() -> None:
    """Counts over seeds are binomial: |z| < 4.9 for each pair; their z have variance 1 (sd sqrt(2 / pairs))."""
    users, seeds = 24, 600
    p = 5 / (users - 1)
    upper = pair_counts("random", users, seeds, mean_degree=5)[np.triu_indices(users, 1)]
    z = (upper - seeds * p) / math.sqrt(seeds * p * (1 - p))
    assert np.abs(z).max() < FAR
    assert abs(z.mean()) < FAR / math.sqrt(len(z)) and abs(z.var() - 1) < FAR * math.sqrt(2 / len(z))


def test_the_ties_of_a_random_network_are_binomial() -> None:
    """mean p N, variance N p (1-p), N = n (n-1) / 2; degrees have variance (n-1) p (1-p)."""
    n, degree = 20_000, 10
    graph = generate("random", users=n, mean_degree=degree, seed=9)
    assert graph.n_ties == pytest.approx(n * degree / 2, abs=FAR * math.sqrt(n * degree / 2))
    assert graph.n_listened.var() == pytest.approx(degree, rel=FAR * math.sqrt(2 / n) + 0.001)


def test_planted_groups_have_the_ties_asked_for() -> None:
    """Pairs inside are tied with mean_degree (1 - mixing) / (size - 1), others with mean_degree mixing / (n - size)."""
    users, seeds = 24, 600
    counts = pair_counts("communities", users, seeds, groups=3, mean_degree=6, mixing=0.4)
    group = np.arange(users) // 8
    inside = (group[:, None] == group)[np.triu_indices(users, 1)]
    p = np.where(inside, 6 * 0.6 / 7, 6 * 0.4 / 16)
    z = (counts[np.triu_indices(users, 1)] - seeds * p) / np.sqrt(seeds * p * (1 - p))
    assert np.abs(z).max() < FAR
    for part in (z[inside], z[~inside]):
        assert abs(part.mean()) < FAR / math.sqrt(len(part)) and abs(part.var() - 1) < FAR * math.sqrt(2 / len(part))


def test_groups_are_drawn_apart() -> None:
    """Two groups of one size under one seed: ties at the same places of both are as many as chance gives."""
    graph = generate("communities", users=200, groups=2, mean_degree=20, mixing=0, seed=1)
    both = {(i, j) for i, j in arcs_of(graph) if j < 100} & {(i - 100, j - 100) for i, j in arcs_of(graph) if i >= 100}
    pairs_of_users, p = 4950, (20 / 99) ** 2
    assert len(both) == pytest.approx(pairs_of_users * p, abs=FAR * math.sqrt(pairs_of_users * p * (1 - p)))


def test_unequal_users_keep_the_mean_degree_and_the_mixing() -> None:
    """Degrees are Poisson about lognormal weights of mean 1: var(k) = d + d^2 (exp(s^2) - 1).

    Its tolerance is the spread of a lognormal's sample variance at this size, not a z.
    """
    n, d, s = 20_000, 12, 0.6
    graph = generate("communities", users=n, groups=7, mean_degree=d, mixing=0.25, spread=s, seed=5)
    assert np.bincount(graph.community).tolist() == [2858, 2857, 2857, 2857, 2857, 2857, 2857]
    assert graph.n_ties == pytest.approx(n * d / 2, abs=FAR * math.sqrt(n * d / 2))
    source = np.repeat(np.arange(n), graph.n_listened)
    leaving = (graph.community[source] != graph.community[graph.heard]).mean()
    assert leaving == pytest.approx(0.25, abs=FAR * math.sqrt(0.25 * 0.75 / graph.n_ties))
    assert graph.n_listened.var() == pytest.approx(d + d * d * (math.exp(s * s) - 1), rel=0.1)


def test_a_small_world_is_the_ring_of_networkx_rewired() -> None:
    """Ties on the ring that stay: 1 - p, and p of those rewired come back with probability about k/n."""
    ring = generate("small_world", users=60, neighbors=8, rewire=0, seed=1)
    assert nx.utils.graphs_equal(nx.Graph(arcs_of(ring)), nx.Graph(nx.watts_strogatz_graph(60, 8, 0).edges))
    n, k, p = 20_000, 8, 0.3
    graph = generate("small_world", users=n, neighbors=k, rewire=p, seed=2)
    source = np.repeat(np.arange(n), graph.n_listened).astype(np.int64)
    gap = np.abs(source - graph.heard)
    near = (np.minimum(gap, n - gap) <= k / 2).mean()
    assert near == pytest.approx(1 - p, abs=FAR * math.sqrt(p * (1 - p) / (n * k / 2)) + p * k / n)
    # each user keeps k/2 ties, (1-p) or p of them where they were; Barrat & Weigt 2000: clustering falls by (1-p)^3
    theirs = nx.average_clustering(nx.watts_strogatz_graph(2000, k, p, seed=1))
    small = generate("small_world", users=2000, neighbors=k, rewire=p, seed=2)
    assert nx.average_clustering(small.to_networkx()) == pytest.approx(theirs, rel=0.1)


def arcs_of(graph: Graph) -> list[tuple[int, int]]:
    return [(i, j) for i, j in sorted(arcs(graph)) if i < j]


def test_the_karate_club_is_that_of_networkx() -> None:
    club, ours = nx.karate_club_graph(), generate("karate", seed=1)
    assert set(arcs_of(ours)) == {tuple(sorted(edge)) for edge in club.edges}
    assert [club.nodes[i]["club"] == "Officer" for i in range(34)] == ours.community.astype(bool).tolist()


def test_slices_of_the_work_change_no_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Long loops are called piece by piece; with pieces of a few ties the networks stay the same."""
    whole = {kind: generate(kind, seed=1, **options) for kind, options in SMALL.items()}
    monkeypatch.setattr(csr, "PLACES_PER_CALL", 50)
    monkeypatch.setattr(makers, "_TIES_PER_CALL", 40)
    for kind, options in SMALL.items():
        graph = generate(kind, seed=1, **options)
        assert same(graph, whole[kind])
        assert same(graph.by_degree()[0], whole[kind].by_degree()[0])
        assert np.array_equal(graph.largest_component().heard, whole[kind].largest_component().heard)


def test_rows_that_were_guessed_too_short_grow(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = [generate(kind, seed=1, **SMALL[kind]) for kind in ("random", "communities")]
    monkeypatch.setattr(makers, "_room", lambda expected, users: users)
    for graph in whole:
        assert same(graph, generate(graph.kind, seed=1, **SMALL[graph.kind]))


# --- what is asked for wrongly ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("kind", "options", "text"),
    [
        ("powerlaw_clsuter", {}, "kind: 'powerlaw_clsuter' is not known; did you mean 'powerlaw_cluster'"),
        ("scale_free", {"tie": 3}, "tie: 'tie' is no option of scale_free; did you mean 'ties'"),
        ("complete", {"ties": 3}, "ties: 'ties' is no option of complete; it has none"),
        ("scale_free", {"users": 5, "ties": 5}, "ties: 5 must be less than the number of users, 5"),
        ("powerlaw_cluster", {"triangles": 30}, "triangles: 30 is not between 0.0 and 1.0"),
        ("powerlaw_cluster", {"ties": 2.5}, "ties: 2.5 is not a whole number"),
        ("powerlaw_cluster", {"ties": "5"}, "ties: '5' is not a number"),
        ("powerlaw_cluster", {"ties": True}, "ties: True is not a number"),
        ("powerlaw_cluster", {"triangles": math.nan}, "triangles: nan is not a number"),
        ("powerlaw_cluster", {"users": 0}, "users: 0 is not between 1 and"),
        ("powerlaw_cluster", {"users": 20.5}, "users: 20.5 is not a whole number"),
        ("small_world", {"neighbors": 5}, "neighbors: 5 is not an even number"),
        ("small_world", {"users": 10, "neighbors": 10}, "neighbors: 10 must be less than the number of users, 10"),
        ("random", {"users": 10, "mean_degree": 9.5}, "mean_degree: 9.5 is more than the 9 others"),
        ("communities", {"users": 4, "groups": 5}, "groups: 5 groups need as many users; there are 4"),
        ("communities", {"users": 40, "groups": 8}, "mean_degree: 9 ties inside groups of 5 users are too many"),
        ("communities", {"users": 40, "groups": 2, "mixing": 1, "mean_degree": 25}, "ties out of groups of 20 users"),
        ("karate", {"users": 35}, "users: karate always has 34 users"),
    ],
)
def test_a_network_asked_for_wrongly_is_refused_with_the_right_word(kind: str, options: dict, text: str) -> None:
    with pytest.raises(RippleError) as error:
        generate(kind, **options)
    assert text in str(error.value)


def test_all_mistakes_are_named_at_once() -> None:
    found = mistakes("small_world", 0, {"neighbours": 4, "rewire": 2})
    assert [key for key, _ in found] == ["users", "neighbours", "rewire"]


def test_a_network_that_does_not_fit_into_memory_is_refused_before_it_is_built(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "free_memory", lambda: 10**9)
    with pytest.raises(
        RippleError, match=r"100,000 users and some 4,999,950,000 ties needs about 100 GB of memory; 1 GB"
    ):
        generate("complete", users=100_000)
    generate("complete", users=100)
    monkeypatch.setattr(memory, "free_memory", lambda: None)  # where the system does not say, nothing is refused
    generate("complete", users=100)


def test_free_memory_is_known_here() -> None:
    assert memory.free_memory() is None or 10**7 < memory.free_memory() < 10**14
    assert [memory.in_words(count) for count in (12, 4096, 350e6, 2.24e9)] == ["12 bytes", "4 kB", "350 MB", "2.24 GB"]


# --- from other libraries --------------------------------------------------------------------------------------------
def test_networkx_graphs_come_in_and_go_out_the_same() -> None:
    club = nx.relabel_nodes(nx.karate_club_graph(), lambda node: f"member {node}")
    graph = from_networkx(club)
    assert named_arcs(graph) == {pair for a, b in club.edges for pair in ((a, b), (b, a))}
    assert graph.labels.tolist() == sorted(club.nodes) and graph.kind == "networkx"
    out = graph.to_networkx()
    renamed = nx.relabel_nodes(out, {row: out.nodes[row]["label"] for row in out})
    assert set(map(frozenset, renamed.edges)) == set(map(frozenset, club.edges)) and set(renamed) == set(club)
    assert generate("karate", seed=0).to_networkx().nodes[9] == {"label": "9", "community": 1}


def test_arcs_of_a_digraph_say_who_listens_and_weights_are_shares() -> None:
    digraph = nx.DiGraph()
    digraph.add_weighted_edges_from([("b", "a", 3), ("b", "c", 1), ("c", "b", 2), ("a", "a", 5)])
    digraph.add_node("alone")
    graph = from_networkx(digraph, "weight")
    assert weights(graph) == {("b", "a"): 0.75, ("b", "c"): 0.25, ("c", "b"): 1.0}
    assert "dropped 1 self-loop" in graph.notes[0] and "2 users without ties" not in graph.notes[0]
    assert "1 user without ties" in graph.notes[0]
    assert named_arcs(from_networkx(digraph, directed="tells")) == {("a", "b"), ("c", "b"), ("b", "c")}
    assert not from_networkx(digraph, directed=False).directed
    back = graph.to_networkx()
    assert back.is_directed() and back.edges[graph.row("b"), graph.row("a")]["weight"] == 0.75


def test_parallel_edges_add_up_and_friendships_with_weights_are_shares_on_both_sides() -> None:
    multigraph = nx.MultiGraph()
    multigraph.add_weighted_edges_from([(0, 1, 1), (1, 0, 2), (1, 2, 1)])
    graph = from_networkx(multigraph, "weight")
    assert weights(graph) == {("0", "1"): 1.0, ("1", "0"): 0.75, ("1", "2"): 0.25, ("2", "1"): 1.0}
    assert "merged 1 repeated tie" in graph.notes[0] and graph.labels is None
    assert graph.to_networkx().is_directed()


def test_networkx_graphs_that_are_none_of_ours_are_refused() -> None:
    one = nx.Graph([("a", "b")])
    for graph, options, text in (
        (nx.Graph(), {}, "no nodes"),
        (nx.Graph([(1, "1")]), {}, "same name"),
        (one, {"weight": "weight"}, "a - b has None as 'weight'"),
        (one, {"directed": "follows"}, "not directed"),
        (nx.Graph([("a", " ")]), {}, "spaces only"),
    ):
        with pytest.raises(RippleError, match=text):
            from_networkx(graph, **options)
    for value in (-1, math.nan, math.inf, "2", True):
        one.edges["a", "b"]["weight"] = value
        with pytest.raises(RippleError, match=r"a - b has .* as 'weight'"):
            from_networkx(one, "weight")


def test_sparse_matrices_say_who_listens_to_whom() -> None:
    matrix = scipy.sparse.csr_array(np.array([[0, 3, 1], [0, 0, 0], [2, 0, 7]]))
    graph = from_scipy(matrix, weight=True)
    assert graph.directed and weights(graph) == {("0", "1"): 0.75, ("0", "2"): 0.25, ("2", "0"): 1.0}
    assert "dropped 1 self-loop, merged 0" in graph.notes[0]
    both = from_scipy(scipy.sparse.coo_array(nx.to_scipy_sparse_array(nx.karate_club_graph(), weight=None)))
    assert not both.directed and same(both, from_networkx(nx.karate_club_graph())) and "merged 0" in both.notes[0]
    assert not from_scipy(matrix, directed=False).directed
    stored_zero = scipy.sparse.coo_array(([1.0, 0.0], ([0, 1], [1, 2])), shape=(3, 3))
    assert arcs(from_scipy(stored_zero)) == {(0, 1)}
    for wrong, text in (
        (scipy.sparse.csr_array((2, 3)), "2 x 3"),
        (scipy.sparse.csr_array((0, 0)), "0 x 0"),
        (scipy.sparse.csr_array(np.array([[0, -1.0], [0, 0]])), r"entry \(0, 1\).*-1"),
    ):
        with pytest.raises(RippleError, match=text):
            from_scipy(wrong, weight=True)


def test_frames_are_read_by_known_headers_or_by_name() -> None:
    frame = pd.DataFrame({"when": [1, 2, 3], "from": ["b", "a", "b"], "to": ["a", "c", "c"], "n": [1.0, 2.0, 3.0]})
    graph = from_frame(frame, weight="n", directed="follows")
    assert weights(graph) == {("b", "a"): 0.25, ("b", "c"): 0.75, ("a", "c"): 1.0}
    assert named_arcs(from_frame(frame, "to", "from", directed=True)) == {("a", "b"), ("c", "a"), ("c", "b")}
    numbers = from_frame(pd.DataFrame({"x": [10, 9, 2], "z": [9.0, 2.0, 10.0]}))
    assert numbers.labels.tolist() == [2, 9, 10] and numbers.n_ties == 3
    for wrong, options, text in (
        (frame, {"source": "form"}, "no column 'form'; did you mean 'from'"),
        (frame, {"weight": "m"}, "no column 'm'"),
        (frame[:0], {}, "0 rows"),
        (frame[["n"]], {}, "1 columns"),
        (frame.assign(to=["a", None, "c"]), {}, "row 2 has no 'to'"),
        (frame.assign(n=[1, -2, 3]), {"weight": "n"}, "row 2 has -2.0 as 'n'"),
        (frame.assign(n=["x", "y", "z"]), {"weight": "n"}, "no numbers"),
    ):
        with pytest.raises(RippleError, match=text):
            from_frame(wrong, **options)


def test_a_list_of_ties_is_a_network() -> None:
    """Pairs by name or number, in any order; a third entry is the weight; a DiGraph's arcs with `directed`."""
    graph = from_pairs([("bo", "ann"), ("cy", "bo")])
    assert named_arcs(graph) == {("ann", "bo"), ("bo", "ann"), ("bo", "cy"), ("cy", "bo")}
    assert named_arcs(from_pairs([(7, 3)], directed=True)) == {("7", "3")}
    heavy = weights(from_pairs([("ann", "bo", 3.0), ("ann", "cy", 1.0)], weight=True))
    assert heavy["ann", "bo"] == 0.75  # 3 / (3 + 1), exact in float32
    for wrong, says in (
        ([("ann",)], "tie 1 of the list is"),
        ([("ann", "bo"), "cy"], "tie 2"),
        ([], "holds no ties"),
        ([("ann", "")], "spaces only"),
    ):
        with pytest.raises(RippleError, match=says):
            from_pairs(wrong)
    with pytest.raises(RippleError, match=r"tie 1 .* not \(who, whom, weight\)"):
        from_pairs([("ann", "bo")], weight=True)
    with pytest.raises(RippleError, match="a weight is finite"):
        from_pairs([("ann", "bo", -1.0)], weight=True)


def test_as_graph_takes_whatever_is_a_network(tmp_path) -> None:
    club = nx.karate_club_graph()
    graph = as_graph(club)
    path = tmp_path / "club.txt"
    nx.write_edgelist(club, path, data=False)
    matrix = nx.to_scipy_sparse_array(club, weight=None)
    frame = nx.to_pandas_edgelist(club)
    pairs = list(club.edges())
    for other in (
        path,
        str(path),
        matrix,
        frame,
        pairs,
        np.array(pairs),
        graph,
        as_graph(club, largest_component=True),
    ):
        assert same(as_graph(other), graph)
    with pytest.raises(RippleError, match="dict is no network; give the path of an edge list, a networkx graph"):
        as_graph({})
    with pytest.raises(RippleError, match="made already"):
        as_graph(graph, directed=True)


def test_other_libraries_are_not_imported_for_a_network() -> None:
    """Of SciPy nothing can be said: Numba looks for it itself."""
    code = (
        "import sys; from sim.world.graph import as_graph, generate; g = generate(users=50, seed=1); g.by_degree();"
        "print([name for name in ('networkx', 'pandas', 'pyarrow') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
