"""The files of the page. Those of the player run without a server, so that a single file can carry them home."""

from __future__ import annotations

import html
import json
from functools import cache
from importlib.resources import files

from sim.show.texts import say, texts

PLAYER_SCRIPTS = ("texts.js", "look.js", "picture.js", "charts.js", "timeline.js", "card.js", "player.js")
PAGE_SCRIPTS = ("controls.js", "acts.js", "files.js", "classroom.js", "lessons.js", "lab.js")
STYLES = ("player.css", "lab.css")
TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}


OF_RECORDINGS = ("frames.js", "lesson.js", "lesson.css")  # they lie with what they read


@cache
def text_of(name: str) -> str:
    """The text of a file of the page, with the words that belong into it."""
    folder = files("sim.show.replay") if name in OF_RECORDINGS else files("sim.show.lab") / "static"
    text = (folder / name).read_text(encoding="utf-8")
    if name == "texts.js":
        return text.replace('"{{texts}}"', json.dumps(texts(), ensure_ascii=False))
    if name == "page.html":
        for blank, key in (("language", "language"), ("title", "page.title"), ("no-script", "page.noScript")):
            text = text.replace(f"{{{{{blank}}}}}", html.escape(say(key)))
    return text


def player_sources() -> tuple[str, list[str]]:
    """What a player needs: its style, and its scripts in order (the decoder of recordings is not among them)."""
    return text_of("player.css"), [text_of(name) for name in PLAYER_SCRIPTS]


def served() -> dict[str, tuple[str, str]]:
    """Every file that the server hands out under /static: name -> (type, text)."""
    names = (*PLAYER_SCRIPTS, *PAGE_SCRIPTS, *STYLES, *OF_RECORDINGS, "icon.svg")
    return {name: (TYPES[name[name.rindex(".") :]], text_of(name)) for name in names}
