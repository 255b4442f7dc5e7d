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
    parts["ExpectFile"]["properties"]["between"]["anyOf"][0] |= {"minItems": 2, "maxItems": 2}
    _without_titles(described)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **described,
        "title": "Trust Ripple scenario",
        "required": ["ripple"],
    }


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
