"""Changes by hand: they do what they say at any time, both books close, and talk takes no jump for a trend."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_worlds import P, act, setup_of, world_of

from sim.dynamics import byhand, ledger, observe
from sim.dynamics import state as s
from sim.dynamics.engine import Engine
from sim.dynamics.stories import find
from sim.errors import RippleError
from sim.world.graph import generate

FLOAT32 = 1e-6  # some rounding steps of float32 near 1
N = 300


@pytest.fixture(scope="module")
def world():
    return world_of(generate("powerlaw_cluster", users=N, seed=1))


def own(engine: Engine) -> np.ndarray:
    return s.column(engine.columns, s.OWN, engine.n)


def breach():
    return [act("data_breach", 10.0, hidden=False, found_mean=None, reach=0.5, virality=3.0)]


@pytest.mark.parametrize("hour", [0.0, 5.0, 30.0, 30.5, 48.0])
@pytest.mark.parametrize("acts", [[], breach()], ids=["still", "breach"])
def test_trust_becomes_what_was_set_and_the_books_close(world, hour, acts):
    """T exactly (as float32), X within rounding, from 0 to 1, for sleeping and running talk, at the start and the end."""
    engine = Engine(setup_of(world, acts, days=2))
    engine.advance(hour)
    values = np.linspace(0.0, 1.0, N)
    byhand.set_trust(engine, np.arange(N), values)
    assert np.array_equal(engine.expressed_trust(), values.astype(np.float32))
    np.testing.assert_allclose(own(engine), values, atol=FLOAT32, rtol=0)
    ledger.check(engine)
    engine.run()
    ledger.check(engine)
    seen = observe.table(engine.rows)
    booked = {"own": 0.0, "expressed": 0.0}
    for book, _, _, value in ledger.accounts(engine):
        booked[book] += value
    assert booked["own"] == pytest.approx(seen["own"][-1] - seen["own"][0], abs=1e-9)
    assert booked["expressed"] == pytest.approx(seen["trust"][-1] - seen["trust"][0], abs=1e-9)
    assert {("own", "set by hand", "rule"), ("expressed", "set by hand", "rule")} <= {
        account[:3] for account in ledger.accounts(engine)
    }


def test_a_change_shows_in_the_next_row_and_one_at_the_end_in_the_last(world):
    """Row k is what stood at hour k before the hand came; after the horizon no later row could show it."""
    engine = Engine(setup_of(world, [], days=1))
    engine.advance(5.0)
    byhand.set_trust(engine, np.arange(N), 0.9)
    engine.run()
    trust = observe.table(engine.rows)["trust"]
    assert np.ptp(trust[:6]) == 0.0
    assert trust[6] == pytest.approx(0.9, abs=1e-3)
    byhand.set_trust(engine, np.arange(N), 0.1)
    assert observe.table(engine.rows)["trust"][-1] == pytest.approx(0.1, abs=FLOAT32)
    assert engine.lowest[:N].mean() == pytest.approx(0.1, abs=FLOAT32)


def test_wounds_shrink_only_as_far_as_needed(world):
    """exp(-wounds) bounds X from above: below that bound wounds stay, above it earned stocks are 1 and wounds shrink."""
    engine = Engine(setup_of(world, [], days=2))
    byhand.wound(engine, np.arange(N), 1.0, "integrity")
    before = engine.sides_and_wounds()
    byhand.set_trust(engine, [0, 1], [0.3, 0.9])  # exp(-1) = .37
    after = engine.sides_and_wounds()
    assert after["wound"][0] == before["wound"][0] and after["scar"][0] == before["scar"][0]
    assert after["wound"][1] + after["scar"][1] == pytest.approx(-np.log(0.9), abs=1e-5)
    assert after["wound"][1] / after["scar"][1] == pytest.approx(before["wound"][1] / before["scar"][1], rel=1e-5)
    np.testing.assert_allclose(own(engine)[:2], [0.3, 0.9], atol=FLOAT32)
    assert after["wound"][2] == before["wound"][2] > 0.7


@pytest.mark.parametrize("hour", [0.0, 20.0, 20.4])
def test_a_dose_by_hand_does_what_an_act_does(world, hour):
    """A loss and a gain given to everyone at hour t, and acts of the same doses met by everyone at t: X and T agree.

    In mid-step too: the pull knows when own trust jumped. Acts are met up to 1e-4 h later than they happen.
    """
    m = 0.4
    same = {"reach": 1.0, "delay": 1e-6, "virality": 0.0, "audience": {"kind": "everyone"}, "tires": False}
    acts = [
        act("outage", hour, magnitude=-m, cognitive=0.9, **same),
        act("employee_story", hour, magnitude=m, cognitive=0.6, **same),
    ]
    by_acts = Engine(setup_of(world, acts, days=2)).run()
    engine = Engine(setup_of(world, [], days=2))
    engine.advance(hour)
    everyone = np.ones(N, dtype=bool)
    numbers = P.numbers()
    byhand.wound(engine, everyone, numbers.loss * m, "competence", 0.9)
    byhand.earn(engine, everyone, numbers.gain * m * numbers.credibility_employee, 0.6)
    engine.run()
    np.testing.assert_allclose(own(engine), own(by_acts), atol=2e-6, rtol=0)
    np.testing.assert_allclose(engine.expressed_trust(), by_acts.expressed_trust(), atol=2e-6, rtol=0)
    np.testing.assert_allclose(engine.mean_trust_over_time(), by_acts.mean_trust_over_time(), atol=5e-6, rtol=0)


@pytest.mark.parametrize("confidence", [1.0, 0.4])
def test_a_jump_of_expressed_trust_keeps_talk_of_second_order(world, confidence):
    """|T_4h - T_2h| / |T_2h - T_1h| = 4 across a jump; taken for a trend, the jump would make it 2.

    With bounded confidence people come near at different steps: the error is only required to be no larger.
    """
    numbers = P.changed({"talk_rate": 0.05, "own_rate": 0.02, "confidence": confidence}).numbers()
    ends = []
    for step in (4.0, 2.0, 1.0):
        engine = Engine(setup_of(world, [], numbers=numbers, step=step, days=2))
        engine.advance(20.0)
        byhand.set_expressed(engine, np.arange(0, N, 3), 0.95)
        engine.advance(32.0)
        ends.append(engine.expressed_trust().copy())
    coarse, fine = (np.sqrt(np.mean((a - b) ** 2)) for a, b in pairwise(ends))
    assert coarse > 1e-5
    if confidence == 1.0:
        assert 3.0 < coarse / fine < 5.5
    else:
        assert coarse < 2e-3


def test_the_mean_over_time_knows_when_trust_was_set():
    """Nobody talks and nothing pulls: T is T0 for 30 h, then .2 for 18 h; the mean is (30 T0 + 18 * .2) / 48."""
    numbers = P.changed({"talk_rate": 0.0, "own_rate": 0.0}).numbers()
    world = world_of(generate("karate"), numbers=numbers)
    engine = Engine(setup_of(world, [], numbers=numbers, days=2))
    assert np.array_equal(engine.mean_trust_over_time(), engine.start_trust)
    engine.advance(30.0)
    byhand.set_expressed(engine, np.arange(34), 0.2)
    assert np.allclose(engine.mean_trust_over_time(), engine.start_trust, atol=FLOAT32)
    engine.run()
    expected = (30.0 * engine.start_trust.astype(float) + 18.0 * 0.2) / 48.0
    np.testing.assert_allclose(engine.mean_trust_over_time(), expected, atol=FLOAT32, rtol=0)


def test_acts_remember_no_more_than_is_left_of_their_wounds():
    """After trust was set to .9, what each act remembers of a user's wound, healed since, adds up to the wound.

    A response repairs a share of what its act remembers: more than was left would repair the wounds of others.
    """
    world = world_of(generate("karate"))
    same = {"reach": 1.0, "delay": 1e-6, "virality": 0.0, "audience": {"kind": "everyone"}}
    breach_and_outage = [
        act("data_breach", 1.0, hidden=False, found_mean=None, **same),
        act("outage", 1.0, magnitude=-0.5, **same),
    ]
    engine = Engine(setup_of(world, breach_and_outage, days=2))
    engine.advance(10.0)
    before = engine.sides_and_wounds()["wound"]
    byhand.set_trust(engine, np.arange(34), 0.9)
    wound = engine.sides_and_wounds()["wound"]
    assert np.all(wound < 0.6 * before) and np.all(wound > 0.02)
    entries = [[engine.met[find(engine.met, a, user)] for a in (0, 1)] for user in range(34)]
    remembered = [sum(e["wound"] * np.exp((e["when"] - 10.0) / engine.times.wound) for e in two) for two in entries]
    np.testing.assert_allclose(remembered, wound, rtol=1e-5)


def test_large_networks_take_changes_in_mid_step():
    """40,000 users talk every 4 h: set by a mask at hour 5; the books close at once and at the end."""
    world = world_of(generate("powerlaw_cluster", users=40_000, seed=1))
    engine = Engine(setup_of(world, [], step=4.0, days=2))
    engine.advance(5.0)
    mask = np.arange(40_000) % 7 == 0
    byhand.set_trust(engine, mask, 0.25)
    assert np.all(engine.expressed_trust()[mask] == np.float32(0.25))
    ledger.check(engine)
    engine.run()
    ledger.check(engine)


def test_following_changes_the_group_that_is_seen(world):
    """Everyone leaves: the next row has no followers, trust stays, and nothing is booked."""
    engine = Engine(setup_of(world, [], days=1))
    byhand.set_follows(engine, np.arange(N), False)
    engine.run()
    seen = observe.table(engine.rows)
    assert seen["followers"][0] > 100 and np.all(seen["followers"][1:] == 0)
    assert np.ptp(seen["trust"]) < FLOAT32
    assert all(channel != "rule" for _, _, channel, _ in ledger.accounts(engine))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda e: byhand.set_trust(e, [0, N], 0.5), f"there is no user {N}; they go from 0 to 299"),
        (lambda e: byhand.set_trust(e, [-1], 0.5), "there is no user -1"),
        (lambda e: byhand.set_trust(e, [0.5], 0.5), "give whole numbers or a mask"),
        (lambda e: byhand.set_trust(e, np.ones(5, bool), 0.5), "a mask of shape"),
        (lambda e: byhand.set_trust(e, [0], 1.5), "trust: 1.5 is not a number from 0 to 1"),
        (lambda e: byhand.set_trust(e, [0], np.nan), "trust: nan is not"),
        (lambda e: byhand.set_trust(e, [0, 1], [0.1, 0.2, 0.3]), "do not fit 2 users"),
        (lambda e: byhand.set_trust(e, [0], "high"), "trust: 'high' is no number"),
        (lambda e: byhand.earn(e, [0], -1.0), "dose: -1 is not"),
        (lambda e: byhand.wound(e, [0], 0.1, "integrty"), "did you mean 'integrity'"),
    ],
)
def test_what_does_not_fit_is_refused_and_changes_nothing(world, change, words):
    engine = Engine(setup_of(world, [], days=1))
    before = engine.columns.copy(), engine.trust.copy(), engine.state.copy()
    with pytest.raises(RippleError) as caught:
        change(engine)
    assert words in str(caught.value)
    assert all(np.array_equal(a, b) for a, b in zip(before, (engine.columns, engine.trust, engine.state), strict=True))


def one_change():
    """Strategy: a change by hand of some users after some hours, and how it is made."""
    rows = st.lists(st.integers(0, 33), min_size=1, max_size=40)  # a user may be named twice
    share = st.floats(0.0, 1.0)
    ways = st.one_of(
        st.tuples(st.sampled_from(["set_trust", "set_own", "set_expressed"]), st.tuples(share)),
        st.tuples(st.just("earn"), st.tuples(st.floats(0.0, 80.0), share)),
        st.tuples(st.just("wound"), st.tuples(st.floats(0.0, 80.0), st.sampled_from(byhand.NATURES), share)),
    )
    return st.tuples(st.floats(0.0, 30.0), rows, ways)


@settings(max_examples=40)
@given(changes=st.lists(one_change(), max_size=8), seed=st.integers(0, 2**32))
def test_trust_stays_within_its_bounds_and_the_books_close_whatever_a_hand_does(changes, seed):
    """0 <= T, X, C, E <= 1 and W, S >= 0 after any sequence, and both books close within 1e-9 at every moment."""
    world = world_of(generate("karate"), seed=seed)
    engine = Engine(setup_of(world, [act("data_breach", 20.0, found=30.0)], days=3, events_seed=seed))
    for wait, rows, (way, what) in changes:
        engine.advance(engine.now + wait)
        getattr(byhand, way)(engine, rows, *what)
        ledger.check(engine)
    engine.run()
    ledger.check(engine)
    sides = engine.sides_and_wounds()
    for values in (engine.expressed_trust(), own(engine), engine.mean_trust_over_time()):
        assert np.all((values >= 0.0) & (values <= 1.0))
    for side in ("cognitive", "affective"):
        assert np.all((sides[side] >= -1e-7) & (sides[side] <= 1.0 + 1e-7))  # B is rounded to float32
    assert np.all(sides["wound"] >= 0.0) and np.all(sides["scar"] >= 0.0)
