"""A comparison in which users have numbers in place of the names that they have in somebody's own file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pandas as pd

from sim.scenario.acts import Act
from sim.scenario.parts import Brand
from sim.scenario.scenario import Scenario
from sim.study.comparison import Comparison
from sim.study.results import Run


def without_labels(data: Comparison) -> Comparison:
    """The same comparison without the labels of users: in its runs each is the number of its row.

    The scenario stays what its author wrote; `told_without_labels` is for telling of it.
    """
    return replace(data, examples={arm: run_without_labels(run) for arm, run in data.examples.items()})


def run_without_labels(run: Run) -> Run:
    """A run whose tables name users by the number of their row."""
    numbers = pd.Series(np.arange(len(run.users)), index=run.users["label"].to_numpy())
    return replace(
        run,
        users=run.users.assign(label=np.arange(len(run.users))),
        user_stories=run.user_stories.assign(author=_numbered(run.user_stories["author"], numbers)),
        complaints=run.complaints.assign(user=_numbered(run.complaints["user"], numbers)),
    )


def told_without_labels(scenario: Scenario) -> Scenario:
    """A scenario to tell of, whose acts for named users do not name them; it cannot be run."""
    arms = {
        name: replace(arm, acts=_acts(arm.acts), timeline=_acts(arm.timeline), brand=_brand(arm.brand))
        for name, arm in scenario.arms.items()
    }
    timeline, brand = _acts(scenario.timeline), _brand(scenario.brand)
    return replace(scenario, timeline=timeline, brand=brand, arms=MappingProxyType(arms))


def _brand(brand: Brand) -> Brand:
    return replace(brand, policy=replace(brand.policy, calendar=_acts(brand.calendar)))


def _acts(acts: Sequence[Act]) -> tuple[Act, ...]:
    out = []
    for act in acts:
        labels = act.audience.get("labels")
        if isinstance(labels, Sequence):
            names = ["one named user"] if len(labels) == 1 else [""] * len(labels)
            act = replace(act, audience=MappingProxyType({**act.audience, "labels": names}))
        out.append(act)
    return tuple(out)


def _numbered(labels: pd.Series, numbers: pd.Series) -> np.ndarray:
    return numbers.reindex(labels.to_numpy()).to_numpy(dtype=np.int64)
