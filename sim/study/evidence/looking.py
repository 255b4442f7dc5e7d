"""One number of the model at another value: what rows of the evidence give then, and how far scenarios do what they say.

Everything is small and on fixed draws, so that two looks differ by what the number does. What is found is kept, item by item.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from sim.compiled import source_hash
from sim.files import write_text
from sim.scenario.parameters import PARAMETERS, Numbers
from sim.scenario.parts import Expect
from sim.scenario.scenario import Scenario, load
from sim.study.evidence.depends import may_matter
from sim.study.evidence.plan import SMALL, Plan
from sim.study.evidence.rows import ROWS
from sim.study.replicate import replicate_seeds, run_replicate
from sim.study.request import request

SEED = 11  # of the replicates of scenarios
LOOK, CHECK = (2, 300), (5, 600)  # replicates and users of a first look at a scenario, and of a second one
STEP = "4 h"  # of talk, which is what takes time; within 4e-4 of a fine reference

Values = dict[
    str, list[float]
]  # row: its values; scenario: how far each of its expectations holds, above 0 where it does


def look_at_rows(name: str, value: float, rows: Sequence[str], kept: Path | None = None, size: str = SMALL) -> Values:
    """Rows with one number of the model at a value; name "": at the defaults. Rows that it cannot touch are left out."""
    found = {}
    for id in rows:
        if not name or may_matter_to_row(name, id, value):
            changes = {name: value} if name else {}
            row = ROWS[id]

            def measure() -> list[float]:
                try:
                    return [e.value for e in row.measure(Plan(size, parameters=changes)).estimates]  # noqa: B023
                except ValueError:  # what a row is about does not come up: replicates without a value
                    return [math.nan] * len(row.numbers)  # noqa: B023

            found[id] = _remembered(kept, measure, id, name, value, source_hash(row.measure.__module__), size)
    return found


def look_at_scenarios(name: str, value: float, scenarios: Sequence[str], kept: Path | None = None) -> Values:
    """The same for expectations of scenarios. A scenario that sets the number itself is left out: it is about it."""
    found = {}
    for story in scenarios:
        scenario = load(story)
        if not name or (name not in _sets_itself(scenario) and may_matter(name, scenario, value)):
            changes = {f"parameters.{name}": value} if name else {}

            def measure() -> list[float]:
                margins = _margins(scenario, changes, LOOK)  # noqa: B023
                if all(margin > 0.0 for margin in margins):
                    return margins
                return _margins(scenario, changes, CHECK)  # noqa: B023

            said = json.dumps([scenario.resolved(), LOOK, CHECK, STEP, SEED], sort_keys=True, default=str)
            found[story] = _remembered(kept, measure, story, name, value, source_hash("sim.study.replicate"), said)
    return found


def _sets_itself(scenario: Scenario) -> set[str]:
    """The numbers that a scenario sets, for all its arms or for one: it is about them."""
    return {name for arm in scenario.arms.values() for name in arm.parameters.own_choices}


def _margins(scenario: Scenario, changes: Mapping[str, float], size: tuple[int, int]) -> list[float]:
    """How far each expectation holds in the mean over replicates, in the unit of its measure."""
    replicates, users = size
    asked = request(scenario, users=users, changes={**changes, "talk_step": STEP})
    arms = list(asked.scenario.arms)
    means: dict[str, dict[str, float]] = {arm: {} for arm in arms}
    for number in range(replicates):
        seeds = replicate_seeds(asked.scenario, SEED, number)
        done = run_replicate(asked, arms, seeds, asked.world(seeds)).measures
        for arm in arms:
            for measure, value in done[arm].items():
                means[arm][measure] = means[arm].get(measure, 0.0) + value / replicates
    return [_margin(e, means) for e in asked.scenario.expect]


def _margin(e: Expect, means: Mapping[str, Mapping[str, float]]) -> float:
    if e.between is not None:
        value = means[str(e.arm)][e.measure]
        return min(value - e.between[0], e.between[1] - value)
    return means[str(e.higher)][e.measure] - means[str(e.lower)][e.measure]


# --- what a row can depend on -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Noting(Plan):
    """A plan that notes what a row asks of it: the scenarios it runs, and the numbers that it reads itself."""

    scenarios: list[Scenario] = field(default_factory=list)
    read: set[str] = field(default_factory=set)

    def scenario(self, written: Mapping[str, object]) -> Scenario:
        self.scenarios.append(super().scenario(written))
        return self.scenarios[-1]

    @property
    def numbers(self) -> Numbers:
        return _Read(super().numbers, self.read)  # type: ignore[return-value]


class _Read:
    """All numbers of the model; notes which of them are read."""

    def __init__(self, numbers: Numbers, read: set[str]):
        self._numbers, self._read = numbers, read

    def __getattr__(self, name: str) -> object:
        self._read.add(name)
        return getattr(self._numbers, name)


@cache
def _noted(id: str) -> _Noting:
    noting = _Noting(SMALL)
    ROWS[id].measure(noting)
    return noting


def may_matter_to_row(name: str, id: str, value: float) -> bool:
    """Whether a row may give something else when a number of the model has another value: False is certain."""
    noted = _noted(id)
    if name in noted.read or not noted.read <= set(PARAMETERS):
        return True
    return any(name not in s.parameters.own_choices and may_matter(name, s, value) for s in noted.scenarios)


# --- what was found is kept -------------------------------------------------------------------------------------------


def _remembered(kept: Path | None, measure: Callable[[], list[float]], item: str, *what: object) -> list[float]:
    """What was found the last time, by the same code; else what is found now. kept: a folder; None: nothing is kept."""
    if kept is None:
        return measure()
    code = hashlib.blake2b(json.dumps([item, *what]).encode(), digest_size=8).hexdigest()
    place = kept / f"{item}-{what[0] or 'defaults'}-{code}.json"
    try:
        return [float(v) for v in json.loads(place.read_text(encoding="utf-8"))]
    except (OSError, ValueError, TypeError):
        found = [float(v) for v in measure()]
        write_text(place, json.dumps([str(v) for v in found]))  # as text: nan and inf are no JSON
        return found
