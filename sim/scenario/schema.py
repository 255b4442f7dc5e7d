"""The JSON Schema of a scenario file, for editors that complete and check while one types."""

from __future__ import annotations

from typing import Any

from sim.scenario.acts import KINDS
from sim.scenario.fields import VERSION, ScenarioFile


def schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a scenario file. It knows keys and forms; `load` knows what they mean."""
    described = ScenarioFile.model_json_schema()
    parts = described["$defs"]
    parts["ActFile"]["properties"]["act"] = {
        "description": parts["ActFile"]["properties"]["act"]["description"],
        "anyOf": [
            {"oneOf": [{"const": kind.name, "description": kind.words} for kind in KINDS.values()]},
            {"type": "string"},
        ],
    }
    described["properties"]["ripple"] = {
        "description": described["properties"]["ripple"]["description"],
        "const": VERSION,
    }
    arms = described["properties"]["arms"]["anyOf"][0]
    items = parts["ArmFile"]["properties"]["acts"]["items"]
    arms["additionalProperties"] = {
        "anyOf": [{"type": "array", "items": items}, {"$ref": "#/$defs/ArmFile"}, {"type": "null"}]
    }
    parts["NetworkFile"] |= _networks(parts["NetworkFile"]["properties"])
    parts["ExpectFile"]["properties"]["between"]["anyOf"][0] |= {"minItems": 2, "maxItems": 2}
    _without_titles(described)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **described,
        "title": "Trust Ripple scenario",
        "required": ["ripple"],
    }


def _networks(keys: dict[str, Any]) -> dict[str, Any]:
    """The generators with what they are like, and every option of any of them."""
    from sim.world.generators import GENERATORS  # brings compiled loops along

    kinds = [{"const": name, "description": generator.meaning} for name, generator in GENERATORS.items()]
    options: dict[str, list[str]] = {}
    for name, generator in GENERATORS.items():
        for key, option in generator.options.items():
            of_kind = f"{name}: {option.meaning} ({option.lowest:g} to {option.highest:g}, default {option.default:g})"
            options.setdefault(key, []).append(of_kind)
    known = {key: {"type": ["number", "string"], "description": "; ".join(said)} for key, said in options.items()}
    kind = {"description": keys["kind"]["description"], "oneOf": kinds}
    return {"properties": {**keys, "kind": kind, **known}, "additionalProperties": False}


def _without_titles(part: Any) -> None:
    """Take out the titles that are only the keys again, and defaults that are nothing."""
    if isinstance(part, dict):
        if isinstance(part.get("title"), str) and (
            "type" in part or "anyOf" in part or "$ref" in part or "enum" in part
        ):
            del part["title"]
        if "default" in part and part["default"] is None:
            del part["default"]
        for inside in part.values():
            _without_titles(inside)
    elif isinstance(part, list):
        for inside in part:
            _without_titles(inside)
