"""The figures of a fit: what was observed within what the fitted model expects, and what the data said of each number."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.show.drawn import Drawn
from sim.show.fit_text import factor_name, in_unit, range_words
from sim.show.style import COLORS, INK, MUTED, PALE, RULE, SMALL, axes_or_new, dress, head, label, plain, time_unit
from sim.study.fit.fitted import LITTLE, Fit

_WORDS = {
    "trust": "mean trust, points",
    "mentions": "mentions",
    "interest": "interest",
    "complaints": "complaints",
}


def predictive_band(data: Fit, series: str | None = None, ax: Axes | None = None) -> Axes:
    """One observed series (None: the first) as dots, within 50 % and 90 % of what the posterior expects of each value.

    The pale band is what one would have expected before the data.
    """
    ax = dress(axes_or_new(ax))
    rows = data.bands[data.bands["series"] == (series or data.bands["series"].iloc[0])]
    scale = 100.0 if rows["shows"].iloc[0] == "trust" else 1.0
    hours = rows["hour"].to_numpy()
    size, unit = time_unit(float(hours.max()))
    if hours.max() > 5 * 8760:
        size, unit = 8760.0, "years"
    x = hours / size
    ax.fill_between(
        x, scale * rows["prior_q05"], scale * rows["prior_q95"], color=PALE, label="9 in 10 before the data"
    )
    ax.fill_between(
        x, scale * rows["q05"], scale * rows["q95"], color=COLORS[0], alpha=0.22, lw=0, label="9 in 10 after"
    )
    ax.fill_between(x, scale * rows["q25"], scale * rows["q75"], color=COLORS[0], alpha=0.35, lw=0, label="half after")
    ax.plot(x, scale * rows["q50"], color=COLORS[0], lw=1.2)
    ax.plot(x, scale * rows["observed"], "o", color=INK, ms=3.5, label="observed")
    if scale == 1.0:  # a few runs of the prior would press everything else to the ground
        top = float(max(rows["observed"].max(), rows["q95"].max()))
        ax.set_ylim(0.0, 1.12 * top)
    shown = int(rows["inside"].sum())
    name = str(rows["series"].iloc[0])
    head(ax, name, f"{shown} of {len(rows)} values lie within 9 in 10 of what the fitted model expects")
    label(ax, f"{unit} since the start", _WORDS[str(rows["shows"].iloc[0])])
    ax.legend(frameon=False, fontsize=SMALL, labelcolor=MUTED, loc="best")
    return ax


def prior_and_posterior(data: Fit, ax: Axes | None = None) -> Axes:
    """The 90 % range of each number before (grey) and after the data (blue), on the scale of its own prior."""
    rows = data.parameters[~data.parameters["error"]].iloc[::-1].reset_index(drop=True)
    ax = dress(axes_or_new(ax, 7.2, 0.45 * len(rows) + 1.5), grid="")
    for k, row in rows.iterrows():
        low, high = row["prior_low"], row["prior_high"]

        def at(value: float, low: float = low, high: float = high) -> float:
            return (value - low) / (high - low)

        ax.plot([0, 1], [k, k], color=RULE, lw=7, solid_capstyle="butt")
        color = COLORS[0] if row["told"] >= LITTLE else MUTED
        ax.plot([at(row["low"]), at(row["high"])], [k, k], color=color, lw=3.5, solid_capstyle="butt")
        ax.plot(at(row["middle"]), k, "o", color=color, ms=6)
        if np.isfinite(row["default"]):
            ax.plot(at(row["default"]), k, "|", color=INK, ms=13, mew=1.4)
        words = f"{in_unit(row['middle'], row['unit'])}  ({range_words(row['low'], row['high'], row['unit'])})"
        ax.annotate(words, (1.0, k), (12, 0), textcoords="offset points", va="center", fontsize=SMALL, color=INK,
                    annotation_clip=False)  # fmt: skip
    ax.set_yticks(range(len(rows)), [plain(factor_name(name)) for name in rows["factor"]])
    ax.set_xticks([0, 1], ["5 %", "95 %"])
    ax.set_xlim(-0.08, 1.08)
    ax.set_ylim(-0.6, len(rows) - 0.4)
    label(ax, "of what was plausible before the data")
    head(ax, "What the data said", "grey: before; blue: after, 9 in 10; grey dot: nothing learnt; stroke: the scenario")
    return ax


def fit_figures(data: Fit) -> Iterator[Drawn]:
    """All figures of a fit."""
    rows = int((~data.parameters["error"]).sum())
    figure = Figure(figsize=(8.2, 0.45 * rows + 1.6), layout="constrained")
    prior_and_posterior(data, figure.add_subplot())
    yield Drawn("parameters", "What each number may be before and after the data.", figure)
    for k, name in enumerate(dict.fromkeys(data.bands["series"])):
        figure = Figure(figsize=(8.0, 4.2), layout="constrained")
        predictive_band(data, name, figure.add_subplot())
        yield Drawn(f"series-{k + 1}", f"What the fitted model expects of {name}, and what was observed.", figure)
