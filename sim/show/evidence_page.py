"""docs/evidence.md: a full measurement of the evidence as a page, so that it cannot say anything else than what was found."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sim.files import write_text
from sim.show.evidence_figures import save_png, words
from sim.show.evidence_text import band, counted, number, value, why
from sim.study.evidence.history import changes, with_history
from sim.study.evidence.observed import OBSERVED, remark
from sim.study.evidence.report import ONLY_EMERGENT, Measured, Report
from sim.study.evidence.row import KINDS

_HEAD = """# Evidence

What is known of real behaviour, and what the model does at its defaults (this page is generated: `make evidence`, or
`ripple evidence --page docs/evidence.md`). Every number is measured by runs of the engine, never by the model's
formulas, and stands beside its 95 % interval and the band that it should lie in. A default may be changed to meet a
band; a band may not. A row that is not met stays here, with the reason."""


def save(report: Report, path: str | Path) -> list[Path]:
    """Write the page, and beside it what was measured (.json) and a folder of figures, one for each row; returns the paths.

    Where a record is there already, the new one says which of its numbers a change of defaults moved.
    """
    target = Path(path)
    record = target.with_suffix(".json")
    with_history(report, Report.read(record) if record.exists() else None)
    drawn = [save_png(row, target.with_suffix("") / f"{row.id}.png") for row in report.rows]
    return [*drawn, report.write(record), write_text(target, page(report, target.stem))]


def page(report: Report, stem: str = "evidence") -> str:
    """The page in Markdown. stem: of the name of its file, which the folder of its figures shares."""
    return "\n".join(_lines(report, stem)) + "\n"


def _lines(report: Report, stem: str) -> Iterator[str]:
    yield _HEAD
    yield ""
    yield f"{counted(report)} {ONLY_EMERGENT} *Tuned* rows were used to choose a default within its range."
    yield ""
    yield f"Measured on {report.facts['day']} with version {report.facts['version']}, seed {report.seed}."
    yield ""
    yield "| id | claim | kind | measured | band | |"
    yield "|---|---|---|---|---|---|"
    for row in report.rows:
        yield from _in_table(row)
    if report.history:
        yield ""
        yield "Changes of defaults, and what they moved:"
        yield ""
        yield from (f"- {change.day}: {change.words}" for change in changes(report))
    for kind in KINDS:
        rows = [row for row in report.rows if row.kind == kind]
        if rows:
            yield ""
            yield f"## {kind.capitalize()}"
        for row in rows:
            yield from _section(row, stem)


def _observed(row: str) -> Iterator[str]:
    """What real files say that the row is read against."""
    by_source: dict[str, list[str]] = {}
    for seen in OBSERVED.values():
        if seen.row == row:
            words = f"{seen.words} {number(seen.value, seen.digits)}{' ' + seen.unit if seen.unit else ''}"
            by_source.setdefault(seen.source, []).append(words)
    if by_source:
        yield ""
        yield "Read against:"
        yield ""
        for source, said in by_source.items():
            yield f"- {source}: {'; '.join(said)}"
        if remark(row):
            yield ""
            yield remark(row)


def _in_table(row: Measured) -> Iterator[str]:
    for k, result in enumerate(row.results):
        claim, kind = (row.claim, _kind(row)) if k == 0 else ("", "")
        verdict = "met" if result.met else "**not met**"
        yield f"| {result.id} | {claim} | {kind} | {result.words}: {value(result)} | {band(result)} | {verdict} |"


def _kind(row: Measured) -> str:
    return f"{row.kind}, tuned" if row.tuned else row.kind


def _section(row: Measured, stem: str) -> Iterator[str]:
    yield ""
    yield f"### {row.id}: {row.claim}"
    yield ""
    yield f"Source: {row.source}.{' Used to choose a default within its range.' if row.tuned else ''}"
    yield ""
    yield f"{row.how}"
    yield ""
    for result in row.results:
        yield f"- {result.words}: {value(result)}, band {band(result)}: {'met' if result.met else '**not met**'}"
    if row.note:
        yield ""
        yield row.note
    yield from _observed(row.id)
    yield ""
    yield f"![{row.id}: {words(row)}]({stem}/{row.id}.png)"
    if not row.met:
        yield ""
        yield f"Why not: {why(row)}"
