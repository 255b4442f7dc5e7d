"""A recording of what was run before: a Run or a Comparison, in memory or in its folder. It is run again, to the same bit.

seen = recorded_run(run)                 # with and without the crisis
seen = recorded_comparison(both)         # the reference beside the arm that does best
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from sim.dynamics.rules import Rule, checked
from sim.dynamics.setup import Seeds, without_word_of_mouth
from sim.errors import RippleError
from sim.show.replay.recording import MOST_FRAMES, Recording, Shown, ToRun, record, recorded, title_of
from sim.study.comparison import Comparison
from sim.study.own_rules import rules_of
from sim.study.request import Request
from sim.study.results import Run


def recorded_run(
    run: Run,
    *,
    rules: Sequence[Rule] = (),
    allow_code: bool = False,
    most_frames: int = MOST_FRAMES,
    labels: bool = False,
) -> Recording:
    """A run beside its quiet twin. rules: those of the user's own that were in it, or allow_code=True to import them."""
    asked, seeds = as_asked(run, rules=rules, allow_code=allow_code)
    world = asked.world(seeds)
    runs = []
    for shown in (Shown(run.arm, quiet=True), Shown(run.arm)):
        setup = asked.setup(run.arm, seeds, world, quiet=shown.quiet)
        setup = setup if run.provenance.get("word_of_mouth", True) else without_word_of_mouth(setup)
        runs.append(ToRun(shown.key, title_of(asked, shown), setup))
    return recorded(asked.scenario, runs, most_frames=most_frames, labels=labels)


def recorded_comparison(
    both: Comparison,
    *,
    arms: Sequence[str] = (),
    rules: Sequence[Rule] = (),
    allow_code: bool = False,
    most_frames: int = MOST_FRAMES,
    labels: bool = False,
) -> Recording:
    """Arms of a comparison in its first replicate; none named: the reference and the arm that loses the least trust."""
    chosen = list(arms) or _reference_and_best(both)
    for arm in chosen:
        both.scenario.arm(arm)
        if arm not in both.examples:
            raise RippleError(f"arm '{arm}' is not in this comparison; arms: {', '.join(both.arms)}")
    asked, seeds = as_asked(both.examples[chosen[0]], rules=rules, allow_code=allow_code)
    shown = [Shown(arm) for arm in chosen] if len(chosen) > 1 else [Shown(chosen[0], quiet=True), Shown(chosen[0])]
    return record(asked, shown, seeds, most_frames=most_frames, labels=labels)


def as_asked(run: Run, *, rules: Sequence[Rule] = (), allow_code: bool = False) -> tuple[Request, Seeds]:
    """What was asked for when a run was made, on the network that it has, and its seeds."""
    given = {rule.name: rule for rule in checked(rules)}
    own = rules_of(run.scenario, given, allow_code=allow_code) if run.scenario.rules else ()
    seeds = Seeds(**cast(dict[str, Any], run.provenance["seeds"]))
    return Request(run.scenario, run.graph, own), seeds


def _reference_and_best(both: Comparison) -> list[str]:
    others = [arm for arm in both.arms if arm != both.reference]
    if not others:
        return [both.reference]
    return [both.reference, str(both.measures.loc[others, "trust_days_lost"].idxmin())]
