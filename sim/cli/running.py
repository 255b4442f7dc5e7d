"""`ripple run`: one run of one arm, told, drawn and accounted for."""

from __future__ import annotations

import math
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli import options
from sim.cli.console import can_draw, console, progress, say
from sim.cli.written import say_written, writable_target

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console

    from sim.scenario.scenario import Scenario
    from sim.study.results import Run

_KNOCKOUT_UP_TO = 200_000  # users; above, the ripple is read from the books alone: knock-out takes two more runs
_FEW_MARKS = "123456789abcdefghijklmnopqrstuvwxyz"


@click.command()
@click.argument("scenario")
@click.option("--arm", metavar="NAME", help="Which response; default: the first, the reference.")
@options.asked
@options.output
@click.option(
    "--checkpoint",
    type=options.Time(),
    metavar="TIME",
    help="Lay the run aside every so often, as in '1 d', beside --out; an interrupted run can then go on.",
)
@click.option("--resume", is_flag=True, help="Go on with the run that was interrupted.")
def run(
    scenario: str,
    arm: str | None,
    asked: options.Asked,
    out: str | None,
    force: bool,
    checkpoint: str | None,
    resume: bool,
) -> None:
    """Run one response of SCENARIO once."""
    if (checkpoint or resume) and out is None:
        raise click.UsageError("--checkpoint and --resume need --out: the run is laid aside beside that folder")
    if resume and checkpoint is None:
        checkpoint = "1 d"
    target = writable_target(out, force) if out is not None else None
    laid_aside = target.with_name(f"{target.name}.checkpoint") if target is not None and checkpoint else None
    from sim.scenario.scenario import load
    from sim.study import results

    began = time.perf_counter()
    found = load(scenario)
    found.arm(arm)
    what: dict[str, Any] = {"arm": arm, **asked.keywords}
    from sim.units import hours

    with progress("running", hours(asked.horizon) if asked.horizon else found.horizon) as bar:
        done = results.run(
            found, **what, checkpoint=checkpoint, checkpoint_folder=laid_aside, resume=resume, progress=bar
        )
    screen = console()
    _introduce(screen, done)
    _show(screen, done, _multipliers(done, found, what))
    if target is not None:
        _write(screen, done, target, force)
    say(screen, f"Took {time.perf_counter() - began:.1f} s.", style="dim")


def _introduce(screen: Console, done: Run) -> None:
    """What was simulated, in two lines, and what happens."""
    from sim.scenario.tell import tell

    screen.print(done.scenario.title, style="bold", soft_wrap=True)
    seeds = done.seed if not isinstance(done.seed, dict) else ", ".join(f"{k} {v}" for k, v in done.seed.items())
    say(screen, f"arm {done.arm}, seed {seeds}; {'; '.join(done.graph.notes) or done.provenance['network']}")
    screen.print()
    setting, *sentences = tell(done.scenario, done.arm)
    say(screen, f"{setting}.")
    for sign, sentence in zip(_FEW_MARKS, sentences, strict=False):
        say(screen, sentence, first=f" {sign} ", rest="   ")
    if len(sentences) > len(_FEW_MARKS):
        say(screen, f"and {len(sentences) - len(_FEW_MARKS)} more", first="   ")
    screen.print()


def _show(screen: Console, done: Run, multipliers: pd.DataFrame) -> None:
    from sim.show.chart import trust_chart
    from sim.show.doings import doings
    from sim.show.text import ledger_table, ripple_table, stories_table, talk_sentence

    series = done.series
    hours, trust = series.index.to_numpy(dtype=float), series["trust"].to_numpy()
    screen.print("Mean trust over all users, points; numbers: when each of the above came out", style="bold")
    marks = _marks(done)
    for line in trust_chart(hours, trust, width=screen.width - 2, marks=marks, braille=can_draw()):
        screen.print(line, soft_wrap=True)
    lowest = float(series["trust"].min())
    say(screen, f"{100 * trust[0]:.1f} at the start, {100 * lowest:.1f} at worst, {100 * trust[-1]:.1f} at the end.")
    screen.print()
    sentences = doings(done)
    if sentences:
        screen.print("What users did by themselves", style="bold")
        for sentence in sentences:
            say(screen, sentence)
        screen.print()
    stories = stories_table(done)
    for table in (stories, ledger_table(done), ripple_table(multipliers) if len(multipliers) else None):
        if table is not None:
            screen.print(table)
    say(screen, talk_sentence(done))


def _marks(done: Run) -> list[tuple[float, str]]:
    """The number of each sentence of the timeline at the hour when its act came out, or happened if it never did."""
    out = dict(zip(done.stories["act"], done.stories["time"], strict=True))
    acts = sorted(done.scenario.acts(done.arm), key=lambda act: act.at)
    marks = [(float(out.get(act.id, act.at)), sign) for sign, act in zip(_FEW_MARKS, acts, strict=False)]
    return [(hour, sign) for hour, sign in marks if math.isfinite(hour)]  # what was waited for may never come


def _multipliers(done: Run, found: Scenario, asked: dict[str, Any]) -> pd.DataFrame:
    """The ripple of each act; of a large network only by the books."""
    from sim.study.measures import ripple_multipliers

    if len(done.users) <= _KNOCKOUT_UP_TO:
        return ripple_multipliers(found, **asked)
    from sim.show.text import ripples_by_books

    return ripples_by_books(done)


def _write(screen: Console, done: Run, target: Path, force: bool) -> None:
    from sim.show.figures import run_figures
    from sim.study.folder import new_folder

    with new_folder(target, force=force) as work:
        done.write(work)
        (work / "figures").mkdir()
        for drawn in run_figures(done):
            drawn.save_png(work / "figures")
    say_written(screen, target)
