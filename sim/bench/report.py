"""What was measured, as plain values: figures with their spread, what was left out and why; to JSON and back."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from sim.bench.timing import middle
from sim.errors import RippleError
from sim.files import write_text

FORMAT = 1


@dataclass(frozen=True)
class Figure:
    """One measured number: the median of some repeats, and the lowest and highest of them.

    group   the heading it stands under (GROUPS);  unit  "s", "ms", "ns", "x" (a ratio), "MB", "GB/s", ""
    users   of the network it was measured on, None where there is none;  note  how, where that is not plain
    """

    id: str
    group: str
    words: str
    unit: str
    median: float
    lowest: float
    highest: float
    repeats: int
    users: int | None = None
    note: str = ""


GROUPS = {
    "floor": "What memory allows",
    "talk": "Talk: one step over all users",
    "cascade": "The bare cascade",
    "whole": "The whole model, 720 hourly ticks, one breach and a daily post",
    "processes": "What users do by themselves, and what it costs",
    "twin": "Against the same model written with Mesa alone",
    "story": "A story with dose, book and delay",
    "sweep": "Sweeps: many runs",
    "growth": "Growth with the number of users, one thread, talk every 4 h",
    "start": "From the command to the answer",
    "breakdown": "Where the time of a run goes",
}


@dataclass
class Report:
    """Figures in the order they were measured; `missing` says what was left out: {what: why and what to do}."""

    mode: str
    machine: dict[str, object]
    figures: dict[str, Figure] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    stopped: bool = False
    partly: bool = False  # only some groups were asked for
    seconds: float = 0.0

    def add(
        self, id: str, words: str, unit: str, values: Sequence[float], *, users: int | None = None, note: str = ""
    ) -> Figure:
        """Note the values of some repeats. The group is what stands before the first dot of the id."""
        group = id.split(".")[0]
        if group not in GROUPS or id in self.figures:
            raise ValueError(f"{id}: every figure has a group of GROUPS and an id of its own")
        numbers = [float(value) for value in values]
        found = Figure(id, group, words, unit, middle(numbers), min(numbers), max(numbers), len(numbers), users, note)
        self.figures[id] = found
        return found

    def median(self, id: str) -> float | None:
        """The median of a figure; None when it was not measured."""
        return self.figures[id].median if id in self.figures else None

    def under(self, start: str) -> list[Figure]:
        """The figures whose ids are `start`, a dot and one word."""
        return [figure for id, figure in self.figures.items() if id.rpartition(".")[0] == start]

    def to_json(self) -> str:
        """The report, with the targets as they were judged, as JSON text."""
        from sim.bench.targets import judged

        plain = {
            "format": FORMAT,
            "mode": self.mode,
            "stopped": self.stopped,
            "partly": self.partly,
            "seconds": self.seconds,
            "machine": self.machine,
            "targets": [asdict(target) | {"value": value, "met": met} for target, value, met in judged(self)],
            "figures": [asdict(figure) for figure in self.figures.values()],
            "missing": self.missing,
        }
        return json.dumps(plain, indent=1) + "\n"

    def write(self, path: str | Path) -> Path:
        """Write it as JSON; whole or not at all."""
        return write_text(path, self.to_json())

    @classmethod
    def read(cls, path: str | Path) -> Report:
        """A report that was written. Raises RippleError when the file is none."""
        try:
            plain = json.loads(Path(path).read_text(encoding="utf-8"))
            if plain["format"] != FORMAT:
                raise RippleError(f"{path} has format {plain['format']}; this version reads {FORMAT}")
            figures = {one["id"]: Figure(**one) for one in plain["figures"]}
            if any(not math.isfinite(figure.median) for figure in figures.values()):
                raise RippleError(f"{path}: a figure is no number")
            return cls(
                plain["mode"],
                plain["machine"],
                figures,
                plain["missing"],
                plain["stopped"],
                bool(plain.get("partly", False)),
                float(plain["seconds"]),
            )
        except OSError as problem:
            raise RippleError(f"{path} cannot be read: {problem.strerror}") from None
        except (KeyError, TypeError, ValueError) as problem:
            if isinstance(problem, RippleError):
                raise
            raise RippleError(f"{path} is no result of `ripple bench --json`: {problem!r}") from None
