"""Who told whom: the table of encounters keeps the user from whom each first hearing came."""

from __future__ import annotations

import numpy as np

from sim.dynamics import state as s
from sim.dynamics.engine import Engine
from sim.dynamics.setup import Seeds, prepare
from sim.scenario.scenario import load


def test_whoever_told_first_listened_met_or_heard_before_and_passed_it_on():
    """teller in heard(user), teller's hop (0 for those who met it first) < hop, and teller shares the act."""
    scenario = load("data-breach").changed({"network.users": 400, "horizon": "20 d", "parameters.virality_mean": 0.6})
    engine = Engine(prepare(scenario, "disclosure", Seeds.of(1))).run()
    graph, met = engine.world.graph, engine.met[engine.met["key"] != 0]
    by_key = {int(entry["key"]): entry for entry in met}
    told = [entry for entry in met if entry["hop"] > 0]
    assert len(told) > 20
    assert max(int(entry["hop"]) for entry in told) > 1  # else hop 1 alone would be tested
    for entry in told:
        user, teller = int(entry["key"]) & 0xFFFFFFFF, int(entry["teller"])
        assert teller in graph.heard[graph.start[user] : graph.start[user + 1]]
        row = (int(entry["key"]) >> 32) - 1
        if row >= engine.first_story and engine.acts["author"][row] == teller:
            continue  # the author of a story needs no encounter with it
        theirs = by_key[(int(entry["key"]) & ~0xFFFFFFFF) | teller]
        assert theirs["state"] & s.SHARES
    assert np.all(met["teller"][met["hop"] == 0] == 0)
