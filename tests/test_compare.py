"""Comparisons: arms on common draws, paired differences, joint intervals."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pandas as pd
import pytest

import sim
from sim.errors import RippleError
from sim.scenario.measures_named import MEASURES
from sim.study.compare import replicate_seeds
from sim.study.intervals import joint_intervals
from sim.study.summaries import best, differences
from sim.world import draws

SMALL = {"users": 300, "horizon": "30 d", "replicates": 6, "changes": {"floor": "42 points"}}


@pytest.fixture(scope="module")
def both() -> sim.Comparison:
    return sim.compare("data-breach", seed=1, **SMALL)


def test_the_tables_hold_every_arm_and_measure(both):
    """Arms in the order of the file, measures in the order of MEASURES, one row per replicate and arm."""
    assert list(both.measures.index) == both.arms == list(both.scenario.arms)
    assert list(both.measures.columns) == list(MEASURES)
    assert len(both.replicates) == 6 * len(both.arms) and both.n_replicates == 6
    assert both.reference == "silence"
    for name in MEASURES:
        by_hand = both.replicates.groupby("arm")[name].mean()
        assert both.measures[name].to_dict() == pytest.approx(by_hand.to_dict(), nan_ok=True)


def test_differences_are_paired(both):
    """The difference of an arm is the mean over replicates of arm minus reference, inside its interval."""
    wide = both.replicates.pivot(index="replicate", columns="arm", values="trust_days_lost")
    for row in both.differences.query("measure == 'trust_days_lost'").itertuples():
        gap = wide[row.arm] - wide["silence"]
        assert row.difference == pytest.approx(gap.mean()) and row.low <= row.difference <= row.high
        assert row.better == pytest.approx((gap < 0).mean())


def test_pairing_saves_variance(both):
    """1 - var(difference) / (var(arm) + var(reference)): common draws take away most of it."""
    saved = both.differences.query("measure == 'trust_days_lost' and arm == 'disclosure'")["variance_saved"].item()
    assert 0.5 < saved <= 1.0


def test_shares_of_being_best_sum_to_one(both):
    """Ties are split."""
    assert both.best.sum().to_numpy() == pytest.approx(np.ones(len(MEASURES)), nan_ok=True)


def test_an_arm_without_a_value_stands_aside():
    """Waiting has no value where nobody is answered: that arm has no difference and is never best, the others do.

    Waits of 2, 4, 6 against 3, 4, 5 with one missing: best in 1.5 of the 3 runs each, differences over the pairs.
    """
    nan = math.nan
    waits = {"a": [2.0, 4.0, 6.0, nan], "none": [nan] * 4, "b": [3.0, 4.0, 5.0, nan]}
    by_arm = {arm: pd.DataFrame(dict.fromkeys(MEASURES, values)) for arm, values in waits.items()}
    rows = differences(by_arm, list(waits), 0.95).query("measure == 'waiting'")
    assert list(rows["arm"]) == ["b"] and rows["difference"].item() == 0.0
    assert best(by_arm, list(waits))["waiting"].to_dict() == {"a": 0.5, "none": 0.0, "b": 0.5}


def test_an_arm_against_itself_is_exactly_zero_everywhere():
    """Two arms with the same acts differ in no bit: no difference, no account, no loss, no regret, ties split."""
    scenario = sim.load("data-breach").resolved()
    scenario["expect"], scenario["lesson"] = [], []
    scenario["arms"] = {"one": scenario["arms"]["disclosure"], "two": scenario["arms"]["disclosure"]}
    twins = sim.compare(scenario, seed=2, **{**SMALL, "replicates": 3})
    exact = ["difference", "low", "high", "middle", "q05", "q95"]
    for table in (twins.differences, twins.against("two")):
        assert len(table) >= len(MEASURES) - 2
        assert (table[exact] == 0.0).all(axis=None) and (table["same"] == 1.0).all() and (table["better"] == 0.0).all()
    assert (twins.best == 0.5).all(axis=None)
    assert (twins.book("two", minus="one")[["trust", "low", "high"]] == 0.0).all(axis=None)
    paired = ["difference", "difference_low", "difference_high"]
    assert (twins.lost[paired] == 0.0).all(axis=None) and (twins.effects_by_hop[paired] == 0.0).all(axis=None)
    assert (twins.user_losses["one"] == twins.user_losses["two"]).all()
    assert twins.frontier["efficient"].all() and (twins.frontier["saved"] == 0.0).all()
    sure = twins.how_sure.chances().dropna()
    assert (sure["best"] == 0.5).all() and (sure[["regret", "regret_low", "regret_high"]] == 0.0).all(axis=None)
    assert not twins.how_sure.hangs_on()["hangs"].any()


def test_a_replicate_is_a_run_with_its_seed(both):
    """The seed in the table gives the run again, bit for bit."""
    first = both.replicates.query("replicate == 3 and arm == 'denial'").iloc[0]
    seeds = replicate_seeds(both.scenario, 1, 3)
    again = sim.run("data-breach", arm="denial", seed=seeds, users=300, horizon="30 d")
    floor = again.series["trust"].rolling(24).mean().min()
    assert 100 * floor == pytest.approx(first["floor"], abs=1e-9)


def test_the_result_does_not_depend_on_workers(both):
    """One thread or three: the same tables, bit for bit."""
    alone = sim.compare("data-breach", seed=1, workers=1, **SMALL)
    threads = sim.compare("data-breach", seed=1, workers=3, **SMALL)
    for one in (alone, threads):
        pd.testing.assert_frame_equal(one.how_sure.runs, both.how_sure.runs, check_exact=True)
    for name in ("replicates", "measures", "differences", "bands", "ledger", "hops", "accounts", "losses"):
        pd.testing.assert_frame_equal(getattr(alone, name), getattr(threads, name), check_exact=True)
        pd.testing.assert_frame_equal(getattr(alone, name), getattr(both, name), check_exact=True)


def test_bands_hold_the_mean_and_the_gap_to_the_twin(both):
    """At the start all arms stand where their twin stands."""
    start = both.bands.query("hour == 0")
    assert (start["gap_mean"] == 0.0).all() and start["mean"].nunique() == 1
    assert ((both.bands["q05"] <= both.bands["q50"]) & (both.bands["q50"] <= both.bands["q95"])).all()


def test_what_does_not_vary_is_the_same_in_every_replicate():
    """With vary: [events] all replicates share the network and the people."""
    scenario = sim.load("data-breach").changed({"vary": ["events"], "network.users": 200})
    seeds = [replicate_seeds(scenario, 1, k) for k in range(3)]
    assert len({s.network for s in seeds}) == len({s.people for s in seeds}) == 1
    assert len({s.events for s in seeds}) == 3


def test_a_comparison_is_saved_whole(both, tmp_path):
    """Tables, scenario, provenance and the first run of every arm."""
    both.save(tmp_path / "out")
    back = pd.read_parquet(tmp_path / "out" / "replicates.parquet")
    pd.testing.assert_frame_equal(back, both.replicates, check_exact=True)
    assert sim.open_run(tmp_path / "out" / "runs" / "denial").series.equals(both.examples["denial"].series)
    with pytest.raises(RippleError, match="not empty"):
        both.save(tmp_path / "out")


def test_a_comparison_opened_from_disk_is_as_good_as_the_one_saved(both, tmp_path):
    """Every table bit for bit, the scenario, the first runs, warnings and provenance."""
    both.save(tmp_path / "out")
    back = sim.open_comparison(tmp_path / "out")
    for item in dataclasses.fields(sim.Comparison):
        was, now = getattr(both, item.name), getattr(back, item.name)
        if isinstance(was, pd.DataFrame):
            pd.testing.assert_frame_equal(now, was, check_exact=True)
        elif item.name == "how_sure":
            pd.testing.assert_frame_equal(now.points, was.points, check_exact=True)
            pd.testing.assert_frame_equal(now.runs, was.runs, check_exact=True)
        elif item.name != "examples":
            assert now == was, item.name
    assert list(back.examples) == both.arms
    pd.testing.assert_frame_equal(back.frontier, both.frontier, check_exact=True)
    assert back.examples["denial"].users.equals(both.examples["denial"].users)
    with pytest.raises(RippleError, match="holds no comparison"):
        sim.open_comparison(tmp_path / "out" / "runs" / "denial")
    (tmp_path / "out" / "bands.parquet").unlink()
    with pytest.raises(RippleError, match=r"bands\.parquet is missing"):
        sim.open_comparison(tmp_path / "out")


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ({"replicates": 1}, "replicates: 1 is too few"),
        ({"replicates": "ten"}, "not a whole number"),
        ({"arms": ["silence", "denail"]}, "did you mean 'denial'"),
        ({"arms": ["denial", "denial"]}, "once"),
    ],
)
def test_what_does_not_fit_is_one_clear_error(words, text):
    """A RippleError that names the value."""
    with pytest.raises(RippleError, match=text):
        sim.compare("data-breach", **words)


def test_a_horizon_too_short_after_the_latest_act_is_warned_of():
    """The breach is found on day 15: 18 days of horizon leave 3."""
    short = sim.compare("data-breach", replicates=2, users=200, horizon="18 d")
    assert any("horizon ends 3 days after the latest act" in text for text in short.warnings)


def test_joint_intervals_hold_together():
    """Five correlated differences of mean 0, eight replicates: all inside in 95 % of 400 cases (z < 4.9), each wider
    than a single t interval."""
    rng = draws.generator(7, "test")
    cases, inside = 400, 0
    root = np.linalg.cholesky(0.6 + 0.4 * np.eye(5))
    for _ in range(cases):
        _, low, high = joint_intervals(rng.standard_normal((8, 5)) @ root.T)
        inside += bool(((low <= 0) & (high >= 0)).all())
    assert abs(inside - 0.95 * cases) < 4.9 * math.sqrt(cases * 0.95 * 0.05)


def test_a_single_interval_is_students():
    """One difference over 10 replicates: half width 2.262 sd / sqrt(10), the quantile found by drawing to 1 %."""
    sample = draws.generator(1, "test").standard_normal((10, 1))
    mean, low, high = joint_intervals(sample)
    assert (high - low)[0] / 2 == pytest.approx(2.262157 * sample.std(ddof=1) / math.sqrt(10), rel=0.01)
    assert (low + high)[0] / 2 == pytest.approx(mean[0])
