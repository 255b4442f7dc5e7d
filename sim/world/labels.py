"""Names of users: made comparable, sorted, and brought to rows 0..n-1."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import numpy as np

from sim.errors import RippleError

_LONGEST_NUMBER = 18  # digits that fit into i8


def plain_number(text: str) -> bool:
    """True for a whole number as a program would write it: `7`, `-12`; not `007`, `1.0`, `+7`."""
    digits = text[1:] if text[:1] == "-" else text
    return (
        digits.isascii() and digits.isdigit() and len(digits) <= _LONGEST_NUMBER and (digits[0] != "0" or text == "0")
    )


def label_rows(texts: Sequence[str]) -> tuple[np.ndarray | None, np.ndarray]:
    """The label table of some names, and the row (u4) of each name given; names may repeat.

    Names are stripped and brought to Unicode's composed form (NFC), so that one `é` equals another. Where all are
    plain whole numbers, users are sorted by number and the table is i8[n], or None when it is 0..n-1; else by text,
    character by character, and the table holds str. So the rows do not depend on the order of a file.
    Raises RippleError for a name of spaces only.
    """
    clean = [text.strip() if text.isascii() else unicodedata.normalize("NFC", text).strip() for text in texts]
    if "" in clean:
        raise RippleError("a name consists of spaces only")
    if all(map(plain_number, clean)):
        numbers = np.array([int(text) for text in clean], dtype=np.int64)
        table, rows = np.unique(numbers, return_inverse=True)
        counted = len(table) > 0 and table[0] == 0 and table[-1] == len(table) - 1
        return None if counted else table, rows.astype(np.uint32)
    names = sorted(set(clean))
    row = {name: number for number, name in enumerate(names)}
    rows = np.fromiter((row[name] for name in clean), dtype=np.uint32, count=len(clean))
    return np.array(names, dtype=object), rows
