"""How a row is measured: how large, under which seed, with which numbers of the model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from sim.dynamics.engine import Engine
from sim.dynamics.setup import Seeds, without_word_of_mouth
from sim.errors import RippleError
from sim.scenario.parameters import Numbers, Parameters
from sim.scenario.scenario import Scenario, load
from sim.study.request import request
from sim.world import draws
from sim.world.people import World

FULL, SMALL = "full", "small"
Value = TypeVar("Value")


def _no_one_asks(_: float) -> None:
    """Nobody wants to know how far it is."""


@dataclass(frozen=True)
class Plan:
    """How large a row is measured (`full` for the record, `small` for tests), its seed, and numbers of the model.

    parameters: other values than the defaults, to see which rows depend on them;  tick: told the share of the row that is
    done, and raises what stops the work.
    """

    size: str = FULL
    seed: int = 1
    parameters: Mapping[str, float] = field(default_factory=dict)
    tick: Callable[[float], None] = _no_one_asks

    def __post_init__(self) -> None:
        if self.size not in (FULL, SMALL):
            raise RippleError(f"size: '{self.size}' is not known; {FULL} or {SMALL}")
        Parameters(self.parameters)

    @property
    def small(self) -> bool:
        """Whether it is measured in small size."""
        return self.size == SMALL

    def pick(self, full: Value, small: Value) -> Value:
        """One of two values, by size."""
        return small if self.small else full

    @property
    def numbers(self) -> Numbers:
        """All numbers of the model as they are in this plan."""
        return Parameters(self.parameters).numbers()

    def scenario(self, written: Mapping[str, Any]) -> Scenario:
        """A scenario from what a file would say. What a row itself sets goes before the numbers of the plan."""
        own = written.get("parameters", {})
        numbers = {f"parameters.{name}": value for name, value in {**self.parameters, **own}.items()}
        rest = {key: value for key, value in written.items() if key != "parameters"}
        return load({"ripple": 1, "name": "evidence", **rest}).changed(numbers)

    def seeds(self, count: int) -> list[Seeds]:
        """The seeds of so many replicates: networks, people and luck all differ."""
        return [Seeds.of(draws.derive(self.seed, "evidence", number)) for number in range(count)]

    def each(self, count: int, measure: Callable[[Plan, Seeds], Value]) -> list[Value]:
        """What `measure` gives in each of so many replicates; it gets a plan that tells of its own part of the work."""
        return [measure(self.part(number, count), seeds) for number, seeds in enumerate(self.seeds(count))]

    def part(self, number: int, count: int) -> Plan:
        """The plan of the number-th of `count` equal pieces of work."""
        return replace(self, tick=lambda share: self.tick((number + share) / count))

    def engine(
        self, scenario: Scenario, seeds: Seeds, arm: str | None = None, *, world: World | None = None,
        quiet: bool = False, word_of_mouth: bool = True
    ) -> Engine:  # fmt: skip
        """An engine at time 0, on one thread: rows are what is spread over threads. quiet: the twin without the acts."""
        setup = request(scenario).setup(arm, seeds, world, quiet=quiet)
        return Engine(setup if word_of_mouth else without_word_of_mouth(setup), threads=1)

    def finished(
        self, scenario: Scenario, seeds: Seeds, arm: str | None = None, *, world: World | None = None,
        quiet: bool = False, word_of_mouth: bool = True
    ) -> Engine:  # fmt: skip
        """The same, run to the horizon."""
        engine = self.engine(scenario, seeds, arm, world=world, quiet=quiet, word_of_mouth=word_of_mouth)
        return engine.run(lambda hours: self.tick(hours / scenario.horizon))
