"""Tables for the terminal, none wider than 80 characters."""

from __future__ import annotations

import math

import pandas as pd
from rich import box
from rich.table import Table
from rich.text import Text

from sim.dynamics.setup import regular_causes
from sim.dynamics.state import CAUSES
from sim.scenario.tell import day
from sim.show.accounts import CHANNELS, accounts
from sim.show.measures_shown import FIRST, SECOND, heading, shown_difference, shown_value, unit_scale
from sim.show.style import as_points, signed
from sim.study.comparison import Comparison
from sim.study.results import Run

_LONGEST_NAME = 20  # of an arm, before it is folded
_FAR, _HEALING = "hop 2+", "time"
_COLUMNS = 4  # of measures in one table: with names of arms they fit 80 characters


def table(title: str, *columns: str, note: str = "") -> Table:
    """An empty table: the first column is text, the others are numbers."""
    out = Table(
        title=title,
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        padding=(0, 1, 0, 0),
        caption=note or None,
        caption_justify="left",
        caption_style="dim",
        header_style="",
    )
    for number, name in enumerate(columns):
        out.add_column(name, justify="right" if number else "left", vertical="top", overflow="fold", min_width=3)
    return out


def measure_tables(data: Comparison) -> list[Table]:
    """All arms by all measures: the mean over runs, and under it the paired difference to the reference.

    What follows the ± is half of its joint 95 % interval. Measures that are the same in all runs of all arms have no
    column; `same_everywhere` says them.
    """
    telling = [name for name in (*FIRST, *SECOND) if _differs(data, name)]
    tables = [_measures(data, telling[k : k + _COLUMNS]) for k in range(0, len(telling), _COLUMNS)]
    if tables:
        tables[0].title = f"Means over {data.n_replicates} runs"
        if len(data.arms) > 1:
            words = f"under each mean: difference to {data.reference} on the same draws ± joint 95 % interval"
            tables[-1].caption = words
    return tables


def _measures(data: Comparison, names: list[str]) -> Table:
    out = table("", "arm", *map(_head, names))
    out.columns[0].min_width = min(_LONGEST_NAME, max(map(len, data.arms)))
    rows = data.differences.set_index(["arm", "measure"])
    for arm in data.arms:
        cells: list[Text] = []
        for name in names:
            cell = Text(shown_value(name, float(data.measures.loc[arm, name])), style="bold")
            if (arm, name) in rows.index and math.isfinite(rows.loc[(arm, name), "difference"]):
                row = rows.loc[(arm, name)]
                half = (float(row["high"]) - float(row["low"])) / 2
                cell.append("\n" + shown_difference(name, float(row["difference"]), half), style="not bold dim")
            cells.append(cell)
        out.add_row(Text(arm, style="bold"), *cells)
    return out


def same_everywhere(data: Comparison) -> str:
    """The measures that are the same in every run of every arm, in one sentence; empty when there are none."""
    parts = []
    for name in (*FIRST, *SECOND):
        values = data.replicates[name]
        if not _differs(data, name) and values.notna().all():
            parts.append(f"{heading(name)} {shown_value(name, float(values.iloc[0]))} {unit_scale(name)[1]}")
    return f"The same in every run of every arm: {'; '.join(parts)}." if parts else ""


def _differs(data: Comparison, measure: str) -> bool:
    return data.replicates[measure].nunique(dropna=True) > 1


def _head(measure: str) -> str:
    return f"{heading(measure)}\n{unit_scale(measure)[1]}"


def ledger_table(run: Run) -> Table:
    """The own book of a run: causes by channels, in points of mean own trust, with its sums. Far hops share a column."""
    book = accounts(run).replace({"channel": {"hop 2": _FAR, "hop 3+": _FAR}})
    used = set(book["channel"])
    columns = [*CHANNELS[:2], _FAR, *CHANNELS[4:]]
    channels = [channel for channel in columns if channel != "time" and channel in used]
    wide = book[book["channel"] != "time"].pivot_table(
        index="cause", columns="channel", values="points", aggfunc="sum", sort=False
    )
    total = float(book["points"].sum())
    time = float(book.loc[book["channel"] == "time", "points"].sum())
    start, end = (float(as_points(run.series["own"].iloc[k])) for k in (0, -1))
    note = f"mean own trust {start:.2f} at the start, {end:.2f} at the end; points; {_HEALING}: what time heals and forgets"
    out = table("What changed mean own trust", "cause", *channels, "sum", note=note)
    for column in out.columns:  # a number is never cut in two; the cause may be
        column.no_wrap = column.justify == "right"
    for cause, row in wide.iterrows():
        values = [float(row.get(channel, math.nan)) for channel in channels]
        out.add_row(str(cause), *(_points(v) for v in values), _points(sum(v for v in values if math.isfinite(v))))
    out.add_row(_HEALING, *[""] * len(channels), _points(time))
    out.add_row(Text("all", style="bold"), *[""] * len(channels), Text(_points(total), style="bold"))
    return out


def talk_sentence(run: Run) -> str:
    """The expressed book of a run in one sentence."""
    book = run.ledger[run.ledger["book"] == "expressed"].groupby("channel")["trust"].sum()
    start, end = (float(as_points(run.series["trust"].iloc[k])) for k in (0, -1))
    pull, talk, rule = (float(as_points(book.get(name, 0.0))) for name in ("pull", "talk", "rule"))
    by_rule = f", {_points(rule)} by rules and by hand" if "rule" in book.index else ""
    return (
        f"Expressed trust, which people show and act on, went from {start:.2f} to {end:.2f} points: "
        f"{_points(pull)} by the pull of own trust, {_points(talk)} by talk{by_rule}."
    )


def _points(value: float) -> str:
    return signed(value, 2) if math.isfinite(value) and value != 0.0 else "" if not math.isfinite(value) else "0"


def ripple_table(multipliers: pd.DataFrame) -> Table:
    """How much word of mouth multiplied each act: direct and with it, in points, and the two multipliers."""
    note = "times what it did to those who met it: by the books, and by a run in which nobody passes anything on"
    columns = ("act", "direct, points", "with word of mouth", "by books, ×", "by knock-out, ×")
    out = table("Ripple of each act", *columns, note=note)
    for row in multipliers.itertuples(index=False):
        out.add_row(row.act, signed(row.direct, 3), signed(row.spread, 3), f"{row.books:.2f}", _times(row.knockout))
    return out


def _times(value: float) -> str:
    return f"{value:.2f}" if math.isfinite(value) else "not run"


def stories_table(run: Run) -> Table | None:
    """What came out when, and how many met, heard and shared it; the calendar's acts are left out."""
    regular = regular_causes(run.scenario, run.arm)
    out = table("Who met it, who heard of it", "act", "came out", "met", "heard", "shared", "heard by, %")
    shown = run.stories[~run.stories["act"].map(lambda act: act.split(" #")[0] in regular)]
    for row in shown.head(12).itertuples(index=False):
        share = 100.0 * row.share_of_users
        out.add_row(row.act, day(row.time), f"{row.met:,}", f"{row.heard:,}", f"{row.shared:,}", f"{share:.1f}")
    if len(shown) > 12:
        out.caption = f"and {len(shown) - 12} more"
    return out if len(shown) else None


def ripples_by_books(run: Run) -> pd.DataFrame:
    """The ripple of each act from the books of a run alone, as `ripple_table` takes it; the knock-out is not known."""
    by_acts = (run.ledger["book"] == "own") & ~run.ledger["cause"].isin(CAUSES)
    book = run.ledger[by_acts & ~run.ledger["channel"].isin(["time", "response"])]
    rows = []
    for cause, part in book.groupby("cause", sort=False):
        direct = float(part.loc[part["channel"] == "direct", "trust"].sum())
        spread = float(part["trust"].sum())
        if direct:
            rows.append((cause, 100 * direct, 100 * spread, spread / direct, math.nan))
    return pd.DataFrame(rows, columns=["act", "direct", "spread", "books", "knockout"])
