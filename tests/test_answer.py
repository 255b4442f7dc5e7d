"""What a comparison answers, in sentences: each says what the numbers say and no more."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from small_comparison import small_comparison

from sim.scenario.measures_named import MEASURES
from sim.show.answer import Answer, Lead, Sure, answer, expectations, sentences, verdict
from sim.show.measures_shown import shown_half
from sim.show.report.contents import three_numbers
from sim.study.comparison import Comparison
from sim.study.intervals import joint_intervals
from sim.study.summaries import best, differences

MINUS = "\N{MINUS SIGN}"
LEAD = Lead(better=94, of=100, low=6.0, middle=41.0, high=88.0, mean=41.2, error=6.0)
CLEAR = Answer(
    measure="trust_days_lost", horizon=2160.0, arms=("silence", "disclosure"), best="disclosure", other="silence",
    share_best=0.94, value=60.0, lead=LEAD, cost=12.0, sure=Sure(100, {"silence": 0.29, "disclosure": 0.71}, {})
)  # fmt: skip
FIVE = ("silence", "disclosure", "late", "denial", "fix")
BY = "By trust-days lost over 90 d,"
SIZE = "in a middle case it saves 41.0 trust-days (9 cases in 10: 6.0 to 88.0), on average 41.2 (± 6.0 from the number of runs)"
SURE = "When what is assumed is varied as well, it is best in 71 of 100 plausible cases."
CASES = {
    "a clear win": (
        CLEAR,
        [
            f"{BY} disclosure does better than silence in 94 of 100 simulated crises; {SIZE}.",
            SURE,
            "disclosure costs 12, silence nothing.",
        ],
    ),
    "how sure is left out": (
        replace(CLEAR, sure=None, cost=0.0),
        [f"{BY} disclosure does better than silence in 94 of 100 simulated crises; {SIZE}."],
    ),
    "cannot be told apart": (
        replace(CLEAR, unsure=("silence",), sure=None, cost=0.0, lead=Lead(52, 100, -30.0, 0.5, 31.0, 0.4, 3.0)),
        [
            f"{BY} disclosure and silence cannot be told apart: disclosure does better in 52 of 100 simulated crises; in a "
            f"middle case it saves 0.5 trust-days (9 cases in 10: {MINUS}30.0 to 31.0), on average 0.4 (± 3.0 from the number "
            "of runs)."
        ],
    ),
    "better in the mean, worse in a middle case": (
        replace(CLEAR, unsure=("silence",), sure=None, cost=0.0, lead=Lead(40, 100, -30.0, -2.0, 90.0, 4.0, 9.0)),
        [
            f"{BY} disclosure and silence cannot be told apart: disclosure does better in 40 of 100 simulated crises; in a "
            f"middle case it loses 2.0 trust-days more (9 cases in 10: {MINUS}30.0 to 90.0), on average 4.0 (± 9.0 from the "
            "number of runs)."
        ],
    ),
    "the reference is best": (
        replace(CLEAR, best="silence", other="disclosure", cost=0.0, cost_other=12.0, sure=None),
        [
            f"{BY} nothing does better than silence, the reference: it beats disclosure, the next best, in 94 of 100 simulated "
            f"crises; {SIZE}.",
            "silence costs nothing, 12 less than disclosure.",
        ],
    ),
    "best of five": (
        replace(CLEAR, arms=FIVE, sure=None, cost=12.0, cost_other=2.0),
        [
            f"{BY} disclosure does better than silence in 94 of 100 simulated crises; {SIZE}.",
            "Among all 5 responses disclosure is best in 94 of 100, and every other is told apart from it.",
            "disclosure costs 12, 10 more than silence.",
        ],
    ),
    "best of five, but not told apart from two": (
        replace(CLEAR, arms=FIVE, share_best=0.415, unsure=("late", "fix"), same=("denial",), sure=None, cost=0.0),
        [
            f"{BY} disclosure does better than silence in 94 of 100 simulated crises; {SIZE}.",
            "Among all 5 responses disclosure is best in 41.5 of 100, and cannot be told apart from late and fix by these "
            "runs; denial comes out the same, run by run.",
        ],
    ),
    "another is best more often when what is assumed is varied": (
        replace(CLEAR, cost=0.0, sure=Sure(100, {"silence": 0.6, "disclosure": 0.4}, {})),
        [
            f"{BY} disclosure does better than silence in 94 of 100 simulated crises; {SIZE}.",
            "When what is assumed is varied as well, it is best in 40 of 100 plausible cases, silence in 60.",
        ],
    ),
    "the same": (
        replace(CLEAR, same=("silence",)),
        [f"{BY} all 2 responses come out the same, run by run."],
    ),
    "one arm": (
        replace(CLEAR, arms=("silence",), best="silence", other=None, lead=Lead(0, 30, 80.0, 100.0, 130.0, 101.2, 5.0)),
        [
            f"{BY} silence comes to 100.0 points × days in a middle case (9 cases in 10: 80.0 to 130.0), on average 101.2 "
            "(± 5.0 from the number of runs); there is nothing to compare it with."
        ],
    ),
    "another measure, more is better": (
        replace(CLEAR, measure="floor", sure=None, cost=0.0, lead=Lead(9, 10, -0.2, 1.5, 2.5, 1.4, 0.3)),
        [
            "By lowest trust over 90 d, disclosure does better than silence in 9 of 10 simulated crises; in a middle case its "
            f"lowest trust is 1.50 points higher (9 cases in 10: {MINUS}0.20 to 2.50), on average 1.40 (± 0.30 from the number "
            "of runs)."
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_the_sentences_say_what_the_numbers_say(case: str) -> None:
    found, expected = CASES[case]
    assert sentences(found) == expected


def test_the_three_numbers_are_kept_apart() -> None:
    """The range of one crisis, the mean with its error, the share of plausible cases: each once, with its own words."""
    numbers = {one.name: one for one in three_numbers(CLEAR)}
    assert {name: one.number for name, one in numbers.items()} == {
        "One crisis": "6.0 to 88.0",
        "The mean": "41.2 ± 6.0",
        "The ranking": "71 of 100",
    }
    assert "more runs do not narrow it" in numbers["One crisis"].meaning
    assert "more runs narrow it" in numbers["The mean"].meaning
    assert "better evidence" in numbers["The ranking"].meaning
    left_out = {one.name: one for one in three_numbers(replace(CLEAR, sure=None))}["The ranking"]
    assert left_out.number == "not looked at" and "--quick" in left_out.meaning


def made_up(values: dict[str, list[float]], cost: dict[str, float] | None = None) -> Comparison:
    """A comparison that has these trust-days lost, run by run; made by the project's own tables."""

    arms = list(values)
    by_arm = {
        arm: pd.DataFrame(dict.fromkeys(MEASURES, values[arm])).assign(cost=(cost or {}).get(arm, 0.0)) for arm in arms
    }
    n = len(values[arms[0]])
    rows = [
        {"replicate": k, "arm": arm, **{name: by_arm[arm][name][k] for name in MEASURES}}
        for k in range(n)
        for arm in arms
    ]
    fake = SimpleNamespace(
        arms=arms,
        reference=arms[0],
        horizon=240.0,
        n_replicates=n,
        level=0.95,
        how_sure=None,
        replicates=pd.DataFrame(rows),
        measures=pd.DataFrame({arm: frame.mean() for arm, frame in by_arm.items()}).T,
        differences=differences(by_arm, arms, 0.95),
        best=best(by_arm, arms),
    )
    return fake  # type: ignore[return-value]


NOISE = [0.1, -0.1, 0.0, 0.1, -0.1, 0.0, 0.1, -0.1]
SWING = [3.0, -3.0, 2.9, -2.9, 3.1, -3.0, 3.2, -2.5]


def test_the_lead_is_that_of_the_paired_differences() -> None:
    """gain = old - new, run by run: its count above 0, its 5, 50 and 95 % quantiles, its mean, half its interval."""
    values = {"old": [30.0 + x for x in SWING], "new": [20.0 + x for x in NOISE]}
    found = answer(made_up(values, cost={"new": 7.0}))
    assert found is not None
    gain = np.array(values["old"]) - np.array(values["new"])
    _, low, high = joint_intervals(gain[:, None])
    expected = Lead(8, 8, *np.quantile(gain, [0.05, 0.5, 0.95]), gain.mean(), (high[0] - low[0]) / 2)
    assert (found.best, found.other, found.cost, found.cost_other) == ("new", "old", 7.0, 0.0)
    np.testing.assert_allclose(list(vars(found.lead).values()), list(vars(expected).values()), rtol=1e-12)


def test_arms_that_cannot_be_told_apart_are_said_to_be_so() -> None:
    """Paired differences of mean .1 and sd 3: the interval holds 0."""
    found = made_up({"old": [30.0] * 8, "new": [29.9 + x for x in SWING]})
    best = answer(found)
    assert best is not None and len(best.unsure) == 1
    assert "cannot be told apart" in verdict(found)
    assert "does better than" not in verdict(found)


def test_an_arm_is_held_against_the_reference_or_the_next_best() -> None:
    noisy = {"a": [30 + x for x in NOISE], "b": [20 + x for x in NOISE[::-1]], "c": [10.0] * 8}
    found = answer(made_up(noisy))
    assert found is not None and (found.best, found.other, found.unsure) == ("c", "a", ())
    found = answer(made_up({"c": noisy["c"], "a": noisy["a"], "b": noisy["b"]}))
    assert found is not None and (found.best, found.other) == ("c", "b")


def test_arms_that_are_the_same_are_said_to_be_the_same() -> None:
    text = verdict(made_up({"a": [1.0, 2.0, 3.0], "b": [1.0, 2.0, 3.0]}))
    assert text == "By trust-days lost over 10 d, all 2 responses come out the same, run by run."


def test_without_values_nothing_is_said() -> None:
    text = verdict(made_up({"a": [np.nan] * 3, "b": [np.nan] * 3}))
    assert text == "By trust-days lost over 10 d, nothing can be said: no arm has a value in two runs."


def test_half_a_width_keeps_one_figure() -> None:
    halves = [("trust_days_lost", 6.04), ("trust_days_lost", 0.012), ("cost", 0.0), ("share_regained", 0.004)]
    assert [shown_half(*half) for half in halves] == ["6.0", "0.01", "0", "0.4"]


def test_an_expectation_is_met_when_the_means_say_so() -> None:
    """`lower` below `higher` on the means over runs, as the comparison itself judges them."""
    both = small_comparison()
    assert [met for met, _ in expectations(both)] == [met for _, met in both.met()]
    turned = replace(both, measures=-both.measures)
    assert [met for met, _ in expectations(turned)] == [not met for _, met in both.met()]
