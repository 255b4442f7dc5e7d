"""`ripple lab`: the page on which trust ripples, in a browser on this machine or for a class."""

from __future__ import annotations

import click

from sim.cli.options import WholeNumber


@click.command()
@click.argument("scenario", default="data-breach")
@click.option("--port", type=WholeNumber(1), metavar="P", help="Use this port; default: 8321, or the next free one.")
@click.option("--no-browser", is_flag=True, help="Only say the address; open no browser.")
@click.option("--class", "in_class", is_flag=True, help="Let students in the same network take part; asks first.")
@click.option("--yes", is_flag=True, help="With --class: do not ask.")
def lab(scenario: str, port: int | None, no_browser: bool, in_class: bool, yes: bool) -> None:
    """Watch trust ripple through a network, and ask what if."""
    from sim.show.lab import serve

    serve.require_installed()
    host, address = serve.LOOPBACK, None
    if in_class:
        address = serve.own_address()
        if not yes:
            click.echo(
                f"For a class the lab listens on {address}, so everyone in your local network who has the address can\n"
                "watch and run scenarios of the library on this machine. What they see travels unencrypted. Nobody can\n"
                "read or write files."
            )
            click.confirm("Open it?", abort=True)
        host = "0.0.0.0"
    if port is not None and port > 65535:
        raise click.UsageError(f"--port: {port} is no port; at most 65535")
    listening = serve.free_socket(host, port or serve.PORT, exact=port is not None)
    opened = serve.lab_for(scenario, listening, in_class=address)
    if address is not None:
        click.echo("Warning: the lab can be reached from your local network until you close it.", err=True)
    serve.run(opened, listening, browser=not no_browser, say=click.echo)
    click.echo("The lab is closed.")
