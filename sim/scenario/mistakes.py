"""All mistakes of a file at once, each with its line, its path, what was read, what is allowed and the way out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sim.errors import RippleError

_SHOWN = 40  # more than these would scroll the first ones away

Step = str | int
Where = tuple[Step, ...]


@dataclass(frozen=True)
class Mistake:
    """One mistake: the file it stands in when that is another one, the line, the path and the words."""

    line: int | None
    path: str
    words: str
    file: str = ""

    def __str__(self) -> str:
        return f"{self.path}: {self.words}" if self.path else self.words


def path_words(where: Iterable[Step]) -> str:
    """("timeline", 1, "reach") as people write it: timeline[1].reach."""
    words = ""
    for step in where:
        words += f"[{step}]" if isinstance(step, int) else f".{step}" if words else step
    return words


def refusal(origin: str, mistakes: Iterable[Mistake]) -> RippleError:
    """The error that lists them in the order of the lines; those of other files, and without a line, come last."""
    ordered = sorted(dict.fromkeys(mistakes), key=lambda m: (m.file, m.line is None, m.line or 0))
    number = f"{len(ordered)} mistake{'s' if len(ordered) != 1 else ''}"
    width = max((len(str(m.line)) for m in ordered if m.line), default=0)
    lines = []
    for m in ordered[:_SHOWN]:
        place = f"line {m.line:<{width}}  " if m.line else ""
        lines.append(f"  {m.file + ', ' if m.file else ''}{place}{m}")
    if len(ordered) > _SHOWN:
        lines.append(f"  ... and {len(ordered) - _SHOWN} more")
    return RippleError("\n".join([f"{origin}: {number}", *lines]))
