"""Earning trust against losing it: E2, E3, and the second violation, E14."""

from __future__ import annotations

import math

import numpy as np

from sim.dynamics import observe
from sim.dynamics.setup import Seeds
from sim.study.evidence.estimates import median_of, ratio_of
from sim.study.evidence.one_act import ALONE, AT, DAY, IN_VIEW, with_act
from sim.study.evidence.plan import Plan
from sim.study.evidence.row import BUILT_IN, EMERGENT, Curve, Found, Number, Row
from sim.study.evidence.watching import contacts, watch

_POINTS = 0.05  # of trust to gain and to lose

# --- E2: years to earn, a week to lose --------------------------------------------------------------------------------


def _years_to_earn(plan: Plan) -> Found:
    users, years = plan.pick(500, 100), plan.pick(3.0, 1.0)
    brand = {
        "trust": "79 points",
        "calendar": [{"act": "routine_post", "every": "1 d", "reach": 1, "audience": "everyone"}],
    }
    posting = plan.scenario(
        {"horizon": f"{365 * years:g} d", "tick": "4 h", "network": {"users": users}, "brand": brand}
    )
    act = {"act": "data_misuse", "magnitude": 1}
    scandal = plan.scenario(with_act(act, users=users, days=20, trust="79 points"))

    def one(part: Plan, seeds: Seeds) -> tuple[float, float, np.ndarray, np.ndarray]:
        earning = observe.table(part.part(0, 2).finished(posting, seeds).rows)["own"]
        losing = observe.table(part.part(1, 2).finished(scandal, seeds).rows)["own"][int(AT) :]
        gained = np.flatnonzero(earning - earning[0] >= _POINTS)
        lost = np.flatnonzero(losing[0] - losing >= _POINTS)
        if not lost.size:
            return 0.0, 1.0, earning, losing  # what is never lost is not lost sooner than gained
        return 4.0 * gained[0] if gained.size else math.inf, float(lost[0]), earning, losing

    gained, lost, earning, losing = zip(*plan.each(plan.pick(12, 6), one), strict=True)
    curves = (
        _change("a post a day, met by all", 4.0 * np.arange(1, len(earning[0])), np.array(earning)[:, 1:]),
        _change("a scandal", np.arange(1.0, len(losing[0])), np.array(losing)[:, 1:]),
    )
    note, never = "", sum(map(math.isinf, gained))
    if never:
        note = f"In {never} of {len(gained)} runs 5 points were not gained within {years:g} years."
    estimate = median_of(np.array(gained) / np.array(lost))
    return Found((estimate,), curves, "hours", "change of own trust, points", log_x=True, note=note)


def _change(words: str, hours: np.ndarray, own: np.ndarray) -> Curve:
    """The mean change since the first hour, in points, at hours evenly spread on a logarithmic axis."""
    at = np.unique(np.round(np.geomspace(1, len(hours), 60)).astype(int)) - 1
    return Curve(words, list(hours[at]), list(100 * (own.mean(axis=0) - own[:, 0].mean())[at]))


# --- E3: asymmetry ----------------------------------------------------------------------------------------------------


def _asymmetry(plan: Plan) -> Found:
    news = {"form": "news", "speaker": "peer", "virality": 2.0, "cognitive": 0.5}
    kinds = {"good_news": {**news, "magnitude": 0.1}, "bad_news": {**news, "magnitude": -0.1, "nature": "competence"}}

    def changes(part: Plan, seeds: Seeds, kind: str) -> tuple[float, float]:
        """By how much own trust moves, of those at 45-55 points: who met it first, and who heard it first, at hop 1."""
        act = {"act": kind, "reach": 0.2, "delay": "6 h"}
        written = with_act(act, users=plan.pick(4000, 1000), days=6, trust="50 points", kinds=kinds, without=[*ALONE])
        engine = part.engine(plan.scenario(written), seeds)
        seen = watch(part, engine, np.arange(6 * DAY + 1))
        users, met, hop = contacts(engine, "act")
        start = seen.own[0, users].astype(float)
        moved = np.abs(seen.own[:, users] - seen.own[0, users]) > 1e-5
        after = seen.own[moved.argmax(axis=0), users]
        near = (np.abs(start - 0.5) < 0.05) & moved.any(axis=0)
        heard = ~met & (hop == 1)
        direct = met & (hop == 0)
        return tuple(float(np.abs(after - start)[near & group].mean()) for group in (direct, heard))  # type: ignore[return-value]

    def one(part: Plan, seeds: Seeds) -> tuple[tuple[float, float], tuple[float, float]]:
        return changes(part.part(0, 2), seeds, "bad_news"), changes(part.part(1, 2), seeds, "good_news")

    found = 100 * np.array(plan.each(plan.pick(10, 3), one))  # replicate, bad or good, direct or heard
    estimates = tuple(ratio_of(found[:, 0, k], found[:, 1, k]) for k in (0, 1))
    return Found(estimates)


# --- E14: the second violation ----------------------------------------------------------------------------------------


def _second(plan: Plan) -> Found:
    apart = 30 * DAY
    again = {"act": "data_breach", "id": "again", "at": f"{AT + apart:g} h", "hidden": False}
    written = with_act(
        {"act": "data_breach"}, users=plan.pick(2000, 600), days=(AT + apart + IN_VIEW) / DAY, trust="60 points",
        arms={"once": [], "twice": [again]}
    )  # fmt: skip
    scenario = plan.scenario(written)
    hours = np.arange(scenario.horizon + 1)

    def one(part: Plan, seeds: Seeds) -> tuple[float, float]:
        quiet = watch(part.part(0, 3), part.engine(scenario, seeds, quiet=True), hours)
        once = watch(part.part(1, 3), part.engine(scenario, seeds, "once"), hours)
        twice = watch(part.part(2, 3), part.engine(scenario, seeds, "twice"), hours)
        doses = []
        for act, before, after in (("again", once, twice), ("act", quiet, once)):
            users, met = after.meetings[act]
            first = after.first_after(users, met)
            doses.append(float(np.log(before.at(users, first) / after.at(users, first)).mean()))
        return doses[0], doses[1]

    second, first = zip(*plan.each(plan.pick(10, 3), one), strict=True)
    return Found((ratio_of(second, first),))


ROWS = (
    Row(
        "E2",
        "Trust takes years to earn and is lost within days.",
        "Slovic 1993, doi:10.1111/j.1539-6924.1993.tb01329.x (direction)",
        EMERGENT,
        "A brand at 79 points: the time in which a routine post a day, met by everyone, adds 5 points to mean own trust, "
        "over the time in which the scandal of E1 takes 5. That it never adds them counts as met.",
        (Number("time to gain over time to lose", 300.0, math.inf, "", 0),),
        _years_to_earn,
    ),
    Row(
        "E3",
        "In one's own experience bad news weighs more than equally good news; heard from others it hardly does.",
        "Slovic 1993; Poortinga & Pidgeon 2004; Muchnik, Aral & Taylor 2013, doi:10.1126/science.1240466",
        BUILT_IN,
        "Good and bad news of magnitude .1 told by a peer, nothing else going on: what it takes from users at 45 to 55 "
        "points over what it gives them, for those who met it first and for those who heard it first, at hop 1.",
        (
            Number("loss over gain, met", 2.0, 8.0, "", 2),
            Number("loss over gain, heard", 0.8, 2.5, "", 2),
        ),
        _asymmetry,
    ),
    Row(
        "E14",
        "A second violation within three months bites harder.",
        "Coombs 2004, doi:10.1177/0021943604265607 (direction)",
        BUILT_IN,
        "Two equal breaches 30 days apart: mean log-loss of those who met the second over that of those who met the first, "
        "each at the first hour after the own meeting, against the same people without it.",
        (Number("dose of the second over the first", 1.1, 1.6, "", 2),),
        _second,
    ),
)
