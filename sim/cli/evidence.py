"""`ripple evidence`: the model at its defaults against what is known of real behaviour."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from sim.cli import options
from sim.cli.console import console, progress, say

if TYPE_CHECKING:
    from collections.abc import Callable

_STOPPED = 130


@click.command()
@click.option(
    "--only", metavar="IDS", help="Some rows, as in E1,E6; with --sensitivity some numbers, as in clue,hearsay."
)
@click.option("--quick", is_flag=True, help="Small sizes, for a first look: wide intervals, and a row counts as met when "
              "they overlap the band.")  # fmt: skip
@options.seed
@click.option("--json", "json_file", type=click.Path(dir_okay=False), metavar="FILE",
              help="Write a list with an entry for each number to FILE.")  # fmt: skip
@click.option("--page", "page_file", type=click.Path(dir_okay=False), metavar="FILE",
              help="Write a page (FILE.md), with FILE.json and a folder of figures beside it.")  # fmt: skip
@click.option("--sensitivity", is_flag=True, help="Instead: what changes when assumed numbers go to the ends of their "
              "range, one at a time. Takes a while; goes on where it was stopped.")  # fmt: skip
@click.option("--fresh", is_flag=True, help="Measure rows anew that this code has measured before.")
@click.option("--workers", type=options.WholeNumber(1), metavar="N", help="Threads; default: one for each core.")
def evidence(
    only: str | None,
    quick: bool,
    seed: int,
    json_file: str | None,
    page_file: str | None,
    sensitivity: bool,
    fresh: bool,
    workers: int | None,
) -> int:
    """Measure what is known of real behaviour, and say which of it the model meets."""
    from sim.files import require_writable
    from sim.study.evidence.measuring import KEPT, measure_all
    from sim.study.evidence.plan import FULL, SMALL
    from sim.study.evidence.rows import chosen

    names = [word.strip() for word in only.split(",") if word.strip()] if only is not None else None
    rows = chosen(names if not sensitivity else None)
    if page_file is not None and (only is not None or quick):
        raise click.UsageError("a page shows everything in full size: leave --only and --quick away")
    for path in (json_file, page_file):
        if path is not None:
            require_writable(path)
    if sensitivity:
        from sim.cli.sensitivity import measure

        return measure(
            names, quick=quick, seed=seed, json_file=json_file, page_file=page_file, fresh=fresh, workers=workers
        )
    began = time.perf_counter()
    with progress("measuring", 1.0) as bar:
        report = measure_all(
            rows,
            size=SMALL if quick else FULL,
            seed=seed,
            threads=workers,
            kept=KEPT,
            anew=fresh,
            progress=_only_the_share(bar),
        )
    from sim.show.evidence_text import lines, table

    screen = console()
    screen.print(table(report))
    for line in lines(report):
        say(screen, line)
    written = []
    if json_file is not None:
        written.append(report.write_entries(json_file))
    if page_file is not None and not report.stopped:
        from sim.show.evidence_page import save
        from sim.study.evidence.history import changes

        written += save(report, page_file)[-2:]
        for change in changes(report):
            if change.day == report.facts["day"]:
                say(screen, f"For CHANGELOG.md: {change.words}")
    for file in written:
        say(screen, f"Written to {file}")
    say(screen, f"Took {time.perf_counter() - began:.1f} s.", style="dim")
    if report.stopped:
        say(screen, f"Stopped: {len(report.rows)} of {len(rows)} rows were measured, and are kept for the next time.")
    return _STOPPED if report.stopped else 0


def _only_the_share(bar: Callable[[float], None] | None) -> Callable[[float, str], None] | None:
    return None if bar is None else lambda share, _: bar(share)
