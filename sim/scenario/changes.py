"""Changes by path (`{"arms.disclosure.disclosure.after": "2 h"}`), made in the tree, so that all is checked anew.

A path names keys as the file does, acts by their number (`timeline[0]`) or their id (`timeline.breach`), parameters
also by their bare name. Text is read as in a file ("30 %", "5 d", "null" to take out); numbers of Python are taken in
hours where a time belongs.
"""

from __future__ import annotations

import contextlib
import difflib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from sim.errors import RippleError
from sim.scenario import opening
from sim.scenario.acts import WAITS_FOR
from sim.scenario.fields import (
    ActFile,
    ArmFile,
    BrandFile,
    BrandPartFile,
    DeskFile,
    ExpectFile,
    KindFile,
    LessonStepFile,
    NetworkFile,
    OpenFile,
    ScenarioFile,
)
from sim.scenario.ids import act_ids
from sim.scenario.mistakes import Mistake, refusal
from sim.scenario.parameters import HAZARDS, PARAMETERS
from sim.scenario.readers import USUAL, rule_name
from sim.scenario.yaml_reader import Node, as_node, read_text, scalar

_TIMES = {"horizon", "tick", "talk_step", "at", "after", "every", "until", "found", "delay", "mean"}
_RATES = {"rate", "hazards"}
_TAKES_OUT = {"at": ("after", "when"), "after": ("at",), "when": ("at", "every", "until")}  # setting one, the others
_PARTS = {"found": ("after", "mean"), "audience": ("hubs", "community", "channel", "role", "users"), "when": WAITS_FOR}
_KEYS = {key for key in ScenarioFile.model_fields if key not in ("ripple", "extends")}


class _UnknownError(Exception):
    """A path that leads nowhere."""


def changed_tree(tree: Node, changes: Mapping[str, object], origin: str) -> Node:
    """A copy of the tree with the changes made, in their order. Raises RippleError for unknown paths, all at once."""
    tree = tree.copy()
    for where, name in act_ids(tree).items():  # random draws hang on ids: pin them before anything moves
        item = _at(tree, where)
        if isinstance(item.value, dict) and "id" not in item.entries:
            item.entries["id"] = Node(name, item.line, item.file)
    mistakes = []
    for path, value in changes.items():
        try:
            _change(tree, str(path), value)
        except _UnknownError:
            mistakes.append(Mistake(None, str(path), f"there is nothing at this path{_nearest(tree, str(path))}"))
        except ValueError as problem:
            mistakes.append(Mistake(None, str(path), str(problem)))
    if mistakes:
        raise refusal(f"{origin}, changed", mistakes)
    return tree


def _at(tree: Node, where: tuple[str | int, ...]) -> Node:
    node = tree
    for step in where:
        if isinstance(step, int):
            node = node.items[step]
        elif not (step == "acts" and isinstance(node.value, list)):
            node = node.entries[step]
    return node


def _change(tree: Node, path: str, value: object) -> None:
    steps = _steps(path)
    if steps[0] not in _KEYS and len(steps) == 1 and path in PARAMETERS:
        steps = ["parameters", path]
    if steps[0] not in _KEYS:
        raise _UnknownError
    node = _value(value, steps)
    first, rest = str(steps[0]), steps[1:]
    if first == "network":
        _change_network(tree, rest, node)
    elif not rest:
        _put(tree, first, node)
    elif first == "parameters":
        _put_known(_mapping(tree, first), rest, set(PARAMETERS), node)
    elif first == "brand":
        _change_brand(_mapping(tree, first), rest, set(BrandFile.model_fields), node)
    elif first == "timeline":
        _change_act(tree.entries.get(first), rest, node)
    elif first == "arms":
        _change_arm(_mapping(tree, first), rest, node)
    elif first == "kinds":
        _change_kind(tree, rest, node)
    elif first == "rules":
        _change_rule(tree.entries.get(first), rest, node)
    elif first == "expect":
        _change_item(tree.entries.get(first), rest, set(ExpectFile.model_fields), node)
    elif first == "lesson":
        _change_item(tree.entries.get(first), rest, set(LessonStepFile.model_fields), node)
    else:
        raise _UnknownError


def _steps(path: str) -> list[str | int]:
    if not re.fullmatch(r"[^.\[\]]+(\[\d+\]|\.[^.\[\]]+)*", path):
        raise _UnknownError
    return [
        int(number) if number else word for word, number in re.findall(r"([^.\[\]]+)|\[(\d+)\]", path) if word or number
    ]


def _value(value: object, steps: list[str | int]) -> Node:
    """The value as a tree; text as a file would read it."""
    if isinstance(value, str):
        if value.strip()[:1] in ("[", "{"):
            try:
                return _unplaced(read_text(f"value: {value.strip()}", "value").entries["value"])
            except RippleError as problem:
                raise ValueError(f"'{value}' is not well formed ({str(problem).splitlines()[-1].strip()})") from None
        return Node(scalar(value.strip()))
    if hasattr(value, "item"):  # a scalar of NumPy
        value = value.item()
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        last = steps[-1]
        if steps[0] == "rules":  # its parameters have no units that we know
            return as_node(value)
        unit = PARAMETERS[str(last)].unit if "parameters" in steps and last in PARAMETERS else ""
        if "brand" in steps and _RATES & {str(step) for step in steps[-2:]}:
            unit = "1/h"
        if unit == "h" or (not unit and last in _TIMES):
            return Node(f"{value!r} h")
        if unit == "1/h":
            return Node(f"{value!r} per h")
    return as_node(value)


def _unplaced(node: Node) -> Node:
    node.line, node.file = None, ""
    for child in (*node.items, *node.entries.values()):
        _unplaced(child)
    return node


def _put(holder: Node, key: str, node: Node) -> None:
    """Set an entry, or take it out when there is no value."""
    if node.value is None:
        holder.entries.pop(key, None)
        return
    for other in _TAKES_OUT.get(key, ()):
        holder.entries.pop(other, None)
    holder.entries[key] = node


def _mapping(holder: Node, key: str) -> Node:
    """The mapping at a key, made when there is none."""
    if not isinstance(holder.entries.get(key, Node(None)).value, dict):
        holder.entries[key] = Node({}, None, holder.file)
    return holder.entries[key]


def _put_known(holder: Node, steps: list[str | int], known: set[str], node: Node) -> None:
    if len(steps) == 3 and steps[:2] == ["when", "heard"] and steps[2] in ("of", "by"):
        heard = _mapping(_mapping(holder, "when"), "heard").entries
        node = Node({"heard": Node({**heard, str(steps[2]): node}, None, holder.file)}, None, holder.file)
    elif len(steps) == 2 and steps[1] in _PARTS.get(str(steps[0]), ()):  # found.mean, audience.hubs
        node = Node({str(steps[1]): node}, None, holder.file)
    elif len(steps) != 1:
        raise _UnknownError
    if steps[0] not in known:
        raise _UnknownError
    _put(holder, str(steps[0]), node)


def _change_brand(brand: Node, steps: list[str | int], known: set[str], node: Node) -> None:
    """Change what the file, or an arm, says of the brand; what it does not say yet is added."""
    first, rest = str(steps[0]), steps[1:]
    if not rest or first not in ("calendar", "desk", "hazards"):
        _put_known(brand, steps, known, node)
    elif first == "calendar":
        _change_act(brand.entries.get("calendar"), rest, node)
    elif first == "hazards":
        _change_hazard(brand, rest, node)
    elif rest[0] == "open" and len(rest) == 2:
        _change_hours(_mapping(brand, "desk"), rest[1:], node)
    else:
        _put_known(_mapping(brand, "desk"), rest, set(DeskFile.model_fields), node)


def _change_hazard(brand: Node, steps: list[str | int], node: Node) -> None:
    if len(steps) != 1 or not isinstance(steps[0], str):
        raise _UnknownError
    listed = brand.entries.get("hazards", Node(None))
    if isinstance(listed.value, list):  # the same as a mapping
        entries = {str(item.value): Node(USUAL, item.line, item.file) for item in listed.items}
        brand.entries["hazards"] = Node(entries, listed.line, listed.file)
    _put(_mapping(brand, "hazards"), steps[0], node)


def _change_hours(desk: Node, steps: list[str | int], node: Node) -> None:
    hours = desk.entries.get("open", Node(None))
    if isinstance(hours.value, str):  # in one line
        with contextlib.suppress(ValueError):  # it is refused where it stands
            desk.entries["open"] = as_node(opening.written(hours.value))
    _put_known(_mapping(desk, "open"), steps, set(OpenFile.model_fields), node)


def _change_network(tree: Node, steps: list[str | int], node: Node) -> None:
    if not steps:
        if isinstance(node.value, str):  # a file or a generator
            node = Node({"file" if re.search(r"[/\\.]", node.value) else "kind": node})
        _from_working_folder(node)
        _put(tree, "network", node)
        return
    if len(steps) != 1 or not isinstance(steps[0], str):
        raise _UnknownError
    network = _mapping(tree, "network")
    before = network.entries.get(steps[0], Node(None)).value
    if steps[0] in ("kind", "file") and before != node.value:
        kept = ("users", "seed") if steps[0] == "kind" and "file" not in network.entries else ()
        network.value = {key: network.entries[key] for key in kept if key in network.entries}
    _put(network, steps[0], node)
    if steps[0] == "file":
        _from_working_folder(network)


def _from_working_folder(network: Node) -> None:
    """A path given in a change is relative to where the person stands, not to the scenario's folder."""
    file = network.entries.get("file")
    if file is not None and isinstance(file.value, str):
        file.value = str(Path.cwd() / Path(file.value).expanduser())


def _change_arm(arms: Node, steps: list[str | int], node: Node) -> None:
    name = str(steps[0])
    if len(steps) == 1:
        if name not in arms.entries and not isinstance(node.value, (list, dict)):
            raise _UnknownError
        _put(arms, name, node)
        return
    if name not in arms.entries:
        raise _UnknownError
    arm, rest = arms.entries[name], steps[1:]
    if isinstance(arm.value, list):
        arm = Node({"acts": Node(arm.value, arm.line, arm.file)}, arm.line, arm.file)
        arms.entries[name] = arm
    if rest == ["acts"]:
        _put(arm, "acts", node)
    elif rest[0] == "acts":
        _change_act(arm.entries.get("acts"), rest[1:], node)
    elif rest[0] in ArmFile.model_fields and len(rest) == 1:
        _put(arm, str(rest[0]), node)
    elif rest[0] == "brand":
        _change_brand(_mapping(arm, "brand"), rest[1:], set(BrandPartFile.model_fields), node)
    elif rest[0] == "parameters":
        _put_known(_mapping(arm, "parameters"), rest[1:], set(PARAMETERS), node)
    else:
        _change_act(arm.entries.get("acts"), rest, node)


def _change_kind(tree: Node, steps: list[str | int], node: Node) -> None:
    kinds = _mapping(tree, "kinds")
    name = str(steps[0])
    if len(steps) == 1:
        _put(kinds, name, node)
    elif name not in kinds.entries:
        raise _UnknownError
    elif len(steps) == 3 and steps[1] == "repairs":
        _put(_mapping(kinds.entries[name], "repairs"), str(steps[2]), node)
    else:
        _put_known(kinds.entries[name], steps[1:], set(KindFile.model_fields), node)


def _change_rule(rules: Node | None, steps: list[str | int], node: Node) -> None:
    """Change a parameter of a rule, named by the rule's number or name; whether it has such a one, its code knows."""
    items = rules.items if rules is not None else []
    if isinstance(steps[0], str):
        names = rule_names(rules)
        if steps[0] not in names:
            raise _UnknownError
        steps = [names.index(steps[0]), *steps[1:]]
    number = steps[0]
    if not isinstance(number, int) or number >= len(items) or len(steps) > 2:
        raise _UnknownError
    if len(steps) == 1 and node.value is None:
        del items[number]
    elif len(steps) == 1:
        items[number] = node
    else:
        if isinstance(items[number].value, str):
            items[number] = Node({"code": items[number]}, items[number].line, items[number].file)
        _put(items[number], str(steps[1]), node)


def rule_names(rules: Node | None) -> list[str]:
    """What the rules of a tree are called."""
    names = []
    for item in rules.items if rules is not None else []:
        named, code = item.entries.get("name"), item.entries.get("code", item)
        names.append(str(named.value) if named is not None else rule_name(str(code.value)))
    return names


def _change_act(acts: Node | None, steps: list[str | int], node: Node) -> None:
    """Change one act of a list, named by its number or its id."""
    items = acts.items if acts is not None else []
    names = [str(item.entries["id"].value) if "id" in item.entries else "" for item in items]
    if isinstance(steps[0], str):
        if steps[0] not in names:
            raise _UnknownError
        steps = [names.index(steps[0]), *steps[1:]]
    _change_item(acts, steps, set(ActFile.model_fields), node)


def _change_item(items: Node | None, steps: list[str | int], known: set[str], node: Node) -> None:
    if items is None or not isinstance(steps[0], int) or steps[0] >= len(items.items):
        raise _UnknownError
    number = steps[0]
    if len(steps) > 1:
        _put_known(items.items[number], steps[1:], known, node)
    elif node.value is None:
        del items.items[number]
    else:
        if isinstance(node.value, dict) and "id" in items.items[number].entries and "id" not in node.value:
            node.value["id"] = items.items[number].entries["id"]
        items.items[number] = node


def _nearest(tree: Node, path: str) -> str:
    known = list(paths(tree))
    near = difflib.get_close_matches(path, known, n=3, cutoff=0.6)
    if not near:  # perhaps the end of a long path
        last = path.rsplit(".", 1)[-1]
        near = [entry for entry in known if entry.rsplit(".", 1)[-1] == last][:3]
    return f"; did you mean {' or '.join(near)}?" if near else "; `ripple tell` names the acts, the guide the keys"


def paths(tree: Node) -> Iterator[str]:
    """The paths that can be changed in a scenario."""
    yield from _KEYS
    yield from (f"parameters.{name}" for name in PARAMETERS)
    yield from PARAMETERS
    yield from (f"network.{key}" for key in NetworkFile.model_fields)
    yield from (f"network.{key}" for key in tree.entries.get("network", Node(None)).entries)
    yield from _brand_paths("brand", list(BrandFile.model_fields))
    for name, rule in zip(
        rule_names(tree.entries.get("rules")), tree.entries.get("rules", Node([])).items, strict=True
    ):
        yield f"rules.{name}"
        yield from (f"rules.{name}.{key}" for key in rule.entries)
    for name in tree.entries.get("arms", Node(None)).entries:
        yield from (f"arms.{name}.{key}" for key in ArmFile.model_fields)
        yield from _brand_paths(f"arms.{name}.brand", list(BrandPartFile.model_fields))
        yield from (f"arms.{name}.parameters.{key}" for key in PARAMETERS)
        yield f"arms.{name}"
    for where, name in act_ids(tree).items():
        place = ".".join(str(step) for step in where[:-1] if step != "acts")
        yield from (f"{place}.{name}.{key}" for key in ActFile.model_fields)
        yield f"{place}.{name}"


def _brand_paths(place: str, keys: list[str]) -> Iterator[str]:
    yield from (f"{place}.{key}" for key in keys)
    yield from (f"{place}.desk.{key}" for key in DeskFile.model_fields)
    yield from (f"{place}.desk.open.{key}" for key in OpenFile.model_fields)
    yield from (f"{place}.hazards.{kind}" for kind in HAZARDS)
