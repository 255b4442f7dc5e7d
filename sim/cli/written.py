"""What was written where, in a few lines."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sim.cli.console import say

if TYPE_CHECKING:
    from rich.console import Console


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
