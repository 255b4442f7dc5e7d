"""The page of the library, scenarios/README.md: written from the files, so that it says what they say."""

from __future__ import annotations

from sim.scenario.scenario import Scenario, library, load
from sim.scenario.shelf import CLAIMS, READERS, TOPICS

_HEAD = """# The library

{count} scenarios, by question, by reader and by claim (this page is generated: `make docs`). Each is a commented file with its
sources, two responses or more, what should come out, and what to remember; a test runs them all and sees that it does.

```sh
ripple list --reader educator      # this list in the terminal
ripple tell reply-speed            # what happens in one, in sentences
ripple compare reply-speed         # its responses on the same people and luck
ripple new mine.yaml --from reply-speed
```
"""


def shelf_page() -> str:
    """All scenarios of the library in Markdown."""
    scenarios = [load(name) for name in library()]
    parts = [_HEAD.format(count=len(scenarios))]
    for topic, heading in TOPICS.items():
        rows = [_row(s) for s in scenarios if s.topic == topic]
        if rows:
            parts.append(
                f"## {heading}\n\n| scenario | question | what to remember |\n|---|---|---|\n" + "\n".join(rows) + "\n"
            )
    parts.append("## For whom\n\n" + "\n".join(_shelf(reader, scenarios) for reader in READERS) + "\n")
    claims = "\n".join(_claim(claim, scenarios) for claim in CLAIMS)
    parts.append(f"## What each claim is shown by\n\n| claim | shown by |\n|---|---|\n{claims}\n")
    return "\n".join(parts)


def _row(scenario: Scenario) -> str:
    return f"| {_link(scenario)} | {_cell(scenario.question)} | {_cell(scenario.takeaway)} |"


def _shelf(reader: str, scenarios: list[Scenario]) -> str:
    mine = ", ".join(_link(s) for s in scenarios if reader in s.readers)
    return f"- **{reader}** ({READERS[reader]}): {mine}"


def _claim(claim: str, scenarios: list[Scenario]) -> str:
    return f"| {claim} | {', '.join(_link(s) for s in scenarios if claim in s.shows)} |"


def _link(scenario: Scenario) -> str:
    return f"[{scenario.name}]({scenario.name}.yaml)"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
