"""`ripple bench`: how fast the engine is on this machine, beside rivals and targets."""

from __future__ import annotations

import click

_STOPPED = 130


@click.command()
@click.option("--quick", is_flag=True, help="Smaller networks, fewer repeats: about a minute.")
@click.option("--huge", is_flag=True, help="Also one run of ten million users (4 GB of memory).")
@click.option("--sweep", is_flag=True, help="Only sweeps: runs a second, what a sweep costs beside them, memory.")
@click.option("--json", "json_file", type=click.Path(dir_okay=False), metavar="FILE", help="Write the figures to FILE.")
@click.option(
    "--page", "page_file", type=click.Path(dir_okay=False), metavar="FILE",
    help="Write them as a page (FILE.md), with FILE.json and FILE.png beside it."
)  # fmt: skip
@click.option("--lab", is_flag=True, help="Only the page of `ripple lab`, in a browser of this machine.")
def bench(quick: bool, huge: bool, sweep: bool, lab: bool, json_file: str | None, page_file: str | None) -> int:
    """Measure the speed on this machine: some seven minutes, medians with spread, rivals in turn."""
    if quick and huge:
        raise click.UsageError("--quick and --huge exclude one another", click.get_current_context())
    if lab:
        return _bench_lab(quick or huge or json_file is not None or page_file is not None)
    from sim.bench.cases import FULL, QUICK
    from sim.bench.measuring import bench as measured
    from sim.bench.page import save
    from sim.bench.report import GROUPS
    from sim.bench.text import lines
    from sim.files import require_writable

    for path in (json_file, page_file):
        if path is not None:
            require_writable(path)
    plan = QUICK if quick else FULL.huge() if huge else FULL
    report = measured(plan, _say_what_comes, groups=("sweep",) if sweep else tuple(GROUPS))
    for line in lines(report):
        click.echo(line)
    written = []
    if json_file is not None:
        written.append(report.write(json_file))
    if page_file is not None:
        written += save(report, page_file)
    for file in written:
        click.echo(f"Written to {file}")
    return _STOPPED if report.stopped else 0


def _bench_lab(more: bool) -> int:
    if more:
        raise click.UsageError("--lab stands alone", click.get_current_context())
    from sim.bench.lab import measured

    for line in measured().sentences:
        click.echo(line)
    return 0


def _say_what_comes(done: int, total: int, words: str) -> None:
    """One line on stderr for each group of measurements."""
    click.echo(f"[{done + 1}/{total}] {words} ...", err=True)
