"""docs/speed.md: the report of a full bench as a page, so that it cannot say anything else than what was measured."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sim.bench.report import GROUPS, Figure, Report
from sim.bench.targets import PROFILES, Target, judged
from sim.bench.text import bars, busy, number, spread, verdict
from sim.files import write_text

_HEAD = """# Speed

What `ripple bench` measured (this page is generated: `make speed`, or `ripple bench --page docs/speed.md`). Times belong
to a machine, so what counts are the ratios: rivals and floors were measured in the same process, in turn, A B A B.
Medians, with the lowest and the highest; a number that misses its target stands here as it is."""

_WHY = """## How it is measured

- *Floor*: what memory allows. A step of talk has to load the trust of everyone listened to, so it cannot be faster than
  as many random loads by the network's own row numbers.
- *SciPy*: the product of its sparse float32 matrix with a vector is the gather of a step of talk alone. The step it is
  compared with does all the rest too: own trust, the pull to it, both books, means and quantiles.
- *CyNetDiff*: the independent cascade compiled from Cython. Same network, same author, same chance; only its run is timed,
  not the making ready of its state.
- *Mesa twin*: `experiments/speed/mesa_twin.py`, this model with agents and methods. The tests hold both equal on the same
  draws; the bench stops when they end at different trust. Making agents is not counted.
- *Peak memory* and *starts* need processes of their own. Everything else shares one."""


def save(report: Report, path: str | Path) -> list[Path]:
    """Write the page, and beside it the figures (.json) and the picture of growth (.png); returns the paths."""
    target = Path(path)
    written = [report.write(target.with_suffix(".json"))]
    costs = sizes(report)
    if costs:
        from sim.show.drawn import Drawn
        from sim.show.growth import cost_by_size
        from sim.show.style import figure_of

        figure = figure_of(cost_by_size(costs))
        written.append(
            Drawn(target.stem, "Microseconds of a run per user, by the number of users.", figure).save_png(
                target.parent
            )
        )
    return [*written, write_text(target, page(report, target.stem))]


def sizes(report: Report) -> dict[int, float]:
    """Seconds of a run by the number of users, when there are two or more to draw."""
    found = {f.users: f.median for f in report.figures.values() if f.id == f"growth.{f.users}" and f.users is not None}
    return found if len(found) > 1 else {}


def page(report: Report, stem: str = "speed") -> str:
    """The page in Markdown. stem: of the name of its file, which its picture shares."""
    return "\n".join(_lines(report, stem)) + "\n"


def profile(report: Report, target: Target) -> str:
    """Which parts a figure consists of, in words, the largest first; nothing where that is not measured."""
    found = report.under(PROFILES[target.id]) if target.id in PROFILES else []
    found.sort(key=lambda figure: -figure.median)
    whole = sum(max(0.0, figure.median) for figure in found)
    if whole <= 0.0:
        return ""
    parts = [f"{100 * figure.median / whole:.0f} % {_part(figure)}" for figure in found if figure.median > 0.01 * whole]
    return "; ".join(parts)


def _part(figure: Figure) -> str:
    """What a figure is a part of it for: its words after the last colon and its own median."""
    return f"{figure.words.split(': ', 1)[-1]} ({number(figure.median, figure.unit)})"


def _lines(report: Report, stem: str) -> Iterator[str]:
    m = report.machine
    packages = ", ".join(f"{name} {version}" for name, version in _pairs(m["packages"]))
    yield _HEAD
    yield ""
    yield f"Measured on {m['day']}: {m['processor']}, {m['cores']} cores, {m['memory_gb']} GB, {m['system']},"
    yield f"Python {m['python']}, {packages}; {report.mode}, {report.seconds:,.0f} s."
    if busy(report):
        yield busy(report)
    yield ""
    yield "## Targets"
    yield ""
    yield "| id | what | measured | target | stretch | |"
    yield "|---|---|---|---|---|---|"
    for target, value, met in judged(report):
        said = verdict(met, value, target.unit, report.mode)
        cells = (f"`{target.id}`", target.words, number(value, target.unit), *bars(target), said)
        yield "| " + " | ".join(cells) + " |"
    yield ""
    yield from (f"- {what}: {why}" for what, why in report.missing.items())
    if any(profile(report, target) for target, _, met in judged(report) if met == "missed"):
        yield ""
        yield "Where it goes in what misses its target (the figures stand below):"
        yield ""
    for target, _, met in judged(report):
        if met == "missed" and profile(report, target):
            yield f"- `{target.id}`: {profile(report, target)}"
    for group, heading in GROUPS.items():
        figures = [figure for figure in report.figures.values() if figure.group == group]
        if not figures:
            continue
        yield ""
        yield f"## {heading}"
        yield ""
        yield "| id | what | median | spread | how |"
        yield "|---|---|---|---|---|"
        for f in figures:
            yield f"| `{f.id}` | {f.words} | {number(f.median, f.unit)} | {spread(f)} | {f.note} |"
        if group == "growth" and sizes(report):
            yield ""
            yield f"![Microseconds of a run per user, by the number of users]({stem}.png)"
    yield ""
    yield _WHY


def _pairs(packages: object) -> list[tuple[str, str]]:
    return list(packages.items()) if isinstance(packages, dict) else []
