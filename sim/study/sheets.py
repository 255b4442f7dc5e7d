"""Tables as CSV that a spreadsheet may open: text that would run as a formula there is quoted, numbers stay numbers.

A spreadsheet takes a cell that begins with = + - or @ (or a tab or a return before them) for a formula. Such a text gets
an apostrophe before it, which the spreadsheet does not show. Source: OWASP, CSV injection.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

_STARTS = ("=", "+", "-", "@", "\t", "\r")


def write_csv(table: pd.DataFrame, path: str | Path, *, index: bool = False) -> None:
    """Write a table as CSV (UTF-8). Numbers, dates and yes/no stay what they are, also below 0."""
    whole = table.reset_index() if index else table
    safe = whole.apply(lambda column: column.map(quoted) if column.dtype.kind not in "biufcmM" else column)
    safe.columns = pd.Index([quoted(name) for name in whole.columns])
    safe.to_csv(path, index=False)


def quoted(value: object) -> object:
    """A text that a spreadsheet would run, with an apostrophe before it; anything else as it is."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_STARTS) else value
