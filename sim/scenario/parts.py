"""The parts of a resolved scenario: plain records with every default filled in, hours and shares inside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sim.scenario.acts import Act
from sim.scenario.parameters import Parameters


@dataclass(frozen=True)
class Network:
    """A network to make (`kind` names the generator, `options` are its own) or to read (`kind` is "file").

    `users` is the number of users; with a file the size of a sample, None: all. `seed` fixes the network for all runs.
    """

    kind: str
    users: int | None
    options: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    file: Path | None = None
    directed: str | None = None
    weight: str | None = None
    columns: tuple[str, str] | None = None
    largest_component: bool = False
    seed: int | None = None


@dataclass(frozen=True)
class UsersTable:
    """A table of users (CSV). columns: ours by name, that of the table; others are found by their names."""

    file: Path
    columns: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


PROCESSES = ("posts", "complaints", "membership")  # what a scenario can leave out
MANNERS = ("good", "scripted", "rude", "delete", "none")
ORDERS = ("oldest", "audience")
LOG_UNITS = ("s", "min", "h", "d")


@dataclass(frozen=True)
class Desk:
    """The service desk: `agents` at `rate` replies per hour each, of which a share of complaints gets an answer.

    open: opening intervals in hours of the week, Monday 0:00 = 0, in order and apart; None: always. order: whose turn
    it is, ORDERS; manner: how it answers, MANNERS; explains: a deletion comes with its reason.
    waits: where answers take as long as a log says, the quantiles of that time at even shares from 0 to 1, h; complaints
    then wait for no agent.
    """

    agents: int = 0
    rate: float = 1.0
    open: tuple[tuple[float, float], ...] | None = None
    order: str = "oldest"
    answers: float = 0.0
    manner: str = "none"
    explains: bool = False
    waits: tuple[float, ...] = ()

    @property
    def answers_at_all(self) -> bool:
        """True when anyone is ever answered."""
        return (self.agents > 0 or bool(self.waits)) and self.manner != "none" and self.answers > 0.0


@dataclass(frozen=True)
class Policy:
    """How a brand is run; by default a brand that does nothing. Shares 0..1.

    channels: on how many it posts, None: its posts reach all followers; feedback: coverage of a feedback channel;
    alternatives: of the users, to this brand; hazards: kinds of acts that come by chance, 1/h at security 0.
    What `channels` and `preparedness` do is in the acts already: in the audience and size of posts, and in their times.
    """

    desk: Desk = Desk()
    channels: int | None = None
    openness: float = 0.0
    security: float = 0.0
    preparedness: float = 0.0
    moderation: bool = False
    feedback: float = 0.0
    alternatives: float = 0.0
    hazards: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    calendar: tuple[Act, ...] = ()


@dataclass(frozen=True)
class Brand:
    """The brand: `trust` is B0, 0..1; `followers` the share of users who follow it; `policy` how it is run.

    audience: how many people the users stand for; None: nobody says.
    """

    name: str
    sector: str
    trust: float
    followers: float
    policy: Policy = Policy()
    audience: int | None = None

    @property
    def calendar(self) -> tuple[Act, ...]:
        """What happens anyway."""
        return self.policy.calendar


@dataclass(frozen=True)
class Arm:
    """A named response, with the brand and the numbers as they are in this arm.

    conceal: what is hidden is concealed in this arm, so that finding it out is deception. timeline: the common one, as
    it is in this arm. twin: the brand of its quiet twin: the file's policy, but who the brand and the people are as in
    the arm. cost: of the arm itself, cost_per_day: of every day of it, besides the costs of its acts.
    """

    name: str
    title: str
    acts: tuple[Act, ...]
    conceal: bool
    brand: Brand
    twin: Brand
    timeline: tuple[Act, ...]
    parameters: Parameters
    cost: float = 0.0
    cost_per_day: float = 0.0


@dataclass(frozen=True)
class Expect:
    """What should come out: a measure lower in one arm than in another, or of one arm between two limits."""

    measure: str
    lower: str | None = None
    higher: str | None = None
    arm: str | None = None
    between: tuple[float, float] | None = None


@dataclass(frozen=True)
class RuleEntry:
    """A rule of one's own by its name: where its code is (`module:Class`) and values of its parameters.

    It is words only: a scenario never imports the code.
    """

    name: str
    code: str
    values: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
