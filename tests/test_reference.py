"""The engine against a plain reading of the model, written with Mesa alone (mesa_twin.py), on the same random draws.

Acts, stories, answers and talk; what users do by themselves is left out: see test_reference_full.py.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from both_models import (
    PER_USER,
    books_are_the_same,
    people_are_the_same,
    series_are_the_same,
    the_same,
    trust_is_the_same,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from mesa_twin import TwinModel
from small_worlds import P, act, posts, setup_of, world_of

from sim.dynamics import state as s
from sim.dynamics.engine import Engine
from sim.dynamics.ledger import accounts
from sim.dynamics.talk import BINS
from sim.scenario.acts import KINDS
from sim.scenario.parameters import PARAMETERS
from sim.world.graph import from_edges, generate


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
    return Engine(setup).run(), TwinModel(setup).run()


def test_the_same_people_meet_hear_and_share(both):
    """Exactly: who met, heard and shared each act; the counts per act, and first hearings per hop."""
    people_are_the_same(*both)


def test_users_end_with_the_same_trust(both):
    """Own and expressed trust of each user at the horizon, and the mean of expressed trust over time."""
    trust_is_the_same(*both)


def test_series_are_the_same(both):
    """Every mean, share and count at every step; a quantile is the trust of the user in that place, within one bin."""
    series_are_the_same(*both)


def test_books_are_the_same(both):
    """Every account of both books, and the books name the same accounts."""
    books_are_the_same(*both)


def test_the_runs_use_every_account():
    """A comparison that never heard at hop 3 or never met a response would prove nothing about them."""
    used = {channel for run in RUNS for book, _, channel, _ in accounts(Engine(run()).run()) if book == "own"}
    assert used == set(s.CHANNELS) - {"rule", "waiting", "answer"}  # nobody complains here, and no rule runs


# Any small world -----------------------------------------------------------------------------------------------------

# With bounded confidence the engine is of second order only. A swing of .8 has meetings up to 1e-4 h apart in the two, now
# and then on either side of a step; at .2 it is 1e-6 h.
VARIED = sorted(name for name, p in PARAMETERS.items() if p.high > p.low and name not in ("confidence", "daily_swing"))
AUDIENCES = (
    {"kind": "everyone"}, {"kind": "followers"}, {"kind": "prospects"}, {"kind": "employees"},
    {"kind": "hubs", "share": 0.3}, {"kind": "community", "number": 0}, {"kind": "channel", "name": "mail"},
    {"kind": "users", "labels": ("0", "2")}
)  # fmt: skip
RESPONSES = sorted(name for name, kind in KINDS.items() if kind.repairs is not None)
HOURS = st.integers(0, 120).map(lambda half: half / 2)  # on the grid, so that many things fall on the same moment


@st.composite
def graphs(draw):
    """Friends or followers, with weights or without, some without ties."""
    users = draw(st.integers(3, 12))
    ends = st.integers(0, users - 1)
    pairs = draw(st.lists(st.tuples(ends, ends), max_size=4 * users))
    weight = draw(st.none() | st.lists(st.floats(0.1, 9.0), min_size=len(pairs), max_size=len(pairs)))
    source, target = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    return from_edges(source, target, n=users, weight=weight, directed=draw(st.booleans()))


@st.composite
def timelines(draw):
    """Some acts of any kind, posts that repeat themselves, and responses to any of them."""
    acts = []
    for number in range(draw(st.integers(1, 4))):
        kind = draw(st.sampled_from(sorted(KINDS.keys() - set(RESPONSES))))
        changes = {"reach": draw(st.sampled_from((0.3, 1.0))), "virality": draw(st.none() | st.floats(0.0, 9.0))}
        changes |= {"delay": draw(st.sampled_from((0.5, 6.0, 72.0))), "tires": draw(st.booleans())}
        changes["audience"] = draw(st.sampled_from(AUDIENCES))
        if KINDS[kind].two_sided and draw(st.booleans()):
            changes |= {"magnitude": -0.1, "nature": "integrity"}
        at = draw(HOURS)
        if KINDS[kind].hidden:
            changes["found"] = draw(st.none() | HOURS.map(lambda wait, at=at: at + wait))
            changes |= {"found_mean": draw(st.sampled_from((None, 24.0))), "conceal": draw(st.booleans())}
        if KINDS[kind].form == "post":
            changes["repetitive"] = draw(st.booleans())
            again = posts(kind, at, 24.0, at + draw(st.sampled_from((1, 72))), **changes)
            acts += [replace(one, id=one.id.replace(" #", f" of {number} #")) for one in again]
        else:
            acts.append(act(kind, at, id=f"{kind} of {number}", **changes))
    happened = tuple(acts)
    for number in range(draw(st.integers(0, 4))):
        of = draw(st.sampled_from(happened))
        kind, reach = draw(st.sampled_from(RESPONSES)), draw(st.sampled_from((0.5, 1.0)))
        acts.append(act(kind, of.at + draw(HOURS), id=f"{kind} as {number}", of=of.id, reach=reach))
    return [one for one in acts if one.at < 72.0]


@st.composite
def setups(draw):
    """A small world with its own numbers and three days of acts, in steps of half an hour to four."""
    span = draw(st.dictionaries(st.sampled_from(VARIED), st.floats(0.0, 1.0), max_size=9))
    numbers = {
        name: PARAMETERS[name].low + u * (PARAMETERS[name].high - PARAMETERS[name].low) for name, u in span.items()
    }
    numbers = P.changed({**numbers, "daily_swing": 0.2, "employee_share": 0.3}).numbers()
    acts = draw(timelines())
    return setup_of(
        world_of(draw(graphs()), seed=draw(st.integers(0, 99)), numbers=numbers),
        acts,
        days=3,
        numbers=numbers,
        step=draw(st.sampled_from((0.5, 1.0, 2.0, 4.0))),
        start_hour=draw(st.sampled_from((0.0, 9.5))),
        conceal=draw(st.booleans()),
        word_of_mouth=draw(st.sampled_from((True, True, True, False))),
        calendar=frozenset(one.id for one in acts if draw(st.booleans())),
        events_seed=draw(st.integers(0, 99)),
    )


@settings(max_examples=150)
@given(setups())
def test_any_small_world_runs_the_same(setup):
    """Everything above for networks, numbers and timelines that nobody thought of."""
    # round-off may carry a user over the edge of a bin
    the_same(Engine(setup).run(), TwinModel(setup).run(), one_bin=1 / BINS + PER_USER)
