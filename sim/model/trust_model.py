"""The simulation as a Mesa model: step it, look at its users as agents, collect its data, give it to `batch_run`.

model = TrustModel("data-breach", arm="silence", rng=1)
model.step()                                   # one tick
model.agents.select(lambda user: user.trust < 0.3).agg("wound", np.mean)
model.agents[3].trust = 0.9                    # booked as "set by hand"
model.run_model()
model.datacollector.get_model_vars_dataframe()
model.results()                                # what sim.run gives, bit for bit
"""

from __future__ import annotations

import copy
import copyreg
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar, Self
from weakref import WeakValueDictionary

import mesa
import numpy as np

from sim.dynamics import observe
from sim.dynamics import state as s
from sim.dynamics.engine import Engine
from sim.dynamics.rules import Rule
from sim.dynamics.setup import Seeds
from sim.errors import RippleError
from sim.model.parts import Parts
from sim.model.users import User, Users
from sim.scenario.scenario import Scenario
from sim.study.request import request
from sim.study.results import Run, run_from

_GREATEST_SEED = 2**63 - 1


class Recorded:
    """A number of the last row that was recorded, by its name there; the docs of `Run.series` say what it is."""

    def __init__(self, doc: str, name: str = ""):
        self.__doc__ = doc
        self.name = name

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = self.name or name

    def __get__(self, model: TrustModel | None, owner: type) -> Any:
        return self if model is None else model.recorded[self.name]


class TrustModel(mesa.Model):
    """One arm of a scenario as a `mesa.Model`.

    scenario  a name of the library, the path of a file, a dict, a Scenario, or `Parts`
    arm       the response; None is the reference
    rng       a seed: a whole number gives what `sim.run(seed=...)` gives; else as in Mesa (None: another run each time)
    changes   path -> value;  rules  of your own (`sim.Rule`);  allow_code  import those that the scenario names; all three
              as in `sim.run`

    `agents` are the users; `running` turns False at the horizon, after which a step does nothing. Mesa's own attributes
    mean what they do in Mesa; `steps` counts ticks, and `hours` is the time. Raises RippleError for all that `sim.run`
    refuses.
    """

    agent_class: ClassVar[type[User]] = User
    # collected at the start and after every step; names of attributes, so that a model can be pickled
    model_reporters: ClassVar[Mapping[str, Any]] = {
        name: name
        for name in (
            "hours", "seed", "trust", "own_trust", "cognitive", "affective", "wound", "scar", "advocates", "detractors",
            "followers_trust", "followers", "reached", "met", "heard", "shared",
        )
    }  # fmt: skip
    agent_reporters: ClassVar[Mapping[str, Any]] = {}

    trust = Recorded("Mean expressed trust at the end of the last step, 0..1.")
    own_trust = Recorded("Mean own trust, 0..1.", "own")
    cognitive = Recorded("Mean of the cognitive side of own trust, 0..1.")
    affective = Recorded("Mean of its affective side, 0..1.")
    wound = Recorded("Mean wound, log units.")
    scar = Recorded("Mean scar, log units.")
    advocates = Recorded("Share of users well above the brand's baseline.")
    detractors = Recorded("Share of users well below it.")
    followers_trust = Recorded("Mean expressed trust of those who follow the brand, 0..1.")
    followers = Recorded("How many users follow the brand.")
    reached = Recorded("How many users met or heard of an act.")
    met = Recorded("How often an act was met so far.")
    heard = Recorded("How often someone heard of an act so far.")
    shared = Recorded("How often an act was passed on so far.")

    def __init__(
        self,
        scenario: str | Path | Mapping[str, object] | Scenario | Parts,
        *,
        arm: str | None = None,
        rng: Any = None,
        changes: Mapping[str, object] | None = None,
        rules: Sequence[Rule] = (),
        allow_code: bool = False,
    ):
        if changes is not None and not isinstance(changes, Mapping):
            raise RippleError(
                f"changes: {changes!r} is no mapping of path to value; in batch_run write a list of them, [{{path: value}}]"
            )
        seeds = _given_seeds(rng)
        try:
            super().__init__(rng=seeds.events if seeds is not None else rng)
        except (TypeError, ValueError) as problem:
            raise RippleError(f"rng: {rng!r} is no seed and no generator ({problem})") from None
        if seeds is None:
            seeds = Seeds.of(int(self.rng.integers(_GREATEST_SEED)))
        self.seeds = seeds
        if isinstance(scenario, Parts):
            asked = replace(request(scenario.scenario, changes=changes, rules=rules), graph=scenario.graph)
        else:
            asked = request(scenario, changes=changes, rules=rules, allow_code=allow_code)
        self.plan: Scenario = asked.scenario
        self.arm: str = self.plan.arm(arm).name
        world = scenario.world(self.plan, seeds) if isinstance(scenario, Parts) else asked.world(seeds)
        self.engine = Engine(asked.setup(self.arm, seeds, world))
        self.n_users = self.engine.n
        self._in_memory = asked.graph is not None
        self._kept: dict[int, User] = {}  # those with attributes of their own
        self._views: WeakValueDictionary[int, User] = WeakValueDictionary()  # those that somebody holds
        self.datacollector = mesa.DataCollector(
            model_reporters=dict(self.model_reporters), agent_reporters=dict(self.agent_reporters)
        )
        self.datacollector.collect(self)

    @classmethod
    def from_parts(
        cls,
        graph: Any,
        people: Any = None,
        *,
        acts: Sequence[Mapping[str, object]] = (),
        arms: Mapping[str, object] | None = None,
        arm: str | None = None,
        brand: Mapping[str, object] | None = None,
        kinds: Mapping[str, object] | None = None,
        parameters: Mapping[str, object] | None = None,
        horizon: str | float | None = None,
        tick: str | float | None = None,
        directed: bool | str | None = None,
        weight: str | None = None,
        rng: Any = None,
        rules: Sequence[Rule] = (),
    ) -> Self:
        """A model without a file.

        graph       a networkx graph, a list of ties, an edge list's path, a SciPy matrix, a table of ties, or a Graph;
                    directed and weight as in `sim.as_graph`
        people      None, or a dict of columns or a pandas frame: `trust` (own trust that a user starts from and falls
                    back to) or its sides `cognitive` and `affective`, `weight` of the cognitive side, `follows`; all
                    0..1. In the order of the nodes, or by name: with a column `label`, or each column as {node: value}.
                    What is left out, None or NaN is drawn as in a scenario
        acts        what happens, as the timeline of a scenario file: [{"act": "data_breach", "at": "5 d"}]
        arms, brand, kinds, parameters    as in a scenario file;  arm  which of the arms
        horizon, tick    words, or hours
        rng, rules  as for the model itself

        Raises RippleError for all that does not fit.
        """
        parts = Parts.of(
            graph,
            people,
            acts=acts,
            arms=arms,
            brand=brand,
            kinds=kinds,
            parameters=parameters,
            directed=directed,
            weight=weight,
            horizon=_hours(horizon),
            tick=_hours(tick),
        )
        return cls(parts, arm=arm, rng=rng, rules=rules)

    # --- time ---

    def step(self) -> None:
        """One tick; in networks of more than 30,000 users the step of talk (`step_hours`). At the horizon nothing."""
        if self.engine.now >= self.plan.horizon:
            self.running = False
            self.steps = self.steps_done  # Mesa counted this one
            return
        self.engine.advance(float(self.engine.clock[s.STEP_END]))
        self.running = self.running and self.engine.now < self.plan.horizon
        self.datacollector.collect(self)

    @property
    def hours(self) -> float:
        """Time since the start, h."""
        return self.engine.now

    @property
    def step_hours(self) -> float:
        """The length of a step, h."""
        return self.engine.setup.step

    @property
    def steps_done(self) -> int:
        """How many steps the run has gone."""
        return int(self.engine.state[s.STEP])

    # --- what is seen ---

    @property
    def seed(self) -> int:
        """The seed of the events; `sim.run(..., seed=model.seed)` gives this run again."""
        return self.seeds.events

    @property
    def recorded(self) -> dict[str, float | int]:
        """What was recorded at the end of the last step, by the names of `Run.series`."""
        row = self.engine.rows[self.steps_done]
        written = row.tobytes()  # a change by hand at the horizon writes the last row anew
        if self._seen[0] != written:
            self._seen = written, {name: values[0].item() for name, values in observe.table(row[None]).items()}
        means = self.engine.rulings.means()
        return {**self._seen[1], **{name: values[-1].item() for name, values in means.items()}}

    _seen: tuple[bytes, dict[str, float | int]] = (b"", {})

    def results(self) -> Run:
        """The run so far as `sim.run` gives it: series, ledger, stories, users; to be saved, plotted and compared."""
        return run_from(self.engine, self.plan, self.arm, self.seeds, self._in_memory)

    # --- agents ---

    @property
    def agents(self) -> Users:
        """All users, in the order of the network as it was read or made."""
        return Users(self, self._in_order)

    @cached_property
    def _in_order(self) -> np.ndarray:
        order = np.argsort(self.engine.world.order)
        order.setflags(write=False)
        return order

    @property
    def agent_types(self) -> list[type]:
        """The class of the users, and of agents that were added to the model."""
        return [*self.agents_by_type]

    @property
    def agents_by_type(self) -> dict[type, Any]:
        """The users, and the agents that were added to the model, by their class."""
        return {self.agent_class: self.agents, **self._agents_by_type}

    def agent(self, label: str | int) -> User:
        """A user by name. Raises RippleError with the nearest name."""
        return self.user(self.engine.world.row(label))

    def user(self, at: int) -> User:
        """The user of a row of the engine: the one that somebody holds, or a new view."""
        user = self._views.get(at)
        if user is None:
            user = self.agent_class.__new__(self.agent_class)
            user.__dict__.update(model=self, _at=at)
            self._views[at] = user
        return user

    def keep(self, user: User) -> None:
        """Hold a user who has attributes of its own, so that they are there when it is looked at again."""
        self._kept[user._at] = user
        self._views[user._at] = user

    def register_agent(self, agent: mesa.Agent) -> None:
        """Take in an agent that is no user (a journalist, a regulator); it is found in `agents_by_type`."""
        super().register_agent(agent)
        # Mesa 3.3 counts ids in a table of its class that would hold every model of this process
        getattr(mesa.Agent, "_ids", {}).pop(self, None)
        self._added = getattr(self, "_added", 0) + 1
        agent.unique_id = self.n_users + self._added

    # --- copies ---

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_views"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._views = WeakValueDictionary(self._kept)

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        memo[id(self)] = twin = self.__class__.__new__(self.__class__)
        for frozen in (self.plan, self.engine.setup, self.engine.world, self.engine.ties):  # the same for every copy
            memo[id(frozen)] = frozen
        twin.__setstate__(copy.deepcopy(self.__getstate__(), memo))
        return twin


def _given_seeds(rng: Any) -> Seeds | None:
    """The seeds that a whole number, or Seeds, say; None where Mesa's generator has to be asked."""
    if isinstance(rng, Seeds):
        return rng
    if isinstance(rng, (int, np.integer)) and not isinstance(rng, bool):
        return Seeds.of(int(rng))
    return None


def _hours(value: str | float | None) -> object:
    """A time in words, or a number as hours."""
    return f"{value!r} h" if isinstance(value, (int, float)) and not isinstance(value, bool) else value


def _read_only(entries: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(entries)


# Acts and setups hold read-only mappings, for which Python has no way of copying and pickling of its own.
copyreg.pickle(MappingProxyType, lambda mapping: (_read_only, (dict(mapping),)))
