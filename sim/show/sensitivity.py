"""Figures of an analysis: which factors matter (tornado, Sobol bars, Morris plane), and whether the order of responses holds.

tornado(analysis); index_bars(analysis); elementary_plane(analysis); ranking_bars(ranking)
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from sim.errors import RippleError
from sim.show.factors_shown import factor_words, value_words
from sim.show.measures_shown import heading, unit_scale
from sim.show.style import GAIN, INK, LOSS, MUTED, RULE, SMALL, axes_or_new, dress, head, label, plain, signed
from sim.study.analysis.analysis import Analysis
from sim.study.analysis.ranking import Ranking

MOST = 14  # factors in one figure
_LEAST_BAR = 0.004  # of the axis: what is smaller gets no number beside it


def swings(data: Analysis) -> pd.DataFrame:
    """What each factor moves the measure by, from one end to the other: factor, from, to, at_from, at_to; the largest first.

    At_from and at_to are effects in the unit of the measure: against the base (one-at-a-time), against the mean (grid),
    or half a slope down and up (points that fill the space). Raises RippleError for designs that know no direction.
    """
    rows = []
    if data.slopes is not None:
        for row in data.slopes.to_dict("records"):
            rows.append((row["factor"], row["from"], row["to"], -row["effect"] / 2, row["effect"] / 2))
    elif data.effects is not None:
        for path, table in data.effects.groupby("factor", sort=False):
            low, high = table.loc[table["effect"].idxmin()], table.loc[table["effect"].idxmax()]
            ends = (
                (low, high) if list(table.index).index(low.name) <= list(table.index).index(high.name) else (high, low)
            )
            rows.append((path, ends[0]["value"], ends[1]["value"], ends[0]["effect"], ends[1]["effect"]))
    else:
        raise RippleError(
            f"a design of kind {data.observed.design} gives no effects with a direction; index_bars and elementary_plane "
            "show what it gives"
        )
    table = pd.DataFrame(rows, columns=["factor", "from", "to", "at_from", "at_to"])
    size = (table["at_to"] - table["at_from"]).abs()
    return table.assign(_size=size).sort_values("_size", ascending=False, ignore_index=True).drop(columns="_size")


def tornado(data: Analysis, ax: Axes | None = None, *, most: int = MOST) -> Axes:
    """How far each factor moves the measure to either side, the largest on top; ends are marked with their values."""
    table = swings(data).head(most)
    factors = {factor.path: factor for factor in data.observed.factors}
    scale, unit = _unit(data)
    ax = _rows(axes_or_new(ax, 7.2, 0.36 * len(table) + 1.6), [factor_words(name) for name in table["factor"]])
    reach = scale * float(np.abs(table[["at_from", "at_to"]].to_numpy()).max())
    for k, row in enumerate(table.to_dict("records")):
        for end, color in (("from", "#8fb7d3"), ("to", "#0b5c94")):
            width = scale * row[f"at_{end}"]
            ax.barh(k, width, height=0.56, color=color, linewidth=0)
            if abs(width) > _LEAST_BAR * reach:
                words = value_words(factors[row["factor"]], row[end])
                ax.annotate(words, (width, k), (4 if width > 0 else -4, 0), textcoords="offset points", va="center",
                            ha="left" if width > 0 else "right", fontsize=SMALL, color=INK)  # fmt: skip
    ax.axvline(0, color=MUTED, linewidth=1)
    ax.set_xlim(-1.35 * reach or -1, 1.35 * reach or 1)
    against = {"one-at-a-time": "the base", "grid": "the mean over all points"}.get(
        data.observed.design, "the middle of its range"
    )
    words = f"change of {_words(data)}"
    label(ax, f"{words}, {unit}" if unit else words)
    head(ax, _title(data), f"each factor by itself, against {against}; light: at the first of its values")
    return ax


def index_bars(data: Analysis, ax: Axes | None = None, *, most: int = MOST) -> Axes:
    """Sobol indices with 95 % intervals: first (what a factor does alone) and total (with all others), the largest on top.

    Raises RippleError when the design gives none.
    """
    if data.indices is None:
        raise RippleError(f"a design of kind {data.observed.design} with these points gives no indices")
    table = data.indices.head(most)
    ax = _rows(axes_or_new(ax, 7.2, 0.4 * len(table) + 1.7), [factor_words(name) for name in table["factor"]])
    kinds = [("first", GAIN, "alone (first index)")]
    if "total" in table:
        kinds.append(("total", LOSS, "with all others (total index)"))
    thick = 0.72 / len(kinds)
    for k, (kind, color, words) in enumerate(kinds):
        rows = np.arange(len(table)) + (k - (len(kinds) - 1) / 2) * thick
        value = table[kind].to_numpy()
        ax.barh(rows, np.maximum(value, 0), height=0.9 * thick, color=color, linewidth=0, label=words)
        for row, low, high in zip(rows, table[f"{kind}_low"], table[f"{kind}_high"], strict=True):
            ax.plot([max(0.0, low), max(0.0, high)], [row, row], color=INK, linewidth=1)
    ax.set_xlim(0, max(0.05, min(1.05, 1.02 * float(table[f"{kinds[-1][0]}_high"].max()))))
    ax.legend(frameon=False, fontsize=SMALL, loc="lower right", labelcolor=INK)
    label(ax, f"share of the variance of {_words(data)} between points, 0 to 1")
    head(ax, _title(data), _noise_words(data))
    return ax


def elementary_plane(data: Analysis, ax: Axes | None = None, *, named: int = 10) -> Axes:
    """Morris: the mean size of a factor's effect (x) against how much it differs from place to place (y).

    Below the line sigma = mu* a factor acts much alike everywhere. The largest are named.
    Raises RippleError when the design is no Morris design.
    """
    if data.elementary is None:
        raise RippleError(f"a design of kind {data.observed.design} gives no elementary effects")
    table = data.elementary
    scale, unit = _unit(data)
    ax = dress(axes_or_new(ax, 7.2, 4.6), grid="both")
    x, y = scale * table["mu_star"].to_numpy(), scale * table["sigma"].to_numpy()
    top = 1.12 * max(float(x.max()), 1e-12)
    ax.plot([0, top], [0, top], color=RULE, linewidth=1)
    ax.plot(x, y, "o", color=GAIN, markersize=4.5)
    high = 1.12 * max(float(y.max()), 1e-12)
    lifted: list[tuple[float, float]] = []  # where names stand, in shares of the axes
    for k in range(min(named, len(table))):
        at, to = x[k] / (1.15 * top), y[k] / high
        while any(abs(at - a) < 0.2 and abs(to - b) < 0.045 for a, b in lifted):
            to += 0.046
        lifted.append((at, to))
        moved = to - y[k] / high > 0.04
        line = {"arrowstyle": "-", "color": MUTED, "linewidth": 0.6, "shrinkA": 0, "shrinkB": 2} if moved else None
        ax.annotate(factor_words(str(table["factor"][k]), 26), (x[k], y[k]), (at + 0.012, to), textcoords="axes fraction",
                    va="center", fontsize=SMALL, color=INK, arrowprops=line)  # fmt: skip
    noise = scale * float(np.nanmean(table["noise"])) * np.sqrt(2 / np.pi) if table["noise"].notna().any() else 0.0
    if noise > 0:
        ax.axvspan(0, noise, color=RULE, alpha=0.5, linewidth=0)
    ax.set_xlim(0, top * 1.15)
    ax.set_ylim(0, high)
    words = f" of {_words(data)}, {unit}" if unit else f" of {_words(data)}"
    label(ax, f"mu*: mean size of the effect{words}", f"sigma: how it varies{', ' + unit if unit else ''}")
    head(ax, _title(data), "over the whole range of a factor; grey: what luck alone would give" if noise > 0 else "")
    return ax


def ranking_bars(data: Ranking, ax: Axes | None = None) -> Axes:
    """At how many points each response is the best, and its mean rank; the best on top."""
    table = data.arms
    ax = _rows(axes_or_new(ax, 6.4, 0.4 * len(table) + 1.7), [plain(arm, 28) for arm in table.index])
    for k, row in enumerate(table.to_dict("records")):
        ax.barh(k, 100 * row["best"], height=0.56, color=GAIN, linewidth=0)
        words = f"{100 * row['best']:.0f} %, mean rank {row['mean_rank']:.2f}"
        ax.annotate(
            words, (100 * row["best"], k), (4, 0), textcoords="offset points", va="center", fontsize=SMALL, color=INK
        )
    ax.set_xlim(0, 130)
    ax.set_xticks([0, 25, 50, 75, 100])
    label(ax, f"points at which it is best by {heading(data.measure)}, %")
    head(ax, "Who is best, wherever the parameters lie",
         f"{data.n_points} points of {data.n_replicates} runs; agreement of the orders W = {data.concordance:.2f}")  # fmt: skip
    return ax


def _rows(ax: Axes, names: list[str]) -> Axes:
    dress(ax, grid="x")
    ax.set_yticks(range(len(names)), names)
    ax.set_ylim(len(names) - 0.4, -0.6)
    ax.tick_params(axis="y", length=0, labelcolor=INK)
    ax.spines["left"].set_visible(False)
    ax.xaxis.set_major_locator(MaxNLocator(nbins=6))
    return ax


def _unit(data: Analysis) -> tuple[float, str]:
    return unit_scale(data.measure) if data.observed.unit else (1.0, "")


def _words(data: Analysis) -> str:
    return heading(data.measure) if data.observed.unit else data.measure


def _title(data: Analysis) -> str:
    arm = data.observed.arm
    words = f"What moves {_words(data)}"
    if data.observed.against:
        return f"{words}: {plain(arm, 24)} minus {plain(data.observed.against, 24)}"
    return f"{words}: {plain(arm, 32)}" if arm else words


def _noise_words(data: Analysis) -> str:
    share = data.noise.noise_share
    if not np.isfinite(share):
        return "one run at each point: luck is in every bar"
    return f"luck, {100 * share:.0f} % of the variance of single runs, is taken out"


def difference_words(data: Analysis, value: float) -> str:
    """An effect in the unit people read, with its sign."""
    scale, _ = _unit(data)
    value *= scale
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2 if abs(value) >= 0.1 else 3
    return signed(value, digits)
