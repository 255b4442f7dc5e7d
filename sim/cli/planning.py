"""`ripple plan`: which responses a budget buys, searched on a few runs and judged on fresh ones."""

from __future__ import annotations

import time
from pathlib import Path

import click

from sim.cli import options
from sim.cli.console import console, progress, say
from sim.cli.group import StoppedError
from sim.errors import RippleError


@click.command()
@click.argument("scenario")
@click.option("--budget", required=True, metavar="MONEY", help="What the plan may cost, in the money of the scenario.")
@click.option("--price", "prices", type=options.Change(), multiple=True, metavar="NAME=MONEY",
              help="Of a kind of act, as in apology=2; of a speaker, employee=0; of one more agent a day, agent=1.")  # fmt: skip
@click.option(
    "--of", metavar="ACT", help="The act of the timeline that is answered; default: the one the file's arms answer."
)
@click.option("--measure", default="trust_days_lost", show_default=True, metavar="NAME", help="What is made better.")
@click.option(
    "--trials", type=options.WholeNumber(8), default=120, show_default=True, metavar="N", help="Plans to try."
)
@click.option("--replicates", type=options.WholeNumber(2), default=20, show_default=True, metavar="N",
              help="Fresh runs of each of the best few.")  # fmt: skip
@click.option("--draws", type=options.WholeNumber(2), default=40, show_default=True, metavar="N",
              help="Draws of the parameters for each of them.")  # fmt: skip
@options.asked
@click.option("--workers", type=options.WholeNumber(1), metavar="N", help="Threads; default: one for each core.")
@click.option("--out", type=click.Path(), metavar="FILE", help="Write the scenario with the plan to this file (.yaml).")
@click.option("--force", is_flag=True, help="Replace that file when it is there, and begin anew.")
@click.option("--resume", is_flag=True, help="Go on with the plan that was interrupted, beside --out.")
def plan(
    scenario: str,
    budget: str,
    prices: tuple[tuple[str, str], ...],
    of: str | None,
    measure: str,
    trials: int,
    replicates: int,
    draws: int,
    asked: options.Asked,
    workers: int | None,
    out: str | None,
    force: bool,
    resume: bool,
) -> None:
    """Search the responses to SCENARIO that a budget buys, and judge the best few on fresh runs."""
    if resume and out is None:
        raise click.UsageError("--resume needs --out: what is done is kept beside that file")
    target = _target(out, force or resume) if out is not None else None
    kept = _kept(target, force, resume) if target is not None else None
    from sim.files import write_text
    from sim.study.plan.planning import PlanStopped
    from sim.study.plan.planning import plan as planned

    began = time.perf_counter()
    try:
        with progress("planning", 1.0) as bar:
            found = planned(
                scenario,
                budget=budget,
                prices=dict(prices),
                of=of,
                measure=measure,
                trials=trials,
                replicates=replicates,
                draws_of_parameters=draws,
                workers=workers,
                progress=bar,
                keep_in=kept,
                **asked.keywords,
            )
    except PlanStopped as stop:
        words = f"stopped; the best so far: {stop.words}, not judged on fresh runs"
        if target is None or stop.text is None:
            raise StoppedError(f"{words}; with --out FILE it is kept, and --resume goes on") from None
        write_text(target, stop.text)
        raise StoppedError(f"{words}; written to {target}; the same command with --resume goes on") from None
    except RippleError:
        if kept is not None and not resume:  # a mistake that was found before anything ran
            _discard(kept)
        raise
    from sim.show.planned import curve_table, judged_table, left_out, plan_sentences

    screen = console()
    screen.print(found.scenario.title, style="bold", soft_wrap=True)
    users_now = found.comparison.scenario.network.users
    number = f" of {users_now:,} users" if users_now is not None else ""
    say(
        screen,
        f"{len(found.tried)} plans tried against {found.options.crisis.words}, on runs{number}; seed {found.seed}",
    )
    screen.print()
    screen.print(judged_table(found))
    screen.print(curve_table(found))
    for sentence in plan_sentences(found):
        say(screen, sentence, style="bold")
    for words in left_out(found):
        say(screen, words, first="  left out: ")
    all_users = found.scenario.network.users
    if users_now is not None and users_now != all_users and found.options.agent is not None:
        words = f"with {users_now:,} users in place of {all_users or 'all'} the same agents answer sooner; --users changes that"
        say(screen, f"a desk has agents, not shares of users: {words}", first="  note: ")
    if target is not None:
        found.save(target)
        say(screen, f"Written to {target}: ripple compare {target}", style="bold")
        if kept is not None:
            _discard(kept)
    say(screen, f"Took {time.perf_counter() - began:.1f} s.", style="dim")


def _target(out: str, force: bool) -> Path:
    from sim.files import require_writable

    target = Path(out).expanduser()
    if target.suffix.lower() not in (".yaml", ".yml"):
        raise RippleError(f"{out}: a scenario file ends in .yaml")
    if target.exists() and not force:
        raise RippleError(f"{out} is there already; choose another name, or replace it with --force")
    require_writable(target)
    return target


def _kept(target: Path, force: bool, resume: bool) -> Path:
    """Where what is done is kept. Raises RippleError when something is there and neither --resume nor --force is."""
    folder = target.with_name(f"{target.stem}.unfinished")
    log = folder / "trials.jsonl"
    if resume and not log.exists():
        raise RippleError(f"there is nothing to go on with: {folder} is not there")
    if not resume and log.exists():
        if not force:
            raise RippleError(
                f"{folder} keeps the trials of an interrupted plan; go on with --resume, or begin anew with --force"
            )
        _discard(folder)
    return folder


def _discard(folder: Path) -> None:
    """Take away what a plan kept; anything else is left alone."""
    import contextlib

    from sim.study.kept import discard

    discard(folder / "judged")
    with contextlib.suppress(OSError):
        (folder / "trials.jsonl").unlink(missing_ok=True)
        folder.rmdir()
