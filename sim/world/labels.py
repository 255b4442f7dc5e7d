"""Names of users: made comparable, sorted, and brought to rows 0..n-1."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import numpy as np

from sim.errors import RippleError

# A whole number as a program would write it, that fits into i8: `7`, `-12`; not `007`, `1.0`, `+7`
_PLAIN_NUMBER = re.compile("0|-?[1-9][0-9]{0,17}")


def label_rows(texts: Sequence[str]) -> tuple[np.ndarray | None, np.ndarray]:
    """The label table of some names, and the row (u4) of each name given; names may repeat.

    Names are stripped and brought to Unicode's composed form (NFC), so that one `é` equals another. Where all are
    plain whole numbers, users are sorted by number (`number_rows`); else by text, character by character, and the
    table is an object array of str. So the rows do not depend on the order of a file.
    Raises RippleError for a name of spaces only.
    """
    clean = [text.strip() if text.isascii() else unicodedata.normalize("NFC", text).strip() for text in texts]
    if "" in clean:
        raise RippleError("a name consists of spaces only")
    if all(map(_PLAIN_NUMBER.fullmatch, clean)):
        return number_rows(np.array([int(text) for text in clean], dtype=np.int64))
    names = sorted(set(clean))
    row = dict(zip(names, range(len(names)), strict=True))
    return np.array(names, dtype=object), np.array([row[name] for name in clean], dtype=np.uint32)


def number_rows(numbers: np.ndarray) -> tuple[np.ndarray | None, np.ndarray]:
    """The label table of users called by plain numbers (i8), and the row (u4) of each number given.

    The table is i8[n], ascending, or None where it is 0..n-1.
    """
    table, rows = np.unique(numbers, return_inverse=True)
    counted = len(table) > 0 and table[0] == 0 and table[-1] == len(table) - 1
    return None if counted else table, rows.astype(np.uint32)
