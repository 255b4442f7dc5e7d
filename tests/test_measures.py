"""Decision measures on made-up courses of trust, where each can be worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

import sim
from sim.scenario.measures_named import MEASURES
from sim.scenario.parameters import Parameters
from sim.study.measures import Trace, measures, ripple_multipliers

P = Parameters().numbers()
HOURS = 24 * 60
DOINGS = {
    "followers_start": 60,
    "followers_end": 60,
    "complaints": 0,
    "answered": 0,
    "waiting": math.nan,
    "posts_positive": 0,
    "posts_negative": 0,
}


def course(trust: np.ndarray, users: np.ndarray | None = None, **changes) -> Trace:
    """A trace with this mean trust by hour, and the time means of single users."""
    users = np.full(100, trust.mean(), np.float32) if users is None else users
    fields = {"heard": 0, "direct": 0.0, "spread": 0.0, "cost": 0.0, "follows": np.ones(len(users), bool), **DOINGS}
    return Trace(step=1.0, trust=trust, mean_trust=users, n_users=len(users), **{**fields, **changes})


def dip(depth: float, start: int, healing: float) -> np.ndarray:
    """Trust .5 that falls at once at `start` and comes back exponentially, by hour."""
    hours = np.arange(HOURS + 1)
    return 0.5 - np.where(hours >= start, depth * np.exp(-(hours - start) / healing), 0.0)


STILL = course(np.full(HOURS + 1, 0.5))


def test_every_measure_is_named_and_has_a_value():
    """The measures of a run are those that MEASURES explains, in its order."""
    assert list(measures(STILL, STILL, P)) == list(MEASURES)


def test_a_run_against_itself_loses_nothing():
    """Exactly zero, and what was never lost counts as regained at once."""
    found = measures(STILL, STILL, P)
    assert found["trust_days_lost"] == found["floor_gap"] == found["worst_loss"] == found["regained_hours"] == 0.0
    assert found["share_regained"] == 1.0 and math.isnan(found["ripple"])


def test_trust_days_are_the_integral_of_the_gap():
    """.1 exp(-t / 240 h) over the rest of the horizon: 10 points x 10 d (1 - exp(-t/240)); trapezoid + half a step."""
    found = measures(course(dip(0.1, 240, 240.0)), STILL, P)
    exact = 10 * 10 * (1 - math.exp(-(HOURS - 240) / 240))
    assert found["trust_days_lost"] == pytest.approx(exact + 10 * 0.5 / 24, rel=1e-4)


def test_the_floor_is_the_lowest_day_and_its_gap():
    """Mean over 24 hourly values: .5 - .1 (1 - x^24) / (24 (1 - x)), x = exp(-1/240)."""
    x = math.exp(-1 / 240)
    mean = 0.1 * (1 - x**24) / (24 * (1 - x))
    found = measures(course(dip(0.1, 240, 240.0)), STILL, P)
    assert found["floor"] == pytest.approx(100 * (0.5 - mean), rel=1e-9)
    assert found["floor_gap"] == pytest.approx(100 * mean, rel=1e-9)


def test_regained_is_when_the_gap_stays_under_a_tenth():
    """The gap is a tenth of its largest after 240 ln 10 = 552.6 h: hour 240 + 553."""
    found = measures(course(dip(0.1, 240, 240.0)), STILL, P)
    assert (found["regained_hours"], found["share_regained"]) == (793.0, 1.0)


def test_a_relapse_within_72_hours_starts_the_clock_again():
    """A gap that jumps back for an hour 50 h later counts from after the jump."""
    trust = dip(0.1, 240, 240.0)
    trust[843] = 0.4
    assert measures(course(trust), STILL, P)["regained_hours"] == 844.0


def test_what_is_not_regained_counts_up_to_the_horizon():
    """A loss that stays is censored at the horizon."""
    found = measures(course(dip(0.1, 240, 1e9)), STILL, P)
    assert (found["regained_hours"], found["share_regained"]) == (float(HOURS), 0.0)


def test_the_worst_off_are_the_five_in_a_hundred_who_lost_most():
    """Users lost 0 .. 99 thousandths: the mean of the top five is 97 thousandths, 9.7 points."""
    users = np.float32(0.5) - np.arange(100, dtype=np.float32) / 1000
    found = measures(course(STILL.trust, users), STILL, P)
    assert found["worst_loss"] == pytest.approx(9.7, abs=1e-4)


def test_a_story_heard_by_more_than_a_tenth_is_a_storm():
    """10 of 100 hearers are no storm, 11 are."""
    shares = [(measures(course(STILL.trust, heard=k), STILL, P)) for k in (10, 11)]
    assert [(m["largest_story"], m["storm"]) for m in shares] == [(0.1, 0.0), (0.11, 1.0)]


def test_trust_at_the_end_is_the_mean_of_the_last_day():
    """24 hourly values of .5 - .01 k, k = 0 .. 23, after a course of .9: 50 - 11.5 points."""
    trust = np.concatenate([np.full(HOURS - 23, 0.9), 0.5 - 0.01 * np.arange(24)])
    assert measures(course(trust), STILL, P)["trust_end"] == pytest.approx(38.5, abs=1e-9)


def test_followers_are_lost_against_the_twin_and_over_those_at_the_start():
    """The twin ends with 63 of 60, the run with 54: 9 / 60; 54 of 100 users follow. Nobody to lose: 0."""
    twin = course(STILL.trust, followers_end=63)
    found = measures(course(STILL.trust, followers_end=54), twin, P)
    assert (found["followers_lost"], found["followers_end"]) == (0.15, 0.54)
    assert measures(course(STILL.trust, followers_start=0, followers_end=0), twin, P)["followers_lost"] == 0.0


def test_complaints_without_an_answer_are_counted_over_those_opened():
    """8 opened by 100 users, 3 answered after 2.5 h: 80 per 1,000, 5 / 8 without an answer. None opened: 0, no wait."""
    found = measures(course(STILL.trust, complaints=8, answered=3, waiting=2.5), STILL, P)
    assert (found["complaints"], found["complaints_unanswered"], found["waiting"]) == (80.0, 0.625, 2.5)
    none = measures(STILL, STILL, P)
    assert (none["complaints"], none["complaints_unanswered"]) == (0.0, 0.0) and math.isnan(none["waiting"])


def test_negative_posts_are_a_share_of_those_with_an_opinion():
    """1 of 4; no value where nobody posted."""
    assert measures(course(STILL.trust, posts_positive=3, posts_negative=1), STILL, P)["posts_negative"] == 0.25
    assert math.isnan(measures(STILL, STILL, P)["posts_negative"])


def test_the_measures_of_what_users_do_are_those_of_the_series():
    """A run against its own twin, worked out from the series that it leaves: nobody follows less, all else as counted."""
    both = sim.compare("data-breach", arms=["silence"], replicates=2, users=500, horizon="40 d", seed=1)
    series, found = both.examples["silence"].series, both.replicates.iloc[0]
    end = series.iloc[-1]
    assert end["complaints_opened"] > 0 and end["complaints_answered"] > 0
    assert found["complaints"] == 2.0 * end["complaints_opened"]
    assert found["complaints_unanswered"] == 1 - end["complaints_answered"] / end["complaints_opened"]
    assert found["waiting"] == end["waiting_hours"]
    assert found["followers_end"] == end["followers"] / 500
    assert found["trust_end"] == pytest.approx(100 * series["trust"].iloc[-24:].mean(), abs=1e-9)


def test_without_hearsay_the_ripple_is_the_direct_account():
    """A story that nobody can pass on (virality 0) multiplies by exactly 1, in the books and by knock-out."""
    quiet = {"timeline.breach.virality": 0, "without": ["posts", "complaints", "membership"]}
    table = ripple_multipliers("data-breach", users=200, horizon="20 d", changes=quiet)
    assert list(table["act"]) == ["breach"]
    assert table.loc[0, "books"] == 1.0 and table.loc[0, "knockout"] == 1.0


def test_the_ripple_multiplier_exceeds_one_where_people_talk():
    """The books add what was heard to what was met; the knock-out compares two runs: both say more than 1."""
    table = sim.ripple_multipliers("data-breach", users=500, horizon="40 d")
    assert (table[["books", "knockout"]] > 1.0).all(axis=None)
    assert table.loc[0, "spread"] == pytest.approx(table.loc[0, "books"] * table.loc[0, "direct"])
