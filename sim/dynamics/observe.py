"""What is recorded at every step: one line per observable.

`write_row` is the compiled side: the sums and quantiles of one moment as one row. `table` turns the rows into the
series that people read: means in place of sums, with names, over all users, followers and those an act reached.
"""

from __future__ import annotations

import numpy as np

from sim.compiled import compiled, compiled_apart
from sim.dynamics.state import COUNTS, HOURS_WAITED, STEP
from sim.dynamics.talk import (
    BINS,
    COUNT,
    GROUPS,
    N_SUMS,
    SUM_AFFECTIVE,
    SUM_COGNITIVE,
    SUM_HIGH,
    SUM_LOW,
    SUM_OWN,
    SUM_SCAR,
    SUM_TRUST,
    SUM_WOUND,
)  # fmt: skip

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
_QUANTILES = np.array(QUANTILES)
N_QUANTILES = len(QUANTILES)

MEANS = {  # of each group: name of the column, sum it is the mean of, unit, what it is
    "trust": (SUM_TRUST, "0..1", "expressed trust"),
    "own": (SUM_OWN, "0..1", "own trust"),
    "cognitive": (SUM_COGNITIVE, "0..1", "cognitive side of own trust"),
    "affective": (SUM_AFFECTIVE, "0..1", "affective side of own trust"),
    "wound": (SUM_WOUND, "log units", "wound, mean of both sides"),
    "scar": (SUM_SCAR, "log units", "scar, mean of both sides"),
    "advocates": (SUM_HIGH, "share", "users whose trust is `advocate_distance` above the brand's baseline"),
    "detractors": (SUM_LOW, "share", "users whose trust is `detractor_distance` below it"),
}
TOTALS = tuple(name for name, *_ in COUNTS)  # counts of what went on so far
_PLACES = np.array([place for _, place, _ in COUNTS])

_WIDTH = N_SUMS + N_QUANTILES
N_ROW = len(GROUPS) * _WIDTH + len(TOTALS) + 1


@compiled_apart
def quantiles(group, users, counts, out):
    """Fill the quantiles of trust of a group (0: all, 1: followers, 2: reached), straight within a bin.

    counts u4[4, BINS] by (flags, trust); out f8[N_QUANTILES]. They are off by less than a fifth of a point.
    """
    first, second = (1, 3) if group == 1 else (2, 3)
    which, seen, b = 0, 0, 0
    while which < N_QUANTILES and users > 0 and b < BINS:
        wanted = _QUANTILES[which] * users
        while b < BINS:
            here = 0 + counts[first, b] + counts[second, b]  # 0: whole numbers with a sign
            if group == 0:
                here += 0 + counts[0, b] + counts[1, b]
            if here > 0 and seen + here >= wanted:
                out[which] = (b + (wanted - seen) / here) / BINS
                which += 1
                break
            seen += here
            b += 1


@compiled
def write_row(total, counts, state, clock, rows):
    """Write what is seen now into the next row and clear the histogram.

    total  f8[3, N_SUMS];  counts u4[4, BINS], users by (flags, trust);  rows  f8[steps + 1, N_ROW]
    """
    row = rows[state[STEP] + 1]
    width = N_SUMS + N_QUANTILES
    for group in range(3):
        for k in range(N_SUMS):
            row[group * width + k] = total[group, k]
        quantiles(group, int(total[group, COUNT]), counts, row[group * width + N_SUMS : (group + 1) * width])
    for flag in range(4):
        for b in range(BINS):
            counts[flag, b] = 0
    at = 3 * width
    for k in range(_PLACES.size):
        row[at + k] = state[_PLACES[k]]
    row[at + _PLACES.size] = clock[HOURS_WAITED]


_OF = {"all": "all users", "followers": "followers", "reached": "users whom an act outside the calendar has reached"}


def described() -> list[tuple[str, str, str]]:
    """Name, unit and meaning of the columns of `table`, in order."""
    rows = []
    for group in GROUPS:
        prefix, of = "" if group == "all" else f"{group}_", _OF[group]
        for name, (_, unit, meaning) in MEANS.items():
            text = f"share of {meaning}" if unit == "share" else f"mean {meaning}"
            rows.append((prefix + name, unit, f"{text}; {of}"))
        rows += [
            (f"{prefix}trust_q{round(100 * q):02d}", "0..1", f"{q:.0%} of {of} trust less".replace("%", " %"))
            for q in QUANTILES
        ]
        rows.append(("users" if group == "all" else group, "count", f"{of}"))
    rows += [(name, "count", meaning) for name, _, meaning in COUNTS]
    return [*rows, ("waiting_hours", "h", "mean age at which the answers so far landed; none before the first")]


def columns() -> list[str]:
    """The names of the columns of `table`, in order."""
    return [name for name, *_ in described()]


def table(rows: np.ndarray) -> dict[str, np.ndarray]:
    """The recorded rows as named columns: shares and trust 0..1, counts as whole numbers. rows: f8[steps, N_ROW].

    Means over a group without users are NaN.
    """
    out: dict[str, np.ndarray] = {}
    for g, group in enumerate(GROUPS):
        prefix = "" if group == "all" else f"{group}_"
        part = rows[:, g * _WIDTH : (g + 1) * _WIDTH]
        users = part[:, COUNT]
        with np.errstate(invalid="ignore", divide="ignore"):
            for name, (which, *_) in MEANS.items():
                out[prefix + name] = part[:, which] / users
        for k, q in enumerate(QUANTILES):
            values = part[:, N_SUMS + k].copy()
            values[users == 0] = np.nan
            out[f"{prefix}trust_q{round(100 * q):02d}"] = values
        out["users" if group == "all" else group] = users.astype(np.int64)
    for k, name in enumerate(TOTALS):
        out[name] = rows[:, len(GROUPS) * _WIDTH + k].astype(np.int64)
    with np.errstate(invalid="ignore", divide="ignore"):
        out["waiting_hours"] = rows[:, -1] / out["complaints_answered"]  # mean age at which answers landed so far
    return out
