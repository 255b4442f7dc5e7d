"""What a scenario file says of the brand, its desk and its arms: read, told, resolved, changed by path."""

from __future__ import annotations

import math
import pickle
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import RippleError
from sim.scenario import opening
from sim.scenario.acts import When
from sim.scenario.fields import ArmFile, BrandFile, DeskFile, OpenFile
from sim.scenario.parameters import HAZARDS, PARAMETERS, YEAR
from sim.scenario.parts import Desk, Policy
from sim.scenario.scenario import load
from sim.scenario.schema import schema
from sim.scenario.tell import tell
from sim.scenario.yaml_reader import plain, read_text

GOOD = sorted((Path(__file__).parent / "good").glob("*.yaml"))
FULL = load(Path(__file__).parent / "good" / "desk-and-playbook.yaml")


def scenario(**keys):
    return load({"ripple": 1, **keys})


def desk(**keys) -> Desk:
    return scenario(brand={"desk": keys}).brand.policy.desk


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_a_good_file_tells_what_it_names_and_resolves_to_itself(path, tmp_path):
    """The lines `# tells: ...` at its top stand in its sentences; load(resolved) = scenario, pickled too."""
    one = load(path)
    told = [line.removeprefix("# tells: ") for line in path.read_text().splitlines() if line.startswith("# tells: ")]
    assert told
    sentences = "\n".join(tell(one))
    for words in told:
        assert words in sentences, sentences
    assert load(one.resolved()) == one == load(one.save(tmp_path / "resolved.yaml"))
    assert load(one.resolved()).resolved() == one.resolved()
    assert pickle.loads(pickle.dumps(one)) == one
    assert all(tell(one, arm) for arm in one.arms)


# the brand


def test_a_brand_has_the_desk_of_the_parameters_unless_said():
    """One agent, 6 replies an hour, half the complaints answered, kindly, at any time; everything else at 0."""
    one = scenario()
    assert one.brand.policy == Policy(desk=Desk(1, 6.0, None, "oldest", 0.5, "good", False))
    assert one.brand.policy.desk.answers_at_all and not Desk().answers_at_all
    changed = one.changed({"desk_rate": 2.0, "desk_agents": 3, "desk_answers": "80 %"})
    assert changed.brand.policy.desk == Desk(3, 2.0, None, "oldest", 0.8, "good", False)
    assert load(one.resolved()).changed({"desk_rate": 2.0}) == one.changed({"desk_rate": 2.0}), "it follows them"


WORKING = tuple((24.0 * day + 9, 24.0 * day + 17) for day in range(5))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("always", None),
        ({}, None),
        ("mon-fri 9:00-17:00", WORKING),
        ({"days": "mon-fri", "from": "9:00", "to": "17:00"}, WORKING),
        ({"days": ["tue", "mon", "sat"], "from": "9:00", "to": "12:30"}, ((9, 12.5), (33, 36.5), (129, 132.5))),
        ({"days": "Friday, sun", "to": "1:00"}, ((96, 97), (144, 145))),
        ({"days": "sat-sun"}, ((120, 168),)),
        ({"days": "sun", "from": "22:00", "to": "6:00"}, ((0, 6), (166, 168))),
        ({"days": "sat-mon", "from": "23:00"}, ((23, 24), (143, 144), (167, 168))),
    ],
)
def test_opening_hours_are_intervals_of_the_week(written, read):
    """Hours since Monday 0:00, in order and apart; a `to` before `from` is the next day's, over the end of the week too."""
    one = scenario(brand={"desk": {"open": written}})
    assert one.brand.policy.desk.open == read
    assert load(one.resolved()) == one


def test_a_clock_time_needs_no_quotes(tmp_path):
    """YAML 1.2 has no numbers to the base of sixty: 9:00 is text."""
    path = tmp_path / "open.yaml"
    path.write_text("ripple: 1\nbrand:\n  desk:\n    open: {days: [mon, tue, sat], from: 9:00, to: 17:00}\n")
    assert load(path).brand.policy.desk.open == ((9, 17), (33, 41), (129, 137))


@settings(max_examples=200)
@given(
    days=st.sets(st.integers(0, 6), min_size=1),
    start=st.integers(0, 24 * 60 - 1),
    length=st.integers(1, 24 * 60 - 1),
)
def test_any_opening_hours_cover_what_they_say_and_are_told(days, start, length):
    """Minutes open a week = days x length; each day opens at its start; words name the clock."""
    begin, end = start / 60, ((start + length) % (24 * 60)) / 60
    found = opening.intervals(sorted(days), begin, end or 24.0)
    assert found is not None
    assert sum(last - first for first, last in found) == pytest.approx(len(days) * length / 60)
    assert all(a[1] < b[0] for a, b in pairwise(found))
    assert all(any(first <= 24 * day + begin < last for first, last in found) for day in days)
    assert f" {opening.clock_words(begin)}-" in opening.opening_words(found)
    assert opening.clock(opening.clock_words(begin)) == begin and opening.days(opening.days_words(tuple(sorted(days))))


def test_hazards_are_a_list_at_the_usual_rate_or_a_mapping():
    """5 / 8760 h for five a year; `usual` and a list take the parameter of the kind, and follow it."""
    listed = scenario(brand={"hazards": list(HAZARDS)})
    assert listed.brand.policy.hazards == {kind: rate / YEAR for kind, rate in HAZARDS.items()}
    assert listed == scenario(brand={"hazards": dict.fromkeys(HAZARDS, "usual")})
    one = scenario(brand={"hazards": {"outage": "5 per year", "data_breach": "usual", "shakeout": "0 per year"}})
    assert one.brand.policy.hazards == {"outage": 5 / YEAR, "data_breach": 0.5 / YEAR, "shakeout": 0.0}
    changed = load(one.resolved()).changed({"hazard_data_breach": "3 per year"})
    assert changed.brand.policy.hazards["data_breach"] == 3 / YEAR


def test_channels_split_the_posts_to_followers_and_nothing_else():
    """n channels: the posts' magnitude is divided by sqrt(n), for followers on one of the n; news and outreach stay."""
    acts = [
        {"act": "routine_post", "at": "1 d"},
        {"act": "expert_content", "at": "1 d", "audience": "everyone"},
        {"act": "outage", "at": "1 d"},
        {"act": "personal_outreach", "at": "1 d"},
        {"act": "employee_story", "at": "1 d"},
    ]
    plain_one, split = scenario(timeline=acts), scenario(timeline=acts, brand={"channels": 4})
    assert split.timeline[0].audience == {"kind": "channels", "number": 4}
    assert split.timeline[0].magnitude == pytest.approx(plain_one.timeline[0].magnitude / 2)
    assert split.timeline[1:] == plain_one.timeline[1:]
    assert load(split.resolved()) == split
    assert split.changed({"brand.channels": "all"}) == plain_one


# conditions


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ({"public": "breach"}, When("public", "breach")),
        ({"public": "data_breach"}, When("public", "breach")),
        ({"trust_fell": "3 points"}, When("trust_fell", by=0.03)),
        ({"heard": {"of": "breach", "by": "10 %"}}, When("heard", "breach", 0.1, True)),
        ({"heard": {"of": "breach", "by": 0.25}}, When("heard", "breach", 0.25, True)),
        ({"heard": {"of": "breach", "by": "2 k"}}, When("heard", "breach", 2000, False)),
        ({"queue": 20}, When("queue", by=20)),
    ],
)
def test_conditions(written, read):
    """A conditional act has no time of its own; it answers what its condition names, or the only act it can."""
    one = scenario(
        timeline=[{"act": "data_breach", "id": "breach", "at": "5 d"}],
        arms={"a": [{"act": "apology", "when": written, "after": "2 h"}]},
    )
    [apology] = one.arms["a"].acts
    assert (apology.when, apology.at, apology.after, apology.of) == (read, math.inf, 2.0, "breach")
    assert load(one.resolved()) == one


def test_a_share_of_hearers_is_counted_out():
    """10 % of 34 users are four, of 5 users one; a count stays."""
    heard = When("heard", "breach", 0.1, True)
    assert (heard.count(34), heard.count(5), heard.count(30)) == (4, 1, 3)
    assert When("heard", "breach", 200).count(34) == 200


def test_of_says_otherwise_than_the_condition():
    one = scenario(
        timeline=[{"act": "outage", "at": "1 d"}, {"act": "data_breach", "at": "5 d"}],
        arms={"a": [{"act": "apology", "when": {"public": "outage"}, "of": "data_breach"}]},
    )
    assert one.arms["a"].acts[0].of == "data_breach"


def test_preparedness_shortens_planned_delays():
    """2 h / (1 + 3 p): half an hour at p = 1, for `after` and for `when` with `after`; a set time and a promise stay."""
    one = scenario(
        timeline=[{"act": "outage", "at": "1 d"}, {"act": "promise", "at": "1 d"}],
        arms={
            "a": [
                {"act": "apology", "after": "2 h"},
                {"act": "denial", "when": {"public": "outage"}, "after": "2 h"},
                {"act": "corrective_action", "at": "26 h"},
                {"act": "kept_promise", "after": "2 h"},
            ]
        },
    )
    ready = one.changed({"brand.preparedness": "100 %"})
    assert [act.at for act in one.arms["a"].acts] == [26.0, math.inf, 26.0, 26.0]
    assert [act.at for act in ready.arms["a"].acts] == [24.5, math.inf, 26.0, 26.0]
    assert (one.arms["a"].acts[1].after, ready.arms["a"].acts[1].after) == (2.0, 0.5)
    assert one.changed({"arms.a.brand.preparedness": 1.0}).arms["a"].acts == ready.arms["a"].acts
    faster = ready.changed({"preparedness_speed": 1.0})
    assert faster.arms["a"].acts[0].at == 25.0


# arms


def test_an_arm_says_only_what_is_different():
    """Desk and opening hours key by key, parameters one by one; all else is the file's."""
    one = scenario(
        brand={"desk": {"agents": 2, "rate": "4 per hour", "open": "mon-fri 9:00-17:00"}, "security": "20 %"},
        parameters={"loss": 1.2},
        arms={
            "as-is": [],
            "a": {"brand": {"desk": {"agents": 5, "open": {"to": "20:00"}}}, "parameters": {"fading": 0.5}},
        },
    )
    arm = one.arms["a"]
    long_days = tuple((first, last + 3) for first, last in WORKING)
    assert arm.brand.policy.desk == Desk(5, 4.0, long_days, "oldest", 0.5, "good", False)
    assert arm.brand.policy.security == 0.2
    assert (arm.parameters.loss, arm.parameters.fading) == (1.2, 0.5) and one.parameters.fading == 0.47
    assert one.arms["as-is"].brand == one.brand and one.arms["as-is"].parameters == one.parameters
    assert load(one.resolved()) == one
    changes = {"brand.desk.rate": "3 per hour", "brand.desk.open.from": "8:00"}
    assert load(one.resolved()).changed(changes) == one.changed(changes), "what the arm does not say stays the file's"


def test_the_acts_of_an_arm_follow_its_parameters():
    """What hangs on a parameter by default hangs on the arm's: its acts, the common timeline, the calendar, the twin."""
    one = scenario(
        brand={"calendar": [{"act": "routine_post", "every": "1 d"}]},
        timeline=[{"act": "outage", "at": "1 d"}],
        arms={
            "as-is": [],
            "a": {"parameters": {"reach_news": 0.5, "reach_post": 0.4}, "acts": [{"act": "shakeout", "at": "2 d"}]},
        },
    )
    arm = one.arms["a"]
    assert [act.reach for act in one.acts("as-is")] == [0.1, 0.3]
    assert [act.reach for act in one.acts("a")] == [0.4, 0.5, 0.5]
    assert arm.twin.calendar[0].reach == 0.4


def test_the_twin_is_run_as_the_file_says_but_is_who_the_arm_is():
    """Policy of the file; sector, trust, followers, alternatives and numbers of the arm."""
    one = scenario(
        brand={"desk": {"agents": 2}, "channels": 4, "calendar": [{"act": "routine_post", "every": "1 d"}]},
        arms={
            "a": {
                "brand": {
                    "sector": "bank",
                    "followers": "20 %",
                    "alternatives": "50 %",
                    "desk": {"agents": 9},
                    "channels": "all",
                    "openness": "40 %",
                    "hazards": ["outage"],
                    "moderation": "yes",
                    "preparedness": "50 %",
                    "calendar": [],
                }
            }
        },
    )
    twin, file = one.arms["a"].twin, one.brand
    assert (twin.sector, twin.trust, twin.followers, twin.policy.alternatives) == ("bank", 0.6, 0.2, 0.5)
    same = ("desk", "channels", "openness", "security", "preparedness", "moderation", "feedback", "hazards", "calendar")
    assert all(getattr(twin.policy, key) == getattr(file.policy, key) for key in same)
    assert one.arms["a"].brand.policy.calendar == () and one.arms["a"].brand.policy.desk.agents == 9


def test_the_calendar_of_an_arm_keeps_the_names_of_its_acts():
    """The first post of an arm's own calendar is called as the file's is, so that the same users meet it."""
    one = scenario(
        brand={"calendar": [{"act": "routine_post", "every": "1 d"}]},
        timeline=[{"act": "outage", "at": "2 d"}],
        arms={
            "as-is": [],
            "a": {"brand": {"calendar": [{"act": "routine_post", "every": "12 h"}, {"act": "outage", "at": "1 d"}]}},
        },
    )
    assert [act.id for act in one.acts("a")] == ["routine_post", "outage-2", "outage"]
    assert [act.id for act in one.acts("as-is")] == ["routine_post", "outage"]
    moved = one.changed({"arms.a.brand.calendar.outage-2.at": "3 d", "arms.a.brand.calendar.routine_post.every": "6 h"})
    assert [act.at for act in moved.arms["a"].brand.calendar] == [0.0, 72.0]
    assert [act.id for act in moved.acts("a")] == [act.id for act in one.acts("a")]


# changes by path


@pytest.mark.parametrize(
    ("changes", "read"),
    [
        ({"brand.desk.agents": 4}, lambda s: s.brand.policy.desk.agents == 4),
        ({"brand.desk.rate": 9.0}, lambda s: s.brand.policy.desk.rate == 9.0),
        ({"brand.desk.open": "sat 10:00-12:00"}, lambda s: s.brand.policy.desk.open == ((130, 132),)),
        ({"brand.desk.open.to": "18:00"}, lambda s: s.brand.policy.desk.open[0] == (9, 18)),
        (
            {"brand.desk.open": "always", "brand.desk.open.days": "mon"},
            lambda s: s.brand.policy.desk.open == ((0, 24),),
        ),
        ({"brand.desk": "{manner: rude}"}, lambda s: s.brand.policy.desk.manner == "rude"),
        ({"brand.desk": None}, lambda s: s.brand.policy.desk.agents == 1),
        ({"brand.channels": 3}, lambda s: s.brand.policy.channels == 3),
        ({"brand.openness": "40 %"}, lambda s: s.arms["staffed"].brand.policy.openness == 0.4),
        (
            {"brand.hazards": "[outage, shakeout]", "brand.hazards.shakeout": None},
            lambda s: list(s.brand.policy.hazards) == ["outage"],
        ),
        ({"brand.hazards.outage": "3 per year"}, lambda s: s.brand.policy.hazards["outage"] == 3 / YEAR),
        ({"brand.hazards.outage": 0.001}, lambda s: s.brand.policy.hazards["outage"] == 0.001),
        ({"arms.staffed.brand.desk.rate": "7 per hour"}, lambda s: s.arms["staffed"].brand.policy.desk.rate == 7.0),
        (
            {"arms.staffed.brand.desk.open.days": "mon"},
            lambda s: s.arms["staffed"].brand.policy.desk.open == ((8, 20),),
        ),
        ({"arms.playbook.brand.security": 1}, lambda s: s.arms["playbook"].brand.policy.security == 1.0),
        ({"arms.playbook.parameters.ignored_after": 12}, lambda s: s.arms["playbook"].parameters.ignored_after == 12),
        ({"arms.staffed.parameters.churn": 1e-4}, lambda s: s.arms["staffed"].parameters.churn == 1e-4),
        (
            {"arms.staffed.cost": 3, "arms.staffed.cost_per_day": "2 k"},
            lambda s: s.arms["staffed"].cost_per_day == 2000,
        ),
        (
            {"arms.playbook.apology.when": "{queue: 5}"},
            lambda s: s.arms["playbook"].acts[0].when == When("queue", by=5),
        ),
        ({"arms.playbook.apology.when.trust_fell": "5 points"}, lambda s: s.arms["playbook"].acts[0].when.by == 0.05),
        ({"arms.playbook.transparency_report.when.heard.by": 7}, lambda s: s.arms["playbook"].acts[2].when.by == 7),
        ({"arms.playbook.apology.at": "12 d"}, lambda s: s.arms["playbook"].acts[0].when is None),
        ({"arms.playbook.apology.after": "3 h"}, lambda s: s.arms["playbook"].acts[0].after == 3.0),
        ({"without": "complaints", "arms.playbook.acts": None}, lambda s: s.without == {"complaints"}),
        ({"without": "[]"}, lambda s: s.without == frozenset()),
    ],
)
def test_changes_by_path_reach_what_a_brand_is(changes, read):
    changed = FULL.changed(changes)
    assert read(changed)
    assert load(changed.resolved()) == changed
    if "arms.playbook.acts" not in changes:
        assert load(FULL.resolved()).changed(changes) == changed


@pytest.mark.parametrize(
    ("path", "near"),
    [
        ("brand.desk.agnts", "brand.desk.agents"),
        ("brand.desk.open.form", "brand.desk.open.from"),
        ("brand.hazrds.outage", "brand.hazards.outage"),
        ("arms.staffed.brand.dsk.agents", "arms.staffed.brand.desk.agents"),
        ("arms.staffed.parameters.los", "arms.staffed.parameters.loss"),
        ("arms.staffed.brand.name", "arms.staffed.brand"),
    ],
)
def test_a_path_that_leads_nowhere_names_the_nearest(path, near):
    with pytest.raises(RippleError) as caught:
        FULL.changed({path: 1})
    assert near in str(caught.value)


def test_what_waits_for_a_queue_needs_complaints():
    with pytest.raises(RippleError, match="no complaint ever waits"):
        FULL.changed({"without": "[complaints]"})


def test_the_schema_knows_the_keys_of_brand_desk_and_arm():
    parts = schema()["$defs"]
    for model in (BrandFile, DeskFile, OpenFile, ArmFile):
        assert set(parts[model.__name__]["properties"]) == set(model.model_fields)
    assert set(parts["BrandPartFile"]["properties"]) == set(BrandFile.model_fields) - {"name", "audience"}
    assert parts["OpenFile"]["properties"]["from"]["anyOf"][0]["examples"] == ["9:00", "17:30"]


def test_every_hazard_has_its_parameter():
    """hazard_KIND is how often a year over the hours of a year."""
    assert all(PARAMETERS[f"hazard_{kind}"].default == pytest.approx(rate / YEAR) for kind, rate in HAZARDS.items())


def test_the_text_of_a_resolved_file_reads_back(tmp_path):
    assert load(plain(read_text(FULL.to_yaml(), "resolved.yaml"))) == FULL
