"""What an analysis says of functions whose indices, effects and noise are known on paper."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from sim.errors import RippleError
from sim.study.analysis.analysis import DESIGNS, analyse
from sim.study.analysis.noise import parts
from sim.study.analysis.ranking import ranking
from sim.study.design import Factor, grid, latin_hypercube, morris, one_at_a_time, saltelli, sobol
from sim.world import draws

PI = math.pi
ANGLES = [Factor(f"x{k}", -PI, PI) for k in (1, 2, 3)]
# Ishigami & Homma 1990 with a = 7, b = .1: V = a^2/8 + b pi^4/5 + b^2 pi^8/18 + 1/2
V1, V2, V13 = 0.5 * (1 + 0.1 * PI**4 / 5) ** 2, 49 / 8, 0.01 * PI**8 * (1 / 18 - 1 / 50)
V = V1 + V2 + V13
FIRST = {"x1": V1 / V, "x2": V2 / V, "x3": 0.0}
TOTAL = {"x1": (V1 + V13) / V, "x2": V2 / V, "x3": V13 / V}


def ishigami(points: pd.DataFrame) -> np.ndarray:
    x1, x2, x3 = (points[name].to_numpy() for name in ("x1", "x2", "x3"))
    return np.sin(x1) + 7 * np.sin(x2) ** 2 + 0.1 * x3**4 * np.sin(x1)


def frame_of(
    points: pd.DataFrame,
    function: Callable[[pd.DataFrame], np.ndarray],
    replicates: int = 1,
    luck: float = 0.0,
    interplay: float = 0.0,
    arm: str = "as-is",
    seed: int = 1,
) -> pd.DataFrame:
    """The frame of a sweep of a function, with normal noise: one draw for a replicate, one for each run."""
    noise = draws.generator(seed, f"noise of {arm}")
    truth = function(points)
    tables = []
    for replicate in range(replicates):
        value = truth + luck * noise.standard_normal() + interplay * noise.standard_normal(len(truth))
        tables.append(points.reset_index().assign(iteration=replicate, arm=arm, y=value))
    frame = pd.concat(tables, ignore_index=True)
    frame.insert(0, "RunId", range(len(frame)))
    return frame


# --- Sobol ------------------------------------------------------------------------------------------------------------


def test_indices_of_ishigami_lie_within_their_intervals() -> None:
    """First: .314, .442, 0; total: .558, .442, .244 (Ishigami & Homma 1990); intervals at twice their 95 % width (z = 3.9)."""
    points = saltelli(ANGLES, 1024, 1)
    table = analyse(frame_of(points, ishigami), ANGLES, "sobol", "y").indices.set_index("factor")
    for name in FIRST:
        for kind, truth in (("first", FIRST), ("total", TOTAL)):
            half = table.loc[name, f"{kind}_high"] - table.loc[name, kind]
            assert abs(table.loc[name, kind] - truth[name]) < 2 * half, (name, kind)
            assert half < 0.1
    assert list(table.index) == ["x1", "x2", "x3"], "by total"


def test_without_noise_the_indices_are_those_of_salib() -> None:
    """Equal to round-off for one replicate."""
    from SALib.analyze import sobol as salib

    points = saltelli(ANGLES, 256, 3)
    frame = frame_of(points, ishigami)
    ours = analyse(frame, ANGLES, "sobol", "y").indices.set_index("factor")
    problem = {"num_vars": 3, "names": ["x1", "x2", "x3"], "bounds": [[-PI, PI]] * 3}
    theirs = salib.analyze(problem, frame["y"].to_numpy(), calc_second_order=False, seed=1)
    for k, name in enumerate(problem["names"]):
        assert ours.loc[name, "first"] == pytest.approx(theirs["S1"][k], abs=1e-12)
        assert ours.loc[name, "total"] == pytest.approx(theirs["ST"][k], abs=1e-12)
        half = ours.loc[name, "total_high"] - ours.loc[name, "total"]
        assert half == pytest.approx(theirs["ST_conf"][k], rel=0.5), "two ways of resampling"


def test_noise_of_runs_does_not_bend_the_indices() -> None:
    """Means of 4 replicates with noise of variance 9 next to V = 13.8 and luck of variance 25 that all points share.

    Uncorrected, the largest first index would shrink by V/(V + 9/4) = .86 and the total of x3, .244, would grow to .35.
    """
    points = saltelli(ANGLES, 2048, 1)
    frame = frame_of(points, ishigami, replicates=4, luck=5.0, interplay=3.0)
    found = analyse(frame, ANGLES, "sobol", "y")
    table = found.indices.set_index("factor")
    for name in FIRST:
        for kind, truth in (("first", FIRST), ("total", TOTAL)):
            half = table.loc[name, f"{kind}_high"] - table.loc[name, kind]
            assert abs(table.loc[name, kind] - truth[name]) < 2 * half, (name, kind)
    raw = analyse(frame.groupby(["point"], as_index=False).agg({"x1": "first", "x2": "first", "x3": "first", "y": "mean"})
                  .assign(RunId=0, iteration=0, arm="as-is"), ANGLES, "sobol", "y")  # fmt: skip
    assert raw.indices.set_index("factor").loc["x3", "total"] > 0.31, "what is left uncorrected"
    assert any("one replicate" in note for note in raw.notes) and not found.notes


def test_a_gap_costs_its_pair_of_points_only() -> None:
    """A failed run: the 5 points of its pair are left out, and the indices are those of the others."""
    points = saltelli(ANGLES, 64, 1)
    frame = frame_of(points, ishigami)
    frame.loc[frame["point"] == 7, "y"] = np.nan
    found = analyse(frame, ANGLES, "sobol", "y")
    rest = frame[~frame["point"].between(5, 9)].assign(point=lambda t: t["point"].rank().astype(int) - 1)
    alone = analyse(rest, ANGLES, "sobol", "y")
    pd.testing.assert_frame_equal(found.indices, alone.indices)
    assert found.notes[0].startswith("1 of 320 points")


# --- Morris -----------------------------------------------------------------------------------------------------------


def test_elementary_effects_are_those_of_salib() -> None:
    """mu, mu* and sigma to round-off, for effects per width of the range."""
    from SALib.analyze import morris as salib

    points = morris(ANGLES, 12, 2)
    found = analyse(frame_of(points, ishigami), ANGLES, "morris", "y")
    problem = {"num_vars": 3, "names": ["x1", "x2", "x3"], "bounds": [[0, 1]] * 3}
    theirs = salib.analyze(problem, found.observed.shares, found.observed.values[:, 0], num_levels=4, seed=1).to_df()
    ours = found.elementary.set_index("factor").loc[problem["names"]]
    np.testing.assert_allclose(ours[["mu", "mu_star", "sigma"]], theirs[["mu", "mu_star", "sigma"]], atol=1e-10)


def test_a_straight_line_has_no_sigma_once_luck_is_taken_out() -> None:
    """y = 3 x1 + noise of sd 1: steps of 2/3 have noise sqrt(2) 3/2 = 2.12, its mean over 8 replicates 0.75.

    sigma^2 = 0 up to the error of a variance of 200 effects around .5625: 4.9 sd, .5625 sqrt(2/200) 4.9 = .28.
    """
    line = [Factor("x1", 0, 1), Factor("x2", 0, 1)]
    points = morris(line, 200, 1)
    frame = frame_of(points, lambda p: 3 * p["x1"].to_numpy(), replicates=8, luck=4.0, interplay=1.0)
    table = analyse(frame, line, "morris", "y").elementary.set_index("factor")
    assert table.loc["x1", "noise"] == pytest.approx(0.75, rel=0.1)
    assert (table["sigma"] ** 2 < 0.28).all()
    assert table.loc["x1", "mu"] == pytest.approx(3.0, abs=4.9 * 0.75 / math.sqrt(200))


# --- variances ---------------------------------------------------------------------------------------------------------


def test_the_three_variances_of_a_toy_are_found_apart() -> None:
    """Points 9, luck 4, interplay 1 (400 points, 300 replicates). Errors: V sqrt(2/(n - 1)) each, 4.9 of them."""
    noise = draws.generator(1, "toy")
    points, luck = 3 * noise.standard_normal((400, 1)), 2 * noise.standard_normal((1, 300))
    found = parts(points + luck + noise.standard_normal((400, 300)))
    assert found.parameters == pytest.approx(9.0, rel=4.9 * math.sqrt(2 / 399))
    assert found.luck == pytest.approx(4.0, rel=4.9 * math.sqrt(2 / 299))
    assert found.interplay == pytest.approx(1.0, rel=4.9 * math.sqrt(2 / (399 * 299)))
    assert found.noise_share == pytest.approx((found.luck + found.interplay) / found.total)
    assert math.isnan(parts(points[:, :1]).noise_share), "one replicate cannot tell"


def test_parameters_that_do_nothing_have_no_variance() -> None:
    """Luck alone: the estimate of the parameters' part is 0 within 4.9 errors of a mean square, (1/R) sqrt(2/(P - 1))."""
    noise = draws.generator(2, "toy")
    found = parts(5 * noise.standard_normal((1, 6)) + noise.standard_normal((200, 6)))
    assert found.parameters < 4.9 / 6 * math.sqrt(2 / 199)
    assert found.noise_share > 0.9


# --- main effects ------------------------------------------------------------------------------------------------------

LEVELS = [Factor("a", values=(1, 2, 3)), Factor("b", values=("low", "high"))]


def additive(points: pd.DataFrame) -> np.ndarray:
    return 2.0 * points["a"].to_numpy(dtype=float) + 5.0 * (points["b"] == "high").to_numpy()


def test_main_effects_of_an_additive_toy_are_exact_whatever_luck_adds_to_a_replicate() -> None:
    """Effects -2, 0, 2 and -2.5, 2.5 with luck of sd 100 that all points share: it drops out within blocks."""
    frame = frame_of(grid(LEVELS), additive, replicates=3, luck=100.0)
    found = analyse(frame, LEVELS, "grid", "y")
    assert [(f, v) for f, v in zip(found.effects["factor"], found.effects["value"], strict=True)] == [
        ("a", 1), ("a", 2), ("a", 3), ("b", "low"), ("b", "high"),
    ]  # fmt: skip
    np.testing.assert_allclose(found.effects["effect"], [-2, 0, 2, -2.5, 2.5], atol=1e-10)
    np.testing.assert_allclose(found.effects["high"] - found.effects["low"], 0, atol=1e-9)
    shares = found.variance.set_index("factor")["share"]
    assert shares["b"] == pytest.approx(6.25 / (6.25 + 8 / 3)) and shares.sum() == pytest.approx(1.0)


def test_intervals_of_main_effects_hold_as_often_as_they_say() -> None:
    """95 % of 400 intervals cover the true effect: 380 +- 4.9 sqrt(400 .95 .05) = 21."""
    covered = 0
    for seed in range(80):
        frame = frame_of(grid(LEVELS), additive, replicates=4, luck=10.0, interplay=1.0, seed=seed)
        table = analyse(frame, LEVELS, "grid", "y").effects
        truth = np.array([-2, 0, 2, -2.5, 2.5])
        covered += int(((table["low"] <= truth) & (truth <= table["high"])).sum())
    assert abs(covered - 380) < 21


def test_one_at_a_time_compares_with_the_base_within_replicates() -> None:
    """Base a = 2, b = low: effects -2, 0, 2 and 0, 5, exact under shared luck."""
    points = one_at_a_time(LEVELS, {"a": 2, "b": "low"})
    table = analyse(frame_of(points, additive, replicates=2, luck=50.0), LEVELS, "one-at-a-time", "y").effects
    np.testing.assert_allclose(table["effect"], [-2, 0, 2, 0, 5], atol=1e-10)
    assert list(table["value"]) == [1, 2, 3, "low", "high"]


@pytest.mark.parametrize(("design", "points"), [("latin-hypercube", latin_hypercube), ("sobol-sequence", sobol)])
def test_slopes_and_first_indices_over_points_that_fill_the_space(design: str, points: Callable) -> None:
    """y = 3 u1 - u2 on u = share of the draws: slopes 3, -1 and 0; first indices .9, .1, 0; lines explain all."""
    factors = [Factor("a", 1, 100, "log-uniform"), Factor("b", 0.1, 0.55, "beta"), Factor("c", 0, 1)]
    table = points(factors, 512, 1)

    def line(p: pd.DataFrame) -> np.ndarray:
        return 3 * factors[0].share_of(p["a"]) - factors[1].share_of(p["b"])

    found = analyse(frame_of(table, line, replicates=3, luck=9.0, interplay=1.0), factors, design, "y")
    rows = found.slopes.set_index("factor")
    for name, truth in (("a", 3.0), ("b", -1.0), ("c", 0.0)):
        half = rows.loc[name, "high"] - rows.loc[name, "effect"]
        assert abs(rows.loc[name, "effect"] - truth) < 2.5 * half and half < 0.3
    assert found.straight > 0.93
    if design == "sobol-sequence":
        assert found.indices is None and any("Sobol sequence" in note for note in found.notes)
        return
    first = found.indices.set_index("factor")["first"]
    assert first["a"] == pytest.approx(0.9, abs=0.07) and first["b"] == pytest.approx(0.1, abs=0.07)


def test_a_choice_among_points_has_a_step_for_each_value() -> None:
    """y = 4 where kind is y, 1 where it is z, plus 2 u: steps against x."""
    factors = [Factor("kind", values=("x", "y", "z")), Factor("u", 0, 1)]
    points = latin_hypercube(factors, 60, 1)

    def steps(p: pd.DataFrame) -> np.ndarray:
        return p["kind"].map({"x": 0, "y": 4, "z": 1}).to_numpy() + 2 * p["u"].to_numpy()

    found = analyse(frame_of(points, steps), factors, "latin-hypercube", "y")
    table = found.slopes.set_index(["factor", "to"])["effect"]
    assert table["kind", "y"] == pytest.approx(4) and table["kind", "z"] == pytest.approx(1)
    assert found.indices is None and any("choice" in note for note in found.notes)


# --- responses ---------------------------------------------------------------------------------------------------------


def test_two_responses_are_compared_run_by_run() -> None:
    """The difference of two arms that share their luck is exact, and its effects are those of the difference."""
    points = grid(LEVELS)
    one = frame_of(points, additive, replicates=3, luck=20.0, arm="one")
    other = one.assign(arm="other", y=one["y"] - 3.0 * one["a"])
    found = analyse(pd.concat([one, other]), LEVELS, "grid", "y", arm="other", against="one")
    np.testing.assert_allclose(found.effects["effect"], [3, 0, -3, 0, 0], atol=1e-10)
    assert (found.observed.arm, found.observed.against) == ("other", "one")


def test_the_order_of_responses_is_counted_point_by_point() -> None:
    """Lower is better: `steady` is best at a = 1 and 2 (4 of 6 points), `gamble` at a = 3; W by Kendall's formula."""
    points = grid(LEVELS)
    arms = {
        "steady": lambda p: 10.0 + 0 * p["a"],
        "gamble": lambda p: 16.0 - 2.5 * p["a"],
        "worst": lambda p: 99 + 0 * p["a"],
    }
    frame = pd.concat([frame_of(points, lambda p, f=f: f(p).to_numpy(float), arm=arm) for arm, f in arms.items()])
    found = ranking(frame.rename(columns={"y": "trust_days_lost"}), LEVELS, "trust_days_lost")
    assert found.order == ["steady", "gamble", "worst"]
    np.testing.assert_allclose(found.arms["best"], [4 / 6, 2 / 6, 0])
    assert found.beats.loc["gamble", "steady"] == pytest.approx(2 / 6) and found.beats.loc["steady", "worst"] == 1.0
    sums = np.array([4 * 1 + 2 * 2, 4 * 2 + 2 * 1, 18])
    assert found.concordance == pytest.approx(12 * ((sums - 12) ** 2).sum() / (36 * 24))


# --- what a design cannot give -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("design", "words"),
    [
        ("sobol", "are not those from which Sobol indices are estimated (5 for each pair)"),
        ("morris", "no Morris trajectories of 4 points"),
        ("latin-hypercub", f"design: 'latin-hypercub' is not known; analyses are made of {', '.join(DESIGNS)}"),
    ],
)
def test_points_that_do_not_fit_the_design_are_refused(design: str, words: str) -> None:
    """In one text that says what is needed."""
    frame = frame_of(latin_hypercube(ANGLES, 22, 1), ishigami)
    with pytest.raises(RippleError) as refused:
        analyse(frame, ANGLES, design, "y")
    assert words in str(refused.value)


def test_unknown_measures_and_arms_get_the_nearest_word() -> None:
    """'z' of y; 'as_is' of as-is; no ranking of one arm; nothing that varies."""
    frame = frame_of(saltelli(ANGLES, 8, 1), ishigami)
    for wrong, words in (
        ({"measure": "z"}, "measure: 'z' was not kept; there are y"),
        ({"arm": "as_is"}, "arm: 'as_is' is not in this sweep; did you mean 'as-is'?; there are as-is"),
    ):
        with pytest.raises(RippleError) as refused:
            analyse(frame, ANGLES, "sobol", **{"measure": "y", **wrong})
        assert str(refused.value) == words
    with pytest.raises(RippleError, match="two responses"):
        ranking(frame, ANGLES, "y")
    with pytest.raises(RippleError, match="nothing but luck varies"):
        analyse(frame.assign(y=3.0), ANGLES, "sobol", "y")


def ishigami_at(point: dict[str, float], seeds: object) -> float:
    """One point of Ishigami's function, as a sweep calls a function of one's own."""
    return math.sin(point["x1"]) + 7 * math.sin(point["x2"]) ** 2 + 0.1 * point["x3"] ** 4 * math.sin(point["x1"])


@pytest.mark.parametrize("second_order", [False, True])
def test_a_sweep_of_ishigami_gives_its_indices(second_order: bool) -> None:
    """From the experiment to the table, also where points for interactions of two lie between: within twice the intervals."""
    import sim

    experiment = {
        "experiment": 1,
        "factors": {name: {"range": [-PI, PI]} for name in FIRST},
        "design": {"kind": "sobol", "points": 256, "second_order": second_order},
    }
    table = sim.sweep(experiment, function=ishigami_at, executor="threads").analyse().indices.set_index("factor")
    for name in FIRST:
        for kind, truth in (("first", FIRST), ("total", TOTAL)):
            half = table.loc[name, f"{kind}_high"] - table.loc[name, kind]
            assert abs(table.loc[name, kind] - truth[name]) < 2 * half and half < 0.2, (name, kind)
