"""The closed forms of sim.theory, each against printed values of the field and against a slow oracle of its own.

Tolerances: half a unit of the last printed digit for printed values; round-off for exact oracles; |z| < 4.9 for
simulated means (about one false alarm in a million), from fixed seeds.
"""

from __future__ import annotations

import itertools
import math
import subprocess
import sys

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference_talk import KARATE_96H, KARATE_96H_MEAN, karate_weights, reference_talk
from scipy.integrate import quad, solve_ivp
from scipy.linalg import expm
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.special import lambertw
from scipy.stats import poisson

import sim.theory as theory
from sim.errors import RippleError
from sim.world.draws import generator

Z = 4.9


def printed(value: float, digits: int):
    """A value printed with so many decimals: right to half a unit of the last."""
    return pytest.approx(value, rel=0, abs=0.5000001 * 10.0**-digits)


def assert_mean(samples, expected: float) -> None:
    """|mean - expected| < 4.9 standard errors."""
    samples = np.asarray(samples, dtype=np.float64)
    error = samples.std(ddof=1) / math.sqrt(samples.size)
    assert abs(samples.mean() - expected) < Z * error, (samples.mean(), expected, error)


def assert_share(hits: int, of: int, expected: float) -> None:
    """|share - expected| < 4.9 binomial standard errors."""
    error = math.sqrt(expected * (1 - expected) / of)
    assert abs(hits / of - expected) < Z * error, (hits / of, expected, error)


# --- talk -----------------------------------------------------------------------------------------------------------


def one_at_zero(n: int) -> np.ndarray:
    return np.eye(n)[0]


def test_karate_consensus_of_one_voice_is_its_degree_over_all_degrees():
    """lim T = sum_i pi_i T_i(0), pi_i = deg_i / 2m = 16/156 for member 0 (round-off)."""
    w = karate_weights()
    degrees = [d for _, d in sorted(nx.karate_club_graph().degree())]
    assert theory.tie_weights(degrees)[0] == pytest.approx(16 / 156, rel=1e-15)
    assert theory.tie_weights(degrees)[0] == printed(0.102564, 6)
    np.testing.assert_allclose(theory.stationary_weights(w), theory.tie_weights(degrees), atol=1e-14)
    np.testing.assert_allclose(theory.degroot_limit(w, one_at_zero(34)), 16 / 156, atol=1e-14)
    np.testing.assert_allclose(np.linalg.matrix_power(w, 4000) @ one_at_zero(34), 16 / 156, atol=1e-12)  # DeGroot's own


tables = st.integers(2, 7).flatmap(
    lambda n: st.lists(st.lists(st.sampled_from([0, 0, 0, 1, 2]), min_size=n, max_size=n), min_size=n, max_size=n)
)


def lazy_power(w: np.ndarray) -> np.ndarray:
    """(1/2 + w/2)^(2^40) by squaring: DeGroot's steps, slowed so that they cannot swing; rows of nobody heard stay."""
    step = 0.5 * np.eye(len(w)) + 0.5 * (w + np.diag(1 - w.sum(axis=1)))
    for _ in range(40):
        step = step @ step
        step /= step.sum(axis=1, keepdims=True)  # else round-off doubles with every squaring
    return step


@given(tables)
@settings(max_examples=150, deadline=None)
def test_degroot_limit_is_that_of_many_small_steps_on_any_network(table):
    """lim exp(t (w - 1)) = lim (1/2 + w/2)^k, also with several groups that hear nobody else (1e-9: squarings)."""
    w = theory.equal_weights(table)
    start = np.linspace(0, 1, len(w)) ** 2
    limit = lazy_power(w)
    np.testing.assert_allclose(theory.degroot_limit(w, start), limit @ start, atol=1e-9)
    if np.ptp(limit, axis=0).max() < 1e-9:
        np.testing.assert_allclose(theory.stationary_weights(w), limit[0], atol=1e-9)
    else:
        with pytest.raises(RippleError, match="no consensus"):
            theory.stationary_weights(w)


def test_who_moves_fast_counts_for_less_in_the_consensus():
    """Left null vector of diag(pull) (w - 1) is pi_i / pull_i, scaled; the limit agrees with expm at a late time."""
    w = karate_weights()
    pull = np.linspace(0.5, 3, 34)
    slow = theory.stationary_weights(w) / pull
    np.testing.assert_allclose(theory.stationary_weights(w, pull), slow / slow.sum(), atol=1e-14)
    start = np.linspace(0, 1, 34)
    late = expm(1000 * pull[:, None] * (w - np.eye(34))) @ start
    np.testing.assert_allclose(theory.degroot_limit(w, start, pull), late, atol=1e-10)  # expm at norm 6000


def test_path_with_stubborn_ends_is_a_straight_line():
    """x_i = i/5 on a path of 6 with ends 0 and 1 that never move and a middle that only follows (round-off)."""
    w = theory.equal_weights(nx.to_numpy_array(nx.path_graph(6)))
    x = theory.friedkin_johnsen(w, [0, 0, 0, 0, 0, 1], [0, 1, 1, 1, 1, 0])
    np.testing.assert_allclose(x, [0, 0.2, 0.4, 0.6, 0.8, 1], atol=1e-14)


def test_karate_fixed_point_of_one_voice():
    """x = .8 w x + .2 own: x0 .310840, x33 .039377, mean .094559; rates .8 and .2 per hour, or any multiple, alike."""
    w = karate_weights()
    x = theory.friedkin_johnsen(w, one_at_zero(34), 0.8)
    assert x[0] == printed(0.310840, 6)
    assert x[33] == printed(0.039377, 6)
    assert x.mean() == printed(0.094559, 6)
    np.testing.assert_allclose(theory.talk_fixed_point(w, one_at_zero(34), 0.08, 0.02), x, atol=1e-14)


@given(tables, st.data())
@settings(max_examples=50, deadline=None)
def test_fixed_point_is_where_repeated_steps_end(table, data):
    """x <- lambda w x + (1 - lambda) own, own susceptibility each, 0 to .95; .95^800 < 1e-17 leaves round-off.

    Who hears nobody keeps to own trust.
    """
    w = theory.equal_weights(table)
    n = len(w)
    lam = np.array(data.draw(st.lists(st.floats(0, 0.95), min_size=n, max_size=n)))
    own = np.linspace(1, 0, n)
    alone = w.sum(axis=1) == 0
    x = np.full(n, 0.5)
    for _ in range(800):
        x = np.where(alone, own, lam * (w @ x) + (1 - lam) * own)
    np.testing.assert_allclose(theory.friedkin_johnsen(w, own, lam), x, atol=1e-12)


def test_talk_solution_is_what_a_general_solver_finds():
    """T(t) by matrix exponential against DOP853 (1e-10), with rates of each user and one who hears nobody."""
    table = nx.to_numpy_array(nx.gnp_random_graph(12, 0.3, seed=4, directed=True))
    table[5] = 0
    w = theory.equal_weights(table)
    rng = generator(1, "talk solution")
    own, start = rng.random(12), rng.random(12)
    pull, anchor = rng.random(12), rng.random(12) * (np.arange(12) > 2)
    hours = np.array([0.0, 0.5, 3.0, 40.0])
    found = theory.talk_solution(w, own, start, pull, anchor, hours)
    heard = w.sum(axis=1)
    solved = solve_ivp(
        lambda _, T: pull * (w @ T - heard * T) + anchor * (own - T),
        (0, 40),
        start,
        method="DOP853",
        t_eval=hours,
        rtol=1e-12,
        atol=1e-14,
    )
    assert found.shape == (4, 12)
    np.testing.assert_allclose(found, solved.y.T, atol=1e-10)
    np.testing.assert_array_equal(theory.talk_solution(w, own, start, pull, anchor, 3.0), found[2])
    late = theory.talk_solution(w, own, start, pull, anchor + 0.01, 1e5)
    np.testing.assert_allclose(late, theory.talk_fixed_point(w, own, pull, anchor + 0.01), atol=1e-9)


@pytest.mark.parametrize("scale", [0, 1e-9, 0.3, 1, 7, 60])
def test_matrix_exponential(scale):
    """exp(A) against SciPy's Pade scheme; 1e-13 relative to the norm, times the squarings' growth."""
    a = scale * generator(2, "expm").standard_normal((9, 9)) / 3
    expected = expm(a)
    np.testing.assert_allclose(
        theory.matrix_exponential(a), expected, atol=1e-13 * max(1, scale) * np.abs(expected).max()
    )


def test_lone_disturbance_halves_per_hop_on_a_path_at_susceptibility_four_fifths():
    """r = (1 - sqrt(1 - l^2))/l = .5 at l = .8; x_h = (1-l)/(1-l r) r^h on 301 users, ends 150 hops away (2^-150)."""
    assert theory.attenuation(2, 0.8) == pytest.approx(0.5, rel=1e-15)
    w = theory.equal_weights(nx.to_numpy_array(nx.path_graph(301)))
    x = theory.friedkin_johnsen(w, np.eye(301)[150], 0.8)
    np.testing.assert_allclose(theory.lone_disturbance(2, 0.8, np.arange(100)), x[150:250], rtol=1e-10, atol=1e-16)


@pytest.mark.parametrize(("ties", "depth"), [(3, 8), (4, 6)])
@pytest.mark.parametrize("susceptibility", [0.0, 0.3, 0.8])
def test_lone_disturbance_on_a_tree_of_equal_degrees(ties, depth, susceptibility):
    """r = [k - sqrt(k^2 - 4(k-1)l^2)]/(2(k-1)l) against the solved network.

    Within the rim the solution is r^h + b s^h, s = 1/((k-1) r), and the leaves, x_R = l x_(R-1), set
    b/a = c ((k-1) r^2)^R, c = (l/r - 1)/(1 - l/s): the tolerance is twice that at each hop.
    """
    tree = nx.balanced_tree(ties - 1, depth)
    tree = nx.disjoint_union(tree, nx.balanced_tree(ties - 1, depth - 1))  # two halves joined at their roots: k each
    other_root = len(nx.balanced_tree(ties - 1, depth))
    tree.add_edge(0, other_root)
    x = theory.friedkin_johnsen(theory.equal_weights(nx.to_numpy_array(tree)), one_at_zero(len(tree)), susceptibility)
    hops = nx.single_source_shortest_path_length(tree, 0)
    r = theory.attenuation(ties, susceptibility)
    for hop in range(3):
        user = next(u for u, d in hops.items() if d == hop)
        expected = float(theory.lone_disturbance(ties, susceptibility, hop))
        c = (susceptibility / r - 1) / (1 - susceptibility * (ties - 1) * r) if r else 0.0
        rim = 2 * c * ((ties - 1) * r**2) ** (depth - hop)
        assert rim < 0.01
        assert x[user] == pytest.approx(expected, abs=expected * rim + 1e-15)
    if susceptibility:
        k, lam = ties, susceptibility
        assert r == pytest.approx((k - math.sqrt(k * k - 4 * (k - 1) * lam**2)) / (2 * (k - 1) * lam), rel=1e-14)


def test_reference_of_the_scheme_on_karate():
    """T_0 .420720, T_1 .551515, T_33 .592710, mean .556990 after 96 h; two integrators agree to 1e-11."""
    w, wounds, start = karate_weights(), one_at_zero(34), np.full(34, 0.6)
    trust, wound = reference_talk(w, start, wounds, 96.0)
    for user, value in KARATE_96H.items():
        assert trust[user] == printed(value, 6)
    assert trust.mean() == printed(KARATE_96H_MEAN, 6)

    def speed(_, y):
        t, q = y[:34], y[34:]
        return np.concatenate(
            [0.0125 * (w @ t - t) + 0.0125 * (0.6 * np.exp(-q) - t), -q / 384 + 0.01 * np.exp(-q) * (w @ q)]
        )

    y = solve_ivp(speed, (0, 96), np.r_[start, wounds], method="DOP853", rtol=1e-13, atol=1e-15).y[:, -1]
    np.testing.assert_allclose(np.r_[trust, wound], y, atol=1e-11)


def test_reference_of_the_scheme_is_exact_when_wounds_stand_still():
    """With wounds that neither heal nor spread the reference is the linear equation: talk_solution (1e-12)."""
    w, start = karate_weights(), np.linspace(0, 1, 34)
    wounds = np.linspace(0, 2, 34)
    trust, _ = reference_talk(w, start, wounds, 50.0, wound_time=math.inf, spread=0.0)
    exact = theory.talk_solution(w, 0.6 * np.exp(-wounds), start, 0.0125, 0.0125, 50.0)
    np.testing.assert_allclose(trust, exact, atol=1e-12)


# --- cascades -------------------------------------------------------------------------------------------------------


def test_cascade_on_a_tree_of_ten():
    """b q = .5: sharers by depth .5 .25 .125, size 1/(1 - .5) = 2 with the author, nobody shares .95^10 = .598737."""
    np.testing.assert_allclose(theory.cascade_by_depth(10, 10, [0.05] * 3), [0.5, 0.25, 0.125], rtol=1e-15)
    assert theory.mean_cascade_size(0.5, 0.5) == 2
    sizes = theory.cascade_sizes_tree(10, 0.05, 400)
    assert sizes[0] == printed(0.598737, 6)
    assert sizes.sum() == pytest.approx(1, abs=1e-12)  # (sizes fall off by .83 per member: nothing is left at 400)
    assert sizes @ np.arange(1, 401) == pytest.approx(2, abs=1e-9)


def played_on_a_tree(rng, branching, chance, deepest):
    """Sharers by depth of one cascade, coin by coin."""
    counts, sharers = [], 1
    for _ in range(deepest):
        sharers = sum(int(rng.random() < chance) for _ in range(branching * sharers))
        counts.append(sharers)
    return counts


def test_cascade_on_a_tree_played_coin_by_coin():
    """4,000 played cascades, b = 10, q = .05: mean sharers at each depth (z < 4.9)."""
    rng = generator(3, "tree")
    played = np.array([played_on_a_tree(rng, 10, 0.05, 6) for _ in range(4000)])
    for depth, expected in enumerate(theory.cascade_by_depth(10, 10, [0.05] * 6)):
        assert_mean(played[:, depth], expected)
    assert_share(int((played[:, 0] == 0).sum()), 4000, theory.cascade_sizes_tree(10, 0.05, 1)[0])


@pytest.mark.parametrize(("first", "branching"), [(2, 2), (3, 2)])
def test_tree_sizes_by_enumerating_every_outcome(first, branching):
    """P(size <= 3) needs three levels at most: all states of all ties weighed one by one (round-off)."""
    parents, level = [], [(0, first)]  # nodes count from 1 in the order of their ties; 0 is the author
    for _ in range(2):
        nxt = []
        for node, count in level:
            for _ in range(count):
                parents.append(node)
                nxt.append((len(parents), branching))
        level = nxt
    leaves_told = branching  # a sharer at depth 2 ends a cascade of exactly 3 if none of its own listeners shares
    q, by_size = 0.3, np.zeros(5)
    for coins in itertools.product((0, 1), repeat=len(parents)):
        reached = [True]
        for node, coin in enumerate(coins, start=1):
            reached.append(reached[parents[node - 1]] and bool(coin))
        size = sum(reached)
        chance = math.prod(q if c else 1 - q for c in coins)
        deepest = sum(reached[i] for i in range(1, len(reached)) if parents[i - 1] != 0)
        if size <= 3:
            by_size[size] += chance * (1 - q) ** (leaves_told * deepest)
    np.testing.assert_allclose(theory.cascade_sizes_tree(branching, q, 3, first), by_size[1:4], rtol=1e-12)


def sizes_by_series(first, later, largest):
    """P(size = 1..largest) from H(x) = x G(H(x)), A(x) = x F(H(x)) as power series, term by term; no closed form.

    first, later: P(0 re-shares), P(1), ... of the author and of the others, long enough to be complete.
    """

    def compose(chances, series):
        total, power = np.zeros(largest + 1), np.eye(largest + 1)[0]
        for chance in chances:
            total += chance * power
            power = np.convolve(power, series)[: largest + 1]
        return np.concatenate([[0.0], total[:largest]])

    series = np.zeros(largest + 1)
    for _ in range(largest + 1):
        series = compose(later, series)
    return compose(first, series)[1:]


def binomial(n, q):
    return [math.comb(n, k) * q**k * (1 - q) ** (n - k) for k in range(n + 1)]


@given(st.integers(1, 6), st.integers(1, 6), st.floats(0, 1))
@settings(max_examples=60, deadline=None)
def test_tree_sizes_equal_their_power_series(first, branching, q):
    """Dwass's formula against H = x G(H), sizes 1..9, any first generation (1e-12)."""
    expected = sizes_by_series(binomial(first, q), binomial(branching, q), 9)
    np.testing.assert_allclose(theory.cascade_sizes_tree(branching, q, 9, first), expected, atol=1e-12)


@given(st.floats(0, 3), st.floats(0, 3))
@settings(max_examples=60, deadline=None)
def test_poisson_sizes_equal_their_power_series(first, later):
    """Consul and Jain's formula against H = x G(H), sizes 1..9 (1e-12; more than 8 re-shares cannot give 9)."""
    chances = [poisson.pmf(np.arange(10), mean) for mean in (first, later)]
    np.testing.assert_allclose(theory.cascade_sizes_poisson(later, 9, first), sizes_by_series(*chances, 9), atol=1e-12)


def test_cascade_on_a_random_network():
    """Mean degree 8, q = .05: mean size 1/(1 - .4) = 1.6667; sizes 1-4 .6703 .1797 .0723 .0345 (Borel)."""
    assert theory.mean_cascade_size(8 * 0.05, 8 * 0.05) == printed(1.6667, 4)
    sizes = theory.cascade_sizes_poisson(0.4, 500)
    for size, value in zip(range(1, 5), (0.6703, 0.1797, 0.0723, 0.0345), strict=True):
        assert sizes[size - 1] == printed(value, 4)
    assert sizes @ np.arange(1, 501) == pytest.approx(5 / 3, abs=1e-9)
    assert theory.cascade_sizes_poisson(2.0, 3000).sum() == pytest.approx(1 - theory.final_size_poisson(2.0), abs=1e-12)


def test_cascade_played_on_a_random_network():
    """6,000 stories on G(20000, 8/n), a coin per hearing: sizes 1-4 and the mean (z < 4.9; loops weigh 1/n)."""
    rng = generator(4, "gnp")
    n = 20000
    graph = nx.fast_gnp_random_graph(n, 8 / n, seed=5)
    sizes = []
    for author in rng.integers(0, n, 6000):
        shared, front = {int(author)}, [int(author)]
        while front:
            user = front.pop()
            for listener in graph[user]:
                if listener not in shared and rng.random() < 0.05:
                    shared.add(listener)
                    front.append(listener)
        sizes.append(len(shared))
    assert_mean(sizes, 5 / 3)
    for size, chance in enumerate(theory.cascade_sizes_poisson(0.4, 4), start=1):
        assert_share(sizes.count(size), len(sizes), chance)


def test_final_sizes():
    """S = 1 - exp(-c S): .582812 at 1.5, .796812 at 2; 3 friends each, q = .75: u = 1/3, S = 1 - u^3 = 26/27."""
    assert theory.final_size_poisson(1.5) == printed(0.582812, 6)
    assert theory.final_size_poisson(2.0) == printed(0.796812, 6)
    assert theory.final_size_network([3], 0.75) == pytest.approx(26 / 27, rel=1e-14)
    assert theory.final_size_poisson(1.0) == theory.final_size_poisson(0.3) == theory.final_size_network([3], 0.5) == 0
    for c in (1.01, 1.5, 2, 9):  # Lambert's W solves the same equation
        expected = 1 + lambertw(-c * math.exp(-c)).real / c
        assert theory.final_size_poisson(c) == pytest.approx(expected, abs=1e-12 / (c - 1))


def largest_share(rng, ends, n, kept):
    keep = rng.random(len(ends)) < kept
    a, b = ends[keep].T
    labels = connected_components(coo_matrix((np.ones(len(a)), (a, b)), shape=(n, n)), directed=False)[1]
    return np.bincount(labels).max() / n


@pytest.mark.parametrize("c", [1.5, 2.0])
def test_final_size_on_played_random_networks(c):
    """Largest component of 30 networks of 10,000 users and c n/2 ties (z < 4.9; the bias is of order 1/n)."""
    rng = generator(6, f"final {c}")
    n = 10000
    shares = []
    for _ in range(30):
        ends = rng.integers(0, n, (rng.poisson(2 * c * n), 2))
        shares.append(largest_share(rng, ends, n, 0.25))
    assert_mean(shares, theory.final_size_poisson(c))


def test_final_size_on_played_regular_networks():
    """3 friends each, every tie kept with .75: 26/27 (30 pairings of 10,000 users, z < 4.9)."""
    rng = generator(7, "regular")
    n = 10000
    shares = []
    for _ in range(30):
        ends = rng.permutation(np.repeat(np.arange(n), 3)).reshape(-1, 2)
        shares.append(largest_share(rng, ends, n, 0.75))
    assert_mean(shares, 26 / 27)


@given(st.lists(st.integers(0, 12), min_size=1, max_size=8).filter(any), st.floats(0, 1))
@settings(max_examples=100, deadline=None)
def test_final_size_is_where_repeated_substitution_ends(degrees, q):
    """v <- G1(1 - q + q v) from 0 climbs to the smallest root until it stands still (1e-9; not near the threshold)."""
    k = np.array(degrees, dtype=float)
    threshold = q * (k @ (k - 1)) / k.sum()
    if abs(threshold - 1) < 0.02:
        return
    v = 0.0
    last = -1.0
    while v > last:
        last, v = v, float(np.sum(k * (1 - q + q * v) ** np.maximum(k - 1, 0)) / k.sum())
    assert theory.final_size_network(degrees, q) == pytest.approx(1 - np.mean((1 - q + q * v) ** k), abs=1e-9)


def test_share_probability_follows_from_virality():
    """p = 1 - exp(-V/kappa d^(h-1) M); hazards of several hearings add; V/kappa p's first order."""
    p = theory.share_probability(0.3, 12.0, [0, 1, 2, 3], damping=0.7, mood=1.2)
    np.testing.assert_allclose(-np.log1p(-p), 0.3 / 12 * 1.2 * np.array([1, 1, 0.7, 0.49]), rtol=1e-12)
    one, two = theory.share_probability(0.3, 12), theory.share_probability(0.6, 12)
    assert 1 - (1 - one) ** 2 == pytest.approx(two, rel=1e-12)
    assert theory.share_probability(-10 * math.log1p(-0.05), 10) == pytest.approx(0.05, rel=1e-14)  # the tree of ten


def test_listeners_along_ties_by_walking_every_tie():
    """kappa = mean over ties (i -> j) of those who listen to j; R = p x mean of those of them other than i."""
    karate = nx.karate_club_graph()
    degrees = [karate.degree(u) for u in karate]
    met = [karate.degree(v) for u in karate for v in karate[u]]
    kappa = theory.listeners_along_tie(degrees)
    assert kappa == pytest.approx(np.mean(met), rel=1e-14)
    fresh = [sum(1 for x in karate[v] if x != u) for u in karate for v in karate[u]]
    assert theory.reproduction_number(0.05, kappa) == pytest.approx(0.05 * np.mean(fresh), rel=1e-13)
    follows = nx.gnp_random_graph(60, 0.1, seed=8, directed=True)  # an edge u -> v: v listens to u
    out, heard = ([d for _, d in view] for view in (follows.out_degree(), follows.in_degree()))
    met = [follows.out_degree(v) for _, v in follows.edges]
    assert theory.listeners_along_tie(out, heard) == pytest.approx(np.mean(met), rel=1e-14)


def test_damped_cascade_by_adding_up_a_written_out_tree():
    """Mean sharers at depth h = sum over the users at depth h of the product of the chances on their way."""
    chances = theory.share_probability(1.2, 2.0, [1, 2, 3, 4], damping=0.7)
    level, expected = [1.0] * 1, []
    for depth in range(4):
        level = [way * chances[depth] for way in level for _ in range(3 if depth == 0 else 2)]
        expected.append(sum(level))
    np.testing.assert_allclose(theory.cascade_by_depth(3, 2, chances), expected, rtol=1e-13)


def test_mean_cascade_size_adds_up_all_depths():
    """1 + first (1 + later + later^2 + ...), infinite from 1 up."""
    total = 1 + theory.cascade_by_depth(30, 16, [0.05] * 200).sum()
    assert theory.mean_cascade_size(1.5, 0.8) == pytest.approx(total, rel=1e-12)
    assert theory.mean_cascade_size(0.1, 1.0) == math.inf
    assert theory.mean_cascade_size(0.0, 2.0) == 1


def test_structural_virality_of_known_shapes():
    """Star of 5: 1.6; path of 5: 2; binary tree of 15: 3.504762; a lone author: 0."""
    assert theory.structural_virality([-1, 0, 0, 0, 0]) == pytest.approx(1.6, rel=1e-15)
    assert theory.structural_virality([-1, 0, 1, 2, 3]) == 2
    assert theory.structural_virality([-1] + [(i - 1) // 2 for i in range(1, 15)]) == printed(3.504762, 6)
    assert theory.structural_virality([-1]) == 0


@st.composite
def trees(draw):
    """A random tree as parents, its members in random order."""
    n = draw(st.integers(2, 14))
    parents = [-1] + [draw(st.integers(0, i - 1)) for i in range(1, n)]
    order = draw(st.permutations(range(n)))
    shuffled = [0] * n
    for i, parent in enumerate(parents):
        shuffled[order[i]] = order[parent] if parent >= 0 else -1
    return shuffled


@given(trees())
@settings(max_examples=150, deadline=None)
def test_structural_virality_is_the_mean_distance_of_all_pairs(parents):
    """Against breadth-first distances of all pairs."""
    graph = nx.Graph((i, p) for i, p in enumerate(parents) if p >= 0)
    assert theory.structural_virality(parents) == pytest.approx(nx.average_shortest_path_length(graph), rel=1e-13)


def test_structural_virality_of_a_very_long_chain():
    """(n + 1)/3 for a chain of n, without deep recursion and in one pass."""
    n = 200_000
    assert theory.structural_virality(np.arange(n) - 1) == pytest.approx((n + 1) / 3, rel=1e-12)


# --- impressions ----------------------------------------------------------------------------------------------------


def test_wound_heals_and_scar_stays():
    """X/B = exp(-(W + S)), dose 1, a quarter scar, 16 d and 3650 d, at 0 1 7 30 365 d."""
    kept = theory.trust_kept(1.0, 0.25, 24.0 * np.array([0, 1, 7, 30, 365]), 16 * 24.0, 3650 * 24.0)
    for found, value in zip(kept, (0.36788, 0.38501, 0.48010, 0.69561, 0.79755), strict=True):
        assert found == printed(value, 5)


def test_wound_and_scar_by_solving_their_equations():
    """dW/dt = -W/tW, dS/dt = -S/tS by DOP853 (1e-10); a scar that never fades leaves exp(-s dose)."""
    solved = solve_ivp(
        lambda _, y: -y / np.array([384.0, 87600.0]), (0, 2000), [0.75, 0.25], method="DOP853", rtol=1e-12, atol=1e-14
    )
    assert theory.trust_kept(1.0, 0.25, 2000.0, 384.0, 87600.0) == pytest.approx(
        math.exp(-solved.y[:, -1].sum()), abs=1e-10
    )
    assert theory.trust_kept(2.0, 0.5, 1e6, 384.0) == pytest.approx(math.exp(-1), rel=1e-14)


def test_stocks_relax_toward_their_rest():
    """dB/dt = -(B - B0)/t by DOP853 (1e-10); two stretches of time equal one; never fading means never."""
    solved = solve_ivp(lambda _, b: -(b - 0.44) / 500, (0, 700), [0.9], method="DOP853", rtol=1e-12, atol=1e-14).y[
        0, -1
    ]
    assert theory.relaxed(0.9, 700.0, 500.0, 0.44) == pytest.approx(solved, abs=1e-10)
    once = theory.relaxed([3.0, 0.1], 60.0, 48.0)
    np.testing.assert_allclose(theory.relaxed(theory.relaxed([3.0, 0.1], 25.0, 48.0), 35.0, 48.0), once, rtol=1e-14)
    assert theory.relaxed(0.7, 1e9, math.inf) == 0.7


def test_gains_add_up_and_never_reach_one():
    """(1 - B) exp(-g): one dose equals two halves; bounds hold."""
    once = theory.gained([0.0, 0.44, 0.98], 0.8)
    np.testing.assert_allclose(theory.gained(theory.gained([0.0, 0.44, 0.98], 0.4), 0.4), once, rtol=1e-14)
    assert np.all((once < 1) & (once > [0.0, 0.44, 0.98]))
    assert theory.gained(0.0, math.log(4)) == pytest.approx(0.75)


def test_means_under_a_life_of_losses_and_gains():
    """E W = .9, E exp(-W) = .43311 (losses .3 at .01/h, 300 h); E B = .62358 (gains .05 at .02/h, 500 h, base .44)."""
    assert theory.stock_mean(0.01, 0.3, 300) == pytest.approx(0.9, rel=1e-15)
    assert theory.trust_kept_mean(0.01, 0.3, 300) == printed(0.43311, 5)
    assert theory.earned_mean(0.02, 0.05, 500, 0.44) == printed(0.62358, 5)
    assert theory.earned_mean(0.0, 0.05, 500, 0.44) == pytest.approx(0.44)


@pytest.mark.parametrize("dose", [0.0, 1e-6, 0.3, 5.0, 80.0])
def test_entire_exponential_integral(dose):
    """rate tau Ein(dose) = -ln E exp(-W), Ein by adaptive quadrature (1e-10)."""
    ein = quad(lambda y: -math.expm1(-y) / y if y else 1.0, 0, dose, epsabs=1e-13, epsrel=1e-13, limit=200)[0]
    assert -math.log(theory.trust_kept_mean(2.0, dose, 0.5)) == pytest.approx(ein, rel=1e-10, abs=1e-15)


def test_losses_played_one_by_one():
    """40,000 lives of 20 healing times: mean wound and mean of exp(-wound) (z < 4.9; e^-20 of the past is cut)."""
    rng = generator(9, "shot noise")
    events = rng.poisson(0.01 * 6000, 40000)
    owner = np.repeat(np.arange(40000), events)
    ages = rng.random(owner.size) * 6000
    wounds = np.bincount(owner, 0.3 * np.exp(-ages / 300), minlength=40000)
    assert_mean(wounds, theory.stock_mean(0.01, 0.3, 300))
    assert_mean(np.exp(-wounds), theory.trust_kept_mean(0.01, 0.3, 300))


def test_gains_played_one_by_one():
    """40,000 lives of 400 gains (16 forgetting times), met just before a gain, which sees the mean (z < 4.9)."""
    rng = generator(10, "gains")
    earned = np.full(40000, 0.44)
    for _ in range(400):
        earned = 1 - (1 - earned) * math.exp(-0.05)
        earned = 0.44 + (earned - 0.44) * np.exp(-rng.exponential(50.0, 40000) / 500)
    assert_mean(earned, theory.earned_mean(0.02, 0.05, 500, 0.44))


# --- waiting --------------------------------------------------------------------------------------------------------


def test_waiting_at_a_desk():
    """M/M/2, arrivals 1.5, service 1: P(wait) .642857, mean wait 1.285714 h; M/M/1 at .8: 4 h."""
    assert theory.wait_probability(1.5, 1, 2) == printed(0.642857, 6)
    assert theory.mean_wait(1.5, 1, 2) == printed(1.285714, 6)
    assert theory.mean_wait(0.8, 1, 1) == pytest.approx(4, rel=1e-14)
    assert theory.wait_probability(0, 1, 2) == theory.mean_queue(0, 1, 2) == 0


@pytest.mark.parametrize(
    ("arrivals", "service", "servers"), [(1.5, 1.0, 2), (0.8, 1.0, 1), (20.0, 6.0, 5), (3.0, 1.0, 40)]
)
def test_waiting_by_the_chain_of_complaints_present(arrivals, service, servers):
    """p_n by balance of births and deaths, 3,000 states; who finds n >= c waits for n - c + 1 answers (1e-9)."""
    states = np.arange(3000)
    log_p = np.concatenate([[0.0], np.cumsum(np.log(arrivals / (service * np.minimum(states[1:], servers))))])
    p = np.exp(log_p - log_p.max())
    p /= p.sum()
    late = states >= servers
    assert theory.wait_probability(arrivals, service, servers) == pytest.approx(p[late].sum(), rel=1e-9)
    assert theory.mean_queue(arrivals, service, servers) == pytest.approx(p[late] @ (states[late] - servers), rel=1e-9)
    assert theory.mean_wait(arrivals, service, servers) == pytest.approx(
        p[late] @ (states[late] - servers + 1) / (servers * service), rel=1e-9
    )
    longer = p[late] @ poisson.cdf(states[late] - servers, servers * service * 0.7)
    assert theory.wait_probability(arrivals, service, servers, longer_than=0.7) == pytest.approx(longer, rel=1e-9)


def test_waiting_at_a_played_desk():
    """3,000 desks of two agents, each complaint to the agent free first; the wait of the 600th (z < 4.9).

    By then the start with empty desks has faded by exp(-400 h (sqrt 2 - sqrt 1.5)^2) or so, 1e-6.
    """
    rng = generator(11, "desk")
    desks = 3000
    free = np.zeros((desks, 2))
    now = np.zeros(desks)
    for _ in range(600):
        now += rng.exponential(1 / 1.5, desks)
        first = free.argmin(axis=1)
        begin = np.maximum(now, free[np.arange(desks), first])
        free[np.arange(desks), first] = begin + rng.exponential(1.0, desks)
    assert_mean(begin - now, theory.mean_wait(1.5, 1, 2))
    assert_share(int((begin > now).sum()), desks, theory.wait_probability(1.5, 1, 2))


@pytest.mark.parametrize(("median", "sigma"), [(1.0, 3.88), (2.0, 0.5)])
def test_wound_of_waiting_is_the_patience_that_ran_out(median, sigma):
    """g integral of the lognormal cdf over 0..t, by quadrature in ln t (1e-9)."""
    hours = np.array([0.0, 0.1, 1.0, 24.0])
    found = theory.waiting_wound(hours, 0.02, median, sigma)

    def patience(y):  # cdf at exp(y), times dt/dy
        return 0.5 * math.erfc(-(y - math.log(median)) / (sigma * math.sqrt(2))) * math.exp(y)

    for t, wound in zip(hours, found, strict=True):
        expected = 0.02 * quad(patience, -60, math.log(t), epsabs=1e-13, limit=400)[0] if t else 0.0
        assert wound == pytest.approx(expected, rel=1e-9, abs=1e-14)
    assert theory.waiting_wound(1.0, 0.02, median, sigma) == found[2]


# --- activity -------------------------------------------------------------------------------------------------------


def test_top_one_percent_make_three_quarters_of_the_posts():
    """Phi(2.99 - 2.3263) = .747; and back: 74.7 % for the top 1 % asks for sigma 2.99."""
    assert theory.lognormal_top_share(2.99, 0.01) == printed(0.747, 3)
    assert theory.lognormal_sigma(0.01, 0.747) == printed(2.99, 2)
    assert theory.lognormal_sigma(0.2, theory.lognormal_top_share(1.3, 0.2)) == pytest.approx(1.3, rel=1e-12)
    assert theory.lognormal_top_share(0.0, 0.3) == pytest.approx(0.3)
    assert theory.lognormal_top_share(1.0, 0.0) == 0
    assert theory.lognormal_top_share(1.0, 1.0) == 1


@pytest.mark.parametrize(("sigma", "top"), [(2.99, 0.01), (1.0, 0.2), (0.2, 0.9)])
def test_top_share_by_integrating_the_upper_tail(sigma, top):
    """Integral of exp(sigma z) phi(z) above the quantile / over all (1e-9)."""
    z0 = brute_quantile(1 - top)
    tilted = lambda z: math.exp(sigma * z - z * z / 2)  # noqa: E731 (a formula)
    upper = quad(tilted, z0, 20, limit=200, epsabs=1e-12)[0]
    total = quad(tilted, -20, 20, limit=200, points=[sigma], epsabs=1e-12)[0]
    assert theory.lognormal_top_share(sigma, top) == pytest.approx(upper / total, rel=1e-8)


def brute_quantile(p: float) -> float:
    low, high = -10.0, 10.0
    for _ in range(100):
        mid = (low + high) / 2
        low, high = (mid, high) if 0.5 * math.erfc(-mid / math.sqrt(2)) < p else (low, mid)
    return low


def test_top_share_of_drawn_users():
    """100 samples of 20,000 users, sigma 1: share of the top 10 % (z < 4.9; a sample's bias is of order 1/n)."""
    rates = np.sort(np.exp(generator(12, "activity").standard_normal((100, 20000))), axis=1)
    assert_mean(rates[:, -2000:].sum(axis=1) / rates.sum(axis=1), theory.lognormal_top_share(1.0, 0.1))


def test_share_of_users_who_ever_post():
    """E[1 - exp(-t a)] against 200,000 drawn users and against a quadrature (1e-9)."""
    rng = generator(13, "active")
    posts = rng.poisson(8760 * 4e-5 * np.exp(2.99 * rng.standard_normal(200_000)).clip(max=1e12))
    found = theory.lognormal_share_active(4e-5, 2.99, 8760)
    assert_share(int((posts > 0).sum()), 200_000, found)
    smooth = quad(
        lambda z: -math.expm1(-8760 * 4e-5 * math.exp(2.99 * z)) * math.exp(-z * z / 2),
        -12,
        12,
        limit=300,
        epsabs=1e-12,
    )[0]
    assert found == pytest.approx(smooth / math.sqrt(2 * math.pi), abs=1e-9)
    assert theory.lognormal_share_active(0.001, 0.0, 500) == pytest.approx(-math.expm1(-0.5), rel=1e-9)


# --- what is refused ------------------------------------------------------------------------------------------------

PAIR = [[0, 1], [1, 0]]


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: theory.equal_weights([[0, 1, 0]]), "must be square"),
        (lambda: theory.equal_weights([[0, -1], [1, 0]]), "user 0 gives user 1 the weight -1"),
        (lambda: theory.equal_weights([[0, math.nan], [1, 0]]), "finite"),
        (lambda: theory.degroot_limit([[0, 2], [1, 0]], [0, 1]), "row 0 sums to 2.*equal_weights"),
        (lambda: theory.degroot_limit(PAIR, [0, 1, 2]), "start: .* each of the 2 users"),
        (lambda: theory.degroot_limit(PAIR, [0, 1], pull=[1, -1]), "pull: .* 0 or more"),
        (lambda: theory.stationary_weights(np.eye(2)), "2 groups .*degroot_limit"),
        (lambda: theory.tie_weights([0, 0]), "not all 0"),
        (lambda: theory.friedkin_johnsen(PAIR, [0, 1], 1.2), "between 0"),
        (lambda: theory.friedkin_johnsen(PAIR, [0, 1], 1.0), "hears nobody with an anchor"),
        (lambda: theory.talk_solution(PAIR, [0, 1], [0, 1], 1, 1, -1.0), "hours"),
        (lambda: theory.matrix_exponential([[math.inf]]), "finite"),
        (lambda: theory.attenuation(1, 0.5), "2 friends each"),
        (lambda: theory.attenuation(3, 1.5), "between 0 and 1"),
        (lambda: theory.lone_disturbance(3, 1.0, 2), "under 1"),
        (lambda: theory.share_probability(-1, 3), "none negative"),
        (lambda: theory.share_probability(1, 3, damping=2), "damping: 2 is not a share"),
        (lambda: theory.listeners_along_tie([0, 0]), "not all 0"),
        (lambda: theory.listeners_along_tie([1, 2], [1]), "1 numbers for 2 users"),
        (lambda: theory.reproduction_number(40, 3), "40 is not a share"),
        (lambda: theory.reproduction_number(0.4, 0.5), "told_back"),
        (lambda: theory.cascade_by_depth(3, 3, [0.5, 2]), "between 0 and 1"),
        (lambda: theory.cascade_by_depth(-3, 3, [0.5]), "0 or more"),
        (lambda: theory.mean_cascade_size(-1, 0.5), "0 or more"),
        (lambda: theory.cascade_sizes_tree(2.5, 0.1, 3), "branching: 2.5"),
        (lambda: theory.cascade_sizes_poisson(0.4, 0), "largest: 0"),
        (lambda: theory.cascade_sizes_poisson(math.nan, 3), "later nan"),
        (lambda: theory.final_size_poisson(-1), "mean: -1"),
        (lambda: theory.final_size_network([3], 75), "75 is not a share"),
        (lambda: theory.structural_virality([]), "whole number per member"),
        (lambda: theory.structural_virality([0.0, -1.0]), "whole number per member"),
        (lambda: theory.structural_virality([-1, 5]), "member 1 names member 5"),
        (lambda: theory.structural_virality([-1, -1]), "2 members have no parent"),
        (lambda: theory.structural_virality([-1, 2, 1]), "member 1 hears the story from itself"),
        (lambda: theory.relaxed(1, 1, 0), "time_constant: 0 must be above 0"),
        (lambda: theory.trust_kept(1, 25, 0, 384), "25 is not a share"),
        (lambda: theory.stock_mean(-1, 1, 1), "rate: -1"),
        (lambda: theory.trust_kept_mean(1, 1, math.inf), "time_constant: inf"),
        (lambda: theory.earned_mean(1, 1, 1, 44), "base: 44 is not a share"),
        (lambda: theory.wait_probability(2, 1, 2), "grows without end"),
        (lambda: theory.wait_probability(1, 1, 1.5), "servers: 1.5"),
        (lambda: theory.wait_probability(1, 1, 2, longer_than=-1), "longer_than"),
        (lambda: theory.mean_wait(1, 0, 2), "service above 0"),
        (lambda: theory.waiting_wound(1, 0.02, 0, 1), "above 0"),
        (lambda: theory.waiting_wound(-1, 0.02, 1, 1), "hours"),
        (lambda: theory.lognormal_top_share(-1, 0.1), "sigma: -1"),
        (lambda: theory.lognormal_top_share(1, 10), "top: 10 is not a share"),
        (lambda: theory.lognormal_sigma(0.5, 0.2), "share at least top"),
        (lambda: theory.lognormal_share_active(-1, 1, 1), "median: -1"),
    ],
)
def test_impossible_input_is_refused_in_words(call, text):
    """Each formula says what it takes; never a NaN, a traceback of NumPy, or a silent wrong number."""
    with pytest.raises(RippleError, match=text):
        call()


def test_theory_needs_numpy_only_and_shows_what_it_has():
    """No SciPy, NetworkX or Numba at import; __all__ is complete, sorted, and every name has a docstring."""
    code = "import sys, sim.theory; print(sorted({'scipy', 'networkx', 'numba', 'mesa', 'pandas'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    assert theory.__all__ == sorted(theory.__all__)
    for name in theory.__all__:
        assert getattr(theory, name).__doc__, name
