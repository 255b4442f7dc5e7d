"""The scripts and styles of this folder, as text."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def text_of(name: str) -> str:
    """A file beside this one."""
    return (files("sim.show.replay") / name).read_text(encoding="utf-8")


def lesson_sources() -> tuple[str, str]:
    """What a lesson needs beside the player: its style and its script."""
    return text_of("lesson.css"), text_of("lesson.js")
