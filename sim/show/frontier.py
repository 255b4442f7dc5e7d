"""Cost against effect: each arm by what it costs and what it saves; the line joins those that no other arm dominates."""

from __future__ import annotations

import math

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from sim.show.measures_shown import shown_value
from sim.show.style import INK, MUTED, SMALL, arm_styles, axes_or_new, dress, figure_of, head, label, plain
from sim.study.comparison import Comparison


def cost_frontier(data: Comparison, ax: Axes | None = None) -> Axes:
    """Trust-days saved against the reference (with joint 95 % intervals) over cost; hollow: dominated by another arm."""
    table = data.frontier
    ax = dress(axes_or_new(ax, 6.0, 4.0), grid="both")
    styles = arm_styles(data.arms)
    best = table[table["efficient"]]
    ax.plot(best["cost"], best["saved"], color=MUTED, linewidth=1.4, zorder=2)
    ax.axhline(0, color=MUTED, linewidth=1.0, linestyle=(0, (2, 2)), zorder=1)
    for row in table.itertuples(index=False):
        style = styles[row.arm]
        if math.isfinite(row.low):
            ax.plot([row.cost, row.cost], [row.low, row.high], color=style.color, linewidth=1.6, zorder=3)
        face = style.color if row.efficient else "#ffffff"
        ax.plot([row.cost], [row.saved], marker=style.marker, color=style.color, markerfacecolor=face, markersize=8, zorder=4,
                linestyle="")  # fmt: skip
    ax.margins(0.12, 0.14)
    _names(ax, table)
    ax.xaxis.set_major_locator(MaxNLocator(nbins=6))
    label(ax, "cost", f"trust-days saved against {plain(data.reference, 28)}")
    head(ax, "Cost and effect", "hollow: another response saves as much for no more")
    return ax


def _names(ax: Axes, table: pd.DataFrame) -> None:
    """The arms' names beside their dots, toward the middle, pushed apart where they would touch."""
    low, high = ax.get_ylim()
    gap = 1.5 * SMALL / 72 / (0.72 * figure_of(ax).get_figheight()) * (high - low)
    middle = (table["cost"].min() + table["cost"].max()) / 2
    for side in (1, -1):
        rows = table[(table["cost"] <= middle) == (side > 0)].sort_values("saved")
        heights: list[float] = []
        for row in rows.itertuples(index=False):
            heights.append(max(row.saved, heights[-1] + gap) if heights else row.saved)
        for row, height in zip(rows.itertuples(index=False), heights, strict=True):
            ax.annotate(plain(row.arm, 28), (row.cost, row.saved), (10 * side, (height - row.saved) / gap * 1.5 * SMALL),
                        textcoords="offset points", fontsize=SMALL, color=INK, va="center",
                        ha="left" if side > 0 else "right", zorder=3.5,
                        bbox={"facecolor": "#ffffff", "edgecolor": "none", "pad": 0.6, "alpha": 0.85})  # fmt: skip


def frontier_sentences(data: Comparison) -> list[str]:
    """What each further trust-day costs along the frontier, and which arms are dominated by which."""
    said = []
    for row in data.frontier.itertuples(index=False):
        if math.isfinite(row.price):
            said.append(
                f"With {row.arm} each further trust-day costs {_price(row.price)} (it costs {shown_value('cost', row.cost)} and "
                f"saves {shown_value('trust_days_lost', row.saved)} against {data.reference})."
            )
    for row in data.frontier.itertuples(index=False):
        if row.dominated_by:
            share = f", in {100 * row.dominated:.0f} of 100 crises by some other" if row.dominated < 1 else ""
            said.append(f"{row.arm} is dominated: {row.dominated_by} saves as much or more for no more money{share}.")
    return said


def _price(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.2g}"
