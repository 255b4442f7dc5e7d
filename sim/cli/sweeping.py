"""`ripple sweep`, `rerun`, `merge`: designed experiments, one run of them again, and shards put together."""

from __future__ import annotations

import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli import options
from sim.cli.console import console, progress, say

if TYPE_CHECKING:
    from rich.console import Console

    from sim.study.sweep.opened import Sweep


class Part(click.ParamType):
    """`3/20`: the third of twenty parts."""

    name = "k/n"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, int]:
        if isinstance(value, tuple):
            return value
        part, sign, of = str(value).partition("/")
        if not sign or not part.strip().isdigit() or not of.strip().isdigit():
            self.fail(f"'{value}' is not a part; write 3/20 for the third of twenty", param, ctx)
        return int(part), int(of)


@click.command()
@click.argument("experiment")
@click.option(
    "--out",
    type=click.Path(),
    metavar="FOLDER",
    help="Where results go; the same command goes on where it stopped. Default: runs/NAME.",
)
@click.option("--workers", type=options.WholeNumber(1), metavar="N", help="How many; default: one for each core.")
@click.option(
    "--executor",
    type=click.Choice(["auto", "threads", "processes"]),
    default="auto",
    show_default=True,
    help="Threads or processes; auto measures which pays.",
)
@click.option("--cluster", metavar="ADDRESS", help="A Dask scheduler, tcp://host:8786 or tls://host:8786.")
@click.option("--shard", type=Part(), metavar="K/N", help="Only the K-th of N equal parts, into a folder of its own.")
@click.option("--extend", is_flag=True, help="Add replicates or points that the experiment has now to what is there.")
@click.option("--replicates", type=options.WholeNumber(1), metavar="N", help="In place of those of the file.")
@click.option("--users", type=options.WholeNumber(1, words=True), metavar="N", help="In place of those of the file.")
@click.option("--horizon", type=options.Time(), metavar="TIME", help="In place of that of the file.")
@click.option("--seed", type=options.WholeNumber(), metavar="N", help="In place of that of the file.")
@options.allow_code
def sweep(
    experiment: str,
    out: str | None,
    workers: int | None,
    executor: str,
    cluster: str | None,
    shard: tuple[int, int] | None,
    extend: bool,
    replicates: int | None,
    users: int | None,
    horizon: str | None,
    seed: int | None,
    allow_code: bool,
) -> int:
    """Run the designed EXPERIMENT, a file, and keep every run."""
    from sim.study.sweep.reading import load_experiment
    from sim.study.sweep.sweeping import sweep as run_sweep

    given = {"replicates": replicates, "users": users, "horizon": horizon, "seed": seed}
    found = load_experiment(experiment, overrides={key: value for key, value in given.items() if value is not None})
    target = Path(out).expanduser() if out is not None else Path("runs") / found.name
    if shard is not None:
        target = target.with_name(f"{target.name}-{shard[0]:03d}-of-{shard[1]:03d}")
    signal.signal(signal.SIGTERM, _interrupt)  # a scheduler that takes the machine back: leave in order
    screen, began = console(), time.perf_counter()
    with progress("sweeping", 1.0) as bar:
        try:
            done = run_sweep(
                found, out=target, workers=workers, executor=executor, cluster=cluster, shard=shard, extend=extend,
                allow_code=allow_code, progress=bar, note=lambda words: click.echo(words, err=True),
            )  # fmt: skip
        except KeyboardInterrupt:
            raise click.exceptions.Exit(_stopped(target)) from None
    _show(screen, done, target)
    say(screen, f"Took {time.perf_counter() - began:.1f} s.", style="dim")
    return 1 if len(done.failures) else 0


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _stopped(target: Path) -> int:
    click.echo(f"stopped; what was finished is kept in {target}, and the same command goes on", err=True)
    return 130


def _show(screen: Console, done: Sweep, target: Path) -> None:
    experiment = done.experiment
    screen.print(experiment.title, style="bold", soft_wrap=True)
    if experiment.question:
        say(screen, experiment.question)
    arms = f", {len(experiment.arms)} arms" if len(experiment.arms) > 1 else ""
    say(screen, f"{experiment.kind}: {len(done.points):,} points of {len(experiment.varied)} factors x "
                f"{experiment.replicates} replicates{arms}: {len(done.runs):,} of {done.n_runs:,} runs are there.")  # fmt: skip
    if len(done.failures):
        _show_failures(screen, done)
    screen.print(f"Written to {target}/", style="bold", soft_wrap=True)


def _show_failures(screen: Console, done: Sweep) -> None:
    failed = done.failures
    say(
        screen, f"{len(failed):,} runs failed; the same command tries them again. The first of each kind:", style="bold"
    )
    for error, rows in list(failed.groupby("error", sort=False))[:5]:
        first = rows.iloc[0]
        say(screen, f"{len(rows):,} x {error}", first="  ")
        say(
            screen, f"ripple rerun {first['RunId']} (seed of its events {first['seed_events']})", first="    as in run "
        )
