"""The numbers of the model and the keys of its draws, in the form the compiled loops take: one record."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.scenario.parameters import Numbers
from sim.world import draws

if TYPE_CHECKING:
    from sim.scenario.parts import Policy

MOST_HOPS = 256  # beyond, nothing is left of a dose or of a chance to share

# what the desk does with a complaint
MANNERS = ("none", "good", "scripted", "rude", "delete")
NONE, GOOD, SCRIPTED, RUDE, DELETE = range(len(MANNERS))

_STORIES = ("post story", "post story", "complaint story", "repost story", "praise story", "clue story")  # by sort
_NUMBERS = """
    resistance share_bias hearsay_asymmetry fatigue_half share_soon share_today share_earliest share_hour share_day
    share_latest heal_competence heal_moral stated_intent_scale word_time advocate_distance advocate_width
    detractor_distance detractor_width opinion_size opinion_cognitive bad_size bad_rate bad_cognitive bad_after_act
    abusive_share abusive_size moderation_share ignored_after patience_median patience_sigma cohort_patience waiting_wound
    reply_half praise_share ignored_repost ignored_intent rude_repost rude_intent rude_cognitive intent_to_leave clue_size
    clue_cognitive virality_mean virality_sigma scar_competence scar_integrity
"""
_KEYS = {  # name: purpose of the draw
    "share_key": "share",
    "delay_key": "share delay",
    "virality_key": "story virality",
    "post_time_key": "post time",
    "post_key": "post",
    "bad_time_key": "bad time",
    "bad_after_key": "bad after act",
    "public_key": "public",
    "abusive_key": "abusive",
    "moderated_key": "moderated",
    "taken_key": "answered",
    "service_key": "service",
    "outreach_key": "outreach",
    "after_answer_key": "after answer",
    "intent_key": "intent",
    "leaves_key": "leaves",
    "clue_key": "clue",
    "move_key": "membership",
}

LAW = np.dtype(
    [
        *((name, "f8") for name in _NUMBERS.split()),
        *((name, "u8") for name in _KEYS),
        ("story_keys", "u8", len(_STORIES)),  # of each sort of story
        ("fading_at", "f8", MOST_HOPS),  # factor on the dose at hop h + 1
        ("virality_at", "f8", MOST_HOPS),  # factor on the chance to share at hop h + 1
        ("word_of_mouth", "i8"),  # 0: nobody hears anything
        ("per_kappa", "f8"),  # 1 / kappa; 0 with word of mouth off
        ("baseline", "f8"),  # B0 of the brand
        ("horizon", "f8"),  # h
        ("bad_dose", "f8"),  # of a bad experience, log units
        ("heard_per_size", "f8"),  # dose at hop 1 of a negative story of magnitude 1
        ("peer_heard", "f8"),  # of a positive one
        ("public_share", "f8"),  # of complaints, with the feedback channel
        ("manner", "i8"),  # of the desk: see MANNERS
        ("rate", "f8"),  # of one agent, 1/h
        ("answers", "f8"),  # share of complaints that it takes up
        ("logged", "i8"),  # 1: answers take as long as those of a log
        ("by_audience", "i8"),  # 1: the largest audience first; 0: the oldest
        ("clue", "f8"),  # chance that a deletion is noticed
        ("answer_worth", "f8"),  # of an answer at once
        ("recovery", "f8"),  # affective dose of a first complaint answered at once
        ("rude_dose", "f8"),  # of a rude answer to its owner
        ("rude_heard", "f8"),  # and to those who hear of it
        ("posts", "i8"),  # 1: the process is on
        ("complaints", "i8"),
        ("membership", "i8"),
        ("lead_old", "f8"),  # rate of leaving at trust 0, 1/h: h0 exp(g_T T_ref)
        ("lead_young", "f8"),
        ("slope", "f8"),  # g_T
        ("back_base", "f8"),  # rate of joining by itself, 1/h
        ("back_word", "f8"),  # for each net positive story heard, 1/h
    ]
)


def law(
    p: Numbers, policy: Policy, *, seed: int, kappa: float, word_of_mouth: bool, baseline: float, followers: float,
    horizon: float, without: frozenset[str]
) -> np.record:  # fmt: skip
    """What the compiled loops need to know, one LAW. seed: of the events; followers: the initial share of followers;
    without: processes left out.
    """
    desk = policy.desk
    peer = p.credibility_peer * p.platform_trust
    heard = p.hearsay * p.gain * peer
    share = min(followers, p.followers_highest)
    steps = np.arange(MOST_HOPS, dtype=np.float64)
    wanted = baseline + p.alternatives_pull * policy.alternatives
    older = p.cohort_expectation * p.cohort_share / max(1.0 - p.cohort_share, 1e-9)
    manner = MANNERS.index(desk.manner) if desk.agents > 0 or desk.waits else NONE
    derived = {
        "fading_at": p.fading**steps,
        "virality_at": p.virality_fade**steps,
        "story_keys": tuple(draws.stream(seed, sort) for sort in _STORIES),
        "word_of_mouth": int(word_of_mouth),
        "per_kappa": 1.0 / kappa if word_of_mouth and kappa > 0.0 else 0.0,
        "baseline": baseline,
        "horizon": horizon,
        "bad_dose": p.loss * p.bad_size,
        "heard_per_size": heard * p.hearsay_asymmetry,
        "peer_heard": heard,
        "public_share": p.public_share * (1.0 - policy.feedback),
        "rate": desk.rate,
        "answers": desk.answers if manner != NONE else 0.0,
        "logged": int(bool(desk.waits)),
        "by_audience": desk.order == "audience",
        "manner": manner,
        "clue": p.clue * (p.explained_clue if desk.explains else 1.0),
        "answer_worth": p.scripted_worth if manner == SCRIPTED else 1.0,
        "recovery": p.gain * p.recovery_gain * p.credibility_employee * p.platform_trust,
        "rude_dose": p.loss * p.rude_size,
        "rude_heard": heard * p.hearsay_asymmetry * p.rude_size,
        "posts": int("posts" not in without),
        "complaints": int("complaints" not in without),
        "membership": int("membership" not in without),
        "lead_old": p.churn * np.exp(p.churn_slope * (wanted - older)),
        "lead_young": p.churn * np.exp(p.churn_slope * (wanted + p.cohort_expectation)),
        "slope": p.churn_slope,
        "back_base": p.churn * share / (1.0 - share),
        "back_word": p.join_gain / p.word_time,
    }
    values = {name: getattr(p, name) for name in _NUMBERS.split()}
    values |= {name: draws.stream(seed, purpose) for name, purpose in _KEYS.items()} | derived
    out = np.zeros(1, LAW).view(np.recarray)
    for name in LAW.names or ():
        out[0][name] = values[name]
    return out[0]
