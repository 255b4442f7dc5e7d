"""Stories of the Mesa twin: acts that became public, and what users put out by themselves."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.world import draws

if TYPE_CHECKING:
    from mesa_twin import TwinModel
    from twin_user import TrustUser


@dataclass(eq=False)
class Story:
    """What meeting it and hearing of it does, and how far it has come."""

    name: str
    row: int  # the how many-th thing that went out
    event: Any  # names its draws
    cause: str  # its account in the books; repetitions of one act have one together
    sign: int  # +1 earns trust, -1 costs trust
    nature: str | None  # of a loss, as it came out
    cognitive: float  # share of the cognitive side
    direct: float  # dose of one's own experience, log units
    hearsay: float  # dose of hearing it at hop 1
    virality: float
    since: float  # h
    scars: float = 0.0  # share of the dose that scars
    author: TrustUser | None = None  # None: the brand or the world
    tires: float = 0.0  # fatigue it adds, posts
    own_post: bool = False  # its gain is less for the tired
    marks: bool = True  # who comes across it counts as reached
    bad: bool = False  # who meets it may have a bad experience of one's own
    mute: bool = False  # the first to hear it are moved by talk alone
    called_off: bool = False  # nobody meets it any more
    stopped: bool = False  # deleted: nobody hears it any more
    repaired: float = 0.0  # share of its wound that its one answer, heard with it, repairs
    met: list[TrustUser] = field(default_factory=list)
    heard: Counter[int] = field(default_factory=Counter)  # hop -> first hearings
    hearers: list[TrustUser] = field(default_factory=list)  # the same people
    shared: list[TrustUser] = field(default_factory=list)  # besides its author
    pending: int = 0  # shares to come
    intent: float = 0.0  # summed over those who met it: who would say that they leave

    @property
    def moral(self) -> bool:
        return self.nature != "competence"


def drawn_virality(model: TwinModel, purpose: str, event: Any) -> float:
    """Lognormal with the mean of a user's post."""
    p, z = model.p, model.normal(purpose, event)
    return p.virality_mean * math.exp(p.virality_sigma * (z - p.virality_sigma / 2))


def put_out(
    user: TrustUser, sort: str, number: int, size: float, cognitive: float, *, nature: str = "competence",
    mute: bool = False
) -> Story | None:  # fmt: skip
    """A user tells its listeners, if people hear each other at all.

    sort: purpose of the draw that names the story; size: below 0 a loss of a nature.
    """
    model, p = user.model, user.model.p
    if not model.setup.word_of_mouth:
        return None
    event = np.uint64(draws.bits(model.keys[sort], user.who, number))
    hearsay = p.hearsay * p.loss / p.asymmetry * p.credibility_peer * p.platform_trust * abs(size)
    bad = size < 0
    story = Story(
        f"{sort} {number} of {user.row}", len(model.stories), event, "posts" if mute else "complaints",
        sign=-1 if bad else 1,
        nature=nature if bad else None,
        cognitive=cognitive,
        direct=0.0,
        hearsay=hearsay * (p.hearsay_asymmetry if bad else 1),
        virality=drawn_virality(model, "story virality", event) if model.passes_on else 0.0,
        since=model.now,
        scars=getattr(p, f"scar_{nature}") if bad else 0.0,
        author=user,
        marks=False,
        mute=mute,
    )  # fmt: skip
    model.stories.append(story)
    user.pass_on_own(story)
    return story


def give_opinion(user: TrustUser, sort: str, number: int, sign: int) -> None:
    """A post or praise: its first hearers take no dose."""
    p = user.model.p
    user.model.counts["posts_positive" if sign > 0 else "posts_negative"] += 1
    put_out(user, sort, number, sign * p.opinion_size, p.opinion_cognitive, mute=True)
