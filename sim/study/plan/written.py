"""A scenario with one more arm as a file with comments, which loads as any other."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from sim.scenario.scenario import Scenario
from sim.scenario.yaml_writer import as_yaml

_ARM = "plan"
_COMMENTS = {
    "network": "the network of users",
    "timeline": "what happens in every arm",
    "arms": "the responses to compare; the first is what the others are measured against",
    "expect": "what should come out, as the first file says it",
}


def scenario_text(scenario: Scenario, arm: Mapping[str, Any], notes: Sequence[str]) -> str:
    """The scenario as it was written, without its lesson, with an arm `plan` at its end (else `plan-2`). notes: on top."""
    tree = {key: value for key, value in scenario.written().items() if key not in ("lesson", "takeaway")}
    arms = tree.get("arms") or {"as-is": []}
    name = next(n for k in range(1, 1000) if (n := _ARM if k == 1 else f"{_ARM}-{k}") not in arms)
    tree = {"ripple": 1, **tree, "name": f"{tree['name'][:50]}-plan", "arms": {**arms, name: dict(arm)}}
    head = [line for note in notes for line in textwrap.wrap(note, 110, initial_indent="# ", subsequent_indent="#   ")]
    body = []
    for line in as_yaml(tree).splitlines():
        key = line.partition(":")[0]
        if key in _COMMENTS and not line.startswith(" "):
            body += ["", f"# {_COMMENTS[key]}"]
        if line == f"  {name}:":
            body.append("  # found by ripple plan")
        body.append(line)
    return "\n".join([*head, *body]) + "\n"
