"""Scenarios with one act that is public at once: what most rows about brands are measured in."""

from __future__ import annotations

from typing import Any

DAY = 24.0
AT = 2 * DAY  # when the act comes out, h
IN_VIEW = 15 * DAY  # after so long all but one in a hundred of those it reaches have met news that stays in view
ALONE = ("posts", "complaints", "membership")  # what users do by themselves: left out where a row is about one story


def with_act(act: dict[str, Any], *, users: int, days: float, trust: str, **more: Any) -> dict[str, Any]:
    """What a file would say. act: besides its id `act`; days: of the whole run; more: other keys of the file."""
    return {
        "horizon": f"{days:g} d",
        "network": {"users": users},
        "brand": {"trust": trust},
        "timeline": [{"id": "act", "at": f"{AT:g} h", "hidden": False, **act}],
        **more,
    }
