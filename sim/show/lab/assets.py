"""The files of the page. Those of the player run without a server, so that a single file can carry them home."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

PLAYER_SCRIPTS = ("texts.js", "look.js", "picture.js", "charts.js", "timeline.js", "card.js", "player.js")
PAGE_SCRIPTS = ("controls.js", "acts.js", "files.js", "classroom.js", "lab.js")
STYLES = ("player.css", "lab.css")
TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}


@cache
def text_of(name: str) -> str:
    """The text of a file of the page; `frames.js` is the decoder of recordings."""
    folder = "sim.show.replay" if name == "frames.js" else "sim.show.lab"
    place = files(folder) / name if name == "frames.js" else files(folder) / "static" / name
    return place.read_text(encoding="utf-8")


def player_sources() -> tuple[str, list[str]]:
    """What a player needs: its style, and its scripts in order (the decoder of recordings is not among them)."""
    return text_of("player.css"), [text_of(name) for name in PLAYER_SCRIPTS]


def served() -> dict[str, tuple[str, str]]:
    """Every file that the server hands out under /static: name -> (type, text)."""
    names = (*PLAYER_SCRIPTS, "frames.js", *PAGE_SCRIPTS, *STYLES, "icon.svg")
    return {name: (TYPES[name[name.rindex(".") :]], text_of(name)) for name in names}
