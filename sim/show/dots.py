"""Figures of the decision measures: a dot for each arm, with the spread of the runs or how sure its difference is."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from sim.scenario.measures_named import MEASURES
from sim.show.measures_shown import heading, shown_value, unit_scale
from sim.show.style import INK, MUTED, RULE, SMALL, arm_styles, axes_or_new, dress, head, label, plain
from sim.study.comparison import Comparison


def measure_dots(data: Comparison, measure: str = "trust_days_lost", ax: Axes | None = None) -> Axes:
    """One measure of all arms: the mean over runs as a dot, and what 9 in 10 runs lie between as a line."""
    table = data.spread[data.spread["measure"] == measure].set_index("arm").loc[data.arms]
    factor, unit = unit_scale(measure)
    ax = _rows(axes_or_new(ax, 5.0, 0.34 * len(data.arms) + 1.5), data.arms)
    for row, (arm, style) in enumerate(arm_styles(data.arms).items()):
        mean, low, high = (float(table.loc[arm, name]) * factor for name in ("mean", "low", "high"))
        if np.isfinite(mean):
            ax.plot([low, high], [row, row], color=style.color, linewidth=2, alpha=0.45, solid_capstyle="round")
            _dot(ax, mean, row, style.marker, style.color, shown_value(measure, mean / factor))
    label(ax, unit)
    head(ax, _title(measure), _below(data, measure))
    return ax


def difference_dots(data: Comparison, measure: str = "trust_days_lost", ax: Axes | None = None) -> Axes:
    """How one measure of each arm differs from the reference on the same draws, with joint 95 % intervals."""
    others = [arm for arm in data.arms if arm != data.reference]
    table = data.differences[data.differences["measure"] == measure].set_index("arm")
    factor, unit = unit_scale(measure)
    ax = _rows(axes_or_new(ax, 5.0, 0.34 * len(others) + 1.5), others)
    styles = arm_styles(data.arms)
    ax.axvline(0, color=MUTED, linewidth=1.2, zorder=1)
    for row, arm in enumerate(others):
        if arm in table.index and np.isfinite(table.loc[arm, "difference"]):
            mean, low, high = (float(table.loc[arm, name]) * factor for name in ("difference", "low", "high"))
            ax.plot([low, high], [row, row], color=styles[arm].color, linewidth=2, solid_capstyle="butt")
            for end in (low, high):
                ax.plot([end, end], [row - 0.14, row + 0.14], color=styles[arm].color, linewidth=2)
            text = shown_value(measure, mean / factor, difference=True)
            _dot(ax, mean, row, styles[arm].marker, styles[arm].color, text)
    label(ax, f"difference to {plain(data.reference, 28)}, {unit}")
    head(ax, _title(measure), _below(data, measure))
    return ax


def _rows(ax: Axes, arms: list[str]) -> Axes:
    dress(ax, grid="x")
    ax.set_yticks(range(len(arms)), [plain(arm, 28) for arm in arms])
    ax.set_ylim(len(arms) - 0.4, -0.75)
    ax.tick_params(axis="y", length=0, labelcolor=INK)
    ax.spines["left"].set_visible(False)
    ax.spines["bottom"].set_color(RULE)
    ax.margins(x=0.14)
    ax.xaxis.set_major_locator(MaxNLocator(nbins=4))
    return ax


def _dot(ax: Axes, x: float, row: int, marker: str, color: str, text: str) -> None:
    ax.plot([x], [row], marker=marker, color=color, markersize=6, zorder=4)
    ax.annotate(
        text,
        (x, row),
        (0, 6),
        textcoords="offset points",
        ha="center",
        va="bottom",
        fontsize=SMALL,
        color=INK,
        bbox={"facecolor": "#ffffff", "edgecolor": "none", "pad": 0.4, "alpha": 0.85},
        zorder=3,
    )


def _title(measure: str) -> str:
    words = heading(measure)
    return words[0].upper() + words[1:]


def _below(data: Comparison, measure: str) -> str:
    better = f"{MEASURES[measure].better} is better"
    if measure == "regained_hours" and (data.measures["share_regained"] < 1.0).any():
        return f"{better}; never: to the horizon"
    return better
