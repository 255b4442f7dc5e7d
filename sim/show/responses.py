"""Figures of what a sweep observed: the response to one factor as a curve, to two as a map.

    response_curve(seen, "reply time")                  # seen: sim.study.analysis.observed.Observed, or several
    heat_map(seen, "reply time", "share answered")

Points are averaged over the factors that a figure does not show, replicate by replicate.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.ticker import FixedFormatter, FixedLocator, MaxNLocator, NullLocator

from sim.errors import RippleError, did_you_mean
from sim.show.factors_shown import axis_words, factor_words, is_numeric, unit_of, value_words
from sim.show.measures_shown import heading, shown_value, unit_scale
from sim.show.style import INK, MUTED, SMALL, TEXT, arm_styles, axes_or_new, dress, figure_of, head, label, plain
from sim.study.analysis.effects import mean_interval
from sim.study.analysis.observed import Observed
from sim.study.design import Factor

_WIDE_RATIO = 30.0  # from here on an axis is drawn in ratios
_MOST_TICKS = 9
_SCALE = LinearSegmentedColormap.from_list("loss", ["#eef4f8", "#9dc3dd", "#3b82b5", "#0b3c68"])


def response_curve(
    data: Observed | Sequence[Observed], factor: str, ax: Axes | None = None, *, by: str | None = None
) -> Axes:
    """The mean of a measure over one factor, a line for each arm, or for each value of a second factor.

    data: one measure of one arm, or of several; by: the second factor. Bands are 95 % intervals of the mean over
    replicates; with a single replicate there are none. Raises RippleError for a factor that was not varied.
    """
    seen = [data] if isinstance(data, Observed) else list(data)
    first = seen[0]
    chosen = _factor(first, factor)
    ax = dress(axes_or_new(ax))
    lines: list[tuple[str, Observed, np.ndarray]] = []
    if by is None:
        names = [one.arm or first.measure for one in seen]
        lines = [(name, one, np.ones(one.n_points, bool)) for name, one in zip(names, seen, strict=True)]
    else:
        other = _factor(first, by)
        column = first.points[by].to_numpy()
        lines = [(value_words(other, value), first, column == value) for value in levels_of(first, other)]
    places, values = _axis(ax, first, chosen)
    styles = arm_styles([f"{k}" for k in range(len(lines))])
    scale, unit = _measure_scale(first)
    for (name, one, here), style in zip(lines, styles.values(), strict=True):
        x, rows = [], []
        for place, value in zip(places, values, strict=True):
            at = one.values[here & (one.points[factor].to_numpy() == value)]
            if len(at) and np.isfinite(at).all(axis=1).any():
                x.append(place)
                rows.append(mean_interval(np.nanmean(at[np.isfinite(at).all(axis=1)], axis=0)))
        mean, low, high = scale * np.array(rows).reshape(-1, 3).T
        if np.isfinite(low).any():
            ax.fill_between(x, low, high, color=style.color, alpha=0.15, linewidth=0)
        ax.plot(x, mean, color=style.color, linestyle=style.dash, marker=style.marker, markersize=4.5, linewidth=1.8,
                label=plain(name, 32))  # fmt: skip
    label(ax, axis_words(chosen), f"{_measure_words(first)}, {unit}" if unit else _measure_words(first))
    if len(lines) > 1:
        legend_title = factor_words(by) if by else None
        ax.legend(frameon=False, fontsize=SMALL, title=legend_title, title_fontsize=SMALL, labelcolor=INK,
                  loc="center left", bbox_to_anchor=(1.0, 0.5))  # fmt: skip
    head(ax, _title(first, factor_words(factor)), _below(first, {factor, by or factor}))
    return ax


def heat_map(data: Observed, x: str, y: str, ax: Axes | None = None) -> Axes:
    """The mean of a measure over two factors as a map with its values written in, darker for more.

    Raises RippleError for a factor that was not varied, and for more than 400 fields (a grid is meant).
    """
    across, up = _factor(data, x), _factor(data, y)
    columns, rows = levels_of(data, across), levels_of(data, up)
    if len(columns) * len(rows) > 400:
        raise RippleError(f"{x} and {y} make {len(columns) * len(rows)} fields; a map is for the points of a grid")
    means = np.full((len(rows), len(columns)), np.nan)
    of_points = np.array([np.nanmean(v) if np.isfinite(v).any() else np.nan for v in data.values])
    for r, value_y in enumerate(rows):
        for c, value_x in enumerate(columns):
            here = (data.points[x].to_numpy() == value_x) & (data.points[y].to_numpy() == value_y)
            found = of_points[here & np.isfinite(of_points)]
            means[r, c] = found.mean() if len(found) else np.nan
    scale, unit = _measure_scale(data)
    ax = axes_or_new(ax, max(4.8, 0.72 * len(columns) + 2.4), max(3.2, 0.42 * len(rows) + 1.9))
    picture = ax.imshow(scale * means, cmap=_SCALE, aspect="auto", origin="lower")
    dress(ax, grid="")
    ax.set_xticks(range(len(columns)), [value_words(across, v) for v in columns])
    ax.set_yticks(range(len(rows)), [value_words(up, v) for v in rows])
    ax.tick_params(length=0, labelcolor=INK)
    for side in ("left", "bottom"):
        ax.spines[side].set_visible(False)
    low, high = float(np.nanmin(means)), float(np.nanmax(means))
    for (r, c), value in np.ndenumerate(means):
        if np.isfinite(value):
            dark = (value - low) / (high - low) > 0.55 if high > low else False
            ax.annotate(_value(data, value), (c, r), ha="center", va="center", fontsize=SMALL,
                        color="#ffffff" if dark else INK)  # fmt: skip
    bar = figure_of(ax).colorbar(picture, ax=ax, fraction=0.05, pad=0.02)
    bar.outline.set_visible(False)
    bar.ax.tick_params(length=0, labelsize=SMALL, labelcolor=MUTED)
    bar.set_label(f"{_measure_words(data)}, {unit}" if unit else _measure_words(data), fontsize=TEXT, color=MUTED)
    label(ax, axis_words(across), axis_words(up))
    head(ax, _title(data, f"{factor_words(x)} and {factor_words(y)}"), _below(data, {x, y}))
    return ax


def levels_of(data: Observed, factor: Factor) -> list[Any]:
    """The different values of a factor at the points: numbers in order, words in that of the experiment."""
    values = list(dict.fromkeys(data.points[factor.path].tolist()))
    if is_numeric(factor):
        return sorted(values)
    return sorted(values, key=factor.values.index)


def _factor(data: Observed, path: str) -> Factor:
    for factor in data.factors:
        if factor.path == path:
            return factor
    known = [factor.path for factor in data.factors]
    raise RippleError(f"'{path}' was not varied{did_you_mean(path, known)}; varied were {', '.join(known)}")


def _axis(ax: Axes, data: Observed, factor: Factor) -> tuple[list[float], list[Any]]:
    """Where the values of a factor stand on x, and the values; in ratios when they span a wide range."""
    values = levels_of(data, factor)
    if not is_numeric(factor):
        ax.set_xticks(range(len(values)), [value_words(factor, v) for v in values])
        return [float(k) for k in range(len(values))], values
    scale, unit = unit_of(factor)
    places = [float(v) * scale for v in values]
    if min(places) > 0 and max(places) / min(places) >= _WIDE_RATIO:
        ax.set_xscale("log")
        if len(values) <= _MOST_TICKS:
            ax.xaxis.set_major_locator(FixedLocator(places))
            ax.xaxis.set_minor_locator(NullLocator())
            words = [value_words(factor, v).removesuffix(f" {unit}" if factor.unit != "h" else "") for v in values]
            ax.xaxis.set_major_formatter(FixedFormatter(words))
    elif all(place == int(place) for place in places):
        ax.xaxis.set_major_locator(MaxNLocator(nbins=_MOST_TICKS, integer=True))
    return places, values


def _measure_scale(data: Observed) -> tuple[float, str]:
    return unit_scale(data.measure) if data.unit else (1.0, "")


def _measure_words(data: Observed) -> str:
    words = heading(data.measure) if data.unit else data.measure
    return f"{words} against {plain(data.against, 24)}" if data.against else words


def _value(data: Observed, value: float) -> str:
    return shown_value(data.measure, value, difference=bool(data.against)) if data.unit else f"{value:.3g}"


def _title(data: Observed, what: str) -> str:
    words = _measure_words(data)
    return f"{words[0].upper()}{words[1:]} by {what}"


def _below(data: Observed, shown: set[str]) -> str:
    others = [factor_words(f.path, 24) for f in data.factors if f.path not in shown]
    parts = [f"means over {data.n_replicates} runs" if data.n_replicates > 1 else "one run at each point"]
    if len(others) > 3:
        parts.append(f"and over {len(others)} other factors")
    elif others:
        parts.append(f"and over {', '.join(others)}")
    return " ".join(parts)
