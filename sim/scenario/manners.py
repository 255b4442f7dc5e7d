"""How a brand is run, in words: its desk, its channels, what it is exposed to; and what an arm does otherwise."""

from __future__ import annotations

import math
from collections.abc import Iterator

from sim.scenario.acts import When
from sim.scenario.opening import opening_words
from sim.scenario.parts import Arm, Brand, Desk, Policy
from sim.units import duration_words, number_words

_KINDLY = {"good": "kindly", "scripted": "by script", "rude": "rudely", "delete": "deletes public complaints"}


def policy_in_words(policy: Policy) -> list[str]:
    """How a brand is run: its desk, then what is not as usual."""
    said = [desk_in_words(policy.desk)]
    if policy.channels is not None:
        said.append(f"posts {_channels(policy)}, at x {1 / math.sqrt(policy.channels):.2g} of their size")
    for share, words in (
        (policy.openness, "openness"),
        (policy.security, "security"),
        (policy.preparedness, "preparedness"),
        (policy.feedback, "coverage of a feedback channel"),
        (policy.alternatives, "alternatives"),
    ):
        if share:
            said.append(f"{words} {percent(share)}")
    if policy.moderation:
        said.append("abuse is moderated")
    hazards = [f"{name} {per_year(rate)} a year" for name, rate in policy.hazards.items() if rate]
    return [*said, *([f"exposed to {', '.join(hazards)}"] if hazards else [])]


def desk_in_words(desk: Desk) -> str:
    """The desk: "a desk of 2 agents, 6 replies an hour each, open Mon-Fri 9:00-17:00, answers 50 %, kindly"."""
    if not desk.answers_at_all:
        return "nobody answers complaints"
    each = " each" if desk.agents > 1 else ""
    if desk.manner == "delete":
        how = _KINDLY["delete"] + (" and says why" if desk.explains else "")
    else:
        how = _KINDLY[desk.manner]
    turn = ", those with the most listeners first" if desk.order == "audience" else ""
    return (
        f"a desk of {_some(desk.agents, 'agent')}, {desk.rate:.3g} replies an hour{each}, {opening_words(desk.open)}, "
        f"answers {percent(desk.answers)}, {how}{turn}"
    )


def differences(arm: Arm, brand: Brand, numbers: dict[str, str]) -> Iterator[str]:
    """What an arm does otherwise than the file: "4 agents instead of 1". numbers: of the model, in words."""
    ours, theirs = arm.brand, brand
    if ours.sector != theirs.sector:
        yield f"sector {ours.sector.replace('_', ' ')} instead of {theirs.sector.replace('_', ' ')}"
    if ours.trust != theirs.trust:
        yield f"trust starts at {100 * ours.trust:.3g} points instead of {100 * theirs.trust:.3g}"
    if ours.followers != theirs.followers:
        yield f"{percent(ours.followers)} follow it instead of {percent(theirs.followers)}"
    yield from _desks(ours.policy.desk, theirs.policy.desk)
    yield from _policies(ours.policy, theirs.policy)
    yield from (f"{name} {words}" for name, words in numbers.items())


def _desks(ours: Desk, theirs: Desk) -> Iterator[str]:
    if ours.answers_at_all != theirs.answers_at_all:
        yield f"{desk_in_words(ours)} instead of {desk_in_words(theirs)}"
        return
    if ours.agents != theirs.agents:
        yield f"{_some(ours.agents, 'agent')} instead of {theirs.agents}"
    if ours.rate != theirs.rate:
        yield f"{ours.rate:.3g} replies an hour instead of {theirs.rate:.3g}"
    if ours.open != theirs.open:
        yield f"{opening_words(ours.open)} instead of {opening_words(theirs.open)}"
    if ours.answers != theirs.answers:
        yield f"answers {percent(ours.answers)} instead of {percent(theirs.answers)}"
    if ours.manner != theirs.manner:
        yield f"{_KINDLY.get(ours.manner, 'nobody answers')} instead of {_KINDLY.get(theirs.manner, 'nobody answers')}"
    if ours.order != theirs.order:
        yield f"{_first(ours)} first instead of {_first(theirs)}"
    if ours.explains != theirs.explains:
        yield f"deletions {'with' if ours.explains else 'without'} their reason"


def _first(desk: Desk) -> str:
    return "the most listeners" if desk.order == "audience" else "the oldest complaint"


def _policies(ours: Policy, theirs: Policy) -> Iterator[str]:
    if ours.channels != theirs.channels:
        yield f"posts {_channels(ours)} instead of {_channels(theirs)}"
    for name, words in (
        ("openness", "openness"),
        ("security", "security"),
        ("preparedness", "preparedness"),
        ("feedback", "coverage of a feedback channel"),
        ("alternatives", "alternatives"),
    ):
        mine, other = getattr(ours, name), getattr(theirs, name)
        if mine != other:
            yield f"{words} {percent(mine)} instead of {percent(other)}"
    if ours.moderation != theirs.moderation:
        yield "abuse is moderated" if ours.moderation else "abuse is not moderated"
    if ours.hazards != theirs.hazards:
        hazards = ", ".join(f"{name} {per_year(rate)} a year" for name, rate in ours.hazards.items() if rate)
        yield f"exposed to {hazards or 'no hazard'}"


def _channels(policy: Policy) -> str:
    return "to all followers" if policy.channels is None else f"to followers on {_some(policy.channels, 'channel')}"


def cost_in_words(arm: Arm) -> list[str]:
    """What an arm costs besides its acts."""
    pieces = [f"{number_words(arm.cost):,}"] if arm.cost else []
    pieces += [f"{number_words(arm.cost_per_day):,} a day"] if arm.cost_per_day else []
    return [f"the arm itself costs {' and '.join(pieces)}"] if pieces else []


def when_in_words(when: When, after: float) -> str:
    """A condition and the delay from it (h): "1 h after breach becomes public"."""
    if when.kind == "public":
        what = f"{when.of} becomes public"
    elif when.kind == "trust_fell":
        what = f"mean trust has fallen by {100 * when.by:.3g} points"
    elif when.kind == "heard":
        users = f"{percent(when.by)} of users" if when.share else f"{_some(round(when.by), 'user')}"
        what = f"{users} have heard of {when.of}"
    else:
        what = f"{_some(round(when.by), 'complaint')} wait for the desk"
    return f"{duration_words(round(after * 60) / 60)} after {what}" if after else f"as soon as {what}"


def per_year(rate: float) -> str:
    """A rate per hour as times a year."""
    return f"{rate * 8760:.3g}"


def percent(share: float) -> str:
    """A share for reading: "30 %", "0.47 %"."""
    text = f"{100 * share:.2g}" if share < 0.1 else f"{100 * share:.3g}"
    return f"{text} %"


def _some(count: int, what: str) -> str:
    return f"{count:,} {what}{'s' * (count != 1)}"
