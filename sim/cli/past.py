"""`ripple past`: past incidents replayed beside what a tracker saw."""

from __future__ import annotations

import click

from sim.cli import options
from sim.cli.console import console, say


@click.command()
@click.argument("scenario")
@click.option("--replicates", type=options.WholeNumber(5), default=30, show_default=True, metavar="N",
              help="Runs of each incident.")  # fmt: skip
@click.option(
    "--users", type=options.WholeNumber(1), metavar="N", help="How many users; default: as the scenario says."
)
@click.option("--seed", type=options.WholeNumber(0), metavar="N", help="Another seed gives other draws.")
def past(scenario: str, replicates: int, users: int | None, seed: int | None) -> None:
    """Replay the past incidents of SCENARIO and show them beside what was polled."""
    from sim.scenario.scenario import load
    from sim.show.past import past_note, past_table
    from sim.study.past import replay_past

    found = load(scenario)
    done = replay_past(found, replicates=replicates, users=users, seed=seed)
    screen = console()
    screen.print(found.title, style="bold", soft_wrap=True)
    screen.print(past_table(done))
    say(screen, past_note(done))
