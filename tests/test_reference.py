"""The engine against a slow, plain reading of the model (plain_twin.py) on the same random draws."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from plain_twin import PlainTwin
from small_worlds import P, act, posts, setup_of, world_of

from sim.dynamics import observe
from sim.dynamics import state as s
from sim.dynamics.engine import Engine
from sim.dynamics.ledger import accounts
from sim.dynamics.talk import BINS
from sim.world.graph import from_edges, generate

# The engine stores trust in float32 (6e-8 each) and looks meetings up in a table good to 1e-4 h. Seen in these runs:
# 5e-7 for one user, 4e-7 for a mean over few users, 2e-7 for an account. A wrong formula shows from 1e-4 on.
PER_USER = 5e-6
MEANS = 2e-6
ACCOUNTS = 1e-6


def friends(users=100, seed=3):
    return generate("powerlaw_cluster", users=users, seed=seed)


def followed(users=100, seed=4):
    """Directed ties with weights: i -> j, i listens to j; some users listen to nobody, some are heard by nobody."""
    random = np.random.default_rng(seed)
    listens = np.repeat(np.arange(users), random.integers(0, 9, users))
    to = random.integers(0, users, len(listens))
    return from_edges(listens, to, n=users, weight=random.uniform(0.2, 5.0, len(to)), directed=True)


def told_first():
    """Told within the hour by an own kind of disclosure, then mended; an apology of less worth later."""
    return setup_of(
        world_of(friends()),
        [
            act("data_breach", 30.5, virality=3.0),
            replace(act("disclosure", 31.5, of="data_breach"), kind="statement"),
            act("corrective_action", 80.0, of="data_breach"),
            act("apology", 150.0, of="data_breach"),
        ],
        days=14,
    )


def told_by_an_apology():
    """The apology itself tells, after days: it admits and answers at once."""
    return setup_of(
        world_of(friends()), [act("data_misuse", 30.0), act("apology", 120.0, of="data_misuse", reach=0.7)], days=12
    )


def silent():
    """Found out by chance; posts go on."""
    return setup_of(
        world_of(friends()),
        [*posts("routine_post", 10.0, 24.0, 360.0), act("data_breach", 50.0, found_mean=60.0, virality=2.0)],
        calendar=frozenset(a.id for a in posts("routine_post", 10.0, 24.0, 360.0)),
        start_hour=9.5,
        days=15,
        step=1.5,
    )


def denied():
    """Denied, found out, denied again, paid for: a deception."""
    return setup_of(
        world_of(friends()),
        [
            act("data_misuse", 24.0, found=100.0),
            act("denial", 30.0, of="data_misuse"),
            act("compensation", 110.0, of="data_misuse"),
            act("denial", 112.0, of="data_misuse", id="denial again", reach=0.5),
        ],
        start_hour=17.0,
        days=12,
    )


def concealed():
    """An arm that conceals; what is disclosed at the moment it is found out comes too late and is an answer like others."""
    acts = [act("data_breach", 24.0, found=48.0), act("disclosure", 48.0, of="data_breach")]
    return setup_of(world_of(friends()), acts, conceal=True, days=10)


def tiring():
    """Five posts a day and spam: gains shrink with fatigue; a third of the posts is passed on."""
    return setup_of(
        world_of(friends()),
        [
            *posts("routine_post", 3.0, 4.8, 168.0, reach=0.6, virality=1.0),
            *posts("spam_post", 5.0, 12.0, 168.0, reach=0.5, virality=2.0),
            *posts("expert_content", 7.0, 48.0, 168.0, reach=0.5),
            *posts("employee_story", 9.0, 48.0, 168.0, audience={"kind": "everyone"}, virality=1.5),
        ],
        days=8,
    )


def lured():
    """Fake reviews please prospects until they are found out."""
    acts = [act("fake_reviews", 24.0, found=150.0), act("apology", 160.0, of="fake_reviews")]
    return setup_of(world_of(friends()), acts, days=15, step=2.0)


def twice():
    """Two violations: the second bites harder, and what answers repair is halved."""
    return setup_of(
        world_of(friends()),
        [
            act("data_breach", 24.0, hidden=False, found_mean=None),
            act("rude_reply", 60.0, id="rude"),
            act("refutation", 65.0, of="data_breach"),  # of no use: the breach is true
            act("corrective_action", 70.0, of="data_breach"),
            act("apology", 71.0, of="rude"),
            act("outage", 200.0, virality=8.0),
            act("policy_change", 240.0, magnitude=0.1),
            act("policy_change", 250.0, magnitude=-0.1, nature="integrity", id="policy_change_back"),
        ],
        days=14,
    )


def karate():
    return setup_of(
        world_of(generate("karate")),
        [
            *posts("behind_the_scenes", 1.0, 24.0, 480.0),
            act("false_claim", 100.0, virality=4.0, audience={"kind": "users", "labels": ("0",)}, reach=1.0),
            act("refutation", 130.0, of="false_claim"),
            act("apology", 131.0, of="false_claim", reach=0.5),
            act("transparency_report", 300.0),
        ],
        days=20,
    )


def directed():
    return setup_of(
        world_of(followed()),
        [act("data_breach", 20.0, found=20.0, virality=3.0), act("transparency_report", 60.0, reach=0.5, virality=3.0)],
        step=2.0,
    )


def bounded():
    numbers = P.changed({"confidence": 0.3}).numbers()
    return setup_of(world_of(friends()), [act("data_misuse", 20.0, found=30.0)], numbers=numbers, days=12)


def other_numbers():
    """Every number that could hide behind a 1 or a default has another value."""
    numbers = P.changed(
        {
            "credibility_peer": 0.9, "platform_trust": 0.7, "hearsay": 1.3, "fading": 0.6, "virality_fade": 0.5,
            "share_bias": 0.9, "resistance": 1.0, "fatigue_post": 1.5, "record_weight": 0.6, "talk_rate": 0.03,
            "forget_gain": 400.0, "forget_record": 300.0, "heal_scar": 900.0, "fatigue_time": 20.0,
        }
    ).numbers()  # fmt: skip
    return setup_of(
        world_of(friends(), numbers=numbers),
        [
            *posts("routine_post", 3.0, 12.0, 400.0, reach=0.5),
            act("data_misuse", 24.0, found=40.0),
            act("data_breach", 100.0),
            act("disclosure", 150.0, of="data_breach"),
            act("apology", 90.0, of="data_misuse"),
        ],
        numbers=numbers,
        step=2.0,
    )


def without_stories():
    return setup_of(world_of(friends()), [act("shakeout", 20.0)], word_of_mouth=False, days=8)


RUNS = [
    told_first, told_by_an_apology, silent, denied, concealed, tiring, lured, twice, karate, directed, bounded,
    other_numbers, without_stories,
]  # fmt: skip


@pytest.fixture(scope="module", params=RUNS, ids=lambda run: run.__name__)
def both(request):
    setup = request.param()
    return Engine(setup).run(), PlainTwin(setup).run()


def met_sets(engine):
    """From the table of encounters: act -> {user: (met, heard, shares, hop)}; finished gains may have left it."""
    found = {}
    for row, out in enumerate(engine.out):
        found[out.act.id] = {}
        for entry in engine.met[engine.met["key"] >> 32 == row + 1]:
            state = int(entry["state"])
            found[out.act.id][int(entry["key"]) & 0xFFFFFFFF] = state
    return found


def test_the_same_people_meet_hear_and_share(both):
    """Exactly: who met, heard and shared each act; the counts per act, and first hearings per hop."""
    engine, twin = both
    assert [out.act.id for out in engine.out] == list(twin.public)
    for row, name in enumerate(twin.public):
        assert engine.acts["n_met"][row] == len(twin.met[name]), name
        assert engine.acts["n_shared"][row] == len(twin.shared[name]), name
        hops = [twin.hearings[name, hop] for hop in range(1, s.MAX_HOPS)]
        assert engine.hops[row][1:].tolist() == hops, name
        assert engine.acts["n_heard"][row] == sum(hops)
    for name, entries in met_sets(engine).items():
        if twin.public[name].act.repairs is None and twin.public[name].sign < 0:
            theirs = {user: e for (act_id, user), e in twin.encounters.items() if act_id == name}
            for bit, what in ((s.MET, "met"), (s.HEARD, "heard"), (s.SHARES, "shares")):
                ours = {user for user, state in entries.items() if state & bit}
                assert ours == {user for user, e in theirs.items() if getattr(e, what)}, (name, what)


def test_users_end_with_the_same_trust(both):
    """Own and expressed trust of each user at the horizon, and the mean of expressed trust over time."""
    engine, twin = both
    own = s.column(engine.columns, s.OWN, engine.n)
    hours = [user.trust_hours / twin.now for user in twin.users]
    np.testing.assert_allclose(own, [user.own for user in twin.users], atol=PER_USER, rtol=0)
    np.testing.assert_allclose(engine.expressed_trust(), [user.trust for user in twin.users], atol=PER_USER, rtol=0)
    np.testing.assert_allclose(engine.mean_trust_over_time(), hours, atol=PER_USER, rtol=0)


def test_series_are_the_same(both):
    """Every mean, share and count at every step; a quantile is the trust of the user in that place, within one bin."""
    engine, twin = both
    table = observe.table(engine.rows)
    for name in ("met", "heard", "shared"):
        assert table[name].tolist() == twin.series[name], name
    for prefix, group in (("", "users"), ("followers_", "followers"), ("reached_", "reached")):
        assert table[group].tolist() == twin.series[prefix + "users"]
        for name in observe.MEANS:
            name = prefix + name
            np.testing.assert_allclose(table[name], twin.series[name], atol=MEANS, rtol=0, err_msg=name)
        for q in observe.QUANTILES:
            name = f"{prefix}trust_q{round(100 * q):02d}"
            middle = [t[math.ceil(q * len(t)) - 1] if t else math.nan for t in twin.series[prefix + "sorted"]]
            np.testing.assert_allclose(table[name], middle, atol=1 / BINS, rtol=0, err_msg=name)


def test_books_are_the_same(both):
    """Every account of both books, and the books name the same accounts."""
    engine, twin = both
    theirs = {("own", *account): value for account, value in twin.own_book.items() if value}
    theirs |= {("expressed", "talk", name): value for name, value in twin.expressed_book.items()}
    ours = {(book, cause, channel): value for book, cause, channel, value in accounts(engine)}
    for account in ours.keys() | theirs.keys():
        assert ours.get(account, 0.0) == pytest.approx(theirs.get(account, 0.0), abs=ACCOUNTS), account


def test_the_runs_use_every_account():
    """A comparison that never heard at hop 3 or never met a response would prove nothing about them."""
    used = {channel for run in RUNS for book, _, channel, _ in accounts(Engine(run()).run()) if book == "own"}
    assert used == set(s.CHANNELS) - {"rule"}  # the model itself has no rules
