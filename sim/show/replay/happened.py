"""What happened in a run, for people who watch it: its acts with their sentences, and the stories that went round."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import cast

import numpy as np

from sim.dynamics.brand import Outgoing, act_behind
from sim.dynamics.engine import Engine
from sim.scenario.acts import Act
from sim.scenario.parameters import Parameters
from sim.scenario.tell import effect
from sim.show.replay.hearings import Hearings
from sim.world import draws

MOST_PASSAGES = 40_000  # in one panel; more are more than an eye follows


@dataclass(frozen=True)
class ActShown:
    """One act that went out: when, its sentence, and what it is: harm, good, response, hidden."""

    id: str
    hour: float
    title: str
    sentence: str
    kind: str


@dataclass(frozen=True)
class Story:
    """What was passed on: an act, or the story of a user (`author` is its number in the picture, -1: none there)."""

    id: str
    title: str
    kind: str
    author: int


def headline(act: Act) -> str:
    """The words for an act, as a title."""
    return act.words[:1].upper() + act.words[1:]


# --- what was told ---


def passages_of(
    engine: Engine, hearings: Hearings, number: np.ndarray, main: Act | None
) -> tuple[np.ndarray, int, tuple[Story, ...]]:
    """The passages between users who are drawn, by frame, with numbers in place of rows; how many; and their stories."""
    told = hearings.passages
    told = told[(number[told["user"]] >= 0) & (number[told["teller"]] >= 0)]
    n_told = len(told)
    if n_told > MOST_PASSAGES:
        luck = draws.uniforms(draws.stream(0, "passages"), told["user"], told["act"])
        luck[told["act"] == engine.row_of.get(main.id if main else "", -1)] -= 1.0  # the main story comes first
        told = told[np.sort(np.argpartition(luck, MOST_PASSAGES)[:MOST_PASSAGES])]
    out = told.copy()
    acts, out["act"] = np.unique(told["act"], return_inverse=True)
    out["user"], out["teller"] = number[told["user"]], number[told["teller"]]
    return out, n_told, tuple(_story(engine, int(act), number) for act in acts)


def _story(engine: Engine, row: int, number: np.ndarray) -> Story:
    if row < len(engine.out):
        out = engine.out[row]
        return Story(out.act.id, headline(out.act), _kind(engine, out.act), -1)
    act = engine.acts[row]
    good = int(act["sign"]) > 0
    author = int(act["author"])
    return Story(f"user {row}", "a user's praise" if good else "a user's criticism", "good" if good else "harm",
                 int(number[author]) if author >= 0 else -1)  # fmt: skip


# --- what happened ---


def acts_of(engine: Engine) -> tuple[ActShown, ...]:
    """What happened besides the calendar, in order of time: what went out to people, and what nobody knew of then."""
    calendar = engine.setup.calendar
    told = [
        ActShown(out.act.id, float(out.time), headline(out.act), _sentence(engine, out), _kind(engine, out.act))
        for out in engine.out
        if act_behind(out.act.id) not in calendar
    ]
    since, out = engine.agenda.since, {one.act.id for one in engine.out}
    for act in engine.agenda.happened:
        if act.id in since and act.id not in calendar:
            sentence = f"{act.words}, and nobody knows of it"
            told.append(ActShown(act.id, since[act.id], headline(act), sentence, "hidden"))
        elif act.repairs is not None and act.id not in out and act.when is None:
            told.append(ActShown(act.id, act.at, headline(act), _said_early(engine, act), "response"))
    return tuple(sorted(told, key=lambda one: one.hour))


def _said_early(engine: Engine, act: Act) -> str:
    """A response to what nobody knew of: it tells of it, or denies what will be found out."""
    news = engine.agenda.public.get(act.of or "")
    told = act.admits and news is not None and news.told == "told first" and news.time == act.at
    return f"{act.words} tells {act.of} before anybody finds out" if told else f"{act.words}, while nobody knows"


def _sentence(engine: Engine, out: Outgoing) -> str:
    """What an act did, with the size and the nature that it had when it came out."""
    act, agenda = out.act, engine.agenda
    numbers = cast(Parameters, engine.setup.numbers)  # the same names
    if act.repairs is not None:
        answered = agenda.kind_of.get(act.of or "")
        news = agenda.public.get(act.of or "")
        return effect(replace(act, when=None, at=out.time), numbers, answered, news.time if news else None)
    how = {"told first": "told first: ", "found out": "found out: "}.get(out.told, "")
    if out.sign < 0:
        act = replace(act, magnitude=-out.dose / numbers.loss, nature=out.nature)
    return how + effect(replace(act, hidden=False), numbers)


def _kind(engine: Engine, act: Act) -> str:
    if act_behind(act.id) in engine.setup.calendar:
        return "calendar"
    if act.repairs is not None:
        return "response"
    return "harm" if act.magnitude < 0 else "good"
