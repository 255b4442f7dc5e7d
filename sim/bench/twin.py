"""The engine against the same model written with Mesa alone, on the same draws, at the same step of talk."""

from __future__ import annotations

from typing import Any

from sim.bench.cases import Plan, breach, setup
from sim.bench.report import Report
from sim.bench.rivals import mesa_twin
from sim.bench.timing import interleaved, ratios, scaled
from sim.dynamics.engine import Engine
from sim.errors import RippleError

_AGREE = 1e-3  # of mean trust; the engine counts in float32, the twin in float64


def measure(plan: Plan, report: Report) -> None:
    """ms per tick of both, and the ratio. Making the agents is not counted, nor is laying out the engine."""
    twin = mesa_twin(report)
    if twin is None:
        return
    run = setup(breach(plan.twin, 5, kind="powerlaw_cluster", days=plan.twin_days, talk_step="1 h"))
    fresh: dict[str, Any] = {}

    def step_to_the_end() -> None:
        for _ in range(run.n_steps):
            fresh["twin"].step()

    seconds = interleaved(
        {"engine": lambda: fresh["engine"].run(), "twin": step_to_the_end},
        plan.few,
        before={
            "engine": lambda: fresh.update(engine=Engine(run)),
            "twin": lambda: fresh.update(twin=twin.TwinModel(run)),
        },
    )
    ours = float(fresh["engine"].expressed_trust().mean())
    theirs = sum(user.trust for user in fresh["twin"].users) / plan.twin
    if not abs(ours - theirs) < _AGREE:
        raise RippleError(f"bench: the Mesa twin ends at a mean trust of {theirs:.5f}, the engine at {ours:.5f}")
    users = plan.twin
    days = f"{plan.twin:,} users, {plan.twin_days} days, talk every hour"
    ticks = run.n_steps
    report.add("twin.engine", f"engine, per tick: {days}", "ms", scaled(seconds["engine"], 1e3 / ticks), users=users)
    report.add("twin.mesa", "Mesa twin, per tick", "ms", scaled(seconds["twin"], 1e3 / ticks), users=users)
    note = f"both end at a mean trust of {ours:.4f}"
    report.add("twin.ratio", "times as fast", "x", ratios(seconds["twin"], seconds["engine"]), users=users, note=note)
