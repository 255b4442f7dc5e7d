"""The quiet twins that arms are measured against: arms whose twins are the same brand among the same people share one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sim.scenario.parameters import Parameters
from sim.scenario.parts import Brand
from sim.scenario.scenario import Scenario
from sim.study.measures import Trace


class Twins:
    """The twins of one replicate, each run when it is first asked for. run: gives the trace of an arm's twin."""

    def __init__(self, scenario: Scenario, run: Callable[[str], Trace]):
        self.scenario, self.run = scenario, run
        self.known: list[tuple[tuple[Brand, Parameters], Trace]] = []

    def of(self, arm: str) -> Trace:
        """The trace of an arm's twin."""
        who = _who(self.scenario, arm)
        for other, trace in self.known:
            if other == who:
                return trace
        trace = self.run(arm)
        self.known.append((who, trace))
        return trace


def different_twins(scenario: Scenario, arms: Sequence[str]) -> int:
    """How many twins these arms have."""
    different: list[tuple[Brand, Parameters]] = []
    for arm in arms:
        who = _who(scenario, arm)
        if who not in different:
            different.append(who)
    return len(different)


def _who(scenario: Scenario, arm: str) -> tuple[Brand, Parameters]:
    """All that a twin depends on besides what all arms share."""
    chosen = scenario.arm(arm)
    return chosen.twin, chosen.parameters
