"""Worlds that differ in one thing differ in what that thing can reach, and in nothing else, bit for bit."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from small_worlds import TRUST, P, act, posts, setup_of, world_of

from sim.dynamics import ledger, observe
from sim.dynamics import state as s
from sim.dynamics.engine import Engine
from sim.scenario.acts import KINDS
from sim.world.graph import from_edges, generate

FLOAT32 = 2e-7  # a few roundings of numbers below 1


def ran(setup, **changes):
    return Engine(replace(setup, **changes)).run()


def users_of(engine):
    """All that the engine holds of its users, in the order of the network as it was made: f4[columns, n]."""
    columns = [s.column(engine.columns, k * s.BLOCK, engine.n) for k in range(len(s.COLUMNS))]
    everything = [*columns, engine.expressed_trust(), engine.flags[: engine.n]]
    return np.array([engine.world.in_first_order(column) for column in everything])


def assert_same_bits(a, b):
    """Two runs agree in every stored number: rows, users, books."""
    assert a.rows.tobytes() == b.rows.tobytes()
    assert users_of(a).tobytes() == users_of(b).tobytes()
    assert list(ledger.accounts(a)) == list(ledger.accounts(b))
    assert a.lowest.tobytes() == b.lowest.tobytes()


def ties(users, seed, most=8):
    """Pairs (listener, heard) at random; some users have none."""
    random = np.random.default_rng(seed)
    listens = np.repeat(np.arange(users), random.integers(0, most, users))
    return listens, random.integers(0, users, len(listens))


def crisis():
    """Posts every day, a hidden breach that is talked about, found out, denied and mended."""
    return [
        *posts("routine_post", 10.0, 24.0, 240.0, virality=1.0),
        act("data_breach", 30.0, found=50.0, virality=4.0),
        act("apology", 90.0, of="data_breach", reach=0.6),
        act("rude_reply", 120.0, virality=3.0),
    ]


@pytest.fixture(scope="module")
def setup():
    return setup_of(world_of(generate("powerlaw_cluster", users=700, seed=5)), crisis(), days=10)


@pytest.fixture(scope="module")
def run(setup):
    return ran(setup)


def test_a_run_against_itself_is_zero(setup, run):
    assert_same_bits(run, ran(setup))


@pytest.mark.parametrize(
    "more",
    [
        act("outage", 41.3, reach=0.0, magnitude=-0.09),
        act("spam_post", 41.3, reach=0.0, virality=9.0),
        act("false_claim", 0.0, magnitude=-0.05, audience={"kind": "users", "labels": ()}),
        act("corrective_action", 150.0, of="rude_reply", reach=0.0),
    ],
    ids=["outage", "spam", "nobody addressed", "response"],
)
def test_an_act_that_reaches_nobody_changes_no_bit(setup, run, more):
    """Below .1 an act leaves no public record either, so later acts do not bite harder."""
    assert_same_bits(run, ran(setup, acts=(*setup.acts, more)))


def test_a_strong_act_that_reaches_nobody_still_goes_on_record(setup, run):
    """From .1 on it adds to H, and the acts after it bite by 1 + psi H: the test above could fail."""
    more = act("outage", 41.3, reach=0.0, magnitude=-0.1)
    other = ran(setup, acts=(*setup.acts, more))
    assert other.rows[:51].tobytes() == run.rows[:51].tobytes()
    assert observe.table(other.rows)["wound"][-1] > observe.table(run.rows)["wound"][-1]


def test_arms_agree_until_the_first_act_that_differs(setup):
    """Silence and an answer at 60 h: the same bits in every row up to 60 h and in every user at 60 h, not after."""
    silence = [a for a in setup.acts if a.id != "apology"]
    answer = act("corrective_action", 60.0, of="data_breach")
    engines = [Engine(replace(setup, acts=tuple(acts))) for acts in (silence, [*silence, answer])]
    for engine in engines:
        engine.advance(60.0)
    assert users_of(engines[0]).tobytes() == users_of(engines[1]).tobytes()
    for engine in engines:
        engine.run()
    rows = [engine.rows for engine in engines]
    assert rows[0][:61].tobytes() == rows[1][:61].tobytes()
    assert users_of(engines[0]).tobytes() != users_of(engines[1]).tobytes()


def test_one_more_act_changes_only_whom_it_can_reach():
    """Two networks without a tie between them; one more act met and passed on in the second leaves the first as it was.

    Its magnitude stays below .1: the public record is common to all.
    """
    n = 80
    listens, heard = ties(n, 1)
    graph = from_edges(np.r_[listens, listens + n], np.r_[heard, heard + n], n=2 * n)
    second = {"kind": "users", "labels": tuple(str(i) for i in range(n, 2 * n))}
    more = act("shakeout", 20.0, magnitude=-0.09, audience=second, virality=6.0)
    setup = setup_of(world_of(graph), crisis(), days=8)
    without, having = users_of(ran(setup)), users_of(ran(setup, acts=(*setup.acts, more)))
    assert without[:, :n].tobytes() == having[:, :n].tobytes()
    assert np.sum(np.any(without != having, axis=0)[n:]) > n / 2


@pytest.fixture(scope="module")
def large():
    """More users than one thread is left alone with."""
    world = world_of(generate("scale_free", users=31_000, seed=2, ties=3))
    return setup_of(world, [act("data_misuse", 3.5, found=3.5, virality=3.0)], days=2, step=4.0)


def test_the_number_of_threads_changes_no_bit(large):
    one, two, five = (Engine(large, threads).run() for threads in (1, 2, 5))
    assert two.threads == 2 and len(two.crew.ranges) > 2
    assert_same_bits(one, two)
    assert_same_bits(one, five)
    assert one.acts["n_heard"][0] > 100


@pytest.mark.parametrize("cuts", [(1e-9, 10.0, 33.3, 33.4, 61.0), tuple(np.arange(0.7, 240.0, 0.7)), (500.0,)])
def test_cutting_the_time_into_calls_changes_no_bit(setup, run, cuts):
    engine = Engine(setup)
    for until in cuts:
        engine.advance(until)
    assert_same_bits(run, engine.run())


def test_cutting_the_time_changes_no_bit_in_a_large_network(large):
    engine = Engine(large, 2)
    for until in (3.9, 12.0, 29.3, 29.3):
        engine.advance(until)
    assert_same_bits(Engine(large, 2).run(), engine.run())


@pytest.mark.parametrize("room", [8, 65_536])
def test_the_room_that_arrays_begin_with_changes_no_bit(setup, run, room):
    """Arrays that must grow again and again, and arrays that never need to: the same run, and nothing is lost."""
    engine = Engine(setup)
    engine.live = engine.live._replace(
        queue=np.zeros(room, s.PENDING),
        met=np.zeros(room, s.ENCOUNTER),
        meeting_time=np.zeros(room),
        meeting_user=np.zeros(room, np.uint32),
    )
    assert_same_bits(run, engine.run())
    assert engine.acts["n_shared"].tolist() == run.acts["n_shared"].tolist()


def test_two_copies_without_ties_equal_two_runs():
    """Users are named in draws by `who`; copies that carry the same names live the same lives, bit for bit."""
    n = 300
    listens, heard = ties(n, 2)
    once = from_edges(listens, heard, n=n, directed=True)
    twice = from_edges(np.r_[listens, listens + n], np.r_[heard, heard + n], n=2 * n, directed=True)
    alone = ran(setup_of(world_of(once), crisis(), days=8))
    both = ran(setup_of(world_of(twice, who=np.tile(np.arange(n), 2)), crisis(), days=8))
    assert users_of(both)[:, :n].tobytes() == users_of(alone).tobytes()
    assert users_of(both)[:, n:].tobytes() == users_of(alone).tobytes()
    assert both.acts["n_heard"].tolist() == (2 * alone.acts["n_heard"]).tolist()
    for name in ("trust", "own", "followers_trust", "reached_own"):
        # the same sums in another order, in float64
        np.testing.assert_allclose(observe.table(both.rows)[name], observe.table(alone.rows)[name], rtol=1e-14)


@settings(max_examples=15)
@given(
    seed=st.integers(0, 2**32),
    users=st.integers(2, 60),
    weighted=st.booleans(),
    confidence=st.sampled_from([1.0, 0.25]),
)
@example(seed=16, users=54, weighted=False, confidence=0.25)  # means that lie halfway between two float32 numbers
def test_other_row_numbers_give_the_same_users(seed, users, weighted, confidence):
    """Users in any order, with their names in draws carried along, live the same lives, bit for bit."""
    random = np.random.default_rng(seed)
    listens, heard = ties(users, seed)
    weight = random.uniform(0.1, 1.0, len(listens)).astype(np.float32) if weighted else None
    numbers = P.changed({"confidence": confidence}).numbers()
    new = random.permutation(users)
    who = np.empty(users, np.uint32)
    who[new] = np.arange(users)
    one = from_edges(listens, heard, n=users, weight=weight, directed=weighted)
    other = from_edges(new[listens], new[heard], n=users, weight=weight, directed=weighted)
    a = ran(setup_of(world_of(one), crisis(), days=6, numbers=numbers, events_seed=seed))
    b = ran(setup_of(world_of(other, who=who), crisis(), days=6, numbers=numbers, events_seed=seed))
    assert users_of(a).tobytes() == users_of(b)[:, new].tobytes()
    assert a.hops.tolist() == b.hops.tolist()


@pytest.mark.parametrize(("kind", "magnitude"), [("shakeout", -0.8), ("policy_change", 0.8)])
def test_one_dose_equals_two_of_half(kind, magnitude):
    """Without a public record doses add: exp(-m) = exp(-m/2)^2, for losses and for gains.

    Both halves are met within some millionths of an hour, so nothing heals between; the stocks are float32.
    """
    numbers = P.changed({"record_weight": 0.0}).numbers()
    world = world_of(generate("karate"))

    def dose(m, name):
        return act(kind, 30.0, id=name, magnitude=m, reach=1.0, delay=1e-6, virality=0.0, found_mean=None)

    one = ran(setup_of(world, [dose(magnitude, "one")], numbers=numbers))
    two = ran(setup_of(world, [dose(magnitude / 2, "first"), dose(magnitude / 2, "second")], numbers=numbers))
    assert one.acts["n_met"][0] == 34
    moved = abs(observe.table(one.rows)["own"][31] - observe.table(one.rows)["own"][0])
    assert moved > 0.05
    own = [s.column(engine.columns, s.OWN, 34) for engine in (one, two)]
    np.testing.assert_allclose(own[1], own[0], atol=2 * FLOAT32, rtol=0)
    np.testing.assert_allclose(two.expressed_trust(), one.expressed_trust(), atol=5 * FLOAT32, rtol=0)


def test_nothing_moves_where_nothing_can():
    """No ties and no loss or gain in what is met: own and expressed trust keep their bits, awake as the engine is."""
    world = world_of(from_edges(np.array([], int), np.array([], int), n=50))
    engine = ran(setup_of(world, [act("policy_change", 1.0, magnitude=0.0, reach=1.0)]))
    table = observe.table(engine.rows)
    assert table["reached"][-1] == 50
    assert np.all(table["trust"] == table["trust"][0]) and np.all(table["own"] == table["own"][0])
    np.testing.assert_allclose(engine.expressed_trust(), s.column(engine.columns, s.OWN, 50), atol=FLOAT32, rtol=0)


def test_talk_starts_at_rest_and_stays_there():
    """At the start T is the fixed point of talk: what is met, without loss or gain, wakes talk and moves no one.

    The fixed point is found to 2e-7 in float32; 480 steps of rounding do not add up to more than some of these.
    """
    world = world_of(generate("powerlaw_cluster", users=300, seed=1))
    engine = Engine(setup_of(world, [act("policy_change", 1.0, magnitude=0.0, reach=1.0, virality=2.0)]))
    start = engine.expressed_trust().copy()
    engine.run()
    assert observe.table(engine.rows)["met"][-1] == 300
    np.testing.assert_allclose(engine.expressed_trust(), start, atol=1e-6, rtol=0)
    assert np.abs(start - s.column(engine.columns, s.OWN, 300)).max() > 0.05


def test_without_ties_trust_follows_own_trust_alone():
    """dT/dt = ka (X - T), X fallen by J at t0 to stay there: T = X + J exp(-ka (t - t0)). Wounds do not heal here."""
    numbers = P.changed({"heal_competence": 1e9, "heal_scar": 1e9}).numbers()
    world = world_of(from_edges(np.array([], int), np.array([], int), n=20))
    # met at once, up to the 1e-4 h of the table of meeting times
    blow = act("outage", 10.3, magnitude=-0.5, reach=1.0, delay=1e-6)
    engine = Engine(setup_of(world, [blow], numbers=numbers, days=4))
    before = engine.expressed_trust().astype(float)
    engine.run()
    own = s.column(engine.columns, s.OWN, 20).astype(float)
    expected = own + (before - own) * math.exp(-numbers.own_rate * (96.0 - 10.3))
    np.testing.assert_allclose(engine.expressed_trust(), expected, atol=1e-6, rtol=0)


def test_the_step_of_talk_changes_no_path_and_converges():
    """Coins that do not read trust fall alike at any step; the error of means falls 4 times when the step halves.

    |T_4h - T_2h| / |T_2h - T_1h| = 4 for a scheme of second order. Fast talk, so that the error stands above float32.
    """
    numbers = P.changed({"resistance": 0.0, "share_bias": 0.0, "talk_rate": 0.05, "own_rate": 0.05}).numbers()
    world = world_of(generate("powerlaw_cluster", users=300, seed=1))
    engines = [ran(setup_of(world, crisis(), numbers=numbers, step=step)) for step in (4.0, 2.0, 1.0)]
    for name in ("n_met", "n_heard", "n_shared"):
        assert len({tuple(engine.acts[name]) for engine in engines}) == 1
    assert len({engine.hops.tobytes() for engine in engines}) == 1
    assert engines[0].acts["n_heard"].sum() > 100
    at = [observe.table(engine.rows)["trust"][:: round(4 / engine.setup.step)] for engine in engines]
    coarse, fine = (np.sqrt(np.mean((a - b) ** 2)) for a, b in pairwise(at))
    assert 3.0 < coarse / fine < 5.0
    assert coarse > 5e-6
    own = [s.column(engine.columns, s.OWN, 300) for engine in engines]
    np.testing.assert_allclose(own[0], own[2], atol=FLOAT32, rtol=0)  # own trust knows no step


def one_of_many():
    """Strategy: an act of any kind, any size, at any hour of five days; an answer answers the breach."""

    def build(kind, at, size, reach, virality):
        k = KINDS[kind]
        if k.repairs is not None:
            return act(kind, at, id=f"{kind} {at}", reach=reach, of="data_breach")
        m = math.copysign(size, k.magnitude)
        return act(kind, at, id=f"{kind} {at}", magnitude=m, reach=reach, virality=virality)

    kinds = st.sampled_from(sorted(KINDS))
    return st.builds(
        build, kinds, st.floats(21.0, 119.0), st.floats(0.0, 30.0), st.floats(0.0, 1.0), st.floats(0.0, 20.0)
    )


@settings(max_examples=25)
@given(acts=st.lists(one_of_many(), max_size=12, unique_by=lambda a: a.id), seed=st.integers(0, 2**32))
def test_trust_stays_within_its_bounds_and_the_books_close_whatever_happens(acts, seed):
    """0 <= T, X <= 1 under any sequence of acts, and both books close within 1e-9 of mean trust."""
    world = world_of(generate("karate"), seed=seed)
    breach = act("data_breach", 20.0, found=60.0)
    engine = ran(setup_of(world, [breach, *acts], days=5, events_seed=seed))
    for values in (engine.expressed_trust(), s.column(engine.columns, s.OWN, 34), engine.mean_trust_over_time()):
        assert np.all((values >= 0.0) & (values <= 1.0))
    ledger.check(engine)


def test_books_close_in_every_world(run, large):
    """Both books within 1e-9 of mean trust, to the last step and at each one on the way."""
    ledger.check(run)
    ledger.check(Engine(large).run())
    engine = Engine(run.setup)
    for day in range(1, 10):
        engine.advance(24.0 * day)
        ledger.check(engine)


@pytest.mark.parametrize("account", range(len(s.CHANNELS)), ids=s.CHANNELS)
def test_one_wrong_booking_breaks_the_own_book(run, account):
    """Whichever account of the breach is off by a millionth of one user's trust, the check sees it."""
    row = run.causes.index("data_breach")
    kept = run.books[row, account]
    run.books[row, account] += 1e-5
    try:
        with pytest.raises(ArithmeticError, match="own book does not close"):
            ledger.check(run)
    finally:
        run.books[row, account] = kept
    ledger.check(run)


@pytest.mark.parametrize("wrong", [1e-5, math.nan, math.inf])
def test_one_wrong_booking_breaks_the_expressed_book(run, wrong):
    kept = run.expressed[s.TALK]
    run.expressed[s.TALK] += wrong
    try:
        with pytest.raises(ArithmeticError, match="expressed book does not close"):
            ledger.check(run)
    finally:
        run.expressed[s.TALK] = kept


def test_a_booking_lost_on_the_way_breaks_the_book(setup):
    """An hour's bookings under one cause are dropped in mid-run: the book does not close at the end."""
    engine = Engine(setup)
    engine.advance(100.0)
    engine.books[engine.causes.index("data_breach"), s.DIRECT] = 0.0
    engine.run()
    with pytest.raises(ArithmeticError, match="own book does not close"):
        ledger.check(engine)


def test_word_of_mouth_off_leaves_what_is_met_itself(setup, run):
    """The same draws with nobody passing anything on: the same meetings, no hop in the book."""
    quiet = ran(setup, word_of_mouth=False)
    assert quiet.acts["n_met"].tolist() == run.acts["n_met"].tolist()
    assert run.acts["n_heard"].sum() > 0 and quiet.acts["n_heard"].sum() == 0
    channels = {channel for book, _, channel, _ in ledger.accounts(quiet) if book == "own"}
    assert channels == {"direct", "response", "time"}


def test_baseline_is_where_users_are_drawn(setup):
    """Mean own trust at the start is the brand's baseline: sd .15 over 700 users, z < 4.9."""
    start = observe.table(Engine(setup).rows)["own"][0]
    assert abs(start - TRUST) < 4.9 * 0.15 / math.sqrt(700)
