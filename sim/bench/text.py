"""A report in words: the lines `ripple bench` prints."""

from __future__ import annotations

from collections.abc import Iterator

from sim.bench.report import GROUPS, Figure, Report
from sim.bench.targets import Target, judged

_QUIET = 0.5  # programs that ask for a core
_WORDS = 62  # letters of the first column
MARKS = {"stretch": "met, and the stretch", "met": "met", "missed": "MISSED"}


def number(value: float | None, unit: str) -> str:
    """Three digits that count, with the unit: 1.97 ns, 480 MB, 31 x."""
    if value is None:
        return "-"
    digits = f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return f"{digits} {unit}".rstrip()


def spread(figure: Figure) -> str:
    """`(1.9 to 2.1, 5 times)`, nothing for a single measurement."""
    if figure.repeats == 1:
        return "(once)"
    return f"({number(figure.lowest, '')} to {number(figure.highest, '')}, {figure.repeats} times)"


def bars(target: Target) -> tuple[str, str]:
    """Target and stretch in words: `at most 3 ns`, `at least 6 x`."""
    side = "at least" if target.at_least else "at most"
    found = [
        f"{side} {number(bar, target.unit)}" if bar is not None else "-" for bar in (target.target, target.stretch)
    ]
    return found[0], found[1]


def verdict(met: str, value: float | None, unit: str, mode: str) -> str:
    """What to say of a target that was judged."""
    if met in MARKS:
        return MARKS[met]
    return f"measured at another size ({mode})" if value is not None else "not measured"


def busy(report: Report) -> str:
    """A warning when other programs were running before the bench began."""
    load = report.machine.get("busy")
    if not isinstance(load, float) or load < _QUIET:
        return ""
    return (
        f"Other programs kept {load:g} cores busy when it began: times and spreads are larger than on a quiet machine."
    )


def lines(report: Report) -> Iterator[str]:
    """All figures by group, then the targets, then what is missing."""
    m = report.machine
    yield f"{m['processor']}, {m['cores']} cores, {m['system']}; Python {m['python']}; {m['day']}, {report.mode}"
    if busy(report):
        yield busy(report)
    for group, heading in GROUPS.items():
        figures = [figure for figure in report.figures.values() if figure.group == group]
        if figures:
            yield ""
            yield heading
        for figure in figures:
            yield f"  {figure.words:<{_WORDS}} {number(figure.median, figure.unit):>10}  {spread(figure)}"
            if figure.note:
                yield f"      {figure.note}"
    yield ""
    yield "Targets (two cores, warm)"
    for target, value, met in judged(report):
        goal, stretch = bars(target)
        yield f"  {target.words}"
        said = verdict(met, value, target.unit, report.mode)
        yield f"      {number(value, target.unit):>10}   {goal} (stretch {stretch}): {said}"
    for what, why in report.missing.items():
        yield ""
        yield f"{what}: {why}"
    if report.stopped:
        yield ""
        yield "Stopped before the end; the figures above were measured."
