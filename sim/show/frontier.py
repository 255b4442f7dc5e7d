"""Cost against effect: each arm by what it costs and what it saves; the line joins those that no other arm dominates."""

from __future__ import annotations

import math

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from sim.show.measures_shown import shown_value
from sim.show.style import INK, MUTED, SMALL, arm_styles, axes_or_new, dress, head, label, plain
from sim.study.comparison import Comparison


def cost_frontier(data: Comparison, ax: Axes | None = None) -> Axes:
    """Trust-days saved against the reference (with joint 95 % intervals) over cost; hollow: dominated by another arm."""
    table = data.frontier
    ax = dress(axes_or_new(ax, 6.0, 4.0), grid="both")
    styles = arm_styles(data.arms)
    best = table[table["efficient"]]
    ax.plot(best["cost"], best["saved"], color=MUTED, linewidth=1.4, zorder=2)
    ax.axhline(0, color=MUTED, linewidth=1.0, linestyle=(0, (2, 2)), zorder=1)
    middle = (table["cost"].min() + table["cost"].max()) / 2
    for row in table.itertuples(index=False):
        style = styles[row.arm]
        if math.isfinite(row.low):
            ax.plot([row.cost, row.cost], [row.low, row.high], color=style.color, linewidth=1.6, zorder=3)
        face = style.color if row.efficient else "#ffffff"
        ax.plot([row.cost], [row.saved], marker=style.marker, color=style.color, markerfacecolor=face, markersize=8, zorder=4,
                linestyle="")  # fmt: skip
        side = -1 if row.cost > middle else 1
        ax.annotate(plain(row.arm, 28), (row.cost, row.saved), (9 * side, 0), textcoords="offset points", fontsize=SMALL,
                    color=INK, va="center", ha="left" if side > 0 else "right", zorder=5)  # fmt: skip
    ax.margins(0.12, 0.14)
    ax.xaxis.set_major_locator(MaxNLocator(nbins=6))
    label(ax, "cost", f"trust-days saved against {plain(data.reference, 28)}")
    head(ax, "Cost and effect", "hollow: another response saves as much for no more")
    return ax


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
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
