"""The price of waiting as a figure and as a table."""

from __future__ import annotations

from matplotlib.axes import Axes
from rich.table import Table

from sim.show.measures_shown import heading, shown_difference, shown_value, unit_scale
from sim.show.style import INK, MUTED, SMALL, axes_or_new, dress, head, label
from sim.show.text import table
from sim.study.delay import Delay
from sim.units import duration_words

_BLUE = "#0072b2"


def price_of_waiting(data: Delay, ax: Axes | None = None, *, measure: str = "trust_days_lost") -> Axes:
    """What each delay adds to a measure against the first one: the mean, its 95 % interval, and what 9 crises in 10 show.

    The axis of time is linear up to an hour and logarithmic from there on.
    """
    ax = dress(axes_or_new(ax))
    factor, unit = unit_scale(measure)
    rows = data.curve[data.curve["measure"] == measure]
    hours = rows["delay"].to_numpy()
    ax.fill_between(hours, factor * rows["q05"], factor * rows["q95"], color=_BLUE, alpha=0.13, linewidth=0)
    ax.fill_between(hours, factor * rows["added_low"], factor * rows["added_high"], color=_BLUE, alpha=0.3, linewidth=0)
    ax.plot(hours, factor * rows["added"], color=_BLUE, linewidth=2, marker="o", markersize=4)
    ax.axhline(0, color=MUTED, linewidth=1, zorder=1)
    ax.set_xscale("symlog", linthresh=1.0, linscale=0.4)
    shown = _apart(data.delays)
    ax.set_xticks(shown, ["0" if hour == 0 else duration_words(hour) for hour in shown], color=INK, fontsize=SMALL)
    ax.minorticks_off()
    ax.set_xlim(hours[0], hours[-1] * 1.05)
    label(ax, "waiting longer than the arm says", f"{heading(measure)}, {unit}, added")
    first = duration_words(hours[0]) if hours[0] else "no delay"
    below = f"against {first}; dark: 95 % interval of the mean, light: 9 in 10 crises"
    head(ax, f"The price of waiting: {data.scenario.arm(data.arm).title}", below)
    return ax


def _apart(delays: tuple[float, ...]) -> list[float]:
    """The delays that have room for their name: each at least 1.45 times the one before, the last one always."""
    out = [delays[-1]]
    for hours in reversed(delays[:-1]):
        if hours == 0 or out[-1] >= 1.45 * hours:
            out.append(hours)
    return out[::-1]


def waiting_table(data: Delay, measure: str = "trust_days_lost") -> Table:
    """Delay by delay: the measure, what waiting added, in 9 crises of 10, and the price of an hour from there on."""
    _, unit = unit_scale(measure)
    note = f"{unit}; added: against the first row, ± joint 95 % interval; an hour: of waiting from the row before"
    out = table(f"{heading(measure)}, by delay", "delay", "mean", "added", "9 crises in 10", "an hour", note=note)
    curve = data.curve[data.curve["measure"] == measure]
    price = data.price[data.price["measure"] == measure].set_index("to")
    for row in curve.itertuples(index=False):
        cells = [duration_words(row.delay) if row.delay else "0 h", shown_value(measure, row.mean)]
        if row.delay in price.index:
            each = price.loc[row.delay]
            ends = (shown_value(measure, value, difference=True) for value in (row.q05, row.q95))
            cells += [
                shown_difference(measure, row.added, (row.added_high - row.added_low) / 2),
                " to ".join(ends),
                shown_difference(measure, each["per_hour"], (each["high"] - each["low"]) / 2),
            ]
        else:
            cells += ["", "", ""]
        out.add_row(*cells)
    return out
