"""The parts of a resolved scenario: plain records with every default filled in, hours and shares inside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sim.scenario.acts import Act


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
class Brand:
    """The brand: `trust` is B0, 0..1; `followers` the share of users who follow it; `calendar` happens anyway."""

    name: str
    sector: str
    trust: float
    followers: float
    calendar: tuple[Act, ...] = ()


@dataclass(frozen=True)
class Arm:
    """A named response. `conceal`: what is hidden is concealed in this arm, so that finding it out is deception."""

    name: str
    title: str
    acts: tuple[Act, ...] = ()
    conceal: bool = False


@dataclass(frozen=True)
class Expect:
    """What should come out: a measure lower in one arm than in another, or of one arm between two limits."""

    measure: str
    lower: str | None = None
    higher: str | None = None
    arm: str | None = None
    between: tuple[float, float] | None = None
