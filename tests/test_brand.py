"""What the brand and the world do: conditions, promises, hazards and voices, on an agenda driven by hand."""

from __future__ import annotations

import math
from types import MappingProxyType

import numpy as np
import pytest
from small_worlds import TRUST, P, act, setup_of, world_of

from sim.dynamics.brand import Agenda, spelled_out
from sim.dynamics.chance import hazards, voices
from sim.dynamics.engine import Engine
from sim.dynamics.setup import Seeds, build_world, prepare, regular_causes, world_for
from sim.scenario.acts import KINDS, Act, When
from sim.scenario.parts import Policy
from sim.scenario.scenario import load
from sim.study.compare import compare
from sim.study.measures import Trace
from sim.study.twins import different_twins
from sim.world import draws
from sim.world.graph import generate
from sim.world.people import audience
from sim.world.told import Told

N = P.numbers()


def agenda(*acts: Act, **keys) -> Agenda:
    return Agenda(list(acts), N, conceal=False, seed=1, **keys)


def played(agenda: Agenda, until: float = math.inf) -> list[tuple[float, str]]:
    """(time, id) of everything that goes out up to a time."""
    out = []
    while agenda.next_time() <= until and agenda.next_time() < math.inf:
        time = agenda.next_time()
        out += [(time, outgoing.act.id) for outgoing in agenda.pop()]
    return out


def waiting(kind: str, when: When, after: float = 0.0, **changes) -> Act:
    return act(kind, math.inf, when=when, after=after, **changes)


# conditions


def test_what_waits_for_publicity_comes_after_it_whichever_way_it_came():
    """Told at 30 h, found out at 50 h: the apology follows 2 h later; never found, it never comes."""
    sorry = waiting("apology", When("public", "data_breach"), 2.0, of="data_breach")
    found = agenda(act("data_breach", 10.0, found=50.0), sorry)
    assert played(found) == [(50.0, "data_breach"), (52.0, "apology")]
    told = agenda(act("data_breach", 10.0, found=50.0), act("disclosure", 30.0, of="data_breach"), sorry)
    assert played(told) == [(30.0, "data_breach"), (32.0, "apology")]
    never = agenda(act("data_breach", 10.0, found_mean=None), sorry)
    assert played(never) == [] and [a.id for a in never.happened] == ["data_breach"]


def test_conditions_chain():
    """An answer to an act that itself waited: 10 h, 10 + 3 h, 10 + 3 + 2 h."""
    acts = (
        act("outage", 10.0),
        waiting("rude_reply", When("public", "outage"), 3.0),
        waiting("apology", When("public", "rude_reply"), 2.0, of="rude_reply"),
    )
    assert played(agenda(*acts)) == [(10.0, "outage"), (13.0, "rude_reply"), (15.0, "apology")]


def test_the_engine_is_told_what_to_watch_for_and_trips_it_once():
    """Shares of users are counted out; a watch that has tripped is gone and its act comes after its delay."""
    breach = act("outage", 10.0)
    one = agenda(
        breach,
        waiting("apology", When("trust_fell", by=0.03), 2.0, of="outage", id="fell"),
        waiting("apology", When("heard", "outage", 0.1, True), 1.0, of="outage", id="heard"),
        waiting("transparency_report", When("queue", by=20), id="queue"),
        n_users=34,
    )
    assert [(w.kind, w.of, w.least) for w in one.watches] == [
        ("trust_fell", None, 0.03),
        ("heard", "outage", 4),
        ("queue", None, 20),
    ]
    assert played(one, 10.0) == [(10.0, "outage")] and one.next_time() == math.inf
    one.trip(one.watches[1], 20.0)
    one.trip(one.watches[0], 20.5)
    assert [w.kind for w in one.watches] == ["queue"]
    assert played(one) == [(21.0, "heard"), (22.5, "fell")]


def test_an_answer_to_what_has_not_happened_is_nothing():
    """Tripped before the breach: no telling, no denial, no cost; the breach is found out as what it is."""
    for kind in ("apology", "denial", "disclosure"):
        early = waiting(kind, When("trust_fell", by=0.01), of="data_breach", cost=5.0)
        one = agenda(act("data_breach", 10.0, found=50.0), early)
        one.trip(one.watches[0], 5.0)
        assert played(one) == [(50.0, "data_breach")]
        assert one.public["data_breach"].nature == "competence" and early not in one.happened


def test_what_waits_denies_and_tells_what_is_hidden():
    """A denial while nobody knows makes it deception; an apology tells it first."""
    breach = act("data_breach", 10.0, found=50.0)
    for kind, nature, time in (("denial", "deception", 50.0), ("apology", "competence", 20.0)):
        one = agenda(breach, waiting(kind, When("trust_fell", by=0.01), of="data_breach"))
        one.trip(one.watches[0], 20.0)
        assert played(one)[0] == (time, "data_breach")
        assert one.public["data_breach"].nature == nature
        assert [a.id for a in one.happened] == ["data_breach", kind], "a denial that nobody meets was made all the same"


# promises, guidelines, talks one by one


def eta(*acts: Act) -> float:
    one = agenda(act("outage", 10.0), act("apology", 11.0, of="outage"), *acts)
    found = []
    while one.next_time() < math.inf:
        found += [outgoing.eta for outgoing in one.pop() if outgoing.act.id == "apology"]
    return found[0]


def test_an_open_promise_makes_responses_repair_more():
    """eta x 1.5 while it is open, however many are; not before it, not once it is kept or broken."""
    usual = eta()
    promise = act("promise", 5.0)
    assert eta(promise) == pytest.approx(1.5 * usual)
    assert eta(promise, act("promise", 6.0, id="second")) == pytest.approx(1.5 * usual)
    assert eta(act("promise", 12.0)) == usual
    assert eta(promise, act("kept_promise", 9.0, of="promise")) == usual
    assert eta(promise, act("kept_promise", 12.0, of="promise")) == pytest.approx(1.5 * usual)
    broken = eta(promise, act("broken_promise", 9.0, of="promise"))
    assert broken == pytest.approx(0.5 * usual), "a further violation within 90 days halves it"


def test_a_repair_is_at_most_all_of_the_wound():
    """eta0 = .9: 1.5 x .9 / (1 + 1/12) is cut to 1."""
    numbers = P.changed({"repair": 0.9}).numbers()
    acts = [act("promise", 5.0), act("outage", 10.0), act("apology", 11.0, of="outage")]
    one = Agenda(acts, numbers, conceal=False, seed=1)
    etas = [out.eta for _ in range(3) for out in one.pop()]
    assert etas[-1] == 1.0


def test_a_promise_is_kept_or_broken_once():
    """Keeping what was never promised, and breaking what was kept, are nothing and cost nothing."""
    kept = act("kept_promise", 6.0, of="promise", cost=1.0)
    assert played(agenda(kept)) == []
    one = agenda(act("promise", 5.0), kept, act("broken_promise", 7.0, of="promise"))
    assert played(one) == [(5.0, "promise"), (6.0, "kept_promise")]
    assert [a.id for a in one.happened] == ["promise", "kept_promise"]


def test_guidelines_switch_moderation_on_from_their_time():
    one = agenda(act("guidelines", 5.0))
    assert not one.moderation
    played(one)
    assert one.moderation
    assert agenda(moderation=True).moderation


def test_without_a_desk_nobody_is_talked_to_one_by_one():
    outreach = act("personal_outreach", 5.0, cost=3.0)
    assert played(agenda(outreach)) == [(5.0, "personal_outreach")]
    alone = agenda(outreach, desk=False)
    assert played(alone) == [] and alone.happened == []


# chance


def drawn(seed: int = 1, horizon: float = 8760.0, **keys) -> list[Act]:
    policy = Policy(hazards=MappingProxyType({"outage": 0.01, "data_breach": 0.005}), **keys)
    return list(hazards(policy, KINDS, N, seed, horizon))


def test_security_thins_the_hazards_and_makes_them_smaller():
    """Those of security .5 are among those of security 0, at half the size; at 1 none is left. z < 4.9 on their number."""
    open_brand, secured = drawn(), drawn(security=0.5)
    times = {a.id: a.at for a in open_brand}
    assert {a.id: a.at for a in secured}.items() < times.items()
    assert all(a.magnitude == pytest.approx(0.5 * KINDS[a.kind].magnitude) for a in secured)
    mean = 0.015 * 8760.0
    assert abs(len(open_brand) - mean) < 4.9 * math.sqrt(mean)
    assert abs(len(secured) - mean / 2) < 4.9 * math.sqrt(mean / 2)
    assert drawn(security=1.0) == []


def test_a_hazard_is_public_when_it_happens():
    """Hidden kinds too: nobody has to find it out."""
    breaches = [a for a in drawn() if a.kind == "data_breach"]
    assert KINDS["data_breach"].hidden and breaches
    assert not any(a.hidden or a.found_mean for a in breaches)
    assert played(agenda(*breaches)) == [(a.at, a.id) for a in breaches]


def test_the_hazards_of_a_seed_are_named_draw_by_draw():
    """Candidate n comes exponential(n) / rate after the one before; a longer horizon only adds."""
    [first, second, *_] = [a for a in drawn() if a.kind == "outage"]
    gaps = draws.exponentials(draws.stream(1, "hazard outage"), 0, np.arange(2)) / 0.01
    assert (first.id, first.at) == ("outage hazard #1", pytest.approx(gaps[0]))
    assert (second.id, second.at) == ("outage hazard #2", pytest.approx(gaps.sum()))
    assert [a for a in drawn(horizon=8760.0) if a.at < 1000.0] == drawn(horizon=1000.0)
    assert drawn(seed=2) != drawn()


def spoken(openness: float, horizon: float = 8760.0) -> list[Act]:
    return list(voices(Policy(openness=openness), KINDS, N, 1, horizon))


def test_openness_adds_voices_and_with_its_square_slips():
    """2 o stories and .1 o^2 slips a day, half of them rude; more openness only adds. z < 4.9."""
    years = 10
    some, full = spoken(0.3, years * 8760.0), spoken(1.0, years * 8760.0)
    assert spoken(0.0) == []
    assert {(a.id, a.at, a.kind) for a in some} < {(a.id, a.at, a.kind) for a in full}
    for found, o in ((some, 0.3), (full, 1.0)):
        counted = {
            "employee_story": 730 * o * years,
            "rude_reply": 18.25 * o**2 * years,
            "off_brand_post": 18.25 * o**2 * years,
        }
        assert {a.kind for a in found} == set(counted)
        for kind, mean in counted.items():
            assert abs(sum(a.kind == kind for a in found) - mean) < 4.9 * math.sqrt(mean)


# the arms of a scenario


RISKY = {
    "ripple": 1,
    "horizon": "60 d",
    "network": {"kind": "powerlaw_cluster", "users": 150},
    "brand": {
        "hazards": {"outage": "1 per week", "shakeout": "1 per week"},
        "openness": "20 %",
        "calendar": [{"act": "routine_post", "every": "2 d", "cost": 1}],
    },
    "timeline": [{"act": "data_breach", "id": "breach", "at": "5 d", "found": "10 d"}],
    "arms": {
        "as-is": [],
        "secured": {"brand": {"security": "50 %"}, "cost": 30, "cost_per_day": 0.5},
        "open": {"brand": {"openness": "60 %"}},
        "more-posts": {"brand": {"calendar": [{"act": "routine_post", "every": "1 d", "cost": 1}]}},
        "elsewhere": {"brand": {"sector": "bank", "followers": "30 %"}},
        "other-users": {"parameters": {"trust_sd": 0.1}},
        "staffed": {"brand": {"desk": {"agents": 5}}},
    },
}


@pytest.fixture(scope="module")
def risky():
    return load(RISKY)


@pytest.fixture(scope="module")
def world(risky):
    return build_world(risky, Seeds.of(1))


def ready(risky, arm, world, quiet=False):
    return prepare(risky, arm, Seeds.of(1), world, quiet=quiet)


def struck(setup):
    return {(a.id, a.at) for a in setup.acts if " hazard #" in a.id}


def test_hazards_are_the_same_in_every_arm_and_in_the_twin(risky, world):
    """But where an arm is securer; none of them is the arm's doing."""
    setups = {arm: ready(risky, arm, world) for arm in risky.arms}
    twins = {arm: ready(risky, arm, world, quiet=True) for arm in risky.arms}
    all_of_them = struck(setups["as-is"])
    assert len(all_of_them) > 8
    assert all(struck(twin) == all_of_them for twin in twins.values())
    assert all(struck(setups[arm]) == all_of_them for arm in setups if arm != "secured")
    assert struck(setups["secured"]) < all_of_them
    for setup in (*setups.values(), *twins.values()):
        assert {name for name, _ in struck(setup)} <= setup.calendar
        assert "breach" not in setup.calendar


def test_the_twin_has_no_timeline_and_no_policy_of_the_arm(risky, world):
    """What an arm posts more, or its employees say more, is its doing; what the twin has too is not."""
    for arm in risky.arms:
        setup, twin = ready(risky, arm, world), ready(risky, arm, world, quiet=True)
        assert twin.policy == risky.arms[arm].twin.policy and setup.policy == risky.arms[arm].brand.policy
        assert {a.id for a in twin.acts} == twin.calendar and twin.cost == 0.0
    posts = ready(risky, "more-posts", world)
    regular = sorted(name for name in posts.calendar if name.startswith("routine_post"))
    assert regular == ["routine_post #1"], "the others are at other times than the twin's of that name"
    voiced = ready(risky, "open", world)
    spoken_of = [a.id for a in voiced.acts if a.id.startswith("employee voice")]
    assert 0 < sum(name in voiced.calendar for name in spoken_of) < len(spoken_of)
    assert regular_causes(risky, "as-is") == {
        "routine_post",
        "outage hazard",
        "shakeout hazard",
        "employee voice",
        "slip",
    }


def test_arms_of_other_people_share_the_network_and_the_draws(risky, world):
    """A bank's users trust it .16 more, each; the same ties, not a copy. Arms that say nothing of people share all."""
    elsewhere = world_for(risky, "elsewhere", Seeds.of(1), world)
    assert elsewhere.graph is world.graph and elsewhere.people.who is world.people.who
    inside = (world.people.base_cognitive > 0.05) & (elsewhere.people.base_cognitive < 0.95)
    gap = elsewhere.people.base_cognitive - world.people.base_cognitive
    np.testing.assert_allclose(gap[inside], 0.16, atol=1e-6)  # float32
    assert np.all(world.people.follows[elsewhere.people.follows])
    assert 0.1 < elsewhere.people.follows.mean() < 0.5
    assert world_for(risky, "staffed", Seeds.of(1), world) is world
    spread = world_for(risky, "other-users", Seeds.of(1), world).people.base_cognitive.std()
    assert spread < 0.8 * world.people.base_cognitive.std()
    whole = build_world(load({**RISKY, "brand": {"sector": "bank", "followers": "30 %"}}), Seeds.of(1))
    assert whole.people.base_affective.tobytes() == elsewhere.people.base_affective.tobytes()


def test_what_was_given_of_users_holds_in_every_arm(risky, world):
    """The trust of one user is given, and that another follows, who would anyway: neither is drawn anew."""
    follower = int(np.flatnonzero(world.people.follows)[0])
    given = {"cognitive": np.full(world.n_users, np.nan), "follows": np.full(world.n_users, np.nan)}
    given["cognitive"][world.order[7]], given["follows"][world.order[follower]] = 0.123, 1.0
    by_hand = build_world(risky, Seeds.of(1), told=Told(given))
    assert world_for(risky, "elsewhere", Seeds.of(1), by_hand).people.follows[follower]
    found = world_for(risky, "elsewhere", Seeds.of(1), by_hand).people.base_cognitive
    drawn_anew = world_for(risky, "elsewhere", Seeds.of(1), world).people.base_cognitive
    assert found[7] == np.float32(0.123)
    assert np.flatnonzero(found != drawn_anew).tolist() == [7]


def test_arms_share_a_twin_when_theirs_is_the_same(risky):
    """Policy makes no other twin; sector, followers and parameters do."""
    assert different_twins(risky, list(risky.arms)) == 3
    assert different_twins(risky, ["as-is", "secured", "open", "more-posts", "staffed"]) == 1
    assert different_twins(risky, ["elsewhere", "other-users"]) == 2


def test_an_arm_with_its_own_people_starts_where_its_own_twin_does(risky):
    """gap(0) = 0 in every arm, though a bank starts higher; the same with parameters of the arm."""
    both = compare(risky, replicates=2, seed=1, arms=["as-is", "elsewhere", "other-users"])
    start = both.bands.query("hour == 0").set_index("arm")
    assert (start["gap_mean"] == 0.0).all()
    assert start.loc["elsewhere", "mean"] > start.loc["as-is", "mean"] + 0.1


def test_an_arm_costs_what_went_out_and_its_days(risky, world):
    """30 + .5 x 60 d; the calendar's posts are nobody's doing, but each one the arm adds costs 1."""
    costs = {arm: Trace.of(Engine(ready(risky, arm, world)).run()).cost for arm in ("as-is", "secured", "more-posts")}
    added = 60 - 1  # a post a day, of which the first is also the twin's
    assert costs == {"as-is": 0.0, "secured": 60.0, "more-posts": added}


def test_a_conditional_act_costs_only_when_it_came(risky):
    """Found out on day 10: the apology is paid for. Never found out: it is not."""
    arms = {"a": [{"act": "apology", "when": {"public": "breach"}, "cost": 7}]}
    found = load({**RISKY, "brand": {}, "arms": arms})
    never = found.changed({"timeline.breach.found": "never"})
    costs = [Trace.of(Engine(prepare(one, None, Seeds.of(1))).run()).cost for one in (found, never)]
    assert costs == [7.0, 0.0]


def test_the_week_begins_on_monday():
    """Wed 7 January 2026, 06:30 is hour 54.5 of the week."""
    one = load({"ripple": 1, "start": "2026-01-07 06:30", "network": {"kind": "karate"}})
    setup = prepare(one, None, Seeds.of(1))
    assert (setup.week_hour, setup.start_hour) == (54.5, 6.5)
    assert setup.policy == one.brand.policy and setup.without == frozenset()


# channels


def test_more_channels_reach_more_followers():
    """1 - .7^n of the followers for n channels; each channel's users are there with the next one too. z < 4.9."""
    world = world_of(generate("scale_free", users=3000, seed=1, ties=2))
    follows = world.people.follows
    before = np.zeros(3000, bool)
    for n in (1, 2, 5):
        reached = audience(world, {"kind": "channels", "number": n}, N, follows)
        assert np.all(reached[before]) and not np.any(reached & ~follows)
        p = 1 - (1 - N.channel_share) ** n
        assert abs(reached.sum() - p * follows.sum()) < 4.9 * math.sqrt(follows.sum() * p * (1 - p))
        before = reached


def test_a_run_with_everything_in_it_closes_its_books(risky, world):
    """Hazards, voices, promises and conditions in one run: trust stays within 0..1, every act knows its row."""
    acts = [
        *drawn(horizon=480.0),
        *spoken(0.5, 480.0),
        act("promise", 5.0),
        act("broken_promise", 100.0, of="promise"),
        act("guidelines", 3.0),
        waiting("apology", When("public", "broken_promise"), 2.0, of="broken_promise"),
    ]
    engine = Engine(setup_of(world_of(generate("karate")), acts)).run()
    Trace.of(engine)  # checks both books
    assert [out.time for out in engine.out if out.act.id == "apology"] == [102.0]
    assert engine.setup.trust == TRUST
    assert len(spelled_out(acts, 480.0)) == len(acts)
