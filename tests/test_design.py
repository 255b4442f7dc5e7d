"""Designs: factors draw what they say, and each design has the shape that its analysis asks for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.errors import RippleError
from sim.scenario.parameters import PARAMETERS
from sim.study import design
from sim.study.design import Factor, parameter_factors

SHARES = np.linspace(0.0, 1.0, 21)
UNIT = [Factor("a", 0.0, 1.0), Factor("b", 0.0, 1.0), Factor("c", 0.0, 1.0)]
MIXED = [Factor("a", 1.0, 100.0, "log-uniform"), Factor("b", 1, 8, "whole"), Factor("c", values=("x", "y"))]


def test_every_parameter_that_is_no_convention_is_a_factor_with_its_own_range() -> None:
    """Path, low, high and distribution are those of sim/scenario/parameters.py; draws stay inside low..high."""
    factors = parameter_factors()
    assert [f.path for f in factors] == [
        f"parameters.{p.name}" for p in PARAMETERS.values() if p.distribution != "fixed"
    ]
    for factor in factors:
        p = PARAMETERS[factor.path.removeprefix("parameters.")]
        assert (factor.low, factor.high, factor.distribution) == (p.low, p.high, p.distribution)
        values = factor.at(SHARES)
        assert values.min() >= p.low and values.max() <= p.high and np.all(np.diff(values) > 0)
        np.testing.assert_allclose(factor.share_of(values), SHARES, atol=1e-9)  # round-off of the inverse beta


def test_values_follow_the_distribution_named() -> None:
    """Quantiles: a + u (b - a); a (b/a)^u; whole numbers each as often; a choice each as often; beta: the median."""
    np.testing.assert_allclose(Factor("x", 2.0, 6.0).at(SHARES), 2.0 + 4.0 * SHARES)
    np.testing.assert_allclose(Factor("x", 1.0, 100.0, "log-uniform").at([0.0, 0.5, 1.0]), [1.0, 10.0, 100.0])
    even = (np.arange(800) + 0.5) / 800
    assert np.bincount(Factor("x", 1, 8, "whole").at(even)).tolist() == [0, *[100] * 8]
    assert pd.Series(Factor("x", values=("p", "q")).at(even)).value_counts().to_dict() == {"p": 400, "q": 400}
    # Beta(3, 3) on 0..1 is symmetric; p/2..(1+p)/2 is densest at p, where the density of draws is highest
    assert Factor("x", 0.0, 1.0, "beta").at(0.5) == pytest.approx(0.5)
    skewed = Factor("x", 0.1, 0.6, "beta").at(even)
    counts, edges = np.histogram(skewed, bins=20)
    assert abs(edges[np.argmax(counts)] + 0.0125 - 0.2) < 0.04  # the mode lies flat: within 1.5 bins of p = .2


def test_a_latin_hypercube_has_one_point_in_each_part_of_each_range() -> None:
    """With n points, floor(n share) takes each of 0..n-1 once for every factor; the same seed gives the same points."""
    points = design.latin_hypercube(UNIT, 16, seed=3)
    for name in points:
        assert sorted(np.floor(16 * points[name]).astype(int)) == list(range(16))
    pd.testing.assert_frame_equal(points, design.latin_hypercube(UNIT, 16, seed=3))
    assert not points.equals(design.latin_hypercube(UNIT, 16, seed=4))


def test_a_sobol_sequence_has_one_point_in_each_part_too() -> None:
    """A scrambled (t, m, s)-net in base 2 keeps the one-dimensional strata of 2^-m."""
    points = design.sobol(UNIT, 32, seed=1)
    for name in points:
        assert sorted(np.floor(32 * points[name]).astype(int)) == list(range(32))


@pytest.mark.parametrize("second_order", [False, True])
def test_the_scheme_for_sobol_indices_is_that_of_salib(second_order: bool) -> None:
    """Point by point what SALib draws from the same seed: n (k + 2) or n (2 k + 2) rows in its order."""
    from SALib.sample import sobol

    problem = {"num_vars": 3, "names": list("abc"), "bounds": [[0, 1]] * 3}
    theirs = sobol.sample(problem, 8, calc_second_order=second_order, seed=design._own_seed(5))
    ours = design.saltelli(UNIT, 8, 5, second_order=second_order)
    assert len(ours) == 8 * (8 if second_order else 5)
    np.testing.assert_array_equal(ours.to_numpy(), theirs)


def test_morris_changes_one_factor_at_a_time_by_half_of_the_levels() -> None:
    """n (k + 1) points; between neighbours of a trajectory one share moves by levels / (2 (levels - 1)) = 2/3."""
    points = design.morris(UNIT, 5, seed=2)
    assert len(points) == 5 * 4
    for start in range(0, 20, 4):
        steps = np.abs(np.diff(points.iloc[start : start + 4].to_numpy(), axis=0))
        np.testing.assert_allclose(np.sort(steps, axis=1), np.tile([0, 0, 2 / 3], (3, 1)), atol=1e-12)
        assert sorted(steps.argmax(axis=1)) == [0, 1, 2]


def test_a_grid_has_every_combination_once_the_last_factor_changing_fastest() -> None:
    """3 x 3 x 2 points; a log-uniform range has levels of even ratio."""
    points = design.grid(MIXED, levels=3)
    assert len(points) == 18 and not points.duplicated().any()
    np.testing.assert_allclose(points["a"].unique(), [1.0, 10.0, 100.0])
    assert points["b"].unique().tolist() == [1, 4, 8] and points["c"].tolist()[:3] == ["x", "y", "x"]


def test_one_at_a_time_leaves_the_others_at_the_base() -> None:
    """Point 0 is the base; every other differs from it in exactly one factor."""
    points = design.one_at_a_time(MIXED, {"a": 10.0, "b": 4, "c": "y"}, levels=3)
    differs = (points != points.iloc[0]).sum(axis=1)
    assert differs.tolist() == [0] + [1] * (len(points) - 1) and len(points) == 1 + 2 + 2 + 1


def test_points_of_a_csv_file_are_read_and_its_mistakes_named(tmp_path: Path) -> None:
    """Columns are paths; a column too many or too few, an empty cell and an empty file are each said in one line."""
    file = tmp_path / "points.csv"
    file.write_text("a, c\n1.5, x\n2, y\n")
    points = design.from_csv(file)
    assert points.to_dict("list") == {"a": [1.5, 2.0], "c": ["x", "y"]} and points.index.name == "point"
    factors = [Factor("a", 0.0, 1.0), Factor("c", values=("x",))]
    for text, words in {
        "a,c\n1,\n": "line 2: nothing is written in the column 'c'",
        "a,d\n1,2\n": "has no column 'c'",
        "a,c,b\n1,2,3\n": "the column 'b' is no factor",
        "a,c\n": "no points",
        "": "is empty",
    }.items():
        file.write_text(text)
        with pytest.raises(RippleError) as refused:
            design.from_csv(file, factors)
        assert words in str(refused.value)
    with pytest.raises(RippleError, match="cannot be read"):
        design.from_csv(tmp_path / "none.csv")


def test_ranges_and_sizes_that_are_none_are_refused() -> None:
    """Each with one clear error that says what was read."""
    for made, words in (
        (lambda: Factor("x", 2.0, 1.0), "not 2 to 1"),
        (lambda: Factor("x", 0.0, 1.0, "log-uniform"), "starts above 0"),
        (lambda: Factor("x", 0.0, 2.0, "beta"), "within 0 to 1"),
        (lambda: Factor("x", 0.0, 2.0, "unifrom"), "did you mean 'uniform'?"),
        (lambda: Factor("x", 0.5, 2.0, "whole"), "whole numbers"),
        (lambda: Factor("x", 0.0, 1.0, "choice"), "needs values"),
        (lambda: design.sobol(UNIT, 24, 1), "16 or 32"),
        (lambda: design.morris(UNIT, 4, 1, levels=3), "even number"),
        (lambda: design.grid([]), "at least one"),
        (lambda: design.grid([UNIT[0], UNIT[0]]), "stands twice"),
        (lambda: parameter_factors(["fadding"]), "did you mean 'fading'?"),
        (lambda: parameter_factors(["storm_share"]), "convention"),
    ):
        with pytest.raises(RippleError) as refused:
            made()
        assert words in str(refused.value)
