"""Rules that tests import by name, also in processes of their own. Not a test module."""

from __future__ import annotations

import numpy as np

import sim


class Nothing(sim.Rule):
    """Looks at everything and changes nothing."""

    columns = {"still": 1.0}  # noqa: RUF012

    def step(self, world, now, dt, draws, books):
        for name in ("trust", "own", "cognitive", "affective", "wound", "scar", "follows", "reached", "labels"):
            assert len(getattr(world, name)) == world.n_users
        draws.uniform("idle")
        world.mean_of_heard(world.trust)
        books.set_trust(np.zeros(world.n_users, dtype=bool), 0.5)


class EarlyNothing(Nothing):
    after = "exposure"


class Gloom(sim.Rule):
    """Lets the trust of some users fall, by chance; counts its calls."""

    after = "stories"
    columns = {"hits": 0.0, "calls": 0.0}  # noqa: RUF012
    parameters = {"chance": (0.01, 0.0, 0.1), "depth": 0.1}  # noqa: RUF012

    calls = 0

    def step(self, world, now, dt, draws, books):
        self.calls += 1
        hit = draws.uniform("hit") < 1.0 - np.exp(-self.chance * dt)
        world.hits[hit] += 1
        world.calls = self.calls
        books.wound(hit, self.depth, "integrity")


class LateGloom(Gloom):
    after = "membership"


def run_with_gloom(seed: int):
    """What a worker process returns of a run with a rule: numbers only."""
    run = sim.run("data-breach", seed=seed, users=200, horizon="20 d", rules=[Gloom(depth=0.2)])
    return run.series["trust"].to_numpy(), run.users["gloom.hits"].to_numpy()
