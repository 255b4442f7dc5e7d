"""One replicate: every arm of a scenario once, on the same users, draws and calendar, each against its quiet twin."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from sim.dynamics import ledger
from sim.dynamics.engine import Engine
from sim.dynamics.setup import Seeds
from sim.scenario.scenario import Scenario
from sim.study.losses import Groups, groups_of, losses
from sim.study.measures import Trace, measures
from sim.study.request import Request
from sim.study.results import Run, run_from
from sim.study.twins import Twins
from sim.world import draws
from sim.world.people import World


@dataclass
class Replicate:
    """What is kept of one replicate, arm by arm.

    measures  value of each of MEASURES
    trust, gap  f8[rows], mean trust 0..1 at multiples of the step of talk, and how far it lies below the quiet twin's
    accounts  book, cause, channel, change of mean trust
    hops      (act, hop): users who first heard of the act at that hop
    losses    by, group, its share of the users, mean loss of trust over time (0..1), followers lost per user
    runs      the whole run, and each user's loss of trust (mean over time, 0..1, in the order of the network as it was
              read); only when asked for
    """

    seeds: Seeds
    measures: dict[str, dict[str, float]]
    trust: dict[str, np.ndarray]
    gap: dict[str, np.ndarray]
    accounts: dict[str, list[tuple[str, str, str, float]]]
    hops: dict[str, dict[tuple[str, int], int]]
    losses: dict[str, list[tuple[str, str, float, float, float]]]
    runs: dict[str, Run]
    user_losses: dict[str, np.ndarray]


def replicate_seeds(scenario: Scenario, base: int, number: int) -> Seeds:
    """The seeds of a replicate: its own for what varies, those of the first for the rest."""
    return Seeds(
        *(
            draws.derive(base, "replicate", number if part in scenario.vary else 0)
            for part in ("network", "people", "events")
        )
    )


def run_replicate(
    asked: Request,
    arms: Sequence[str],
    seeds: Seeds,
    world: World,
    *,
    keep: bool = False,
    tick: Callable[[float], None] | None = None,
) -> Replicate:
    """Run arms and their quiet twins under the same seeds. world: what `asked.world(seeds)` gives.

    keep: the whole runs too; tick: called with each further share of a run that is done (an exception of it goes through).
    """
    scenario = asked.scenario
    horizon = scenario.horizon

    def finished(arm: str, quiet: bool) -> Engine:
        seen = 0.0

        def progress(hours: float) -> None:
            nonlocal seen
            if tick is not None:
                tick((hours - seen) / horizon)
            seen = hours

        return Engine(asked.setup(arm, seeds, world, quiet=quiet)).run(progress)

    out = Replicate(seeds, {}, {}, {}, {}, {}, {}, {}, {})
    twins = Twins(scenario, lambda arm: Trace.of(finished(arm, quiet=True)))
    groups: Groups = {}
    for arm in arms:
        engine, twin = finished(arm, quiet=False), twins.of(arm)
        trace = Trace.of(engine)
        out.measures[arm] = measures(trace, twin, scenario.arm(arm).parameters.numbers(), scenario.floor)
        out.trust[arm], out.gap[arm] = trace.trust, twin.trust - trace.trust
        out.accounts[arm] = ledger.accounts(engine)
        acts, hops = np.nonzero(engine.hops[: len(engine.out)])
        out.hops[arm] = {
            (engine.out[a].act.id, int(h)): int(engine.hops[a, h]) for a, h in zip(acts, hops, strict=True)
        }
        groups = groups or groups_of(engine)  # of the first arm, so that all arms are told of the same users
        out.losses[arm] = losses(trace, twin, groups)
        if keep:
            out.runs[arm] = run_from(engine, scenario, arm, seeds)
            out.user_losses[arm] = engine.world.in_first_order(twin.mean_trust - trace.mean_trust)
    return out
