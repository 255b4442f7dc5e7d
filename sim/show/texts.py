"""The words of the lab, of shared files and of decks: all stand in texts.json, so that a translation is one file.

say("server.busy")                              # a text
say("server.made", name="data-breach", seed=1)  # with its blanks filled in

The pages get them through texts.js, which has `say` too. Not there: what comes from scenarios (titles, sentences of
acts) and mistakes, which read as on the command line.
"""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def texts() -> dict[str, Any]:
    """All texts, as they stand in the file."""
    found: dict[str, Any] = json.loads((files("sim.show") / "texts.json").read_text(encoding="utf-8"))
    return found


def say(key: str, **values: object) -> str:
    """A text by its key, as in "server.busy", with its {blanks} filled in. KeyError for one that is not there."""
    text: Any = texts()
    for part in key.split("."):
        text = text[part]
    if not isinstance(text, str):
        raise KeyError(key)
    return re.sub(r"\{(\w+)\}", lambda blank: str(values[blank[1]]), text)
