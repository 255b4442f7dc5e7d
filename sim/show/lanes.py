"""The lanes above a chart: which act happens when, one lane for what all arms share and one for each arm.

The lanes are the legend too: each begins with the line and the name that stand for its arm below.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from matplotlib.axes import Axes
from matplotlib.transforms import Bbox

from sim.dynamics.brand import spelled_out
from sim.scenario.acts import Act
from sim.scenario.scenario import Scenario
from sim.scenario.tell import publicity
from sim.show.style import INK, MUTED, PALE, RULE, SMALL, ArmStyle, figure_of, plain, time_unit

HEIGHT = 15.0  # pt, of one lane
_MARGIN = 5.0  # pt, between the lanes and the chart
_LETTER = 0.56  # mean width of a letter over the font size, on the wide side
_MOST_MARKS = 80  # of a repeated act; more run into a bar


@dataclass(frozen=True)
class Mark:
    """Something that happens: when (h), what to write beside it, hollow when nobody sees it yet."""

    hours: tuple[float, ...]
    words: str
    hidden: bool = False


@dataclass(frozen=True)
class Lane:
    """One line of marks. `style` None: what all arms share."""

    name: str
    marks: tuple[Mark, ...]
    style: ArmStyle | None = None


def lanes_of(scenario: Scenario, arms: Sequence[str], styles: dict[str, ArmStyle]) -> list[Lane]:
    """A lane of the common timeline, when there is one, and a lane for each arm.

    The calendar is left out, and so are acts that wait for something: nobody knows when.
    """
    common = tuple(_mark(act, scenario.horizon) for act in scenario.timeline if act.when is None)
    lanes = [Lane("in every arm", common)] if common and len(arms) > 1 else []
    for arm in arms:
        own = [_mark(act, scenario.horizon) for act in scenario.arm(arm).acts if act.when is None]
        if len(arms) == 1:
            own = [*common, *own]
        lanes.append(Lane(arm, (*own, *_found_out(scenario, arm)), styles[arm]))
    return lanes


def _mark(act: Act, horizon: float) -> Mark:
    times = tuple(one.at for one in spelled_out([act], horizon) if one.at < horizon)
    words = plain(act.words.split(" (")[0], 40).replace("\\$", "$")
    if len(times) > 1:
        words += f" × {len(times)}"
    return Mark(times, f"{words} (hidden)" if act.hidden else words, act.hidden)


def _found_out(scenario: Scenario, arm: str) -> list[Mark]:
    """Hidden acts that come out at a set time in this arm because nobody told them before."""
    acts = scenario.acts(arm)
    public = publicity(acts)
    return [
        Mark((act.found,), "found out")
        for act in acts
        if act.hidden and act.found is not None and public.get(act.id) == act.found < scenario.horizon
    ]


def room(lanes: Sequence[Lane]) -> float:
    """Points above the axes that the lanes take."""
    return len(lanes) * HEIGHT + _MARGIN if lanes else 0.0


def draw_lanes(ax: Axes, lanes: Sequence[Lane], horizon: float) -> Axes | None:
    """Draw the lanes right above the axes, in inset axes that share its time axis; None when there are none.

    Marks that stand too close for two labels share one.
    """
    if not lanes:
        return None
    size, _ = time_unit(horizon)
    figure = figure_of(ax)
    wide = max(ax.get_window_extent().width / figure.dpi * 72.0, 1.0)
    strip = ax.inset_axes((0.0, 1.0, 1.0, 0.1))  # the locator says where it really stands
    strip.set_axes_locator(_Above(ax, len(lanes) * HEIGHT))
    strip.set_xlim(0, horizon / size)
    strip.set_ylim(len(lanes) - 0.5, -0.5)
    strip.set_axis_off()
    for row, lane in enumerate(lanes):
        color = lane.style.color if lane.style else INK
        strip.axhspan(row - 0.44, row + 0.44, color=PALE, zorder=0, linewidth=0)
        _name(strip, row, lane, color)
        for _, words, marks in _together(lane.marks, horizon / size, size, wide):
            for mark in marks:
                _draw(strip, row, mark, lane, color, size)
            times = sorted(t / size for mark in marks for t in mark.hours)
            _write(strip, row, times, words, horizon / size, wide)
    return strip


class _Above:
    """Places the strip: the chart's width, its own height in points, right above the chart."""

    def __init__(self, ax: Axes, height: float):
        self.ax, self.height = ax, height

    def __call__(self, strip: object, renderer: object) -> Bbox:
        box = self.ax.get_position(original=False)
        pt = 1.0 / (72.0 * figure_of(self.ax).get_figheight())
        bottom = box.y1 + _MARGIN * pt
        return Bbox.from_extents(box.x0, bottom, box.x1, bottom + self.height * pt)


def _name(strip: Axes, row: int, lane: Lane, color: str) -> None:
    across = strip.get_yaxis_transform()  # x in shares of the width, y in lanes
    place, tint = (-0.008, MUTED) if lane.style is None else (-0.06, INK)
    if lane.style is not None:
        strip.plot([-0.052, -0.008], [row, row], transform=across, color=color, linestyle=lane.style.dash, linewidth=2,
                   clip_on=False, solid_capstyle="butt")  # fmt: skip
    strip.text(place, row, plain(lane.name, 28), transform=across, ha="right", va="center", fontsize=SMALL, color=tint,
               clip_on=False)  # fmt: skip


def _together(marks: Sequence[Mark], length: float, size: float, wide: float) -> list[tuple[float, str, list[Mark]]]:
    """Marks whose labels would run into each other, joined: where the first stands, the words, the marks."""
    groups: list[tuple[float, str, list[Mark]]] = []
    for mark in sorted(marks, key=lambda m: m.hours):
        start = mark.hours[0] / size
        if groups:
            before, words, members = groups[-1]
            last = max(t for m in members for t in m.hours[-1:]) / size
            if start < max(before, last) + (_width(words) + 16.0) / wide * length:
                joined = words if mark.words in words.split(", ") else f"{words}, {mark.words}"
                groups[-1] = (before, joined, [*members, mark])
                continue
        groups.append((start, mark.words, [mark]))
    return groups


def _width(words: str) -> float:
    return len(words) * SMALL * _LETTER


def _draw(strip: Axes, row: int, mark: Mark, lane: Lane, color: str, size: float) -> None:
    times = [t / size for t in mark.hours]
    if len(times) > _MOST_MARKS:
        strip.plot([times[0], times[-1]], [row, row], color=color, linewidth=4, solid_capstyle="butt")
        return
    shape = lane.style.marker if lane.style else "o"
    strip.plot(times, [row] * len(times), linestyle="", marker=shape, markersize=5.0 if len(times) < 20 else 3.0,
               markeredgecolor=color, markerfacecolor="none" if mark.hidden else color, clip_on=False)  # fmt: skip


def _write(strip: Axes, row: int, times: Sequence[float], words: str, length: float, wide: float) -> None:
    """The label right of the marks, left of them, in the first wide enough gap, or over them at the right end."""
    need = (_width(words) + 12.0) / wide * length
    text: dict[str, Any] = {"va": "center_baseline", "fontsize": SMALL, "color": MUTED, "textcoords": "offset points"}
    gaps = [a for a, b in pairwise(times) if b - a > need]
    if times[-1] + need <= length:
        strip.annotate(plain(words, 90), (times[-1], row), (6, 0), ha="left", **text)
    elif times[0] >= need:
        strip.annotate(plain(words, 90), (times[0], row), (-6, 0), ha="right", **text)
    elif gaps:
        strip.annotate(plain(words, 90), (gaps[0], row), (6, 0), ha="left", **text)
    else:
        behind = {"facecolor": PALE, "edgecolor": "none", "pad": 1.5}
        strip.annotate(plain(words, 90), (length, row), (-2, 0), ha="right", bbox=behind, zorder=5, **text)


def guide_lines(ax: Axes, lanes: Sequence[Lane], horizon: float) -> None:
    """Faint lines through the chart at what happens in every arm."""
    size, _ = time_unit(horizon)
    for lane in lanes:
        for mark in lane.marks:
            if (lane.style is None or len(lanes) == 1) and len(mark.hours) <= 3:
                for t in mark.hours:
                    ax.axvline(t / size, color=RULE, linewidth=1.0, linestyle=(0, (2, 2)), zorder=0)
