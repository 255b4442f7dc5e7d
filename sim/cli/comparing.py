"""`ripple compare`: every response on common draws, against its quiet twin."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim.cli import options
from sim.cli.console import console, progress, say
from sim.cli.written import say_written, writable_target

if TYPE_CHECKING:
    from rich.console import Console

    from sim.study.comparison import Comparison


@click.command()
@click.argument("scenario")
@click.option(
    "--arm", "arms", multiple=True, metavar="NAME", help="Only this response (repeatable); the first is the reference."
)
@click.option("--replicates", type=options.WholeNumber(2), default=30, show_default=True, metavar="N",
              help="Runs of each response.")  # fmt: skip
@options.population
@options.seed
@options.changes
@options.allow_code
@click.option("--workers", type=options.WholeNumber(1), metavar="N", help="Threads; default: one for each core.")
@options.output
def compare(
    scenario: str,
    arms: tuple[str, ...],
    replicates: int,
    network: str | None,
    directed: str | None,
    users: int | None,
    horizon: str | None,
    seed: int,
    settings: tuple[tuple[str, str], ...],
    allow_code: bool,
    workers: int | None,
    out: str | None,
    force: bool,
) -> None:
    """Compare the responses of SCENARIO on the same people and luck."""
    target = writable_target(out, force) if out is not None else None
    changes = options.all_changes(settings, directed)
    from sim.scenario.scenario import load
    from sim.study import compare as study

    began = time.perf_counter()
    found = load(scenario)
    with progress("comparing", 1.0) as bar:
        done = study.compare(
            found,
            replicates=replicates,
            seed=seed,
            network=network,
            users=users,
            horizon=horizon,
            changes=changes,
            arms=list(arms) or None,
            allow_code=allow_code,
            workers=workers,
            progress=bar,
        )
    from sim.study.provenance import command

    again = command(
        "compare",
        scenario,
        *options.words_of(arm=arms, replicates=replicates, network=network, directed=directed, users=users),
        *options.words_of(horizon=horizon, seed=seed, set=settings, **{"allow-code": allow_code}),
    )
    screen = console()
    _show(screen, done)
    if target is not None:
        _write(screen, done, target, force, again)
    say(screen, f"Took {time.perf_counter() - began:.1f} s.", style="dim")


def _show(screen: Console, done: Comparison) -> None:
    from sim.scenario.tell import setting
    from sim.show.answer import expectations, verdict
    from sim.show.text import measure_tables, same_everywhere

    screen.print(done.scenario.title, style="bold", soft_wrap=True)
    if done.scenario.question:
        say(screen, done.scenario.question)
    notes = "; ".join(str(note) for note in done.provenance.get("network_notes", ()))  # type: ignore[attr-defined]
    say(screen, f"{setting(done.scenario)}.")
    number = f"{len(done.arms)} arms" if len(done.arms) > 1 else "one arm"
    say(screen, f"{number}, {done.n_replicates} runs of each on common draws, seed {done.seed}; {notes}")
    screen.print()
    for table in measure_tables(done):
        screen.print(table)
    if same_everywhere(done):
        say(screen, same_everywhere(done))
    screen.print()
    say(screen, verdict(done), style="bold")
    for met, words in expectations(done):
        say(screen, words, first="  met      " if met else "  NOT MET  ")
    for warning in done.warnings:
        say(screen, warning, first="  note: ")


def _write(screen: Console, done: Comparison, target: Path, force: bool, again: str) -> None:
    from sim.show.report.writing import write_report

    with progress("drawing", 1.0) as bar:
        page = write_report(done, target, command=again, force=force, progress=bar)
    screen.print()
    say_written(screen, target)
    say(screen, f"The report is {page.name} in it: open it in any browser.")
