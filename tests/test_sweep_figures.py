"""Figures and tables of sweeps show the numbers they are given, with units, and touch nothing else."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from test_analysis import ANGLES, frame_of, ishigami

from sim import theory
from sim.cli import call
from sim.errors import RippleError
from sim.show.analysis_figures import analysis_figures
from sim.show.analysis_text import analysis_tables, noise_sentence, ranking_table
from sim.show.factors_shown import axis_words, factor_words, unit_of, value_words
from sim.show.responses import heat_map, response_curve
from sim.show.sensitivity import elementary_plane, index_bars, ranking_bars, swings, tornado
from sim.study.analysis.analysis import analyse
from sim.study.analysis.observed import observed
from sim.study.analysis.ranking import ranking
from sim.study.design import Factor, grid, latin_hypercube, morris, one_at_a_time, saltelli

WAIT = Factor("brand.desk.wait", values=(0.05, 1.0, 24.0), unit="h")
ANSWERED = Factor("share answered", values=(0.0, 0.5, 1.0), unit="share")
MEASURE = "trust_days_lost"


@pytest.fixture
def ax() -> Axes:
    return Figure(figsize=(7, 4), layout="constrained").add_subplot()


def harm(points: pd.DataFrame) -> np.ndarray:
    """Trust-days lost: 100 less what answers save, which halves from one wait to the next."""
    worth = points["brand.desk.wait"].map({0.05: 1.0, 1.0: 0.5, 24.0: 0.25}).to_numpy()
    return 100 - 40 * points["share answered"].to_numpy() * worth


def small_grid(replicates: int = 3, arm: str = "desk") -> pd.DataFrame:
    return frame_of(grid([WAIT, ANSWERED]), harm, replicates, luck=5.0, arm=arm).rename(columns={"y": MEASURE})


def seen(**wanted: str):
    return observed(small_grid(), [WAIT, ANSWERED], "grid", MEASURE, **wanted)


def test_a_curve_is_the_mean_over_what_it_does_not_show(ax: Axes) -> None:
    """At each wait the mean over shares and replicates; hours on x in ratios, since they span 480 times."""
    data = seen()
    assert response_curve(data, "brand.desk.wait", ax) is ax
    (line,) = (one for one in ax.get_lines() if len(one.get_xdata()) == 3)
    np.testing.assert_array_equal(line.get_xdata(), [0.05, 1, 24])
    expected = [data.values[data.points["brand.desk.wait"] == wait].mean() for wait in (0.05, 1.0, 24.0)]
    np.testing.assert_allclose(line.get_ydata(), expected)
    assert ax.get_xscale() == "log" and ax.get_xlabel() == "desk wait, h"
    assert "points × days" in ax.get_ylabel()
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["3 min", "1 h", "1 d"]


def test_lines_by_a_second_factor_are_named_by_its_values(ax: Axes) -> None:
    """One line for each share, each the values at that share."""
    data = seen()
    response_curve(data, "brand.desk.wait", ax, by="share answered")
    names = [text.get_text() for text in ax.get_legend().get_texts()]
    assert names == ["0 %", "50 %", "100 %"]
    lines = [one for one in ax.get_lines() if len(one.get_xdata()) == 3]
    at_half = data.values[data.points["share answered"] == 0.5].mean(axis=1)
    np.testing.assert_allclose(lines[1].get_ydata(), at_half)


def test_a_map_holds_the_mean_of_every_field(ax: Axes) -> None:
    """Rows are y from below, columns x, values those written in."""
    data = seen()
    heat_map(data, "brand.desk.wait", "share answered", ax)
    drawn = np.asarray(ax.get_images()[0].get_array())
    assert drawn.shape == (3, 3)
    at = (data.points["brand.desk.wait"] == 24.0) & (data.points["share answered"] == 1.0)
    assert drawn[2, 2] == pytest.approx(data.values[at].mean())
    written = {text.get_text() for text in ax.texts}
    assert f"{drawn[2, 2]:.1f}" in written
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("desk wait, h", "share answered, %")


def test_a_tornado_has_the_largest_factor_on_top_and_bars_as_long_as_effects(ax: Axes) -> None:
    """One at a time around wait 1 h, half answered: 80 +- ; the share moves it by 20, the wait by 10 and 5."""
    points = one_at_a_time([WAIT, ANSWERED], {"brand.desk.wait": 1.0, "share answered": 0.5})
    frame = frame_of(points, harm, 2, luck=9.0).rename(columns={"y": MEASURE})
    data = analyse(frame, [WAIT, ANSWERED], "one-at-a-time", MEASURE)
    tornado(data, ax)
    assert [text.get_text() for text in ax.get_yticklabels()] == ["share answered", "desk wait"]
    widths = sorted(bar.get_width() for bar in ax.patches)
    np.testing.assert_allclose(widths, [-10, -10, 5, 10], atol=1e-9)
    assert "points × days" in ax.get_xlabel()
    assert list(swings(data)["factor"]) == ["share answered", "brand.desk.wait"]


def test_bars_of_indices_and_the_plane_of_morris_show_their_tables() -> None:
    """Bars as long as the indices; dots at (mu*, sigma); each refuses what a design does not give."""
    sobol = analyse(frame_of(saltelli(ANGLES, 64, 1), ishigami), ANGLES, "sobol", "y")
    found = index_bars(sobol, Figure().add_subplot())
    lengths = [bar.get_width() for bar in found.patches]
    np.testing.assert_allclose(lengths, np.maximum(0, [*sobol.indices["first"], *sobol.indices["total"]]))
    assert "0 to 1" in found.get_xlabel()
    screened = analyse(frame_of(morris(ANGLES, 8, 1), ishigami, 2, interplay=0.1), ANGLES, "morris", "y")
    plane = elementary_plane(screened, Figure().add_subplot())
    dots = next(line for line in plane.get_lines() if line.get_marker() == "o")
    np.testing.assert_allclose(dots.get_xdata(), screened.elementary["mu_star"])
    for draw, data in ((index_bars, screened), (elementary_plane, sobol), (tornado, sobol)):
        with pytest.raises(RippleError, match="a design of kind"):
            draw(data, Figure().add_subplot())


def test_bars_of_a_ranking_are_shares_of_points(ax: Axes) -> None:
    """The desk against nothing: it is best where anybody is answered, at 6 of 9 points, and ties at 3."""
    nothing = small_grid().assign(arm="nothing")
    nothing[MEASURE] += (
        40 * nothing["share answered"] * nothing["brand.desk.wait"].map({0.05: 1.0, 1.0: 0.5, 24.0: 0.25})
    )
    both = ranking(pd.concat([small_grid(), nothing]), [WAIT, ANSWERED], MEASURE)
    ranking_bars(both, ax)
    assert [bar.get_width() for bar in ax.patches] == pytest.approx([100 * 7.5 / 9, 100 * 1.5 / 9])
    assert "%" in ax.get_xlabel()


@pytest.mark.parametrize("design", ["grid", "latin-hypercube", "sobol", "morris"])
def test_every_figure_and_table_of_an_analysis_is_made_and_has_units(design: str) -> None:
    """Labels on both axes (rows named by factors stand for y), figures that can be saved, tables within 80 columns."""
    from rich.console import Console

    factors = (
        [WAIT, ANSWERED]
        if design == "grid"
        else [Factor("parameters.loss", 0.5, 1.3), Factor("b", 1, 2), Factor("c", 0, 1)]
    )
    made = {
        "grid": lambda: grid(factors),
        "latin-hypercube": lambda: latin_hypercube(factors, 80, 1),
        "sobol": lambda: saltelli(factors, 16, 1),
        "morris": lambda: morris(factors, 6, 1),
    }[design]()

    def some(p: pd.DataFrame) -> np.ndarray:
        return harm(p) if design == "grid" else p.to_numpy().sum(axis=1)

    data = analyse(frame_of(made, some, 2, interplay=0.1).rename(columns={"y": MEASURE}), factors, design, MEASURE)
    figures = list(analysis_figures(data))
    assert figures
    for drawn in figures:
        axes = drawn.figure.axes[0]
        assert axes.get_xlabel() and (axes.get_ylabel() or all(t.get_text() for t in axes.get_yticklabels())), (
            drawn.name
        )
    screen = Console(width=80, record=True, file=open("/dev/null", "w"))  # noqa: SIM115
    for table in analysis_tables(data):
        screen.print(table)
    screen.print(noise_sentence(data))
    text = screen.export_text()
    assert "…" not in text and max(map(len, text.splitlines())) <= 80
    assert "variance of single runs" in text


def test_values_are_written_in_units_that_fit() -> None:
    """Hours as times, shares in per cent, trust in points, counts with commas, words as they are."""
    assert value_words(WAIT, 0.05) == "3 min" and value_words(ANSWERED, 0.25) == "25 %"
    assert unit_of(Factor("x", 10, 400, unit="h")) == (1 / 24, "days")
    assert value_words(Factor("brand.trust", 0.3, 0.6, unit="trust"), 0.44) == "44 points"
    assert value_words(Factor("network.users", values=(1000, 10**6)), 10**6) == "1,000,000"
    assert value_words(Factor("network", values=("ring", "hubs")), "ring") == "ring"
    assert factor_words("parameters.heal_competence") == "heal competence"
    assert axis_words(Factor("network", values=("ring", "hubs"))) == "network"


def test_a_ranking_is_a_table_of_the_terminal() -> None:
    """Best first, with shares of points."""
    worse = small_grid(arm="desk").assign(arm="worse", **{MEASURE: 200.0})
    table = ranking_table(ranking(pd.concat([small_grid(), worse]), [WAIT, ANSWERED], MEASURE))
    assert list(table.columns[0].cells) == ["desk", "worse"] and list(table.columns[2].cells) == ["100 %", "0 %"]


def test_theory_of_a_story_that_some_met_by_themselves() -> None:
    """s = 1 - (1 - met q) exp(-k q s): solved to round-off; nobody met: the final size; all met: s = 1 - (1 - q) exp(...)."""
    for met in (0.01, 0.2, 1.0):
        s, h = theory.told_and_heard(10.0, 0.15, met)
        assert s == pytest.approx(1 - (1 - met * 0.15) * np.exp(-1.5 * s), abs=1e-12)
        assert h == pytest.approx(1 - np.exp(-10 * s))
    assert theory.told_and_heard(10.0, 0.15, 0.0)[0] == pytest.approx(theory.final_size_poisson(1.5))
    with pytest.raises(RippleError, match="listeners"):
        theory.told_and_heard(-1.0, 0.1, 0.1)


def test_analyse_says_what_is_wrong_with_a_folder(tmp_path, capsys) -> None:
    """No sweep there: one line, exit code 1."""
    assert call(["analyse", str(tmp_path / "none")]) == 1
    assert "none" in capsys.readouterr().err


def test_analyse_prints_tables_and_writes_figures(tmp_path, capsys) -> None:
    """A small sweep from its file to a folder of figures; a measure that was not kept is named."""
    import sim

    (tmp_path / "mine.yaml").write_text(
        "experiment: 1\nscenario: data-breach\narms: [silence, denial]\nusers: 60\nhorizon: 20 d\nreplicates: 2\n"
        "factors: {timeline.breach.reach: [10 %, 50 %]}\nmeasures: [trust_days_lost, floor]\n"
    )
    done = sim.sweep(tmp_path / "mine.yaml", out=tmp_path / "runs", executor="threads")
    found = done.analyse()
    assert found.measure == "trust_days_lost" or found.measure == "floor"
    arguments = ["analyse", str(tmp_path / "runs"), "--measure", "trust_days_lost"]
    assert call([*arguments, "--out", str(tmp_path / "out")]) == 0
    said = capsys.readouterr().out
    assert "Main effects" in said and "Who is best" in said and "breach reach" in said
    assert (tmp_path / "out" / "figures" / "trust-days-lost-tornado.png").exists()
    assert (tmp_path / "out" / "trust_days_lost-effects.csv").exists()
    assert call(["analyse", str(tmp_path / "runs"), "--measure", "flor"]) == 1
    assert "'flor' was not kept; did you mean 'floor'?" in capsys.readouterr().err
