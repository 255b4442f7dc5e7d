"""The stocks of a user of the Mesa twin: what earns, wounds and scars, on one side of trust and from one story.

Left       what is left of one unit of each stock after some hours
Side       the cognitive or the affective side of own trust
Encounter  what one user knows of one story
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple


class Left(NamedTuple):
    """What is left of one unit of each stock after some hours: dS/dt = -S/tau, solved exactly."""

    gain: float
    wound_competence: float
    wound_moral: float
    scar: float
    fatigue: float
    word: float

    @classmethod
    def after(cls, numbers, hours: float) -> Left:
        """numbers: the model's parameters by attribute."""
        taus = (
            numbers.forget_gain,
            numbers.heal_competence,
            numbers.heal_moral,
            numbers.heal_scar,
            numbers.fatigue_time,
            numbers.word_time,
        )
        return cls(*(math.exp(-hours / tau) for tau in taus))


@dataclass(slots=True)
class Side:
    """The cognitive or the affective side of own trust. Wounds and scars are in log units."""

    base: float  # where earned trust starts and falls back to
    gain: float = 0.0  # earned above it
    wound_competence: float = 0.0  # from failures of competence
    wound_moral: float = 0.0  # from breaches of integrity and deception
    scar: float = 0.0
    trust: float = 0.0  # as `settle` left it

    @property
    def wound(self) -> float:
        return self.wound_competence + self.wound_moral

    def settle(self) -> float:
        """Trust follows from the stocks."""
        self.trust = (self.base + self.gain) * math.exp(-(self.wound_competence + self.wound_moral + self.scar))
        return self.trust

    def fade(self, left: Left) -> None:
        self.gain *= left.gain
        self.wound_competence *= left.wound_competence
        self.wound_moral *= left.wound_moral
        self.scar *= left.scar

    def earn(self, dose: float) -> None:
        """A gain shrinks the distance of earned trust to 1."""
        self.gain = 1 - (1 - self.base - self.gain) * math.exp(-dose) - self.base

    def hurt(self, wound: float, moral: bool) -> None:
        """Add to a wound; below 0 it is repaired."""
        if moral:
            self.wound_moral += wound
        else:
            self.wound_competence += wound


@dataclass(slots=True)
class Encounter:
    """What one user knows of one story, and what it did to that user."""

    met: bool = False
    heard: bool = False
    shares: bool = False
    hop: int | None = None  # at which it was first heard, when it was heard first
    taken: float = 0.0  # dose so far
    wound: float = 0.0  # left of it `at` a time
    at: float = 0.0
    hazard: float = 0.0  # of passing it on, summed over hearings
