"""The bare cascade: equal to a plain twin on the same draws, to closed forms, and to itself on any number of threads.

Seeds are fixed. Counts and means are refused at |z| > 4.9, one in a million (two-sided).
"""

from __future__ import annotations

import math

import networkx as nx
import numpy as np
import pytest

from sim import theory
from sim.dynamics import cascade as bare
from sim.dynamics.cascade import cascade, cascades
from sim.errors import RippleError
from sim.world import draws
from sim.world.graph import Graph, from_edges, from_networkx, generate

MOST_Z = 4.9
KEY = draws.stream(3, "cascade")


def plain(graph: Graph, author: int, chance: float, key: np.uint64, fade: float, story: int) -> list[list[int]]:
    """Who shares at hop 0, 1, ..., tie by tie, with all uniforms of a story drawn beforehand."""
    u = draws.uniforms(key, story, np.arange(graph.n_arcs))
    hops, shared = [[author]], {author}
    while hops[-1]:
        p = 1 - (1 - chance) ** (fade ** (len(hops) - 1))
        hops.append([])
        for user in hops[-2]:
            for place in range(graph.back_start[user], graph.back_start[user + 1]):
                listener = int(graph.back[place])
                if u[place] < p and listener not in shared:
                    shared.add(listener)
                    hops[-1].append(listener)
    return hops[:-1]


def star(rays: int, length: int) -> Graph:
    """A hub that everyone listens to, with chains of listeners behind the last rays."""
    ties = [(0, ray) for ray in range(1, rays + 1)]
    ties += [(rays - length + k, rays - length + k + 1) for k in range(1, length)]
    one, other = np.array(ties).T
    return from_edges(one, other, n=rays + 1, directed="tells")


NETWORKS = {
    "friends": generate("powerlaw_cluster", users=600, ties=4, seed=1),
    "arcs": from_networkx(nx.gnp_random_graph(400, 0.02, seed=2, directed=True)),
    "hub": star(4 * bare._PART, 40),
}


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("fade", [1.0, 0.7, 0.0])
def test_equals_a_plain_twin_on_the_same_draws(network: str, fade: float) -> None:
    """Who shares, in which order, at which hop, and how often it was heard; rows longer than one part included."""
    graph = NETWORKS[network]
    for story, (author, chance) in enumerate([(0, 0.05), (3, 0.3), (0, 0.6), (5, 1.0), (2, 0.0)]):
        hops = plain(graph, author, chance, KEY, fade, story)
        found = cascade(graph, author, chance, KEY, fade=fade, story=story)
        assert found.sharers.tolist() == [user for hop in hops for user in hop]
        assert found.by_hop().tolist() == [len(hop) for hop in hops]
        assert (found.size, found.depth) == (sum(map(len, hops)), len(hops) - 1)
        assert found.hearings == sum(int(graph.n_listeners[user]) for hop in hops for user in hop)


def test_many_stories_are_each_the_one_story() -> None:
    """Sizes, depths, hearings and those reached; authors, chances and names of their own."""
    graph = NETWORKS["friends"]
    authors, chances, names = np.arange(200) % 90, np.linspace(0, 0.5, 200), np.arange(200) * 7 + 2**40
    found = cascades(graph, authors, chances, KEY, fade=0.8, stories=names, count_reached=True)
    for k in range(200):
        one = cascade(graph, int(authors[k]), chances[k], KEY, fade=0.8, story=int(names[k]))
        assert (found.sizes[k], found.depths[k], found.hearings[k]) == (one.size, one.depth, one.hearings)
        reached = set(one.sharers.tolist())
        for user in one.sharers:
            reached |= set(graph.back[graph.back_start[user] : graph.back_start[user + 1]].tolist())
        assert found.reached is not None
        assert found.reached[k] == len(reached)


def test_results_do_not_depend_on_threads_nor_on_the_order_or_number_of_stories(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Bit for bit, also when the compiled loop comes back after every few hearings."""
    graph = NETWORKS["friends"]
    authors, chances = np.arange(5000) % 600, np.linspace(0, 0.12, 5000)
    alone = cascades(graph, authors, chances, KEY)
    assert alone.sizes.max() > 100
    assert alone.reached is None
    for threads in (2, 3):
        for one, other in zip(alone[:3], cascades(graph, authors, chances, KEY, threads=threads)[:3], strict=True):
            assert np.array_equal(one, other)
    order = draws.generator(1, "order").permutation(5000)[:3000]
    monkeypatch.setattr(bare, "_WORK", 10)
    mixed = cascades(graph, authors[order], chances[order], KEY, stories=order)
    for one, other in zip(alone[:3], mixed[:3], strict=True):
        assert np.array_equal(one[order], other)


def test_stories_draw_independently_and_so_do_seeds() -> None:
    """Author 0 has k listeners; the coins of two stories, or of one under two keys, agree p^2 + (1-p)^2 of the time."""
    graph, p = NETWORKS["hub"], 0.3
    k = int(graph.n_listeners[0])

    def first_hop(key: np.uint64, story: int) -> np.ndarray:
        found = cascade(graph, 0, p, key, fade=0.0, story=story)
        return np.isin(np.arange(graph.n_users), found.sharers[1:])

    for one, other in (((KEY, 0), (KEY, 1)), ((KEY, 0), (draws.stream(4, "cascade"), 0))):
        same = (first_hop(*one) == first_hop(*other))[1:].sum()
        agree = p * p + (1 - p) ** 2
        assert abs(same - k * agree) < MOST_Z * math.sqrt(k * agree * (1 - agree))


def test_a_larger_chance_reaches_all_whom_a_smaller_one_reaches() -> None:
    """One draw per story and tie: u < p implies u < p'. Without fading, for then the hop plays no part."""
    graph = NETWORKS["friends"]
    for story in range(30):
        smaller = cascade(graph, 5, 0.08, KEY, story=story)
        larger = cascade(graph, 5, 0.11, KEY, story=story)
        assert set(smaller.sharers) <= set(larger.sharers)


def assert_mean(values: np.ndarray, expected: float) -> None:
    assert abs(values.mean() - expected) < MOST_Z * values.std() / math.sqrt(len(values))


def assert_count(count: int, n: int, chance: float) -> None:
    assert abs(count - n * chance) < MOST_Z * math.sqrt(n * chance * (1 - chance))


def test_c8_sharers_by_depth_on_a_tree_of_ten() -> None:
    """.5 .25 .125 by depth, nobody .598737, and P(size 2), P(size 3) of the tree; a tree of four hops holds all that."""
    parents = np.arange(1111)
    tree = from_edges(np.repeat(parents, 10), np.arange(1, 11111), n=11111, directed="tells")
    runs = [cascade(tree, 0, 0.05, KEY, story=story).by_hop() for story in range(20_000)]
    sharers = np.array([np.pad(hops, (0, 5 - len(hops))) for hops in runs])
    for depth, expected in enumerate(theory.cascade_by_depth(10, 10, [0.05] * 4), start=1):
        assert_mean(sharers[:, depth], expected)
    sizes = cascades(tree, np.zeros(200_000, int), 0.05, KEY).sizes
    assert np.array_equal(sizes[:20_000], sharers.sum(axis=1))
    for size, expected in enumerate(theory.cascade_sizes_tree(10, 0.05, 3), start=1):
        assert_count(int((sizes == size).sum()), len(sizes), expected)


def test_fading_sharers_by_depth_on_a_tree() -> None:
    """Means of the branching process with p_h = 1 - (1 - p)^(d^(h-1)), as theory.share_probability has it."""
    parents = np.arange(1111)
    tree = from_edges(np.repeat(parents, 10), np.arange(1, 11111), n=11111, directed="tells")
    chances = theory.share_probability(-math.log1p(-0.1) * 10, 10, np.arange(1, 5), 0.6)
    assert chances[0] == pytest.approx(0.1)
    runs = [cascade(tree, 0, 0.1, KEY, fade=0.6, story=story).by_hop() for story in range(20_000)]
    sharers = np.array([np.pad(hops, (0, 5 - len(hops))) for hops in runs])
    for depth, expected in enumerate(theory.cascade_by_depth(10, 10, chances), start=1):
        assert_mean(sharers[:, depth], expected)


def test_c10_sizes_on_a_random_network() -> None:
    """G(n, p), mean degree 8, q = .05: mean 1.6667; sizes 1-4: .6703 .1797 .0723 .0345.

    One network stands for all: 200,000 users, so that its own mean degree is off by a fifth of the error allowed.
    """
    network = generate("random", users=200_000, mean_degree=8, seed=1)
    sizes = cascades(network, np.arange(50_000) * 4, 0.05, KEY).sizes
    assert_mean(sizes, theory.mean_cascade_size(0.4, 0.4))
    for size, chance in enumerate(theory.cascade_sizes_poisson(0.4, 4), start=1):
        assert_count(int((sizes == size).sum()), len(sizes), chance)


@pytest.mark.parametrize("mean", [1.5, 2.0])
def test_c12_final_size_on_a_random_network(mean: float) -> None:
    """S = 1 - exp(-c S), c = mean degree x q: .582812, .796812; as the share who share an exploding story and as the
    chance that one explodes. The share of one story has variance S (1-S)/(1 - c (1-S))^2 / n (Stepanov 1970)."""
    n = 100_000
    network = generate("random", users=n, mean_degree=8, seed=2)
    shares = cascades(network, np.arange(400) * 250, mean / 8, KEY).sizes / n
    s = theory.final_size_poisson(mean)
    exploded = shares > s / 2
    assert_count(int(exploded.sum()), 400, s)
    # the stories run on one network, so its own chance does not average out: the error of one story is let through
    assert abs(shares[exploded].mean() - s) < MOST_Z * math.sqrt(s * (1 - s) / n) / (1 - mean * (1 - s))


def test_c12_final_size_on_a_network_of_three_ties_each() -> None:
    """T = .75: 26/27. A network of finite size has n^-1 more or less: of 20,000, below the error of 60 stories."""
    n = 20_000
    network = from_networkx(nx.random_regular_graph(3, n, seed=3))
    shares = cascades(network, np.arange(60), 0.75, KEY).sizes / n
    exploded = shares[shares > 0.5]
    assert len(exploded) > 50
    assert theory.final_size_network([3], 0.75) == pytest.approx(26 / 27)
    assert_mean(exploded, 26 / 27)


def test_it_can_be_stopped_between_stories() -> None:
    """What the progress raises comes through, and the stories that were not begun stay undone."""
    graph, seen = NETWORKS["friends"], []

    def stop(done: int) -> None:
        seen.append(done)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cascades(graph, np.zeros(100_000, int), 0.05, KEY, progress=stop)
    assert len(seen) == 1
    cascades(graph, np.zeros(10, int), 0.05, KEY, progress=seen.append)
    assert seen[-1] == 10


def test_no_stories_give_no_numbers() -> None:
    found = cascades(NETWORKS["friends"], [], 0.1, KEY)
    assert [len(part) for part in found[:3]] == [0, 0, 0]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"authors": [0, 600]}, "authors: story 1 names row 600; rows run from 0 to 599"),
        ({"authors": [-1]}, "authors: story 0 names row -1"),
        ({"authors": [0.5]}, "one row number"),
        ({"chance": 1.5}, "chance: 1.5 is not a share"),
        ({"chance": math.nan}, "chance: nan is not a share"),
        ({"chance": [0.1, 0.2, 0.3]}, "for each of the 2 stories; not 3"),
        ({"fade": 1.1}, "fade: 1.1 is not a share"),
        ({"stories": [1]}, "stories: one whole number for each of the 2"),
        ({"threads": 0}, "threads: 0"),
    ],
)
def test_what_makes_no_sense_is_refused(wrong: dict, said: str) -> None:
    asked = {"authors": [0, 1], "chance": 0.1, **wrong}
    with pytest.raises(RippleError) as caught:
        cascades(NETWORKS["friends"], asked.pop("authors"), asked.pop("chance"), KEY, **asked)
    assert said in str(caught.value)
