"""What must be said beside the numbers of a comparison, lest they be misread."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from sim.scenario.scenario import Scenario
from sim.study.measures import REGAINED_FOR


def warnings_of(scenario: Scenario, arms: Sequence[str], means: pd.DataFrame) -> list[str]:
    """Sentences; none when there is nothing to say. means: arms x measures."""
    out = []
    written = [act for arm in arms for act in (*scenario.timeline, *scenario.arm(arm).acts)]
    latest = max((act.at for act in written if act.when is None), default=0.0)
    found = max((act.found or 0.0 for act in scenario.timeline if act.hidden), default=0.0)
    latest = max(latest, found if found < scenario.horizon else 0.0)
    left = scenario.horizon - latest
    needed = 2 * max(scenario.arm(arm).parameters["heal_competence"] for arm in arms)
    if latest and left < max(needed, REGAINED_FOR):
        out.append(
            f"the horizon ends {left / 24:.0f} days after the latest act; trust-days lost after it are not counted "
            f"(allow at least {needed / 24:.0f} days)"
        )
    never = [arm for arm in arms if means.loc[arm, "share_regained"] < 1.0]
    if never:
        out.append(
            "not every run regains nine tenths of its trust within the horizon: "
            + ", ".join(f"{arm} {100 * means.loc[arm, 'share_regained']:.0f} %" for arm in never)
            + "; its hours to regain are counted up to the horizon"
        )
    return out
