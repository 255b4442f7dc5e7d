"""A line chart of plain characters: braille dots (2 x 4 in a character), or stars where braille cannot be written."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

_BRAILLE = 0x2800
_DOTS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]])  # rows from the top, columns
_STEPS = (1, 2, 5, 6, 10, 15, 20, 30, 50, 60, 90, 120, 180, 365, 730, 3650)
_LEAST_RANGE = 1.0  # points: what hardly moves must not look like a fall


def trust_chart(
    hours: np.ndarray,
    trust: np.ndarray,
    *,
    width: int = 76,
    height: int = 10,
    marks: Sequence[tuple[float, str]] = (),
    braille: bool = True,
) -> list[str]:
    """Trust over time as lines of text, at most `width` characters each.

    hours f8[k] ascending; trust f8[k], 0..1, drawn in points; marks: (hour, one character) below the axis.
    """
    points = 100.0 * np.asarray(trust, dtype=float)
    low, high, digits = _range(points)
    labels = [f"{value:.{digits}f}" for value in (high, (low + high) / 2, low)]
    left = max(len(text) for text in labels) + 2
    columns = max(10, width - left)
    across, down = (2, 4) if braille else (1, 1)
    canvas = _line(np.asarray(hours, dtype=float), points, (low, high), columns * across, height * down)
    rows = _braille(canvas) if braille else ["".join("*" if on else " " for on in row) for row in canvas]
    edge = "┤" if braille else "|"
    at = {0: labels[0], height // 2: labels[1], height - 1: labels[2]}
    lines = [f"{at.get(k, ''):>{left - 2}} {edge}{row}".rstrip() for k, row in enumerate(rows)]
    return [*lines, *_below(hours, left, columns, marks, braille)]


def _range(points: np.ndarray) -> tuple[float, float, int]:
    low, high = float(np.nanmin(points)), float(np.nanmax(points))
    if high - low < _LEAST_RANGE:
        low, high = (low + high - _LEAST_RANGE) / 2, (low + high + _LEAST_RANGE) / 2
    return low, high, 1 if high - low >= 0.5 else 2


def _line(hours: np.ndarray, points: np.ndarray, limits: tuple[float, float], columns: int, rows: int) -> np.ndarray:
    """bool[rows, columns]: each column shows all values between its left and its right edge."""
    canvas = np.zeros((rows, columns), dtype=bool)
    edges = np.linspace(hours[0], hours[-1], columns + 1)
    at_edges = np.interp(edges, hours, points)
    place = np.searchsorted(edges, hours, side="right") - 1
    for column in range(columns):
        values = np.concatenate([points[place == column], at_edges[column : column + 2]])
        share = (np.array([values.min(), values.max()]) - limits[0]) / (limits[1] - limits[0])
        top, bottom = np.clip(np.round((1.0 - share[::-1]) * (rows - 1)), 0, rows - 1).astype(int)
        canvas[top : bottom + 1, column] = True
    return canvas


def _braille(canvas: np.ndarray) -> list[str]:
    rows, columns = canvas.shape[0] // 4, canvas.shape[1] // 2
    codes = (canvas.reshape(rows, 4, columns, 2) * _DOTS[None, :, None, :]).sum(axis=(1, 3))
    return ["".join(chr(_BRAILLE + code) if code else " " for code in row) for row in codes]


def _below(hours: np.ndarray, left: int, columns: int, marks: Sequence[tuple[float, str]], braille: bool) -> list[str]:
    """The time axis with its ticks, the marks under it, and the days."""
    length = float(hours[-1] - hours[0]) or 1.0
    size, unit = (1.0, "h") if length <= 72 else (24.0, "d")
    axis = ["─" if braille else "-"] * columns
    words = [" "] * (columns + 8)
    for tick in _ticks(length / size):
        place = min(columns - 1, round(tick * size / length * (columns - 1)))
        axis[place] = "┴" if braille else "+"
        text = f"{tick:g} {unit}" if tick else "0"
        first = max(0, min(place - len(text) // 2, columns - len(text)))
        if not "".join(words[max(0, first - 1) : first + len(text) + 1]).strip():
            words[first : first + len(text)] = text
    lines = [" " * (left - 1) + ("└" if braille else "+") + "".join(axis)]
    signs = [" "] * columns
    for hour, sign in marks:
        place = min(columns - 1, round((hour - hours[0]) / length * (columns - 1)))
        while place < columns and signs[place] != " ":  # two at one moment stand side by side
            place += 1
        if place < columns:
            signs[place] = sign
    if marks:
        lines.append((" " * left + "".join(signs)).rstrip())
    return [*lines, (" " * left + "".join(words)).rstrip()]


def _ticks(length: float) -> list[float]:
    """Round numbers from 0 on, 4 to 9 of them."""
    step = next((size for size in _STEPS if length / size <= 8), _STEPS[-1])
    return [float(k * step) for k in range(int(length // step) + 1)]
