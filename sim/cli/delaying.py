"""`ripple delay`: what each hour of waiting with a response costs."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from sim.cli import options
from sim.cli.console import console, progress, say
from sim.cli.written import say_written, writable_target

if TYPE_CHECKING:
    from pathlib import Path

    from sim.study.delay import Delay


@click.command()
@click.argument("scenario")
@click.option("--arm", required=True, metavar="NAME", help="The response that comes later and later.")
@click.option("--over", default="0h..7d", show_default=True, metavar="RANGE",
              help="How much later: a range, or a list as in 0h,1h,1d,7d.")  # fmt: skip
@click.option("--replicates", type=options.WholeNumber(2), default=30, show_default=True, metavar="N",
              help="Runs of each delay.")  # fmt: skip
@options.asked
@click.option("--workers", type=options.WholeNumber(1), metavar="N", help="Threads; default: one for each core.")
@options.output
def delay(
    scenario: str,
    arm: str,
    over: str,
    replicates: int,
    asked: options.Asked,
    workers: int | None,
    out: str | None,
    force: bool,
) -> None:
    """Show what each hour of waiting with a response of SCENARIO costs, on the same people and luck."""
    target = writable_target(out, force) if out is not None else None
    from sim.study import delay as study

    began = time.perf_counter()
    with progress("waiting", 1.0) as bar:
        done = study.delay(
            scenario,
            arm=arm,
            over=over,
            replicates=replicates,
            workers=workers,
            progress=bar,
            **asked.keywords,
        )
    from sim.show.waiting import waiting_table

    screen = console()
    screen.print(done.scenario.title, style="bold", soft_wrap=True)
    title = done.scenario.arm(arm).title
    say(
        screen,
        f"{title}, its answers later and later; {done.n_replicates} runs of each on common draws, seed {done.seed}",
    )
    screen.print()
    screen.print(waiting_table(done))
    if target is not None:
        _write(done, target, force)
        say_written(screen, target)
    say(screen, f"Took {time.perf_counter() - began:.1f} s.", style="dim")


def _write(done: Delay, target: Path, force: bool) -> None:
    from sim.show.style import figure_of
    from sim.show.waiting import price_of_waiting
    from sim.study.folder import new_folder

    with new_folder(target, force=force) as work:
        done.write(work)
        figure_of(price_of_waiting(done)).savefig(work / "waiting.png", dpi=150, bbox_inches="tight")
