"""One small figure for each row of the evidence: its numbers with their intervals against their bands, and its curves."""

from __future__ import annotations

import io
import math
from pathlib import Path
from textwrap import wrap
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, NullLocator

from sim.show.evidence_text import band, value
from sim.show.style import COLORS, GAIN, INK, LOSS, MUTED, RULE, SMALL, dress, label, plain
from sim.study.evidence.report import Measured, Result

_WIDTH, _STRIP, _CURVES, _DPI = 7.6, 0.62, 2.3, 130  # inches, dots an inch
_FEW = 6  # places of a curve that are shown as dots, and as the ticks of its axis
_DASHES = ("-", (0, (5, 1.5)), (0, (1, 1.2)), (0, (6, 1.5, 1, 1.5)), (0, (3, 1, 1, 1, 1, 1)))


def row_figure(row: Measured) -> Figure:
    """The strips of its numbers at the left, one under the other; its curves, where there are some, at the right."""
    n = len(row.results)
    strips = _STRIP * n + 0.1
    height = max(strips, _CURVES if row.curves else 0.0)
    figure = Figure(figsize=(_WIDTH if row.curves else 0.62 * _WIDTH, height), dpi=_DPI, layout="constrained")
    figure.set_facecolor("white")
    below = max(0.0, height - strips) / _STRIP
    heights = (*(1.0 for _ in range(n)), *((below,) if below else ()))  # strips do not grow with the curves beside them
    grid = figure.add_gridspec(
        len(heights), 2 if row.curves else 1, height_ratios=heights, width_ratios=(1, 1.05) if row.curves else (1,)
    )
    for k, result in enumerate(row.results):
        strip(result, figure.add_subplot(grid[k, 0]))
    if row.curves:
        curves(row, figure.add_subplot(grid[:, -1]))
    return figure


def strip(result: Result, ax: Axes) -> Axes:
    """One number: its band as an area, open where it is open, its value as a dot with its interval; blue when met."""
    found, (low, high) = result.found, result.band
    color = GAIN if result.met else LOSS
    left, right = _range(result)
    ax.set_xlim(left, right)
    ax.set_ylim(-1, 1)
    ax.axvspan(max(low, left), min(high, right), color="#dbe9f3", linewidth=0)
    for end in (low, high):
        if math.isfinite(end):
            ax.axvline(end, color=MUTED, linewidth=0.8)
    ends = max(found.low, left), min(found.high, right)
    ax.plot(ends, (0, 0), color=color, linewidth=2.4, solid_capstyle="butt")
    if math.isfinite(found.value):
        ax.plot(found.value, 0, marker="o", markersize=6, color=color, markeredgecolor="white", markeredgewidth=0.8)
    if math.isinf(found.high):
        ax.plot(right, 0, marker=">", markersize=7, color=color, clip_on=False)
    ax.set_yticks([])
    for side in ("top", "right", "left"):
        ax.spines[side].set_visible(False)
    ax.spines["bottom"].set_color(RULE)
    ax.tick_params(labelsize=SMALL - 1, color=RULE, labelcolor=MUTED, length=2, pad=1.5)
    ax.xaxis.set_major_locator(MaxNLocator(nbins=5))
    unit = f", {result.unit}" if result.unit else ""
    ax.set_title(plain(f"{result.id}  {result.words}{unit}", 70), loc="left", fontsize=SMALL - 0.5, color=INK, pad=2)
    return ax


def _range(result: Result) -> tuple[float, float]:
    """From left of all that is finite to right of it."""
    found, (low, high) = result.found, result.band
    ends = [end for end in (found.value, found.low, found.high, low, high) if math.isfinite(end)]
    room = 0.12 * (max(ends) - min(ends) or abs(ends[0]) or 1.0)
    open_left, open_right = math.isinf(low), math.isinf(high) or math.isinf(found.high)
    return min(ends) - (3 if open_left else 1) * room, max(ends) + (3 if open_right else 1) * room


def curves(row: Measured, ax: Axes) -> Axes:
    """The curves of a row with their intervals; named in a legend when there are several."""
    dress(ax)
    for k, curve in enumerate(row.curves):
        color = INK if len(row.curves) == 1 else COLORS[k % len(COLORS)]
        few = len(curve.x) <= _FEW
        ax.plot(
            curve.x, curve.y, color=color, linewidth=1.4, linestyle=_DASHES[k % len(_DASHES)], label=plain(curve.words),
            marker="o" if few else None, markersize=4
        )  # fmt: skip
        if curve.low is not None and curve.high is not None:
            ax.fill_between(curve.x, curve.low, curve.high, color=color, alpha=0.15, linewidth=0)
    if row.log_x:
        ax.set_xscale("log")
        ax.xaxis.set_major_formatter(_plain_number)
    if row.log_y:
        ax.set_yscale("log")
        ax.yaxis.set_major_formatter(_plain_number)
    if all(len(curve.x) <= _FEW for curve in row.curves):
        ax.set_xticks(row.curves[0].x, [f"{x:,g}" for x in row.curves[0].x])
        ax.xaxis.set_minor_locator(NullLocator())
    ax.margins(x=0.03)
    ax.tick_params(labelsize=SMALL - 1)
    label(ax, row.x, "\n".join(wrap(row.y, 28)))
    for axis in (ax.xaxis, ax.yaxis):
        axis.label.set_fontsize(SMALL - 0.5)
    if len(row.curves) > 1:
        many: dict[str, Any] = {"loc": "center left", "bbox_to_anchor": (1.0, 0.5)} if len(row.curves) > 3 else {}
        ax.legend(
            fontsize=SMALL - 1.5, frameon=False, labelcolor=MUTED, handlelength=2.6, borderaxespad=0.2, **many
        )  # fmt: skip
    return ax


def _plain_number(value: float, _: object) -> str:
    return f"{value:,g}"


def words(row: Measured) -> str:
    """What the figure of a row shows, for those who cannot see it."""
    return "; ".join(f"{r.words}: {value(r)}, band {band(r)}" for r in row.results)


def save_png(row: Measured, path: Path) -> Path:
    """Write the figure of a row as a small PNG, of 64 colours."""
    from PIL import Image

    out, small = io.BytesIO(), io.BytesIO()
    row_figure(row).savefig(out, format="png", dpi=_DPI)
    with Image.open(out) as image:
        image.convert("RGB").quantize(64, dither=Image.Dither.NONE).save(small, "PNG", optimize=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(small.getvalue())
    return path
