"""An example and the default, in words, of every key of a scenario file: docs/files.md is written from here and `fields`.

An example is what stands after `key:` in a file; a test reads every one of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

KIND, NONE, NEEDED, LIKE = "that of the kind", "", "needed", "that of `like`"


class Example(NamedTuple):
    """What may stand after a key, and what holds when the key is not written (words; empty: nothing)."""

    value: object
    default: str = NONE


E = Example

_ACT = {
    "act": E("data_breach", NEEDED),
    "id": E("breach", "the kind, numbered when there are several"),
    "of": E("breach", "the one act that it can answer"),
    "at": E("5 d", "0, unless `after` or `when` is written"),
    "when": E({"public": "breach"}),
    "after": E("1 h", "0"),
    "every": E("1 d", "it happens once"),
    "until": E("30 d", "horizon"),
    "words": E("customer data leaks", KIND),
    "magnitude": E(0.4, KIND),
    "cognitive": E("70 %", KIND),
    "nature": E("integrity", KIND),
    "audience": E("followers", KIND),
    "reach": E("30 %", "that of the kind, or of its form: the parameters `reach_...`"),
    "delay": E("6 h", "that of the form: the parameters `delay_...`"),
    "speaker": E("expert", KIND),
    "virality": E("drawn", KIND),
    "cost": E(40, "0"),
    "hidden": E("yes", KIND),
    "found": E({"mean": "30 d"}, "by chance, on average after the parameter `found_mean`"),
    "repetitive": E("yes", "no"),
    "conceal": E("yes", "no"),
}
_KIND = {
    "like": E("data_breach", "from scratch"),
    "words": E("a photo of a messy kitchen", LIKE),
    "form": E("news", LIKE),
    "magnitude": E(-0.2, LIKE),
    "cognitive": E("30 %", "that of `like`, or 50 %"),
    "nature": E("competence", "that of `like`, or competence"),
    "two_sided": E("yes", "no"),
    "audience": E("everyone", LIKE),
    "reach": E("20 %", "that of the form"),
    "speaker": E("employee", LIKE),
    "virality": E(1.2, LIKE),
    "hidden": E("yes", "no"),
    "lasting": E("yes", "no"),
    "tires": E("yes", "no"),
    "repairs": E({"competence": "80 %", "integrity": "20 %"}, "it is no response"),
    "admits": E("yes", "no"),
    "only_tells": E("yes", "no"),
    "stirs": E("yes", "no"),
    "only_for": E(["false_claim"], "all kinds"),
    "promises": E("yes", "no"),
    "settles": E("yes", "no"),
    "moderates": E("yes", "no"),
    "one_to_one": E("yes", "no"),
    "lure": E(0.2, "0"),
    "source": E("a survey of our own, 2025"),
}
_BRAND = {
    "sector": E("bank", "social_media"),
    "trust": E("55 points", "sector"),
    "followers": E("60 %", "the parameter `followers`"),
    "alternatives": E("50 %", "0 %"),
    "desk": E({"agents": 2, "open": "mon-fri 9:00-17:00"}, "one agent, always open"),
    "channels": E(3, "all"),
    "openness": E("50 %", "0 %"),
    "security": E("80 %", "0 %"),
    "preparedness": E("50 %", "0 %"),
    "moderation": E("yes", "no"),
    "feedback": E("40 %", "0 %"),
    "hazards": E({"data_breach": "0.5 per year", "outage": "usual"}, "none"),
    "calendar": E([{"act": "routine_post", "every": "1 d"}], "none"),
}

EXAMPLES: Mapping[str, Mapping[str, Example]] = MappingProxyType(
    {
        "ScenarioFile": {
            "ripple": E(1, NEEDED),
            "extends": E("data-breach", "nothing"),
            "name": E("my-breach", "that of the file"),
            "title": E("Our breach", "the name"),
            "question": E("Does it pay to tell at once?"),
            "topic": E("crisis"),
            "readers": E(["educator", "strategist"]),
            "shows": E("Own up to mistakes"),
            "sources": E(["Coombs 2007, doi:10.1057/palgrave.crr.1550049"]),
            "start": E("2026-01-05 00:00 UTC", "2026-01-05 00:00 UTC"),
            "horizon": E("90 d", "90 d"),
            "tick": E("1 h", "1 h"),
            "talk_step": E("auto", "auto: a tick, or 4 h above 30,000 users"),
            "floor": E("40 points", "none"),
            "network": E({"kind": "small_world", "users": 1000}, "2,000 users, powerlaw_cluster"),
            "users": E("users.csv", "none: all users are drawn"),
            "brand": E({"sector": "bank", "followers": "40 %"}, "a brand of social media"),
            "kinds": E({"messy_kitchen": {"like": "off_brand_post", "magnitude": 0.05}}, "none"),
            "without": E(["posts"], "none"),
            "parameters": E({"fading": 0.6}, "see parameters.md"),
            "rules": E(["mypackage.rules:Fear"], "none"),
            "past": E([{"act": "outage", "date": "2025-09-10", "tracker": {"file": "tracker.csv"}}], "none"),
            "timeline": E([{"act": "outage", "at": "5 d"}], "empty"),
            "arms": E({"silence": [], "sorry": [{"act": "apology", "after": "2 h"}]}, "one, as-is, without acts"),
            "vary": E(["events"], "network, people, events"),
            "expect": E([{"measure": "trust_days_lost", "lower": "sorry", "higher": "silence"}], "nothing"),
            "lesson": E(
                [{"question": "How low does trust fall?", "predict": {"measure": "floor", "arm": "silence"}}], "none"
            ),
            "takeaway": E("An apology within hours saves half of the loss."),
        },
        "UsersFile": {
            "file": E("users.csv", "none"),
            "columns": E({"label": "Handle", "trust": "Score"}, "those of our names"),
        },
        "NetworkFile": {
            "kind": E("small_world", "powerlaw_cluster"),
            "users": E(1000, "2,000; of a file: all"),
            "seed": E(7, "differs between replicates"),
            "file": E("friends.csv"),
            "directed": E("follows", "ties are friendships"),
            "weight": E("messages", "all ties weigh the same"),
            "columns": E(["from", "to"], "the first two"),
            "largest_component": E("yes", "no"),
        },
        "BrandFile": {"name": E("a bank", "the brand"), "audience": E("4 M", "none: results are shares"), **_BRAND},
        "DeskFile": {
            "agents": E(2, "the parameter `desk_agents`"),
            "rate": E("6 per hour", "the parameter `desk_rate`"),
            "open": E("mon-fri 9:00-17:00", "always"),
            "order": E("audience", "oldest"),
            "answers": E("50 %", "the parameter `desk_answers`"),
            "manner": E("scripted", "good"),
            "explains": E("yes", "no"),
            "log": E("replies.csv", "none"),
        },
        "LogFile": {
            "file": E("replies.csv", "none"),
            "column": E("latency_min", "a column called latency, wait, reply time ..."),
            "unit": E("min", "the one that the name of the column says"),
            "asked": E("Created", "none"),
            "answered": E("First reply", "none"),
            "quantiles": E([0.05, 0.2, 6], "those of the file"),
        },
        "OpenFile": {
            "days": E("mon-fri", "all days"),
            "from": E("9:00", "0:00"),
            "to": E("17:00", "24:00"),
        },
        "PastFile": {
            "act": E("outage", NEEDED),
            "date": E("2025-09-10", NEEDED),
            "before": E("62 points", "that of the tracker"),
            "after": E("58 points", "that of the tracker"),
            "later": E("21 d", "that of the tracker"),
            "tracker": E({"file": "tracker.csv"}, "none"),
            "magnitude": E(0.4, KIND),
            "reach": E("30 %", KIND),
            "virality": E("drawn", KIND),
        },
        "ActFile": _ACT,
        "ArmFile": {
            "title": E("disclosure within an hour", "the name of the arm"),
            "conceal": E("yes", "no"),
            "acts": E([{"act": "disclosure", "after": "1 h"}], "none"),
            "brand": E({"desk": {"agents": 4}}, "as in the file"),
            "parameters": E({"fading": 0.6}, "as in the file"),
            "cost": E(10, "0"),
            "cost_per_day": E(1, "0"),
        },
        "KindFile": _KIND,
        "RepairsFile": {"competence": E("80 %", "0 %"), "integrity": E("20 %", "0 %")},
        "ExpectFile": {
            "measure": E("trust_days_lost", NEEDED),
            "lower": E("disclosure"),
            "higher": E("silence"),
            "arm": E("disclosure"),
            "between": E([5, 80]),
        },
        "LessonStepFile": {
            "question": E("How low does trust fall?", NEEDED),
            "show": E(["quiet", "silence"], "the arms that are predicted"),
            "predict": E({"measure": "floor", "arm": "silence"}, NEEDED),
            "look": E("The wave of red dots on the right."),
            "at": E("15 d", "the start"),
            "chart": E("trust", "none"),
            "users": E("hubs", "none"),
            "reveal": E("The news reached three users in ten; talk did the rest."),
        },
        "PredictFile": {
            "measure": E("trust_days_lost", NEEDED),
            "which": E("lowest"),
            "arms": E(["silence", "disclosure"], "all"),
            "arm": E("silence"),
            "over": E("disclosure"),
            "minus": E("disclosure"),
            "at": E("30 d", "needed by measures of a moment"),
        },
    }
)
