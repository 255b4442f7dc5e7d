"""Who is lost: loss of trust by groups of users, two arms side by side, and where in the network they stand.

Loss is how much less a user trusts, in the mean over time, than its own quiet twin.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.ticker import MaxNLocator

from sim.show.network import picture
from sim.show.style import (
    INK,
    MUTED,
    RULE,
    SMALL,
    arm_styles,
    as_points,
    axes_or_new,
    dress,
    figure_of,
    head,
    label,
    legend_below,
    plain,
)  # fmt: skip
from sim.study.comparison import Comparison

TITLES = {
    "listeners": "By how many listen to them",
    "activity": "By how often they post",
    "trust": "By their trust at the start",
    "follows": "By following the brand",
    "community": "By community",
}
# light to dark, so that a grey print keeps the order
LOSS_COLORS = LinearSegmentedColormap.from_list("loss", ["#e9edf0", "#f3c98b", "#e5823b", "#b83a24", "#6b0f24"])


def who_was_lost(
    data: Comparison, by: str = "listeners", ax: Axes | None = None, *, arms: Sequence[str] | None = None
) -> Axes:
    """Mean loss of trust in each group of users, in points: a dot for each arm with its joint 95 % interval.

    by: listeners, activity, trust, follows or community, see `Comparison.lost`. arms: all when left out.
    """
    arms = list(data.arms if arms is None else arms)
    table = data.lost[(data.lost["by"] == by) & data.lost["arm"].isin(arms)]
    groups = list(dict.fromkeys(table["group"]))
    ax = dress(axes_or_new(ax, 5.0, 0.45 * len(groups) + 1.6), grid="x")
    styles = arm_styles(data.arms)
    shift = 0.5 / len(arms)
    for k, arm in enumerate(arms):
        rows = table[table["arm"] == arm].set_index("group").reindex(groups)
        places = np.arange(len(groups)) + shift * (k - (len(arms) - 1) / 2)
        style = styles[arm]
        ax.hlines(places, as_points(rows["low"]), as_points(rows["high"]), color=style.color, linewidth=2)
        ax.plot(as_points(rows["trust" if "trust" in rows else "loss"]), places, linestyle="", marker=style.marker,
                color=style.color, markersize=6, label=plain(arm, 28), zorder=4)  # fmt: skip
    users = table.drop_duplicates("group").set_index("group")["users"]
    ax.set_yticks(range(len(groups)), [f"{plain(group, 24)} ({100 * users[group]:.0f} %)" for group in groups])
    ax.set_ylim(len(groups) - 0.4, -0.6)
    ax.set_xlim(left=min(0.0, ax.get_xlim()[0]))
    ax.axvline(0, color=MUTED, linewidth=1.0, zorder=1)
    ax.tick_params(axis="y", length=0, labelcolor=INK)
    ax.spines["left"].set_visible(False)
    ax.spines["bottom"].set_color(RULE)
    ax.xaxis.set_major_locator(MaxNLocator(nbins=5))
    label(ax, "loss of trust, mean over time, points")
    head(ax, TITLES.get(by, by))
    if len(arms) > 1:
        legend_below(ax, 2)
    return ax


def loss_scale(data: Comparison, arms: Sequence[str]) -> Normalize:
    """One scale for the maps of some arms: from none to what 99 in 100 users stay below, in points."""
    values = as_points(data.user_losses[list(arms)].to_numpy())
    return Normalize(0.0, max(0.5, float(np.quantile(values, 0.99))))


def loss_map(data: Comparison, arm: str, ax: Axes | None = None, *, scale: Normalize | None = None) -> Axes:
    """The network of the first run, each user coloured by its loss of trust in points; larger dots have more listeners.

    scale: shared by the maps of several arms, `loss_scale`. Networks above 3,000 users are drawn as a sample.
    """
    shown = picture(data.examples[arm].graph)
    scale = scale or loss_scale(data, [arm])
    ax = axes_or_new(ax, 4.8, 5.2)
    loss = as_points(data.user_losses[arm].to_numpy())
    alpha = float(np.clip(600.0 / max(len(shown.ties), 1), 0.12, 0.5))
    ties = LineCollection(
        shown.places[shown.ties], colors="#9aa5ad", linewidths=0.35, alpha=alpha, rasterized=True, zorder=1
    )
    ax.add_collection(ties)
    values = loss[shown.rows]
    order = np.argsort(values, kind="stable")  # those who lose most are drawn last, so that none is hidden
    dots = ax.scatter(
        shown.places[order, 0], shown.places[order, 1], s=shown.sizes[order], c=values[order], cmap=LOSS_COLORS, norm=scale,
        edgecolors="#6a7178", linewidths=0.15, rasterized=True, zorder=2
    )  # fmt: skip
    ax.set_aspect("equal")
    edge = 1.04 * float(np.abs(shown.places).max(initial=0.1))
    ax.set_xlim(-edge, edge)
    ax.set_ylim(-edge, edge)
    ax.set_axis_off()
    head(ax, arm, f"mean loss {loss.mean():.2f} points")
    bar = figure_of(ax).colorbar(
        dots, ax=ax, orientation="horizontal", fraction=0.05, aspect=38, pad=0.02, extend="max"
    )
    bar.set_label("loss of trust of each user, mean over time, points", fontsize=SMALL, color=MUTED)
    bar.ax.tick_params(labelsize=SMALL, colors=MUTED, length=2)
    bar.outline.set_visible(False)
    return ax
