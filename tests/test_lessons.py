"""Lessons: what a file may say, that the answers are measured in the runs, and that what lessons claim comes out."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest

import sim
from sim.dynamics.setup import Seeds
from sim.errors import RippleError
from sim.scenario.lesson_measures import LESSON_MEASURES
from sim.scenario.lessons import Predict
from sim.scenario.scenario import library, load
from sim.show.replay.answers import Measured, keys_shown, lesson_of, shown_in_lesson
from sim.show.replay.recording import Recording, record
from sim.study.request import Request, request

LESSONS = sorted(name for name in library() if load(name).lesson)
SMALL = {
    "ripple": 1, "name": "small", "network": {"users": 200}, "horizon": "20 d",
    "timeline": [{"act": "outage", "id": "failure", "at": "3 d", "reach": "50 %", "virality": 3}],
    "arms": {"silence": [], "sorry": [{"act": "apology", "of": "failure", "after": "2 h"}]},
}  # fmt: skip


def predict_of(measure: str, arm: str = "silence", at: float | None = None) -> Predict:
    return Predict(measure, "", (arm,), "", at)


@cache
def seen(name: str) -> tuple[Request, Recording]:
    asked = request(name)
    return asked, record(asked, shown_in_lesson(asked), Seeds.of(1), most_frames=2)


def test_there_are_lessons_on_the_eight_subjects() -> None:
    assert {
        "bad-is-stronger", "friends-of-friends", "hub-or-edge", "reply-speed", "data-breach", "deleted-critic",
        "wound-and-scar", "snowball",
    } <= {*LESSONS}  # fmt: skip
    for name in LESSONS:
        scenario = load(name)
        assert "educator" in scenario.readers and scenario.network.users is not None
        assert scenario.network.users <= 2000 and len(scenario.lesson) >= 3
        assert all(step.look and step.reveal and step.question.endswith("?") for step in scenario.lesson)
        assert not any(any(c.isdigit() for c in step.reveal) for step in scenario.lesson), (
            "an answer is measured, not written"
        )


# name -> what each answer is on the default seed: the arm, or the limits between which the number lies
CLAIMS: dict[str, list[str | tuple[float, float]]] = {
    "bad-is-stronger": ["a mean act", (2, 5), (3, 15)],
    "friends-of-friends": [(20, 80), (20, 80), (1.2, 3)],
    "hub-or-edge": ["the hundred hubs", (40, 90), (1.5, 20)],
    "wound-and-scar": ["it lies", (5, 30), (55, 85)],
    "data-breach": ["disclosure within an hour", (1.5, 4), (5, 40)],
    "reply-speed": ["thirty agents, minutes", (6, 24), (1.3, 3)],
    "deleted-critic": ["left standing", "left standing and answered", (1.3, 3)],
    "snowball": [(2, 25), "ordinary people, a catching story", (60, 100)],
}


@pytest.mark.parametrize("name", LESSONS)
def test_what_a_lesson_claims_comes_out_on_the_default_seed(name: str) -> None:
    asked, recording = seen(name)
    steps = lesson_of(asked, Seeds.of(1), recording.panels)
    for step, claim in zip(steps, CLAIMS[name], strict=True):
        p = step["predict"]
        if isinstance(claim, str):
            assert p["kind"] == "choice" and p["choices"][p["answer"]] == claim, step["question"]
        else:
            assert p["kind"] == "number" and claim[0] <= p["answer"] <= claim[1], (step["question"], p["answer"])


def test_friends_of_friends_are_more_than_friends() -> None:
    """The reveal says so."""
    asked, recording = seen("friends-of-friends")
    known = Measured(asked, Seeds.of(1), recording.panels, recording.panels[0].engine.world)
    friend, far = (known.value("told", predict_of(name)) for name in ("told_by_friend", "told_far"))
    assert far > friend > 0


def test_answers_are_the_measures_of_the_comparison_of_those_runs() -> None:
    """A decision measure in a lesson = `sim.study.measures` of the run against its twin under the same seed."""
    steps = [{"question": "?", "predict": {"measure": m, "arm": "sorry"}} for m in ("floor", "trust_days_lost")]
    asked = request({**SMALL, "lesson": steps})
    recording = record(asked, shown_in_lesson(asked), Seeds.of(3))
    told = lesson_of(asked, Seeds.of(3), recording.panels)
    run, quiet = (
        sim.run(source, arm="sorry", seed=3) for source in (SMALL, {**SMALL, "timeline": [], "arms": {"sorry": []}})
    )
    trust = run.series["trust"].to_numpy()
    floor = 100 * np.convolve(trust, np.ones(24) / 24, "valid").min()
    assert told[0]["predict"]["answer"] == round(floor, 1)  # as it is shown: one decimal
    gap = 100 * (quiet.series["trust"].to_numpy() - trust)
    days = np.sum(gap[1:] + gap[:-1]) / 2 / 24  # trapezes of an hour
    assert told[1]["predict"]["answer"] == pytest.approx(days, abs=0.05 + 1e-9) and days > 1
    assert told[1]["predict"]["unit"] == "points x days"


def test_measures_of_a_moment_are_those_of_that_hour() -> None:
    """trust(at) = 100 x series.trust at that hour; gap = twin - run there."""
    asked = request(
        {**SMALL, "lesson": [{"question": "?", "predict": {"measure": "gap", "arm": "silence", "at": "6 d"}}]}
    )
    recording = record(asked, shown_in_lesson(asked), Seeds.of(1))
    known = Measured(asked, Seeds.of(1), recording.panels, recording.panels[0].engine.world)
    run = sim.run(SMALL, arm="silence", seed=1)
    trust = known.value("silence", predict_of("trust", at=144.0))
    assert trust == pytest.approx(100 * run.series["trust"].loc[144.0], abs=1e-9)
    twin = next(panel for panel in recording.panels if panel.key.endswith("quiet"))
    frame = list(recording.hours).index(144.0)
    there = 100 * float(twin.series["trust"][frame])
    assert known.value("silence", predict_of("gap", at=144.0)) == pytest.approx(there - trust, abs=1e-4)  # f4


@pytest.mark.parametrize("measure", sorted(LESSON_MEASURES))
def test_every_measure_of_lessons_can_be_asked_for(measure: str) -> None:
    at = 144.0 if LESSON_MEASURES[measure].of_a_moment else None
    asked = request(SMALL)
    world = asked.world(Seeds.of(1))
    panels = small_panels()
    value = Measured(asked, Seeds.of(1), panels, world).value("silence", predict_of(measure, at=at))
    assert math.isfinite(value) or measure in ("waiting", "posts_negative", "opinions_passed_on", "below_floor")


@cache
def small_panels():
    asked = request({**SMALL, "lesson": [{"question": "?", "predict": {"measure": "floor", "arm": "silence"}}]})
    return record(asked, shown_in_lesson(asked), Seeds.of(1)).panels


def test_a_step_shows_what_it_compares_unless_it_says_otherwise() -> None:
    one = {"question": "?", "predict": {"measure": "floor", "arm": "sorry"}}
    two = {"question": "?", "predict": {"measure": "floor", "which": "lowest"}}
    three = {**one, "show": ["silence", "quiet"]}
    asked = request({**SMALL, "lesson": [one, two, three]})
    shown = [keys_shown(asked, step) for step in asked.scenario.lesson]
    assert shown == [["sorry, quiet", "sorry"], ["silence", "sorry"], ["silence", "silence, quiet"]]
    keys = [one.key for one in shown_in_lesson(asked)]
    assert sorted(keys) == ["silence", "silence, quiet", "sorry", "sorry, quiet"]


def test_a_lesson_survives_being_written_out_and_read_again() -> None:
    scenario = load("wound-and-scar")
    assert load(scenario.resolved()).lesson == scenario.lesson


def test_a_lesson_can_be_changed_by_path() -> None:
    changed = load("wound-and-scar").changed({"lesson[1].question": "How much is left?"})
    assert changed.lesson[1].question == "How much is left?"
    assert load("wound-and-scar").changed({"lesson": None}).lesson == ()


def test_a_lesson_that_does_not_go_with_a_change_is_left_out():
    """A step about an arm or an hour that is gone: the scenario runs without the lesson; its own mistakes are told."""
    found = sim.load("data-breach").changed({"expect": None})
    assert len(found.lesson) > 1
    assert found.changed({"arms.late-disclosure": None}).lesson == ()
    assert len(found.changed({"brand.trust": "50 points"}).lesson) == len(found.lesson)
    with pytest.raises(RippleError, match="lesson"):
        found.changed({"lesson[0].predict.which": None})
    mine = {"ripple": 1, "extends": "data-breach", "horizon": "14 d", "expect": [], "arms": {"late-disclosure": None}}
    assert sim.load(mine).lesson == ()
