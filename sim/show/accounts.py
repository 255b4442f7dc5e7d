"""Figures of the books: what changed mean own trust, as a waterfall, and how far from person to person it went."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sim.dynamics.setup import regular_causes
from sim.show.style import (
    GAIN,
    INK,
    LOSS,
    MUTED,
    RULE,
    SMALL,
    arm_styles,
    as_points,
    axes_or_new,
    digits_for,
    dress,
    head,
    label,
    plain,
    signed,
)  # fmt: skip
from sim.study.comparison import Comparison
from sim.study.results import Run

CHANNELS = ("direct", "hop 1", "hop 2", "hop 3+", "waiting", "answer", "response", "rule", "time")
HOPS = CHANNELS[:4]
CALENDAR = "calendar"
OTHERS = ("", "others")  # what has no row of its own
_WORDS = {
    "direct": "met directly",
    "hop 1": "heard at hop 1",
    "hop 2": "heard at hop 2",
    "hop 3+": "heard at hop 3+",
    "waiting": "hurt by waiting",
    "answer": "answered",
    "response": "repaired by responses",
    "time": "healed and forgotten with time",
}
_LAST_HOP = 6  # later ones are drawn with it
_LEAST = 0.01  # of the largest account; smaller ones are drawn as one


def accounts(data: Run | Comparison, arm: str | None = None) -> pd.DataFrame:
    """The own book as cause, channel, points (change of mean own trust): of a run, or of an arm over all runs.

    What the calendar's acts did is one account each, whatever its channel.
    """
    table = data.ledger
    chosen = data.arm if isinstance(data, Run) else data.reference if arm is None else arm
    if isinstance(data, Comparison):
        table = table[table["arm"] == chosen]
    own = table[table["book"] == "own"]
    regular = own["cause"].isin(regular_causes(data.scenario, chosen))
    channel = own["channel"].where(~regular, CALENDAR)
    out = pd.DataFrame({"cause": own["cause"], "channel": channel, "points": as_points(own["trust"])})
    return out.groupby(["cause", "channel"], sort=False, as_index=False)["points"].sum()


def account_words(cause: str, channel: str) -> str:
    """An account in words: `breach: met directly`."""
    if (cause, channel) == OTHERS:
        return "all other accounts"
    if channel == CALENDAR:
        return f"calendar: {cause}"
    if channel == "rule":
        return cause
    words = _WORDS.get(channel, channel)
    return words if cause in ("time", channel) else f"{cause}: {words}"


def shown_accounts(tables: Sequence[pd.DataFrame]) -> list[tuple[str, str]]:
    """The accounts worth a row of their own in any of some books, and OTHERS when some are not.

    Causes as they come, channels in order, time last but for the others.
    """
    everything = pd.concat(tables) if tables else pd.DataFrame(columns=["cause", "channel", "points"])
    if everything.empty:
        return []
    largest = everything["points"].abs().max()
    kept = everything[everything["points"].abs() >= _LEAST * largest]
    order = (CALENDAR, *CHANNELS)
    causes = [cause for cause in dict.fromkeys(kept["cause"]) if cause != "time"]
    pairs = set(zip(kept["cause"], kept["channel"], strict=True))
    rows = [(cause, channel) for cause in causes for channel in order if (cause, channel) in pairs]
    rows += [("time", "time")] * (("time", "time") in pairs)
    return rows + [OTHERS] * (len(kept) < len(everything))


def ledger_waterfall(
    data: Run | Comparison,
    ax: Axes | None = None,
    *,
    arm: str | None = None,
    rows: Sequence[tuple[str, str]] | None = None,
) -> Axes:
    """The own book as a waterfall: from the start, account by account, to the end; points of mean own trust.

    data: a run, or a comparison and one of its `arm`s (None: the reference; then the mean over all runs). rows: the
    accounts to show and their order, so that several charts share them; what is left is summed as one.
    """
    book = accounts(data, arm)
    rows = shown_accounts([book]) if rows is None else list(rows)
    values = {(cause, channel): points for cause, channel, points in book.itertuples(index=False)}
    steps = [values.get(row, 0.0) for row in rows]
    names = [account_words(*row) for row in rows]
    rest = float(book["points"].sum()) - sum(steps)
    if OTHERS in rows:
        steps[rows.index(OTHERS)] = rest
    elif abs(rest) > 1e-9:
        steps, names = [*steps, rest], [*names, account_words(*OTHERS)]
    name = data.arm if isinstance(data, Run) else arm or data.reference
    first = float(as_points(data.series["own"].iloc[0])) if isinstance(data, Run) else 0.0
    ax = dress(axes_or_new(ax, 7.2, 0.32 * len(names) + 2.0), grid="x")
    _fall(ax, first, steps, names)
    label(ax, "mean own trust, points" if first else "change of mean own trust, points")
    head(ax, f"What changed trust: {name}")
    return ax


def account_differences(data: Comparison, arm: str, to: str | None = None) -> pd.DataFrame:
    """The own book of an arm minus that of another (None: the reference), account by account; as `accounts` gives them."""
    ours = accounts(data, arm)
    theirs = accounts(data, to).assign(points=lambda book: -book["points"])
    both = pd.concat([theirs, ours])  # in the order of the book that is held against
    return both.groupby(["cause", "channel"], sort=False, as_index=False)["points"].sum()


def ledger_difference(
    data: Comparison,
    ax: Axes | None = None,
    *,
    arm: str,
    to: str | None = None,
) -> Axes:
    """Where the difference between two arms comes from: from one end to the other, account by account, mean over runs.

    Points of mean own trust at the horizon; to: the arm that is subtracted, the reference when left out.
    """
    book = account_differences(data, arm, to)
    rows = shown_accounts([book])
    values = {(cause, channel): points for cause, channel, points in book.itertuples(index=False)}
    steps = [values.get(row, 0.0) for row in rows]
    if OTHERS in rows:
        steps[rows.index(OTHERS)] = float(book["points"].sum()) - sum(steps)
    ax = dress(axes_or_new(ax, 7.2, 0.32 * len(rows) + 2.0), grid="x")
    other = data.reference if to is None else to
    _fall(ax, 0.0, steps, [account_words(*row) for row in rows], ends=(other, arm))
    label(ax, "difference in mean own trust, points")
    head(ax, f"{arm} minus {other}", "which accounts the difference at the end is made of")
    return ax


def _fall(
    ax: Axes,
    first: float,
    steps: Sequence[float],
    names: Sequence[str],
    ends: tuple[str, str] = ("start", "end"),
) -> None:
    edges = first + np.concatenate([[0.0], np.cumsum(steps)])
    low, high = float(edges.min()), float(edges.max())
    wide = max(high - low, 0.02)
    digits = digits_for([*steps, edges[-1] - first])
    rows = np.arange(1, len(steps) + 1)
    for row, before, after, step in zip(rows, edges[:-1], edges[1:], steps, strict=True):
        color = LOSS if step < 0 else GAIN
        if step == 0.0:  # an account that only other arms have
            ax.plot([after, after], [row - 0.31, row + 1.31], color=MUTED, linewidth=0.8, zorder=3)
            continue
        ax.barh(row, step, left=before, height=0.62, color=color, edgecolor=color, zorder=2)
        ax.plot([after, after], [row - 0.31, row + 1.31], color=MUTED, linewidth=0.8, zorder=3)
        right = max(before, after)
        ax.annotate(signed(step, digits), (right, row), (4, 0), textcoords="offset points", va="center", fontsize=SMALL,
                    color=INK)  # fmt: skip
    last = len(steps) + 1
    ax.plot([first, first], [-0.31, 1.31], color=MUTED, linewidth=0.8, zorder=3)
    for place, value in ((0, first), (last, float(edges[-1]))):
        ax.plot([value], [place], marker="D", color=INK, markersize=6, zorder=4)
        text = f"{value:.{max(digits, 1)}f}" if first else signed(value, digits) if place else "0"
        ax.annotate(text, (value, place), (8, 0), textcoords="offset points", va="center", fontsize=SMALL, color=INK,
                    fontweight="bold")  # fmt: skip
    ax.set_yticks([0, *rows, last], [plain(ends[0], 28), *(plain(name) for name in names), plain(ends[1], 28)])
    ax.set_ylim(last + 0.6, -0.6)
    ax.set_xlim(low - 0.06 * wide, high + 0.22 * wide)
    ax.tick_params(axis="y", length=0, labelcolor=INK)
    ax.spines["left"].set_visible(False)
    ax.axvline(first, color=RULE, linewidth=1, zorder=1)


def effect_by_hop(data: Run | Comparison, ax: Axes | None = None) -> Axes:
    """What the acts did to mean own trust, by the hop at which people met or heard of them; points, bars per arm.

    All acts but the calendar's; healing and responses are not in it.
    """
    arms = [data.arm] if isinstance(data, Run) else data.arms
    heights = {}
    for arm in arms:
        book = accounts(data, arm)
        heights[arm] = [float(book.loc[book["channel"] == hop, "points"].sum()) for hop in HOPS]
    ax = _bars(axes_or_new(ax), arms, heights, ["met directly", *HOPS[1:]])
    ax.axhline(0, color=MUTED, linewidth=1, zorder=3)
    label(ax, "", "change of mean own trust, points")
    head(ax, "What it did, by hop", "before healing and repair")
    return ax


def people_by_hop(data: Run | Comparison, ax: Axes | None = None) -> Axes:
    """How many people heard of an act by word of mouth, by the hop of the first time, per 100 users; bars per arm.

    Summed over all acts but the calendar's and responses: who hears of two acts counts twice.
    """
    arms = [data.arm] if isinstance(data, Run) else data.arms
    run = data if isinstance(data, Run) else next(iter(data.examples.values()))
    heights = {}
    for arm in arms:
        table = data.hops if isinstance(data, Run) else data.hops[data.hops["arm"] == arm]
        acts = (*data.scenario.timeline, *data.scenario.arm(arm).acts)
        names = {act.id for act in acts if act.repairs is None}
        known = [str(act).split(" #")[0] in names for act in table["act"]]
        heard = table[np.array(known, dtype=bool) & (table["hop"].to_numpy() > 0)]
        by_hop = heard.groupby(heard["hop"].clip(upper=_LAST_HOP))["users"].sum()
        heights[arm] = [100.0 * float(by_hop.get(hop, 0.0)) / len(run.users) for hop in range(1, _LAST_HOP + 1)]
    names_of_hops = [f"hop {hop}" for hop in range(1, _LAST_HOP)] + [f"hop {_LAST_HOP}+"]
    ax = _bars(axes_or_new(ax), arms, heights, names_of_hops)
    label(ax, "", "hearings per 100 users")
    head(ax, "Who heard of it, by hop", "by their first hearing; hop 1: from someone who met it")
    return ax


def _bars(ax: Axes, arms: Sequence[str], heights: dict[str, list[float]], names: Sequence[str]) -> Axes:
    styles = arm_styles(arms)
    dress(ax)
    width = 0.8 / len(arms)
    for k, arm in enumerate(arms):
        places = np.arange(len(names)) - 0.4 + width * (k + 0.5)
        ax.bar(places, heights[arm], 0.86 * width, color=styles[arm].color, hatch=styles[arm].hatch, edgecolor="white",
               linewidth=0, label=plain(arm, 28), zorder=2)  # fmt: skip
    ax.set_xticks(range(len(names)), names)
    ax.tick_params(axis="x", length=0, labelcolor=INK)
    if len(arms) > 1:
        ax.legend(frameon=False, fontsize=SMALL, labelcolor=INK, handlelength=1.6, loc="best")
    return ax
