"""How the command line speaks: wrapped text and tables on stdout, a progress bar on stderr when someone watches."""

from __future__ import annotations

import codecs
import contextlib
import sys
import textwrap
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

WIDEST = 80
_PLAIN = {
    "\N{MINUS SIGN}": "-", "\N{MULTIPLICATION SIGN}": "x", "\N{EN DASH}": "-", "\N{HORIZONTAL ELLIPSIS}": "...",
    "\N{RIGHTWARDS ARROW}": "->", "\N{CHECK MARK}": "ok",
}  # fmt: skip


def write_in_any_encoding() -> None:
    """Let stdout and stderr write what their encoding lacks in plain letters, instead of failing."""
    codecs.register_error("in-plain-letters", _in_plain_letters)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="in-plain-letters")


def _in_plain_letters(problem: UnicodeError) -> tuple[str, int]:
    if not isinstance(problem, UnicodeEncodeError):
        raise problem
    letters = problem.object[problem.start : problem.end]
    return "".join(_PLAIN.get(letter, "?") for letter in letters), problem.end


def console() -> Console:
    """A console on stdout: at most 80 columns, colours only on a terminal, no marks read in the text."""
    from rich.console import Console

    found = Console(highlight=False, markup=False, emoji=False)
    return found if found.width <= WIDEST else Console(highlight=False, markup=False, emoji=False, width=WIDEST)


def say(out: Console, text: str, *, first: str = "", rest: str | None = None, style: str = "") -> None:
    """Print text, wrapped at words; `first` stands before the first line, `rest` before the others."""
    indent = " " * len(first) if rest is None else rest
    lines = textwrap.wrap(text, out.width, initial_indent=first, subsequent_indent=indent, break_on_hyphens=False)
    out.print("\n".join(lines) or first, style=style or None, soft_wrap=True)


@contextlib.contextmanager
def progress(words: str, total: float) -> Iterator[Callable[[float], None] | None]:
    """A bar on stderr while something runs, fed with how much of `total` is done; None when stderr is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    from sim.compiled import cached

    text = words if cached() else f"{words} (compiling first, up to half a minute, only this once)"
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(text, total=total)
        yield lambda done: bar.update(task, completed=done)


def can_draw() -> bool:
    """True when stdout can write braille."""
    return (getattr(sys.stdout, "encoding", "") or "").lower().replace("-", "").startswith("utf")
