"""The command `ripple`.

Nothing heavy is imported before a command runs, so that `ripple --help` answers at once. Whatever a person did wrong is
said in one clear text on stderr: exit code 1, or 2 when the command line itself is at fault; 130 after Ctrl-C.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Sequence

import click

from sim.cli.analysing import analyse
from sim.cli.benching import bench
from sim.cli.citing import cite
from sim.cli.comparing import compare
from sim.cli.delaying import delay
from sim.cli.evidence import evidence
from sim.cli.fitting import fit
from sim.cli.group import StoppedError, SuggestingGroup, said
from sim.cli.health import doctor
from sim.cli.lab import lab
from sim.cli.past import past
from sim.cli.planning import plan
from sim.cli.replaying import deck, replay
from sim.cli.running import run
from sim.cli.scenarios import check, list_scenarios, new, schema, tell
from sim.cli.sweeping import merge, rerun, sweep
from sim.errors import RippleError


def _print_version(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        import sim

        click.echo(f"Trust Ripple {sim.__version__}")
        context.exit()


@click.group(
    cls=SuggestingGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 88},
    epilog="A scenario is a name of the library (ripple list) or a file. Start with: ripple compare data-breach",
)
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version, help="Say the version."
)
@click.pass_context
def ripple(context: click.Context) -> None:
    """How trust in a brand moves through a social network, and what each response to a crisis would have changed."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


for _command in (
    compare,
    delay,
    past,
    plan,
    run,
    sweep,
    analyse,
    fit,
    rerun,
    merge,
    lab,
    replay,
    deck,
    list_scenarios,
    tell,
    new,
    check,
    schema,
    cite,
    doctor,
    evidence,
    bench,
):  # by use: help keeps this order
    ripple.add_command(_command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command line and leave with its exit code."""
    sys.exit(call(arguments))


def call(arguments: Sequence[str] | None = None) -> int:
    """Run a command line (None: that of this process); returns the exit code and prints one text for any mistake."""
    from sim.cli.console import write_in_any_encoding

    write_in_any_encoding()
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        code = ripple.main(args=words, prog_name="ripple", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except click.UsageError as mistake:
        return _refused(said(mistake), 2)
    except click.ClickException as mistake:
        return _refused(mistake.format_message(), 1)
    except RippleError as mistake:
        return _refused(str(mistake), 1)
    except (KeyboardInterrupt, StoppedError, click.Abort) as stop:
        return _refused(str(stop) or "stopped; no results were written", 130)
    except BrokenPipeError:  # whoever read our output has left; there is no one to tell
        with contextlib.suppress(OSError):
            sys.stdout = open("/dev/null" if sys.platform != "win32" else "nul", "w")  # noqa: SIM115
        return 1
    except OSError as problem:
        where = f"{problem.filename}: " if problem.filename else ""
        return _refused(f"{where}{problem.strerror or problem}", 1)
    except MemoryError:
        return _refused("there is not enough memory for this; try fewer users (--users)", 1)


def _refused(text: str, code: int) -> int:
    with contextlib.suppress(OSError):
        click.echo(text, err=True)
    return code
