"""The options that several commands share, and how what is typed is read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])


class WholeNumber(click.ParamType):
    """A whole number, at least `least` when that is given; thousands may be written as words, 20 k."""

    name = "number"

    def __init__(self, least: int | None = None, words: bool = False):
        self.least, self.words = least, words

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        from sim.units import count

        try:
            number = count(value) if self.words else int(str(value))
        except ValueError as problem:
            self.fail(str(problem) if self.words else f"'{value}' is not a whole number", param, ctx)
        if self.least is not None and number < self.least:
            self.fail(f"{number} is too few; at least {self.least}", param, ctx)
        return number


class Time(click.ParamType):
    """A length of time as people write it: 90 d, 36 h, 2 weeks. The words are kept."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        from sim.units import hours

        try:
            hours(value)
        except ValueError as problem:
            self.fail(str(problem), param, ctx)
        return str(value)


class Change(click.ParamType):
    """`path=value`, split at the first equals sign."""

    name = "path=value"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        if isinstance(value, tuple):
            return value
        path, sign, text = str(value).partition("=")
        if not sign or not path.strip():
            self.fail(
                f"'{value}' is not a change; write path=value, as in --set timeline.breach.reach='50 %'", param, ctx
            )
        return path.strip(), text.strip()


def seed(command: Command) -> Command:
    return click.option("--seed", type=WholeNumber(), default=1, show_default=True, help="Names all random draws.")(
        command
    )


def changes(command: Command) -> Command:
    text = "Change one value of the scenario (repeatable), as in --set brand.trust='50 points'."
    command = click.option("--set", "settings", type=Change(), multiple=True, metavar="PATH=VALUE", help=text)(command)
    fitted = "Parameters from a file, as `ripple fit` writes it; --set goes before it."
    return click.option(
        "--parameters", type=click.Path(), metavar="FILE", help=fitted, expose_value=False, callback=_keep_parameters
    )(command)


_PARAMETERS = "ripple: file of parameters"


def _keep_parameters(context: click.Context, _: click.Parameter, file: str | None) -> None:
    context.meta[_PARAMETERS] = file


def parameters_file() -> str | None:
    """The file of parameters that the command line names; None when it names none."""
    context = click.get_current_context(silent=True)
    return context.meta.get(_PARAMETERS) if context is not None else None


def allow_code(command: Command) -> Command:
    text = "Execute the rules of its own that the scenario names; read them first."
    return click.option("--allow-code", is_flag=True, help=text)(command)


def population(command: Command) -> Command:
    """--network, --directed, --users, --horizon."""
    for option in (
        click.option("--horizon", type=Time(), metavar="TIME", help="How long a run lasts, as in '90 d'."),
        click.option("--users", type=WholeNumber(1, words=True), metavar="N",
                     help="How many users; of a file, a sample of that many."),
        click.option("--directed", metavar="HOW",
                     help="What a row `a b` of the file means: no (friends), follows (a listens to b), tells, yes."),
        click.option("--network", metavar="PATH", help="An edge list of your own (or the name of a generator)."),
    ):  # fmt: skip
        command = option(command)
    return command


@dataclass(frozen=True)
class Asked:
    """What of a scenario is run: the options of `asked`, read."""

    network: str | None
    directed: str | None
    users: int | None
    horizon: str | None
    seed: int
    settings: tuple[tuple[str, str], ...]
    allow_code: bool
    changes: dict[str, object]

    @property
    def keywords(self) -> dict[str, Any]:
        """As what the functions of `sim.study` take: network, users, horizon, seed, changes, allow_code."""
        return {
            "network": self.network,
            "users": self.users,
            "horizon": self.horizon,
            "seed": self.seed,
            "changes": self.changes,
            "allow_code": self.allow_code,
        }

    @property
    def words(self) -> list[str]:
        """As a person would type it again."""
        given = {"network": self.network, "directed": self.directed, "users": self.users, "horizon": self.horizon}
        return words_of(
            **given, seed=self.seed, parameters=parameters_file(), set=self.settings, **{"allow-code": self.allow_code}
        )


def asked(command: Callable[..., Any]) -> Callable[..., Any]:
    """--network, --directed, --users, --horizon, --seed, --set and --allow-code, handed to the command as one `asked`."""

    @wraps(command)
    def with_asked(
        *args: Any,
        network: str | None,
        directed: str | None,
        users: int | None,
        horizon: str | None,
        seed: int,
        settings: tuple[tuple[str, str], ...],
        allow_code: bool,
        **others: Any,
    ) -> Any:
        changes = all_changes(settings, directed)
        found = Asked(network, directed, users, horizon, seed, settings, allow_code, changes)
        return command(*args, asked=found, **others)

    return population(seed(changes(allow_code(with_asked))))


def output(command: Command) -> Command:
    """--out and --force."""
    command = click.option("--force", is_flag=True, help="Replace earlier results in that folder.")(command)
    return click.option("--out", type=click.Path(), metavar="FOLDER", help="Write tables and figures to this folder.")(
        command
    )


def all_changes(settings: tuple[tuple[str, str], ...], directed: str | None) -> dict[str, object]:
    """The changes of a command line as one mapping, those of --parameters first. Raises UsageError for a path given twice."""
    found: dict[str, object] = {}
    given: set[str] = set()
    file = parameters_file()
    if file is not None:
        from sim.study.fit.fitted import fitted_values

        found |= fitted_values(file)
    for path, value in settings:
        if path in given:
            raise click.UsageError(f"--set {path} is given twice", click.get_current_context(silent=True))
        given.add(path)
        found.pop(f"parameters.{path}", None)
        found[path] = value
    if directed is not None:
        found["network.directed"] = directed
    return found


def words_of(**given: object) -> list[str]:
    """The options that were given, as a person would type them again; True is a flag, None and False are left out."""
    out: list[str] = []
    for name, value in given.items():
        values = value if isinstance(value, list | tuple) else [value]
        for one in values:
            if one is True:
                out.append(f"--{name}")
            elif one is not None and one is not False:
                out += [f"--{name}", "=".join(one) if isinstance(one, tuple) else str(one)]
    return out
