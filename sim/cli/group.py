"""The group of commands: kept in the order of use, with the nearest word for a mistyped one; and mistakes in words."""

from __future__ import annotations

from typing import Any

import click

from sim.errors import did_you_mean


class StoppedError(Exception):
    """Somebody pressed Ctrl-C while a command was running; its text, if any, says what was left behind."""


class SuggestingGroup(click.Group):
    """A group that lists its commands as they were added and suggests the nearest one."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:  # click would print an empty line; ours says what was left behind
            raise StoppedError from None

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        word = args[0]
        if self.get_command(ctx, word) is None and not word.startswith("-"):
            known = ", ".join(self.commands)
            near = did_you_mean(word, self.commands)
            raise click.UsageError(f"there is no command '{word}'{near or f'; there are {known}'}", ctx)
        return super().resolve_command(ctx, args)


def said(mistake: click.UsageError) -> str:
    """A mistake of the command line in one line: which command, which option, what is wrong, where help is."""
    command = mistake.ctx.command_path if mistake.ctx is not None else "ripple"
    if isinstance(mistake, click.MissingParameter) and mistake.param is not None:
        name = mistake.param.human_readable_name.upper()
        text = (
            f"{name} is missing" if isinstance(mistake.param, click.Argument) else f"{mistake.param.opts[0]} is missing"
        )
    elif isinstance(mistake, click.BadParameter) and mistake.param is not None:
        text = f"{_name(mistake.param)}: {mistake.message}"
    elif isinstance(mistake, click.NoSuchOption):
        known = [word for p in (mistake.ctx.command.params if mistake.ctx else ()) for word in p.opts if len(word) > 2]
        text = f"there is no option {mistake.option_name}{did_you_mean(mistake.option_name, [*known, '--help'])}"
    else:
        text = mistake.format_message().rstrip(".")
    return f"{command}: {text} ({command} --help tells more)"


def _name(parameter: click.Parameter) -> str:
    if isinstance(parameter, click.Option):
        return max(parameter.opts, key=len)
    return parameter.human_readable_name.upper()
