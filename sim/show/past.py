"""Past incidents beside their replay, for the terminal."""

from __future__ import annotations

import pandas as pd
from rich.table import Table
from rich.text import Text

from sim.show.style import signed
from sim.show.text import table


def past_table(done: pd.DataFrame) -> Table:
    """One row for each incident: what the tracker saw, what the model says, and whether the one lies in the other."""
    columns = ("incident", "date", "days", "polled", "change", "model", "9 in 10", "inside")
    out = table("Past incidents, replayed", *columns)
    for column in out.columns[1:]:
        column.no_wrap = True
    for row in done.itertuples(index=False):
        out.add_row(
            Text(row.act.replace("_", " ")),
            row.date,
            f"{row.days:.0f}",
            f"{row.before:.3g} to {row.after:.3g}",
            signed(row.observed, 1),
            signed(row.median, 1),
            f"{signed(row.low, 1)} to {signed(row.high, 1)}",
            "yes" if row.inside else "NO",
        )
    return out


def past_note(done: pd.DataFrame) -> str:
    """What the table says, and what its band leaves out."""
    inside = int(done["inside"].sum())
    return (
        "Points of trust; days: from the incident to the next poll; model: the median of the change over runs. "
        f"{inside} of {len(done)} lie in the band of what chance makes of the incident, unanswered, at the parameters of the "
        "scenario. Not in it: the error of the tracker, what the brand did about it, and whatever else happened meanwhile."
    )
