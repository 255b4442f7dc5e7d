"""What was measured of the evidence, as plain values: to JSON and back, and as the flat list of `ripple evidence --json`."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from pathlib import Path

from sim.errors import RippleError
from sim.files import write_text
from sim.study.evidence.plan import FULL, SMALL
from sim.study.evidence.row import EMERGENT, KINDS, Curve, Estimate, Found, Row, or_none

FORMAT = 1


@dataclass(frozen=True)
class Result:
    """One number of a row as it was measured. band: low and high, infinite where it is open."""

    id: str
    words: str
    unit: str
    digits: int
    found: Estimate
    band: tuple[float, float]
    met: bool


@dataclass(frozen=True)
class Measured:
    """A row with what was found. Everything that a page or a table says of it is here."""

    id: str
    claim: str
    source: str
    kind: str
    how: str
    tuned: bool
    reason: str
    results: tuple[Result, ...]
    curves: tuple[Curve, ...]
    x: str
    y: str
    log_x: bool
    log_y: bool
    note: str
    seconds: float

    @property
    def met(self) -> bool:
        """A row is met when all its numbers are."""
        return all(result.met for result in self.results)

    @classmethod
    def of(cls, row: Row, found: Found, size: str, seconds: float) -> Measured:
        """A row, judged. Raises ValueError when its measure gave another number of numbers than it has."""
        results = tuple(
            Result(id, n.words, n.unit, n.digits, estimate, (n.low, n.high), n.met(estimate, small=size == SMALL))
            for id, n, estimate in zip(row.ids, row.numbers, found.estimates, strict=True)
        )
        return cls(
            row.id, row.claim, row.source, row.kind, row.how, row.tuned, row.reason, results, found.curves, found.x,
            found.y, found.log_x, found.log_y, found.note, round(seconds, 1)
        )  # fmt: skip

    def plain(self) -> dict[str, object]:
        """As JSON has it: numbers that are not finite are null."""
        return {
            **{name: getattr(self, name) for name in _WORDS},
            "met": self.met,
            "results": [_plain(result) for result in self.results],
            "curves": [_few_digits(curve) for curve in self.curves],
        }

    @classmethod
    def read(cls, plain: dict) -> Measured:
        """From what `plain` gave."""
        results = tuple(
            Result(
                r["id"], r["words"], r["unit"], r["digits"], Estimate(
                    _number(r["value"], math.inf), _number(r["low"], -math.inf), _number(r["high"], math.inf)
                ), (_number(r["band"][0], -math.inf), _number(r["band"][1], math.inf)), r["met"]
            )
            for r in plain["results"]
        )  # fmt: skip
        return cls(
            **{name: plain[name] for name in _WORDS},
            results=results,
            curves=tuple(Curve(**curve) for curve in plain["curves"]),
        )


_WORDS = ("id", "claim", "source", "kind", "how", "tuned", "reason", "x", "y", "log_x", "log_y", "note", "seconds")


def _few_digits(curve: Curve) -> dict[str, object]:
    """A curve with five figures for each number, which is more than can be seen."""
    lines = {k: [float(f"{v:.5g}") for v in getattr(curve, k)] for k in ("x", "y", "low", "high") if getattr(curve, k)}
    return {"words": curve.words, **lines}


def _number(value: float | None, missing: float) -> float:
    return missing if value is None else float(value)


def _plain(result: Result) -> dict[str, object]:
    found = result.found
    return {
        "id": result.id, "words": result.words, "unit": result.unit, "digits": result.digits,
        "value": or_none(found.value), "low": or_none(found.low), "high": or_none(found.high),
        "band": [or_none(end) for end in result.band], "met": result.met
    }  # fmt: skip


@dataclass
class Report:
    """The rows in the order of their ids.

    parameters: the numbers of the model they were measured with;  facts: day, version and the like;  stopped: Ctrl-C came
    before all that was asked for was measured;  history: what changes of defaults moved, see `history`.
    """

    size: str = FULL
    seed: int = 1
    parameters: dict[str, float] = field(default_factory=dict)
    facts: dict[str, object] = field(default_factory=dict)
    rows: list[Measured] = field(default_factory=list)
    stopped: bool = False
    history: list[dict] = field(default_factory=list)

    def counted(self) -> dict[str, tuple[int, int]]:
        """By kind: how many rows are met, and how many there are."""
        by_kind = {kind: [row.met for row in self.rows if row.kind == kind] for kind in KINDS}
        return {kind: (sum(met), len(met)) for kind, met in by_kind.items()}

    def entries(self) -> list[dict[str, object]]:
        """One flat entry for each number. A row with several has them under its id and a letter: E1a, E1b.

        So the rows are the ids without their letters, and a row is met when all its entries are.
        """
        return [
            {
                "id": result.id,
                "claim": row.claim if len(row.results) == 1 else f"{row.claim} [{result.words}]",
                "kind": row.kind,
                **{name: _plain(result)[name] for name in ("value", "low", "high", "band", "met")},
            }
            for row in self.rows
            for result in row.results
        ]

    def write_entries(self, path: str | Path) -> Path:
        """Write the flat list as JSON."""
        return write_text(path, json.dumps(self.entries(), indent=1, ensure_ascii=False) + "\n")

    def write(self, path: str | Path) -> Path:
        """Write everything as JSON; whole or not at all."""
        plain = {
            "format": FORMAT,
            "size": self.size,
            "seed": self.seed,
            "stopped": self.stopped,
            "facts": self.facts,
            "parameters": self.parameters,
            "history": self.history,
            "rows": [row.plain() for row in self.rows],
        }
        return write_text(path, json.dumps(plain, indent=1, ensure_ascii=False) + "\n")

    @classmethod
    def read(cls, path: str | Path) -> Report:
        """A report that was written. Raises RippleError when the file is none."""
        try:
            plain = json.loads(Path(path).read_text(encoding="utf-8"))
            if plain["format"] != FORMAT:
                raise RippleError(f"{path} has format {plain['format']}; this version reads {FORMAT}")
            rows = [Measured.read(row) for row in plain["rows"]]
            return cls(
                plain["size"],
                plain["seed"],
                plain["parameters"],
                plain["facts"],
                rows,
                plain["stopped"],
                plain["history"],
            )
        except OSError as problem:
            raise RippleError(f"{path} cannot be read: {problem.strerror}") from None
        except (KeyError, TypeError, ValueError) as problem:
            if isinstance(problem, RippleError):
                raise
            raise RippleError(f"{path} holds no measured evidence: {problem!r}") from None


ONLY_EMERGENT = (
    f"Only {EMERGENT} rows are evidence for the mechanism. A row is built in when a parameter is that number: it checks "
    "the code. A row is fitted when a parameter was set by it."
)
