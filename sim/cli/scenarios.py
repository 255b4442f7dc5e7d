"""What concerns scenario files: `ripple list`, `tell`, `new`, `check`, `schema`."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from sim.cli import options
from sim.cli.console import console, say
from sim.errors import RippleError, did_you_mean


@click.command("list")
@click.option("--reader", metavar="WHO", help="Only those for a researcher, an educator or a strategist.")
@click.option("--questions", is_flag=True, help="With the question that each asks.")
def list_scenarios(reader: str | None, questions: bool) -> None:
    """List the scenarios that come with Trust Ripple, by topic."""
    from sim.scenario.shelf import READERS, TOPICS
    from sim.scenario.sources import library_entries

    if reader is not None and reader not in READERS:
        known = ", ".join(READERS)
        raise RippleError(f"--reader: '{reader}' is not one of {known}{did_you_mean(reader, READERS)}")
    screen = console()
    entries = library_entries()
    chosen = {name: e for name, e in entries.items() if reader is None or reader in e["readers"].split()}
    width = max(map(len, entries)) + 2
    for topic, heading in TOPICS.items():
        here = {name: entry for name, entry in chosen.items() if entry["topic"] == topic}
        if here:
            screen.print(f"{heading}", style="bold")
        for name, entry in here.items():
            say(screen, entry["title"], first=f"  {name:{width}}", rest=" " * (width + 2))
            if questions:
                say(screen, entry["question"], first=" " * (width + 2), style="dim")
    click.echo("ripple tell NAME says what happens in one, ripple compare NAME compares its responses.")


@click.command()
@click.argument("scenario")
@click.option("--arm", metavar="NAME", help="Only this response, in one line of time with what happens in every arm.")
@options.changes
def tell(scenario: str, arm: str | None, settings: tuple[tuple[str, str], ...]) -> None:
    """Tell in sentences what happens in SCENARIO, before anything runs."""
    from sim.scenario import tell as telling
    from sim.scenario.scenario import load

    found = load(scenario).changed(options.all_changes(settings, None))
    setting, *sentences = telling.tell(found, arm)
    screen = console()
    screen.print(found.title, style="bold", soft_wrap=True)
    for words in (found.question, f"{setting}."):
        if words:
            say(screen, words)
    for sentence in sentences:
        say(screen, sentence, first="- ")
    for note in found.notes:
        say(screen, note, first="note: ")


@click.command()
@click.argument("file", type=click.Path())
@click.option(
    "--from", "source", default="data-breach", show_default=True, metavar="SCENARIO", help="What to start from."
)
@click.option("--ask", is_flag=True, help="Ask ten questions, and write what is known and what is not.")
@click.option("--force", is_flag=True, help="Replace the file when it is there.")
@click.pass_context
def new(context: click.Context, file: str, source: str, ask: bool, force: bool) -> None:
    """Write a commented scenario FILE of your own to start from."""
    from sim.scenario.scenario import new_file

    if ask and context.get_parameter_source("source") is click.core.ParameterSource.COMMANDLINE:
        raise click.UsageError("--ask starts from your answers; leave out --from")
    path = _asked(file, force) if ask else new_file(file, source, force=force)
    click.echo(f"{path} is written. Change it, then: ripple check {path}; ripple tell {path}; ripple compare {path}")


def _asked(file: str, force: bool) -> Path:
    """The file of ten answers; an empty one is not known, one that cannot be read is asked for again."""
    from sim.scenario.asked import QUESTIONS, Question, check, may_write, write_asked

    answers: dict[str, str] = {}

    def read(question: Question, text: str) -> str:
        try:
            if text.strip():
                check(question, text.strip(), answers)
        except ValueError as problem:
            raise click.UsageError(str(problem)) from None
        return text.strip()

    may_write(file, force=force)
    click.echo("Ten questions; Enter where the answer is not known, and the default in brackets holds.")
    for number, question in enumerate(QUESTIONS, 1):
        click.echo(f"{number:2}. {question.words} As in: {question.example}")
        answers[question.key] = click.prompt(
            f"    [{question.default}]",
            default="",
            show_default=False,
            value_proc=partial(read, question),
        )
    return write_asked(file, answers, force=force)


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
def check(files: tuple[str, ...]) -> int:
    """Check scenario and experiment files and name all mistakes in them."""
    from sim.scenario.scenario import load
    from sim.units import duration_words

    bad = 0
    for file in files:
        try:
            if Path(file).is_file() and _is_experiment(Path(file)):
                _check_experiment(file)
                continue
            found = load(Path(file) if Path(file).is_file() else file)
        except RippleError as mistake:
            bad += 1
            click.echo(str(mistake), err=True)
            continue
        users = f"{found.network.users:,} users" if found.network.users is not None else "all users of its file"
        click.echo(f"{file}: ok, {len(found.arms)} arms, {users}, {duration_words(found.horizon)}")
        for rule in found.rules:
            click.echo(f"  rule {rule.name} is code of its own, not executed here: {rule.code}")
        for note in found.notes:
            click.echo(f"  {note}")
    return 1 if bad else 0


@click.command()
@click.option("--out", type=click.Path(dir_okay=False), metavar="FILE", help="Write it to a file instead.")
@click.option("--experiment", is_flag=True, help="That of experiment files.")
def schema(out: str | None, experiment: bool) -> None:
    """Print the JSON Schema of scenario files, for editors."""
    import json

    if experiment:
        from sim.study.sweep.keys import schema as described
    else:
        from sim.scenario.schema import schema as described

    text = json.dumps(described(), indent=2, ensure_ascii=False)
    if out is None:
        click.echo(text)
        return
    from sim.files import write_text

    target = write_text(Path(out).expanduser(), text + "\n")
    what = "an experiment" if experiment else "a scenario"
    click.echo(f"{target} is written; in {what} file name it on top: # yaml-language-server: $schema={target}")


def _is_experiment(file: Path) -> bool:
    from sim.scenario.yaml_reader import read_file

    return "experiment" in read_file(file).entries


def _check_experiment(file: str) -> None:
    from sim.study.sweep.reading import load_experiment

    found = load_experiment(file)
    points, arms = len(found.points()), max(1, len(found.arms))
    runs = points * arms * found.replicates
    click.echo(
        f"{file}: ok, {found.kind}, {points:,} points of {len(found.varied)} factors x {found.replicates} replicates x "
        f"{arms} arms: {runs:,} runs"
    )
