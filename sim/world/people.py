"""The users: their constant columns, drawn by name, and the audiences that acts are addressed to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from sim.errors import RippleError
from sim.world import draws
from sim.world.graph import Graph
from sim.world.told import NOTHING, Told


@dataclass(frozen=True)
class People:
    """The users' columns, in the order of the graph's rows.

    who             u4[n]  the name of each user in draws: its row in the network as it was read or made
    base_cognitive, base_affective  f4[n]  where the two sides of earned trust start and fall back to, 0..1
    weight          f4[n]  of the cognitive side in own trust
    follows         bool[n]  follows the brand; the others are prospects
    talk_rate, own_rate  f4[n]  ks and ka, 1/h; ks is 0 for a user who listens to nobody
    """

    who: np.ndarray
    base_cognitive: np.ndarray
    base_affective: np.ndarray
    weight: np.ndarray
    follows: np.ndarray
    talk_rate: np.ndarray
    own_rate: np.ndarray

    @property
    def n_users(self) -> int:
        return len(self.who)

    def known(self, told: Told) -> People:
        """The same with what is known of users in place of what was drawn."""
        return replace(
            self,
            base_cognitive=told.laid_over(told.laid_over(self.base_cognitive, "trust"), "cognitive"),
            base_affective=told.laid_over(told.laid_over(self.base_affective, "trust"), "affective"),
            weight=told.laid_over(self.weight, "weight"),
            follows=told.laid_over(self.follows, "follows"),
        )


@dataclass(frozen=True)
class World:
    """Who is there. Rows are sorted by the number of listeners, so that what is read often lies together.

    order  i8[n]  order[row] is the user's row in the network as it was read or made.
    """

    graph: Graph
    people: People
    order: np.ndarray
    seed: int  # of the people: names the draws of channels and employees
    told: Told = NOTHING  # what a table says of them, over the rows

    @property
    def n_users(self) -> int:
        return self.people.n_users

    def in_first_order(self, column: np.ndarray) -> np.ndarray:
        """A column over rows, brought into the order of the network as it was read or made."""
        out = np.empty_like(column)
        out[self.order] = column
        return out

    @property
    def graph_as_read(self) -> Graph:
        """The network in the order in which it was read or made."""
        return self.graph.reordered(np.argsort(self.order))

    @cached_property
    def communities(self) -> np.ndarray:
        """The community of each user, i4[n] over rows; found when first asked for."""
        return self.graph.communities(draws.stream(self.seed, "community"))

    def row(self, label: str | int) -> int:
        """The row of a user's name. Raises RippleError with the nearest name."""
        return self.graph.row(label)


def draw_people(graph: Graph, who: np.ndarray, seed: int, numbers, *, trust: float, followers: float) -> People:
    """Draw the users of a network.

    who: u4[n], the name of each row in draws. numbers: the model's parameters by attribute. trust: B0 of the brand;
    followers: the share of users who follow it. Starting trust is normal on both sides, correlated, and cut to
    [trust_lowest, trust_highest]; so is the weight of the cognitive side.
    """
    first = draws.normals(draws.stream(seed, "trust"), who, 0)
    second = draws.normals(draws.stream(seed, "trust"), who, 1)
    rho = numbers.trust_correlation
    other = rho * first + np.sqrt(1 - rho * rho) * second
    lowest, highest = numbers.trust_lowest, numbers.trust_highest
    weight = numbers.cognitive_weight + numbers.cognitive_weight_sd * draws.normals(
        draws.stream(seed, "weight"), who, 0
    )
    listens = np.diff(graph.start) > 0
    return People(
        who=np.asarray(who, dtype=np.uint32),
        base_cognitive=np.clip(trust + numbers.trust_sd * first, lowest, highest).astype(np.float32),
        base_affective=np.clip(trust + numbers.trust_sd * other, lowest, highest).astype(np.float32),
        weight=np.clip(weight, numbers.cognitive_weight_lowest, numbers.cognitive_weight_highest).astype(np.float32),
        follows=draws.uniforms(draws.stream(seed, "follows"), who, 0) < followers,
        talk_rate=np.where(listens, numbers.talk_rate, 0.0).astype(np.float32),
        own_rate=np.full(len(who), numbers.own_rate, dtype=np.float32),
    )


def activity(world: World, numbers) -> np.ndarray:
    """How often each user would post if it had an opinion, posts an hour, f4[n]: lognormal, cut at `activity_most`."""
    z = draws.normals(draws.stream(world.seed, "activity"), world.people.who, 0)
    rate = world.told.laid_over(numbers.activity_median * np.exp(numbers.activity_sigma * z), "posts")
    return np.minimum(rate, numbers.activity_most).astype(np.float32)


def younger(world: World, numbers) -> np.ndarray:
    """Who belongs to the younger cohort, less patient and expecting more: bool[n]."""
    return draws.uniforms(draws.stream(world.seed, "cohort"), world.people.who, 0) < numbers.cohort_share


def audience(world: World, spec: Mapping[str, Any], numbers, follows: np.ndarray) -> np.ndarray:
    """Who an act is addressed to: bool[n] over rows.

    spec: {"kind": "everyone" | "followers" | "prospects" | "employees" | "hubs" | "community" | "channel" | "channels" |
    "role" | "users"} with `share` (hubs: those with the most listeners), `number`, `name` or `labels`. follows: bool[n], as
    of now.
    Raises RippleError for a community, a role or a label that the network does not have.
    """
    kind = spec["kind"]
    if kind == "everyone":
        return np.ones(world.n_users, dtype=bool)
    if kind == "followers":
        return follows.copy()
    if kind == "prospects":
        return ~follows
    if kind == "channel":
        return _on_channel(world, str(spec["name"]), numbers)
    if kind == "channels":  # followers on one of the brand's own
        return follows & _on_channels(world, int(spec["number"]), numbers)
    if kind == "employees":
        return _circle_of_employees(world, numbers)
    if kind == "hubs":
        return _hubs(world, float(spec["share"]))
    if kind == "community":
        return _community(world, int(spec["number"]))
    if kind == "role":
        return world.told.with_role(str(spec["name"]))
    if kind == "users":
        chosen = np.zeros(world.n_users, dtype=bool)
        chosen[[world.row(label) for label in spec["labels"]]] = True
        return chosen
    raise RippleError(f"audience: '{kind}' is not known")


def _on_channel(world: World, name: str, numbers) -> np.ndarray:
    """Who sits on a channel."""
    key = draws.stream(world.seed, f"channel {name}")
    return world.told.on_channel(draws.uniforms(key, world.people.who, 0) < numbers.channel_share, name)


def _on_channels(world: World, number: int, numbers) -> np.ndarray:
    """Who sits on at least one of the first `number` channels of the brand, which are called 1, 2, ..."""
    chosen = np.zeros(world.n_users, dtype=bool)
    for channel in range(1, number + 1):
        chosen |= _on_channel(world, str(channel), numbers)
    return chosen


def _hubs(world: World, share: float) -> np.ndarray:
    """The share of users with the most listeners, at least one; ties go to the earlier user of the network as read."""
    listeners = np.diff(world.graph.back_start)
    count = max(1, round(share * world.n_users))
    first = np.lexsort((world.people.who, -listeners))[:count]
    chosen = np.zeros(world.n_users, dtype=bool)
    chosen[first] = True
    return chosen


def _circle_of_employees(world: World, numbers) -> np.ndarray:
    """Those who listen to at least one employee of the brand."""
    graph = world.graph
    drawn = draws.uniforms(draws.stream(world.seed, "employee"), world.people.who, 0) < numbers.employee_share
    works = world.told.employees(drawn)
    listener = np.repeat(np.arange(world.n_users), np.diff(graph.start))
    circle = np.zeros(world.n_users, dtype=bool)
    circle[listener[works[graph.heard]]] = True
    return circle


def _community(world: World, number: int) -> np.ndarray:
    community = world.communities
    known = int(community.max()) + 1
    if not 0 <= number < known:
        raise RippleError(f"audience: community {number} is not there; this network has 0 to {known - 1}")
    return community == number
