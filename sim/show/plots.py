"""Figures of a run or a comparison. Each takes the data and, if wanted, axes to draw on, and returns the axes.

    from sim.show import plots
    plots.trust_over_time(comparison)
    plots.ledger_waterfall(run, ax=ax)

Trust is drawn in points, 0-100. Nothing touches matplotlib's global settings. `sim.show.figures` puts them together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sim.scenario.scenario import Scenario
from sim.show.accounts import account_differences, effect_by_hop, ledger_difference, ledger_waterfall, people_by_hop
from sim.show.dots import difference_dots, measure_dots
from sim.show.frontier import cost_frontier
from sim.show.lanes import Lane, draw_lanes, guide_lines, lanes_of, room
from sim.show.lost import loss_map, loss_scale, who_was_lost
from sim.show.network import network
from sim.show.style import (
    INK,
    MUTED,
    SMALL,
    TEXT,
    ArmStyle,
    arm_styles,
    as_points,
    axes_or_new,
    dress,
    figure_of,
    head,
    label,
    plain,
    thinned,
    time_axis,
)  # fmt: skip
from sim.show.sureness import expected_regret, shares_of_best, what_it_hangs_on
from sim.show.trees import largest_trees, story_tree
from sim.study.comparison import Comparison
from sim.study.results import Run

__all__ = [
    "account_differences",
    "cost_frontier",
    "difference_dots",
    "effect_by_hop",
    "expected_regret",
    "gap_to_twin",
    "largest_trees",
    "ledger_difference",
    "ledger_waterfall",
    "loss_map",
    "loss_scale",
    "measure_dots",
    "network",
    "people_by_hop",
    "shares_of_best",
    "story_tree",
    "trust_of_users",
    "trust_over_time",
    "what_it_hangs_on",
    "who_was_lost",
]

_FEW = 20  # users
_GROUPS = (("trust", "all users"), ("followers_trust", "followers"), ("reached_trust", "those an act reached"))


def trust_over_time(data: Run | Comparison, ax: Axes | None = None) -> Axes:
    """Mean trust over time, in points: of every arm with its band over runs, or of one run, also of groups of users.

    The band holds the middle half of the runs. What happens when stands in lanes above the chart.
    """
    ax = axes_or_new(ax)
    if isinstance(data, Run):
        return _trust_of_run(data, ax)
    tables = dict(iter(data.bands.groupby("arm", sort=False)))
    curves = {arm: tables[arm][["hour", "mean", "q25", "q75"]] for arm in data.arms}
    below = f"mean over all users and {data.n_replicates} runs; bands: the middle half of the runs"
    return _lines(ax, data.scenario, curves, "Trust over time", below, "trust, points")


def gap_to_twin(data: Comparison, ax: Axes | None = None) -> Axes:
    """How far below its quiet twin mean trust lies, in points, downward; bands hold 9 in 10 of the runs.

    The twin has the same people, draws and calendar, but neither what happens in every arm nor the arm's own acts.
    """
    ax = axes_or_new(ax)
    tables = dict(iter(data.bands.groupby("arm", sort=False)))
    curves = {}
    for arm in data.arms:
        table = tables[arm]
        curves[arm] = pd.DataFrame(
            {
                "hour": table["hour"],
                "mean": -table["gap_mean"],
                "q25": -table["gap_q95"],
                "q75": -table["gap_q05"],
            }
        )
    below = "distance to the same people without the crisis; bands: 9 in 10 runs"
    ax = _lines(
        ax, data.scenario, curves, "Trust lost against the quiet twin", below, "trust minus that of the twin, points"
    )
    ax.axhline(0, color=MUTED, linewidth=1, zorder=1)
    return ax


def trust_of_users(run: Run, ax: Axes | None = None) -> Axes:
    """How trust is spread over the users of one run: the median, the middle half and 9 in 10 of them, in points."""
    ax = dress(axes_or_new(ax))
    series = run.series.iloc[thinned(len(run.series))]
    size = time_axis(ax, run.scenario.horizon, run.scenario.start)
    hours = series.index.to_numpy(dtype=float) / size
    columns = {q: as_points(series[f"trust_q{q}"]) for q in ("05", "25", "50", "75", "95")}
    ax.fill_between(hours, columns["05"], columns["95"], color="#0072b2", alpha=0.16, linewidth=0)
    ax.fill_between(hours, columns["25"], columns["75"], color="#0072b2", alpha=0.28, linewidth=0)
    ax.plot(hours, columns["50"], color="#0072b2", linewidth=2)
    for q, words in (("95", "95 %"), ("75", "75 %"), ("50", "median"), ("25", "25 %"), ("05", "5 %")):
        ax.annotate(words, (1, columns[q][-1]), (5, 0), xycoords=("axes fraction", "data"), textcoords="offset points",
                    va="center", fontsize=SMALL, color=MUTED, annotation_clip=False)  # fmt: skip
    label(ax, ax.get_xlabel(), "trust, points")
    head(ax, f"Trust of users: {run.arm}", "the share of users below each line; lines do not follow single users")
    return ax


def columns_of_rules(run: Run) -> list[str]:
    """The columns that rules of one's own keep, as `RULE.column`."""
    return [str(name) for name in run.series.columns if "." in str(name)]


def column_of_rule(run: Run, column: str, ax: Axes | None = None) -> Axes:
    """The mean over users of a column that a rule of one's own keeps (`fear.afraid`), over time; in its own unit.

    Raises KeyError for a column that no rule of the run keeps.
    """
    ax = dress(axes_or_new(ax))
    series = run.series[column].iloc[thinned(len(run.series))]
    size = time_axis(ax, run.scenario.horizon, run.scenario.start)
    ax.plot(series.index.to_numpy(dtype=float) / size, series.to_numpy(), color="#0072b2", linewidth=2)
    label(ax, ax.get_xlabel(), plain(column))
    head(ax, f"{plain(column)}: {plain(run.arm)}", "mean over all users of a column that a rule keeps")
    return ax


def _trust_of_run(run: Run, ax: Axes) -> Axes:
    scenario, series = run.scenario, run.series
    style = arm_styles([run.arm])
    lanes = lanes_of(scenario, [run.arm], style)
    dress(ax)
    size = time_axis(ax, scenario.horizon, scenario.start)
    hours = series.index.to_numpy(dtype=float) / size
    looks = ((INK, "-", 2.2), ("#0072b2", (0, (5, 1.5)), 1.6), ("#d55e00", (0, (1, 1.2)), 2.0))
    ends: list[tuple[float, str, str]] = []
    for (column, words), (color, dash, width) in zip(_GROUPS, looks, strict=True):
        values = as_points(series[column])
        if column == "reached_trust":  # the mean of a handful jumps about
            values[series["reached"].to_numpy() < _FEW] = np.nan
        if np.isfinite(values).any():
            ax.plot(hours, values, color=color, linestyle=dash, linewidth=width)
            ends.append((float(values[np.isfinite(values)][-1]), words, color))
    label(ax, ax.get_xlabel(), "trust, points")
    _breathe(ax)
    _end_labels(ax, ends)
    guide_lines(ax, lanes, scenario.horizon)
    head(ax, f"Trust over time: {scenario.arm(run.arm).title}", "mean over the users of one run", lift=room(lanes))
    draw_lanes(ax, lanes, scenario.horizon)
    return ax


def _lines(ax: Axes, scenario: Scenario, curves: Mapping[str, pd.DataFrame], title: str, below: str, unit: str) -> Axes:
    """A line with a band for each arm (hour, mean, q25, q75; trust 0..1), under lanes that name the arms."""
    styles: dict[str, ArmStyle] = arm_styles(list(curves))
    lanes: Sequence[Lane] = lanes_of(scenario, list(curves), styles)
    dress(ax)
    size = time_axis(ax, scenario.horizon, scenario.start)
    for depth, (arm, table) in enumerate(curves.items()):
        table = table.iloc[thinned(len(table))]
        hours = table["hour"].to_numpy() / size
        ax.fill_between(hours, as_points(table["q25"]), as_points(table["q75"]), color=styles[arm].color, alpha=0.13,
                        linewidth=0, zorder=1.5)  # fmt: skip
        ax.plot(hours, as_points(table["mean"]), color=styles[arm].color, linestyle=styles[arm].dash, linewidth=2,
                zorder=3 - 0.01 * depth)  # fmt: skip
    label(ax, ax.get_xlabel(), unit)
    _breathe(ax)
    guide_lines(ax, lanes, scenario.horizon)
    head(ax, title, below, lift=room(lanes))
    draw_lanes(ax, lanes, scenario.horizon)
    return ax


def _breathe(ax: Axes) -> None:
    """At least one point of trust on the axis: what hardly moves must not look like a fall."""
    low, high = ax.get_ylim()
    if high - low < 1.0:
        middle = (low + high) / 2
        ax.set_ylim(middle - 0.5, middle + 0.5)


def _end_labels(ax: Axes, ends: Sequence[tuple[float, str, str]]) -> None:
    """Names right of the ends of lines, pushed apart where they would touch."""
    low, high = ax.get_ylim()
    tall = ax.get_window_extent().height * 72.0 / figure_of(ax).dpi * 0.75
    gap = 1.25 * TEXT / max(tall, 1.0)
    heights: list[float] = []
    ordered = sorted(ends)
    for value, _, _ in ordered:
        at = (value - low) / (high - low)
        heights.append(max(at, heights[-1] + gap) if heights else at)
    over = max(0.0, heights[-1] - 1.0) if heights else 0.0
    for (_, words, color), at in zip(ordered, heights, strict=True):
        ax.annotate(words, (1, at - over), (5, 0), xycoords="axes fraction", textcoords="offset points", va="center",
                    fontsize=TEXT - 0.5, color=color, annotation_clip=False)  # fmt: skip
