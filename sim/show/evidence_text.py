"""The evidence as a table for the terminal and in sentences; numbers and bands in words, for the page too."""

from __future__ import annotations

import math
from collections.abc import Iterator

from rich import box
from rich.table import Table
from rich.text import Text

from sim.study.evidence.plan import SMALL
from sim.study.evidence.report import ONLY_EMERGENT, Measured, Report, Result
from sim.study.evidence.row import KINDS


def number(value: float, digits: int) -> str:
    """A number with so many decimals and a true minus; "never" where it is infinite."""
    if math.isinf(value):
        return "never"
    return f"{value:,.{digits}f}".replace("-", "\N{MINUS SIGN}")


def value(result: Result) -> str:
    """The value with its interval and unit: 27.9 (27.4 to 28.4) points."""
    found, digits = result.found, result.digits
    if math.isinf(found.high):
        inside = f" (at least {number(found.low, digits)})" if math.isfinite(found.low) else ""
    else:
        inside = f" ({number(found.low, digits)} to {number(found.high, digits)})"
    return f"{number(found.value, digits)}{inside}{_unit(result)}"


def band(result: Result) -> str:
    """The band in words: 22 to 32 points, above 0, at most 25 %."""
    low, high = result.band
    if math.isinf(high):
        words = f"above {low:,g}" if low == 0.0 else f"at least {low:,g}"
    elif math.isinf(low):
        words = f"at most {high:,g}"
    else:
        words = f"{low:,g} to {high:,g}".replace("-", "\N{MINUS SIGN}")
    return f"{words}{_unit(result)}"


def _unit(result: Result) -> str:
    return f" {result.unit}" if result.unit else ""


def table(report: Report) -> Table:
    """All rows: claim and source, kind, and below each its numbers with band and verdict; fits 80 columns."""
    out = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), header_style="", show_lines=False)
    out.add_column("id", vertical="top", no_wrap=True)
    out.add_column("claim, and what was measured", overflow="fold", ratio=1)
    out.add_column("band", overflow="fold", min_width=12)
    out.add_column("", no_wrap=True)
    for row in report.rows:
        head = Text(row.claim, style="bold")
        head.append(f" {row.source}.", style="not bold dim")
        out.add_row(row.id, head, f"{row.kind}{', tuned' if row.tuned else ''}", "", style=None)
        for result in row.results:
            words = Text(f"{result.words}: ")
            words.append(value(result), style="bold")
            verdict = "met" if result.met else "NOT MET"
            out.add_row("" if result.id == row.id else result.id, words, band(result), verdict)
        out.add_section()
    return out


def lines(report: Report) -> Iterator[str]:
    """What the table comes to, in sentences."""
    yield counted(report) + " " + ONLY_EMERGENT
    if report.size == SMALL:
        yield "Small sizes: a number counts as met when its interval overlaps the band. The record is in full size."
    for row in report.rows:
        if not row.met:
            yield f"{row.id} is not met. {why(row)}"


def counted(report: Report) -> str:
    """Met of all, for each kind."""
    counts = report.counted()
    return "Rows met: " + ", ".join(f"{kind} {counts[kind][0]} of {counts[kind][1]}" for kind in KINDS) + "."


def why(row: Measured) -> str:
    """Why a row is not met, as far as it was found out."""
    return row.reason or "The reason is not known."
