"""`ripple replay` and `ripple deck`: a run as one file to take home, as a film, or as a row of pictures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli import options
from sim.cli.console import console, progress
from sim.errors import RippleError

if TYPE_CHECKING:
    from sim.show.replay.recording import Recording


class Values(click.ParamType):
    """`name=value,value,...`; a list or a mapping in a value keeps its commas."""

    name = "name=values"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, tuple[str, ...]]:
        if isinstance(value, tuple):
            return value
        path, sign, text = str(value).partition("=")
        values = tuple(_split(text))
        if not sign or not path.strip() or not all(values):
            self.fail(f"'{value}' names no values; write name=value,value, as in --vary delay=0h,1h,1d", param, ctx)
        return path.strip(), values


def _split(text: str) -> list[str]:
    parts, depth = [""], 0
    for sign in text:
        depth += (sign in "[{") - (sign in "]}")
        if sign == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += sign
    return [part.strip() for part in parts]


def _file(path: str, endings: tuple[str, ...], force: bool) -> Path:
    """Where a file may be written. Raises RippleError before anything runs."""
    from sim.files import require_writable

    target = Path(path).expanduser()
    if target.suffix.lower() not in endings:
        raise RippleError(f"{path}: name a file that ends in {' or '.join(endings)}")
    if target.exists() and not force:
        raise RippleError(f"{path} is there already; choose another name, or replace it with --force")
    require_writable(target)
    return target


@click.command()
@click.argument("source", metavar="RUN_OR_SCENARIO")
@click.option("--html", metavar="FILE", help="One page that plays it, offline, in any browser.")
@click.option("--mp4", metavar="FILE", help="A film; needs the program ffmpeg.")
@click.option("--gif", metavar="FILE", help="A small, short film.")
@click.option("--strip", metavar="FILE", help="A PNG with a row of moments, for slides.")
@click.option(
    "--arm",
    "arms",
    multiple=True,
    metavar="NAME",
    help="Which response; given twice, two side by side. Default: the first two, or with and without the crisis.",
)
@click.option("--frames", type=options.WholeNumber(2), default=240, show_default=True, help="At most so many frames.")
@click.option("--labels", is_flag=True, help="Take the names of users along, which others can then read.")
@options.asked
@click.option("--force", is_flag=True, help="Replace files that are there.")
def replay(
    source: str,
    html: str | None,
    mp4: str | None,
    gif: str | None,
    strip: str | None,
    arms: tuple[str, ...],
    frames: int,
    labels: bool,
    asked: options.Asked,
    force: bool,
) -> None:
    """Record RUN_OR_SCENARIO and write it as a page, a film or pictures.

    A saved run is shown beside its quiet twin, a saved comparison with its reference and its best arm; the folder of
    either will do.
    """
    wanted = {"html": html, "mp4": mp4, "gif": gif, "strip": strip}
    if not any(wanted.values()):
        raise click.UsageError("say what to write: --html FILE, --mp4 FILE, --gif FILE or --strip FILE")
    if len(arms) > 2:
        raise click.UsageError("--arm: at most two are shown side by side")
    endings = {"html": (".html", ".htm"), "mp4": (".mp4",), "gif": (".gif",), "strip": (".png",)}
    targets = {key: _file(path, endings[key], force) for key, path in wanted.items() if path}
    if "mp4" in targets:
        from sim.show.replay.movie import ffmpeg

        ffmpeg()  # said before anything runs
    with progress("recording", 1.0):
        if (Path(source).expanduser() / "provenance.json").exists():
            if asked.changes or any(value is not None for value in (asked.network, asked.users, asked.horizon)):
                raise RippleError(f"{source} is a finished run; it can be shown, not changed. Name a scenario instead")
            recording, question, lesson, about = _saved(source, arms, frames, labels, asked.allow_code)
        else:
            recording, question, lesson, about = _fresh(source, arms, frames, labels, asked)
    _write(recording, targets, question, lesson, about)


def _saved(
    source: str, arms: tuple[str, ...], frames: int, labels: bool, allow_code: bool
) -> tuple[Recording, str, list[dict[str, Any]], str]:
    import json

    from sim.show.replay.saved import recorded_comparison, recorded_run
    from sim.study.comparison import open_comparison
    from sim.study.results import open_run

    folder = Path(source).expanduser()
    facts = json.loads((folder / "provenance.json").read_text(encoding="utf-8"))
    how: dict[str, Any] = {"most_frames": frames, "labels": labels, "allow_code": allow_code}
    if "comparison" in facts:
        both = open_comparison(folder)
        return recorded_comparison(both, arms=arms, **how), both.scenario.question, [], _about(facts)
    run = open_run(folder)
    if arms and arms != (run.arm,):
        raise RippleError(f"{source} holds the arm '{run.arm}' only; name the scenario to see others")
    return recorded_run(run, **how), run.scenario.question, [], _about(facts)


def _about(facts: dict[str, Any]) -> str:
    made, version = str(facts.get("made", "an unknown day"))[:10], facts.get("version", "")
    return f"Run on {made} with Trust Ripple {version}, seed {facts.get('seed')}."


def _fresh(
    source: str,
    arms: tuple[str, ...],
    frames: int,
    labels: bool,
    how: options.Asked,
) -> tuple[Recording, str, list[dict[str, Any]], str]:
    import sim
    from sim.dynamics.setup import Seeds
    from sim.show.replay.answers import lesson_of, shown_in_lesson
    from sim.show.replay.recording import Shown, record
    from sim.study.request import request

    named = {key: value for key, value in how.keywords.items() if key != "seed"}
    asked = request(source, **named)
    scenario, seeds = asked.scenario, Seeds.of(how.seed)
    chosen = list(arms) or list(scenario.arms)[:2]
    shown = [Shown(arm) for arm in chosen] if len(chosen) > 1 else [Shown(chosen[0], quiet=True), Shown(chosen[0])]
    taught = [one for one in shown_in_lesson(asked) if one not in shown]
    recording = record(asked, [*shown, *taught], seeds, most_frames=frames, labels=labels)
    lesson = lesson_of(asked, seeds, recording.panels) if scenario.lesson else []
    about = f"Scenario '{scenario.name}', seed {how.seed}, Trust Ripple {sim.__version__}: all runs on the same people and draws."
    return recording, scenario.question, lesson, about


def _write(
    recording: Recording, targets: dict[str, Path], question: str, lesson: list[dict[str, Any]], about: str
) -> None:
    if "html" in targets:
        from sim.files import write_text
        from sim.show.replay.share import share_page

        write_text(targets["html"], share_page(recording, question=question, about=about, lesson=lesson))
    pictures: dict[str, Callable[..., Path]] = {}
    if targets.keys() - {"html"}:
        from sim.show.replay import movie

        pictures = {"mp4": movie.write_mp4, "gif": movie.write_gif}
        if "strip" in targets:
            movie.write_strip(recording, targets["strip"])
    for key, write in pictures.items():
        if key in targets:
            with progress("drawing", 1.0) as bar:
                write(recording, targets[key], bar)
    _say(list(targets.values()))


def _say(files: list[Path]) -> None:
    screen = console()
    for path in files:
        size = path.stat().st_size
        words = f"{size / 1e6:.2f} MB" if size >= 1e5 else f"{size / 1e3:.0f} kB"
        screen.print(f"Written to {path} ({words})", style="bold", soft_wrap=True)


@click.command()
@click.argument("scenario")
@click.option(
    "--vary",
    "varied",
    type=Values(),
    multiple=True,
    required=True,
    metavar="NAME=VALUES",
    help="A slider: delay, reach or any path of the scenario, as in --vary delay=0h,1h,1d (repeatable).",
)
@click.option("--html", "out", metavar="FILE", help="Where to write the page; default: SCENARIO-deck.html.")
@click.option("--arm", metavar="NAME", help="Which response; default: the first that has what is varied.")
@click.option("--frames", type=options.WholeNumber(2), default=90, show_default=True, help="At most so many frames.")
@click.option("--labels", is_flag=True, help="Take the names of users along, which others can then read.")
@options.asked
@click.option("--force", is_flag=True, help="Replace a file that is there.")
def deck(
    scenario: str,
    varied: tuple[tuple[str, tuple[str, ...]], ...],
    out: str | None,
    arm: str | None,
    frames: int,
    labels: bool,
    asked: options.Asked,
    force: bool,
) -> None:
    """Record up to 24 runs of SCENARIO and write one page with sliders: for people without Python."""
    vary: dict[str, tuple[str, ...]] = {}
    for name, values in varied:
        if name in vary:
            raise click.UsageError(f"--vary {name} is given twice")
        vary[name] = values
    target = _file(out or f"{Path(scenario).stem}-deck.html", (".html", ".htm"), force)
    from sim.files import write_text
    from sim.show.replay.deck import deck as dealt

    with progress("recording", 1.0):
        made = dealt(scenario, vary=vary, arm=arm, most_frames=frames, labels=labels, **asked.keywords)
    write_text(target, made.page())
    _say([target])
