"""docs/files.md: every key of a scenario file with its type, default, meaning and an example."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from sim.scenario import fields
from sim.scenario.examples import EXAMPLES
from sim.scenario.schema import schema

_HEAD = """# Scenario files

Every key of a scenario file, as the code has them (this page is generated: `make docs`). `ripple new mine.yaml` writes a
commented file to start from, `ripple check mine.yaml` finds every mistake with its line, and `ripple schema` gives editors
what they need to complete and check while one types. Only `ripple: 1` is needed.

Numbers have their units beside them: times `5 d`, `3 h`, `1 week`, `day 5 14:00`, dates `2026-03-07 14:00`; rates
`2 per day`; shares `30 %` or `0.3`; trust `44 points` or `0.44`. A key of a list or a mapping inside is reached as
`timeline.breach.reach`, also by `--set timeline.breach.reach="50 %"` and `changed({...})`.
"""
_PARTS = {  # class of fields: heading, where it stands
    "ScenarioFile": ("A scenario", "The keys at the top of the file."),
    "UsersFile": (
        "users",
        "What is known of the users, as a table (CSV) with a row for each: who follows the brand, how much each trusts it, "
        "how often each posts, on which channels each is, and roles (`employee` is one; `audience: {role: journalist}` "
        "addresses another). With a network of your own, `label` names the users as the network does; with one that is "
        "made, the first row is the first user. Empty cells, and users who are not in the table, are drawn; the notes of a "
        "result count them. In one line: `users: users.csv`.",
    ),
    "NetworkFile": ("network", "One that is made, with the options of its kind (below), or one that is read."),
    "BrandFile": ("brand", "Also in an arm, there without `name`: what is different about the brand in that arm."),
    "DeskFile": ("brand.desk", "The service desk, where complaints are answered."),
    "LogFile": (
        "brand.desk.log",
        "How long answers took, as a table (CSV) of your own says. Complaints then wait as long as they did in it, and wait "
        "for no agent; agents are left for outreach. A row without a time is a complaint that nobody answered. In one line: "
        "`log: replies.csv`.",
    ),
    "OpenFile": ("brand.desk.open", "`always`, `mon-fri 9:00-17:00`, or a mapping with these keys, or a list of them."),
    "PastFile": (
        "past",
        "What happened to the brand before, and how trust moved: either `before`, `after` and `later`, or a `tracker`. "
        "`ripple past mine.yaml` replays each incident and shows it beside what was polled.",
    ),
    "ActFile": ("An act", "An entry of `timeline`, of `brand.calendar`, or of the acts of an arm."),
    "ArmFile": ("An arm", "A response: a list of acts, or a mapping with these keys."),
    "KindFile": ("kinds", "A kind of act of your own, by its name."),
    "RepairsFile": ("kinds.repairs", "How well a response fits each nature of act."),
    "ExpectFile": ("expect", "What should come out: `lower` and `higher`, or `arm` and `between`."),
    "LessonStepFile": (
        "lesson",
        "The steps of a lesson: a question, a prediction, the runs, and what was measured in them. The answer is computed "
        "from the runs; it is never written here.",
    ),
    "PredictFile": ("lesson.predict", "`which` (and `arms`) for a choice; `arm` (and `over` or `minus`) for a number."),
}
_NAMED = {  # parts that a key holds: words for them, and where they are told of
    "ArmFile": "arms by name",
    "ActFile": "acts",
    "PastFile": "incidents",
    "KindFile": "kinds by name",
    "ExpectFile": "expectations",
    "LessonStepFile": "steps",
    "PredictFile": "mapping",
    "NetworkFile": "mapping",
    "UsersFile": "mapping",
    "BrandFile": "mapping",
    "BrandPartFile": "mapping",
    "DeskFile": "mapping",
    "LogFile": "mapping",
    "OpenFile": "words or mapping",
    "RepairsFile": "mapping",
    "ParametersFile": "numbers by name",
}


def files_page() -> str:
    """All keys of a scenario file in Markdown."""
    described = schema()
    parts = [_HEAD.rstrip("\n")]
    for name, (heading, where) in _PARTS.items():
        keys = described["properties"] if name == "ScenarioFile" else described["$defs"][name]["properties"]
        rows = [_row(key, keys[key], EXAMPLES[name][key]) for key in getattr(fields, name).model_fields]
        parts += [
            f"## {heading}",
            where,
            "\n".join([_line("key", "type", "default", "meaning", "example"), _line(*5 * ["---"]), *rows]),
        ]
        if name == "NetworkFile":
            parts.append(_generators())
    parts += ["## parameters", "One key for each number of the model: [parameters.md](parameters.md). Also in an arm."]
    return "\n\n".join(parts) + "\n"


def _row(key: str, described: Mapping[str, Any], example: Any) -> str:
    meaning = re.sub(r"[;,] (the )?default(: [^;]*)?$", "", str(described.get("description", "")))
    value = example.value if isinstance(example.value, str) else _flow(example.value)
    words = "a kind of the catalogue (`ripple schema`), or one of `kinds`" if key == "act" else _type(described)
    return _line(f"`{key}`", words, example.default, meaning, f"`{value}`")


def _line(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _flow(value: object) -> str:
    """A value as YAML writes it on one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_flow(entry)}" for key, entry in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return str(value) if isinstance(value, str) else json.dumps(value)


def _type(described: Mapping[str, Any]) -> str:
    """What may be written, in a few words, from the schema of a key."""
    text = json.dumps(described)
    for name, words in _NAMED.items():
        if f'"#/$defs/{name}"' in text:
            return f"list of {words}" if f'"items": {{"anyOf": [{{"$ref": "#/$defs/{name}"' in text else words
    choices = [one for one in described.get("anyOf", [described]) if one.get("type") != "null"]
    return ", ".join(dict.fromkeys(filter(None, map(_choice, choices)))) or "anything"


def _choice(one: Mapping[str, Any]) -> str:
    if "anyOf" in one or "oneOf" in one:
        return ", ".join(dict.fromkeys(filter(None, map(_choice, one.get("anyOf") or one["oneOf"]))))
    if "enum" in one:
        return "yes or no" if True in one["enum"] else ", ".join(map(str, one["enum"]))
    if "const" in one:
        return str(one["const"])
    if one.get("type") == "object":
        keys = list(one.get("properties", {}))
        return f"{{{', '.join(f'{key}: …' for key in keys)}}}" if keys else "mapping"
    if one.get("type") == "array":
        return f"list of {_choice(one['items']) or 'anything'}"
    if "examples" in one:
        return f"like {' or '.join(map(str, one['examples'][:2]))}"
    types = one.get("type", [])
    return "words" if "string" in types else "" if types == "null" else str(types or "")


def _generators() -> str:
    """The kinds of networks with their options."""
    from sim.world.generators import GENERATORS

    rows = [_line("kind", "what it is like", "options: meaning (default)"), _line(*3 * ["---"])]
    for name, generator in GENERATORS.items():
        options = "; ".join(f"`{key}`: {o.meaning} ({o.default:g})" for key, o in generator.options.items())
        rows.append(_line(f"`{name}`", generator.meaning, options))
    return "\n".join(rows)
