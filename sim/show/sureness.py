"""How sure the ranking of arms is when what is assumed is varied: shares of being best, regret, and what it hangs on."""

from __future__ import annotations

import math

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from sim.scenario.parameters import PARAMETERS
from sim.scenario.resolve import parameter_words
from sim.show.measures_shown import unit_scale
from sim.show.style import INK, MUTED, RULE, SMALL, arm_styles, axes_or_new, dress, head, label, legend_below, plain
from sim.study.comparison import Comparison
from sim.study.how_sure import THIRDS, HowSure

MEASURE = "trust_days_lost"
_MOST = 6  # parameters
_SHADES = {"lowest": "#56b4e9", "middle": MUTED, "highest": "#d55e00"}
_SHAPES = {"lowest": "v", "middle": "o", "highest": "^"}


def shares_of_best(data: Comparison, ax: Axes | None = None, *, measure: str = MEASURE) -> Axes:
    """In how many of 100 plausible cases each arm is best, with 95 % intervals.

    Hollow: in how many simulated crises, with all numbers as they are by default. Raises ValueError without `how_sure`.
    """
    rows = _chances(_known(data), measure)
    ax = _rows(axes_or_new(ax, 5.0, 0.36 * len(data.arms) + 1.6), data.arms)
    styles = arm_styles(data.arms)
    for place, arm in enumerate(data.arms):
        color, share = styles[arm].color, 100 * float(rows.loc[arm, "best"])
        ax.barh(place, share, height=0.56, color=color, alpha=0.85, zorder=2)
        ax.plot(
            [100 * rows.loc[arm, "low"], 100 * rows.loc[arm, "high"]],
            [place, place],
            color=INK,
            linewidth=1.4,
            zorder=4,
        )
        ax.plot([100 * float(data.best.loc[arm, measure])], [place], marker="D", markerfacecolor="#ffffff",
                markeredgecolor=INK, markersize=5, zorder=5, clip_on=False)  # fmt: skip
        ax.annotate(f"{share:.0f}", (max(share, 100 * rows.loc[arm, "high"]), place), (7, 0), textcoords="offset points",
                    va="center", fontsize=SMALL, color=INK, annotation_clip=False)  # fmt: skip
    ax.set_xlim(0, 112)
    ax.set_xticks(range(0, 101, 20))
    label(ax, "best in so many of 100")
    head(ax, "How often each is best", "bars: assumptions varied; hollow: as they are")
    return ax


def expected_regret(data: Comparison, ax: Axes | None = None, *, measure: str = MEASURE) -> Axes:
    """What choosing each arm costs, on average over plausible cases, against the arm that is best in each of them."""
    rows = _chances(_known(data), measure)
    factor, unit = unit_scale(measure)
    ax = _rows(axes_or_new(ax, 5.0, 0.36 * len(data.arms) + 1.6), data.arms)
    styles = arm_styles(data.arms)
    for place, arm in enumerate(data.arms):
        regret, low, high = (factor * float(rows.loc[arm, name]) for name in ("regret", "regret_low", "regret_high"))
        ax.barh(place, regret, height=0.56, color=styles[arm].color, alpha=0.85, zorder=2)
        if math.isfinite(low):
            ax.plot([low, high], [place, place], color=INK, linewidth=1.4, zorder=4)
        ax.annotate(f"{regret:.1f}", (high if math.isfinite(high) else regret, place), (6, 0), textcoords="offset points",
                    va="center", fontsize=SMALL, color=INK)  # fmt: skip
    ax.margins(x=0.16)
    ax.set_xlim(left=0.0)
    ax.xaxis.set_major_locator(MaxNLocator(nbins=5))
    label(ax, f"expected regret, {unit}")
    head(ax, "What choosing it may cost", "against the best of each plausible case; less is better")
    return ax


def what_it_hangs_on(data: Comparison, ax: Axes | None = None, *, measure: str = MEASURE) -> Axes:
    """How often the favoured arm is best in each third of the range of the parameters that tell most."""
    sure = _known(data)
    table = sure.hangs_on(measure).head(_MOST)
    ax = _rows(axes_or_new(ax, 6.4, 0.42 * len(table) + 1.8), [str(name) for name in table["parameter"]])
    for place, row in enumerate(table.itertuples(index=False)):
        shares = {third: 100 * getattr(row, third) for third in THIRDS}
        ax.plot([min(shares.values()), max(shares.values())], [place, place], color=RULE, linewidth=3, zorder=2)
        for third, share in shares.items():
            ax.plot([share], [place], marker=_SHAPES[third], color=_SHADES[third], markersize=7, linestyle="", zorder=4,
                    clip_on=False, label=f"in the {third} third" if place == 0 else None)  # fmt: skip
        if row.hangs:
            ax.get_yticklabels()[place].set_fontweight("bold")
    ax.set_xlim(-3, 103)
    ax.set_xticks(range(0, 101, 20))
    label(ax, f"{plain(sure.favoured(measure), 28)} is best in so many of 100")
    head(ax, "What the ranking hangs on", "by thirds of each number's range; bold: more than noise")
    legend_below(ax, 3)
    return ax


def hangs_on_sentences(sure: HowSure, measure: str = MEASURE) -> list[str]:
    """Which assumptions the ranking hangs on, in words; one sentence when it hangs on none that the draws can tell."""
    table = sure.hangs_on(measure)
    telling = table[table["hangs"].astype(bool)] if len(table) else table
    arm = sure.favoured(measure)
    many = f"{sure.n_draws:,} plausible cases"
    if telling.empty:
        return [
            f"Over {many}, with {sure.points.shape[1]} numbers varied at once, the ranking hangs on no single one of them."
        ]
    said = []
    for row in telling.head(_MOST).itertuples(index=False):
        p = PARAMETERS[row.parameter]
        source = "assumed" if p.assumed else p.source
        said.append(
            f"The ranking hangs on {row.parameter} ({p.meaning}; {parameter_words(p.name, p.low)} to "
            f"{parameter_words(p.name, p.high)} are plausible; {source}): {arm} is best in {100 * row.lowest:.0f} of 100 cases "
            f"in its lowest third, in {100 * row.highest:.0f} in its highest."
        )
    return said


def tells(data: Comparison, measure: str = MEASURE) -> bool:
    """True when the share of being best differs between thirds at all, so that there is something to draw."""
    table = data.how_sure.hangs_on(measure) if data.how_sure is not None else pd.DataFrame()
    return bool(len(table)) and bool((table.head(_MOST)[list(THIRDS)].nunique(axis=1) > 1).any())


def _known(data: Comparison) -> HowSure:
    if data.how_sure is None:
        raise ValueError("this comparison was made without how_sure")
    return data.how_sure


def _chances(sure: HowSure, measure: str) -> pd.DataFrame:
    return sure.chances().query("measure == @measure").set_index("arm")


def _rows(ax: Axes, names: list[str]) -> Axes:
    dress(ax, grid="x")
    ax.set_yticks(range(len(names)), [plain(name, 28) for name in names])
    ax.set_ylim(len(names) - 0.4, -0.6)
    ax.tick_params(axis="y", length=0, labelcolor=INK)
    ax.spines["left"].set_visible(False)
    return ax
