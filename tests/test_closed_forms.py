"""The engine against formulas that were derived without it: talk, cascades, wounds, gains. Numbers are named C1 ... C20."""

from __future__ import annotations

import math
from dataclasses import replace
from types import MappingProxyType

import networkx as nx
import numpy as np
import pytest
from reference_talk import KARATE_96H, KARATE_96H_MEAN, karate_weights, reference_talk
from small_worlds import P, act, posts, setup_of, world_of

from sim import theory
from sim.dynamics import state as s
from sim.dynamics.engine import Engine
from sim.dynamics.stories import encounter, push
from sim.world.graph import Graph, from_edges, from_networkx, generate
from sim.world.people import People, World

KARATE = from_networkx(nx.karate_club_graph())


def talkers(graph: Graph, own: np.ndarray, talk_rate: np.ndarray | float, own_rate: np.ndarray | float) -> World:
    """Users whose own trust is `own` on both sides, with rates of their own; all f8[n] in the order of the graph."""
    ordered, order = graph.by_degree()
    n = graph.n_users

    def column(values: np.ndarray | float) -> np.ndarray:
        return np.broadcast_to(np.asarray(values, np.float32), n)[order].copy()

    people = People(
        who=order.astype(np.uint32),
        base_cognitive=column(own),
        base_affective=column(own),
        weight=column(0.5),
        follows=np.zeros(n, bool),
        talk_rate=column(talk_rate),
        own_rate=column(own_rate),
    )
    return World(ordered, people, order, 1)


def talked(world: World, hours: float, step: float = 1.0, start: np.ndarray | None = None) -> np.ndarray:
    """Expressed trust in the order of the graph after some hours of talk alone; `start` instead of the fixed point."""
    engine = Engine(setup_of(world, [], days=hours / 24, step=step))
    if start is not None:
        engine.trust[0, : engine.n] = engine.trust[1, : engine.n] = start[world.order]
        s.set_column(engine.columns, s.MEAN_BEFORE, karate_mean(world, start))
    engine.state[s.AWAKE] = s.RUNNING
    engine.run()
    return world.in_first_order(engine.expressed_trust())


def karate_mean(world: World, trust: np.ndarray) -> np.ndarray:
    """The neighbors' mean of `trust`, in the order of the world's rows."""
    graph, rows = world.graph, trust[world.order]
    return np.array([rows[graph.heard[a:b]].mean() for a, b in zip(graph.start[:-1], graph.start[1:], strict=True)])


def test_c1_without_own_pull_all_come_to_the_degree_weighted_mean():
    """DeGroot: T_i -> sum_j deg_j X_j / 2m = 16/156 on the karate club; float32 leaves 1e-6."""
    own = np.eye(34)[0]
    trust = talked(talkers(KARATE, own, 0.5, 0.0), 1000)
    assert trust == pytest.approx(np.full(34, 16 / 156), abs=2e-6)


def test_c2_talk_starts_and_stays_at_the_friedkin_johnsen_fixed_point():
    """T = (1 - l)(I - l A)^-1 X, l = .8, one at node 0: .310840 there, .039377 at 33, mean .094559."""
    own = np.eye(34)[0]
    world = talkers(KARATE, own, 0.04, 0.01)
    start = world.in_first_order(Engine(setup_of(world, [])).start_trust)
    later = talked(world, 2400, start=np.full(34, 0.5))
    for trust in (start, later):
        assert trust[0] == pytest.approx(0.310840, abs=3e-6)
        assert trust[33] == pytest.approx(0.039377, abs=3e-6)
        assert trust.mean() == pytest.approx(0.094559, abs=3e-6)


def test_c2_stubborn_ends_of_a_path_make_a_straight_line():
    """Ends that hear nobody hold 0 and 1, the others have no own pull: 0 .2 .4 .6 .8 1."""
    path = from_networkx(nx.path_graph(6))
    ends = np.array([1.0, 0, 0, 0, 0, 1])
    own = np.array([0, 0.5, 0.5, 0.5, 0.5, 1.0])
    trust = talked(talkers(path, own, np.where(ends, 0, 0.4), np.where(ends, 0.4, 0)), 400)
    assert trust == pytest.approx(np.linspace(0, 1, 6), abs=2e-6)


@pytest.mark.parametrize(("ties", "susceptibility"), [(2, 0.8), (3, 0.6)])
def test_c3_a_lone_disturbance_fades_by_the_same_factor_per_hop(ties, susceptibility):
    """[k - sqrt(k^2 - 4 (k-1) l^2)] / (2 (k-1) l) on an endless k-tree; .5 on a path at l = .8.

    1e-3, because the start settles to 2e-7 and trust four hops away is .001.
    """
    depth = 30 if ties == 2 else 9
    tree = nx.path_graph(2 * depth + 1) if ties == 2 else nx.full_rary_tree(2, 2**depth - 1)
    middle = depth if ties == 2 else 0
    if ties == 3:  # the root of a binary tree has two ties: a second tree gives it the third
        tree = nx.disjoint_union(tree, tree)
        tree.add_edge(0, tree.number_of_nodes() // 2)
    hops = nx.single_source_shortest_path_length(tree, middle)
    own = np.eye(len(tree))[middle]
    start = Engine(setup_of(talkers(from_networkx(tree), own, susceptibility, 1 - susceptibility), []))
    trust = start.world.in_first_order(start.start_trust)
    by_hop = np.array([trust[next(u for u, h in hops.items() if h == hop)] for hop in range(5)])
    assert by_hop[1:] / by_hop[:-1] == pytest.approx(np.full(4, theory.attenuation(ties, susceptibility)), rel=1e-3)


def spread(graph: Graph, authors: list[list[int]], chance: float, **numbers: float) -> Engine:
    """Stories that start as a share of their authors (in the order of the graph), `chance` to share per hearing."""
    numbers = {"virality_fade": 1.0, "share_bias": 0.0, "share_soon": 1.0, "share_today": 0.0, **numbers}
    world = world_of(graph)
    virality = -math.log1p(-chance) * graph.mean_listeners_of_reached()
    acts = [act("outage", 0.0, id=f"story {k}", reach=0.0, virality=virality) for k in range(len(authors))]
    engine = Engine(setup_of(world, acts, days=10, step=4.0, numbers=P.changed(numbers).numbers()))
    engine._act_now()
    place = np.argsort(world.order)
    queue, met = np.zeros(1 << 13, s.PENDING), np.zeros(1 << 14, s.ENCOUNTER)  # room for all authors
    engine.live = engine.live._replace(queue=queue, met=met)
    for row, users in enumerate(authors):
        for user in place[users]:
            engine.met[encounter(engine.met, engine.state, row, user)]["state"] |= s.MET | s.SHARES
            push(engine.live.queue, engine.state, 0.0, row, int(user), 0)
            engine.acts[row]["pending"] += 1
    return engine.run()


def sharers(engine: Engine) -> np.ndarray:
    """The users who shared, as rows of the network as it was read."""
    entries = engine.met[(engine.met["key"] != 0) & (engine.met["state"] & s.SHARES != 0)]
    return engine.world.order[(entries["key"] & np.uint64(0xFFFFFFFF)).astype(np.int64)]


def test_c8_a_story_on_a_tree_shrinks_by_half_per_hop():
    """b = 10, q = .05: .5 .25 .125 sharers by depth, 2 in all with the author, nobody shares with .95^10 = .598737."""
    trees, size = 300, 1111
    depth_of = np.repeat([0, 1, 2, 3], [1, 10, 100, 1000])
    tree = nx.full_rary_tree(10, size)
    edges = np.array(tree.edges())
    source = np.concatenate([edges[:, 0] + size * t for t in range(trees)])
    target = np.concatenate([edges[:, 1] + size * t for t in range(trees)])
    engine = spread(from_edges(source, target, n=size * trees), [[size * t for t in range(trees)]], 0.05)
    who = sharers(engine)
    depths = np.bincount(depth_of[who % size], minlength=4)[:4]
    assert depths[0] == trees
    for depth, mean in ((1, 0.5), (2, 0.25), (3, 0.125)):
        # the variance of the number at depth d of a branching process with mean m and variance v is at most v m^(d-1) d
        sd = math.sqrt(trees * 10 * 0.05 * 0.95 * depth)
        assert abs(depths[depth] - trees * mean) < 4.9 * sd
    nobody = trees - len(np.unique(who[depth_of[who % size] == 1] // size))
    assert abs(nobody - trees * 0.598737) < 4.9 * math.sqrt(trees * 0.598737 * 0.401263)


def test_c10_sizes_of_cascades_on_a_random_network():
    """G(n, p), mean degree 8, q = .05: mean size 1.6667; sizes 1-4 with .6703 .1797 .0723 .0345."""
    stories = 1500
    graph = generate("random", users=20_000, seed=3, mean_degree=8)
    authors = np.random.default_rng(5).permutation(20_000)[:stories]
    sizes = spread(graph, [[int(a)] for a in authors], 0.05).acts["n_shared"][:stories]
    for size, chance in enumerate((0.6703, 0.1797, 0.0723, 0.0345), 1):
        assert abs((sizes == size).sum() - stories * chance) < 4.9 * math.sqrt(stories * chance * (1 - chance))
    sd = math.sqrt(0.4 / 0.6**3)  # of the total progeny of a Poisson(.4) process
    assert abs(sizes.mean() - 1 / 0.6) < 4.9 * sd / math.sqrt(stories)


@pytest.mark.parametrize(("mean", "share"), [(1.5, 0.582812), (2.0, 0.796812)])
def test_c12_final_size_on_a_random_network(mean, share):
    """S = 1 - exp(-c S): .582812 at c = 1.5, .796812 at c = 2. The spread is that of a giant component."""
    n = 40_000
    graph = generate("random", users=n, seed=4, mean_degree=8)
    engine = spread(graph, [list(range(0, n, n // 40))], mean / 8)
    sd = math.sqrt(share * (1 - share) / n) / (1 - mean * (1 - share))
    assert abs(len(sharers(engine)) / n - share) < 4.9 * sd + 40 / n


def test_c12_final_size_on_a_regular_network():
    """Three ties each, .75 per hearing: 26/27 of all."""
    n = 10_000
    graph = from_networkx(nx.random_regular_graph(3, n, seed=2))
    engine = spread(graph, [list(range(20))], 0.75)
    assert len(sharers(engine)) / n == pytest.approx(26 / 27, abs=4.9 * math.sqrt(26 / 27**2 / n) * 3)


def lonely(n: int) -> World:
    """Users without ties whose trust starts at .44 on both sides."""
    return talkers(from_edges(np.zeros(0, int), np.zeros(0, int), n=n), np.full(n, 0.44), 0.0, 0.01)


def test_c14_many_losses_at_random_times():
    """Losses of .3 at .01 /h that heal in 300 h: mean wound .9, mean exp(-W) .43311."""
    n, hours = 2000, 3000
    numbers = P.changed({"record_weight": 0, "scar_competence": 0, "heal_competence": 300, "loss": 1}).numbers()
    losses = posts("spam_post", 0.25, 0.5, hours, magnitude=-0.3, cognitive=0.5, reach=0.005, virality=0.0, delay=0.05)
    losses = [replace(a, audience=MappingProxyType({"kind": "everyone"}), tires=False) for a in losses]
    engine = Engine(setup_of(lonely(n), losses, days=hours / 24, step=4.0, numbers=numbers)).run()
    wound = engine.sides_and_wounds()["wound"]
    # variance of shot noise: l g^2 t / 2 = .135
    assert abs(wound.mean() - 0.9) < 4.9 * math.sqrt(0.135 / n)
    assert theory.trust_kept_mean(0.01, 0.3, 300) == pytest.approx(0.43311, abs=5e-6)
    own = s.column(engine.columns, s.OWN, n) / 0.44
    assert abs(own.mean() - 0.43311) < 4.9 * own.std() / math.sqrt(n)


def test_c14_many_gains_at_random_times():
    """Gains of .05 at .02 /h, forgotten in 500 h: E B = (l a + B0/t) / (l a + 1/t) = .62358 with a = 1 - exp(-.05)."""
    n, hours = 2000, 3000
    numbers = P.changed(
        {"forget_gain": 500, "loss": 1, "asymmetry": 1, "credibility_brand": 1, "fatigue_half": 1e12}
    ).numbers()
    gains = posts("routine_post", 0.25, 0.5, hours, magnitude=0.05, cognitive=0.5, reach=0.01, virality=0.0, delay=0.05)
    gains = [replace(a, audience=MappingProxyType({"kind": "everyone"})) for a in gains]
    engine = Engine(setup_of(lonely(n), gains, days=hours / 24, step=4.0, numbers=numbers)).run()
    own = s.column(engine.columns, s.OWN, n)
    assert abs(own.mean() - 0.62358) < 4.9 * own.std() / math.sqrt(n)


def test_c18_a_wound_heals_and_a_scar_stays():
    """Dose 1, a quarter of it scars, 16 d and 3650 d: .36788 .38501 .48010 .69561 .79755 of trust after 0 1 7 30 365 d."""
    numbers = P.changed(
        {"loss": 1, "record_weight": 0, "scar_integrity": 0.25, "heal_moral": 16 * 24, "heal_scar": 3650 * 24}
    ).numbers()
    blow = act("rude_reply", 0.0, magnitude=-1.0, cognitive=0.5, reach=1.0, delay=1e-4, virality=0.0)
    world = lonely(4)
    for day, left in ((1, 0.38501), (7, 0.48010), (30, 0.69561), (365, 0.79755)):
        engine = Engine(setup_of(world, [blow], days=day, step=24.0, numbers=numbers)).run()
        assert s.column(engine.columns, s.OWN, 4) / 0.44 == pytest.approx(np.full(4, left), abs=1e-5)
    engine.advance(0.01)
    assert np.exp(-1.0) == pytest.approx(0.36788, abs=1e-5)


def test_c19_the_step_of_talk_is_of_second_order():
    """Wounds that spread on karate, prescribed at the ends of steps: the error falls 4 x when the step is halved."""
    errors = []
    for step in (16.0, 8.0, 4.0):
        trust = _karate_with_wounds(step)
        exact, _ = reference_talk(karate_weights(), np.full(34, 0.6), np.eye(34)[0], 96)
        errors.append(np.abs(trust - exact).max())
    assert errors[0] / errors[1] == pytest.approx(4, abs=1.0)
    assert errors[1] / errors[2] == pytest.approx(4, abs=1.0)
    fine = _karate_with_wounds(1.0)
    for user, value in KARATE_96H.items():
        assert fine[user] == pytest.approx(value, abs=1e-5)
    assert fine.mean() == pytest.approx(KARATE_96H_MEAN, abs=1e-5)


def _karate_with_wounds(step: float) -> np.ndarray:
    weights, trust, wound = karate_weights(), np.full(34, 0.6), np.eye(34)[0]
    world = talkers(KARATE, np.full(34, 0.6), 0.0125, 0.0125)
    engine = Engine(setup_of(world, [], days=4, step=step))
    engine.state[s.AWAKE] = s.RUNNING
    s.set_column(engine.columns, s.OWN, (0.6 * np.exp(-wound))[world.order])
    for k in range(round(96 / step)):
        trust, wound = reference_talk(weights, trust, wound, step)
        for side in (s.WOUND_C, s.WOUND_E):
            s.set_column(engine.columns, side, wound[world.order])
        engine.clock[s.CLOCK_BASE] = (k + 1) * step  # the wounds are given as of the end of the step
        engine.advance((k + 1) * step)
    return world.in_first_order(engine.expressed_trust())


def test_c20_without_ties_acts_and_decay_nothing_moves():
    """Exactly: a run in which nothing happens gives back every bit, also when talk is forced to run."""
    world = lonely(100)
    engine = Engine(setup_of(world, [], days=5))
    before = engine.columns.copy()
    engine.state[s.AWAKE] = s.RUNNING
    engine.run()
    assert np.array_equal(engine.expressed_trust(), engine.start_trust)
    hours = slice(s.TRUST_HOURS, s.TRUST_HOURS + s.BLOCK)
    before[hours] = engine.columns[hours]
    assert np.array_equal(engine.columns, before)
