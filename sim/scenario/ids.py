"""What acts are called. Random draws hang on these names, so they must not move when something else is changed.

An act without an `id` is called by its kind, then kind-2, kind-3, in the order calendar, timeline, arm.
"""

from __future__ import annotations

from collections.abc import Mapping

from sim.scenario.mistakes import Step, Where
from sim.scenario.yaml_reader import Node


def act_ids(tree: Node) -> dict[Where, str]:
    """The id of every act of a scenario, by its path."""
    brand, arms = tree.entries.get("brand", Node({})), tree.entries.get("arms", Node({}))
    common: list[tuple[Where, Node]] = [
        (("brand", "calendar", i), item) for i, item in enumerate(brand.entries.get("calendar", Node([])).items)
    ]
    common += [(("timeline", i), item) for i, item in enumerate(tree.entries.get("timeline", Node([])).items)]
    ids = _named(common, set())
    taken = set(ids.values())
    for name, arm in arms.entries.items():
        items = arm.items or arm.entries.get("acts", Node([])).items
        ids |= _named([(("arms", name, "acts", i), item) for i, item in enumerate(items)], taken)
    return ids


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
    common: set[str] = set()
    seen: dict[Step, set[str]] = {}
    again = []
    for where, name in ids.items():
        taken = common if where[0] != "arms" else seen.setdefault(where[1], set(common))
        if name in taken:
            again.append((where, name))
        taken.add(name)
    return again
