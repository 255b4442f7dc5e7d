"""A tree of YAML held against the known keys: what can be read is read, every mistake is noted with its line.

So that one mistake does not hide the others, what is wrong is taken out and the rest is read again. An act that cannot
be read leaves a None in its list, so that its neighbours keep their numbers.
"""

from __future__ import annotations

from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from sim.errors import did_you_mean
from sim.scenario.fields import ScenarioFile
from sim.scenario.mistakes import Mistake, Where, path_words
from sim.scenario.yaml_reader import Node, plain
from sim.units import shown

Keys = TypeVar("Keys", bound=BaseModel)
_MAY_BE_EMPTY = {
    "network",
    "brand",
    "kinds",
    "parameters",
    "timeline",
    "past",
    "arms",
    "rules",
    "expect",
    "lesson",
    "sources",
    "calendar",
    "acts",
    "hazards",
}


class Findings:
    """The mistakes of one scenario, each placed in its tree."""

    def __init__(self, tree: Node):
        self.tree = tree
        self.mistakes: list[Mistake] = []
        self.broken: set[Where] = set()

    def add(self, where: Where, words: str) -> None:
        """Note a mistake at a path."""
        path, node = _walk(self.tree, where)
        file = node.file if node.line and node.file != self.tree.file else ""
        self.mistakes.append(Mistake(node.line, path_words(path), words, file))
        self.broken.add(where)

    def any_at(self, where: Where) -> bool:
        """True when something at this path or below it is wrong."""
        return any(place[: len(where)] == where for place in self.broken)


def _walk(tree: Node, where: Where) -> tuple[Where, Node]:
    """The path as it is written (an arm may be a bare list) and the deepest node of it that is there."""
    node, path = tree, []
    lost = False
    for step in where:
        if step == "acts" and isinstance(node.value, list):
            continue
        path.append(step)
        below: Node | None = None
        if isinstance(step, str):
            below = node.entries.get(step)
        elif step < len(node.items):
            below = node.items[step]
        lost = lost or below is None
        if below is not None and not lost:
            node = below
    return tuple(path), node


def validated(tree: Node) -> tuple[ScenarioFile, Findings]:
    """The keys of a scenario's tree with their values read, and the mistakes found on the way."""
    return validated_as(ScenarioFile, tree)


def validated_as(kind: type[Keys], tree: Node) -> tuple[Keys, Findings]:
    """The keys of a tree of some kind with their values read, and the mistakes found on the way."""
    findings = Findings(tree)
    content: Any = plain(tree)
    _drop_empty(content, (), findings)
    while True:
        try:
            return kind.model_validate(content), findings
        except ValidationError as problem:
            for error in problem.errors(include_url=False):
                where = error["loc"][:-1] if error["type"] == "missing" else error["loc"]
                if not findings.any_at(error["loc"]):  # else it is missing because it was taken out
                    findings.add(where, _words(error, kind))
                _take_out(content, where)


def _drop_empty(content: Any, where: Where, findings: Findings) -> None:
    """Note keys and items with nothing behind them, and take the keys out."""
    pairs = list(content.items()) if isinstance(content, dict) else list(enumerate(content))
    for step, value in pairs:
        if isinstance(value, (dict, list)):
            _drop_empty(value, (*where, step), findings)
        elif value is None:
            if step not in _MAY_BE_EMPTY:
                arm = len(where) == 1 and where[0] == "arms"
                way_out = "`[]` is an arm without acts" if arm else "leave it out, or write a value"
                findings.add((*where, step), f"nothing is written here; {way_out}")
            if isinstance(content, dict):
                del content[step]


def _take_out(content: Any, where: Where) -> None:
    """Take out what stands at a path, if it is still there."""
    holder: Any = content
    for step in where[:-1]:
        if step == "acts" and isinstance(holder, list):  # an arm written as a bare list
            continue
        inside = holder.get(step) if isinstance(holder, dict) else holder[step]
        if inside is None:
            return  # something around it is gone already
        if not isinstance(inside, (dict, list)):  # a line that stands for a mapping
            del holder[step]
            return
        holder = inside
    if isinstance(holder, dict):
        holder.pop(where[-1], None)
    else:
        holder[where[-1]] = None


def _words(error: Any, root: type[BaseModel]) -> str:
    """One of pydantic's findings in words for people."""
    kind, value, last = error["type"], error.get("input"), error["loc"][-1]
    if kind == "value_error":
        return str(error["ctx"]["error"])
    if kind == "missing":
        return f"`{last}` is missing"
    if kind == "extra_forbidden":
        known = list(_model_at(error["loc"][:-1], root).model_fields)
        return f"'{last}' is not known{did_you_mean(str(last), known) or _some(known)}"
    if kind in ("list_type", "is_instance_of"):
        return f"{shown(value)} stands where a list belongs (lines that begin with `- `, or [])"
    if kind in ("model_type", "dict_type", "model_attributes_type", "mapping_type"):
        return f"{shown(value)} stands where `key: value` lines belong"
    return f"{shown(value)} does not fit here"


def _some(known: list[str]) -> str:
    return f"; known here: {', '.join(known)}" if len(known) <= 25 else ""


def _model_at(where: Where, root: type[BaseModel]) -> type[BaseModel]:
    """The keys that are known at a path of a file."""
    kind: Any = root
    for step in where:
        is_model = isinstance(kind, type) and issubclass(kind, BaseModel)
        kind = _bare(kind.model_fields[str(step)].annotation if is_model else get_args(kind)[-1])
    return kind


def _bare(kind: Any) -> Any:
    """A type without its `| None` and its annotations."""
    while get_origin(kind) in (Annotated, Union, UnionType):
        kind = get_args(kind)[0]  # None always stands last
    return kind
