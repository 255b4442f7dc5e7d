"""`ripple cite`: how to tell of a saved result in a paper."""

from __future__ import annotations

import click


@click.command()
@click.argument("folder", type=click.Path())
def cite(folder: str) -> None:
    """Print the method paragraph and the BibTeX entry for the run or comparison in FOLDER."""
    from sim.study.cite import cite as told
    from sim.study.opened import open_result

    click.echo(told(open_result(folder)))
