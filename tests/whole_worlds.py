"""Small worlds in which nothing is left out and everything happens often; and a strategy for any such world.

A bad experience of each follower every four days, hundreds of posts, people who leave and come back.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import numpy as np
from hypothesis import strategies as st
from small_worlds import BUSY, act, posts, setup_of, world_of
from test_reference import followed, friends, setups

from sim.dynamics.chance import hazards, voices
from sim.scenario.acts import KINDS, When
from sim.scenario.parameters import PARAMETERS
from sim.scenario.parts import MANNERS, ORDERS, Desk, Policy

OFFICE_HOURS = tuple((24.0 * day + 9.0, 24.0 * day + 17.0) for day in range(5))
EVERYONE = MappingProxyType({"kind": "everyone"})


def when(kind, of=None, by=0.0, *, share=False, after=0.0):
    """What makes an act of a timeline conditional."""
    return {"at": float("inf"), "when": When(kind, of, by, share), "after": after}


def whole(graph, acts, *, desk=None, numbers=None, seed=1, **changes):
    """A setup with nothing left out. changes: of Setup, and of Policy."""
    numbers = numbers or BUSY.numbers()
    policy = {name: changes.pop(name) for name in list(changes) if name in Policy.__dataclass_fields__}
    fields = {"days": 12, "without": frozenset(), "numbers": numbers, "policy": Policy(desk or Desk(), **policy)}
    return setup_of(world_of(graph, seed=seed, numbers=numbers), acts, **{**fields, **changes})


def good():
    """A kind desk that can just keep up; a breach that is told; posts of the brand; trust that falls far is answered."""
    return whole(
        friends(120),
        [
            *posts("routine_post", 5.0, 24.0, 240.0, reach=0.5),
            act("data_breach", 60.0, virality=3.0, found=130.0),
            act("apology", **when("public", "data_breach", after=3.0), of="data_breach"),
            act("transparency_report", **when("trust_fell", by=0.01), reach=0.5),
            act("expert_content", **when("trust_fell", by=0.9)),
        ],
        desk=Desk(1, 2.0, None, "oldest", 0.9, "good"),
        feedback=0.3,
        alternatives=0.5,
    )  # fmt: skip


def scripted():
    """Replies from a text module in office hours, the largest audience first; a long queue is answered for."""
    return whole(
        friends(120, seed=5),
        [
            act("outage", 55.0, reach=0.6, virality=2.0),
            act("guidelines", **when("queue", by=5), audience=EVERYONE, reach=0.5),
            act("shakeout", **when("queue", by=8, after=2.0), reach=0.5),
            act("compensation", **when("queue", by=9), of="outage"),
        ],
        desk=Desk(2, 1.0, OFFICE_HOURS, "audience", 0.8, "scripted"),
        week_hour=9.5,
        start_hour=9.5,
        days=15,
    )  # fmt: skip


def rude():
    """Three agents who offend nearly everyone; on a network of followers."""
    return whole(
        followed(120),
        [act("false_claim", 30.0, virality=3.0, reach=0.4), act("refutation", 50.0, of="false_claim", reach=0.6)],
        desk=Desk(3, 1.5, None, "oldest", 0.9, "rude"),
        step=2.0,
    )


def deleting():
    """Public complaints are deleted without a word; the moderation of abuse comes with guidelines, on day 6."""
    return whole(
        friends(120, seed=8),
        [act("guidelines", 140.0, reach=0.6), act("rude_reply", 30.0, reach=0.4)],
        desk=Desk(2, 2.0, None, "audience", 0.9, "delete"),
        numbers=BUSY.changed({"clue": 0.6, "abusive_share": 0.5}).numbers(),
    )


def deleting_with_reasons():
    """The same with reasons, moderation from the start, and stories that live long."""
    return whole(
        followed(120, seed=9),
        [act("policy_change", 20.0, magnitude=-0.1, nature="integrity", reach=0.5)],
        desk=Desk(1, 2.0, ((10.0, 20.0), (30.0, 160.0)), "oldest", 1.0, "delete", explains=True),
        numbers=BUSY.changed({"clue": 0.6, "explained_clue": 0.6, "abusive_share": 0.4}).numbers(),
        moderation=True,
    )


def nobody_answers():
    """No desk: all complaints are ignored, talks one by one do not take place; a story that spreads is answered."""
    return whole(
        friends(120, seed=10),
        [
            act("data_misuse", 24.0, found=40.0, virality=4.0),
            act("denial", 30.0, of="data_misuse"),
            act("denial", **when("public", "spam_post"), of="data_misuse", id="no denial"),
            act("corrective_action", **when("heard", "data_misuse", 0.2, share=True), of="data_misuse"),
            act("apology", **when("heard", "data_misuse", 30, after=1.0), of="data_misuse"),
            act("personal_outreach", 50.0, reach=1.0),
        ],
        desk=Desk(0, 6.0, None, "oldest", 0.5, "good"),
        step=4.0,
    )  # fmt: skip


def a_silent_desk():
    """A desk that answers no complaint but talks to people: outreach, in office hours."""
    return whole(
        friends(120, seed=11),
        [
            act("shakeout", 30.0, reach=0.5, virality=1.0),
            act("personal_outreach", 60.0, reach=0.5, virality=1.0),
            act("personal_outreach", 244.0, reach=0.5, delay=72.0, id="late outreach"),
        ],
        desk=Desk(2, 3.0, OFFICE_HOURS, "oldest", 0.9, "none"),
        week_hour=30.0,
    )  # fmt: skip


def as_logged():
    """Answers take as long as in a log, some longer than anyone waits; the one agent is left for outreach."""
    return whole(
        friends(120, seed=12),
        [
            act("outage", 40.0, reach=0.5, virality=1.0),
            act("personal_outreach", 50.0, reach=0.5),
            act("guidelines", 90.0, reach=0.5),
            act("expert_content", **when("queue", by=1)),
        ],
        desk=Desk(1, 2.0, OFFICE_HOURS, "oldest", 0.9, "good", waits=(0.01, 0.1, 0.5, 3.0, 30.0, 60.0)),
        feedback=0.3,
    )


def promised():
    """A promise that is broken, one that is kept, and one that does not exist; outreach behind complaints."""
    return whole(
        friends(120, seed=12),
        [
            act("promise", 20.0, reach=0.7),
            act("outage", 30.0, reach=0.5),
            act("apology", 31.0, of="outage"),
            act("broken_promise", 80.0, of="promise", reach=0.4),
            act("broken_promise", 90.0, of="promise", id="once more", reach=0.4),
            act("apology", 82.0, of="broken_promise", id="too late for a promise"),
            act("promise", 100.0, id="another", reach=0.7),
            act("compensation", 110.0, of="broken_promise"),
            act("kept_promise", 130.0, of="another", reach=0.7),
            act("personal_outreach", 132.0, reach=0.4),
            act("personal_outreach", 132.0, reach=0.4, id="more outreach"),
        ],
        desk=Desk(2, 1.0, None, "oldest", 0.6, "good"),
        calendar=frozenset({"outage"}),
    )  # fmt: skip


def by_chance():
    """Hazards and voices of employees, posts on two channels; opening hours over the end of the week."""
    numbers = BUSY.changed({"employee_share": 0.1, "openness_slips": 0.05}).numbers()
    rates = MappingProxyType({"data_breach": 0.004, "outage": 0.02, "rude_reply": 0.01})
    policy = Policy(channels=2, openness=0.7, security=0.4, hazards=rates)
    struck = [*hazards(policy, KINDS, numbers, 1, 288.0), *voices(policy, KINDS, numbers, 1, 288.0)]
    on_two = MappingProxyType({"kind": "channels", "number": 2})
    return whole(
        friends(120, seed=13),
        [*struck, *posts("routine_post", 3.0, 12.0, 250.0, audience=on_two, magnitude=0.0106, reach=0.5)],
        desk=Desk(1, 2.0, ((0.0, 6.0), (20.0, 26.0), (140.0, 168.0)), "oldest", 0.7, "good"),
        numbers=numbers,
        channels=2,
        openness=0.7,
        security=0.4,
        hazards=rates,
        week_hour=150.0,
    )


def other_numbers(manner="good", seed=14):
    """Every number of the processes has another value."""
    names = [
        name
        for name, p in PARAMETERS.items()
        if BUSY[name] == p.default and p.default and name not in ("confidence", "daily_swing", "talk_rate", "own_rate")
    ]
    factors = dict(zip(names, np.linspace(0.8, 1.2, len(names)).tolist(), strict=True))
    changes = {name: min(PARAMETERS[name].most, PARAMETERS[name].default * factor) for name, factor in factors.items()}
    changes |= {"abusive_size": 0.3, "followers_highest": 0.5, "asymmetry": 3.0, "platform_trust": 0.8}
    changes |= {"cohort_share": 0.5, "cohort_expectation": 0.06, "patience_sigma": 1.5, "patience_median": 3.0}
    return whole(
        friends(120, seed=seed),
        [
            *posts("routine_post", 3.0, 12.0, 250.0, reach=0.5),
            act("data_breach", 50.0, hidden=False, found_mean=None, reach=0.5),
            act("apology", 60.0, of="data_breach"),
        ],
        desk=Desk(1, 2.0, None, "audience", 0.9, manner),
        numbers=BUSY.changed(changes).numbers(),
        step=0.5,
        days=10,
    )  # fmt: skip


def other_numbers_rude():
    """The same, rudely."""
    return other_numbers("rude", seed=15)


def without_word_of_mouth():
    """Nobody hears anything; people post, complain and are answered."""
    return whole(
        friends(120, seed=16),
        [act("shakeout", 20.0)],
        desk=Desk(1, 2.0, None, "oldest", 0.9, "good"),
        word_of_mouth=False,
    )


def only(*processes):
    """A run with some of the three processes only."""

    def run():
        left_out = frozenset({"posts", "complaints", "membership"}) - set(processes)
        desk = Desk(1, 2.0, None, "oldest", 0.9, "rude")
        return whole(friends(100, seed=17), [act("outage", 20.0, reach=0.5)], desk=desk, without=left_out, days=8)

    run.__name__ = "only_" + "_and_".join(processes)
    return run


RUNS = [
    good, scripted, rude, deleting, deleting_with_reasons, nobody_answers, a_silent_desk, as_logged, promised, by_chance,
    other_numbers, other_numbers_rude, without_word_of_mouth, only("posts"), only("complaints"), only("membership"),
    only("posts", "membership"),
]  # fmt: skip


# Any small world -----------------------------------------------------------------------------------------------------

HOUR = st.integers(0, 336).map(lambda half: half / 2)


@st.composite
def desks(draw):
    """A desk of any manner, in any opening hours."""
    times = sorted(draw(st.sets(HOUR, min_size=2, max_size=6)))
    spans = tuple(zip(times[::2], times[1::2], strict=False))
    return Desk(
        draw(st.integers(0, 3)),
        draw(st.sampled_from((0.3, 2.0, 20.0))),
        draw(st.sampled_from((None, spans))),
        draw(st.sampled_from(ORDERS)),
        draw(st.sampled_from((0.5, 1.0))),
        draw(st.sampled_from(MANNERS)),
        draw(st.booleans()),
    )


@st.composite
def whole_setups(draw):
    """A small world as in test_reference.py, with everything else that can happen."""
    setup = draw(setups())
    acts = list(setup.acts)
    promises = [one.id for one in acts if one.promises]
    for k, one in enumerate(acts):
        if one.settles and promises:
            acts[k] = one = replace(one, of=draw(st.sampled_from(promises)))
        if one.id.find(" #") < 0 and draw(st.integers(0, 3)) == 0:
            named = draw(st.sampled_from([other.id for other in acts if other.repairs is None]))
            condition = draw(
                st.sampled_from(
                    (
                        when("public", named, after=draw(st.sampled_from((0.0, 3.5)))),
                        when("trust_fell", by=draw(st.sampled_from((0.001, 0.05)))),
                        when("heard", named, draw(st.sampled_from((1, 3)))),
                        when("heard", named, 0.3, share=True),
                        when("queue", by=draw(st.integers(1, 3)), after=1.0),
                    )
                )
            )
            acts[k] = replace(one, **condition)
    often = {
        "bad_rate": draw(st.sampled_from((0.0, 0.01, 0.1))),
        "activity_median": draw(st.sampled_from((0.0, 0.02))),
        "activity_sigma": draw(st.sampled_from((0.0, 2.99))),
        "churn": draw(st.sampled_from((0.0, 0.005, 0.05))),
        "join_gain": draw(st.sampled_from((0.0, 2.0))),
        "virality_mean": draw(st.sampled_from((0.3, 2.0))),
        "advocate_distance": draw(st.sampled_from((0.0, 0.25))),
        "detractor_distance": draw(st.sampled_from((0.0, 0.25))),
        "ignored_after": draw(st.sampled_from((5.0, 24.0))),
        "bad_after_act": draw(st.sampled_from((0.1, 1.0))),
        "abusive_share": draw(st.sampled_from((0.1, 0.7))),
        "intent_to_leave": draw(st.sampled_from((0.23, 1.0))),
        "clue": draw(st.sampled_from((0.25, 1.0))),
    }
    policy = Policy(
        desk=draw(desks()),
        moderation=draw(st.booleans()),
        feedback=draw(st.sampled_from((0.0, 0.5))),
        alternatives=draw(st.sampled_from((0.0, 1.0))),
    )
    return replace(
        setup,
        acts=tuple(acts),
        numbers=setup.numbers._replace(**often),
        policy=policy,
        without=draw(st.sampled_from((frozenset(), frozenset(), frozenset({"posts"}), frozenset({"membership"})))),
        week_hour=draw(HOUR),
    )
