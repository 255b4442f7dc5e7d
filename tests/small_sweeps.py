"""Small experiments for the tests of sweeps, and a plain function whose indices are known."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Mapping
from typing import Any

SMALL: dict[str, Any] = {
    "experiment": 1,
    "name": "small",
    "question": "Does the reach of the breach matter more than how far word of it spreads?",
    "scenario": "data-breach",
    "arms": ["silence", "disclosure"],
    "users": 200,
    "horizon": "20 d",
    "factors": {
        "timeline.breach.reach": ["10 %", "30 %"],
        "parameters.virality_mean": {"range": [0.2, 0.6], "levels": 2},
    },
    "design": "grid",
    "replicates": 3,
    "series": {"columns": ["trust", "gap"], "every": "4 d"},
    "panel": {"users": 5, "columns": ["trust", "follows"], "hours": [0, "5 d", "20 d"]},
}
PLANE: dict[str, Any] = {
    "experiment": 1,
    "name": "plane",
    "factors": {"x": {"range": [0, 1]}, "y": {"range": [0, 1]}},
    "design": {"kind": "sobol-sequence", "points": 16},
    "replicates": 2,
}
ISHIGAMI: dict[str, Any] = {
    "experiment": 1,
    "name": "ishigami",
    "factors": {name: {"range": [-math.pi, math.pi]} for name in ("x1", "x2", "x3")},
    "design": {"kind": "sobol", "points": 256},
    "seeds": "fresh",
}


def ishigami(point: Mapping[str, Any], seeds: object) -> float:
    """sin x1 + 7 sin^2 x2 + .1 x3^4 sin x1. Source: Ishigami & Homma 1990, doi:10.1109/ISUMA.1990.151285."""
    return math.sin(point["x1"]) + 7 * math.sin(point["x2"]) ** 2 + 0.1 * point["x3"] ** 4 * math.sin(point["x1"])


def plane(point: Mapping[str, Any], seeds: Any) -> dict[str, float]:
    """A plane, and the seed of the events so that it can be told apart."""
    return {"height": point["x"] + 2 * point["y"], "luck": float(seeds.events % 1000)}


def fails_high_up(point: Mapping[str, Any], seeds: object) -> float:
    """Fails where x > 1/2."""
    if point["x"] > 0.5:
        raise ArithmeticError("too high")
    return float(point["x"])


def kills_its_worker(point: Mapping[str, Any], seeds: object) -> float:
    """Ends its process at once at the point nearest to the corner, as the system does with one that takes all memory."""
    if point["x"] < 0.06 and os.environ.get("RIPPLE_TEST_PARENT") not in (None, str(os.getpid())):
        os._exit(137)
    return float(point["x"])


def slow(point: Mapping[str, Any], seeds: object) -> float:
    """Takes a twentieth of a second."""
    time.sleep(0.05)
    return float(point["x"])
