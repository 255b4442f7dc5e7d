"""Every scenario of the library does what it says: its `expect` lines hold on paired draws."""

from __future__ import annotations

import math

import pytest

import sim
from sim.scenario.scenario import library

REPLICATES = 5


@pytest.mark.parametrize("name", sorted(library()))
def test_what_a_scenario_expects_comes_out(name):
    """Lower and higher: the paired difference of the two arms is more than four standard errors on the right side."""
    scenario = sim.load(name)
    assert scenario.expect, "a scenario says what should come out"
    both = sim.compare(scenario, replicates=REPLICATES, users=800, seed=11, how_sure=False)
    assert [expected for expected, met in both.met() if not met] == []
    assert len(both.met()) == len(scenario.expect)
    for e in scenario.expect:
        if e.lower is None or e.higher is None:
            continue
        wide = both.replicates.pivot(index="replicate", columns="arm", values=e.measure)
        gap = wide[e.higher] - wide[e.lower]
        assert gap.mean() > 4 * gap.std(ddof=1) / math.sqrt(REPLICATES), f"{e.measure}: {e.lower} below {e.higher}"
