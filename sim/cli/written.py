"""Where results may be written, and what was written there."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from sim.cli.console import say
from sim.errors import RippleError

if TYPE_CHECKING:
    from rich.console import Console


def writable_target(out: str, force: bool) -> Path:
    """The folder for results, when it may be written. Raises RippleError before anything runs; nothing in it is touched.

    Permissions do not tell of read-only disks, so an empty folder is made beside it and taken away.
    """
    from sim.study.folder import check_target

    target = check_target(Path(out).expanduser().resolve(), force=force)
    above = next(folder for folder in target.parents if folder.exists())
    try:
        with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=above):
            return target
    except OSError as problem:
        raise RippleError(f"{target} cannot be written: {problem.strerror}") from None


def say_written(screen: Console, target: Path) -> None:
    """Name the folder and what is in it; the path stands alone on its line, whole."""
    try:
        shown = target.relative_to(Path.cwd())
    except ValueError:
        shown = target
    screen.print(f"Written to {shown}{'/' if str(shown)[-1:] != '/' else ''}", style="bold", soft_wrap=True)
    entries = sorted(target.iterdir(), key=lambda entry: (entry.is_file(), entry.name))
    words = [
        f"{entry.name}/ ({sum(1 for _ in entry.iterdir())})" if entry.is_dir() else entry.name
        for entry in entries
        if not entry.name.startswith(".")
    ]
    say(screen, ", ".join(words), first="  ")
