"""A brand in its own numbers: how many people the simulated users stand for, and what is counted in people.

    brand: {audience: 4 M, followers: 1.2 M}

One simulated user stands for audience / users people. Shares (followers, hearers of a story) need no more; what is
counted (complaints that wait, agents of a desk) is divided by that number, and refused where less than one is left: half an
agent would answer each complaint late, which no real desk of that size does.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from sim.errors import RippleError
from sim.scenario.acts import When
from sim.scenario.mistakes import Where
from sim.scenario.parts import Desk, Network
from sim.scenario.readers import Named
from sim.scenario.tracker import Tracker, level_at

if TYPE_CHECKING:
    from sim.scenario.fields import BrandFile, BrandPartFile
    from sim.scenario.sources import Source
    from sim.scenario.validate import Findings


@dataclass(frozen=True)
class Scale:
    """audience: people that the users stand for; users: how many are simulated, None: as many as a network has."""

    audience: int
    users: int | None

    def users_of(self, people: float, what: str) -> float:
        """How many simulated users stand for so many people. Raises ValueError where that is less than one."""
        if self.users is None:
            raise ValueError(
                f"of how many simulated users? `audience` scales {what}; write how many, as `network: {{users: 2000}}`"
            )
        return people * self.users / self.audience

    def refusal(self, people: float, what: str, left: float) -> str:
        """Why a count cannot be scaled."""
        return (
            f"{what}: {people:,.0f} for {self.audience:,} people is {left:.2g} for {self.users:,} simulated users; less "
            "than one cannot be simulated"
        )


def scale_of(brand: BrandFile, network: Network | None) -> Scale | None:
    """None when nobody says how many people the users stand for, or the network has a mistake of its own."""
    return Scale(brand.audience, network.users) if brand.audience and network is not None else None


def with_numbers(
    brand: BrandPartFile, audience: int | None, start: datetime, source: Source, where: Where, findings: Findings
) -> None:
    """Put the share in place of a count of followers, and the level in place of a tracker, in what was written."""
    people = brand.followers
    if people is not None and not isinstance(people, Named) and people > 1:
        brand.followers = None
        if audience is None:
            words = (
                f"{people:,.0f} followers of how many people? write `audience: ...` in `brand`, or a share like 30 %"
            )
            findings.add((*where, "followers"), words)
        elif people > audience:
            findings.add((*where, "followers"), f"{people:,.0f} followers are more than the audience of {audience:,}")
        else:
            brand.followers = people / audience
    tracker = brand.trust
    if isinstance(tracker, Tracker):
        brand.trust = None
        if source.look_for_network:  # else a saved scenario whose files may be elsewhere
            try:
                brand.trust = level_at(tracker, source.folder, start)
            except RippleError as problem:
                findings.add((*where, "trust"), str(problem))


def scaled_when(when: When, scale: Scale | None) -> When:
    """A condition about so many people as one about simulated users. Raises ValueError where less than one is left."""
    if scale is None or when.share:
        return when
    if when.kind == "heard":
        if when.by > scale.audience:
            raise ValueError(f"{when.by:,.0f} hearers are more than the audience of {scale.audience:,}")
        return replace(when, by=when.by / scale.audience, share=True)
    if when.kind == "queue":
        left = scale.users_of(when.by, "a queue")
        if left < 1:
            raise ValueError(scale.refusal(when.by, "waiting complaints", left))
        return replace(when, by=round(left))
    return when


def scaled_desk(desk: Desk, agents: object, scale: Scale | None) -> Desk:
    """A desk of so many agents for all people as one for the simulated users: whole agents, and their rate makes up for
    the rounding, so that the capacity of the desk is the exact part. agents: what was written; the parameter
    `desk_agents`, which is the default, is of simulated users already. Nothing is changed where `why_no_desk` says why.
    """
    if scale is None or scale.users is None or isinstance(agents, str) or not agents:
        return desk
    left = desk.agents * scale.users / scale.audience
    whole = round(left)
    if whole < 1:
        return replace(desk, agents=0) if desk.waits else desk
    return replace(desk, agents=whole, rate=desk.rate * left / whole)


def why_no_desk(agents: object, has_log: bool, scale: Scale | None) -> str:
    """Why a desk of so many agents cannot be scaled; empty when it can."""
    if scale is None or isinstance(agents, str) or not agents or has_log:
        return ""
    count = float(agents)  # type: ignore[arg-type]
    try:
        left = scale.users_of(count, "a desk")
    except ValueError as problem:
        return str(problem)
    if left >= 1:
        return ""
    return (
        f"{scale.refusal(count, 'agents', left)}: write how long answers take instead, as `desk: {{log: replies.csv}}`"
    )
