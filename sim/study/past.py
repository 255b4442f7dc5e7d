"""Past incidents replayed: what the model says that trust would have done, beside what a tracker saw.

    replay_past("mine.yaml")      # past: [{act: outage, date: 2025-09-10, before: 62 points, after: 58 points, later: 21 d}]

Each incident happens alone, to the brand of the scenario at the level before it, on a quiet background; nobody answers it.
The band is what chance makes of it (9 runs in 10), at the parameters of the scenario: that the tracker itself errs by some
points, and that the parameters may be others, is not in it. An incident outside the band says that one of these is off.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from sim.errors import RippleError
from sim.scenario.past import PastIncident
from sim.scenario.scenario import Scenario, load
from sim.study.replicate import replicate_seeds, run_replicate
from sim.study.request import request, seed_of, whole_number

QUIET = 72.0  # h before the incident, so that its day before is one of the model
WINDOW = 24.0  # h over which a level of the model is a mean, as a poll takes a day or more
_LEFT_OUT = ("arms", "timeline", "expect", "lesson", "takeaway", "past", "horizon", "floor", "talk_step")


def replay_past(
    scenario: str | Path | Scenario, *, replicates: int = 30, seed: int | None = None, users: int | None = None
) -> pd.DataFrame:
    """Table act, date, days, before, after, observed (change), median, low, high (of the model's), inside: points of trust.

    low, high: 5 and 95 % quantiles over replicates. Raises RippleError when the scenario names no past incident.
    """
    found = load(scenario)
    if not found.past:
        raise RippleError(
            f"{found.origin} names no past incident; write `past: [{{act: outage, date: 2025-09-10, ...}}]`"
        )
    runs, base = whole_number(replicates, "replicates", least=5), seed_of(seed)
    rows = []
    for incident in found.past:
        changes = 100 * _changes(found, incident, runs, base, users)
        low, median, high = np.quantile(changes, (0.05, 0.5, 0.95))
        observed = 100 * (incident.after - incident.before)
        rows.append(
            {
                "act": incident.act, "date": f"{incident.date:%Y-%m-%d}", "days": incident.later / 24,
                "before": 100 * incident.before, "after": 100 * incident.after, "observed": observed,
                "median": median, "low": low, "high": high, "inside": bool(low <= observed <= high),
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def _changes(scenario: Scenario, incident: PastIncident, runs: int, base: int, users: int | None) -> np.ndarray:
    """Change of mean expressed trust from the day before the incident to the day of the level after it, 0..1, by run."""
    asked = request(_alone(scenario, incident), users=users)
    arm = asked.scenario.reference
    out = np.empty(runs)
    for number in range(runs):
        seeds = replicate_seeds(asked.scenario, base, number)
        trust = run_replicate(asked, [arm], seeds, asked.world(seeds)).trust[arm]
        hours = np.linspace(0.0, asked.scenario.horizon, len(trust))
        before = trust[(hours > QUIET - WINDOW) & (hours <= QUIET)].mean()
        end = QUIET + incident.later
        out[number] = trust[(hours > end - min(WINDOW, incident.later)) & (hours <= end + 1e-9)].mean() - before
    return out


def _alone(scenario: Scenario, incident: PastIncident) -> Scenario:
    """The scenario with the incident alone in it, and the brand at the level before it. It is no secret: it came out."""
    tree = {key: value for key, value in scenario.resolved().items() if key not in _LEFT_OUT}
    act = {"act": incident.act, "id": "incident", "at": f"{QUIET:g} h", **incident.sizes}
    if scenario.kinds[incident.act].hidden:
        act["hidden"] = False
    step = 24.0 if (24.0 / scenario.tick).is_integer() else scenario.tick
    hours = -(-(QUIET + incident.later + WINDOW) // step) * step
    known = zip(tree["brand"]["calendar"], scenario.brand.calendar, strict=True)
    calendar = [written for written, usual in known if usual.at < hours]
    brand = {**tree["brand"], "trust": incident.before, "calendar": calendar}
    return load({**tree, "brand": brand, "timeline": [act], "horizon": f"{hours:g} h"})
