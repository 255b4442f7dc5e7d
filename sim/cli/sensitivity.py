"""`ripple evidence --sensitivity`: both ends of every assumed number, one at a time."""

from __future__ import annotations

import time

from sim.cli.console import console, progress, say

_STOPPED = 130


def measure(
    only: list[str] | None,
    *,
    quick: bool,
    seed: int,
    json_file: str | None,
    page_file: str | None,
    fresh: bool,
    workers: int | None,
) -> int:
    """Measure and say what hangs on assumed numbers. quick: the rows in small size stand in for those in full size."""
    from sim.study.evidence.measuring import KEPT, measure_all
    from sim.study.evidence.rows import chosen
    from sim.study.evidence.sensitivity import sensitivity

    began, full = time.perf_counter(), None
    if not quick:
        with progress("measuring at the defaults", 1.0) as bar:
            tell = None if bar is None else lambda share, _: bar(share)
            kept = None if fresh else KEPT
            report = measure_all(chosen(None), seed=seed, threads=workers, kept=kept, progress=tell)
        full = (
            None if report.stopped else {row.id: [result.found.value for result in row.results] for row in report.rows}
        )
        if full is None:
            say(console(), "Stopped.")
            return _STOPPED
    with progress("measuring at both ends", 1.0) as bar:
        found = sensitivity(
            only, full=full, kept=None if fresh else KEPT / "sensitivity", workers=workers, progress=bar
        )  # fmt: skip
    screen, written = console(), []
    if found.stopped:
        say(screen, "Stopped; what is done is kept for the next time.")
        return _STOPPED
    from sim.show.sensitivity_page import lines, save

    for line in lines(found):
        say(screen, line)
    if json_file is not None:
        written.append(found.write(json_file))
    if page_file is not None:
        written += save(found, page_file)
    for file in written:
        say(screen, f"Written to {file}")
    say(screen, f"Took {time.perf_counter() - began:.1f} s.", style="dim")
    return 0
