"""What real files say: the summary numbers that rows are read against, and how each is computed from its file.

The numbers stand here with their source, so nothing needs the files. `computed(folder)` computes them anew from a folder
that holds the files; a test holds the two together. No file, nor a part of one, is in the project.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd

from sim.errors import RippleError

VARIABLE = "RIPPLE_DATA"  # names the folder of the files


@dataclass(frozen=True)
class Observed:
    """A number that a file gives. row: the row it is read against; digits: decimals to which `value` is stated."""

    words: str
    value: float
    unit: str
    digits: int
    row: str
    source: str


_POLLS = "Axios Harris Poll 100, 2017-21"
_REPLIES = "2,083 replies of companies to customers on Twitter"
_SEARCH = "Google Trends, worldwide, 2018-02-16 to 2018-10-12"
_MENTIONS = "mentions of ten brands on Twitter, 2015-02-26 to 04-22 (Numenta Anomaly Benchmark)"
_AUSPOL = "3,333 cascades of re-shares under #auspol on Twitter"
_LARGE = "one large cascade of re-shares on Twitter, a week"

OBSERVED: Mapping[str, Observed] = MappingProxyType(
    {
        "poll_changes": Observed("changes of a company's score from year to year", 309, "", 0, "E20", _POLLS),
        "poll_mean": Observed("their mean", 0.0, "points", 1, "E20", _POLLS),
        "poll_sd": Observed("their standard deviation", 3.17, "points", 2, "E20", _POLLS),
        "poll_median": Observed("the median change, whichever way", 1.7, "points", 1, "E22", _POLLS),
        "poll_falls": Observed("falls of 5 points or more, of which the next year is known", 10, "", 0, "E20", _POLLS),
        "poll_regained": Observed("share of such a fall that is regained in a year, median", 53, "%", 0, "E20", _POLLS),
        "reply_median": Observed("half of the replies come within", 11.5, "min", 1, "E9", _REPLIES),
        "reply_90": Observed("nine in ten replies come within", 380, "min", 0, "E9", _REPLIES),
        "reply_99": Observed("99 in 100 replies come within", 2738, "min", 0, "E9", _REPLIES),
        "reply_quick": Observed("replies in less than 6 min, which are worth most", 30, "%", 0, "E9", _REPLIES),
        "reply_hour": Observed("replies within an hour", 77, "%", 0, "E9", _REPLIES),
        "search_analytica": Observed("searches for Cambridge Analytica halve in", 3, "days", 0, "E21", _SEARCH),
        "search_delete": Observed("searches for delete Facebook halve in", 5, "days", 0, "E21", _SEARCH),
        "mention_peak_least": Observed("a brand's highest hour over its median, lowest of ten", 4, "times", 0, "E21", _MENTIONS),
        "mention_peak_most": Observed("the same, highest of ten", 116, "times", 0, "E21", _MENTIONS),
        "mention_half": Observed("mentions halve after the highest hour in, median of ten", 1, "h", 0, "E21", _MENTIONS),
        "auspol_alone": Observed("posts that nobody re-shares", 49, "%", 0, "E6", _AUSPOL),
        "auspol_five": Observed("cascades of 5 posts or fewer", 90, "%", 0, "E6", _AUSPOL),
        "auspol_large": Observed("cascades of 100 posts or more", 0.03, "%", 2, "E6", _AUSPOL),
        "auspol_hour": Observed("re-shares within an hour of the post", 35, "%", 0, "E8", _AUSPOL),
        "auspol_day": Observed("re-shares within a day of the post", 95, "%", 0, "E8", _AUSPOL),
        "cascade_half": Observed("half of the re-shares of a post come within", 5.4, "h", 1, "E8", _LARGE),
        "cascade_day": Observed("re-shares of it within a day", 94, "%", 0, "E8", _LARGE),
    }
)  # fmt: skip

_REMARKS = MappingProxyType(
    {
        "E6": "The cascades of #auspol were kept because they belong to a debate: half of the posts in it are re-shared, against "
        "one in twenty of all posts. The row is about all posts.",
        "E8": "Both files count from the first post, along the whole cascade, so they cannot be held against the delay from one "
        "person to the next that the row is about; they say that a cascade lives for hours, and is over in a day or two.",
        "E9": "These are companies that reply; half of all complaints get no answer at all (Customer Rage 2023).",
        "E20": "A poll asks a few thousand people once a year; part of its spread is that of the poll. The mean change is "
        "nought: polled companies also have good news, and the model's ordinary year has little of it.",
        "E21": "Searches count those who look for more, the row those who meet or hear of it.",
    }
)


def remark(row: str) -> str:
    """What to bear in mind when the numbers are held against a row; empty where there is nothing."""
    return _REMARKS.get(row, "")


def computed(folder: str | Path | None = None) -> dict[str, float]:
    """All numbers of OBSERVED anew, from the files in a folder; None: the one that RIPPLE_DATA names.

    Raises RippleError where there is no folder, or no such file in it.
    """
    named = folder if folder is not None else os.environ.get(VARIABLE)
    if not named:
        raise RippleError(f"no folder of real files: {VARIABLE} is not set")
    root = Path(named).expanduser()
    found: dict[str, float] = {}
    for path, read in _READERS.items():
        if not (root / path).exists():
            raise RippleError(f"{root} has no {path}")
        found |= read(root / path)
    return found


# --- one reader for each file -----------------------------------------------------------------------------------------


def _polls(path: Path) -> dict[str, float]:
    """Changes from year to year of each company that is in both lists; two companies stand in the file twice."""
    table = pd.read_csv(path).dropna(subset=["year"]).drop_duplicates(["company", "year"])
    scores = table.pivot(index="company", columns="year", values="rq").to_numpy(dtype=float)
    change = np.diff(scores, axis=1)
    known = change[np.isfinite(change)]
    fall, later = change[:, :-1], change[:, 1:]
    deep = (fall <= -5.0) & np.isfinite(later)
    return {
        "poll_changes": float(len(known)),
        "poll_mean": float(known.mean()),
        "poll_sd": float(known.std(ddof=1)),
        "poll_median": float(np.median(np.abs(known))),
        "poll_falls": float(deep.sum()),
        "poll_regained": 100 * float(np.median(-later[deep] / fall[deep])),
    }


def _replies(path: Path) -> dict[str, float]:
    minutes = pd.read_csv(path)["latency_min"].to_numpy(dtype=float)
    return {
        "reply_median": float(np.median(minutes)),
        "reply_90": float(np.quantile(minutes, 0.9)),
        "reply_99": float(np.quantile(minutes, 0.99)),
        "reply_quick": 100 * float((minutes < 6).mean()),
        "reply_hour": 100 * float((minutes <= 60).mean()),
    }


def _searches(name: str) -> Callable[[Path], dict[str, float]]:
    """Days from the peak until interest above what it was before the scandal is at most half of its peak."""

    def read(path: Path) -> dict[str, float]:
        table = pd.read_csv(path, skiprows=2)  # two lines before the header; `<1` is less than one
        interest = table.iloc[:, 1].astype(str).str.replace("<1", "0.5").astype(float)
        before = interest[pd.to_datetime(table["Day"]) < "2018-03-17"].median()  # the day of the scandal
        above = (interest - before).to_numpy()
        peak = int(np.argmax(above))
        return {name: float(np.flatnonzero(above[peak:] <= above[peak] / 2)[0])}

    return read


def _mentions(path: Path) -> dict[str, float]:
    """Mentions an hour of each brand: the highest over the median, and hours from the highest to half of it."""
    ratios, halves = [], []
    for file in sorted(path.glob("*.csv")):
        counts = pd.read_csv(file, parse_dates=["timestamp"]).set_index("timestamp")["value"].resample("1h").sum()
        hours = counts.to_numpy(dtype=float)
        peak = int(np.argmax(hours))
        ratios.append(hours[peak] / np.median(hours))
        halves.append(float(np.flatnonzero(hours[peak:] <= hours[peak] / 2)[0]))
    return {
        "mention_peak_least": float(min(ratios)),
        "mention_peak_most": float(max(ratios)),
        "mention_half": float(np.median(halves)),
    }


def _auspol(path: Path) -> dict[str, float]:
    table = pd.read_csv(path)
    posts = table.groupby("cascade").size().to_numpy()
    delay = table.loc[table["time"] > 0, "time"].to_numpy(dtype=float)  # s after the first post
    return {
        "auspol_alone": 100 * float((posts == 1).mean()),
        "auspol_five": 100 * float((posts <= 5).mean()),
        "auspol_large": 100 * float((posts >= 100).mean()),
        "auspol_hour": 100 * float((delay <= 3600).mean()),
        "auspol_day": 100 * float((delay <= 86400).mean()),
    }


def _one_cascade(path: Path) -> dict[str, float]:
    hours = pd.read_csv(path)["relative_time_second"].to_numpy(dtype=float) / 3600
    return {"cascade_half": float(np.median(hours)), "cascade_day": 100 * float((hours <= 24).mean())}


_READERS: Mapping[str, Callable[[Path], dict[str, float]]] = MappingProxyType(
    {
        "series/axios-harris-reputation.csv": _polls,
        "series/reply-latency.csv": _replies,
        "series/search-cambridge-analytica.csv": _searches("search_analytica"),
        "series/search-delete-facebook.csv": _searches("search_delete"),
        "series/brand-mentions": _mentions,
        "cascades/auspol.csv": _auspol,
        "cascades/one-large-cascade.csv": _one_cascade,
    }
)
