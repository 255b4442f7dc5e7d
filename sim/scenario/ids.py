"""What acts are called. Random draws hang on these names, so they must not move when something else is changed.

An act without an `id` is called by its kind, then kind-2, kind-3, in the order calendar, timeline, arm.
"""

from __future__ import annotations

from collections.abc import Mapping

from sim.scenario.mistakes import Where
from sim.scenario.yaml_reader import Node


def act_ids(tree: Node) -> dict[Where, str]:
    """The id of every act of a scenario, by its path. The calendar of an arm stands in for the common one there."""
    calendar = _listed(("brand", "calendar"), _below(tree, "brand", "calendar"))
    timeline = _listed(("timeline",), _below(tree, "timeline"))
    ids = _named([*calendar, *timeline], set())
    in_timeline = {ids[where] for where, _ in timeline}
    for name, arm in _below(tree, "arms").entries.items():
        taken = {ids[where] for where, _ in calendar} | in_timeline
        own = _below(arm, "brand", "calendar")
        if own.items:
            named = _named(_listed(("arms", name, "brand", "calendar"), own), in_timeline)
            ids |= named
            taken = set(named.values()) | in_timeline
        acts = arm if arm.items else _below(arm, "acts")
        ids |= _named(_listed(("arms", name, "acts"), acts), taken)
    return ids


def _below(node: Node, *steps: str) -> Node:
    for step in steps:
        node = node.entries.get(step, Node({}))
    return node


def _listed(where: Where, holder: Node) -> list[tuple[Where, Node]]:
    return [((*where, i), item) for i, item in enumerate(holder.items)]


def _named(items: list[tuple[Where, Node]], taken: set[str]) -> dict[Where, str]:
    explicit = {where: str(item.entries["id"].value) for where, item in items if "id" in item.entries}
    used, ids = taken | set(explicit.values()), {}
    for where, item in items:
        if where in explicit:
            ids[where] = explicit[where]
            continue
        kind = str(item.entries.get("act", Node("act")).value)
        number = 1
        while (kind if number == 1 else f"{kind}-{number}") in used:
            number += 1
        ids[where] = kind if number == 1 else f"{kind}-{number}"
        used.add(ids[where])
    return ids


def repeated_ids(ids: Mapping[Where, str]) -> list[tuple[Where, str]]:
    """The acts whose id another act before them has, in the same arm or in what all arms share."""
    common = [(where, name) for where, name in ids.items() if where[0] != "arms"]
    again = _again(common, set())
    timeline = {name for where, name in common if where[0] == "timeline"}
    for arm in dict.fromkeys(where[1] for where in ids if where[0] == "arms"):
        own = [(where, name) for where, name in ids.items() if where[0] == "arms" and where[1] == arm]
        has_calendar = any(where[2] == "brand" for where, _ in own)
        again += _again(own, timeline if has_calendar else {name for _, name in common})
    return again


def _again(acts: list[tuple[Where, str]], taken: set[str]) -> list[tuple[Where, str]]:
    taken, again = set(taken), []
    for where, name in acts:
        if name in taken:
            again.append((where, name))
        taken.add(name)
    return again
