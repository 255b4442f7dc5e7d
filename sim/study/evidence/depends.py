"""Which numbers of the model a scenario cannot depend on, whatever is drawn: what can be left out when numbers are varied.

Only what is certain is left out: a number whose only use is in something that the scenario does not have. A test runs
scenarios at both ends of such numbers and finds them equal to the last bit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sim.scenario.acts import Act
from sim.scenario.parameters import HAZARDS, SECTORS
from sim.scenario.parts import Brand, Policy
from sim.scenario.scenario import Scenario


@dataclass(frozen=True)
class _Has:
    """What a scenario has, over all its arms."""

    acts: tuple[Act, ...]
    policies: tuple[Policy, ...]
    without: frozenset[str]

    def act(self, test: Callable[[Act], object]) -> bool:
        return any(test(act) for act in self.acts)

    def policy(self, test: Callable[[Policy], object]) -> bool:
        return any(test(policy) for policy in self.policies)

    @property
    def voices(self) -> bool:
        """Employees may speak; then acts of the catalogue come that are not written down."""
        return self.policy(lambda policy: policy.openness > 0.0)

    @property
    def chance(self) -> bool:
        """Acts of the catalogue come that are not written down."""
        return self.voices or self.policy(lambda policy: policy.hazards)


def _of(scenario: Scenario) -> _Has:
    arms = scenario.arms.values()
    acts = [act for arm in arms for act in (*scenario.acts(arm.name), *arm.twin.calendar)]
    policies = [policy for arm in arms for policy in (arm.brand.policy, arm.twin.policy)]
    return _Has(tuple(acts), tuple(policies), scenario.without)


def _complaints(has: _Has) -> bool:
    return "complaints" not in has.without


def _desk(manner: str) -> Callable[[_Has], bool]:
    return lambda has: _complaints(has) and has.policy(lambda policy: policy.desk.manner == manner)


def _tires(has: _Has) -> bool:
    return has.voices or has.act(lambda act: act.tires)


def _repairs(has: _Has) -> bool:
    return has.act(lambda act: act.repairs is not None)


def _hides(has: _Has) -> bool:
    return has.act(lambda act: act.hidden)


def _moderates(has: _Has) -> bool:
    return _complaints(has) and (has.policy(lambda policy: policy.moderation) or has.act(lambda act: act.moderates))


def _membership(has: _Has) -> bool:
    return "membership" not in has.without


def _posts(has: _Has) -> bool:
    return "posts" not in has.without


# a number that is used for nothing else than this
_ONLY_FOR: Mapping[str, Callable[[_Has], bool]] = MappingProxyType(
    {
        "channel_share": lambda has: (
            has.policy(lambda policy: policy.channels is not None)
            or has.act(lambda act: str(act.audience["kind"]).startswith("channel"))
        ),
        "employee_share": lambda has: has.voices or has.act(lambda act: act.audience["kind"] == "employees"),
        **dict.fromkeys(("fatigue_post", "fatigue_half"), _tires),
        "fatigue_repeat": lambda has: has.act(lambda act: act.repetitive),
        **dict.fromkeys(("repair", "repair_time", "deception_repair", "repeat_window", "repeat_repair"), _repairs),
        **dict.fromkeys(("told_product", "told_moral", "told_time"), _hides),
        "compensation_virality": lambda has: has.act(lambda act: act.stirs),
        "promise_repair": lambda has: has.act(lambda act: act.promises),
        **dict.fromkeys(("advocate_width", "detractor_width"), _posts),
        "opinion_size": lambda has: _posts(has) or _complaints(has),  # praise is of that size too
        **dict.fromkeys(
            ("bad_size", "bad_after_act", "abusive_share", "abusive_size", "ignored_after", "waiting_wound", "cohort_patience"),
            _complaints,
        ),
        "moderation_share": _moderates,
        "scripted_worth": _desk("scripted"),
        "rude_size": _desk("rude"),
        **dict.fromkeys(("clue", "clue_size"), _desk("delete")),
        "explained_clue": lambda has: _desk("delete")(has) and has.policy(lambda policy: policy.desk.explains),
        **dict.fromkeys(("churn_slope", "join_gain", "word_time", "cohort_expectation"), _membership),
        "alternatives_pull": lambda has: _membership(has) and has.policy(lambda policy: policy.alternatives > 0.0),
        **dict.fromkeys(("openness_posts", "openness_slips"), lambda has: has.voices),
        **dict.fromkeys(("reach_news", "delay_news", "delay_post"), lambda has: has.chance),
    }
)  # fmt: skip

# a number that is read while a scenario is resolved: it is used where the resolved scenarios differ
_RESOLVED = frozenset(
    {
        *(f"trust_{sector}" for sector in SECTORS), *(f"hazard_{kind}" for kind in HAZARDS), "followers", "reach_news",
        "reach_post", "delay_news", "delay_post", "found_mean", "review_found_mean", "desk_rate", "desk_answers",
        "preparedness_speed"
    }
)  # fmt: skip


def may_matter(name: str, scenario: Scenario, value: float) -> bool:
    """Whether a run of any arm of a scenario may differ when a number of the model has another value.

    False is certain, True is not.
    """
    if name in _ONLY_FOR and _ONLY_FOR[name](_of(scenario)):
        return True
    if name in _RESOLVED:
        other = scenario.changed({f"parameters.{name}": value})
        return _resolved(scenario) != _resolved(other)
    return name not in _ONLY_FOR


def _resolved(scenario: Scenario) -> list[tuple[Brand, Brand, tuple[Act, ...], tuple[Act, ...]]]:
    return [(arm.brand, arm.twin, arm.timeline, arm.acts) for arm in scenario.arms.values()]
