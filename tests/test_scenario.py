"""What a scenario means once it is read: times, names, defaults, changes, sentences, the schema."""

from __future__ import annotations

import contextlib
import copy
import math
import pickle
import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sim.errors import RippleError
from sim.scenario import sources
from sim.scenario.acts import KINDS
from sim.scenario.fields import ActFile, ScenarioFile
from sim.scenario.parameters import PARAMETERS
from sim.scenario.scenario import load
from sim.scenario.schema import schema
from sim.scenario.tell import effect, publicity, tell
from sim.scenario.yaml_reader import plain, read_text, scalar
from sim.scenario.yaml_writer import as_yaml

BREACH = {"act": "data_breach", "id": "breach", "at": "5 d", "found": "15 d"}


def scenario(**keys):
    return load({"ripple": 1, **keys})


def reloaded(one):
    """A scenario through the text of its resolved file."""
    return load(plain(read_text(one.to_yaml(), "resolved.yaml")))


def plain_types(value) -> bool:
    """True when any writer of JSON or YAML knows what to do with it."""
    if isinstance(value, (dict, list)):
        return all(plain_types(inside) for inside in (value.values() if isinstance(value, dict) else value))
    return type(value) in (str, int, float, bool)


# defaults


def test_a_scenario_needs_one_line_only():
    """Everything else has a default: 90 d from a Monday 00:00 UTC, one arm without acts, 2,000 users."""
    bare = scenario()
    assert (bare.horizon, bare.tick, bare.talk_step) == (2160.0, 1.0, None)
    assert bare.start.weekday() == 0 and bare.start.hour == 0 and bare.start.utcoffset().total_seconds() == 0
    assert list(bare.arms) == ["as-is"] and bare.reference == "as-is"
    assert (bare.network.kind, bare.network.users) == ("powerlaw_cluster", 2000)
    assert bare.vary == ("network", "people", "events")
    assert bare.brand.trust == bare.parameters.trust_social_media


def test_an_act_has_the_numbers_of_its_kind_and_of_the_parameters():
    one = scenario(
        timeline=[{"act": "data_breach", "at": "5 d"}], parameters={"reach_news": "20 %", "delay_news": "2 d"}
    )
    [act] = one.timeline
    kind = KINDS["data_breach"]
    assert (act.magnitude, act.cognitive, act.nature) == (kind.magnitude, kind.cognitive, "competence")
    assert (act.reach, act.delay) == (0.2, 48.0)
    assert (act.found, act.found_mean) == (None, one.parameters.found_mean)


@pytest.mark.parametrize(("act", "found_mean"), [("data_breach", "found_mean"), ("fake_reviews", "review_found_mean")])
def test_what_is_hidden_is_found_out_by_chance_unless_said(act, found_mean):
    [hidden] = scenario(timeline=[{"act": act, "at": "5 d"}]).timeline
    assert hidden.found is None and hidden.found_mean == PARAMETERS[found_mean].default


@pytest.mark.parametrize(
    ("written", "found", "mean"),
    [
        ("15 d", 360.0, None),
        ("day 15 06:00", 366.0, None),
        ("2026-01-20", 360.0, None),
        ({"after": "10 d"}, 360.0, None),
        ({"mean": "10 d"}, None, 240.0),
        ("never", None, None),
        ("400 d", 9600.0, None),  # after the horizon: allowed, it never comes out
    ],
)
def test_when_a_hidden_act_is_found_out(written, found, mean):
    one = scenario(timeline=[{**BREACH, "found": written}])
    [act] = one.timeline
    assert (act.found, act.found_mean) == (found, mean)
    assert reloaded(one) == one


def test_a_size_takes_the_sign_of_its_kind():
    """A breach of 0.4 costs trust, a post of 0.4 earns it; only a change of policy says its sign."""
    acts = scenario(
        timeline=[
            {"act": "data_breach", "at": "1 d", "magnitude": 0.2},
            {"act": "data_breach", "at": "1 d", "magnitude": -0.2},
            {"act": "routine_post", "at": "1 d", "magnitude": 0.2},
            {"act": "policy_change", "at": "1 d", "magnitude": 0.2},
            {"act": "policy_change", "at": "1 d", "magnitude": -0.2},
            {"act": "policy_change", "at": "1 d"},
        ]
    ).timeline
    assert [act.magnitude for act in acts] == [-0.2, -0.2, 0.2, 0.2, -0.2, -0.1]
    assert [act.nature for act in acts] == ["competence", "competence", None, None, "integrity", "integrity"]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("followers", {"kind": "followers"}),
        ({"hubs": "1 %"}, {"kind": "hubs", "share": 0.01}),
        ({"community": 2}, {"kind": "community", "number": 2}),
        ({"channel": "news"}, {"kind": "channel", "name": "news"}),
        ({"users": ["ann", "007", 12]}, {"kind": "users", "labels": ("ann", "007", "12")}),
    ],
)
def test_audiences(written, read):
    one = scenario(timeline=[{"act": "outage", "at": "1 d", "audience": written}])
    assert one.timeline[0].audience == read
    assert reloaded(one) == one


def test_a_label_of_digits_stays_text(tmp_path):
    path = tmp_path / "labels.yaml"
    path.write_text("ripple: 1\ntimeline:\n  - {act: outage, at: 1 d, audience: {users: [007, no, 1.0]}}\n")
    assert load(path).timeline[0].audience["labels"] == ("007", "no", "1.0")


# names of acts


def test_ids_count_through_calendar_timeline_and_arm():
    one = scenario(
        brand={"calendar": [{"act": "outage", "at": "1 d"}]},
        timeline=[{"act": "outage", "at": "2 d"}, {"act": "outage", "at": "3 d", "id": "outage-3"}],
        arms={
            "a": [{"act": "outage", "at": "4 d"}, {"act": "outage", "at": "5 d"}],
            "b": [{"act": "outage", "at": "6 d"}],
        },
    )
    assert [act.id for act in one.acts("a")] == ["outage", "outage-2", "outage-3", "outage-4", "outage-5"]
    assert [act.id for act in one.acts("b")][-1] == "outage-4", "arms do not count each other"


def test_changes_keep_ids():
    """Random draws hang on ids: taking out the first of two acts does not rename the second, nor does another kind."""
    one = scenario(timeline=[{"act": "outage", "at": "1 d"}, {"act": "outage", "at": "2 d"}])
    assert [act.id for act in one.changed({"timeline.outage": None}).timeline] == ["outage-2"]
    assert one.changed({"timeline[1].act": "rude_reply"}).timeline[1].id == "outage-2"


# responses


def test_a_response_finds_the_only_act_it_can_answer():
    one = scenario(
        timeline=[BREACH, {"act": "false_claim", "at": "1 d"}, {"act": "routine_post", "at": "1 d"}],
        arms={"a": [{"act": "refutation", "at": "9 d"}, {"act": "denial", "at": "2 d"}]},
    )
    assert [act.of for act in one.arms["a"].acts] == ["false_claim", "false_claim"]


def test_after_counts_from_the_act_itself():
    """Not from when it became public: an apology two hours after a breach of day 5 is at 122 h."""
    one = scenario(timeline=[BREACH], arms={"a": [{"act": "apology", "of": "data_breach", "after": "2 h"}]})
    [apology] = one.arms["a"].acts
    assert (apology.at, apology.of) == (122.0, "breach")
    assert one.changed({"timeline.breach.at": "6 d"}).arms["a"].acts[0].at == 146.0


def test_arms_may_hold_more_than_responses():
    one = scenario(
        arms={"a": {"title": "A", "conceal": "yes", "acts": [{"act": "spam_post", "every": "1 d"}]}, "b": []}
    )
    [spam] = one.arms["a"].acts
    assert (spam.at, spam.every, spam.until) == (0.0, 24.0, one.horizon)
    assert one.arms["a"].conceal and one.arms["a"].title == "A" and not one.arms["b"].conceal


def test_repetition_ends_with_the_horizon_wherever_that_moves():
    """A resolved file says `until: horizon`, so a longer horizon has more posts there too."""
    one = scenario(arms={"a": [{"act": "spam_post", "every": "1 d"}]})
    longer = load(one.resolved()).changed({"horizon": "120 d"})
    assert longer.arms["a"].acts[0].until == 2880.0
    assert longer == one.changed({"horizon": "120 d"})


def test_a_resolved_scenario_still_follows_the_parameters():
    """It says `reach: reach_news`, not 30 %: what hung on a parameter by default goes on to do so."""
    one = scenario(timeline=[{"act": "data_breach", "at": "5 d"}], arms={"a": [{"act": "apology", "after": "1 h"}]})
    changes = {
        "reach_news": 0.5,
        "reach_response": 0.5,
        "delay_news": "1 d",
        "delay_post": "1 h",
        "found_mean": "2 d",
        "parameters.followers": 0.1,
        "trust_social_media": 0.2,
    }
    assert plain_types(one.resolved())
    changed = reloaded(one).changed(changes)
    assert changed == one.changed(changes)
    [breach], [apology] = changed.timeline, changed.arms["a"].acts
    assert (breach.reach, breach.delay, breach.found_mean) == (0.5, 24.0, 48.0)
    assert (apology.reach, apology.delay) == (0.5, 1.0)
    assert (changed.brand.followers, changed.brand.trust) == (0.1, 0.2)


def test_a_kind_of_ones_own_is_like_a_known_one_but_for_what_is_written():
    one = scenario(
        kinds={
            "recall": {"like": "data_breach", "magnitude": 0.6, "hidden": "no"},
            "gift": {"magnitude": 0.05, "form": "post", "words": "a gift"},
            "excuse": {"repairs": {"competence": "20 %"}, "only_for": ["recall"]},
        },
        timeline=[{"act": "recall", "at": "1 d"}, {"act": "gift", "at": "2 d"}, {"act": "outage", "at": "2 d"}],
        arms={"a": [{"act": "excuse", "at": "3 d"}]},
    )
    recall, gift, _ = one.timeline
    assert (recall.magnitude, recall.hidden, recall.virality, recall.words) == (-0.6, False, 1.2, "recall")
    assert (gift.audience["kind"], gift.tires, gift.words, gift.virality) == ("followers", True, "a gift", None)
    [excuse] = one.arms["a"].acts
    assert excuse.of == "recall" and excuse.repairs == {"competence": 0.2, "integrity": 0.0}
    assert reloaded(one) == one


# changes


TITLE = r"[^\W\d_][^{}\[\]\x00-\x1f\x7f-\x9f]*"
CHANGES = {
    "horizon": st.integers(40, 200).map("{} d".format),
    "fading": st.floats(0, 1),
    "parameters.loss": st.floats(0.5, 1.3),
    "parameters.found_mean": st.floats(1, 1e4),
    "parameters.talk_rate": st.floats(0, 0.05),
    "reach_news": st.floats(0, 100).map("{} %".format),
    "network.users": st.integers(10, 5000),
    "network.triangles": st.floats(0, 1),
    "brand.sector": st.sampled_from(["bank", "media"]),
    "trust_media": st.floats(0, 1),
    "brand.trust": st.floats(0, 100).map("{} points".format),
    "brand.followers": st.floats(0, 1),
    "brand.name": st.text(min_size=1).filter(lambda text: re.fullmatch(TITLE, text) and isinstance(scalar(text), str)),
    "timeline.breach.reach": st.floats(0, 1),
    "timeline.breach.at": st.floats(0, 300),
    "timeline[0].magnitude": st.floats(0, 2),
    "timeline.breach.virality": st.one_of(st.just("drawn"), st.floats(0, 3)),
    "timeline.breach.audience": st.sampled_from(["followers", "{hubs: 1 %}", "{channel: news}", "{users: [a, 007]}"]),
    "timeline.breach.found": st.one_of(st.sampled_from(["never", "{mean: 7 d}", "{after: 9 h}"]), st.floats(310, 2000)),
    "timeline.breach.found.mean": st.floats(1, 1000),
    "arms.disclosure.disclosure.after": st.floats(0, 200),
    "arms.apology-and-fix[1].cost": st.floats(0, 1e9),
    "arms.silence.conceal": st.sampled_from(["yes", "no"]),
    "arms.late-disclosure": st.none(),
    "brand.desk.agents": st.integers(0, 40),
    "brand.desk.rate": st.one_of(st.floats(0.01, 100), st.sampled_from(["30 per day", "desk_rate"])),
    "brand.desk.open": st.sampled_from(["always", "mon-fri 9:00-17:20", "{days: [sat, mon], from: 22:07, to: 3:00}"]),
    "brand.desk.open.to": st.sampled_from(["18:01", "24:00"]),
    "brand.desk.manner": st.sampled_from(["rude", "none"]),
    "brand.channels": st.sampled_from([1, 7, "all"]),
    "brand.openness": st.floats(0, 1),
    "brand.preparedness": st.floats(0, 1),
    "brand.hazards": st.sampled_from(["[outage, shakeout]", "{outage: 3 per week}", "{}"]),
    "brand.hazards.data_breach": st.one_of(st.floats(0, 0.01), st.sampled_from(["usual", "hazard_outage"])),
    "brand.calendar": st.sampled_from(["[{act: promise, at: 1 d}]", "[{act: routine_post, every: 3 d}]"]),
    "arms.denial.brand.desk.agents": st.integers(0, 4),
    "arms.denial.brand.preparedness": st.floats(0, 1),
    "arms.denial.brand.channels": st.integers(1, 20),
    "arms.denial.parameters.reach_news": st.floats(0, 1),
    "arms.denial.cost_per_day": st.floats(0, 1e6),
    "arms.disclosure.brand.calendar": st.sampled_from(["[]", "[{act: routine_post, every: 12 h}]"]),
    "arms.denial.denial.when": st.sampled_from(["{public: breach}", "{trust_fell: 2.5 points}", "{queue: 4}"]),
    "arms.apology-and-fix.apology.when.heard": st.sampled_from(["{of: breach, by: 3 %}", "{of: breach, by: 12}"]),
    "without": st.sampled_from(["[posts, membership]", "[]"]),
    "topic": st.sampled_from(["crisis", "market"]),
    "readers": st.sampled_from(["educator", "[strategist, researcher]"]),
    "shows": st.sampled_from(["Silence costs", "[Silence costs, Haste pays]"]),
    "vary": st.sampled_from(["[people]", "events", "[events, network]"]),
    "tick": st.sampled_from(["15 min", "2 h", 0.5]),
    "start": st.sampled_from(["2026-07-01 09:30 Europe/Berlin", "2024-02-29", "2026-03-29 00:00 +05:30"]),
}
MANY_CHANGES = st.fixed_dictionaries({}, optional=CHANGES)


@settings(max_examples=40, deadline=None)
@given(MANY_CHANGES)
def test_a_changed_scenario_resolves_saves_and_loads_as_an_equal_one(changes):
    """load(resolved(changed)) = changed = changed(load(resolved)) for any values, floats bit for bit, and pickled too.

    The second says that a resolved file keeps its meaning: what hung on a parameter still does.
    """
    if "arms.late-disclosure" in changes:
        changes = {**changes, "expect": []}
    changed = BASE.changed(changes)
    again = load(changed.resolved())
    assert again == changed
    assert again.resolved() == changed.resolved()
    assert RESOLVED.changed(changes) == changed
    assert pickle.loads(pickle.dumps(changed)) == changed


@settings(max_examples=15, deadline=None)
@given(changes=MANY_CHANGES)
def test_the_file_of_a_changed_scenario_loads_as_an_equal_one(tmp_path_factory, changes):
    if "arms.late-disclosure" in changes:
        changes = {**changes, "expect": []}
    changed = BASE.changed(changes)
    path = changed.save(tmp_path_factory.getbasetemp() / "changed.yaml")
    assert load(path) == changed


BASE = load("data-breach")
RESOLVED = load(BASE.resolved())


@pytest.mark.parametrize(
    ("changes", "read"),
    [
        ({"timeline.breach.reach": "50 %"}, lambda s: s.timeline[0].reach == 0.5),
        ({"timeline[0].reach": 0.5}, lambda s: s.timeline[0].reach == 0.5),
        ({"fading": "0.6"}, lambda s: s.parameters.fading == 0.6),
        ({"parameters.fading": 0.6}, lambda s: s.parameters.fading == 0.6),
        ({"forget_gain": 4320.0}, lambda s: s.parameters.forget_gain == 4320.0),
        ({"horizon": 720}, lambda s: s.horizon == 720.0),
        ({"arms.disclosure.disclosure.at": "day 6 12:00"}, lambda s: s.arms["disclosure"].acts[0].at == 156.0),
        ({"arms.disclosure.acts[0].after": "3 h"}, lambda s: s.arms["disclosure"].acts[0].at == 123.0),
        ({"arms.mine": "[{act: denial, at: 6 d}]"}, lambda s: s.arms["mine"].acts[0].of == "breach"),
        ({"brand.sector": "bank"}, lambda s: s.brand.trust == 0.6),
        ({"brand.sector": "bank", "trust_bank": "50 points"}, lambda s: s.brand.trust == 0.5),
        ({"network.kind": "karate"}, None),
        ({"network": "small_world"}, lambda s: s.network.kind == "small_world"),
        ({"network.kind": "small_world"}, lambda s: s.network.kind == "small_world" and s.network.users == 2000),
        ({"network.users": "5 k"}, lambda s: s.network.users == 5000),
        ({"title": "Breach: what now"}, lambda s: s.title == "Breach: what now"),
        ({"timeline.breach.audience.hubs": "2 %"}, lambda s: s.timeline[0].audience["share"] == 0.02),
        ({"timeline.breach.reach": None}, lambda s: s.timeline[0].reach == s.parameters.reach_news),
        ({"timeline.breach.reach": "reach_post"}, lambda s: s.timeline[0].reach == s.parameters.reach_post),
    ],
)
def test_changes_by_path(changes, read):
    if read is None:
        with pytest.raises(RippleError) as caught:
            BASE.changed(changes)
        assert "network.users: karate always has 34 users" in str(caught.value)
    else:
        assert read(BASE.changed(changes))


def test_changes_leave_the_scenario_itself_alone():
    before = copy.deepcopy(BASE)
    BASE.changed({"timeline.breach.reach": 0.9, "arms.disclosure.conceal": True})
    assert before == BASE and BASE.changed({}) is BASE


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("horizn", "60 d", "horizn: there is nothing at this path; did you mean horizon?"),
        ("timeline.brech.reach", 0.3, "did you mean timeline.breach.reach"),
        ("arms.disclosur.disclosure.at", "6 d", "did you mean arms.disclosure.disclosure.at"),
        ("parameters.fadng", 0.3, "did you mean parameters.fading"),
        ("timeline[7].reach", 0.3, "timeline[7].reach: there is nothing at this path"),
        ("timeline..reach", 0.3, "there is nothing at this path"),
        ("ripple", 2, "there is nothing at this path"),
        (
            "timeline.breach.reach",
            40,
            "data-breach.yaml, changed: 1 mistake\n  timeline[0].reach: 40 is not a share; write",
        ),
        ("horizon", "60", "horizon: 60 has no unit; write 60 h or 60 d"),
        ("horizon", "5 d", "timeline[0].at: 5 d is not before the horizon (5 d)"),
        ("timeline.breach.audience", "{hubs: 1 %", "is not well formed"),
        ("network.tie", 3, "network.tie: 'tie' is not an option of powerlaw_cluster; did you mean 'ties'?"),
        ("network.file", "nowhere.csv", "there is no such file"),
    ],
)
def test_a_bad_change_is_refused(path, value, words):
    with pytest.raises(RippleError) as caught:
        BASE.changed({path: value})
    assert words in str(caught.value)


def test_all_bad_changes_are_named_at_once():
    with pytest.raises(RippleError) as caught:
        BASE.changed({"horizn": 3, "fadng": 0.5, "fading": 0.5})
    assert "2 mistakes" in str(caught.value)


@pytest.mark.parametrize(
    "key", sorted(set(ActFile.model_fields) - {"id", "at", "after", "of", "every", "until", "found"})
)
def test_every_key_of_an_act_can_be_changed(key):
    """A path that the file knows is a path that `changed` knows: it is refused, if at all, for its value."""
    with pytest.raises(RippleError) as caught:
        BASE.changed({f"timeline.breach.{key}": [[]]})
    assert "there is nothing at this path" not in str(caught.value)


# anything at all

JUNK = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-3, 10**20),
        st.floats(),
        st.sampled_from(
            ["5 d", "30 %", "breach", "yes", "2026-03-07", "day 3", "{a: 1}", "horizon", "data_breach", ""]
        ),
        st.text(max_size=8),
    ),
    lambda inside: st.one_of(
        st.lists(inside, max_size=3),
        st.dictionaries(
            st.sampled_from(["act", "at", "of", "after", "mean", "hubs", "users", "kind", "acts", "x"]), inside
        ),
    ),
    max_leaves=4,
)


def places(value, path=()):
    """All paths into a document."""
    yield path
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inside in pairs:
        yield from places(inside, (*path, key))


def has(holder, step):
    return step in (holder if isinstance(holder, dict) else range(len(holder)) if isinstance(holder, list) else ())


DOCUMENT = {key: value for key, value in BASE.resolved().items() if key != "parameters"} | {
    "parameters": {"fading": "40 %", "found_mean": "10 d", "talk_rate": "0.01 per h"},
    "kinds": {"recall": {"like": "data_breach", "magnitude": 0.6}, "excuse": {"repairs": {"competence": "20 %"}}},
}
PLACES = [path for path in places(DOCUMENT) if path]


@settings(max_examples=120, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(PLACES), JUNK), min_size=1, max_size=3))
def test_a_broken_scenario_is_refused_in_words_or_is_whole(breaks):
    """Whatever stands at a place of a scenario, it loads, and then resolves to itself, or is refused by RippleError."""
    document = copy.deepcopy(DOCUMENT)
    for path, junk in breaks:
        holder = document
        for step in path[:-1]:
            holder = holder[step] if has(holder, step) else None
        if isinstance(holder, dict) or has(holder, path[-1]):
            holder[path[-1]] = junk
    refusal, one = "", None
    try:
        one = load(document)
    except RippleError as problem:
        refusal = str(problem)
    assert not re.search(r"pydantic|Input should|value_error|NoneType|does not fit here", refusal), refusal
    if one is not None:
        assert reloaded(one) == one
        assert all(tell(one, arm) for arm in one.arms)


@settings(max_examples=100, deadline=None)
@given(st.text(st.sampled_from("ab:- \n[]{},'\"#|>&*!%@\t?1."), max_size=40))
def test_no_text_breaks_the_reader_of_files(text):
    """Any text is read or refused with RippleError."""
    with contextlib.suppress(RippleError):
        read_text("ripple: 1\n" + text, "mine.yaml")


KEYS = st.text(min_size=1, max_size=9).filter(lambda key: key != "<<")
NUMBERS = st.integers(-(10**17), 10**17) | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.booleans() | NUMBERS | st.text(),
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(KEYS, inside, max_size=4),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(KEYS, VALUES, min_size=1, max_size=4))
@example(
    {"a": "word " * 60 + "end", "b": ["x" * 300, "# no comment " * 20 + "."], "c": [[], {}, [[1]]], "d": ": - ? 'q' \\"}
)
@example({"a": "two  blanks " * 20 + ".", "b": "tab\t" * 40, "c": "line\n" * 40})
@example(
    {"no": "no", "007": "007", "5 d": "1e5", "~": "~", "e": " x", "f": "x ", "g": "x: y", "h": "\U0001f600 \x85 \u2028"}
)
def test_what_is_written_reads_back_exactly(document):
    """read(write(x)) = x for text of all kinds, numbers bit for bit, lists and mappings."""
    assert plain(read_text(as_yaml(document), "written.yaml")) == document


# extends


def test_extends_merges_mappings_and_replaces_lists(tmp_path):
    (tmp_path / "base.yaml").write_text(
        "ripple: 1\ntitle: base\nhorizon: 60 d\nbrand: {name: b, sector: bank}\n"
        "network: {kind: small_world, rewiring: 0.2}\nparameters: {fading: 50 %, loss: 1}\n"
        "timeline:\n  - {act: outage, at: 1 d}\narms: {x: [], y: [], z: []}\n"
    )
    child = tmp_path / "child.yaml"
    child.write_text(
        "ripple: 1\nextends: base.yaml\nbrand: {name: c}\nnetwork: {kind: random}\nparameters: {fading: 60 %}\n"
        "timeline:\n  - {act: rude_reply, at: 2 d}\narms: {x: null, w: []}\n"
    )
    one = load(child)
    assert (one.name, one.title, one.horizon) == ("child", "base", 1440.0)
    assert (one.brand.name, one.brand.sector) == ("c", "bank")
    assert one.network.kind == "random"
    assert (one.parameters.fading, one.parameters.loss) == (0.6, 1.0)
    assert [act.kind for act in one.timeline] == ["rude_reply"]
    assert list(one.arms) == ["y", "z", "w"]


def test_the_edge_list_of_what_is_extended_lies_beside_that(tmp_path):
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "ties.csv").write_text("a,b\n")
    (tmp_path / "below" / "base.yaml").write_text("ripple: 1\nnetwork: {file: ties.csv}\n")
    (tmp_path / "above.yaml").write_text("ripple: 1\nextends: below/base.yaml\n")
    assert load(tmp_path / "above.yaml").network.file == (tmp_path / "below" / "ties.csv").resolve()


def test_extends_a_story_of_the_library():
    bank = scenario(extends="data-breach", brand={"sector": "bank"})
    assert bank.brand.trust == bank.parameters.trust_bank
    assert list(bank.arms) == list(BASE.arms)


def test_a_file_of_an_older_format_is_upgraded_and_says_so(monkeypatch):
    """With a version 2 that renamed `length` to `horizon`, a file of version 1 is still read."""

    def rename(tree):
        tree.entries["horizon"] = tree.entries.pop("length")
        return "`length` is now `horizon`"

    monkeypatch.setattr(sources, "VERSION", 2)
    monkeypatch.setattr(sources, "UPGRADES", {1: rename})
    one = load({"ripple": 1, "length": "60 d"})
    assert one.horizon == 1440.0
    assert one.notes == ("the scenario given as a dict is written in format 1: `length` is now `horizon`",)


def test_an_edge_list_is_looked_for_beside_the_file(tmp_path, monkeypatch):
    (tmp_path / "ties.csv").write_text("a,b\nb,c\n")
    path = tmp_path / "mine.yaml"
    path.write_text("ripple: 1\nnetwork: {file: ties.csv, directed: follows}\n")
    one = load(path)
    assert one.network.file == (tmp_path / "ties.csv").resolve() and one.network.kind == "file"
    assert load(one.resolved()) == one, "a resolved scenario finds it from anywhere"
    monkeypatch.chdir(tmp_path)
    assert BASE.changed({"network": "ties.csv"}).network.file == one.network.file
    (tmp_path / "ties.csv").unlink()
    with pytest.raises(RippleError):
        load(path)
    old = load(path, look_for_network=False)
    assert old == one and pickle.loads(pickle.dumps(old)) == one


# sentences


def test_a_breach_in_one_sentence():
    """exp(-1.07 x 0.4) = 0.65; 8 % of a failure of competence scars."""
    one = scenario(timeline=[{"act": "data_breach", "at": "5 d", "audience": "followers", "hidden": "no"}])
    assert effect(one.timeline[0], one.parameters) == (
        "data breach, meets 30 % of followers within days (mean 3 d), trust of those hit x 0.65, 8 % of it for years, "
        "each share causes 1.2 more"
    )


def test_a_gain_in_one_sentence():
    """1 - exp(-g+ m k) with g+ = 1.07/4, m = .1, k = .6 of the brand: 1.6 %."""
    one = scenario(timeline=[{"act": "transparency_report", "at": "5 d", "cost": 10}])
    gain = 1 - math.exp(-1.07 / 4 * 0.1 * 0.6)
    assert f"those hit gain {100 * gain:.2g} % of the distance to full trust" in effect(one.timeline[0], one.parameters)
    assert effect(one.timeline[0], one.parameters).endswith("; costs 10")


def test_responses_in_one_sentence():
    """Told after 24 h: x 1 - .3/(1 + 24/48) = .80; an apology 12 h after publicity: .37 x 1/(1 + 12/12) = 18.5 %."""
    one = scenario(
        timeline=[BREACH],
        arms={
            "told": [{"act": "disclosure", "after": "1 d"}],
            "late": [{"act": "apology", "at": "15 d 12 h"}],
            "denied": [{"act": "denial", "at": "6 d"}],
            "both": [{"act": "apology", "after": "0 h"}],
            "misfit": [{"act": "denial", "at": "16 d"}],
        },
    )
    told, late, denied, both, misfit = (tell(one, arm)[-1] for arm in one.arms)
    assert told.startswith("d 6 (Sun 11 January 2026, 00:00): ") and told.endswith("those who meet it take x 0.80")
    assert "heals 18.5 % of the wound of those it meets (100 % of everyone" in late
    assert denied.endswith("if it is found out later it is deception, 50 % of the loss for years")
    assert "take x 0.70; heals 37 % of the wound" in both
    assert misfit.endswith("heals nothing of a loss of competence")


def test_publicity_is_the_first_of_telling_and_finding():
    one = scenario(
        timeline=[BREACH, {"act": "data_misuse", "at": "6 d"}, {"act": "outage", "at": "7 d"}],
        arms={
            "a": [
                {"act": "disclosure", "of": "breach", "after": "2 d"},
                {"act": "denial", "of": "breach", "after": "1 d"},
            ]
        },
    )
    assert publicity(one.acts("a")) == {"breach": 168.0, "outage": 168.0}


def test_tell_names_the_local_date():
    one = scenario(
        start="2026-03-28 12:00 Europe/Berlin",
        brand={"calendar": [{"act": "routine_post", "every": "1 d", "until": "3 d"}]},
        timeline=[{"act": "outage", "at": "24 h"}],
    )
    _, post, outage, arm = tell(one)
    assert post.startswith("d 0 (Sat 28 March 2026, 12:00), then every 1 d until d 3: routine post")
    assert outage.startswith("d 1 (Sun 29 March 2026, 13:00): outage"), "summer time began"
    assert arm == "as-is, the reference: nothing more happens"


def test_tell_of_an_unknown_arm():
    with pytest.raises(RippleError) as caught:
        tell(BASE, "disclosur")
    assert "has no arm 'disclosur'; did you mean 'disclosure'?" in str(caught.value)


# the schema


def test_the_schema_knows_every_key_act_and_parameter():
    described = schema()
    assert set(described["properties"]) == set(ScenarioFile.model_fields) and described["required"] == ["ripple"]
    acts = described["$defs"]["ActFile"]["properties"]["act"]["anyOf"][0]["oneOf"]
    assert [entry["const"] for entry in acts] == list(KINDS)
    parameters = described["$defs"]["ParametersFile"]["properties"]
    assert set(parameters) == set(PARAMETERS)
    assert all(PARAMETERS[name].meaning in entry["description"] for name, entry in parameters.items())
    assert all(
        entry.get("description") for part in described["$defs"].values() for entry in part["properties"].values()
    )


def test_only_a_scenario_can_be_loaded():
    for source in (3, None, ["data-breach"]):
        with pytest.raises(RippleError):
            load(source)
    assert load(BASE) is BASE
