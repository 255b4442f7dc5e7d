"""The one error that people are meant to read: a text that says where, what was read, what is allowed, the way out."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class RippleError(ValueError):
    """A mistake in what the user gave. Its text is complete; the command line prints it without a traceback."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean 'x'?` for the nearest known word, or nothing."""
    near = difflib.get_close_matches(str(word), list(known), n=1, cutoff=0.6)
    return f"; did you mean '{near[0]}'?" if near else ""
