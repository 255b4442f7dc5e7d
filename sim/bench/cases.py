"""What is measured: sizes, scenarios, and the networks that several measurements share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from sim.bench.targets import LARGE, SMALL, TWIN
from sim.dynamics.setup import Seeds, Setup, prepare
from sim.scenario.scenario import Scenario, load
from sim.world.people import World

SEED = 1


@dataclass(frozen=True)
class Plan:
    """How large and how often. `cold`: also the first start without compiled code, which takes half a minute."""

    mode: str = "full"
    large: int = LARGE
    ties: int = 10  # of a new user; a user has twice as many on average
    small: int = SMALL
    twin: int = TWIN
    twin_days: int = 4
    growth: tuple[int, ...] = (1_000, 10_000, 100_000, 1_000_000)
    few: int = 3  # repeats of what takes seconds
    many: int = 15  # repeats of what takes milliseconds
    cold: bool = True

    def huge(self) -> Plan:
        """The same with a run of ten million users."""
        return replace(self, growth=(*self.growth, 10_000_000))


FULL = Plan()
QUICK = Plan(
    "quick", large=100_000, twin=1_000, twin_days=2, growth=(1_000, 10_000, 100_000), few=2, many=7, cold=False
)


def _by_users(*without: str, **parameters: object) -> Mapping[str, Any]:
    return MappingProxyType({"without": list(without), "parameters": parameters})


# What users do by themselves, as keys of a scenario.
BASE = _by_users("posts", "complaints", "membership")  # nothing: all of it is left out
POSTS = _by_users("complaints", "membership", activity_median="2.6e-5 per h")  # .005 posts per user and day
COMPLAINTS = _by_users("posts", "membership")  # at a desk of one agent
MEMBERSHIP = _by_users("posts", "complaints")
EVERYTHING = _by_users()
AT_ZERO = _by_users(  # nothing is left out, and nothing happens
    activity_median="0 per h", bad_rate="0 per h", bad_after_act="0 %", churn="0 per h", join_gain=0
)


def breach(
    users: int, ties: int, *, kind: str = "scale_free", days: int = 30, talk_step: str = "auto",
    by_users: Mapping[str, Any] = BASE
) -> Scenario:  # fmt: skip
    """A breach on day 5 (or at a sixth of fewer days) and a post a day; by_users: what users do by themselves."""
    at = f"{4 * days} h"
    return load(
        {
            "ripple": 1,
            "name": "speed",
            "horizon": f"{days} d",
            "talk_step": talk_step,
            "network": {"kind": kind, "users": users, "ties": ties},
            "brand": {
                "sector": "social_media",
                "calendar": [{"act": "routine_post", "at": "10 h", "every": "1 d"}],
                "desk": {"agents": 1, "manner": "good"},
            },
            "timeline": [{"act": "data_breach", "at": at, "found": at}],
            "arms": {"silence": []},
            **by_users,
        }
    )


def viral(users: int, ties: int) -> Scenario:
    """One act that 5 % meet and that nearly everyone hears of; talk seldom, so that the story is what takes time."""
    return load(
        {
            "ripple": 1,
            "name": "speed",
            "horizon": "20 d",
            "talk_step": "24 h",
            "network": {"kind": "scale_free", "users": users, "ties": ties},
            "brand": {"sector": "social_media"},
            **BASE,
            "parameters": {"virality_fade": 1.0},
            "timeline": [{"act": "data_breach", "at": "1 h", "found": "1 h", "reach": "5 %", "virality": 3}],
            "arms": {"silence": []},
        }
    )


@lru_cache(maxsize=2)
def world(users: int, ties: int) -> World:
    """The network `breach` names, and its people; kept, for several measurements use it."""
    return prepare(breach(users, ties), None, Seeds.of(SEED)).world


def setup(scenario: Scenario, on: World | None = None) -> Setup:
    """A run of the scenario's first arm."""
    return prepare(scenario, None, Seeds.of(SEED), on)
