"""Figures show the numbers they are given, in points, and touch nothing else."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from PIL import Image
from small_comparison import small_comparison, small_run

from sim.scenario.scenario import library, load
from sim.show import network as picture_of
from sim.show import plots
from sim.show.accounts import OTHERS, accounts, shown_accounts
from sim.show.figures import comparison_figures, run_figures
from sim.show.frontier import frontier_sentences
from sim.show.lanes import draw_lanes, lanes_of
from sim.show.lost import LOSS_COLORS
from sim.show.measures_shown import shown_difference, shown_value, unit_scale
from sim.show.network import MOMENTS, TRUST_COLORS, network_panels, trust_scale
from sim.show.style import COLORS, INK, arm_styles, plain, signed
from sim.show.text import measure_tables, same_everywhere
from sim.study.compare import compare


@pytest.fixture
def ax() -> Axes:
    return Figure(figsize=(7, 4)).add_subplot()


def curve(ax: Axes, color: str) -> np.ndarray:
    """x, y of the longest line of a colour."""
    lines = [line for line in ax.get_lines() if line.get_color() == color]
    return np.asarray(max(lines, key=lambda line: len(line.get_xdata())).get_xydata())


# --- trust over time --------------------------------------------------------------------------------------------------


def test_every_arm_is_drawn_as_its_mean_in_points_over_days(ax: Axes) -> None:
    """y = 100 mean at x = hour / 24, exactly, for the rows that are drawn."""
    both = small_comparison()
    assert plots.trust_over_time(both, ax) is ax
    for arm, style in arm_styles(both.arms).items():
        table = both.bands[both.bands["arm"] == arm].set_index("hour")
        drawn = curve(ax, style.color)
        expected = 100 * table.loc[(24 * drawn[:, 0]).round(6), "mean"].to_numpy()
        np.testing.assert_allclose(drawn[:, 1], expected, rtol=1e-12)
        assert drawn[-1, 0] == both.horizon / 24
    assert "points" in ax.get_ylabel() and "days" in ax.get_xlabel()


def test_gap_is_drawn_downward_from_the_quiet_twin(ax: Axes) -> None:
    """y = -100 gap_mean: what was lost lies below zero."""
    both = small_comparison()
    plots.gap_to_twin(both, ax)
    style = arm_styles(both.arms)["denial"]
    table = both.bands[both.bands["arm"] == "denial"].set_index("hour")
    drawn = curve(ax, style.color)
    np.testing.assert_allclose(drawn[:, 1], -100 * table.loc[(24 * drawn[:, 0]).round(6), "gap_mean"], rtol=1e-12)
    assert drawn[:, 1].min() < -1


def test_one_run_is_drawn_with_all_its_hours(ax: Axes) -> None:
    """The first line is 100 series.trust, hour by hour."""
    plots.trust_over_time(small_run(), ax)
    np.testing.assert_array_equal(ax.get_lines()[0].get_ydata(), 100 * small_run().series["trust"].to_numpy())


def test_users_are_drawn_by_their_quantiles(ax: Axes) -> None:
    """The line is 100 times the median over users at the hours that are drawn."""
    plots.trust_of_users(small_run(), ax)
    drawn = np.asarray(ax.get_lines()[0].get_xydata())
    median = small_run().series["trust_q50"].loc[(24 * drawn[:, 0]).round(6)]
    np.testing.assert_allclose(drawn[:, 1], 100 * median, rtol=1e-12)


@pytest.mark.parametrize("name", sorted(library()))
def test_labels_of_acts_touch_neither_each_other_nor_the_edge(name: str) -> None:
    """In the lanes of every scenario of the library no two labels overlap and none leaves the lanes to the right."""
    scenario = load(name)
    figure = Figure(figsize=(8, 5), layout="constrained")
    ax = figure.add_subplot()
    arms = list(scenario.arms)
    strip = draw_lanes(ax, lanes_of(scenario, arms, arm_styles(arms)), scenario.horizon)
    figure.draw_without_rendering()
    assert strip is not None
    boxes = [text.get_window_extent() for text in strip.texts if text.get_text()]
    assert len(boxes) >= len(arms)
    for a, b in combinations(boxes, 2):
        assert not a.shrunk(0.98, 0.7).overlaps(b.shrunk(0.98, 0.7))
    assert max(box.x1 for box in boxes) <= strip.get_window_extent().x1 + 2
    assert min(box.x0 for box in boxes) >= 0


def test_a_hidden_act_is_hollow_and_marked_again_when_it_is_found_out() -> None:
    arms = ["silence", "disclosure"]
    lanes = {lane.name: lane for lane in lanes_of(load("data-breach"), arms, arm_styles(arms))}
    assert [mark.hidden for mark in lanes["in every arm"].marks] == [True]
    assert [(mark.words, mark.hours) for mark in lanes["silence"].marks] == [("found out", (360.0,))]
    assert [mark.words for mark in lanes["disclosure"].marks] == ["disclosure"]  # told before it could be found out


# --- the books --------------------------------------------------------------------------------------------------------


def bars(ax: Axes) -> list[tuple[float, float]]:
    """Left edge and width of the bars of a waterfall, from the top."""
    return [(bar.get_x(), bar.get_width()) for bar in ax.patches]


def test_waterfall_of_a_run_goes_from_own_trust_at_the_start_to_that_at_the_end(ax: Axes) -> None:
    """Each bar begins where the last one ended; start + bars = end = 100 series.own at the last hour (1e-6: float32)."""
    run = small_run()
    plots.ledger_waterfall(run, ax)
    place = 100 * run.series["own"].iloc[0]
    for left, width in bars(ax):
        assert left == pytest.approx(place, abs=1e-9)
        place += width
    assert place == pytest.approx(100 * run.series["own"].iloc[-1], abs=1e-6)
    assert ax.get_yticklabels()[0].get_text() == "start" and ax.get_yticklabels()[-1].get_text() == "end"


def test_accounts_without_a_row_are_drawn_as_one(ax: Axes) -> None:
    """With only one row asked for, the bars still sum to the change of own trust."""
    run = small_run()
    plots.ledger_waterfall(run, ax, rows=[("breach", "direct")])
    assert sum(width for _, width in bars(ax)) == pytest.approx(accounts(run)["points"].sum(), abs=1e-12)
    assert [text.get_text() for text in ax.get_yticklabels()][1:-1] == ["breach: met directly", "all other accounts"]


def test_small_accounts_share_a_row() -> None:
    """An account below half a per cent of the largest has no row of its own."""
    book = pd.DataFrame(
        {"cause": ["a", "b", "time"], "channel": ["direct", "direct", "time"], "points": [-5.0, 0.02, 1.0]}
    )
    assert shown_accounts([book]) == [("a", "direct"), ("time", "time"), OTHERS]


def test_waterfall_of_a_comparison_is_the_mean_over_its_runs(ax: Axes) -> None:
    """The bars sum to the mean change of own trust of the arm; the book is closed."""
    both = small_comparison()
    plots.ledger_waterfall(both, ax, arm="denial")
    book = both.ledger[(both.ledger["arm"] == "denial") & (both.ledger["book"] == "own")]
    assert sum(width for _, width in bars(ax)) == pytest.approx(100 * book["trust"].sum(), abs=1e-12)


def test_bars_by_hop_are_the_accounts_of_the_hop(ax: Axes) -> None:
    """Heights of the reference arm: 100 times the own book, summed over acts, channel by channel."""
    both = small_comparison()
    plots.effect_by_hop(both, ax)
    book = both.ledger[(both.ledger["arm"] == "silence") & (both.ledger["book"] == "own")]
    expected = [100 * book.loc[book["channel"] == hop, "trust"].sum() for hop in ("direct", "hop 1", "hop 2", "hop 3+")]
    np.testing.assert_allclose([bar.get_height() for bar in ax.containers[0]], expected, atol=1e-12)


def test_bars_of_people_are_hearings_per_hundred_users(ax: Axes) -> None:
    """Bar of hop h: 100 / n of those who first heard of the breach at hop h; the last bar holds all later ones."""
    acts, hops, users = ["breach"] * 6 + ["another"], [1, 2, 3, 5, 6, 9, 1], [24, 12, 6, 3, 2, 1, 50]
    run = replace(small_run(), hops=pd.DataFrame({"act": acts, "hop": hops, "users": users}))
    plots.people_by_hop(run, ax)
    heights = [bar.get_height() for bar in ax.containers[0]]
    np.testing.assert_allclose(heights, [100 * k / 240 for k in (24, 12, 6, 0, 3, 2 + 1)], rtol=1e-12)


# --- measures ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("measure", ["trust_days_lost", "regained_hours", "largest_story"])
def test_dots_stand_at_the_means_in_the_unit_of_the_axis(measure: str, ax: Axes) -> None:
    both = small_comparison()
    plots.measure_dots(both, measure, ax)
    factor, unit = unit_scale(measure)
    dots = [float(line.get_xdata()[0]) for line in ax.get_lines() if len(line.get_xdata()) == 1]
    np.testing.assert_allclose(dots, factor * both.measures[measure], rtol=1e-12)
    assert ax.get_xlabel() == unit


def test_differences_stand_at_the_paired_difference_within_their_interval(ax: Axes) -> None:
    both = small_comparison()
    plots.difference_dots(both, "trust_days_lost", ax)
    rows = both.differences[both.differences["measure"] == "trust_days_lost"]
    data = [np.asarray(line.get_xdata()) for line in ax.get_lines()]
    np.testing.assert_allclose([x[0] for x in data if len(x) == 1], rows["difference"], rtol=1e-12)
    spans = [x for x in data if len(x) == 2 and x[0] < x[1]]
    for low, high in zip(rows["low"], rows["high"], strict=True):
        assert any(np.allclose(span, [low, high]) for span in spans)


@pytest.mark.parametrize(
    ("measure", "value", "difference", "words"),
    [
        ("trust_days_lost", 62.04, False, "62.0"),
        ("trust_days_lost", -11.6, True, "\N{MINUS SIGN}11.6"),
        ("share_regained", 0.05, False, "5.0"),
        ("share_regained", 1.0, False, "100"),
        ("regained_hours", 36.0, False, "1.5"),
        ("ripple", -0.0122, True, "\N{MINUS SIGN}0.012"),
        ("floor_gap", -0.0001, False, "0.00"),
        ("cost", 20000.0, False, "20,000"),
        ("ripple", float("nan"), False, "–"),
    ],
)
def test_measures_are_written_as_people_read_them(measure: str, value: float, difference: bool, words: str) -> None:
    assert shown_value(measure, value, difference=difference) == words


def test_a_difference_is_written_with_the_digits_its_interval_allows() -> None:
    assert shown_difference("trust_days_lost", -22.6, 0.43) == "\N{MINUS SIGN}22.6 ± 0.4"
    assert shown_difference("trust_days_lost", 166.4, 3.2) == "+166 ± 3"
    assert shown_difference("floor_gap", 0.0, 0.0) == "0.00"


# --- the network ------------------------------------------------------------------------------------------------------


def test_users_are_coloured_by_trust_in_points_on_one_scale() -> None:
    """Each panel holds every user's trust of its moment, 100 trust, sorted so that the least comes last; one scale."""
    run = small_run()
    panels = network_panels(run, Figure(figsize=(10, 4.8), layout="constrained"))
    scales = set()
    for ax, column in zip(panels, MOMENTS.values(), strict=True):
        dots = ax.collections[-1]
        values = np.asarray(dots.get_array())
        np.testing.assert_allclose(values, np.sort(100 * run.users[column].to_numpy())[::-1])
        scales.add((dots.norm.vmin, dots.norm.vmax))
    assert len(scales) == 1 and scales == {(trust_scale(run).vmin, trust_scale(run).vmax)}


def test_a_large_network_is_drawn_as_a_sample_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture_of, "MOST_DRAWN", 50)
    picture_of._picture.cache_clear()
    shown = picture_of.picture(small_run().graph)
    picture_of._picture.cache_clear()
    assert len(shown.rows) == len(shown.places) == 50
    assert shown.note.startswith("a sample of 50 of 240 users")
    assert shown.ties.max() < 50


def test_arms_on_one_network_share_a_picture() -> None:
    """Five arms are laid out once: the picture is the same object for equal ties."""
    examples = list(small_comparison().examples.values())
    assert picture_of.picture(examples[0].graph) is picture_of.picture(examples[1].graph)


def test_only_ties_of_the_network_are_drawn() -> None:
    """Every line of the picture joins two users who are tied."""
    graph = small_run().graph
    shown = picture_of.picture(graph)
    for a, b in shown.ties[:200]:
        assert b in graph.heard[graph.start[a] : graph.start[a + 1]]


# --- for everyone -----------------------------------------------------------------------------------------------------


def lightness(color: object) -> float:
    """Relative luminance of an sRGB colour, 0..1."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(color)]  # type: ignore[arg-type]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_trust_colours_grow_lighter_with_trust() -> None:
    """A grey print keeps the order: luminance rises all along the scale."""
    light = [lightness(TRUST_COLORS(x)[:3]) for x in np.linspace(0, 1, 64)]
    assert (np.diff(light) > 0).all()


def test_no_two_arms_look_alike_also_without_colour() -> None:
    """Up to 8 arms differ in line and marker; up to 30 in colour, line and marker together."""
    styles = list(arm_styles([f"arm{k}" for k in range(30)]).values())
    assert len({(str(s.color), str(s.dash), s.marker) for s in styles}) == 30
    assert len({(str(s.dash), s.marker) for s in styles[:8]}) == 8
    assert len({s.hatch for s in styles[:7]}) == 7


def test_nothing_global_is_touched(ax: Axes) -> None:
    before = dict(matplotlib.rcParams)
    for draw in (plots.trust_over_time, plots.gap_to_twin, plots.ledger_waterfall, plots.measure_dots):
        draw(small_comparison(), ax=Figure().add_subplot())
    next(comparison_figures(small_comparison())).svg()
    assert dict(matplotlib.rcParams) == before


def test_without_axes_a_figure_of_their_own_is_made() -> None:
    from matplotlib import pyplot

    ax = plots.effect_by_hop(small_run())
    assert isinstance(ax, Axes)
    pyplot.close(ax.figure)


def test_dollars_in_a_title_are_no_formula(ax: Axes) -> None:
    """Two dollar signs would make matplotlib read what is between them as mathematics, and fail on it."""
    scenario = small_run().scenario.changed({"arms.denial.title": "pays $5 _{ and asks $7 \\frac"})
    plots.trust_over_time(replace(small_run(), scenario=scenario), ax)
    ax.figure.draw_without_rendering()  # type: ignore[union-attr]
    assert plain("$5") == r"\$5" and len(plain("x" * 99, 20)) == 20


def test_signs_are_true_and_zero_has_none() -> None:
    assert [signed(v) for v in (1.5, -0.25, 0.001, -0.001)] == ["+1.50", "\N{MINUS SIGN}0.25", "0.00", "0.00"]


def drawn_names(figures: Iterator) -> list[str]:
    return [one.name for one in figures]


def test_a_comparison_and_a_run_have_all_their_figures(tmp_path: Path) -> None:
    two = replace(small_comparison(), arms=["silence", "denial"], how_sure=None)
    names = [
        "trust",
        "gap",
        "measures",
        "differences",
        "ledger",
        "ledger-difference",
        "hops",
        "trees",
        "lost",
        "lost-map",
    ]
    assert drawn_names(comparison_figures(two)) == names
    for one in run_figures(small_run()):
        path = one.save_png(tmp_path)
        with Image.open(path) as image:
            assert image.format == "PNG" and min(image.size) >= 500
    assert sorted(path.stem for path in tmp_path.iterdir()) == ["doings", "hops", "ledger", "network", "trust", "users"]


def test_a_comparison_in_which_nothing_happens_has_no_empty_figures() -> None:
    """One arm without acts on the karate club: nothing to measure, nothing to tell apart; nothing warns."""
    nothing = compare({"ripple": 1, "network": {"kind": "karate"}, "horizon": "2 d"}, replicates=2)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        names = drawn_names(comparison_figures(nothing))
    assert names[:4] == ["trust", "gap", "ledger", "hops"] and "trees" not in names and names[-1] == "lost-map"
    assert [len(table.columns) for table in measure_tables(nothing)] == [
        4
    ]  # the arm, lowest and last trust, followers: of other people
    assert same_everywhere(nothing).startswith("The same in every run of every arm: trust-days lost 0.0")


# --- what the report adds -----------------------------------------------------------------------------------------------


def test_the_difference_of_two_books_goes_from_one_end_to_the_other(ax: Axes) -> None:
    """The bars sum to the change of own trust of one arm minus that of the other; both books are closed."""
    both = small_comparison()
    plots.ledger_difference(both, ax, arm="denial")
    ends = {arm: accounts(both, arm)["points"].sum() for arm in ("denial", "silence")}
    assert sum(width for _, width in bars(ax)) == pytest.approx(ends["denial"] - ends["silence"], abs=1e-9)
    assert [ax.get_yticklabels()[k].get_text() for k in (0, -1)] == ["silence", "denial"]


def test_arms_stand_at_their_cost_and_what_they_save(ax: Axes) -> None:
    both = small_comparison()
    plots.cost_frontier(both, ax)
    dots = {
        (float(line.get_xdata()[0]), float(line.get_ydata()[0]))
        for line in ax.get_lines()
        if len(line.get_xdata()) == 1
    }
    assert dots == set(zip(both.frontier["cost"], both.frontier["saved"], strict=True))
    said = " ".join(frontier_sentences(both))
    assert all(f"{arm} is dominated" in said for arm in both.frontier.query("not efficient")["arm"])


def test_losses_of_groups_stand_in_points_with_their_names(ax: Axes) -> None:
    both = small_comparison()
    plots.who_was_lost(both, "trust", ax, arms=["silence", "denial"])
    table = both.lost[(both.lost["by"] == "trust") & (both.lost["arm"] == "denial")]
    drawn = [np.asarray(line.get_xdata()) for line in ax.get_lines() if len(line.get_xdata()) == len(table)]
    assert any(np.allclose(x, 100 * table["loss"]) for x in drawn)
    assert len(ax.get_yticklabels()) == len(table)


def test_a_tree_holds_who_heard_a_story_from_whom() -> None:
    """As many hearers as the run counted; each but the first stands one hop below who told it, and listens to that user."""
    run = small_run()
    tree = plots.largest_trees(run)[0]
    assert tree.heard == run.stories.set_index("act").loc["breach", "heard"] > 20
    inner = tree.parent >= 0
    assert (tree.hop[inner] == tree.hop[tree.parent[inner]] + 1).all() and (tree.hop[~inner] == 0).all()
    assert inner.sum() == tree.heard and len(set(tree.user)) == len(tree.user)
    graph = run.graph
    for k in np.flatnonzero(inner):
        hearer, teller = tree.user[k], tree.user[tree.parent[k]]
        assert teller in graph.heard[graph.start[hearer] : graph.start[hearer + 1]]


# Machado, Oliveira & Fernandes 2009, doi:10.1109/TVCG.2009.113: what each kind of colour blindness sees, of linear RGB
BLIND = {
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}


def lab(linear: np.ndarray) -> np.ndarray:
    """CIELAB (D65) of linear RGB."""
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    xyz = to_xyz @ np.clip(linear, 0, 1) / np.array([0.9505, 1.0, 1.089])
    x, y, z = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("kind", [None, *BLIND])
def test_colours_are_told_apart_by_the_colour_blind(kind: str | None) -> None:
    """Every two colours of the palette lie at least 10 apart in CIELAB, four times what an eye just sees (2.3)."""
    seen = []
    for color in (INK, *COLORS):
        linear = np.array([c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(color)])
        seen.append(lab(np.array(BLIND[kind]) @ linear if kind else linear))
    assert min(float(np.linalg.norm(a - b)) for a, b in combinations(seen, 2)) > 10


def test_losses_grow_darker() -> None:
    """A grey print keeps the order of the map of losses."""
    light = [lightness(LOSS_COLORS(x)[:3]) for x in np.linspace(0, 1, 64)]
    assert (np.diff(light) < 0).all()
