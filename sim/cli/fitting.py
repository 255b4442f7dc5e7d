"""`ripple fit`: what observed series say of the numbers of a scenario."""

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

    from sim.study.fit.fitted import Fit


@click.command()
@click.argument("file", type=click.Path())
@click.option(
    "--runs", type=options.WholeNumber(200), metavar="N", help="Simulated runs, in place of those of the file."
)
@click.option("--users", type=options.WholeNumber(1, words=True), metavar="N", help="In place of those of the file.")
@click.option("--seed", type=options.WholeNumber(), metavar="N", help="In place of that of the file.")
@click.option("--workers", type=options.WholeNumber(1), metavar="N", help="Threads; default: one for each core.")
@options.allow_code
@options.output
@click.option("--resume", is_flag=True, help="Go on with the fit that was interrupted, beside --out.")
def fit(
    file: str,
    runs: int | None,
    users: int | None,
    seed: int | None,
    workers: int | None,
    allow_code: bool,
    out: str | None,
    force: bool,
    resume: bool,
) -> None:
    """Fit numbers of a scenario to observed series, as FILE says."""
    if resume and out is None:
        raise click.UsageError("--resume needs --out: finished runs are kept beside that folder")
    target = writable_target(out, force or resume) if out is not None else None
    unfinished = _unfinished(target, force, resume) if target is not None else None
    from sim.study.fit import fitting
    from sim.study.fit.laid_aside import discard

    began = time.perf_counter()
    with progress("fitting", 1.0) as bar, _said_what_is_kept(unfinished):
        done = fitting.fit(
            file, runs=runs, users=users, seed=seed, workers=workers, allow_code=allow_code, progress=bar,
            keep_in=unfinished,
        )  # fmt: skip
    screen = console()
    _show(screen, done)
    if target is not None:
        _write(screen, done, target, force or resume)
        if unfinished is not None:
            discard(unfinished)
    say(screen, f"Took {time.perf_counter() - began:.1f} s.", style="dim")


def _unfinished(target: Path, force: bool, resume: bool) -> Path:
    """Where finished runs are kept on the way. Raises RippleError when some are there already."""
    from sim.study.fit.laid_aside import discard, is_unfinished, runs_in
    from sim.study.fit.runs import folder_beside

    folder = folder_beside(target)
    there = is_unfinished(folder)
    if resume and not there:
        raise RippleError(f"there is nothing to go on with: {folder} is not there")
    if there and not resume:
        if not force:
            raise RippleError(
                f"{folder} keeps {runs_in(folder)} finished runs of an interrupted fit; go on with --resume, or begin anew "
                f"with --force"
            )
        discard(folder)
    return folder


@contextlib.contextmanager
def _said_what_is_kept(folder: Path | None) -> Iterator[None]:
    """After Ctrl-C: say how many runs are kept, and how to go on; a folder without any is taken away."""
    from sim.study.fit.laid_aside import discard, is_unfinished, runs_in

    try:
        yield
    except BaseException as problem:
        if folder is not None and is_unfinished(folder):
            count = runs_in(folder)
            if not count:
                discard(folder)
            elif isinstance(problem, KeyboardInterrupt):
                words = f"stopped; {count} finished runs are kept in {folder}: the same command with --resume goes on"
                raise StoppedError(words) from None
        raise


def _show(screen: Console, done: Fit) -> None:
    from sim.show.fit_text import fit_sentences, parameters_table

    screen.print(done.title, style="bold", soft_wrap=True)
    facts = done.provenance
    say(screen, f"arm {done.arm}, {facts['runs']} runs, seed {facts['seed']}; {facts['network']}")
    screen.print()
    screen.print(parameters_table(done))
    for sentence in fit_sentences(done):
        say(screen, sentence)
    for note in done.notes:
        say(screen, note, first="  note: ")


def _write(screen: Console, done: Fit, target: Path, force: bool) -> None:
    from sim.show.fit_figures import fit_figures
    from sim.study.folder import new_folder

    with new_folder(target, force=force) as work:
        done.write(work)
        (work / "figures").mkdir()
        for drawn in fit_figures(done):
            drawn.save_png(work / "figures")
    screen.print()
    say_written(screen, target)
    say(screen, "fitted.yaml is the scenario with the fitted numbers, parameters.yaml these alone (--parameters).")
