"""The catalogue of brand acts and responses, as data, and the act of a timeline with its one sentence.

A new kind of act is one entry here, or a few lines in a scenario file under `kinds`. A magnitude is signed: above 0
the act earns trust, below 0 it costs trust (1 is the size of Facebook / Cambridge Analytica). `cognitive` is the share
that falls on the cognitive side (competence, credibility); the rest falls on the affective side (empathy, rapport).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

NATURES = ("competence", "integrity", "deception")
SPEAKERS = ("peer", "expert", "employee", "brand")
FORMS = ("news", "post", "response")  # how it is met: default reach and delay


@dataclass(frozen=True)
class Kind:
    """What all acts of one kind have in common. `virality` None: drawn like that of a user's post; 0: no story."""

    name: str
    words: str
    form: str = "news"
    magnitude: float = 0.0
    cognitive: float = 0.5
    nature: str | None = None  # of a loss
    audience: str = "everyone"
    reach: float | None = None  # None: that of the form
    speaker: str = "brand"
    virality: float | None = None
    hidden: bool = False  # until told or found out
    lasting: bool = False  # news that stays in view is met with the long delay
    tires: bool = False  # adds to the fatigue of those who see it
    repairs: Mapping[str, float] | None = None  # a response: its match to each nature of act
    admits: bool = False  # a response that makes a hidden act public
    only_tells: bool = False  # and when it does, it has said all: it repairs nothing
    stirs: bool = False  # raises the virality of the story it answers
    only_for: tuple[str, ...] = ()  # a response to these kinds only; others are matched 0
    lure: float = 0.0  # a gain to prospects for as long as the act stays hidden
    two_sided: bool = False  # may earn or cost trust: its magnitude is written with its sign
    promises: bool = False  # opens a promise: responses repair more until it is settled
    settles: bool = False  # keeps or breaks a promise, so it refers to one
    moderates: bool = False  # from then on abuse is moderated under a published rule
    one_to_one: bool = False  # met one by one, in talks that the desk has
    source: str = "assumed"


def _news(
    name: str, words: str, magnitude: float, cognitive: float, nature: str, virality: float | None, **more: Any
) -> Kind:
    return Kind(name, words, "news", -magnitude, cognitive, nature, virality=virality, **more)


def _post(name: str, words: str, magnitude: float, cognitive: float, **more: Any) -> Kind:
    return Kind(name, words, "post", magnitude, cognitive, **{"audience": "followers", "tires": True, **more})


def _response(name: str, words: str, competence: float, integrity: float, **more: Any) -> Kind:
    match = MappingProxyType({"competence": competence, "integrity": integrity})
    return Kind(name, words, "response", virality=0.0, repairs=match, **more)


_CATALOGUE = (
    _news("data_breach", "data breach", 0.4, 0.7, "competence", 1.2, hidden=True, lasting=True),
    _news("data_misuse", "misuse of personal data", 1.0, 0.5, "integrity", 1.8, hidden=True, lasting=True),
    _news("shakeout", "shakeout (layoffs, leadership turmoil)", 0.3, 0.6, "competence", 0.6, lasting=True),
    _news("false_claim", "false claim by outsiders", 0.3, 0.6, "competence", 1.6, lasting=True, speaker="peer"),
    _news("outage", "outage", 0.15, 0.9, "competence", 0.4),
    _news("fake_reviews", "fake reviews", 0.8, 0.5, "deception", 1.2, hidden=True, lure=0.2),
    _news("rude_reply", "rude reply", 0.35, 0.2, "integrity", 1.0),
    _news("stonewalling", "stonewalling", 0.3, 0.4, "integrity", 0.6),
    _post("spam_post", "spam post", -0.03, 0.3, nature="competence"),
    _post("off_brand_post", "off-brand post", -0.02, 0.5, nature="competence"),
    _news("policy_change", "policy change", 0.1, 0.5, "integrity", None, two_sided=True),
    _post("routine_post", "routine post", 0.015, 0.5),
    _post("expert_content", "expert content", 0.02, 0.85, speaker="expert"),
    _post("behind_the_scenes", "look behind the scenes", 0.02, 0.2),
    _post(
        "employee_story",
        "employee's story",
        0.03,
        0.3,
        speaker="employee",
        audience="employees",
        reach=0.3,
        tires=False,
    ),
    _post("transparency_report", "transparency report", 0.1, 0.5),
    _post("promise", "promise", 0.05, 0.6, promises=True),
    _post("kept_promise", "promise kept", 0.05, 0.6, settles=True),
    _news("broken_promise", "promise broken", 0.4, 0.5, "integrity", 0.6, settles=True),
    _post("personal_outreach", "personal outreach", 0.1, 0.2, speaker="employee", tires=False, one_to_one=True),
    _post("guidelines", "guidelines for the community", 0.03, 0.4, moderates=True),
    _response("disclosure", "disclosure", 0.5, 0.5, admits=True, only_tells=True),
    _response("apology", "apology", 1.0, 0.1, admits=True, source="Ma & Zhan 2016"),
    _response("corrective_action", "corrective action", 1.0, 0.5, admits=True),
    _response("compensation", "compensation", 0.5, 0.5, admits=True, stirs=True),
    _response("denial", "denial", 0.0, 0.6),
    _response("refutation", "refutation", 1.0, 1.0, only_for=("false_claim",)),
)

KINDS: Mapping[str, Kind] = MappingProxyType({kind.name: kind for kind in _CATALOGUE})


WAITS_FOR = ("public", "trust_fell", "heard", "queue")


@dataclass(frozen=True)
class When:
    """What a conditional act waits for, one of WAITS_FOR.

    public: act `of` has become public. trust_fell: mean expressed trust stands `by` (0..1) under its start. heard: the
    story of act `of` was heard by `by` users, a share of all when `share`. queue: `by` complaints wait for the desk.
    """

    kind: str
    of: str | None = None
    by: float = 0.0
    share: bool = False

    def count(self, n_users: int) -> float:
        """`by`, a share of the users counted out: at least one user."""
        return max(1.0, math.ceil(self.by * n_users - 1e-9)) if self.share else self.by


@dataclass(frozen=True)
class Act:
    """One act of a timeline, resolved: every default filled in, every time in hours since the start.

    `when` makes it conditional: it happens `after` hours after that is met, and `at` is infinite. `every` repeats it up
    to and including `until`. `found` is the hour at which a hidden act is found out, `found_mean` the mean time until
    then where it is left to chance; both None: never. Shares and trust 0..1.
    """

    id: str
    kind: str
    at: float
    words: str
    form: str
    magnitude: float
    cognitive: float
    nature: str | None
    audience: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({"kind": "everyone"}))
    reach: float = 1.0
    delay: float = 6.0  # mean hours until it is met
    speaker: str = "brand"
    virality: float | None = None
    hidden: bool = False
    found: float | None = None
    found_mean: float | None = None
    conceal: bool = False
    tires: bool = False
    repairs: Mapping[str, float] | None = None
    admits: bool = False
    only_tells: bool = False
    stirs: bool = False
    only_for: tuple[str, ...] = ()
    lure: float = 0.0
    repetitive: bool = False  # a post that repeats the last one
    of: str | None = None  # the id of the act a response answers, or of the promise that is kept or broken
    cost: float = 0.0
    every: float | None = None
    until: float | None = None
    when: When | None = None
    after: float = 0.0
    promises: bool = False
    settles: bool = False
    moderates: bool = False
    one_to_one: bool = False


def usual_act(kind: Kind, numbers: Any, *, id: str, at: float) -> Act:
    """An act of a kind as it is when nothing else is said. numbers: of the model, by attribute."""
    found_mean = numbers.review_found_mean if kind.lure else numbers.found_mean
    return Act(
        id=id,
        kind=kind.name,
        at=at,
        words=kind.words,
        form=kind.form,
        magnitude=kind.magnitude,
        cognitive=kind.cognitive,
        nature=kind.nature if kind.magnitude < 0 else None,
        audience=MappingProxyType({"kind": kind.audience}),
        reach=getattr(numbers, f"reach_{kind.form}") if kind.reach is None else kind.reach,
        delay=numbers.delay_news if kind.lasting else numbers.delay_post,
        speaker=kind.speaker,
        virality=kind.virality,
        hidden=kind.hidden,
        found_mean=found_mean if kind.hidden else None,
        tires=kind.tires,
        repairs=kind.repairs,
        admits=kind.admits,
        only_tells=kind.only_tells,
        stirs=kind.stirs,
        only_for=kind.only_for,
        lure=kind.lure,
        promises=kind.promises,
        settles=kind.settles,
        moderates=kind.moderates,
        one_to_one=kind.one_to_one,
    )


def on_channels(act: Act, channels: int | None) -> Act:
    """An act of a brand that posts on so many channels; None: all its followers see its posts.

    Posts to followers then reach those who sit on one of the channels, and the effort is split over them: their
    magnitude is divided by the square root of the number. All other acts are as they were.
    """
    if channels is None or act.form != "post" or act.one_to_one or act.audience["kind"] != "followers":
        return act
    audience = MappingProxyType({"kind": "channels", "number": channels})
    return replace(act, audience=audience, magnitude=act.magnitude / math.sqrt(channels))
