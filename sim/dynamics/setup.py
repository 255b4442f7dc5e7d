"""Scenario -> World and Setup: builds the network, draws the people, spells out the acts of one arm.

The one place that sees both what a person wrote and what the compiled loops need.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np

from sim.dynamics.brand import spelled_out
from sim.dynamics.chance import SLIP, VOICE, hazard_of, hazards, voices
from sim.dynamics.rules import Rule
from sim.errors import RippleError, did_you_mean
from sim.scenario.acts import Act
from sim.scenario.parameters import DAY, Numbers
from sim.scenario.parts import Arm, Brand, Policy
from sim.scenario.scenario import Scenario, load
from sim.world import draws
from sim.world.graph import Graph, generate
from sim.world.people import World, draw_people
from sim.world.told import NOTHING, Told, read_told

LARGE = 30_000  # users; above, talk runs on a coarser step and its blocks are spread over threads
COARSE_STEP = 4.0  # h, of talk in large networks: within 4e-4 of a fine reference


class Seeds(NamedTuple):
    """What is drawn from which seed: the network, the people (traits), and the events (who meets, hears, shares)."""

    network: int
    people: int
    events: int

    @classmethod
    def of(cls, seed: int | Seeds) -> Seeds:
        """One seed for all three, or the three as they are."""
        return seed if isinstance(seed, Seeds) else cls(int(seed), int(seed), int(seed))


@dataclass(frozen=True)
class Setup:
    """All that one run needs: who is there, what happens, the numbers, and the grid of time (h)."""

    world: World
    numbers: Numbers
    acts: tuple[Act, ...]
    conceal: bool
    trust: float  # the brand's baseline B0
    horizon: float
    step: float  # of talk and of what is recorded
    start_hour: float  # hour of the day at time 0, in the scenario's time zone
    events_seed: int
    word_of_mouth: bool = True
    calendar: frozenset[str] = frozenset()  # ids of acts that belong to the quiet twin too
    policy: Policy = field(default_factory=Policy)  # how the brand is run
    without: frozenset[str] = frozenset()  # processes that are left out: posts, complaints, membership
    week_hour: float = 0.0  # hour of the week at time 0, Monday 0:00 = 0, in the scenario's time zone
    cost: float = 0.0  # of the arm over the horizon, besides its acts
    rules: tuple[Rule, ...] = ()  # of the user's own; every run works on copies
    acts_of_any_arm: frozenset[str] = frozenset()  # what rules may ask after, repetitions under one name

    @property
    def n_steps(self) -> int:
        return round(self.horizon / self.step)


def build_graph(scenario: Scenario, seed: int) -> Graph:
    """The network a scenario names: generated under its seed, or read from its file."""
    network = scenario.network
    own_seed = network.seed if network.seed is not None else seed
    if network.file is None:
        return generate(network.kind, users=network.users, seed=own_seed, **network.options)
    from sim.world.edge_list import read_edge_list

    graph = read_edge_list(
        network.file,
        directed=network.directed,
        weight=network.weight,
        columns=network.columns,
        largest_component=network.largest_component,
    )
    return fit(graph, network.users, own_seed)


def fit(graph: Graph, users: int | None, seed: int) -> Graph:
    """A given network, or a sample of it when fewer users are wanted. Raises RippleError when more are."""
    if users is None or users == graph.n_users:
        return graph
    if users > graph.n_users:
        raise RippleError(f"network.users: {users:,} are asked for, but the network has {graph.n_users:,} users")
    return graph.sample(users, draws.stream(seed, "sample"))


def build_world(
    scenario: Scenario,
    seeds: Seeds,
    graph: Graph | None = None,
    who: np.ndarray | None = None,
    told: Told | None = None,
) -> World:
    """The users on their network. `graph` stands in for the scenario's; `who` (u4[n]) for the names users have in draws.

    told: what is known of the users, over the rows of the graph, in place of the table that the scenario names.
    """
    graph = build_graph(scenario, seeds.network) if graph is None else graph
    if told is None:
        told = NOTHING if scenario.users is None else read_told(scenario.users.file, scenario.users.columns, graph)
    sorted_graph, order = replace(graph, notes=(*graph.notes, *told.notes)).by_degree()
    names = np.asarray(order if who is None else np.asarray(who)[order], dtype=np.uint32)
    numbers = scenario.parameters.numbers()
    brand = scenario.brand
    told = told.over(order)
    people = draw_people(sorted_graph, names, seeds.people, numbers, trust=brand.trust, followers=brand.followers)
    return World(sorted_graph, people.known(told), order, seeds.people, told)


def prepare(
    scenario: Scenario,
    arm: str | None,
    seeds: Seeds,
    world: World | None = None,
    *,
    quiet: bool = False,
    word_of_mouth: bool = True,
    rules: tuple[Rule, ...] = (),
) -> Setup:
    """All that a run of one arm needs. quiet: the twin without the common timeline and without the arm's acts.

    rules: those of the scenario as they run, with the values it gives them (`rules.checked`).
    """
    arm = arm if arm is not None else scenario.reference
    if arm not in scenario.arms:
        known = ", ".join(scenario.arms)
        raise RippleError(f"{scenario.name}: no arm '{arm}'{did_you_mean(arm, scenario.arms)} (arms: {known})")
    chosen = scenario.arms[arm]
    brand = chosen.twin if quiet else chosen.brand
    world = world_for(scenario, arm, seeds, world or build_world(scenario, seeds))
    chance = _by_chance(scenario, chosen, brand, seeds)
    written = (*brand.calendar, *chance, *(() if quiet else (*chosen.timeline, *chosen.acts)))
    acts = _within(written, scenario.horizon)
    in_twin = (*chosen.twin.calendar, *_by_chance(scenario, chosen, chosen.twin, seeds))
    start = scenario.start
    hour = start.hour + start.minute / 60 + start.second / 3600
    return Setup(
        world=world,
        numbers=chosen.parameters.numbers(),
        acts=acts,
        conceal=chosen.conceal and not quiet,
        trust=brand.trust,
        horizon=scenario.horizon,
        step=talk_step(scenario, world),
        start_hour=hour,
        events_seed=seeds.events,
        word_of_mouth=word_of_mouth,
        calendar=_common(acts, _within(in_twin, scenario.horizon)),
        policy=brand.policy,
        without=scenario.without | _resting(chosen.parameters.numbers()),
        week_hour=24.0 * start.weekday() + hour,
        cost=0.0 if quiet else chosen.cost + chosen.cost_per_day * scenario.horizon / DAY,
        rules=rules,
        acts_of_any_arm=_names(scenario),
    )


def smallest() -> Setup:
    """A run of one day on the smallest network, with everything in it that has its usual types."""
    day = {"ripple": 1, "name": "smallest", "network": {"kind": "karate"}, "horizon": "1 d"}
    return prepare(load(day), None, Seeds.of(0))


def world_for(scenario: Scenario, arm: str, seeds: Seeds, world: World) -> World:
    """The users as they are in one arm, on the network of the scenario's own: the same draws, the same arrays of ties.

    It is that world itself when the arm says nothing else of trust, followers and the numbers of the model.
    """
    chosen, brand = scenario.arms[arm], scenario.brand
    theirs = (chosen.brand.trust, chosen.brand.followers, chosen.parameters)
    if theirs == (brand.trust, brand.followers, scenario.parameters):
        return world
    drawn = draw_people(
        world.graph,
        world.people.who,
        seeds.people,
        chosen.parameters.numbers(),
        trust=chosen.brand.trust,
        followers=chosen.brand.followers,
    )
    return replace(world, people=drawn.known(world.told))


def _resting(p: Numbers) -> frozenset[str]:
    """The processes whose rates are all 0: nothing ever happens in them, so they are left out and take no time."""
    idle = {
        "posts": p.activity_median == 0.0,
        "complaints": p.bad_rate == 0.0 and p.bad_after_act == 0.0,
        "membership": p.churn == 0.0 and p.join_gain == 0.0,
    }
    return frozenset(process for process, still in idle.items() if still)


def _by_chance(scenario: Scenario, arm: Arm, brand: Brand, seeds: Seeds) -> tuple[Act, ...]:
    """The hazards that strike a brand, and what its employees post by themselves."""
    what = (brand.policy, scenario.kinds, arm.parameters.numbers(), seeds.events, scenario.horizon)
    return (*hazards(*what), *voices(*what))


def regular_causes(scenario: Scenario, arm: str) -> set[str]:
    """What the books call the acts that go on anyway: those of the calendar, hazards, voices of employees."""
    chosen = scenario.arm(arm)
    struck = {hazard_of(kind) for kind in (*chosen.brand.policy.hazards, *chosen.twin.policy.hazards)}
    return {act.id for act in chosen.twin.calendar} | struck | {VOICE, SLIP}


def _common(acts: Iterable[Act], in_twin: Iterable[Act]) -> frozenset[str]:
    """The ids of acts that are not the arm's doing: the twin has them too, at the same time, or they are hazards."""
    theirs = {(act.id, act.at) for act in in_twin}
    struck = {hazard_of(act.kind) for act in acts}
    return frozenset(act.id for act in acts if (act.id, act.at) in theirs or act.id.split(" #")[0] in struck)


def _names(scenario: Scenario) -> frozenset[str]:
    written = {act.id for arm in scenario.arms for act in scenario.acts(arm)}
    return frozenset({*written, *(hazard_of(kind) for kind in scenario.kinds), VOICE, SLIP})


def _within(acts: Iterable[Act], horizon: float) -> tuple[Act, ...]:
    """Single acts that may happen before the horizon; conditional ones have no time yet."""
    return tuple(act for act in spelled_out(acts, horizon) if act.at < horizon or act.when is not None)


def without_word_of_mouth(setup: Setup) -> Setup:
    """The same run with nobody passing anything on (talk goes on)."""
    return replace(setup, word_of_mouth=False)


def talk_step(scenario: Scenario, world: World) -> float:
    """The step of talk, h: as the scenario says, else the tick, and COARSE_STEP for networks of more than LARGE users.

    It is the same in all arms, so that they can be compared hour by hour.
    Raises RippleError when the step asked for is too coarse for the rates of talk.
    """
    rate = max(arm.parameters["talk_rate"] + arm.parameters["own_rate"] for arm in scenario.arms.values())
    if scenario.talk_step is not None:
        if rate * scenario.talk_step > 1.0:
            raise RippleError(
                f"talk_step: {scenario.talk_step:g} h is too coarse for talk_rate + own_rate = {rate:g} /h; "
                f"at most {1 / rate:.2g} h"
            )
        return scenario.talk_step
    step = scenario.tick
    while world.n_users > LARGE and 2 * step <= COARSE_STEP and _divides(2 * step, scenario.horizon):
        step *= 2
    while rate * step > 1.0:
        step /= 2
    return step


def _divides(step: float, horizon: float) -> bool:
    return abs(horizon / step - round(horizon / step)) < 1e-9
