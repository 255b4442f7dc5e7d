"""Dicts, lists and scalars as YAML 1.2 that `yaml_reader` reads back exactly, and fast: every run has one.

Text is plain where it can be, folded where it is long, else in double quotes with the escapes of JSON.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator

from sim.scenario.yaml_reader import scalar

_WIDTH = 100
_PLAIN = re.compile(r"[^\W_][\w %./()+'-]*(?<! )")  # no colon, hash, comma or bracket: plain wherever it stands
_UNPRINTABLE = re.compile(r"[\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]")


def as_yaml(document: dict[str, object]) -> str:
    """The text of a mapping, a line break at its end. Values: dicts with text as keys, lists, text, numbers, bools."""
    return "\n".join(_mapping(document, "")) + "\n"


def _mapping(entries: dict[str, object], indent: str) -> Iterator[str]:
    for key, value in entries.items():
        name = f"{indent}{_word(key)}:"
        if isinstance(value, dict) and value:
            yield name
            yield from _mapping(value, indent + "  ")
        elif isinstance(value, list) and any(isinstance(item, (dict, list)) or _long(item) for item in value):
            yield name
            yield from _items(value, indent + "  ")
        elif _long(value):
            yield f"{name} >-"
            yield from _folded(str(value), indent + "  ")
        else:
            yield f"{name} {_scalar(value)}"


def _items(items: list[object], indent: str) -> Iterator[str]:
    for item in items:
        if isinstance(item, dict) and item:
            first, *rest = _mapping(item, indent + "  ")
            yield f"{indent}- {first.lstrip()}"
            yield from rest
        elif _long(item):
            yield f"{indent}- >-"
            yield from _folded(str(item), indent + "  ")
        else:
            yield f"{indent}- {_scalar(item)}"


def _scalar(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, list):
        return f"[{', '.join(_scalar(item) for item in value)}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{_word(key)}: {_scalar(item)}' for key, item in value.items())}}}"
    return _word(str(value))


def _word(text: str) -> str:
    if _PLAIN.fullmatch(text) and text.isprintable() and isinstance(scalar(text), str):
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", quoted)


def _long(value: object) -> bool:
    """True for prose that is folded without loss: printable, single blanks, no word wider than a line."""
    return isinstance(value, str) and len(value) > _WIDTH and value.isprintable() and " ".join(_wrapped(value)) == value


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, break_long_words=False, break_on_hyphens=False)


def _folded(text: str, indent: str) -> Iterator[str]:
    yield from (indent + line for line in _wrapped(text))
