"""What all figures have in common: colours that the colour-blind and a grey printer can tell apart, quiet axes, units.

Nothing here touches matplotlib's global settings: every figure says what it wants, artist by artist.
Colours: Okabe & Ito 2008, https://jfly.uni-koeln.de/color/
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

INK, MUTED, RULE, PALE = "#1d2329", "#5c6670", "#d5dade", "#eef1f3"
LOSS, GAIN = "#d55e00", "#0072b2"
TITLE, TEXT, SMALL = 12.0, 9.5, 8.5  # pt
BELOW = "below"  # what names the line under a title

COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
_DASHES: tuple[Any, ...] = ("-", (0, (5, 1.5)), (0, (1, 1.2)), (0, (6, 1.5, 1, 1.5)), (0, (3, 1, 1, 1, 1, 1)))
_MARKERS = ("s", "^", "D", "v", "P", "X", "<", ">")
_HATCHES = ("", "//", "..", "\\\\", "xx", "--", "++")


@dataclass(frozen=True)
class ArmStyle:
    """How one arm looks in every figure."""

    color: str
    dash: Any
    marker: str
    hatch: str


def arm_styles(arms: Sequence[str]) -> dict[str, ArmStyle]:
    """A look for each arm: the first, the reference, in ink with a full line; none looks like another up to 30 arms."""
    looks = {arm: ArmStyle(INK, "-", "o", "") for arm in arms[:1]}
    for k, arm in enumerate(arms[1:]):
        dash = _DASHES[(1 + k) % len(_DASHES)]
        hatch = _HATCHES[1 + k % (len(_HATCHES) - 1)]
        looks[arm] = ArmStyle(COLORS[k % len(COLORS)], dash, _MARKERS[k % len(_MARKERS)], hatch)
    return looks


def as_points(trust: Any) -> Any:
    """Trust 0..1 as people read it, 0-100 points."""
    return np.asarray(trust, dtype=float) * 100.0


def plain(words: str, most: int = 60) -> str:
    """Words of a scenario as matplotlib shall write them: never as a formula, and not longer than `most` letters."""
    words = " ".join(words.split())
    words = words if len(words) <= most else words[: most - 1].rstrip() + "…"
    return words.replace("$", r"\$")


def thinned(count: int, most: int = 400) -> np.ndarray:
    """Row numbers of at most some `most` of `count` rows, evenly spread, the last one among them: enough for a curve."""
    return np.unique(np.linspace(0, count - 1, min(count, most)).round().astype(int)) if count else np.zeros(0, int)


def axes_or_new(ax: Axes | None, width: float = 7.2, height: float = 4.2) -> Axes:
    """The axes that were given, or new ones in a figure of their own (inches)."""
    if ax is not None:
        return ax
    from matplotlib import pyplot

    return pyplot.subplots(figsize=(width, height), layout="constrained")[1]


def figure_of(ax: Axes) -> Figure:
    """The figure that axes stand in, also when they are inset."""
    figure = ax.get_figure(root=True)
    assert figure is not None
    return figure


def dress(ax: Axes, *, grid: str = "y") -> Axes:
    """Quiet axes: two spines, a faint grid behind the data along one direction, muted ticks."""
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        ax.spines[side].set_color(RULE)
    ax.tick_params(colors=MUTED, labelsize=TEXT - 0.5, length=3, width=0.8, color=RULE, labelcolor=MUTED)
    ax.set_axisbelow(True)
    if grid:
        ax.grid(axis=grid, color=RULE, linewidth=0.6)  # type: ignore[arg-type]
    return ax


def head(ax: Axes, title: str, below: str = "", *, lift: float = 0.0) -> None:
    """A title at the left and a muted line under it; `lift` leaves room above the axes (pt)."""
    ax.set_title(
        plain(title), loc="left", fontsize=TITLE, fontweight="bold", color=INK, pad=lift + (20.0 if below else 8.0)
    )
    if below:
        ax.annotate(
            below, (0, 1), (0, lift + 6.0), xycoords="axes fraction", textcoords="offset points", fontsize=TEXT - 0.5,
            color=MUTED, va="bottom", ha="left", annotation_clip=False, gid=BELOW
        )  # fmt: skip


def title(figure: Figure, words: str) -> None:
    """A title over a whole figure, at the left."""
    text = figure.suptitle(plain(words, 90), fontsize=TITLE + 1, fontweight="bold", color=INK)
    text.set(x=0.01, ha="left")  # after it was made, so that the layout still leaves room for it


def narrowed(ax: Axes) -> None:
    """Move the title to the left edge of a narrow figure and leave out the line under it, which its caption says."""
    words = ax.get_title(loc="left")
    ax.set_title("", loc="left")
    for text in list(ax.texts):
        if text.get_gid() == BELOW:
            text.remove()
    figure_of(ax).text(0.02, 0.985, words, fontsize=TITLE, fontweight="bold", color=INK, va="top")


def legend_below(ax: Axes, columns: int) -> None:
    """A legend under the label of the x axis, at the left."""
    tall = 0.75 * figure_of(ax).get_figheight()
    ax.legend(frameon=False, fontsize=SMALL, labelcolor=INK, loc="upper left", bbox_to_anchor=(0.0, -0.5 / tall), ncols=columns,
              handletextpad=0.2, borderaxespad=0.0, columnspacing=1.2)  # fmt: skip


def label(ax: Axes, x: str = "", y: str = "") -> None:
    """Labels of the two axes, with their units."""
    ax.set_xlabel(x, fontsize=TEXT, color=MUTED)
    ax.set_ylabel(y, fontsize=TEXT, color=MUTED)


def time_unit(horizon: float) -> tuple[float, str]:
    """Hours in the unit a time axis uses, and its name."""
    return (1.0, "hours") if horizon <= 72 else (24.0, "days")


def time_axis(ax: Axes, horizon: float, start: datetime | None = None) -> float:
    """Make x the time since the start; returns the hours in its unit."""
    size, name = time_unit(horizon)
    since = f"{name} since the start"
    if start is not None:
        since += f" ({start.day} {start:%b %Y})"
    ax.set_xlim(0, horizon / size)
    steps = [1, 2, 3, 5, 6, 10] if size > 1 else [1, 2, 3, 6, 10]
    inches = ax.get_window_extent().width / figure_of(ax).dpi
    ax.xaxis.set_major_locator(MaxNLocator(nbins=int(np.clip(1.8 * inches, 3, 9)), steps=steps, integer=True))
    ax.set_xlabel(since, fontsize=TEXT, color=MUTED)
    return size


def signed(value: float, digits: int = 2) -> str:
    """A change with its sign, a true minus, and no minus before a zero: +0.12, −3.40, 0.00."""
    text = f"{abs(value):,.{digits}f}"
    if float(text.replace(",", "")) == 0.0:
        return text
    return ("+" if value > 0 else "\N{MINUS SIGN}") + text


def digits_for(values: Iterable[float]) -> int:
    """Decimals that show the largest of some numbers with three figures; 0 to 3."""
    largest = max((abs(float(v)) for v in values if np.isfinite(v)), default=0.0)
    return 0 if largest >= 100 else 1 if largest >= 10 else 2 if largest >= 0.1 else 3
