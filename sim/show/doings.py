"""What users did by themselves in a run: opinions, complaints and how they ended, who left and who joined."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from sim.scenario.tell import day
from sim.show.style import INK, LOSS, MUTED, SMALL, TEXT, axes_or_new, dress, head, label, plain, thinned, time_axis
from sim.study.results import Run
from sim.units import roughly

_ENDS = (("answered", "answered"), ("ignored", "ignored"), ("deleted", "deleted"), ("waiting", "still wait"))
_BLUE, _GREEN = "#0072b2", "#009e73"


def doings(run: Run) -> list[str]:
    """A few sentences, each with its numbers; none about what did not happen."""
    end = run.series.iloc[-1]
    said = [_posts(end), _complaints(run, end), _members(run, end), _furthest(run)]
    return [sentence for sentence in said if sentence]


def _posts(end: pd.Series) -> str:
    good, bad = int(end["posts_positive"]), int(end["posts_negative"])
    return f"{_many(good + bad, 'opinion')} posted: {good:,} positive, {bad:,} negative." if good + bad else ""


def _complaints(run: Run, end: pd.Series) -> str:
    opened = int(end["complaints_opened"])
    if not opened:
        return ""
    ends = [(int(end[f"complaints_{name}"]), words) for name, words in _ENDS]
    wait = f" after {roughly(float(end['waiting_hours']))} on average" if ends[0][0] else ""
    parts = [f"{count:,} {words}{wait if words == 'answered' else ''}" for count, words in ends if count]
    public = int(run.complaints["public"].sum())
    return f"{_many(opened, 'complaint')}, {public:,} of them in public: {', '.join(parts)}."


def _members(run: Run, end: pd.Series) -> str:
    joined, left = int(end["joined"]), int(end["left"])
    if not joined + left:
        return ""
    first, last = int(run.series["followers"].iloc[0]), int(end["followers"])
    return f"{left:,} left and {joined:,} began to follow: {first:,} followers at the start, {last:,} at the end."


def _furthest(run: Run) -> str:
    """The story of a user that most have heard, when it went from person to person at all."""
    told = run.user_stories[run.user_stories["shared"] > 1]
    if told.empty:
        return ""
    story = told.loc[told["heard"].idxmax()]
    what = f"{'positive' if story['sign'] > 0 else 'negative'} opinion" if story["sort"] == "opinion" else story["sort"]
    by = 100 * float(story["heard"]) / len(run.users)
    return (
        f"Of what users put out, a {what} by user {story['author']} on {day(float(story['hour']))} went furthest: heard by "
        f"{int(story['heard']):,} ({by:.1f} %)."
    )


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


# --- drawn ------------------------------------------------------------------------------------------------------------


def complained(run: Run) -> bool:
    """True when there is a complaint to draw."""
    return bool(run.series["complaints_opened"].iloc[-1] > 0)


def moved(run: Run) -> bool:
    """True when somebody left or joined."""
    return bool(run.series[["joined", "left"]].iloc[-1].sum() > 0)


def complaints_over_time(run: Run, ax: Axes | None = None) -> Axes:
    """How many complaints were made so far, and what had become of them by then: stacked, so that the top is all of them."""
    ax = dress(axes_or_new(ax))
    series = run.series.iloc[thinned(len(run.series))]
    size = time_axis(ax, run.scenario.horizon, run.scenario.start)
    hours = series.index.to_numpy(dtype=float) / size
    looks = {
        "answered": (_BLUE, "answered"),
        "ignored": (LOSS, "ignored"),
        "deleted": ("#cc79a7", "deleted"),
        "waiting": ("#e69f00", "waiting"),
    }
    used = [name for name in looks if (series[f"complaints_{name}"] > 0).any()]
    below = np.zeros(len(series))
    for name in used:
        color, words = looks[name]
        above = below + series[f"complaints_{name}"].to_numpy(dtype=float)
        ax.fill_between(hours, below, above, step="post", color=color, alpha=0.55, linewidth=0, label=words)
        below = above
    ax.step(hours, below, where="post", color=INK, linewidth=1.6)
    ax.set_ylim(0, max(1.0, 1.08 * float(below.max())))
    ax.yaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))
    handles, names = ax.get_legend_handles_labels()
    ax.legend(handles[::-1], names[::-1], frameon=False, fontsize=SMALL, labelcolor=INK, loc="upper left")
    label(ax, ax.get_xlabel(), "complaints so far")
    head(ax, "Complaints", "what had become of them by then")
    return ax


def followers_over_time(run: Run, ax: Axes | None = None) -> Axes:
    """How many users follow the brand over time, and how many have left and begun to follow so far."""
    ax = dress(axes_or_new(ax))
    series = run.series.iloc[thinned(len(run.series))]
    size = time_axis(ax, run.scenario.horizon, run.scenario.start)
    hours = series.index.to_numpy(dtype=float) / size
    change = series["followers"].to_numpy(dtype=float) - float(series["followers"].iloc[0])
    for values, color, dash, words in (
        (series["joined"].to_numpy(dtype=float), _GREEN, (0, (5, 1.5)), "joined"),
        (change, INK, "-", "followers"),
        (-series["left"].to_numpy(dtype=float), LOSS, (0, (1, 1.2)), "left"),
    ):
        ax.plot(hours, values, color=color, linestyle=dash, linewidth=2)
        ax.annotate(words, (1, values[-1]), (5, 0), xycoords=("axes fraction", "data"), textcoords="offset points",
                    va="center", fontsize=TEXT - 0.5, color=color, annotation_clip=False)  # fmt: skip
    ax.axhline(0, color=MUTED, linewidth=1, zorder=1)
    ax.yaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))
    label(ax, ax.get_xlabel(), "users, change since the start")
    first, last = int(run.series["followers"].iloc[0]), int(run.series["followers"].iloc[-1])
    head(ax, "Followers", plain(f"{first:,} at the start, {last:,} at the end"))
    return ax
