"""A scenario file from ten answers: commented, checked, and open about what nobody knew.

A question that is not answered stays in the file as a comment, and its default holds.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sim import units
from sim.errors import RippleError, did_you_mean
from sim.files import write_text
from sim.scenario import readers
from sim.scenario.acts import KINDS
from sim.scenario.parameters import PARAMETERS, SECTORS
from sim.scenario.scenario import load_text
from sim.scenario.sources import slug

CRISES = tuple(
    kind.name
    for kind in KINDS.values()
    if kind.form == "news" and kind.magnitude < 0 and not (kind.settles or kind.two_sided)
)
RESPONSES = tuple(kind.name for kind in KINDS.values() if kind.repairs is not None)


_LATEST = 80 * units.DAY  # after the crisis, of 90 days in all


@dataclass(frozen=True)
class Question:
    """What is asked, what an answer looks like, what holds without one, and what reads it (ValueError with words)."""

    key: str
    words: str
    example: str
    default: str
    read: Callable[[str], object]


def _responses(text: str) -> dict[str, float]:
    """`apology 2, corrective_action 40` as kind -> cost."""
    found = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        words = part.replace("=", " ").split()
        kind = readers.one_of(RESPONSES, words[0])
        if len(words) < 2:
            raise ValueError(f"what does '{kind}' cost? write {kind} 2 (0 when it costs nothing)")
        found[kind] = units.amount(" ".join(words[1:]))
    if not found:
        raise ValueError(f"name at least one response with its cost: {', '.join(RESPONSES)}")
    return found


def _found(text: str) -> str:
    """When it comes out: `public`, `never`, or a time after it happened."""
    if text not in ("public", "never") and readers.positive(units.hours, text) > _LATEST:
        raise ValueError("is after the end of the 90 days that are simulated; write never")
    return text


def _agents(text: str) -> int:
    return units.count(text)


QUESTIONS = (
    Question("name", "What is the brand called?", "Acme", "our brand", readers.text),
    Question("sector", f"In which sector is it? ({', '.join(SECTORS)})", "retail", "social_media",
             partial(readers.one_of, tuple(SECTORS))),
    Question("trust", "How far do people trust it, from 0 to 100 points?", "52 points", "that of the sector", units.trust),
    Question("followers", "Which share of the audience follows it?", "20 %",
             str(units.share_words(PARAMETERS["followers"].default)), units.share),
    Question("crisis", f"What happens, or may happen? ({', '.join(CRISES)})", "outage", "data_breach",
             partial(readers.one_of, CRISES)),
    Question("reach", "Which share of everyone will meet the news?", "40 %",
             str(units.share_words(PARAMETERS["reach_news"].default)), units.share),
    Question("found", "After how long does it come out if nobody tells? (public: at once; never)", "10 d",
             "by chance, of a hidden act", _found),
    Question("agents", "How many people answer complaints at a time? (0: nobody does)", "3",
             f"{PARAMETERS['desk_agents'].default:g}", _agents),
    Question("rate", "How many complaints does each of them answer?", "8 per hour",
             str(units.rate_words(PARAMETERS["desk_rate"].default)), partial(readers.positive, units.rate)),
    Question("responses", f"Which responses are possible, and what does each cost? ({', '.join(RESPONSES)})",
             "apology 2, corrective_action 40", "apology 2, corrective_action 40", _responses),
)  # fmt: skip


def check(question: Question, text: str, answers: Mapping[str, str]) -> None:
    """Raise ValueError for an answer that cannot be read, or does not go with those before."""
    question.read(text)
    if question.key == "responses":
        crisis = answers.get("crisis") or "data_breach"
        for kind in _responses(text):
            if KINDS[kind].only_for and crisis not in KINDS[kind].only_for:
                raise ValueError(f"{kind} answers {', '.join(KINDS[kind].only_for)} only, not {crisis}")


def asked_text(name: str, answers: Mapping[str, str]) -> str:
    """The file. answers: key -> text, "" or nothing where it is not known. Raises RippleError for one that cannot be read."""
    given: dict[str, str] = {}
    for question in QUESTIONS:
        text = answers.get(question.key, "").strip()
        try:
            if text:
                check(question, text, given)
                given[question.key] = text
        except ValueError as problem:
            raise RippleError(f"{question.key}: {problem}") from None
    unknown = [key for key in answers if key not in {question.key for question in QUESTIONS}]
    if unknown:
        raise RippleError(f"'{unknown[0]}' is not asked{did_you_mean(unknown[0], [q.key for q in QUESTIONS])}")
    text = "\n".join(_lines(name, given)) + "\n"
    load_text(text, f"{name}.yaml")  # what is written is what `ripple check` accepts
    return text


def write_asked(path: str | Path, answers: Mapping[str, str], *, force: bool = False) -> Path:
    """Write the file of some answers. Raises RippleError, before anything is written."""
    target = may_write(path, force=force)
    return write_text(target, asked_text(slug(target), answers))


def may_write(path: str | Path, *, force: bool = False) -> Path:
    """The path of a new scenario file. Raises RippleError for another ending, and for one that is there (unless force)."""
    target = Path(path).expanduser()
    if target.suffix.lower() not in (".yaml", ".yml"):
        raise RippleError(f"{path}: a scenario file ends in .yaml")
    if target.exists() and (not force or target.is_dir()):
        raise RippleError(f"{path} is there already; choose another name, or replace it with --force")
    return target


def _lines(name: str, given: Mapping[str, str]) -> list[str]:
    kind = KINDS[given.get("crisis", "data_breach")]
    brand = given.get("name", "our brand")
    known = ", ".join(question.key for question in QUESTIONS if question.key not in given)
    costs = _responses(given.get("responses", QUESTIONS[-1].default))
    return [
        "ripple: 1",
        f"name: {name}",
        f"title: {_quoted(f'{brand}: {kind.words}')}",
        f"question: {_quoted(f'What should {brand} do about this: {kind.words}?')}",
        "",
        *(
            [f"# Not known yet, so defaults hold: {known}. `ripple compare` says what to find out first."]
            if known
            else []
        ),
        "horizon: 90 d",
        "network: {kind: powerlaw_cluster, users: 2000, ties: 5, triangles: 0.3} # 2,000 people stand for the audience",
        "",
        "brand:",
        f"  name: {_quoted(brand)}",
        _entry("  ", "sector", given, "social_media", "sets the trust that it starts from"),
        _entry("  ", "trust", given, "52 points", "unknown, so that of the sector"),
        _entry("  ", "followers", given, "20 %", "unknown, so the default"),
        "  desk:",
        _entry("    ", "agents", given, "3", "unknown, so the default", number=True),
        _entry("    ", "rate", given, "8 per hour", "unknown, so the default"),
        "    manner: good # or scripted, rude; a log of reply times says more: log: replies.csv",
        "",
        "timeline: # what happens in every arm",
        f"  - act: {kind.name}",
        "    id: crisis",
        "    at: 5 d",
        _entry("    ", "reach", given, "40 %", "unknown, so the default: the share of everyone who meets the news"),
        *_found_lines(given.get("found", ""), kind.hidden),
        "",
        "arms: # the responses to compare; the first is what the others are measured against",
        "  silence: [] # nothing is said",
        *(line for response, cost in costs.items() for line in _arm(response, [response], costs, cost)),
        *(_arm("all-of-it", list(costs), costs, sum(costs.values())) if len(costs) > 1 else []),
        "",
        f"# next: ripple tell {name}.yaml; ripple compare {name}.yaml; ripple plan {name}.yaml --budget 50",
    ]


def _entry(indent: str, key: str, given: Mapping[str, str], example: str, why: str, *, number: bool = False) -> str:
    if key not in given:
        return f"{indent}# {key}: {example} # {why}"
    return f"{indent}{key}: {units.count(given[key]) if number else _quoted(given[key])}"


def _found_lines(found: str, hidden: bool) -> list[str]:
    if found == "public":
        return ["    hidden: no # it is public at once"]
    if found:
        when = "never" if found == "never" else f"{{after: {_quoted(found)}}}"
        return [*([] if hidden else ["    hidden: yes # at first"]), f"    found: {when} # if nobody tells before"]
    return ["    # found: {after: 10 d} # unknown, so left to chance"] if hidden else []


def _arm(name: str, kinds: list[str], costs: Mapping[str, float], total: float) -> list[str]:
    title = f"{' and '.join(KINDS[kind].words for kind in kinds)} within a day"
    acts = [
        f"      - {{act: {kind}, of: crisis, after: 1 d, cost: {units.number_words(costs[kind])}}}" for kind in kinds
    ]
    return [f"  {name.replace('_', '-')}: # costs {total:g}", f"    title: {_quoted(title[:70])}", "    acts:", *acts]


def _quoted(text: str) -> str:
    plain = re.fullmatch(r"[A-Za-z0-9][\w %./]*", text) and not text[-1].isspace()
    return text if plain else json.dumps(text, ensure_ascii=False)
