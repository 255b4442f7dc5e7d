"""The figure of growth: what a run costs for each user, by the number of users."""

from __future__ import annotations

from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.ticker import NullLocator

from sim.show.style import INK, SMALL, axes_or_new, dress, head, label


def cost_by_size(seconds: Mapping[int, float], ax: Axes | None = None) -> Axes:
    """Microseconds of a run for each user, by the number of users; with the seconds of the whole run at each point.

    Level: the cost grows in proportion to the users. The number of users is on a logarithmic axis.
    """
    users = sorted(seconds)
    each = [1e6 * seconds[n] / n for n in users]
    ax = dress(axes_or_new(ax, 6.0, 3.4))
    ax.set_xscale("log")
    ax.xaxis.set_minor_locator(NullLocator())
    ax.set_xticks(users, [f"{n:,}" for n in users])
    ax.plot(users, each, color=INK, linewidth=1.6, marker="o", markersize=5)
    for n, cost in zip(users, each, strict=True):
        ax.annotate(
            f"{seconds[n]:.3g} s", (n, cost), (0, 7), textcoords="offset points", ha="center", fontsize=SMALL, color=INK
        )
    ax.margins(x=0.08)
    ax.set_ylim(0, 1.25 * max(each))
    label(ax, "users", "microseconds per user")
    head(
        ax,
        "Cost of 30 days, per user",
        "level: in proportion to users; one thread, talk every 4 h, a breach, a daily post",
    )
    return ax
