"""`ripple compare`: every response on common draws, against its quiet twin."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim.cli import options
from sim.cli.console import console, progress, say
from sim.cli.group import StoppedError
from sim.cli.written import say_written, writable_target
from sim.errors import RippleError

if TYPE_CHECKING:
    from rich.console import Console

    from sim.study.comparison import Comparison


@click.command()
@click.argument("scenario")
@click.option(
    "--arm", "arms", multiple=True, metavar="NAME", help="Only this response (repeatable); the first is the reference."
)
@click.option("--replicates", type=options.WholeNumber(2), metavar="N",
              help="Runs of each response; default 30. With --precision: at most so many, 960.")  # fmt: skip
@click.option("--precision", metavar="HOW",
              help="As many runs as the interval needs: 5% of the reference's trust-days lost, or 2points.")  # fmt: skip
@click.option("--quick", is_flag=True, help="Leave out how sure it is when what is assumed is varied.")
@click.option("--draws", type=options.WholeNumber(2), metavar="N",
              help="Draws of the parameters; default: 4 for each run, at most 160.")  # fmt: skip
@click.option("--below", metavar="LEVEL", help="Also the chance that trust falls below this, as in '40 points'.")
@options.asked
@click.option("--workers", type=options.WholeNumber(1), metavar="N", help="Threads; default: one for each core.")
@click.option("--labels", is_flag=True, help="Name users as their own file does; else the report has numbers.")
@options.output
@click.option("--resume", is_flag=True, help="Go on with the comparison that was interrupted, beside --out.")
def compare(
    scenario: str,
    arms: tuple[str, ...],
    replicates: int | None,
    precision: str | None,
    quick: bool,
    draws: int | None,
    below: str | None,
    asked: options.Asked,
    workers: int | None,
    labels: bool,
    out: str | None,
    force: bool,
    resume: bool,
) -> None:
    """Compare the responses of SCENARIO on the same people and luck."""
    if resume and out is None:
        raise click.UsageError("--resume needs --out: finished runs are kept beside that folder")
    if quick and draws is not None:
        raise click.UsageError("--quick leaves out the draws of parameters; leave out --draws")
    target = writable_target(out, force or resume) if out is not None else None
    unfinished = _unfinished(target, force, resume) if target is not None else None
    floor = {} if below is None else {"floor": below}
    from sim.scenario.scenario import load
    from sim.study import compare as study
    from sim.study.kept import discard

    began = time.perf_counter()
    found = load(scenario)
    with progress("comparing", 1.0) as bar, _said_what_is_kept(unfinished):
        done = study.compare(
            found,
            replicates=replicates,
            precision=precision,
            how_sure=False if quick else draws or True,
            arms=list(arms) or None,
            **{**asked.keywords, "changes": {**asked.changes, **floor}},
            workers=workers,
            progress=bar,
            keep_in=unfinished,
        )
    from sim.study.provenance import command

    again = command(
        "compare",
        scenario,
        *options.words_of(arm=arms, replicates=replicates, precision=precision, quick=quick),
        *options.words_of(draws=draws, below=below, labels=labels),
        *asked.words,
    )
    screen = console()
    _show(screen, done)
    if target is not None:
        _write(screen, done, target, force or resume, again, labels)
        if unfinished is not None:
            discard(unfinished)
    say(screen, f"Took {time.perf_counter() - began:.1f} s.", style="dim")


def _unfinished(target: Path, force: bool, resume: bool) -> Path:
    """Where finished runs are kept while others are still to be done. Raises RippleError when some are there already."""
    from sim.study.kept import discard, finished

    folder = target.with_name(f"{target.name}.unfinished")
    count = finished(folder)
    if resume and count is None:
        raise RippleError(f"there is nothing to go on with: {folder} is not there")
    if not resume and count is not None:
        if not force:
            raise RippleError(f"{folder} keeps {count} finished runs of an interrupted comparison; go on with --resume, or "
                              f"begin anew with --force")  # fmt: skip
        discard(folder)
    return folder


@contextlib.contextmanager
def _said_what_is_kept(folder: Path | None) -> Iterator[None]:
    """After Ctrl-C: say how many runs are kept, and how to go on; a folder without any is taken away."""
    try:
        yield
    except KeyboardInterrupt:
        from sim.study.kept import discard, finished

        count = finished(folder) if folder is not None else None
        if folder is None or count is None:
            raise
        if not count:
            discard(folder)
            raise
        words = "run of each response is" if count == 1 else "runs of each response are"
        raise StoppedError(
            f"stopped; {count} {words} kept in {folder}: the same command with --resume goes on"
        ) from None
    except BaseException:
        from sim.study.kept import discard, finished

        if folder is not None and finished(folder) == 0:  # a mistake that was found before anything ran
            discard(folder)
        raise


def _show(screen: Console, done: Comparison) -> None:
    from sim.scenario.tell import setting
    from sim.show.answer import expectations, verdict
    from sim.show.missing import missing_sentences
    from sim.show.people import people_table
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
    in_people = people_table(done)
    if in_people is not None:
        screen.print(in_people)
    if same_everywhere(done):
        say(screen, same_everywhere(done))
    screen.print()
    say(screen, verdict(done), style="bold")
    for met, words in expectations(done):
        say(screen, words, first="  met      " if met else "  NOT MET  ")
    _say_how_many(screen, done)
    for words in missing_sentences(done):
        say(screen, words)
    for warning in done.warnings:
        say(screen, warning, first="  note: ")


def _say_how_many(screen: Console, done: Comparison) -> None:
    """Of an adaptive number of runs: whether the precision was reached."""
    told = done.provenance.get("precision")
    if isinstance(told, dict):
        words = "was reached" if told["reached"] else f"was NOT reached within {told['most']} runs"
        text = (
            f"precision {told['asked']} {words}: ±{told['half']:.3g} points × days, ±{told['wanted']:.3g} were wanted"
        )
        say(screen, text, first="  note: ")


def _write(screen: Console, done: Comparison, target: Path, force: bool, again: str, labels: bool) -> None:
    from sim.show.report.writing import write_report

    with progress("drawing", 1.0) as bar:
        page = write_report(done, target, command=again, labels=labels, force=force, progress=bar)
    screen.print()
    say_written(screen, target)
    say(screen, f"The report is {page.name} in it: open it in any browser.")
