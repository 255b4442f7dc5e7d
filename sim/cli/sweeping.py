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
    import pandas as pd
    from rich.console import Console
    from rich.table import Table

    from sim.study.sweep.experiment import Experiment
    from sim.study.sweep.opened import Sweep


_TOLD = ("trust_days_lost", "floor", "followers_lost")  # measures of which a dry run speaks unasked


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


class Precision(click.ParamType):
    """`trust_days_lost=2`: a measure and a half width in its unit."""

    name = "measure=width"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, float]:
        if isinstance(value, tuple):
            return value
        name, _, width = str(value).partition("=")
        try:
            return name.strip(), float(width)
        except ValueError:
            self.fail(f"'{value}' is not a precision; write trust_days_lost=2", param, ctx)


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
@click.option("--dry-run", is_flag=True, help="Time a few runs and say what the whole would take; nothing is written.")
@click.option(
    "--precision",
    "wanted",
    type=Precision(),
    multiple=True,
    metavar="MEASURE=WIDTH",
    help="With --dry-run: how many replicates bring a point's mean within +- WIDTH (95 %; repeatable).",
)
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
    dry_run: bool,
    wanted: tuple[tuple[str, float], ...],
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
    if wanted and not dry_run:
        raise click.UsageError("--precision belongs to --dry-run", click.get_current_context())
    if dry_run:
        return _plan(found, workers, dict(wanted), allow_code)
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


def _plan(found: Experiment, workers: int | None, wanted: dict[str, float], allow_code: bool) -> int:
    from sim.study.sweep.planning import plan
    from sim.study.sweep.sweeping import prepared
    from sim.units import roughly

    work, points = prepared(found, allow_code=allow_code)
    told = plan(work, points, workers=workers, precision=wanted)
    screen = console()
    screen.print(found.title, style="bold", soft_wrap=True)
    arms = f" x {told.arms} arms" if told.arms > 1 else ""
    say(screen, f"{found.kind}: {told.points:,} points of {len(found.varied)} factors x {told.replicates} replicates{arms} = "
                f"{told.runs:,} runs")  # fmt: skip
    length = f"{told.seconds:.0f} s" if told.seconds < 120 else roughly(told.seconds / 3600)
    say(screen, f"about {length} on {told.workers} workers of this machine (from {told.pilot_runs} runs), "
                f"about {_size(told.bytes)} on disk")  # fmt: skip
    if told.failed:
        say(screen, f"{told.failed} runs of the pilot failed: {told.error}", style="bold")
    shown = [name for name in (*wanted, *_TOLD) if name in set(told.spread["measure"])] or list(told.spread["measure"])[
        :3
    ]
    screen.print()
    say(screen, f"Spread over replicates at one point, and the 95 % interval of its mean with {told.replicates}:")
    screen.print(_spread_table(told.spread[told.spread["measure"].isin(shown)], wanted))
    return 1 if told.failed else 0


def _spread_table(spread: pd.DataFrame, wanted: dict[str, float]) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    table.add_column("measure")
    table.add_column("arm", overflow="fold")
    for heading in ("mean", "sd", "+-", *(["replicates wanted"] if wanted else [])):
        table.add_column(heading, justify="right")
    for row in spread.to_dict("records"):
        known = row["sd"] == row["sd"]
        cells = [f"{row['mean']:.4g}", *((f"{row['sd']:.3g}", f"{row['half_width']:.3g}") if known else ("?", "?"))]
        if wanted:
            needed = row["replicates"]
            cells.append(f"{needed:,.0f} for +- {row['wanted']:g}" if needed == needed else "")
        table.add_row(row["measure"], row["arm"], *cells)
    return table


def _size(size: float) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{size / 1e3:.0f} kB"


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
        screen,
        f"{len(failed):,} run{'s' * (len(failed) > 1)} failed; the same command tries again. The first of each kind:",
        style="bold",
    )
    for error, rows in list(failed.groupby("error", sort=False))[:5]:
        first = rows.iloc[0]
        say(screen, f"{len(rows):,} x {error}", first="  ")
        say(
            screen, f"ripple rerun {first['RunId']} (seed of its events {first['seed_events']})", first="    as in run "
        )


@click.command()
@click.argument("folder", type=click.Path(), metavar="SWEEP")
@click.argument("run", type=options.WholeNumber(0), metavar="RUN_ID")
@options.allow_code
@options.output
def rerun(folder: str, run: int, allow_code: bool, out: str | None, force: bool) -> int:
    """Run one row of SWEEP again, whole, and hold it against the row bit for bit."""
    from sim.cli.written import say_written, writable_target
    from sim.study.sweep.again import rerun as run_again

    target = writable_target(out, force) if out is not None else None
    done = run_again(folder, run, allow_code=allow_code)
    screen, made = console(), done.run
    screen.print(f"{made.scenario.title}, arm {made.arm}", style="bold", soft_wrap=True)
    seeds = made.provenance["seeds"]
    say(screen, f"run {run}; seeds: {', '.join(f'{k} {v}' for k, v in seeds.items())}")  # type: ignore[attr-defined]
    for name, value in done.measures.items():
        mark = "  differs" if name in done.differs else ""
        was = "" if done.row is None or not mark else f", the row has {done.row[name]!r}"
        click.echo(f"  {name:22} {value:.6g}{mark}{was}")
    if done.row is None:
        say(screen, "There is no row of it yet: it failed, or was not run.", style="bold")
    elif done.differs:
        words = "" if done.same_code else " The sweep was made by another version of the model."
        say(screen, f"{len(done.differs)} of {len(done.measures)} measures differ from the row.{words}", style="bold")
    else:
        say(screen, f"All {len(done.measures)} measures are those of the row, bit for bit.", style="bold")
    if target is not None:
        made.save(target, force=force)
        say_written(screen, target)
    return 1 if done.differs else 0


@click.command()
@click.argument("folders", nargs=-1, required=True, type=click.Path(), metavar="FOLDER...")
@click.option("--out", required=True, type=click.Path(), metavar="FOLDER", help="The folder for the whole.")
def merge(folders: tuple[str, ...], out: str) -> int:
    """Put the shards of a sweep together."""
    from sim.study.sweep.merging import merge as put_together

    done = put_together(folders, out)
    screen = console()
    say(screen, f"{len(done.runs):,} of {done.n_runs:,} runs are there, {len(done.failures):,} failed.")
    if not done.complete:
        say(screen, f"`ripple sweep` of the same experiment with --out {out} runs what is missing.")
    screen.print(f"Written to {out}/", style="bold", soft_wrap=True)
    return 0 if done.complete else 1
