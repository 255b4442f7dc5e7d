"""`ripple analyse`: what a sweep says, by what its design can give."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim.cli.console import console, say
from sim.cli.written import say_written, writable_target

if TYPE_CHECKING:
    from sim.study.analysis.analysis import Analysis


@click.command()
@click.argument("folder", type=click.Path())
@click.option("--measure", "measures", multiple=True, metavar="NAME",
              help="Of this measure (repeatable); default: the first that was kept.")  # fmt: skip
@click.option("--arm", metavar="NAME", default="", help="Of this response; default: the first.")
@click.option("--against", metavar="NAME", default="", help="Its difference to this response, on the same draws.")
@click.option("--out", type=click.Path(), metavar="FOLDER", help="Write tables and figures to this folder.")
@click.option("--force", is_flag=True, help="Replace earlier results in that folder.")
def analyse(folder: str, measures: tuple[str, ...], arm: str, against: str, out: str | None, force: bool) -> None:
    """Say what the sweep in FOLDER shows: effects, indices, luck."""
    target = writable_target(out, force) if out is not None else None
    from sim.show.analysis_text import analysis_tables, noise_sentence, ranking_table
    from sim.show.measures_shown import heading
    from sim.study.analysis.ranking import ranking
    from sim.study.sweep.opened import open_sweep

    sweep = open_sweep(folder)
    experiment = sweep.experiment
    screen = console()
    screen.print(experiment.title, style="bold", soft_wrap=True)
    if experiment.question:
        say(screen, experiment.question)
    found: list[Analysis] = []
    for measure in measures or ("",):
        one = sweep.analyse(measure, arm=arm, against=against)
        seen = one.observed
        found.append(one)
        words = heading(seen.measure) if seen.unit else seen.measure
        of = f"{seen.arm} minus {seen.against}" if seen.against else seen.arm
        number = (
            f"{seen.n_points:,} points ({seen.design}), {seen.n_replicates} run{'s' * (seen.n_replicates > 1)} at each"
        )
        screen.print()
        say(screen, f"{words[0].upper()}{words[1:]}{f', {of}' if of else ''}: {number}.", style="bold")
        for table in analysis_tables(one):
            screen.print(table)
        if noise_sentence(one):
            say(screen, noise_sentence(one))
        for note in one.notes:
            say(screen, note, first="  note: ")
        if len(experiment.arms) > 1 and not against:
            screen.print()
            screen.print(
                ranking_table(ranking(sweep.frame.assign(point=sweep.runs["point"]), experiment.factors, seen.measure))
            )
    if target is not None:
        _write(found, target, force, folder)
        screen.print()
        say_written(screen, target)


def _write(found: list[Analysis], target: Path, force: bool, folder: str) -> None:
    import json

    from sim.show.analysis_figures import analysis_figures
    from sim.study.folder import new_folder
    from sim.study.provenance import version

    with new_folder(target, force=force) as work:
        (work / "figures").mkdir()
        for one in found:
            for name, table in one.tables.items():
                table.to_csv(work / f"{one.measure}-{name}.csv", index=False)
            for drawn in analysis_figures(one):
                drawn.save_png(work / "figures")
        facts = {
            "program": "trust-ripple",
            "version": version("trust-ripple"),
            "analysis": 1,
            "sweep": str(Path(folder).resolve()),
            "measures": [one.measure for one in found],
            "notes": {one.measure: list(one.notes) for one in found},
        }
        (work / "provenance.json").write_text(json.dumps(facts, indent=1), encoding="utf-8")
